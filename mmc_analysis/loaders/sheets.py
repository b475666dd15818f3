"""What holds for a whole table: the levels that the caller fixed, and what the name of its sheet says."""

from collections.abc import Mapping, Sequence

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.grammar import Reading, read_names, readings
from mmc_analysis.loaders.levels import Levels
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.loaders.shapes import Layout
from mmc_analysis.loaders.tables import Table
from mmc_analysis.loaders.vocabulary import COLUMN_ROLES, PERSON_ROLES
from mmc_analysis.loaders.words import written
from mmc_analysis.options import nearest

Stated = dict[str, str]


def stated_levels(opened: Sequence[tuple[Table, object]], layout: Layout, settings: Settings) -> list[Stated]:
    """Return for each table the levels that hold for all of it.

    Parameters
    ----------
    opened : sequence of (Table, object)
        The second is None, what a sheet stands for as a name to be read, or as a dict of role -> level.
    layout : Layout
    settings : Settings

    Returns
    -------
    list of dict
        Role -> level, one dict per table.

    Raises
    ------
    LoaderError
        If a sheet's name does not say what it holds, or a role does not exist.
    """
    _check_roles(opened[0][0].name, settings)
    wide = {role: layout.levels(role, settings.levels) for role in layout.wide if role != "reference"}
    names = [meaning for _, meaning in opened if isinstance(meaning, str)]
    read = _sheet_names(names, wide, settings.pattern, opened[0][0].name)
    return [_stated(table, meaning, read, layout, settings) for table, meaning in opened]


def _check_roles(name: str, settings: Settings) -> None:
    for role in settings.levels:
        if role not in COLUMN_ROLES and role not in PERSON_ROLES:
            raise LoaderError(f"{name}: levels names '{role}', which is no role.{nearest(str(role), COLUMN_ROLES)} Roles: "
                              f"{', '.join(COLUMN_ROLES)}.")  # fmt: skip
        if role in ("participant", "study"):
            raise LoaderError(f"{name}: levels cannot rename a {role}. Write ids='number' if identifiers are only spelled "
                              "differently, or correct the file.")  # fmt: skip


def _sheet_names(names: list[str], wide: Mapping[str, Levels], pattern: str | None, where: str) -> dict[str, Reading]:
    """Read the names of sheets together; where all could be muscles or conditions alike, they are muscles."""
    muscles = {name: [way for way in readings(name, wide) if dict(way).keys() == {"muscle"}] for name in names}
    if names and all(muscles.values()):
        return {name: ways[0] for name, ways in muscles.items()}
    return read_names(names, wide, pattern, where)


def _stated(table: Table, meaning, read: Mapping[str, Reading], layout: Layout, settings: Settings) -> Stated:
    sheet = (
        dict(meaning)
        if isinstance(meaning, Mapping)
        else dict(read.get(meaning, ()))
        if isinstance(meaning, str)
        else {}
    )
    if isinstance(meaning, str) and not sheet:
        raise LoaderError(f"{table.name}: the sheet's name '{meaning}' does not say what it holds. Write it: "
                          f"sheet={{'{meaning}': {{'muscle': '…'}}}}, and leave out the sheets that hold no values.")  # fmt: skip
    stated = {}
    for role, level in {**settings.fixed, **sheet}.items():
        if role not in COLUMN_ROLES:
            raise LoaderError(f"{table.name}: '{role}' is no role.{nearest(str(role), COLUMN_ROLES)} Roles: "
                              f"{', '.join(COLUMN_ROLES)}.")  # fmt: skip
        stated[role] = layout.levels(role, settings.levels).read(level) or written(level)
    return stated
