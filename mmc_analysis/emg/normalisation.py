"""Amplitudes in percent of a reference, with where the reference comes from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.references import Reference
from mmc_analysis.emg.results import TrialLabel, TrialResult
from mmc_analysis.emg.settings import differences
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options


@dataclass(frozen=True)
class NormalisedTrial:
    """A trial in percent of its reference.

    Attributes
    ----------
    label : TrialLabel
    unit : str
        "pct_mvic", "pct_max", "pct_submaximal", "pct_task_mean" or "pct_task_peak"; "" where there is no reference.
    peak_pct, mean_pct : numpy.ndarray
        Shape (n_repetitions,); NaN where the repetition is empty or there is no reference.
    reference : Reference or None
    flags, notes : tuple of str
        "above_reference", "reference_incomplete" and "session", with one sentence each.
    reason : str
        Why there are no values, or "".
    """

    label: TrialLabel
    unit: str
    peak_pct: np.ndarray
    mean_pct: np.ndarray
    reference: Reference | None
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""

    @property
    def mean_of_peaks_pct(self) -> float:
        """Mean over repetitions of their peaks, in percent."""
        return float(np.nanmean(self.peak_pct)) if np.isfinite(self.peak_pct).any() else float("nan")

    @property
    def highest_peak_pct(self) -> float:
        """Highest of the repetitions' peaks, in percent."""
        return float(np.nanmax(self.peak_pct)) if np.isfinite(self.peak_pct).any() else float("nan")

    @property
    def mean_of_means_pct(self) -> float:
        """Mean over repetitions of their means, in percent."""
        return float(np.nanmean(self.mean_pct)) if np.isfinite(self.mean_pct).any() else float("nan")


@named_options
def normalise(
    trial: TrialResult,
    reference: Reference | None,
    *,
    across_sessions: bool = False,
    reason: str = "no reference was recorded",
) -> NormalisedTrial:
    """Express a trial in percent of its reference: 100 · amplitude / reference.

    Values above 100 % are kept and flagged: maximal contractions are not always the highest.

    Parameters
    ----------
    trial : TrialResult
    reference : Reference or None
        Of the same participant, muscle, side, session and settings. None gives empty values with `reason`: no other muscle's
        or side's reference is borrowed.
    across_sessions : bool
        Declare that the electrodes were applied again between the reference and this trial.
    reason : str
        Why there is no reference.

    Returns
    -------
    NormalisedTrial

    Raises
    ------
    RecordingError
        If the reference belongs to something else or was processed otherwise, the session differs undeclared, or a value is
        above the maximum of all trials, which cannot be.

    Examples
    --------
    >>> from mmc_analysis.emg import EmgSettings, TrialLabel, find_reference, process_trial
    >>> rng = np.random.default_rng(1)
    >>> mvic = process_trial(rng.normal(0, 400, 8000), 2000.0, EmgSettings(), label=TrialLabel("mvic", kind="mvic"))
    >>> task = process_trial(rng.normal(0, 200, 8000), 2000.0, EmgSettings(), segment="whole", label="bench press")
    >>> normalise(task, find_reference([mvic])).mean_pct.round()
    array([45.])
    """
    count = len(trial.repetitions)
    if reference is None:
        empty = np.full(count, np.nan)
        return NormalisedTrial(trial.label, "", empty, empty.copy(), None, reason=reason)
    _check_fit(trial, reference, across_sessions)
    peak = 100 * (np.array([r.peak_uv for r in trial.repetitions], dtype=float) / reference.value_uv)
    mean = 100 * (np.array([r.mean_uv for r in trial.repetitions], dtype=float) / reference.value_uv)
    above = int((peak > 100 * (1 + 1e-12)).sum())
    if above and reference.method in ("max", "task_peak") and not _excluded(trial, reference):
        raise RecordingError(
            f"{trial.label}: {above} repetitions are above 100 % of the highest peak of all trials, so this trial was not among them. "
            "Find the reference again from all trials."
        )
    notes = {}
    if above:
        notes["above_reference"] = (
            f"{above} of {count} repetitions peak above 100 % (highest {np.nanmax(peak):.1f} %); kept."
        )
    if reference.left_out:
        told = "; ".join(f"{candidate.label.trial}: {candidate.excluded}" for candidate in reference.left_out)
        notes["reference_incomplete"] = (
            f"The reference may be too low, because trials were left out for their faults ({told})."
        )
    if trial.label.session not in reference.sessions:
        notes["session"] = f"The reference is from session {', '.join(reference.sessions)}, declared comparable."
    return NormalisedTrial(trial.label, reference.unit, peak, mean, reference, tuple(notes), tuple(notes.values()))


def _excluded(trial: TrialResult, reference: Reference) -> bool:
    return any(candidate.excluded and candidate.label == trial.label for candidate in reference.candidates)


def _check_fit(trial: TrialResult, reference: Reference, across_sessions: bool) -> None:
    label, other = trial.label, reference.candidates[0].label
    for name in ("participant", "muscle", "side"):
        if getattr(label, name) != getattr(other, name):
            raise RecordingError(
                f"{label}: the reference belongs to {name} {getattr(other, name)!r}, not {getattr(label, name)!r}. A reference is "
                "never borrowed: pass None where it is missing."
            )
    if different := differences(trial.settings, reference.settings):
        raise RecordingError(
            f"{label}: the trial and its reference were processed differently: {'; '.join(different)}. Process both with one record."
        )
    if label.session not in reference.sessions and not across_sessions:
        raise RecordingError(
            f"{label}: the reference is from session {', '.join(map(repr, reference.sessions))}, this trial from {label.session!r}. "
            "Electrodes that were applied again see another muscle volume: record a reference in each session, or declare "
            "across_sessions=True."
        )


@dataclass(frozen=True)
class AboveReference:
    """How many repetitions of one muscle exceed its reference.

    Attributes
    ----------
    above, repetitions : int
    probably_submaximal : bool
        More than the limit's share is above 100 %: the reference contraction was probably not maximal.
    """

    above: int
    repetitions: int
    probably_submaximal: bool


def above_reference(trials: Iterable[NormalisedTrial]) -> AboveReference:
    """Count the repetitions of one muscle that peak above 100 %.

    Parameters
    ----------
    trials : iterable of NormalisedTrial
        All trials of one participant and muscle.

    Returns
    -------
    AboveReference

    Examples
    --------
    >>> from mmc_analysis.emg import TrialLabel
    >>> above_reference([NormalisedTrial(TrialLabel("a"), "pct_mvic", np.array([90.0, 120.0]), np.zeros(2), None)])
    AboveReference(above=1, repetitions=2, probably_submaximal=True)
    """
    trials = list(trials)
    peaks = np.concatenate([trial.peak_pct for trial in trials]) if trials else np.empty(0)
    known = peaks[np.isfinite(peaks)]
    above = int((known > 100 * (1 + 1e-12)).sum())
    limits = [trial.reference.settings.limits.above_reference for trial in trials if trial.reference is not None]
    return AboveReference(above, len(known), bool(len(known) and above / len(known) > (limits[0] if limits else 0.25)))
