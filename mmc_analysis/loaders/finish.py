"""The last step of every loader: repeated keys, ordered categories, the glossary's columns, the check."""

from collections.abc import Mapping

import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.levels import Levels, in_order, load_numbers
from mmc_analysis.loaders.observe import COUNTS, SHOWN, Observed
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.schema import OBSERVATIONS, check

_ORDERED = ("condition", "time", "load")


def finished(observed: Observed, rows: pd.DataFrame, levels: Mapping[str, Levels], settings: Settings) -> pd.DataFrame:
    """Make observations of rows.

    Parameters
    ----------
    observed : Observed
        For the places of rows in messages.
    rows : pandas.DataFrame
        One row per value, with the roles as columns.
    levels : dict
        Role -> its levels, for the ordered ones.
    settings : Settings

    Returns
    -------
    pandas.DataFrame
        Observations, checked; in the order of the file.

    Raises
    ------
    LoaderError
        If rows share a key, or an order is in doubt.
    """
    name = observed.tables[0].name
    rows = _numbered_repeats(observed, _with_load_numbers(rows), settings)
    rows = rows.assign(evidence=settings.evidence)
    for role in _ORDERED:
        if role in rows:
            order = in_order(rows[role], levels.get(role, Levels(role)), name)
            rows[role] = pd.Categorical(rows[role], categories=order, ordered=True)
    for role in COUNTS:
        if role in rows and rows[role].notna().all() and (rows[role] % 1 == 0).all():
            rows[role] = rows[role].astype(int)
    kept = [column for column in OBSERVATIONS.columns if column in rows and not _is_empty(rows[column], column)]
    return check(rows[kept].reset_index(drop=True), "observations", where=name)


def _is_empty(cells: pd.Series, column: str) -> bool:
    return column != "value" and bool(cells.isna().all())


def _with_load_numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """Fill the load's category and its numbers from each other."""
    if "load" not in rows:
        for column, unit in (("load_pct_1rm", ""), ("load_kg", " kg")):
            if column in rows:
                labels = {number: f"{number:g}{unit}" for number in rows[column].dropna().unique()}
                return rows.assign(load=rows[column].map(labels)) if rows[column].notna().all() else rows
        return rows
    numbers = {level: load_numbers(level) for level in rows["load"].unique()}
    found = {"load_pct_1rm": 0, "load_kg": 1}
    filled = {column: rows["load"].map({level: pair[i] for level, pair in numbers.items()}).astype(float)
              for column, i in found.items() if column not in rows}  # fmt: skip
    return rows.assign(**filled)


def _numbered_repeats(observed: Observed, rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    key = [column for column in OBSERVATIONS.key if column in rows]
    keys = rows[key]
    twice = keys.duplicated(keep=False).to_numpy()
    if not twice.any():
        return rows
    free = next((role for role in ("trial", "repetition") if role not in rows), None)
    groups = keys.groupby(key, observed=True, sort=False, dropna=False)
    if settings.repeats == "number" and free:
        return rows.assign(**{free: groups.cumcount().to_numpy() + 1})
    first = rows[twice].iloc[0]
    numbers = groups.ngroup()
    same = rows[(numbers == numbers.loc[first.name]).to_numpy()]
    places = "; ".join(observed.place(row) for _, row in same.head(SHOWN).iterrows())
    named = ", ".join(
        f"{column}={first[column]}" for column in key if pd.notna(first[column]) and column not in ("study", "unit")
    )
    remedy = (f"If they are repeated trials, write repeats='number' ({free} 1, 2, … in the order of the file)" if free
              else "Trials and repetitions are already numbered, so one row is too many")  # fmt: skip
    raise LoaderError(f"{observed.tables[0].name}: {int(twice.sum())} values share a key with another one, first {named} at "
                      f"{places}. {remedy}; otherwise name the column that tells them apart, or keep one kind of row with "
                      "keep={'column': ['label']}.")  # fmt: skip
