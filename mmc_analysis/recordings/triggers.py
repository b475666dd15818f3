"""Trigger lines to events: a digital line, numbered codes, or a voltage of two levels."""

import itertools

import numpy as np

from mmc_analysis.recordings.recording import Channel, Event

LEVEL_SHARE = 0.1
SETTLED_SHARE = 0.99
MOST_CODES = 64
ALWAYS_ALLOWED, SAMPLES_PER_EVENT = 20, 20


def line_events(values: np.ndarray, fs: float, label: str, start_s: float = 0.0) -> list[Event]:
    """Return the stretches in which a line differs from where it began; none if it changes too often to be a trigger.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,); NaN where a sample is missing.
    fs : float
        Sampling frequency in Hz.
    label : str
        Name of the line; where a line has several codes, the code follows it.
    start_s : float
        Time of the first sample.

    Returns
    -------
    list of Event

    Examples
    --------
    >>> [(event.onset_s, event.duration_s) for event in line_events(np.array([0.02, 0.0, 5.01, 4.98, 0.02]), 10.0, "Trigger")]
    [(0.2, 0.2)]
    >>> [event.label for event in line_events(np.array([0.0, 1.0, 1.0, 0.0, 2.0]), 10.0, "Status")]
    ['Status 1', 'Status 2']
    """
    known = np.isfinite(values)
    if not known.any() or np.ptp(values[known]) == 0:
        return []
    for states in (_codes(values[known]), _levels(values[known])):
        if states is None:
            continue
        line = np.full(len(values), states[0])
        line[known] = states
        bounds = [0, *(np.flatnonzero(np.diff(line)) + 1), len(line)]
        runs = [(a, b) for a, b in itertools.pairwise(bounds) if line[a] != states[0]]
        if len(runs) <= max(ALWAYS_ALLOWED, len(values) // SAMPLES_PER_EVENT):
            several = len({line[a] for a, _ in runs}) > 1
            return [
                Event(float(start_s + a / fs), float((b - a) / fs), f"{label} {line[a]:.10g}" if several else label, label)
                for a, b in runs
            ]  # fmt: skip
    return []


def _codes(known: np.ndarray) -> np.ndarray | None:
    """Return values that are a few whole numbers as they are."""
    return known if (known == np.round(known)).all() and len(np.unique(known)) <= MOST_CODES else None


def _levels(known: np.ndarray) -> np.ndarray | None:
    """Return 0 and 1 for values that keep to two levels."""
    low, high = known.min(), known.max()
    near = np.minimum(known - low, high - known) <= LEVEL_SHARE * (high - low)
    return (known > (low + high) / 2).astype(float) if near.mean() >= SETTLED_SHARE else None


def trigger_events(channels: list[Channel], events: list[Event]) -> list[Event]:
    """Return events of the trigger channels that have none yet."""
    told = {event.channel for event in events}
    return [
        event
        for channel in channels if channel.type == "TRIG" and channel.name not in told
        for event in line_events(channel.values, channel.sampling_frequency, channel.name, channel.start_s)
    ]  # fmt: skip
