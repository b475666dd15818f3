"""AcqKnowledge text exports: a title, the interval, channels by name and unit, then columns."""

import re

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.source import Block, File, check_count, make_channel
from mmc_analysis.recordings.text import open_text, read_columns, sniff, split_line

INTERVAL = re.compile(r"^\s*([\d.,]+(?:[eE][+-]?\d+)?)\s*(sec|s|msec|ms|µsec|usec|us|min|Hz|kHz|MHz)(?:/sample)?\s*$")
CHANNELS = re.compile(r"^\s*(\d+)\s+channels?\s*$")
_SECONDS = {"sec": 1.0, "s": 1.0, "msec": 1e-3, "ms": 1e-3, "µsec": 1e-6, "usec": 1e-6, "us": 1e-6, "min": 60.0}
_HERTZ = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6}


def is_acq_text(lines: list[str]) -> bool:
    """Return whether the first lines are an AcqKnowledge text export."""
    return len(lines) > 6 and INTERVAL.match(lines[1]) is not None and CHANNELS.match(lines[2]) is not None


def read_acq_text(file: File, hints: Hints) -> list[Block]:
    """Read an AcqKnowledge text export."""
    text = open_text(file.data, file.name, hints.encoding)
    size, unit = INTERVAL.match(text.head[1]).groups()
    value = float(size.replace(",", "."))
    fs = value * _HERTZ[unit] if unit in _HERTZ else 1 / (value * _SECONDS[unit]) if value > 0 else 0.0
    count = int(CHANNELS.match(text.head[2]).group(1))
    if not 0 < fs <= 1e7 or not 0 < count <= 512 or len(text.head) < 5 + 2 * count:
        raise RecordingError(
            f"{file.name}: {count} channels at {fs:g} Hz with a header of {len(text.head)} lines do not fit together."
        )
    names = [(text.head[3 + 2 * i].strip(), text.head[4 + 2 * i].strip()) for i in range(count)]
    at = 3 + 2 * count
    header = split_line(text.head[at].rstrip("\t, "), "\t" if "\t" in text.head[at] else ",")
    first, declared = at + 1, 0
    counts = re.findall(r"(\d+)\s+samples", text.head[first], re.IGNORECASE)
    if counts:
        first, declared = first + 1, max(map(int, counts))
    lines = text.head[first:] if text.complete else text.head[first:-1]
    dialect = sniff(lines, file.name, first + 1, delimiter=hints.delimiter, decimal=hints.decimal)
    width = max([len(header), *(len(split_line(line, dialect.delimiter)) for line in lines[:50] if line.strip())])
    frame = read_columns(text, dialect, first_line=first, width=width)
    extra = len(header) - count
    notes = check_count(len(frame), declared, file.name, hints.strict)
    channels = [
        make_channel(name, frame[i + max(0, extra)].to_numpy(), fs, unit) for i, (name, unit) in enumerate(names)
    ]
    return [Block(channels, [], "AcqKnowledge text", "", notes, {"title": text.head[0].strip()})]
