"""Vicon CSV: sections of events, devices, trajectories …; the devices' section has a rate, groups, names, units and numbers."""

import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import is_number, sniff, split_line
from mmc_analysis.recordings.clock import Clock
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Event
from mmc_analysis.recordings.source import Block, File, channel_on
from mmc_analysis.recordings.text import Text, open_text
from mmc_analysis.recordings.text_columns import read_columns

SECTIONS = ("Events", "Devices", "Joints", "Model Outputs", "Segments", "Trajectories")
HEADER_LINES = 5
_TITLE = re.compile(rf'\s*"?({"|".join(SECTIONS)})"?\s*[,;\t]*\s*$')
_DEVICES = re.compile(rb'^(?:\xef\xbb\xbf)?[ \t]*"?Devices"?[,;\t ]*\r?$', re.MULTILINE)
_BLANK = re.compile(rb"\n[,;\t\r ]*(?=\n)")


def is_vicon(lines: list[str]) -> bool:
    """Return whether the first lines are a Vicon export: a section's title, and a rate below it."""
    return (
        len(lines) > HEADER_LINES - 1
        and _TITLE.match(lines[0]) is not None
        and is_number(re.split(r"[,;\t]", lines[1])[0].strip('" ') or "x")
    )


@dataclass(frozen=True)
class Header:
    """The head of the devices' section: rate in Hz, groups, names and units of the columns."""

    rate: float
    groups: list[str]
    names: list[str]
    units: list[str]

    def labels(self) -> list[str]:
        """Return names with the device in front: by its last part, or in full where that leaves two alike."""
        short = [
            f"{group.split(' - ')[-1]}.{name}" if group else name
            for group, name in zip(self.groups, self.names, strict=True)
        ]
        full = [f"{group}.{name}" if group else name for group, name in zip(self.groups, self.names, strict=True)]
        return [one if short.count(one) == 1 else other for one, other in zip(short, full, strict=True)]


def read_vicon(file: File, hints: Hints) -> list[Block]:
    """Read the section of devices, and events if they stand above it; sections of trajectories are left aside."""
    text = file.text(hints.encoding)
    part, above = _devices(text)
    delimiter = next((sign for sign in ";\t," if sign in part.head[3]), ",")
    header = _header([split_line(line, delimiter) for line in part.head[:HEADER_LINES]], file.name, above)
    lines = [line for line in part.rows(HEADER_LINES) if line.strip()]
    dialect = sniff(lines, file.name, above + HEADER_LINES + 1, delimiter=delimiter, decimal=hints.decimal)
    frame = read_columns(part, dialect, first_line=HEADER_LINES, width=len(header.names))
    clock = _clock(frame[0].to_numpy(), frame[1].to_numpy(), header.rate, file.name, above + HEADER_LINES + 1)
    channels = [
        channel_on(clock, label, frame[i].to_numpy(), header.units[i] if i < len(header.units) else "")
        for i, label in enumerate(header.labels()) if i > 1 and header.names[i]
    ]  # fmt: skip
    return [Block(channels, _events(text.head[: above + 1], delimiter), "Vicon")]


def _devices(text: Text) -> tuple[Text, int]:
    """Return the section of devices, and how many lines stand above it."""
    found = _DEVICES.search(text.data)
    if found is None:
        raise RecordingError(
            f"{text.name}: a Vicon export without a section 'Devices', so without EMG. Export the devices (analog) too."
        )
    start = found.start()
    body = start
    for _ in range(HEADER_LINES):
        body = text.data.find(b"\n", body) + 1 or len(text.data)
    end = _BLANK.search(text.data, max(start, body - 1))
    part = open_text(text.data[start : end.start() + 1 if end else None], text.name, text.encoding)
    return part, text.data[:start].count(b"\n")


def _header(rows: list[list[str]], file: str, above: int) -> Header:
    rate, names = rows[1][0] if len(rows) > 1 else "", rows[3] if len(rows) > 3 else []
    if (
        not is_number(rate)
        or [cell.lower() for cell in names[:2]] != ["frame", "sub frame"]
        or not 0 < float(rate or 0) <= 1e6
    ):
        raise RecordingError(f"{file}, rows {above + 2} and {above + 4}: a Vicon export has its rate and 'Frame, Sub Frame' here, not {rate!r} and "
                             f"{', '.join(names[:2])!r}. Export it again.")  # fmt: skip
    groups, current = [], ""
    for i in range(len(names)):
        current = rows[2][i] if i < len(rows[2]) and rows[2][i] else current
        groups.append(current)
    return Header(float(rate), groups, names, rows[4] if len(rows) > 4 else [])


def _clock(frames: np.ndarray, subs: np.ndarray, rate: float, file: str, row: int) -> Clock:
    """Return the clock behind frames and sub frames: a row that lacks is an empty sample."""
    if not len(frames) or not (np.isfinite(frames) & np.isfinite(subs)).all():
        raise RecordingError(f"{file}, row {row}: a frame or sub frame is empty. Export it again.")
    per_frame = subs.max() + 1
    positions = np.round((frames - frames[0]) * per_frame + subs - subs[0]).astype(np.int64)
    steps = np.diff(positions)
    if (steps < 1).any():
        raise RecordingError(
            f"{file}, row {row + 1 + int((steps < 1).argmax())}: frames go back or stand twice. Export it again."
        )
    start, count = float((frames[0] - 1) * per_frame + subs[0]) / rate, int(positions[-1]) + 1
    if (steps == 1).all():
        return Clock(rate, start, None, count)
    if count > 10 * len(frames) + 60 * rate:
        raise RecordingError(f"{file}: {len(frames)} rows are spread over {count} samples. Export the trial again.")
    note = f"{count - len(frames)} samples are missing in {int((steps > 1).sum())} gaps of the frames; they are empty (NaN)."
    return Clock(rate, start, positions, count, (note,))


def _events(lines: list[str], delimiter: str) -> list[Event]:
    """Return the rows of an Events section: subject, context, name, time."""
    rows = [split_line(line, delimiter) for line in lines]
    at = next(
        (
            i
            for i, row in enumerate(rows)
            if [cell.lower() for cell in row[:4]] == ["subject", "context", "name", "time (s)"]
        ),
        None,
    )
    found = []
    for row in rows[at + 1 :] if at is not None else ():
        time = row[3].replace(",", ".") if len(row) > 3 else ""
        if not time or not is_number(time):
            break
        found.append(Event(float(time), 0.0, " ".join(cell for cell in row[1:3] if cell) or "event"))
    return found
