"""C3D files of motion capture: their analog channels, each with its own unit, and events."""

import struct
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.c3d_parameters import BLOCK, Parameters, floats_of, read_parameters
from mmc_analysis.recordings.clock import DISAGREEMENT
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, check_samples, make_channel

MOST_COUNTED = 65_535


def is_c3d(data: bytes) -> bool:
    """Return whether the content is a C3D file."""
    return len(data) >= 2 * BLOCK and data[1] == 0x50 and data[0] >= 2


@dataclass(frozen=True)
class Layout:
    """Where the samples lie: numbers per frame of points and analog, samples per frame, frames, first byte, first frame, rate."""

    points: int
    channels: int
    per_frame: int
    frames: int
    start: int
    first: int
    rate: float
    floating: bool


def read_c3d(file: File, hints: Hints) -> list[Block]:
    """Read the analog channels: (stored - OFFSET) · SCALE · GEN_SCALE; each channel's own unit; points are left aside."""
    parameters = read_parameters(file.data, file.name)
    layout, notes = _layout(file, parameters, hints)
    if layout.channels == 0:
        raise RecordingError(f"{file.name}: the C3D file has no analog channels. Export it with EMG.")
    values = _analog(file.data, layout, parameters)
    labels = parameters.words("ANALOG:LABELS")
    units, fs = parameters.words("ANALOG:UNITS"), layout.rate * layout.per_frame
    said = parameters.number("ANALOG:RATE", fs)
    if abs(said - fs) > DISAGREEMENT * fs:
        raise RecordingError(f"{file.name}: {layout.per_frame} analog samples in each of {layout.rate:g} frames a second make {fs:g} Hz, but "
                             f"ANALOG:RATE says {said:g} Hz. Export it again.")  # fmt: skip
    channels = [
        _channel(
            values[i],
            labels[i] if i < len(labels) and labels[i] else f"Analog {i + 1}",
            units[i] if i < len(units) else "",
            fs,
            layout,
        )
        for i in range(layout.channels)
    ]
    if "ANALOG:UNITS" in parameters.values and len(units) < layout.channels:
        notes.append(f"{layout.channels - len(units)} of {layout.channels} analog channels have no unit.")
    device = " ".join(parameters.words("MANUFACTURER:COMPANY") + parameters.words("MANUFACTURER:SOFTWARE"))
    return [Block(channels, _events(parameters), device, "", notes)]


def _layout(file: File, parameters: Parameters, hints: Hints) -> tuple[Layout, list[str]]:
    data, order = file.data, parameters.order
    points, analog, first, last = struct.unpack(f"{order}HHHH", data[2:10])
    block, per_frame = struct.unpack(f"{order}HH", data[16:20])
    rate = parameters.number("POINT:RATE", float(floats_of(data[20:24], parameters.processor)[0]))
    block = int(parameters.number("POINT:DATA_START", block)) or block
    channels = analog // per_frame if per_frame else 0
    floating = parameters.number("POINT:SCALE", float(floats_of(data[12:16], parameters.processor)[0])) < 0
    start, width = (block - 1) * BLOCK, (4 if floating else 2) * (4 * points + analog)
    if (
        not (np.isfinite(rate) and 0 < rate <= 1e5)
        or block < 2
        or width == 0
        or start >= len(data)
        or analog % max(per_frame, 1)
    ):
        raise RecordingError(f"{file.name}: {points} points and {analog} analog values per frame at {rate:g} Hz from block {block} on do not "
                             "fit together. The file is damaged.")  # fmt: skip
    there = (len(data) - start) // width
    declared = _declared_frames(parameters, first, last)
    check_samples(min(there, max(declared, 1)) * analog, file.name)
    notes = []
    if last == MOST_COUNTED and declared <= MOST_COUNTED < there:
        notes.append(f"The header counts frames only to {MOST_COUNTED}, and the file has room for {there}: what follows was not read. Export "
                     "it again with other software.")  # fmt: skip
    if there < declared:
        said = f"{there} frames, but the header declares {declared}: the file ends early."
        if hints.strict or there < 1:
            raise RecordingError(f"{file.name}: {said} Copy it again, or read what there is with strict=False.")
        notes.append(said)
    return Layout(points, channels, per_frame, min(there, declared), start, max(first, 1), rate, floating), notes


def _declared_frames(parameters: Parameters, first: int, last: int) -> int:
    frames = last - first + 1
    fields = [parameters.numbers(f"TRIAL:ACTUAL_{end}_FIELD") for end in ("START", "END")]
    if all(len(field) == 2 for field in fields):
        low, high = (int(field[0]) % 65536 + 65536 * (int(field[1]) % 65536) for field in fields)
        return high - low + 1 if high >= low else frames
    long_frames = parameters.number("POINT:LONG_FRAMES", 0.0)
    return int(long_frames) if last == 65535 and long_frames > 0 else frames


def _analog(data: bytes, layout: Layout, parameters: Parameters) -> np.ndarray:
    count = 4 * layout.points + layout.channels * layout.per_frame
    size = (4 if layout.floating else 2) * count * layout.frames
    raw = data[layout.start : layout.start + size]
    if layout.floating:
        stored = floats_of(raw, parameters.processor)
    else:
        unsigned = "UNSIGNED" in [word.upper() for word in parameters.words("ANALOG:FORMAT")]
        stored = np.frombuffer(raw, f"{parameters.order}{'u' if unsigned else 'i'}2").astype(float)
    analog = stored.reshape(layout.frames, count)[:, 4 * layout.points :]
    analog = analog.reshape(layout.frames * layout.per_frame, layout.channels).T
    scale = _filled(parameters.series("ANALOG:SCALE"), layout.channels, 1.0)
    offset = _filled(parameters.series("ANALOG:OFFSET"), layout.channels, 0.0)
    if not layout.floating and "UNSIGNED" in [word.upper() for word in parameters.words("ANALOG:FORMAT")]:
        offset = offset % 65536
    return (analog - offset[:, None]) * (scale * parameters.number("ANALOG:GEN_SCALE", 1.0))[:, None]


def _filled(values: np.ndarray, count: int, default: float) -> np.ndarray:
    return np.concatenate([values[:count], np.full(max(0, count - len(values)), default)])


def _channel(values: np.ndarray, label: str, unit: str, fs: float, layout: Layout) -> Channel:
    notes = () if values.any() else ("All samples are zero: the input was not used.",)
    return make_channel(label, values, fs, unit, start_s=(layout.first - 1) / layout.rate, notes=notes)


def _events(parameters: Parameters) -> list[Event]:
    times, labels, contexts = (
        parameters.matrix("EVENT:TIMES"), parameters.words("EVENT:LABELS"), parameters.words("EVENT:CONTEXTS")
    )  # fmt: skip
    found = []
    for i in range(min(int(parameters.number("EVENT:USED", 0)), times.shape[1])):
        onset = 60 * float(times[0, i]) + float(times[1, i])
        words = [part[i] for part in (contexts, labels) if i < len(part) and part[i]]
        if np.isfinite(onset):
            found.append(Event(onset, 0.0, " ".join(words) or "event"))
    return found
