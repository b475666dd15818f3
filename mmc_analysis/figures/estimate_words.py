"""Words and numbers of rows of estimates: names, texts, axis label, level of the intervals."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import levels_of, measure_words, names_of, only
from mmc_analysis.schema import (
    IN_UNIT_METRICS,
    PERCENT_METRICS,
    decimals_of_row,
    is_difference,
    write_interval,
    write_level,
    write_metric,
    write_number,
    write_unit,
)

NOT_REPORTED = "interval not reported"
SECONDARY_MARK = "†"
SECONDARY_WORDS = f"{SECONDARY_MARK} From a secondary source, not read in the paper."
_NAMES = ("label", "study", "contrast", "term", "key", "assumption")
_DETAILS = ("outcome", "muscle", "exercise", "condition", "group", "load", "load_pct_1rm", "tempo", "time", "limb")


def row_labels(frame: pd.DataFrame, figure: str) -> list[str]:
    """Return a name for each row: its label, study, contrast or term, with the design columns that tell rows apart.

    A study or contrast that all rows share is not repeated in every row, unless nothing else tells them apart. One row alone
    that has none of these is named by its metric.

    Raises
    ------
    FigureError
        If no column names every row.

    Examples
    --------
    >>> row_labels(pd.DataFrame({"study": ["a2016", "a2016"], "muscle": ["pectoralis", "triceps"]}), "forest")
    ['pectoralis', 'triceps']
    >>> row_labels(pd.DataFrame({"study": ["a2016", "b2017"], "load": [20, 20]}), "forest")
    ['a2016', 'b2017']
    >>> row_labels(pd.DataFrame({"contrast": "focus - regular", "load": [20, 40]}), "forest")
    ['load 20', 'load 40']
    """
    first = next((c for c in _NAMES if c in frame.columns and frame[c].notna().all()), None)
    if first is None and len(frame) == 1 and only(frame, "metric"):
        return [_metric_words(frame)]
    if first is None:
        raise FigureError(
            f"{figure}: no column names the rows. One of {', '.join(_NAMES)} is needed, filled in every row."
        )
    varying = [c for c in (*_NAMES, *_DETAILS) if c in frame.columns and frame[c].nunique() > 1]
    if first == "label" or not varying:
        return names_of(frame[first]).tolist()
    labels = [""] * len(frame)
    for column in dict.fromkeys((first, *varying) if first in varying else varying):
        labels = [", ".join(filter(None, pair)) for pair in zip(labels, _detail(frame, column), strict=True)]
        if len(set(labels)) == len(labels):
            break
    return [label or shared for label, shared in zip(labels, names_of(frame[first]), strict=True)]


def _detail(frame: pd.DataFrame, column: str) -> list[str]:
    """The names in a column; bare numbers carry the column's name."""
    names = names_of(frame[column].astype(object).where(frame[column].notna(), "")).tolist()
    bare = all(name.replace(".", "", 1).isdigit() for name in names if name)
    return [f"{column.replace('_', ' ')} {name}" if name and bare else name for name in names]


def decimals_of_rows(frame: pd.DataFrame) -> list[int]:
    """Return the decimals of each row; a row that would have one more than most has as many as most.

    Published rows keep the decimals of the paper.

    Examples
    --------
    >>> decimals_of_rows(pd.DataFrame({"estimate": [0.4, 0.5, 0.3], "std_error": [0.12, 0.11, 0.099]}))
    [2, 2, 2]
    """
    decimals = [decimals_of_row(row) for _, row in frame.iterrows()]
    usual = sorted(decimals)[(len(decimals) - 1) // 2]
    printed = (frame["evidence"].astype(str) == "published").to_list() if "evidence" in frame else [False] * len(frame)
    return [usual if d == usual + 1 and not fixed else d for d, fixed in zip(decimals, printed, strict=True)]


def texts_of(row: pd.Series, decimals: int, signed: bool) -> tuple[str, str]:
    """Return the texts of an estimate and its interval."""
    estimate = write_number(float(row["estimate"]), decimals, plus=signed)
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if np.isnan(low) or np.isnan(high):
        return estimate, NOT_REPORTED
    return estimate, write_interval(low, high, decimals)


def is_signed(frame: pd.DataFrame) -> bool:
    """Return whether positive numbers of these rows show their sign: differences in a unit or in percent do."""
    return _differences(frame) and (only(frame, "metric") or "raw") in (*IN_UNIT_METRICS, *PERCENT_METRICS)


def _differences(frame: pd.DataFrame) -> bool:
    return any(is_difference(row) for _, row in frame.iterrows())


def axis_words(frame: pd.DataFrame, figure: str) -> str:
    """Return the label of the horizontal axis from the rows' metric and unit.

    Raises
    ------
    FigureError
        If neither says what the numbers are.

    Examples
    --------
    >>> axis_words(pd.DataFrame({"contrast": ["a - b"], "unit": ["pct_max"]}), "forest")
    'Difference (percentage points)'
    >>> axis_words(pd.DataFrame({"metric": ["g_av"]}), "forest")
    'Standardised mean change g_av'
    """
    unit, metric = only(frame, "unit"), only(frame, "metric") or ""
    if unit is None and metric in IN_UNIT_METRICS:
        raise FigureError(f"{figure}: neither 'unit' nor 'metric' says what the estimates are. Give axis_label=.")
    difference = _differences(frame)
    written = write_unit(unit or "", metric, difference)
    written = "percentage points" if written == "points" and unit != "points" else written
    words = _metric_words(frame)
    return f"{words} ({written})" if written else words


def _metric_words(frame: pd.DataFrame) -> str:
    metric = only(frame, "metric") or ""
    if metric not in IN_UNIT_METRICS and metric not in PERCENT_METRICS:
        return write_metric(metric)
    return _quantity_words(frame, metric, _differences(frame))


def _quantity_words(frame: pd.DataFrame, metric: str, difference: bool) -> str:
    words = write_metric(metric) if metric in PERCENT_METRICS else "Difference" if difference else ""
    if len(levels_of(frame["measure"])) != 1 if "measure" in frame.columns else True:
        return words or "Estimate"
    return f"{words} in {measure_words(frame, inside=True)}" if words else measure_words(frame)


def level_words(frames: list[pd.DataFrame]) -> str:
    """Return the heading of the interval column, with the confidence level if all rows share one."""
    levels = {float(x) for frame in frames if "conf_level" in frame for x in frame["conf_level"].dropna()}
    return f"[{write_level(levels.pop())} CI]" if len(levels) == 1 else "[CI]"
