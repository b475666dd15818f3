"""What is handed to a function that it cannot work with: refused in our words."""

import numpy as np
import pytest

from mmc_analysis.emg import (
    BurstSettings,
    Butterworth,
    EmgSettings,
    QualityLimits,
    band_pass,
    ensemble,
    filter_signal,
    find_beats,
    find_bursts,
    find_repetitions,
    measure_repetitions,
    median_frequency,
    moving_arv,
    moving_rms,
    screen,
    spectrum,
    subtract_beats,
)
from mmc_analysis.emg.rest import find_rest
from mmc_analysis.errors import RecordingError

NO_SIGNALS = [
    ([], "no samples"), (["a", "b"], "not numbers"), (["1.0", "2.0"], "not numbers"), (3.0, "no samples"), ([[1, 2], [3]], "not numbers"),
    (np.ones(4000) + 1j, "complex128 values"), (np.arange(4000).astype("datetime64[s]"), "datetime64"),
]  # fmt: skip


@pytest.mark.parametrize(("signal", "words"), NO_SIGNALS)
def test_signals_that_are_none(signal, words):
    for work in (lambda x: band_pass(x, 2000.0, EmgSettings()), lambda x: moving_rms(x, 5), lambda x: spectrum(x, 2000.0),
                 lambda x: filter_signal(x, 2000.0, Butterworth(low_pass_hz=6))):  # fmt: skip
        with pytest.raises(RecordingError, match=words):
            work(signal)


TWO = np.random.default_rng(1).normal(0, 50, (2, 8000))


@pytest.mark.parametrize(
    "work",
    [
        lambda x: find_bursts(x, 2000.0, BurstSettings()), lambda x: find_repetitions(x, 2000.0, EmgSettings()),
        lambda x: measure_repetitions(x, x, 2000.0, EmgSettings(), [(0, 1)]), lambda x: find_beats(x, 2000.0, (0, 2)),
        lambda x: subtract_beats(x, 2000.0, (0, 2)), lambda x: spectrum(x, 2000.0), lambda x: ensemble(x, 2000.0, [(0, 1)]),
        lambda x: screen(x, 2000.0, QualityLimits()), lambda x: find_rest(x, 2000.0, EmgSettings()),
    ],
)  # fmt: skip
def test_what_takes_one_channel_says_so(work):
    with pytest.raises(RecordingError, match=r"one channel at a time: the \w+ has shape \(2, 8000\)"):
        work(TWO)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda x: moving_rms(x, 2.5), "half=2.5 is not a number of samples"),
        (lambda x: moving_rms(x, -1), "at least 0"),
        (lambda x: moving_arv(x, 5, valid=1.5), "valid=1.5 is not allowed"),
        (lambda x: filter_signal(x, 2000.0, Butterworth(low_pass_hz=6), padding_ms=-1), "padding_ms=-1"),
        (lambda x: spectrum(x, 2000.0, segment_s=0.0), "segment_s=0.0"),
        (lambda x: median_frequency(spectrum(x, 2000.0), low="10"), "low='10'"),
        (lambda x: ensemble(x, 2000.0, [(0, 1)], scale="2"), "scale='2'"),
        (lambda x: measure_repetitions(x, x, 2000.0, EmgSettings(), 3.0), "one pair"),
        (lambda x: find_bursts(x, 2000.0, BurstSettings(method="tkeo"), baseline=2.0), "not a pair of seconds"),
        (lambda x: find_bursts(x, 2000.0, BurstSettings(method="tkeo"), baseline=(0, np.nan)), "not a pair of seconds"),
        (lambda x: find_beats(x, 2000.0, (0, np.inf)), "not a pair of seconds"),
        (lambda x: find_beats(x, 0, (0, 1)), "not a sampling frequency"),
    ],
)
def test_numbers_beside_the_signal_are_checked(work, words):
    with pytest.raises(RecordingError, match=words):
        work(TWO[0])


def test_no_repetitions_are_none():
    assert measure_repetitions(TWO[0], TWO[0], 2000.0, EmgSettings(), np.empty((0, 2))) == ()


@pytest.mark.parametrize("corner", ["10", True, [10], 10j, float("nan"), 0])
def test_corners_are_frequencies(corner):
    with pytest.raises(RecordingError, match="must be a frequency above 0 Hz"):
        Butterworth(high_pass_hz=corner, low_pass_hz=500)
