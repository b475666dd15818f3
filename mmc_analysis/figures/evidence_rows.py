"""The rows of an evidence map: studies as headings, below each what it compared, and the direction it found."""

import math

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import as_numbers, levels_of, names_of, require
from mmc_analysis.options import check_option
from mmc_analysis.schema import MEASURE_LABELS, number_in

NAME = "evidence_map"
NOT_STATED = "not stated"
DIRECTIONS = ("higher", "lower", "no_difference", "unclear")
COLUMNS = ("y", "kind", "study", "label", "column", "x", "direction", "certain", "secondary", "n")
_DETAILS = ("outcome", "measure", "group", "exercise", "tempo", "limb_role", "time", "load", "load_pct_1rm")
_OUTCOMES = ("outcome", "measure")
_NAMING = ("muscle", "condition", "comparator", *_DETAILS)
_SIDE_STEP = 0.22


def evidence_rows(results: pd.DataFrame, across: str, names: dict[str, str]) -> pd.DataFrame:
    """Return headings and results from top to bottom; see `evidence_map_data`."""
    require(results, ["study"], NAME, "results")
    if "estimate" not in results.columns and "direction" not in results.columns:
        raise FigureError(
            f"{NAME}: results has neither 'estimate' nor 'direction'. One is needed to tell which way it went."
        )
    columns = column_places(results, across)
    columns_of_rows = _column_of_rows(results, across)
    parts, y = [], 0.0
    for study in levels_of(results["study"]):
        mine = (names_of(results["study"]) == study).to_numpy()
        parts.append(_heading(study, names.get(study, study), results[mine], y))
        rows = _results(results[mine], study, across, columns_of_rows[mine], columns)
        rows["y"] += y + 1
        parts.append(rows)
        y = rows["y"].max() + 1.4
    return pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))


def column_places(results: pd.DataFrame, across: str) -> dict[str, float]:
    """Return the map's columns and where they stand: numbers in order, "not stated" last and a little apart."""
    cells = results[across] if across in results.columns else pd.Series([np.nan] * len(results))
    if pd.api.types.is_numeric_dtype(cells):
        cells = cells.sort_values()
    places = {name: float(i) for i, name in enumerate(levels_of(cells))}
    return places | {NOT_STATED: len(places) + 0.3 * bool(places)} if cells.isna().any() else places


def _column_of_rows(results: pd.DataFrame, across: str) -> np.ndarray:
    if across not in results.columns:
        return np.full(len(results), NOT_STATED, dtype=object)
    return np.where(results[across].isna(), NOT_STATED, names_of(results[across]))


def _heading(study: str, name: str, mine: pd.DataFrame, y: float) -> pd.DataFrame:
    n = as_numbers(mine["n"], NAME).dropna() if "n" in mine.columns else pd.Series(dtype=float)
    if n.empty:
        words = "n not reported"
    else:
        words = f"n = {n.min():g}" if n.min() == n.max() else f"n = {n.min():g}–{n.max():g}"
    return pd.DataFrame({"y": [y], "kind": ["heading"], "study": [study], "label": [f"{name} ({words})"]})


def _results(
    mine: pd.DataFrame, study: str, across: str, column: np.ndarray, columns: dict[str, float]
) -> pd.DataFrame:
    labels = _comparisons(mine, across)
    found = [direction_of(row) for _, row in mine.iterrows()]
    rows = pd.DataFrame({
        "kind": "result", "study": study, "label": labels, "column": column,
        "direction": [direction for direction, _ in found], "certain": [certain for _, certain in found],
        "secondary": (mine["source_kind"].astype(str) == "secondary").to_numpy() if "source_kind" in mine else False,
        "n": as_numbers(mine["n"], NAME).to_numpy() if "n" in mine.columns else np.nan,
    })  # fmt: skip
    order = {label: float(i) for i, label in enumerate(dict.fromkeys(labels))}
    cell = rows.groupby(["label", "column"], sort=False)
    beside = cell.cumcount() - (cell["kind"].transform("size") - 1) / 2
    return rows.assign(y=rows["label"].map(order), x=rows["column"].map(columns) + beside * _SIDE_STEP)


def _comparisons(mine: pd.DataFrame, across: str) -> list[str]:
    """Name each row by muscle, outcome and comparison, and by what else differs within the study."""
    text = {column: _words_of(mine[column]) for column in mine.columns if column in _NAMING}
    varying = [c for c in _DETAILS if c in text and c != across and text[c].nunique() > 1]
    labels = []
    for i in range(len(mine)):
        cells = {column: values.iloc[i] for column, values in text.items()}
        left = "condition" if cells.get("condition") else "group"
        compared = _compared(cells.get(left, ""), cells.get("comparator", ""))
        measured = [cells.get("muscle", ""), *(cells[c] for c in varying if c in _OUTCOMES)]
        rest = [compared, *(cells[c] for c in varying if c not in (left, *_OUTCOMES))]
        parts = (", ".join(filter(None, measured)), ", ".join(filter(None, rest)))
        words = ": ".join(filter(None, parts)) or "all"
        labels.append(words[:1].upper() + words[1:])
    return labels


def _compared(left: str, comparator: str) -> str:
    if not comparator:
        return left
    return f"{left} vs {comparator}" if left else f"against {comparator}"


def _words_of(cells: pd.Series) -> pd.Series:
    words = names_of(cells.astype(object).where(cells.notna(), ""))
    if cells.name in _OUTCOMES:
        words = words.map(lambda name: MEASURE_LABELS.get(name, name))
        words = words.map(lambda name: name if name[:2].isupper() else name[:1].lower() + name[1:])
    return words.str.replace("_", " ").str.replace(r"\bemg\b", "EMG", regex=True)


def direction_of(row: pd.Series) -> tuple[str, bool]:
    """Return the direction of one result, and whether the source lets one tell it from chance.

    A stated `direction` stands. Otherwise an estimated difference is "higher" or "lower" if its P value is below
    1 - `conf_level` (0.05 where none is given) or, without one, if its interval excludes zero, and "no_difference"
    if not. With neither, its sign is returned as uncertain. A level has no direction.

    Examples
    --------
    >>> direction_of(pd.Series({"estimate": 9.0, "conf_low": 5.0, "conf_high": 13.0}))
    ('higher', True)
    >>> direction_of(pd.Series({"estimate": 4.0, "conf_low": 0.0, "conf_high": 7.0})), direction_of(pd.Series({"estimate": 4.0}))
    (('no_difference', True), ('higher', False))
    """
    stated = row.get("direction")
    if pd.notna(stated):
        return check_option("direction", str(stated), DIRECTIONS, FigureError), str(stated) != "unclear"
    estimate = number_in(row, "estimate")
    if not math.isfinite(estimate) or row.get("quantity") in ("level", "pct_of_baseline"):
        return "unclear", False
    p_value, low, high = (number_in(row, column) for column in ("p_value", "conf_low", "conf_high"))
    sign = "higher" if estimate > 0 else "lower" if estimate < 0 else "no_difference"
    if math.isfinite(p_value):
        level = number_in(row, "conf_level")
        alpha = 1 - level if math.isfinite(level) else 0.05
        clear = p_value < alpha and row.get("p_relation") not in (">", "ns")
        clear = clear or (row.get("p_relation") == "<" and p_value <= alpha)
    elif math.isnan(low) or math.isnan(high):
        return sign, False
    else:
        clear = low > 0 or high < 0
    return (sign if clear else "no_difference"), True
