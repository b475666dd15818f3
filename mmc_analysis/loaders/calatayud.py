"""Condition × load × muscle: EMG under instructions of attention, as in Calatayud et al. 2016."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.finish import finished
from mmc_analysis.loaders.focus import focus_of, muscle_roles
from mmc_analysis.loaders.observe import observe
from mmc_analysis.loaders.protocol import settled
from mmc_analysis.loaders.reference import normalised
from mmc_analysis.loaders.settings import Settings, with_options
from mmc_analysis.loaders.shapes import Layout

LAYOUT = Layout(
    wide={"muscle": "muscle", "load": "load", "condition": "condition", "trial": "trial",
          "repetition": "repetition", "measure": "emg_measure", "reference": "reference", "time": "time", "limb": "limb"},
    cells={"measure": "emg_measure"},
    required=("participant", "muscle", "condition"),
    measure="emg_peak",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CalatayudSettings(Settings):
    """Settings of :func:`load_calatayud`.

    Attributes
    ----------
    reference : None, "mvc", "max", path, DataFrame or dict
        What stands for 100 %.
    normalised : {"pct_mvic", "pct_max", "pct_mmax"}, optional
        Unit of the result.
    focus : dict
        Condition -> what it asks: "external", or ("internal", "biceps brachii").
    """

    reference: Any = None
    normalised: str | None = None
    focus: Mapping = None


@with_options(CalatayudSettings)
def load_calatayud(source, *, protocol=None, **options) -> pd.DataFrame:
    """Load a table of condition × load × muscle.

    Parameters
    ----------
    source : path or pandas.DataFrame
        CSV, TSV, TXT or XLSX; wide (columns such as ``pec_20_regular``, tokens in any order), long (one column
        of values), or anything between, such as one sheet per muscle.
    protocol : path, dict or True, optional
        A TOML file with the options below as keys; True stands for the one beside the data with its name. It is
        read only when named here. Arguments win over it.
    **options
        The fields of :class:`CalatayudSettings` and :class:`~mmc_analysis.loaders.settings.Settings`: study, sheet,
        columns, levels, reference, normalised, focus, fixed, keep, unit, measure …

    Returns
    -------
    pandas.DataFrame
        Observations: condition (ordered, reference first), focus, focus_target, muscle, muscle_role, load (ordered; bare
        numbers are percent of the one-repetition maximum), load_pct_1rm, measure (emg_peak unless stated), value,
        unit. Empty cells stay as rows with an empty value. With a reference: value = 100 · raw / reference, and
        reference_value (in the raw unit) and reference_trial say what stands for 100 %. ``reference="max"`` takes
        the highest value of that participant and muscle over all trials, loads, conditions and references ("maximum
        maximorum", [1]_); exactly one cell of each is then 100.

    Raises
    ------
    LoaderError
        Naming file, row and column, and what to write.

    References
    ----------
    .. [1] Calatayud et al. 2016, Eur J Appl Physiol 116:527-533, doi:10.1007/s00421-015-3305-7.

    Examples
    --------
    >>> table = pd.DataFrame({"id": ["S01", "S02"], "pec_20_regular (µV)": [100, 80], "pec_20_pec (µV)": [125, 100]})
    >>> rows = load_calatayud(table, reference="max")
    >>> rows[["participant", "condition", "load", "muscle", "value", "unit"]]
      participant   condition load            muscle  value     unit
    0         S01     regular   20  pectoralis major   80.0  pct_max
    1         S01  pectoralis   20  pectoralis major  100.0  pct_max
    2         S02     regular   20  pectoralis major   80.0  pct_max
    3         S02  pectoralis   20  pectoralis major  100.0  pct_max
    """
    settings = settled(CalatayudSettings, source, protocol, options)
    observed = observe(source, LAYOUT, settings)
    name = observed.tables[0].name
    _check_loads(observed.rows, name)
    rows = normalised(observed, settings, source, LAYOUT)
    levels = {role: LAYOUT.levels(role, settings.levels) for role in ("condition", "load", "time")}
    return finished(observed, with_focus(rows, settings.focus or {}, name), levels, settings)


def with_focus(rows: pd.DataFrame, said: Mapping, name: str) -> pd.DataFrame:
    """Add what each condition asks of attention; the target and the muscle's role only where known for all rows."""
    if "condition" not in rows:
        return rows
    asked = focus_of(rows["condition"].unique(), said, name)
    rows = rows.assign(focus=rows["condition"].map({condition: focus for condition, (focus, _) in asked.items()}))
    if any(target is None for _, target in asked.values()):
        return rows
    targets = rows["condition"].map({condition: target for condition, (_, target) in asked.items()})
    roles = muscle_roles(rows["muscle"].to_numpy(object), targets.to_numpy(object))
    return rows.assign(focus_target=targets, muscle_role=roles)


def _check_loads(rows: pd.DataFrame, name: str) -> None:
    if "load_pct_1rm" in rows or "load" in rows:
        percent = pd.to_numeric(rows["load"] if "load" in rows else rows["load_pct_1rm"], errors="coerce")
        if (percent <= 1).all():
            raise LoaderError(f"{name}: loads up to {percent.max():g} may be fractions. Write them in percent (20, not 0.2), or say "
                              "what they are: levels={'load': {'0.2': '20'}}.")  # fmt: skip
        if (percent > 120).any():
            raise LoaderError(f"{name}: load '{percent.max():g}' is read as percent of the one-repetition maximum, which it cannot "
                              "be. If it is in kilograms, say so: columns={'load': 'load_kg'}.")  # fmt: skip
