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
CONFOUNDERS = ("measure", "unit", "muscle", "exercise", "load", "phase", "tempo")


@dataclass(frozen=True)
class Cells:
    """Two levels of a factor, one mean per participant.

    Attributes
    ----------
    labels : pandas.DataFrame
        One row per sample (a study and a combination of the `by` columns).
    values_1, values_2 : list of pandas.Series
        Per sample, the means by participant at the first and the second level; NaN where a value was missing.
    unit : str or None
    evidence : list of str
    note : str
        What was averaged, in words; empty if nothing was.
    """

    labels: pd.DataFrame
    values_1: list[pd.Series]
    values_2: list[pd.Series]
    unit: str | None
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
    by, over = _names(by), _names(over)
    _check_columns(observations, ["participant", "value", factor, *by, *over])
    _check_levels(observations, factor, levels)
    chosen = observations[observations[factor].isin(list(levels))]
    groups = [*[name for name in ("study",) if name in chosen and name not in by], *by]
    unit = _single_unit(chosen, by)
    labels, firsts, seconds, evidence, most = [], [], [], [], 1
    pieces = chosen.groupby(groups, observed=True, sort=True) if groups else [((), chosen)]
    for key, piece in pieces:
        label = dict(zip(groups, key, strict=True))
        _refuse_mixture(piece, factor, groups, over, label)
        means = [_participant_means(piece[piece[factor] == level]) for level in levels]
        most = max(most, *(int(sizes.max()) for _, sizes in means if len(sizes)))
        labels.append(label | _constants(piece, {factor, *groups}))
        firsts.append(means[0][0])
        seconds.append(means[1][0])
        evidence.append(combined_evidence(piece, computed=False))
    frame = pd.DataFrame(labels).assign(contrast=f"{levels[0]} - {levels[1]}")
    averaged = ", ".join(dict.fromkeys([*_repeats(chosen), *over])) or "repeated rows"
    note = f"up to {most} values per participant and level averaged first (over {averaged})" if most > 1 else ""
    return Cells(frame, firsts, seconds, unit, evidence, note)


def _constants(piece: pd.DataFrame, named: set[str]) -> dict:
    """What all rows of a sample share and a reader of its effect must know."""
    told = [name for name in TOLD if name in piece and name not in named and piece[name].nunique() == 1]
    return {name: piece[name].dropna().iloc[0] for name in told}


def _names(names: Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _check_columns(observations: pd.DataFrame, wanted: list[str]) -> None:
    for name in wanted:
        if name not in observations.columns:
            raise EffectError(
                f"the observations have no column '{name}'.{nearest(name, observations.columns)} "
                f"Columns: {', '.join(map(str, observations.columns))}."
            )


def _check_levels(observations: pd.DataFrame, factor: str, levels: Sequence[str]) -> None:
    if len(levels) != 2 or any(level is None for level in levels) or levels[0] == levels[1]:
        raise EffectError(f"two different levels of '{factor}' are needed, but got {list(levels)!r}. Name both.")
    found = list(observations[factor].dropna().unique())
    for level in levels:
        if level not in found:
            listed = ", ".join(map(str, found))
            raise EffectError(
                f"'{factor}' has no level {level!r}.{nearest(str(level), map(str, found))} Levels: {listed}."
            )


def _single_unit(chosen: pd.DataFrame, by: list[str]) -> str | None:
    if "unit" not in chosen or "unit" in by:
        return None
    units = list(chosen["unit"].dropna().unique())
    return str(units[0]) if len(units) == 1 else None


def _repeats(frame: pd.DataFrame) -> list[str]:
    return [name for name in REPEATED if name in frame and frame[name].nunique() > 1]


def _refuse_mixture(piece: pd.DataFrame, factor: str, groups: list[str], over: list[str], label: dict) -> None:
    """Refuse to average, or to compare, rows that differ in a design column nobody named."""
    where = f" (sample {', '.join(f'{k}={v}' for k, v in label.items())})" if label else ""
    named = {factor, "participant", *groups, *over, *REPEATED}
    candidates = [name for name in (*DESIGN, "measure", "unit") if name in piece and name not in named]
    cells = piece.groupby(["participant", factor], observed=True)
    for name in candidates:
        if (cells[name].nunique() > 1).any():
            seen = ", ".join(map(str, list(piece[name].dropna().unique())[:6]))
            raise EffectError(
                f"the rows of a participant at one level of '{factor}' differ in '{name}' ({seen}){where}. "
                f"Averaging them would answer another question: filter the rows, or give by=['{name}'] for one effect "
                f"per level, or over=['{name}'] to average over it knowingly."
            )
    for name in [name for name in candidates if name in CONFOUNDERS]:
        seen = [set(rows[name].dropna()) for _, rows in piece.groupby(factor, observed=True)]
        if len(seen) == 2 and seen[0] != seen[1]:
            listed = " against ".join(", ".join(sorted(map(str, level))) for level in seen)
            raise EffectError(
                f"the two levels of '{factor}' also differ in '{name}' ({listed}){where}, so the difference would mix "
                f"both. Filter the rows to one '{name}', or give by=['{name}']."
            )


def _participant_means(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Mean and number of rows by participant; a participant with a missing value has a missing mean."""
    cells = rows.groupby("participant", observed=True)["value"]
    means = cells.mean().astype(float)
    means[cells.count() < cells.size()] = np.nan
    return means, cells.size()
