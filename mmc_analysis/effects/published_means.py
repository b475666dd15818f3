"""From printed means with a spread, percent changes, and medians to summaries and effects."""

import warnings

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.arguments import finite_numbers, refuse, refuse_counts
from mmc_analysis.effects.frames import check_level, t_limits, t_quantile, two_sided_p
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.options import check_option, named_options

SPREADS = ("sd", "se", "ci95")
MEDIANS = ("range", "quartiles")


@named_options
def sd_from_spread(spread, n, *, kind: str) -> np.ndarray:
    """Return the standard deviation behind a printed spread.

    Parameters
    ----------
    spread : float or array_like, shape (k,)
        What stands behind "±".
    n : int or array_like, shape (k,)
        Participants.
    kind : {"sd", "se", "ci95"}
        What "±" is: an SD, a standard error, or half a 95 % t interval. There is no default: papers differ, and the wrong
        reading is wrong by √n. See ``consistency`` for whether the paper's other numbers tell.

    Returns
    -------
    ndarray, shape (k,)

    Raises
    ------
    EffectError
        If a spread is not above zero or n < 2.

    Examples
    --------
    >>> sd_from_spread(3.1, 18, kind="se").round(2)
    array([13.15])
    """
    check_option("kind", kind, SPREADS, EffectError)
    spread, n = finite_numbers(spread=spread, n=n)
    refuse(spread <= 0, "spread", spread, "A spread must be above zero.")
    refuse_counts(n)
    if kind == "sd":
        return spread.copy()
    se = spread if kind == "se" else spread / np.concatenate([np.atleast_1d(t_quantile(0.975, v - 1)) for v in n])
    return se * np.sqrt(n)


@named_options
def paired_from_means(
    n, mean_1, mean_2, spread_1, spread_2, *, kind: str, r, labels: pd.DataFrame | None = None, unit: str | None = None
) -> PairedSummary:
    """Return the summary of a paired sample from printed means with SD or SE and a correlation.

    Parameters
    ----------
    n, mean_1, mean_2, spread_1, spread_2 : array_like, shape (k,)
        As printed; 1 is post.
    kind : {"sd", "se", "ci95"}
        What the spreads are.
    r : float or array_like, shape (k,)
        Correlation of the two measurements. It is rarely printed; :func:`r_from_sd_change` recovers it from an SD of
        changes, otherwise it is assumed, and ``effects.sweep`` shows what hangs on it.
    labels, unit
        As in PairedSummary.

    Returns
    -------
    PairedSummary
        Its note says what was assumed.

    Raises
    ------
    EffectError
        As PairedSummary.

    Examples
    --------
    >>> paired_from_means(18, 59, 50, 3.5, 3.5, kind="se", r=0.8).note
    'assumed: spreads are se, r = 0.8'
    """
    sds = [sd_from_spread(spread, n, kind=kind) for spread in (spread_1, spread_2)]
    shown = ", ".join(f"{value:g}" for value in np.unique(np.asarray(r, dtype=float)))
    note = f"assumed: spreads are {kind}, r = {shown}"
    return PairedSummary(n, mean_1, mean_2, *sds, r, labels, unit, "published", note)


@named_options
def independent_from_means(
    n_1, n_2, mean_1, mean_2, spread_1, spread_2, *, kind: str, labels: pd.DataFrame | None = None,
    unit: str | None = None,
) -> IndependentSummary:  # fmt: skip
    """Return the summary of two independent groups from printed means with SD or SE.

    Parameters
    ----------
    n_1, n_2, mean_1, mean_2, spread_1, spread_2 : array_like, shape (k,)
        As printed.
    kind : {"sd", "se", "ci95"}
        What the spreads are.
    labels, unit
        As in IndependentSummary.

    Returns
    -------
    IndependentSummary
        Its note says what was assumed.

    Raises
    ------
    EffectError
        As IndependentSummary.

    Examples
    --------
    >>> independent_from_means(14, 15, -23.8, -45.1, 5.6, 5.0, kind="se").sd_1.round(1)
    array([21.])
    """
    sds = [sd_from_spread(spread, n, kind=kind) for spread, n in ((spread_1, n_1), (spread_2, n_2))]
    note = f"assumed: spreads are {kind}"
    return IndependentSummary(n_1, n_2, mean_1, mean_2, *sds, labels, unit, "published", note)


def r_from_sd_change(sd_1, sd_2, sd_change) -> np.ndarray:
    """Return the correlation of two measurements from their SDs and the SD of the change, shape (k,).

    Raises
    ------
    EffectError
        If no correlation fits: then one of the numbers is not an SD, or not of these participants.

    Examples
    --------
    >>> r_from_sd_change(15, 15, 8).round(3)
    array([0.858])
    """
    sd_1, sd_2, sd_change = finite_numbers(sd_1=sd_1, sd_2=sd_2, sd_change=sd_change)
    for name, sd in (("sd_1", sd_1), ("sd_2", sd_2), ("sd_change", sd_change)):
        refuse(sd <= 0, name, sd, "A standard deviation must be above zero.")
    r = (sd_1**2 + sd_2**2 - sd_change**2) / (2 * sd_1 * sd_2)
    refuse(np.abs(r) > 1, "implied r", r, "No correlation gives these three SDs; one of them is a standard error, or belongs to "
           "other participants.")  # fmt: skip
    return r


@named_options
def log_ratio_from_percent(pct_change, spread, n, *, kind: str, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return the log ratio behind a printed mean percent change, ln(1 + percent/100), by the delta method.

    Parameters
    ----------
    pct_change : float or array_like, shape (k,)
        Mean percent change from baseline, above -100.
    spread : float or array_like, shape (k,)
        Its SD or SE between participants, in percent points.
    n : int or array_like, shape (k,)
        Participants.
    kind : {"sd", "se", "ci95"}
        What the spread is.
    conf_level : float or None
        Level of the interval.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "log_ratio". Assumed: the mean of individual percent changes stands for the change of the
        mean; it lies above it when participants differ much. The interval covers 93 % or more, of the logarithm of 1 plus the
        mean of the individual changes.

    Raises
    ------
    EffectError
        If a change is -100 % or less.

    Examples
    --------
    >>> log_ratio_from_percent(35, 20, 8, kind="sd")[["estimate", "std_error"]].round(4).values.tolist()
    [[0.3001, 0.0524]]
    """
    level = check_level(conf_level)
    pct_change, n = finite_numbers(pct_change=pct_change, n=n)
    refuse(pct_change <= -100, "pct_change", pct_change, "Nothing is left to take the logarithm of.")
    sd = sd_from_spread(spread, n, kind=kind)
    estimate, std_error = np.log1p(pct_change / 100), sd / np.sqrt(n) / (100 + pct_change)
    low, high = t_limits(estimate, std_error, n - 1, level)
    return pd.DataFrame({
        "metric": "log_ratio", "estimate": estimate, "std_error": std_error, "df": n - 1.0, "statistic": estimate / std_error,
        "p_value": two_sided_p(estimate / std_error, n - 1), "conf_level": np.nan if level is None else level,
        "conf_low": low, "conf_high": high, "n": n,
        "assumption": f"± read as {kind}; the mean of individual percent changes stands for the change of the mean",
        "method": "ln(1 + percent/100), SE by the delta method; t interval", "evidence": "derived",
    })  # fmt: skip


@named_options
def mean_sd_from_median(n, median, low, high, *, kind: str) -> pd.DataFrame:
    """Return the mean and SD behind a median with its range or its quartiles, assuming a normal sample.

    Parameters
    ----------
    n : int or array_like, shape (k,)
        Participants.
    median, low, high : float or array_like, shape (k,)
        As printed.
    kind : {"range", "quartiles"}
        What low and high are.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows: `n`, `mean` (Luo et al. 2018), `sd` (Wan et al. 2014), `assumption`, `method`, `evidence`.

    Raises
    ------
    EffectError
        If the three are not in order.

    Warns
    -----
    MMCWarning
        If the sample is skewed beyond what normal samples show (Shi et al. 2023): its mean is then a poor summary.

    Examples
    --------
    >>> mean_sd_from_median(25, 50, 30, 72, kind="range")[["mean", "sd"]].round(2).values.tolist()
    [[50.26, 10.69]]
    """
    check_option("kind", kind, MEDIANS, EffectError)
    n, median, low, high = finite_numbers(n=n, median=median, low=low, high=high)
    refuse_counts(n)
    refuse(~((low <= median) & (median <= high) & (low < high)), "median", median, "It must lie between low and high.")
    skew = np.abs(low + high - 2 * median) / (high - low)
    if kind == "range":
        weight = 4 / (4 + n**0.75)
        mean = weight * (low + high) / 2 + (1 - weight) * median
        sd = (high - low) / (2 * special.ndtri((n - 0.375) / (n + 0.25)))
        critical = 1.01 / np.log(n + 9) + 2.43 / (n + 1)
    else:
        mean = (0.7 + 0.39 / n) * (low + high) / 2 + (0.3 - 0.39 / n) * median
        sd = (high - low) / (2 * special.ndtri((0.75 * n - 0.125) / (n + 0.25)))
        critical = 2.65 / np.sqrt(n) - 6 / n**2
    _warn_skewed(skew > critical)
    return pd.DataFrame({
        "n": n, "mean": mean, "sd": sd, "assumption": f"normal sample; low and high are its {kind}",
        "method": f"mean by Luo et al. (2018), SD by Wan et al. (2014), from median and {kind}", "evidence": "derived",
    })  # fmt: skip


def _warn_skewed(skewed: np.ndarray) -> None:
    if skewed.any():
        warnings.warn(
            f"the medians of samples {', '.join(map(str, np.flatnonzero(skewed)[:5]))} (counted from 0) lie so far off the "
            "middle that the samples are skewed; a mean and SD made from them mislead. Use a log ratio, or leave them out "
            "and say so.",
            MMCWarning,
            stacklevel=4,
        )
