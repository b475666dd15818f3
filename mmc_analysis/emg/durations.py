"""Durations of repetitions between conditions: the peak of a longer repetition is higher by chance alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.results import TrialResult
from mmc_analysis.errors import RecordingError


@dataclass(frozen=True)
class Durations:
    """Durations of repetitions in each condition.

    Attributes
    ----------
    median_s : dict of str to float
        Condition to the median duration of its repetitions in s; NaN where it has none.
    ratio : float
        Longest over shortest median; NaN with fewer than two conditions that have repetitions.
    uneven : bool
        The ratio is above the limit of the settings: compare means rather than peaks, or say so.
    """

    median_s: dict[str, float]
    ratio: float
    uneven: bool


def compare_durations(conditions: Mapping[str, Iterable[TrialResult]]) -> Durations:
    """Compare how long repetitions last in each condition.

    Parameters
    ----------
    conditions : mapping of str to iterable of TrialResult
        Trials of each condition, of one muscle.

    Returns
    -------
    Durations

    Raises
    ------
    RecordingError
        If there is no trial at all.

    Examples
    --------
    >>> from mmc_analysis.emg import EmgSettings, process_trial
    >>> x = np.random.default_rng(1).normal(0, 100, 16000)
    >>> slow, fast = (process_trial(x, 2000.0, EmgSettings(), events=[(1, stop)]) for stop in (5, 3))
    >>> compare_durations({"slow": [slow], "fast": [fast]}).ratio
    2.0
    """
    trials = {name: list(found) for name, found in conditions.items()}
    every = [trial for found in trials.values() for trial in found]
    if not every:
        raise RecordingError("there is no trial whose repetitions could be compared.")
    lengths = {name: [r.duration_s for trial in found for r in trial.repetitions] for name, found in trials.items()}
    median = {name: float(np.median(found)) if found else float("nan") for name, found in lengths.items()}
    known = [value for value in median.values() if np.isfinite(value)]
    ratio = max(known) / min(known) if len(known) > 1 else float("nan")
    return Durations(median, ratio, bool(ratio > every[0].settings.limits.duration_ratio))
