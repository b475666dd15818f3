"""The tables of the paper: which columns of which result, under which names, how wide."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

Read = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class PaperTable:
    """One table of the paper.

    Attributes
    ----------
    result : str
        The table of build/results that it is made from.
    cells : callable
        Turns that frame into a frame of strings, with the columns named as they are printed.
    widths : tuple of int
        Relative widths of the columns.
    right : tuple of str
        Columns set flush right.
    """

    result: str
    cells: Callable[[pd.DataFrame], pd.DataFrame]
    widths: tuple[int, ...]
    right: tuple[str, ...] = ()


def pipe_table(cells: pd.DataFrame, widths: tuple[int, ...], right: tuple[str, ...]) -> str:
    """Write a frame of strings as a Markdown pipe table with relative column widths."""
    rules = ["-" * (4 * width - 1) + (":" if name in right else "-") for name, width in zip(cells, widths, strict=True)]
    rows = [cells.columns, rules, *cells.itertuples(index=False)]
    lines = ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], lines[1].replace(" ", ""), *lines[2:]])


def markdown(name: str, read: Read) -> str:
    """Return one table of the paper as Markdown.

    Parameters
    ----------
    name : str
        Its name in the text.
    read : callable
        Returns a result by its name.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    if name not in TABLES:
        raise ValueError(f"there is no table '{name}'; there are: {', '.join(TABLES)}")
    table = TABLES[name]
    return pipe_table(table.cells(read(table.result)).fillna(""), table.widths, table.right)
