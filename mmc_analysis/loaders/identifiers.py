"""Identifiers of people: S01, 1 and 01, rows that are no person, and people who share a number."""

import re

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.tables import Table
from mmc_analysis.loaders.vocabulary import STATISTICS_COMPANIONS, STATISTICS_ROWS
from mmc_analysis.loaders.words import key_of, words, written

_IN_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]?")
_NOTE = re.compile(r"[*†‡§#]|.*:\s")
_PARTS = re.compile(r"(?P<letters>\D*?)[\s_.-]*0*(?P<number>\d+)")


def read_ids(cells: np.ndarray, table: Table, column: int, ids: str = "text") -> np.ndarray:
    """Read the identifiers of a column.

    Parameters
    ----------
    cells : numpy.ndarray
        (n_rows,) objects.
    ids : {"text", "number", "by group"}
        "number" reads S01, 1 and 01 as the person 1; otherwise identifiers stay as written.

    Returns
    -------
    numpy.ndarray
        (n_rows,) text.

    Raises
    ------
    LoaderError
        If a cell is empty, a row holds statistics or a note instead of a person, or two spellings may be one person.
    """
    _check_dates(cells, table, column)
    texts = np.array([written(cell) for cell in cells], dtype=object)
    codes, uniques = pd.factorize(texts)
    for code, text in enumerate(uniques):
        rows = np.flatnonzero(codes == code) if not text or is_statistic(text) else None
        if rows is not None:
            raise LoaderError(_no_person(text, table, rows, column))
    _check_notes(texts, table, column)
    if ids == "number":
        return np.array(_by_number(list(uniques), table, column), dtype=object)[codes]
    _check_spellings(list(uniques), table, column)
    return texts


def is_statistic(text: str) -> bool:
    """Return whether a label names a statistic, such as "Mean ± SD", "Average (n = 12)" or "Mittelwert".

    Examples
    --------
    >>> is_statistic("Mean ± SD"), is_statistic("Group mean (n = 2)"), is_statistic("S01")
    (True, True, False)
    """
    text = _IN_BRACKETS.sub(" ", text)
    named = [word for word in words(text) if word not in STATISTICS_COMPANIONS]
    return key_of(text) in STATISTICS_ROWS or (bool(named) and all(word in STATISTICS_ROWS for word in named))


def _check_dates(cells: np.ndarray, table: Table, column: int) -> None:
    row = next((row for row, cell in enumerate(cells) if hasattr(cell, "isoformat")), None)
    if row is not None:
        raise LoaderError(f"{table.name}, {table.place(row, column)}: {cells[row]} is a date, not a participant: Excel may have turned an "
                          "identifier such as 1-2 into it. Format the column as text and write the identifiers again.")  # fmt: skip


def _check_notes(texts: np.ndarray, table: Table, column: int) -> None:
    """Refuse a sentence below the table; a participant without any value is left alone if spelled like the others."""
    others = np.delete(table.cells, column, axis=1)
    alone = np.array([not any(cell is not None and str(cell).strip() for cell in row) for row in others], dtype=bool)
    people = texts[~alone]
    longest = max((len(text.split()) for text in people), default=0)
    numbered = len(people) > 0 and all(any(sign.isdigit() for sign in text) for text in people)
    for row in np.flatnonzero(alone):
        text = texts[row]
        unlike = len(text.split()) > longest or (numbered and not any(sign.isdigit() for sign in text))
        if len(people) and (unlike or _NOTE.match(text)):
            raise LoaderError(f"{table.name}, row {table.rows[row]}, {table.column(column)}: '{text}' stands alone in its row and looks like a "
                              "note, not a participant. Select the rows of the data: rows=(first, last), as Excel counts them.")  # fmt: skip


def _no_person(text: str, table: Table, rows: np.ndarray, column: int) -> str:
    where = f"{table.name}, {table.row_list(rows)}, {table.column(column)}"
    if text:
        return (f"{where}: '{text}' is a row of statistics, not a participant. Select the rows of the data: "
                "rows=(first, last), as Excel counts them.")  # fmt: skip
    filled = next((repr(cell) for cell in table.cells[rows[0]] if cell is not None and str(cell).strip()), "nothing")
    return (f"{where}: no participant in a row that holds {filled}. Write the participant in every row, or select the rows of "
            "the data: rows=(first, last).")  # fmt: skip


def _check_spellings(ids: list[str], table: Table, column: int) -> None:
    seen: dict[tuple, str] = {}
    for text in ids:
        parts = _PARTS.fullmatch(text)
        form = (parts["letters"].strip().casefold(), parts["number"]) if parts else (text.casefold(), "")
        if form in seen:
            raise LoaderError(f"{table.name}, {table.column(column)}: '{seen[form]}' and '{text}' may be one person. If they are, "
                              "write ids='number' or correct the file; if not, give them different names.")  # fmt: skip
        seen[form] = text


def _by_number(ids: list[str], table: Table, column: int) -> list[str]:
    numbers, letters = [], {}
    for text in ids:
        digits = re.findall(r"\d+", re.sub(r"(?<=\d)\.0+$", "", text))
        if len(digits) != 1:
            raise LoaderError(f"{table.name}, {table.column(column)}: ids='number', but '{text}' holds {len(digits)} numbers "
                              "instead of one. Leave ids= out.")  # fmt: skip
        number = str(int(digits[0]))
        prefix = re.sub(r"[\W\d_]+", "", text).casefold()
        other = letters.setdefault(number, prefix)
        if prefix and other and prefix != other:
            raise LoaderError(f"{table.name}, {table.column(column)}: ids='number' would make '{text}' and another person with "
                              f"the number {number} one. Leave ids= out.")  # fmt: skip
        letters[number] = other or prefix
        numbers.append(number)
    return numbers


def by_group(participants: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Make identifiers that were counted anew in each group unique.

    Examples
    --------
    >>> by_group(np.array(["1", "1"]), np.array(["control", "imagery"])).tolist()
    ['control:1', 'imagery:1']
    """
    return np.array([f"{group}:{person}" for group, person in zip(groups, participants, strict=True)], dtype=object)


def check_one_group(participants: np.ndarray, groups: np.ndarray, name: str) -> None:
    """Refuse a participant who stands in two groups.

    Raises
    ------
    LoaderError
        If so; the message offers the two explanations.
    """
    pairs = pd.DataFrame({"participant": participants, "group": groups}).drop_duplicates()
    twice = pairs[pairs.duplicated("participant", keep=False)]
    if len(twice):
        person = twice["participant"].iloc[0]
        named = ", ".join(twice.loc[twice["participant"] == person, "group"])
        raise LoaderError(f"{name}: participant '{person}' stands in two groups ({named}), and so do {twice['participant'].nunique() - 1} others. "
                          f"If the groups count their people anew, write ids='by group'; if each limb has its own arm, "
                          "the column is a limb_role: columns={'…': 'limb_role'}.")  # fmt: skip
