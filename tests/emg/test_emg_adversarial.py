"""Onsets, repetitions, spectra, ensembles and treatments on input that labs have and textbooks do not."""

import numpy as np
import pytest
from scipy import signal as dsp

from mmc_analysis.emg import (
    BurstSettings,
    EmgSettings,
    Motion,
    TrialLabel,
    band_pass,
    ensemble,
    find_bursts,
    find_repetitions,
    process_trial,
    spectrum,
    subtract_beats,
)
from mmc_analysis.emg.mains import notch
from mmc_analysis.emg.simulate import TrialPlan, _heart, shaped_noise, simulate_trial
from mmc_analysis.errors import RecordingError

RATES = [1111.11, 1259.259, 1925.926, 2148.148]
METHODS = ["relative", "hodges-bui", "double-threshold", "tkeo"]
BOUNDS = ((2.0, 4.0), (5.0, 7.0))


def settings(fs, **more) -> EmgSettings:
    return EmgSettings(low_pass_hz=min(500.0, 0.45 * fs), **more)


def trial(fs, seed=1, bounds=BOUNDS, seconds=9.0, **plan):
    own = {"fs": fs, "duration_s": seconds, "bounds": bounds, "amplitudes_uv": (200.0,) * len(bounds)} | plan
    return simulate_trial(TrialPlan(**own), seed)


def bursts_of(x, fs, method, baseline=(0.3, 1.8)):
    own = BurstSettings(method=method, tkeo_low_pass_hz=min(300.0, 0.4 * fs))
    return find_bursts(band_pass(x, fs, settings(fs)), fs, own, baseline=baseline)


@pytest.mark.parametrize("fs", RATES)
@pytest.mark.parametrize("method", METHODS)
def test_onsets_at_odd_rates_with_gaps_an_offset_and_either_polarity(fs, method):
    x = trial(fs).signal
    clean = bursts_of(x, fs, method)
    assert np.abs(clean - np.array(BOUNDS)).max() < (
        0.15 if method != "double-threshold" else BurstSettings().min_gap_ms / 1000
    )
    gappy = x + 3000.0
    for at in (0.9, 2.8, 3.5, 5.02):
        gappy[round(at * fs) : round((at + 0.012) * fs)] = np.nan
    gappy[: round(0.004 * fs)] = np.nan
    assert np.abs(bursts_of(gappy, fs, method) - clean).max() < 0.05
    assert np.array_equal(bursts_of(-x, fs, method), clean)


@pytest.mark.parametrize("method", METHODS)
def test_a_long_gap_in_a_burst_takes_its_place_and_no_more(method):
    x = trial(2000.0).signal
    x[5600:6400] = np.nan
    found = bursts_of(x, 2000.0, method)
    clean = bursts_of(trial(2000.0).signal, 2000.0, method)
    assert len(found) == 3
    assert found[0, 0] == pytest.approx(clean[0, 0], abs=0.05) and found[0, 1] == 2.8
    assert found[1, 0] == 3.2 and found[1, 1] == pytest.approx(clean[0, 1], abs=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_but_gaps_has_no_bursts(method):
    empty, own = np.full(8000, np.nan), BurstSettings(method=method)
    if method == "relative":
        assert find_bursts(empty, 2000.0, own).shape == (0, 2)
    else:
        with pytest.raises(RecordingError, match="0 s of rest without gaps"):
            find_bursts(empty, 2000.0, own, baseline=(0.3, 1.8))


@pytest.mark.parametrize("method", METHODS[1:])
def test_a_baseline_with_a_gap_is_one_while_enough_of_it_is_left(method):
    x = band_pass(trial(2000.0).signal, 2000.0, EmgSettings())
    x[800:3200] = np.nan
    own = BurstSettings(method=method)
    assert len(find_bursts(x, 2000.0, own, baseline=(0.3, 1.8))) == 2
    x[600:3500] = np.nan
    with pytest.raises(RecordingError, match="of rest without gaps; at least 0.1 s"):
        find_bursts(x, 2000.0, own, baseline=(0.3, 1.8))


@pytest.mark.parametrize("method", METHODS)
def test_a_whole_trial_with_a_lost_packet_at_rest_is_processed_with_every_detector(method):
    x = trial(2000.0).signal
    x[1500:1530] = np.nan
    found = process_trial(x, 2000.0, EmgSettings(bursts=BurstSettings(method=method)))
    assert [r.index for r in found.repetitions if not r.reason] == [1, 2]
    assert found.quality.repetitions_from == "signal"


@pytest.mark.parametrize("fs", RATES)
def test_one_repetition_is_one(fs):
    made = trial(fs, bounds=((1.5, 3.5),), seconds=5.0)
    found = process_trial(made.signal, fs, settings(fs), expected=1)
    assert len(found.repetitions) == 1 and found.quality.flags == ()
    assert found.repetitions[0].start_s == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize(("events", "words"), [
    ([(1, 3), (2, 4)], "event 2 starts at 2 s, before event 1 ends"), ([(1, 3), (8.5, 9.5)], "event 2 .* lies outside the recording of 9 s"),
    ([(-0.5, 1)], "lies outside"), ([(1, 3), (3, np.inf)], "A start must come before its stop"), ([(1, 1)], "A start must come"),
])  # fmt: skip
def test_events_that_overlap_or_lie_outside_are_refused_by_number(events, words):
    with pytest.raises(RecordingError, match=words):
        process_trial(trial(2000.0).signal, 2000.0, EmgSettings(), events=events)


@pytest.mark.parametrize("fs", RATES)
def test_an_event_up_to_the_last_sample_may_be_rounded(fs):
    x = trial(fs).signal
    duration = len(x) / fs
    for stop in (duration, round(duration + 0.4 / fs, 5), float(f"{duration:.4g}")):
        if stop <= duration + 1 / fs:
            found = process_trial(x, fs, settings(fs), events=[(5.0, stop)])
            assert found.repetitions[0].stop_s == pytest.approx(min(stop, duration), abs=1 / fs)
    with pytest.raises(RecordingError, match="outside"):
        process_trial(x, fs, settings(fs), events=[(5.0, duration + 2 / fs)])


def test_touching_events_share_no_sample():
    found = process_trial(trial(2000.0).signal, 2000.0, EmgSettings(), events=[(2, 3), (3, 4)])
    assert [(r.start_s, r.stop_s) for r in found.repetitions] == [(2.0, 3.0), (3.0, 4.0)]


@pytest.mark.parametrize("late", [-0.5, 0.0, 0.7])
def test_motion_that_starts_at_another_time_is_shifted(late):
    made = trial(2000.0)
    skip = max(0, round(-late * 100))
    motion = Motion(made.motion.values[skip:], 100.0, start_s=late + skip / 100)
    found = find_repetitions(np.zeros(18_000), 2000.0, EmgSettings(), motion=motion)
    wanted = np.array(BOUNDS) + late
    assert found.source == "motion" and found.bounds == pytest.approx(wanted, abs=0.25)
    beyond = Motion(made.motion.values, 100.0, start_s=20.0)
    assert len(find_repetitions(np.zeros(18_000), 2000.0, EmgSettings(), motion=beyond).bounds) == 0


def welch(x, fs):
    """Power spectral density from sums: segments of one second, half overlapping, Hann, mean removed, one side."""
    size = round(fs)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    parts = [x[i : i + size] for i in range(0, len(x) - size + 1, size - size // 2)]
    power = np.mean([np.abs(np.fft.rfft((part - part.mean()) * window)) ** 2 for part in parts], axis=0) / (
        fs * np.sum(window**2)
    )
    power[1 : None if size % 2 else -1] *= 2
    return np.arange(len(power)) * fs / size, power


@pytest.mark.parametrize("fs", [1000.0, *RATES])
@pytest.mark.parametrize("seconds", [1.0, 1.4, 3.0, 10.0])
def test_the_spectrum_is_a_plain_sum_at_any_rate(fs, seconds):
    x = 300 + shaped_noise(round(seconds * fs), fs, np.random.default_rng(1))
    found = spectrum(x, fs)
    frequency, power = welch(x, fs)
    assert found.frequency == pytest.approx(frequency, rel=1e-12)
    assert found.power == pytest.approx(power, rel=1e-6, abs=1e-9 * power.max())


@pytest.mark.parametrize("fs", [1000.0, *RATES])
def test_median_frequencies_agree_between_rates_and_with_gaps(fs):
    made = trial(fs, bounds=((1.0, 8.0),))
    x = made.signal
    whole = process_trial(x, fs, settings(fs), events=[(1.0, 8.0)]).repetitions[0].median_frequency_hz
    assert whole == pytest.approx(90.0, abs=8)
    x[round(2.5 * fs) : round(2.53 * fs)] = np.nan
    torn = process_trial(x, fs, settings(fs), events=[(1.0, 8.0)]).repetitions[0].median_frequency_hz
    assert torn == pytest.approx(whole, abs=4)
    short = process_trial(x, fs, settings(fs), events=[(4.0, 4.99)]).repetitions[0]
    assert np.isnan(short.median_frequency_hz) and np.isfinite(short.peak_uv)


@pytest.mark.parametrize("fs", [2000.0, 1925.926])
def test_an_ensemble_is_interpolation_point_by_point(fs):
    envelope = process_trial(trial(fs).signal, fs, settings(fs)).envelope
    envelope[round(2.9 * fs) : round(2.95 * fs)] = np.nan
    found = ensemble(envelope, fs, BOUNDS, points=11, scale=0.5)
    for i, (start, stop) in enumerate(BOUNDS):
        for k, share in enumerate(np.linspace(0, 1, 11)):
            at = (start + share * (stop - start)) * fs
            low = min(int(np.floor(at)), len(envelope) - 2)
            value = 0.5 * ((low + 1 - at) * envelope[low] + (at - low) * envelope[low + 1])
            assert found.curves[i, k] == pytest.approx(value, rel=1e-9, nan_ok=True)
    assert found.n.tolist() == np.isfinite(found.curves).sum(axis=0).tolist()
    both = np.isfinite(found.curves).all(axis=0)
    assert found.mean[both] == pytest.approx(found.curves[:, both].mean(axis=0))
    assert found.sd[both] == pytest.approx(found.curves[:, both].std(axis=0, ddof=1))


def test_an_ensemble_of_one_and_of_nothing():
    one = ensemble(np.linspace(0, 1, 2001), 1000.0, [(0.0, 2.0)])
    assert one.mean[-1] == pytest.approx(1.0, abs=1e-3) and np.isnan(one.sd).all()
    nothing = ensemble(np.full(2000, np.nan), 1000.0, [(0.0, 1.0), (1.0, 2.0)])
    assert np.isnan(nothing.mean).all() and (nothing.n == 0).all()
    with pytest.raises(RecordingError, match="outside the recording of 2 s"):
        ensemble(np.ones(2000), 1000.0, [(0.0, 2.5)])


@pytest.mark.parametrize("fs", RATES)
def test_the_notch_bridges_gaps_and_is_scipys_elsewhere(fs):
    own = settings(fs, mains="notch", line_freq_hz=50, notch_harmonics=3)
    x = band_pass(trial(fs, mains_uv=40.0, mains_harmonics=3).signal, fs, own)
    wanted = x
    for harmonic in (50, 100, 150):
        sections = dsp.tf2sos(*dsp.iirnotch(harmonic, harmonic / 2.0, fs=fs))
        wanted = dsp.sosfiltfilt(sections, wanted, padtype="even", padlen=round(0.5 * fs))
    assert notch(x, fs, own) == pytest.approx(wanted, abs=1e-9)
    torn = x.copy()
    torn[round(3.0 * fs) : round(3.01 * fs)] = np.nan
    found = notch(torn, fs, own)
    assert np.array_equal(np.isnan(found), np.isnan(torn))
    assert np.nanmax(np.abs(found - wanted)[round(3.6 * fs) :]) < 1.0
    with pytest.raises(RecordingError, match="not longer than the padding"):
        notch(x[: round(0.4 * fs)], fs, own)


@pytest.mark.parametrize(("at_rest", "in_contraction"), [(1.2, 1.2), (1.2, 1.9), (1.2, 2.6), (2.0, 3.0)])
def test_heart_beats_that_grow_faster_in_the_contraction_are_subtracted(at_rest, in_contraction):
    fs = 2000.0
    made = trial(fs, bounds=((9.0, 21.0),), seconds=24.0, amplitudes_uv=(50.0,))
    rng, beats = np.random.default_rng(1), [0.3]
    while beats[-1] < 24:
        beats.append(beats[-1] + (1 + 0.03 * rng.standard_normal()) / (at_rest if beats[-1] < 9 else in_contraction))
    wave = 250.0 * _heart(np.arange(len(made.clean)) / fs, np.array(beats))
    filtered, clean = (band_pass(x, fs, EmgSettings()) for x in (made.clean + wave, made.clean))
    cleaned, _ = subtract_beats(filtered, fs, (0.3, 8.5))
    active = slice(19_000, 41_000)
    before, after, true = (np.sqrt(np.mean(x[active] ** 2)) for x in (filtered, cleaned, clean))
    assert before > 1.1 * true and after == pytest.approx(true, rel=0.02)


def test_beats_are_subtracted_around_gaps_and_from_the_first_sample():
    x = trial(2000.0, bounds=((9.0, 12.0),), seconds=14.0, ecg_uv=250.0).signal
    x[3000:3030] = np.nan
    own = EmgSettings(ecg="template")
    found = process_trial(x, 2000.0, own, events=[(9.0, 12.0)])
    assert np.isnan(found.filtered).sum() == 30
    assert found.quality.beats_subtracted >= 12 and found.quality.rest_uv < 10


@pytest.mark.parametrize("kind", ["rms", "arv", "linear"])
@pytest.mark.parametrize("fs", [1259.259, 2000.0])
def test_envelopes_of_a_known_amplitude(kind, fs):
    """Gaussian noise of standard deviation 100: root mean square 100, rectified mean 79.8."""
    own = settings(fs, envelope=kind)
    x = 100 * shaped_noise(round(20 * fs), fs, np.random.default_rng(2))
    x[round(10 * fs) : round(10.1 * fs)] = np.nan
    mean = process_trial(x, fs, own, segment="whole", label=TrialLabel("hold", kind="submaximal")).mean_of_means_uv
    band = np.sqrt(np.mean(band_pass(x, fs, own)[np.isfinite(x)] ** 2))
    assert mean == pytest.approx(band * (1.0 if kind == "rms" else np.sqrt(2 / np.pi)), rel=0.02)
