"""Differences of means in the units of the measurement, with Student's t."""

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import Effect, check_level, effect_frame, t_limits, two_sided_p
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
from mmc_analysis.effects.standardised import as_independent, as_paired
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options


@named_options
def mean_change(pair: PairedSummary, *, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return the mean change, 1 minus 2, with the interval of the paired t test.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw"; `std_error` is s_D/√n, `df` n - 1.

    Raises
    ------
    EffectError
        If `pair` is not a paired summary.

    Examples
    --------
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86, unit="pct_max")
    >>> mean_change(pair)[["estimate", "conf_low", "conf_high"]].round(1).values.tolist()
    [[9.0, 5.1, 12.9]]
    """
    level = check_level(conf_level)
    df = as_paired(pair).n - 1
    std_error = pair.sd_change / np.sqrt(pair.n)
    return raw_frame(pair, pair.mean_change, std_error, df, level, "mean change; paired t")


@named_options
def mean_difference(
    two: IndependentSummary, *, conf_level: float | None = 0.95, variances: str = "unequal"
) -> pd.DataFrame:
    """Return the difference of two means, group 1 minus group 2.

    Parameters
    ----------
    two : IndependentSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    variances : {"unequal", "equal"}
        Welch's standard error with Satterthwaite's degrees of freedom, or the pooled SD with n_1 + n_2 - 2.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw".

    Raises
    ------
    EffectError
        If `two` is not an independent summary, or an option does not exist.

    Examples
    --------
    >>> two = IndependentSummary(15, 14, 12.4, 6.9, 6.0, 5.0)
    >>> mean_difference(two)[["estimate", "std_error", "df"]].round(2).values.tolist()
    [[5.5, 2.05, 26.68]]
    """
    check_option("variances", variances, ("unequal", "equal"), EffectError)
    level = check_level(conf_level)
    as_independent(two)
    if variances == "equal":
        std_error, df = two.sd_pooled * np.sqrt(1 / two.n_1 + 1 / two.n_2), two.n_1 + two.n_2 - 2
    else:
        std_error, df = welch(two.sd_1**2 / two.n_1, two.n_1 - 1, two.sd_2**2 / two.n_2, two.n_2 - 1)
    method = "difference of means; " + ("Student's t, pooled SD" if variances == "equal" else "Welch's t")
    return raw_frame(two, two.mean_difference, std_error, df, level, method)


def welch(variance_1, df_1, variance_2, df_2) -> tuple[np.ndarray, np.ndarray]:
    """Return the standard error of a difference of two estimates and its degrees of freedom (Welch 1947).

    Parameters
    ----------
    variance_1, variance_2 : ndarray, shape (k,)
        Squared standard errors of the two estimates.
    df_1, df_2 : ndarray, shape (k,)

    Returns
    -------
    std_error, df : ndarray, shape (k,)

    Examples
    --------
    >>> std_error, df = welch(2.4, 14, 1.8, 13)
    >>> round(float(std_error), 3), round(float(df), 2)
    (2.049, 26.7)
    """
    total = variance_1 + variance_2
    return np.sqrt(total), total**2 / (variance_1**2 / df_1 + variance_2**2 / df_2)


def raw_frame(sample, estimate, std_error, df, conf_level, method, metric="raw", unit=None) -> pd.DataFrame:
    """Return the frame of an estimate whose interval is estimate ± t(df) · std_error.

    Examples
    --------
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86)
    >>> raw_frame(pair, np.array([9.0]), np.array([1.9]), np.array([17.0]), 0.95, "by hand")["statistic"].round(2).tolist()
    [4.74]
    """
    low, high = t_limits(estimate, std_error, df, conf_level)
    statistic = estimate / std_error
    p_value = two_sided_p(statistic, df)
    effect = Effect(
        metric, estimate, std_error, df, low, high, method, statistic, p_value, sample.unit if unit is None else unit
    )
    return effect_frame(sample, effect, conf_level)
