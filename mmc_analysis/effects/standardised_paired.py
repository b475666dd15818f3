"""Standardised mean changes of paired samples, one function per standardiser.

Every function takes a :class:`~mmc_analysis.effects.samples.PairedSummary` of ``k`` samples and returns an estimates frame
with one row per sample; `statistic`, `df` and `p_value` are those of the paired t test of no change. All raise an
EffectError if they get something else, or an option does not exist.

Options that all share: `conf_level`, a fraction, or None for no interval; and `interval`:

- "noncentral-t" (the default): the paired t is noncentral t around the change in units of the SD of the changes; its limits
  (Steiger and Fouladi 1997) are brought to the metric's own standardiser, which is exact for d_z and the approximation of
  Algina and Keselman (2003) for the others. Corrected metrics (g_*, smcr, smcc) estimate the same parameter, so their limits
  are the same.
- "shrunk": these limits times Hedges' factor, as effectsize prints for Hedges' g. It is too near zero in small samples.
- "normal": estimate ± z · std_error, as metafor prints.

Coverage of nominal 95 % intervals is in ``docs/coverage.md``; each function says where its own leaves 94 to 96.5 %.
"""

import numpy as np
import pandas as pd

from mmc_analysis.effects.differences import as_paired, change_of
from mmc_analysis.effects.frames import check_level, t_limits
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.samples import PairedSummary
from mmc_analysis.effects.standardised import INTERVALS, Standardiser, standardise, standardised_frame
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options

AVERAGES = ("rms", "arithmetic")
VARIANCES = ("equal", "unequal")


@named_options
def d_z(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return d_z: the mean change divided by the SD of the changes.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "normal"}
        Exact limits, or estimate ± z · std_error.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; `std_error` is √(1/n + d²/(2n)) (Gibbons, Hedeker and Davis 1993). The normal interval covers 93 % or
        more, at n = 6.

    Raises
    ------
    EffectError
        If `pair` is not a paired summary, or an option does not exist.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> d_z(movies)[["estimate", "conf_low", "conf_high"]].round(3).values.tolist()
    [[1.5, 0.561, 2.403]]
    """
    return standardise(change_of(pair), "d_z", _by_change(pair), conf_level, interval)


@named_options
def g_z(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return g_z: d_z times Hedges' exact factor with n - 1 degrees of freedom.

    Parameters, result and errors as in :func:`d_z`, with g in the variance; for `interval` see the module. At n = 6 shrunk limits
    cover as little as 89 %, normal ones 91 to 97 %.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> g_z(movies)[["estimate", "conf_low", "conf_high"]].round(4).values.tolist()
    [[1.3708, 0.5605, 2.4034]]
    >>> g_z(movies, interval="shrunk")[["conf_low", "conf_high"]].round(4).values.tolist()
    [[0.5122, 2.1964]]
    """
    return standardise(change_of(pair), "g_z", _by_change(pair, corrected=True), conf_level, interval)


@named_options
def smcc(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return the standardised mean change with change-score standardisation, corrected: g_z by its other name.

    Parameters, result and errors as in :func:`g_z`.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> smcc(movies)[["metric", "estimate"]].round(4).values.tolist()
    [['smcc', 1.3708]]
    """
    return standardise(change_of(pair), "smcc", _by_change(pair, corrected=True), conf_level, interval)


@named_options
def d_av(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t", average: str = "rms"
) -> pd.DataFrame:
    """Return d_av: the mean change divided by the average of the two SDs.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "normal"}
        The interval of Algina and Keselman (2003), or estimate ± z · std_error.
    average : {"rms", "arithmetic"}
        Root mean square of the SDs (Cumming 2012), or their arithmetic mean (Lakens 2013).

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; `std_error` follows Bonett (2008, equation 10):
        s_D²/(s_av²(n-1)) + d²(s_1⁴ + s_2⁴ + 2r²s_1²s_2²)/(8 s_av⁴(n-1)).

    Raises
    ------
    EffectError
        If `pair` is not a paired summary, or an option does not exist.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> d_av(movies)[["estimate", "conf_low", "conf_high"]].round(3).values.tolist()
    [[1.126, 0.421, 1.804]]
    >>> d_av(movies, average="arithmetic")["estimate"].round(3).tolist()
    [1.129]
    """
    return standardise(change_of(pair), "d_av", _by_average(pair, average), conf_level, interval)


@named_options
def g_av(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t", average: str = "rms"
) -> pd.DataFrame:
    """Return g_av: d_av times Hedges' exact factor with n - 1 degrees of freedom.

    Parameters, result and errors as in :func:`d_av`, with g in the variance; for `interval` see the module. At n = 6 shrunk limits
    cover as little as 88 %, normal ones 90 to 98 %.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> g_av(movies)["estimate"].round(4).tolist()
    [1.0289]
    """
    return standardise(change_of(pair), "g_av", _by_average(pair, average, corrected=True), conf_level, interval)


@named_options
def smcr(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t", variances: str = "equal"
) -> pd.DataFrame:
    """Return the standardised mean change with raw-score standardisation: change / pre SD, corrected.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples; 2 is pre.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "shrunk", "normal"}
        The interval of Algina and Keselman (2003) for this standardiser, that times Hedges' factor, or estimate ± z ·
        std_error.
    variances : {"equal", "unequal"}
        For `std_error`: 2(1-r)/n + g²/(2n) (Becker 1988), or J²(s_D²/(s_2²(n-1)) + g²/(2(n-1))) after Bonett
        (2008), which holds when the SD changes from pre to post.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; Hedges' exact factor with n - 1 degrees of freedom is applied. The interval covers 93 % or more, at n = 6;
        shrunk limits 87 %, normal ones 87 %, or 86 % with variances "unequal".

    Raises
    ------
    EffectError
        If `pair` is not a paired summary, or an option does not exist.

    Examples
    --------
    >>> trained = PairedSummary(20, 30.6, 23.5, 15.0, 3.1, 0.64)
    >>> smcr(trained)[["estimate", "std_error"]].round(4).values.tolist()
    [[2.1985, 0.396]]
    """
    check_option("variances", variances, VARIANCES, EffectError)
    n = as_paired(pair).n

    def variance(g):
        if variances == "equal":
            return 2 * (1 - pair.r) / n + g**2 / (2 * n)
        return hedges_factor(n - 1) ** 2 * ((pair.sd_change / pair.sd_2) ** 2 + g**2 / 2) / (n - 1)

    by = Standardiser(pair.sd_2, f"change / SD of 2 (pre), variance for {variances} SDs", variance, n - 1)
    return standardise(change_of(pair), "smcr", by, conf_level, interval)


@named_options
def d_rm(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "t", variances: str = "equal"
) -> pd.DataFrame:
    """Return d_rm: d_z · √(2(1-r)), the change in units of an SD that the correlation does not shrink.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"t", "noncentral-t", "normal"}
        d ± t(n-1) · std_error; the limits of d_z times √(2(1-r)); or d ± z · std_error. √(2(1-r)) varies as well as the SD of
        the changes, and unless the two SDs are equal their errors do not cancel: the limits of d_z know nothing of it.
    variances : {"equal", "unequal"}
        For `std_error`: the root of 2(1-r)/n + d²/(2n), where d² is not multiplied by 2(1-r) (the form that does so is too
        small when r is large); or by the delta method for any two SDs. Choose "unequal" where the two SDs differ.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows (Morris and DeShon 2002, equation 8). The t interval covers 93 to 99 % where the SDs are equal
        and as little as 86 % where they are as 1.5 to 1 and r is large; for "unequal" 93 to 100 % in both, most without a
        change at n = 6. The limits of d_z cover 78 % or more, unequal SDs being the worst at any n; the normal interval, where
        the SDs are equal, 87 % or more.

    Raises
    ------
    EffectError
        If `pair` is not a paired summary, or an option does not exist.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> d_rm(movies)[["estimate", "std_error"]].round(4).values.tolist()
    [[1.1113, 0.3415]]
    >>> d_rm(movies, variances="unequal")["std_error"].round(4).tolist()
    [0.3384]
    """
    return _correlation_free(pair, "d_rm", False, variances, conf_level, interval)


@named_options
def g_rm(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "t", variances: str = "equal"
) -> pd.DataFrame:
    """Return g_rm: d_rm times Hedges' exact factor with n - 1 degrees of freedom.

    Parameters, result and errors as in :func:`d_rm`, with g in the variance; the t interval is that of d_rm, whose parameter
    it shares.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> g_rm(movies)["estimate"].round(4).tolist()
    [1.0156]
    """
    return _correlation_free(pair, "g_rm", True, variances, conf_level, interval)


def _by_change(pair, corrected=False) -> Standardiser:
    n = as_paired(pair).n
    return Standardiser(pair.sd_change, "change / SD of the changes", lambda d: 1 / n + d**2 / (2 * n),
                        n - 1 if corrected else None)  # fmt: skip


def _by_average(pair, average, corrected=False) -> Standardiser:
    check_option("average", average, AVERAGES, EffectError)
    n, first, second = as_paired(pair).n, pair.sd_1**2, pair.sd_2**2
    sd = np.sqrt((first + second) / 2) if average == "rms" else (pair.sd_1 + pair.sd_2) / 2
    fourth = first**2 + second**2 + 2 * pair.r**2 * first * second

    def variance(d):
        return ((pair.sd_change / sd) ** 2 + d**2 * fourth / (8 * sd**4)) / (n - 1)

    words = f"change / {'root mean square' if average == 'rms' else 'arithmetic mean'} of the two SDs"
    return Standardiser(sd, words, variance, n - 1 if corrected else None)


def _correlation_free(pair, metric, corrected, variances, conf_level, interval) -> pd.DataFrame:
    check_option("variances", variances, VARIANCES, EffectError)
    check_option("interval", interval, ("t", *INTERVALS), EffectError)
    n, shrink = as_paired(pair).n, 2 * (1 - pair.r)

    def variance(d):
        if variances == "equal":
            return shrink / n + d**2 / (2 * n)
        return shrink / n + d**2 * _relative_variance(pair) / (4 * (n - 1))

    words = f"change / (SD of the changes / √(2(1-r))), variance for {variances} SDs"
    by = Standardiser(pair.sd_change / np.sqrt(shrink), words, variance, n - 1 if corrected else None)
    change = change_of(pair)
    if interval != "t":
        return standardise(change, metric, by, conf_level, interval)
    level = check_level(conf_level)
    d = change.value / by.sd
    estimate = by.factor * d
    limits = t_limits(d, np.sqrt(variance(d)), change.df, level)
    return standardised_frame(change, metric, by, estimate, np.sqrt(variance(estimate)), (*limits, interval), level)


def _relative_variance(pair) -> np.ndarray:
    """(n - 1) times the variance of log(s_D²/(1-r)), by the delta method for a bivariate normal sample, (k,)."""
    r, shared, square = pair.r, pair.r * pair.sd_1 * pair.sd_2, pair.sd_change**2
    first, second = ((s**2 - shared) / square for s in (pair.sd_1, pair.sd_2))
    by_r = 1 / (1 - r) - 2 * pair.sd_1 * pair.sd_2 / square
    spread = 2 * (first**2 + second**2) + 4 * r**2 * first * second
    return spread + (by_r * (1 - r**2)) ** 2 + 2 * (first + second) * by_r * r * (1 - r**2)
