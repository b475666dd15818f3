"""Excel workbooks with one sample per row."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
import openpyxl
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import nearest
from mmc_analysis.recordings.cells import ROWS_SNIFFED, is_missing, is_number, number_of
from mmc_analysis.recordings.clock import clock_text_to_seconds
from mmc_analysis.recordings.columns import are_units, block_of, refuse_clocks, stated_rate
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.markers import is_marker_name, numbers_or_words
from mmc_analysis.recordings.recording import listed
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.units import plain_unit

MOST_ROWS = 1_048_576
MOST_CELLS = 40_000_000
MOST_BYTES = 1_500_000_000
MOST_RATIO = 200
MOST_PARTS = 5_000
HEADER_ROWS = 30


def is_workbook(data: bytes) -> bool:
    """Return whether the content is an Excel workbook."""
    return data.startswith(b"PK\x03\x04") and b"xl/" in data[:4096] + data[-65536:]


def read_workbook(file: File, hints: Hints) -> list[Block]:
    """Read one sheet: a header or none, one sample per row; words in columns that are named for markers become events."""
    check_archive(file)
    book = openpyxl.load_workbook(io.BytesIO(file.data), read_only=True, data_only=True, keep_links=False)
    sheet = _chosen(book, file.name, hints)
    where = f"{file.name}, sheet '{sheet.title}'"
    rows = _rows(sheet, where)
    marked = _marked(rows)
    first = next(
        (i for i in range(min(len(rows), HEADER_ROWS + 1)) if all(_is_data(row, marked) for row in rows[i : i + 3])),
        None,
    )
    if first is None:
        raise RecordingError(f"{where}: there is no row of numbers in its first {HEADER_ROWS} rows.")
    names, units = _header(rows[:first], where)
    clocks = _clocks(rows[first:])
    refuse_clocks(clocks, names, units, where)
    frame = _frame(rows[first:], marked, clocks, where, first + 1, hints)
    rate = hints.sampling_frequency or stated_rate(
        [", ".join(str(cell) for cell in row if cell is not None) for row in rows[:first]]
    )
    block = block_of(frame, names, units, where, first + 1, replace(hints, sampling_frequency=rate))
    block.notes.extend(_notes(sheet, file, len(rows)))
    return [block]


def _chosen(book, file: str, hints: Hints):
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if hints.sheet is not None and hints.sheet not in sheets:
        raise RecordingError(
            f"{file}: there is no sheet '{hints.sheet}'.{nearest(hints.sheet, sheets)} Sheets: {listed(tuple(sheets))}."
        )
    if hints.sheet is not None:
        return sheets[hints.sheet]
    filled = [
        title
        for title, sheet in sheets.items()
        if any(any(row) for row in sheet.iter_rows(max_row=HEADER_ROWS, values_only=True))
    ]
    if len(filled) != 1:
        raise ask(file, f"it has {len(filled)} sheets: {listed(tuple(filled or sheets))}.", "sheet=")
    return sheets[filled[0]]


def check_archive(file: File) -> None:
    """Refuse archives that unpack to far more than they are, and parts that declare entities.

    Raises
    ------
    RecordingError
        Naming what was found.
    """
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        parts = archive.infolist()
        size = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or size > MOST_BYTES or size > MOST_RATIO * len(file.data) + 1_000_000:
            raise RecordingError(f"{file.name}: {len(parts)} parts unpack from {len(file.data)} to {size} bytes, as no workbook of Excel does. "
                                 "It is not opened.")  # fmt: skip
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as opened:
                    start = opened.read(65_536).replace(b"\x00", b"").upper()
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise RecordingError(
                        f"{file.name}: '{part.filename}' declares entities, as no workbook of Excel does. It is not opened."
                    )


def _rows(sheet, where: str) -> list[tuple]:
    sheet.reset_dimensions()
    rows, cells, filled = [], 0, 0
    for row in sheet.iter_rows(values_only=True):
        cells += len(row) + 1
        if cells > MOST_CELLS:
            raise RecordingError(f"{where}: more than {MOST_CELLS:.0e} cells. Export the recording as CSV.")
        while row and row[-1] is None:
            row = row[:-1]
        rows.append(row)
        filled = len(rows) if row else filled
    return rows[:filled]


def _marked(rows: list[tuple]) -> frozenset[int]:
    """Return the columns that a header names as those of markers."""
    for row in rows[:HEADER_ROWS]:
        words = [cell if isinstance(cell, str) else "" for cell in row]
        if sum(map(bool, words)) > 1 and any(map(is_marker_name, words)):
            return frozenset(i for i, word in enumerate(words) if is_marker_name(word))
    return frozenset()


def _is_data(row: tuple, marked: frozenset[int]) -> bool:
    filled = [cell for i, cell in enumerate(row) if cell is not None and i not in marked]
    return (
        bool(filled)
        and all(map(_may_be_number, filled))
        and any(not isinstance(cell, str) or not is_missing(cell.strip()) for cell in filled)
    )


def _may_be_number(cell) -> bool:
    if isinstance(cell, str):
        return is_number(cell) or is_number(cell, ",")
    return _is_number(cell) or isinstance(cell, date | time | timedelta)


def _is_number(cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _header(rows: list[tuple], where: str) -> tuple[list[str], list[str]]:
    above = [(number, row) for number, row in enumerate(rows, 1) if any(cell is not None for cell in row)]
    if not above:
        return [], []
    number, last = above[-1]
    start = next(cell for cell in last if cell is not None)
    odd = next((i for i, cell in enumerate(last) if isinstance(cell, str) and not is_number(cell)), None)
    if len(above) > 1 and _is_number(start) and odd is not None:
        raise RecordingError(f"{where}, cell {_letters(odd)}{number}: {str(last[odd])[:40]!r} stands among numbers. Take notes and results out of the "
                             "table.")  # fmt: skip
    names = ["" if cell is None else str(cell).strip() for cell in last]
    if len(above) > 1 and are_units(names):
        return ["" if cell is None else str(cell).strip() for cell in above[-2][1]], [
            plain_unit(name.strip("()[] ")) for name in names
        ]
    return names, []


def _clocks(rows: list[tuple]) -> frozenset[int]:
    """Return the columns most of whose first cells are times."""
    start = rows[:ROWS_SNIFFED]
    return frozenset(
        i
        for i in range(len(rows[0]))
        if 2 * sum(i < len(row) and isinstance(row[i], datetime | time | timedelta) for row in start) > len(start)
    )


def _frame(
    rows: list[tuple], marked: frozenset[int], clocks: frozenset[int], where: str, first: int, hints: Hints
) -> pd.DataFrame:
    width = max(len(row) for row in rows)
    apart = marked | clocks
    values = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        plain = [np.nan if j in apart else cell for j, cell in enumerate(row)] if apart else row
        if any(type(cell) is not float and not _is_number(cell) for cell in plain):
            plain = [
                _number(cell, f"{where}, cell {_letters(j)}{first + i}", hints.decimal) for j, cell in enumerate(plain)
            ]
        values[i, : len(row)] = plain
    frame = pd.DataFrame(values, columns=range(width))
    for column in apart:
        cells = [row[column] if column < len(row) and row[column] is not None else "" for row in rows]
        texts = [_clock_text(cell) for cell in cells]
        frame[column] = clock_text_to_seconds(texts) if column in clocks else numbers_or_words(texts, ".")
    return frame


def _clock_text(cell) -> str:
    if isinstance(cell, timedelta):
        return f"{cell // timedelta(hours=1)}:{cell // timedelta(minutes=1) % 60:02d}:{(cell % timedelta(minutes=1)).total_seconds():09.6f}"
    return str(cell.time() if isinstance(cell, datetime) else cell)


def _number(cell, where: str, decimal: str | None) -> float:
    if cell is None or (isinstance(cell, str) and is_missing(cell.strip())):
        return float("nan")
    if _is_number(cell):
        return float(cell)
    if isinstance(cell, date | time | timedelta):
        raise RecordingError(f"{where}: Excel turned this number into the date or time {cell}. Import the file into Excel with this column as "
                             "text or number, or read the original export.")  # fmt: skip
    if decimal is not None and is_number(str(cell), decimal):
        return number_of(cell, decimal)
    raise RecordingError(f"{where}: {str(cell)[:40]!r} is text, not a number. If such cells are numbers, say decimal='.' or decimal=','; with thousands "
                         "separators, read the original export.")  # fmt: skip


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _notes(sheet, file: File, rows: int) -> list[str]:
    notes = []
    if rows >= MOST_ROWS:
        notes.append(f"The sheet is full ({MOST_ROWS} rows): what came after it is lost.")
    path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        if path in archive.namelist() and re.search(rb'<row[^>]*\shidden="(?:1|true)"', archive.read(path)):
            notes.append("Some rows are hidden in Excel; they were read with the others.")
    return notes
