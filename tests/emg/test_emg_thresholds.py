"""Faults just below and just above their limits, in several sizes, and what looks like a fault and is none."""

import numpy as np
import pytest

from mmc_analysis.emg import (
    EmgSettings,
    NormalisedTrial,
    QualityLimits,
    StudyPlan,
    TrialLabel,
    above_reference,
    find_beats,
    find_reference,
    process_trial,
    screen,
    simulate_study,
    suspect_swap,
)
from mmc_analysis.emg.runs import equal_runs
from mmc_analysis.emg.screening import by_resolution, clipping, resolution
from mmc_analysis.emg.simulate import TrialPlan, shaped_noise, simulate_trial
from mmc_analysis.errors import RecordingError

FS = 2000.0
BOUNDS = ((3.0, 5.0), (5.5, 7.5))
SETTINGS = EmgSettings()
LIMITS = SETTINGS.limits


def signal(seed=1, **plan) -> np.ndarray:
    own = {"fs": FS, "duration_s": 10.0, "bounds": BOUNDS, "amplitudes_uv": (200.0, 200.0)} | plan
    return simulate_trial(TrialPlan(**own), seed).signal


def process(x, settings=SETTINGS, **options):
    return process_trial(x, options.pop("fs", FS), settings, **({"events": BOUNDS} | options))


CLEAN = process(signal())


@pytest.mark.parametrize("fs", [1060.0, 1259.259, 1925.926, 2000.0, 10_000.0])
def test_a_clean_trial_is_good_at_every_rate_and_with_any_rest(fs):
    for seed in range(3):
        x = signal(seed, fs=fs)
        for options in ({}, {"rest": (0.3, 2.7)}, {"events": None}):
            assert process(x, fs=fs, **options).quality.flags == ()


def test_a_clean_study_raises_no_alarm():
    """Maximal trials of it have less than a second of rest and 500 µV right after."""
    for trial in simulate_study(StudyPlan(participants=3), 11):
        for muscle, x in trial.signals.items():
            label = TrialLabel(trial.trial, trial.participant, muscle, kind=trial.kind)
            assert process(x, fs=trial.fs, events=trial.events, label=label).quality.flags == (), label


@pytest.mark.parametrize("lead", [0.5, 0.8, 1.2, 2.0, 4.0])
def test_rest_is_found_however_short_it_is(lead):
    for seed in range(5):
        x = signal(seed, bounds=((lead, 7.0),), amplitudes_uv=(400.0,), duration_s=7.5)
        found = process(x, events=None, label=TrialLabel("mvic", kind="mvic")).quality
        assert 0.2 <= found.rest_start_s <= 0.4 and found.rest_stop_s <= lead + 0.1
        assert found.rest_uv == pytest.approx(3 * np.sqrt(0.49), rel=0.25)


def test_short_bursts_are_not_taken_for_rest():
    x = signal(bounds=tuple((start, start + 0.3) for start in (1.0, 3.0, 5.0, 7.0)), amplitudes_uv=(300.0,) * 4)
    assert process(x, events=None).quality.rest_uv < 3.0


@pytest.mark.parametrize("offset", [650.0, 700.0, 1000.0, 5000.0, -5000.0, 1.65e6])
def test_24_a_raw_signal_that_never_reaches_zero_for_its_offset_is_flagged_and_measured(offset):
    found = process(signal(offset_uv=offset))
    assert found.quality.flags == ("offset",)
    assert [r.mean_uv for r in found.repetitions] == pytest.approx([r.mean_uv for r in CLEAN.repetitions], rel=1e-5)


def test_24_an_offset_is_flagged_from_ten_times_rest():
    rest = CLEAN.quality.rest_uv
    assert process(signal(offset_uv=9.5 * rest)).quality.flags == ()
    assert process(signal(offset_uv=10.5 * rest)).quality.flags == ("offset",)


@pytest.mark.parametrize("add", [0.0, 1.0, 3.0])
def test_29_a_rectified_signal_is_refused_at_rest_and_in_one_long_contraction(add):
    for x in (signal(), 200 * shaped_noise(20_000, FS, np.random.default_rng(1))):
        with pytest.raises(RecordingError, match="rectified or smoothed"):
            process(np.abs(x) + add)


@pytest.mark.parametrize("step", [0.3, 2.44, 3.2, 7.6])
@pytest.mark.parametrize("rest_uv", [0.5, 1.0, 3.0])
def test_a_coarse_converter_raises_no_alarm(step, rest_uv):
    for seed in range(6):
        found = process(np.round(signal(seed, rest_uv=rest_uv) / step) * step).quality
        assert (found.flags, found.missing_share, found.clipped) == ((), 0.0, 0)


def test_a_coarse_recording_that_is_mostly_rest_is_not_flat():
    x = np.round(signal(duration_s=40.0, bounds=((20.0, 22.0),), amplitudes_uv=(150.0,), rest_uv=0.5) / 7.6) * 7.6
    assert (x[:30_000] == 0).mean() > 0.99
    found = process(x, events=[(20.0, 22.0)])
    assert found.quality.flags == () and found.highest_peak_uv > 120


def test_22_a_channel_that_flickers_between_two_steps_is_flat():
    x = np.where(np.random.default_rng(1).uniform(size=20_000) < 0.05, 2.44, 0.0)
    assert "flat" in process(x).quality.flags


def test_steps_of_a_converter():
    x = np.array([0.0, 2.0, 2.0, 2.0, 4.0, 9.0, 9.0, 9.0, 0.0])
    assert resolution(x) == 2.0
    assert resolution(np.array([5.0, 5.0, np.nan])) == 0.0
    assert by_resolution(x, np.array([[1, 4], [5, 8]]), 2.0).tolist() == [True, False]
    assert by_resolution(x, np.empty((0, 2), dtype=int), 2.0).tolist() == []


def test_23_a_crest_of_a_coarse_converter_is_no_clipping_and_a_plateau_is():
    crest = np.array([0.0, 2.0, 4.0, 6.0, 6.0, 6.0, 4.0, 2.0, 0.0, -3.0])
    assert not clipping(crest, 3, step=2.0).any()
    assert clipping(np.where(crest == 4.0, -8.0, crest), 3, step=2.0).sum() == 3
    for step in (0.3, 2.44):
        assert "clipping" in process(np.round(signal(clip_uv=450.0) / step) * step).quality.flags


def test_23_every_sample_at_a_limit_is_clipped_once_a_run_shows_it_to_be_one():
    """At a low rate most crests touch the limit with one or two samples."""
    x = np.minimum(signal(fs=1259.259), 400.0)
    found = process(x, fs=1259.259).quality
    assert (
        found.clipped
        == (x == 400.0).sum()
        > 1.2 * sum(b - a for a, b in equal_runs(np.where(x == 400.0, x, np.nan), 3))
    )
    assert not clipping(np.array([0.0, 5.0, 5.0, 1.0, 5.0, -9.0, -9.0, -9.0, 2.0, -9.0]), 3)[:5].any()


@pytest.mark.parametrize("fs", [1259.259, 2000.0, 2148.148])
def test_21_identical_values_are_a_dropout_from_ten_milliseconds(fs):
    least = int(np.ceil(0.010 * fs))
    for samples, lost in ((least - 1, 0), (least, least), (3 * least, 3 * least)):
        x = signal(fs=fs)
        x[8000 : 8000 + samples] = 0.0
        assert screen(x, fs, LIMITS).dropout == lost


@pytest.mark.parametrize(
    ("samples", "flags"), [(1, "short_gaps"), (40, "short_gaps"), (41, "long_gaps"), (400, "long_gaps")]
)
def test_19_20_gaps_are_bridged_up_to_twenty_milliseconds(samples, flags):
    x = signal()
    x[8000 : 8000 + samples] = np.nan
    assert process(x).quality.flags == ("not_finite", flags)


@pytest.mark.parametrize(("count", "bridged"), [(4, True), (5, False)])
def test_19_short_gaps_are_bridged_below_one_percent_together(count, bridged):
    x = signal()
    for start in range(7000, 7000 + count * 1000, 1000):
        x[start : start + 40] = np.nan
    assert ("short_gaps" in process(x).quality.flags) is bridged


@pytest.mark.parametrize(("share", "empty"), [(0.09, False), (0.10, False), (0.11, True)])
def test_20_a_repetition_is_empty_above_ten_percent_missing(share, empty):
    x = signal()
    x[7000 : 7000 + round(share * 4000)] = np.nan
    assert bool(process(x).repetitions[0].reason) is empty


@pytest.mark.parametrize(("samples", "empty"), [(40, False), (41, True)])
def test_23_a_repetition_is_empty_above_one_percent_clipped(samples, empty):
    x = signal()
    x[8000 : 8000 + samples // 2], x[9000 : 9000 + samples - samples // 2] = 5000.0, -5000.0
    found = process(x, SETTINGS.changed(**{"limits.dropout_ms": 100.0}))
    assert found.quality.clipped == samples
    assert bool(found.repetitions[0].reason) is empty


@pytest.mark.parametrize(("samples", "usable"), [(20, True), (21, False)])
def test_23_a_trial_may_be_the_reference_up_to_a_thousandth_clipped(samples, usable):
    x = signal()
    x[8000 : 8000 + samples // 2], x[9000 : 9000 + samples - samples // 2] = 5000.0, -5000.0
    found = process(x, SETTINGS.changed(**{"limits.dropout_ms": 100.0}), label=TrialLabel("slam", kind="mvic"))
    if usable:
        assert find_reference([found]).winner.trial == "slam"
    else:
        with pytest.raises(RecordingError, match="may be the reference"):
            find_reference([found])


@pytest.mark.parametrize("mains", [2.0, 5.0, 20.0, 80.0])
@pytest.mark.parametrize("hz", [49.9, 50.0, 60.1])
def test_25_mains_of_any_size_is_found(mains, hz):
    found = process(signal(mains_uv=mains, mains_hz=hz)).quality
    assert "mains" in found.flags
    assert found.mains_hz == round(hz, -1)


def test_25_mains_is_found_in_a_maximal_trial_with_less_than_a_second_of_rest():
    label = TrialLabel("mvic", kind="mvic")
    own = {"bounds": ((1.2, 7.0),), "amplitudes_uv": (200.0,), "duration_s": 7.5}
    for seed in range(10):
        assert "mains" not in process(signal(seed, **own), events=None, label=label).quality.flags
    found = [process(signal(seed, mains_uv=5.0, **own), events=None, label=label).quality for seed in range(10)]
    assert sum("mains" in quality.flags for quality in found) >= 8


@pytest.mark.parametrize("ecg", [30.0, 60.0, 250.0])
@pytest.mark.parametrize("rate", [0.8, 1.2, 2.0, 3.0])
def test_26_heart_beats_of_any_size_and_rate_are_found(ecg, rate):
    x = signal(duration_s=20.0, bounds=((10.0, 18.0),), amplitudes_uv=(200.0,), ecg_uv=ecg, heart_rate_hz=rate)
    found = process(x, events=[(10.0, 18.0)]).quality
    assert found.flags == ("heart_beats",)
    assert found.heart_rate_hz == pytest.approx(rate, rel=0.1)


@pytest.mark.parametrize("rate", [4.0, 5.0, 6.0, 8.0, 10.0])
def test_26_a_motor_unit_that_fires_at_rest_is_no_heart(rate):
    rng = np.random.default_rng(round(rate))
    x = signal(duration_s=20.0, bounds=((10.0, 18.0),), amplitudes_uv=(200.0,))
    time = np.arange(-20, 21) / FS
    potential = -160 * time / 0.002 * np.exp(-0.5 * (time / 0.002) ** 2)
    for at in np.cumsum((1 + 0.15 * rng.standard_normal(100)) / rate):
        if at < 9.8:
            x[round(at * FS) - 20 : round(at * FS) + 21] += potential
    found = process(x, events=[(10.0, 18.0)])
    assert "heart_beats" not in found.quality.flags
    assert len(find_beats(found.filtered, FS, (0.3, 9.5)).times) == 0


@pytest.mark.parametrize(
    ("height", "samples", "effect"), [(20_000.0, 1, 2.3), (5000.0, 5, 1.75), (1e5, 1, 10.5), (1e6, 1, 104.0)]
)
def test_a_spike_that_makes_the_peak_is_flagged(height, samples, effect):
    x = signal()
    x[8000 : 8000 + samples] += height
    found = process(x)
    assert "spike" in found.quality.flags
    assert found.highest_peak_uv / CLEAN.highest_peak_uv == pytest.approx(effect, rel=0.02)


def test_a_spike_between_repetitions_harms_nothing_and_bursts_are_no_spikes():
    x = signal()
    x[2000] += 5000.0
    assert "spike" not in process(x).quality.flags
    for length in (0.1, 0.2, 0.5):
        twitch = signal(bounds=((4.0, 4.0 + length),), amplitudes_uv=(300.0,), ramp_s=0.01)
        assert "spike" not in process(twitch, events=[(3.5, 5.0)]).quality.flags


@pytest.mark.parametrize(("level", "flagged"), [(6.0, True), (9.0, True), (12.0, False), (200.0, False)])
def test_28_low_signal_to_noise_from_fifteen_decibels(level, flagged):
    found = process(signal(amplitudes_uv=(level, level))).quality
    assert ("low_snr" in found.flags) is flagged
    assert (found.snr_db < LIMITS.snr_db) is flagged


CROPS = {
    "whole": {"segment": "whole"}, "maximal": {"label": TrialLabel("m", kind="mvic")}, "events": {"events": [(0.0, 1.8)]},
}  # fmt: skip


@pytest.mark.parametrize("fs", [1111.111, 2000.0, 4370.0])
@pytest.mark.parametrize("crop", CROPS)
def test_28_a_trial_cropped_to_the_contraction_has_no_rest_to_be_judged_by(crop, fs):
    for seed in range(4):
        x = signal(seed, fs=fs)[round(3.1 * fs) : round(4.9 * fs)]
        found = process(x, SETTINGS.changed(low_pass_hz=450.0), fs=fs, **({"events": None} | CROPS[crop])).quality
        assert found.flags == () and np.isnan(found.snr_db)


def test_28_repetitions_cropped_together_have_no_rest_between_them_or_a_little():
    for gap in (0.0, 0.2, 0.8):
        x = signal(bounds=((3.0, 5.0), (5.0 + gap, 7.0 + gap)))[6000 : round((7.0 + gap) * FS)]
        found = process(x, events=[(0.0, 2.0), (2.0 + gap, 4.0 + gap)]).quality
        assert "low_snr" not in found.flags
        assert np.isnan(found.snr_db) == (gap < 0.8)


def test_28_one_short_repetition_in_a_long_recording_is_measured_and_a_given_rest_is_always_believed():
    x = signal(duration_s=60.0, bounds=((30.0, 32.0),), amplitudes_uv=(200.0,))
    assert process(x, events=[(30.0, 32.0)]).quality.flags == ()
    noise = np.random.default_rng(1).normal(0, 50, 16_000)
    noise[8000:] *= 1.5
    found = process(noise, segment="whole", events=None, rest=(0.5, 3.0)).quality
    assert "low_snr" in found.flags and found.snr_db == pytest.approx(20 * np.log10(1.5), abs=1.5)


@pytest.mark.parametrize(("height", "flagged"), [(100.0, False), (300.0, False), (600.0, True), (3000.0, True)])
def test_27_movement_from_a_tenth_of_the_power(height, flagged):
    found = process(signal(artefacts=((4.0, height),))).quality
    assert ("movement" in found.flags) is flagged
    assert (found.movement_ratio > 0.1) is flagged


@pytest.mark.parametrize(("factor", "flagged"), [(0.03, True), (0.045, False), (14.0, False), (20.0, True)])
def test_1_39_amplitudes_are_plausible_from_20_uv_to_10_mv(factor, flagged):
    found = process(factor * signal()).quality
    assert ("amplitude" in found.flags) is flagged
    assert flagged is not (20.0 <= found.plausible_uv <= 10_000.0)


@pytest.mark.parametrize(("above", "suspect"), [(1, False), (2, False), (3, True)])
def test_30_more_than_a_quarter_above_the_reference_says_it_was_submaximal(above, suspect):
    peaks = np.array([120.0] * above + [100.0] * (8 - above))
    found = above_reference([NormalisedTrial(TrialLabel("a"), "pct_mvic", peaks, peaks, None)])
    assert (found.above, found.probably_submaximal) == (above, suspect)


def test_12_a_swap_is_suspected_below_a_fifth():
    assert [suspect_swap(uv, 100.0, SETTINGS) for uv in (19.0, 20.0, 21.0)] == [True, False, False]


@pytest.mark.parametrize(
    ("fs", "corner", "legal"),
    [(1000.0, 474.0, True), (1000.0, 475.0, False), (1052.0, 500.0, False), (1053.0, 500.0, True)],
)
def test_41_the_highest_legal_corner_is_095_of_half_the_rate(fs, corner, legal):
    settings = EmgSettings(low_pass_hz=corner)
    if legal:
        assert process(signal(fs=fs), settings, fs=fs).quality.sampling_frequency == fs
    else:
        with pytest.raises(RecordingError, match=f"below {0.475 * fs:g} Hz"):
            process(signal(fs=fs), settings, fs=fs)


def test_limits_are_the_users():
    loose = QualityLimits(mains_db=60.0, offset_over_rest=1e4, spike_ratio=50.0)
    x = signal(mains_uv=20.0, offset_uv=300.0)
    x[8000] += 20_000.0
    assert set(process(x).quality.flags) == {"mains", "offset", "spike"}
    assert process(x, EmgSettings(limits=loose)).quality.flags == ()
