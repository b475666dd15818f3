"""From observations to one number per participant and level: repetitions averaged, everything else asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import nearest
from mmc_analysis.schema import DESIGN, combined_evidence

TOLD = ("measure", "muscle", "exercise")
REPEATED = ("trial", "repetition", "order")
CROSSED = ("muscle", "exercise", "load", "load_pct_1rm", "phase", "tempo", "time", "limb")
DECISIVE = ("measure", "unit", "muscle", "exercise", "load", "phase", "tempo", "time")
# columns that say again what another one says
SAID_BY = {
    "load": ("exercise", "load_pct_1rm", "load_kg"),
    "load_pct_1rm": ("exercise", "load", "load_kg"),
    "load_kg": ("exercise", "load", "load_pct_1rm"),
    "focus": ("condition",),
    "focus_target": ("condition",),
    "week": ("time",),
}


@dataclass(frozen=True)
class Cells:
    """Two levels of a factor, one mean per participant.

    Attributes
    ----------
    labels : pandas.DataFrame
        One row per sample (a study and a combination of the `by` columns).
    values_1, values_2 : list of pandas.Series
        Per sample, the means by participant at the first and the second level; NaN where a value was missing.
    unit : list of str or None
        Per sample.
    evidence : list of str
    note : str
        What was averaged, in words; empty if nothing was.
    """

    labels: pd.DataFrame
    values_1: list[pd.Series]
    values_2: list[pd.Series]
    unit: list[str | None] | None
    evidence: list[str]
    note: str


def two_levels(
    observations: pd.DataFrame, factor: str, levels: Sequence[str], by: Iterable[str], over: Iterable[str]
) -> Cells:
    """Average the repetitions of each participant at two levels of a factor.

    Parameters
    ----------
    observations : pandas.DataFrame
    factor : str
        Column whose levels are compared.
    levels : (str, str)
        First and second level.
    by : iterable of str
        Columns of which every combination is a sample of its own.
    over : iterable of str
        Design columns over which the caller averages knowingly.

    Raises
    ------
    EffectError
        If a column or level does not exist, or averaging would mix what the caller did not name.
    """
    by, over = column_names("by", by), column_names("over", over)
    _check_question(factor, by, over)
    check_columns(observations, ["participant", "value", factor, *by, *over])
    observations = without_index_names(observations)
    _check_named(observations, ["participant", factor])
    _check_levels(observations, factor, levels)
    chosen = observations[observations[factor].isin(list(levels))]
    groups = [*[name for name in ("study",) if name in observations and name not in by], *by]
    crossed = [name for name in over if name in CROSSED and not (name == "load_pct_1rm" and "load" in over)]
    _check_named(chosen, [*groups, *crossed])
    _check_values(chosen)
    labels, firsts, seconds, units, evidence, most = [], [], [], [], [], 1
    pieces = chosen.groupby(groups, observed=True, sort=True) if groups else [((), chosen)]
    for key, piece in pieces:
        label = dict(zip(groups, key, strict=True))
        _refuse_mixture(piece, factor, groups, over, label)
        first, second = (piece[piece[factor] == level] for level in levels)
        most = max(most, _most_rows(first), _most_rows(second))
        labels.append(label | _constants(piece, {factor, *groups}))
        firsts.append(_participant_means(first, crossed, piece))
        seconds.append(_participant_means(second, crossed, piece))
        units.append(piece["unit"].dropna().iloc[0] if "unit" in piece and piece["unit"].notna().any() else None)
        evidence.append(combined_evidence(piece, computed=False))
    frame = pd.DataFrame(labels).assign(contrast=f"{levels[0]} - {levels[1]}")
    averaged = ", ".join(dict.fromkeys([*_repeats(chosen), *over])) or "repeated rows"
    note = f"up to {most} values per participant and level averaged first (over {averaged})" if most > 1 else ""
    return Cells(frame, firsts, seconds, None if "unit" in by else units, evidence, note)


def _constants(piece: pd.DataFrame, named: set[str]) -> dict:
    """What all rows of a sample share and a reader of its effect must know."""
    told = [name for name in TOLD if name in piece and name not in named and piece[name].nunique() == 1]
    return {name: piece[name].dropna().iloc[0] for name in told}


def column_names(option: str, names: Iterable[str]) -> list[str]:
    """Return the names as a list; one name stands for itself.

    Examples
    --------
    >>> column_names("by", "load"), column_names("by", ("load", "muscle"))
    (['load'], ['load', 'muscle'])
    """
    if isinstance(names, str):
        return [names]
    if not isinstance(names, Iterable):
        raise EffectError(f"{option}={names!r}: give the name of a column, or a list of names; leave it out for none.")
    return list(dict.fromkeys(names))


def _check_question(factor: str, by: list[str], over: list[str]) -> None:
    if not isinstance(factor, str):
        raise EffectError(
            "with observations, the second argument is the name of the column whose levels are compared, but got "
            f"{type(factor).__name__}. Two columns of a wide table are two arrays: give table['post'], table['pre']."
        )
    if factor in (*by, *over):
        raise EffectError(
            f"'{factor}' is what is compared, so it cannot stand in `by` or `over` too. Leave it out there."
        )
    for name in by:
        if name in over:
            raise EffectError(
                f"'{name}' stands in `by` and in `over`. An effect for each, or one over all: give it once."
            )
    for name in ("unit", "measure"):
        if name in over:
            raise EffectError(
                f"values of different {name}s have no mean. Filter the rows to one {name}, or give by=['{name}']."
            )


def without_index_names(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with an index that cannot be taken for a column."""
    return observations.set_axis(observations.index.set_names([None] * observations.index.nlevels))


def check_columns(observations: pd.DataFrame, wanted: list[str]) -> None:
    """Refuse observations without these columns, or with several of one name."""
    _refuse_twins(observations)
    for name in wanted:
        if name not in observations.columns:
            homes = [
                c for c in observations if observations[c].dtype.kind not in "iuf" and (observations[c] == name).any()
            ]
            hint = f" '{name}' is a level of '{homes[0]}': name the column first, then its two levels." if homes else ""
            raise EffectError(
                f"the observations have no column '{name}'.{hint or nearest(name, observations.columns)} "
                f"Columns: {', '.join(map(str, observations.columns))}."
            )


def _refuse_twins(observations: pd.DataFrame) -> None:
    twins = observations.columns[observations.columns.duplicated()]
    if len(twins):
        raise EffectError(f"the observations have several columns '{twins[0]}'. Drop or rename all but one.")


def _check_values(observations: pd.DataFrame) -> None:
    values = observations["value"]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        raise EffectError(
            f"'value' holds {values.dtype}, not numbers. Convert it, for instance with pandas.to_numeric, and look at what "
            "does not convert."
        )
    infinite = np.isinf(values.to_numpy(dtype=float, na_value=np.nan))
    if infinite.any():
        raise EffectError(
            f"'value' is infinite in {int(infinite.sum())} rows, first in row {observations.index[infinite][0]}. Correct "
            "them, or make them NaN."
        )


def _check_named(observations: pd.DataFrame, names: list[str]) -> None:
    """Rows that do not say to whom or to what they belong would drop out without a word."""
    for name in dict.fromkeys(names):
        empty = observations[name].isna()
        if empty.any():
            raise EffectError(
                f"'{name}' is empty in {int(empty.sum())} rows, first in row {observations.index[empty][0]}, so that nobody "
                "knows where they belong. Fill it in, or leave these rows out."
            )


def _check_levels(observations: pd.DataFrame, factor: str, levels: Sequence[str]) -> None:
    if len(levels) != 2 or any(level is None for level in levels) or levels[0] == levels[1]:
        raise EffectError(f"two different levels of '{factor}' are needed, but got {list(levels)!r}. Name both.")
    found = list(observations[factor].dropna().unique())
    for level in levels:
        if level not in found:
            listed = ", ".join(map(str, found)) or "none, there are no rows"
            raise EffectError(
                f"'{factor}' has no level {level!r}.{nearest(str(level), map(str, found))} Levels: {listed}."
            )


def _repeats(frame: pd.DataFrame) -> list[str]:
    return [name for name in REPEATED if name in frame and frame[name].nunique() > 1]


def _refuse_mixture(piece: pd.DataFrame, factor: str, groups: list[str], over: list[str], label: dict) -> None:
    """Refuse to average, or to compare, rows that differ in a design column nobody named."""
    where = f" (sample {', '.join(f'{k}={v}' for k, v in label.items())})" if label else ""
    named = {factor, "participant", *groups, *over, *REPEATED}
    candidates = [name for name in (*DESIGN, "measure", "unit") if name in piece and name not in named]
    unsaid = [name for name in candidates if not _said_again(piece, name, factor, over)]
    cells = piece.groupby(["participant", factor], observed=True)
    for name in unsaid:
        if (cells[name].nunique() > 1).any():
            seen = ", ".join(map(str, list(piece[name].dropna().unique())[:6]))
            raise EffectError(
                f"the rows of a participant at one level of '{factor}' differ in '{name}' ({seen}){where}. "
                f"Averaging them would answer another question: {_remedies(name)}."
            )
    for name in [name for name in candidates if name in DECISIVE and piece[name].nunique() > 1]:
        _refuse_confounding(piece, factor, name, where)
        if name in unsaid:
            _refuse_different_people(piece, name, where)
    if "group" in unsaid and (piece.groupby("group", observed=True)[factor].nunique() > 1).any():
        _refuse_different_people(piece, "group", where)


def _said_again(piece: pd.DataFrame, name: str, factor: str, over: list[str]) -> bool:
    """Whether a column only repeats, for every participant, what the columns averaged over say."""
    known = [other for other in SAID_BY.get(name, ()) if other in over]
    cells = piece.groupby(["participant", factor, *known], observed=True, dropna=False)
    return bool(known) and bool((cells[name].nunique() <= 1).all())


def _refuse_confounding(piece: pd.DataFrame, factor: str, name: str, where: str) -> None:
    seen = [sorted(set(rows[name].dropna().astype(str))) for _, rows in piece.groupby(factor, observed=True)]
    if len(seen) == 2 and seen[0] != seen[1]:
        listed = " against ".join(map(", ".join, seen))
        raise EffectError(
            f"the two levels of '{factor}' also differ in '{name}' ({listed}){where}, so the difference would mix "
            f"both. Filter the rows to one '{name}', or give by=['{name}']."
        )


def _refuse_different_people(piece: pd.DataFrame, name: str, where: str) -> None:
    seen = sorted(set(piece[name].dropna().astype(str)))
    if len(seen) > 1:
        raise EffectError(
            f"participants of one sample differ in '{name}' ({', '.join(seen)}){where}: {_remedies(name)}."
        )


def _remedies(name: str) -> str:
    told = f"filter the rows to one {name}, or give by=['{name}'] for one effect per {name}"
    return told if name in ("unit", "measure") else f"{told}, or over=['{name}'] to average over it knowingly"


def _most_rows(rows: pd.DataFrame) -> int:
    return int(rows.groupby("participant", observed=True).size().max()) if len(rows) else 0


def _participant_means(rows: pd.DataFrame, crossed: list[str], piece: pd.DataFrame) -> pd.Series:
    """Mean by participant: of repetitions first, then with equal weight over the cells of the `crossed` columns.

    A participant has no mean who misses a value, or a whole cell that others have at either level.
    """
    keys = ["participant", *crossed]
    cells = rows.groupby(keys, observed=True)["value"]
    means = cells.mean().astype(float)
    means[cells.count() < cells.size()] = np.nan
    if not crossed:
        return means
    there = piece[crossed].drop_duplicates()
    wanted = pd.MultiIndex.from_frame(there) if len(crossed) > 1 else pd.Index(there[crossed[0]])
    return means.unstack(crossed).reindex(columns=wanted).mean(axis=1, skipna=False)
