"""Moving root mean square, rectified average and linear envelope."""

import math

import emg_definitions as definitions
import numpy as np
import pytest
from scipy import ndimage

from mmc_analysis.emg import (
    Butterworth,
    EmgSettings,
    band_pass,
    envelope,
    filter_gain,
    linear_envelope,
    moving_arv,
    moving_rms,
)
from mmc_analysis.emg.envelopes import half_window, window_length_ms
from mmc_analysis.emg.gaps import bridged, edge_mask
from mmc_analysis.emg.simulate import shaped_noise
from mmc_analysis.errors import RecordingError


@pytest.mark.parametrize("half", [1, 7, 50, 260])
def test_rms_is_the_exact_sum_of_squares(half):
    x = 300 * np.random.default_rng(half).standard_normal(500)
    assert np.abs(moving_rms(x, half) / definitions.moving_rms(x, half) - 1).max() < 1e-12


@pytest.mark.parametrize("spike", [5e3, 1e6, 1e9])
def test_rms_keeps_its_digits_beside_a_spike(spike):
    x = 3 * np.random.default_rng(5).standard_normal(2000)
    x[700:760] = spike
    assert np.abs(moving_rms(x, 100) / definitions.moving_rms(x, 100) - 1).max() < 1e-12
    both = moving_rms(np.stack([x, x[::-1]]), 100)
    assert np.abs(both[1] / definitions.moving_rms(x[::-1], 100) - 1).max() < 1e-12


def test_rms_of_silence_is_exactly_zero():
    x = np.random.default_rng(5).standard_normal(2000)
    x[500:1500] = 0.0
    assert (moving_rms(x, 50)[560:1440] == 0).all()
    assert (moving_rms(np.zeros(300), 50) == 0).all()


def test_a_window_longer_than_the_signal():
    x = np.random.default_rng(5).standard_normal(30)
    assert np.abs(moving_rms(x, 40) / definitions.moving_rms(x, 40) - 1).max() < 1e-12


def test_rms_is_scipys_box_filter():
    x = np.random.default_rng(2).normal(size=(3, 4000))
    assert moving_rms(x, 500) == pytest.approx(
        np.sqrt(ndimage.uniform_filter1d(x * x, 1001, mode="nearest")), rel=1e-12
    )


def test_rms_keeps_its_digits_at_rest_beside_a_contraction():
    """Where SciPy's running sum does not: a plateau a thousand times above rest."""
    x = np.random.default_rng(3).standard_normal(3000)
    x[1000:2000] *= 1000
    exact = definitions.moving_rms(x, 100)
    assert np.abs(moving_rms(x, 100) / exact - 1).max() < 1e-12
    running = np.sqrt(ndimage.uniform_filter1d(x * x, 201, mode="nearest"))
    assert np.abs(running / exact - 1).max() > 1e-11


@pytest.mark.parametrize("valid", [0.0, 0.5, 0.9, 1.0])
def test_rms_around_gaps(valid):
    x = np.random.default_rng(4).normal(size=400)
    x[[0, 60, 61, 62, 200]] = np.nan
    x[300:340] = np.inf
    found, wanted = moving_rms(x, 12, valid=valid), definitions.moving_rms_with_gaps(x, 12, valid)
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    assert np.nanmax(np.abs(found / wanted - 1)) < 1e-12


@pytest.mark.parametrize("seed", range(25))
def test_rms_and_bridges_around_any_gaps(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=250) * 10 ** rng.uniform(-3, 4, 250)
    for _ in range(int(rng.integers(1, 7))):
        start = int(rng.integers(-20, 250))
        x[max(start, 0) : start + int(rng.integers(1, 60))] = np.nan
    half, valid = int(rng.integers(1, 40)), float(rng.choice([0.0, 0.5, 0.9]))
    found, wanted = moving_rms(x, half, valid=valid), definitions.moving_rms_with_gaps(x, half, valid)
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    assert np.abs(found / wanted - 1)[np.isfinite(wanted)].max(initial=0.0) < 1e-12
    known = np.isfinite(x)
    if known.any():
        index = np.arange(len(x))
        assert bridged(x) == pytest.approx(np.interp(index, index[known], x[known]), rel=1e-12, abs=1e-12)


def test_a_gap_changes_nothing_farther_away_than_half_the_window():
    x = np.random.default_rng(4).normal(size=4000)
    gappy = x.copy()
    gappy[2000] = np.nan
    difference = np.abs(moving_rms(gappy, 100) - moving_rms(x, 100))
    assert difference[:1900].max() < 1e-12
    assert difference[2101:].max() < 1e-12


def test_window_is_odd_and_its_true_length_is_known():
    assert half_window(500, 2000.0) == 500
    assert window_length_ms(500, 2000.0) == 500.5
    assert 2 * half_window(500, 1925.926) + 1 == 963
    with pytest.raises(RecordingError, match="shorter than three samples"):
        half_window(0.5, 1000.0)


def test_root_mean_square_of_a_sine():
    x = 7 * np.sin(2 * np.pi * 50 * np.arange(4000) / 2000)
    assert moving_rms(x, 500)[1000:3000] == pytest.approx(7 / math.sqrt(2), rel=1e-3)


def test_rectified_average_of_gaussian_noise_is_smaller_by_the_root_of_two_over_pi():
    x = np.random.default_rng(6).standard_normal(400_000)
    assert moving_arv(x, 100_000)[200_000] / moving_rms(x, 100_000)[200_000] == pytest.approx(
        math.sqrt(2 / math.pi), rel=3e-3
    )


def test_rectified_average_is_a_plain_mean():
    x = np.array([1.0, -2.0, 3.0, -4.0, 5.0])
    assert moving_arv(x, 1) == pytest.approx([4 / 3, 2, 3, 4, 14 / 3], abs=1e-12)


def test_linear_envelope_lets_its_corner_through_at_minus_three_decibels():
    fs, low_pass = 2000.0, Butterworth(low_pass_hz=6)
    time = np.arange(40_000) / fs
    modulated = (2 + np.sin(2 * np.pi * 6 * time)) * np.where(np.arange(40_000) % 2, 1.0, -1.0)
    swing = linear_envelope(modulated, fs, low_pass)[10_000:30_000] - 2
    assert np.sqrt(2 * np.mean(swing**2)) == pytest.approx(float(filter_gain(low_pass, 6.0, fs)), abs=1e-6)


def test_linear_envelope_refuses_a_band():
    with pytest.raises(RecordingError, match="low-pass filter"):
        linear_envelope(np.ones(4000), 2000.0, Butterworth(high_pass_hz=10, low_pass_hz=500))


@pytest.mark.parametrize("kind", ["rms", "arv", "linear"])
def test_envelopes_are_proportional_to_the_signal(kind):
    settings = EmgSettings(envelope=kind)
    x = np.random.default_rng(9).normal(size=8000)
    one, two = (envelope(band_pass(k * x, 2000.0, settings), 2000.0, settings) for k in (1.0, 2.0))
    assert np.abs(two / one - 2).max() < 1e-9


@pytest.mark.parametrize(("window_ms", "excess"), [(50, 0.49), (100, 0.34), (250, 0.17), (500, 0.096), (1000, 0.055)])
def test_the_peak_of_constant_activity_exceeds_its_level(window_ms, excess):
    peaks = []
    for seed in range(60):
        x = shaped_noise(10_000, 2000.0, np.random.default_rng(seed))
        peaks.append(moving_rms(x, half_window(window_ms, 2000.0))[2000:8000].max())
    assert np.mean(peaks) - 1 == pytest.approx(excess, rel=0.15)


def test_one_missing_sample_costs_one_sample():
    x = np.random.default_rng(1).normal(size=60_000)
    x[30_000] = np.nan
    settings = EmgSettings()
    filtered = band_pass(x, 2000.0, settings)
    assert np.isnan(filtered).sum() == 1
    assert np.isfinite(envelope(filtered, 2000.0, settings)).all()


def test_a_bridged_gap_hardly_changes_its_surroundings():
    x = np.random.default_rng(1).normal(size=20_000)
    gappy = x.copy()
    gappy[10_000:10_020] = np.nan
    difference = band_pass(gappy, 2000.0, EmgSettings()) - band_pass(x, 2000.0, EmgSettings())
    assert np.nanmax(np.abs(difference[:9_500])) < 0.01
    assert np.nanmax(np.abs(difference[10_500:])) < 0.01


def test_a_long_gap_splits_the_signal():
    x = np.random.default_rng(1).normal(size=20_000)
    gappy = x.copy()
    gappy[8000:8100] = np.nan
    filtered, settings = band_pass(gappy, 2000.0, EmgSettings()), EmgSettings()
    assert np.array_equal(filtered[:8000], band_pass(x[:8000], 2000.0, settings))
    assert np.array_equal(filtered[8100:], band_pass(x[8100:], 2000.0, settings))
    edge = edge_mask(filtered, 2000.0, settings)
    assert [int(edge[a:b].sum()) for a, b in ((0, 500), (7500, 8000), (8100, 8600), (19_500, 20_000))] == [500] * 4
    assert int(edge.sum()) == 2000


def test_a_stretch_too_short_to_filter_becomes_empty():
    x = np.random.default_rng(1).normal(size=20_000)
    x[8000:8100] = np.nan
    x[9000:9100] = np.nan
    filtered = band_pass(x, 2000.0, EmgSettings())
    assert np.isnan(filtered[8000:9100]).all()
    assert np.isfinite(np.r_[filtered[:8000], filtered[9100:]]).all()


def test_many_short_gaps_are_not_bridged():
    x = np.random.default_rng(1).normal(size=20_000)
    for start in range(500, 19_500, 500):
        x[start : start + 10] = np.nan
    assert np.isnan(band_pass(x, 2000.0, EmgSettings())).all()
    assert np.isnan(band_pass(x, 2000.0, EmgSettings(bridge_share=0.05))).sum() == np.isnan(x).sum()


def test_channels_together_are_the_channels_alone():
    x = np.random.default_rng(1).normal(size=(3, 8000))
    x[1, 4000:4010] = np.nan
    settings = EmgSettings()
    together = envelope(band_pass(x, 2000.0, settings), 2000.0, settings)
    for row, alone in zip(together, x, strict=True):
        wanted = envelope(band_pass(alone, 2000.0, settings), 2000.0, settings)
        assert np.allclose(row, wanted, rtol=1e-12, atol=0)


def test_a_linear_envelope_leaves_long_gaps_empty():
    x = np.random.default_rng(1).normal(size=20_000)
    x[8000:8200] = np.nan
    settings = EmgSettings(envelope="linear")
    found = envelope(band_pass(x, 2000.0, settings), 2000.0, settings)
    assert np.isnan(found[8000:8200]).all()
    assert np.isnan(found).sum() == 200


def test_a_declared_envelope_is_left_alone():
    x = np.abs(np.random.default_rng(1).normal(size=4000))
    settings = EmgSettings(signal="envelope")
    assert np.array_equal(envelope(band_pass(x, 100.0, settings), 100.0, settings), x)
