"""AcqKnowledge text exports: a title, the interval, channels by name and unit, then columns."""

import itertools
import re

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import sniff, split_line
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Channel
from mmc_analysis.recordings.source import Block, File, check_count, make_channel
from mmc_analysis.recordings.text import Text
from mmc_analysis.recordings.text_columns import read_columns

INTERVAL = re.compile(
    r"^\s*([\d.,]+(?:[eE][+-]?\d+)?)\s*(sec|s|msec|ms|µsec|usec|us|min|Hz|kHz|MHz)(?:/sample)?\s*(?:$|[\t,;])"
)
CHANNELS = re.compile(r"^\s*(\d+)\s+channels?\s*(?:$|[\t,;])")
_SECONDS = {
    "sec": 1.0,
    "s": 1.0,
    "msec": 1e-3,
    "ms": 1e-3,
    "millisec": 1e-3,
    "µsec": 1e-6,
    "usec": 1e-6,
    "us": 1e-6,
    "min": 60.0,
}
_HERTZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6}
_COUNT = re.compile(r"\d+(?:\s+samples)?$", re.IGNORECASE)
TITLE_LINES = 6
SAME_RATE = 0.9


def is_acq_text(lines: list[str]) -> bool:
    """Return whether the first lines are an AcqKnowledge text export."""
    return len(lines) > 6 and _interval_line(lines) is not None


def _interval_line(lines: list[str]) -> int | None:
    pairs = itertools.pairwise(lines[: TITLE_LINES + 1])
    return next((i for i, (one, two) in enumerate(pairs) if INTERVAL.match(one) and CHANNELS.match(two)), None)


def read_acq_text(file: File, hints: Hints) -> list[Block]:
    """Read an AcqKnowledge text export: a row of counts below the column names, and a column of time, are no signal."""
    text = file.text(hints.encoding)
    at = _interval_line(text.head)
    if at is None:
        raise RecordingError(
            f"{file.name}: there is no line such as '0.5 msec/sample' above '2 channels', as AcqKnowledge writes them."
        )
    fs, count = _rate(text.head[at]), int(CHANNELS.match(text.head[at + 1]).group(1))
    if not 0 < fs <= 1e7 or not 0 < count <= 512 or len(text.head) < at + 4 + 2 * count:
        raise RecordingError(
            f"{file.name}: {count} channels at {fs:g} Hz with a header of {len(text.head)} lines do not fit together."
        )
    names = [tuple(cell.strip(' \t,;"') for cell in text.head[at + 2 + 2 * i : at + 4 + 2 * i]) for i in range(count)]
    columns = at + 2 + 2 * count
    header = split_line(text.head[columns].rstrip("\t, "), "\t" if "\t" in text.head[columns] else ",")
    first, counts = _counts(text, columns + 1, count)
    lines = text.rows(first)
    dialect = sniff(lines, file.name, first + 1, delimiter=hints.delimiter, decimal=hints.decimal)
    width = max([len(header), *(len(split_line(line, dialect.delimiter)) for line in lines[:50] if line.strip())])
    frame = read_columns(text, dialect, first_line=first, width=width)
    extra = max(0, len(header) - count)
    start = float(frame[0].iloc[0]) * _SECONDS.get(header[0].lower(), 0.0) if extra and len(frame) else 0.0
    notes = check_count(len(frame), max(counts, default=0), file.name, hints.strict)
    channels: list[Channel] = []
    for i, (name, unit) in enumerate(names):
        values = frame[i + extra].to_numpy()
        values = values[: int(np.flatnonzero(np.isfinite(values))[-1]) + 1] if np.isfinite(values).any() else values[:0]
        if np.isfinite(values).sum() < SAME_RATE * len(frame):
            notes.append(f"'{name}' fills {int(np.isfinite(values).sum())} of {len(frame)} rows, so it has another sampling frequency, which this "
                         "export does not state; it was left out. Read the .acq file for it.")  # fmt: skip
        else:
            channels.append(make_channel(name, values, fs, unit, start_s=start))
    return [Block(channels, [], "AcqKnowledge text", "", notes, {"title": text.head[0].strip()})]


def _rate(line: str) -> float:
    size, unit = INTERVAL.match(line).groups()
    value = float(size.replace(",", "."))
    return (
        value * _HERTZ[unit] if unit in _HERTZ else float(f"{1 / (value * _SECONDS[unit]):.12g}") if value > 0 else 0.0
    )


def _counts(text: Text, row: int, channels: int) -> tuple[int, list[int]]:
    """Return the first row of samples, and the counts of samples that may stand above it: whole numbers, one per channel."""

    def cells(line: str) -> list[str]:
        return [cell for cell in re.split(r"[\t;,]", line.strip()) if cell.strip()]

    found, below = cells(text.head[row]), cells(text.head[row + 1]) if row + 1 < len(text.head) else []
    if len(found) != channels or not all(_COUNT.match(cell.strip()) for cell in found):
        return row, []
    counts = [int(re.match(r"\s*(\d+)", cell).group(1)) for cell in found]
    rows = text.data.count(b"\n") - row
    said = any("samples" in cell.lower() for cell in found)
    if (
        said
        or len(below) > channels
        or abs(max(counts) - rows) <= 2
        or not all(_COUNT.match(cell.strip()) for cell in below)
    ):
        return row + 1, counts
    return row, []
