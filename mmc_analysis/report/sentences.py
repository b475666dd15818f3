"""One row of estimates as a phrase for a text, and the design of a study as a sentence."""

import math
from collections.abc import Mapping

import pandas as pd

from mmc_analysis.errors import ReportError
from mmc_analysis.report.numbers import RELATIONS, p_value, test_words
from mmc_analysis.schema import (
    IN_UNIT_METRICS,
    PERCENT_METRICS,
    combined_evidence,
    decimals_of_row,
    is_difference,
    number_in,
    write_interval,
    write_level,
    write_number,
    write_unit,
)

ADJUSTMENTS = {"holm": "Holm", "bonferroni": "Bonferroni", "tukey": "Tukey", "mvt": "multivariate t", "fdr": "FDR"}
PLAIN_METRICS = (*IN_UNIT_METRICS, *PERCENT_METRICS)
SHORT_METRICS = {"cohen_d": "d", "beta": "β"}
_FACTORS = ("condition", "exercise", "load", "muscle", "tempo", "time", "limb", "measure")


def sentence(row: Mapping | pd.DataFrame) -> str:
    """Write one row of estimates for a text, each part only if it is there.

    The decimals of estimate and limits are those that show the standard error with two significant digits (without
    one, the error that the interval implies); published numbers keep the decimals they have. Differences carry their
    sign. Differences between percentages are in points, relative changes in percent.

    Parameters
    ----------
    row : pandas.Series, mapping, or DataFrame of one row
        A row of an estimates frame.

    Returns
    -------
    str
        Estimate, interval, test, P value, and what the number rests on where that is not a measurement.

    Raises
    ------
    ReportError
        If it is not one row, or has neither an estimate nor a test, or an interval without its estimate.

    Examples
    --------
    >>> sentence({"contrast": "pectoralis - regular", "metric": "raw", "unit": "pct_max", "estimate": 9.0,
    ...           "std_error": 1.85, "df": 17, "statistic": 4.87, "p_value": 0.000145, "conf_level": 0.95,
    ...           "conf_low": 5.1, "conf_high": 12.9})
    '+9.0 points, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001'
    >>> sentence({"metric": "d_z", "estimate": 0.62, "conf_low": 0.11, "conf_high": 1.12, "conf_level": 0.9,
    ...           "evidence": "synthetic"})
    'd_z = 0.62, 90 % CI [0.11, 1.12] (synthetic data)'
    >>> sentence({"contrast": "a - b", "unit": "pct_max", "estimate": 1.0, "std_error": 0.84, "df": 17, "statistic": 1.19,
    ...           "conf_level": 0.9, "conf_low": -0.46, "conf_high": 2.46, "bound_low": -4, "bound_high": 4,
    ...           "p_value": 0.0012, "verdict": "equivalent"})
    '+1.00 points, 90 % CI [−0.46, 2.46], against bounds [−4.00, 4.00] p = .001: equivalent'
    """
    row = one_row(row)
    test, p = (bounds_words(row), "") if against_bounds(row) else (test_words(row), p_words(row))
    parts = [estimate_words(row), interval_words(row), test, p]
    if parts[2].startswith("F("):
        parts = [parts[2], parts[3], parts[0], parts[1]]
    if not (parts[0] or parts[2]):
        raise ReportError(
            "sentence: the row has neither an estimate nor a test (statistic with df). Nothing can be written."
        )
    if math.isnan(number_in(row, "estimate")) and interval_words(row):
        raise ReportError(
            "sentence: the row has an interval, but no estimate. Fill `estimate`, or leave the limits empty."
        )
    notes = evidence_notes(row)
    return ", ".join(part for part in parts if part) + (f" ({'; '.join(notes)})" if notes else "")


def one_row(row: Mapping | pd.DataFrame) -> Mapping:
    """Return the row as a mapping from column to value."""
    if isinstance(row, pd.DataFrame):
        if len(row) != 1:
            raise ReportError(f"sentence: the frame has {len(row)} rows. Give one, such as frame.iloc[0].")
        return row.iloc[0]
    if not isinstance(row, (Mapping, pd.Series)):
        raise ReportError(f"sentence: one row of an estimates frame is needed, but got {type(row).__name__}.")
    return row


def estimate_words(row: Mapping) -> str:
    """Write the estimate with its unit or metric; "" where there is none.

    Examples
    --------
    >>> estimate_words({"estimate": 61.23, "std_error": 3.1, "unit": "pct_max"})
    '61.2 % of maximum EMG'
    >>> estimate_words({"estimate": 0.0412, "metric": "generalised_eta_squared"})
    'generalised eta squared = 0.0412'
    >>> estimate_words({"estimate": 13.5, "metric": "pct_change", "evidence": "published"})
    '+13.5 %'
    """
    estimate, metric = number_in(row, "estimate"), _text(row, "metric")
    if not math.isfinite(estimate) or metric == "F":
        return ""
    decimals, plain = decimals_of_row(row), metric in PLAIN_METRICS
    difference = is_difference(row)
    unit = write_unit(_text(row, "unit"), metric, difference)
    text = f"{write_number(estimate, decimals, plus=plain and difference)} {unit}".strip()
    return text if plain else f"{_short(metric)} = {text}"


def _short(metric: str) -> str:
    name = metric if metric[:2] in ("d_", "g_") else metric.replace("_", " ")
    return SHORT_METRICS.get(metric, name)


def interval_words(row: Mapping) -> str:
    """Write the confidence interval with its level; "" where a limit is missing or both are infinite.

    Examples
    --------
    >>> interval_words({"estimate": 9.0, "conf_low": 5.1, "conf_high": 12.9, "conf_level": 0.95})
    '95 % CI [5.1, 12.9]'
    """
    low, high, level = (number_in(row, name) for name in ("conf_low", "conf_high", "conf_level"))
    if math.isnan(low) or math.isnan(high) or (math.isinf(low) and math.isinf(high)):
        return ""
    text = f"CI {write_interval(low, high, decimals_of_row(row))}"
    return f"{write_level(level)} {text}" if math.isfinite(level) else text


def against_bounds(row: Mapping) -> bool:
    """Return whether the row's P value is that of an equivalence or minimal-effect test, and not of its statistic."""
    return not (math.isnan(number_in(row, "bound_low")) or math.isnan(number_in(row, "bound_high")))


def bounds_words(row: Mapping) -> str:
    """Write an equivalence or minimal-effect test with its bounds, P value and verdict.

    Examples
    --------
    >>> bounds_words({"estimate": 9.0, "std_error": 1.9, "bound_low": -3, "bound_high": 3, "p_value": 0.997, "verdict": "not equivalent"})
    'against bounds [−3.0, 3.0] p = .997: not equivalent'
    """
    bounds = write_interval(number_in(row, "bound_low"), number_in(row, "bound_high"), decimals_of_row(row))
    verdict = _text(row, "verdict")
    return f"against bounds {bounds} {p_words(row)}".strip() + (f": {verdict}" if verdict else "")


def p_words(row: Mapping) -> str:
    """Write the P value, its printed relation, and the adjustment behind it.

    Examples
    --------
    >>> p_words({"p_value": 0.0312, "adjust": "holm"}), p_words({"p_value": 0.005, "p_relation": "<"})
    ('p = .031 (Holm)', 'p < .005')
    """
    p, relation, adjust = number_in(row, "p_value"), _text(row, "p_relation") or "=", _text(row, "adjust")
    if relation == "ns":
        return "not significant"
    if math.isnan(p):
        return ""
    if relation not in RELATIONS:
        raise ReportError(f"p_relation={relation!r} is not allowed. Allowed: {', '.join(RELATIONS)}, ns.")
    text = p_value(p, relation)
    return text if adjust in ("", "none") else f"{text} ({ADJUSTMENTS.get(adjust, adjust)})"


def evidence_notes(row: Mapping) -> list[str]:
    """Return what a reader must know about where the number comes from; nothing for a measurement.

    Examples
    --------
    >>> evidence_notes({"evidence": "published", "source_kind": "secondary"}), evidence_notes({"evidence": "measured"})
    (['from a secondary source'], [])
    """
    notes = {"synthetic": ["synthetic data"], "derived": ["derived from published values"]}.get(
        _text(row, "evidence"), []
    )
    return [*notes, "from a secondary source"] if _text(row, "source_kind") == "secondary" else notes


def design_line(observations: pd.DataFrame) -> str:
    """Write a study's design as it is in the frame: who, what was crossed, how many values, how many are empty.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations; `participant` and `value` are needed.

    Raises
    ------
    ReportError
        If these columns or all rows are missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"participant": ["A", "A", "B", "B"], "condition": ["regular", "triceps"] * 2,
    ...                       "value": [1.0, 2.0, 3.0, None], "evidence": "synthetic"})
    >>> design_line(frame)
    '2 participants; 2 conditions; 4 values, 1 of them empty (synthetic data).'
    """
    missing = [name for name in ("participant", "value") if name not in getattr(observations, "columns", [])]
    if missing or observations.empty:
        lack = f"lacks {', '.join(missing)}" if missing else "has no rows"
        raise ReportError(f"design_line: observations {lack}. Give checked observations.")
    by = ["study", "participant"] if "study" in observations.columns else ["participant"]
    people = observations[by].drop_duplicates()
    parts = [_counted(len(people), "participant") + _groups(observations, by)]
    levels = [(observations[name].nunique(), name) for name in _FACTORS if name in observations.columns]
    crossed = " × ".join(_counted(n, name) for n, name in levels if n > 1)
    empty = int(observations["value"].isna().sum())
    values = _counted(len(observations), "value") + (f", {empty} of them empty" if empty else "")
    notes = evidence_notes({"evidence": combined_evidence(observations, computed=False)})
    return "; ".join(part for part in (*parts, crossed, values) if part) + (f" ({'; '.join(notes)})." if notes else ".")


def _groups(observations: pd.DataFrame, by: list[str]) -> str:
    if "group" not in observations.columns or observations["group"].nunique() < 2:
        return ""
    sizes = observations.drop_duplicates([*by, "group"]).groupby("group", observed=True, sort=False).size()
    return " (" + ", ".join(f"{n} {group}" for group, n in sizes.items()) + ")"


def _counted(n: int, name: str) -> str:
    return f"{n} {name}{'s' * (n != 1)}"


def _text(row: Mapping, column: str) -> str:
    value = row.get(column)
    return value if isinstance(value, str) else ""
