"""Numbers as a text prints them: a true minus sign, P values that never lie, tests with their degrees of freedom."""

import math
from collections.abc import Mapping

from mmc_analysis.errors import ReportError
from mmc_analysis.options import check_option
from mmc_analysis.schema import number_in, write_interval, write_number, write_p

RELATIONS = ("=", "<", ">")


def number(value: float, decimals: int, plus: bool = False) -> str:
    """Write a number with so many decimals and a minus sign (U+2212); never "-0.0".

    A number of 10⁹ or more, and one below 0.001 that needs more than six decimals, is written with a power of ten.

    Parameters
    ----------
    value : float
        Infinite limits are written "∞".
    decimals : int
        Decimals after the point, 0 to 15.
    plus : bool
        Whether a positive number shows its sign.

    Raises
    ------
    ReportError
        If the value is not a number, or the decimals are no whole number from 0 to 15.

    Examples
    --------
    >>> number(-3.26, 1), number(-0.04, 1), number(9, 1, plus=True)
    ('−3.3', '0.0', '+9.0')
    """
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= 15:
        raise ReportError(f"decimals={decimals!r} is not allowed. Give a whole number from 0 to 15.")
    return write_number(_checked(value, "value"), decimals, plus)


def interval(low: float, high: float, decimals: int) -> str:
    """Write an interval as "[low, high]".

    Raises
    ------
    ReportError
        If a limit is not a number, or the lower is above the higher.

    Examples
    --------
    >>> interval(-5.14, 12.9, 1)
    '[−5.1, 12.9]'
    """
    low, high = _checked(low, "low"), _checked(high, "high")
    if low > high:
        raise ReportError(f"interval: low={low} is above high={high}. Swap them, or correct the sign.")
    return write_interval(low, high, decimals)


def p_value(p: float, relation: str = "=") -> str:
    """Write a P value as the APA does: three decimals, no zero before the point, "p < .001" below that.

    Rounding never moves a P value across .05, nor onto it: .0496 is written "p = .0496", not "p = .050". What would
    need more than six decimals for that is written "p < .05" or "p > .05". Above .9995 it is "p > .999".

    Parameters
    ----------
    p : float
        From 0 to 1.
    relation : {"=", "<", ">"}
        How a printed P value relates to the true one; an inequality keeps the digits it has.

    Raises
    ------
    ReportError
        If p is no number from 0 to 1.

    Examples
    --------
    >>> p_value(0.0123), p_value(0.00004), p_value(0.0496), p_value(0.05), p_value(1), p_value(0.005, "<")
    ('p = .012', 'p < .001', 'p = .0496', 'p = .050', 'p > .999', 'p < .005')
    """
    check_option("relation", relation, RELATIONS, ReportError)
    p = _checked(p, "p")
    if not 0 <= p <= 1:
        raise ReportError(f"p={p} is not allowed. A P value lies between 0 and 1.")
    if relation != "=":
        return f"p {relation} {_without_zero(f'{p:.10f}'.rstrip('0').rstrip('.'))}"
    return f"p {write_p(p)}"


def _without_zero(text: str) -> str:
    return text[1:] if text.startswith("0.") else text


def _checked(value: float, name: str) -> float:
    try:
        value = float(value)
    except (TypeError, ValueError):
        raise ReportError(f"{name}={value!r} is not a number.") from None
    if math.isnan(value):
        raise ReportError(f"{name} is not a number (NaN). Leave it out.")
    return value


def degrees_of_freedom(df: float) -> str:
    """Write degrees of freedom: whole numbers bare, others with one decimal.

    Examples
    --------
    >>> degrees_of_freedom(17.0), degrees_of_freedom(16.34), degrees_of_freedom(float("inf"))
    ('17', '16.3', '∞')
    """
    text = write_number(df, 1)
    return text.removesuffix(".0")


def test_words(row: Mapping) -> str:
    """Write a row's test: "t(17) = 4.87", "z = 1.96" where df is infinite, "F(2, 34) = 5.12"; "" if there is none.

    A statistic whose degrees of freedom are missing is left out: what it is would be a guess.

    Examples
    --------
    >>> test_words({"statistic": 4.866, "df": 17.0}), test_words({"statistic": -1.96, "df": float("inf")})
    ('t(17) = 4.87', 'z = −1.96')
    >>> test_words({"statistic": 5.123, "num_df": 2, "den_df": 34})
    'F(2, 34) = 5.12'
    """
    statistic, df, num_df, den_df = (number_in(row, name) for name in ("statistic", "df", "num_df", "den_df"))
    if not math.isfinite(statistic):
        return ""
    value = write_number(statistic, 2)
    if math.isfinite(num_df) and not math.isnan(den_df):
        return f"F({degrees_of_freedom(num_df)}, {degrees_of_freedom(den_df)}) = {value}"
    if math.isnan(df):
        return ""
    return f"z = {value}" if math.isinf(df) else f"t({degrees_of_freedom(df)}) = {value}"
