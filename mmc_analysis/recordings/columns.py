"""Columns below a header to channels: which of them are times, which hold words, and the clock that each signal runs by."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import Clock, clock_of, runs_evenly
from mmc_analysis.recordings.emgworks import signal_length
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.markers import events_of
from mmc_analysis.recordings.naming import type_in_name, words_of
from mmc_analysis.recordings.recording import Channel, Event, find_channel, listed
from mmc_analysis.recordings.source import Block, channel_on
from mmc_analysis.recordings.units import is_unit, is_voltage, split_name

TIME_WORDS = (
    "time",
    "timestamp",
    "zeit",
    "tiempo",
    "temps",
    "tid",
    "tempo",
    "seconds",
    "secs",
    "sec",
    "ms",
    "milliseconds",
)
SLOWEST_STATED_HZ = 100.0
FIRST_TIME_WORDS = ("t", "x")
COUNT_WORDS = (
    "frame",
    "sample",
    "samples",
    "index",
    "n",
    "no",
    "sample number",
    "frame number",
    "nr",
    "row",
    "count",
    "counter",
)
TIME_UNITS = {"s": "s", "sec": "s", "secs": "s", "seconds": "s", "ms": "ms", "msec": "ms", "milliseconds": "ms", "us": "us",
              "µs": "us", "usec": "us", "min": "min", "samples": "samples"}  # fmt: skip

RATE = re.compile(
    r"(?:\bsampl\w*[ _-]*(?:rate|freq\w*)|\bfs)\b([^\d\n]{0,20})(\d+(?:[.,]\d+)?)\s*(k?hz)?", re.IGNORECASE
)


def block_of(frame: pd.DataFrame, names: list[str], units: list[str], name: str, row: int, hints: Hints) -> Block:
    """Turn a frame into channels and events.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per sample; columns are integers, of numbers or (markers) of words.
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
        Where the header names several times, each signal runs by the one to its left.

    Raises
    ------
    RecordingError
        If nothing tells the sampling frequency, or there is no signal.
    """
    frame = _without_empty_edge(frame, names, name)
    split = [split_name(cell) for cell in names[: frame.shape[1]]]
    split += [("", "")] * (frame.shape[1] - len(split))
    labels = tuple(label or f"column {i + 1}" for i, (label, _) in enumerate(split))
    found = [unit or (units[i] if i < len(units) else "") for i, (_, unit) in enumerate(split)]
    times = find_times(labels, found, names, frame, hints, name)
    clocks: dict[int, Clock] = {}
    channels: list[Channel] = []
    events: list[Event] = []
    for i in range(frame.shape[1]):
        nameless = bool(names) and (i >= len(split) or not split[i][0])
        if i in times or _is_counter(frame[i], labels[i], nameless) or (nameless and frame[i].isna().all()):
            continue
        time = max([column for column in times if column < i], default=min(times, default=-1))
        if time not in clocks:
            where = f"{name}, column '{labels[time]}'" if times else name
            clocks[time] = (
                _clock(frame[time].to_numpy(), times[time], where, row, len(times) > 1, hints)
                if times
                else _untimed(frame, where, hints)
            )
        clock, cells = clocks[time], _within(frame[i], clocks[time], f"{name}, column '{labels[i]}'")
        if pd.api.types.is_numeric_dtype(frame[i]):
            channels.append(channel_on(clock, labels[i], cells, found[i]))
        else:
            events += events_of(cells, clock)
    if not channels:
        raise RecordingError(
            f"{name}: the table has a time column and nothing else ({listed(labels)}). Check the delimiter."
        )
    return Block(channels, events, notes=[] if names else ["The table has no header; columns are numbered from 1."])


def _within(column: pd.Series, clock: Clock, where: str) -> np.ndarray:
    """Return the cells of the rows that the clock has; there must be nothing behind them but empty cells and zeros."""
    cells = column.to_numpy()
    if len(cells) == clock.n_rows:
        return cells
    behind = column.iloc[clock.n_rows :]
    if behind.notna().any() and (behind.dropna() != 0).any():
        raise RecordingError(
            f"{where}: goes on behind row {clock.n_rows} of the table, where its time column ends. Export it again."
        )
    return cells[: clock.n_rows]


def _is_counter(column: pd.Series, label: str, nameless: bool) -> bool:
    if not (words_of(label) in COUNT_WORDS or nameless) or not pd.api.types.is_numeric_dtype(column):
        return False
    values = column.to_numpy()
    return runs_evenly(values) and round(values[1] - values[0], 9) == 1


def _without_empty_edge(frame: pd.DataFrame, names: list[str], name: str) -> pd.DataFrame:
    width = frame.shape[1]
    while width > 1 and (width > len(names) or not names[width - 1]) and frame[width - 1].isna().all():
        width -= 1
    if names and len(names) < width:
        remedy = "Say decimal=',' if the commas are decimal" if len(names) == 1 else "A decimal comma in a comma-separated file splits its numbers: " \
                 "export with semicolons"  # fmt: skip
        raise RecordingError(
            f"{name}: the header has {len(names)} cells, but rows have {width}. {remedy}; otherwise complete the header."
        )
    frame = frame if width == frame.shape[1] else frame.iloc[:, :width]
    if any(pd.notna(frame[column].iat[-1]) for column in range(width)):
        return frame
    last = frame.notna().any(axis=1).to_numpy()
    return frame.iloc[: int(np.flatnonzero(last)[-1]) + 1] if last.any() else frame


def find_times(labels, units, names: list[str], frame: pd.DataFrame, hints: Hints, name: str) -> dict[int, str | None]:
    """Return the columns of time and their units; several if the header names the same time several times; none if there is none.

    Parameters
    ----------
    labels, units : sequence of str
        One for each column.
    names : list of str
        The header as it is.
    frame : pandas.DataFrame
    hints : Hints
    name : str
        The file, for messages.
    """
    said = [hints.time_unit or TIME_UNITS.get(units[i].lower()) or _unit_in(names, i) for i in range(len(labels))]
    numeric = [pd.api.types.is_numeric_dtype(frame[i]) for i in range(len(labels))]
    if hints.time is not None:
        column = find_channel(hints.time, labels, name)
        return {column: said[column]}
    timed = [i for i, label in enumerate(labels) if numeric[i] and _is_time(words_of(label), words_of(labels[0]))]
    if timed:
        return {i: said[i] for i in timed}
    if len(labels) > 1 and numeric[0] and words_of(labels[0]) in COUNT_WORDS:
        return {0: "samples"}
    nameless = not names or not names[0]
    if len(labels) > 1 and numeric[0] and nameless and runs_evenly(frame[0].to_numpy()):
        counts = bool(names) and frame[0].iloc[1] - frame[0].iloc[0] == 1
        return {0: "samples" if counts else said[0]}
    return {}


def _is_time(words: str, first: str) -> bool:
    parts = words.split()
    return (
        words in TIME_WORDS
        or (words == first and words in FIRST_TIME_WORDS)
        or (len(parts) == 2 and parts[0] in ("time", "timestamp"))
    )


def _unit_in(names: list[str], column: int) -> str | None:
    words = words_of(names[column]).split() if column < len(names) else []
    return next(
        (TIME_UNITS[word] for word in words[1:] if word in TIME_UNITS), TIME_UNITS.get(words[0]) if words else None
    )


def _clock(counted: np.ndarray, unit: str | None, where: str, row: int, several: bool, hints: Hints) -> Clock:
    counted = counted[: signal_length(counted)] if several else counted
    counted = counted - counted[0] if unit == "samples" and len(counted) else counted
    return clock_of(counted, where=where, row=row, unit=unit, declared=hints.sampling_frequency)


def _untimed(frame: pd.DataFrame, where: str, hints: Hints) -> Clock:
    if hints.sampling_frequency is None:
        raise ask(
            where,
            "there is no time column and no sampling frequency.",
            "sampling_frequency= (in Hz), or time= (the column's name)",
        )
    return Clock(float(hints.sampling_frequency), 0.0, None, len(frame))


def refuse_clocks(clocks: Iterable[int], names: list[str], units: list[str], where: str) -> None:
    """Refuse columns of times of day where the header says that a signal stands there.

    Raises
    ------
    RecordingError

    Examples
    --------
    >>> refuse_clocks([1], ["Time", "EMG 1 (mV)"], [], "trial.xlsx")
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: trial.xlsx, column 'EMG 1 (mV)': holds dates or times, ...
    """
    for column in clocks:
        name, unit = split_name(names[column]) if column < len(names) else ("", "")
        unit = unit or (units[column] if column < len(units) else "")
        if is_voltage(unit) or type_in_name(name) == "EMG":
            raise RecordingError(f"{where}, column '{names[column]}': holds dates or times, as Excel makes them of numbers. Import the column as text or "
                                 "number, or read the original export.")  # fmt: skip


def stated_rate(lines: list[str]) -> float | None:
    """Return the sampling frequency in Hz that lines above the table state; None where none does, or they differ.

    Examples
    --------
    >>> stated_rate(["Subject 3", "Sampling rate (kHz): 2"]), stated_rate(["EMG 1,EMG 2"]), stated_rate(["fs: 2,000 Hz"])
    (2000.0, None, None)
    """
    found = {_hertz(*match) for line in lines for match in RATE.findall(line)}
    return found.pop() if len(found) == 1 and 0 < min(found) <= 1e6 else None


def _hertz(between: str, size: str, unit: str) -> float:
    """Return a rate in Hz; 0 for one such as "2,000 Hz", which is 2 Hz or 2000 Hz."""
    rate = float(size.replace(",", ".")) * (1000 if "khz" in f"{between} {unit}".lower() else 1)
    grouped = len(re.split(r"[.,]", size)[-1]) == 3 and not size.isdigit()
    return 0.0 if grouped and rate < SLOWEST_STATED_HZ else rate


def are_units(cells: list[str]) -> bool:
    """Return whether cells are units, at least one of a voltage.

    Examples
    --------
    >>> are_units(["s", "(mV)", "N"]), are_units(["Time", "EMG"])
    (True, False)
    """
    filled = [cell.strip("()[] ") for cell in cells if cell.strip()]
    return (
        bool(filled)
        and all(is_unit(cell) or cell.lower() in TIME_UNITS for cell in filled)
        and any(map(is_voltage, filled))
    )
