"""One file at a time: read it, process the channels that the sheet names, let the signals go."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmc_analysis.emg import EmgSettings, Motion, TrialResult, process_trial
from mmc_analysis.errors import MissingExtraError, MMCError, RecordingError
from mmc_analysis.loaders.sheet_rows import SheetRow
from mmc_analysis.loaders.trial_cache import cache_key, fetch, result_from_json, result_to_json, store
from mmc_analysis.recordings import Recording
from mmc_analysis.recordings.bids import sidecar_digest
from mmc_analysis.recordings.hints import make_hints
from mmc_analysis.recordings.reading import in_unit, pick_block, read_file
from mmc_analysis.recordings.source import read_bytes
from mmc_analysis.recordings.units import plain_unit


@dataclass(frozen=True)
class Plan:
    """What holds for all files.

    Attributes
    ----------
    settings : EmgSettings
    hints : dict
        For reading.
    cache : pathlib.Path or None
    code : str
        Checksum of the code, part of every cache key.
    strict : bool
    doubles : dict of str to str
        File to another file with the same content.
    """

    settings: EmgSettings
    hints: dict
    cache: Path | None
    code: str
    strict: bool
    doubles: dict[str, str]


@dataclass(frozen=True)
class Done:
    """What became of one row of the sheet: a result, or the reason why there is none; and what was noted on reading."""

    row: SheetRow
    sha256: str
    result: TrialResult | None
    failure: str = ""
    notes: str = ""
    format: str = ""


def work_file(rows: list[SheetRow], sha256: str, plan: Plan) -> list[Done]:
    """Process all rows of one file and block, from the cache where they are there already.

    Raises
    ------
    MMCError
        With `plan.strict`, what a row fails with.
    """
    keys = [cache_key(_depends_on(row, sha256, plan)) for row in rows]
    cached = plan.cache is not None and bool(sha256) and rows[0].file not in plan.doubles
    found = [fetch(plan.cache, key) if cached else None for key in keys]
    recording: Recording | MMCError | None = None
    done = []
    for row, key, kept in zip(rows, keys, found, strict=True):
        if kept is None:
            recording = _read(row, plan) if recording is None else recording
            kept = _processed(row, recording, plan)
            if cached and not kept["failure"]:  # what fails may be a drive that was away
                store(plan.cache, key, kept)
        if kept["failure"] and plan.strict:
            raise RecordingError(
                f"{row.file}, row {row.number} of the sheet, channel '{row.channel}': {kept['failure']}"
            )
        result = result_from_json(kept["result"], row.label, plan.settings) if kept["result"] else None
        done.append(Done(row, sha256, result, kept["failure"], kept["notes"], kept.get("format", "")))
    return done


def _depends_on(row: SheetRow, sha256: str, plan: Plan) -> dict:
    own = {item.name: getattr(row, item.name) for item in dataclasses.fields(row)}
    for name in ("number", "study", "file", "path", "design", "trial", "evidence"):
        own.pop(name)
    own["label"] = vars(row.label)
    return {
        "sha256": sha256,
        "beside": sidecar_digest(row.path),
        "row": own,
        "settings": plan.settings.as_dict(),
        "hints": plan.hints,
        "code": plan.code,
    }


def _read(row: SheetRow, plan: Plan) -> Recording | MMCError:
    if row.file in plan.doubles:
        return RecordingError(f"{row.file} and {plan.doubles[row.file]} have the same content: one was copied or exported under a wrong name. "
                              "Neither is used; correct the files, or remove one from the sheet.")  # fmt: skip
    try:
        file = read_bytes(row.path)
        hints = make_hints({**plan.hints, "block": row.block or plan.hints.get("block")})
        return pick_block(read_file(file, hints), file, hints, units_needed=False)
    except MissingExtraError:
        raise
    except MMCError as fault:
        return fault


def _processed(row: SheetRow, recording: Recording | MMCError, plan: Plan) -> dict:
    if isinstance(recording, MMCError):
        return {"result": None, "failure": str(recording), "notes": "", "format": ""}
    notes, kind = " ".join(recording.notes), recording.source.format
    try:
        channel = recording[row.channel]
        channel = in_unit(channel, row.unit) if row.unit else channel
        if not plain_unit(channel.unit):
            raise RecordingError(f"{row.file}: channel '{channel.name}' has no unit in the file, and the sheet's column 'unit' is empty. Write V, "
                                 "mV or uV there.")  # fmt: skip
        notes = " ".join((*recording.notes, *channel.notes))
        result = process_trial(
            channel.microvolts, channel.sampling_frequency, plan.settings, events=_events(row, recording, channel.start_s),
            motion=_motion(row, recording, channel.start_s), segment=row.segment, rest=row.rest, expected=row.repetitions, label=row.label,
        )  # fmt: skip
        return {"result": result_to_json(result), "failure": "", "notes": notes, "format": kind}
    except MMCError as fault:
        return {"result": None, "failure": str(fault), "notes": notes, "format": kind}


def _events(row: SheetRow, recording: Recording, start_s: float) -> np.ndarray | None:
    if row.events is not None:
        return np.array(row.events, dtype=float)
    if not row.event_label:
        return None
    found = [event for event in recording.events if event.label == row.event_label]
    spans = [
        (event.onset_s - start_s, event.onset_s + event.duration_s - start_s) for event in found if event.duration_s > 0
    ]
    if not spans:
        known = ", ".join(dict.fromkeys(event.label for event in recording.events)) or "none"
        raise RecordingError(f"no event '{row.event_label}' with a duration is in the file. Events: {known[:300]}.")
    return np.array(spans)


def _motion(row: SheetRow, recording: Recording, start_s: float) -> Motion | None:
    if not row.motion:
        return None
    channel = recording[row.motion]
    return Motion(channel.values, channel.sampling_frequency, channel.start_s - start_s)
