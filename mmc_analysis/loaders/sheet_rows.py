"""A completed trial sheet as checked rows."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mmc_analysis.emg import TrialLabel
from mmc_analysis.emg.results import KINDS, SEGMENTS
from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.sheet_cells import cell_text, refuse_dates, same_person, sheet_frame, spelled_alike
from mmc_analysis.loaders.sheet_draft import SHEET_COLUMNS
from mmc_analysis.options import nearest
from mmc_analysis.recordings.units import plain_unit
from mmc_analysis.schema.columns import DESIGN, EVIDENCE

REQUIRED = ("study", "participant", "file", "channel", "muscle", "kind")
OWN = ("limb", "muscle", "repetition", "participant", "study", "session", "trial")
DESIGN_COLUMNS = tuple(name for name in DESIGN if name not in OWN)
NUMBERS = tuple(name for name, column in DESIGN.items() if column.kind in ("number", "integer"))
MOST_SHOWN, MOST_ROWS = 20, 8
_FREE = ("file", "channel", "note", "session")
_SPAN = re.compile(r"\s*(\d+(?:[.,]\d*)?)\s*(?:-|–|to)\s*(\d+(?:[.,]\d*)?)\s*$")


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
        Its session is the sheet's, or its time where the sheet has no session: electrodes are taken as applied anew.
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
    frame, name, home = sheet_frame(sheet, folder)
    _check_columns(frame, name)
    raw = frame.to_dict("records")
    cells = spelled_alike([{key: cell_text(value) for key, value in row.items()} for row in raw])
    unused = [_unused(row) for row in cells if not row["muscle"] and any(row.values())]
    faults, rows = [], []
    for number, row, before in zip(_numbers(frame), cells, raw, strict=True):
        if row["muscle"]:
            try:
                refuse_dates(before, [column for column in row if column not in _FREE])
                rows.append(_row(number, row, home))
            except LoaderError as fault:
                faults.append((number, str(fault)))
    faults += _people(rows) + _doubles(rows)
    if not rows and not faults:
        raise LoaderError(
            f"{name}: no row names a muscle. Complete the columns muscle and kind of the channels that are to be processed."
        )
    if faults:
        raise LoaderError(f"{name}: {_listed(faults)}")
    if not any(row.path.is_file() for row in rows):
        raise LoaderError(f"{name}: none of its files is in {home}, first '{rows[0].file}'. Name the folder that the sheet was drafted from: "
                          "folder='…'.")  # fmt: skip
    return rows, unused


def _listed(faults: list[tuple[int, str]]) -> str:
    """Return faults as a numbered list, each once with all its rows."""
    where: dict[str, list[int]] = {}
    for number, fault in faults:
        where.setdefault(fault, []).append(number)
    lines = []
    for fault, numbers in list(where.items())[:MOST_SHOWN]:
        named = ", ".join(str(number) for number in numbers[:MOST_ROWS]) + " …" * (len(numbers) > MOST_ROWS)
        lines.append(f"{len(lines) + 1}. row{'s' * (len(numbers) > 1)} {named}: {fault}")
    if len(where) > MOST_SHOWN:
        lines.append(f"And {len(where) - MOST_SHOWN} more.")
    return "\n".join([f"{len(where)} fault{'s' * (len(where) > 1)}.", *lines])


def _numbers(frame: pd.DataFrame) -> list[int]:
    """Return row numbers for messages and order: those of the index if it counts rows, otherwise from 2 on, as Excel counts."""
    labels = list(frame.index)
    counted = (
        all(isinstance(label, int) for label in labels)
        and frame.index.is_monotonic_increasing
        and frame.index.is_unique
    )
    return [int(label) for label in labels] if counted else list(range(2, len(labels) + 2))


def _check_columns(frame: pd.DataFrame, name: str) -> None:
    known = tuple(dict.fromkeys((*SHEET_COLUMNS, *DESIGN_COLUMNS)))
    missing = [column for column in REQUIRED if column not in frame]
    unknown = [f"'{column}'{nearest(str(column), known)}" for column in frame.columns if column not in known]
    twice = list(frame.columns[frame.columns.duplicated()])
    if missing or unknown or twice:
        parts = [f"columns are missing: {', '.join(missing)}" if missing else "", f"unknown columns: {'; '.join(unknown)}" if unknown else "",
                 f"columns stand twice: {', '.join(map(str, twice))}" if twice else ""]  # fmt: skip
        raise LoaderError(
            f"{name}: {'. '.join(part for part in parts if part)}. Start from trial_sheet(folder); remarks go into 'note'."
        )


def _unused(row: dict) -> dict:
    return {key: row.get(key, "") for key in ("study", "participant", "session", "file", "channel", "note")}


def _row(number: int, row: dict, home: Path) -> SheetRow:
    for column in REQUIRED:
        if not row[column]:
            raise LoaderError(f"'{column}' is empty.")
    kind, segment = _one_of(row, "kind", KINDS), _one_of(row, "segment", SEGMENTS, "auto")
    side = _one_of(row, "side", ("left", "right"), "")
    unit = plain_unit(row.get("unit", ""))
    block = _whole(row, "block")
    name = row["file"] + (f" block {block}" if block else "")
    session = row.get("session") or row.get("time", "")
    label = TrialLabel(name, row["participant"], row["muscle"], side, session, kind, row.get("position", ""))
    design = {column: _design(row, column) for column in DESIGN_COLUMNS if row.get(column)}
    return SheetRow(
        number, row["study"], row["file"], path_of(row["file"], home), block, row["channel"], unit, label, design, _whole(row, "trial"),
        _whole(row, "repetitions"), _spans(row, "events"), _span(row, "rest"), row.get("event_label", ""),
        segment, row.get("motion", ""), _one_of(row, "evidence", EVIDENCE, "measured"),
    )  # fmt: skip


def path_of(file: str, home: Path) -> Path:
    """Return where a file of the sheet is: backslashes and the two ways of writing an accent are the same name."""
    plain = home / file.replace("\\", "/")
    forms = (home / file, *(Path(unicodedata.normalize(form, str(plain))) for form in ("NFC", "NFD")))
    return next((path for path in forms if path.is_file()), plain)


def _design(row: dict, column: str):
    if column in NUMBERS:
        return _number(row, column)
    return _one_of(row, column, DESIGN[column].levels) if DESIGN[column].levels else row[column]


def _one_of(row: dict, column: str, allowed, default: str | None = None) -> str:
    value = row.get(column, "")
    if not value and default is not None:
        return default
    if value.lower() not in allowed:
        raise LoaderError(f"{column} '{value}' is not allowed. Allowed: {', '.join(allowed)}.{nearest(value, allowed)}")
    return value.lower()


def _number(row: dict, column: str) -> float:
    try:
        return float(row[column].removesuffix("%").replace(",", "."))
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
    spans = [tuple(float(end.replace(",", ".")) for end in match.groups()) for match in found if match]
    if len(spans) < len(found) or any(stop <= start for start, stop in spans) or not spans:
        raise LoaderError(f"{column} '{row[column]}' is not understood. Write start-stop in s, as in '1.5-3; 4-5.5'.")
    return tuple(spans)


def _span(row: dict, column: str) -> tuple[float, float] | None:
    spans = _spans(row, column) or (None,)
    if len(spans) > 1:
        raise LoaderError(
            f"{column} '{row[column]}' has {len(spans)} parts. Write one start-stop in s, as in '0.5-1.5'."
        )
    return spans[0]


def _people(rows: list[SheetRow]) -> list[tuple[int, str]]:
    first = {row.label.participant: row.number for row in reversed(rows)}
    return [(first[other], f"participant '{other}' and '{one}' (row {first[one]}) may be one person. Write one of them everywhere, or give them "
             "names that differ in more than case, blanks and zeros.") for one, other in same_person([row.label.participant for row in rows])]  # fmt: skip


def _trial_key(row: SheetRow) -> object:
    """Return what tells a task trial from others; other kinds may be repeated."""
    if row.label.kind != "task":
        return row.number
    design = tuple(sorted(row.design.items(), key=str))
    return row.study, row.label.participant, row.label.session, row.label.muscle, row.label.side, design, row.trial


def _doubles(rows: list[SheetRow]) -> list[tuple[int, str]]:
    faults = []
    for what, key in (
        ("the same channel of the same file", lambda row: (row.path, row.block, row.channel)),
        ("the same muscle of the same file", lambda row: row.label),
        ("the same trial", _trial_key),
    ):
        seen: dict = {}
        for row in rows:
            first = seen.setdefault(key(row), row)
            if first is not row:
                faults.append((row.number, f"{what} as row {first.number} ({row.file}, {row.label.muscle}). Remove one, or tell them apart by "
                               "condition, load or trial (1, 2, …)."))  # fmt: skip
        if faults:
            break
    return faults
