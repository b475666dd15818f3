"""One way to take a column of numbers or of labels from a frame of estimates, with every fault named."""

from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import nearest

ROWS_SHOWN = 5
NUMBERS = ("floating", "integer", "mixed-integer-float", "decimal", "empty")


def one_column(frame: pd.DataFrame, name: str, option: str, advice: str = "") -> pd.Series:
    """Return a column of estimates if there is exactly one of that name.

    Parameters
    ----------
    frame : pandas.DataFrame
    name : str
    option : str
        The option that names the column, as the user would write it.
    advice : str
        What to do if it is missing.

    Examples
    --------
    >>> one_column(pd.DataFrame({"study": ["a"]}), "stdy", "study")
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: there is no column 'stdy' (study=). Did you mean 'study'? Columns: study.
    """
    if not isinstance(frame, pd.DataFrame):
        raise EffectError(f"a frame of estimates is needed, one row per effect, but got {type(frame).__name__}.")
    found = [column for column in frame.columns if column == name]
    if len(found) > 1:
        raise EffectError(f"there are {len(found)} columns named '{name}'. Keep one of them.")
    if found:
        return frame[name]
    if name in frame.index.names:
        raise EffectError(f"'{name}' is the index, not a column. Use .reset_index().")
    columns = [str(column) for column in frame.columns]
    raise EffectError(
        f"there is no column '{name}' ({option}=).{nearest(name, columns)} Columns: {', '.join(columns)}."
        + (f" {advice}" if advice else "")
    )


def numbers_in(frame: pd.DataFrame, name: str, option: str, advice: str = "", empty: str = "") -> np.ndarray:
    """Return a column of finite numbers, (k,); `empty` says what to do where one is missing.

    Examples
    --------
    >>> numbers_in(pd.DataFrame({"estimate": ["0,2", "0,3"]}), "estimate", "estimate")
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: column 'estimate' must hold numbers, but has '0,2' in row 0 (counted from 0). Numbers \
written as text are converted by pd.to_numeric, decimal commas read by pd.read_csv(…, decimal=',').
    """
    column = one_column(frame, name, option, advice)
    if pd.api.types.infer_dtype(column, skipna=True) not in NUMBERS:
        values = column.tolist()
        wrong = [i for i, value in enumerate(values) if pd.notna(value) and not _is_number(value)]
        row = next((i for i in wrong if pd.isna(pd.to_numeric(values[i], errors="coerce"))), wrong[0])
        raise EffectError(
            f"column '{name}' must hold numbers, but has {values[row]!r} in row {row} (counted from 0). Numbers written as text "
            "are converted by pd.to_numeric, decimal commas read by pd.read_csv(…, decimal=',')."
        )
    values = column.to_numpy(dtype=float, na_value=np.nan)
    missing = ~np.isfinite(values)
    if missing.any():
        raise EffectError(
            f"column '{name}' is empty or infinite in {rows_of(missing)}." + (f" {empty}" if empty else "")
        )
    return values


def _is_number(value) -> bool:
    return isinstance(value, (Real, Decimal)) and not isinstance(value, (bool, np.bool_))


def labels_in(frame: pd.DataFrame, name: str, option: str, advice: str = "") -> np.ndarray:
    """Return a column of labels as text, (k,).

    Examples
    --------
    >>> labels_in(pd.DataFrame({"study": ["a", None]}), "study", "study")
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: column 'study' is empty in row 1 (counted from 0). Every effect needs its label there.
    """
    column = one_column(frame, name, option, advice)
    empty = column.isna().to_numpy()
    if empty.any():
        raise EffectError(f"column '{name}' is empty in {rows_of(empty)}. Every effect needs its label there.")
    return column.astype(str).to_numpy(dtype=object)


def rows_of(mask: np.ndarray) -> str:
    """Return which rows a mask marks, in words.

    Examples
    --------
    >>> rows_of(np.array([False, True, True]))
    'rows 1, 2 (counted from 0)'
    """
    where = np.flatnonzero(mask)
    shown = ", ".join(map(str, where[:ROWS_SHOWN]))
    more = f" and {where.size - ROWS_SHOWN} more" if where.size > ROWS_SHOWN else ""
    return f"row{'s' * (where.size > 1)} {shown}{more} (counted from 0)"
