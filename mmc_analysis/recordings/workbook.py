"""Excel workbooks with one sample per row."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta

import numpy as np
import openpyxl
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import nearest
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.recording import listed
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.table import block_of
from mmc_analysis.recordings.text import MISSING
from mmc_analysis.recordings.units import is_voltage, plain_unit

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
    """Read one sheet: a header or none, one sample per row."""
    check_archive(file)
    book = openpyxl.load_workbook(io.BytesIO(file.data), read_only=True, data_only=True, keep_links=False)
    sheets = tuple(sheet.title for sheet in book.worksheets)
    if hints.sheet is not None and hints.sheet not in sheets:
        raise RecordingError(
            f"{file.name}: there is no sheet '{hints.sheet}'.{nearest(hints.sheet, sheets)} Sheets: {listed(sheets)}."
        )
    if hints.sheet is None and len(sheets) != 1:
        raise ask(file.name, f"it has {len(sheets)} sheets: {listed(sheets)}.", "sheet=")
    sheet = book[hints.sheet or sheets[0]]
    where = f"{file.name}, sheet '{sheet.title}'"
    rows = _rows(sheet, where)
    first = next((i for i, row in enumerate(rows) if _is_numeric(row)), None)
    if first is None or first > HEADER_ROWS:
        raise RecordingError(f"{where}: there is no row of numbers in its first {HEADER_ROWS} rows.")
    names, units = _header(rows[:first])
    block = block_of(_frame(rows[first:], where, first + 1), names, units, where, first + 1, hints)
    block.notes.extend(_notes(sheet, file, len(rows)))
    return [block]


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


def _is_numeric(row: tuple) -> bool:
    filled = [cell for cell in row if cell is not None]
    return bool(filled) and all(_is_number(cell) or (isinstance(cell, str) and cell.strip() in MISSING) for cell in filled) \
        and any(_is_number(cell) for cell in filled)  # fmt: skip


def _is_number(cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _header(rows: list[tuple]) -> tuple[list[str], list[str]]:
    above = [
        ["" if cell is None else str(cell).strip() for cell in row]
        for row in rows
        if any(cell is not None for cell in row)
    ]
    if not above:
        return [], []
    filled = [cell.strip("()[]") for cell in above[-1] if cell]
    if len(above) > 1 and any(map(is_voltage, filled)) and all(is_voltage(c) or len(c) <= 4 for c in filled):
        return above[-2], [plain_unit(cell.strip("()[]")) for cell in above[-1]]
    return above[-1], []


def _frame(rows: list[tuple], where: str, first: int) -> pd.DataFrame:
    width = max(len(row) for row in rows)
    values = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        try:
            values[i, : len(row)] = row
        except (TypeError, ValueError):
            values[i, : len(row)] = [
                _number(cell, f"{where}, cell {_letters(j)}{first + i}") for j, cell in enumerate(row)
            ]
    return pd.DataFrame(values, columns=range(width))


def _number(cell, where: str) -> float:
    if cell is None or (isinstance(cell, str) and cell.strip() in MISSING):
        return float("nan")
    if _is_number(cell):
        return float(cell)
    if isinstance(cell, datetime | date | time | timedelta):
        raise RecordingError(f"{where}: Excel turned this number into the date or time {cell}. Import the file into Excel with this column as "
                             "text or number, or read the original export.")  # fmt: skip
    raise RecordingError(f"{where}: {str(cell)[:40]!r} is text, not a number. Decimal and thousands separators of another language make text of "
                         "numbers; read the original export.")  # fmt: skip


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
