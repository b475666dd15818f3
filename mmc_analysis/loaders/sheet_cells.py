"""The cells of a completed trial sheet as text: from a frame, a workbook or a text file, dates refused, one spelling for each label."""

import datetime
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.files import content_of
from mmc_analysis.loaders.text import decoded, records_of
from mmc_analysis.loaders.words import key_of
from mmc_analysis.loaders.workbook import Workbook

SPELLED_ALIKE = (
    ("muscle", "focus_target", "position"), ("study",), ("session",), ("time",), ("group",), ("condition",), ("exercise",), ("tempo",),
    ("load",), ("limb_role",),
)  # fmt: skip
_HEADER = {"file", "channel", "muscle"}
_DATE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}-\d{1,2}-\d{1,2}(?: 00:00:00)?"
    r"|\d{1,2}[-/. ](?:jan|ene|feb|mar|apr|abr|may|maj|mai|jun|jul|aug|ago|sep|oct|okt|nov|dec|dic|dez)[a-z]*\.?(?:[-/. ]\d{2,4})?",
    re.IGNORECASE,
)


def sheet_frame(sheet, folder=None) -> tuple[pd.DataFrame, str, Path]:
    """Return a sheet's table with the row numbers that Excel shows, its name for messages, and the folder of the recordings.

    Raises
    ------
    LoaderError
        If there is no such file, no table in it, or several of its worksheets could be the trial sheet.
    """
    if isinstance(sheet, pd.DataFrame):
        return sheet, "trial sheet", Path(folder) if folder is not None else Path.cwd()
    content = content_of(sheet)
    home = Path(folder) if folder is not None else Path(sheet).parent
    if content.kind == "workbook":
        records = _worksheet(Workbook(content.data, content.name))
    else:
        records, _ = records_of(decoded(content.data, content.name), content.name)
    if len(records) < 2:
        raise LoaderError(f"{content.name}: a trial sheet has a header and rows; this has {len(records)} rows.")
    header = [str(cell).strip() if cell is not None else "" for cell in records[0][1]]
    rows = [cells + [""] * (len(header) - len(cells)) for _, cells in records[1:]]
    longer = next(
        (number for number, cells in records[1:] if any(not _is_blank(cell) for cell in cells[len(header) :])), None
    )
    if longer is not None:
        raise LoaderError(
            f"{content.name}, row {longer}: there are more cells than the header has columns ({len(header)})."
        )
    rows = [cells[: len(header)] for cells in rows]
    return (
        pd.DataFrame(rows, columns=header, index=[number for number, _ in records[1:]], dtype=object),
        content.name,
        home,
    )


def _worksheet(book: Workbook) -> list[tuple[int, list]]:
    sheets = {name: book.records(name) for name in book.sheets}
    fitting = [
        name for name, records in sheets.items() if records and {str(cell).strip() for cell in records[0][1]} >= _HEADER
    ]
    if len(fitting) > 1:
        raise LoaderError(
            f"{book.name}: {len(fitting)} worksheets look like a trial sheet ({', '.join(fitting)}). Keep one in this file."
        )
    return sheets[fitting[0] if fitting else book.sheets[0]]


def _is_blank(cell) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell or not str(cell).strip()


def cell_text(cell) -> str:
    """Return a cell as text: whole numbers without ".0", blanks around it left out, "" where it is empty.

    Examples
    --------
    >>> cell_text(3.0), cell_text(" P01 "), cell_text(float("nan"))
    ('3', 'P01', '')
    """
    if _is_blank(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip().removesuffix(" 00:00:00")


def refuse_dates(row: dict, columns: Sequence[str]) -> None:
    """Refuse what Excel made a date of, such as the participant 3-1 or the events 1-3.

    Raises
    ------
    LoaderError
        Naming column and cell.

    Examples
    --------
    >>> refuse_dates({"participant": "03-ene"}, ["participant"])
    Traceback (most recent call last):
    mmc_analysis.errors.LoaderError: participant '03-ene' is a date: ...
    """
    for column in columns:
        cell = row.get(column)
        dated = isinstance(cell, datetime.date | datetime.time) or (
            isinstance(cell, str) and _DATE.fullmatch(cell.strip())
        )
        if dated:
            raise LoaderError(f"{column} '{str(cell).removesuffix(' 00:00:00')}' is a date: Excel may have made it of something like 3-1. Format "
                              "the column as text and write its cells again.")  # fmt: skip


def spelled_alike(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return rows in which labels that differ only in case, blanks and separators are spelled as the sheet first spells them.

    Muscles, the muscles that instructions name and the positions of maximal trials are one kind of label.

    Examples
    --------
    >>> spelled_alike([{"muscle": "triceps"}, {"muscle": "Triceps ", "focus_target": "TRICEPS"}])[1]
    {'muscle': 'triceps', 'focus_target': 'triceps'}
    """
    for columns in SPELLED_ALIKE:
        first: dict[str, str] = {}
        for column in columns:
            for row in rows:
                if row.get(column):
                    first.setdefault(key_of(row[column]), row[column])
        rows = [{**row, **{c: first[key_of(row[c])] for c in columns if row.get(c)}} for row in rows]
    return rows


def same_person(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of identifiers that may be one person: they differ in case, blanks, separators and leading zeros.

    Examples
    --------
    >>> same_person(["P01", "p1", "P 02", "P11"])
    [('P01', 'p1')]
    """
    seen: dict[str, str] = {}
    pairs = []
    for name in dict.fromkeys(ids):
        form = re.sub(r"(?<!\d)0+(?=\d)", "", key_of(name))
        if seen.setdefault(form, name) != name:
            pairs.append((seen[form], name))
    return pairs
