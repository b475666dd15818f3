"""Printed numbers as what they are: intervals of what was rounded."""

import numbers
import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import EffectError

_NUMBER = re.compile(r"[-+\u2212]?\s*(\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
NOT_SIGNIFICANT = ("ns", "n.s.", "not significant")
_RELATION = re.compile("[<>≤≥]")


@dataclass(frozen=True)
class Printed:
    """A printed number with the range of numbers that would be printed so.

    Attributes
    ----------
    low, high : float
        The number before rounding lies between them.
    text : str
        As printed.
    """

    low: float
    high: float
    text: str

    @property
    def middle(self) -> float:
        """The printed number itself, or the middle of its range."""
        return (self.low + self.high) / 2

    def __neg__(self) -> "Printed":
        return Printed(-self.high, -self.low, self.text)


def read_printed(text, value: float | None = None, relation: str = "=", upper: float = np.inf) -> Printed:
    """Return the range behind a printed number.

    Parameters
    ----------
    text : str or float
        As printed, with its decimals: "5.0" is anything from 4.95 to 5.05, "5" from 4.5 to 5.5.
    value : float, optional
        The number itself where the text has other words or no sign; the decimals still come from the text.
    relation : {"=", "<", ">", "ns"}
        "<" gives the range from 0 to the number, ">" from the number to `upper`.
    upper : float
        Largest possible number, 1 for a P value.

    Returns
    -------
    Printed

    Raises
    ------
    EffectError
        If there is no number in the text.

    Examples
    --------
    >>> read_printed("5.0")
    Printed(low=4.95, high=5.05, text='5.0')
    >>> read_printed("<0.005", relation="<", upper=1)
    Printed(low=0.0, high=0.005, text='<0.005')
    """
    words = str(text).strip()
    found = list(_NUMBER.finditer(words))
    sign = _RELATION.search(words[: found[0].start()] if found else words)
    if sign:
        relation = "<" if sign.group() in "<≤" else ">"
    if not found:
        if value is None or not np.isfinite(value):
            raise EffectError(f"there is no number in {words!r}. Give the text as printed, such as '5.0' or '<0.005'.")
        words_number = repr(float(value)).removesuffix(".0")
    else:
        words_number = found[0].group().replace("\u2212", "-").replace(",", ".").replace(" ", "")
    centre = float(words_number) if value is None or not np.isfinite(value) else float(value)
    mantissa, _, power = words_number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - (int(power) if power else 0)
    half = 0.5 * 10.0**-decimals
    if relation == "<":
        return Printed(0.0, centre, words)
    if relation == ">":
        return Printed(centre, upper, words)
    low, high = (round(edge, decimals + 12) for edge in (centre - half, min(centre + half, upper)))
    return Printed(low, high, words)


def read_p(text, alpha: float = 0.05) -> Printed:
    """Return the range behind a printed P value; "ns" is anything above `alpha`.

    Raises
    ------
    EffectError
        If it is no P value.

    Examples
    --------
    >>> read_p("<0.005"), read_p("ns")
    (Printed(low=0.0, high=0.005, text='<0.005'), Printed(low=0.05, high=1.0, text='ns'))
    """
    if str(text).strip().lower() in NOT_SIGNIFICANT:
        return Printed(alpha, 1.0, str(text))
    read = read_printed(text, upper=1.0)
    if read.low > 1 or read.high < 0:
        raise EffectError(f"p={text!r} is not a P value between 0 and 1.")
    return read


def participants(n) -> int:
    """Return a number of participants.

    Raises
    ------
    EffectError
        If it is not a whole number of 2 or more.

    Examples
    --------
    >>> participants(18.0)
    18
    """
    if not isinstance(n, numbers.Real) or not np.isfinite(n) or n < 2 or n % 1:
        raise EffectError(f"n={n!r} is not a number of participants of 2 or more.")
    return int(n)
