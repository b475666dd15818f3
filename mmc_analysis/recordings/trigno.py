"""Delsys Trigno Discover CSV: several lines of header whose number depends on the version, and no time column unless asked for."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import is_number, sniff, split_line
from mmc_analysis.recordings.clock import clock_of, snap_to_delsys
from mmc_analysis.recordings.emgworks import signal_length
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, channel_on, make_channel
from mmc_analysis.recordings.text import Text
from mmc_analysis.recordings.text_columns import read_columns
from mmc_analysis.recordings.units import split_name

RATE = re.compile(r"(-?[\d.,]+)\s*Hz")
MARKERS = ("type", "name", "label", "time (s)", "pair")


def is_trigno(lines: list[str]) -> bool:
    """Return whether the first lines are a Trigno Discover export."""
    return any(re.match(r"\W*Application:\W*Trigno Discover", line) for line in lines[:10])


@dataclass(frozen=True)
class Header:
    """Columns of the table: their sensor, name with unit, and rate in Hz (NaN where not written); first data line."""

    sensors: list[str]
    names: list[str]
    rates: list[float]
    first: int
    delimiter: str
    metadata: dict[str, str]

    @property
    def length_s(self) -> float:
        """Length of the collection in s; NaN where the header does not say."""
        try:
            return float(self.metadata.get("Collection Length (seconds)", "nan").replace(",", "."))
        except ValueError:
            return float("nan")


def read_trigno(file: File, hints: Hints) -> list[Block]:
    """Read a Trigno Discover export: every channel at its own rate, short columns end where they are empty."""
    text = file.text(hints.encoding)
    header = _header(text, file.name)
    lines = [line for line in text.rows(header.first) if line.strip()]
    signals = [i for i, name in enumerate(header.names) if name]
    last = max(signals, default=-1) + 1
    kept = [header.delimiter.join(split_line(line, header.delimiter)[:last]) for line in lines[:50]]
    dialect = sniff(kept, file.name, header.first + 1, delimiter=header.delimiter, decimal=hints.decimal)
    width = max(len(split_line(line, header.delimiter)) for line in lines[:50])
    frame = read_columns(text, dialect, first_line=header.first, width=width, usecols=[i for i in signals if i < width])
    notes, channels, time = [], [], None
    notes += [f"'{_name(header, i)}' stands in the header without a column of numbers." for i in signals if i >= width]
    signals = [i for i in signals if i < width]
    for i in signals:
        if "time series" in header.names[i].lower():
            time = i
        elif header.rates[i] < 0 or frame[i].notna().sum() == 0:
            notes.append(f"'{_name(header, i)}' has no sampling frequency or no samples and was left out.")
            time = None
        else:
            channels.append(_channel(frame, i, time, header, file.name, hints))
            time = None
    notes += _length_note(header, channels)
    events = _markers(text, header, dialect.decimal)
    started = header.metadata.get("Date/Time", "")
    return [Block(channels, events, header.metadata.get("Application", ""), started, notes, header.metadata)]


def _header(text: Text, file: str) -> Header:
    delimiter = next((sign for sign in ";\t," if sign in text.head[0]), ",")
    first = next((i for i, line in enumerate(text.head) if _is_data(line, delimiter)), None)
    mode = next((i for i, line in enumerate(text.head[:first]) if "sensor mode" in line.lower()), None)
    if first is None or mode is None or mode < 1 or mode + 1 >= first:
        raise RecordingError(f"{file}: the header of Trigno Discover was found, but not its rows of sensors, channels and numbers. "
                             "Export it again.")  # fmt: skip
    rows = [split_line(line, delimiter) for line in text.head[:first]]
    names = rows[mode + 1]
    printed = [row for row in rows[mode + 2 :] if any(RATE.search(cell) for cell in row)]
    rates = [_rate([name, *(row[i] for row in printed if i < len(row))]) for i, name in enumerate(names)]
    sensors, current = [], ""
    for i in range(len(names)):
        current = rows[mode - 1][i] if i < len(rows[mode - 1]) and rows[mode - 1][i] else current
        sensors.append(re.sub(r"\s*\(\d+\)\s*$", "", current))
    metadata = {row[0].rstrip(":"): row[1] for row in rows[: mode - 1] if len(row) > 1 and row[0]}
    return Header(sensors, names, rates, first, delimiter, metadata)


def _is_data(line: str, delimiter: str) -> bool:
    cells = [cell for cell in split_line(line, delimiter) if cell]
    return (
        len(cells) > 0
        and is_number(cells[0], "." if delimiter == "," else ",") | is_number(cells[0])
        and cells[0][-1].isdigit()
    )


def _rate(cells: list[str]) -> float:
    for cell in cells:
        if found := RATE.search(cell):
            return float(found.group(1).replace(",", "."))
    return float("nan")


def _name(header: Header, i: int) -> str:
    name = split_name(re.sub(r"\s*\(\s*[\d.,]+\s*Hz\s*\)", "", header.names[i]))[0]
    return f"{header.sensors[i]}: {name}" if header.sensors[i] else name


def _channel(frame: pd.DataFrame, i: int, time: int | None, header: Header, file: str, hints: Hints) -> Channel:
    name, where = _name(header, i), f"{file}, channel '{_name(header, i)}'"
    unit = split_name(re.sub(r"\s*\(\s*[\d.,]+\s*Hz\s*\)", "", header.names[i]))[1]
    values = frame[i].to_numpy()
    rate, note = snap_to_delsys(header.rates[i]) if header.rates[i] > 0 else (hints.sampling_frequency, "")
    notes = (note,) if note else ()
    if time is not None:
        length = signal_length(frame[time].to_numpy())
        clock = clock_of(frame[time].to_numpy()[:length], where=where, row=header.first + 1, unit="s", declared=rate)
        return channel_on(clock, name, values[:length], unit, notes)
    if rate is None:
        raise ask(
            where, "the header has no sampling frequency for it, and there is no time column.", "sampling_frequency="
        )
    filled = int(np.flatnonzero(~np.isnan(values))[-1]) + 1
    length = _without_zeros(values[:filled], rate, header.length_s)
    if length < filled:
        notes = (
            *notes,
            f"{filled - length} zeros behind the declared {header.length_s:g} s fill the column; they were cut off.",
        )
    return make_channel(name, values[:length], rate, unit, notes=notes)


def _without_zeros(values: np.ndarray, rate: float, length_s: float) -> int:
    """Return where a signal ends whose column is filled with zeros behind the declared length."""
    end = (
        int(np.ceil(length_s * rate - 1e-3))
        if np.isfinite(length_s) and 0 < length_s * rate < len(values)
        else len(values)
    )
    return end if not values[end:].any() else len(values)


def _length_note(header: Header, channels: list[Channel]) -> list[str]:
    declared = header.length_s
    longest = max((channel.duration_s for channel in channels), default=0.0)
    if not longest < 0.95 * declared:
        return []
    return [
        f"The collection took {declared:g} s as the header says, but the samples make {longest:.4g} s: the export may end early."
    ]


def _markers(text: Text, header: Header, decimal: str) -> list[Event]:
    rows = [split_line(line.lower(), header.delimiter) for line in text.head[: header.first]]
    at = next(((row.index("type"), row) for row in rows if {"type", "name", "label"} <= set(row)), None)
    if at is None:
        return []
    start, row = at
    columns = {word: start + i for i, word in enumerate(row[start:]) if word in MARKERS}
    events = []
    for line in text.head[header.first :]:
        cells = split_line(line, header.delimiter)
        time = cells[columns["time (s)"]] if "time (s)" in columns and len(cells) > columns["time (s)"] else ""
        if time and is_number(time, decimal) and time[-1].isdigit():
            label = next((cells[columns[key]] for key in ("label", "name") if cells[columns[key]]), "marker")
            events.append(Event(float(time.replace(decimal, ".")), 0.0, label))
    return events
