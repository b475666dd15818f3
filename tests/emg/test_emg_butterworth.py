"""Filters keep their order and their corners after all passes."""

import emg_definitions as definitions
import numpy as np
import pytest
from scipy import signal as dsp

from mmc_analysis.emg import Butterworth, design_corners, filter_gain, filter_signal
from mmc_analysis.emg.butterworth import sections
from mmc_analysis.errors import OptionError, RecordingError

BAND = Butterworth(high_pass_hz=10, low_pass_hz=500)
TABLE = {
    2: 0.003620501, 5: 0.125751220, 10: 0.707106781, 12.5: 0.859387772, 20: 0.979190946, 50: 0.999905715, 100: 0.999994580,
    200: 0.997424622, 350: 0.950160886, 433: 0.853644090, 500: 0.707106781, 600: 0.394965379, 800: 0.024794371,
}  # fmt: skip
RATES = (1000.0, 1259.2593, 1925.9259, 2000.0, 2148.148, 10_000.0)


def tone(frequency: float, fs: float, seconds: float = 20.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * fs)) / fs)


def steady_amplitude(x: np.ndarray, fs: float) -> float:
    """Amplitude in the middle 10 s, which hold whole periods of the tones used."""
    middle = x[round(5 * fs) : round(15 * fs)]
    return float(np.sqrt(2 * np.mean(middle**2)))


@pytest.mark.parametrize(("frequency", "gain"), TABLE.items())
def test_gains_of_the_table(frequency, gain):
    assert filter_gain(BAND, frequency, 2000.0) == pytest.approx(gain, abs=5.1e-10)


@pytest.mark.parametrize("fs", RATES)
@pytest.mark.parametrize("order", [2, 4, 6, 8])
def test_gain_is_that_of_the_formula(fs, order):
    low, high = 12.0, 0.4 * fs
    found = filter_gain(Butterworth(high_pass_hz=low, low_pass_hz=high, order=order), np.linspace(1, 0.49 * fs, 97), fs)
    wanted = [definitions.band_pass_gain(f, low, high, fs, order // 2) for f in np.linspace(1, 0.49 * fs, 97)]
    assert np.abs(found - wanted).max() < 1e-12


@pytest.mark.parametrize("fs", RATES)
@pytest.mark.parametrize("order", [2, 4, 8])
def test_sections_have_the_gain_of_the_formula(fs, order):
    frequency = np.linspace(2, 0.47 * fs, 50)
    for butterworth in (
        Butterworth(high_pass_hz=20, low_pass_hz=0.42 * fs, order=order),
        Butterworth(high_pass_hz=20, order=order),
        Butterworth(low_pass_hz=6, order=order),
        Butterworth(high_pass_hz=20, low_pass_hz=400, order=order, corners="design"),
        Butterworth(high_pass_hz=20, low_pass_hz=400, order=order, passes=1),
    ):
        response = np.abs(dsp.sosfreqz(sections(butterworth, fs), frequency, fs=fs)[1]) ** butterworth.passes
        assert np.abs(filter_gain(butterworth, frequency, fs) - response).max() < 1e-9


@pytest.mark.parametrize("frequency", TABLE)
def test_tones_come_out_as_the_formula_says(frequency):
    filtered = filter_signal(tone(frequency, 2000.0), 2000.0, BAND, padding_ms=1000)
    assert steady_amplitude(filtered, 2000.0) == pytest.approx(TABLE[frequency], abs=1e-9)


@pytest.mark.parametrize(
    ("fs", "low", "high", "order", "edges"),
    [
        (2000.0, 10, 500, 4, (8.067377, 567.848648)),
        (2000.0, 10, 500, 8, (8.984508, 534.025734)),
        (26 / 0.0135, 10, 500, 4, (8.066396, 564.838566)),
        (17 / 0.0135, 10, 500, 4, (8.046877, 524.042702)),
        (1000.0, 20, 450, 4, (16.109140, 459.629273)),
    ],
)
def test_design_corners(fs, low, high, order, edges):
    assert design_corners(Butterworth(high_pass_hz=low, low_pass_hz=high, order=order), fs) == pytest.approx(
        edges, abs=2e-6
    )


@pytest.mark.parametrize("order", [2, 4, 6, 8, 10])
@pytest.mark.parametrize("corners", [(10, 500), (20, 450), (5, None), (None, 6), (30, 400)])
def test_minus_three_decibels_at_the_corners_after_both_passes(order, corners):
    butterworth = Butterworth(high_pass_hz=corners[0], low_pass_hz=corners[1], order=order)
    at = [corner for corner in corners if corner]
    assert filter_gain(butterworth, at, 2000.0) == pytest.approx(np.full(len(at), 1 / np.sqrt(2)), abs=1e-9)


def test_single_corners_follow_the_formula():
    low, high = Butterworth(low_pass_hz=6), Butterworth(high_pass_hz=30)
    for f in (1.0, 3.0, 6.0, 12.0, 40.0):
        assert filter_gain(low, f, 1000.0) == pytest.approx(definitions.one_sided_gain(f, 6, 1000.0, "low"), abs=1e-12)
        assert filter_gain(high, f, 1000.0) == pytest.approx(
            definitions.one_sided_gain(f, 30, 1000.0, "high"), abs=1e-12
        )


@pytest.mark.parametrize(("order", "published"), [(4, (12.36, 433)), (8, (11.12, 466))])
def test_without_correction_the_band_is_narrower(order, published):
    butterworth = Butterworth(high_pass_hz=10, low_pass_hz=500, order=order, corners="design")
    assert filter_gain(butterworth, [10, 500], 2000.0) == pytest.approx([0.5, 0.5], abs=1e-12)
    u1, u2, c = definitions.warped(10, 2000), definitions.warped(500, 2000), definitions.correction(order // 2, 2)
    low = (-(u2 - u1) * c + np.sqrt(((u2 - u1) * c) ** 2 + 4 * u1 * u2)) / 2
    real = np.arctan([low, u1 * u2 / low]) * 2000 / np.pi
    assert filter_gain(butterworth, real, 2000.0) == pytest.approx(np.full(2, 1 / np.sqrt(2)), abs=1e-12)
    assert real == pytest.approx(published, rel=1e-3)


def test_slope_far_below_the_band_is_that_of_the_effective_order():
    gains = filter_gain(Butterworth(high_pass_hz=100, order=4), [1.0, 2.0], 10_000.0)
    assert 20 * np.log10(gains[1] / gains[0]) == pytest.approx(4 * 20 * np.log10(2), abs=0.01)


def test_two_passes_are_scipys_and_do_not_delay():
    x = np.random.default_rng(3).normal(size=(2, 6000))
    coefficients = dsp.butter(2, design_corners(BAND, 2000.0), "bandpass", fs=2000.0, output="sos")
    for padding in ("even", "odd", "constant"):
        wanted = dsp.sosfiltfilt(coefficients, x, padtype=padding, padlen=1000)
        assert np.array_equal(filter_signal(x, 2000.0, BAND, padding=padding), wanted)
    reversed_twice = filter_signal(x[:, ::-1], 2000.0, BAND)[:, ::-1]
    assert np.abs(reversed_twice - filter_signal(x, 2000.0, BAND))[:, 1500:-1500].max() < 1e-3


@pytest.mark.parametrize("padding", ["even", "odd", "constant"])
def test_one_pass_is_scipys_on_the_continued_signal(padding):
    x = np.random.default_rng(3).normal(5, 1, size=5000)
    butterworth = Butterworth(high_pass_hz=10, low_pass_hz=500, passes=1, order=4)
    before = {"even": x[1000:0:-1], "odd": 2 * x[0] - x[1000:0:-1], "constant": np.full(1000, x[0])}[padding]
    coefficients = dsp.butter(4, [10, 500], "bandpass", fs=2000.0, output="sos")
    longer = np.concatenate([before, x])
    wanted = dsp.sosfilt(coefficients, longer, zi=dsp.sosfilt_zi(coefficients) * longer[0])[0][1000:]
    found = filter_signal(np.stack([x, -x]), 2000.0, butterworth, padding=padding)
    assert np.abs(found - [wanted, -wanted]).max() < 1e-12


def test_mirrored_ends_suit_a_recording_cropped_during_contraction():
    rng = np.random.default_rng(8)
    long = filter_signal(rng.normal(size=40_000) + 0.7, 2000.0, BAND)
    errors = {}
    for padding in ("even", "odd"):
        worst = []
        for start in range(4000, 30_000, 2000):
            cropped = filter_signal(long[start : start + 6000] + 0.7, 2000.0, BAND, padding=padding)
            worst.append(np.sqrt(np.mean((cropped - long[start : start + 6000])[:200] ** 2)))
        errors[padding] = np.mean(worst)
    assert errors["even"] < 0.6 * errors["odd"]


def test_an_offset_vanishes_and_the_input_stays():
    x = np.full(4000, 350.0)
    x.flags.writeable = False
    assert np.abs(filter_signal(x, 2000.0, BAND)).max() < 1e-9


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Butterworth(low_pass_hz=500, order=3), "order=3 cannot be reached in 2 passes"),
        (lambda: Butterworth(low_pass_hz=500, order=2.0), "order=2.0"),
        (lambda: Butterworth(), "neither was given"),
        (lambda: Butterworth(high_pass_hz=500, low_pass_hz=10), "swapped"),
        (lambda: Butterworth(high_pass_hz=-1.0), "above 0 Hz"),
        (lambda: Butterworth(low_pass_hz=float("nan")), "above 0 Hz"),
        (lambda: Butterworth(low_pass_hz=5, passes=3), "passes=3"),
        (lambda: Butterworth(low_pass_hz=5, corners="effectiv"), "Did you mean 'effective'"),
        (lambda: filter_gain(BAND, 10, 1000.0), "below 475 Hz"),
        (lambda: filter_gain(BAND, 10, 0.0), "not a sampling frequency"),
        (lambda: filter_gain(BAND, 10, "2000"), "not a sampling frequency"),
        (lambda: filter_signal(np.zeros(1000), 2000.0, BAND), "not longer than the padding of 500 ms"),
        (lambda: filter_signal(np.full(4000, np.nan), 2000.0, BAND), "band_pass"),
        (lambda: filter_signal(np.zeros(4000), 2000.0, BAND, padding="gust"), "'even', 'odd', 'constant'"),
    ],
)
def test_what_is_refused(make, words):
    with pytest.raises(RecordingError, match=words):
        make()


def test_a_misspelt_option_names_the_right_one():
    with pytest.raises(OptionError, match="Did you mean 'padding'"):
        filter_signal(np.zeros(4000), 2000.0, BAND, paddin="even")


def test_the_highest_legal_corner_is_just_below_the_limit():
    Butterworth(low_pass_hz=474.9)
    assert filter_gain(Butterworth(high_pass_hz=10, low_pass_hz=474.9), 474.9, 1000.0) == pytest.approx(2**-0.5)
    with pytest.raises(RecordingError, match="475 Hz"):
        filter_gain(Butterworth(high_pass_hz=10, low_pass_hz=475), 474.9, 1000.0)
