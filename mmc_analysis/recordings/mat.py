"""MATLAB files: Spike2, Noraxon and LabChart exports, and plain variables."""

import re

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import clock_of
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.mat5 import Mat5, is_mat5
from mmc_analysis.recordings.recording import Channel, Event, listed
from mmc_analysis.recordings.source import Block, File, check_count, make_channel

RATES = re.compile(r"(?:fs|f_s|fsamp|srate|sfreq|samplerate|samplingrate|sampling_?rate|sampling_?frequency|sample_?rate|frequency)(?:_?hz)?$",
                   re.IGNORECASE)  # fmt: skip
TIMES = ("t", "time", "times", "time_s", "timestamp")
MOST_COLUMNS = 512


def is_mat(data: bytes) -> bool:
    """Return whether the content is a MATLAB file that is read."""
    return is_mat5(data) or data.startswith(b"MATLAB 7.3 MAT-file")


def read_mat(file: File, hints: Hints) -> list[Block]:
    """Read a MATLAB file by what its variables look like."""
    if file.data.startswith(b"MATLAB 7.3"):
        raise RecordingError(f"{file.name}: a MATLAB file of version 7.3 (HDF5). Save it with save(…, '-v7').")
    if not is_mat5(file.data):
        raise RecordingError(f"{file.name}: no MATLAB file of version 5 to 7. Save it with save(…, '-v7').")
    variables = Mat5(file.data, file.name).variables()
    if {"data", "datastart", "dataend"} <= variables.keys():
        return _labchart(variables, file.name, hints)
    if any(_is_spike2(value) for value in variables.values()):
        return [_spike2(variables, file.name, hints)]
    signals = list(_named_signals(variables, 0))
    if signals:
        return [_noraxon(signals, variables, file.name, hints)]
    return [_plain(variables, file.name, hints)]


def _vector(value) -> np.ndarray:
    return np.ravel(value) if isinstance(value, np.ndarray) else np.empty(0)


def _scalar(value, default: float = float("nan")) -> float:
    found = _vector(value)
    return float(found[0]) if len(found) == 1 else default


def _word(value) -> str:
    return value if isinstance(value, str) else ""


def _is_spike2(value) -> bool:
    return isinstance(value, dict) and "values" in value and ("interval" in value or "times" in value)


def _spike2(variables: dict, file: str, hints: Hints) -> Block:
    channels, events, notes = [], [], []
    for key, own in variables.items():
        if not isinstance(own, dict):
            continue
        title = _word(own.get("title")) or key
        if _is_spike2(own):
            channels.append(_spike2_channel(own, title, file, hints))
        elif "times" in own:
            codes = own.get("codes")
            for i, onset in enumerate(_vector(own["times"])):
                code = (
                    f" {int(codes[i, 0])}"
                    if isinstance(codes, np.ndarray) and codes.ndim == 2 and i < len(codes)
                    else ""
                )
                if np.isfinite(onset):
                    events.append(Event(float(onset), 0.0, f"{title}{code}"))
        else:
            notes.append(f"'{key}' is no channel of Spike2 and was left out.")
    return Block(channels, events, "Spike2", "", notes)


def _spike2_channel(own: dict, title: str, file: str, hints: Hints) -> Channel:
    values, interval = _vector(own["values"]), _scalar(own.get("interval"))
    where = f"{file}, channel '{title}'"
    notes = check_count(len(values), _scalar(own.get("length"), 0.0), where, hints.strict)
    start = _scalar(own.get("start"), 0.0)
    if not interval > 0:
        clock = clock_of(_vector(own.get("times")), where=where, row=1, unit="s", declared=hints.sampling_frequency)
        return make_channel(
            title,
            clock.place(values),
            clock.sampling_frequency,
            _word(own.get("units")),
            start_s=clock.start_s,
            notes=clock.notes,
        )
    return make_channel(
        title, values, float(f"{1 / interval:.12g}"), _word(own.get("units")), start_s=start, notes=tuple(notes)
    )


def _named_signals(value, depth: int):
    if depth > 8:
        return
    if isinstance(value, dict):
        if isinstance(value.get("name"), str) and isinstance(value.get("data"), np.ndarray) and value["data"].size > 1:
            yield value
            return
        for inner in value.values():
            yield from _named_signals(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:MOST_COLUMNS]:
            yield from _named_signals(inner, depth + 1)


def _noraxon(signals: list[dict], variables: dict, file: str, hints: Hints) -> Block:
    channels = []
    for own in signals:
        rate = next((_scalar(own[key]) for key in own if RATES.match(key)), hints.sampling_frequency)
        if rate is None or not rate > 0:
            raise ask(file, f"the signal '{own['name']}' has no sampling frequency.", "sampling_frequency=")
        unit = _word(own.get("units")) or _word(own.get("unit"))
        channels.append(make_channel(own["name"], _vector(own["data"]), rate, unit))
    info = variables.get("info") if isinstance(variables.get("info"), dict) else {}
    return Block(channels, metadata={"record_name": _word(info.get("record_name"))})


def _labchart(variables: dict, file: str, hints: Hints) -> list[Block]:
    data = _vector(variables["data"])
    starts, ends = (np.atleast_2d(variables[key]) for key in ("datastart", "dataend"))
    rates = np.broadcast_to(np.atleast_2d(variables.get("samplerate", np.full((1, 1), np.nan))), starts.shape)
    titles, units = _rows(variables.get("titles")), _rows(variables.get("unittext"))
    which = np.broadcast_to(np.atleast_2d(variables.get("unittextmap", np.full((1, 1), -1.0))), starts.shape)
    blocks = []
    for b in range(starts.shape[1]):
        channels = []
        for c in range(starts.shape[0]):
            first, last = starts[c, b], ends[c, b]
            if first < 1 or last < first:
                continue
            if last > len(data):
                raise RecordingError(
                    f"{file}: channel {c + 1} of block {b + 1} ends at sample {last:g} of {len(data)}. The file is damaged."
                )
            index, title = int(which[c, b]), titles[c] if c < len(titles) else f"Channel {c + 1}"
            unit = units[index - 1] if 0 < index <= len(units) else ""
            rate = rates[c, b] if rates[c, b] > 0 else hints.sampling_frequency
            if rate is None:
                raise ask(file, f"the channel '{title}' has no sampling frequency.", "sampling_frequency=")
            channels.append(make_channel(title, data[int(first) - 1 : int(last)], rate, unit))
        blocks.append(Block(channels, _comments(variables, b + 1), "LabChart"))
    return blocks


def _rows(value) -> list[str]:
    return [value] if isinstance(value, str) else [str(row).strip() for row in value] if isinstance(value, list) else []


def _comments(variables: dict, block: int) -> list[Event]:
    table, texts, tick = variables.get("com"), _rows(variables.get("comtext")), _vector(variables.get("tickrate"))
    if not isinstance(table, np.ndarray) or table.ndim != 2 or table.shape[1] < 5 or not len(tick):
        return []
    rate = tick[min(block, len(tick)) - 1]
    return [
        Event(float(row[2] / rate), 0.0, texts[int(row[4]) - 1])
        for row in table if row[1] == block and 0 < row[4] <= len(texts) and rate > 0 and np.isfinite(row[2])
    ]  # fmt: skip


def _plain(variables: dict, file: str, hints: Hints) -> Block:
    flat = dict(_flattened(variables, "", 0))
    rate = hints.sampling_frequency or next(
        (_scalar(v) for k, v in flat.items() if RATES.match(k.split(".")[-1]) and _scalar(v) > 0), None
    )
    arrays = {key: value for key, value in flat.items() if value.ndim == 2 and max(value.shape) > 1 and value.size > 8}
    time = next((key for key in arrays if key.split(".")[-1].lower() in TIMES or key == hints.time), None)
    clock = None
    if time is not None:
        own = _vector(arrays.pop(time))
        clock = clock_of(own, where=f"{file}, variable '{time}'", row=1, unit=hints.time_unit, declared=rate)
        rate = clock.sampling_frequency
    if not arrays:
        raise RecordingError(
            f"{file}: there is no variable with a signal. Variables: {listed(tuple(variables)) or 'none'}."
        )
    if rate is None:
        raise ask(
            file,
            f"no variable tells the sampling frequency (variables: {listed(tuple(variables))}).",
            "sampling_frequency= (in Hz)",
        )
    channels = []
    for key, value in arrays.items():
        columns = value if value.shape[0] >= value.shape[1] else value.T
        if columns.shape[1] > MOST_COLUMNS:
            raise RecordingError(
                f"{file}: the variable '{key}' has {value.shape[0]} × {value.shape[1]} values, which is no set of channels."
            )
        for i in range(columns.shape[1]):
            name = key if columns.shape[1] == 1 else f"{key} {i + 1}"
            own = clock.place(columns[:, i]) if clock and len(columns) == (len(clock.positions) if clock.positions is not None else clock.n_samples) \
                else columns[:, i]  # fmt: skip
            channels.append(make_channel(name, own, rate, ""))
    return Block(channels)


def _flattened(value: dict, prefix: str, depth: int):
    for key, inner in value.items():
        if isinstance(inner, dict) and depth < 4:
            yield from _flattened(inner, f"{prefix}{key}.", depth + 1)
        elif isinstance(inner, np.ndarray):
            yield f"{prefix}{key}", np.atleast_2d(inner)
