"""What stands for 100 %: found among trials, with the trial that set it and what it would be without that trial."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.parameters import check_number
from mmc_analysis.emg.results import TrialLabel, TrialResult
from mmc_analysis.emg.settings import REFERENCES, EmgSettings, differences
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import check_option, named_options

REFERENCE_UNITS = {
    "mvic": "pct_mvic", "max": "pct_max", "submaximal": "pct_submaximal", "task_mean": "pct_task_mean",
    "task_peak": "pct_task_peak",
}  # fmt: skip
_TAKES = {
    "mvic": ("mvic",), "max": ("mvic", "submaximal", "task"), "submaximal": ("submaximal",), "task_mean": ("task",),
    "task_peak": ("task",),
}  # fmt: skip
_HIGHEST = ("mvic", "max", "task_peak")


@dataclass(frozen=True)
class Candidate:
    """What one trial offers as a reference.

    Attributes
    ----------
    label : TrialLabel
    value_uv : float
        Highest peak of its repetitions, or the mean of their means, in µV.
    repetition : int
        The repetition that reached it, from 1; 0 for a mean.
    excluded : str
        Why it may not be the reference, or "".
    may_be_higher : bool
        It is excluded for a fault that hides how high it was: clipping, or any fault of a maximal trial but lack of activity.
    """

    label: TrialLabel
    value_uv: float
    repetition: int
    excluded: str = ""
    may_be_higher: bool = False


@dataclass(frozen=True)
class Reference:
    """The amplitude that stands for 100 %.

    Attributes
    ----------
    value_uv : float
        In µV, processed as `settings` say.
    method : {"mvic", "max", "submaximal", "task_mean", "task_peak"}
    unit : str
        Unit of values in percent of it.
    winner : TrialLabel or None
        The trial that set it; None where it is a mean of several trials.
    settings : EmgSettings
    candidates : tuple of Candidate
        All trials that were looked at, with what each offers.
    sessions : tuple of str
        Sessions that the trials come from: applications of the electrodes.
    rest_uv : float
        Rest that it was compared with; NaN if none was known.
    """

    value_uv: float
    method: str
    unit: str
    winner: TrialLabel | None
    settings: EmgSettings
    candidates: tuple[Candidate, ...]
    sessions: tuple[str, ...]
    rest_uv: float

    @property
    def trial(self) -> str:
        """The winning trial in words, for a column `reference_trial`."""
        if self.winner is not None:
            return str(self.winner)
        used = [candidate for candidate in self.candidates if not candidate.excluded]
        return f"mean of {len(used)} trials: " + "; ".join(candidate.label.trial for candidate in used)

    @property
    def left_out(self) -> tuple[Candidate, ...]:
        """Excluded trials without which the highest peak may be too low; () where the reference is a mean."""
        return tuple(c for c in self.candidates if c.may_be_higher) if self.method in _HIGHEST else ()

    def sensitivity(self) -> "Sensitivity":
        """Return what the reference would be without its winning trial."""
        return reference_sensitivity(self)


@dataclass(frozen=True)
class Sensitivity:
    """How much a result hangs on one trial.

    Attributes
    ----------
    without : TrialLabel or None
        The trial left out: the winner, or for a mean the trial that matters most. None if there is only one trial.
    value_uv : float
        The reference without it, in µV; NaN if there is only one trial.
    factor : float
        All values in percent would be multiplied by this.
    """

    without: TrialLabel | None
    value_uv: float
    factor: float


@named_options
def find_reference(
    trials: Iterable[TrialResult],
    *,
    method: str | None = None,
    across_sessions: bool = False,
    rest_uv: float | None = None,
) -> Reference:
    """Find what stands for 100 % for one muscle of one participant.

    Parameters
    ----------
    trials : iterable of TrialResult
        Processed with one settings record. Trials of kind "rest", and kinds that the method does not take, only serve as
        rest and are passed over.
    method : {"mvic", "max", "submaximal", "task_mean", "task_peak"}, optional
        "mvic": highest peak over maximal trials and positions. "max": highest peak over all trials, loads, conditions and
        repetitions, maximal trials included (maximum maximorum). "submaximal": mean of the submaximal contractions.
        "task_mean", "task_peak": mean of the means, or highest peak, over all task trials: one value, not one for each
        condition. By default `settings.reference`.
    across_sessions : bool
        Allow trials of several sessions. Electrodes that were taken off see another muscle volume afterwards, so this is a
        declaration of the user.
    rest_uv : float, optional
        Rest amplitude in µV, processed likewise; otherwise the lowest rest that was given with a trial.

    Returns
    -------
    Reference

    Raises
    ------
    RecordingError
        If trials differ in participant, muscle, side or settings, a trial stands twice, sessions are mixed undeclared, no
        trial is usable, or the reference is not above 0 and not well above rest.

    Examples
    --------
    >>> from mmc_analysis.emg import process_trial
    >>> rng = np.random.default_rng(1)
    >>> trials = [process_trial(rng.normal(0, sd, 8000), 2000.0, EmgSettings(), label=TrialLabel(name, kind="mvic"))
    ...           for name, sd in (("press", 200), ("fly", 300))]
    >>> reference = find_reference(trials)
    >>> reference.trial, round(reference.sensitivity().factor, 1)
    ('fly', 1.5)
    """
    trials = list(trials)
    settings = _one_settings(trials)
    method = check_option("method", method or settings.reference, REFERENCES, RecordingError)
    _one_muscle(trials)
    _no_duplicates(trials)
    used = [trial for trial in trials if trial.label.kind in _TAKES[method]]
    if not used:
        found = ", ".join(sorted({trial.label.kind for trial in trials}))
        raise RecordingError(
            f"method='{method}' needs trials of kind {' or '.join(_TAKES[method])}, but those of {_whose(trials[0].label)} are: "
            f"{found}. Label the trials' kind, or choose another method."
        )
    sessions = tuple(dict.fromkeys(trial.label.session for trial in used))
    if len(sessions) > 1 and not across_sessions:
        raise RecordingError(
            f"the trials of {_whose(used[0].label)} come from {len(sessions)} sessions ({', '.join(sessions)}): electrodes that were "
            "applied again see another muscle volume. Normalise within each session, or declare across_sessions=True."
        )
    candidates = tuple(_candidate(trial, method) for trial in used)
    value, winner = _chosen(candidates, method)
    rest = _rest(trials) if rest_uv is None else check_number("rest_uv", rest_uv, low=0.0)
    _check_value(value, rest, candidates, settings, used[0].label)
    return Reference(value, method, REFERENCE_UNITS[method], winner, settings, candidates, sessions, rest)


def _one_settings(trials: list[TrialResult]) -> EmgSettings:
    if not trials:
        raise RecordingError("there is no trial to take a reference from.")
    first = trials[0]
    for trial in trials[1:]:
        if different := differences(first.settings, trial.settings):
            raise RecordingError(
                f"{first.label} and {trial.label} were processed differently: {'; '.join(different)}. Process all with one record."
            )
    return first.settings


def _whose(label: TrialLabel) -> str:
    return " ".join(part for part in (label.participant, label.muscle, label.side) if part) or "this muscle"


def _one_muscle(trials: list[TrialResult]) -> None:
    for name in ("participant", "muscle", "side"):
        found = list(dict.fromkeys(getattr(trial.label, name) for trial in trials))
        if len(found) > 1:
            raise RecordingError(
                f"a reference is for one {name}, but the trials have several: {', '.join(map(repr, found))}. Call once for each."
            )


def _no_duplicates(trials: list[TrialResult]) -> None:
    labels = [trial.label for trial in trials]
    for label in labels:
        if labels.count(label) > 1:
            raise RecordingError(
                f"trial '{label}' stands {labels.count(label)} times. Give each trial its own name, and each once."
            )


def _candidate(trial: TrialResult, method: str) -> Candidate:
    clipped = trial.quality.clipped / max(round(trial.quality.duration_s * trial.fs), 1)
    limit = trial.settings.limits.clip_reference
    excluded = (
        f"{100 * clipped:.2g} % of its samples are clipped (more than {100 * limit:g} %)" if clipped > limit else ""
    )
    values = np.array([r.peak_uv if method in _HIGHEST else r.mean_uv for r in trial.repetitions], dtype=float)
    if not np.isfinite(values).any():
        hidden = bool(excluded) or (trial.label.kind == "mvic" and "not_active" not in trial.quality.flags)
        return Candidate(trial.label, float("nan"), 0, excluded or "it has no usable repetition", hidden)
    if method in _HIGHEST:
        best = int(np.nanargmax(values))
        return Candidate(trial.label, float(values[best]), trial.repetitions[best].index, excluded, bool(excluded))
    return Candidate(trial.label, float(np.nanmean(values)), 0, excluded)


def _chosen(candidates: tuple[Candidate, ...], method: str) -> tuple[float, TrialLabel | None]:
    usable = [candidate for candidate in candidates if not candidate.excluded]
    if not usable:
        reasons = "; ".join(f"{candidate.label}: {candidate.excluded}" for candidate in candidates)
        raise RecordingError(f"no trial of {_whose(candidates[0].label)} may be the reference. {reasons}.")
    if method in _HIGHEST:
        best = max(usable, key=lambda candidate: candidate.value_uv)
        return best.value_uv, best.label
    return float(np.mean([candidate.value_uv for candidate in usable])), None


def _rest(trials: list[TrialResult]) -> float:
    given = [trial.quality.rest_uv for trial in trials if trial.quality.rest_from == "given"]
    given += [trial.quality.rest_uv for trial in trials if trial.label.kind == "rest"]
    known = [value for value in given if np.isfinite(value)]
    return min(known) if known else float("nan")


def _check_value(value: float, rest: float, candidates, settings: EmgSettings, label: TrialLabel) -> None:
    if not np.isfinite(value) or value <= 0:
        raise RecordingError(f"the reference of {_whose(label)} is {value:g} µV. It must be above 0.")
    factor = settings.limits.reference_over_rest
    if value < factor * rest:
        raise RecordingError(
            f"the reference of {_whose(label)} is {value:.4g} µV, less than {factor:g} times rest ({rest:.4g} µV): was the "
            "contraction maximal, and the electrode on the muscle?"
        )


def reference_sensitivity(reference: Reference) -> Sensitivity:
    """Return the reference without its winning trial, or for a mean without the trial that changes it most.

    Parameters
    ----------
    reference : Reference

    Returns
    -------
    Sensitivity

    Examples
    --------
    >>> trials = (Candidate(TrialLabel("a"), 90.0, 1), Candidate(TrialLabel("b"), 120.0, 2))
    >>> reference_sensitivity(Reference(120.0, "mvic", "pct_mvic", TrialLabel("b"), EmgSettings(), trials, ("",), 2.0)).value_uv
    90.0
    """
    usable = [candidate for candidate in reference.candidates if not candidate.excluded]
    if len(usable) < 2:
        return Sensitivity(None, float("nan"), float("nan"))
    if reference.method in _HIGHEST:
        others = max(c.value_uv for c in usable if c.label != reference.winner)
        return Sensitivity(reference.winner, others, reference.value_uv / others)
    values = np.array([candidate.value_uv for candidate in usable])
    without = (values.sum() - values) / (len(values) - 1)
    most = int(np.abs(np.log(reference.value_uv / without)).argmax())
    return Sensitivity(usable[most].label, float(without[most]), float(reference.value_uv / without[most]))


def suspect_swap(agonist_uv: float, antagonist_uv: float, settings: EmgSettings) -> bool:
    """Return whether two channels may be swapped: the agonist is far below its antagonist in its own maximal trial.

    Parameters
    ----------
    agonist_uv, antagonist_uv : float
        Peaks of both muscles in the maximal trial of the agonist, in µV.
    settings : EmgSettings
        With `limits.antagonist_share`.

    Examples
    --------
    >>> suspect_swap(40.0, 400.0, EmgSettings())
    True
    """
    return bool(agonist_uv < settings.limits.antagonist_share * antagonist_uv)
