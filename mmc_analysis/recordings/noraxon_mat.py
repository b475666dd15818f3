"""Noraxon MAT exports, and other files in which each signal is a struct with its name and its data."""

from collections.abc import Iterator

import numpy as np

from mmc_analysis.recordings.hints import Hints, ask
from mmc_analysis.recordings.mat_values import rate_of, vector, word
from mmc_analysis.recordings.source import Block, make_channel

NAMES = ("name", "label", "title", "channel")
DATA = ("data", "values", "signal", "samples")
DEEPEST = 8
MOST_SIGNALS = 512


def named_signals(value, rate: float | None = None, depth: int = 0) -> Iterator[dict]:
    """Yield every struct that has a name and one row or column of data, as a dict with the keys name, data, rate and unit.

    A rate that stands beside or above a signal holds for it.

    Examples
    --------
    >>> movement = {"frequency": np.array([[2000.0]]), "signals": [{"name": "Pec", "data": np.zeros((4, 1)), "units": "uV"}]}
    >>> [(found["name"], found["rate"], found["unit"]) for found in named_signals(movement)]
    [('Pec', 2000.0, 'uV')]
    """
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        own = {key.lower(): inner for key, inner in value.items()}
        rate = rate_of(value) or rate
        name = next((word(own[key]) for key in NAMES if word(own.get(key))), "")
        data = next((own[key] for key in DATA if isinstance(own.get(key), np.ndarray)), np.empty(0))
        if name and data.size > 1 and max(data.shape) == data.size:
            yield {
                "name": name,
                "data": vector(data),
                "rate": rate,
                "unit": word(own.get("units")) or word(own.get("unit")),
            }
            return
    for inner in value.values() if isinstance(value, dict) else value[:MOST_SIGNALS] if isinstance(value, list) else ():
        yield from named_signals(inner, rate, depth + 1)


def read_noraxon_mat(signals: list[dict], variables: dict, file: str, hints: Hints) -> Block:
    """Return named signals as channels, each at its own rate."""
    channels = []
    for own in signals:
        rate = own["rate"] or hints.sampling_frequency
        if rate is None:
            raise ask(file, f"the signal '{own['name']}' has no sampling frequency.", "sampling_frequency=")
        channels.append(make_channel(own["name"], own["data"], rate, own["unit"]))
    records = [
        own["info"]
        for own in (variables, *variables.values())
        if isinstance(own, dict) and isinstance(own.get("info"), dict)
    ]
    return Block(channels, metadata={"record_name": word(records[0].get("record_name"))} if records else {})
