"""Normalisation: each value in percent of its participant's and muscle's reference."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.files import beside
from mmc_analysis.loaders.observe import Observed, observe
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.loaders.shapes import Layout
from mmc_analysis.options import check_option

RAW_UNITS = {"uV": 1.0, "mV": 1e3}
NORMALISED = ("pct_mvic", "pct_max", "pct_mmax")
_KEYS = ("file", "sheet", "unit", "columns", "levels", "header", "rows", "others", "keep", "missing", "decimal", "delimiter",
         "encoding")  # fmt: skip
_REFERENCE_ROLES = ("muscle", "trial", "reference", "limb")
Labeller = Callable[[Mapping], str]
_TRIAL = ("session", "time", "condition", "exercise", "tempo", "load", "trial", "repetition")


def normalised(observed: Observed, settings: Settings, source, layout: Layout) -> pd.DataFrame:
    """Express raw amplitudes in percent of a reference.

    Parameters
    ----------
    observed : Observed
        Rows, and the references that stand in the same table.
    settings : Settings
        With `reference`: None (values stay as they are), "max" (the highest value of all trials of that participant
        and muscle), "mvc" (columns of the table), or a table (path, DataFrame, or dict with file, sheet, unit …);
        and `normalised`, the unit of the result.
    source : path or pandas.DataFrame
        The data; a reference that is another sheet is looked for in the same file.
    layout : Layout
        How the data are read; the reference table is read likewise.

    Returns
    -------
    pandas.DataFrame
        The rows with `value` = 100 · value / reference, `reference_value` and `reference_trial`.

    Raises
    ------
    LoaderError
        If a reference is missing, not positive, in another kind of unit, or in doubt.
    """
    rows, reference, name = observed.rows, settings.reference, observed.tables[0].name
    if reference is None:
        if len(observed.references):
            column = observed.place(observed.references.iloc[0])
            raise LoaderError(f"{name}: the table has columns with a reference (first at {column}). Write reference='mvc' to "
                              "express the values in percent of it, or leave the column out: columns={'…': None}.")  # fmt: skip
        return rows
    not_raw = ~rows["unit"].isin(RAW_UNITS)
    if not_raw.any():
        row = rows[not_raw].iloc[0]
        raise LoaderError(f"{observed.place(row)}: the values are in {row['unit']}, not raw amplitudes ({', '.join(RAW_UNITS)}), "
                          "so they cannot be normalised again. Leave reference= out.")  # fmt: skip
    found, labelled, unit = _references(observed, settings, source, layout)
    unit = check_option("normalised", settings.normalised or unit, NORMALISED, LoaderError)
    keys = [key for key in _keys(rows) if key in found]
    best = _highest(found, keys, labelled, name)
    joined = rows[keys].merge(best, on=keys, how="left", validate="many_to_one")
    amplitudes = (rows["value"] * rows["unit"].map(RAW_UNITS)).to_numpy()
    _check_found(rows, joined, keys, name, found)
    own = joined["amplitude"].to_numpy() / rows["unit"].map(RAW_UNITS).to_numpy()
    with np.errstate(invalid="ignore"):
        values = 100.0 * (amplitudes / joined["amplitude"].to_numpy())
    return rows.assign(value=values, unit=unit, reference_value=own, reference_trial=joined["label"].to_numpy())


def _keys(rows: pd.DataFrame) -> list[str]:
    """What has a reference of its own: electrodes stay on for one participant, muscle, limb and session."""
    return ["participant", "muscle", *(key for key in ("limb", "session", "measure") if key in rows)]


def _references(observed: Observed, settings: Settings, source, layout: Layout) -> tuple[pd.DataFrame, Labeller, str]:
    """Return rows that may serve as reference, how each is called, and the unit of the result."""
    reference, here = settings.reference, observed.references
    if isinstance(reference, str) and reference == "max":
        trials = pd.concat([observed.rows, here], ignore_index=True) if len(here) else observed.rows
        return trials, lambda row: _trial_label(row) or _column_label(observed, row), "pct_max"
    if isinstance(reference, str) and reference == "mvc":
        if not len(here):
            raise LoaderError(f"{observed.tables[0].name}: reference='mvc', but no column holds a reference. Name it, such as "
                              "columns={'MVC pec (µV)': {'reference': 'pectoralis'}}, or give the table: "
                              "reference={'sheet': 'MVC'}.")  # fmt: skip
        return here.drop(columns="measure"), lambda row: _column_label(observed, row), "pct_mvic"
    read = _reference_table(settings, source, layout)
    rows = pd.concat([read.rows, read.references], ignore_index=True).drop(columns="measure")
    return rows, lambda row: _row_label(read, row), "pct_mvic"


def _reference_table(settings: Settings, source, layout: Layout) -> Observed:
    given = settings.reference
    entry = dict(given) if isinstance(given, Mapping) else {}
    for key in entry:
        check_option("key of reference", key, _KEYS, LoaderError)
    table = entry.pop("file", source) if entry else given
    if isinstance(table, str) and not isinstance(given, Mapping) and "." not in table:
        check_option("reference", table, ("max", "mvc"), LoaderError)
    levels = {role: entries for role, entries in settings.levels.items() if role == "muscle"}
    plain = Settings(study=settings.study, levels=levels, ids=settings.ids, missing=settings.missing)
    wide = {role: words for role, words in layout.wide.items() if role in _REFERENCE_ROLES}
    open_labels = dict.fromkeys(("condition", "time", "load"), "label")
    expected = replace(layout, wide=wide, cells={**layout.cells, **open_labels}, required=("participant", "muscle"),
                       unit=settings.unit)  # fmt: skip
    return observe(table if table is source else beside(source, table), expected, replace(plain, **entry))


def _trial_label(row: Mapping) -> str:
    """Name a trial by what sets it apart from the participant's others."""
    said = {role: row[role] for role in _TRIAL if role in row and pd.notna(row[role])}
    return ", ".join(
        f"{role}={value:g}" if isinstance(value, float) else f"{role}={value}" for role, value in said.items()
    )


def _column_label(observed: Observed, row: Mapping) -> str:
    return observed.tables[row["_table"]].headers[row["_column"]]


def _row_label(read: Observed, row: Mapping) -> str:
    table = read.tables[row["_table"]]
    return f"{table.name}, row {table.rows[row['_row']]}"


def _highest(found: pd.DataFrame, keys: list[str], labelled: Labeller, name: str) -> pd.DataFrame:
    """Return keys, amplitude in µV and label of the highest row of each participant and muscle."""
    wrong = sorted(set(found["unit"]) - set(RAW_UNITS))
    if wrong:
        raise LoaderError(
            f"{name}: the reference is in {wrong[0]}, but must be a raw amplitude ({', '.join(RAW_UNITS)})."
        )
    amplitudes = (found["value"] * found["unit"].map(RAW_UNITS)).rename("amplitude")
    measured = found[amplitudes.notna()].assign(amplitude=amplitudes)
    best = measured.loc[measured.groupby(keys, sort=False)["amplitude"].idxmax()]
    wrong = best[~(best["amplitude"] > 0)]
    if len(wrong):
        row = wrong.iloc[0]
        raise LoaderError(f"{name}: the reference of participant '{row['participant']}', {row['muscle']}, is {row['amplitude']:g}. "
                          "It must be above zero.")  # fmt: skip
    return best[[*keys, "amplitude"]].assign(label=[labelled(row) for row in best.to_dict("records")])


def _check_found(rows: pd.DataFrame, joined: pd.DataFrame, keys: list[str], name: str, found: pd.DataFrame) -> None:
    absent = (joined["amplitude"].isna().to_numpy()) & rows["value"].notna().to_numpy()
    if absent.any():
        pairs = rows.loc[absent, ["participant", "muscle"]].drop_duplicates()
        listed = ", ".join(f"{person}/{muscle}" for person, muscle in pairs.head(5).itertuples(index=False))
        has = ", ".join(found["participant"].drop_duplicates().head(4))
        raise LoaderError(f"{name}: no reference for {len(pairs)} of participant/muscle: {listed}. The reference has participants "
                          f"{has} … and muscles {', '.join(found['muscle'].drop_duplicates())}. If identifiers are only spelled "
                          "differently, write ids='number'; otherwise add the reference or leave these rows out.")  # fmt: skip
