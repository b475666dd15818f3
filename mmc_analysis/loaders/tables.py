"""A table before it has a meaning: headers and cells, each with the place where it stands in its file."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.files import content_of
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.loaders.text import decoded, records_of
from mmc_analysis.loaders.vocabulary import COLUMN_ROLES, PERSON_ROLES
from mmc_analysis.loaders.words import key_of, same_key
from mmc_analysis.loaders.workbook import Workbook
from mmc_analysis.options import nearest

MOST_CELLS = 20_000_000
SHOWN = 5
_ROLES = frozenset((*COLUMN_ROLES, *PERSON_ROLES))
_BY_LETTER = re.compile(r"column ([A-Z]{1,3})")


@dataclass(frozen=True)
class Table:
    """Headers and cells of one table.

    Attributes
    ----------
    name : str
        The file, and the sheet where there is one.
    headers : tuple of str
        One per column, stripped; empty where a column has none.
    cells : numpy.ndarray
        (n_rows, n_columns) objects: text, numbers, dates, or None where empty.
    rows : numpy.ndarray
        (n_rows,) row numbers as Excel or a text editor counts them, or the labels of a DataFrame's index.
    delimiter : str or None
        What split a text file.
    """

    name: str
    headers: tuple[str, ...]
    cells: np.ndarray
    rows: np.ndarray
    delimiter: str | None = None

    def place(self, row: int, column: int) -> str:
        """Name a cell for a message."""
        return f"row {self.rows[row]}, {self.column(column)}"

    def column(self, column: int) -> str:
        """Name a column for a message."""
        return f"column {letters(column)} '{self.headers[column]}'"

    def row_list(self, positions: Iterable[int]) -> str:
        """Name some rows for a message."""
        positions = list(positions)
        shown = ", ".join(str(self.rows[i]) for i in positions[:SHOWN])
        more = f" and {len(positions) - SHOWN} more" if len(positions) > SHOWN else ""
        return f"row{'s' * (len(positions) > 1)} {shown}{more}"

    def find(self, header: str, option: str, said: Mapping | None = None) -> int:
        """Return the position of a column that an option names."""
        lettered = _BY_LETTER.fullmatch(str(header).strip())
        if lettered and position(lettered[1]) < len(self.headers):
            return position(lettered[1])
        exact = [i for i, name in enumerate(self.headers) if name == str(header).strip()]
        alike = exact or [i for i, name in enumerate(self.headers) if name and same_key(name, header)]
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise LoaderError(f"{self.name}: {option} names column '{header}', which stands more than once "
                              f"({', '.join(self.column(i) for i in alike)}). Name it by its place: 'column {letters(alike[0])}'.")  # fmt: skip
        role = (said or {}).get(header)
        if header in _ROLES and isinstance(role, str) and any(same_key(name, role) for name in self.headers):
            raise LoaderError(f"{self.name}: {option} is written the other way round. Write the lab's name first: "
                              f"{option}={{'{role}': '{header}'}}.")  # fmt: skip
        raise LoaderError(f"{self.name}: {option} names column '{header}', which is not there."
                          f"{nearest(str(header), self.headers)} Columns: {shortened(self.headers)}.")  # fmt: skip


def letters(column: int) -> str:
    """Return Excel's name of a column counted from 0.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def position(name: str) -> int:
    """Return the position, counted from 0, of a column that Excel calls `name`.

    Examples
    --------
    >>> position("A"), position("AB")
    (0, 27)
    """
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number - 1


def shortened(names: Sequence[str]) -> str:
    """List names for a message, the first dozen of them."""
    named = [name for name in names if name]
    return ", ".join(named[:12]) + (f" and {len(named) - 12} more" if len(named) > 12 else "")


def tables_of(source, settings: Settings) -> list[tuple[Table, object]]:
    """Open a source: one table, or one per sheet with what the sheet stands for.

    Returns
    -------
    list of (Table, object)
        The second is None, a sheet's name to be understood, or what the caller said that the sheet holds.

    Raises
    ------
    LoaderError
        If the file cannot be opened as a table, or the sheet is in doubt.
    """
    if isinstance(source, pd.DataFrame):
        _check_frame_options(settings)
        return [(_kept(from_frame(source), settings), None)]
    content = content_of(source)
    if content.kind == "text":
        if settings.sheet is not None:
            raise LoaderError(f"{content.name}: sheet={settings.sheet!r}, but a text file has no sheets. Leave it out.")
        records, delimiter = records_of(
            decoded(content.data, content.name, settings.encoding), content.name, settings.delimiter
        )
        return [(_kept(_table(content.name, records, settings, delimiter), settings), None)]
    workbook = Workbook(content.data, content.name)
    chosen = _sheets(workbook, settings.sheet)
    return [(_kept(_table(f"{content.name}, sheet '{sheet}'", workbook.records(sheet), settings, None), settings), meaning)
            for sheet, meaning in chosen]  # fmt: skip


def _check_frame_options(settings: Settings) -> None:
    for name in ("sheet", "header", "rows", "encoding", "delimiter"):
        if getattr(settings, name) is not None:
            raise LoaderError(f"DataFrame: {name}={getattr(settings, name)!r} is for files. Select rows of a DataFrame with keep=, "
                              "or before loading it.")  # fmt: skip


def _sheets(workbook: Workbook, sheet) -> list[tuple[str, object]]:
    if isinstance(sheet, str) and sheet != "all":
        return [(sheet, None)]
    if isinstance(sheet, dict):
        return list(sheet.items())
    if isinstance(sheet, (list, tuple)):
        return [(name, name) for name in sheet]
    filled = [name for name in workbook.sheets if workbook.records(name)]
    if sheet == "all":
        return [(name, name) for name in filled]
    if sheet is not None:
        raise LoaderError(f"{workbook.name}: sheet={sheet!r} is not understood. Write a sheet's name, a list of names, 'all', "
                          "or {sheet name: what it holds}.")  # fmt: skip
    if len(filled) == 1:
        return [(filled[0], None)]
    if not filled:
        raise LoaderError(f"{workbook.name}: every sheet is empty.")
    raise LoaderError(
        f"{workbook.name}: has {len(filled)} sheets ({', '.join(filled)}). Write which one: sheet={filled[0]!r}; or, for sheets "
        f"whose names say what they hold, which ones: sheet={filled[:2]!r}."
    )


def from_frame(frame: pd.DataFrame) -> Table:
    """Take a DataFrame as a table; it is not changed.

    Examples
    --------
    >>> from_frame(pd.DataFrame({"id": ["S01"], "pre": [12.5]})).headers
    ('id', 'pre')
    """
    if isinstance(frame.columns, pd.MultiIndex):
        raise LoaderError("DataFrame: its columns have several levels. Join them first: "
                          "frame.columns = ['_'.join(names) for names in frame.columns].")  # fmt: skip
    if frame.empty:
        raise LoaderError(f"DataFrame: it is empty ({frame.shape[0]} rows, {frame.shape[1]} columns).")
    cells = np.empty(frame.shape, dtype=object)
    for i in range(frame.shape[1]):
        cells[:, i] = column = frame.iloc[:, i].astype(object).to_numpy()
        nested = next((row for row, cell in enumerate(column) if not isinstance(cell, Hashable)), None)
        if nested is not None:
            raise LoaderError(f"DataFrame, row {frame.index[nested]}, column '{frame.columns[i]}': {column[nested]!r} is no single "
                              "value. Write one value per cell.")  # fmt: skip
    cells[pd.isna(cells)] = None
    filled = np.not_equal(cells, None).any(axis=1)
    headers = tuple(" ".join(str(name).split()) for name in frame.columns)
    return Table("DataFrame", headers, cells[filled], frame.index.to_numpy()[filled])


def _table(name: str, records: list[tuple[int, list]], settings: Settings, delimiter: str | None) -> Table:
    if not records:
        raise LoaderError(f"{name}: the table is empty.")
    headers, last = _headers(name, records, settings.header)
    if sum(map(bool, headers)) < 2:
        remedy = ("Write how columns are separated: delimiter=';' (or ',', or a tab)" if delimiter else
                  "If this sheet is no table, list those that are: sheet=['…', '…']. Otherwise write rows=(first, last)")  # fmt: skip
        raise LoaderError(f"{name}, row {last}: the header has one column only ('{headers[0]}'). {remedy}, or which row is the "
                          "header: header=.")  # fmt: skip
    first, final = settings.rows or (last + 1, max(line for line, _ in records))
    body = [(line, cells) for line, cells in records if max(first, last + 1) <= line <= final]
    if not body:
        raise LoaderError(f"{name}: there are no rows below the header (row {last}: {shortened(headers)}).")
    if delimiter:
        _check_widths(name, headers, body, delimiter)
    width = max(len(headers), max(len(cells) for _, cells in body))
    if width * len(body) > MOST_CELLS:
        raise LoaderError(f"{name}: {len(body):,} rows × {width:,} columns is no table of trials. Delete what is far to the "
                          "right of it.")  # fmt: skip
    matrix = np.array([cells + [None] * (width - len(cells)) for _, cells in body] + [[None] * width], dtype=object)[
        :-1
    ]
    rows = np.array([line for line, _ in body])
    return _checked(Table(name, (*headers, *[""] * (width - len(headers))), matrix, rows, delimiter), settings.others)


def _headers(name: str, records: list[tuple[int, list]], header) -> tuple[tuple[str, ...], int]:
    by_line = dict(records)
    if header is not None:
        lines = [header] if isinstance(header, int) else list(header)
        absent = [line for line in lines if line not in by_line]
        if absent:
            raise LoaderError(f"{name}: header={header!r}, but row {absent[0]} is empty or not there.")
    else:
        lines = [next((line for line, cells in records if sum(map(_holds, cells)) > 1), records[0][0])]
    parts = [[_label(cell) for cell in by_line[line]] for line in lines]
    for upper in parts[:-1]:
        for i in range(1, len(upper)):
            upper[i] = upper[i] or upper[i - 1]
        upper += [upper[-1]] * (len(parts[-1]) - len(upper))
    width = max(map(len, parts)) if len(parts) == 1 else len(parts[-1])
    joined = [
        " ".join(part[i] for part in parts if i < len(part) and part[i]) if parts[-1][i] else "" for i in range(width)
    ]
    if all(_is_number(label) for label in joined if label):
        raise LoaderError(f"{name}: row {lines[-1]} should be the header, but holds only numbers. Add a header row, or write "
                          "which row is the header: header=1.")  # fmt: skip
    return tuple(joined), lines[-1]


def _check_widths(name: str, headers: tuple[str, ...], body: list[tuple[int, list]], delimiter: str) -> None:
    labelled = max((i for i, label in enumerate(headers, 1) if label), default=0)
    for line, cells in body:
        if labelled <= len(cells) <= len(headers):
            continue
        filled = max((i for i, cell in enumerate(cells, 1) if _holds(cell)), default=0)
        if filled > len(headers) or len(cells) < labelled:
            found = filled if filled > len(headers) else len(cells)
            comma = " Decimal commas in a comma-separated file do this." if delimiter == "," else ""
            raise LoaderError(f"{name}, row {line}: has {found} cells, but the header has {labelled}.{comma} Correct the row, or "
                              "write delimiter= or rows=(first, last).")  # fmt: skip


def _checked(table: Table, others: str) -> Table:
    """Refuse content without a header and names that stand twice; drop empty columns without a name."""
    filled = np.array([any(_holds(cell) for cell in table.cells[:, i]) for i in range(len(table.headers))], dtype=bool)
    nameless = [i for i, label in enumerate(table.headers) if not label and filled[i]]
    if nameless and others != "drop":
        row = next(r for r in range(len(table.rows)) if _holds(table.cells[r, nameless[0]]))
        raise LoaderError(f"{table.name}, row {table.rows[row]}: column {letters(nameless[0])} has no header, but holds "
                          f"{table.cells[row, nameless[0]]!r}. Name the column, write header= and rows= for the block that is "
                          "the table (header=(1, 2) where two rows are the header), or others='drop' to leave such columns out.")  # fmt: skip
    return table


def _kept(table: Table, settings: Settings) -> Table:
    """Keep the rows whose cells hold the labels that `keep` names."""
    chosen = np.ones(len(table.rows), dtype=bool)
    for header, labels in settings.keep.items():
        column = table.find(header, "keep")
        found = np.array([key_of(cell) for cell in table.cells[:, column]], dtype=object)
        wanted = [labels] if isinstance(labels, (str, int, float)) else list(labels)
        for label in wanted:
            if key_of(label) not in set(found):
                present = list(dict.fromkeys(_label(cell) for cell in table.cells[:, column]))
                raise LoaderError(f"{table.name}, {table.column(column)}: keep names '{label}', which is not there."
                                  f"{nearest(str(label), present)} Found: {shortened(present)}.")  # fmt: skip
        chosen &= np.isin(found, [key_of(label) for label in wanted])
    if not chosen.any():
        raise LoaderError(f"{table.name}: no row has everything that keep={settings.keep!r} asks for.")
    return (
        table
        if chosen.all()
        else Table(table.name, table.headers, table.cells[chosen], table.rows[chosen], table.delimiter)
    )


def _holds(cell) -> bool:
    return cell is not None and not (isinstance(cell, str) and (not cell or cell.isspace()))


def _label(cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _is_number(label: str) -> bool:
    return label.replace(",", "").replace(".", "").lstrip("+-").isdigit()
