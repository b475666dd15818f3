"""Small files of every format, written by other software or by hand from the formats' descriptions."""

import io
import itertools
import json

import numpy as np
import pytest

FS, SECONDS = 2000.0, 0.5


def emg(channel: int = 0, samples: int = int(FS * SECONDS)) -> np.ndarray:
    """Return a signal in µV, shape (samples,)."""
    return np.random.default_rng([7, channel]).normal(0, 150, samples)


def csv(columns, digits: str = "%.9g", sep: str = ",") -> str:
    return "".join(sep.join(digits % value for value in row) + "\n" for row in zip(*columns, strict=True))


def table() -> bytes:
    time = np.arange(1000) / FS
    return ("Time (s),Pec (mV),Tri (µV)\n" + csv([time, emg() / 1e3, emg(1)])).encode()


def semicolon_table() -> bytes:
    time = np.arange(1000) / FS
    return ("Time [s];Pec [mV];Tri [mV]\n" + csv([time, emg() / 1e3, emg(1) / 1e3], sep=";").replace(".", ",")).encode(
        "cp1252"
    )


def emgworks(fs: float = 1.259259e3, count: int = 500, acc: int = 59) -> bytes:
    lines = [f"Label: Mini sensor 10: EMG 10 Sampling frequency: {fs:e} Number of points: {count} start: 0.000000e+000 Unit: V Domain Unit: s",
             f"Label: Mini sensor 10: ACC.X 10 Sampling frequency: 1.481481e+002 Number of points: {acc} start: 0.000000e+000 Unit: g Domain Unit: s",
             "Start Trigger Method: None", "Stop Trigger Method: None", "", 'X[s],"Mini sensor 10: EMG 10",X[s],"Mini sensor 10: ACC.X 10"']  # fmt: skip
    signal = emg(samples=count) / 1e6
    for i in range(count):
        right = f"{i * 0.00675:.5f},{0.01 * i:g}" if i < acc else ","
        lines.append(f"{i / 1259.2592593:.10f},{signal[i]:.9g},{right}")
    return ("\n".join(lines) + "\n").encode()


def trigno() -> bytes:
    lines = ["Application:, Trigno Discover (2.1.0.7)", "Date/Time:, 2026/09/29 15:50:51", "Collection Length (seconds):, 0.25",
             "Avanti Sensor 0 (89542), , Avanti Sensor 3 (89563)", "sensor mode: 40, , sensor mode: 40",
             "EMG 1 Time Series (s), EMG 1 (mV), EMG 1 Time Series (s), EMG 1 (mV)", ", 1925.926 Hz, , 1925.926 Hz",
             ", 0.000519 s, , 0.000519 s, , Type, Name, Label, Time (s), , Pair"]  # fmt: skip
    first, second = emg() / 1e3, emg(1) / 1e3
    for i in range(480):
        right = ", , Marker, M1, lift, 0.100, , " if i == 0 else ""
        lines.append(f"{i * 0.0135 / 26:.6f}, {first[i]:.9g}, {i * 0.0135 / 26:.6f}, {second[i]:.9g}{right}")
    return ("\n".join(lines) + "\n").encode()


def noraxon() -> bytes:
    head = ("type,begin_time,frequency,count,created with version,exported with version,measurement_date,record_name\n"
            "record,0.00000,2000,1000,Noraxon MR 4.0.22,4.0.22,2025-08-26T17:29:12.325+07:00,NAME\n\n"
            'time,Activity,Marker,"LT BICEPS FEM., uV",Ultium EMG.EMG 1 (uV)\n')  # fmt: skip
    first, second = emg(), emg(1)
    rows = [
        f"{i / FS:.5f},{'REST' if i < 200 else 'LIFT' if i < 800 else ''},,{first[i]:.7f},{second[i]:.7f}"
        for i in range(1000)
    ]
    return (head + "\n".join(rows) + "\n").encode()


def noraxon_separated() -> bytes:
    head = "type,name,time_units,begin_time,frequency,count,units\nsignal,Ultium_EMG-LT_PEC,s,0.00000,2000,1000,uV\n\ntime,value\n"
    return (head + csv([np.arange(1000) / FS, emg()])).encode()


def opensignals(lost: slice = slice(0, 0)) -> bytes:
    device = {"sensor": ["EMG", "XYZ"], "column": ["nSeq", "DI", "CH1", "CH2"], "sampling rate": 1000, "resolution": [16, 16], "label": ["CH1", "CH2"],
              "device": "biosignalsplux", "date": "2017-5-22", "time": "9:39:1.0", "device name": "00:07:80:D8:AB:58", "comments": ""}  # fmt: skip
    keep = np.setdiff1d(np.arange(1000), np.arange(1000)[lost])
    counts = np.round((emg() * 1e-6 * 1000 / 3 + 0.5) * 65536).astype(int)
    rows = [f"{i % 4096}\t{int(300 <= i < 400)}\t{counts[i]}\t{32768 + i % 7}\t" for i in keep]
    return (
        "# OpenSignals Text File Format\n# "
        + json.dumps({"00:07:80:D8:AB:58": device})
        + "\n# EndOfHeader\n"
        + "\n".join(rows)
        + "\n"
    ).encode()


def simple_text() -> bytes:
    counts = np.round(emg() / 10 + 2048).astype(int)
    return (
        "# Simple Text Format\n# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= EMG\n"
        + "\n".join(map(str, counts))
        + "\n"
    ).encode()


def acq_text() -> bytes:
    head = (
        "trial.acq\n0.5 msec/sample\n2 channels\nEMG pectoralis\nmV\nForce\nN\nCH1\tCH2\n1000 samples\t1000 samples\n"
    )
    return (head + csv([emg() / 1e3, np.linspace(0, 10, 1000)], sep="\t")).encode()


def bts() -> bytes:
    head = ("BTS ASCII format\n\nType:         \tEmg tracks\nMeasure unit: \tV\n\nTracks:       \t1\nFrequency:    \t1000 Hz\nFrames:       \t1000\n"
            "Start time:   \t0.000\n\n Frame\t  Time\tVoltage:Pec~2\t\n")  # fmt: skip
    signal = emg() / 1e6
    return (head + "".join(f"{i + 1}\t{i / 1000:.3f}\t{signal[i]:.9g}\t\n" for i in range(1000))).encode()


def labchart(blocks: int = 1) -> bytes:
    head = ("Interval=\t0.001 s\nExcelDateTime=\t4.3749464322749809e+04\t10/11/19 11:08:37.485584\nTimeFormat=\tStartOfBlock\nDateFormat=\t\n"
            "ChannelTitle=\tEMG Pec\tForce\nRange=\t10.000 mV\t50.0 N\nUnitName=\t*\tN\nTopValue=\t*\t56.44\nBottomValue=\t*\t-0.09\n")  # fmt: skip
    signal = emg() / 1e3
    body = "".join(
        f"{i / 1000:.3f}\t{signal[i]:.9g}\t{i % 5}{'	#* lift' if i == 250 else ''}\n" for i in range(1000)
    )
    return ((head + body) * blocks).encode()


def vicon() -> bytes:
    head = "Devices,,,\n2000,,,\n,,Imported Delsys Trigno EMG 2.0 - Sensor 1,\nFrame,Sub Frame,EMG1,EMG2\n,,V,V\n"
    first, second = emg() / 1e6, emg(1) / 1e6
    body = "".join(f"{i // 10 + 1},{i % 10},{first[i]:.9g},{second[i]:.9g}\n" for i in range(1000))
    return (head + body + "\nTrajectories\n100\n,,x,y\n").encode()


def workbook(sheets: int = 1, header: bool = True) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"more {number}")
        if header:
            sheet.append(["Time (s)", "Pec (mV)"])
        for i, value in enumerate(emg(samples=200) / 1e3):
            sheet.append([i / FS, float(value)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def mat(variables: dict, **options) -> bytes:
    scipy_io = pytest.importorskip("scipy.io")
    out = io.BytesIO()
    scipy_io.savemat(out, variables, **options)
    return out.getvalue()


class Mat73:
    """A writer of MATLAB 7.3: HDF5 behind a header, matrices transposed, cells and structs by reference."""

    def __init__(self, variables: dict):
        self.h5py, self.out, self.numbers = pytest.importorskip("h5py"), io.BytesIO(), itertools.count()
        with self.h5py.File(self.out, "w", userblock_size=512) as book:
            self.references = book.create_group("#refs#")
            for name, value in variables.items():
                self.put(book, name, value)

    def content(self) -> bytes:
        return b"MATLAB 7.3 MAT-file, Platform: PCWIN64".ljust(124) + b"\x00\x02IM" + self.out.getvalue()[128:]

    def put(self, group, name: str, value) -> None:
        if isinstance(value, dict):
            made, kind = group.create_group(name), "struct"
            for key, inner in value.items():
                self.put(made, key, inner)
            made.attrs.create("MATLAB_fields", self.letters(value), dtype=self.h5py.vlen_dtype("S1"))
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            made, kind = group.create_group(name), "struct"
            for key in value[0]:
                made.create_dataset(key, data=self.refer([item[key] for item in value]), dtype=self.h5py.ref_dtype)
            made.attrs.create("MATLAB_fields", self.letters(value[0]), dtype=self.h5py.vlen_dtype("S1"))
        elif isinstance(value, list):
            made, kind = group.create_dataset(name, data=self.refer(value), dtype=self.h5py.ref_dtype), "cell"
        elif isinstance(value, str) or np.asarray(value).dtype.kind == "U":
            texts = np.atleast_1d(np.asarray(value))
            signs = [[ord(sign) for sign in text.ljust(texts.dtype.itemsize // 4)] for text in texts]
            made, kind = group.create_dataset(name, data=np.array(signs, "u2").T), "char"
            made.attrs["MATLAB_int_decode"] = np.int32(2)
        else:
            value = np.atleast_2d(np.asarray(value, dtype=float))
            made = group.create_dataset(name, data=value.T, compression="gzip" if value.size > 99 else None)
            kind = "double"
        made.attrs["MATLAB_class"] = np.bytes_(kind)

    def letters(self, names) -> np.ndarray:
        found = np.empty(len(names), dtype=object)
        for i, name in enumerate(names):
            found[i] = np.array([sign.encode() for sign in name], "S1")
        return found

    def refer(self, values: list) -> np.ndarray:
        found = np.empty((len(values), 1), dtype=self.h5py.ref_dtype)
        for i, value in enumerate(values):
            self.put(self.references, name := f"r{next(self.numbers)}", value)
            found[i, 0] = self.references[name].ref
        return found


def mat73(variables: dict) -> bytes:
    return Mat73(variables).content()


def spike2_variables() -> dict:
    wave = {
        "title": "EMG",
        "interval": 0.0005,
        "units": "mV",
        "start": 0.0,
        "length": 1000.0,
        "scale": 1.0,
        "offset": 0.0,
        "values": (emg() / 1e3)[:, None],
    }
    slow = {
        "title": "Force",
        "interval": 0.01,
        "units": "N",
        "start": 0.0,
        "length": 50.0,
        "values": np.arange(50.0)[:, None],
    }
    keys = {"title": "Keyboard", "times": np.array([[0.1], [0.3]]), "codes": np.array([[65.0, 0], [66.0, 0]])}
    return {"T_Ch1": wave, "T_Ch2": slow, "T_Ch31": keys}


def spike2(compressed: bool = True) -> bytes:
    return mat(spike2_variables(), do_compression=compressed)


def labchart_variables() -> dict:
    data = np.concatenate([emg() / 1e3, np.arange(500.0), emg(1) / 1e3, np.arange(500.0)])
    return {"data": data[None, :], "datastart": np.array([[1.0, 1501.0], [1001.0, 2501.0]]), "dataend": np.array([[1000.0, 2500.0], [1500.0, 3000.0]]),
            "titles": np.array(["EMG  ", "Force"]), "unittext": np.array(["mV", "N "]), "unittextmap": np.array([[1.0, 1.0], [2.0, -1.0]]),
            "samplerate": np.array([[2000.0, 2000.0], [1000.0, 1000.0]]), "tickrate": np.array([[2000.0, 2000.0]]),
            "com": np.array([[-1.0, 2.0, 400.0, 1.0, 1.0]]), "comtext": np.array(["lift"])}  # fmt: skip


def labchart_blocks_variables() -> dict:
    """Return the simple layout of LabChart: one matrix for each block, all channels at one rate."""
    return {"data_block1": np.stack([emg() / 1e3, np.arange(1000.0)]), "ticktimes_block1": np.arange(1000)[None, :] / FS,
            "titles_block1": np.array(["EMG  ", "Force"]), "comtext_block1": np.array(["lift"]), "comtick_block1": np.array([[401.0]])}  # fmt: skip


def noraxon_variables() -> dict:
    signals = {
        f"signal_{i + 1}": {"name": name, "frequency": FS, "units": "uV", "data": emg(i)[:, None]}
        for i, name in enumerate(("Ultium EMG-BICEPS BR. RT", "Ultium EMG-TRICEPS RT"))
    }
    return {"record_1": {"info": {"record_name": "bench press"}, "movements": {"sources": {"signals": signals}}}}


def acqknowledge_variables() -> dict:
    return {"data": np.column_stack([emg() / 1e3, np.arange(1000.0)]), "isi": 0.5, "isi_units": "ms", "start_sample": 250.0,
            "labels": np.array(["EMG pectoralis", "Force         "]), "units": np.array(["mV", "N "])}  # fmt: skip


def plain_variables() -> dict:
    return {"EMG": np.column_stack([emg(), emg(1)]), "fs": 2000.0, "note": "bench press"}


def labchart_mat() -> bytes:
    return mat(labchart_variables())


def plain_mat() -> bytes:
    return mat(plain_variables())


def noraxon_mat() -> bytes:
    return mat(noraxon_variables())


def acqknowledge_mat() -> bytes:
    return mat(acqknowledge_variables())


def opensignals_h5(declared: int = 1000) -> bytes:
    h5py = pytest.importorskip("h5py")
    out = io.BytesIO()
    counts = np.round((emg() * 1e-6 * 1000 / 3 + 0.5) * 65536).astype(np.uint16)
    with h5py.File(out, "w") as book:
        for key, rate, n in (("00:07:80:D8:A7:F9", 1000, 1000), ("00:07:80:D8:A8:82", 10, 10)):
            group = book.create_group(key)
            group.attrs.update(
                {
                    "sampling rate": rate,
                    "nsamples": declared if n == 1000 else n,
                    "resolution": [16],
                    "device": "channeller",
                    "date": "2019-10-15",
                    "time": "17:7:28",
                }
            )
            raw = group.create_group("raw")
            raw["nSeq"] = (np.arange(n) % 65536).astype(np.uint16)[:, None]
            raw["channel_6"] = counts[:n, None]
            raw["channel_6"].attrs["sensor"] = "EMG"
            group.create_group("digital")["digital_1"] = np.zeros((n, 1), dtype=np.uint16)
    return out.getvalue()


def edf(kind: str = "edf") -> bytes:
    edfio = pytest.importorskip("edfio")
    made, signal = (edfio.Edf, edfio.EdfSignal) if kind == "edf" else (edfio.Bdf, edfio.BdfSignal)
    limits = (-1000.0, 1000.0)
    channels = [signal(emg(), 2000.0, label="EMG Pec", physical_dimension="uV", physical_range=limits),
                signal(np.arange(50.0), 100.0, label="Force", physical_dimension="N", physical_range=(-1.0, 60.0))]  # fmt: skip
    book = made(channels, annotations=[edfio.EdfAnnotation(0.1, 0.2, "lift")], data_record_duration=0.5)
    return book.to_bytes()


def c3d(path) -> bytes:
    ezc3d = pytest.importorskip("ezc3d")
    book = ezc3d.c3d()
    book["parameters"]["POINT"]["RATE"]["value"] = [100]
    book["parameters"]["ANALOG"]["RATE"]["value"] = [2000]
    book["parameters"]["ANALOG"]["LABELS"]["value"] = ["Biceps.EMG4", "Force"]
    book.add_parameter("ANALOG", "UNITS", ["mV", "N"])
    book["data"]["points"] = np.zeros((4, 0, 50))
    book["data"]["analogs"] = np.stack([emg() / 1e3, np.linspace(0, 5, 1000)])[None]
    book.write(str(path))
    return path.read_bytes()


MAKERS = {
    "table.csv": table, "semicolon.csv": semicolon_table, "emgworks.csv": emgworks, "trigno.csv": trigno, "noraxon.csv": noraxon,
    "separated.csv": noraxon_separated, "opensignals.txt": opensignals, "simple.txt": simple_text, "acq.txt": acq_text, "trial.emt": bts,
    "labchart.txt": labchart, "vicon.csv": vicon, "book.xlsx": workbook, "spike2.mat": spike2, "labchart.mat": labchart_mat, "plain.mat": plain_mat,
    "noraxon.mat": noraxon_mat, "acqknowledge.mat": acqknowledge_mat, "spike2_73.mat": lambda: mat73(spike2_variables()),
    "labchart_73.mat": lambda: mat73(labchart_variables()), "noraxon_73.mat": lambda: mat73(noraxon_variables()),
    "opensignals.h5": opensignals_h5, "trial.edf": edf, "trial.bdf": lambda: edf("bdf"),
}  # fmt: skip
