"""Text files: encoding, lines of the head, and numbers below it."""

import codecs
import contextlib
import io
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError

HEAD_BYTES = 131_072
ROWS_SNIFFED = 50
MISSING = (
    "", "-", "--", "---", "nan", "NaN", "NAN", "-nan", "-NaN", "n/a", "N/A", "#N/A", "NA", "NULL", "null", "None", "none", "<NA>",
    "1.#QNAN", "-1.#QNAN", "1.#IND", "-1.#IND", "1,#QNAN", "-1,#IND", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!",
)  # fmt: skip
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ODD_MISSING = re.compile(
    r"[+-]?(?:1[.,]#(?:[QS]NAN|IND)\d*|nan(?:\(\w*\)|q)?)$|n/?a$|n\. ?def\.$|neun$|#n[vad]$|#n/[ad]$|#\S{1,12}[!?]$",
    re.IGNORECASE,
)
_ODD_INFINITE = re.compile(r"([+-]?)(?:1[.,]#INF\d*|inf|infinity|∞)$", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}$")
_WHOLE = re.compile(r"[+-]?\d{1,3}$")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_POINT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|[+-]?(?:inf|infinity)$", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$|[+-]?(?:inf|infinity)$", re.IGNORECASE)
_LOOSE = re.compile(
    r"[+-]?(?:[\d.,]*\d[\d.,]*(?:[eE][+-]?\d+)?|inf|infinity|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}"
    r"|(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ])?\d+:\d+(?::\d+)?(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)?|[AP]M)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Text:
    """A text file.

    Attributes
    ----------
    name : str
    data : bytes
        UTF-8 or another encoding that has ASCII digits and signs.
    encoding : str
    head : list of str
        First lines, without line ends; the last one may be cut where `complete` is False.
    complete : bool
        Whether the head is the whole file.
    path : pathlib.Path, optional
        The file, if it holds these bytes and no others.
    """

    name: str
    data: bytes
    encoding: str
    head: list[str]
    complete: bool
    path: Path | None = None

    def rows(self, first: int) -> list[str]:
        """Return the lines of the head from one on, without one that may be cut."""
        return self.head[first:] if self.complete else self.head[first:-1]


@dataclass(frozen=True)
class Dialect:
    """How the numbers of a text file are written."""

    delimiter: str
    decimal: str


def open_text(data: bytes, name: str, encoding: str | None = None, path: Path | None = None) -> Text:
    """Tell a text file's encoding (byte-order mark, UTF-8, UTF-16, then Windows cp1252) and split its head into lines.

    `path` is the file that holds just these bytes, if there is one.

    Raises
    ------
    RecordingError
        If it is no text.

    Examples
    --------
    >>> open_text("Pec (µV)\\n1.5\\n".encode("cp1252"), "trial.csv").head
    ['Pec (µV)', '1.5', '']
    """
    encoding = encoding or encoding_of(data)
    try:
        if encoding.startswith(("utf-16", "utf_16")):
            data, encoding, path = data.decode(encoding).removeprefix("\ufeff").encode("utf-8"), "utf-8", None
        start = data[:HEAD_BYTES]
        complete = len(start) == len(data)
        head = codecs.getincrementaldecoder(encoding)().decode(start, final=complete)
    except (UnicodeError, LookupError) as fault:
        raise RecordingError(
            f"{name}: the text cannot be decoded as {encoding} ({fault}). Say which it is with encoding=."
        ) from fault
    if "\x00" in head[:4096]:
        raise RecordingError(
            f"{name}: holds binary data, so this is no text file. Check its ending, or name its format=."
        )
    return Text(
        name,
        data,
        encoding,
        head.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"),
        complete,
        path,
    )


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text: by its byte-order mark, UTF-16 by its zeros, UTF-8 if all of it is, otherwise Windows cp1252.

    Examples
    --------
    >>> encoding_of("Pec (µV)".encode()), encoding_of("Pec (µV)".encode("cp1252")), encoding_of("\ufeffPec".encode())
    ('utf-8', 'cp1252', 'utf-8-sig')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    zeros = [data[start:4000:2].count(0) for start in (0, 1)]
    if max(zeros) > 100 and max(zeros) > 10 * (min(zeros) + 1):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if not data.isascii():
        try:
            codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def is_number(cell: str, decimal: str = ".") -> bool:
    """Return whether a cell is a number, or stands for a missing one.

    Examples
    --------
    >>> is_number("0,5", ","), is_number("1.234,5", ","), is_number("-")
    (True, False, True)
    """
    cell = cell.strip().strip('"').strip()
    return (
        is_missing(cell)
        or (_POINT if decimal == "." else _COMMA).match(cell) is not None
        or _ODD_INFINITE.match(cell) is not None
    )


def is_missing(cell: str) -> bool:
    """Return whether a cell stands for a missing number, in the words of spreadsheets, statistics programs and C libraries.

    Examples
    --------
    >>> is_missing("NaN"), is_missing("-1.#IND00"), is_missing("#NV"), is_missing("0")
    (True, True, True, False)
    """
    return cell in MISSING or _ODD_MISSING.match(cell) is not None


def number_of(cell: str, decimal: str = ".") -> float:
    """Return a cell for which :func:`is_number` is true as a number, NaN where it is missing.

    Examples
    --------
    >>> number_of("0,5", ","), number_of("-1.#INF"), number_of("nan(ind)")
    (0.5, -inf, nan)
    """
    cell = cell.strip().strip('"').strip()
    if is_missing(cell):
        return float("nan")
    if infinite := _ODD_INFINITE.match(cell):
        return float(f"{infinite.group(1)}inf")
    return float(cell.replace(decimal, "."))


def split_line(line: str, delimiter: str) -> list[str]:
    """Split a line at a delimiter, but not inside quotation marks; cells lose blanks and quotation marks at their ends."""
    if delimiter == " ":
        return line.split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    cells, start, quoted = [], 0, False
    for i, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == delimiter and not quoted:
            cells.append(line[start:i])
            start = i + 1
    return [cell.strip().strip('"').strip() for cell in [*cells, line[start:]]]


def sniff(
    lines: list[str], name: str, row: int, *, delimiter: str | None = None, decimal: str | None = None
) -> Dialect:
    """Tell delimiter and decimal sign from the first rows of numbers.

    Parameters
    ----------
    lines : list of str
        The first data rows.
    name : str
    row : int
        Row of the first line in the file, for messages.
    delimiter, decimal : str, optional
        Said by the user.

    Raises
    ------
    RecordingError
        If no dialect reads all cells as numbers; the message names the first cell that is none.

    Examples
    --------
    >>> sniff(["0,0005;1,25", "0,0010;-3"], "trial.csv", 2)
    Dialect(delimiter=';', decimal=',')
    """
    lines = [line for line in lines if line.strip()][:ROWS_SNIFFED]
    found = delimiter or next((sign for sign in "\t;|" if any(sign in line for line in lines)), None)
    if found is None:
        spaced = any(" " in line.strip() for line in lines)
        quoted = any('"' in line for line in lines)
        commas = any("," in line for line in lines) and (decimal != "," or quoted)
        found = "," if commas else " " if spaced else ";" if decimal == "," else ","
    cells = [(row + i, cell) for i, line in enumerate(lines) for cell in split_line(line, found)]
    if decimal is None:
        _refuse_grouped([split_line(line, found) for line in lines], name, row)
        decimal = "," if found != "," and any("," in cell for _, cell in cells) else "."
    for at, cell in cells:
        if not is_number(cell, decimal) and not is_number(cell, "." if decimal == "," else ","):
            break
        if not is_number(cell, decimal):
            raise RecordingError(f"{name}, row {at}: {cell!r} is no number with the decimal sign {decimal!r}. If the file has decimal "
                                 f"{'points' if decimal == ',' else 'commas'}, say decimal={'.' if decimal == ',' else ','!r}; thousands "
                                 "separators are not allowed.")  # fmt: skip
    return Dialect(found, decimal)


def _refuse_grouped(rows: list[list[str]], name: str, row: int) -> None:
    """Ask where a column looks like whole numbers with thousands separators: 1.234 beside 345, and nothing else."""
    for column in range(max(map(len, rows), default=0)):
        cells = [
            (i, one[column]) for i, one in enumerate(rows, row) if column < len(one) and not is_missing(one[column])
        ]
        grouped = [(i, cell) for i, cell in cells if _GROUPED.match(cell)]
        whole = [cell for _, cell in cells if _WHOLE.match(cell)]
        if grouped and whole and len(grouped) + len(whole) == len(cells):
            at, cell = grouped[0]
            sign = "." if "." in cell else ","
            raise RecordingError(f"{name}, row {at}, column {column + 1}: {cell!r} stands among whole numbers such as {whole[0]!r}, so {sign!r} may separate "
                                 f"thousands. Say decimal={sign!r} if it is the decimal sign; otherwise export without thousands separators.")  # fmt: skip


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
                return pd.read_csv(text.path, skiprows=first_line, dtype=kinds, **options)
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


def first_numeric_line(lines: list[str]) -> int | None:
    """Return the first line from which on lines are rows of numbers; None if there are none.

    Times of day and numbers with thousands separators count as numbers here, so that later steps can name them.

    Examples
    --------
    >>> first_numeric_line(["Trial,1", "time,EMG", "0,0.5", "1,0.25"])
    2
    """
    run = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        run = run + 1 if _is_numeric(line) else 0
        if run == 3:
            return _back(lines, number)
    return _back(lines, len(lines) - 1) if run else None


def _is_numeric(line: str) -> bool:
    cells = re.split(r"[\t;|]" if re.search(r"[\t;|]", line) else r"[, ]+", line.strip().rstrip("\t;|, "))
    filled = [cell.strip(' "') for cell in cells if cell.strip(' "')]
    return (
        bool(filled)
        and all(is_missing(cell) or _ODD_INFINITE.match(cell) or _LOOSE.match(cell) for cell in filled)
        and any(cell[-1].isdigit() for cell in filled)
    )


def _back(lines: list[str], last: int) -> int:
    first = last
    for number in range(last, -1, -1):
        if lines[number].strip() and not _is_numeric(lines[number]):
            break
        if lines[number].strip():
            first = number
    return first
