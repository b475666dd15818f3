"""Values of MATLAB as the readers of MAT files hand them over: arrays, text, dict (struct), list (cell or array of structs)."""

import re
from dataclasses import dataclass

import numpy as np

RATES = re.compile(
    r"(?:fs|f_s|sr|fsamp|srate|sfreq|(?:samp|sample|sampling)_?(?:rate|freq|frequency)|frequency)(?:_?(?:hz|e?mg))?$|e?mg_?fs$",
    re.IGNORECASE,
)
INTERVALS = ("dt", "interval", "sampling_interval", "sampleinterval")
LONGEST_INTERVAL_S = 0.02
DEEPEST = 20
MOST_ELEMENTS = 200_000


@dataclass(frozen=True)
class Unread:
    """A value of a kind that is not read, by MATLAB's word for it: a table, a string object, a sparse or complex matrix …"""

    kind: str


def text_value(signs: str, shape) -> str | list[str]:
    """Return characters in MATLAB's order as one text, or one text per row of a matrix of characters.

    Examples
    --------
    >>> text_value("mN V", (2, 2)), text_value("mV", (1, 2))
    (['m', 'NV'], 'mV')
    """
    height = int(shape[0]) if len(shape) == 2 else 0
    if height < 2 or len(signs) != height * int(shape[1]):
        return signs.rstrip("\x00 ")
    return [signs[i::height].rstrip("\x00 ") for i in range(height)]


def vector(value) -> np.ndarray:
    """Return an array's values in MATLAB's order, shape (n,); empty if it is none.

    Examples
    --------
    >>> vector(np.array([[1.0, 3.0], [2.0, 4.0]])).tolist(), len(vector("text"))
    ([1.0, 2.0, 3.0, 4.0], 0)
    """
    return np.ravel(value, order="F") if isinstance(value, np.ndarray) else np.empty(0)


def scalar(value, default: float = float("nan")) -> float:
    """Return the number in an array of one, or the default."""
    found = vector(value)
    return float(found[0]) if len(found) == 1 else default


def word(value) -> str:
    """Return a text, or the one text in a cell; "" otherwise."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.strip() if isinstance(value, str) else ""


def words(value) -> list[str]:
    """Return the texts of a cell or of a matrix of characters; [] if some are none.

    Examples
    --------
    >>> words(["EMG", "Force"]), words("EMG"), words([1.0])
    (['EMG', 'Force'], ['EMG'], [])
    """
    found = value if isinstance(value, list) else [value]
    return [text.strip() for text in found] if all(isinstance(text, str) for text in found) else []


def rate_of(own: dict) -> float | None:
    """Return the sampling frequency in Hz that a struct or a file states by a number of a usual name; None if none does, or they differ.

    Examples
    --------
    >>> rate_of({"Fs": np.array([[2000.0]])}), rate_of({"isi": np.array([[0.5]]), "isi_units": "ms"}), rate_of({"n": np.array([[4.0]])})
    (2000.0, 2000.0, None)
    """
    found = {scalar(value) for key, value in own.items() if RATES.match(key) and scalar(value) > 0}
    steps = [
        scalar(value)
        for key, value in own.items()
        if key.lower() in INTERVALS and 0 < scalar(value) <= LONGEST_INTERVAL_S
    ]
    seconds = {"ms": 1e-3, "s": 1.0, "sec": 1.0}.get(word(own.get("isi_units")), 0.0)
    if seconds and scalar(own.get("isi")) > 0:
        steps.append(scalar(own["isi"]) * seconds)
    found |= {float(f"{1 / step:.12g}") for step in steps}
    return found.pop() if len(found) == 1 else None
