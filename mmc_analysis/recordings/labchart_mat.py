"""LabChart MAT exports: all samples in one row with positions for each channel and block, or one matrix for each block."""

import re

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import clock_of
from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.mat_values import vector, words
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, channel_on, make_channel

_BLOCK = re.compile(r"data_block(\d+)$")


def is_labchart_mat(variables: dict) -> bool:
    """Return whether the variables are those of an export of LabChart, in either layout."""
    return {"data", "datastart", "dataend"} <= variables.keys() or any(map(_BLOCK.match, variables))


def read_labchart_mat(variables: dict, file: str, hints: Hints) -> list[Block]:
    """Read an export of LabChart; each block is a trial of its own."""
    if "datastart" in variables:
        return _by_positions(variables, file, hints)
    numbers = sorted(int(found.group(1)) for name in variables if (found := _BLOCK.match(name)))
    return [_matrix(variables, number, file, hints) for number in numbers]


def _by_positions(variables: dict, file: str, hints: Hints) -> list[Block]:
    starts = _table(variables, "datastart", None)
    tables = {name: _table(variables, name, starts.shape, missing) for name, missing in
              (("dataend", np.nan), ("samplerate", np.nan), ("unittextmap", -1.0), ("scaleunits", 1.0), ("scaleoffset", 0.0))}  # fmt: skip
    blocks = []
    for b in range(starts.shape[1]):
        found = [
            _channel(variables, {name: own[c, b] for name, own in tables.items()} | {"datastart": starts[c, b]}, (c, b), file, hints)
            for c in range(starts.shape[0]) if starts[c, b] >= 1 and tables["dataend"][c, b] >= starts[c, b]
        ]  # fmt: skip
        blocks.append(Block(found, _comments(variables, b + 1), "LabChart"))
    return blocks


def _table(variables: dict, name: str, shape, missing: float = np.nan) -> np.ndarray:
    value = variables.get(name)
    found = np.atleast_2d(value) if isinstance(value, np.ndarray) and value.size else np.full((1, 1), missing)
    return found if shape is None else np.broadcast_to(found, shape)


def _channel(variables: dict, own: dict[str, float], place: tuple[int, int], file: str, hints: Hints) -> Channel:
    data, titles, units = (
        vector(variables["data"]),
        words(variables.get("titles", [])),
        words(variables.get("unittext", [])),
    )
    channel, block = place
    if own["dataend"] > len(data):
        raise RecordingError(f"{file}: channel {channel + 1} of block {block + 1} ends at sample {own['dataend']:g} of {len(data)}. The file is "
                             "damaged.")  # fmt: skip
    title = titles[channel] if channel < len(titles) and titles[channel] else f"Channel {channel + 1}"
    rate = own["samplerate"] if own["samplerate"] > 0 else hints.sampling_frequency
    if rate is None:
        raise ask(file, f"the channel '{title}' has no sampling frequency.", "sampling_frequency=")
    index = int(own["unittextmap"])
    values, notes = data[int(own["datastart"]) - 1 : int(own["dataend"])], ()
    if (own["scaleunits"], own["scaleoffset"]) != (1.0, 0.0) and (values == np.round(values)).all():
        values, notes = (
            (values + own["scaleoffset"]) * own["scaleunits"],
            ("Numbers of 16 bits were scaled by scaleoffset and scaleunits.",),
        )
    return make_channel(title, values, rate, units[index - 1] if 0 < index <= len(units) else "", notes=notes)


def _comments(variables: dict, block: int) -> list[Event]:
    """Return comments: rows of channel, block, position in ticks, kind and text."""
    table, texts, tick = variables.get("com"), words(variables.get("comtext", [])), vector(variables.get("tickrate"))
    if not isinstance(table, np.ndarray) or table.ndim != 2 or table.shape[1] < 5 or not len(tick):
        return []
    rate = tick[min(block, len(tick)) - 1]
    return [
        Event(float(row[2] / rate), 0.0, texts[int(row[4]) - 1])
        for row in table if row[1] == block and 0 < row[4] <= len(texts) and rate > 0 and np.isfinite(row[2])
    ]  # fmt: skip


def _matrix(variables: dict, number: int, file: str, hints: Hints) -> Block:
    """Return a block of the simple layout: a matrix of channels in rows, the times of its columns, titles, comments."""
    data = np.atleast_2d(variables[f"data_block{number}"])
    times = vector(variables.get(f"ticktimes_block{number}"))
    if len(times) != data.shape[1]:
        raise RecordingError(
            f"{file}: block {number} has {data.shape[1]} samples and {len(times)} times. Export it again."
        )
    clock = clock_of(
        times, where=f"{file}, ticktimes_block{number}", row=1, unit="s", declared=hints.sampling_frequency
    )
    titles, units = (words(variables.get(f"{name}_block{number}", [])) for name in ("titles", "units"))
    channels = [
        channel_on(clock, titles[c] if c < len(titles) and titles[c] else f"Channel {c + 1}", row, units[c] if c < len(units) else "")
        for c, row in enumerate(data)
    ]  # fmt: skip
    texts, ticks = words(variables.get(f"comtext_block{number}", [])), vector(variables.get(f"comtick_block{number}"))
    events = [
        Event(float(times[int(tick) - 1]), 0.0, text)
        for text, tick in zip(texts, ticks, strict=False) if np.isfinite(tick) and 1 <= tick <= len(times)
    ]  # fmt: skip
    return Block(channels, events, "LabChart")
