"""LabChart text files. Written from descriptions of the format; not tried on a real file."""

import itertools
import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import Dialect, is_number, number_of, sniff
from mmc_analysis.recordings.clock import Clock, clock_of, clock_text_to_seconds, is_clock_text
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, channel_on

KEY = re.compile(r"^([A-Za-z]+)=\t?(.*)$")
COMMENT = re.compile(r"#(?:\*|\d+)")
COMMENT_PARTS = re.compile(r"#(\*|\d+)\s*((?:(?!#(?:\*|\d)).)*)")
NOTE = "The reader of LabChart text follows descriptions of the format and was not tried on a real file: compare a few values."
_SCALES = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60.0}


@dataclass(frozen=True)
class Part:
    """Rows below one header whose times run on: their row numbers in the file, cells, and the header."""

    numbers: list[int]
    rows: list[list[str]]
    meta: dict[str, list[str]]


def is_labchart(lines: list[str]) -> bool:
    """Return whether the first lines are a LabChart export."""
    keys = {found.group(1) for line in lines[:12] if (found := KEY.match(line))}
    return {"Interval", "ChannelTitle"} <= keys


def read_labchart(file: File, hints: Hints) -> list[Block]:
    """Read a LabChart export: a repeated header, or a time that starts again, begins a block, and each block is a trial of its own."""
    text = file.text(hints.encoding)
    whole = text.data.decode(text.encoding, "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    starts = [i for i, line in enumerate(whole) if line.startswith("Interval=")]
    sections = [_section(whole[a:b], a, file.name) for a, b in zip(starts, [*starts[1:], len(whole)], strict=True)]
    return [_block(part, file.name, hints) for section in sections for part in _parts(section)]


def _section(lines: list[str], first: int, file: str) -> Part:
    body = next((i for i, line in enumerate(lines) if not KEY.match(line)), len(lines))
    found = [KEY.match(line) for line in lines[:body]]
    meta = {match.group(1): [cell.strip() for cell in match.group(2).split("\t")] for match in found}
    if "ChannelTitle" not in meta:
        raise RecordingError(
            f"{file}, row {first + 1}: the header of a block names no channels. Export it with channel titles."
        )
    rows = [
        (first + body + i + 1, line.rstrip("\t").split("\t")) for i, line in enumerate(lines[body:]) if line.strip()
    ]
    if not rows:
        raise RecordingError(f"{file}, row {first + 1}: a block without samples. Export blocks that hold samples.")
    return Part([number for number, _ in rows], [cells for _, cells in rows], meta)


def _parts(section: Part) -> list[Part]:
    """Return the stretches of a section in which time does not start again."""
    if not _has_time(section):
        return [section]
    cuts = [0, *(np.flatnonzero(np.diff(_times([row[0] for row in section.rows])) < 0) + 1), len(section.rows)]
    return [Part(section.numbers[a:b], section.rows[a:b], section.meta) for a, b in itertools.pairwise(cuts)]


def _has_time(part: Part) -> bool:
    return max(sum(not COMMENT.match(cell) for cell in row) for row in part.rows[:50]) > len(part.meta["ChannelTitle"])


def _times(cells: list[str]) -> np.ndarray:
    if is_clock_text(cells[0]):
        return clock_text_to_seconds(cells)
    return np.array(
        [number_of(cell.replace(",", ".")) if is_number(cell.replace(",", ".")) else np.nan for cell in cells]
    )


def _block(part: Part, file: str, hints: Hints) -> Block:
    titles, timed = part.meta["ChannelTitle"], _has_time(part)
    plain = [[cell.strip() for cell in row if not COMMENT.match(cell)] for row in part.rows]
    full = [i for i, row in enumerate(plain) if len(row) > timed]
    cells = [plain[i][timed:] for i in full]
    dialect = sniff(
        ["\t".join(row) for row in cells[:50]], file, part.numbers[0], delimiter="\t", decimal=hints.decimal
    )
    values = _numbers(cells, [part.numbers[i] for i in full], len(titles), dialect, file)
    if not len(values):
        raise RecordingError(
            f"{file}, row {part.numbers[0]}: a block without samples. Export blocks that hold samples."
        )
    times = _times([row[0] for row in plain]) if timed else None
    clock = _clock(None if times is None else times[full], len(values), part, file, hints)
    channels = [_channel(title, i, clock, values, part.meta) for i, title in enumerate(titles) if title]
    seconds = np.searchsorted(full, np.arange(len(plain))) / clock.sampling_frequency if times is None else times
    events = [
        Event(float(seconds[i]), 0.0, label.strip(), titles[int(which) - 1] if which != "*" and 0 < int(which) <= len(titles) else "")
        for i, row in enumerate(part.rows) for cell in row if COMMENT.match(cell) for which, label in COMMENT_PARTS.findall(cell)
    ]  # fmt: skip
    started = " ".join(part.meta.get("ExcelDateTime", [""])[1:])
    return Block(
        channels, events, "LabChart", started, [NOTE], {key: "\t".join(words) for key, words in part.meta.items()}
    )


def _clock(times: np.ndarray | None, count: int, part: Part, file: str, hints: Hints) -> Clock:
    words = part.meta["Interval"][0].replace(",", ".").split()
    interval = float(words[0]) if words and is_number(words[0]) else 0.0
    declared = (
        float(f"{1 / (interval * _SCALES.get((words[1:] or ['s'])[0], 1.0)):.12g}")
        if interval > 0
        else hints.sampling_frequency
    )
    if times is not None:
        return clock_of(
            times, where=f"{file}, time", row=part.numbers[0], unit=hints.time_unit or "s", declared=declared
        )
    if declared is None:
        raise ask(file, "the header has no interval, and there is no time column.", "sampling_frequency=")
    return Clock(declared, 0.0, None, count)


def _numbers(rows: list[list[str]], numbers: list[int], width: int, dialect: Dialect, file: str) -> np.ndarray:
    values = np.full((len(rows), width), np.nan)
    for i, (number, cells) in enumerate(zip(numbers, rows, strict=True)):
        if len(cells) > width:
            raise RecordingError(
                f"{file}, row {number}: {len(cells)} cells, but the header names {width} channels. Export it again."
            )
        for j, cell in enumerate(cells):
            if cell == "*":
                continue
            if not is_number(cell, dialect.decimal):
                raise RecordingError(
                    f"{file}, row {number}, channel {j + 1}: {cell[:40]!r} is no number. Correct the export."
                )
            values[i, j] = number_of(cell, dialect.decimal)
    return values


def _channel(title: str, i: int, clock: Clock, values: np.ndarray, meta: dict[str, list[str]]) -> Channel:
    unit = (meta.get("UnitName", [])[i : i + 1] or [""])[0]
    if unit in ("", "*"):
        unit = ((meta.get("Range", [])[i : i + 1] or [""])[0].split()[1:2] or [""])[0]
    return channel_on(clock, title, values[:, i], unit)
