"""The four tables: which columns they require, which they may have, and what makes a row unique."""

from dataclasses import dataclass, replace

from mmc_analysis.errors import SchemaError
from mmc_analysis.options import check_option
from mmc_analysis.schema.columns import DESIGN, GLOSSARY, MEASUREMENT, PERSON, PRINTED, RESULT, Column

NOT_IN_KEY = ("value", "evidence", "reference_value", "reference_trial")


@dataclass(frozen=True)
class Table:
    """One table of the schema.

    Attributes
    ----------
    name : str
    meaning : str
        What one row is.
    required : tuple of str
        Columns that must be present.
    optional : tuple of str
        Columns that may be present.
    key : tuple of str
        Columns that together name a row once, where they are present; empty if rows need not be unique.
    """

    name: str
    meaning: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the table, in the glossary's order."""
        return tuple(name for name in GLOSSARY if name in self.required or name in self.optional)


def _table(name: str, meaning: str, required: tuple[str, ...], among: dict, key: tuple[str, ...] = ()) -> Table:
    optional = tuple(column for column in among if column not in required)
    return Table(name, meaning, required, optional, key)


OBSERVATIONS = _table(
    "observations", "one measured value",
    ("study", "participant", "measure", "value", "unit", "evidence"),
    {**DESIGN, **MEASUREMENT, "quantity": 0},
    key=tuple(name for name in {**DESIGN, **MEASUREMENT, "quantity": 0} if name not in NOT_IN_KEY),
)  # fmt: skip
PARTICIPANTS = _table(
    "participants", "one person in one study",
    ("study", "participant", "evidence"),
    {"study": 0, "participant": 0, "group": 0, **PERSON, "evidence": 0},
    key=("study", "participant"),
)  # fmt: skip
REPORTED = _table(
    "reported", "one number or statement that a paper prints",
    ("study", "result", "outcome", "statistic", "value", "printed", "relation", "unit", "place", "source_kind",
     "verified", "evidence"),
    {**DESIGN, **PRINTED, "value": 0, "unit": 0, "evidence": 0, "conf_level": 0, "direction": 0},
)  # fmt: skip
ESTIMATES = _table(
    "estimates", "one number that a paper could report",
    ("estimate", "method", "evidence"),
    {**DESIGN, "outcome": 0, "comparator": 0, "measure": 0, "unit": 0, "evidence": 0, "quantity": 0, "source_kind": 0,
     "note": 0, **RESULT},
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in (OBSERVATIONS, PARTICIPANTS, REPORTED, ESTIMATES)}


def table_named(name: str) -> Table:
    """Return a table of the schema by its name.

    Raises
    ------
    SchemaError
        If there is no such table.

    Examples
    --------
    >>> table_named("participants").key
    ('study', 'participant')
    """
    return TABLES[check_option("table", name, TABLES, SchemaError)]


def glossary_markdown() -> str:
    """Write the glossary as Markdown: one section per table, one row per column.

    Returns
    -------
    str
        The text of ``docs/glossary.md``; a test compares the two.
    """
    parts = ["# Glossary\n\nGenerated from `mmc_analysis.schema`; `make docs` writes it again.\n"]
    for table in TABLES.values():
        parts.append(f"\n## {table.name}\n\nOne row is {table.meaning}.\n\n| column | kind | meaning | levels |\n"
                     "|---|---|---|---|\n")  # fmt: skip
        for name in table.columns:
            column = column_in(table, name)
            mark = "**" if name in table.required else ""
            levels = ", ".join(f"`{level}`" for level in column.levels)
            parts.append(f"| {mark}`{name}`{mark} | {column.kind} | {column.meaning} | {levels} |\n")
    return "".join(parts)


def column_in(table: Table, name: str) -> Column:
    """Return the column with the meaning that it has in this table: `statistic` has two.

    Rows of several studies stand in one table of reported numbers or estimates, so a design column may be empty there.
    """
    column = PRINTED[name] if table.name == "reported" and name in PRINTED else GLOSSARY[name]
    stacked = table.name in ("reported", "estimates") and name in DESIGN and name != "study"
    return replace(column, nullable=True) if stacked else column
