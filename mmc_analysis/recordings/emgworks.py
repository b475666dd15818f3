"""Delsys EMGworks CSV: a time column for each signal, with or without a block of labels above."""

import re
from dataclasses import replace

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import sniff, split_line
from mmc_analysis.recordings.clock import clock_of, snap_to_delsys
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, channel_on, check_count
from mmc_analysis.recordings.text import Text
from mmc_analysis.recordings.text_columns import read_columns
from mmc_analysis.recordings.units import split_name

LABEL = re.compile(
    r"^\s*\"?Label:\s*(?P<name>.*?)\s+Sampling frequency:\s*(?P<fs>\S+)\s+Number of points:\s*(?P<count>\d+)"
    r"\s+start:\s*(?P<start>\S+)\s+Unit:\s*(?P<unit>\S*)\s+Domain Unit:\s*(?P<domain>\S+)"
)
PAIR = re.compile(r"^\s*\"?X\s*\[\s*s\s*\]\"?\s*[,;\t]")


def is_emgworks(lines: list[str]) -> bool:
    """Return whether the first lines are an EMGworks export."""
    return any(LABEL.match(line) or PAIR.match(line) for line in lines[:400])


def read_emgworks(file: File, hints: Hints) -> list[Block]:
    """Read an EMGworks export: every signal keeps the clock to its left, its own or a common one, and ends where its clock ends."""
    text = file.text(hints.encoding)
    header = next((i for i, line in enumerate(text.head) if PAIR.match(line)), None)
    if header is None:
        raise RecordingError(
            f"{file.name}: an EMGworks export has a row of column names that begins with 'X[s]'; there is none."
        )
    labels = [found.groupdict() for line in text.head[:header] if (found := LABEL.match(line))]
    delimiter = next(sign for sign in ";\t," if sign in text.head[header])
    cells = split_line(text.head[header], delimiter)
    dialect = sniff(text.rows(header + 1), file.name, header + 2, delimiter=delimiter, decimal=hints.decimal)
    frame = read_columns(text, dialect, first_line=header + 1, width=max(len(cells), 2))
    channels, time = [], 0
    for i, cell in enumerate(cells):
        if _is_time(cell):
            time = i
        elif cell:
            name, unit = split_name(cell)
            said = next((label for label in labels if label["name"].strip() == name), None)
            if said is not None:
                labels.remove(said)
            channels.append(
                _channel((frame[time].to_numpy(), frame[i].to_numpy()), name, unit, said, file.name, header + 2, hints)
            )
    if not channels:
        raise RecordingError(f"{file.name}: row {header + 1} names no signal behind 'X[s]'. Export it again.")
    return [Block(channels, _triggers(text, header), "Delsys EMGworks", metadata={"columns": str(len(cells))})]


def _triggers(text: Text, header: int) -> list[Event]:
    times = [re.match(r"\s*(Start|Stop) Trigger Time:\s*([\d.]+)", line) for line in text.head[:header]]
    return [Event(float(found.group(2)), 0.0, f"{found.group(1)} trigger") for found in times if found]


def _is_time(cell: str) -> bool:
    return cell.replace(" ", "").lower() == "x[s]"


def _channel(
    columns: tuple[np.ndarray, np.ndarray], name: str, unit: str, said: dict | None, file: str, row: int, hints: Hints
) -> Channel:
    """Return a signal from its time and its values, with what the line of labels says of it."""
    time, values = columns
    length = signal_length(time)
    notes = []
    if said is not None:
        unit = unit or said["unit"]
        declared = int(said["count"])
        notes += check_count(length, declared, f"{file}, channel '{name}'", hints.strict)
        length = min(length, declared)
    frequency, note = snap_to_delsys(float(said["fs"].replace(",", "."))) if said else (hints.sampling_frequency, "")
    clock = clock_of(time[:length], where=f"{file}, channel '{name}'", row=row, unit="s", declared=frequency)
    if said is None and hints.sampling_frequency is None:
        frequency, note = snap_to_delsys(clock.sampling_frequency)
    notes += [note] if note else []
    return channel_on(replace(clock, sampling_frequency=frequency), name, values[:length], unit, tuple(notes))


def signal_length(time: np.ndarray) -> int:
    """Return where a signal ends: behind it the time is empty, or filled with zeros.

    Examples
    --------
    >>> signal_length(np.array([0.0, 0.5, 1.0, np.nan, np.nan])), signal_length(np.array([0.0, 0.5, 0.0, 0.0]))
    (3, 2)
    """
    filled = np.flatnonzero(np.isfinite(time) & (time != 0))
    if len(filled) == 0:
        return int(np.isfinite(time[:1]).sum())
    return int(filled[-1]) + 1
