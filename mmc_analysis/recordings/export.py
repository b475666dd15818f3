"""Write recordings as BIDS-EMG and as tidy CSV."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra, named_options
from mmc_analysis.recordings.recording import Channel, Recording
from mmc_analysis.recordings.units import is_voltage

REQUIRED = ("TaskName", "EMGPlacementScheme", "EMGReference", "PowerLineFrequency", "RecordingType", "SoftwareFilters")
BIDS_VERSION = "1.11.0"
_LABEL = re.compile(r"[A-Za-z0-9]+$")
_BIDS_TYPES = {"ACCEL": "MISC", "GYRO": "MISC", "MAGN": "MISC"}


@named_options
def export_bids(
    recording: Recording,
    folder,
    *,
    subject: str,
    task: str,
    sidecar: Mapping,
    session: str = "",
    run: int | None = None,
) -> Path:
    """Write one recording as BIDS-EMG: a BDF file with its ``_emg.json`` and ``_channels.tsv``.

    Parameters
    ----------
    recording : Recording
        All channels of one sampling frequency; others belong into a recording of their own.
    folder : str or path
        The dataset; ``dataset_description.json`` is made if it is not there.
    subject, task, session : str
        Labels of letters and digits.
    sidecar : mapping
        What the file cannot say: TaskName, EMGPlacementScheme, EMGReference, PowerLineFrequency, RecordingType, SoftwareFilters; further
        fields such as Instructions (the cue for attention) are kept.
    run : int, optional

    Returns
    -------
    pathlib.Path
        The data file.

    Raises
    ------
    RecordingError
        If a label or a required field is missing, rates differ, or a file exists already.

    Examples
    --------
    >>> from mmc_analysis.recordings import Channel, Source
    >>> empty = Recording((Channel("Pec", np.zeros(4), 1000.0, "uV", "EMG"),), (), Source("trial.csv", "", "table"))
    >>> export_bids(empty, "bids", subject="01", task="bench", sidecar={"TaskName": "bench"})
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: BIDS-EMG requires EMGPlacementScheme, EMGReference, PowerLineFrequency, RecordingType, ...
    """
    missing = [name for name in REQUIRED if name not in sidecar]
    if missing:
        raise RecordingError(
            f"BIDS-EMG requires {', '.join(missing)}. Write them in sidecar=; 'n/a' where a field does not apply."
        )
    rates = {channel.sampling_frequency for channel in recording.channels}
    if len(rates) != 1:
        raise RecordingError(
            f"{recording.source.file}: channels have {len(rates)} sampling frequencies. Export each rate as its own recording."
        )
    home, stem = _place(Path(folder), subject, session, task, run)
    data = home / f"{stem}_emg.bdf"
    if data.exists():
        raise RecordingError(f"{data.name} exists already. Nothing is overwritten: give another run=, or remove it.")
    home.mkdir(parents=True, exist_ok=True)
    _write_bdf(recording, data)
    channels_table(recording).to_csv(home / f"{stem}_channels.tsv", sep="\t", index=False, lineterminator="\n")
    fields = {
        **sidecar,
        "SamplingFrequency": rates.pop(),
        "EMGChannelCount": len(recording.emg),
        "RecordingDuration": recording.duration_s,
    }
    (home / f"{stem}_emg.json").write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")
    _describe(Path(folder))
    return data


def _place(folder: Path, subject: str, session: str, task: str, run: int | None) -> tuple[Path, str]:
    for name, label in (("subject", subject), ("task", task), ("session", session)):
        if (label or name != "session") and not _LABEL.match(label):
            raise RecordingError(f"{name}={label!r} must be letters and digits, as BIDS wants labels.")
    parts = [f"sub-{subject}", f"ses-{session}" if session else "", f"task-{task}", f"run-{run}" if run else ""]
    home = folder / parts[0] / parts[1] / "emg" if session else folder / parts[0] / "emg"
    return home, "_".join(part for part in parts if part)


def channels_table(recording: Recording) -> pd.DataFrame:
    """Return the table of channels in the columns and order of BIDS-EMG.

    Examples
    --------
    >>> from mmc_analysis.recordings import Channel, Source
    >>> channels_table(Recording((Channel("Pec", np.zeros(4), 1000.0, "mV", "EMG"),), (), Source("a", "", "table"))).loc[0, "units"]
    'uV'
    """
    rows = [
        {"name": c.name, "type": _BIDS_TYPES.get(c.type, c.type), "units": _unit(c), "target_muscle": c.muscle or "n/a",
         "sampling_frequency": c.sampling_frequency, "status": "good" if np.isfinite(c.values).all() else "bad",
         "status_description": " ".join(c.notes).replace("\t", " ").replace("\n", " ") or "n/a"}
        for c in recording.channels
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _unit(channel: Channel) -> str:
    return "uV" if is_voltage(channel.unit) else channel.unit or "n/a"


def _write_bdf(recording: Recording, path: Path) -> None:
    edfio = import_extra("edfio", "recordings")
    signals = []
    for channel in recording.channels:
        values = channel.microvolts if is_voltage(channel.unit) else np.asarray(channel.values)
        if not np.isfinite(values).all():
            raise RecordingError(f"channel '{channel.name}': {int((~np.isfinite(values)).sum())} samples are missing, and BDF has no code for a "
                                 "missing sample. Export it as tidy CSV, or cut the recording at its gaps.")  # fmt: skip
        top = float(np.ceil(np.abs(values).max() + 1))
        unit = _unit(channel)
        signals.append(edfio.BdfSignal(values, channel.sampling_frequency, label=channel.name.encode("ascii", "replace").decode()[:16],
                                       physical_dimension="" if unit == "n/a" else unit[:8], physical_range=(-top, top)))  # fmt: skip
    events = [
        edfio.EdfAnnotation(event.onset_s, event.duration_s or None, event.label)
        for event in recording.events
        if event.onset_s >= 0
    ]
    edfio.Bdf(signals, annotations=events, data_record_duration=_record_length(recording.channels[0])).write(path)


def _record_length(channel: Channel) -> float:
    for length in (1.0, 0.5, 0.1, 0.135, 0.0135, 0.01, 0.001):
        size = length * channel.sampling_frequency
        if abs(size - round(size)) < 1e-6 and round(size) and channel.n_samples % round(size) == 0:
            return length
    return channel.n_samples / channel.sampling_frequency


def _describe(folder: Path) -> None:
    path = folder / "dataset_description.json"
    if not path.exists():
        path.write_text(
            json.dumps({"Name": folder.name, "BIDSVersion": BIDS_VERSION, "DatasetType": "raw"}, indent=2) + "\n",
            encoding="utf-8",
        )


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
                      "time_s": c.time_s, "value": c.microvolts if is_voltage(c.unit) else c.values, "units": _unit(c)})
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
