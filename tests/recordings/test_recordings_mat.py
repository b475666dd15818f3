"""MATLAB files: version 7.3 gives what version 5 gives; plain variables at the rate that is theirs, or refused."""

import io
from pathlib import Path

import numpy as np
import pytest
from lab_files import (
    acqknowledge_variables,
    emg,
    labchart_blocks_variables,
    labchart_variables,
    mat,
    mat73,
    noraxon_variables,
    plain_variables,
    spike2_variables,
)

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import Recording, read_recording
from mmc_analysis.recordings.mat5 import Mat5, is_mat5
from mmc_analysis.recordings.mat73 import is_mat73, read_mat73
from mmc_analysis.recordings.mat_values import Unread
from mmc_analysis.recordings.reading import read_blocks
from mmc_analysis.recordings.source import read_bytes

FS = 2000.0
LAYOUTS = {
    "spike2": spike2_variables, "labchart": labchart_variables, "labchart blocks": labchart_blocks_variables, "noraxon": noraxon_variables,
    "acqknowledge": acqknowledge_variables, "plain": plain_variables,
}  # fmt: skip


def contents(recordings: list[Recording]) -> list:
    return [
        (sorted((c.name, c.unit, c.type, c.sampling_frequency, c.start_s, c.side, c.values.tolist()) for c in recording.channels),
         recording.events, recording.notes, recording.metadata)
        for recording in recordings
    ]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_version_73_gives_what_version_5_gives(layout, put):
    old, new = (read_blocks(put(write(LAYOUTS[layout]()), name)) for write, name in ((mat, "a.mat"), (mat73, "b.mat")))
    assert contents(old) == contents(new) and old[0].channels
    assert [recording.source.format for recording in new] == ["mat"] * len(new)


NESTED = {"text": "µV und Ω", "rows": np.array(["one ", "four"]), "matrix": np.arange(6.0).reshape(2, 3), "number": 4.0,
          "cell": ["a", np.array([[1.0, 2.0]]), ["deeper"]], "struct": {"b": "x", "a": {"c": 3.0}},
          "structs": [{"name": "p", "n": 1.0}, {"name": "q", "n": 2.0}]}  # fmt: skip


def test_both_readers_return_the_same_values(put):
    old = Mat5(
        mat({**NESTED, "cell": np.array([*NESTED["cell"][:2], np.array(["deeper"], object)], object)}), "a.mat"
    ).variables()
    new = read_mat73(read_bytes(put(mat73(NESTED), "b.mat")))
    assert repr(sorted(old.items())) == repr(sorted(new.items()))
    assert new["text"] == "µV und Ω" and new["rows"] == ["one", "four"] and new["cell"][2] == ["deeper"]
    assert [(row["name"], row["n"].item()) for row in new["structs"]] == [("p", 1.0), ("q", 2.0)]
    np.testing.assert_array_equal(new["matrix"], NESTED["matrix"])


def test_files_of_matlab_itself_that_scipy_is_tested_with():
    scipy_io = pytest.importorskip("scipy.io")
    folder = Path(scipy_io.__file__).parent / "matlab" / "tests" / "data"
    if not folder.is_dir():
        pytest.skip("this SciPy came without its test files")
    compared = 0
    for path in sorted(folder.glob("test*.mat")):
        if not is_mat5(path.read_bytes()):
            continue
        own, theirs = Mat5(path.read_bytes(), path.name).variables(), scipy_io.loadmat(path, chars_as_strings=True)
        for name, value in own.items():
            if isinstance(value, np.ndarray) and value.size:
                np.testing.assert_array_equal(value, theirs[name], err_msg=f"{path.name}, {name}")
                compared += 1
            elif isinstance(value, str):
                assert value == "".join(theirs[name].ravel().tolist())
                compared += 1
            elif "complex" in name or "sparse" in name or "func" in name or "object" in name:
                assert isinstance(value, Unread), (path.name, name)
    assert compared > 25
    hdf5 = read_bytes(folder / "testhdf5_7.4_GLNX86.mat")
    assert is_mat73(hdf5.data)
    np.testing.assert_allclose(read_mat73(hdf5)["testdouble"], np.arange(9)[None, :] * np.pi / 4)


def test_73_empty_values_objects_and_complex_matrices(put):
    h5py = pytest.importorskip("h5py")
    out = io.BytesIO(mat73({"EMG_mV": emg()[:, None], "fs": FS}))
    with h5py.File(out, "r+") as book:
        for name, kind in (("empty", "double"), ("nothing", "char"), ("cells", "cell"), ("structs", "struct")):
            book[name] = np.array([0, 3], dtype="u8")
            book[name].attrs.update({"MATLAB_class": np.bytes_(kind), "MATLAB_empty": np.uint8(1)})
        book["T"] = np.zeros((1, 6), dtype="u4")
        book["T"].attrs.update({"MATLAB_class": np.bytes_("table"), "MATLAB_object_decode": np.int32(3)})
        book["z"] = np.zeros((3, 1), dtype=[("real", "f8"), ("imag", "f8")])
        book["z"].attrs["MATLAB_class"] = np.bytes_("double")
    found = read_mat73(read_bytes(put(out.getvalue(), "e.mat")))
    assert (found["empty"].shape, found["nothing"], found["cells"], found["structs"]) == ((0, 3), "", [], [])
    assert (found["T"], found["z"]) == (Unread("table"), Unread("complex matrix"))
    with pytest.warns(MMCWarning, match="'T' is a table of MATLAB and was left out"):
        assert read_recording(put(out.getvalue(), "e.mat"), unit="mV")["EMG_mV"].n_samples == 1000


def test_73_links_into_other_files_are_not_followed(put, tmp_path):
    h5py = pytest.importorskip("h5py")
    (tmp_path / "secret.mat").write_bytes(mat73({"EMG": emg()[:, None], "fs": FS}))
    (tmp_path / "raw.bin").write_bytes(emg().tobytes())
    out = io.BytesIO(mat73({"fs": FS}))
    with h5py.File(out, "r+") as book:
        book["EMG"] = h5py.ExternalLink(str(tmp_path / "secret.mat"), "EMG")
    with pytest.raises(RecordingError, match="no variable with a signal"):
        read_recording(put(out.getvalue(), "link.mat"))
    with h5py.File(out, "r+") as book:
        made = book.create_dataset("raw", (1, 1000), dtype="f8", external=[(str(tmp_path / "raw.bin"), 0, 8000)])
        made.attrs["MATLAB_class"] = np.bytes_("double")
    with pytest.raises(RecordingError, match="variable 'raw': the samples lie in another file"):
        read_recording(put(out.getvalue(), "external.mat"))


def test_73_needs_hdf5_behind_its_header_and_h5py(put, monkeypatch):
    with pytest.raises(RecordingError, match="no HDF5 file follows.*-v7"):
        read_recording(put(b"MATLAB 7.3 MAT-file, Platform: PCWIN64".ljust(600), "a.mat"))


def test_version_4_is_refused_with_the_remedy(put):
    content = mat({"EMG": emg()[:, None]}, format="4")
    with pytest.raises(RecordingError, match="version 4, which is not read.*'-v7'"):
        read_recording(put(content, "old.mat"))


def test_a_table_is_refused_with_the_remedy(put):
    """An object is stored by its name, "MCOS", its class and a reference: written here by hand, as SciPy cannot write one."""
    import struct

    def element(kind: int, content: bytes) -> bytes:
        return struct.pack("<II", kind, len(content)) + content.ljust(-(-len(content) // 8) * 8, b"\x00")

    inner = (
        element(6, struct.pack("<II", 13, 0))
        + element(5, struct.pack("<ii", 1, 1))
        + element(1, b"")
        + element(6, struct.pack("<I", 1))
    )
    opaque = (
        element(6, struct.pack("<II", 17, 0))
        + element(1, b"T")
        + element(1, b"MCOS")
        + element(1, b"table")
        + element(14, inner)
    )
    content = mat({}) + element(14, opaque)
    assert Mat5(content, "t.mat").variables() == {"T": Unread("table")}
    with pytest.raises(
        RecordingError, match="'T' is a table of MATLAB, which is not read: save its columns as plain arrays"
    ):
        read_recording(put(content, "t.mat"))


def test_each_struct_keeps_its_own_rate_and_labels(put):
    variables = {
        "emg": {
            "data": np.column_stack([emg(), emg(1)]),
            "fs": FS,
            "labels": np.array(["Pec", "Tri"], object),
            "units": "mV",
        },
        "force": {"time": np.arange(50)[:, None] / 100, "value": np.arange(50.0)[:, None]},
    }
    recording = read_recording(put(mat(variables), "s.mat"))
    assert [(c.name, c.unit, c.sampling_frequency, c.n_samples) for c in recording.channels] == [
        ("Pec", "mV", FS, 1000), ("Tri", "mV", FS, 1000), ("force.value", "", 100.0, 50)]  # fmt: skip
    np.testing.assert_array_equal(recording["Tri"].values, emg(1))


def test_arrays_of_another_length_do_not_get_a_rate_that_is_not_theirs(put):
    variables = {"EMG": emg()[:, None], "force": np.arange(50.0)[:, None], "fs": FS}
    with pytest.warns(
        MMCWarning, match=r"Left out, as their length is not that of the other signals: force \(50 × 1\)"
    ):
        recording = read_recording(put(mat(variables), "m.mat"), unit="mV")
    assert recording.names == ("EMG",)


@pytest.mark.parametrize(
    "key", ["fs", "Fs", "srate", "SamplingFrequency", "sampling_rate", "samplerate", "fs_emg", "Fs_Hz", "SampFreq"]
)
def test_usual_names_of_the_rate(key, put):
    recording = read_recording(put(mat({"EMG": emg()[:, None], key: 1500.0}), "m.mat"), unit="mV")
    assert recording["EMG"].sampling_frequency == 1500.0


def test_a_first_column_that_runs_evenly_is_time(put):
    time = np.arange(1000) / FS
    recording = read_recording(put(mat({"data": np.column_stack([time, emg(), emg(1)])}), "m.mat"))
    assert [(c.sampling_frequency, c.n_samples) for c in recording.channels] == [(FS, 1000)] * 2
    np.testing.assert_array_equal(recording.channels[0].values, emg())
    with pytest.raises(RecordingError, match="runs at 2000 Hz, but 1000 Hz is declared"):
        read_recording(put(mat({"data": np.column_stack([time, emg()]), "fs": 1000.0}), "m.mat"))


def test_a_time_for_each_channel(put):
    times = np.full((2, 1000), np.nan)
    data = np.zeros((2, 1000))
    times[0], data[0] = np.arange(1000) / FS, emg()
    times[1, :74], data[1, :74] = np.arange(74) / 148.0, np.arange(74.0)
    recording = read_recording(
        put(mat({"Data": data, "Time": times, "Channels": np.array(["EMG 1 ", "ACC X "])}), "d.mat"), unit="V"
    )
    assert [(c.name, c.sampling_frequency, c.n_samples) for c in recording.channels] == [
        ("EMG 1", FS, 1000),
        ("ACC X", 148.0, 74),
    ]


def test_a_wide_matrix_is_channels_by_samples(put):
    recording = read_recording(put(mat({"EMG": np.stack([emg(), emg(1)]), "fs": FS}), "w.mat"), unit="uV")
    np.testing.assert_array_equal(recording["EMG 2"].microvolts, emg(1))


def test_acqknowledge_begins_where_its_selection_began(put):
    channel = read_recording(put(mat(acqknowledge_variables()), "a.mat"))["EMG pectoralis"]
    assert (channel.sampling_frequency, channel.start_s, channel.unit) == (FS, 0.25, "mV")


def test_spike2_text_markers_wave_marks_and_gaps(put):
    times = np.arange(1000) / FS
    keep = np.r_[0:400, 500:1000]
    wave = {
        "title": "EMG",
        "interval": 1 / FS,
        "units": " volt",
        "values": emg()[keep, None] / 1e6,
        "times": times[keep, None],
        "length": 900.0,
    }
    variables = {
        "V1_Ch1": wave,
        "V1_Ch2": {"title": "spikes", "interval": 1 / FS, "values": np.ones((3, 20)), "times": np.array([[0.1], [0.2], [0.3]]),
                   "codes": np.array([[1.0, 0], [2.0, 0], [1.0, 0]])},
        "V1_Ch30": {"title": "TextMark", "times": np.array([[0.05], [0.25]]), "codes": np.zeros((2, 4)), "text": np.array(["start", "stop "])},
        "file": {"name": "trial.smrx"},
    }  # fmt: skip
    with pytest.warns(MMCWarning, match="100 samples are missing in 1 gaps"):
        recording = read_recording(put(mat(variables), "s.mat"))
    assert recording.names == ("EMG",) and recording["EMG"].unit == "V" and recording["EMG"].n_samples == 1000
    np.testing.assert_allclose(recording["EMG"].microvolts[keep], emg()[keep])
    assert [(e.label, e.onset_s) for e in recording.events] == [
        ("TextMark start", 0.05), ("spikes 1", 0.1), ("spikes 2", 0.2), ("TextMark stop", 0.25), ("spikes 1", 0.3)]  # fmt: skip


def test_labchart_numbers_of_16_bits_are_scaled(put):
    counts = np.round(emg())
    variables = {**labchart_variables(), "data": np.concatenate([counts, np.arange(500.0), counts, np.arange(500.0)])[None, :],
                 "scaleunits": np.full((2, 2), 1e-6), "scaleoffset": np.full((2, 2), 5.0), "unittext": np.array(["V"]),
                 "unittextmap": np.array([[1.0, 1.0], [-1.0, -1.0]])}  # fmt: skip
    first = read_blocks(put(mat(variables), "l.mat"))[0]
    np.testing.assert_allclose(first["EMG"].microvolts, counts + 5)


def test_labchart_blocks_as_matrices(put):
    recording = read_recording(put(mat(labchart_blocks_variables()), "l.mat"), unit="mV")
    assert [(c.name, c.sampling_frequency, c.n_samples) for c in recording.channels] == [
        ("EMG", FS, 1000),
        ("Force", FS, 1000),
    ]
    assert [(e.label, e.onset_s) for e in recording.events] == [("lift", 0.2)]
    np.testing.assert_allclose(recording["EMG"].microvolts, emg())


def test_columns_beside_a_time_keep_their_place(put):
    signal = np.random.default_rng(3).normal(0, 1, 200)
    content = mat({"data": np.column_stack([np.arange(200) / 1000, signal, -signal])})
    assert read_recording(put(content, "a.mat"), unit="mV").names == ("data 2", "data 3")
