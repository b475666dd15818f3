"""How numbers and units are written for readers: one minus sign, decimals that follow the uncertainty.

Figures and reports both write with these functions, so that a figure and a text never disagree.
"""

import math
from collections.abc import Mapping
from statistics import NormalDist

import pandas as pd

from mmc_analysis.schema.measures import UNIT_LABELS

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 6
LARGEST_PLAIN = 1e9
SMALLEST_PLAIN = 1e-3
P_DECIMALS = 3
P_THRESHOLD = 0.05
_PERCENT_UNITS = frozenset({"pct", "pct_mvic", "pct_max", "pct_mmax", "pct_of_baseline"})
IN_UNIT_METRICS = ("", "raw", "mean", "mean_change")
PERCENT_METRICS = ("pct_change", "mean_pct_change", "pct_change_of_means")
METRIC_LABELS: dict[str, str] = {
    "pct_change": "Change", "mean_pct_change": "Mean change", "pct_change_of_means": "Change of means",
    "log_ratio": "Log ratio of means", "mean_log_ratio": "Mean log ratio", "slope": "Slope", "beta": "Coefficient β",
    "d_z": "Standardised mean change d_z", "g_z": "Standardised mean change g_z",
    "d_av": "Standardised mean change d_av", "g_av": "Standardised mean change g_av",
    "d_rm": "Standardised mean change d_rm", "g_rm": "Standardised mean change g_rm",
    "smcr": "Standardised mean change (raw score)", "smcc": "Standardised mean change (change score)",
    "d_s": "Standardised mean difference d_s", "g_s": "Standardised mean difference g_s", "cohen_d": "Cohen's d",
    "smdh": "Standardised mean difference (two SDs)",
    "glass_delta": "Glass's delta", "glass_delta_corrected": "Glass's delta, corrected",
    "cliffs_delta": "Cliff's delta", "r": "Correlation r", "g_ppc2": "Standardised difference in change g_ppc2",
    "d_total": "Contrast / total SD", "d_participant": "Contrast / SD between participants",
    "d_residual": "Contrast / residual SD", "d_baseline": "Contrast / SD at baseline", "d_external": "Contrast / external SD",
    "eta_squared_partial": "Partial η²", "eta_squared_generalised": "Generalised η²",
    "omega_squared_partial": "Partial ω²", "omega_squared_within": "ω² within participants",
    "epsilon_squared_partial": "Partial ε²", "sd_individual_response": "SD of individual responses",
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimals_of_uncertainty(std_error: float, significant: int = 2) -> int:
    """Return the decimals that show a standard error with two significant digits; the estimate takes the same.

    Examples
    --------
    >>> [decimals_of_uncertainty(se) for se in (0.0412, 0.0996, 1.85, 25.3, 1234)]
    [3, 2, 1, 0, 0]
    """
    exponent = int(f"{std_error:.{significant - 1}e}".partition("e")[2])
    return max(0, significant - 1 - exponent)


def decimals_as_stored(*numbers: float) -> int:
    """Return the fewest decimals that write all these numbers in full, as a paper printed them.

    Examples
    --------
    >>> decimals_as_stored(9.0, 5.0, 13.0), decimals_as_stored(13.5, 8, 19)
    (0, 1)
    """
    return max((_stored(number) for number in numbers if math.isfinite(number)), default=0)


def _stored(number: float) -> int:
    mantissa, _, exponent = repr(float(number)).partition("e")
    fraction = mantissa.partition(".")[2].rstrip("0")
    return max(0, len(fraction) - int(exponent or 0))


def choose_decimals(estimate, std_error=math.nan, low=math.nan, high=math.nan, conf_level=math.nan) -> int:
    """Choose the decimals of an estimate and its limits.

    Two significant digits of the standard error; without one, of the standard error that the interval implies
    under a normal distribution; without either, three significant digits of the estimate.

    Parameters
    ----------
    estimate, std_error, low, high : float
        NaN where unknown; a limit may be infinite.
    conf_level : float
        Confidence level of the interval, as a fraction; 0.95 is assumed where it is NaN.

    Examples
    --------
    >>> choose_decimals(9.0, std_error=1.85), choose_decimals(9.0, low=5.1, high=12.9), choose_decimals(0.123456)
    (1, 1, 3)
    """
    if not (math.isfinite(std_error) and std_error > 0):
        distances = [abs(limit - estimate) for limit in (low, high) if math.isfinite(limit)]
        level = conf_level if math.isfinite(conf_level) and 0 < conf_level < 1 else 0.95
        std_error = max(distances, default=0.0) / NormalDist().inv_cdf(0.5 + level / 2)
    if math.isfinite(std_error) and std_error > 0:
        return decimals_of_uncertainty(std_error)
    if math.isfinite(estimate) and estimate != 0:
        return decimals_of_uncertainty(abs(estimate), significant=3)
    return 0


def write_number(value: float, decimals: int, plus: bool = False) -> str:
    """Write a number with a true minus sign and so many decimals; never "-0.0".

    A number of 10⁹ or more, and one below 0.001 that needs more than six decimals, is written with a power of ten.

    Parameters
    ----------
    value : float
        Finite, or infinite for the open end of an interval.
    decimals : int
        Decimals after the point, 0 or more.
    plus : bool
        Whether a positive number shows its sign, as a difference does.

    Examples
    --------
    >>> write_number(-0.04, 1), write_number(9, 1, plus=True), write_number(-3.25, 2), write_number(1.234e-9, 11)
    ('0.0', '+9.0', '−3.25', '1.23 × 10⁻⁹')
    """
    if math.isinf(value):
        return (MINUS if value < 0 else "") + "∞"
    text = _magnitude(abs(value), decimals)
    if float(text.partition(" ")[0]) == 0:
        return text
    return (MINUS if value < 0 else "+" if plus else "") + text


def _magnitude(size: float, decimals: int) -> str:
    if decimals > MOST_DECIMALS and round(size, decimals) == 0:
        return "0"
    if size >= LARGEST_PLAIN:
        return _with_power(size, digits=3)
    if decimals > MOST_DECIMALS and size < SMALLEST_PLAIN:
        return _with_power(size, digits=max(0, decimals + math.floor(math.log10(size))))
    return f"{size:.{decimals}f}"


def _with_power(size: float, digits: int) -> str:
    mantissa, exponent = f"{size:.{digits}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def write_interval(low: float, high: float, decimals: int) -> str:
    """Write an interval as "[low, high]"; an infinite limit is written as one.

    Examples
    --------
    >>> write_interval(5.1, 12.94, 1), write_interval(float("-inf"), 2, 0)
    ('[5.1, 12.9]', '[−∞, 2]')
    """
    return f"[{write_number(low, decimals)}, {write_number(high, decimals)}]"


def write_p(p: float) -> str:
    """Write a P value with its relation: three decimals, no zero before the point, "< .001" below that.

    Rounding never moves it across .05, nor onto it: .0496 is written "= .0496". What would need more than six
    decimals for that is "< .05" or "> .05". Above .9995 it is "> .999".

    Parameters
    ----------
    p : float
        From 0 to 1.

    Examples
    --------
    >>> write_p(0.0123), write_p(0.00004), write_p(0.0496), write_p(0.05), write_p(1)
    ('= .012', '< .001', '= .0496', '= .050', '> .999')
    """
    if p < 10**-P_DECIMALS:
        return "< .001"
    if p >= 1 - 10**-P_DECIMALS / 2:
        return "> .999"
    for decimals in range(P_DECIMALS, MOST_DECIMALS + 1):
        text = f"{p:.{decimals}f}"
        if p == P_THRESHOLD or float(text) != P_THRESHOLD:
            return f"= {text.removeprefix('0')}"
    return "< .05" if p < P_THRESHOLD else "> .05"


def write_level(conf_level: float) -> str:
    """Write a confidence level in percent.

    Examples
    --------
    >>> write_level(0.95), write_level(0.9), write_level(0.975)
    ('95 %', '90 %', '97.5 %')
    """
    return f"{round(100 * conf_level, 6):g} %"


def write_metric(metric: str) -> str:
    """Write a metric for a reader, as a label that stands alone.

    Examples
    --------
    >>> write_metric("g_av"), write_metric("typical_error")
    ('Standardised mean change g_av', 'Typical error')
    """
    words = metric.replace("_", " ")
    return METRIC_LABELS.get(metric, words[:1].upper() + words[1:])


def write_unit(unit: str, metric: str = "raw", difference: bool = False) -> str:
    """Write a unit for a reader: a difference between percentages is in points, a relative change in percent.

    Parameters
    ----------
    unit : str
        A unit of the glossary, or any other text, which is kept; "none" is written as nothing.
    metric : str
        The estimate's metric; ``pct_change`` is a percentage of something, whatever was measured.
    difference : bool
        Whether the number is a difference between two values.

    Examples
    --------
    >>> write_unit("pct_max", difference=True), write_unit("pct_max"), write_unit("N_m", difference=True)
    ('points', '% of maximum EMG', 'N·m')
    >>> write_unit("pct", metric="pct_change")
    '%'
    """
    if metric in PERCENT_METRICS:
        return UNIT_LABELS["pct"]
    if difference and unit in _PERCENT_UNITS:
        return "points"
    return "" if unit == "none" else UNIT_LABELS.get(unit, unit)


def is_difference(row: Mapping) -> bool:
    """Return whether a row of estimates is a difference or a change rather than a level.

    Parameters
    ----------
    row : mapping
        Column name to value; a pandas Series is one.

    Examples
    --------
    >>> is_difference({"contrast": "pectoralis - regular"}), is_difference({"condition": "regular"})
    (True, False)
    >>> is_difference({"term": "condition[pectoralis]"}), is_difference({"term": "(Intercept)"})
    (True, False)
    """
    if any(_text(row, column) for column in ("contrast", "comparator")):
        return True
    if _text(row, "quantity") in ("change", "pct_change") or _text(row, "metric") in ("mean_change", *PERCENT_METRICS):
        return True
    return _text(row, "term").strip("()").lower() not in ("", "intercept")


def decimals_of_row(row: Mapping) -> int:
    """Choose the decimals of a row of estimates: those of its uncertainty, or, as published, those it has.

    A published row with more than six decimals holds something computed, and is written as other rows are.

    Examples
    --------
    >>> decimals_of_row({"estimate": 9.04, "std_error": 1.85})
    1
    >>> decimals_of_row({"estimate": 9.0, "conf_low": 5.0, "conf_high": 13.0, "evidence": "published"})
    0
    """
    estimate, std_error, low, high, level = (
        number_in(row, column) for column in ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
    )
    if _text(row, "evidence") == "published" and decimals_as_stored(estimate, low, high) <= MOST_DECIMALS:
        return decimals_as_stored(estimate, low, high)
    return choose_decimals(estimate, std_error, low, high, level)


def number_in(row: Mapping, column: str) -> float:
    """Return a cell as a float, NaN where the column is absent or the cell empty.

    Examples
    --------
    >>> number_in({"n": 18}, "n"), number_in({"n": None}, "n")
    (18.0, nan)
    """
    value = row.get(column)
    return math.nan if pd.isna(value) else float(value)


def _text(row: Mapping, column: str) -> str:
    value = row.get(column)
    return value if isinstance(value, str) else ""
