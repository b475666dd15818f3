"""Standardised mean differences of two independent groups, group 1 minus group 2.

Every function takes an :class:`~mmc_analysis.effects.samples.IndependentSummary` of ``k`` samples; `statistic`, `df` and
`p_value` are those of the t test that shares the standardiser. What `interval` means is said in
:mod:`~mmc_analysis.effects.standardised_paired`; coverage is in ``docs/coverage.md``.
"""

import numpy as np
import pandas as pd

from mmc_analysis.effects.differences import Difference, as_independent
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.raw import welch
from mmc_analysis.effects.samples import IndependentSummary
from mmc_analysis.effects.standardised import Standardiser, standardise
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options


@named_options
def d_s(two: IndependentSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return d_s: the difference of two means divided by the pooled SD (Cohen's d).

    Parameters
    ----------
    two : IndependentSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "normal"}
        Exact limits under equal variances, or estimate ± z · std_error.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; `std_error` is √(1/n_1 + 1/n_2 + d²/(2(n_1+n_2))) (Hedges 1982).

    Raises
    ------
    EffectError
        If `two` is not an independent summary, or an option does not exist.

    Examples
    --------
    >>> movies = IndependentSummary(10, 10, 8.7, 7.7, 0.8232726, 0.9486833)
    >>> d_s(movies)[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[1.13, 0.16, 2.06]]
    """
    return standardise(_pooled_difference(two), "d_s", _by_pooled(two), conf_level, interval)


@named_options
def g_s(two: IndependentSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return g_s: d_s times Hedges' exact factor with n_1 + n_2 - 2 degrees of freedom.

    Parameters, result and errors as in :func:`d_s`, with g in the variance; `interval` may also be "shrunk", as effectsize
    prints it, and then covers 93 % or more.

    Examples
    --------
    >>> movies = IndependentSummary(10, 10, 8.7, 7.7, 0.8232726, 0.9486833)
    >>> g_s(movies)[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[1.08, 0.16, 2.06]]
    """
    return standardise(_pooled_difference(two), "g_s", _by_pooled(two, corrected=True), conf_level, interval)


@named_options
def glass_delta(
    two: IndependentSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t",
    variances: str = "unequal", corrected: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Return Glass's Δ: the difference of two means divided by the SD of group 2, the control.

    Parameters
    ----------
    two : IndependentSummary
        ``k`` samples; 2 is the control.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "shrunk", "normal"}
        Limits from the noncentral t with n_2 - 1 degrees of freedom, those times Hedges' factor, or estimate ± z ·
        std_error.
    variances : {"unequal", "equal"}
        Whether the two populations may differ in their SD. Equal: exact interval, variance
        1/n_1 + 1/n_2 + Δ²/(2 n_2). Unequal: the standard error of the difference is that of Welch, variance
        s_1²/(s_2² n_1) + 1/n_2 + Δ²/(2 n_2).
    corrected : bool
        Whether to apply Hedges' exact factor with n_2 - 1 degrees of freedom.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "glass_delta", or "glass_delta_corrected". With variances "unequal" the interval covers 94 to 98 % in
        groups of one size, and as little as 92 % where group 1 is a third of the control and varies twice as much.

    Raises
    ------
    EffectError
        If `two` is not an independent summary, or an option does not exist.

    Examples
    --------
    >>> movies = IndependentSummary(10, 10, 8.7, 7.7, 0.8232726, 0.9486833)
    >>> glass_delta(movies)["estimate"].round(4).tolist()
    [1.0541]
    """
    check_option("variances", variances, ("unequal", "equal"), EffectError)
    check_option("corrected", corrected, (False, True), EffectError)
    n_1, n_2 = as_independent(two).n_1, two.n_2
    ratio = (two.sd_1 / two.sd_2) ** 2 if variances == "unequal" else np.ones_like(n_2)
    difference = Difference(two, two.mean_difference, two.sd_2 * np.sqrt(ratio / n_1 + 1 / n_2), n_2 - 1)
    by = Standardiser(two.sd_2, f"difference / SD of group 2, variances {variances}",
                      lambda d: ratio / n_1 + 1 / n_2 + d**2 / (2 * n_2), n_2 - 1 if corrected else None)  # fmt: skip
    return standardise(difference, "glass_delta" + "_corrected" * corrected, by, conf_level, interval)


@named_options
def smdh(two: IndependentSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return the standardised mean difference for heteroscedastic groups: difference / √((s_1² + s_2²)/2), corrected.

    Parameters
    ----------
    two : IndependentSummary
        ``k`` samples, whose populations may differ in their SD.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "shrunk", "normal"}
        The limits of the noncentral t of Welch's test, brought to this standardiser; those times Hedges' factor; or
        estimate ± z · std_error.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows, as metafor's SMDH: Hedges' exact factor J with n_1 + n_2 - 2 degrees of freedom; `std_error` follows
        Bonett (2009): J² ((s_1²/(n_1-1) + s_2²/(n_2-1))/s² + g²(s_1⁴/(n_1-1) + s_2⁴/(n_2-1))/(8 s⁴)). In groups of n and 3 n the
        interval covers 94 to 97 %.

    Raises
    ------
    EffectError
        If `two` is not an independent summary, or an option does not exist.

    Examples
    --------
    >>> smdh(IndependentSummary(15, 14, 112.4, 96.9, 26.0, 13.0))[["estimate", "std_error"]].round(4).values.tolist()
    [[0.7329, 0.3865]]
    """
    n_1, n_2 = as_independent(two).n_1, two.n_2
    squares = two.sd_1**2, two.sd_2**2
    sd, correction_df = np.sqrt(sum(squares) / 2), n_1 + n_2 - 2

    def variance(g):
        of_means, of_sd = (squares[0] ** p / (n_1 - 1) + squares[1] ** p / (n_2 - 1) for p in (1, 2))
        return hedges_factor(correction_df) ** 2 * (of_means / sd**2 + g**2 * of_sd / (8 * sd**4))

    error, df = welch(squares[0] / n_1, n_1 - 1, squares[1] / n_2, n_2 - 1)
    by = Standardiser(sd, "difference / root mean square of the two SDs", variance, correction_df)
    return standardise(Difference(two, two.mean_difference, error, df), "smdh", by, conf_level, interval)


def _pooled_difference(two) -> Difference:
    n_1, n_2 = as_independent(two).n_1, two.n_2
    return Difference(two, two.mean_difference, two.sd_pooled * np.sqrt(1 / n_1 + 1 / n_2), n_1 + n_2 - 2)


def _by_pooled(two, corrected=False) -> Standardiser:
    n_1, n_2 = two.n_1, two.n_2
    return Standardiser(two.sd_pooled, "difference / pooled SD",
                        lambda d: 1 / n_1 + 1 / n_2 + d**2 / (2 * (n_1 + n_2)),
                        n_1 + n_2 - 2 if corrected else None)  # fmt: skip
