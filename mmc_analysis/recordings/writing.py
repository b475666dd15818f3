"""Write signals as lab files: for simulations and for tests of readers. What is written is read again by `read_recording`."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import check_option, import_extra, named_options
from mmc_analysis.recordings.counts import EMG_GAIN, PLUX_SUPPLY_V

OPENSIGNALS_BITS = 16
EDF_LABEL_LENGTH = 16
WHOLE_NUMBERS = ("opensignals", "edf", "bdf")


@named_options
def write_lab_file(path, signals: Mapping[str, np.ndarray], fs: float, *, format: str = "table") -> Path:
    """Write signals of one sampling frequency as a lab's software would.

    Parameters
    ----------
    path : str or path
        Without ending; the format's own is added.
    signals : mapping of str to numpy.ndarray
        Name of the channel to shape (n_samples,), in µV. NaN, a lost sample, can be written by formats of text in units only.
    fs : float
        Sampling frequency in Hz.
    format : {"table", "semicolon_table", "emgworks", "trigno", "noraxon", "opensignals", "edf", "bdf"}
        "table" is CSV in mV with a time column; "semicolon_table" the same with decimal commas.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RecordingError
        If signals differ in length, or the format cannot hold a name, a missing sample or the sampling frequency.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> write_lab_file(f"{folder.name}/trial", {"Pec": np.zeros(10)}, 1000.0).name
    'trial.csv'
    """
    check_option("format", format, WRITERS)
    if not signals or len({len(values) for values in signals.values()}) != 1:
        raise RecordingError(
            f"{Path(path).name}: signals of one length are needed; found {[len(values) for values in signals.values()]}."
        )
    _refuse_what_does_not_fit(Path(path).name, signals, float(fs), format)
    return WRITERS[format](Path(path), dict(signals), float(fs))


def _refuse_what_does_not_fit(file: str, signals: Mapping[str, np.ndarray], fs: float, format: str) -> None:
    where = f"{file}: format {format!r} cannot hold"
    for name, values in signals.items():
        if format in ("edf", "bdf") and (len(name) > EDF_LABEL_LENGTH or not (name.isascii() and name.isprintable())):
            raise RecordingError(
                f"{where} the name {name!r}; {EDF_LABEL_LENGTH} characters of ASCII are allowed. Give a shorter name."
            )
        if re.search(r'[",;\t\r\n]', name):
            raise RecordingError(f"{file}: the name {name!r} has a character that separates columns; leave it out.")
        if format in WHOLE_NUMBERS and not np.isfinite(values).all():
            raise RecordingError(f"{where} a sample that is missing or infinite (channel {name!r}); write a table.")
    if format == "opensignals" and fs != int(fs):
        raise RecordingError(f"{where} a sampling frequency of {fs:g} Hz; whole numbers are allowed.")


def _put(path: Path, ending: str, text: str, encoding: str = "utf-8") -> Path:
    path = path.with_name(path.name + ending)
    path.write_bytes(text.encode(encoding))
    return path


def _columns(columns: Mapping[str, np.ndarray], digits: str, **options) -> str:
    return pd.DataFrame(dict(enumerate(columns.values()))).to_csv(
        index=False, header=False, float_format=digits, lineterminator="\n", **options
    )


def _time(signals: Mapping[str, np.ndarray], fs: float) -> np.ndarray:
    return np.arange(len(next(iter(signals.values())))) / fs


def _table(path: Path, signals: dict, fs: float, sep: str = ",", decimal: str = ".") -> Path:
    header = sep.join(["Time (s)", *(f"{name} (mV)" for name in signals)])
    columns = {"t": _time(signals, fs)} | {name: values / 1e3 for name, values in signals.items()}
    return _put(path, ".csv", f"{header}\n" + _columns(columns, "%.9g", sep=sep, decimal=decimal))


def _semicolon_table(path: Path, signals: dict, fs: float) -> Path:
    return _table(path, signals, fs, ";", ",")


def _emgworks(path: Path, signals: dict, fs: float) -> Path:
    count = len(next(iter(signals.values())))
    lines = [
        f"Label: {name} Sampling frequency: {fs:e} Number of points: {count} start: 0.000000e+000 Unit: V Domain Unit: s"
        for name in signals
    ]
    lines += ["Start Trigger Method: None", "Stop Trigger Method: None", ""]
    lines.append(",".join(f'X[s],"{name}"' for name in signals))
    time = _time(signals, fs)
    columns = {}
    for name, values in signals.items():
        columns |= {f"{name} t": time, name: values / 1e6}
    return _put(path, ".csv", "\n".join(lines) + "\n" + _columns(columns, "%.10g"))


def _trigno(path: Path, signals: dict, fs: float) -> Path:
    count = len(next(iter(signals.values())))
    sensors = ", ".join(f"{name} ({70000 + i})" for i, name in enumerate(signals))
    lines = ["Application:, Trigno Discover (2.1.0.7)", "Date/Time:, 2026/01/15 10:00:00", f"Collection Length (seconds):, {count / fs:.6f}",
             sensors, ", ".join(["sensor mode: 40"] * len(signals)), ", ".join(["EMG 1 (mV)"] * len(signals)),
             ", ".join([f"{fs:.4f} Hz"] * len(signals))]  # fmt: skip
    body = _columns({name: values / 1e3 for name, values in signals.items()}, "%.9g").replace(",", ", ")
    return _put(path, ".csv", "\n".join(lines) + "\n" + body)


def _noraxon(path: Path, signals: dict, fs: float) -> Path:
    count = len(next(iter(signals.values())))
    head = ("type,begin_time,frequency,count,created with version,exported with version,measurement_date,record_name\n"
            f"record,0.00000,{fs:g},{count},Noraxon MR 4.0.22,4.0.22,2026-01-15T10:00:00.000+01:00,{path.name}\n\n")  # fmt: skip
    names = ",".join(["time", "Activity", "Marker", *(f'"{name}, uV"' for name in signals)])
    columns = {"t": _time(signals, fs), "a": np.full(count, ""), "m": np.full(count, "")} | signals
    return _put(path, ".csv", f"{head}{names}\n" + _columns(columns, "%.7f"))


def _opensignals(path: Path, signals: dict, fs: float) -> Path:
    count, names = len(next(iter(signals.values()))), list(signals)
    device = {"sensor": ["EMG"] * len(names), "device name": "00:07:80:00:00:00", "column": ["nSeq", "DI", *(f"CH{i + 1}" for i in range(len(names)))],
              "time": "10:0:0.0", "comments": "", "digital IO": [0, 1], "device": "biosignalsplux", "sampling rate": int(fs), "label": names,
              "resolution": [OPENSIGNALS_BITS] * len(names), "date": "2026-1-15"}  # fmt: skip
    columns = {"nSeq": np.arange(count) % 2**15, "DI": np.zeros(count, dtype=int)}
    for name, values in signals.items():
        counts = np.round((values * 1e-6 * EMG_GAIN / PLUX_SUPPLY_V + 0.5) * 2**OPENSIGNALS_BITS)
        columns[name] = counts.clip(0, 2**OPENSIGNALS_BITS - 1).astype(int)
    head = (
        "# OpenSignals Text File Format. Version 1\n# "
        + json.dumps({"00:07:80:00:00:00": device})
        + "\n# EndOfHeader\n"
    )
    return _put(path, ".txt", head + _columns(columns, "%d", sep="\t").replace("\n", "\t\n"))


def _edf(path: Path, signals: dict, fs: float, kind: str = "Edf") -> Path:
    edfio = import_extra("edfio", "recordings")
    path = path.with_name(f"{path.name}.{kind.lower()}")
    signal = getattr(edfio, f"{kind}Signal")
    made = [
        signal(values, fs, label=name, physical_dimension="uV", physical_range=_range(values))
        for name, values in signals.items()
    ]
    getattr(edfio, kind)(made).write(path)
    return path


def _bdf(path: Path, signals: dict, fs: float) -> Path:
    return _edf(path, signals, fs, "Bdf")


def _range(values: np.ndarray) -> tuple[float, float]:
    top = float(np.ceil(np.abs(values).max() + 1))
    return -top, top


WRITERS: Mapping[str, Callable[[Path, dict, float], Path]] = MappingProxyType({
    "table": _table, "semicolon_table": _semicolon_table, "emgworks": _emgworks, "trigno": _trigno, "noraxon": _noraxon,
    "opensignals": _opensignals, "edf": _edf, "bdf": _bdf,
})  # fmt: skip
