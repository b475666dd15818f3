"""A difference with its standard error and degrees of freedom: what raw and standardised effects are made of."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import Effect, check_level, effect_frame, t_limits, two_sided_p
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
from mmc_analysis.errors import EffectError


@dataclass(frozen=True)
class Difference:
    """A difference of means with its t test.

    Attributes
    ----------
    sample : PairedSummary, IndependentSummary or PrePostControl
        What it was computed from, ``k`` samples.
    value, std_error, df : ndarray, shape (k,)
    """

    sample: object
    value: np.ndarray
    std_error: np.ndarray
    df: np.ndarray

    @property
    def t(self) -> np.ndarray:
        """The t statistic, shape (k,)."""
        return self.value / self.std_error


def change_of(pair: PairedSummary) -> Difference:
    """Return the mean change with its paired t test."""
    return Difference(pair, as_paired(pair).mean_change, pair.sd_change / np.sqrt(pair.n), pair.n - 1)


def as_paired(pair) -> PairedSummary:
    """Return a paired summary, or refuse what is none."""
    if not isinstance(pair, PairedSummary):
        raise EffectError(
            f"a paired summary is needed, but got {type(pair).__name__}. Make one with effects.paired(post, pre); for "
            "two groups of different people use d_s, g_s or glass_delta."
        )
    return pair


def as_independent(two) -> IndependentSummary:
    """Return a summary of two groups, or refuse what is none."""
    if not isinstance(two, IndependentSummary):
        raise EffectError(
            f"a summary of two independent groups is needed, but got {type(two).__name__}. Make one with "
            "effects.independent(x, y); for two measurements of the same people use d_z, d_av or d_rm."
        )
    return two


def t_frame(difference: Difference, metric: str, method: str, conf_level: float | None, unit=None) -> pd.DataFrame:
    """Return the frame of a difference whose interval is value ± t(df) · std_error.

    Examples
    --------
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86)
    >>> t_frame(change_of(pair), "raw", "paired t", 0.95)["statistic"].round(2).tolist()
    [4.81]
    """
    level, t = check_level(conf_level), difference.t
    low, high = t_limits(difference.value, difference.std_error, difference.df, level)
    effect = Effect(metric, difference.value, difference.std_error, difference.df, low, high, method, t,
                    two_sided_p(t, difference.df), unit)  # fmt: skip
    return effect_frame(difference.sample, effect, level)
