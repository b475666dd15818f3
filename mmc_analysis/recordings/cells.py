"""Cells of text files: numbers as they are written, delimiters, and the first row of numbers."""

import re
from dataclasses import dataclass

from mmc_analysis.errors import RecordingError

ROWS_SNIFFED = 50
MISSING = (
    "", "-", "--", "---", "nan", "NaN", "NAN", "-nan", "-NaN", "n/a", "N/A", "#N/A", "NA", "NULL", "null", "None", "none", "<NA>",
    "1.#QNAN", "-1.#QNAN", "1.#IND", "-1.#IND", "1,#QNAN", "-1,#IND", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!",
)  # fmt: skip
_ODD_MISSING = re.compile(
    r"[+-]?(?:1[.,]#(?:[QS]NAN|IND)\d*|nan(?:\(\w*\)|q)?)$|n/?a$|n\. ?def\.$|neun$|#n[vad]$|#n/[ad]$|#\S{1,12}[!?]$",
    re.IGNORECASE,
)
_ODD_INFINITE = re.compile(r"([+-]?)(?:1[.,]#INF\d*|inf|infinity|∞)$", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}$")
_WHOLE = re.compile(r"[+-]?\d{1,3}$")
_POINT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|[+-]?(?:inf|infinity)$", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?$|[+-]?(?:inf|infinity)$", re.IGNORECASE)
_LOOSE = re.compile(
    r"[+-]?(?:[\d.,]*\d[\d.,]*(?:[eE][+-]?\d+)?|inf|infinity|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}"
    r"|(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ])?\d+:\d+(?::\d+)?(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)?|[AP]M)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dialect:
    """How the numbers of a text file are written."""

    delimiter: str
    decimal: str


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
    rows = [split_line(line, found) for line in lines]
    cells = [(row + i, cell) for i, one in enumerate(rows) for cell in one]
    if decimal is None:
        _refuse_grouped(rows, name, row)
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
        cells = [(i, one[column]) for i, one in enumerate(rows, row) if column < len(one)]
        grouped = [(i, cell) for i, cell in cells if _GROUPED.match(cell)]
        if not grouped:
            continue
        cells = [(i, cell) for i, cell in cells if not is_missing(cell)]
        whole = [cell for _, cell in cells if _WHOLE.match(cell)]
        if whole and len(grouped) + len(whole) == len(cells):
            at, cell = grouped[0]
            sign = "." if "." in cell else ","
            raise RecordingError(f"{name}, row {at}, column {column + 1}: {cell!r} stands among whole numbers such as {whole[0]!r}, so {sign!r} may separate "
                                 f"thousands. Say decimal={sign!r} if it is the decimal sign; otherwise export without thousands separators.")  # fmt: skip


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
