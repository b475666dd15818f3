"""Take the columns that a formula names out of a frame: numbers as floats, categories as codes and levels."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from mmc_analysis.errors import ModelError
from mmc_analysis.options import nearest

ROWS_SHOWN = 5


@dataclass(frozen=True)
class Factor:
    """A categorical column.

    Attributes
    ----------
    levels : tuple
        The k levels that occur, in order.
    codes : ndarray of int, shape (n,)
        Position of each row's level.
    ordered : bool
        Whether the order has a meaning.
    unused : tuple
        Levels that the column declares but that no row has.
    """

    levels: tuple
    codes: np.ndarray
    ordered: bool = False
    unused: tuple = ()


def check_columns(data: pd.DataFrame, names: Iterable[str]) -> None:
    """Raise unless `data` is a frame that has every column once.

    Raises
    ------
    ModelError
        If it is not; the message lists all that are unknown, with the nearest right names.

    Examples
    --------
    >>> check_columns(pd.DataFrame({"value": [1.0], "condition": ["regular"]}), ["value", "conditon"])
    Traceback (most recent call last):
    mmc_analysis.errors.ModelError: the data have no column 'conditon'. Did you mean 'condition'? \
Columns: value, condition.
    """
    if not isinstance(data, pd.DataFrame):
        raise ModelError(f"data must be a pandas DataFrame with one row per observation, not {type(data).__name__}.")
    columns = [column for column in data.columns if isinstance(column, str)]
    unknown = [name for name in names if name not in columns]
    if unknown:
        listed = " ".join(f"the data have no column '{name}'.{nearest(name, columns)}" for name in unknown)
        raise ModelError(f"{listed} Columns: {', '.join(columns)}.")
    twice = [name for name in names if columns.count(name) > 1]
    if twice:
        raise ModelError(f"column '{twice[0]}' stands more than once in the data. Keep one.")


def is_numeric(column: pd.Series) -> bool:
    """Return whether a column holds numbers; text, categories and booleans are factors.

    Raises
    ------
    ModelError
        If it holds dates, or numbers mixed with text.

    Examples
    --------
    >>> is_numeric(pd.Series([20, 50])), is_numeric(pd.Series(["20", "50"]))
    (True, False)
    """
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype) or types.is_bool_dtype(kind) or isinstance(kind, pd.StringDtype):
        return False
    if types.is_complex_dtype(kind) or types.is_datetime64_any_dtype(kind) or types.is_timedelta64_dtype(kind):
        raise ModelError(f"column '{column.name}' holds {kind}. Turn it into a number, such as weeks from the start.")
    if types.is_numeric_dtype(kind):
        return True
    found = {_sort(cell) for cell in column.dropna()}
    if len(found) > 1 or "other" in found:
        raise ModelError(f"column '{column.name}' mixes {' and '.join(sorted(found))}. Make it one or the other, "
                         "with .astype(float) or .astype(str).")  # fmt: skip
    return found == {"number"}


def _sort(cell) -> str:
    if isinstance(cell, (bool, np.bool_, str)):
        return "text"
    return "number" if isinstance(cell, (int, float, np.number)) else "other"


def read_numbers(column: pd.Series) -> np.ndarray:
    """Return a numeric column as floats.

    Raises
    ------
    ModelError
        If a value is infinite; the message names the rows.

    Examples
    --------
    >>> read_numbers(pd.Series([1, 2]))
    array([1., 2.])
    """
    numbers = column.to_numpy(dtype=float, na_value=np.nan)
    check_finite(numbers, column.index, f"column '{column.name}'", missing_allowed=True)
    return numbers


def check_finite(values: np.ndarray, index: pd.Index, what: str, missing_allowed: bool = False) -> None:
    """Raise if a value is infinite, or missing where that is not allowed; the message names the rows.

    Examples
    --------
    >>> check_finite(np.array([1.0, np.inf]), pd.RangeIndex(2), "column 'load_kg'")
    Traceback (most recent call last):
    mmc_analysis.errors.ModelError: column 'load_kg' is infinite in row 1. Correct these rows or leave them out; for a \
logarithm every value must be above 0.
    """
    wrong = np.isinf(values) if missing_allowed else ~np.isfinite(values)
    if wrong.any():
        kind = "infinite" if np.isinf(values[wrong]).all() else "not a number"
        raise ModelError(f"{what} is {kind} in {rows_named(index[wrong])}. Correct these rows or leave them out; for a "
                         "logarithm every value must be above 0.")  # fmt: skip


def read_factor(column: pd.Series) -> Factor:
    """Return a column as a factor.

    The levels are those of a categorical column in its order; otherwise all values that occur, sorted.

    Examples
    --------
    >>> read_factor(pd.Series(["triceps", "regular", "triceps"])).levels
    ('regular', 'triceps')
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(np.intp)
        present = np.unique(codes[codes >= 0])
        renumbered = np.full(len(column.cat.categories) + 1, -1, dtype=np.intp)
        renumbered[present] = np.arange(present.size)
        declared = tuple(column.cat.categories)
        unused = tuple(level for i, level in enumerate(declared) if i not in set(present))
        return Factor(tuple(declared[i] for i in present), renumbered[codes], bool(column.cat.ordered), unused)
    codes, levels = pd.factorize(column, sort=True)
    return Factor(tuple(_plain(level) for level in levels), codes.astype(np.intp))


def codes_in(column: pd.Series, name: str, levels: tuple) -> np.ndarray:
    """Return the positions of new values among known levels, shape (m,).

    Raises
    ------
    ModelError
        If a value is missing or not among the levels.

    Examples
    --------
    >>> codes_in(pd.Series(["b", "a"]), "focus", ("a", "b"))
    array([1, 0])
    """
    values = column.to_numpy(dtype=object)
    position = {level: i for i, level in enumerate(levels)}
    codes = np.array([position.get(value, -1) for value in values], dtype=np.intp)
    if (codes < 0).any():
        value = values[np.flatnonzero(codes < 0)[0]]
        hint = nearest(str(value), [str(level) for level in levels])
        raise ModelError(f"factor '{name}' has no level {value!r}, found in {rows_named(column.index[codes < 0])}.{hint} "
                         f"Levels of the fit: {', '.join(repr(level) for level in levels)}.")  # fmt: skip
    return codes


def _plain(level):
    value = level.item() if isinstance(level, np.generic) else level
    return int(value) if isinstance(value, float) and value.is_integer() else value


def rows_named(index: pd.Index) -> str:
    """Name rows for a message.

    Examples
    --------
    >>> rows_named(pd.Index(range(7)))
    'rows 0, 1, 2, 3, 4 and 2 more'
    """
    shown = ", ".join(str(label) for label in index[:ROWS_SHOWN])
    more = f" and {len(index) - ROWS_SHOWN} more" if len(index) > ROWS_SHOWN else ""
    return f"row{'s' * (len(index) > 1)} {shown}{more}"
