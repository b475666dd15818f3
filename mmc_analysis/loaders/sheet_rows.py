"""A completed trial sheet as checked rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from mmc_analysis.emg import TrialLabel
from mmc_analysis.emg.results import KINDS, SEGMENTS
from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.files import content_of
from mmc_analysis.loaders.sheet_draft import SHEET_COLUMNS
from mmc_analysis.loaders.text import decoded, records_of
from mmc_analysis.loaders.workbook import Workbook
from mmc_analysis.options import nearest
from mmc_analysis.recordings.units import plain_unit
from mmc_analysis.schema.columns import DESIGN, EVIDENCE

REQUIRED = ("study", "participant", "file", "channel", "muscle", "kind")
OWN = ("limb", "muscle", "repetition", "participant", "study", "session", "trial")
DESIGN_COLUMNS = tuple(name for name in DESIGN if name not in OWN)
NUMBERS = tuple(name for name, column in DESIGN.items() if column.kind in ("number", "integer"))
MOST_SHOWN = 20
_SPAN = re.compile(r"\s*(\d+(?:\.\d*)?)\s*(?:-|–|to)\s*(\d+(?:\.\d*)?)\s*$")


@dataclass(frozen=True)
class SheetRow:
    """One channel of one trial, as the sheet has it.

    Attributes
    ----------
    number : int
        Row of the sheet as Excel counts it, or the label in a frame's index.
    study, file, channel, unit, evidence : str
    path : pathlib.Path
    block : int or None
    label : TrialLabel
    design : mapping
        Columns of the glossary that the sheet fills for this row.
    trial, repetitions : int or None
    events : tuple of (float, float) or None
    rest : tuple of float or None
    event_label, segment, motion : str
    """

    number: int
    study: str
    file: str
    path: Path
    block: int | None
    channel: str
    unit: str
    label: TrialLabel
    design: Mapping[str, object]
    trial: int | None = None
    repetitions: int | None = None
    events: tuple[tuple[float, float], ...] | None = None
    rest: tuple[float, float] | None = None
    event_label: str = ""
    segment: str = "auto"
    motion: str = ""
    evidence: str = "measured"
    key: tuple = field(default=(), compare=False)


def read_sheet(sheet, folder=None) -> tuple[list[SheetRow], list[dict]]:
    """Read and check a completed trial sheet.

    Parameters
    ----------
    sheet : pandas.DataFrame, str or path
        A frame, or a CSV, TSV or XLSX file.
    folder : str or path, optional
        Where the files are; otherwise the sheet's own folder.

    Returns
    -------
    rows : list of SheetRow
        Those with a muscle.
    unused : list of dict
        The others: file, channel and note.

    Raises
    ------
    LoaderError
        With every fault: missing or unknown columns, empty cells, wrong values, a channel or trial that stands twice.
    """
    frame, name, home = _frame(sheet, folder)
    _check_columns(frame, name)
    cells = [{key: _cell(value) for key, value in row.items()} for row in frame.to_dict("records")]
    unused = [_unused(row) for row in cells if not row["muscle"] and any(row.values())]
    faults, rows = [], []
    for number, row in zip(_numbers(frame), cells, strict=True):
        if row["muscle"]:
            try:
                rows.append(_row(number, row, home))
            except LoaderError as fault:
                faults.append(f"row {number}: {fault}")
    faults += _doubles(rows)
    if not rows and not faults:
        raise LoaderError(
            f"{name}: no row names a muscle. Complete the columns muscle and kind of the channels that are to be processed."
        )
    if faults:
        shown = "\n".join(f"{i}. {fault}" for i, fault in enumerate(faults[:MOST_SHOWN], 1))
        more = f"\nAnd {len(faults) - MOST_SHOWN} more." if len(faults) > MOST_SHOWN else ""
        raise LoaderError(f"{name}: {len(faults)} fault{'s' * (len(faults) > 1)}.\n{shown}{more}")
    return rows, unused


def _frame(sheet, folder) -> tuple[pd.DataFrame, str, Path]:
    if isinstance(sheet, pd.DataFrame):
        return sheet, "trial sheet", Path(folder) if folder is not None else Path.cwd()
    content = content_of(sheet)
    home = Path(folder) if folder is not None else Path(sheet).parent
    if content.kind == "workbook":
        book = Workbook(content.data, content.name)
        records = book.records(book.sheets[0])
        table = [[getattr(cell, "value", cell) for cell in cells] for _, cells in records]
    else:
        records, _ = records_of(decoded(content.data, content.name), content.name)
        table = [cells for _, cells in records]
    if len(table) < 2:
        raise LoaderError(f"{content.name}: a trial sheet has a header and rows; this has {len(table)} rows.")
    header = [_cell(cell) for cell in table[0]]
    rows = [dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False)) for cells in table[1:]]
    frame = pd.DataFrame(rows, columns=header, index=[number for number, _ in records[1:]], dtype=object)
    return frame, content.name, home


def _numbers(frame: pd.DataFrame) -> list[int]:
    return [int(label) if isinstance(label, int) else i for i, label in enumerate(frame.index, 2)]


def _check_columns(frame: pd.DataFrame, name: str) -> None:
    known = tuple(dict.fromkeys((*SHEET_COLUMNS, *DESIGN_COLUMNS)))
    missing = [column for column in REQUIRED if column not in frame]
    unknown = [f"'{column}'{nearest(str(column), known)}" for column in frame.columns if column not in known]
    twice = list(frame.columns[frame.columns.duplicated()])
    if missing or unknown or twice:
        parts = [f"columns are missing: {', '.join(missing)}" if missing else "", f"unknown columns: {'; '.join(unknown)}" if unknown else "",
                 f"columns stand twice: {', '.join(map(str, twice))}" if twice else ""]  # fmt: skip
        raise LoaderError(f"{name}: {'. '.join(part for part in parts if part)}. Start from trial_sheet(folder).")


def _cell(value) -> str:
    if value is None or (isinstance(value, float) and value != value) or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def _unused(row: dict) -> dict:
    return {key: row.get(key, "") for key in ("study", "participant", "session", "file", "channel", "note")}


def _row(number: int, row: dict, home: Path) -> SheetRow:
    for column in REQUIRED:
        if not row[column]:
            raise LoaderError(f"'{column}' is empty.")
    kind, segment = _one_of(row, "kind", KINDS), _one_of(row, "segment", SEGMENTS, "auto")
    side = _one_of(row, "side", ("left", "right"), "")
    block = _whole(row, "block")
    name = row["file"] + (f" block {block}" if block else "")
    label = TrialLabel(
        name, row["participant"], row["muscle"], side, row.get("session", ""), kind, row.get("position", "")
    )
    design = {
        column: _number(row, column) if column in NUMBERS else row[column]
        for column in DESIGN_COLUMNS
        if row.get(column)
    }
    return SheetRow(
        number, row["study"], row["file"], home / row["file"], block, row["channel"], plain_unit(row.get("unit", "")), label, design,
        _whole(row, "trial"), _whole(row, "repetitions"), _spans(row, "events"), (_spans(row, "rest") or (None,))[0], row.get("event_label", ""),
        segment, row.get("motion", ""), _one_of(row, "evidence", EVIDENCE, "measured"),
    )  # fmt: skip


def _one_of(row: dict, column: str, allowed, default: str | None = None) -> str:
    value = row.get(column, "")
    if not value and default is not None:
        return default
    if value.lower() not in allowed:
        raise LoaderError(f"{column} '{value}' is not allowed. Allowed: {', '.join(allowed)}.{nearest(value, allowed)}")
    return value.lower()


def _number(row: dict, column: str) -> float:
    try:
        return float(row[column].replace(",", "."))
    except ValueError:
        raise LoaderError(f"{column} '{row[column]}' is no number.") from None


def _whole(row: dict, column: str) -> int | None:
    if not row.get(column):
        return None
    value = _number(row, column)
    if value != round(value) or value < 1:
        raise LoaderError(f"{column} '{row[column]}' must be a whole number from 1.")
    return int(value)


def _spans(row: dict, column: str) -> tuple[tuple[float, float], ...] | None:
    if not row.get(column):
        return None
    found = [_SPAN.match(part) for part in row[column].split(";") if part.strip()]
    spans = [(float(match.group(1)), float(match.group(2))) for match in found if match]
    if len(spans) < len(found) or any(stop <= start for start, stop in spans) or not spans:
        raise LoaderError(f"{column} '{row[column]}' is not understood. Write start-stop in s, as in '1.5-3; 4-5.5'.")
    return tuple(spans)


def _doubles(rows: list[SheetRow]) -> list[str]:
    faults = []
    for what, key in (
        ("the same channel of the same file", lambda row: (row.file, row.block, row.channel)),
        ("the same muscle of the same file", lambda row: row.label),
        ("the same trial", lambda row: (row.study, row.label.participant, row.label.session, row.label.muscle, row.label.side,
                                        tuple(sorted(row.design.items(), key=str)), row.trial) if row.label.kind == "task" else row.number),
    ):  # fmt: skip
        seen: dict = {}
        for row in rows:
            first = seen.setdefault(key(row), row)
            if first is not row:
                faults.append(f"row {row.number}: {what} as row {first.number} ({row.file}, {row.label.muscle}). Remove one, or tell them apart "
                              "by condition, load or trial (1, 2, …).")  # fmt: skip
        if faults:
            break
    return faults
