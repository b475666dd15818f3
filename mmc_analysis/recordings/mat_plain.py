"""Plain variables of a MATLAB file: arrays of signals with a rate or a time that stands beside or above them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import Clock, clock_of, runs_evenly
from mmc_analysis.recordings.emgworks import signal_length
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.mat_values import RATES, Unread, rate_of, scalar, vector, words
from mmc_analysis.recordings.recording import Channel, listed
from mmc_analysis.recordings.source import Block, channel_on
from mmc_analysis.recordings.units import split_name

TIMES = ("t", "time", "times", "time_s", "timestamp", "timestamps", "ticktimes")
LABELS = (
    "labels",
    "label",
    "names",
    "channels",
    "channelnames",
    "channellabels",
    "chanlabels",
    "titles",
    "muscles",
    "description",
)
UNITS = ("units", "unit")
FEWEST_VALUES = 9
MOST_COLUMNS = 512
MOST_DEPTH = 4


@dataclass(frozen=True)
class _Place:
    """Where a clock stands: the struct's name ("" for the file), its rate, its time variable and when that begins."""

    name: str
    rate: float | None
    time: str
    times: np.ndarray | None
    start_s: float


@dataclass(frozen=True)
class _Signal:
    """One variable: its name, its values as found, names and units of its channels, the place of its clock."""

    name: str
    values: np.ndarray
    labels: dict[int, list[str]]
    units: dict[int, list[str]]
    place: _Place


def read_plain(variables: dict, file: str, hints: Hints) -> Block:
    """Read arrays of signals; those whose length does not fit their clock are left out, and that is noted."""
    signals = list(_signals(variables, "", _Place("", None, "", None, 0.0), hints, 0))
    unread = {name: value.kind for name, value in variables.items() if isinstance(value, Unread)}
    if not signals:
        what = "; ".join(f"'{name}' is a {kind} of MATLAB, which is not read" for name, kind in unread.items())
        raise RecordingError(f"{file}: there is no variable with a signal. Variables: {listed(tuple(variables)) or 'none'}. "
                             + (f"{what}: save its columns as plain arrays." if what else "Save one trial as an array of samples by channels."))  # fmt: skip
    channels, left_out = [], []
    for place in dict.fromkeys(signal.place.name for signal in signals):
        own = [signal for signal in signals if signal.place.name == place]
        length = _length(own)
        for signal in own:
            if length not in signal.values.shape:
                left_out.append(f"{signal.name} ({' × '.join(map(str, signal.values.shape))})")
            else:
                channels += _channels(signal, length, file, hints, tuple(variables))
    notes = [f"Left out, as their length is not that of the other signals: {listed(left_out)}."] if left_out else []
    notes += [f"'{name}' is a {kind} of MATLAB and was left out." for name, kind in unread.items()]
    return Block(channels, notes=notes)


def _length(signals: list[_Signal]) -> int:
    times = signals[0].place.times
    return max(max(signal.values.shape) for signal in signals) if times is None else max(times.shape)


def _signals(own: dict, prefix: str, above: _Place, hints: Hints, depth: int) -> Iterator[_Signal]:
    """Yield the arrays of a struct and of the structs in it that may be signals."""
    arrays = {key: value for key, value in own.items() if isinstance(value, np.ndarray) and value.ndim == 2}
    time = next((key for key in arrays if hints.time in (key, f"{prefix}{key}")), None) if hints.time else None
    time = time or next((key for key in arrays if key.lower() in TIMES and arrays[key].size >= FEWEST_VALUES), None)
    rate = rate_of(own)
    place = above
    if time is not None or rate is not None:
        start = scalar(own.get("start_sample"), 0.0) * (1e-3 if own.get("isi_units") == "ms" else 1.0)
        place = _Place(
            prefix, rate or above.rate, f"{prefix}{time or ''}", None if time is None else arrays[time], start
        )
    labels, units = ({len(found): found for key in own if (found := words(own[key])) and key.lower().replace("_", "") in names}
                     for names in (LABELS, UNITS))  # fmt: skip
    for key, value in arrays.items():
        if key != time and value.size >= FEWEST_VALUES and max(value.shape) > 1 and not RATES.match(key):
            yield _Signal(f"{prefix}{key}", value, labels, units, place)
    for key, value in own.items():
        inner = {f"{key}({i + 1})": item for i, item in enumerate(value)} if isinstance(value, list) else {key: value}
        for name, item in inner.items():
            if isinstance(item, dict) and depth < MOST_DEPTH:
                yield from _signals(item, f"{prefix}{name}.", place, hints, depth + 1)


def _channels(signal: _Signal, length: int, file: str, hints: Hints, variables: tuple[str, ...]) -> list[Channel]:
    columns = signal.values if signal.values.shape[0] == length else signal.values.T
    if columns.shape[1] > MOST_COLUMNS:
        raise RecordingError(f"{file}: the variable '{signal.name}' has {columns.shape[0]} × {columns.shape[1]} values, which is no set of "
                             "channels. Save one trial, samples by channels.")  # fmt: skip
    place, where = signal.place, f"{file}, variable '{signal.place.time or signal.name}'"
    rate = place.rate or hints.sampling_frequency
    if place.times is None and columns.shape[1] > 1 and runs_evenly(columns[:, 0]):
        times, columns, first = columns[:, :1], columns[:, 1:], 2
        where = f"{file}, first column of '{signal.name}'"
    else:
        times, first = place.times, 1
    if times is None and rate is None:
        raise ask(
            file,
            f"no variable tells the sampling frequency (variables: {listed(variables)}).",
            "sampling_frequency= (in Hz)",
        )
    count = columns.shape[1]
    labels = (
        signal.labels.get(count)
        or signal.labels.get(signal.values.size // length, [])[1:]
        or [signal.name if count == 1 else f"{signal.name} {i + first}" for i in range(count)]
    )
    units = signal.units.get(count) or signal.units.get(1, [""]) * count
    channels = []
    for i, label in enumerate(labels):
        clock, values = _clock(times, i, columns[:, i], rate, where, hints)
        clock = replace(clock, start_s=place.start_s) if times is None else clock
        name, unit = split_name(label)
        channels.append(channel_on(clock, name, values, units[i] or unit))
    return channels


def _clock(times, i: int, values: np.ndarray, rate: float | None, where: str, hints: Hints) -> tuple[Clock, np.ndarray]:
    """Return the clock of a channel and its values: from one time for all, a time of its own, or the rate."""
    if times is None:
        return Clock(rate, 0.0, None, len(values)), values
    if min(times.shape) > 1:
        own = times if len(times) == len(values) else times.T
        times = own[:, min(i, own.shape[1] - 1)]
        length = signal_length(times)
        times, values = times[:length], values[:length]
    return clock_of(vector(times), where=where, row=1, unit=hints.time_unit, declared=rate), values
