"""What a figure asks of its frame, and the errors that say what is missing and how to filter."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.options import nearest
from mmc_analysis.schema import MEASURE_LABELS, UNIT_LABELS

ALONE = ("study", "measure", "unit", "muscle", "exercise", "tempo", "phase", "limb", "time", "group")
AVERAGED = ("trial", "repetition", "order")
_LEVELS_SHOWN = 6


def require(frame: pd.DataFrame, columns: Iterable[str], figure: str, name: str = "observations") -> None:
    """Raise if this is no frame, has no rows, or lacks a column.

    Raises
    ------
    FigureError
        Naming the missing columns and, for each, the nearest one that is there.
    """
    if not isinstance(frame, pd.DataFrame):
        raise FigureError(f"{figure}: {name} must be a pandas DataFrame, but it is a {type(frame).__name__}.")
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        hints = "".join(nearest(column, map(str, frame.columns)) for column in missing)
        there = ", ".join(map(str, frame.columns)) or "none"
        raise FigureError(
            f"{figure}: {name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}.{hints} There are: {there}."
        )
    if frame.empty:
        raise FigureError(f"{figure}: {name} has no rows. Check the filter that made it.")


def refuse_mixtures(frame: pd.DataFrame, columns: Iterable[str], figure: str, name: str = "observations") -> None:
    """Raise if one of these columns, where present, has more than one level.

    Raises
    ------
    FigureError
        Naming every such column, its levels, and the filter that keeps one.
    """
    mixed = [(column, levels_of(frame[column])) for column in columns if column in frame.columns]
    faults = [
        f"{len(levels)} levels of '{column}' ({_listed(levels)}); keep one: {name}[{name}['{column}'] == {levels[0]!r}]"
        for column, levels in mixed
        if len(levels) > 1
    ]
    if faults:
        raise FigureError(f"{figure}: {name} mixes what one panel cannot show: {'. Also '.join(faults)}.")


def levels_of(cells: pd.Series) -> list[str]:
    """Return the levels present as text: a category's in its order, others in order of appearance.

    Examples
    --------
    >>> levels_of(pd.Series(["post", "pre"]).astype(pd.CategoricalDtype(["pre", "mid", "post"], ordered=True)))
    ['pre', 'post']
    """
    present = cells.dropna()
    if isinstance(cells.dtype, pd.CategoricalDtype):
        used = set(present)
        return [level_name(level) for level in cells.cat.categories if level in used]
    return [level_name(level) for level in present.unique()]


def level_name(level) -> str:
    """Return a level as text, whole numbers without a decimal point.

    Examples
    --------
    >>> level_name(20.0), level_name(62.5), level_name("pre")
    ('20', '62.5', 'pre')
    """
    return f"{level:g}" if isinstance(level, float) else str(level)


def names_of(cells: pd.Series) -> pd.Series:
    """Return every cell as the text of its level."""
    return cells.astype(object).map(level_name).astype(object)


def as_numbers(cells: pd.Series, figure: str) -> pd.Series:
    """Return the cells as floats, NaN where empty.

    Raises
    ------
    FigureError
        If a cell is not a number, or is infinite.
    """
    numbers = pd.to_numeric(cells, errors="coerce").astype(float)
    wrong = (numbers.isna() & cells.notna()) | np.isinf(numbers)
    if wrong.any():
        raise FigureError(
            f"{figure}: column '{cells.name}' holds {cells[wrong].iloc[0]!r} in row {cells.index[wrong][0]}. "
            "Only finite numbers can be drawn."
        )
    return numbers


def one_value_per_cell(frame: pd.DataFrame, cell: list[str], figure: str) -> pd.DataFrame:
    """Return one row per cell with its mean value, after dropping empty values; repetitions are averaged.

    Raises
    ------
    FigureError
        If rows of one cell differ in something other than trial, repetition or order, or no value is left.
    """
    values = as_numbers(frame["value"], figure)
    kept = frame.assign(value=values)[values.notna()]
    if kept.empty:
        raise FigureError(f"{figure}: every value is empty. There is nothing to draw.")
    keys = [names_of(kept[column]) for column in cell]
    twice = kept[kept.groupby(keys, sort=False)["value"].transform("size") > 1]
    if len(twice):
        _refuse_other_differences(twice, cell, figure)
    means = kept["value"].groupby(keys, sort=False).mean()
    return means.reset_index()


def _refuse_other_differences(twice: pd.DataFrame, cell: list[str], figure: str) -> None:
    keys = [names_of(twice[column]) for column in cell]
    if not any(column in twice.columns for column in AVERAGED):
        raise FigureError(
            f"{figure}: {_first_cell(twice, cell)} has more than one row, and no column (trial, repetition, order) "
            "says why. Average the rows, or add the column."
        )
    told_apart = [c for c in twice.columns if c not in (*cell, *AVERAGED, "value", "evidence")]
    varying = [c for c in told_apart if twice[c].astype(str).groupby(keys).nunique().max() > 1]
    varying = [c for c in varying if c not in ("reference_value", "reference_trial", "load_kg")]
    if varying:
        raise FigureError(
            f"{figure}: rows of one cell ({_first_cell(twice, cell)}) differ in {', '.join(varying)}. "
            f"Keep one level, such as observations[observations['{varying[0]}'] == …]."
        )


def _first_cell(frame: pd.DataFrame, cell: list[str]) -> str:
    return ", ".join(f"{column}={frame[column].iloc[0]}" for column in cell)


def only(frame: pd.DataFrame, column: str) -> str | None:
    """Return the one level of a column, or None if the column is absent or empty."""
    levels = levels_of(frame[column]) if column in frame.columns else []
    return levels[0] if levels else None


def value_label(frame: pd.DataFrame) -> str:
    """Return the label of the value axis: measure and unit in words.

    Examples
    --------
    >>> value_label(pd.DataFrame({"measure": ["torque"], "unit": ["N_m"]}))
    'Torque (N·m)'
    """
    return f"{measure_words(frame)} ({UNIT_LABELS.get(only(frame, 'unit'), only(frame, 'unit'))})"


def measure_words(frame: pd.DataFrame, inside: bool = False) -> str:
    """Return the measure in words, inside a sentence with a small letter.

    Examples
    --------
    >>> measure_words(pd.DataFrame({"measure": ["emg_peak"]}), inside=True)
    'peak EMG'
    """
    measure = only(frame, "measure")
    words = MEASURE_LABELS.get(measure, str(measure).replace("_", " "))
    return words[:1].lower() + words[1:] if inside and not words[:2].isupper() else words


def subject_words(frame: pd.DataFrame) -> str:
    """Return what one panel is about, muscle and exercise, where the frame says so.

    Examples
    --------
    >>> subject_words(pd.DataFrame({"muscle": ["pectoralis major"], "exercise": ["bench press"]}))
    'Pectoralis major, bench press'
    """
    named = [only(frame, column) for column in ("muscle", "exercise", "tempo")]
    words = ", ".join(level.replace("_", " ") for level in named if level)
    return words[:1].upper() + words[1:]


def _listed(levels: list[str]) -> str:
    return ", ".join(levels[:_LEVELS_SHOWN]) + (" …" if len(levels) > _LEVELS_SHOWN else "")


def same_unit(observations: pd.DataFrame, estimates: pd.DataFrame, figure: str) -> None:
    """Raise if estimates are in another measure or unit, or about another muscle, than the observations."""
    for column in ("measure", "unit", "muscle"):
        first, second = only(observations, column), None
        if isinstance(estimates, pd.DataFrame):
            second = only(estimates, column)
        if first and second and first != second:
            raise FigureError(
                f"{figure}: observations have {column} '{first}', but estimates have '{second}'. Give both for the same one."
            )
