"""The common way of all loaders: from a source to rows, one measured value each, with their place in the file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.amounts import impossible
from mmc_analysis.loaders.identifiers import by_group, read_ids
from mmc_analysis.loaders.levels import read_levels
from mmc_analysis.loaders.numerals import decimal_mark, read_numbers, why_not
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.loaders.shapes import Layout, Plan, ValueColumn, planned
from mmc_analysis.loaders.sheets import stated_levels
from mmc_analysis.loaders.tables import Table, shortened, tables_of
from mmc_analysis.loaders.units import PERCENT, PERCENT_UNITS, legal_unit, unit_of
from mmc_analysis.loaders.vocabulary import PERSON_ROLES
from mmc_analysis.loaders.words import words
from mmc_analysis.options import nearest
from mmc_analysis.schema import MEASURES

COUNTS = ("trial", "repetition", "order")
NUMBERS = ("week", "load_kg", "load_pct_1rm")
PLACE = ("_table", "_row", "_column")
SHOWN = 5


@dataclass(frozen=True)
class Observed:
    """Rows of a source before they are observations.

    Attributes
    ----------
    rows : pandas.DataFrame
        One row per value: roles, measure, value, unit, and the place (`_table`, `_row`, `_column`).
    references : pandas.DataFrame
        Likewise, the values of columns that hold a reference.
    tables : tuple of Table
    """

    rows: pd.DataFrame
    references: pd.DataFrame
    tables: tuple[Table, ...]

    def place(self, row: pd.Series) -> str:
        """Name the cell that a row came from."""
        table = self.tables[row["_table"]]
        return f"{table.name}, {table.place(row['_row'], row['_column'])}"


def observe(source, layout: Layout, settings: Settings, quantity: str = "level") -> Observed:
    """Read a source into rows of values.

    Parameters
    ----------
    source : path or pandas.DataFrame
    layout : Layout
        What the loader expects.
    settings : Settings
    quantity : {"level", "pct_change", "pct_of_baseline"}

    Raises
    ------
    LoaderError
        Naming file, row and column of what is in doubt.
    """
    tables = tables_of(source, settings)
    stated = stated_levels(tables, layout, settings)
    parts = [_of_table(i, table, stated[i], layout, settings, quantity) for i, (table, _) in enumerate(tables)]
    everything = pd.concat(parts, ignore_index=True)
    is_reference = everything.pop("reference").notna() if "reference" in everything else np.zeros(len(everything), bool)
    rows = everything[~is_reference]
    rows = rows[[name for name in rows if name == "value" or not rows[name].isna().all()]]
    for role in layout.required:
        require(role, rows, tables[0][0])
        if rows[role].isna().any():
            table = tables[rows.loc[rows[role].isna(), "_table"].iloc[0]][0]
            raise LoaderError(f"{table.name}: nothing says the {role}, though another sheet does. Write what each sheet holds: "
                              f"sheet={{'name': {{'{role}': '…'}}}}.")  # fmt: skip
    rows = rows.assign(study=settings.study or study_of(source)) if "study" not in rows else rows
    if settings.ids == "by group" and "group" in rows:
        rows = rows.assign(participant=by_group(rows["participant"].to_numpy(), rows["group"].to_numpy()))
    return Observed(rows.reset_index(drop=True), everything[is_reference].reset_index(drop=True),
                    tuple(table for table, _ in tables))  # fmt: skip


def require(role: str, rows: pd.DataFrame, table: Table) -> None:
    """Ask for a role without which the values have no meaning."""
    if role not in rows.columns:
        raise LoaderError(f"{table.name}: nothing says the {role}. Name its column, columns={{'…': '{role}'}}, or state "
                          f"it for the whole table: fixed={{'{role}': '…'}}. Columns: {shortened(table.headers)}.")  # fmt: skip


def study_of(source) -> str:
    """Name a study after its file.

    Examples
    --------
    >>> study_of("data/Bench Press.xlsx"), study_of(pd.DataFrame())
    ('bench_press', 'study')
    """
    return "study" if isinstance(source, pd.DataFrame) else "_".join(words(Path(source).stem)) or "study"


def _of_table(
    index: int, table: Table, stated: dict, layout: Layout, settings: Settings, quantity: str
) -> pd.DataFrame:
    plan = planned(table, layout, settings, stated)
    twice = [role for role in stated if role in plan.roles or any(role in value.design for value in plan.values)]
    if twice:
        raise LoaderError(f"{table.name}: '{twice[0]}' is stated for the whole table, but stands in its columns too. Leave it "
                          "out of fixed= or sheet=, or leave the column out.")  # fmt: skip
    width, height = len(plan.values), len(table.rows)
    columns = {}
    for role, position in plan.roles.items():
        if role not in PERSON_ROLES:
            columns[role] = np.repeat(_role_cells(role, position, table, plan, layout, settings), width)
    for role in dict.fromkeys(role for value in plan.values for role in value.design):
        levels = [value.design.get(role) for value in plan.values]
        columns[role] = np.tile(np.array([*levels, None], dtype=object)[:-1], height)
    columns |= {role: np.full(width * height, level, dtype=object) for role, level in stated.items()}
    columns |= {role: columns[role].astype(float) for role in (*COUNTS, *NUMBERS) if role in columns}
    places = np.full(width * height, index), np.repeat(np.arange(height), width), \
        np.tile([value.position for value in plan.values], height)  # fmt: skip
    frame = pd.DataFrame({**columns, **dict(zip(PLACE, places, strict=True))})
    return _with_values(frame, table, plan, layout, settings, quantity)


def _role_cells(role: str, position: int, table: Table, plan: Plan, layout: Layout, settings: Settings) -> np.ndarray:
    cells = table.cells[:, position]
    if role == "participant":
        return read_ids(cells, table, position, settings.ids)
    if role in COUNTS or role in NUMBERS:
        factor = unit_of(plan.units[role])[1] if plan.units.get(role) and role == "load_kg" else 1.0
        return numbers_in(table, position, settings)[0] * factor
    if role == "unit":
        return np.array([" ".join(str(cell).split()) if cell is not None else None for cell in cells], dtype=object)
    levels = layout.levels("measure" if role == "measure" else role, settings.levels)
    return read_levels(cells, levels, table, position, missing_ok=role in ("limb", "limb_role", "tempo"))


def numbers_in(
    table: Table, position: int, settings: Settings, decimal: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Read a column as numbers, or refuse it naming the cells.

    Returns
    -------
    values : numpy.ndarray
        (n_rows,) floats, NaN where the cell is empty.
    percent : numpy.ndarray
        (n_rows,) whether the number was written with a percent sign.
    """
    cells = table.cells[:, position]
    decimal = decimal or settings.decimal or decimal_mark([cells], table.name, table.delimiter)
    read = read_numbers(cells, decimal, settings.missing)
    if read.faulty.any():
        raise LoaderError(_no_numbers(table, [(row, position) for row in np.flatnonzero(read.faulty)]))
    return read.values, read.percent


def _no_numbers(table: Table, faults: list[tuple[int, int]]) -> str:
    first = table.cells[faults[0]]
    listed = "; ".join(f"{table.place(*fault)}: {why_not(table.cells[fault])}" for fault in faults[:SHOWN])
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return (f"{table.name}: {len(faults)} cell{'s' * (len(faults) > 1)} without a finite number. {listed}{more}. Correct "
            f"{'them' if len(faults) > 1 else 'it'}; if it marks a missing value, write missing=[{str(first)!r}]; if these rows "
            "are not data, write rows=(first, last).")  # fmt: skip


def _with_values(
    frame: pd.DataFrame, table: Table, plan: Plan, layout: Layout, settings: Settings, quantity: str
) -> pd.DataFrame:
    cells = [table.cells[:, value.position] for value in plan.values]
    decimal = settings.decimal or decimal_mark(cells, table.name, table.delimiter)
    read = [read_numbers(column, decimal, settings.missing) for column in cells]
    faults = [(row, value.position) for value, numbers in zip(plan.values, read, strict=True)
              for row in np.flatnonzero(numbers.faulty)]  # fmt: skip
    if faults:
        raise LoaderError(_no_numbers(table, sorted(faults)))
    stated = np.tile(np.array([_stated_unit(value, table, layout, settings) for value in plan.values] + [None], dtype=object)[:-1],
                     len(table.rows))  # fmt: skip
    if "unit" in frame:
        stated = np.where(frame["unit"].notna(), frame["unit"].to_numpy(object), stated)
    measure = frame["measure"].to_numpy(object) if "measure" in frame else np.full(len(frame), None, dtype=object)
    values = np.stack([numbers.values for numbers in read], axis=1).ravel()
    percent = np.stack([numbers.percent for numbers in read], axis=1).ravel()
    frame = frame.assign(value=values, unit=stated, measure=measure)
    return _in_schema_units(frame, percent, table, layout, settings, quantity)


def _stated_unit(value: ValueColumn, table: Table, layout: Layout, settings: Settings) -> str | None:
    here, said = value.unit, settings.unit
    if here and unit_of(here) == (PERCENT, 1.0) and not said:
        said = layout.unit
    if here and said and "reference" not in value.design:
        one, other = unit_of(here), unit_of(said)
        narrower = one is not None and one[0] == PERCENT and other is not None and other[0] in PERCENT_UNITS
        if one != other and not narrower:
            raise LoaderError(f"{table.name}, {table.column(value.position)}: the header says '{here}', but unit='{said}'. Leave "
                              "unit= out, or correct the header.")  # fmt: skip
        return said
    return here or said or layout.unit


def _in_schema_units(frame: pd.DataFrame, percent: np.ndarray, table: Table, layout: Layout, settings: Settings,
                     quantity: str) -> pd.DataFrame:  # fmt: skip
    values = frame["value"].to_numpy().copy()
    measures, units = frame["measure"].to_numpy(object).copy(), frame["unit"].to_numpy(object).copy()
    groups = (
        frame[["measure", "unit", "_column"]].fillna("").groupby(["measure", "unit", "_column"], sort=False).indices
    )
    for (measure, unit, column), rows in groups.items():
        where = f"{table.name}, {table.column(int(column))}"
        if measure and settings.measure and measure != settings.measure:
            raise LoaderError(
                f"{where}: the table says '{measure}', but measure='{settings.measure}'. Leave measure= out."
            )
        measure = measure or settings.measure or layout.measure or _measure_by_unit(unit, where)
        if measure not in MEASURES:
            raise LoaderError(f"{where}: measure '{measure}' is not known.{nearest(measure, MEASURES)} Known: "
                              f"{', '.join(MEASURES)}.")  # fmt: skip
        unit = unit or (PERCENT if quantity.startswith("pct") or percent[rows].any() else None)
        if not unit:
            raise LoaderError(f"{where}: nothing says the unit of '{measure}'. Write it in the header, such as "
                              f"'{table.headers[int(column)]} ({MEASURES[measure][0]})', or as an argument: "
                              f"unit='{MEASURES[measure][0]}'. Allowed: {', '.join(MEASURES[measure])}.")  # fmt: skip
        unit, factor = legal_unit(unit, measure, quantity, where)
        if percent[rows].any() and unit not in PERCENT_UNITS:
            row = rows[np.flatnonzero(percent[rows])[0]]
            raise LoaderError(f"{table.name}, {table.place(frame['_row'].iloc[row], int(column))}: written in percent, but the "
                              f"unit is {unit}. Correct the cell, or the unit.")  # fmt: skip
        values[rows] *= factor
        measures[rows], units[rows] = measure, unit
    frame = frame.assign(value=values, measure=measures, unit=units)
    _check_signs(frame, table, quantity)
    return frame


def _check_signs(frame: pd.DataFrame, table: Table, quantity: str) -> None:
    wrong = np.flatnonzero(impossible(frame, quantity))
    if len(wrong):
        row, column = frame["_row"].iloc[wrong[0]], frame["_column"].iloc[wrong[0]]
        cell = table.cells[row, column]
        raise LoaderError(f"{table.name}, {table.place(row, column)}: {str(cell)!r} is negative, which {frame['measure'].iloc[wrong[0]]} "
                          f"cannot be ({len(wrong)} such values). If it marks a missing value, write missing=[{str(cell)!r}]; if the "
                          "values are changes, use load_imagery with quantity='change'.")  # fmt: skip


def _measure_by_unit(unit: str, where: str) -> str:
    found = unit_of(unit) if unit else None
    fitting = [measure for measure, units in MEASURES.items() if found and found[0] in units]
    if len(fitting) == 1:
        return fitting[0]
    raise LoaderError(
        f"{where}: nothing says what was measured. Write measure='torque' (or another one: {', '.join(MEASURES)})."
    )
