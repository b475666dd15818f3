"""The rows of a forest: estimates, headings, pooled estimates and prediction intervals, from top to bottom."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import as_numbers, levels_of, measure_words, names_of, only, refuse_mixtures, require
from mmc_analysis.schema import (
    IN_UNIT_METRICS,
    PERCENT_METRICS,
    decimals_of_row,
    is_difference,
    number_in,
    write_interval,
    write_level,
    write_metric,
    write_number,
    write_unit,
)

NAME = "forest"
NOT_REPORTED = "interval not reported"
SECONDARY_MARK = "†"
COLUMNS = ("y", "kind", "label", "estimate", "conf_low", "conf_high", "n", "weight", "estimate_text", "interval_text",
           "secondary")  # fmt: skip
_NAMES = ("label", "study", "contrast", "term", "key")
_DETAILS = ("outcome", "muscle", "exercise", "condition", "group", "load", "load_pct_1rm", "tempo", "time", "limb")
_GAP = 0.5


def forest_rows(estimates: pd.DataFrame, pooled: pd.DataFrame | None, subgroup: str | None) -> pd.DataFrame:
    """Return the rows from top to bottom; see `forest_data`."""
    _check(estimates, "estimates", subgroup)
    if pooled is not None:
        _check(pooled, "pooled", None)
        both = pd.concat([estimates[_shared(estimates)], pooled[_shared(pooled)]])
        refuse_mixtures(both, ("unit", "metric"), NAME, "estimates with pooled")
    parts = _plain(estimates, pooled) if subgroup is None else _grouped(estimates, pooled, subgroup)
    rows = pd.concat(parts, ignore_index=True)
    gaps = np.cumsum(np.where(rows["gap"], _GAP, 0.0))
    return rows.assign(y=np.arange(len(rows)) + gaps).reindex(columns=list(COLUMNS))


def _shared(frame: pd.DataFrame) -> list[str]:
    return [column for column in ("unit", "metric") if column in frame.columns]


def _check(frame: pd.DataFrame, name: str, subgroup: str | None) -> None:
    wanted = ["estimate", "conf_low", "conf_high", *([subgroup] if subgroup else [])]
    require(frame, wanted, NAME, name)
    refuse_mixtures(frame, ("unit", "metric"), NAME, name)
    if as_numbers(frame["estimate"], NAME).isna().any():
        row = frame.index[pd.to_numeric(frame["estimate"]).isna()][0]
        raise FigureError(
            f"{NAME}: {name} has no estimate in row {row}. Leave it out: {name}[{name}['estimate'].notna()]."
        )
    if subgroup and frame[subgroup].isna().any():
        row = frame.index[frame[subgroup].isna()][0]
        raise FigureError(f"{NAME}: {name} has no '{subgroup}' in row {row}. Fill it, or leave subgroup= out.")
    low, high = (pd.to_numeric(frame[side], errors="raise").astype(float) for side in ("conf_low", "conf_high"))
    wrong = low > high
    if wrong.any():
        raise FigureError(f"{NAME}: {name} has conf_low above conf_high in row {frame.index[wrong][0]}. Swap them.")
    if "weight" in frame.columns and (as_numbers(frame["weight"], NAME) < 0).any():
        raise FigureError(f"{NAME}: {name} has a negative weight. Give shares in percent.")


def _plain(estimates: pd.DataFrame, pooled: pd.DataFrame | None) -> list[pd.DataFrame]:
    signed = _signed(estimates)
    parts = [_rows(estimates, "estimate", row_labels(estimates), signed)]
    return parts if pooled is None else [*parts, *_pooled_rows(pooled, signed, gap=True)]


def _grouped(estimates: pd.DataFrame, pooled: pd.DataFrame | None, subgroup: str) -> list[pd.DataFrame]:
    labels = pd.Series(row_labels(estimates), index=estimates.index)
    named = pooled is not None and subgroup in pooled.columns
    parts, signed = [], _signed(estimates)
    for level in levels_of(estimates[subgroup]):
        mine = (names_of(estimates[subgroup]) == level).to_numpy()
        parts.append(_heading(level, gap=bool(parts)))
        parts.append(_rows(estimates[mine], "estimate", labels[mine].tolist(), signed))
        if named:
            parts += _pooled_rows(pooled[(names_of(pooled[subgroup]) == level).to_numpy()], signed, gap=False)
    if pooled is not None:
        overall = pooled[pooled[subgroup].isna()] if named else pooled
        parts += _pooled_rows(overall, signed, gap=True)
        _refuse_unknown_subgroups(estimates, pooled, subgroup)
    return parts


def _refuse_unknown_subgroups(estimates: pd.DataFrame, pooled: pd.DataFrame, subgroup: str) -> None:
    if subgroup in pooled.columns:
        unknown = [level for level in levels_of(pooled[subgroup]) if level not in levels_of(estimates[subgroup])]
        if unknown:
            raise FigureError(
                f"{NAME}: pooled has {subgroup}='{unknown[0]}', which estimates lack. Leave '{subgroup}' empty for the "
                "overall row."
            )


def _heading(level: str, gap: bool) -> pd.DataFrame:
    words = level.replace("_", " ")
    return pd.DataFrame({"kind": ["heading"], "label": [words[:1].upper() + words[1:]], "gap": [gap], "estimate_text": "",
                         "interval_text": "", "secondary": False})  # fmt: skip


def _rows(frame: pd.DataFrame, kind: str, labels: list[str], signed: bool) -> pd.DataFrame:
    numbers = frame.reindex(columns=["estimate", "conf_low", "conf_high", "n", "weight"])
    rows = numbers.apply(pd.to_numeric).astype(float).reset_index(drop=True)
    secondary = (frame["source_kind"].astype(str) == "secondary").to_numpy() if "source_kind" in frame else False
    rows = rows.assign(kind=kind, gap=False, secondary=secondary)
    marks = np.where(rows["secondary"], f" {SECONDARY_MARK}", "")
    rows["label"] = [f"{label}{mark}" for label, mark in zip(labels, marks, strict=True)]
    texts = [texts_of(row, signed) for _, row in frame.iterrows()]
    rows["estimate_text"] = [first for first, _ in texts]
    rows["interval_text"] = [second for _, second in texts]
    return rows


def _pooled_rows(pooled: pd.DataFrame, signed: bool, gap: bool) -> list[pd.DataFrame]:
    parts = []
    for i in range(len(pooled)):
        one = pooled.iloc[[i]]
        label = only(one, "label") or "Pooled"
        parts.append(_rows(one, "pooled", [label], signed).assign(gap=gap and i == 0))
        row = one.iloc[0]
        low, high = number_in(row, "pred_low"), number_in(row, "pred_high")
        if np.isfinite(low) and np.isfinite(high):
            text = write_interval(low, high, decimals_of_row(row))
            parts.append(pd.DataFrame({"kind": ["prediction"], "label": ["Prediction interval"], "gap": [False],
                                       "conf_low": [low], "conf_high": [high], "estimate_text": "",
                                       "interval_text": text, "secondary": False}))  # fmt: skip
    return parts


def row_labels(frame: pd.DataFrame) -> list[str]:
    """Return a name for each row: its label, study, contrast or term, with the design columns that tell rows apart.

    Examples
    --------
    >>> row_labels(pd.DataFrame({"study": ["a2016", "a2016"], "muscle": ["pectoralis", "triceps"]}))
    ['a2016, pectoralis', 'a2016, triceps']
    """
    first = next((c for c in _NAMES if c in frame.columns and frame[c].notna().all()), None)
    if first is None:
        raise FigureError(
            f"{NAME}: no column names the rows. One of {', '.join(_NAMES)} is needed, filled in every row."
        )
    labels = names_of(frame[first]).tolist()
    for column in (*_NAMES, *_DETAILS):
        if len(set(labels)) == len(labels) or first == "label":
            break
        if column != first and column in frame.columns and frame[column].nunique() > 1:
            parts = names_of(frame[column].astype(object).where(frame[column].notna(), "")).tolist()
            labels = [f"{label}, {part}" if part else label for label, part in zip(labels, parts, strict=True)]
    return labels


def texts_of(row: pd.Series, signed: bool) -> tuple[str, str]:
    """Return the texts of an estimate and its interval; decimals follow the uncertainty, or the paper."""
    decimals = decimals_of_row(row)
    estimate = write_number(float(row["estimate"]), decimals, plus=signed)
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if np.isnan(low) or np.isnan(high):
        return estimate, NOT_REPORTED
    return estimate, write_interval(low, high, decimals)


def _signed(frame: pd.DataFrame) -> bool:
    return _differences(frame) and (only(frame, "metric") or "raw") in (*IN_UNIT_METRICS, *PERCENT_METRICS)


def _differences(frame: pd.DataFrame) -> bool:
    return any(is_difference(row) for _, row in frame.iterrows())


def axis_words(frame: pd.DataFrame) -> str:
    """Return the label of the horizontal axis from the rows' metric and unit.

    Raises
    ------
    FigureError
        If neither says what the numbers are.

    Examples
    --------
    >>> axis_words(pd.DataFrame({"contrast": ["a - b"], "unit": ["pct_max"]}))
    'Difference (percentage points)'
    >>> axis_words(pd.DataFrame({"metric": ["g_av"]}))
    'Standardised mean change g_av'
    """
    unit, metric = only(frame, "unit"), only(frame, "metric") or ""
    if unit is None and metric in IN_UNIT_METRICS:
        raise FigureError(f"{NAME}: neither 'unit' nor 'metric' says what the estimates are. Give axis_label=.")
    difference = _differences(frame)
    written = write_unit(unit or "", metric, difference)
    written = "percentage points" if written == "points" and unit != "points" else written
    if metric not in IN_UNIT_METRICS and metric not in PERCENT_METRICS:
        words = write_metric(metric)
    else:
        words = _quantity_words(frame, metric, difference)
    return f"{words} ({written})" if written else words


def _quantity_words(frame: pd.DataFrame, metric: str, difference: bool) -> str:
    words = write_metric(metric) if metric in PERCENT_METRICS else "Difference" if difference else ""
    if len(levels_of(frame["measure"])) != 1 if "measure" in frame.columns else True:
        return words or "Estimate"
    return f"{words} in {measure_words(frame, inside=True)}" if words else measure_words(frame)


def level_words(frames: list[pd.DataFrame]) -> str:
    """Return the heading of the interval column, with the confidence level if all rows share one."""
    levels = {float(x) for frame in frames if "conf_level" in frame for x in frame["conf_level"].dropna()}
    return f"[{write_level(levels.pop())} CI]" if len(levels) == 1 else "[CI]"
