"""Many exercises × {none, focus, avoid}: mean and peak EMG per muscle, as in the tables of B. Contreras."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.calatayud import with_focus
from mmc_analysis.loaders.exercises import NOT_STATED, exercise_of, load_order
from mmc_analysis.loaders.finish import finished
from mmc_analysis.loaders.grammar import Reading
from mmc_analysis.loaders.levels import MUSCLE_OF, Levels
from mmc_analysis.loaders.observe import Observed, observe
from mmc_analysis.loaders.protocol import settled
from mmc_analysis.loaders.settings import Settings, with_options
from mmc_analysis.loaders.shapes import Layout
from mmc_analysis.loaders.words import key_of, words

_PAIR = re.compile(r"(?P<muscle>.+?)[\s_.-]+(?P<measure>mean|peak|avg|average|max)", re.IGNORECASE)
_MEASURES = {"mean": "emg_mean", "avg": "emg_mean", "average": "emg_mean", "peak": "emg_peak", "max": "emg_peak"}
_INSTRUCTIONS = {
    "none": "none",
    "focus": "focus",
    "focused": "focus",
    "focussed": "focus",
    "avoid": "avoid",
    "avoided": "avoid",
}


def muscle_pairs(names: list[str]) -> dict[str, Reading]:
    """Read names such as ``Glute_Max_Mean``: whatever stands before mean or peak is the muscle.

    Examples
    --------
    >>> muscle_pairs(["Upper_Pec_Peak"])
    {'Upper_Pec_Peak': (('muscle', 'upper pec'), ('measure', 'emg_peak'))}
    >>> muscle_pairs(["Glute_avoid_Mean"])
    {'Glute_avoid_Mean': (('muscle', 'gluteus maximus'), ('condition', 'avoid'), ('measure', 'emg_mean'))}
    """
    found = {name: _PAIR.fullmatch(name.strip()) for name in names}
    return {name: (*_muscle_and_condition(pair["muscle"]), ("measure", _MEASURES[pair["measure"].lower()]))
            for name, pair in found.items() if pair}  # fmt: skip


def _muscle_and_condition(label: str) -> Reading:
    """Split an instruction off a muscle's name, where the instruction cannot be part of the name."""
    tokens = words(label)
    for word, rest in ((tokens[-1], tokens[:-1]), (tokens[0], tokens[1:])):
        if word in _INSTRUCTIONS and rest:
            return (("muscle", muscle_named(" ".join(rest))), ("condition", _INSTRUCTIONS[word]))
    return (("muscle", muscle_named(label)),)


def muscle_named(label: str) -> str:
    """Name a muscle: as the anatomists do where the label is a common one, else the label in lower case."""
    key = key_of(label)
    return MUSCLE_OF.get(key, key)


LAYOUT = Layout(
    wide={},
    cells={"condition": "instruction", "muscle": "any_muscle", "measure": "emg_measure"},
    required=("participant", "exercise", "muscle"),
    unit="pct_mvic",
    name_reader=muscle_pairs,
)


@dataclass(frozen=True, kw_only=True)
class ContrerasSettings(Settings):
    """Settings of :func:`load_contreras`.

    Attributes
    ----------
    focus : dict
        Condition -> what it asks, such as {"focus": ("internal", "gluteus maximus")}.
    """

    focus: Mapping = None


@with_options(ContrerasSettings)
def load_contreras(source, *, protocol=None, **options) -> pd.DataFrame:
    """Load a table of exercises × instructions with ``<Muscle>_Mean`` and ``<Muscle>_Peak`` columns.

    Parameters
    ----------
    source : path or pandas.DataFrame
        One row per exercise (and participant, and instruction); or long, with a column of values.
    protocol : path, dict or True, optional
        A TOML file with the options as keys, read only when named here; arguments win over it.
    **options
        The fields of :class:`ContrerasSettings` and :class:`~mmc_analysis.loaders.settings.Settings`. A table of one
        person needs ``fixed={"participant": "P01"}``.

    Returns
    -------
    pandas.DataFrame
        Observations: condition (none < focus < avoid, where the table has instructions), focus, exercise without its load,
        load (as written: "225 lb", "bodyweight", "not stated"), load_kg (225 lb = 102.06 kg; empty for body
        weight), muscle, measure emg_mean or emg_peak, unit pct_mvic unless a header or `unit` says another one.

    Raises
    ------
    LoaderError
        Naming file, row and column, and what to write; also where two rows are one exercise once the load is split off.

    Examples
    --------
    >>> table = pd.DataFrame({"Exercise": ["225 lb Bench Press"], "Mid_Pec_Mean": [181.0], "Mid_Pec_Peak": [408.0]})
    >>> rows = load_contreras(table, fixed={"participant": "P01"})
    >>> rows[["exercise", "load_kg", "muscle", "measure", "value", "unit"]]
          exercise  load_kg   muscle   measure  value      unit
    0  Bench Press   102.06  mid pec  emg_mean  181.0  pct_mvic
    1  Bench Press   102.06  mid pec  emg_peak  408.0  pct_mvic
    """
    settings = settled(ContrerasSettings, source, protocol, options)
    observed = observe(source, LAYOUT, settings)
    name = observed.tables[0].name
    rows, loads = _with_exercises(observed)
    muscles = {
        label: LAYOUT.levels("muscle", settings.levels).read(label) or label for label in rows["muscle"].unique()
    }
    rows = with_focus(rows.assign(muscle=rows["muscle"].map(muscles)), settings.focus or {}, name)
    levels = {role: LAYOUT.levels(role, settings.levels) for role in ("condition", "time", "load")}
    return finished(observed, rows, levels | ({"load": loads} if loads else {}), settings)


def _with_exercises(observed: Observed) -> tuple[pd.DataFrame, Levels | None]:
    """Split the load off the exercise's name, unless the table has a column of loads."""
    rows = observed.rows
    if {"load", "load_kg", "load_pct_1rm"} & set(rows):
        return rows, None
    read = {text: exercise_of(text) for text in rows["exercise"].unique()}
    for text, exercise in read.items():
        if exercise is None:
            row = rows[rows["exercise"] == text].iloc[0]
            table = observed.tables[row["_table"]]
            raise LoaderError(f"{table.name}, row {table.rows[row['_row']]}: the load in '{text}' cannot be read without doubt. "
                              "Write it as '225 lb Bench Press', give a column load_kg, or say what it is: levels="
                              f"{{'exercise': {{'{text}': '100 lb …'}}}}.")  # fmt: skip
    spelled: dict[str, str] = {}
    names = {text: spelled.setdefault(key_of(exercise.name), exercise.name) for text, exercise in read.items()}
    rows = rows.assign(exercise=rows["exercise"].map(names), _text=rows["exercise"])
    if all(exercise.load == NOT_STATED for exercise in read.values()):
        return rows.drop(columns="_text"), None
    loads = {exercise.load: exercise.load_kg for exercise in read.values()}
    rows = rows.assign(load=rows["_text"].map({text: exercise.load for text, exercise in read.items()}),
                       load_kg=rows["_text"].map({text: exercise.load_kg for text, exercise in read.items()}).astype(float),
                       load_pct_1rm=np.nan)  # fmt: skip
    return rows.drop(columns="_text"), Levels("load", order=load_order(loads))
