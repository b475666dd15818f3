"""Generic CSV, TSV and text tables: a header, perhaps a row of units, perhaps a time column, perhaps markers in words."""

from dataclasses import replace

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import ROWS_SNIFFED, Dialect, first_numeric_line, is_number, sniff, split_line
from mmc_analysis.recordings.clock import clock_text_to_seconds, is_clock_text
from mmc_analysis.recordings.columns import are_units, block_of, refuse_clocks, stated_rate
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.markers import is_marker_name, marker_header, numbers_or_words
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.text import HEAD_BYTES, Text
from mmc_analysis.recordings.text_columns import read_columns
from mmc_analysis.recordings.units import plain_unit


def read_table(file: File, hints: Hints) -> list[Block]:
    """Read a text table; words in columns that are named for markers become events."""
    text = file.text(hints.encoding)
    first = _first_line(text)
    if first is None:
        raise RecordingError(f"{file.name}: there is no row of numbers in its first {len(text.head)} lines, so this is no recording that "
                             "can be told. Name its format= if it is one.")  # fmt: skip
    lines = [line for line in text.rows(first) if line.strip()][:ROWS_SNIFFED]
    if not lines:
        raise RecordingError(f"{file.name}, row {first + 1}: the line is longer than {HEAD_BYTES} bytes, which is no row of samples. Export one sample "
                             "per row.")  # fmt: skip
    marked = _marked(text, first)
    dialect = sniff(_without(lines, marked), file.name, first + 1, delimiter=hints.delimiter, decimal=hints.decimal)
    names, units = header_of(text, first, dialect)
    if not names and hints.delimiter is None:
        _refuse_split_decimals(lines, dialect, file.name)
    rows = [split_line(line, dialect.delimiter) for line in lines]
    clocks = tuple(
        i for i in range(len(rows[0])) if 2 * sum(i < len(row) and is_clock_text(row[i]) for row in rows) > len(rows)
    )
    refuse_clocks(clocks, names, units, file.name)
    width = max([len(names), *map(len, rows)])
    frame = read_columns(text, dialect, first_line=first, width=width, texts=(*clocks, *marked))
    for column in clocks:
        frame[column] = clock_text_to_seconds(frame[column].to_numpy())
    for column in marked:
        frame[column] = numbers_or_words(frame[column], dialect.decimal)
    rate = hints.sampling_frequency or stated_rate(text.head[:first])
    return [block_of(frame, names, units, file.name, first + 1, replace(hints, sampling_frequency=rate))]


def _first_line(text: Text) -> int | None:
    """Return the first row of numbers; words in columns of markers do not count against it."""
    numeric = first_numeric_line(text.head)
    header = marker_header(text.head[:numeric])
    if header is None:
        return numeric
    number, delimiter = header
    for line in range(number + 1, len(text.head)):
        cells = [cell for cell in split_line(text.head[line], delimiter) if cell]
        if cells and (is_number(cells[0]) or is_number(cells[0], ",") or is_clock_text(cells[0])):
            return line if numeric is None else min(line, numeric)
    return numeric


def _marked(text: Text, first: int) -> tuple[int, ...]:
    header = marker_header(text.head[:first])
    return (
        ()
        if header is None
        else tuple(i for i, name in enumerate(split_line(text.head[header[0]], header[1])) if is_marker_name(name))
    )


def _without(lines: list[str], columns: tuple[int, ...]) -> list[str]:
    """Return lines without the columns of words, which say nothing of decimal signs."""
    if not columns:
        return lines
    delimiter = next((sign for sign in "\t;|," if sign in lines[0]), ",")
    return [
        delimiter.join(cell for i, cell in enumerate(split_line(line, delimiter)) if i not in columns) for line in lines
    ]


def _refuse_split_decimals(lines: list[str], dialect: Dialect, file: str) -> None:
    """Ask where a table without header may be one column of decimal commas or two columns of whole numbers."""
    rows = [split_line(line, ",") for line in lines]
    if (
        dialect.delimiter != ","
        or any(len(row) != 2 for row in rows)
        or not all(row[1].isdigit() for row in rows)
        or "." in "".join(lines)
    ):
        return
    if any(row[1].startswith("0") and len(row[1]) > 1 for row in rows) or all(row[0] in ("0", "-0") for row in rows):
        raise ask(
            file,
            f"rows such as {lines[0]!r} are one number with a decimal comma, or two whole numbers.",
            "decimal=',' or delimiter=','",
        )


def header_of(text: Text, first: int, dialect: Dialect) -> tuple[list[str], list[str]]:
    """Return names and units of the columns, from the one or two lines above the numbers; empty lists without header.

    Raises
    ------
    RecordingError
        If the line above is a row of numbers with a word in it.
    """
    above = [
        (number, split_line(line, dialect.delimiter))
        for number, line in enumerate(text.head[:first], 1)
        if line.strip()
    ]
    if not above:
        return [], []
    number, names = above[-1]
    if len(above) > 1 and are_units(names) and len(above[-2][1]) > 1:
        return above[-2][1], [plain_unit(cell.strip("()[] ")) for cell in names]
    filled = [cell for cell in names if cell]
    if len(filled) > 1 and len(above) > 1 and (is_number(filled[0], dialect.decimal) or is_clock_text(filled[0])):
        word = next(
            (cell for cell in filled if not is_number(cell, dialect.decimal) and not is_clock_text(cell)), filled[0]
        )
        raise RecordingError(f"{text.name}, row {number}: {word[:40]!r} is no number, so that neither a header nor a row of numbers stands here. "
                             "Correct the row; if it is the header, let its first name begin with a letter.")  # fmt: skip
    return names, []
