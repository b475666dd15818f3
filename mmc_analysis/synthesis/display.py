"""A synthesis in a few lines, for the console and for notebooks."""

from html import escape

import numpy as np
import pandas as pd

from mmc_analysis.models.tables.written import written
from mmc_analysis.schema import choose_decimals, write_interval, write_level, write_number, write_p

TEST_NAMES = {"hksj": "Hartung–Knapp", "hksj-adhoc": "Hartung–Knapp, at least as wide as z", "z": "normal", "t": "t"}
COLUMNS = ("term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


class Described:
    """Shows a result that has `_lines()` and `coefficients` as text, and as HTML in notebooks."""

    def __repr__(self) -> str:
        return "\n".join([*self._lines(), self._coefficients().to_string(index=False)])

    def _repr_html_(self) -> str:
        head = "<br>".join(escape(line) for line in self._lines())
        return f"<p>{head}</p>{self._coefficients().to_html(index=False, border=0)}"

    def _coefficients(self) -> pd.DataFrame:
        return written(self.coefficients[list(COLUMNS)])


def stamp(evidence: str) -> str:
    """Return what must be said of where the numbers come from.

    Examples
    --------
    >>> stamp("synthetic"), stamp("derived")
    (' — synthetic data', '')
    """
    return " — synthetic data" if evidence == "synthetic" else ""


def number(value: float) -> str:
    """Return a number with three significant digits.

    Examples
    --------
    >>> number(0.02734), number(12.345)
    ('0.0273', '12.3')
    """
    return write_number(value, choose_decimals(value))


def interval_words(limits: tuple[float, float], conf_level: float, name: str) -> str:
    """Return an interval in words, "" where there is none.

    Examples
    --------
    >>> interval_words((-0.39, 1.08), 0.95, "prediction interval")
    '95 % prediction interval [−0.39, 1.08]'
    >>> interval_words((float("nan"), float("nan")), 0.95, "prediction interval")
    ''
    """
    if any(np.isnan(limits)):
        return ""
    return f"{write_level(conf_level)} {name} {write_interval(*limits, choose_decimals(max(map(abs, limits))))}"


def q_words(q: float, df: float, p: float) -> str:
    """Return the test of heterogeneity in words.

    Examples
    --------
    >>> q_words(30.123, 11, 0.0015)
    'Q(11) = 30.1, p = .002'
    """
    return f"Q({df:g}) = {write_number(q, 1)}, p {write_p(p)}"
