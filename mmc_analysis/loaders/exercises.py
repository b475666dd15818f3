"""The load inside an exercise's name: "225 lb Bench Press" is a bench press with 102.06 kg."""

import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.loaders.units import kilograms_per
from mmc_analysis.loaders.words import key_of

BODYWEIGHT, NOT_STATED = "bodyweight", "not stated"
_LOAD = r"(?P<number>\d+(?:[.,]\d+)?)[\s-]*(?P<unit>lbs?|pounds?|kgs?|kilograms?)\b\.?"
_BODY = r"(?P<body>bw|body[\s-]?weight)\b"
_BEFORE = re.compile(rf"(?:{_BODY}\s*\+\s*)?{_LOAD}\s+(?P<rest>.+)", re.IGNORECASE)
_AFTER = re.compile(rf"(?P<rest>.+?)[\s,@(\[-]+(?:{_BODY}\s*\+\s*)?{_LOAD}[)\]]?", re.IGNORECASE)
_BODY_BEFORE = re.compile(rf"{_BODY}(?!\s*\+)\s+(?P<rest>.+)", re.IGNORECASE)
_BODY_AFTER = re.compile(rf"(?P<rest>.+?)[\s,@(\[-]+{_BODY}[)\]]?", re.IGNORECASE)
_ANY_LOAD = re.compile(rf"(?<![\d.,]){_LOAD}|\d\s*[#%]", re.IGNORECASE)


@dataclass(frozen=True)
class Exercise:
    """An exercise and the load that its name states.

    Attributes
    ----------
    name : str
        The movement without the load.
    load : str
        "225 lb", "bodyweight", "bodyweight + 25 lb" or "not stated".
    load_kg : float
        The external load in kilograms, to 2 decimals; NaN for body weight and where none is stated.
    """

    name: str
    load: str
    load_kg: float


def exercise_of(text: str) -> Exercise | None:
    """Read an exercise's name; None if it states a load in a way that cannot be read.

    Examples
    --------
    >>> exercise_of("225 lb Bench Press"), exercise_of("BW Push Up").load, exercise_of("2 x 50 lb Curl")
    (Exercise(name='Bench Press', load='225 lb', load_kg=102.06), 'bodyweight', None)
    """
    text = " ".join(text.split())
    found = _BEFORE.fullmatch(text) or _AFTER.fullmatch(text)
    if found:
        number, unit = float(found["number"].replace(",", ".")), found["unit"][0].lower()
        label = f"{number:g} {'kg' if unit == 'k' else 'lb'}"
        load = f"{BODYWEIGHT} + {label}" if found["body"] else label
        read = Exercise(found["rest"].strip(" ,@-"), load, round(number * kilograms_per(label[-2:]), 2))
    elif found := _BODY_BEFORE.fullmatch(text) or _BODY_AFTER.fullmatch(text):
        read = Exercise(found["rest"].strip(" ,@-"), BODYWEIGHT, np.nan)
    else:
        read = Exercise(text, NOT_STATED, np.nan)
    left = _ANY_LOAD.search(read.name) or re.search(rf"\b{_BODY}\s*\+", read.name, re.IGNORECASE)
    return None if left or not key_of(read.name) or re.search(r"\d\s*[x×]$|^[x×]\s", read.name) else read


def load_order(loads: dict[str, float]) -> tuple[str, ...]:
    """Order the labels of loads: not stated, body weight, then by kilograms.

    Examples
    --------
    >>> load_order({"225 lb": 102.06, "bodyweight": float("nan"), "100 kg": 100.0})
    ('bodyweight', '100 kg', '225 lb')
    """
    first = {NOT_STATED: 0, BODYWEIGHT: 1}
    return tuple(sorted(loads, key=lambda label: (first.get(label, 2), np.nan_to_num(loads[label]), label)))
