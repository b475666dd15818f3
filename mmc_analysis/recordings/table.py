"""Generic CSV, TSV and text tables: a header, perhaps a row of units, perhaps a time column."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import Clock, clock_of, clock_text_to_seconds, runs_evenly
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.naming import guess_type, words_of
from mmc_analysis.recordings.recording import Channel, find_channel, listed
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.text import (
    Dialect,
    Text,
    first_numeric_line,
    is_number,
    open_text,
    read_columns,
    sniff,
    split_line,
)
from mmc_analysis.recordings.units import is_voltage, plain_unit, split_name

TIME_WORDS = {
    "time",
    "t",
    "x",
    "timestamp",
    "zeit",
    "tiempo",
    "temps",
    "tid",
    "seconds",
    "secs",
    "sec",
    "ms",
    "milliseconds",
}
COUNT_WORDS = {"frame", "sample", "samples", "index", "n", "sample number", "frame number", "nr", "row"}
_TIME_UNITS = {"s": "s", "sec": "s", "secs": "s", "seconds": "s", "ms": "ms", "msec": "ms", "milliseconds": "ms", "us": "us",
               "µs": "us", "usec": "us", "min": "min", "samples": "samples"}  # fmt: skip


def read_table(file: File, hints: Hints) -> list[Block]:
    """Read a text table of one sampling frequency."""
    text = open_text(file.data, file.name, hints.encoding)
    first = first_numeric_line(text.head)
    if first is None:
        raise RecordingError(f"{file.name}: there is no row of numbers in its first {len(text.head)} lines, so this is no recording that "
                             "can be told. Name its format= if it is one.")  # fmt: skip
    lines = text.head[first:] if text.complete else text.head[first:-1]
    dialect = sniff(lines, file.name, first + 1, delimiter=hints.delimiter, decimal=hints.decimal)
    names, units = header_of(text, first, dialect)
    width = max([len(names), *(len(split_line(line, dialect.delimiter)) for line in lines[:50])])
    clock_column = _clock_column(lines, dialect)
    frame = read_columns(text, dialect, first_line=first, width=width, texts=clock_column)
    for column in clock_column:
        frame[column] = clock_text_to_seconds(frame[column].to_numpy())
    return [block_of(frame, names, units, file.name, first + 1, hints)]


def _clock_column(lines: list[str], dialect: Dialect) -> tuple[int, ...]:
    cells = split_line(lines[0], dialect.delimiter) if lines else []
    return (0,) if cells and ":" in cells[0] else ()


def header_of(text: Text, first: int, dialect: Dialect) -> tuple[list[str], list[str]]:
    """Return names and units of the columns, from the one or two lines above the numbers; empty lists without header."""
    above = [split_line(line, dialect.delimiter) for line in text.head[:first] if line.strip()]
    if not above:
        return [], []
    names, units = above[-1], []
    if len(above) > 1 and _are_units(names) and len(above[-2]) > 1:
        names, units = above[-2], [plain_unit(cell.strip("()[] ")) for cell in names]
    return names, units


def _are_units(cells: list[str]) -> bool:
    filled = [cell.strip("()[] ").lower() for cell in cells if cell.strip()]
    return bool(filled) and all(is_voltage(cell) or cell in _TIME_UNITS or cell in ("g", "n", "deg", "nm", "°", "%", "deg/s") for cell in filled) \
        and any(is_voltage(cell) for cell in filled)  # fmt: skip


def block_of(frame: pd.DataFrame, names: list[str], units: list[str], name: str, row: int, hints: Hints) -> Block:
    """Turn a frame of numbers into channels.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per sample; columns are integers.
    names, units : list of str
        From the header; may be shorter than the frame is wide.
    name : str
        The file, for messages.
    row : int
        Row of the first sample in the file.
    hints : Hints

    Returns
    -------
    Block
    """
    frame = _without_empty_edge(frame, names, name)
    split = [split_name(cell) for cell in names[: frame.shape[1]]]
    split += [(f"column {i + 1}", "") for i in range(len(split), frame.shape[1])]
    labels = tuple(label or f"column {i + 1}" for i, (label, _) in enumerate(split))
    found = [unit or (units[i] if i < len(units) else "") for i, (_, unit) in enumerate(split)]
    time, unit = find_time(labels, found, names, frame, hints, name)
    clock = _clock(frame, time, unit, f"{name}, column '{labels[time]}'" if time is not None else name, row, hints)
    channels = [
        Channel(labels[i], clock.place(frame[i].to_numpy()), clock.sampling_frequency, found[i], guess_type(labels[i], found[i]),
                start_s=clock.start_s, notes=clock.notes)
        for i in range(frame.shape[1]) if i != time and words_of(labels[i]) not in COUNT_WORDS
    ]  # fmt: skip
    if not channels:
        raise RecordingError(
            f"{name}: the table has a time column and nothing else ({listed(labels)}). Check the delimiter."
        )
    return Block(channels, notes=[] if names else ["The table has no header; columns are numbered from 1."])


def _without_empty_edge(frame: pd.DataFrame, names: list[str], name: str) -> pd.DataFrame:
    width = frame.shape[1]
    while width > 1 and (width > len(names) or not names[width - 1]) and frame[width - 1].isna().all():
        width -= 1
    if names and len(names) < width:
        raise RecordingError(f"{name}: the header has {len(names)} cells, but rows have {width}. A decimal comma in a comma-separated file "
                             "splits its numbers; otherwise complete the header.")  # fmt: skip
    frame = frame.iloc[:, :width]
    if frame.iloc[-1:].notna().any(axis=None):
        return frame
    last = frame.notna().any(axis=1).to_numpy()
    return frame.iloc[: int(np.flatnonzero(last)[-1]) + 1] if last.any() else frame


def find_time(labels, units, names, frame, hints: Hints, name: str) -> tuple[int | None, str | None]:
    """Return the time column and its unit; None where there is none."""
    if hints.time is not None:
        column = find_channel(hints.time, labels, name)
        return column, hints.time_unit or _TIME_UNITS.get(units[column].lower()) or _unit_in(names, column)
    for column, label in enumerate(labels):
        words = words_of(label)
        if words in TIME_WORDS or (
            words.split() and words.split()[0] in ("time", "timestamp") and len(words.split()) <= 2
        ):
            said = _TIME_UNITS.get(units[column].lower()) or _unit_in(names, column)
            return column, hints.time_unit or said
    if len(labels) > 1 and words_of(labels[0]) in COUNT_WORDS:
        return 0, "samples"
    if not names and frame.shape[1] > 1 and runs_evenly(frame[0].to_numpy()):
        return 0, hints.time_unit
    return None, None


def _unit_in(names: list[str], column: int) -> str | None:
    words = words_of(names[column]).split() if column < len(names) else []
    return next(
        (_TIME_UNITS[word] for word in words[1:] if word in _TIME_UNITS), _TIME_UNITS.get(words[0]) if words else None
    )


def _clock(frame, time, unit, where: str, row: int, hints: Hints) -> Clock:
    if time is not None:
        counted = frame[time].to_numpy()
        counted = counted - counted[0] if unit == "samples" and len(counted) else counted
        return clock_of(counted, where=where, row=row, unit=unit, declared=hints.sampling_frequency)
    if hints.sampling_frequency is None:
        raise ask(
            where,
            "there is no time column and no sampling frequency.",
            "sampling_frequency= (in Hz), or time= (the column's name)",
        )
    return Clock(float(hints.sampling_frequency), 0.0, None, len(frame))


def numbers_below(cells: list[str]) -> bool:
    """Return whether all filled cells of a row are numbers, with either decimal sign."""
    return all(is_number(cell) or is_number(cell, ",") for cell in cells)
