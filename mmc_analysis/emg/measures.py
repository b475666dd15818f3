"""What is measured of one channel in one trial, for its quality to be judged by."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.gaps import edge_mask, stretches
from mmc_analysis.emg.heart import Beats, find_beats
from mmc_analysis.emg.rest import Rest
from mmc_analysis.emg.results import Repetition, TrialLabel
from mmc_analysis.emg.runs import inside, true_runs
from mmc_analysis.emg.screening import Screened
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.emg.spectra import LINE_FREQUENCIES, Spectrum, band_power, mains_level, spectrum
from mmc_analysis.errors import RecordingError

NAN = float("nan")
NO_BEATS = Beats(np.empty(0), NAN)
MOVEMENT_HZ = (1.0, 10.0)
SMOOTHED_HZ = 50.0
LEAST_REST_S = 0.6
SPIKE_REACH_S = 0.25


@dataclass(frozen=True)
class Evidence:
    """Everything about a trial that its quality is judged by.

    Attributes
    ----------
    label : TrialLabel
    fs : float
    settings : EmgSettings
    screened : Screened
    filtered, envelope : numpy.ndarray
        Shape (n,), in µV.
    rest : Rest
    repetitions : tuple of Repetition
    source : str
        Where the repetitions come from.
    expected : int or None
    subtracted : Beats
        Heart beats that were subtracted.
    raw : Spectrum or None
        Of the signal before filtering; None where it is too short or an envelope.
    active : bool
        False if the repetitions are no higher than rest.
    """

    label: TrialLabel
    fs: float
    settings: EmgSettings
    screened: Screened
    filtered: np.ndarray
    envelope: np.ndarray
    rest: Rest
    repetitions: tuple[Repetition, ...]
    source: str
    expected: int | None
    subtracted: Beats
    raw: Spectrum | None
    active: bool


@dataclass(frozen=True)
class Measures:
    """Every number that a flag may rest on; NaN where it cannot be computed.

    Attributes
    ----------
    offset_uv, plausible_uv, snr_db, mains_hz, mains_db, spike_ratio, movement_ratio, longest_gap_ms : float
        As in :class:`Quality`.
    bridged, split, lost : int
        Samples in gaps that were bridged, in gaps that split the signal, and samples that are empty for those.
    spiky : bool
        Rest has sharp peaks.
    beats : Beats
        Heart beats at rest.
    """

    offset_uv: float
    plausible_uv: float
    snr_db: float
    mains_hz: float
    mains_db: float
    spike_ratio: float
    movement_ratio: float
    longest_gap_ms: float
    bridged: int
    split: int
    lost: int
    spiky: bool
    beats: Beats


def measured(evidence: Evidence) -> Measures:
    """Return the measures of a trial. Of a declared envelope only gaps, offset, size and distance from rest have a meaning."""
    signal, raw = evidence.screened.signal, evidence.settings.signal == "raw"
    known = signal[np.isfinite(signal)]
    mains_hz, mains_db = _mains(evidence) if raw else (NAN, NAN)
    spiky = raw and _spiky(evidence)
    bridged, split, lost, longest = _gaps(evidence)
    return Measures(
        offset_uv=float(known.mean()) if len(known) else NAN,
        plausible_uv=float(np.percentile(np.abs(known - known.mean()), 99.9)) if len(known) else NAN,
        snr_db=_snr(evidence), mains_hz=mains_hz, mains_db=mains_db, spike_ratio=_spike(evidence) if raw else NAN,
        movement_ratio=_movement(evidence.raw), longest_gap_ms=longest, bridged=bridged, split=split, lost=lost, spiky=spiky,
        beats=find_beats(evidence.filtered, evidence.fs, evidence.rest.interval) if spiky else NO_BEATS,
    )  # fmt: skip


def _gaps(evidence: Evidence) -> tuple[int, int, int, float]:
    """Return samples bridged, split off and lost, and the longest gap in ms."""
    missing = ~np.isfinite(evidence.screened.signal)
    gaps = true_runs(missing)
    longest = float(1000 * np.diff(gaps).max() / evidence.fs) if len(gaps) else 0.0
    if evidence.settings.signal == "envelope":
        return 0, 0, 0, longest
    seen = inside(stretches(missing, evidence.fs, evidence.settings), len(missing))
    return int((missing & seen).sum()), int((~seen).sum()), int((np.isnan(evidence.filtered) & ~missing).sum()), longest


def _snr(evidence: Evidence) -> float:
    """Return the 95th percentile of the envelope, of the repetitions where they are known, over its 5th at rest, in dB.

    NaN where the trial holds no rest, as one that is cropped to the contraction: the quietest stretch is no rest if it has less than
    0.6 s outside the repetitions, or, where they are not known, if it is less than `least_snr_db` below the activity.
    """
    rest, fs, bursts = evidence.rest, evidence.fs, evidence.settings.bursts
    bounds = [(r.start_s, r.stop_s) for r in evidence.repetitions] if evidence.source != "whole" else []
    active = inside(np.round(np.array(bounds).reshape(-1, 2) * fs).astype(int), len(evidence.envelope))
    usable = ~edge_mask(evidence.filtered, fs, evidence.settings)
    activity = evidence.envelope[active & usable if bounds else usable]
    if rest.interval is None or not rest.amplitude_uv > 0 or not np.isfinite(activity).any():
        return NAN
    start, stop = (round(second * fs) for second in rest.interval)
    high = _percentile(activity, 95)[0]
    quiet = min([rest.amplitude_uv, *_percentile(evidence.envelope[start:stop], 5)])
    stands_out = high >= 10 ** (bursts.least_snr_db / 20) * rest.amplitude_uv
    at_rest = (~active[start:stop]).sum() >= LEAST_REST_S * fs and (bool(bounds) or stands_out)
    return float(20 * np.log10(high / quiet)) if quiet > 0 and (rest.source == "given" or at_rest) else NAN


def _percentile(values: np.ndarray, percent: float) -> list[float]:
    """Return a percentile of the values that are there, in a list; an empty one where there are none."""
    known = values[np.isfinite(values)]
    return [float(np.percentile(known, percent))] if len(known) else []


def _movement(raw: Spectrum | None) -> float:
    if raw is None:
        return NAN
    fast = band_power(raw, MOVEMENT_HZ[1], min(500.0, raw.frequency[-1]))
    return band_power(raw, *MOVEMENT_HZ) / fast if fast > 0 else NAN


def _mains(evidence: Evidence) -> tuple[float, float]:
    if evidence.rest.interval is None:
        return NAN, NAN
    start, stop = (round(second * evidence.fs) for second in evidence.rest.interval)
    segment_s = min(1.0, (stop - start) / evidence.fs)
    if segment_s < LEAST_REST_S:
        return NAN, NAN
    try:
        found = spectrum(evidence.filtered[start:stop], evidence.fs, segment_s=segment_s)
    except RecordingError:
        return NAN, NAN
    band = evidence.settings.band
    high = min(band.low_pass_hz or np.inf, evidence.fs / 2)
    levels = [mains_level(found, line, band.high_pass_hz, high) for line in LINE_FREQUENCIES]
    best = max(levels, key=lambda level: level[1])
    return best if np.isfinite(best[1]) else (NAN, NAN)


def _spiky(evidence: Evidence) -> bool:
    """Return whether rest has sharp peaks; a converter so coarse that rest flickers between two of its steps looks alike."""
    rest = evidence.rest
    return (
        rest.interval is not None
        and rest.kurtosis > evidence.settings.limits.rest_kurtosis
        and rest.amplitude_uv > evidence.screened.step / 2
    )


def _spike(evidence: Evidence) -> float:
    """Return the highest sample of the repetitions over the root mean square of the half second around it."""
    signal, fs, ratio = evidence.filtered, evidence.fs, NAN
    reach = round(SPIKE_REACH_S * fs)
    for repetition in evidence.repetitions:
        start = round(repetition.start_s * fs)
        size = np.abs(np.nan_to_num(signal[start : round(repetition.stop_s * fs)]))
        if size.max(initial=0.0) > 0:
            at = start + int(size.argmax())
            level = np.sqrt(np.nanmean(signal[max(at - reach, 0) : at + reach + 1] ** 2))
            ratio = np.fmax(ratio, np.abs(signal[at]) / level) if level > 0 else ratio
    return float(ratio)


def raw_spectrum(signal: np.ndarray, fs: float, settings: EmgSettings) -> Spectrum | None:
    """Return the spectrum before filtering, or None where it has no meaning or the signal is too short.

    Raises
    ------
    RecordingError
        If hardly any power is above 50 Hz: the signal was smoothed before.
    """
    if settings.signal == "envelope":
        return None
    try:
        found = spectrum(signal, fs)
    except RecordingError:
        return None
    top = found.frequency[-1]
    if top <= 2 * SMOOTHED_HZ:
        return found
    all_power, fast = band_power(found, MOVEMENT_HZ[1], top), band_power(found, SMOOTHED_HZ, top)
    if all_power > 0 and fast < settings.limits.high_frequency_share * all_power:
        raise RecordingError(
            f"only {100 * fast / all_power:.2g} % of the power above {MOVEMENT_HZ[1]:g} Hz lies above {SMOOTHED_HZ:g} Hz, so this is no "
            "raw EMG: it was smoothed before, or it is another kind of channel. Give the raw signal, or declare it: "
            "EmgSettings(signal='envelope')."
        )
    return found
