"""BCa bootstrap intervals for any effect size of measured samples."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.entry import COLLINEAR, ROUNDING
from mmc_analysis.effects.frames import check_level
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options

FEWEST = 1000
MOST_LOST = 0.05


@named_options
def bootstrap_interval(
    metric: Callable, sample: PairedSummary | IndependentSummary, *, seed: int, n_resamples: int = 5000,
    conf_level: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Return a metric's frame with bias-corrected and accelerated bootstrap limits (Efron 1987).

    Participants are resampled with replacement, pairs together and groups apart. With fewer than about 10 participants
    such an interval is too short; the analytic one is to be preferred there.

    Parameters
    ----------
    metric : callable
        A function of this package such as ``effects.d_av``, or one's own: called with a summary of many samples and
        ``conf_level=None`` it returns a frame with `estimate`.
    sample : PairedSummary or IndependentSummary
        ``k`` samples made from measurements.
    seed : int
        Seed of the resampling.
    n_resamples : int
        1000 or more.
    conf_level : float
        Confidence level as a fraction.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows; `std_error` is the SD of the bootstrap estimates.

    Raises
    ------
    EffectError
        If the summary holds no measurements, or more than 5 % of the resamples have no defined effect (all values equal).

    Examples
    --------
    >>> from mmc_analysis.effects import d_av, paired
    >>> pair = paired([61.2, 48.9, 75.3, 33.1, 90.4, 55.5, 41.7, 66.0], [52.0, 47.1, 70.9, 30.2, 71.8, 49.9, 43.0, 58.3])
    >>> row = bootstrap_interval(d_av, pair, seed=1).iloc[0]
    >>> bool(row["conf_low"] < row["estimate"] < row["conf_high"])
    True
    """
    level = check_level(conf_level)
    if getattr(sample, "values_1", None) is None:
        raise EffectError(
            "a bootstrap resamples participants, but the summary has only means and SDs. Give the measurements."
        )
    if level is None or n_resamples < FEWEST:
        raise EffectError(f"a confidence level and at least {FEWEST} resamples are needed.")
    frame = metric(sample, conf_level=None)
    rng = np.random.default_rng(seed)
    limits, errors, notes = [], [], []
    for row in range(len(frame)):
        low, high, error, lost = _one_sample(metric, sample, row, rng, n_resamples, level)
        limits.append((low, high))
        errors.append(error)
        notes.append(f"; {lost} resamples without a defined effect left out" if lost else "")
    low, high = np.array(limits).T
    method = frame["method"].str.replace(r"; [^;]*interval[^;]*", "", regex=True)
    method = method + f"; BCa bootstrap, {n_resamples} resamples, seed {seed}" + pd.Series(notes, index=frame.index)
    return frame.assign(std_error=np.array(errors), conf_level=level, conf_low=low, conf_high=high, method=method)


def _one_sample(metric, sample, row, rng, n_resamples, conf_level) -> tuple[float, float, float, int]:
    together = isinstance(sample, PairedSummary)
    x, y = (values[row][~np.isnan(values[row])] for values in (sample.values_1, sample.values_2))
    pick_x = rng.integers(0, x.size, (n_resamples, x.size))
    pick_y = pick_x if together else rng.integers(0, y.size, (n_resamples, y.size))
    summary = _summary(x[pick_x], y[pick_y], together)
    lost = n_resamples - summary.size.size
    if lost > MOST_LOST * n_resamples:
        raise EffectError(
            f"{lost} of {n_resamples} resamples of sample {row} (counted from 0) have no defined effect, because too few "
            "participants differ. Use the analytic interval."
        )
    estimate = metric(_summary(x[None], y[None], together), conf_level=None)["estimate"].to_numpy()[0]
    draws = np.sort(metric(summary, conf_level=None)["estimate"].to_numpy())
    jackknife = metric(_left_out(x, y, together), conf_level=None)["estimate"].to_numpy()
    low, high = bca_limits(estimate, draws, jackknife, conf_level)
    return low, high, draws.std(ddof=1), lost


def bca_limits(estimate: float, draws: np.ndarray, jackknife: np.ndarray, conf_level: float) -> tuple[float, float]:
    """Return the BCa limits from sorted bootstrap draws, (b,), and leave-one-out estimates, (n,).

    Examples
    --------
    >>> low, high = bca_limits(0.0, np.linspace(-1, 1, 2001), np.array([-1.0, 1.0]), 0.90)
    >>> round(low, 3), round(high, 3)
    (-0.9, 0.9)
    """
    below = (np.count_nonzero(draws < estimate) + np.count_nonzero(draws <= estimate)) / (2 * draws.size)
    bias = special.ndtri(np.clip(below, 1 / draws.size, 1 - 1 / draws.size))
    deviation = jackknife.mean() - jackknife
    spread = (deviation**2).sum()
    acceleration = (deviation**3).sum() / (6 * spread**1.5) if spread > 0 else 0.0
    z = bias + special.ndtri(np.array([(1 - conf_level) / 2, (1 + conf_level) / 2]))
    shares = special.ndtr(bias + z / (1 - acceleration * z))
    low, high = np.quantile(draws, shares)
    return float(low), float(high)


def _left_out(x, y, together) -> PairedSummary | IndependentSummary:
    """One row per participant left out, NaN in the place of the participant."""
    if together:
        hole = np.where(np.eye(x.size, dtype=bool), np.nan, 0.0)
        return _summary(x + hole, y + hole, True)
    both = x.size + y.size
    hole = np.where(np.eye(both, dtype=bool), np.nan, 0.0)
    return _summary(x + hole[:, : x.size], y + hole[:, x.size :], False)


def _summary(x: np.ndarray, y: np.ndarray, together: bool) -> PairedSummary | IndependentSummary:
    """Summarise the rows of (b, n) tables that have a defined spread."""
    n_1, n_2 = (~np.isnan(x)).sum(axis=1), (~np.isnan(y)).sum(axis=1)
    mean_1, mean_2 = np.nanmean(x, axis=1), np.nanmean(y, axis=1)
    dev_1, dev_2 = np.nan_to_num(x - mean_1[:, None]), np.nan_to_num(y - mean_2[:, None])
    sd_1, sd_2 = (np.sqrt((d**2).sum(axis=1) / (n - 1)) for d, n in ((dev_1, n_1), (dev_2, n_2)))
    good = (sd_1 > ROUNDING * np.abs(mean_1)) & (sd_2 > ROUNDING * np.abs(mean_2))
    if not together:
        numbers = [a[good] for a in (n_1, n_2, mean_1, mean_2, sd_1, sd_2)]
        return IndependentSummary(*numbers, values_1=x[good], values_2=y[good])
    with np.errstate(divide="ignore", invalid="ignore"):
        r = (dev_1 * dev_2).sum(axis=1) / (n_1 - 1) / (sd_1 * sd_2)
    good &= np.abs(r) < 1 - COLLINEAR
    numbers = [a[good] for a in (n_1, mean_1, mean_2, sd_1, sd_2, r)]
    return PairedSummary(*numbers, values_1=x[good], values_2=y[good])
