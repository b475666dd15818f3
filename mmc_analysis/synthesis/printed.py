"""Printed numbers as what they are: intervals of what was rounded."""

import numbers
import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.effects.frames import check_level
from mmc_analysis.errors import EffectError

_NUMBER = re.compile(r"[-+\u2212]?\s*(\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")
NOT_SIGNIFICANT = ("ns", "n.s.", "not significant")
_RELATION = re.compile("[<>≤≥]")
# digits in groups of three: in one language a thousand and more, in another a fraction
_GROUPED = re.compile(
    r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])|(?<![\d.,])[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)"
)


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

    @property
    def sizes(self) -> tuple[float, float]:
        """The range of its size without the sign, from zero where the range holds zero."""
        smallest, largest = sorted((abs(self.low), abs(self.high)))
        return (0.0 if self.low < 0 < self.high else smallest), largest

    def __neg__(self) -> "Printed":
        return Printed(-self.high, -self.low, self.text)


def read_printed(text, value: float | None = None, relation: str = "=", upper: float = np.inf) -> Printed:
    """Return the range behind a printed number.

    Parameters
    ----------
    text : str or int
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
        If there is no number in the text, it is a float, which has lost its decimals, its digits are grouped by
        commas that may be decimal ones, or `value` is none of its numbers.

    Examples
    --------
    >>> read_printed("5.0")
    Printed(low=4.95, high=5.05, text='5.0')
    >>> read_printed("<0.005", relation="<", upper=1)
    Printed(low=0.0, high=0.005, text='<0.005')
    """
    if isinstance(text, (float, np.floating)) and np.isfinite(text):
        raise EffectError(f"{text!r} is a number whose printed decimals are lost: '5' and '5.0' are rounded differently. Give it as text, "
                          "such as '5.0'; a file is read so by pd.read_csv(…, dtype={'printed': str}).")  # fmt: skip
    words = _ungrouped(str(text).strip(), value)
    found = list(_NUMBER.finditer(words))
    sign = _RELATION.search(words[: found[0].start()] if found else words)
    if sign:
        relation = "<" if sign.group() in "<≤" else ">"
    if not found:
        if value is None or not np.isfinite(value):
            raise EffectError(f"there is no number in {words!r}. Give the text as printed, such as '5.0' or '<0.005'.")
        words = words_number = repr(float(value)).removesuffix(".0")
    else:
        words_number = _number_of([_plain(number.group()) for number in found], value, words)
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


def _ungrouped(words: str, value: float | None) -> str:
    """The text without separators of thousands; refused where they may be a decimal comma and no value says what they are."""
    grouped = _GROUPED.search(words)
    if grouped is None:
        return words
    whole = re.sub(r"\D", "", grouped.group())
    has_fraction = words[grouped.end() : grouped.end() + 1] == "."
    if has_fraction or "," not in grouped.group() or (value is not None and abs(value) == float(whole)):
        return words[: grouped.start()] + whole + words[grouped.end() :]
    if value is not None and np.isfinite(value):
        return words
    raise EffectError(f"{words!r}: {grouped.group()!r} may be thousands or have a decimal comma. Write {whole}, or "
                      f"{grouped.group().replace(',', '.', 1)} with a point.")  # fmt: skip


def _plain(number: str) -> str:
    return number.replace("\u2212", "-").replace(",", ".").replace(" ", "")


def _number_of(candidates: list[str], value: float | None, words: str) -> str:
    """The number of a text that is its value, whatever its sign; without a value the first."""
    if value is None or not np.isfinite(value):
        return candidates[0]
    for candidate in candidates:
        if np.isclose(abs(float(candidate)), abs(value), rtol=1e-9, atol=0):
            return candidate
    raise EffectError(
        f"the value {value:g} does not stand in the printed text {words!r}. Correct the one or the other."
    )


def df_range(df: Printed) -> tuple[float, float]:
    """Return the range of printed degrees of freedom: whole ones are exact, those with decimals were rounded.

    Examples
    --------
    >>> df_range(read_printed("17")), df_range(read_printed("10.6"))
    ((17.0, 17.0), (10.55, 10.65))
    """
    return (df.middle, df.middle) if df.high - df.low > 0.5 else (df.low, df.high)


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
    return checked_p(read_printed(text, upper=1.0))


def checked_p(read: Printed) -> Printed:
    """Return a P value if it can be one.

    Examples
    --------
    >>> checked_p(read_printed("1.5", upper=1.0))
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: p='1.5' is not a P value between 0 and 1.
    """
    if read.low > 1 or read.high < 0:
        raise EffectError(f"p={read.text!r} is not a P value between 0 and 1.")
    return read


def checked_alpha(alpha: float) -> float:
    """Return the level below which a paper calls P significant, if it is one.

    Examples
    --------
    >>> checked_alpha(5)
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: alpha=5 is not a fraction between 0 and 1. Write 0.05.
    """
    level = check_level(alpha, "alpha")
    if level is None:
        raise EffectError("alpha must be a fraction between 0 and 1, such as 0.05.")
    return level


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
        shown = repr(n) if isinstance(n, (str, int)) or not isinstance(n, numbers.Real) else f"{float(n):g}"
        raise EffectError(f"n={shown} is not a number of participants of 2 or more.")
    return int(n)
