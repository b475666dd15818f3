"""Adjust the P values and the intervals of a family of contrasts."""

from dataclasses import dataclass

import numpy as np
from statsmodels.stats.multitest import multipletests

from mmc_analysis.errors import ModelError
from mmc_analysis.models.small_samples.multivariate_t import largest_of_several
from mmc_analysis.models.small_samples.studentized_range import studentized_range_quantile, studentized_range_sf
from mmc_analysis.models.small_samples.t_distribution import t_quantile, two_sided_p
from mmc_analysis.options import check_option

ADJUSTMENTS = ("none", "holm", "bonferroni", "tukey", "mvt", "fdr", "dunnett")
_STEPWISE = {"holm": "holm", "fdr": "fdr_bh"}


@dataclass(frozen=True)
class Adjusted:
    """Adjusted inference for a family of m statistics.

    Attributes
    ----------
    p_value : ndarray, shape (m,)
    critical : ndarray, shape (m,)
        Half-width of each interval in standard errors.
    note : str
        What was done, for the method column.
    """

    p_value: np.ndarray
    critical: np.ndarray
    note: str


def adjust_family(
    statistic: np.ndarray, df: np.ndarray, correlation: np.ndarray, adjust: str, conf_level: float, means: int = 0
) -> Adjusted:
    """Adjust a family of t statistics.

    Parameters
    ----------
    statistic : ndarray, shape (m,)
        Not a number where a contrast is not estimable; such contrasts are not part of the family.
    df : ndarray, shape (m,)
        Each statistic's own degrees of freedom.
    correlation : ndarray, shape (m, m)
        Used by ``mvt`` and ``dunnett``.
    adjust : {"none", "holm", "bonferroni", "tukey", "mvt", "fdr", "dunnett"}
        ``fdr`` is Benjamini and Hochberg's (1995). ``tukey`` uses the studentized range of `means` means, ``mvt``
        and ``dunnett`` the multivariate t. Holm and FDR have no simultaneous interval.
    conf_level : float
    means : int
        Number of means that are compared pairwise, for ``tukey``.

    Returns
    -------
    Adjusted

    Examples
    --------
    >>> found = adjust_family(np.array([2.5, 1.0]), np.array([12.0, 12.0]), np.eye(2), "bonferroni", 0.95)
    >>> found.p_value.round(4), found.critical.round(4)
    (array([0.0558, 0.6741]), array([2.56, 2.56]))
    """
    check_option("adjust", adjust, ADJUSTMENTS)
    used = np.isfinite(statistic)
    p = two_sided_p(statistic, df)
    critical = t_quantile(0.5 + conf_level / 2, df)
    if adjust == "none" or not used.any():
        return Adjusted(p, critical, "")
    m = int(used.sum())
    if adjust in _STEPWISE:
        p = p.copy()
        p[used] = multipletests(p[used], method=_STEPWISE[adjust])[1]
        return Adjusted(p, critical, f"P by {_named(adjust)} over {m}, intervals not adjusted")
    if adjust == "bonferroni":
        critical = t_quantile(1 - (1 - conf_level) / (2 * m), df)
        return Adjusted(np.minimum(1.0, m * p), critical, f"Bonferroni over {m}")
    if adjust == "tukey":
        found = _by_range(statistic, df, conf_level, means)
        return Adjusted(*found, f"Tukey over {means} means")
    found = _by_multivariate_t(statistic, df, correlation, conf_level, used)
    return Adjusted(*found, f"{_named(adjust)} over {m}")


def _named(adjust: str) -> str:
    return {"holm": "Holm", "fdr": "FDR (Benjamini-Hochberg)", "mvt": "multivariate t", "dunnett": "Dunnett"}[adjust]


def _by_range(statistic: np.ndarray, df: np.ndarray, conf_level: float, means: int) -> tuple[np.ndarray, np.ndarray]:
    root = np.sqrt(2.0)
    p = np.array([studentized_range_sf(root * abs(t), means, v) for t, v in zip(statistic, df, strict=True)])
    quantiles = {v: studentized_range_quantile(conf_level, means, v) / root for v in set(df[np.isfinite(statistic)])}
    raw = two_sided_p(statistic, df)
    return np.fmax(p, raw) + 0 * raw, np.array([quantiles.get(v, np.nan) for v in df])


def _by_multivariate_t(
    statistic: np.ndarray, df: np.ndarray, correlation: np.ndarray, conf_level: float, used: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    largest = largest_of_several(correlation[np.ix_(used, used)])
    p, critical = np.full(statistic.shape, np.nan), np.full(statistic.shape, np.nan)
    quantiles = {v: largest.quantile(conf_level, v) for v in set(df[used])}
    for i in np.flatnonzero(used):
        p[i] = largest.sf(statistic[i], df[i])
        critical[i] = quantiles[df[i]]
    return p, critical


def check_adjustment(adjust: str, method: object, interaction: bool) -> str:
    """Return an adjustment, or raise where it does not fit the contrasts asked for.

    Raises
    ------
    ModelError
        For ``tukey`` on anything but pairwise comparisons, and ``dunnett`` on anything but those with a control.

    Examples
    --------
    >>> check_adjustment("tukey", "pairwise", False)
    'tukey'
    """
    check_option("adjust", adjust, ADJUSTMENTS)
    if adjust == "tukey" and (method != "pairwise" or interaction):
        raise ModelError("adjust='tukey' is for pairwise comparisons. Use 'mvt', which fits any contrasts, or 'holm'.")
    if adjust == "dunnett" and (method != "control" or interaction):
        raise ModelError("adjust='dunnett' is for comparisons with a control: method='control'. "
                         "Use 'mvt', which fits any contrasts, or 'holm'.")  # fmt: skip
    return adjust
