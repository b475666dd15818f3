"""OpenSignals text files of PLUX and BITalino devices: a JSON header, converter counts."""

import json
import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.cells import sniff, split_line
from mmc_analysis.recordings.clock import Clock
from mmc_analysis.recordings.counts import are_counts, opensignals_transfer
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.naming import guess_type
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File
from mmc_analysis.recordings.text_columns import read_columns
from mmc_analysis.recordings.triggers import line_events

LARGEST_SEQUENCE = 2**41
MOST_BITS = 24
DIGITAL = re.compile(r"(?:DI|DO|I\d|O\d|digital.*)$", re.IGNORECASE)


def is_opensignals(lines: list[str]) -> bool:
    """Return whether the first line is that of an OpenSignals text file."""
    return bool(lines) and lines[0].lstrip("# ").startswith("OpenSignals Text File Format")


def read_opensignals(file: File, hints: Hints) -> list[Block]:
    """Read an OpenSignals text file; EMG counts become mV, other sensors stay counts."""
    text = file.text(hints.encoding)
    end = next((i for i, line in enumerate(text.head) if "EndOfHeader" in line), None)
    header = next((line.lstrip("# ") for line in text.head[:end] if line.lstrip("# ").startswith("{")), None)
    if end is None or header is None:
        raise RecordingError(f"{file.name}: the header of an OpenSignals file ends with '# EndOfHeader' and holds a line of JSON; this lacks "
                             "one of them.")  # fmt: skip
    try:
        devices = json.loads(header)
    except (ValueError, RecursionError) as fault:
        raise RecordingError(
            f"{file.name}: the JSON of the header is broken ({fault}). Export it again, or correct that line."
        ) from fault
    lines = text.rows(end + 1)
    delimiter = hints.delimiter or ("\t" if any("\t" in line for line in lines[:50]) else None)
    dialect = sniff(lines, file.name, end + 2, delimiter=delimiter, decimal=hints.decimal)
    columns = sum(len(device["column"]) for device in devices.values())
    width = max(
        [columns, *(len(split_line(line.rstrip("\t"), dialect.delimiter)) for line in lines[:50] if line.strip())]
    )
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
    clock = sequence_clock(found["nSeq"], fs) if "nSeq" in found else Clock(fs, 0.0, None, len(found[names[0]]))
    notes += clock.notes
    resolutions = device.get("resolution")
    resolutions = resolutions[-len(analog) :] if isinstance(resolutions, list) and analog else []
    channels = []
    for i, name in enumerate(analog):
        label = f"{prefix} {_entry(device.get('label'), i) or name}".strip()
        sensor = Sensor(label, str(_entry(device.get("sensor"), i)), int(_entry(resolutions, i) or 0), str(device.get("device", "")),
                        bool(device.get("convertedValues")))  # fmt: skip
        channels.append(sensor_channel(clock.place(found[name]), fs, sensor, file, hints))
    for name in names:
        if DIGITAL.match(name):
            events += line_events(clock.place(found[name]), fs, f"{prefix} {name}".strip())
    return channels


def _entry(items, i: int):
    return items[i] if isinstance(items, list) and i < len(items) else ""


@dataclass(frozen=True)
class Sensor:
    """What a header says of one channel: its name, the kind of sensor, bits of the converter (0 if not said), the device, whether values are converted."""

    label: str
    kind: str
    bits: int
    device: str
    converted: bool = False


def sensor_channel(values: np.ndarray, fs: float, sensor: Sensor, file: str, hints: Hints) -> Channel:
    """Return one sensor's channel: EMG counts of PLUX in mV; others as they are, in counts; converted values without a unit."""
    words = sensor.kind.upper()
    kind = words if words in ("EMG", "ECG") else guess_type(f"{sensor.kind} {sensor.label}", "")
    bits = hints.bits or sensor.bits
    if sensor.converted or not are_counts(values, bits or MOST_BITS):
        return Channel(sensor.label, values, fs, "", kind, notes=(f"Sensor {sensor.kind}: converted before, to a unit that the file does not "
                                                                  "say.",))  # fmt: skip
    if kind != "EMG":
        return Channel(sensor.label, values, fs, "counts", kind)
    if not bits:
        raise ask(
            file,
            f"channel '{sensor.label}' holds counts of a converter whose resolution the header does not say.",
            "bits=",
        )
    transfer = opensignals_transfer(bits, sensor.device, f"{file}, channel '{sensor.label}'", hints)
    return Channel(sensor.label, transfer.millivolts(values), fs, "mV", "EMG", notes=(transfer.note,))


def sequence_clock(sequence: np.ndarray, fs: float) -> Clock:
    """Return the clock behind a sequence number: steps above 1 are lost samples; the number wraps around.

    Examples
    --------
    >>> sequence_clock(np.array([14.0, 15.0, 0.0, 3.0]), 1000.0).n_samples
    6
    """
    if len(sequence) == 0 or not np.isfinite(sequence).all() or sequence.min() < 0:
        return Clock(
            fs, 0.0, None, len(sequence), ("The sequence number is not usable; lost samples cannot be found.",)
        )
    wraps = bool((np.diff(sequence) < 0).any())
    wrap = 2 ** int(sequence.max()).bit_length() if wraps and sequence.max() < LARGEST_SEQUENCE else LARGEST_SEQUENCE
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
