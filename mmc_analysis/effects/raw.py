"""Differences of means in the units of the measurement, with Student's t."""

import numpy as np
import pandas as pd

from mmc_analysis.effects.differences import Difference, as_independent, change_of, t_frame
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
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
    return t_frame(change_of(pair), "raw", "mean change; paired t", conf_level, pair.unit)


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
    n_1, n_2 = as_independent(two).n_1, two.n_2
    if variances == "equal":
        std_error, df = two.sd_pooled * np.sqrt(1 / n_1 + 1 / n_2), n_1 + n_2 - 2
    else:
        std_error, df = welch(two.sd_1**2 / n_1, n_1 - 1, two.sd_2**2 / n_2, n_2 - 1)
    method = "difference of means; " + ("Student's t, pooled SD" if variances == "equal" else "Welch's t")
    return t_frame(Difference(two, two.mean_difference, std_error, df), "raw", method, conf_level, two.unit)


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
