"""Levels: from the labels in a table to the levels of the schema, closed or open, and their order."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders import vocabulary
from mmc_analysis.loaders.numerals import MISSING
from mmc_analysis.loaders.tables import Table
from mmc_analysis.loaders.units import kilograms_per
from mmc_analysis.loaders.words import key_of, written
from mmc_analysis.options import nearest

_LOAD = re.compile(
    r"(?:load )?(?P<number>\d+(?:[.,]\d+)?)"
    r"(?: ?(?P<unit>kg|kgs|lb|lbs)| ?(?:%|pct|percent)(?: of)?(?:(?: 1)? ?(?:rm|max))?| 1 ?rm)?"
)
_WEEK = re.compile(r"(?:week|weeks|wk|w) ?(?P<number>\d+)")
_COUNT = re.compile(r"(?:trial |attempt )?(?P<number>[1-9])")
_REPETITION = re.compile(r"(?:rep|repetition|repeat) (?P<number>\d{1,2})")
_FOCUS_WORDS = re.compile(r"\b(?:focus|focused|focussed|focusing|on|the|contract|internal)\b")


@dataclass(frozen=True)
class Levels:
    """How the labels of one role are read.

    Attributes
    ----------
    role : str
    known : dict
        Key of a label -> level.
    parse : callable, optional
        Reads a key that is not in `known`; None where it cannot.
    closed : bool
        Whether a label that cannot be read is refused; otherwise it is a level of its own.
    order : tuple of str
        Levels in order, as far as it is declared.
    """

    role: str
    known: Mapping[str, str] = field(default_factory=dict)
    parse: Callable[[str], str | None] | None = None
    closed: bool = False
    order: tuple[str, ...] = ()

    def read(self, label) -> str | None:
        """Return the level of a label, or None."""
        key = key_of(label)
        return self.known.get(key) or (self.parse(key) if self.parse else None)


def load_level(key: str) -> str | None:
    """Read a load: '20', '20 %' and '20 % 1 rm' are the level '20'; '60 kg' and '135 lb' keep their unit.

    Examples
    --------
    >>> load_level("20 % 1 rm"), load_level("60 kg"), load_level("heavy")
    ('20', '60 kg', None)
    """
    found = _LOAD.fullmatch(key)
    if not found:
        return None
    number = f"{float(found['number'].replace(',', '.')):g}"
    return f"{number} {found['unit'].rstrip('s')}" if found["unit"] else number


def load_numbers(level: str) -> tuple[float, float]:
    """Return percent of the one-repetition maximum and kilograms of a load's level; NaN where not known.

    Examples
    --------
    >>> load_numbers("20"), load_numbers("225 lb")
    ((20.0, nan), (nan, 102.06))
    """
    found = _LOAD.fullmatch(key_of(level))
    if not found:
        return np.nan, np.nan
    number = float(found["number"].replace(",", "."))
    return (np.nan, round(number * kilograms_per(found["unit"]), 2)) if found["unit"] else (number, np.nan)


def week_level(key: str) -> str | None:
    """Read a week: 'week 4', 'wk4' and 'w4' are 'week4'."""
    found = _WEEK.fullmatch(key)
    return f"week{int(found['number'])}" if found else None


def count_level(key: str) -> str | None:
    """Read the number of a trial: '2', 'trial 2'; one digit, so that no load is taken for it."""
    found = _COUNT.fullmatch(key)
    return found["number"] if found else None


def repetition_level(key: str) -> str | None:
    """Read the number of a repetition: 'rep 2', 'repetition 2'."""
    found = _REPETITION.fullmatch(key)
    return str(int(found["number"])) if found else None


def focus_level(key: str) -> str | None:
    """Read a condition that names a muscle: 'focus on biceps' is 'biceps'."""
    rest = " ".join(_FOCUS_WORDS.sub(" ", key).split())
    built_in = _keys(vocabulary.CONDITIONS)
    return built_in.get(rest) or (rest if rest in _keys(vocabulary.MUSCLES) else None)


def _keys(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {key_of(word): level for level, aliases in table.items() for word in (level, *aliases)}


MUSCLE_OF = _keys(vocabulary.MUSCLES)
_BUILT_IN: dict[str, Levels] = {
    "muscle": Levels("muscle", MUSCLE_OF, closed=True),
    "any_muscle": Levels("muscle", MUSCLE_OF),
    "condition": Levels("condition", _keys(vocabulary.CONDITIONS), focus_level, True, tuple(vocabulary.CONDITIONS)),
    "instruction": Levels("condition", _keys(vocabulary.INSTRUCTIONS), None, True, tuple(vocabulary.INSTRUCTIONS)),
    "time": Levels("time", _keys(vocabulary.TIMES), week_level, True, tuple(vocabulary.TIMES)),
    "limb": Levels("limb", _keys(vocabulary.LIMBS), closed=True),
    "trained_limb": Levels("trained_limb", _keys(vocabulary.LIMBS), closed=True),
    "immobilised_limb": Levels("immobilised_limb", _keys(vocabulary.LIMBS), closed=True),
    "limb_role": Levels("limb_role", _keys(vocabulary.LIMB_ROLES)),
    "sex": Levels("sex", _keys(vocabulary.SEXES)),
    "phase": Levels("phase", _keys(vocabulary.PHASES), closed=True),
    "load": Levels("load", {}, load_level),
    "trial": Levels("trial", {}, count_level, closed=True),
    "repetition": Levels("repetition", {}, repetition_level, closed=True),
    "emg_measure": Levels("measure", _keys(vocabulary.EMG_MEASURES), closed=True),
    "any_measure": Levels("measure", _keys(vocabulary.OTHER_MEASURES), closed=True),
    "reference": Levels("reference", dict.fromkeys(vocabulary.REFERENCES, "reference"), closed=True),
}


def levels_of(role: str, said: Mapping, built_in: str | None = None, where: str = "") -> Levels:
    """Combine what the caller said about a role's levels with the words that labs commonly use.

    Parameters
    ----------
    role : str
    said : dict
        The ``levels`` option: role -> {label: level} or a list of levels in order.
    built_in : str, optional
        Which of the built-in vocabularies the role has; left out, the one of its name.

    Raises
    ------
    LoaderError
        If the entry is neither a dict nor a list.

    Examples
    --------
    >>> levels_of("condition", {"condition": {"brust": "pec"}}).read("Brust")
    'pectoralis'
    """
    base = _BUILT_IN.get(built_in or role, Levels(role))
    if role not in said:
        return base
    entry = said[role]
    if isinstance(entry, str) or not isinstance(entry, Mapping | list | tuple):
        raise LoaderError(f"{where}levels for '{role}' must be a dict {{label: level}} or a list of levels in order, not "
                          f"{entry!r}.")  # fmt: skip
    pairs = list(entry.items()) if isinstance(entry, Mapping) else [(label, label) for label in entry]
    renamed = isinstance(entry, Mapping)
    known, order = dict(base.known), []
    for label, level in pairs:
        level = (base.read(level) if renamed else None) or written(level)
        known[key_of(label)] = level
        known.setdefault(key_of(level), level)
        order.append(level)
    return Levels(role, known, base.parse, base.closed or not renamed, tuple(dict.fromkeys(order)))


def read_levels(cells: np.ndarray, levels: Levels, table: Table, column: int, missing_ok: bool = False) -> np.ndarray:
    """Read a column of labels.

    Parameters
    ----------
    cells : numpy.ndarray
        (n_rows,) objects.

    Returns
    -------
    numpy.ndarray
        (n_rows,) levels as text, None where empty and allowed.

    Raises
    ------
    LoaderError
        If a cell is empty, or holds an unknown level of a closed role; rows and the nearest level are named.
    """
    codes, uniques = pd.factorize(np.array([written(cell) for cell in cells], dtype=object))
    read: list[str | None] = []
    spelled: dict[str, str] = {}
    for code, label in enumerate(uniques):
        label = "" if missing_ok and label.casefold() in MISSING else label
        level = levels.read(label)
        if level is None and label and not levels.closed:
            level = spelled.setdefault(key_of(label), label)
        if level is None and not (missing_ok and not label):
            raise LoaderError(_unknown(label, levels, table, column, np.flatnonzero(codes == code)))
        read.append(level)
    return np.array(read, dtype=object)[codes]


def _unknown(label: str, levels: Levels, table: Table, column: int, rows: np.ndarray) -> str:
    where = f"{table.name}, {table.row_list(rows)}, {table.column(column)}"
    if not label:
        return (f"{where}: empty cell where '{levels.role}' is needed. Write it in every row, select the rows of the table with "
                "rows=(first, last), or name the missing level.")  # fmt: skip
    known = list(dict.fromkeys(levels.known.values()))
    return (
        f"{where}: '{label}' is no known level of '{levels.role}'.{nearest(label, [*levels.known, *known])} "
        f"Known: {', '.join(known[:16])}. Correct it, or say what it is: levels={{'{levels.role}': {{'{label}': '…'}}}}."
    )


def in_order(found: Iterable[str], levels: Levels, where: str) -> list[str]:
    """Put levels in order: as declared, else by number, else as they first appear.

    Raises
    ------
    LoaderError
        If only some levels have an order that is known.

    Examples
    --------
    >>> in_order(["80", "20"], Levels("load"), ""), in_order(["triceps", "regular"], levels_of("condition", {}), "")
    (['20', '80'], ['regular', 'triceps'])
    """
    found = list(dict.fromkeys(found))
    ranked = [level for level in levels.order if level in found]
    rest = [level for level in found if level not in ranked]
    if levels.role == "time":
        return _times(found, levels, where)
    numbers = {level: load_numbers(level) for level in rest} if levels.role == "load" else {}
    if numbers:
        rest.sort(key=lambda level: tuple(np.nan_to_num(numbers[level], nan=-1.0)))
    return [*ranked, *rest]


def _times(found: list[str], levels: Levels, where: str) -> list[str]:
    ranks = {level: i for i, level in enumerate(levels.order)}
    weeks = {level: int(match["number"]) for level in found if (match := _WEEK.fullmatch(key_of(level)))}
    if all(level in ranks for level in found):
        return sorted(found, key=ranks.get)
    others = [level for level in found if level not in ranks and level not in weeks]
    named = [level for level in found if level in ranks and level not in weeks]
    if not others and named in (["pre"], []):
        return [*named, *sorted(weeks, key=weeks.get)]
    kept = [level for level in found if level in weeks] == sorted(weeks, key=weeks.get)
    if others or not kept or named != sorted(named, key=ranks.get):
        raise LoaderError(f"{where}: the order of the times is in doubt (found: {', '.join(found)}). Write it: "
                          f"levels={{'time': {found!r}}} with the first time first.")  # fmt: skip
    return found
