"""Onsets, repetitions from the signal and from motion, double threshold, median frequency, heart beats, mains."""

import emg_definitions as definitions
import numpy as np
import pytest

from mmc_analysis.emg import (
    BurstSettings,
    EmgSettings,
    Motion,
    band_pass,
    double_threshold,
    find_beats,
    find_bursts,
    find_repetitions,
    median_frequency,
    spectrum,
    subtract_beats,
    tkeo,
)
from mmc_analysis.emg.bursts import _mean_of_next, motion_cycles
from mmc_analysis.emg.mains import notch
from mmc_analysis.emg.runs import between, equal_runs, inside, true_runs
from mmc_analysis.emg.simulate import TrialPlan, shaped_noise, simulate_trial, spectral_shape
from mmc_analysis.emg.spectra import band_power, mains_level
from mmc_analysis.errors import RecordingError

FS = 2000.0
SETTINGS = EmgSettings()
ONSETS = tuple((2.0 + 4 * i, 4.0 + 4 * i) for i in range(10))


def trial(seed=1, **plan):
    bounds = plan.pop("bounds", ONSETS)
    own = {"fs": FS, "duration_s": 42.0, "bounds": bounds, "amplitudes_uv": (300.0,) * len(bounds)} | plan
    return simulate_trial(TrialPlan(**own), seed)


@pytest.mark.parametrize("seed", range(30))
def test_double_threshold_is_its_definition(seed):
    rng = np.random.default_rng(seed)
    active = rng.uniform(size=300) < rng.uniform(0.1, 0.9)
    min_on, min_off = int(rng.integers(1, 12)), int(rng.integers(1, 12))
    assert double_threshold(active, min_on, min_off).tolist() == definitions.bursts(active, min_on, min_off)


def test_runs():
    assert true_runs([]).shape == (0, 2)
    assert true_runs([True, True]).tolist() == [[0, 2]]
    assert equal_runs(np.array([1.0, 1.0, 2.0, 3.0, 3.0, 3.0]), 2).tolist() == [[0, 2], [3, 6]]
    assert inside(np.array([[0, 2], [1, 4]]), 5).tolist() == [True] * 4 + [False]


@pytest.mark.parametrize("seed", range(20))
def test_runs_and_what_lies_between_them_make_the_whole(seed):
    mask = np.random.default_rng(seed).uniform(size=60) < 0.5
    runs = true_runs(mask)
    assert np.array_equal(inside(runs, 60), mask)
    assert np.array_equal(inside(between(runs, 60), 60), ~mask)
    assert all(mask[start:stop].all() and not mask[max(start - 1, 0) : start].any() for start, stop in runs if start)


def test_energy_operator():
    x = np.random.default_rng(1).normal(size=200)
    assert np.abs(tkeo(x) - definitions.teager(x)).max() < 1e-14
    tone = 3 * np.sin(0.3 * np.arange(50))
    assert tkeo(tone) == pytest.approx(np.full(50, 9 * np.sin(0.3) ** 2), abs=1e-12)
    with pytest.raises(RecordingError, match="three samples"):
        tkeo([1.0, 2.0])


@pytest.mark.parametrize("samples", [1, 2, 5, 50])
def test_mean_of_the_next_samples(samples):
    x = np.random.default_rng(1).normal(size=300)
    wanted = [x[i : i + samples].mean() for i in range(300 - samples)]
    assert np.abs(_mean_of_next(x, samples)[: 300 - samples] - wanted).max() < 1e-13


@pytest.mark.parametrize(
    ("method", "low", "high", "worst"),
    [
        ("hodges-bui", -0.030, 0.030, 0.1),
        ("double-threshold", 0.0, 0.040, BurstSettings().min_gap_ms / 1000),
        ("tkeo", 0.0, 0.050, 0.1),
        ("relative", 0.0, 0.070, 0.1),
    ],
)
@pytest.mark.parametrize("faults", [{}, {"mains_uv": 20.0}, {"offset_uv": 350.0}], ids=["clean", "mains", "offset"])
def test_ten_onsets_are_found_at_their_time(method, low, high, worst, faults):
    x = band_pass(trial(**faults).signal, FS, SETTINGS)
    found = find_bursts(x, FS, BurstSettings(method=method), baseline=(0.3, 1.8))
    assert len(found) == 10
    late = found[:, 0] - np.array(ONSETS)[:, 0]
    assert low < np.median(late) < high
    assert np.abs(late).max() < worst


@pytest.mark.parametrize("method", ["hodges-bui", "double-threshold", "tkeo", "relative"])
@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3])
def test_onsets_do_not_depend_on_the_unit(method, scale):
    x = band_pass(trial().signal, FS, SETTINGS)
    bursts = BurstSettings(method=method)
    one, other = (find_bursts(k * x, FS, bursts, baseline=(0.3, 1.8)) for k in (1.0, scale))
    assert np.abs(one - other).max() < 2 / FS


@pytest.mark.parametrize("method", ["hodges-bui", "double-threshold", "tkeo"])
def test_a_baseline_is_asked_for(method):
    for baseline, words in (
        (None, "needs a stretch of rest"),
        ((3, 2), "outside"),
        ((0, 99), "outside"),
        ((1, 1.01), "0.1 s"),
    ):
        with pytest.raises(RecordingError, match=words):
            find_bursts(np.ones(8000), FS, BurstSettings(method=method), baseline=baseline)


def test_rest_alone_has_no_repetition():
    for seed in range(20):
        x = band_pass(np.random.default_rng(seed).normal(0, 3, 16_000), FS, SETTINGS)
        assert len(find_bursts(x, FS, BurstSettings())) == 0


def test_repetitions_without_rest_between_them_are_told_apart():
    plan = TrialPlan(
        fs=FS, duration_s=9.0, bounds=((1, 3), (3.3, 5.3), (5.6, 7.6)), amplitudes_uv=(200.0,) * 3, rest_uv=3.0
    )
    found = find_repetitions(band_pass(simulate_trial(plan, 2).signal, FS, SETTINGS), FS, SETTINGS)
    assert found.bounds == pytest.approx(np.array(plan.bounds), abs=0.1)


def test_events_come_first_then_the_signal_then_motion():
    made = trial(bounds=((1, 3), (4, 6)), duration_s=8.0)
    x = band_pass(made.signal, FS, SETTINGS)
    events = [(1.5, 2.5)]
    assert find_repetitions(x, FS, SETTINGS, events=events, motion=made.motion).source == "events"
    assert find_repetitions(x, FS, SETTINGS, motion=made.motion).source == "signal"
    assert find_repetitions(np.zeros(16_000), FS, SETTINGS, motion=made.motion).source == "motion"
    assert find_repetitions(x, FS, SETTINGS, segment="motion", motion=made.motion).source == "motion"
    assert find_repetitions(x, FS, SETTINGS, segment="whole").bounds.tolist() == [[0.0, 8.0]]


def test_motion_decides_where_the_signal_has_another_number_than_the_protocol():
    made = trial(bounds=((1, 2.5), (2.5, 4), (5, 6.5)), duration_s=8.0, ramp_s=0.0)
    x = band_pass(made.signal, FS, SETTINGS)
    assert len(find_repetitions(x, FS, SETTINGS).bounds) == 2
    found = find_repetitions(x, FS, SETTINGS, motion=made.motion, expected=3)
    assert found.source == "motion"
    assert found.bounds == pytest.approx(np.array([(1, 2.5), (2.5, 4), (5, 6.5)]), abs=0.2)
    assert find_repetitions(x, FS, SETTINGS, motion=made.motion, expected=7).source == "signal"


@pytest.mark.parametrize("sign", [1, -1])
def test_motion_cycles_in_both_directions(sign):
    motion = trial(bounds=((1, 3), (3, 5), (6, 8)), duration_s=10.0).motion
    values = sign * motion.values + 12
    assert motion_cycles(values, motion.fs, BurstSettings()) == pytest.approx(
        np.array([(1, 3), (3, 5), (6, 8)]), abs=0.25
    )


def test_a_twitch_is_no_repetition():
    motion = trial(bounds=((1, 3), (4, 6)), duration_s=8.0).motion
    values = motion.values.copy()
    values[650:720] -= 0.1 * np.hanning(70)
    assert len(motion_cycles(values, motion.fs, BurstSettings())) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"segment": "events"}, "needs events="),
        ({"expected": "3"}, "not a number of repetitions"),
        ({"expected": 0}, "not a number of repetitions"),
        ({"segment": "motion"}, "needs motion="),
        ({"segment": "signals"}, "Did you mean 'signal'"),
        ({"events": [(1, 2, 3)]}, "one pair"),
        ({"events": []}, "one pair"),
        ({"events": [(2, 1)]}, "A start must come before its stop"),
        ({"events": [(1, float("nan"))]}, "A start must come"),
        ({"events": [(1, 99)]}, "outside the recording of 4 s"),
        ({"events": [(2, 3), (1, 1.5)]}, "Put them in order"),
        ({"events": "soon"}, "not numbers"),
        ({"motion": Motion(np.zeros(400), 100.0), "segment": "motion"}, "does not move"),
        ({"motion": Motion(np.zeros(4), 100.0), "segment": "motion"}, "0.25 s"),
    ],
)
def test_segmentation_refuses(options, words):
    with pytest.raises(RecordingError, match=words):
        find_repetitions(np.ones(8000), FS, SETTINGS, **options)


def test_median_frequency_is_its_definition():
    found = spectrum(shaped_noise(30_000, FS, np.random.default_rng(1)), FS)
    for low, high in ((10, 500), (20, 450), (0, 1000)):
        wanted = definitions.median_frequency(found.frequency, found.power, low, high)
        assert median_frequency(found, low=low, high=high) == pytest.approx(wanted, abs=1e-9)


def test_median_frequency_of_a_known_spectrum():
    frequency = np.linspace(10, 500, 200_001)
    cumulative = np.cumsum(spectral_shape(frequency))
    truth = frequency[np.searchsorted(cumulative, cumulative[-1] / 2)]
    found = [median_frequency(spectrum(shaped_noise(60_000, FS, np.random.default_rng(s)), FS)) for s in range(20)]
    assert np.mean(found) == pytest.approx(truth, abs=1.0)
    assert np.std(found) < 2.5


def test_spectrum_is_parsevals():
    x = shaped_noise(120_000, FS, np.random.default_rng(1))
    assert band_power(spectrum(x, FS), 0, 1000) == pytest.approx(np.var(x), rel=0.01)


def test_spectrum_takes_the_longest_stretch_and_refuses_less_than_a_second():
    x = np.random.default_rng(1).normal(size=8000)
    x[3000] = np.nan
    assert spectrum(x, FS).seconds == pytest.approx(4999 / FS)
    with pytest.raises(RecordingError, match="needs 1 s without a gap"):
        spectrum(x[:1999], FS)
    assert np.isnan(median_frequency(spectrum(np.zeros(4000), FS)))


@pytest.mark.parametrize(("line", "harmonic"), [(50.0, 1), (60.0, 1), (50.0, 3)])
def test_mains_is_found_at_rest(line, harmonic):
    x = np.random.default_rng(1).normal(0, 3, 8000) + 10 * np.sin(2 * np.pi * line * harmonic * np.arange(8000) / FS)
    frequency, level = mains_level(spectrum(x, FS), line, 10, 500)
    assert (frequency, level > 20) == (line * harmonic, True)


def test_notch_takes_mains_out_and_leaves_the_rest():
    rng = np.random.default_rng(1)
    clean = shaped_noise(40_000, FS, rng)
    hum = 5 * np.sin(2 * np.pi * 50 * np.arange(40_000) / FS) + 3 * np.sin(2 * np.pi * 100 * np.arange(40_000) / FS)
    settings = EmgSettings(mains="notch", line_freq_hz=50, notch_harmonics=2)
    cleaned = notch(clean + hum, FS, settings)[4000:-4000]
    assert np.sqrt(np.mean(cleaned**2)) == pytest.approx(np.sqrt(np.mean(clean[4000:-4000] ** 2)), rel=0.04)


def heart(seed=3, seconds=20.0):
    plan = TrialPlan(
        fs=FS, duration_s=seconds, bounds=((8, 16),), amplitudes_uv=(300.0,), ecg_uv=250.0, heart_rate_hz=1.2
    )
    return simulate_trial(plan, seed)


def test_beats_at_rest_are_all_found():
    made = heart()
    found = find_beats(band_pass(made.signal, FS, SETTINGS), FS, (0.3, 7.5))
    true = made.beats_s[(made.beats_s > 0.3) & (made.beats_s < 7.5)]
    assert found.times == pytest.approx(true, abs=0.01)
    assert found.rate_hz == pytest.approx(1.2, abs=0.1)


def test_beats_are_subtracted_at_rest_with_little_harm_to_the_contraction():
    made = heart()
    filtered, clean = (band_pass(x, FS, SETTINGS) for x in (made.signal, made.clean))
    cleaned, beats = subtract_beats(filtered, FS, (0.3, 7.5))
    rest, active = slice(1000, 15_000), slice(17_000, 31_000)
    rms = [[np.sqrt(np.mean(x[part] ** 2)) for x in (filtered, cleaned, clean)] for part in (rest, active)]
    assert rms[0][1] < 0.35 * rms[0][0]
    assert rms[1][1] == pytest.approx(rms[1][2], rel=0.02)
    assert abs(len(beats.times) - len(made.beats_s)) <= 0.2 * len(made.beats_s)


def test_noise_has_no_beats_and_is_left_alone():
    x = np.random.default_rng(1).normal(0, 3, 16_000)
    assert len(find_beats(x, FS, (0, 8)).times) == 0
    cleaned, beats = subtract_beats(x, FS, (0, 8))
    assert np.array_equal(cleaned, x)
    assert len(beats.times) == 0
    with pytest.raises(RecordingError, match="outside the recording"):
        find_beats(x, FS, (0, 9))
