"""Real recordings: amplitudes are SciPy's, faults are found."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import io, ndimage, signal

from mmc_analysis.emg import Butterworth, EmgSettings, filter_signal, median_frequency, process_trial, to_microvolts
from mmc_analysis.emg.spectra import Spectrum
from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording

SETTINGS = EmgSettings()


def curls(real_data, name):
    return to_microvolts(io.loadmat(real_data / "biceps_curls_acq" / name)["signal"].ravel(), "mV")


def test_curls_are_found_and_measured_as_scipy_does(real_data):
    x, fs = curls(real_data, "left_small_2.5cm.mat"), 10_000.0
    found = process_trial(x, fs, SETTINGS)
    filtered = signal.sosfiltfilt(
        signal.butter(2, _edges(fs), "bandpass", fs=fs, output="sos"), x, padtype="even", padlen=5000
    )
    wanted = np.sqrt(ndimage.uniform_filter1d(filtered**2, 5001, mode="nearest"))
    assert found.envelope == pytest.approx(wanted, rel=1e-10)
    usable = [repetition for repetition in found.repetitions if not repetition.reason]
    assert len(usable) >= 4
    for repetition in usable:
        part = wanted[round(repetition.start_s * fs) : round(repetition.stop_s * fs)]
        assert repetition.mean_uv == pytest.approx(part.mean(), rel=1e-10)
        assert 20 < repetition.peak_uv < 200
        assert repetition.peak_uv <= part.max() * (1 + 1e-12)


CURLS = {
    "left_small_2.5cm.mat": (10, ((1.17, 3.85), (4.42, 7.26), (7.75, 11.71))),
    "left_big_2cm.mat": (12, ((0.65, 3.28), (3.96, 6.59), (7.03, 9.5))),
}
LAB = Butterworth(high_pass_hz=5.0, low_pass_hz=500.0, order=4, corners="design")


@pytest.mark.parametrize("name", CURLS)
def test_the_lab_s_own_numbers_come_back_when_its_conventions_are_set(real_data, name):
    """Results.xlsx, every digit: what the lab's public MATLAB script does, said in our parameters.

    It cuts each curl out by eye (the bounds stand in the script; the markers of the .acq files only say where one electrode distance
    ends) and then filters the crop: 5-500 Hz, second order twice without correcting the corners, ends point-mirrored for 12 samples.
    RMS is that of the filtered crop; mean and maximum are those of the rectified signal averaged over 100 samples (50 before, 49
    after, fewer at the ends). Its median frequency sums rectangles, ours trapezia: less than a bin between them. The .mat files are stretches of the .acq files after a high-pass at 20 Hz and notches at 50 Hz and
    its harmonics.
    """
    openpyxl = pytest.importorskip("openpyxl")
    row, spans = CURLS[name]
    book = openpyxl.load_workbook(real_data / "biceps_curls_acq" / "Results.xlsx", data_only=True)
    amplitude, frequency = ([cell.value for cell in book[sheet][row]] for sheet in ("Amplitude", "Frequency"))
    x, fs = curls(real_data, name) / 1000, 10_000.0
    time = _colon(len(x), 1e-4)
    for curl, (start, stop) in enumerate(spans):
        crop = filter_signal(x[(time >= start) & (time <= stop)], fs, LAB, padding="odd", padding_ms=1.2)
        smooth = _mean_of_hundred(np.abs(crop))
        found = np.sqrt(np.mean(crop**2)), smooth.mean(), smooth.max()
        assert found == pytest.approx([amplitude[column + curl] for column in (3, 7, 11)], rel=1e-9)
        power = np.abs(np.fft.rfft(crop)) ** 2
        whole = Spectrum(np.fft.rfftfreq(len(crop), 1 / fs), power, len(crop) / fs)
        assert median_frequency(whole, low=0.0, high=fs / 2) == pytest.approx(frequency[7 + curl], abs=fs / len(crop))


def _colon(count, step):
    """Return MATLAB's 0:step:last, which counts from both ends: rounding decides whether a bound belongs to a curl."""
    i = np.arange(count)
    return np.where(2 * i < count, i * step, (count - 1) * step - (count - 1 - i) * step)


def _mean_of_hundred(values):
    """Return MATLAB's movmean over 100 samples: its window shrinks at the ends."""
    total, i = np.concatenate([[0.0], np.cumsum(values)]), np.arange(len(values))
    low, high = np.maximum(i - 50, 0), np.minimum(i + 50, len(values))
    return (total[high] - total[low]) / (high - low)


@pytest.mark.parametrize(
    ("recording", "cut", "start"),
    [("roshni_small_left.acq", "left_small_2.5cm.mat", 13.9977), ("roshni_big_left.acq", "left_big_2cm.mat", 0.9982)],
)
def test_what_the_lab_did_before_its_script_can_be_seen(real_data, recording, cut, start):
    """Gain between recording and cut: half at 20 Hz, next to nothing at the mains frequency and its harmonics."""
    bioread = pytest.importorskip("bioread")
    whole = bioread.read(str(real_data / "biceps_curls_acq" / recording)).channels[0].data
    after, fs = curls(real_data, cut) / 1000, 10_000.0
    before = whole[round(start * fs) : round(start * fs) + len(after)]
    frequency, across = signal.csd(before, after, fs, nperseg=20_000)
    gain = np.abs(across / signal.welch(before, fs, nperseg=20_000)[1])
    at = {hz: float(gain[np.searchsorted(frequency, hz)]) for hz in (5, 20, 30, 50, 80, 100, 150, 200)}
    assert at[20] == pytest.approx(0.5, abs=0.02) and at[30] > 0.95 and at[80] > 0.85
    assert max(at[5], at[50], at[100], at[150], at[200]) < 0.06


def _edges(fs):
    u1, u2, c = np.tan(np.pi * 10 / fs), np.tan(np.pi * 500 / fs), (np.sqrt(2) - 1) ** 0.25
    width = (u2 - u1) / c
    low = (-width + np.sqrt(width**2 + 4 * u1 * u2)) / 2
    return np.arctan([low, u1 * u2 / low]) * fs / np.pi


REAL_EMG = [
    ("opensignals/1_1.txt", 0), ("opensignals/2_1.txt", 0), ("opensignals/emg_1000_hz_16_bits.h5", 0), ("opensignals/emg_bursts.h5", 0),
    ("biceps_curls_acq/roshni_small_left.acq", 0), ("biceps_curls_acq/roshni_big_left.acq", 0), ("c3d/markers_analogs.c3d", 6),
    ("c3d/markers_analogs.c3d", 7), ("c3d/markers_analogs.c3d", 8),
]  # fmt: skip


@pytest.mark.parametrize(("file", "channel"), REAL_EMG)
def test_rest_of_real_recordings_is_outside_their_bursts_and_nothing_is_invented(real_data, file, channel):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MMCWarning)
        found = read_recording(real_data / file).channels[channel]
    fs = found.sampling_frequency
    result = process_trial(found.microvolts, fs, EmgSettings(low_pass_hz=min(500.0, 0.45 * fs)))
    quality = result.quality
    assert not {"spike", "clipping", "dropout", "sentinel", "heart_beats", "spikes_at_rest", "flat", "low_snr"} & set(
        quality.flags
    )
    assert all(r.stop_s <= quality.rest_start_s or r.start_s >= quality.rest_stop_s for r in result.repetitions)
    means = [r.mean_uv for r in result.repetitions if not r.reason]
    assert quality.rest_uv < 0.6 * min(means, default=np.inf)


def test_a_dead_electrode_is_flagged(real_data):
    found = process_trial(curls(real_data, "left_big_2cm.mat"), 10_000.0, SETTINGS)
    assert "amplitude" in found.quality.flags
    assert found.quality.plausible_uv < 20


def test_amplified_volts_taken_as_microvolts_times_a_million_are_flagged(real_data):
    emg = io.loadmat(next((real_data / "kishimoto2021").rglob("max_push1.mat")), simplify_cells=True)["EMG"]
    found = process_trial(to_microvolts(emg["values"], "V"), 1 / emg["interval"], SETTINGS)
    assert "amplitude" in found.quality.flags
    assert len(found.repetitions) == 1
    assert found.repetitions[0].duration_s == pytest.approx(2.5, abs=0.5)


def test_a_rectified_column_is_refused_and_its_neighbours_are_not(real_data):
    path = real_data / "elderly_emg_dynamometry" / "ID 1.xlsx"
    sheet = pd.read_excel(path, sheet_name="EMG_VL", header=None, nrows=6000).to_numpy(float)
    for column in range(3):
        assert np.isfinite(process_trial(sheet[:, column], 2000.0, SETTINGS, segment="whole").highest_peak_uv)
    with pytest.raises(RecordingError, match="rectified or smoothed"):
        process_trial(sheet[:, 3], 2000.0, SETTINGS, segment="whole")
