"""What stands for 100 % in each trial, and the trial in percent of it."""

from dataclasses import dataclass, field

from mmc_analysis.emg import NormalisedTrial, above_reference, find_reference, normalise
from mmc_analysis.errors import RecordingError
from mmc_analysis.loaders.trial_work import Done


@dataclass(frozen=True)
class Normalised:
    """One row of the sheet in percent of its reference.

    Attributes
    ----------
    done : Done
    percent : NormalisedTrial or None
        None where the row failed or is no task.
    reason : str
        Why there is no reference, or "".
    flags, notes : list of str
    """

    done: Done
    percent: NormalisedTrial | None = None
    reason: str = ""
    flags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def normalised(done: list[Done], across_sessions: bool) -> list[Normalised]:
    """Find the reference of every muscle, side and session of one participant, and express its trials in percent.

    A muscle without a usable reference keeps its µV; no other muscle's, side's or session's reference is borrowed.
    """
    groups: dict[tuple, list[int]] = {}
    for i, one in enumerate(done):
        label = one.row.label
        groups.setdefault((label.muscle, label.side, "" if across_sessions else label.session), []).append(i)
    found: dict[int, Normalised] = {}
    for members in groups.values():
        found.update(zip(members, _group([done[i] for i in members], across_sessions), strict=True))
    return [found[i] for i in range(len(done))]


def _group(done: list[Done], across_sessions: bool) -> list[Normalised]:
    results = [one.result for one in done if one.result is not None]
    reference, reason = None, "no recording of this muscle could be processed"
    if results:
        try:
            reference, reason = find_reference(results, across_sessions=across_sessions), ""
        except RecordingError as fault:
            reason = str(fault)
    trials = []
    for one in done:
        if one.result is None or one.row.label.kind != "task":
            trials.append(Normalised(one))
            continue
        try:
            percent = normalise(
                one.result, reference, across_sessions=across_sessions, reason=reason or "no reference was recorded"
            )
            trials.append(Normalised(one, percent, reason, list(percent.flags), list(percent.notes)))
        except RecordingError as fault:
            percent = normalise(one.result, None, reason=str(fault))
            trials.append(Normalised(one, percent, str(fault)))
    _flag_submaximal(trials)
    return trials


def _flag_submaximal(trials: list[Normalised]) -> None:
    known = [trial for trial in trials if trial.percent is not None and trial.percent.reference is not None]
    count = above_reference([trial.percent for trial in known])
    if count.probably_submaximal:
        for trial in known:
            trial.flags.append("reference_submaximal")
            trial.notes.append(f"{count.above} of {count.repetitions} repetitions of this muscle exceed its reference: the reference contraction "
                               "was probably not maximal.")  # fmt: skip
