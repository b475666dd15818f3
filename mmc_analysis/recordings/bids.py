"""Sidecars of BIDS-EMG: what stands beside the data file, or above it for several files."""

import hashlib
import io
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.naming import TYPES
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import File
from mmc_analysis.recordings.units import plain_unit

LARGEST_SIDECAR = 10_000_000
HIGHEST_FOLDER = 4
SAME_ONSET_S = 1e-3
UNIT_LENGTH = 8
MARKED_BAD = "Marked bad in the channels table"
MOTION_TYPES = ("ACCEL", "GYRO", "MAGN")


@dataclass(frozen=True)
class Sidecars:
    """What sidecars say: channels with their muscles and types, events, notes, the JSON sidecar as text."""

    channels: list[Channel]
    events: list[Event]
    notes: list[str] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)


def sidecars(file: File, channels: list[Channel], events: list[Event]) -> Sidecars:
    """Apply ``_channels.tsv``, ``_events.tsv`` and ``_emg.json`` to what a data file ``…_emg.edf`` or ``.bdf`` holds.

    They may stand in a folder above for several files, with fewer entities in their names; the nearest one holds. The header of
    the data file decides about units and rates, because it scales the numbers; a sidecar that differs is noted.

    Raises
    ------
    RecordingError
        If a sidecar cannot be read.
    """
    if not file.path.stem.endswith("_emg"):
        return Sidecars(channels, events)
    path = _nearest(file.path, "channels.tsv")
    table = _table(path, "name")
    twice = [] if table is None else list(table["name"][table["name"].duplicated()])
    if twice:
        raise RecordingError(f"{path.name}: the channel '{twice[0]}' stands in two rows. Remove the row that is wrong.")
    metadata: dict = {}
    for path in reversed(_applying(file.path, "emg.json")):
        metadata |= _read_json(path)
    notes: list[str] = []
    rows = {} if table is None else {str(row["name"]): row for row in table.to_dict("records")}
    found = [_with_row(channel, rows.get(channel.name), notes) for channel in channels]
    for name in rows.keys() - {channel.name for channel in channels}:
        notes.append(f"The channels table lists '{name}', which the data file lacks.")
    notes += _rate_notes(found, metadata)
    events = _with_table(events, _table(_nearest(file.path, "events.tsv"), "onset"))
    return Sidecars(found, events, sorted(notes), {key: str(value) for key, value in metadata.items()})


def sidecar_digest(path: Path) -> str:
    """Return a checksum of all sidecars that hold for a data file; "" where there are none.

    Examples
    --------
    >>> sidecar_digest(Path("trial.csv"))
    ''
    """
    if not path.stem.endswith("_emg"):
        return ""
    found = [one for suffix in ("channels.tsv", "events.tsv", "emg.json") for one in _applying(path, suffix)]
    digest = hashlib.sha256()
    for one in found:
        digest.update(one.name.encode() + one.read_bytes())
    return digest.hexdigest() if found else ""


def _entities(stem: str) -> frozenset[str]:
    return frozenset(part for part in stem.split("_") if "-" in part)


def _applying(data: Path, suffix: str) -> list[Path]:
    """Return the sidecars that hold for a data file, nearest first: none of their entities is another than the file's."""
    own, found = _entities(data.stem), []
    for folder in list(data.parents)[: HIGHEST_FOLDER + 1]:
        here = [path for path in folder.glob(f"*{suffix}") if path.name == suffix or path.name.endswith(f"_{suffix}")]
        here = [path for path in here if _entities(path.name.removesuffix(suffix)) <= own and path.is_file()]
        found += sorted(here, key=lambda path: (-len(_entities(path.name.removesuffix(suffix))), path.name))
        if (folder / "dataset_description.json").is_file():
            break
    return found


def _nearest(data: Path, suffix: str) -> Path | None:
    return next(iter(_applying(data, suffix)), None)


def _table(path: Path | None, needed: str) -> pd.DataFrame | None:
    if path is None or path.stat().st_size > LARGEST_SIDECAR:
        return None
    try:
        table = pd.read_csv(
            io.BytesIO(path.read_bytes()), sep="\t", dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (ValueError, UnicodeError, OSError) as fault:
        raise RecordingError(
            f"{path.name}: the table cannot be read ({str(fault)[:120]}). Correct it: tabs between cells, UTF-8."
        ) from fault
    if needed not in table:
        raise RecordingError(
            f"{path.name}: a table of this kind has a column '{needed}'; found {', '.join(map(str, table.columns))}. Add it."
        )
    return table


def _read_json(path: Path) -> dict:
    if path.stat().st_size > LARGEST_SIDECAR:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError) as fault:
        raise RecordingError(
            f"{path.name}: the sidecar is no JSON ({str(fault)[:120]}). Correct it, or take it away."
        ) from fault
    return found if isinstance(found, dict) else {}


def _said(row: dict, key: str) -> str:
    value = str(row.get(key, "")).strip()
    return "" if value.lower() in ("", "n/a", "nan") else value


def _with_row(channel: Channel, row: dict | None, notes: list[str]) -> Channel:
    if row is None:
        return channel
    unit, kind = plain_unit(_said(row, "units")), _said(row, "type").upper()
    if channel.unit and len(channel.unit) == UNIT_LENGTH and unit.startswith(channel.unit):
        channel = replace(channel, unit=unit)
    if unit and channel.unit and unit != channel.unit:
        notes.append(f"Channel '{channel.name}': the channels table says {unit}, the data file {channel.unit}; the data file decides. If it "
                     f"is wrong, say unit={{'{channel.name}': '{unit}'}}.")  # fmt: skip
    own = []
    if _said(row, "status").lower() == "bad":
        own.append(f"{MARKED_BAD}: {_said(row, 'status_description') or 'no reason given'}")
    side, muscle = _side_and_muscle(_said(row, "target_muscle"))
    known = kind in TYPES and not (kind == "MISC" and channel.type in MOTION_TYPES)
    return replace(channel, unit=channel.unit or unit, type=kind if known else channel.type, side=side or channel.side,
                   muscle=muscle or channel.muscle, notes=(*channel.notes, *own))  # fmt: skip


def _side_and_muscle(text: str) -> tuple[str, str]:
    first, _, rest = text.partition(" ")
    return (first.lower(), rest) if first.lower() in ("left", "right") and rest else ("", text)


def _rate_notes(channels: list[Channel], metadata: dict) -> list[str]:
    declared = metadata.get("SamplingFrequency")
    rates = {channel.sampling_frequency for channel in channels if channel.type == "EMG"}
    if not isinstance(declared, int | float) or not rates or any(abs(rate - declared) <= 1e-3 * rate for rate in rates):
        return []
    return [
        f"The sidecar says {declared:g} Hz, the data file {', '.join(f'{rate:g}' for rate in sorted(rates))} Hz; the data file decides."
    ]


def _with_table(events: list[Event], table: pd.DataFrame | None) -> list[Event]:
    """Return the events of a table, and those of the data file that it lacks."""
    if table is None:
        return events
    found = []
    for row in table.to_dict("records"):
        onset = pd.to_numeric(_said(row, "onset"), errors="coerce")
        duration = pd.to_numeric(_said(row, "duration") or "0", errors="coerce")
        label = next((_said(row, key) for key in ("trial_type", "value", "event_type") if _said(row, key)), "event")
        if pd.notna(onset):
            found.append(
                Event(
                    float(onset), max(0.0, float(duration)) if pd.notna(duration) else 0.0, label, _said(row, "channel")
                )
            )
    missing = [
        event
        for event in events
        if not any(abs(event.onset_s - other.onset_s) <= SAME_ONSET_S and event.label == other.label for other in found)
    ]
    return [*found, *missing]
