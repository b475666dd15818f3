"""OpenSignals HDF5 files: one group per device, each with its own sampling rate."""

import io
import re

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra
from mmc_analysis.recordings.clock import Clock
from mmc_analysis.recordings.hdf5 import attribute_text, members, read_numbers
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.opensignals import Sensor, sensor_channel, sequence_clock
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, check_count
from mmc_analysis.recordings.triggers import line_events


def read_opensignals_h5(file: File, hints: Hints) -> list[Block]:
    """Read an OpenSignals HDF5 file."""
    h5py = import_extra("h5py", "recordings")
    with h5py.File(io.BytesIO(file.data), "r") as book:
        devices = [book[name] for name in members(book) if isinstance(book[name], h5py.Group) and "raw" in book[name]]
        if not devices:
            raise RecordingError(f"{file.name}: an HDF5 file without devices and raw channels as OpenSignals writes them. Groups: "
                                 f"{', '.join(list(book)[:20]) or 'none'}. Export the recording as text or MAT.")  # fmt: skip
        channels, events, notes = [], [], []
        for device in devices:
            prefix = device.name.strip("/") if len(devices) > 1 else ""
            channels += _channels(device, prefix, file, hints, notes, events)
        first = dict(devices[0].attrs)
        started = f"{attribute_text(first.get('date', ''))} {attribute_text(first.get('time', ''))}".strip()
        return [
            Block(
                channels,
                events,
                attribute_text(first.get("device", "")),
                started,
                notes,
                {"comments": attribute_text(first.get("comments", ""))},
            )
        ]


def _channels(device, prefix: str, file: File, hints: Hints, notes: list[str], events: list[Event]) -> list[Channel]:
    attributes, raw = dict(device.attrs), device["raw"]
    where = f"{file.name}, device {device.name}"
    fs = float(np.ravel(attributes.get("sampling rate", 0))[0])
    if not 0 < fs <= 1e6:
        raise RecordingError(f"{where}: the sampling rate is {fs:g}. The file is damaged.")
    bits = [int(value) for value in np.ravel(attributes.get("resolution", ()))]
    names = sorted(
        (name for name in raw if re.match(r"channel_?\d+$", name)), key=lambda name: int(re.sub(r"\D", "", name))
    )
    bits = bits * len(names) if len(bits) == 1 else bits[-len(names) :] if len(bits) >= len(names) else [0] * len(names)
    data = {name: _flat(raw[name], f"{where}, {name}", len(file.data)) for name in names}
    length = max((len(values) for values in data.values()), default=0)
    notes += check_count(length, float(np.ravel(attributes.get("nsamples", 0))[0]), where, hints.strict)
    clock = Clock(fs, 0.0, None, length)
    if "nSeq" in raw:
        clock = sequence_clock(_flat(raw["nSeq"], f"{where}, nSeq", len(file.data)), fs)
        notes += [f"{prefix} {note}".strip() for note in clock.notes]
    if clock.positions is not None and len(clock.positions) != length:
        clock = Clock(fs, 0.0, None, length)
    channels = []
    for i, name in enumerate(names):
        own = dict(raw[name].attrs)
        label = f"{prefix} {attribute_text(own.get('label', '')) or name}".strip()
        sensor = Sensor(
            label, attribute_text(own.get("sensor", "")), bits[i], attribute_text(attributes.get("device", ""))
        )
        channels.append(sensor_channel(clock.place(data[name]), fs, sensor, file.name, hints))
    for name in device["digital"] if "digital" in device else ():
        line = _flat(device["digital"][name], f"{where}, {name}", len(file.data))
        line = clock.place(line) if len(line) == clock.n_rows else line
        events += line_events(line, fs, f"{prefix} {name}".strip())
    return channels


def _flat(dataset, where: str, size: int) -> np.ndarray:
    return read_numbers(dataset, where, size).ravel()
