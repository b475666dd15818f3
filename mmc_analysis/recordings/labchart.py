"""LabChart text files. Written from descriptions of the format; not tried on a real file."""

import re

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import clock_of
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, make_channel
from mmc_analysis.recordings.text import MISSING, Dialect, is_number, open_text, sniff

KEY = re.compile(r"^([A-Za-z]+)=\t?(.*)$")
_SCALES = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60.0}


def is_labchart(lines: list[str]) -> bool:
    """Return whether the first lines are a LabChart export."""
    keys = {found.group(1) for line in lines[:12] if (found := KEY.match(line))}
    return {"Interval", "ChannelTitle"} <= keys


def read_labchart(file: File, hints: Hints) -> list[Block]:
    """Read a LabChart export: each repeated header begins a block, and each block is a trial of its own."""
    text = open_text(file.data, file.name, hints.encoding)
    whole = text.data.decode(text.encoding, "replace").replace("\r\n", "\n").split("\n")
    starts = [i for i, line in enumerate(whole) if line.startswith("Interval=")]
    return [_block(whole[a:b], a, file.name, hints) for a, b in zip(starts, [*starts[1:], len(whole)], strict=True)]


def _block(lines: list[str], first: int, file: str, hints: Hints) -> Block:
    body = next((i for i, line in enumerate(lines) if not KEY.match(line)), len(lines))
    found = [KEY.match(line) for line in lines[:body]]
    meta = {match.group(1): [cell.strip() for cell in match.group(2).split("\t")] for match in found}
    if "ChannelTitle" not in meta:
        raise RecordingError(f"{file}, row {first + 1}: the header of a block names no channels.")
    rows = [
        (first + body + i + 1, line.rstrip("\t").split("\t")) for i, line in enumerate(lines[body:]) if line.strip()
    ]
    plain = ["\t".join(cell for cell in cells if not cell.startswith("#*")) for _, cells in rows[:50]]
    dialect = sniff(plain, file, first + body + 1, delimiter="\t", decimal=hints.decimal)
    titles = meta["ChannelTitle"]
    values, comments = _numbers(rows, len(titles) + 1, dialect, file)
    if not len(values):
        raise RecordingError(f"{file}, row {first + 1}: a block without samples.")
    interval = (meta["Interval"][0].split() or [""])[0].replace(",", ".")
    unit = ([*meta["Interval"][0].split(), "s", "s"])[1]
    declared = (
        1 / (float(interval) * _SCALES.get(unit, 1.0))
        if is_number(interval) and interval and float(interval) > 0
        else None
    )
    clock = clock_of(
        values[:, 0], where=f"{file}, time", row=rows[0][0], unit=hints.time_unit or "s", declared=declared
    )
    channels = [_channel(title, i, clock, values, meta) for i, title in enumerate(titles) if title]
    at = clock.positions if clock.positions is not None else np.arange(len(values))
    events = [Event(clock.start_s + float(at[i]) / clock.sampling_frequency, 0.0, comment) for i, comment in comments]
    notes = [
        "The reader of LabChart text follows descriptions of the format and was not tried on a real file: compare a few values."
    ]
    return Block(
        channels,
        events,
        "LabChart",
        " ".join(meta.get("ExcelDateTime", [""])[1:]),
        notes,
        {k: "\t".join(v) for k, v in meta.items()},
    )


def _numbers(rows, width: int, dialect: Dialect, file: str) -> tuple[np.ndarray, list[tuple[int, str]]]:
    values, comments = np.full((len(rows), width), np.nan), []
    for i, (row, cells) in enumerate(rows):
        if cells[-1].startswith("#*"):
            comments.append((i, cells.pop()[2:].strip()))
        if len(cells) > width:
            raise RecordingError(f"{file}, row {row}: {len(cells)} cells, but the header names {width - 1} channels.")
        for j, cell in enumerate(cells):
            cell = cell.strip()
            if not is_number(cell, dialect.decimal):
                raise RecordingError(f"{file}, row {row}, column {j + 1}: {cell[:40]!r} is no number.")
            if cell not in MISSING:
                values[i, j] = float(cell.replace(dialect.decimal, "."))
    return values, comments


def _channel(title: str, i: int, clock, values: np.ndarray, meta: dict) -> Channel:
    unit = meta.get("UnitName", [])[i : i + 1]
    if not unit or unit[0] in ("", "*"):
        scale = (meta.get("Range", [])[i : i + 1] or [""])[0].split()
        unit = scale[1:2] or [""]
    return make_channel(
        title,
        clock.place(values[:, i + 1]),
        clock.sampling_frequency,
        unit[0],
        start_s=clock.start_s,
        notes=clock.notes,
    )
