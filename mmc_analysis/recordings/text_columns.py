"""Tables of numbers in text files, read by pandas; a cell that is no number is named."""

import contextlib
import io
import itertools
import re

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import MISSING, Dialect, is_number, number_of, split_line
from mmc_analysis.recordings.text import Text

_LINE_END = re.compile(rb"\r\n|\n|\r")


def read_columns(
    text: Text, dialect: Dialect, *, first_line: int, width: int, usecols: list[int] | None = None, texts: tuple[int, ...] = ()
) -> pd.DataFrame:  # fmt: skip
    """Read the table of numbers from a line on.

    Parameters
    ----------
    text : Text
    dialect : Dialect
    first_line : int
        Line of the first data row, from 0.
    width : int
        Columns of the table; rows may be shorter (their cells are missing), or longer by empty cells only.
    usecols : list of int, optional
        Columns to keep; their other cells may hold text.
    texts : tuple of int
        Columns that are text, such as markers.

    Returns
    -------
    pandas.DataFrame
        Columns are integers, in order; float64, or str for `texts`.

    Raises
    ------
    RecordingError
        Naming the first cell that is no number, or the first row that is too long.
    """
    options = {
        "sep": r"\s+" if dialect.delimiter == " " else dialect.delimiter, "decimal": dialect.decimal, "header": None,
        "names": range(width), "index_col": False, "encoding": text.encoding, "na_values": list(MISSING),
        "keep_default_na": False, "usecols": usecols, "skip_blank_lines": True, "compression": None,
    }  # fmt: skip
    numeric = [column for column in (usecols or range(width)) if column not in texts]
    kinds = dict.fromkeys(numeric, np.float64) | dict.fromkeys(texts, str) if texts else np.float64
    if not texts:
        # blanks before numbers do no harm; only before empty cells and quotation marks must they be skipped, at a cost
        with contextlib.suppress(ValueError, UnicodeError, pd.errors.ParserError):
            if usecols is None and _counts_lines_as_we_do(text, first_line):
                return pd.read_csv(
                    text.path, dtype=kinds, **options | {"header": first_line - 1 if first_line else None}
                )
            return pd.read_csv(_below(text, first_line), dtype=kinds, **options)
    try:
        return pd.read_csv(_below(text, first_line), dtype=kinds, skipinitialspace=True, **options)
    except (ValueError, UnicodeError, pd.errors.ParserError) as fault:
        _blame(text, options, numeric, first_line, fault)
        _blame_long_row(text, dialect, first_line, width, fault)
        frame = _as_text(text, options, first_line, skip_blank_lines=True)
        if frame is None:
            raise RecordingError(
                f"{text.name}: the table from row {first_line + 1} on cannot be read ({str(fault).strip()[:160]})."
            ) from fault
    for column in numeric:  # all are numbers, but some are written in ways that pandas does not know
        frame[column] = [
            number_of(cell, dialect.decimal) if isinstance(cell, str) else np.nan for cell in frame[column]
        ]
    return frame


def _start_of(text: Text, line: int) -> int:
    return next(itertools.islice(_LINE_END.finditer(text.data), line - 1, None)).end() if line else 0


def _below(text: Text, line: int) -> io.BytesIO:
    """Return the file from a line on."""
    below = io.BytesIO(text.data)
    below.seek(_start_of(text, line))
    return below


def _counts_lines_as_we_do(text: Text, line: int) -> bool:
    """Whether pandas may read the file itself, which it does in parallel: what stands above the line must look the same to it."""
    if text.path is None or text.encoding not in ("utf-8", "utf-8-sig"):
        return False
    above = text.data[: _start_of(text, line)].replace(b"\r\n", b"\n").removesuffix(b"\n")
    rows = above.split(b"\n") if line else []
    return b"\r" not in above and all(row.strip() and row.count(b'"') % 2 == 0 for row in rows)


def _as_text(text: Text, options: dict, first_line: int, *, skip_blank_lines: bool) -> pd.DataFrame | None:
    options = {**options, "skipinitialspace": True, "encoding_errors": "replace", "skip_blank_lines": skip_blank_lines}
    try:
        return pd.read_csv(_below(text, first_line), dtype=str, **options)
    except (ValueError, pd.errors.ParserError):
        return None


def _blame(text: Text, options: dict, numeric: list[int], first_line: int, fault: Exception) -> None:
    cells = _as_text(text, options, first_line, skip_blank_lines=False)
    if cells is None:
        return
    for column in numeric:
        bad = cells[column].notna() & ~cells[column].fillna("").map(lambda cell: is_number(cell, options["decimal"]))
        if bad.any():
            row = int(np.flatnonzero(bad.to_numpy())[0])
            raise RecordingError(
                f"{text.name}, row {first_line + row + 1}, column {column + 1}: {str(cells[column].iloc[row])[:40]!r} is no number. "
                f"{int(bad.sum())} cells of this column are none. Correct the export; look for units, dates or thousands separators "
                "in the cells."
            ) from fault


def _blame_long_row(text: Text, dialect: Dialect, first_line: int, width: int, fault: Exception) -> None:
    for number, line in enumerate(
        re.split(r"\r\n|\n|\r", text.data.decode(text.encoding, "replace"))[first_line:], first_line + 1
    ):
        cells = split_line(line, dialect.delimiter)
        if len(cells) > width and any(cells[width:]):
            raise RecordingError(
                f"{text.name}, row {number}: {len(cells)} cells, but the table has {width} columns. A decimal comma splits a number, two "
                "lines were joined, or text follows the table: correct the export."
            ) from fault
