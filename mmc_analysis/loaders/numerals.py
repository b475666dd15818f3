"""Cells as numbers: decimal marks, marks for missing, and everything that is no number."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError

MISSING = ("", "na", "n/a", "nan", ".")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:\{mark}\d{{3}})+") for mark in ".,"}
_DECIMAL = {mark: re.compile(rf"[+-]?\d*\{mark}\d*(?:[eE][+-]?\d+)?%?") for mark in ".,"}
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)


@dataclass(frozen=True)
class Numbers:
    """Cells of one column as numbers.

    Attributes
    ----------
    values : numpy.ndarray
        (n,) floats; NaN where the cell is empty or marked missing, or at fault.
    faulty : numpy.ndarray
        (n,) whether the cell holds something that is neither a finite number nor missing.
    percent : numpy.ndarray
        (n,) whether the number was written with a percent sign.
    """

    values: np.ndarray
    faulty: np.ndarray
    percent: np.ndarray


def decimal_mark(columns: Iterable[np.ndarray], name: str, delimiter: str | None) -> str:
    """Find the decimal mark that all numbers of a table share.

    Raises
    ------
    LoaderError
        If points and commas are mixed, or every mark could as well separate thousands.

    Examples
    --------
    >>> decimal_mark([np.array(["24,5", "1,333"], dtype=object)], "lab.csv", ";")
    ','
    """
    texts = {cell.strip() for column in columns for cell in pd.unique(column) if isinstance(cell, str)}
    if delimiter != ";" and not any("," in text for text in texts):
        return "."
    marked = {mark: [text for text in texts if _DECIMAL[mark].fullmatch(text) and len(text) > 1] for mark in ".,"}
    both = next((text for text in texts if (_GROUPED["."].match(text) and "," in text) or (_GROUPED[","].match(text) and "." in text)),
                None)  # fmt: skip
    if both or (marked["."] and marked[","]):
        example = both or f"{marked['.'][0]}' and '{marked[','][0]}"
        raise LoaderError(f"{name}: points and commas are mixed in its numbers ('{example}'), so the decimal mark is in "
                          "doubt. Write all of them with one decimal mark, and without thousands separators.")  # fmt: skip
    for mark, suspicious in ((",", True), (".", delimiter == ";")):
        if marked[mark] and suspicious and all(_GROUPED[mark].fullmatch(text) for text in marked[mark]):
            raise LoaderError(f"{name}: '{marked[mark][0]}' may be a decimal number or thousands. Write decimal='.' or "
                              "decimal=','.")  # fmt: skip
    return "," if marked[","] else "."


def read_numbers(cells: np.ndarray, decimal: str = ".", missing: Sequence[str] = ()) -> Numbers:
    """Read cells as numbers without guessing.

    Parameters
    ----------
    cells : numpy.ndarray
        (n,) objects.
    decimal : {".", ","}
    missing : sequence of str
        The lab's own marks for an empty cell.

    Examples
    --------
    >>> read_numbers(np.array(["12,5", "NA", "3x", 4], dtype=object), ",")
    Numbers(values=array([12.5,  nan,  nan,  4. ]), faulty=array([False, False,  True, False]), percent=array([False, ...
    """
    codes, uniques = pd.factorize(pd.array(cells, dtype=object) if len(cells) else cells, use_na_sentinel=True)
    marks = {*MISSING, *(str(mark).strip().casefold() for mark in missing)}
    read = [_read(cell, decimal, marks) for cell in uniques]
    values = np.array([value for value, _, _ in read] + [np.nan])
    faulty = np.array([fault for _, fault, _ in read] + [False])
    percent = np.array([sign for _, _, sign in read] + [False])
    return Numbers(values[codes], faulty[codes], percent[codes])


def _read(cell, decimal: str, marks: set[str]) -> tuple[float, bool, bool]:
    if isinstance(cell, Real) and not isinstance(cell, bool | np.bool_):
        value = float(cell)
        marked = f"{value:g}" in marks
        return (np.nan, False, False) if marked else (value, not np.isfinite(value), False)
    if not isinstance(cell, str):
        return np.nan, True, False
    text = cell.strip()
    if text.casefold() in marks:
        return np.nan, False, False
    percent = text.endswith("%")
    text = text.removesuffix("%").rstrip().replace("−", "-")
    if decimal == ",":
        text = text.replace(".", "?").replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return np.nan, True, False
    value = float(text)
    return (value, False, percent) if np.isfinite(value) else (np.nan, True, False)


def why_not(cell) -> str:
    """Say why a cell is no number.

    Examples
    --------
    >>> why_not("inf"), why_not(True)
    ("'inf' is infinite", 'True is a truth value, not a number')
    """
    if isinstance(cell, bool | np.bool_):
        return f"{bool(cell)} is a truth value, not a number"
    if (isinstance(cell, str) and _INFINITE.fullmatch(cell.strip())) or (
        isinstance(cell, Real) and np.isinf(float(cell))
    ):
        return f"{str(cell)!r} is infinite"
    if hasattr(cell, "isoformat"):
        return f"{cell} is a date: Excel may have turned a number into it"
    return f"{str(cell)!r} is not a number"
