"""A table of estimates as a Word file."""

import html
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mmc_analysis.errors import ReportError
from mmc_analysis.options import import_extra, named_options
from mmc_analysis.report.tables import right_aligned, table
from mmc_analysis.schema import is_synthetic

SYNTHETIC_LINE = "Synthetic data: simulated, not measured."


@named_options
def to_word(
    estimates: pd.DataFrame,
    path: str | Path,
    *,
    columns: Iterable[str] | None = None,
    caption: str = "",
    overwrite: bool = False,
) -> Path:
    """Write estimates as a table in a Word file (.docx), with real cells that can be edited.

    Needs pandoc: ``pip install "mmc-analysis[paper]"``.

    Parameters
    ----------
    estimates : pandas.DataFrame
        An estimates frame; written as `table` writes it. Synthetic rows are named below the table.
    path : str or path
        The file, ending in .docx, in a folder that exists.
    columns : iterable of str, optional
        As in `table`.
    caption : str
        Caption of the table.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ReportError
        If the path does not end in .docx, its folder is missing, or the file exists and may not be replaced.
    MissingExtraError
        If pypandoc is not installed.

    Examples
    --------
    >>> rows = pd.DataFrame({"contrast": ["a - b"], "estimate": [9.0], "std_error": [1.85]})
    >>> to_word(rows, "results.txt")
    Traceback (most recent call last):
    mmc_analysis.errors.ReportError: to_word: 'results.txt' does not end in .docx. Name a Word file.
    """
    path = Path(path)
    cells = table(estimates, columns=columns)
    if path.suffix.lower() != ".docx":
        raise ReportError(f"to_word: '{path}' does not end in .docx. Name a Word file.")
    if not path.parent.is_dir():
        raise ReportError(f"to_word: the folder '{path.parent}' does not exist. Make it first.")
    if path.is_dir() or (path.exists() and not overwrite):
        raise ReportError(f"to_word: '{path}' exists. Choose another name, or say overwrite=True to replace a file.")
    pandoc = import_extra("pypandoc", "paper")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / "table.docx"
        pandoc.convert_text(
            _page(cells, caption, is_synthetic(estimates)), "docx", format="html", outputfile=str(draft)
        )
        os.replace(draft, path)
    return path


def _page(cells: pd.DataFrame, caption: str, synthetic: bool) -> str:
    sides = ["right" if right else "left" for right in right_aligned(cells)]
    head = _line("th", list(cells.columns), sides)
    body = "".join(_line("td", list(row), sides) for row in cells.itertuples(index=False))
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    note = f"<p>{SYNTHETIC_LINE}</p>" if synthetic else ""
    return f"<table>{title}<thead>{head}</thead><tbody>{body}</tbody></table>{note}"


def _line(tag: str, cells: list, sides: list[str]) -> str:
    written = (
        f'<{tag} style="text-align: {side}">{html.escape(str(cell))}</{tag}>'
        for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(written)}</tr>"
