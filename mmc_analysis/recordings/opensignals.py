"""OpenSignals text files of PLUX and BITalino devices: a JSON header, converter counts."""

import json
import re

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import Clock
from mmc_analysis.recordings.counts import are_counts, opensignals_transfer
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.naming import guess_type
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.text import open_text, read_columns, sniff, split_line

DIGITAL = re.compile(r"(?:DI|DO|I\d|O\d|digital.*)$", re.IGNORECASE)


def is_opensignals(lines: list[str]) -> bool:
    """Return whether the first line is that of an OpenSignals text file."""
    return bool(lines) and lines[0].lstrip("# ").startswith("OpenSignals Text File Format")


def read_opensignals(file: File, hints: Hints) -> list[Block]:
    """Read an OpenSignals text file; EMG counts become mV, other sensors stay counts."""
    text = open_text(file.data, file.name, hints.encoding)
    end = next((i for i, line in enumerate(text.head) if "EndOfHeader" in line), None)
    header = next((line.lstrip("# ") for line in text.head[:end] if line.lstrip("# ").startswith("{")), None)
    if end is None or header is None:
        raise RecordingError(f"{file.name}: the header of an OpenSignals file ends with '# EndOfHeader' and holds a line of JSON; this lacks "
                             "one of them.")  # fmt: skip
    try:
        devices = json.loads(header)
    except (ValueError, RecursionError) as fault:
        raise RecordingError(f"{file.name}: the JSON of the header is broken ({fault}).") from fault
    lines = text.head[end + 1 :] if text.complete else text.head[end + 1 : -1]
    dialect = sniff(lines, file.name, end + 2, delimiter="\t", decimal=hints.decimal)
    columns = sum(len(device["column"]) for device in devices.values())
    width = max([columns, *(len(split_line(line.rstrip("\t"), "\t")) for line in lines[:50] if line.strip())])
    frame = read_columns(text, dialect, first_line=end + 1, width=width, usecols=list(range(columns)))
    channels, events, notes, start = [], [], [], 0
    for key, device in devices.items():
        found = {name: frame[start + i].to_numpy() for i, name in enumerate(device["column"])}
        start += len(device["column"])
        name = key if len(devices) > 1 else ""
        channels += _channels(found, device, name, file.name, hints, notes, events)
    first = next(iter(devices.values()))
    kind = f"{first.get('device', '')} {first.get('device name', '')}".strip()
    started = f"{first.get('date', '')} {first.get('time', '')}".strip()
    return [Block(channels, events, kind, started, notes, {"comments": str(first.get("comments", ""))})]


def _channels(
    found, device, prefix: str, file: str, hints: Hints, notes: list[str], events: list[Event]
) -> list[Channel]:
    fs = float(device.get("sampling rate") or hints.sampling_frequency or 0)
    if not 0 < fs <= 1e6:
        raise ask(file, f"the header has the sampling rate {device.get('sampling rate')!r}.", "sampling_frequency=")
    names = list(found)
    analog = [name for name in names if name != "nSeq" and not DIGITAL.match(name)]
    clock = (
        sequence_clock(found["nSeq"], fs, device.get("device", ""))
        if "nSeq" in found
        else Clock(fs, 0.0, None, len(found[names[0]]))
    )
    notes += clock.notes
    resolutions = device.get("resolution")
    resolutions = resolutions[-len(analog) :] if isinstance(resolutions, list) and analog else []
    channels = []
    for i, name in enumerate(analog):
        sensor = _entry(device.get("sensor"), i)
        label = _entry(device.get("label"), i) or name
        label = f"{prefix} {label}".strip()
        bits = _entry(resolutions, i) or 16
        channels.append(
            sensor_channel(clock.place(found[name]), fs, label, sensor, int(bits), device.get("device", ""), hints)
        )
    for name in names:
        if DIGITAL.match(name):
            events += edges(clock.place(found[name]), fs, f"{prefix} {name}".strip())
    return channels


def _entry(items, i: int):
    return items[i] if isinstance(items, list) and i < len(items) else ""


def sensor_channel(
    values: np.ndarray, fs: float, label: str, sensor: str, bits: int, device: str, hints: Hints
) -> Channel:
    """Return one sensor's channel: EMG and ECG counts of PLUX in mV; others as they are, in counts."""
    kind = sensor.upper() if sensor.upper() in ("EMG", "ECG") else guess_type(f"{sensor} {label}", "")
    if not are_counts(values, bits):
        return Channel(
            label, values, fs, "", kind, notes=(f"Sensor {sensor}: not whole numbers, so converted before.",)
        )
    if kind != "EMG":
        return Channel(label, values, fs, "counts", kind, notes=())
    transfer = opensignals_transfer(bits, device, hints)
    return Channel(label, transfer.millivolts(values), fs, "mV", "EMG", notes=(transfer.note,))


def sequence_clock(sequence: np.ndarray, fs: float, device: str) -> Clock:
    """Return the clock behind a sequence number: steps above 1 are lost samples; the number wraps around.

    Examples
    --------
    >>> sequence_clock(np.array([14.0, 15.0, 0.0, 3.0]), 1000.0, "bitalino").n_samples
    6
    """
    if len(sequence) == 0 or not np.isfinite(sequence).all() or sequence.min() < 0:
        return Clock(
            fs, 0.0, None, len(sequence), ("The sequence number is not usable; lost samples cannot be found.",)
        )
    highest = int(min(sequence.max(), 2.0**40))
    wrap = next((2**bits for bits in (4, 8, 12, 15, 16, 32) if highest < 2**bits), 2**41)
    if (np.diff(sequence) < 0).any() is np.False_:
        wrap = 2**41
    steps = np.mod(np.diff(sequence), wrap).astype(np.int64)
    lost = int((steps - 1).clip(0).sum())
    if lost == 0 and (steps == 1).all():
        return Clock(fs, 0.0, None, len(sequence))
    if (steps == 0).any() or lost > len(sequence):
        return Clock(
            fs, 0.0, None, len(sequence), ("The sequence number does not count samples; lost samples cannot be found.",)
        )
    positions = np.concatenate([[0], np.cumsum(steps)])
    note = f"{lost} samples were lost, as the sequence number shows; they are empty (NaN)."
    return Clock(fs, 0.0, positions, int(positions[-1]) + 1, (note,))


def edges(values: np.ndarray, fs: float, label: str) -> list[Event]:
    """Return the stretches in which a digital line differs from where it began.

    Examples
    --------
    >>> [event.onset_s for event in edges(np.array([0.0, 0.0, 1.0, 1.0, 0.0]), 10.0, "DI")]
    [0.2]
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return []
    on = np.concatenate([[False], np.isfinite(values) & (values != known[0]), [False]])
    starts, stops = np.flatnonzero(on[1:] & ~on[:-1]), np.flatnonzero(~on[1:] & on[:-1])
    if len(starts) > max(20, len(values) // 20):
        return []
    return [Event(float(a / fs), float((b - a) / fs), label, label) for a, b in zip(starts, stops, strict=True)]
