"""Spike2 MAT exports: one struct for each channel, waveforms at their own rates, events and markers."""

import numpy as np

from mmc_analysis.recordings.clock import clock_of
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.mat_values import scalar, vector, word, words
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, channel_on, check_count, make_channel


def is_spike2(variables: dict) -> bool:
    """Return whether a variable is a struct as Spike2 writes waveforms."""
    return any(_is_waveform(own) for own in variables.values())


def _is_waveform(own) -> bool:
    return isinstance(own, dict) and "values" in own and ("interval" in own or "times" in own) and "codes" not in own


def read_spike2(variables: dict, file: str, hints: Hints) -> Block:
    """Read an export of Spike2; the name of the variable stands in for a title that is missing."""
    channels, events, left_out = [], [], []
    for key, own in variables.items():
        title = (word(own.get("title")) or key) if isinstance(own, dict) else key
        if _is_waveform(own):
            if vector(own["values"]).size:
                channels.append(_channel(own, title, file, hints))
        elif isinstance(own, dict) and "times" in own:
            events += _events(own, title)
        elif key != "file":
            left_out.append(key)
    notes = [f"Left out, as they are no channels of Spike2: {', '.join(left_out)}."] if left_out else []
    return Block(channels, events, "Spike2", "", notes)


def _events(own: dict, title: str) -> list[Event]:
    """Return events with what tells them apart: the text of a text marker, or the first code of a marker."""
    codes, texts = own.get("codes"), words(own.get("text", []))
    onsets = vector(own["times"])
    marked = isinstance(codes, np.ndarray) and codes.ndim == 2 and len(codes) == len(onsets)
    labels = (
        texts if len(texts) == len(onsets) else [f"{int(row[0])}" for row in codes] if marked else [""] * len(onsets)
    )
    return [
        Event(float(onset), 0.0, f"{title} {label}".strip())
        for onset, label in zip(onsets, labels, strict=True) if np.isfinite(onset)
    ]  # fmt: skip


def _channel(own: dict, title: str, file: str, hints: Hints) -> Channel:
    values, times, interval = vector(own["values"]), vector(own.get("times")), scalar(own.get("interval"))
    where, unit = f"{file}, channel '{title}'", word(own.get("units"))
    notes = check_count(len(values), scalar(own.get("length"), 0.0), where, hints.strict)
    rate = float(f"{1 / interval:.12g}") if interval > 0 else hints.sampling_frequency
    if len(times) == len(values) or not interval > 0:
        clock = clock_of(times, where=where, row=1, unit="s", declared=rate)
        return channel_on(clock, title, values, unit, tuple(notes))
    return make_channel(title, values, rate, unit, start_s=scalar(own.get("start"), 0.0), notes=tuple(notes))
