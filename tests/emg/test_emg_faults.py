"""Every fault of a signal: refused, masked or flagged, and never repaired silently."""

import numpy as np
import pytest

from mmc_analysis.emg import (
    FAULTS,
    EmgSettings,
    Motion,
    QualityLimits,
    TrialLabel,
    compare_durations,
    process_trial,
    screen,
    to_microvolts,
)
from mmc_analysis.emg.screening import clipping, sentinels
from mmc_analysis.emg.simulate import TrialPlan, simulate_trial
from mmc_analysis.errors import MMCError, OptionError, RecordingError

FS = 2000.0
BOUNDS = ((3.0, 5.0), (5.5, 7.5))
SETTINGS = EmgSettings()


def signal(seed=1, **plan) -> np.ndarray:
    own = {"fs": FS, "duration_s": 10.0, "bounds": BOUNDS, "amplitudes_uv": (200.0, 200.0)} | plan
    return simulate_trial(TrialPlan(**own), seed).signal


def process(x, settings=SETTINGS, **options):
    return process_trial(x, options.pop("fs", FS), settings, **({"events": BOUNDS} | options))


CLEAN = process(signal())


def test_a_clean_trial_has_no_flag():
    assert CLEAN.quality.status == "good"
    assert CLEAN.quality.flags == ()
    assert CLEAN.quality.repetitions == 2
    assert CLEAN.quality.repetitions_from == "events"
    assert CLEAN.quality.snr_db > 30


def test_clean_trials_raise_no_false_alarm():
    for seed in range(40):
        found = process(signal(seed), rest=(0.3, 2.7))
        assert found.quality.flags == ()


@pytest.mark.parametrize(("unit", "factor"), [("V", 1e-6), ("mV", 1e-3), ("uV", 1.0), ("µV", 1.0)])
def test_units_are_converted_and_never_guessed(unit, factor):
    x = signal()
    assert to_microvolts(x * factor, unit) == pytest.approx(x, rel=1e-12)
    for wrong, words in ((None, "no unit"), ("v", "Did you mean 'V'"), ("counts", "Allowed")):
        with pytest.raises(RecordingError, match=words):
            to_microvolts(x, wrong)


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e3])
def test_a_wrong_unit_or_a_gain_left_in_is_flagged_and_the_value_kept(factor):
    found = process(signal() * factor)
    assert found.quality.flags == ("amplitude",)
    assert found.highest_peak_uv == pytest.approx(CLEAN.highest_peak_uv * factor, rel=1e-9)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_converter_counts_are_refused(bits):
    counts = np.round(signal() / 3000 * 2**bits) + 2 ** (bits - 1)
    with pytest.raises(RecordingError, match=f"{bits}-bit converter"):
        process(counts)


def test_whole_microvolts_around_zero_are_no_counts():
    assert process(np.round(signal())).quality.flags == ()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200])
def test_values_that_are_no_numbers_are_masked_counted_and_bridged(bad):
    x = signal()
    x[7000:7020] = bad
    found = process(x)
    assert found.quality.non_finite == 20
    assert found.quality.flags == ("not_finite", "short_gaps")
    assert np.isnan(found.filtered).sum() == 20
    assert found.quality.longest_gap_ms == 10.0
    assert found.highest_peak_uv == pytest.approx(CLEAN.highest_peak_uv, rel=0.02)


@pytest.mark.parametrize("code", [9999999.0, -9999999.0, 999999.0, 1e9, -2147483648.0, 3.4028235e38])
def test_codes_for_missing_values_are_masked_before_filtering(code):
    x = signal()
    x[[2000, 2001, 9000]] = code
    found = process(x)
    assert found.quality.sentinel == 3
    assert "sentinel" in found.quality.flags
    assert found.highest_peak_uv == pytest.approx(CLEAN.highest_peak_uv, rel=0.02)


def test_codes_survive_a_change_of_unit():
    x = signal() / 1e6
    x[4000] = 9999999.0
    assert process(to_microvolts(x, "V")).quality.sentinel == 1


def test_a_strong_artefact_is_no_code():
    x = signal(artefacts=((1.5, 5000.0),))
    assert process(x).quality.sentinel == 0
    assert not sentinels(x * 7.77).any()
    assert not sentinels(np.full(5, np.nan)).any()


def test_zero_filled_dropouts_are_masked():
    found = process(signal(dropouts=((4.0, 0.08),)))
    assert found.quality.dropout == pytest.approx(160, abs=1)
    assert found.quality.flags == ("dropout", "long_gaps")
    assert found.quality.longest_gap_ms == pytest.approx(80, abs=0.5)
    assert all(not repetition.reason for repetition in found.repetitions)


def test_short_and_long_gaps_together_are_told_apart():
    x = signal()
    x[7000:7020] = np.nan
    x[9000:9300] = np.nan
    found = process(x).quality
    assert found.flags == ("not_finite", "short_gaps", "long_gaps")
    assert (found.bridged, found.longest_gap_ms) == (20, 150.0)
    assert "300 samples, longest gap 150 ms; 0 more are empty for it" in found.status_description


def test_signal_between_gaps_that_is_too_short_is_counted():
    x = signal()
    x[9000:9300] = np.nan
    x[10_000:10_300] = np.nan
    found = process(x)
    assert "600 samples, longest gap 150 ms; 700 more are empty for it" in found.quality.status_description
    assert found.quality.missing_share == pytest.approx(1300 / 20_000)


def test_short_runs_of_equal_values_are_signal():
    for step in (1.0, 3.0, 5.0, 8.0):
        found = process(np.round(signal() / step) * step).quality
        assert (found.dropout, found.missing_share) == (0, 0.0)


def test_a_dropout_in_a_coarse_signal_is_still_found():
    x = np.round(signal() / 3) * 3
    x[8000:8100] = 0.0
    assert process(x).quality.dropout == pytest.approx(100, abs=2)
    held = np.round(signal() / 3) * 3
    held[8000:8100] = held[8000]
    assert process(held).quality.dropout == pytest.approx(100, abs=2)


def test_a_repetition_with_too_much_missing_is_empty_with_its_reason():
    x = signal()
    x[6200:6800] = np.nan
    found = process(x)
    assert found.quality.status == "masked"
    assert "15.0 % of its samples are missing" in found.repetitions[0].reason
    assert np.isnan(found.repetitions[0].peak_uv)
    assert np.isfinite(found.repetitions[1].peak_uv)
    assert found.quality.repetitions_empty == 1


@pytest.mark.parametrize("dead", [np.zeros(20_000), np.full(20_000, 3.3), np.tile([1.0, 1.0 + 1e-12], 10_000) * 0 + 1])
def test_a_flat_channel_is_masked(dead):
    found = process(dead)
    assert (found.quality.status, found.quality.flags) == ("masked", ("flat", "empty_repetition"))
    assert np.isnan(found.envelope).all()
    assert np.isnan(found.highest_peak_uv)


def test_a_channel_no_more_active_than_rest_is_masked():
    x = np.random.default_rng(1).normal(0, 3, 20_000)
    found = process(x, rest=(0.3, 2.7))
    assert "not_active" in found.quality.flags
    assert "no more activity than rest" in found.repetitions[0].reason
    assert np.isnan(found.envelope).all()


@pytest.mark.parametrize(("limit", "masked"), [(650.0, False), (400.0, True)])
def test_clipping_is_flagged_and_masks_a_repetition_above_one_percent(limit, masked):
    found = process(signal(clip_uv=limit, amplitudes_uv=(250.0, 250.0)))
    assert "clipping" in found.quality.flags
    assert found.quality.clipped >= 10
    assert found.quality.longest_clip_ms >= 1.5
    assert bool(found.repetitions[0].reason) is masked
    assert np.isnan(found.repetitions[0].peak_uv) == masked


def test_clipping_needs_a_run_of_three():
    x = signal()
    assert not clipping(x, 3).any()
    x[5000:5002] = x.max() + 1
    assert not clipping(x, 3).any()
    x[5000:5003] = x.max() + 1
    assert clipping(x, 3).sum() == 3


@pytest.mark.parametrize(
    ("plan", "flag"),
    [
        ({"offset_uv": 350.0}, "offset"),
        ({"mains_uv": 20.0}, "mains"),
        ({"mains_uv": 20.0, "mains_hz": 60.0}, "mains"),
        ({"ecg_uv": 250.0}, "heart_beats"),
        ({"artefacts": ((4.0, 3000.0),)}, "movement"),
        ({"amplitudes_uv": (8.0, 8.0)}, "low_snr"),
    ],
)
def test_interference_is_flagged_and_the_value_kept(plan, flag):
    found = process(signal(**plan), rest=(0.3, 2.8))
    assert flag in found.quality.flags
    assert found.quality.status == "flagged"
    assert np.isfinite(found.highest_peak_uv)
    assert FAULTS[flag].meaning in found.quality.status_description


def test_mains_is_measured_at_rest_and_the_other_frequency_is_named():
    found = process(signal(mains_uv=20.0, mains_hz=60.0), EmgSettings(line_freq_hz=50)).quality
    assert found.mains_hz == 60.0
    assert found.mains_db > 25
    assert "not a multiple of line_freq_hz=50" in found.status_description
    assert (
        "not a multiple" not in process(signal(mains_uv=20.0), EmgSettings(line_freq_hz=50)).quality.status_description
    )


def test_treatments_are_off_unless_asked_for():
    ecg, mains = signal(ecg_uv=250.0), signal(mains_uv=40.0)
    rest = {"rest": (0.3, 2.8)}
    assert process(ecg, **rest).quality.beats_subtracted == 0
    template = process(ecg, EmgSettings(ecg="template"), **rest).quality
    assert template.beats_subtracted >= 9
    assert template.rest_uv < 0.5 * process(ecg, **rest).quality.rest_uv
    higher = process(ecg, EmgSettings(ecg="high-pass"), **rest).quality
    assert higher.rest_uv < process(ecg, **rest).quality.rest_uv
    notched = process(mains, EmgSettings(mains="notch", line_freq_hz=50), **rest).quality
    assert notched.rest_uv < 0.3 * process(mains, **rest).quality.rest_uv


@pytest.mark.parametrize(
    "make", [np.abs, lambda x: np.abs(x) + 1.0, lambda x: np.sqrt(np.convolve(x**2, np.ones(200) / 200, "same"))]
)
def test_a_rectified_or_smoothed_signal_is_refused_unless_declared(make):
    x = make(signal())
    with pytest.raises(RecordingError, match="rectified or smoothed"):
        process(x)
    declared = process(x, EmgSettings(signal="envelope"))
    assert declared.repetitions[0].peak_uv == x[6000:10_000].max()
    assert declared.repetitions[0].mean_uv == pytest.approx(x[6000:10_000].mean())


def test_29_a_raw_signal_declared_an_envelope_is_refused_and_an_envelope_is_not():
    declared = SETTINGS.changed(signal="envelope")
    for x in (signal(), -process(signal()).envelope):
        with pytest.raises(RecordingError, match="declared an envelope, but swings"):
            process(x, declared)
    smooth = process(signal()).envelope
    for x in (smooth, smooth - 5.0, np.where(np.arange(len(smooth)) < 500, np.nan, smooth)):
        assert len(process(x, declared).repetitions) == 2
    rest = np.random.default_rng(1).normal(0, 1, 8000)
    assert process(rest, declared, events=None, label=TrialLabel("rest", kind="rest")).quality.status == "good"


def test_a_slow_envelope_names_the_corner_that_is_too_high():
    declared = SETTINGS.changed(signal="envelope")
    slow = process(signal()).envelope[::200]
    with pytest.raises(RecordingError, match="bursts.slow_low_pass_hz=6 must be below 4.75 Hz at fs=10 Hz"):
        process(slow, declared, fs=10.0, events=None)
    assert len(process(slow, declared, fs=10.0).repetitions) == 2


def test_a_smoothed_signal_around_zero_is_refused():
    x = signal()
    slow = np.convolve(np.abs(x), np.hanning(400) / 200, "same")
    with pytest.raises(RecordingError, match="lies above 50 Hz"):
        process(slow - slow.mean())


def test_another_number_of_repetitions_is_flagged_and_none_dropped():
    found = process(signal(), events=None, expected=3)
    assert found.quality.flags == ("repetition_count",)
    assert "Found: 2 by signal, expected 3" in found.quality.notes[0]
    assert len(found.repetitions) == 2


def test_no_repetition_is_flagged():
    found = process(np.random.default_rng(1).normal(0, 20, 20_000), events=None)
    assert "no_repetition" in found.quality.flags
    assert np.isnan(found.mean_of_peaks_uv)


def test_a_repetition_shorter_than_the_window_is_empty_with_its_reason():
    found = process(signal(), events=[(3.2, 3.6), (4.0, 4.8)])
    assert found.repetitions[0].reason == "400 ms long, shorter than the window of 500.5 ms"
    assert np.isfinite(found.repetitions[1].peak_uv)
    assert np.isnan(found.repetitions[1].median_frequency_hz)


def test_a_repetition_in_the_end_of_the_recording_has_no_peak():
    settings = EmgSettings(window_ms=100.0)
    found = process(signal(), settings, events=[(0.0, 0.24), (9.0, 10.0)])
    assert "within 250 ms of an end" in found.repetitions[0].reason
    assert found.repetitions[1].peak_at_s < 9.75


@pytest.mark.parametrize("fs", [500.0, 1000.0, 1050.0])
def test_a_sampling_frequency_too_low_for_the_band_is_refused(fs):
    with pytest.raises(RecordingError, match=f"below {0.95 * fs / 2:g} Hz"):
        process_trial(signal(), fs, SETTINGS)


def test_a_trial_too_short_for_the_filter_is_refused_by_name():
    with pytest.raises(RecordingError, match="P01 / triceps / dip: the recording has 900 samples"):
        process_trial(
            np.random.default_rng(1).normal(0, 50, 900), FS, SETTINGS, label=TrialLabel("dip", "P01", "triceps")
        )


@pytest.mark.parametrize(
    ("x", "options", "words"),
    [
        (np.ones((2, 8000)), {}, "one channel at a time"),
        (["a"] * 100, {}, "not numbers"),
        (np.array([]), {}, "no samples"),
        (signal(), {"rest": (9.0, 12.0)}, "outside the recording of 10.000 s"),
        (signal(), {"rest": "start"}, "not a pair of seconds"),
        (signal(), {"rest": (1.0, 1.05)}, "at least 0.1 s"),
        (signal(), {"events": [(5.0, 4.0)]}, "A start must come before its stop"),
        (signal(), {"motion": "belt", "segment": "motion"}, "must be a Motion"),
        (signal(), {"motion": Motion(np.arange(800.0), 100.0, None), "segment": "motion"}, "motion.start_s=None"),
    ],
)
def test_input_that_is_refused(x, options, words):
    with pytest.raises(RecordingError, match=words):
        process(x, **options)


def test_settings_are_needed_and_options_named():
    with pytest.raises(RecordingError, match="must be EmgSettings"):
        process_trial(signal(), FS, {"window_ms": 500})
    with pytest.raises(OptionError, match="Did you mean 'events'"):
        process_trial(signal(), FS, SETTINGS, event=BOUNDS)


def test_nothing_of_the_callers_is_changed():
    x = signal(ecg_uv=250.0, dropouts=((4.0, 0.05),))
    x[100] = np.nan
    kept = x.copy()
    x.flags.writeable = False
    process(x, EmgSettings(ecg="template", mains="notch", line_freq_hz=50))
    assert np.array_equal(x, kept, equal_nan=True)


def test_maximal_trials_are_taken_whole_unless_events_are_given():
    x = signal()
    label = TrialLabel("mvic 1", kind="mvic")
    assert process(x, events=None, label=label).quality.repetitions_from == "whole"
    assert process(x, label=label).quality.repetitions_from == "events"


def test_a_maximal_trial_that_is_mostly_rest_is_kept():
    made = simulate_trial(TrialPlan(bounds=((6.0, 8.5),), amplitudes_uv=(400.0,), duration_s=10.0), 1)
    found = process_trial(made.signal, FS, SETTINGS, rest=(0.5, 4.0), label=TrialLabel("mvic 1", kind="mvic"))
    assert found.quality.flags == ()
    assert found.highest_peak_uv > 350


def test_a_trial_of_rest_is_no_fault():
    found = process(np.random.default_rng(1).normal(0, 3, 20_000), events=None, label=TrialLabel("lying", kind="rest"))
    assert found.quality.flags == ()
    assert found.quality.rest_uv == pytest.approx(3 * np.sqrt(0.49), rel=0.05)


def test_durations_between_conditions_are_compared():
    fast = process(signal(), events=[(3.0, 4.0), (5.5, 6.5)])
    found = compare_durations({"slow": [CLEAN], "fast": [fast], "none": []})
    assert (found.median_s["slow"], found.median_s["fast"], found.ratio, found.uneven) == (2.0, 1.0, 2.0, True)
    assert np.isnan(found.median_s["none"])
    assert compare_durations({"a": [CLEAN], "b": [CLEAN]}).uneven is False
    assert np.isnan(compare_durations({"a": [CLEAN]}).ratio)
    with pytest.raises(RecordingError, match="no trial"):
        compare_durations({"a": []})


@pytest.mark.parametrize("fs", [1000.0, 1259.2593, 1925.9259, 4000.0])
def test_amplitudes_hardly_depend_on_the_sampling_frequency(fs):
    settings = EmgSettings(low_pass_hz=400.0)
    made = simulate_trial(TrialPlan(fs=fs, duration_s=10.0, bounds=BOUNDS, amplitudes_uv=(200.0, 200.0)), 1)
    found = process_trial(made.signal, fs, settings, events=BOUNDS)
    assert found.mean_of_means_uv == pytest.approx(188, rel=0.06)


def test_a_row_of_the_quality_table_is_plain():
    row = process(signal(mains_uv=20.0), label=TrialLabel("bench", "P01", "triceps", "right", "A")).quality.as_row()
    assert (row["participant"], row["muscle"], row["side"], row["session"], row["trial"]) == (
        "P01",
        "triceps",
        "right",
        "A",
        "bench",
    )
    assert row["flags"] == "mains"
    assert all(value is None or isinstance(value, (str, int, float)) for value in row.values())


def test_results_without_signals_keep_their_numbers():
    light = CLEAN.without_signals()
    assert light.filtered.size == 0
    assert light.repetitions == CLEAN.repetitions


@pytest.mark.parametrize("seed", range(60))
def test_damaged_signals_give_a_result_or_an_error_of_ours(seed):
    rng = np.random.default_rng(seed)
    x = signal(seed)[: int(rng.integers(1, 20_000))]
    for _ in range(int(rng.integers(1, 6))):
        start = int(rng.integers(0, len(x)))
        part = slice(start, start + int(rng.integers(1, 4000)))
        x[part] = rng.choice([0.0, np.nan, np.inf, 1e308, -1e308, 9999999.0, 5e-324, rng.normal() * 1e4])
    settings = EmgSettings(
        envelope=str(rng.choice(["rms", "arv", "linear"])), ecg=str(rng.choice(["none", "high-pass", "template"])),
        mains="notch", line_freq_hz=50,
    )  # fmt: skip
    try:
        found = process_trial(x, float(rng.choice([300.0, 1500.0, 2000.0])), settings)
    except MMCError:
        return
    assert found.envelope.shape == x.shape
    peaks = [r.peak_uv for r in found.repetitions if not r.reason]
    assert np.isfinite(peaks).all()


def test_screening_counts_each_sample_once():
    x = signal()
    x[10], x[20], x[100:130] = np.inf, 9999999.0, 0.0
    found = screen(x, FS, QualityLimits())
    assert (found.non_finite, found.sentinel, found.dropout) == (1, 1, 30)
    assert np.isnan(found.signal).sum() == 32
