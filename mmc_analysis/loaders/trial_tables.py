"""Processed trials as observations and as a quality table."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mmc_analysis.emg import EmgSettings
from mmc_analysis.loaders.levels import load_numbers
from mmc_analysis.loaders.sheet_rows import SheetRow
from mmc_analysis.loaders.trial_cache import cache_key
from mmc_analysis.loaders.trial_reference import Normalised
from mmc_analysis.loaders.vocabulary import TIMES
from mmc_analysis.loaders.words import key_of
from mmc_analysis.schema import OBSERVATIONS, check

PLACES = ("number", "study", "participant", "session", "file", "block", "trial", "channel", "muscle", "side", "kind",
          "evidence")  # fmt: skip
_WHOLE = ("trial", "repetition", "order")


def observation_rows(trial: Normalised) -> list[dict]:
    """Return the observations of one task trial: each repetition, in µV, Hz and percent; none for other kinds."""
    done, percent = trial.done, trial.percent
    if done.result is None or percent is None:
        return []
    row, reference = done.row, percent.reference
    session = row.label.session if row.label.session != row.design.get("time") else ""
    start = {"number": row.number, "study": row.study, "participant": row.label.participant, "muscle": row.label.muscle,
             "limb": row.label.side or None, "session": session or None, "trial": row.trial, **row.design}  # fmt: skip
    rows = []
    for i, repetition in enumerate(done.result.repetitions):
        own = {
            **start,
            "repetition": repetition.index,
            "evidence": row.evidence,
            "reference_value": np.nan,
            "reference_trial": None,
        }
        for measure, value in (("emg_peak", repetition.peak_uv), ("emg_mean", repetition.mean_uv)):
            rows.append({**own, "measure": measure, "value": value, "unit": "uV"})
        rows.append({**own, "measure": "emg_median_frequency", "value": repetition.median_frequency_hz, "unit": "Hz"})
        if reference is not None:
            own = {**own, "reference_value": reference.value_uv, "reference_trial": reference.trial}
            for measure, values in (("emg_peak", percent.peak_pct), ("emg_mean", percent.mean_pct)):
                rows.append({**own, "measure": measure, "value": float(values[i]), "unit": percent.unit})
    return rows


def observations_of(rows: list[dict], sheet: list[SheetRow]) -> pd.DataFrame:
    """Return checked observations in the order of the sheet.

    Raises
    ------
    SchemaError
        If they do not follow the schema.
    """
    columns = [
        name
        for name in OBSERVATIONS.columns
        if any(row.get(name) is not None for row in rows) or name in OBSERVATIONS.required
    ]
    rows = sorted(rows, key=lambda row: row["number"])
    frame = pd.DataFrame(rows, columns=columns)
    if frame.empty:
        return frame
    if "session" in frame and frame["session"].isna().any():
        frame["session"] = frame["session"].fillna("1")
    frame = _with_loads(frame)
    tasks = [row.design for row in sheet if row.label.kind == "task"]
    if "condition" in frame:
        frame["condition"] = pd.Categorical(frame["condition"], categories=condition_order(tasks), ordered=True)
    if "time" in frame:
        frame["time"] = pd.Categorical(frame["time"], categories=time_order(tasks), ordered=True)
    if "focus_target" in frame and "muscle_role" not in frame:
        frame["muscle_role"] = [
            _role(target, muscle) for target, muscle in zip(frame["focus_target"], frame["muscle"], strict=True)
        ]
    for name in _WHOLE:
        if name in frame and frame[name].notna().all():
            frame[name] = frame[name].astype(int)
    ordered = [name for name in OBSERVATIONS.columns if name in frame]
    return check(frame[ordered].reset_index(drop=True), "observations", where="the trial sheet")


def _role(target, muscle: str) -> str | None:
    if target is None or target != target or target == "none":
        return None
    return "target" if target == muscle else "other"


def condition_order(designs: Iterable[dict]) -> list[str]:
    """Return conditions as the sheet first names them, those without focus first.

    Examples
    --------
    >>> condition_order([{"condition": "triceps", "focus": "internal"}, {"condition": "regular", "focus": "none"}])
    ['regular', 'triceps']
    """
    first: dict[str, bool] = {}
    for design in designs:
        if design.get("condition"):
            first.setdefault(design["condition"], design.get("focus") != "none")
    return sorted(first, key=lambda condition: first[condition])


def time_order(designs: Iterable[dict]) -> list[str]:
    """Return times as the sheet first names them; pre, mid, post and follow-up stand in this order.

    Examples
    --------
    >>> time_order([{"time": "post"}, {"time": "pre"}]), time_order([{"time": "week 0"}, {"time": "week 6"}])
    (['pre', 'post'], ['week 0', 'week 6'])
    """
    found = list(dict.fromkeys(design["time"] for design in designs if design.get("time")))
    known = {key_of(time): i for i, time in enumerate(TIMES)}
    return (
        sorted(found, key=lambda time: known[key_of(time)]) if all(key_of(time) in known for time in found) else found
    )


def _with_loads(frame: pd.DataFrame) -> pd.DataFrame:
    if "load" not in frame and "load_pct_1rm" in frame and frame["load_pct_1rm"].notna().all():
        frame["load"] = [f"{value:g}" for value in frame["load_pct_1rm"]]
    if "load" in frame:
        found = list(dict.fromkeys(frame["load"].dropna()))
        numbers = {load: next((n for n in load_numbers(str(load)) if n == n), None) for load in found}
        order = sorted(found, key=lambda load: numbers[load]) if all(n is not None for n in numbers.values()) else found
        frame["load"] = pd.Categorical(frame["load"], categories=order, ordered=True)
    return frame


def quality_rows(trial: Normalised, settings: EmgSettings) -> list[dict]:
    """Return the row of the quality table for one row of the sheet."""
    done, row = trial.done, trial.done.row
    own = {"number": row.number, "study": row.study, "participant": row.label.participant, "session": row.label.session, "file": row.file,
           "block": row.block, "trial": row.label.trial, "channel": row.channel, "muscle": row.label.muscle, "side": row.label.side,
           "kind": row.label.kind, "evidence": row.evidence, "format": done.format, "sha256": done.sha256,
           "settings": cache_key(settings.as_dict())[:12], "reading_notes": done.notes, "reference_missing": trial.reason}  # fmt: skip
    if trial.reference is not None:
        reference, change = trial.reference, trial.reference.sensitivity()
        own |= {"reference_value": reference.value_uv, "reference_trial": reference.trial, "reference_method": reference.method,
                "without_winner_factor": change.factor}  # fmt: skip
    if done.result is None:
        return [{**own, "status": "failed", "status_description": done.failure, "flags": "failed"}]
    own["peak_uv"] = done.result.highest_peak_uv
    found = {name: value for name, value in done.result.quality.as_row().items() if name not in own}
    flags = [flag for flag in (found["flags"], *trial.flags, "reading" if done.notes else "") if flag]
    status = "flagged" if found["status"] == "good" and trial.flags else found["status"]
    own["status_description"] = " ".join(part for part in (found["status_description"], *trial.notes) if part)
    return [{**found, **own, "flags": ";".join(flags), "status": status}]


def quality_of(rows: list[dict], unused: list[dict]) -> pd.DataFrame:
    """Return the quality table in the order of the sheet; rows of the sheet that were not used stand at its end."""
    rows = sorted(rows, key=lambda row: row["number"])
    idle = [{**row, "status": "unused", "status_description": row.pop("note") or "No muscle is named in the sheet.", "flags": "",
             "reference_missing": ""} for row in map(dict, unused)]  # fmt: skip
    first = [*PLACES[1:], "status", "flags", "status_description", "reference_missing"]
    columns = list(dict.fromkeys([*first, *(name for row in rows for name in row)]))
    frame = pd.DataFrame([*rows, *idle], columns=[name for name in columns if name != "number"])
    texts = [
        name
        for name in ("status", "flags", "status_description", "reference_missing", "reading_notes")
        if name in frame
    ]
    return frame.fillna(dict.fromkeys(texts, "")).reset_index(drop=True)
