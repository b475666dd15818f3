"""Write recordings as BIDS-EMG."""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra, named_options
from mmc_analysis.recordings.bids import MARKED_BAD
from mmc_analysis.recordings.recording import Channel, Recording
from mmc_analysis.recordings.tidy_export import values_and_unit

REQUIRED = ("TaskName", "EMGPlacementScheme", "EMGReference", "PowerLineFrequency", "RecordingType", "SoftwareFilters")
RECORDING_TYPES = ("continuous", "discontinuous", "epoched")
ELECTRODE_COLUMNS = ("name", "x", "y", "coordinate_system")
TYPES = ("EMG", "ECG", "EEG", "EOG", "TRIG", "REF", "SYSCLOCK")
BIDS_VERSION = "1.11.0"
LABEL_LENGTH, UNIT_LENGTH, NUMBER_LENGTH = 16, 8, 8
RECORDS_S = (1.0, 0.5, 0.1, 0.135, 0.0135, 0.01, 0.001)
LARGEST = 9_999_999.0
SAME_RATE = 1e-6
_LABEL = re.compile(r"[A-Za-z0-9]+$")


@named_options
def export_bids(
    recording: Recording, folder, *, subject: str, task: str, sidecar: Mapping, session: str = "", run: int | None = None,
    electrodes: pd.DataFrame | None = None, coordinate_systems: Mapping[str, Mapping] | None = None,
) -> Path:  # fmt: skip
    """Write one recording as BIDS-EMG: a BDF+ file, its channels, events and ``_emg.json``; the dataset's description and participants.

    Time 0 of the dataset is the first sample. Voltages are written in µV.

    Parameters
    ----------
    recording : Recording
        Its channels start together; different rates go into one file where their lengths fill whole records.
    folder : str or path
        The dataset; ``dataset_description.json`` and ``participants.tsv`` are made, or the participant added, if they lack.
    subject, task, session : str
        Labels of letters and digits.
    sidecar : mapping
        What the file cannot say: TaskName, EMGPlacementScheme (with EMGPlacementSchemeDescription if it is "Other"), EMGReference,
        PowerLineFrequency, RecordingType, SoftwareFilters; further fields such as Instructions (the cue for attention) are kept.
    run : int, optional
    electrodes : pandas.DataFrame, optional
        Columns name, x, y and coordinate_system, perhaps z, type, material, impedance, group.
    coordinate_systems : mapping, optional
        Name in `electrodes` to the fields of its ``_coordsystem.json``.

    Returns
    -------
    pathlib.Path
        The data file.

    Raises
    ------
    RecordingError
        If a label or a required field is missing, samples are missing, channels do not fit into one file, or a file exists already.

    Examples
    --------
    >>> from mmc_analysis.recordings import Channel, Source
    >>> empty = Recording((Channel("Pec", np.zeros(4), 1000.0, "uV", "EMG"),), (), Source("trial.csv", "", "table"))
    >>> export_bids(empty, "bids", subject="01", task="bench", sidecar={"TaskName": "bench"})
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: BIDS-EMG requires EMGPlacementScheme, EMGReference, PowerLineFrequency, RecordingType, ...
    """
    _check_sidecar(sidecar)
    _check_channels(recording)
    systems = dict(coordinate_systems or {})
    _check_electrodes(electrodes, systems)
    home, stem = _place(Path(folder), subject, session, task, run)
    person = "_".join(part for part in stem.split("_") if part.startswith(("sub-", "ses-")))
    data = home / f"{stem}_emg.bdf"
    tables = {home / f"{stem}_channels.tsv": channels_table(recording)}
    if recording.events:
        tables[home / f"{stem}_events.tsv"] = events_table(recording)
    if electrodes is not None:
        tables[home / f"{stem}_electrodes.tsv"] = electrodes
    texts = {home / f"{stem}_emg.json": _fields(recording, sidecar)}
    texts |= {home / f"{person}_space-{name}_coordsystem.json": dict(fields) for name, fields in systems.items()}
    for path in (data, *tables, *list(texts)[:1]):
        if path.exists():
            raise RecordingError(
                f"{path.name} exists already. Nothing is overwritten: give another run=, or remove it."
            )
    content = _bdf(recording)
    home.mkdir(parents=True, exist_ok=True)
    data.write_bytes(content)
    for path, table in tables.items():
        table.to_csv(path, sep="\t", index=False, na_rep="n/a", lineterminator="\n")
    for path, fields in texts.items():
        _write_json(path, fields)
    _describe(Path(folder), subject)
    return data


def _check_sidecar(sidecar: Mapping) -> None:
    missing = [name for name in REQUIRED if name not in sidecar]
    if sidecar.get("EMGPlacementScheme") == "Other" and not sidecar.get("EMGPlacementSchemeDescription"):
        missing.append("EMGPlacementSchemeDescription (because EMGPlacementScheme is 'Other')")
    if missing:
        raise RecordingError(
            f"BIDS-EMG requires {', '.join(missing)}. Write them in sidecar=; 'n/a' where a field does not apply."
        )
    if sidecar["RecordingType"] not in RECORDING_TYPES:
        raise RecordingError(
            f"RecordingType {sidecar['RecordingType']!r} is not allowed. Allowed: {', '.join(RECORDING_TYPES)}."
        )
    line = sidecar["PowerLineFrequency"]
    if line != "n/a" and (isinstance(line, bool) or not isinstance(line, int | float) or not line > 0):
        raise RecordingError(f"PowerLineFrequency {line!r} must be a number in Hz, such as 50 or 60, or 'n/a'.")


def _check_channels(recording: Recording) -> None:
    """Refuse what a file of this kind cannot hold: no channels, starts that differ, missing samples."""
    if not recording.emg:
        raise RecordingError(
            f"{recording.source.file}: there is no EMG channel. Say which are EMG with channels= when reading."
        )
    starts = {channel.start_s for channel in recording.channels}
    if max(starts) - min(starts) > 0.5 / max(channel.sampling_frequency for channel in recording.channels):
        raise RecordingError(f"{recording.source.file}: channels start at {len(starts)} times, and a BDF file has one. Export them apart with "
                             "recording.select(…).")  # fmt: skip
    for channel in recording.channels:
        gone = int((~np.isfinite(channel.values)).sum())
        if gone or not channel.n_samples:
            raise RecordingError(f"channel '{channel.name}': {gone} samples are missing, and BDF has no code for a missing sample. Export it as "
                                 "tidy CSV, cut the recording at its gaps, or leave the channel out with recording.select(…).")  # fmt: skip
        if np.abs(values_and_unit(channel)[0]).max() > LARGEST:
            raise RecordingError(f"channel '{channel.name}': its values reach beyond {LARGEST:.0f} {values_and_unit(channel)[1]}, which a BDF header "
                                 "cannot hold. Check its unit, or leave the channel out with recording.select(…).")  # fmt: skip


def _check_electrodes(electrodes: pd.DataFrame | None, systems: Mapping[str, Mapping]) -> None:
    if electrodes is None:
        return
    missing = [name for name in ELECTRODE_COLUMNS if name not in electrodes]
    if missing:
        raise RecordingError(
            f"electrodes= lacks {', '.join(missing)}. A table of electrodes has name, x, y and coordinate_system."
        )
    unknown = sorted(set(map(str, electrodes["coordinate_system"])) - set(systems))
    if unknown:
        raise RecordingError(
            f"electrodes= names the coordinate systems {', '.join(unknown)}. Describe each in coordinate_systems=."
        )


def _place(folder: Path, subject: str, session: str, task: str, run: int | None) -> tuple[Path, str]:
    for name, label in (("subject", subject), ("task", task), ("session", session)):
        if (label or name != "session") and not _LABEL.match(label):
            raise RecordingError(f"{name}={label!r} must be letters and digits, as BIDS wants labels.")
    if run is not None and (isinstance(run, bool) or not isinstance(run, int) or run < 0):
        raise RecordingError(f"run={run!r} must be a whole number.")
    parts = [
        f"sub-{subject}",
        f"ses-{session}" if session else "",
        f"task-{task}",
        f"run-{run}" if run is not None else "",
    ]
    home = folder / parts[0] / parts[1] / "emg" if session else folder / parts[0] / "emg"
    return home, "_".join(part for part in parts if part)


def labels_of(names) -> list[str]:
    """Return names as a BDF header can hold them: ASCII, at most 16 signs, each once.

    Examples
    --------
    >>> labels_of(["Músculo bíceps braquial", "EMG", "EMG"])
    ['Musculo biceps b', 'EMG', 'EMG 2']
    """
    found: list[str] = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip() or "channel"
        label, number = plain[:LABEL_LENGTH].strip(), 1
        while label in found:
            number += 1
            label = f"{plain[: LABEL_LENGTH - len(str(number)) - 1].strip()} {number}"
        found.append(label)
    return found


def channels_table(recording: Recording) -> pd.DataFrame:
    """Return the table of channels in the columns and order of BIDS-EMG; names are those of the data file.

    Examples
    --------
    >>> from mmc_analysis.recordings import Channel, Source
    >>> channels_table(Recording((Channel("Pec", np.zeros(4), 1000.0, "mV", "EMG"),), (), Source("a", "", "table"))).loc[0, "units"]
    'uV'
    """
    rows = [
        {"name": label, "type": c.type if c.type in TYPES else "MISC", "units": values_and_unit(c)[1],
         "target_muscle": f"{c.side} {c.muscle}".strip() if c.muscle else "n/a", "sampling_frequency": c.sampling_frequency,
         "status": "bad" if any(note.startswith(MARKED_BAD) for note in c.notes) else "good", "status_description": _remarks(c, label)}
        for c, label in zip(recording.channels, labels_of(recording.names), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _remarks(channel: Channel, label: str) -> str:
    notes = [*channel.notes, f"Named '{channel.name}' in the source." if label != channel.name else ""]
    return " ".join(" ".join(note.split()) for note in notes if note) or "n/a"


def events_table(recording: Recording) -> pd.DataFrame:
    """Return the table of events, onsets in s after the first sample."""
    start = recording.channels[0].start_s
    rows = [{"onset": round(e.onset_s - start, 9), "duration": round(e.duration_s, 9), "trial_type": e.label, "channel": e.channel or "n/a"}
            for e in recording.events]  # fmt: skip
    return pd.DataFrame(rows)


def _fields(recording: Recording, sidecar: Mapping) -> dict:
    return {
        **sidecar,
        "SamplingFrequency": recording.emg[0].sampling_frequency,
        "EMGChannelCount": len(recording.emg),
        "TriggerChannelCount": sum(channel.type == "TRIG" for channel in recording.channels),
        "RecordingDuration": recording.duration_s,
    }


def _bdf(recording: Recording) -> bytes:
    edfio = import_extra("edfio", "recordings")
    record = _record_s(recording)
    start, signals = recording.channels[0].start_s, []
    for channel, label in zip(recording.channels, labels_of(recording.names), strict=True):
        values, unit = values_and_unit(channel)
        per_record = round(channel.sampling_frequency * record)
        unit = (
            ""
            if unit == "n/a"
            else unicodedata.normalize("NFKD", unit.replace("°", "deg")).encode("ascii", "ignore").decode()
        )
        signals.append(edfio.BdfSignal(np.asarray(values), per_record / record, label=label, physical_dimension=unit[:UNIT_LENGTH],
                                       physical_range=_range(values)))  # fmt: skip
    events = [
        edfio.EdfAnnotation(event.onset_s - start, event.duration_s or None, event.label)
        for event in recording.events if event.onset_s >= start
    ]  # fmt: skip
    return edfio.Bdf(signals, annotations=events, data_record_duration=record).to_bytes()


def _range(values: np.ndarray) -> tuple[float, float]:
    """Return a symmetric range around all values that the header's eight signs can hold."""
    top = float(np.abs(values).max()) or 1.0
    found = next(
        above
        for digits in range(6, 0, -1)
        if len(f"-{min(above := _above(top, digits), LARGEST):.12g}") <= NUMBER_LENGTH
    )
    return -min(found, LARGEST), min(found, LARGEST)


def _above(top: float, digits: int) -> float:
    step = 10.0 ** (np.floor(np.log10(top)) - digits + 1)
    return float(f"{np.ceil(top / step) * step:.{digits}g}")


def _record_s(recording: Recording) -> float:
    """Return a length of records, in s, that all channels fill with whole samples, and with the same number of records."""
    sizes = [(channel.sampling_frequency, channel.n_samples) for channel in recording.channels]
    for length in RECORDS_S:
        per_record = [round(fs * length) for fs, _ in sizes]
        whole = all(
            size > 0 and abs(fs * length - size) < SAME_RATE and count % size == 0
            for size, (fs, count) in zip(per_record, sizes, strict=True)
        )
        if whole and len({count // size for size, (_, count) in zip(per_record, sizes, strict=True)}) == 1:
            return length
    lengths = [count / fs for fs, count in sizes]
    written = float(
        next(text for digits in range(8, 0, -1) if len(text := f"{lengths[0]:.{digits}g}") <= NUMBER_LENGTH)
    )
    if any(abs(length - written) > SAME_RATE * length for length in lengths):
        raise RecordingError(f"{recording.source.file}: channels of {len({fs for fs, _ in sizes})} sampling frequencies last {min(lengths):.6g} to "
                             f"{max(lengths):.6g} s, so that no BDF file holds them together. Export them apart with recording.select(…).")  # fmt: skip
    return written


def _write_json(path: Path, fields: Mapping) -> None:
    path.write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _describe(folder: Path, subject: str) -> None:
    """Make the dataset's description, and the participant's row, where they lack."""
    description, people = folder / "dataset_description.json", folder / "participants.tsv"
    if not description.exists():
        _write_json(description, {"Name": folder.resolve().name, "BIDSVersion": BIDS_VERSION, "DatasetType": "raw"})
    lines = people.read_text(encoding="utf-8").splitlines() if people.exists() else ["participant_id"]
    if f"sub-{subject}" not in [line.split("\t")[0] for line in lines]:
        cells = [f"sub-{subject}", *["n/a"] * (len(lines[0].split("\t")) - 1)]
        people.write_text("\n".join([*lines, "\t".join(cells)]) + "\n", encoding="utf-8")
