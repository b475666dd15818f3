"""Vicon CSV: a section of devices with a rate, groups, names, units and numbers."""

import re

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.source import Block, File, make_channel
from mmc_analysis.recordings.text import Text, open_text, read_columns, sniff, split_line


def is_vicon(lines: list[str]) -> bool:
    """Return whether the first lines are a Vicon export of devices."""
    return len(lines) > 4 and re.match(r'\s*"?Devices"?\s*[,;\t]*\s*$', lines[0]) is not None


def read_vicon(file: File, hints: Hints) -> list[Block]:
    """Read the section of devices; sections of trajectories below it are left aside."""
    text = open_text(file.data, file.name, hints.encoding)
    delimiter = next((sign for sign in ";\t," if sign in text.head[3]), ",")
    rows = [split_line(line, delimiter) for line in text.head[:5]]
    try:
        fs = float(rows[1][0])
    except ValueError as fault:
        raise RecordingError(f"{file.name}, row 2: a Vicon export has its rate here, not {rows[1][0]!r}.") from fault
    if not 0 < fs <= 1e6 or [cell.lower() for cell in rows[3][:2]] != ["frame", "sub frame"]:
        raise RecordingError(
            f"{file.name}: rows 2 and 4 of a Vicon export hold the rate and 'Frame, Sub Frame'; found {fs:g} and {rows[3][:2]}."
        )
    names, units, groups = rows[3], rows[4], _groups(rows[2], len(rows[3]))
    part = _section(text)
    lines = [line for line in (part.head[5:] if part.complete else part.head[5:-1]) if line.strip()]
    dialect = sniff(lines, file.name, 6, delimiter=delimiter, decimal=hints.decimal)
    frame = read_columns(part, dialect, first_line=5, width=len(names))
    channels = []
    for i, name in enumerate(names):
        if i > 1 and name:
            label = f"{groups[i].split(' - ')[-1]}.{name}" if groups[i] else name
            channels.append(make_channel(label, frame[i].to_numpy(), fs, units[i] if i < len(units) else ""))
    step = len(set(frame[0].dropna().astype(int))) if len(frame) else 0
    return [Block(channels, [], "Vicon", "", [], {"frames": str(step)})]


def _groups(cells: list[str], width: int) -> list[str]:
    groups, current = [], ""
    for i in range(width):
        current = cells[i] if i < len(cells) and cells[i] else current
        groups.append(current)
    return groups


def _section(text: Text) -> Text:
    found = re.search(rb"\r?\n[,;\t\r ]*\n", text.data)
    if found is None:
        return text
    data = text.data[: found.start() + 1]
    return open_text(data, text.name, text.encoding)
