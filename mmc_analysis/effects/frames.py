"""From arrays of effects to a frame of estimates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.errors import EffectError
from mmc_analysis.schema import combined_evidence


@dataclass(frozen=True)
class Effect:
    """One effect size per sample.

    Attributes
    ----------
    metric : str
        Name, with its standardiser.
    estimate, std_error, df : ndarray, shape (k,)
    low, high : ndarray, shape (k,)
        Confidence limits.
    method : str
        How estimate, standard error and interval were computed.
    statistic : ndarray, shape (k,), optional
        Test statistic of no effect, where the metric has one, with its two-sided `p_value`.
    unit : str or ndarray, shape (k,), optional
    """

    metric: str
    estimate: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    low: np.ndarray
    high: np.ndarray
    method: str
    statistic: np.ndarray | None = None
    p_value: np.ndarray | None = None
    unit: np.ndarray | str | None = None


def effect_frame(sample, effect: Effect, conf_level: float | None) -> pd.DataFrame:
    """Return the estimates frame of an effect: labels first, one row per sample.

    Parameters
    ----------
    sample : PairedSummary, IndependentSummary or PrePostControl
    effect : Effect
    conf_level : float or None

    Returns
    -------
    pandas.DataFrame
        ``k`` rows in the columns of the estimates table.

    Raises
    ------
    EffectError
        If a label has the name of one of them.
    """
    k = effect.estimate.size
    labels = pd.DataFrame(index=range(k)) if sample.labels is None else sample.labels
    columns = {"metric": effect.metric, "estimate": effect.estimate}
    if effect.unit is not None:
        columns["unit"] = effect.unit
    columns |= {"std_error": effect.std_error, "df": effect.df}
    if effect.statistic is not None:
        columns |= {"statistic": effect.statistic, "p_value": effect.p_value}
    columns |= {"conf_level": np.nan if conf_level is None else conf_level, "conf_low": effect.low,
                "conf_high": effect.high, "n": sample.size}  # fmt: skip
    if hasattr(sample, "n_1"):
        columns |= {"n_1": sample.n_1, "n_2": sample.n_2}
    columns["method"] = f"{effect.method}; {sample.note}" if sample.note else effect.method
    columns["evidence"] = computed_evidence(sample.evidence)
    taken = [name for name in labels if name in columns]
    if taken:
        raise EffectError(
            f"the samples are labelled by '{taken[0]}', and an effect has a column of that name. Rename the column of the labels "
            "or of the observations."
        )
    return labels.assign(**columns)


def computed_evidence(evidence: np.ndarray) -> np.ndarray:
    """Return the evidence of numbers computed from these, row by row: what was published becomes derived.

    Examples
    --------
    >>> computed_evidence(np.array(["published", "measured"]))
    array(['derived', 'measured'], dtype=object)
    """
    kinds = {kind: combined_evidence(pd.DataFrame({"evidence": [kind]})) for kind in set(evidence)}
    return np.array([kinds[kind] for kind in evidence], dtype=object)


def check_level(conf_level: float | None, name: str = "conf_level") -> float | None:
    """Return the confidence level if it is a fraction between 0 and 1, or None for no interval.

    Examples
    --------
    >>> check_level(95)
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: conf_level=95 is not a fraction between 0 and 1. Write 0.95.
    """
    if conf_level is None:
        return None
    number = isinstance(conf_level, (int, float, np.integer, np.floating)) and not isinstance(conf_level, bool)
    if not number or not 0 < conf_level < 1:
        hint = f" Write {conf_level / 100:g}." if number and 1 <= conf_level < 100 else ""
        raise EffectError(f"{name}={conf_level!r} is not a fraction between 0 and 1.{hint}")
    return float(conf_level)


def t_limits(estimate, std_error, df, conf_level: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of estimate ± t(df) · std_error, each shape (k,); NaN without a level.

    Examples
    --------
    >>> low, high = t_limits(np.array([9.0]), np.array([1.9]), np.array([17.0]), 0.95)
    >>> low.round(2), high.round(2)
    (array([4.99]), array([13.01]))
    """
    if conf_level is None:
        return no_limits(estimate)
    reach = t_quantile((1 + conf_level) / 2, df) * std_error
    return estimate - reach, estimate + reach


def no_limits(estimate) -> tuple[np.ndarray, np.ndarray]:
    """Return empty limits, NaN in the shape of the estimates.

    Examples
    --------
    >>> no_limits(np.array([9.0]))
    (array([nan]), array([nan]))
    """
    return np.full(np.shape(estimate), np.nan), np.full(np.shape(estimate), np.nan)


def t_quantile(p: float, df) -> np.ndarray:
    """Return the quantile of Student's t; normal where `df` is infinite.

    Examples
    --------
    >>> t_quantile(0.975, np.array([17.0, np.inf])).round(3)
    array([2.11, 1.96])
    """
    df = np.asarray(df, dtype=float)
    return np.where(np.isinf(df), special.ndtri(p), special.stdtrit(np.where(np.isinf(df), 1.0, df), p))


def two_sided_p(statistic, df) -> np.ndarray:
    """Return the two-sided P value of a t statistic; normal where `df` is infinite.

    Examples
    --------
    >>> two_sided_p(np.array([2.0]), np.array([np.inf])).round(4)
    array([0.0455])
    """
    size, df = np.abs(np.asarray(statistic, dtype=float)), np.asarray(df, dtype=float)
    return 2 * np.where(np.isinf(df), special.ndtr(-size), special.stdtr(np.where(np.isinf(df), 1.0, df), -size))
