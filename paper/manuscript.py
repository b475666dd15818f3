"""Fill the numbers, tables and figure numbers into the text; a missing one stops the build with its line.

The text is Markdown with slots:

===============================  =====================================================================
``{{ table.key.column:format }}``  a number of build/results/<table>.csv, in the row with that key
``{{ sentence table.key }}``       that row as a sentence: estimate, interval, test
``{{ interval table.key:format }}``  the confidence interval of that row, "5.1 to 12.9"
``{{ p table.key }}``              the P value of that row, "P = .004"
``{{ table name }}``               a table of paper/tables.py, numbered, with the caption that follows it
``{{ figure name }}``              a figure of build/figures, numbered, with the caption that follows it
``{{ see figure name }}``          "Figure 2"; ``{{ see table name }}`` likewise
``{{ colophon }}``                 the versions that built the paper
===============================  =====================================================================

Usage: python -m paper.manuscript paper/paper.md build/paper/paper.md
"""

import functools
import re
import sys
from pathlib import Path

import pandas as pd

from mmc_analysis import report
from paper import colophon, tables
from paper.pipeline import RESULTS, read_result

SLOT = re.compile(r"\{\{\s*(.+?)\s*\}\}")
FLOAT = re.compile(r"\{\{\s*(figure|table) (\w+)\s*\}\}")


class SlotError(Exception):
    """A slot of the text cannot be filled."""


@functools.cache
def _table(name: str) -> pd.DataFrame:
    known = sorted(path.stem for path in RESULTS.glob("*.csv"))
    if name not in known:
        raise SlotError(f"there is no result '{name}'; there are: {', '.join(known)}")
    return read_result(name)


def row(address: str) -> pd.Series:
    """Return the row that ``table.key`` names."""
    name, _, key = address.partition(".")
    rows = _table(name)
    found = rows[rows["key"] == key]
    if len(found) != 1:
        keys = ", ".join(rows["key"].astype(str))
        raise SlotError(f"'{name}' has {len(found)} rows with the key '{key}'; its keys are: {keys}")
    return found.iloc[0]


def number(address: str, spec: str) -> str:
    """Return the cell that ``table.key.column`` names, formatted; an empty cell is an error."""
    place, _, column = address.rpartition(".")
    cells = row(place)
    if column not in cells.index:
        raise SlotError(f"'{place}' has no column '{column}'; it has: {', '.join(cells.index)}")
    if pd.isna(cells[column]):
        raise SlotError(f"'{address}' is empty")
    return formatted(cells[column], spec)


def formatted(value, spec: str) -> str:
    """Format one value with a Python format specification, with a true minus sign; text goes through as it is."""
    try:
        return format(value, spec).replace("-", "\u2212") if spec else str(value)
    except ValueError as found:
        raise SlotError(f"{value!r} cannot be written as '{spec}': {found}") from found


def interval(address: str, spec: str) -> str:
    """Return ``low to high`` of the row that ``table.key`` names."""
    return " to ".join(number(f"{address}.{side}", spec) for side in ("conf_low", "conf_high"))


def numbering(text: str) -> dict[tuple[str, str], int]:
    """Number figures and tables in the order in which they stand in the text."""
    numbers: dict[tuple[str, str], int] = {}
    for kind, name in FLOAT.findall(text):
        if (kind, name) in numbers:
            raise SlotError(f"{kind} '{name}' stands twice")
        numbers[kind, name] = 1 + sum(other == kind for other, _ in numbers)
    return numbers


def fill(slot: str, numbers: dict[tuple[str, str], int]) -> str:
    """Return the text that stands for one slot."""
    words = slot.split()
    if words == ["colophon"]:
        return colophon.sentence()
    if len(words) == 3 and words[0] == "see":
        if (words[1], words[2]) not in numbers:
            raise SlotError(f"there is no {words[1]} '{words[2]}' in the text")
        return f"{words[1].capitalize()}\u00a0{numbers[words[1], words[2]]}"
    if words[0] in ("table", "figure"):
        raise SlotError(f"a {words[0]} stands at the beginning of its own line, with its caption behind it")
    verb, address = words if len(words) == 2 else ("number", slot)
    address, _, spec = address.partition(":")
    if verb == "number":
        return number(address, spec)
    if verb == "sentence":
        return report.sentence(row(address))
    if verb == "interval":
        return interval(address, spec)
    if verb == "p":
        return report.p_value(row(address)["p_value"])
    raise SlotError("this is no slot: it starts with neither number, sentence, interval, p, table, figure nor see")


def compose(text: str, name: str) -> str:
    """Return the text with every slot filled.

    Raises
    ------
    SystemExit
        If a slot cannot be filled; the message names the line.
    """
    numbers = numbering(text)
    lines, faults = [], []
    for line_number, line in enumerate(text.splitlines(), 1):
        try:
            lines.append(_line(line, numbers))
        except (SlotError, ValueError) as found:
            faults.append(f"{name}, line {line_number}: {found}")
    if faults:
        raise SystemExit("\n".join(faults))
    return "\n".join(lines) + "\n"


def _line(line: str, numbers: dict[tuple[str, str], int]) -> str:
    """Fill the slots of one line; a figure or table takes the rest of its line as the caption."""
    float_slot = FLOAT.match(line)
    rest = line[float_slot.end() :] if float_slot else line
    filled = SLOT.sub(lambda slot: fill(slot[1], numbers), rest)
    if not float_slot:
        return filled
    kind, name = float_slot.groups()
    caption = f"**{kind.capitalize()} {numbers[kind, name]}.** {filled.strip()}"
    if kind == "figure":
        return f"![{caption}](../figures/{name}){{#fig-{name}}}"
    return f"{tables.markdown(name, read_result)}\n\n: {caption} {{#tbl-{name}}}"


def main(source: str, target: str) -> None:
    """Fill the text and write it."""
    filled = compose(Path(source).read_text(encoding="utf-8"), source)
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(filled, encoding="utf-8")
    colophon.write_environment(Path(target).parent / "environment.json")


if __name__ == "__main__":
    main(*sys.argv[1:3])
