"""Ratios of means and means of ratios, for ratio-scale measurements such as EMG amplitude and force.

Two estimands that are easily confused: the ratio of means weights participants by their level; the mean of individual
ratios weights them equally. Each has its own function and metric here.
"""

import warnings

import numpy as np
import pandas as pd

from mmc_analysis.effects.arguments import refuse
from mmc_analysis.effects.differences import Difference, as_independent, as_paired, t_frame
from mmc_analysis.effects.frames import Effect, check_level, effect_frame
from mmc_analysis.effects.raw import welch
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.options import check_option, named_options

INTERVALS = ("t", "normal")
GEARY = 3.0
NEED_POSITIVE = (
    "A ratio needs a ratio scale with positive values: EMG amplitude, force, thickness. For changes or scores use "
    "mean_change or a standardised difference."
)


@named_options
def log_ratio(
    two: IndependentSummary, *, conf_level: float | None = 0.95, interval: str = "t", bias_corrected: bool = False
) -> pd.DataFrame:
    """Return the log ratio of the means of two independent groups, ln(mean_1 / mean_2).

    Parameters
    ----------
    two : IndependentSummary
        ``k`` samples with positive means.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"t", "normal"}
        Student's t with Welch's degrees of freedom of the two relative variances, or estimate ± z · std_error.
    bias_corrected : bool
        Whether to add (s_1²/(n_1 m_1²) - s_2²/(n_2 m_2²))/2 (Lajeunesse 2015).

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "log_ratio"; `std_error` is √(s_1²/(n_1 m_1²) + s_2²/(n_2 m_2²)) (Hedges, Gurevitch and
        Curtis 1999). The normal interval covers 91 % or more of log-normal amplitudes, at n = 6.

    Raises
    ------
    EffectError
        If a mean is not positive.

    Warns
    -----
    MMCWarning
        If a mean is less than three standard errors above zero, where the normal approximation of a log ratio is poor
        (Geary 1930).

    Examples
    --------
    >>> two = IndependentSummary(15, 14, 112.4, 106.9, 26.0, 25.0)
    >>> log_ratio(two)[["estimate", "std_error"]].round(4).values.tolist()
    [[0.0502, 0.0865]]
    """
    as_independent(two)
    v_1, v_2 = _relative_variances(two, two.n_1, two.n_2)
    std_error, df = welch(v_1, two.n_1 - 1, v_2, two.n_2 - 1)
    return _log_frame(two, (v_1 - v_2) / 2 * bias_corrected, std_error, df, conf_level, interval)


@named_options
def log_ratio_paired(
    pair: PairedSummary, *, conf_level: float | None = 0.95, interval: str = "t", bias_corrected: bool = False
) -> pd.DataFrame:
    """Return the log ratio of two means of the same participants, ln(mean_1 / mean_2).

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples with positive means.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"t", "normal"}
        Student's t with n - 1 degrees of freedom, or estimate ± z · std_error.
    bias_corrected : bool
        Whether to add (s_1²/(n m_1²) - s_2²/(n m_2²))/2 (Lajeunesse 2015; Senior et al. 2020).

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "log_ratio"; the squared `std_error` is
        s_1²/(n m_1²) + s_2²/(n m_2²) - 2 r s_1 s_2/(n m_1 m_2) (Lajeunesse 2011, equation 6). With log-normal amplitudes whose
        coefficient of variation is up to 40 % the t interval covers 93 % or more, the normal one 87 %.

    Raises
    ------
    EffectError
        If a mean is not positive.

    Warns
    -----
    MMCWarning
        As in :func:`log_ratio`.

    Examples
    --------
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86)
    >>> log_ratio_paired(pair)[["estimate", "std_error"]].round(4).values.tolist()
    [[0.1655, 0.0361]]
    """
    v_1, v_2 = _relative_variances(as_paired(pair), pair.n, pair.n)
    shared = 2 * pair.r * np.sqrt(v_1 * v_2)
    std_error = np.sqrt(v_1 + v_2 - shared)
    return _log_frame(pair, (v_1 - v_2) / 2 * bias_corrected, std_error, pair.n - 1, conf_level, interval)


@named_options
def mean_log_ratio(pair: PairedSummary, *, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return the mean of the participants' own log ratios, with a t interval.

    Its exponential is the geometric mean of the individual ratios: another estimand than :func:`log_ratio_paired`.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples made from measurements, all positive.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "mean_log_ratio".

    Raises
    ------
    EffectError
        If the summary holds no measurements, or one is not positive.

    Examples
    --------
    >>> from mmc_analysis.effects.entry import paired
    >>> mean_log_ratio(paired([12.0, 15.0, 9.0, 11.0], [10.0, 14.0, 9.5, 8.0]))["estimate"].round(4).tolist()
    [0.1289]
    """
    x, y = _positive_values(pair)
    return _individual(pair, np.log(x / y), "mean_log_ratio", "mean of individual log ratios; t", conf_level)


@named_options
def percent_change_of_means(pair: PairedSummary, *, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return the change of the mean in percent, 100 (mean_1 / mean_2 - 1): a ratio of means.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples with positive means.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "pct_change_of_means"; limits are those of :func:`log_ratio_paired` brought back to percent,
        with their coverage (93 % or more), `std_error` by the delta method.

    Raises
    ------
    EffectError
        If a mean is not positive.

    Examples
    --------
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86)
    >>> percent_change_of_means(pair)[["estimate", "conf_low", "conf_high"]].round(1).values.tolist()
    [[18.0, 9.3, 27.3]]
    """
    log = log_ratio_paired(pair, conf_level=conf_level)
    ratio = np.exp(log["estimate"].to_numpy())
    percent = {name: 100 * np.expm1(log[name].to_numpy()) for name in ("estimate", "conf_low", "conf_high")}
    effect = Effect("pct_change_of_means", percent["estimate"], 100 * ratio * log["std_error"].to_numpy(),
                    log["df"].to_numpy(), percent["conf_low"], percent["conf_high"],
                    "ratio of means in percent; t interval of the log ratio", log["statistic"].to_numpy(),
                    log["p_value"].to_numpy(), "pct")  # fmt: skip
    return effect_frame(pair, effect, check_level(conf_level))


@named_options
def mean_percent_change(pair: PairedSummary, *, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return the mean of the participants' own changes in percent: a mean of ratios.

    It gives weight to participants with a small baseline and is pulled upwards by noise in it; see
    :func:`percent_change_of_means` and :func:`mean_log_ratio`.

    Parameters
    ----------
    pair : PairedSummary
        ``k`` samples made from measurements, with positive pre values.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "mean_pct_change", with a t interval, which covers 92 % or more (ratios are skewed).

    Raises
    ------
    EffectError
        If the summary holds no measurements, or one is not positive.

    Examples
    --------
    >>> from mmc_analysis.effects.entry import paired
    >>> mean_percent_change(paired([12.0, 15.0, 9.0, 11.0], [10.0, 14.0, 9.5, 8.0]))["estimate"].round(2).tolist()
    [14.84]
    """
    x, y = _positive_values(pair)
    method = "mean of individual percent changes; t"
    return _individual(pair, 100 * (x / y - 1), "mean_pct_change", method, conf_level, "pct")


def _relative_variances(sample, n_1, n_2) -> tuple[np.ndarray, np.ndarray]:
    for name in ("mean_1", "mean_2"):
        refuse(getattr(sample, name) <= 0, name, getattr(sample, name), NEED_POSITIVE)
    v_1, v_2 = (sample.sd_1 / sample.mean_1) ** 2 / n_1, (sample.sd_2 / sample.mean_2) ** 2 / n_2
    poor = np.flatnonzero(np.maximum(v_1, v_2) > GEARY**-2)
    if poor.size:
        warnings.warn(
            f"a mean is less than {GEARY:g} standard errors above zero in samples {', '.join(map(str, poor[:5]))} "
            "(counted from 0); the log ratio of such means is unreliable (Geary's rule). Use a difference of means.",
            MMCWarning,
            stacklevel=4,
        )
    return v_1, v_2


def _log_frame(sample, correction, std_error, df, conf_level, interval) -> pd.DataFrame:
    check_option("interval", interval, INTERVALS, EffectError)
    estimate = np.log(sample.mean_1 / sample.mean_2) + correction
    df = np.broadcast_to(np.inf if interval == "normal" else df, estimate.shape).astype(float)
    method = f"ln(mean 1 / mean 2){', bias-corrected' if np.any(correction) else ''}; {interval} interval"
    return t_frame(Difference(sample, estimate, std_error, df), "log_ratio", method, conf_level)


def _positive_values(pair) -> tuple[np.ndarray, np.ndarray]:
    if as_paired(pair).values_1 is None:
        raise EffectError(
            "this estimand needs the measurements of each participant, but the summary has only means and SDs. Use "
            "percent_change_of_means or log_ratio_paired, or give effects.paired() the measurements."
        )
    for name, values in (("values_1", pair.values_1), ("values_2", pair.values_2)):
        bad = (values <= 0).any(axis=1)
        refuse(bad, f"smallest of {name}", np.nanmin(values, axis=1), NEED_POSITIVE)
    return pair.values_1, pair.values_2


def _individual(pair, scores, metric, method, conf_level, unit=None) -> pd.DataFrame:
    estimate = np.nanmean(scores, axis=1)
    std_error = np.nanstd(scores, axis=1, ddof=1) / np.sqrt(pair.n)
    refuse(std_error == 0, "SD of the individual ratios", std_error, "All participants changed alike.")
    return t_frame(Difference(pair, estimate, std_error, pair.n - 1), metric, method, conf_level, unit)
