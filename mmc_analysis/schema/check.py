"""Check a frame against its table and list every fault at once; never repair."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from mmc_analysis.errors import SchemaError
from mmc_analysis.options import nearest
from mmc_analysis.schema.columns import Column
from mmc_analysis.schema.measures import MEASURES, UNITS
from mmc_analysis.schema.tables import Table, column_in, table_named

ROWS_SHOWN = 5


def check(
    frame: pd.DataFrame, table: str = "observations", *, extra: Iterable[str] = (), where: str = ""
) -> pd.DataFrame:
    """Return `frame` unchanged if it follows its table; otherwise raise with every fault.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per measured value, person, printed number or estimate.
    table : {"observations", "participants", "reported", "estimates"}
        The table to follow.
    extra : iterable of str
        Further columns that the caller allows knowingly, such as a lab's own covariates.
    where : str
        Where the frame comes from, for the message: a file's name.

    Returns
    -------
    pandas.DataFrame
        The same object.

    Raises
    ------
    SchemaError
        If a column is missing or unknown, a level or unit is not allowed, a cell is empty or not a number
        where it must be one, or a key stands twice. Rows are named by the frame's index.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"study": ["s"], "participant": ["P1"], "agee_years": [24], "evidence": ["measured"]})
    >>> check(people, "participants")
    Traceback (most recent call last):
    mmc_analysis.errors.SchemaError: participants: 1 fault.
    1. unknown column 'agee_years'. Did you mean 'age_years'? Rename it, or drop it.
    """
    rules = table_named(table)
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(f"{table}: a pandas DataFrame is needed, but got {type(frame).__name__}.")
    faults = list(_faults(frame, rules, tuple(extra)))
    if faults:
        listed = "\n".join(f"{i}. {fault}" for i, fault in enumerate(faults, 1))
        source = f" in {where}" if where else ""
        raise SchemaError(f"{table}{source}: {len(faults)} fault{'s' * (len(faults) > 1)}.\n{listed}")
    return frame


def _faults(frame: pd.DataFrame, table: Table, extra: tuple[str, ...]) -> Iterator[str]:
    yield from _column_faults(frame, table, extra)
    known = [name for name in table.columns if name in frame.columns]
    if not frame.columns.is_unique:
        return
    for name in known:
        yield from _cell_faults(frame[name], column_in(table, name))
    if table.name == "observations" and {"measure", "unit"} <= set(known):
        yield from _unit_faults(frame)
    if "conf_low" in known and "conf_high" in known:
        yield from _interval_faults(frame)
    yield from _key_faults(frame, table)


def _column_faults(frame: pd.DataFrame, table: Table, extra: tuple[str, ...]) -> Iterator[str]:
    for name in frame.columns[frame.columns.duplicated()].unique():
        yield f"column '{name}' stands more than once. Keep one."
    for name in table.required:
        if name not in frame.columns:
            yield f"column '{name}' is missing. It is required."
    for name in frame.columns:
        if name not in table.columns and name not in extra:
            yield f"unknown column '{name}'.{nearest(name, table.columns)} Rename it, or drop it."


def _cell_faults(cells: pd.Series, column: Column) -> Iterator[str]:
    empty = cells.isna()
    if empty.any() and not column.nullable:
        yield f"column '{column.name}': empty cell in {_rows(empty)}. Every row needs a value."
    if column.kind in ("number", "integer"):
        yield from _number_faults(cells, empty, column)
    elif column.kind == "boolean":
        wrong = ~empty & ~cells.isin([True, False])
        if wrong.any():
            yield f"column '{column.name}': {_values(cells[wrong])} in {_rows(wrong)}. Allowed: True, False."
    else:
        yield from _level_faults(cells, empty, column)


def _number_faults(cells: pd.Series, empty: pd.Series, column: Column) -> Iterator[str]:
    numbers = pd.to_numeric(cells, errors="coerce")
    typed = pd.api.types.is_numeric_dtype(cells.dtype) and cells.dtype != bool
    text = (numbers.isna() & ~empty) | (
        False if typed else cells.map(lambda cell: isinstance(cell, (str, bool, np.bool_)))
    )
    if text.any():
        yield f"column '{column.name}': {_values(cells[text])} in {_rows(text)}. Only numbers are allowed."
        return
    infinite = np.isinf(numbers.to_numpy(dtype=float))
    if infinite.any() and column.name not in ("df", "den_df", "statistic", "conf_low", "conf_high"):
        yield f"column '{column.name}': infinite in {_rows(pd.Series(infinite, index=cells.index))}. Numbers must be finite."
    broken = ~empty & (numbers % 1 != 0)
    if column.kind == "integer" and broken.any():
        yield f"column '{column.name}': {_values(cells[broken])} in {_rows(broken)}. Only whole numbers are allowed."


def _level_faults(cells: pd.Series, empty: pd.Series, column: Column) -> Iterator[str]:
    allowed = {"measure": tuple(MEASURES), "unit": UNITS}.get(column.name, column.levels)
    free_text = column.kind == "text" or not allowed
    present = cells.dropna().unique()
    if column.kind != "text":
        blank = [cell for cell in present if isinstance(cell, str) and (cell != cell.strip() or not cell.strip())]
        spaced = cells.isin(blank)
        if blank:
            yield (f"column '{column.name}': {_values(cells[spaced])} in {_rows(spaced)}. "
                   "Remove the blanks at the ends, and leave no label blank.")  # fmt: skip
    if column.kind == "id" and not all(isinstance(cell, str) for cell in present):
        wrong = ~empty & ~cells.map(lambda cell: isinstance(cell, str))
        yield f"column '{column.name}': {_values(cells[wrong])} in {_rows(wrong)}. Write identifiers as text."
    if free_text:
        return
    wrong = ~empty & ~cells.isin(allowed)
    for level in cells[wrong].unique():
        yield (f"column '{column.name}': {str(level)!r} in {_rows(cells == level)}. "
               f"Allowed: {', '.join(allowed)}.{nearest(str(level), allowed)}")  # fmt: skip


def _unit_faults(frame: pd.DataFrame) -> Iterator[str]:
    for (measure, unit), rows in frame.groupby(["measure", "unit"], observed=True, sort=False):
        allowed = MEASURES.get(measure)
        if allowed and unit in UNITS and unit not in allowed:
            yield (f"unit '{unit}' is not legal for measure '{measure}' in {_labels(rows.index)}. "
                   f"Allowed: {', '.join(allowed)}.")  # fmt: skip


def _interval_faults(frame: pd.DataFrame) -> Iterator[str]:
    low, high = (pd.to_numeric(frame[side], errors="coerce") for side in ("conf_low", "conf_high"))
    crossed = low > high
    if crossed.any():
        yield f"conf_low is above conf_high in {_rows(crossed)}. Swap them, or correct the sign."


def _key_faults(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    key = [name for name in table.key if name in frame.columns]
    if not key or not set(table.required) <= set(frame.columns):
        return
    twice = frame.duplicated(key, keep=False)
    if twice.any():
        first = frame.loc[twice, key].iloc[0]
        named = ", ".join(f"{name}={value}" for name, value in first.items() if pd.notna(value))
        yield (f"{int(twice.sum())} rows share a key with another row, first {named}, in {_rows(twice)}. "
               "Add the column that tells them apart (trial, repetition, session …), or average them.")  # fmt: skip


def _rows(mask: pd.Series) -> str:
    return _labels(mask.index[mask.to_numpy(dtype=bool)])


def _labels(index: pd.Index) -> str:
    shown = ", ".join(str(label) for label in index[:ROWS_SHOWN])
    more = f" and {len(index) - ROWS_SHOWN} more" if len(index) > ROWS_SHOWN else ""
    return f"row{'s' * (len(index) > 1)} {shown}{more}"


def _values(cells: pd.Series) -> str:
    different = list(dict.fromkeys(repr(cell) for cell in cells))
    return ", ".join(different[:ROWS_SHOWN]) + (" …" if len(different) > ROWS_SHOWN else "")
