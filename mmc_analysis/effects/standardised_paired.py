"""Standardised mean changes of paired samples.

Every function takes a :class:`~mmc_analysis.effects.samples.PairedSummary` and returns an estimates frame with one
row per sample. `statistic`, `df` and `p_value` are those of the paired t test of no change.

Intervals: the paired t is noncentral t around the standardised change in units of the SD of the changes; its limits
(Steiger and Fouladi 1997) are brought to the metric's own standardiser, which is exact for d_z and, for the others,
the approximation of Algina and Keselman (2003). The limits of corrected metrics (g_*, smcr, smcc) are shrunk by Hedges'
factor like the estimate, as effectsize does. An interval for the same parameter needs no shrinking, though, and with few
participants and large effects the shrunk one is too near zero: ``interval="unshrunk"`` leaves the factor out.

Coverage of nominal 95 % intervals in simulations of normal data (n = 6, 10, 18, 30; r = .3, .7, .9; effects 0, .5 and 1 SD;
SD ratio 1 and 1.5): d_z 94.4-95.6 %, d_av 93.9-96.2 %; g_av at n = 6 down to 88.7 %, at n = 18 93.4 % or more (unshrunk it
is that of d_av); smcr at n = 6 down to 87.7 %, unshrunk 93.6 % or more. d_rm is only right when the two SDs are equal: at an SD
ratio of 1.5 and r = .9 it covers 80-90 % at any n, and at n = 6 down to 88 % even with equal SDs. Prefer d_av.
"""

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import Effect, check_level, effect_frame, t_limits, two_sided_p
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.noncentral import noncentrality_limits_t
from mmc_analysis.effects.samples import PairedSummary
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options

INTERVALS = ("noncentral-t", "unshrunk", "normal")
INTERVAL_NAMES = {
    "noncentral-t": "noncentral-t interval",
    "unshrunk": "noncentral-t interval, not shrunk by Hedges' factor",
    "normal": "normal interval",
}
AVERAGES = ("rms", "arithmetic")


@named_options
def d_z(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return d_z: the mean change divided by the SD of the changes.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "unshrunk", "normal"}
        Exact limits, or estimate ± z · std_error; "unshrunk" see the module, it only matters for corrected metrics.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; `std_error` is √(1/n + d²/(2n)) (Gibbons, Hedeker and Davis 1993).

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
    return _by_change(pair, "d_z", False, conf_level, interval)


@named_options
def g_z(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return g_z: d_z times Hedges' exact factor with n - 1 degrees of freedom.

    Parameters, result and errors as in :func:`d_z`; `std_error` is √(1/n + g²/(2n)).

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> g_z(movies)["estimate"].round(4).tolist()
    [1.3708]
    """
    return _by_change(pair, "g_z", True, conf_level, interval)


@named_options
def smcc(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return the standardised mean change with change-score standardisation, corrected: g_z by its other name.

    Parameters, result and errors as in :func:`d_z`; `std_error` is √(1/n + g²/(2n)).

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> smcc(movies)[["metric", "estimate"]].round(4).values.tolist()
    [['smcc', 1.3708]]
    """
    return _by_change(pair, "smcc", True, conf_level, interval)


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
    interval : {"noncentral-t", "unshrunk", "normal"}
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
    return _by_average(pair, "d_av", False, conf_level, interval, average)


@named_options
def g_av(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t", average: str = "rms"
) -> pd.DataFrame:
    """Return g_av: d_av times Hedges' exact factor with n - 1 degrees of freedom.

    Parameters, result and errors as in :func:`d_av`; `std_error` is Bonett's with g in the place of d.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> g_av(movies)["estimate"].round(4).tolist()
    [1.0289]
    """
    return _by_average(pair, "g_av", True, conf_level, interval, average)


@named_options
def d_rm(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return d_rm: d_z · √(2(1-r)), the change in units of an SD that the correlation does not shrink.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "unshrunk", "normal"}
        Limits of d_z times √(2(1-r)), or estimate ± z · std_error.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows (Morris and DeShon 2002, equation 8); `std_error` is √(2(1-r)/n + d²/(2n)), where d² is not
        multiplied by 2(1-r): the form that does so is too small when r is large.

    Raises
    ------
    EffectError
        If `pair` is not a paired summary, or an option does not exist.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> d_rm(movies)["estimate"].round(4).tolist()
    [1.1113]
    """
    return _by_correlation(pair, "d_rm", False, conf_level, interval)


@named_options
def g_rm(pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "noncentral-t") -> pd.DataFrame:
    """Return g_rm: d_rm times Hedges' exact factor with n - 1 degrees of freedom.

    Parameters, result and errors as in :func:`d_rm`; `std_error` uses g in the place of d.

    Examples
    --------
    >>> movies = PairedSummary(10, 8.7, 7.7, 0.8232726, 0.9486833, 0.7255423)
    >>> g_rm(movies)["estimate"].round(4).tolist()
    [1.0156]
    """
    return _by_correlation(pair, "g_rm", True, conf_level, interval)


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
    interval : {"noncentral-t", "unshrunk", "normal"}
        The interval of Algina and Keselman (2003) for this standardiser, or estimate ± z · std_error.
    variances : {"equal", "unequal"}
        For `std_error`: 2(1-r)/n + g²/(2n) (Becker 1988), or J²(s_D²/(s_2²(n-1)) + g²/(2(n-1))) after Bonett
        (2008), which holds when the SD changes from pre to post.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; Hedges' exact factor with n - 1 degrees of freedom is applied.

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
    check_option("variances", variances, ("equal", "unequal"), EffectError)
    n = _paired(pair).n
    factor = hedges_factor(n - 1)
    g = factor * pair.mean_change / pair.sd_2
    if variances == "equal":
        variance = 2 * (1 - pair.r) / n + g**2 / (2 * n)
    else:
        variance = factor**2 * ((pair.sd_change / pair.sd_2) ** 2 + g**2 / 2) / (n - 1)
    method = f"change / SD of 2 (pre), Hedges' factor, variance for {variances} SDs"
    return _frame(pair, "smcr", pair.sd_2, factor, variance, method, conf_level, interval)


def _by_change(pair, metric, corrected, conf_level, interval):
    n = _paired(pair).n
    factor = hedges_factor(n - 1) if corrected else np.ones_like(n)
    d = factor * pair.mean_change / pair.sd_change
    method = "change / SD of the changes" + ", Hedges' factor" * corrected
    return _frame(pair, metric, pair.sd_change, factor, 1 / n + d**2 / (2 * n), method, conf_level, interval)


def _by_average(pair, metric, corrected, conf_level, interval, average):
    check_option("average", average, AVERAGES, EffectError)
    n = _paired(pair).n
    squares = pair.sd_1**2, pair.sd_2**2
    sd = np.sqrt(sum(squares) / 2) if average == "rms" else (pair.sd_1 + pair.sd_2) / 2
    factor = hedges_factor(n - 1) if corrected else np.ones_like(n)
    d = factor * pair.mean_change / sd
    fourth = squares[0] ** 2 + squares[1] ** 2 + 2 * pair.r**2 * squares[0] * squares[1]
    variance = pair.sd_change**2 / (sd**2 * (n - 1)) + d**2 * fourth / (8 * sd**4 * (n - 1))
    named = "root mean square" if average == "rms" else "arithmetic mean"
    method = f"change / {named} of the two SDs" + ", Hedges' factor" * corrected
    return _frame(pair, metric, sd, factor, variance, method, conf_level, interval)


def _by_correlation(pair, metric, corrected, conf_level, interval):
    n = _paired(pair).n
    shrink = np.sqrt(2 * (1 - pair.r))
    factor = hedges_factor(n - 1) if corrected else np.ones_like(n)
    d = factor * pair.mean_change / pair.sd_change * shrink
    variance = 2 * (1 - pair.r) / n + d**2 / (2 * n)
    method = "change / (SD of the changes / √(2(1-r)))" + ", Hedges' factor" * corrected
    return _frame(pair, metric, pair.sd_change / shrink, factor, variance, method, conf_level, interval)


def _paired(pair) -> PairedSummary:
    if not isinstance(pair, PairedSummary):
        raise EffectError(
            f"a paired summary is needed, but got {type(pair).__name__}. Make one with effects.paired(post, pre); for "
            "two groups of different people use d_s, g_s or glass_delta."
        )
    return pair


def _frame(pair, metric, standardiser, factor, variance, method, conf_level, interval):
    """Divide the change by a standardiser, (k,), and bring the limits of the noncentral t to the same units."""
    check_option("interval", interval, INTERVALS, EffectError)
    level = check_level(conf_level)
    df = pair.n - 1
    t = pair.mean_change / (pair.sd_change / np.sqrt(pair.n))
    per_t = factor * pair.sd_change / (standardiser * np.sqrt(pair.n))
    estimate, std_error = t * per_t, np.sqrt(variance)
    low, high = standardised_limits(t, df, per_t, std_error, level, interval, factor)
    effect = Effect(
        metric, estimate, std_error, df, low, high, f"{method}; {INTERVAL_NAMES[interval]}", t, two_sided_p(t, df)
    )
    return effect_frame(pair, effect, level)


def standardised_limits(t, df, per_t, std_error, conf_level, interval, factor=1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of the effect ``t * per_t``, (k,) each; NaN without a level.

    `factor` is the Hedges factor that `per_t` contains; "unshrunk" limits leave it out.

    Examples
    --------
    >>> low, high = standardised_limits(np.array([4.743416]), 9, 10**-0.5, np.array([0.46]), 0.95, "noncentral-t")
    >>> low.round(3), high.round(3)
    (array([0.561]), array([2.403]))
    """
    if conf_level is None:
        return np.full(t.shape, np.nan), np.full(t.shape, np.nan)
    if interval == "normal":
        return t_limits(t * per_t, std_error, np.inf, conf_level)
    low, high = noncentrality_limits_t(t, df, conf_level)
    scale = per_t / factor if interval == "unshrunk" else per_t
    return low * scale, high * scale
