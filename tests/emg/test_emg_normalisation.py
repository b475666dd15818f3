"""References with where they come from, and amplitudes in percent of them."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from mmc_analysis.emg import (
    EmgSettings,
    TrialLabel,
    above_reference,
    find_reference,
    measure_repetitions,
    normalise,
    process_trial,
    reference_sensitivity,
    suspect_swap,
)
from mmc_analysis.emg.normalisation import NormalisedTrial
from mmc_analysis.emg.references import REFERENCE_UNITS
from mmc_analysis.emg.reporting import methods_paragraph
from mmc_analysis.emg.simulate import TrialPlan, simulate_trial
from mmc_analysis.errors import OptionError, RecordingError
from mmc_analysis.schema import units_of

SETTINGS = EmgSettings()
BOUNDS = ((2.0, 4.0), (4.5, 6.5))


def trial(name, level, *, seed=1, settings=SETTINGS, plan=None, rest=None, **label):
    own = {"bounds": BOUNDS, "amplitudes_uv": (level, level), "duration_s": 8.0} | (plan or {})
    made = simulate_trial(TrialPlan(**own), seed)
    about = TrialLabel(name, **({"participant": "P01", "muscle": "triceps"} | label))
    return process_trial(made.signal, 2000.0, settings, events=own["bounds"], label=about, rest=rest)


MVICS = [trial("press", 400.0, seed=2, kind="mvic", position="elbow 90"), trial("dip", 500.0, seed=3, kind="mvic", position="elbow 45"),
         trial("push", 450.0, seed=4, kind="mvic")]  # fmt: skip
TASKS = [trial("light", 100.0, seed=5), trial("heavy", 350.0, seed=6)]
REFERENCE = find_reference([*MVICS, *TASKS])


def test_the_highest_maximal_trial_wins_and_is_recorded():
    assert REFERENCE.value_uv == max(t.highest_peak_uv for t in MVICS)
    assert (REFERENCE.winner.trial, REFERENCE.winner.position, REFERENCE.unit) == ("dip", "elbow 45", "pct_mvic")
    assert REFERENCE.trial == "P01 / triceps / dip / elbow 45"
    assert [candidate.label.trial for candidate in REFERENCE.candidates] == ["press", "dip", "push"]
    assert REFERENCE.settings == SETTINGS


def test_percent_is_task_over_reference():
    found = normalise(TASKS[0], REFERENCE)
    assert found.peak_pct == pytest.approx([100 * r.peak_uv / REFERENCE.value_uv for r in TASKS[0].repetitions])
    assert found.mean_pct == pytest.approx([100 * r.mean_uv / REFERENCE.value_uv for r in TASKS[0].repetitions])
    assert found.mean_of_peaks_pct == pytest.approx(np.mean(found.peak_pct))
    assert found.highest_peak_pct == pytest.approx(np.max(found.peak_pct))
    assert found.mean_of_peaks_pct == pytest.approx(20, abs=3)


def test_percent_does_not_depend_on_the_gain():
    def percent(gain):
        def scaled(name, level, seed, **label):
            made = simulate_trial(TrialPlan(bounds=BOUNDS, amplitudes_uv=(level, level)), seed)
            return process_trial(gain * made.signal, 2000.0, SETTINGS, events=BOUNDS, label=TrialLabel(name, **label))

        reference = find_reference([scaled("mvic", 500.0, 3, kind="mvic")])
        return normalise(scaled("task", 100.0, 5), reference).peak_pct

    assert percent(1.0) == pytest.approx(percent(2.5), rel=1e-9)


def test_without_the_winner_the_runner_up_counts():
    found = REFERENCE.sensitivity()
    runner_up = sorted(t.highest_peak_uv for t in MVICS)[-2]
    assert (found.without.trial, found.value_uv) == ("dip", runner_up)
    assert found.factor == pytest.approx(REFERENCE.value_uv / runner_up)
    alone = find_reference([MVICS[0]]).sensitivity()
    assert alone.without is None
    assert np.isnan(alone.factor)


def test_maximum_maximorum_is_over_all_trials_and_one_cell_is_exactly_one_hundred():
    strong = trial("heaviest", 700.0, seed=9)
    everything = [*MVICS, *TASKS, strong]
    reference = find_reference(everything, method="max")
    assert (reference.winner.trial, reference.unit) == ("heaviest", "pct_max")
    peaks = np.concatenate([normalise(t, reference).peak_pct for t in everything])
    assert peaks.max() == 100.0
    assert (peaks == 100.0).sum() == 1


def test_above_the_maximum_of_all_trials_cannot_be():
    reference = find_reference([*MVICS, *TASKS], method="max")
    with pytest.raises(RecordingError, match="this trial was not among them"):
        normalise(trial("heaviest", 900.0, seed=9), reference)


def test_above_one_hundred_is_kept_flagged_and_counted():
    strong = trial("heaviest", 900.0, seed=9)
    found = normalise(strong, REFERENCE)
    assert found.flags == ("above_reference",)
    assert (found.peak_pct > 150).all()
    count = above_reference([found, normalise(TASKS[0], REFERENCE)])
    assert (count.above, count.repetitions, count.probably_submaximal) == (2, 4, True)
    eight = [normalise(TASKS[0], REFERENCE)] * 4 + [found]
    assert above_reference(eight).probably_submaximal is False
    assert above_reference([]).repetitions == 0


def test_submaximal_and_task_references():
    held = [trial("hold 1", 200.0, kind="submaximal"), trial("hold 2", 300.0, kind="submaximal")]
    reference = find_reference([*MVICS, *held], method="submaximal")
    assert reference.value_uv == pytest.approx(np.mean([t.mean_of_means_uv for t in held]))
    assert reference.winner is None
    assert reference.trial == "mean of 2 trials: hold 1; hold 2"
    assert reference.sensitivity().factor == pytest.approx(reference.value_uv / held[0].mean_of_means_uv)
    assert reference.sensitivity().without.trial == "hold 2"
    mean = find_reference([*MVICS, *TASKS], method="task_mean")
    assert mean.value_uv == pytest.approx(np.mean([t.mean_of_means_uv for t in TASKS]))
    peak = find_reference([*MVICS, *TASKS], method="task_peak")
    assert (peak.value_uv, peak.winner.trial) == (TASKS[1].highest_peak_uv, "heavy")


def test_every_unit_is_legal_for_emg():
    for unit in REFERENCE_UNITS.values():
        assert unit in units_of("emg_peak")
        assert unit in units_of("emg_mean")


def test_the_method_comes_from_the_settings_unless_given():
    settings = EmgSettings.preset("calatayud2016")
    trials = [trial("a", 100.0, settings=settings), trial("b", 200.0, settings=settings)]
    assert find_reference(trials).method == "max"
    with pytest.raises(RecordingError, match="needs trials of kind mvic"):
        find_reference(trials, method="mvic")
    with pytest.raises(RecordingError, match="Did you mean 'max'"):
        find_reference(trials, method="maxx")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"envelope": "arv"}, "envelope rms and arv"),
        ({"window_ms": 250.0}, "window_ms 500.0 and 250.0"),
        ({"high_pass_hz": 20.0}, "high_pass_hz 10.0 and 20.0"),
        ({"ecg": "high-pass"}, "ecg none and high-pass"),
    ],
)
def test_task_and_reference_share_one_record(changes, words):
    other = trial("task", 100.0, settings=SETTINGS.changed(**changes))
    with pytest.raises(RecordingError, match="processed differently"):
        find_reference([*MVICS, other])
    with pytest.raises(RecordingError, match="trial and its reference were processed differently"):
        normalise(other, REFERENCE)
    with pytest.raises(RecordingError, match=words):
        find_reference([MVICS[0], other])


def test_a_missing_reference_gives_empty_values_with_the_reason():
    found = normalise(TASKS[0], None, reason="no maximal trial of the triceps")
    assert np.isnan(found.peak_pct).all()
    assert found.reason == "no maximal trial of the triceps"
    assert np.isfinite(TASKS[0].highest_peak_uv)
    assert np.isnan(found.mean_of_peaks_pct)


@pytest.mark.parametrize("change", [{"muscle": "pectoralis"}, {"side": "left"}, {"participant": "P02"}])
def test_no_reference_is_borrowed(change):
    other = trial("task", 100.0, **change)
    with pytest.raises(RecordingError, match="never borrowed"):
        normalise(other, REFERENCE)
    with pytest.raises(RecordingError, match="Call once for each"):
        find_reference([*MVICS, other])


def test_electrodes_applied_again_need_a_declaration():
    later = trial("task", 100.0, session="B")
    with pytest.raises(RecordingError, match="another muscle volume"):
        normalise(later, REFERENCE)
    found = normalise(later, REFERENCE, across_sessions=True)
    assert found.flags == ("session",)
    both = [trial("mvic A", 400.0, kind="mvic", session="A"), trial("mvic B", 400.0, kind="mvic", session="B")]
    with pytest.raises(RecordingError, match="2 sessions"):
        find_reference(both)
    assert find_reference(both, across_sessions=True).sessions == ("A", "B")


def test_a_trial_may_not_stand_twice():
    with pytest.raises(RecordingError, match="stands 2 times"):
        find_reference([MVICS[0], MVICS[0]])
    with pytest.raises(RecordingError, match="no trial"):
        find_reference([])


def test_a_clipped_trial_may_not_be_the_reference():
    clipped = trial("slam", 600.0, kind="mvic", plan={"clip_uv": 1550.0}, seed=12)
    assert clipped.quality.clipped / 16_000 > 0.001
    reference = find_reference([*MVICS, clipped])
    assert reference.winner.trial == "dip"
    assert "clipped" in reference.candidates[-1].excluded
    with pytest.raises(RecordingError, match="may be the reference"):
        find_reference([clipped])
    everything = find_reference([*MVICS, clipped], method="max")
    assert normalise(clipped, everything).flags == ("above_reference", "reference_incomplete")


@pytest.mark.parametrize("limit", [1550.0, 900.0])
def test_a_trial_left_out_that_may_have_been_higher_is_told_with_every_percent(limit):
    """Clipped a little it has a peak that is too low; clipped more it has none."""
    clipped = trial("slam", 600.0, kind="mvic", plan={"clip_uv": limit}, seed=12)
    reference = find_reference([*MVICS, clipped])
    assert [candidate.label.trial for candidate in reference.left_out] == ["slam"]
    found = normalise(TASKS[0], reference)
    assert found.flags == ("reference_incomplete",)
    assert "may be too low" in found.notes[0] and "slam: " in found.notes[0] and "clipped" in found.notes[0]
    assert found.peak_pct.tolist() == normalise(TASKS[0], REFERENCE).peak_pct.tolist()


def test_a_maximal_trial_that_failed_is_told_and_one_without_activity_is_not():
    gaps = trial("lost", 600.0, kind="mvic", plan={"dropouts": ((2.5, 0.4), (5.0, 0.4))}, seed=12)
    assert normalise(TASKS[0], find_reference([*MVICS, gaps])).flags == ("reference_incomplete",)
    idle = trial("idle", 0.0, kind="mvic", rest=(0.3, 1.8))
    assert idle.quality.flags[0] in ("amplitude", "not_active") and "not_active" in idle.quality.flags
    assert normalise(TASKS[0], find_reference([*MVICS, idle])).flags == ()
    assert normalise(TASKS[0], find_reference([*TASKS, gaps], method="task_mean")).flags == ()


def test_the_peak_that_set_the_reference_is_one_hundred_to_the_last_digit():
    for value in np.random.default_rng(1).uniform(10, 900, 50):
        peak = replace(TASKS[0], repetitions=tuple(replace(r, peak_uv=value) for r in TASKS[0].repetitions))
        assert normalise(peak, replace(REFERENCE, value_uv=value)).peak_pct.tolist() == [100.0, 100.0]


def test_a_reference_must_stand_out_from_rest():
    weak = trial("weak", 9.0, kind="mvic", rest=(0.3, 1.8))
    with pytest.raises(RecordingError, match="less than 5 times rest"):
        find_reference([weak])
    with pytest.raises(RecordingError, match="less than 5 times rest"):
        find_reference(MVICS, rest_uv=200.0)
    assert np.isnan(find_reference(MVICS).rest_uv)
    quiet = process_trial(np.random.default_rng(1).normal(0, 4, 8000), 2000.0, SETTINGS, segment="whole",
                          label=TrialLabel("rest", "P01", "triceps", kind="rest"))  # fmt: skip
    assert find_reference([*MVICS, quiet]).rest_uv == pytest.approx(4 * np.sqrt(0.49), rel=0.1)


def test_an_empty_maximal_trial_is_no_reference():
    dead = process_trial(np.zeros(8000), 2000.0, SETTINGS, label=TrialLabel("dead", "P01", "triceps", kind="mvic"))
    assert find_reference([*MVICS, dead]).winner.trial == "dip"
    with pytest.raises(RecordingError, match="no usable repetition"):
        find_reference([dead])


def test_swapped_channels_are_suspected():
    assert suspect_swap(50.0, 400.0, SETTINGS)
    assert not suspect_swap(200.0, 400.0, SETTINGS)


def test_the_paragraph_says_how_much_hangs_on_the_winning_trial():
    text = methods_paragraph(SETTINGS, fs=2000.0, references=[REFERENCE], quality=[t.quality for t in TASKS])
    factor = reference_sensitivity(REFERENCE).factor
    assert f"multiplied by {factor:.2f} to {factor:.2f} (1 reference)" in text
    assert "Of 2 signals, 0 were wholly or partly masked; 0 of 4 repetitions are empty. None was flagged." in text
    noisy = dataclasses.replace(TASKS[0].quality, flags=("mains",), status="flagged")
    assert "Flags: mains 1." in methods_paragraph(SETTINGS, quality=[noisy])


def test_options_are_named():
    with pytest.raises(OptionError, match="Did you mean 'across_sessions'"):
        normalise(TASKS[0], REFERENCE, across_session=True)


def test_peak_and_mean_of_a_known_envelope():
    envelope = np.concatenate([np.linspace(0, 10, 4000), np.linspace(10, 0, 4000)])
    found = measure_repetitions(envelope, np.ones(8000), 2000.0, SETTINGS, [(0.5, 1.5), (1.5, 2.5), (2.5, 3.5)])
    assert [r.peak_uv for r in found] == pytest.approx([envelope[2999], 10.0, envelope[5000]])
    assert [r.mean_uv for r in found] == pytest.approx(
        [envelope[a:b].mean() for a, b in ((1000, 3000), (3000, 5000), (5000, 7000))]
    )
    assert found[1].peak_at_s == pytest.approx(2.0, abs=0.001)
    assert [r.duration_s for r in found] == [1.0, 1.0, 1.0]


def test_no_values_have_no_mean():
    empty = NormalisedTrial(TrialLabel("a"), "pct_mvic", np.array([np.nan]), np.array([np.nan]), None)
    assert np.isnan([empty.mean_of_peaks_pct, empty.highest_peak_pct, empty.mean_of_means_pct]).all()
