"""Simulated signals have the truth that they state; a planted focus effect comes back."""

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.emg import EmgSettings, TrialLabel, band_pass, find_reference, normalise, process_trial, spectrum
from mmc_analysis.emg.ensembles import averaged, ensemble
from mmc_analysis.emg.simulate import TrialPlan, activation, shaped_noise, simulate_trial, spectral_shape
from mmc_analysis.emg.simulated_study import StudyPlan, simulate_study
from mmc_analysis.errors import OptionError, RecordingError


def rms(x) -> float:
    return float(np.sqrt(np.mean(np.square(x))))


@pytest.mark.parametrize("samples", [20_000, 20_001])
def test_noise_has_unit_power_and_its_shape(samples):
    assert np.mean(
        [rms(shaped_noise(samples, 1500.0, np.random.default_rng(s))) ** 2 for s in range(50)]
    ) == pytest.approx(1, abs=0.01)
    found = spectrum(shaped_noise(400_000, 1500.0, np.random.default_rng(1)), 1500.0)
    band = (found.frequency >= 10) & (found.frequency <= 400)
    shape = spectral_shape(found.frequency[band])
    assert found.power[band] / found.power[band].sum() == pytest.approx(shape / shape.sum(), rel=0.25)


def test_amplitudes_are_as_planned():
    plan = TrialPlan(duration_s=30.0, bounds=((5, 12), (15, 25)), amplitudes_uv=(100.0, 300.0), rest_uv=4.0)
    made = simulate_trial(plan, 1)
    assert rms(made.clean[10_400:23_600]) == pytest.approx(np.hypot(100, 4), rel=0.03)
    assert rms(made.clean[30_400:49_600]) == pytest.approx(np.hypot(300, 4), rel=0.03)
    assert rms(made.clean[:9000]) == pytest.approx(4.0, rel=0.03)
    assert made.amplitude_uv[20_000] == pytest.approx(np.hypot(100, 4))
    assert np.array_equal(made.signal, made.clean)


def test_ramps_and_halves():
    plan = TrialPlan(bounds=((2.0, 6.0),), amplitudes_uv=(100.0,), ramp_s=0.2, first_half=0.6)
    assert activation(plan, np.array([1.9, 2.0, 2.1, 3.0, 5.0, 5.9, 6.0])) == pytest.approx([0, 0, 30, 60, 100, 50, 0])


def test_every_fault_is_added_as_planned():
    made = simulate_trial(
        TrialPlan(ecg_uv=250.0, mains_uv=20.0, offset_uv=100.0, drift_uv=50.0, artefacts=((4.0, 900.0),)), 1
    )
    added = made.signal - made.clean
    assert len(made.beats_s) == pytest.approx(8 * 1.2, abs=2)
    assert added.mean() == pytest.approx(100, abs=40)
    assert np.abs(added[8000:8500]).max() > 500
    wireless = simulate_trial(TrialPlan(dropouts=((3.0, 0.1),), clip_uv=400.0), 1)
    assert (wireless.signal[6000:6200] == 0).all()
    assert np.abs(wireless.signal).max() == 400.0


def test_the_same_seed_gives_the_same_trial():
    one, same, other = (simulate_trial(TrialPlan(ecg_uv=100.0), seed).signal for seed in (7, 7, 8))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"amplitudes_uv": (1.0, 2.0)}, "Give one for each"),
        ({"bounds": ((7.0, 9.0),)}, "does not fit 8 s"),
        ({"bounds": ((1.0, 1.1),)}, "two ramps"),
        ({"fs": -1.0}, "not a sampling frequency"),
        ({"rest_uv": -1.0}, "at least 0"),
        ({"offset_uv": float("nan")}, "offset_uv=nan"),
        ({"bounds": 2.0}, "must be pairs of numbers"),
        ({"artefacts": (3.0,)}, "must be pairs of numbers"),
        ({"amplitudes_uv": ("loud",)}, "amplitudes_uv='loud'"),
        ({"mains_harmonics": 1.5}, "whole number of harmonics"),
    ],
)
def test_plans_refuse(options, words):
    with pytest.raises(RecordingError, match=words):
        TrialPlan(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"muscles": "pectoralis"}, "must be names"),
        ({"muscles": ("a", "a")}, "each once"),
        ({"levels_pct": 50}, "must map each load"),
        ({"trial": 8.0}, "must be a TrialPlan"),
        ({"participants": 2.5}, "whole number"),
    ],
)
def test_studies_refuse(options, words):
    with pytest.raises(RecordingError, match=words):
        StudyPlan(**options)


def test_plans_name_the_right_parameter():
    with pytest.raises(OptionError, match="Did you mean 'participants'"):
        StudyPlan(participant=3)
    with pytest.raises(RecordingError, match="the same loads"):
        StudyPlan(focus_points={20: 5.0})


def test_people_may_be_simulated_in_any_order():
    plan = StudyPlan(participants=3)
    everyone = [trial for trial in simulate_study(plan, 5) if trial.participant == "P03"]
    alone = list(simulate_study(plan, 5, participant=2))
    assert [trial.trial for trial in alone] == [trial.trial for trial in everyone]
    assert len(alone) == 4 + 15
    for one, other in zip(alone, everyone, strict=True):
        assert np.array_equal(one.signals["triceps"], other.signals["triceps"])


def test_the_planted_focus_effect_comes_back():
    """Six points at 50 % and none at 80 %, in 10 people, from raw signals through maximal trials to percent."""
    plan = StudyPlan(
        participants=10,
        levels_pct={50: 50.0, 80: 78.0},
        focus_points={50: 6.0, 80: 0.0},
        conditions=("regular", "pectoralis"),
    )
    settings, gains, truths = EmgSettings(), {50: [], 80: []}, {50: [], 80: []}
    for person in range(plan.participants):
        processed, true = {}, {}
        for trial in simulate_study(plan, 11, participant=person):
            label = TrialLabel(trial.trial, trial.participant, "pectoralis", kind=trial.kind)
            events = trial.events if trial.kind == "task" else None
            result = process_trial(trial.signals["pectoralis"], trial.fs, settings, events=events, label=label)
            processed[trial.trial], true[trial.trial] = result.without_signals(), trial.true_pct["pectoralis"]
        reference = find_reference(processed.values())
        assert reference.winner.trial.startswith("mvic_pectoralis")
        for load in gains:
            names = [f"{condition}_{load}" for condition in ("pectoralis", "regular")]
            focus, regular = (normalise(processed[name], reference).mean_of_peaks_pct for name in names)
            gains[load].append(focus - regular)
            truths[load].append(true[names[0]] - true[names[1]])
    for load in gains:
        interval = stats.ttest_1samp(gains[load], 0).confidence_interval()
        assert interval.low < plan.focus_points[load] < interval.high
        assert np.corrcoef(gains[load], truths[load])[0, 1] > 0.7
    assert stats.ttest_1samp(gains[50], 0).pvalue < 0.05 < stats.ttest_1samp(gains[80], 0).pvalue


def test_ensemble_stretches_each_repetition_to_the_same_length():
    fs, bounds = 1000.0, [(0.5, 1.5), (2.0, 4.0)]
    time = np.arange(5000) / fs
    envelope = np.zeros(5000)
    for start, stop in bounds:
        inner = (time >= start) & (time <= stop)
        envelope[inner] = np.sin(np.pi * (time[inner] - start) / (stop - start))
    found = ensemble(envelope, fs, bounds, scale=100.0)
    assert found.curves.shape == (2, 101)
    assert found.mean == pytest.approx(100 * np.sin(np.pi * found.phase_pct / 100), abs=0.01)
    assert found.sd == pytest.approx(np.zeros(101), abs=0.01)


def test_ensemble_passes_over_gaps():
    curves = np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan]])
    found = averaged(np.array([0, 50, 100.0]), curves)
    assert found.n.tolist() == [2, 1, 0]
    assert found.mean[:2].tolist() == [2.0, 2.0]
    assert found.sd[0] == pytest.approx(np.sqrt(2))
    assert np.isnan([found.mean[2], found.sd[1], found.sd[2]]).all()
    envelope = np.ones(1000)
    envelope[300:400] = np.nan
    assert np.isnan(ensemble(envelope, 1000.0, [(0.2, 0.5)]).curves).sum() == pytest.approx(34, abs=2)


def test_ensemble_refuses():
    with pytest.raises(RecordingError, match="at least 2"):
        ensemble(np.ones(100), 100.0, [(0, 1)], points=1)
    with pytest.raises(RecordingError, match="outside the recording"):
        ensemble(np.ones(100), 100.0, [(0, 2)])


def test_the_window_of_the_filter_leaves_the_simulated_level():
    made = simulate_trial(TrialPlan(duration_s=20.0, bounds=((2, 18),), amplitudes_uv=(250.0,)), 3)
    filtered = band_pass(made.signal, 2000.0, EmgSettings())[6000:34_000]
    shape = spectral_shape(np.arange(0, 1000.0))
    kept = shape[10:500].sum() / shape.sum()
    assert rms(filtered) == pytest.approx(250 * np.sqrt(kept), rel=0.03)
