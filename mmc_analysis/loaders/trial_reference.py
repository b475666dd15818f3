"""What stands for 100 % in each trial, and the trial in percent of it."""

from dataclasses import dataclass, field, replace

import numpy as np

from mmc_analysis.emg import (
    NormalisedTrial,
    Reference,
    TrialLabel,
    TrialResult,
    above_reference,
    compare_durations,
    find_reference,
    normalise,
    suspect_swap,
)
from mmc_analysis.errors import RecordingError
from mmc_analysis.loaders.trial_work import Done

PEAK_FAULTS = ("amplitude", "clipping", "spike", "movement")


@dataclass(frozen=True)
class Normalised:
    """One row of the sheet in percent of its reference.

    Attributes
    ----------
    done : Done
    percent : NormalisedTrial or None
        None where the row failed or is no task.
    reference : Reference or None
        What stands for 100 % of this muscle, side and session; for a task trial that cannot be normalised with it, None.
    reason : str
        Why there is no reference, or "".
    flags, notes : list of str
    """

    done: Done
    percent: NormalisedTrial | None = None
    reference: Reference | None = None
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
    _flag_failed(list(found.values()))
    trials = _pointed_elsewhere([found[i] for i in range(len(done))])
    _flag_swaps(trials)
    return trials


def _pointed_elsewhere(trials: list[Normalised]) -> list[Normalised]:
    """Return the trials; where a muscle has no maximal trial in their session, the reason says in which sessions it has one."""
    elsewhere: dict[tuple[str, str], list[str]] = {}
    for trial in trials:
        label = trial.done.row.label
        if label.kind == "mvic":
            elsewhere.setdefault((label.muscle, label.side), []).append(label.session)
    return [
        replace(trial, reason=trial.reason + _elsewhere(trial.done.row.label, elsewhere)) if trial.reason else trial
        for trial in trials
    ]


def _elsewhere(label: TrialLabel, elsewhere: dict[tuple[str, str], list[str]]) -> str:
    others = dict.fromkeys(elsewhere.get((label.muscle, label.side), ()))
    if not others or label.session in others:
        return ""
    named = " or ".join(map(_session_words, others))
    return (f" The session (or, where there is none, the time) of this muscle's maximal trials is {named}, that of this trial "
            f"{_session_words(label.session)}: give both the same where electrodes stayed on, or declare across_sessions=True.")  # fmt: skip


def _session_words(session: str) -> str:
    return f"'{session}'" if session else "empty"


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
            trials.append(Normalised(one, reference=reference))
            continue
        try:
            percent = normalise(
                one.result, reference, across_sessions=across_sessions, reason=reason or "no reference was recorded"
            )
            trials.append(Normalised(one, percent, percent.reference, reason, list(percent.flags), list(percent.notes)))
        except RecordingError as fault:
            percent = normalise(one.result, None, reason=str(fault))
            trials.append(Normalised(one, percent, reason=str(fault)))
    _flag_reference(trials, {one.row.label: one.result for one in done if one.result is not None})
    _flag_submaximal(trials)
    _flag_durations(trials)
    return trials


def _flag_reference(trials: list[Normalised], results: dict[TrialLabel, TrialResult]) -> None:
    """Flag trials whose reference was set by a trial with a fault that makes its peak doubtful."""
    for trial in trials:
        if trial.percent is None or trial.reference is None or trial.reference.winner not in results:
            continue
        faults = [flag for flag in results[trial.reference.winner].quality.flags if flag in PEAK_FAULTS]
        if faults:
            trial.flags.append("reference_flagged")
            trial.notes.append(
                f"The trial that set the reference is flagged itself ({', '.join(faults)}): all percents hang on its peak."
            )


def _flag_failed(trials: list[Normalised]) -> None:
    """Flag trials whose reference is a highest peak that a maximal trial of their muscle could not compete for, because it failed."""
    muscles = {trial.done.row.label.muscle for trial in trials}
    failed: dict[tuple, list[str]] = {}
    for trial in trials:
        label = trial.done.row.label
        of_another = label.position in muscles and label.position != label.muscle
        if trial.done.result is None and label.kind == "mvic" and not of_another:
            failed.setdefault((label.muscle, label.side, label.session), []).append(label.trial)
    for trial in trials:
        label = trial.done.row.label
        lost = failed.get((label.muscle, label.side, label.session))
        if (
            lost
            and trial.percent is not None
            and trial.reference is not None
            and trial.reference.method in ("mvic", "max")
        ):
            if "reference_incomplete" not in trial.flags:
                trial.flags.append("reference_incomplete")
            trial.notes.append(f"The reference may be too low, because maximal trials failed ({', '.join(lost)}).")


def _flag_submaximal(trials: list[Normalised]) -> None:
    known = [trial for trial in trials if trial.percent is not None and trial.percent.reference is not None]
    count = above_reference([trial.percent for trial in known])
    if count.probably_submaximal:
        for trial in known:
            trial.flags.append("reference_submaximal")
            trial.notes.append(f"{count.above} of {count.repetitions} repetitions of this muscle exceed its reference: the reference contraction "
                               "was probably not maximal.")  # fmt: skip


def _flag_durations(trials: list[Normalised]) -> None:
    conditions: dict[str, list[TrialResult]] = {}
    tasks = [trial for trial in trials if trial.percent is not None]
    for trial in tasks:
        conditions.setdefault(str(trial.done.row.design.get("condition", "")), []).append(trial.done.result)
    if len(conditions) < 2:
        return
    found = compare_durations(conditions)
    if found.uneven:
        medians = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in found.median_s.items())
        for trial in tasks:
            trial.flags.append("durations_differ")
            trial.notes.append(
                f"Repetitions last differently long between conditions ({medians}): peaks of longer ones are higher by chance."
            )


def _flag_swaps(trials: list[Normalised]) -> None:
    """Flag maximal trials whose `position` names a muscle that is far below another one in the same file."""
    files: dict[tuple, list[Normalised]] = {}
    for trial in trials:
        row = trial.done.row
        if row.label.kind == "mvic" and trial.done.result is not None:
            files.setdefault((row.file, row.block, row.label.side), []).append(trial)
    for members in files.values():
        for own in members:
            label = own.done.row.label
            others = [other for other in members if other.done.row.label.muscle != label.muscle
                      and np.isfinite(other.done.result.highest_peak_uv)]  # fmt: skip
            if label.position != label.muscle or not others:
                continue
            highest = max(others, key=lambda other: other.done.result.highest_peak_uv)
            if suspect_swap(
                own.done.result.highest_peak_uv, highest.done.result.highest_peak_uv, own.done.result.settings
            ):
                for trial in (own, highest):
                    trial.flags.append("channels_swapped")
                    trial.notes.append(f"In the maximal trial of {label.muscle}, {highest.done.row.label.muscle} is far more active: are the channels "
                                       "swapped, or the electrodes misplaced?")  # fmt: skip
