"""Printed results as estimates: one row per number, with its interval, P value and group size beside it."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import DatasetError
from mmc_analysis.options import named_options
from mmc_analysis.schema import DESIGN, MEASURE_LABELS, TIMES, check
from mmc_analysis.studies.catalogue import STUDIES
from mmc_analysis.studies.study import Study

METRICS = {
    "diff": "raw", "pct_change": "pct_change", "beta": "beta", "r": "r", "mean": "raw", "median": "raw",
    "cohen_d": "cohen_d",
}  # fmt: skip
_WORDS = ("direction", "significance")
_KEPT = (
    *(name for name in DESIGN if name != "participant"),
    "outcome",
    "comparator",
    "quantity",
    "unit",
    "source_kind",
)


@named_options
def results(source: Study | pd.DataFrame | None = None, *, statements: bool = False) -> pd.DataFrame:
    """Return what studies printed as an estimates frame.

    Parameters
    ----------
    source : Study or pandas.DataFrame, optional
        One study, or rows of the `reported` table (of one or several studies). Left out: all studies.
    statements : bool
        Whether results stated in words alone are included, with an empty estimate and their `direction`.

    Returns
    -------
    pandas.DataFrame
        One row per printed estimate: a difference, percent change, coefficient, correlation, mean, median or
        standardised difference. `key` is ``study_result``; a second estimate of the same result adds its
        statistic (``calatayud2017_pectoralis_cohen_d``). The interval and the P value stand with the first
        estimate of a result, the one that they belong to. A P value printed as a bound, such as "<0.005", has the bound
        in `p_value` and ``<`` in `p_relation`; "ns" in words leaves `p_value` empty and `p_relation` ``ns``. `n`
        is what the paper itself states for that group, or for all where there are no groups; sizes from
        secondary sources are not filled in. `metric` is raw, pct_change, beta, r or cohen_d; `evidence` is published.
        A value behind ±, of unknown kind, is in `note` and never in `std_error`.

    Raises
    ------
    SchemaError
        If the rows do not follow the `reported` table.
    DatasetError
        If one result has two values of one statistic.

    Examples
    --------
    >>> from mmc_analysis.studies import load_study
    >>> row = results(load_study("calatayud2017")).set_index("key").loc["calatayud2017_pectoralis"]
    >>> float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]), float(row["n"])
    (9.0, 5.0, 13.0, 18.0)
    """
    reported = _reported(source)
    sizes = _sizes(reported)
    shorts = {study.name: study.short for study in STUDIES}
    rows = []
    for (study, result), group in reported.groupby(["study", "result"], sort=False):
        rows += _estimates_of(group, f"{study}_{result}", statements)
    frame = pd.DataFrame(rows)
    if frame.empty:
        raise DatasetError("no numeric result is among these rows. results(..., statements=True) lists those in words.")
    frame["n"] = [_size_for(row, sizes) for row in frame.to_dict("records")]
    frame.insert(0, "label", _labels(frame, shorts))
    frame = frame.dropna(axis="columns", how="all")
    return check(frame.reset_index(drop=True), "estimates")


def _reported(source: Study | pd.DataFrame | None) -> pd.DataFrame:
    if isinstance(source, Study):
        return source.reported
    if source is None:
        return pd.concat([study.reported for study in STUDIES], ignore_index=True)
    return check(source, "reported")


def _estimates_of(rows: pd.DataFrame, key: str, statements: bool) -> list[dict]:
    """Return the estimates of one printed result; the first carries its interval and P value."""
    if rows["statistic"].duplicated().any():
        twice = rows.loc[rows["statistic"].duplicated(), "statistic"].iloc[0]
        raise DatasetError(f"result '{key}' has '{twice}' more than once. Give each printed result its own slug.")
    by = {row["statistic"]: row for row in rows.to_dict("records")}
    found = [name for name in METRICS if name in by]
    shared = {name: by[next(iter(by))].get(name) for name in _KEPT}
    made = [
        {**shared, **_estimate(by[name], name), "key": key if i == 0 else f"{key}_{name}"}
        for i, name in enumerate(found)
    ]
    if made:
        made[0] |= _around(by)
    elif statements and (set(by) & {*_WORDS, "range_low", "range_high"}):
        made = [{**shared, **_statement(by), "key": key}]
    return made


def _estimate(row: dict, statistic: str) -> dict:
    return {
        "metric": METRICS[statistic],
        "estimate": row["value"],
        "unit": row["unit"],
        "method": f"as printed: {row['place']}",
        "evidence": row["evidence"],
        "note": row.get("note"),
    }


def _statement(by: dict[str, dict]) -> dict:
    row = next(by[name] for name in (*_WORDS, "range_low") if name in by)
    text = f"{row['printed']} to {by['range_high']['printed']}" if "range_high" in by else row["printed"]
    note = "; ".join(part for part in (text, row.get("note")) if isinstance(part, str))
    return _estimate(row, "diff") | {
        "metric": "pct_change" if row.get("quantity") == "pct_change" else "raw",
        "estimate": np.nan,
        "note": note,
        "direction": row.get("direction"),
        "p_relation": "ns" if row["relation"] == "ns" else None,
    }


def _around(by: dict[str, dict]) -> dict:
    """Return interval, P value, SD and remarks of a result."""
    around = {}
    if "ci_low" in by and "ci_high" in by:
        around |= {"conf_low": by["ci_low"]["value"], "conf_high": by["ci_high"]["value"],
                   "conf_level": by["ci_low"].get("conf_level")}  # fmt: skip
    if "p" in by:
        around |= {"p_value": by["p"]["value"], "p_relation": by["p"]["relation"]}
    elif any(by[name]["relation"] == "ns" for name in _WORDS if name in by):
        around["p_relation"] = "ns"
    for name, column in (("sd", "sd"), ("se", "std_error")):
        if name in by:
            around[column] = by[name]["value"]
    if "plus_minus" in by:
        note = by["plus_minus"].get("note")
        around["note"] = f"± {by['plus_minus']['printed']}" + (f"; {note}" if isinstance(note, str) else "")
    return around


def _sizes(reported: pd.DataFrame) -> dict[tuple, float]:
    """Return the group sizes that the papers themselves state, by study, group and condition."""
    is_size = (
        (reported["statistic"] == "n") & (reported["outcome"] == "participants") & reported["verified"].astype(bool)
    )
    rows = reported[is_size].to_dict("records")
    return {(row["study"], _text(row.get("group")), _text(row.get("condition"))): row["value"] for row in rows}


def _size_for(row: dict, sizes: dict[tuple, float]) -> float:
    """Return the size of the row's group, of both groups where it compares two, or of all where there are none."""
    group, comparator = _text(row.get("group")), _text(row.get("comparator"))
    size = _arm_size(row["study"], group, _text(row.get("condition")), sizes)
    if any(study == row["study"] and arm == comparator for study, arm, _ in sizes if arm):
        size += _arm_size(row["study"], comparator, "", sizes)
    return size


def _arm_size(study: str, group: str, condition: str, sizes: dict[tuple, float]) -> float:
    exact = sizes.get((study, group, condition), sizes.get((study, group, "")))
    if exact is not None:
        return exact
    arms = [size for (name, arm, _), size in sizes.items() if name == study and arm == group]
    return arms[0] if len(arms) == 1 and group else np.nan


def _labels(frame: pd.DataFrame, shorts: dict[str, str]) -> pd.Series:
    """Return a reader's name of each row; the outcome is added only where names would be the same."""
    labels = pd.Series([_label(row, shorts) for row in frame.to_dict("records")], index=frame.index)
    outcomes = frame["outcome"].map(lambda name: MEASURE_LABELS.get(name, name).lower().replace("_", " "))
    return labels.where(~labels.duplicated(keep=False), labels + ", " + outcomes)


def _label(row: dict, shorts: dict[str, str]) -> str:
    who, comparator = _text(row.get("group")) or _text(row.get("condition")), _text(row.get("comparator"))
    contrast = f"{who} vs {comparator}" if who and comparator and comparator not in TIMES else who
    muscle, outcome, load = _text(row.get("muscle")), row["outcome"], row.get("load_pct_1rm")
    what = outcome if not muscle or outcome.startswith("association") else muscle
    at_load = f"{load:g} % 1RM" if isinstance(load, float) and np.isfinite(load) else ""
    marks = ["Cohen's d"] * (row["metric"] == "cohen_d") + ["secondary source"] * (row["source_kind"] == "secondary")
    parts = [contrast, what, _text(row.get("limb")), at_load, _text(row.get("tempo")), *marks]
    return f"{shorts.get(row['study'], row['study'])}: {', '.join(part for part in parts if part)}"


def _text(cell) -> str:
    return cell if isinstance(cell, str) else ""
