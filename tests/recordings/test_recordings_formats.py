"""Every format: what was written is what is read, by other software or by hand calculation."""

import hashlib

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import FORMATS, read_recording
from mmc_analysis.recordings.reading import read_blocks
from mmc_analysis.recordings.writing import WRITERS, write_lab_file

FS = 2000.0


def signal(channel: int = 0, samples: int = 1000) -> np.ndarray:
    return np.random.default_rng([7, channel]).normal(0, 150, samples)


EXPECTED = {
    "table.csv": ("table", {"Pec": ("mV", FS, 1e-5), "Tri": ("uV", FS, 1e-5)}),
    "semicolon.csv": ("table", {"Pec": ("mV", FS, 1e-5), "Tri": ("mV", FS, 1e-5)}),
    "emgworks.csv": ("emgworks", {"Mini sensor 10: EMG 10": ("V", 17 / 0.0135, 1e-5)}),
    "trigno.csv": ("trigno", {"Avanti Sensor 0: EMG 1": ("mV", 26 / 0.0135, 1e-5), "Avanti Sensor 3: EMG 1": ("mV", 26 / 0.0135, 1e-5)}),
    "noraxon.csv": ("noraxon", {"LT BICEPS FEM.": ("uV", FS, 1e-5), "Ultium EMG.EMG 1": ("uV", FS, 1e-5)}),
    "separated.csv": ("noraxon", {"Ultium_EMG-LT_PEC": ("uV", FS, 1e-5)}),
    "opensignals.txt": ("opensignals", {"CH1": ("mV", 1000.0, 0.03)}),
    "acq.txt": ("acq_text", {"EMG pectoralis": ("mV", FS, 1e-5)}),
    "trial.emt": ("bts", {"Pec~2": ("V", 1000.0, 1e-5)}),
    "labchart.txt": ("labchart", {"EMG Pec": ("mV", 1000.0, 1e-5)}),
    "vicon.csv": ("vicon", {"Sensor 1.EMG1": ("V", FS, 1e-5), "Sensor 1.EMG2": ("V", FS, 1e-5)}),
    "book.xlsx": ("workbook", {"Pec": ("mV", FS, 1e-9)}),
    "spike2.mat": ("mat", {"EMG": ("mV", FS, 1e-9)}),
    "plain.mat": ("mat", {"EMG 1": ("uV", FS, 1e-9), "EMG 2": ("uV", FS, 1e-9)}),
    "noraxon.mat": ("mat", {"Ultium EMG-BICEPS BR. RT": ("uV", FS, 1e-9), "Ultium EMG-TRICEPS RT": ("uV", FS, 1e-9)}),
    "acqknowledge.mat": ("mat", {"EMG pectoralis": ("mV", FS, 1e-9)}),
    "spike2_73.mat": ("mat", {"EMG": ("mV", FS, 1e-9)}),
    "noraxon_73.mat": ("mat", {"Ultium EMG-BICEPS BR. RT": ("uV", FS, 1e-9), "Ultium EMG-TRICEPS RT": ("uV", FS, 1e-9)}),
    "trial.edf": ("edf", {"EMG Pec": ("uV", FS, 0.02)}),
    "trial.bdf": ("edf", {"EMG Pec": ("uV", FS, 1e-4)}),
    "trial.c3d": ("c3d", {"Biceps.EMG4": ("mV", FS, 1e-4)}),
}  # fmt: skip
HINTS = {"plain.mat": {"unit": "uV"}}
NOTED = {"emgworks.csv", "trigno.csv", "opensignals.txt", "trial.emt", "labchart.txt", "opensignals.h5"}


def read(path, **hints):
    if path.name in NOTED:
        with pytest.warns(MMCWarning):
            return read_recording(path, **hints)
    return read_recording(path, **hints)


@pytest.mark.parametrize("name", EXPECTED)
def test_microvolts_units_rates_and_source(name, lab_files, put):
    recording = read(put(lab_files[name], name), **HINTS.get(name, {}))
    kind, channels = EXPECTED[name]
    assert recording.source.format == kind
    assert recording.source.file == name
    assert recording.source.sha256 == hashlib.sha256(lab_files[name]).hexdigest()
    for i, (channel, (unit, fs, error)) in enumerate(channels.items()):
        found = recording[channel]
        assert (found.unit, found.type) == (unit, "EMG")
        assert found.sampling_frequency == pytest.approx(fs, rel=1e-9)
        np.testing.assert_allclose(found.microvolts, signal(i)[: found.n_samples], atol=error, rtol=1e-6)
        assert found.n_samples in (200, 480, 500, 1000)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_ending_of_the_name_does_not_matter(name, lab_files, put):
    first = read(put(lab_files[name], name), **HINTS.get(name, {}))
    other = put(lab_files[name], "recording.dat")
    if name in NOTED:
        with pytest.warns(MMCWarning):
            second = read_recording(other, **HINTS.get(name, {}))
    else:
        second = read_recording(other, **HINTS.get(name, {}))
    assert second.source.format == first.source.format
    np.testing.assert_array_equal(second.emg[0].values, first.emg[0].values)


@pytest.mark.parametrize("format", WRITERS)
def test_written_files_are_read_again(format, tmp_path):
    signals = {"pectoralis": signal(0, 2000), "triceps": signal(1, 2000)}
    path = write_lab_file(tmp_path / "trial", signals, 1000.0, format=format)
    quiet = format not in ("opensignals",)
    if quiet:
        recording = read_recording(path)
    else:
        with pytest.warns(MMCWarning, match="gain"):
            recording = read_recording(path)
    assert len(recording.emg) == 2
    for channel, (name, values) in zip(recording.emg, signals.items(), strict=True):
        assert name in channel.name
        assert channel.sampling_frequency == 1000.0
        np.testing.assert_allclose(channel.microvolts, values, atol=0.05)


@pytest.mark.parametrize(("format", "name", "fs", "lost", "match"), [
    ("edf", "Großer Gesäßmuskel", 1000.0, False, "Großer Gesäßmuskel"), ("bdf", "vastus lateralis left", 1000.0, False, "16 characters"),
    ("table", "Pec, left", 1000.0, False, "separates columns"), ("edf", "Pec", 1000.0, True, "channel 'Pec'"),
    ("opensignals", "Pec", 1000.0, True, "missing"), ("opensignals", "Pec", 1481.48, False, "1481.48 Hz"),
])  # fmt: skip
def test_what_a_format_cannot_hold_is_not_written(format, name, fs, lost, match, tmp_path):
    values = signal(0, 2000)
    values[7] = np.nan if lost else values[7]
    with pytest.raises(RecordingError, match=match):
        write_lab_file(tmp_path / "trial", {name: values}, fs, format=format)
    assert not list(tmp_path.iterdir())


def test_channels_keep_their_own_rates(lab_files, put):
    recording = read(put(lab_files["emgworks.csv"], "emgworks.csv"))
    rates = {
        channel.name.split()[-2]: (channel.sampling_frequency, channel.n_samples) for channel in recording.channels
    }
    assert rates == {"EMG": (pytest.approx(17 / 0.0135), 500), "ACC.X": (pytest.approx(2 / 0.0135), 59)}
    assert recording["Mini sensor 10: ACC.X 10"].type == "ACCEL"
    edf = read_recording(put(lab_files["trial.edf"], "trial.edf"))
    assert [(c.name, c.sampling_frequency, c.n_samples) for c in edf.channels] == [
        ("EMG Pec", 2000.0, 1000),
        ("Force", 100.0, 50),
    ]
    spike2 = read_recording(put(lab_files["spike2.mat"], "spike2.mat"))
    assert [channel.sampling_frequency for channel in spike2.channels] == [2000.0, 100.0]


def test_two_devices_of_one_opensignals_file_stay_apart(lab_files, put):
    recording = read(put(lab_files["opensignals.h5"], "opensignals.h5"))
    assert [(c.sampling_frequency, c.n_samples) for c in recording.channels] == [(1000.0, 1000), (10.0, 10)]
    np.testing.assert_allclose(recording.channels[0].microvolts, signal(), atol=0.03)


def test_events_of_every_kind(lab_files, put):
    assert [
        (e.label, e.onset_s, e.duration_s) for e in read_recording(put(lab_files["trial.edf"], "trial.edf")).events
    ] == [("lift", 0.1, 0.2)]
    noraxon = read_recording(put(lab_files["noraxon.csv"], "noraxon.csv")).events
    assert [(e.label, round(e.onset_s, 6), round(e.duration_s, 6)) for e in noraxon] == [
        ("REST", 0.0, 0.1),
        ("LIFT", 0.1, 0.3),
    ]
    assert [(e.label, e.onset_s) for e in read(put(lab_files["trigno.csv"], "trigno.csv")).events] == [("lift", 0.1)]
    assert [
        (e.label, e.onset_s, e.duration_s) for e in read(put(lab_files["opensignals.txt"], "opensignals.txt")).events
    ] == [("DI", 0.3, 0.1)]
    assert [(e.label, e.onset_s) for e in read_recording(put(lab_files["spike2.mat"], "spike2.mat")).events] == [
        ("Keyboard 65", 0.1),
        ("Keyboard 66", 0.3),
    ]
    assert [(e.label, e.onset_s) for e in read(put(lab_files["labchart.txt"], "labchart.txt")).events] == [
        ("lift", 0.25)
    ]


def test_blocks_of_a_file_are_trials_of_their_own(lab_files, put):
    path = put(lab_files["labchart.txt"] * 2, "two.txt")
    with pytest.raises(RecordingError, match="2 blocks.*block=1"):
        read_recording(path)
    with pytest.warns(MMCWarning):
        second = read_recording(path, block=2)
    assert second.source.block == 2 and second["EMG Pec"].n_samples == 1000
    with pytest.raises(RecordingError, match="block=3 does not exist"):
        read_recording(path, block=3)


def test_labchart_mat_begins_at_the_first_sample(lab_files, put):
    first, second = read_blocks(put(lab_files["labchart.mat"], "labchart.mat"))
    np.testing.assert_allclose(first["EMG"].microvolts, signal(), rtol=1e-12)
    np.testing.assert_allclose(second["EMG"].microvolts, signal(1), rtol=1e-12)
    assert (first["Force"].sampling_frequency, first["Force"].n_samples, first["Force"].unit, second["Force"].unit) == (
        1000.0,
        500,
        "N",
        "",
    )
    assert first["Force"].values[0] == 0.0 and [(e.label, e.onset_s) for e in second.events] == [("lift", 0.2)]


def test_opensignals_transfer_by_hand(put, lab_files):
    lines = lab_files["opensignals.txt"].decode().splitlines()
    counts = float(lines[3].split("\t")[2])
    with pytest.warns(MMCWarning, match="gain assumed|and gain assumed"):
        assumed = read_recording(put(lab_files["opensignals.txt"], "o.txt"))
    assert assumed["CH1"].values[0] == pytest.approx(1000 * (counts / 65536 - 0.5) * 3 / 1000, rel=1e-12)
    with pytest.warns(MMCWarning, match="gain=1009"):
        said = read_recording(put(lab_files["opensignals.txt"], "o.txt"), gain=1009, supply_v=3.3)
    assert said["CH1"].values[0] == pytest.approx(1000 * (counts / 65536 - 0.5) * 3.3 / 1009, rel=1e-12)


def test_nothing_is_resampled_and_values_cannot_be_changed(lab_files, put):
    channel = read_recording(put(lab_files["table.csv"], "table.csv"))["pec"]
    with pytest.raises(ValueError, match="read-only"):
        channel.values[0] = 1.0
    assert channel.time_s[-1] == pytest.approx(999 / FS)


def test_hints_name_muscles_sides_types_and_units(lab_files, put):
    path = put(lab_files["noraxon.csv"], "noraxon.csv")
    recording = read_recording(
        path,
        channels={
            "lt biceps fem": "biceps_femoris",
            "Ultium EMG.EMG 1": {"muscle": "vastus", "side": "right", "type": "EMG"},
        },
    )
    assert (recording["LT BICEPS FEM."].muscle, recording["LT BICEPS FEM."].side) == ("biceps_femoris", "left")
    assert (recording["Ultium EMG.EMG 1"].muscle, recording["Ultium EMG.EMG 1"].side) == ("vastus", "right")
    with pytest.warns(MMCWarning, match="the user says; the file says uV"):
        assert read_recording(path, unit={"Ultium EMG.EMG 1": "mV"})["Ultium EMG.EMG 1"].unit == "mV"


def test_every_format_has_a_title():
    assert all(known.title and callable(known.reader) for known in FORMATS.values())


def test_bids_sidecars(lab_files, tmp_path):
    path = tmp_path / "sub-01_task-bench_emg.edf"
    path.write_bytes(lab_files["trial.edf"])
    (tmp_path / "sub-01_task-bench_channels.tsv").write_text("name\ttype\tunits\ttarget_muscle\tstatus\tstatus_description\n"
                                                             "EMG Pec\tEMG\tmV\tpectoralis\tbad\tloose\nForce\tMISC\tN\tn/a\tgood\tn/a\n")  # fmt: skip
    (tmp_path / "sub-01_task-bench_emg.json").write_text('{"SamplingFrequency": 1000, "TaskName": "bench"}')
    with pytest.warns(MMCWarning, match="the channels table says mV, the data file uV"):
        recording = read_recording(path)
    assert (recording["EMG Pec"].muscle, recording["EMG Pec"].unit) == ("pectoralis", "uV")
    assert any("loose" in note for note in recording["EMG Pec"].notes)
    assert any("1000 Hz, the data file 2000 Hz" in note for note in recording.notes)
    assert recording.metadata["TaskName"] == "bench"


def test_bitalino_lists_resolutions_of_all_columns(put):
    device = ('{"aa": {"sensor": ["EMG"], "column": ["nSeq", "I1", "I2", "O1", "O2", "A1"], "sampling rate": 1000, "resolution": [4, 1, 1, 1, 1, 10], '
              '"label": ["A1"], "device": "bitalino_rev"}}')  # fmt: skip
    counts = [512, 612, 412, 1000] * 50
    rows = "".join(f"{i % 16}\t0\t0\t0\t0\t{count}\t\n" for i, count in enumerate(counts))
    with pytest.warns(MMCWarning, match="supply_v=3.3"):
        channel = read_recording(
            put(f"# OpenSignals Text File Format. Version 1\n# {device}\n# EndOfHeader\n{rows}", "b.txt")
        )["A1"]
    np.testing.assert_allclose(channel.values[:4], [1000 * (count / 1024 - 0.5) * 3.3 / 1000 for count in counts[:4]])


def test_counted_samples_begin_at_zero(put):
    rows = "".join(f"{i + 1},{i % 7}\n" for i in range(100))
    channel = read_recording(put("Frame,EMG (mV)\n" + rows), sampling_frequency=1500)["EMG"]
    assert (channel.start_s, channel.sampling_frequency, channel.n_samples) == (0.0, 1500.0, 100)
