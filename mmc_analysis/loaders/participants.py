"""People: one row each, from a table of their own or beside the measurements; and joined to observations."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.identifiers import by_group, read_ids
from mmc_analysis.loaders.levels import levels_of, read_levels
from mmc_analysis.loaders.observe import numbers_in, study_of
from mmc_analysis.loaders.protocol import settled
from mmc_analysis.loaders.settings import Settings, with_options
from mmc_analysis.loaders.shapes import add_role, known_role, role_by_name, split_header
from mmc_analysis.loaders.tables import Table, shortened, tables_of
from mmc_analysis.loaders.units import LB_KG
from mmc_analysis.loaders.vocabulary import PERSON_ROLES
from mmc_analysis.loaders.words import key_of
from mmc_analysis.schema import PARTICIPANTS, PERSON, check

_FACTORS: dict[str, dict[str, float]] = {
    "age_years": {"years": 1, "year": 1, "yrs": 1, "yr": 1, "y": 1, "months": 1 / 12},
    "training_years": {"years": 1, "year": 1, "yrs": 1, "yr": 1, "y": 1, "months": 1 / 12},
    "height_cm": {"cm": 1, "m": 100, "mm": 0.1, "in": 2.54, "inches": 2.54},
    "body_mass_kg": {"kg": 1, "lb": LB_KG, "lbs": LB_KG, "g": 0.001},
    "one_rm_kg": {"kg": 1, "lb": LB_KG, "lbs": LB_KG},
}
_POSSIBLE = {
    "age_years": (0, 120),
    "training_years": (0, 100),
    "height_cm": (40, 280),
    "body_mass_kg": (2, 650),
    "one_rm_kg": (0, 600),
}
_IN_BRACKETS = re.compile(r"(?P<name>.+?)\s*[(\[](?P<unit>[^()\[\]]+)[)\]]\s*")
_PLAIN_UNIT = {"age_years": "years", "training_years": "years"}
_WEAKEST_FIRST = ("synthetic", "derived", "published", "measured")


@with_options(Settings)
def load_participants(source, *, protocol=None, **options) -> pd.DataFrame:
    """Load who took part: one row per participant.

    Parameters
    ----------
    source : path or pandas.DataFrame
        One row per person, or a table of measurements in which what concerns people is the same in all their rows.
    protocol : path, dict or True, optional
        A TOML file with the options as keys, read only when named here; arguments win over it.
    **options
        The fields of :class:`~mmc_analysis.loaders.settings.Settings`. ``others="drop"`` leaves out columns that are not about
        people; without it a column that is not understood is refused.

    Returns
    -------
    pandas.DataFrame
        study, participant, group, sex, age_years, height_cm, body_mass_kg, training_years, one_rm_kg (those that the table
        has) and evidence. Pounds become kilograms, metres and inches centimetres.

    Raises
    ------
    LoaderError
        Naming file, row and column; also where one person has two values.

    Examples
    --------
    >>> load_participants(pd.DataFrame({"ID": ["S01"], "Age": [24], "Body mass (lb)": [180]}))
       study participant  evidence  age_years  body_mass_kg
    0  study         S01  measured       24.0     81.646627
    """
    settings = settled(Settings, source, protocol, options)
    opened = tables_of(source, settings)
    if len(opened) > 1:
        raise LoaderError(f"{opened[0][0].name}: give one sheet of participants, such as sheet='participants'.")
    table = opened[0][0]
    roles = _roles(table, settings)
    rows = pd.DataFrame(
        {role: _cells(table, role, position, unit, settings) for role, (position, unit) in roles.items()}
    )
    rows = _filled(rows, source, table, settings)
    return check(_one_row_each(rows, table), "participants", where=table.name)


def _roles(table: Table, settings: Settings) -> dict[str, tuple[int, str | None]]:
    said = {table.find(header, "columns", settings.columns): meaning for header, meaning in settings.columns.items()}
    roles, units, unknown = {}, {}, []
    for i, header in enumerate(table.headers):
        name, unit = _split(header)
        if isinstance(said.get(i), Mapping):
            raise LoaderError(f"{table.name}, {table.column(i)}: columns describes values; for participants write a role, such as "
                              f"'{next(iter(PERSON_ROLES))}', or None.")  # fmt: skip
        role = said[i] if i in said else role_by_name(name, unit, tuple(PERSON_ROLES))
        if role is None and i not in said and header:
            unknown.append(header)
        elif role is not None and known_role(role, table, i) in PARTICIPANTS.columns:
            add_role(roles, role, i, table)
            units[role] = unit or _stated_in(role, name, i in said)
    if unknown and settings.others != "drop":
        free = next((role for role in ("participant", *PERSON_ROLES) if role not in roles), None)
        raise LoaderError(f"{table.name}: {len(unknown)} column{'s' * (len(unknown) > 1)} not understood: {shortened(unknown)}. Say what each is, such as "
                          f"columns={{'{unknown[0]}': {free!r}}} (None leaves it out), or write others='drop'. Roles: participant, group, "
                          f"{', '.join(PERSON_ROLES)}.")  # fmt: skip
    if "participant" not in roles and "participant" not in settings.fixed:
        raise LoaderError(f"{table.name}: nothing says the participant. Name its column: columns={{'{table.headers[0]}': "
                          "'participant'}.")  # fmt: skip
    return {role: (position, units[role]) for role, position in roles.items()}


def _split(header: str) -> tuple[str, str | None]:
    """Split a header into name and unit, also where the unit is one that is not known."""
    name, unit = split_header(header)
    found = _IN_BRACKETS.fullmatch(name) if unit is None else None
    if found and role_by_name(found["name"], None, tuple(PERSON_ROLES)) in _FACTORS:
        return found["name"], found["unit"]
    return name, unit


def _stated_in(role: str, name: str, said: bool) -> str | None:
    plain = _PLAIN_UNIT.get(role) or (role.rpartition("_")[2] if said or key_of(name) == key_of(role) else None)
    return plain if role in _FACTORS else None


def _cells(table: Table, role: str, position: int, unit: str | None, settings: Settings) -> np.ndarray:
    cells = table.cells[:, position]
    if role == "participant":
        return read_ids(cells, table, position, settings.ids)
    if PERSON.get(role) is None or PERSON[role].kind != "number":
        return read_levels(cells, levels_of(role, settings.levels), table, position, missing_ok=role in PERSON)
    factor = _FACTORS[role].get(key_of(unit)) if unit else None
    if factor is None:
        found = f"unit '{unit}' is not known" if unit else "no unit is stated"
        raise LoaderError(f"{table.name}, {table.column(position)}: {found}. Write it in the header, such as "
                          f"'{table.headers[position]} ({next(iter(_FACTORS[role]))})', or say columns={{'{table.headers[position]}': "
                          f"'{role}'}} if it is that. Known: {', '.join(_FACTORS[role])}.")  # fmt: skip
    values = numbers_in(table, position, settings)[0] * factor
    _check_possible(values, role, table, position, unit)
    return values


def _check_possible(values: np.ndarray, role: str, table: Table, position: int, unit: str) -> None:
    low, high = _POSSIBLE[role]
    wrong = np.flatnonzero((values < low) | (values > high))
    if len(wrong):
        cell = table.cells[wrong[0], position]
        raise LoaderError(f"{table.name}, {table.place(wrong[0], position)}: {str(cell)!r} in {unit} is {values[wrong[0]]:g} as {role}, which no "
                          f"person has ({low} to {high} is allowed; {len(wrong)} such values). Correct the cell or the unit in the header, such "
                          f"as '({next(iter(_FACTORS[role]))})'; if it marks a missing value, write missing=[{str(cell)!r}].")  # fmt: skip


def _filled(rows: pd.DataFrame, source, table: Table, settings: Settings) -> pd.DataFrame:
    for role, level in settings.fixed.items():
        if role in PARTICIPANTS.columns and role not in rows:
            rows[role] = level if role in PERSON else str(level)
    if "study" not in rows:
        rows["study"] = settings.study or study_of(source)
    if settings.ids == "by group" and "group" in rows:
        rows["participant"] = by_group(rows["participant"].to_numpy(), rows["group"].to_numpy())
    rows["evidence"] = settings.evidence
    return rows[[name for name in PARTICIPANTS.columns if name in rows]].set_index(np.asarray(table.rows))


def _one_row_each(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    single = rows.drop_duplicates()
    twice = single[single.duplicated(["study", "participant"], keep=False)]
    if len(twice):
        person = twice["participant"].iloc[0]
        mine = twice[twice["participant"] == person]
        column = next(name for name in mine.columns if len(mine[name].drop_duplicates()) > 1)
        values = ", ".join(f"{value} (row {row})" for row, value in mine[column].head(4).items())
        raise LoaderError(f"{table.name}: participant '{person}' has several values of {column}: {values}. Keep one kind of row, "
                          "such as keep={'time': 'pre'}, or leave the column out.")  # fmt: skip
    return single.reset_index(drop=True)


def with_participants(observations: pd.DataFrame, participants: pd.DataFrame) -> pd.DataFrame:
    """Join what is known of each participant to the observations, for models with covariates.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations.
    participants : pandas.DataFrame
        Participants; people without observations are left out.

    Returns
    -------
    pandas.DataFrame
        The observations in their order, with the columns of the participants; `evidence` is the weaker of the two.

    Raises
    ------
    LoaderError
        If a participant of the observations is not among the people, or a column differs between the two tables.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": "s", "participant": ["P1", "P1"], "trial": [1, 2], "measure": "torque", "unit": "N_m",
    ...                      "value": [50.0, 60.0], "evidence": "measured"})
    >>> people = pd.DataFrame({"study": ["s"], "participant": ["P1"], "age_years": [24], "evidence": ["measured"]})
    >>> with_participants(rows, people)["age_years"].tolist()
    [24, 24]
    """
    check(observations, "observations", extra=tuple(PERSON))
    check(participants, "participants")
    key = ["study", "participant"]
    people = participants.set_index(key)
    index = pd.MultiIndex.from_frame(observations[key].astype(object))
    at = people.index.get_indexer(index)
    if (at < 0).any():
        absent = list(dict.fromkeys(f"{study}:{person}" for study, person in index[at < 0]))
        known = [f"{study}:{person}" for study, person in people.index[:5]]
        raise LoaderError(f"{len(absent)} participants have observations but no row among the participants: "
                          f"{', '.join(absent[:5])}. The participants are {', '.join(known)} … Load both with the same study= and "
                          "ids=, or add the missing people.")  # fmt: skip
    joined = observations.copy()
    for name in people.columns.drop("evidence"):
        found = people[name].iloc[at].set_axis(observations.index)
        if name in observations:
            different = (observations[name].astype(object) != found.astype(object)) & ~(
                observations[name].isna() & found.isna()
            )
            if different.any():
                row = different.idxmax()
                raise LoaderError(f"participant '{observations.loc[row, 'participant']}': {name} is '{observations.loc[row, name]}' in the "
                                  f"observations and '{found.loc[row]}' among the participants. Correct one of them.")  # fmt: skip
            continue
        joined[name] = found
    return joined.assign(evidence=_weaker(observations["evidence"], people["evidence"].iloc[at]))


def _weaker(one: pd.Series, other: pd.Series) -> np.ndarray:
    rank = {level: i for i, level in enumerate(_WEAKEST_FIRST)}
    lower = np.minimum(one.astype(str).map(rank).to_numpy(), other.astype(str).map(rank).to_numpy())
    return np.array(_WEAKEST_FIRST, dtype=object)[lower]
