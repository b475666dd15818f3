"""Standardised mean differences of two independent groups, group 1 minus group 2.

`statistic`, `df` and `p_value` are those of the t test that shares the standardiser.

Coverage of nominal 95 % intervals in simulations of normal data (6, 10, 18 or 30 per group, effects 0 to 2 SD): d_s
94.5-95.3 %, g_s 93.0-95.3 %; glass_delta for unequal variances 94.4-97.0 % whether the SDs are equal or not, for equal
variances 94.6-95.4 % when they are and 88-91 % when group 1 varies 1.5 times as much.
"""

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import Effect, check_level, effect_frame, two_sided_p
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.samples import IndependentSummary
from mmc_analysis.effects.standardised_paired import INTERVAL_NAMES, INTERVALS, standardised_limits
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
    interval : {"noncentral-t", "unshrunk", "normal"}
        Exact limits under equal variances, or estimate ± z · std_error. Corrected metrics shrink the limits by Hedges'
        factor unless "unshrunk" is asked for.

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
    return _by_pooled(two, "d_s", False, conf_level, interval)


@named_options
def g_s(two: IndependentSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return g_s: d_s times Hedges' exact factor with n_1 + n_2 - 2 degrees of freedom.

    Parameters, result and errors as in :func:`d_s`; `std_error` uses g in the place of d.

    Examples
    --------
    >>> movies = IndependentSummary(10, 10, 8.7, 7.7, 0.8232726, 0.9486833)
    >>> g_s(movies)["estimate"].round(2).tolist()
    [1.08]
    """
    return _by_pooled(two, "g_s", True, conf_level, interval)


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
    interval : {"noncentral-t", "unshrunk", "normal"}
        Limits from the noncentral t with n_2 - 1 degrees of freedom, or estimate ± z · std_error; "unshrunk" as in
        :func:`d_s`.
    variances : {"unequal", "equal"}
        Whether the two populations may differ in their SD. Equal: exact interval, variance
        1/n_1 + 1/n_2 + Δ²/(2 n_2). Unequal: the standard error of the difference is that of Welch, variance
        s_1²/(s_2² n_1) + 1/n_2 + Δ²/(2 n_2).
    corrected : bool
        Whether to apply Hedges' exact factor with n_2 - 1 degrees of freedom.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows.

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
    n_1, n_2 = _independent(two).n_1, two.n_2
    df = n_2 - 1
    factor = hedges_factor(df) if corrected else np.ones_like(n_2)
    delta = factor * two.mean_difference / two.sd_2
    ratio = (two.sd_1 / two.sd_2) ** 2 if variances == "unequal" else np.ones_like(n_2)
    error = two.sd_2 * np.sqrt(ratio / n_1 + 1 / n_2)
    variance = ratio / n_1 + 1 / n_2 + delta**2 / (2 * n_2)
    method = "difference / SD of group 2" + ", Hedges' factor" * corrected + f", variances {variances}"
    return _frame(two, "glass_delta", two.sd_2, error, df, (factor, variance, method), conf_level, interval)


def _by_pooled(two, metric, corrected, conf_level, interval):
    n_1, n_2 = _independent(two).n_1, two.n_2
    df = n_1 + n_2 - 2
    factor = hedges_factor(df) if corrected else np.ones_like(df)
    d = factor * two.mean_difference / two.sd_pooled
    variance = 1 / n_1 + 1 / n_2 + d**2 / (2 * (n_1 + n_2))
    error = two.sd_pooled * np.sqrt(1 / n_1 + 1 / n_2)
    method = "difference / pooled SD" + ", Hedges' factor" * corrected
    return _frame(two, metric, two.sd_pooled, error, df, (factor, variance, method), conf_level, interval)


def _independent(two) -> IndependentSummary:
    if not isinstance(two, IndependentSummary):
        raise EffectError(
            f"a summary of two independent groups is needed, but got {type(two).__name__}. Make one with "
            "effects.independent(x, y); for two measurements of the same people use d_z, d_av or d_rm."
        )
    return two


def _frame(two, metric, standardiser, error, df, parts, conf_level, interval):
    """Divide the difference by a standardiser, (k,); `error` is the standard error of the raw difference."""
    factor, variance, method = parts
    check_option("interval", interval, INTERVALS, EffectError)
    level = check_level(conf_level)
    t, per_t, std_error = two.mean_difference / error, factor * error / standardiser, np.sqrt(variance)
    low, high = standardised_limits(t, df, per_t, std_error, level, interval, factor)
    effect = Effect(
        metric, t * per_t, std_error, df, low, high, f"{method}; {INTERVAL_NAMES[interval]}", t, two_sided_p(t, df)
    )
    return effect_frame(two, effect, level)
