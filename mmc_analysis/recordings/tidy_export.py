"""Write recordings as tidy CSV."""

from pathlib import Path

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.recording import Channel, Recording
from mmc_analysis.recordings.units import is_voltage


def values_and_unit(channel: Channel) -> tuple[np.ndarray, str]:
    """Return a channel's values for an export and their unit: voltages in µV, others as they are, "n/a" without unit."""
    return (channel.microvolts, "uV") if is_voltage(channel.unit) else (channel.values, channel.unit or "n/a")


def tidy(recording: Recording) -> pd.DataFrame:
    """Return one row per sample and channel: file, channel, type, target_muscle, side, time_s, value, units; voltages in µV.

    Examples
    --------
    >>> from mmc_analysis.recordings import Channel, Source
    >>> tidy(Recording((Channel("Pec", np.ones(2), 1000.0, "mV", "EMG"),), (), Source("a.csv", "", "table")))["value"].tolist()
    [1000.0, 1000.0]
    """
    parts = [
        pd.DataFrame({"file": recording.source.file, "channel": c.name, "type": c.type, "target_muscle": c.muscle, "side": c.side,
                      "time_s": c.time_s, "value": values_and_unit(c)[0], "units": values_and_unit(c)[1]})
        for c in recording.channels
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def export_tidy(recording: Recording, path) -> Path:
    """Write :func:`tidy` as CSV; a file that exists is not overwritten.

    Raises
    ------
    RecordingError
        If the file exists.
    """
    path = Path(path)
    if path.exists():
        raise RecordingError(f"{path.name} exists already. Nothing is overwritten: give another name, or remove it.")
    tidy(recording).to_csv(path, index=False, lineterminator="\n")
    return path
