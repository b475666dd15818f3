"""What every standardised effect shares: a difference, a standardiser, and the way from both to an interval.

A new one is a function of ten lines: it names its standard deviation and the variance of its estimate, and hands both to
:func:`standardise`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.differences import Difference
from mmc_analysis.effects.frames import Effect, check_level, effect_frame, no_limits, t_limits, two_sided_p
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.noncentral import noncentrality_limits_t
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option

INTERVALS = ("noncentral-t", "shrunk", "normal")
INTERVAL_NAMES = {
    "noncentral-t": "noncentral-t interval",
    "shrunk": "noncentral-t interval shrunk by Hedges' factor",
    "normal": "normal interval",
    "t": "t interval",
}


@dataclass(frozen=True)
class Standardiser:
    """What a difference is divided by.

    Attributes
    ----------
    sd : ndarray, shape (k,)
    words : str
        The division in words, such as "change / SD of the changes".
    variance : callable
        Takes the estimates, shape (k,), corrected if they are, and returns their variances.
    correction_df : ndarray, shape (k,), optional
        Degrees of freedom of Hedges' factor, which is then applied to the estimate.
    """

    sd: np.ndarray
    words: str
    variance: Callable[[np.ndarray], np.ndarray]
    correction_df: np.ndarray | None = None

    @property
    def factor(self) -> np.ndarray:
        """Hedges' factor, or 1, shape (k,)."""
        return np.ones_like(self.sd) if self.correction_df is None else hedges_factor(self.correction_df)


def standardise(
    difference: Difference, metric: str, by: Standardiser, conf_level: float | None, interval: str
) -> pd.DataFrame:
    """Return the frame of a difference divided by a standardiser.

    Parameters
    ----------
    difference : Difference
    metric : str
        Name of the effect.
    by : Standardiser
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    interval : {"noncentral-t", "shrunk", "normal"}
        The limits of the noncentral t of the difference in units of the standardiser; the same times Hedges' factor; or
        estimate ± z · std_error.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; `statistic`, `df` and `p_value` are those of the difference.

    Raises
    ------
    EffectError
        If the interval does not exist, or the degrees of freedom do not allow the correction.

    Examples
    --------
    >>> from mmc_analysis.effects.differences import change_of
    >>> from mmc_analysis.effects.samples import PairedSummary
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86)
    >>> fixed = Standardiser(np.array([10.0]), "change / 10", lambda d: 0.04 + 0 * d)
    >>> standardise(change_of(pair), "d_ten", fixed, 0.95, "normal")[["estimate", "std_error"]].round(3).values.tolist()
    [[0.9, 0.2]]
    """
    check_option("interval", interval, INTERVALS, EffectError)
    level = check_level(conf_level)
    factor, per_t = by.factor, difference.std_error / by.sd
    estimate = factor * difference.t * per_t
    std_error = np.sqrt(by.variance(estimate))
    if interval == "normal":
        limits = t_limits(estimate, std_error, np.inf, level)
    else:
        limits = standardised_limits(difference.t, difference.df, per_t, level)
        limits = tuple(factor * limit for limit in limits) if interval == "shrunk" else limits
    return standardised_frame(difference, metric, by, estimate, std_error, (*limits, interval), level)


def standardised_frame(difference, metric, by, estimate, std_error, limits, conf_level) -> pd.DataFrame:
    """Return the frame of an effect whose limits, (low, high, name of the interval), are computed already."""
    low, high, interval = limits
    correction = "" if by.correction_df is None else ", Hedges' factor"
    method = f"{by.words}{correction}; {INTERVAL_NAMES[interval]}"
    p_value = two_sided_p(difference.t, difference.df)
    effect = Effect(metric, estimate, std_error, difference.df, low, high, method, difference.t, p_value)
    return effect_frame(difference.sample, effect, conf_level)


def standardised_limits(t, df, per_t, conf_level, sd_df=None) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of the effect ``t * per_t``, (k,) each; NaN without a level.

    Parameters
    ----------
    t, df : ndarray, shape (k,)
        The t statistic of the difference.
    per_t : ndarray, shape (k,)
        Standard error of the difference in units of the standardiser.
    conf_level : float or None
    sd_df : ndarray, shape (k,), optional
        Degrees of freedom of the standardiser, where it varies more than an SD with `df` of them.

    Notes
    -----
    The limits of the noncentrality behind t (Steiger and Fouladi 1997) are brought to the standardiser: exact where it is
    the SD of the difference itself, otherwise the approximation of Algina and Keselman (2003), which takes the standardiser
    for as variable as an SD with `df` degrees of freedom. What it varies beyond that is added in squares (Zou and Donner
    2008).

    Examples
    --------
    >>> low, high = standardised_limits(np.array([4.743416]), np.array([9.0]), np.array([10**-0.5]), 0.95)
    >>> low.round(3), high.round(3)
    (array([0.561]), array([2.403]))
    """
    if conf_level is None:
        return no_limits(t)
    low, high = (limit * per_t for limit in noncentrality_limits_t(t, df, conf_level))
    if sd_df is None:
        return low, high
    return widened(t * per_t, low, high, [spread_of_sd(v, conf_level) for v in (df, sd_df)])


def widened(d, low, high, spreads) -> tuple[np.ndarray, np.ndarray]:
    """Return limits, (k,) each, that also hold what a standardiser varies beyond what they allow for.

    `spreads` has the relative reach of an SD, towards smaller and towards larger effects, as the limits take it to be and
    as it is.

    Examples
    --------
    >>> known, unknown = (np.zeros(1), np.zeros(1)), (np.array([0.3]), np.array([0.4]))
    >>> low, high = widened(np.array([1.0]), np.array([0.6]), np.array([1.3]), [known, unknown])
    >>> low.round(2), high.round(2)
    (array([0.5]), array([1.5]))
    """
    less, more = (
        np.maximum(real**2 - taken**2, 0) for taken, real in zip(*spreads, strict=True)
    )  # towards a smaller and a larger size of the effect
    below, above = np.where(d > 0, less, more), np.where(d > 0, more, less)
    return d - np.sqrt((d - low) ** 2 + d**2 * below), d + np.sqrt((high - d) ** 2 + d**2 * above)


def spread_of_sd(df, conf_level) -> tuple[np.ndarray, np.ndarray]:
    """Return how far s/σ reaches below and above 1, (k,) each, by the χ² quantiles with `df` degrees of freedom.

    Examples
    --------
    >>> less, more = spread_of_sd(np.array([17.0, np.inf]), 0.95)
    >>> less.round(3), more.round(3)
    (array([0.333, 0.   ]), array([0.333, 0.   ]))
    """
    alpha = (1 - conf_level) / 2
    finite = np.where(np.isinf(df), 1.0, df)
    small, large = (np.sqrt(special.chdtri(finite, p) / finite) for p in (1 - alpha, alpha))
    return np.where(np.isinf(df), 0.0, 1 - small), np.where(np.isinf(df), 0.0, large - 1)
