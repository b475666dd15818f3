"""From wide or long to one shape: which columns say what a value is, and which columns hold values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.grammar import Reading, read_names, readings
from mmc_analysis.loaders.levels import Levels, levels_of
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.loaders.tables import Table, letters, shortened
from mmc_analysis.loaders.units import split_unit
from mmc_analysis.loaders.vocabulary import COLUMN_ROLES, PERSON_ROLES, PERSON_UNITS
from mmc_analysis.loaders.words import key_of, same_key
from mmc_analysis.options import nearest

_ROLE_OF = {key_of(alias): role for role, aliases in COLUMN_ROLES.items() for alias in (role, *aliases)}
_PERSON_OF = {key_of(alias): role for role, aliases in PERSON_ROLES.items() for alias in (role, *aliases)}
VALUE = "value"


@dataclass(frozen=True)
class Layout:
    """What a loader expects of its tables.

    Attributes
    ----------
    wide : dict
        Role -> vocabulary, for the tokens in the names of wide columns.
    cells : dict
        Role -> vocabulary, for cells whose vocabulary is not the one of their name.
    required : tuple of str
        Roles without which a value has no meaning.
    measure, unit : str, optional
        The measure and the unit where nothing says another one.
    persons : tuple of str
        Columns about people, left for ``load_participants``.
    name_reader : callable, optional
        Reads the names of wide columns in a way of its own.
    """

    wide: Mapping[str, str]
    cells: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ("participant",)
    measure: str | None = None
    unit: str | None = None
    persons: tuple[str, ...] = tuple(PERSON_ROLES)
    name_reader: Callable[[list[str]], dict[str, Reading]] | None = None

    def levels(self, role: str, said: Mapping) -> Levels:
        """Return how this loader reads the labels of a role, in names and in cells."""
        return levels_of(role, said, self.wide.get(role) or self.cells.get(role))


@dataclass(frozen=True)
class ValueColumn:
    """A column that holds values.

    Attributes
    ----------
    position : int
    design : dict
        Role -> level, from the column's name or from the caller.
    unit : str or None
        As the header or the caller states it.
    """

    position: int
    design: Mapping[str, str]
    unit: str | None


@dataclass(frozen=True)
class Plan:
    """What each column of a table is.

    Attributes
    ----------
    roles : dict
        Role -> position of its column.
    units : dict
        Role -> unit stated in its header.
    values : tuple of ValueColumn
    """

    roles: dict[str, int]
    units: dict[str, str | None]
    values: tuple[ValueColumn, ...]


def planned(table: Table, layout: Layout, settings: Settings, stated: Iterable[str] = ()) -> Plan:
    """Say what each column of a table is, or ask; `stated` are the roles that hold for the whole table.

    Raises
    ------
    LoaderError
        If a column is not understood, stands twice, or contradicts another one; or if none holds values.
    """
    said = {table.find(header, "columns", settings.columns): meaning for header, meaning in settings.columns.items()}
    roles, units, values, names = {}, {}, [], {}
    for i, header in enumerate(table.headers):
        name, unit = split_header(header)
        meaning = said[i] if i in said else role_by_name(name, unit, layout.persons)
        if (i in said and meaning is None) or not header:
            continue
        if isinstance(meaning, Mapping):
            values.append(_described(table, i, meaning, unit, layout, settings))
        elif meaning == VALUE:
            values.append(ValueColumn(i, {}, unit))
        elif meaning is not None:
            add_role(roles, known_role(meaning, table, i), i, table)
            units[meaning] = unit
        else:
            names[i] = (name, unit)
    if values and settings.others == "drop":
        names = {}
    values += _named_values(table, names, layout, settings, {*roles, *stated})
    plan = Plan(roles, units, tuple(sorted(values, key=lambda value: value.position)))
    _check_plan(table, plan)
    return plan


def split_header(header: str) -> tuple[str, str | None]:
    """Split a header into its name and the unit that it states, of a value or of what is known of people.

    Examples
    --------
    >>> split_header("training experience (years)"), split_header("pre (N·m)")
    (('training experience', 'years'), ('pre', 'N·m'))
    """
    name, unit = split_unit(header)
    if unit is None and header.endswith((")", "]")):
        head, _, tail = header.rstrip(")]").replace("[", "(").rpartition("(")
        if key_of(tail) in PERSON_UNITS:
            return head.strip(), tail.strip()
    return name, unit


def role_by_name(name: str, unit: str | None, persons: tuple[str, ...]) -> str | None:
    """Return the role that a column's name says, if it is a common one."""
    key = key_of(name)
    role = _ROLE_OF.get(key)
    if role == "load" and unit is not None:
        return "load_kg" if key_of(unit) in ("kg", "lb", "lbs") else "load_pct_1rm"
    if role is None and _PERSON_OF.get(key) in persons:
        return _PERSON_OF[key]
    return VALUE if key == VALUE else role


def known_role(role, table: Table, column: int) -> str:
    """Return a role that the caller wrote, if there is such a one."""
    allowed = [*COLUMN_ROLES, *PERSON_ROLES, VALUE]
    if role not in allowed:
        raise LoaderError(f"{table.name}, {table.column(column)}: columns says '{role}', which is no role."
                          f"{nearest(str(role), allowed)} Roles: {', '.join(allowed)}; a dict such as "
                          "{'muscle': 'soleus', 'unit': 'mV'} for a column of values; None to leave it out.")  # fmt: skip
    return role


def add_role(roles: dict[str, int], role: str, column: int, table: Table) -> None:
    """Note which column has a role; two may not have the same."""
    if role in roles:
        pairs = zip(table.cells[:, roles[role]], table.cells[:, column], strict=True)
        differ = next((row for row, pair in enumerate(pairs) if not same_key(*pair)), None)
        if role == "participant" and differ is not None:
            raise LoaderError(f"{table.name}: {table.column(roles[role])} and {table.column(column)} both say who it is, and differ in row "
                              f"{table.rows[differ]}. If two tables stand side by side, give each a sheet of its own.")  # fmt: skip
        raise LoaderError(f"{table.name}: {table.column(roles[role])} and {table.column(column)} both say '{role}'. Leave one "
                          f"out: columns={{'column {letters(column)}': None}}, or rename it.")  # fmt: skip
    roles[role] = column


def _described(
    table: Table, column: int, meaning: Mapping, unit: str | None, layout: Layout, settings: Settings
) -> ValueColumn:
    allowed = [*COLUMN_ROLES, "reference"]
    design = {}
    for role, level in meaning.items():
        if role not in allowed:
            raise LoaderError(f"{table.name}, {table.column(column)}: columns describes it by '{role}', which is no role."
                              f"{nearest(str(role), allowed)} Roles: {', '.join(allowed)}.")  # fmt: skip
        if role not in ("unit", "measure"):
            known = layout.levels(role, settings.levels).read(level)
            design[role] = "reference" if role == "reference" else known or " ".join(str(level).split())
    design |= {"muscle": layout.levels("muscle", settings.levels).read(meaning["reference"])
               or str(meaning["reference"])} if "reference" in meaning and "muscle" not in meaning else {}  # fmt: skip
    if "measure" in meaning:
        design["measure"] = str(meaning["measure"])
    return ValueColumn(column, design, meaning.get("unit", unit))


def _named_values(
    table: Table, names: dict[int, tuple[str, str | None]], layout: Layout, settings: Settings, taken: set[str]
) -> list[ValueColumn]:
    texts = list(dict.fromkeys(name for name, _ in names.values()))
    if layout.name_reader:
        read = layout.name_reader(texts)
    else:
        wide = [*layout.wide, *(role for role in settings.levels if role in COLUMN_ROLES and role not in layout.wide)]
        levels = {role: layout.levels(role, settings.levels) for role in wide if role not in taken - {"trial"}}
        read = read_names(texts, levels, settings.pattern, table.name)
    unread = [i for i, (name, _) in names.items() if name not in read and _has_content(table, i)]
    if unread and settings.others != "drop":
        only = len(unread) == 1 and not read and taken.issuperset(layout.required)
        raise LoaderError(
            _not_understood(table, unread, layout, settings, {*taken, *layout.required, VALUE} if only else taken)
        )
    return [ValueColumn(i, dict(read[name]), unit) for i, (name, unit) in names.items() if name in read]


def _not_understood(table: Table, unread: list[int], layout: Layout, settings: Settings, taken: set[str]) -> str:
    first = table.headers[unread[0]]
    role = next((role for role in (*layout.required, "group") if role not in {*taken, "muscle"}), "condition")
    role = VALUE if VALUE in taken else role
    by = "time" if "time" in layout.required or next(iter(layout.wide), "") == "time" else "muscle"
    level = {"time": "post", "muscle": "triceps"}[by]
    lying = (" The table seems to lie on its side, with participants as columns: turn it first (in Excel: copy, then Paste Special, "
             "Transpose)." if _lies_on_its_side(table, unread, layout, settings, taken) else "")  # fmt: skip
    return (f"{table.name}: {len(unread)} column{'s' * (len(unread) > 1)} not understood: {shortened([table.headers[i] for i in unread])}."
            f"{lying} Say what each is, such as columns={{'{first}': '{role}'}} (a role), {{'{first}': {{'{by}': '{level}'}}}} (values), or "
            f"{{'{first}': None}} (leave it out); others='drop' leaves all such columns out. Words in names that are the lab's own: "
            f"levels={{'{by}': {{'…': '{level}'}}}}. Roles: {', '.join(COLUMN_ROLES)}, value.")  # fmt: skip


def _lies_on_its_side(table: Table, unread: list[int], layout: Layout, settings: Settings, taken: set[str]) -> bool:
    """Say whether the first column holds what should be the names of columns."""
    if "participant" in taken or len(unread) < 2 or not layout.wide:
        return False
    levels = {role: layout.levels(role, settings.levels) for role in layout.wide}
    names = [split_header(str(cell))[0] for cell in table.cells[:, 0] if cell is not None and str(cell).strip()]
    return len(names) > 1 and sum(bool(readings(name, levels)) for name in names) > len(names) / 2


def _has_content(table: Table, column: int) -> bool:
    return any(cell is not None and str(cell).strip() for cell in table.cells[:, column])


def _check_plan(table: Table, plan: Plan) -> None:
    used = {*plan.roles.values(), *(value.position for value in plan.values)}
    keys = [key_of(header) for header in table.headers]
    for i in sorted(used):
        twins = [j for j in sorted(used) if keys[j] == keys[i]]
        if len(twins) > 1:
            raise LoaderError(
                f"{table.name}: the name '{table.headers[i]}' stands {len(twins)} times "
                f"({', '.join(table.column(j) for j in twins)}). Rename the columns so that each is named once."
            )
    plain = [value for value in plan.values if "reference" not in value.design]
    if not plain:
        raise LoaderError(f"{table.name}: no column holds values. Columns: {shortened(table.headers)}. Say which does: "
                          f"columns={{'{table.headers[-1] or '…'}': 'value'}}. If this is not the header, write header= (the "
                          "row's number).")  # fmt: skip
    sets = {frozenset(value.design) - {"measure"}: value for value in plain}
    if len(sets) > 1:
        one, other = list(sets.items())[:2]
        raise LoaderError(f"{table.name}: {table.column(one[1].position)} states {_said(one[0])}, but "
                          f"{table.column(other[1].position)} states {_said(other[0])}. Say what they are with columns=, or "
                          "leave some out: {'name': None}.")  # fmt: skip
    both = [role for value in plan.values for role in value.design if role in plan.roles and role != "trial"]
    if both:
        raise LoaderError(f"{table.name}: '{both[0]}' stands both in {table.column(plan.roles[both[0]])} and in the names of "
                          "columns. Leave one out, or say what they are, with columns=.")  # fmt: skip


def _said(roles: frozenset[str]) -> str:
    return " × ".join(sorted(roles)) if roles else "nothing but a value"
