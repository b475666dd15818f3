"""Tables of estimates as a paper prints them: every cell a string, every heading for a reader."""

import math
from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from mmc_analysis.errors import ReportError
from mmc_analysis.options import named_options, nearest
from mmc_analysis.report.numbers import degrees_of_freedom, p_value, test_words
from mmc_analysis.report.sentences import ADJUSTMENTS, PLAIN_METRICS, against_bounds, evidence_notes
from mmc_analysis.schema import (
    DESIGN,
    MEASURE_LABELS,
    choose_decimals,
    decimals_of_row,
    is_difference,
    number_in,
    write_interval,
    write_level,
    write_metric,
    write_number,
    write_unit,
)

NAMES = (
    "label",
    "study",
    "contrast",
    "term",
    "comparator",
    "measure",
    "outcome",
    "result",
    "check",
    "design",
    "assumption",
)
RANGES = {
    "prediction": ("pred_low", "pred_high"), "bounds": ("bound_low", "bound_high"), "se_range": ("se_low", "se_high"),
    "sd_range": ("sd_low", "sd_high"), "r_range": ("r_low", "r_high"),
}  # fmt: skip
COMPUTED = ("interval", "test", "sources", *RANGES)
NUMBERS = ("estimate", "std_error", "interval", "prediction", "test", "bounds", "p_value", "se_range", "sd_range",
           "r_range", "verdict", "tau2", "i2", "n", "weight", "sources")  # fmt: skip
P_COLUMNS = ("p_value", "p_gg", "p_hf", "p_mauchly")
DF_COLUMNS = ("df", "num_df", "den_df")
HEADINGS = {
    "label": "", "std_error": "SE", "test": "Test", "n": "n", "n_obs": "Observations", "p_gg": "p (Greenhouse–Geisser)",
    "p_hf": "p (Huynh–Feldt)", "num_df": "df 1", "den_df": "df 2", "df": "df", "sources": "Source", "sd": "SD",
    "eps_gg": "ε (Greenhouse–Geisser)", "eps_hf": "ε (Huynh–Feldt)", "mauchly_w": "Mauchly's W", "p_mauchly": "p (Mauchly)",
    "bounds": "Bounds", "se_range": "Standard error", "sd_range": "SD", "r_range": "Correlation", "tau2": "τ²", "i2": "I²",
    "ges": "Generalised η²", "pes": "Partial η²", "load_pct_1rm": "Load (% 1RM)", "load_kg": "Load (kg)",
}  # fmt: skip


@named_options
def table(estimates: pd.DataFrame, *, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Write estimates as a table of strings.

    Parameters
    ----------
    estimates : pandas.DataFrame
        An estimates frame, or the checks of reported results; its rows keep their order.
    columns : iterable of str, optional
        Columns of the frame, or "interval" (both limits), "prediction" (of a pooled estimate), "test" (statistic with
        its degrees of freedom), "bounds" (of an equivalence test), "se_range", "sd_range", "r_range" (of a check),
        "sources" (what is not a measurement). By default the columns that name the rows, then estimate, std_error,
        interval, prediction, test, bounds, p_value, the ranges, verdict, tau2, i2, n, weight and sources, each if it says anything.

    Returns
    -------
    pandas.DataFrame
        Strings, "" where there is nothing; headings for readers, the unit and the confidence level in the heading
        where all rows share them.

    Raises
    ------
    ReportError
        If the frame is empty, has nothing to write but names, or a column is not there.

    Examples
    --------
    >>> rows = pd.DataFrame({"contrast": "pectoralis - regular", "load": ["50", "80"], "unit": "pct_max",
    ...     "estimate": [9.0, 0.8], "std_error": 1.85, "df": 17.0, "statistic": [4.87, 0.43], "p_value": [0.0001, 0.671],
    ...     "conf_level": 0.95, "conf_low": [5.1, -3.1], "conf_high": [12.9, 4.7]})
    >>> table(rows).iloc[0].to_dict()
    {'Contrast': 'pectoralis − regular', 'Load': '50', 'Estimate (points)': '+9.0', 'SE': '1.9', '95 % CI': '[5.1, 12.9]', \
'Test': 't(17) = 4.87', 'p': '< .001'}
    """
    if not isinstance(estimates, pd.DataFrame) or estimates.empty:
        raise ReportError("table: an estimates frame with at least one row is needed.")
    rows = [row for _, row in estimates.iterrows()]
    if columns is None:
        chosen = _default_columns(estimates, rows)
    else:
        chosen = [columns] if isinstance(columns, str) else list(columns)
        _refuse_unknown(chosen, estimates)
    writers = [_writer(name, estimates) for name in chosen]
    cells = [[write(row) for write in writers] for row in rows]
    return pd.DataFrame(cells, columns=[_heading(name, estimates) for name in chosen], dtype=str)


def _default_columns(estimates: pd.DataFrame, rows: list[Mapping]) -> list[str]:
    there = [name for name in (*NAMES, *DESIGN) if name in estimates.columns and estimates[name].notna().any()]
    first = next((name for name in NAMES if name in there), None)
    naming = [name for name in dict.fromkeys(there) if name == first or estimates[name].nunique(dropna=False) > 1]
    metric = ["metric"] if _shared(estimates, "metric") is None and "metric" in estimates.columns else []
    unit = ["unit"] if _shared_unit(estimates) is None and "unit" in estimates.columns else []
    said = [name for name in NUMBERS if _can_say(name, estimates) and any(map(_writer(name, estimates), rows))]
    if not set(said) - {"sources", "n"}:
        raise ReportError("table: no row has an estimate, an interval, a test or a P value. Give a frame of estimates, or name the "
                          f"columns: columns=['{estimates.columns[-1]}', …].")  # fmt: skip
    df = ["df"] if "check" in naming and "df" in estimates.columns else []
    after = said.index("estimate") + 1 if "estimate" in said else 0
    return [*naming, *metric, *df, *said[:after], *(unit if after else []), *said[after:]]


def _can_say(name: str, estimates: pd.DataFrame) -> bool:
    if name in RANGES:
        return set(RANGES[name]) <= set(estimates.columns)
    return name in COMPUTED or name in estimates.columns


def _refuse_unknown(chosen: list[str], estimates: pd.DataFrame) -> None:
    known = [*map(str, estimates.columns), *COMPUTED]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ReportError(
            f"table: estimates has no column '{unknown[0]}'.{nearest(unknown[0], known)} There are: {', '.join(known)}."
        )
    if len(set(chosen)) < len(chosen) or not chosen:
        raise ReportError("table: columns= names a column twice, or none. Name each once.")


def _writer(name: str, estimates: pd.DataFrame) -> Callable[[Mapping], str]:
    if name in P_COLUMNS:
        return lambda row: _p_cell(row, name, with_adjustment=_shared(estimates, "adjust") is None)
    if name in DF_COLUMNS:
        return lambda row: _unless_nan(number_in(row, name), degrees_of_freedom)
    if name == "interval":
        return lambda row: _interval_cell(row, with_level=_shared(estimates, "conf_level") is None)
    if name in RANGES:
        return lambda row: _range_cell(row, *RANGES[name])
    if name in _CELLS:
        return _CELLS[name]
    if pd.api.types.is_numeric_dtype(estimates[name]) and not pd.api.types.is_bool_dtype(estimates[name]):
        return lambda row: _unless_nan(number_in(row, name), _plain_number)
    return lambda row: "" if pd.isna(row[name]) else _words(str(row[name]), name)


def _words(text: str, name: str) -> str:
    if name == "contrast":
        return text.replace(" - ", " − ")
    if name == "metric":
        return write_metric(text)
    return MEASURE_LABELS.get(text, text) if name == "measure" else text


def _unless_nan(value: float, write: Callable[[float], str]) -> str:
    return "" if math.isnan(value) else write(value)


def _plain_number(value: float) -> str:
    if not math.isfinite(value) or value == round(value):
        return write_number(value, 0)
    return write_number(value, choose_decimals(value))


def _estimate_cell(row: Mapping) -> str:
    plus = is_difference(row) and (row.get("metric") if isinstance(row.get("metric"), str) else "") in PLAIN_METRICS
    return _unless_nan(number_in(row, "estimate"), lambda value: write_number(value, decimals_of_row(row), plus))


def _error_cell(row: Mapping) -> str:
    error = number_in(row, "std_error")
    return write_number(error, decimals_of_row(row)) if math.isfinite(error) else ""


def _interval_cell(row: Mapping, with_level: bool) -> str:
    low, high, level = (number_in(row, name) for name in ("conf_low", "conf_high", "conf_level"))
    if math.isnan(low) or math.isnan(high):
        return ""
    text = write_interval(low, high, decimals_of_row(row))
    return f"{text} ({write_level(level)})" if with_level and math.isfinite(level) else text


def _range_cell(row: Mapping, low: str, high: str) -> str:
    ends = number_in(row, low), number_in(row, high)
    if any(map(math.isnan, ends)):
        return ""
    largest = max(filter(math.isfinite, map(abs, ends)), default=1.0)
    return write_interval(*ends, decimals_of_row(row) if "estimate" in row else choose_decimals(largest))


def _percent_cell(name: str) -> Callable[[Mapping], str]:
    return lambda row: _unless_nan(number_in(row, name), lambda share: f"{write_number(share, 1)} %")


def _p_cell(row: Mapping, name: str, with_adjustment: bool) -> str:
    p, relation = number_in(row, name), row.get("p_relation") if name == "p_value" else "="
    if relation == "ns":
        return "ns"
    if math.isnan(p):
        return ""
    text = p_value(p, relation if isinstance(relation, str) else "=").removeprefix("p ").removeprefix("= ")
    adjust = row.get("adjust")
    named = with_adjustment and name == "p_value" and isinstance(adjust, str) and adjust != "none"
    return f"{text} ({ADJUSTMENTS.get(adjust, adjust)})" if named else text


def _test_cell(row: Mapping) -> str:
    """The statistic tests no effect; beside the P value of an equivalence test it would mislead."""
    return "" if against_bounds(row) else test_words(row)


def _sources_cell(row: Mapping) -> str:
    return "; ".join(evidence_notes(row))


def _unit_cell(row: Mapping) -> str:
    metric, unit = (row.get(name) if isinstance(row.get(name), str) else "" for name in ("metric", "unit"))
    return write_unit(unit, metric, is_difference(row))


_CELLS: Mapping[str, Callable[[Mapping], str]] = {
    "estimate": _estimate_cell, "std_error": _error_cell, "test": _test_cell,
    "sources": _sources_cell, "unit": _unit_cell, "weight": _percent_cell("weight"), "i2": _percent_cell("i2"),
}  # fmt: skip


def _heading(name: str, estimates: pd.DataFrame) -> str:
    if name == "estimate":
        return _estimate_heading(estimates)
    if name in ("interval", "prediction"):
        level, word = _shared(estimates, "conf_level"), "CI" if name == "interval" else "prediction interval"
        text = word if level is None else f"{write_level(float(level))} {word}"
        return text[:1].upper() + text[1:]
    if name == "p_value":
        adjust = _shared(estimates, "adjust")
        return "p" if adjust in (None, "none") else f"p ({ADJUSTMENTS.get(str(adjust), adjust)})"
    return HEADINGS.get(name, name.replace("_", " ").capitalize())


def _estimate_heading(estimates: pd.DataFrame) -> str:
    metric = _shared(estimates, "metric")
    name = "Estimate" if metric is None or metric in PLAIN_METRICS else write_metric(str(metric))
    unit = _shared_unit(estimates)
    return f"{name} ({unit})" if unit else name


def _shared_unit(estimates: pd.DataFrame) -> str | None:
    units = {_unit_cell(row) for _, row in estimates.iterrows()}
    return units.pop() if len(units) == 1 else None


def _shared(estimates: pd.DataFrame, name: str):
    """Return the one value that every row has, or None."""
    if name not in estimates.columns or estimates[name].isna().any() or estimates[name].nunique() != 1:
        return None
    return estimates[name].iloc[0]


def markdown(cells: pd.DataFrame, *, caption: str = "") -> str:
    """Write a table of strings as a Markdown pipe table, numbers to the right.

    Parameters
    ----------
    cells : pandas.DataFrame
        From `table`, or any frame; cells are written as text.
    caption : str
        Written below as pandoc reads it.

    Examples
    --------
    >>> print(markdown(pd.DataFrame({"Load": ["50"], "Estimate": ["+9.0"], "Muscle": ["pectoralis"]})))
    | Load | Estimate | Muscle |
    |---:|---:|:---|
    | 50 | +9.0 | pectoralis |
    <BLANKLINE>
    """
    head = "| " + " | ".join(_escaped(name) for name in cells.columns) + " |\n"
    rule = "|" + "|".join("---:" if right else ":---" for right in right_aligned(cells)) + "|\n"
    body = "".join("| " + " | ".join(map(_escaped, row)) + " |\n" for row in cells.itertuples(index=False))
    return head + rule + body + (f"\n: {caption}\n" if caption else "")


def right_aligned(cells: pd.DataFrame) -> list[bool]:
    """Return for each column whether its cells begin as numbers do."""
    return [all(str(cell)[:1] in "+−<>[.0123456789∞" for cell in cells.iloc[:, i] if cell) and bool((cells.iloc[:, i] != "").any())
            for i in range(cells.shape[1])]  # fmt: skip


def _escaped(cell) -> str:
    text = " ".join(str(cell).split())
    for mark in ("\\", "|", "*", "_", "`", "<", ">", "[", "]", "$", "~", "^", "@", "#"):
        text = text.replace(mark, f"\\{mark}")
    return text
