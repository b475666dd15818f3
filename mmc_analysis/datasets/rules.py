"""Read a described table and list every cell that breaks one of its rules."""

import csv
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd

from mmc_analysis.datasets.descriptions import Field, Resource
from mmc_analysis.errors import DatasetError

ROWS_SHOWN = 5
_BOOLEANS = {"true": True, "false": False}


def read_cells(file: Path, item: Resource) -> pd.DataFrame:
    """Return the table as it stands: text cells of a CSV, typed cells of a sheet, None where empty."""
    try:
        cells = pd.read_excel(file, sheet_name=item.sheet, dtype=object) if item.sheet else _csv_cells(file)
    except (ValueError, KeyError, OSError, BadZipFile, csv.Error) as found:
        raise DatasetError(f"{file.name}: cannot be read as a table ({found}).") from found
    return cells.astype(object).where(cells.notna() & (cells != ""), None)


def _csv_cells(file: Path) -> pd.DataFrame:
    with file.open(encoding="utf-8", newline="") as lines:
        header, *rows = list(csv.reader(lines, strict=True)) or [[]]
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells, but the header has {len(header)}")
    return pd.DataFrame(rows, columns=header, dtype=object)


def table_faults(cells: pd.DataFrame, item: Resource) -> Iterator[str]:
    """Yield every broken rule of a table, with file, column and rows as an editor counts them (the header is row 1)."""
    where = f"{item.path}, sheet '{item.sheet}'" if item.sheet else item.path
    expected = [field.name for field in item.fields]
    if list(cells.columns) != expected:
        yield f"{where}: the columns are {', '.join(map(str, cells.columns))}, but should be {', '.join(expected)}."
        return
    for field in item.fields:
        for message, wrong in _broken_rules(cells[field.name], field):
            rows = [str(number + 2) for number in range(len(cells)) if wrong[number]]
            more = f" and {len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else ""
            yield f"{where}, column '{field.name}', row {', '.join(rows[:ROWS_SHOWN])}{more}: {message}"


def _broken_rules(cells: pd.Series, field: Field) -> Iterator[tuple[str, list[bool]]]:
    """Yield each broken rule with a mask of the rows that break it."""
    rules = field.constraints
    empty = [cell is None for cell in cells]
    mistyped = [cell is not None and not _is_type(cell, field.type) for cell in cells]
    checks = [(f"is not of type {field.type}.", mistyped)]
    if rules.get("required"):
        checks.append(("is empty, but required.", empty))
    if rules.get("unique"):
        checks.append(("stands more than once.", list(cells.duplicated(keep=False) & cells.notna())))
    if "enum" in rules:
        allowed = f"is not one of {', '.join(map(str, rules['enum']))}."
        checks.append((allowed, [cell is not None and cell not in rules["enum"] for cell in cells]))
    if field.type in ("number", "integer"):
        numbers = [None if cell is None or bad else float(cell) for cell, bad in zip(cells, mistyped, strict=True)]
        if "minimum" in rules:
            low = [number is not None and number < rules["minimum"] for number in numbers]
            checks.append((f"is below the minimum {rules['minimum']:g}.", low))
        if "maximum" in rules:
            high = [number is not None and number > rules["maximum"] for number in numbers]
            checks.append((f"is above the maximum {rules['maximum']:g}.", high))
    yield from ((message, wrong) for message, wrong in checks if any(wrong))


def _is_type(cell, kind: str) -> bool:
    if kind == "string":
        return isinstance(cell, str)
    if kind == "boolean":
        return str(cell).lower() in _BOOLEANS
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return False
    return not isinstance(cell, bool) and abs(number) < float("inf") and (kind == "number" or number == int(number))


def typed(cells: pd.Series, kind: str) -> pd.Series:
    """Return checked cells in the type that the description gives; empty cells are missing."""
    if kind == "boolean":
        return cells.map(lambda cell: _BOOLEANS[str(cell).lower()], na_action="ignore").infer_objects()
    if kind == "string":
        return cells.where(cells.notna(), None).infer_objects()
    if kind == "integer" and not cells.isna().any():
        return cells.astype(float).astype("int64")
    return cells.astype(float)
