"""Sidecars of BIDS-EMG: what stands beside the data file."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.naming import TYPES
from mmc_analysis.recordings.recording import Channel
from mmc_analysis.recordings.source import File
from mmc_analysis.recordings.units import plain_unit

LARGEST_SIDECAR = 10_000_000


def sidecars(file: File, channels: list[Channel]) -> tuple[list[Channel], list[str], dict[str, str]]:
    """Apply ``_channels.tsv`` and ``_emg.json`` beside a file to its channels.

    The header of the data file decides about units: it scales the numbers. A sidecar that differs is noted.

    Returns
    -------
    channels : list of Channel
    notes : list of str
    metadata : dict of str to str
        The JSON sidecar.
    """
    if not file.path.stem.endswith("_emg"):
        return channels, [], {}
    base = file.path.stem.removesuffix("_emg")
    table = _read_table(file.path.with_name(f"{base}_channels.tsv"))
    metadata = _read_json(file.path.with_name(f"{base}_emg.json"))
    notes: list[str] = []
    rows = {} if table is None else {str(row["name"]): row for row in table.to_dict("records")}
    channels = [_with_row(channel, rows.get(channel.name), notes) for channel in channels]
    for name in rows.keys() - {channel.name for channel in channels}:
        notes.append(f"The channels table lists '{name}', which the data file lacks.")
    notes += _rate_notes(channels, metadata)
    return channels, sorted(notes), {key: str(value) for key, value in metadata.items()}


def _read_table(path: Path) -> pd.DataFrame | None:
    if not path.is_file() or path.stat().st_size > LARGEST_SIDECAR:
        return None
    try:
        table = pd.read_csv(io.BytesIO(path.read_bytes()), sep="\t", dtype=str, keep_default_na=False)
    except (ValueError, UnicodeError, OSError) as fault:
        raise RecordingError(f"{path.name}: the channels table cannot be read ({str(fault)[:120]}).") from fault
    if "name" not in table:
        raise RecordingError(
            f"{path.name}: a channels table has a column 'name'; found {', '.join(map(str, table.columns))}."
        )
    return table


def _read_json(path: Path) -> dict:
    if not path.is_file() or path.stat().st_size > LARGEST_SIDECAR:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, OSError) as fault:
        raise RecordingError(f"{path.name}: the sidecar is no JSON ({str(fault)[:120]}).") from fault
    return found if isinstance(found, dict) else {}


def _said(row: dict, key: str) -> str:
    value = str(row.get(key, "")).strip()
    return "" if value.lower() in ("", "n/a", "nan") else value


def _with_row(channel: Channel, row: dict | None, notes: list[str]) -> Channel:
    if row is None:
        return channel
    unit, kind = plain_unit(_said(row, "units")), _said(row, "type").upper()
    if unit and channel.unit and unit != channel.unit:
        notes.append(f"Channel '{channel.name}': the channels table says {unit}, the data file {channel.unit}; the data file decides. If it "
                     f"is wrong, say unit={{'{channel.name}': '{unit}'}}.")  # fmt: skip
    own = []
    if _said(row, "status").lower() == "bad":
        own.append(f"Marked bad in the channels table: {_said(row, 'status_description') or 'no reason given'}.")
    return replace(channel, unit=channel.unit or unit, type=kind if kind in TYPES else channel.type,
                   muscle=_said(row, "target_muscle") or channel.muscle, notes=(*channel.notes, *own))  # fmt: skip


def _rate_notes(channels: list[Channel], metadata: dict) -> list[str]:
    declared = metadata.get("SamplingFrequency")
    rates = {channel.sampling_frequency for channel in channels if channel.type == "EMG"}
    if not isinstance(declared, int | float) or not rates or any(abs(rate - declared) <= 1e-3 * rate for rate in rates):
        return []
    return [
        f"The sidecar says {declared:g} Hz, the data file {', '.join(f'{rate:g}' for rate in sorted(rates))} Hz; the data file decides."
    ]
