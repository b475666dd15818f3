"""Real files: each is read, or refused for the reason that stands in its description."""

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording
from mmc_analysis.recordings.mat5 import Mat5


def test_emgworks_head_asks_for_the_unit_and_keeps_every_clock(real_data):
    path = real_data / "delsys" / "emgworks.head_first14cols.csv"
    with pytest.raises(RecordingError, match="EMG without a unit"):
        read_recording(path)
    with pytest.warns(MMCWarning, match="samples in 13.5 ms"):
        recording = read_recording(path, unit="V")
    rates = [channel.sampling_frequency for channel in recording.channels]
    assert rates == pytest.approx([26 / 0.0135, *[2 / 0.0135] * 3, 17 / 0.0135, *[2 / 0.0135] * 2], rel=1e-9)
    assert all(channel.n_samples == 8 for channel in recording.channels)


def test_trigno_142_has_rates_in_names_and_no_unit(real_data):
    path = real_data / "delsys" / "discover142.head.csv"
    with pytest.raises(RecordingError, match="EMG without a unit"):
        read_recording(path)
    with pytest.warns(MMCWarning, match="export may end early"):
        recording = read_recording(path, unit="mV")
    first = recording["EMG 01 04498: EMG 1"]
    assert first.sampling_frequency == pytest.approx(17 / 0.0135) and first.values[0] == -0.03910887312123293
    assert recording["EMG 01 04498: ACC X"].sampling_frequency == pytest.approx(2 / 0.0135)
    assert recording.source.device == "Trigno Discover (1.4.2)"


def test_trigno_164_keeps_units_and_leaves_out_what_has_no_rate(real_data):
    with pytest.warns(MMCWarning, match="was left out"):
        recording = read_recording(real_data / "delsys" / "discover164_mvc.head.csv")
    assert [channel.unit for channel in recording.channels] == ["mV"] * 6 + ["V", "mV", "mV"]
    assert recording["Analog 13 00125: Analog 1"].sampling_frequency == pytest.approx(30 / 0.0135)
    assert recording["EMG 01 04498: EMG 1"].values[0] == -0.0654612


@pytest.mark.parametrize(("name", "samples"), [("0_1.txt", 6000), ("1_1.txt", 6600), ("2_1.txt", 5550)])
def test_opensignals_text(real_data, name, samples):
    with pytest.warns(MMCWarning, match="gain=1000"):
        recording = read_recording(real_data / "opensignals" / name)
    assert [(c.type, c.unit, c.n_samples) for c in recording.channels] == [("EMG", "mV", samples)] * 2 + [
        ("ACCEL", "counts", samples)
    ]
    counts = np.loadtxt(real_data / "opensignals" / name, usecols=2)
    np.testing.assert_allclose(recording.channels[0].microvolts, 1e6 * (counts / 65536 - 0.5) * 3 / 1000, atol=1e-9)


def test_opensignals_hdf5_with_two_rates(real_data):
    h5py = pytest.importorskip("h5py")
    path = real_data / "opensignals" / "emg_1000_hz_16_bits.h5"
    with pytest.warns(MMCWarning, match="gain"):
        recording = read_recording(path)
    assert sorted((c.sampling_frequency, c.n_samples) for c in recording.channels) == [(10.0, 540), (1000.0, 40500)]
    with h5py.File(path) as book:
        counts = book["00:07:80:D8:A7:F9/raw/channel_6"][:, 0].astype(float)
    fast = max(recording.channels, key=lambda channel: channel.sampling_frequency)
    np.testing.assert_allclose(fast.values, 1000 * (counts / 65536 - 0.5) * 3 / 1000, atol=1e-12)


def test_counts_without_a_transfer_are_refused(real_data):
    path = real_data / "biosppy" / "emg.txt"
    with pytest.raises(RecordingError, match=r"counts of a 12-bit converter.*gain= and supply_v="):
        read_recording(path)
    with pytest.warns(MMCWarning, match="as the user says"):
        channel = read_recording(path, gain=1000, supply_v=3.0).channels[0]
    assert channel.microvolts[0] == pytest.approx(1e6 * (2055 / 4096 - 0.5) * 3 / 1000)


def test_c3d_equals_ezc3d(real_data):
    ezc3d = pytest.importorskip("ezc3d")
    path = real_data / "c3d" / "markers_analogs.c3d"
    with pytest.warns(MMCWarning, match="input was not used"):
        recording = read_recording(path)
    book = ezc3d.c3d(str(path))
    np.testing.assert_array_equal(np.stack([c.values for c in recording.channels]), book["data"]["analogs"][0])
    assert list(recording.names) == book["parameters"]["ANALOG"]["LABELS"]["value"]
    assert {(c.unit, c.sampling_frequency, c.n_samples) for c in recording.channels} == {("V", 2000.0, 11600)}
    assert len(recording.emg) == 16
    assert sum(bool(c.notes) for c in recording.channels) == sum(not c.values.any() for c in recording.channels) > 0


def test_vicon_csv_head_equals_its_c3d(real_data):
    with pytest.warns(MMCWarning):
        c3d = read_recording(real_data / "c3d" / "markers_analogs.c3d")
    csv = read_recording(real_data / "c3d" / "vicon_analogs_head.csv")
    assert csv.emg[0].unit == "V" and csv.emg[0].sampling_frequency == 2000.0
    np.testing.assert_allclose(csv["Voltage.1"].values[:100], c3d["Voltage.1"].values[:100], atol=1e-5)


ACQ = {
    "acq/r35_test.acq": [("Analog input", "mV", 100.0, 31486)] * 2,
    "acq/r42_test.acq": [("ECG (.05 - 150 Hz)", "mV", 1000.0, 7901), ("EMG (30 - 500 Hz)", "mV", 1000.0, 7901)],
    "acq/iso_8859_1.acq": [("Débit", "L/sec", 125.0, 2455)],
    "acq/physio-5.0.1-c.acq": [("EDA filtered, differentiated", "microsiemens", 2000.0, 123787), ("EKG - ERS100C", "mV", 1000.0, 61893),
                               ("RESP - RSP100C", "V", 3.90625, 241)],
    "biceps_curls_acq/roshni_big_left.acq": [("EMG (5 - 500 Hz)", "mV", 10000.0, 479900)],
    "biceps_curls_acq/roshni_small_left.acq": [("EMG (5 - 500 Hz)", "mV", 10000.0, 419550)],
}  # fmt: skip


@pytest.mark.parametrize("name", ACQ)
def test_acqknowledge(real_data, name):
    recording = read_recording(real_data / name)
    found = [(c.name, c.unit, c.sampling_frequency, c.n_samples) for c in recording.channels]
    assert found[: len(ACQ[name])] == ACQ[name]


def test_acqknowledge_markers(real_data):
    events = read_recording(real_data / "biceps_curls_acq" / "roshni_big_left.acq").events
    assert [(e.label, e.onset_s) for e in events] == [("Segment 1", 0.0), ("Segment 2", 11.47), ("Segment 3", 32.885)]


def test_mat_without_a_rate_is_refused_and_equals_scipy(real_data):
    scipy_io = pytest.importorskip("scipy.io")
    path = real_data / "biceps_curls_acq" / "left_small_2.5cm.mat"
    with pytest.raises(RecordingError, match="sampling_frequency="):
        read_recording(path)
    recording = read_recording(path, sampling_frequency=10000, channels={"signal": "biceps"}, unit="mV")
    np.testing.assert_array_equal(recording["signal"].values, scipy_io.loadmat(path)["signal"].ravel())


def test_spike2_keeps_two_rates_and_asks_for_the_unit(real_data):
    scipy_io = pytest.importorskip("scipy.io")
    path = real_data / "kishimoto2021" / "max_push1.mat"
    with pytest.raises(RecordingError, match="'EMG' is EMG without a unit"):
        read_recording(path)
    recording = read_recording(path, unit="mV")
    assert [(c.sampling_frequency, c.n_samples) for c in recording.channels] == [(2000.0, 20001), (100.0, 1000)]
    other = scipy_io.loadmat(path, squeeze_me=True, struct_as_record=False)
    names = {getattr(value, "title", ""): value for value in other.values()}
    np.testing.assert_array_equal(recording["EMG"].values, names["EMG"].values)
    assert [event.onset_s for event in recording.events] == pytest.approx(list(names["trig"].times))


def test_own_mat_reader_finds_what_scipy_finds(real_data):
    scipy_io = pytest.importorskip("scipy.io")
    path = real_data / "kishimoto2021" / "max_push1.mat"
    own = Mat5(path.read_bytes(), path.name).variables()
    assert set(own) == {name for name in scipy_io.loadmat(path) if not name.startswith("__")}


def test_bids_emg_sidecar_and_header_disagree(real_data):
    path = real_data / "bids_emg" / "sub-01" / "emg" / "sub-01_task-holdWeight_emg.edf"
    with pytest.warns(MMCWarning, match="the channels table says V, the data file uV"):
        recording = read_recording(path)
    assert recording["EMG1"].muscle == "Flexor carpi radialis, Pronator teres, Brachioradialis"
    assert recording.metadata["PowerLineFrequency"] == "60"


def test_elderly_workbooks_need_sheet_rate_and_unit(real_data):
    path = real_data / "elderly_emg_dynamometry" / "ID 6.xlsx"
    with pytest.raises(RecordingError, match="5 sheets: DNM, EMG_VL, EMG_BF, EMB_TA, EMG_LG"):
        read_recording(path)
    with pytest.raises(RecordingError, match="no time column and no sampling frequency"):
        read_recording(path, sheet="EMG_VL")
    with pytest.raises(RecordingError, match="'EMG_TA'.*Did you mean 'EMB_TA'"):
        read_recording(path, sheet="EMG_TA")
    with pytest.warns(MMCWarning, match="no header"):
        recording = read_recording(path, sheet="EMG_VL", sampling_frequency=2000)
    assert [channel.n_samples for channel in recording.channels] == [10001] * 4
    assert recording["column 1"].values[0] == 6.30097680097688
    with pytest.raises(RecordingError, match="has no unit in the file"):
        _ = recording["column 1"].microvolts
