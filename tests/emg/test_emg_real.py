"""Real recordings: amplitudes are SciPy's, faults are found."""

import numpy as np
import pandas as pd
import pytest
from scipy import io, ndimage, signal

from mmc_analysis.emg import EmgSettings, process_trial, to_microvolts
from mmc_analysis.errors import RecordingError

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


def _edges(fs):
    u1, u2, c = np.tan(np.pi * 10 / fs), np.tan(np.pi * 500 / fs), (np.sqrt(2) - 1) ** 0.25
    width = (u2 - u1) / c
    low = (-width + np.sqrt(width**2 + 4 * u1 * u2)) / 2
    return np.arctan([low, u1 * u2 / low]) * fs / np.pi


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
