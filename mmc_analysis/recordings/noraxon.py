"""Noraxon MR CSV: all signals in one file, or each signal in its own."""

from dataclasses import replace

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import sniff, split_line
from mmc_analysis.recordings.clock import clock_of
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.markers import events_of, is_marker_name
from mmc_analysis.recordings.naming import guess_side, type_in_name
from mmc_analysis.recordings.recording import Channel
from mmc_analysis.recordings.source import Block, File, channel_on, check_count
from mmc_analysis.recordings.text_columns import read_columns
from mmc_analysis.recordings.units import plain_unit, split_name


def is_noraxon(lines: list[str]) -> bool:
    """Return whether the first lines are a Noraxon MR export."""
    first = (
        next((line for line in lines if line.strip()), "").lower().replace('"', "").replace(";", ",").replace("\t", ",")
    )
    return first.startswith("type,") and "frequency" in first and "count" in first


def read_noraxon(file: File, hints: Hints) -> list[Block]:
    """Read a Noraxon MR export, single or separated."""
    text = file.text(hints.encoding)
    filled = [i for i, line in enumerate(text.head) if line.strip()]
    if len(filled) < 4:
        raise RecordingError(
            f"{file.name}: a Noraxon export has a header of two rows, column names and numbers; this has {len(filled)} rows."
        )
    delimiter = next(sign for sign in ";\t," if sign in text.head[filled[0]])
    keys = [cell.lower() for cell in split_line(text.head[filled[0]], delimiter)]
    meta = dict(zip(keys, split_line(text.head[filled[1]], delimiter), strict=False))
    names, first = split_line(text.head[filled[2]], delimiter), filled[3]
    if not names or not names[0].lower().startswith("time"):
        raise RecordingError(
            f"{file.name}, row {filled[2] + 1}: the column names of a Noraxon export begin with 'time', not {names[0]!r}."
        )
    texts = tuple(i for i, name in enumerate(names) if is_marker_name(name))
    lines = text.rows(first)
    numbers = [
        delimiter.join(c for i, c in enumerate(split_line(line, delimiter)) if i not in texts)
        for line in lines[:50]
        if line.strip()
    ]
    dialect = sniff(numbers, file.name, first + 1, delimiter=delimiter, decimal=hints.decimal)
    frame = read_columns(text, dialect, first_line=first, width=len(names), texts=texts)
    frequency = _number(meta.get("frequency", ""), dialect.decimal) or hints.sampling_frequency
    unit = {"s": "s", "ms": "ms", "us": "us"}.get(meta.get("time_units", "s").strip().lower(), "s")
    clock = clock_of(
        frame[0].to_numpy(), where=f"{file.name}, column 'time'", row=first + 1, unit=unit, declared=frequency
    )
    notes = check_count(len(frame), _number(meta.get("count", ""), dialect.decimal) or 0, file.name, hints.strict)
    channels = [
        _channel(name, frame[i].to_numpy(), clock, meta)
        for i, name in enumerate(names)
        if i and i not in texts and name
    ]
    if not channels:
        raise RecordingError(f"{file.name}: there is no signal beside the time.")
    events = [event for i in texts for event in events_of(frame[i].to_numpy(), clock)]
    device = meta.get("created with version", "") or "Noraxon MR"
    return [
        Block(channels, events, device, meta.get("measurement_date", ""), notes, {k: v for k, v in meta.items() if v})
    ]


def _number(cell: str, decimal: str) -> float | None:
    try:
        return float(cell.replace(decimal, ".")) or None
    except ValueError:
        return None


def _channel(header: str, values: np.ndarray, clock, meta: dict[str, str]) -> Channel:
    """Return a signal; one that is named for nothing but a side, as muscles are (LT …, … RT), is EMG."""
    name, unit = split_name(header)
    if meta.get("type") == "signal":
        name = meta.get("name") or name
        unit = unit or plain_unit(meta.get("units", ""))
    channel = channel_on(clock, name, values, unit)
    unknown_muscle = not unit and not type_in_name(name) and guess_side(name)
    return replace(channel, type="EMG") if unknown_muscle else channel
