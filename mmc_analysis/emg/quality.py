"""The quality of one channel in one trial: what was found, flagged and masked."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.faults import FAULTS
from mmc_analysis.emg.gaps import stretches
from mmc_analysis.emg.heart import Beats, find_beats
from mmc_analysis.emg.rest import Rest
from mmc_analysis.emg.results import Quality, Repetition, TrialLabel
from mmc_analysis.emg.runs import inside, true_runs
from mmc_analysis.emg.screening import Screened
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.emg.spectra import LINE_FREQUENCIES, Spectrum, band_power, mains_level, spectrum
from mmc_analysis.errors import RecordingError

NAN = float("nan")
MOVEMENT_HZ = (1.0, 10.0)
SMOOTHED_HZ = 50.0
LEAST_MAINS_S, SHORT_REST_S, SHORT_REST_DB = 0.6, 1.5, 5.0
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


def is_active(envelope: np.ndarray, fs: float, settings: EmgSettings, rest: Rest, bounds: np.ndarray) -> bool:
    """Return whether the repetitions stand out from a rest that was given; True where that cannot be told."""
    if rest.source != "given" or not rest.amplitude_uv > 0 or not len(bounds):
        return True
    parts = [envelope[round(a * fs) : round(b * fs)] for a, b in bounds]
    inner = np.concatenate(parts)
    if np.isnan(inner).all():
        return True
    return bool(np.nanmedian(inner) > settings.limits.active_over_rest * rest.amplitude_uv)


def assess(evidence: Evidence) -> Quality:
    """Return the quality of a trial.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    Quality
    """
    fs, screened, rest = evidence.fs, evidence.screened, evidence.rest
    values = _values(evidence)
    notes = _notes(evidence, values)
    empty = sum(bool(r.reason) for r in evidence.repetitions)
    masked = screened.flat or not evidence.active or empty > 0 or np.isnan(evidence.envelope).all()
    return Quality(
        trial=evidence.label, status="masked" if masked else ("flagged" if notes else "good"), flags=tuple(notes),
        notes=tuple(notes.values()), duration_s=len(screened.signal) / fs, sampling_frequency=fs,
        missing_share=float(np.isnan(evidence.filtered).mean()), non_finite=screened.non_finite, sentinel=screened.sentinel,
        dropout=screened.dropout, bridged=values["bridged"], clipped=int(screened.clipped.sum()),
        longest_gap_ms=values["longest_gap_ms"], longest_clip_ms=1000 * screened.longest_clip / fs,
        offset_uv=values["offset_uv"], plausible_uv=values["plausible_uv"], rest_start_s=rest.start_s, rest_stop_s=rest.stop_s,
        rest_uv=rest.amplitude_uv, rest_from=rest.source, rest_kurtosis=rest.kurtosis, snr_db=values["snr_db"],
        mains_hz=values["mains_hz"], mains_db=values["mains_db"], movement_ratio=values["movement_ratio"],
        spike_ratio=values["spike_ratio"],
        heart_rate_hz=values["beats"].rate_hz, beats_found=len(values["beats"].times),
        beats_subtracted=len(evidence.subtracted.times), repetitions=len(evidence.repetitions), repetitions_empty=empty,
        repetitions_expected=evidence.expected, repetitions_from=evidence.source,
    )  # fmt: skip


def _values(evidence: Evidence) -> dict:
    """Return every number that a flag may rest on."""
    signal, fs, settings = evidence.screened.signal, evidence.fs, evidence.settings
    known = signal[np.isfinite(signal)]
    raw = settings.signal == "raw"
    missing = ~np.isfinite(signal)
    gaps = true_runs(missing)
    longest = float(1000 * np.diff(gaps).max() / fs) if len(gaps) else 0.0
    seen = inside(stretches(missing, fs, settings), len(signal)) if raw else np.ones(len(signal), dtype=bool)
    lost = int((np.isnan(evidence.filtered) & ~missing).sum())
    mains_hz, mains_db = _mains(evidence) if raw else (NAN, NAN)
    return {
        "offset_uv": float(known.mean()) if len(known) else NAN,
        "plausible_uv": float(np.percentile(np.abs(known - known.mean()), 99.9)) if len(known) else NAN,
        "bridged": int((missing & seen).sum()) if raw else 0, "split": int((~seen).sum()),
        "lost": lost, "longest_gap_ms": longest, "snr_db": _snr(evidence.envelope), "mains_hz": mains_hz, "mains_db": mains_db,
        "movement_ratio": _movement(evidence.raw), "beats": _beats(evidence) if raw else Beats(np.empty(0), NAN),
        "spike_ratio": _spike(evidence) if raw else NAN,
    }  # fmt: skip


def _snr(envelope: np.ndarray) -> float:
    known = envelope[np.isfinite(envelope)]
    if not len(known):
        return NAN
    low, high = np.percentile(known, (5, 95))
    return float(20 * (np.log10(high) - np.log10(low))) if low > 0 and high > 0 else NAN


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
    if segment_s < LEAST_MAINS_S:
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
    return rest.kurtosis > evidence.settings.limits.rest_kurtosis and rest.amplitude_uv > evidence.screened.step / 2


def _beats(evidence: Evidence) -> Beats:
    if evidence.rest.interval is None or not _spiky(evidence):
        return Beats(np.empty(0), NAN)
    return find_beats(evidence.filtered, evidence.fs, evidence.rest.interval)


def _spike(evidence: Evidence) -> float:
    """Return the highest sample of the repetitions over the root mean square of the half second around it."""
    signal, fs, ratio = evidence.filtered, evidence.fs, NAN
    reach = round(SPIKE_REACH_S * fs)
    for repetition in evidence.repetitions:
        start = round(repetition.start_s * fs)
        size = np.abs(np.nan_to_num(signal[start : round(repetition.stop_s * fs)]))
        if size.max(initial=0.0) > 0:
            at = start + int(size.argmax())
            around = signal[max(at - reach, 0) : at + reach + 1]
            ratio = np.fmax(ratio, np.abs(signal[at]) / np.sqrt(np.nanmean(around**2)))
    return float(ratio)


def _notes(evidence: Evidence, values: dict) -> dict[str, str]:
    """Return one sentence for every fault, in the catalogue's order."""
    found = _gap_notes(evidence, values) | _signal_notes(evidence, values) | _repetition_notes(evidence)
    return {code: f"{FAULTS[code].meaning} Found: {found[code]}" for code in FAULTS if code in found}


def _gap_notes(evidence: Evidence, values: dict) -> dict[str, str]:
    screened, found = evidence.screened, {}
    for code, count in (
        ("not_finite", screened.non_finite),
        ("sentinel", screened.sentinel),
        ("dropout", screened.dropout),
    ):
        if count and not (screened.flat and code == "dropout"):
            found[code] = f"{count} samples."
    if screened.flat:
        found["flat"] = "it does not change."
        return found
    if values["bridged"]:
        found["short_gaps"] = f"{values['bridged']} samples."
    if values["split"]:
        longest, lost = values["longest_gap_ms"], values["lost"]
        found["long_gaps"] = f"{values['split']} samples, longest gap {longest:.0f} ms; {lost} more are empty for it."
    return found


def _signal_notes(evidence: Evidence, values: dict) -> dict[str, str]:
    limits, screened, found = evidence.settings.limits, evidence.screened, {}
    if screened.flat:
        return found
    level = values["plausible_uv"]
    least = 0.0 if evidence.label.kind == "rest" else limits.amplitude_low_uv
    if not least <= level <= limits.amplitude_high_uv:
        found["amplitude"] = f"99.9 % of the signal is within {level:.4g} µV."
    clipped = int(screened.clipped.sum())
    if clipped:
        found["clipping"] = (
            f"{clipped} samples ({100 * clipped / len(screened.signal):.2g} %), longest run {screened.longest_clip}."
        )
    if evidence.settings.signal == "envelope":
        return found
    quiet = max(evidence.rest.amplitude_uv, screened.step / np.sqrt(12))
    if abs(values["offset_uv"]) > limits.offset_over_rest * quiet:
        found["offset"] = f"mean {values['offset_uv']:.4g} µV, rest {evidence.rest.amplitude_uv:.3g} µV."
    short = evidence.rest.stop_s - evidence.rest.start_s < SHORT_REST_S
    if values["mains_db"] > limits.mains_db + SHORT_REST_DB * short:
        found["mains"] = _mains_note(evidence.settings.line_freq_hz, values)
    if len(values["beats"].times):
        found["heart_beats"] = f"{len(values['beats'].times)} at {60 * values['beats'].rate_hz:.0f} per minute."
    elif _spiky(evidence):
        found["spikes_at_rest"] = f"kurtosis {evidence.rest.kurtosis:.1f} (3 is noise)."
    if values["spike_ratio"] > limits.spike_ratio:
        found["spike"] = f"the highest sample is {values['spike_ratio']:.0f} times the root mean square around it."
    if values["movement_ratio"] > limits.movement_ratio:
        found["movement"] = f"power in 1-10 Hz is {values['movement_ratio']:.2f} of that above."
    if values["snr_db"] < limits.snr_db and evidence.label.kind != "rest":
        found["low_snr"] = f"{values['snr_db']:.1f} dB between the 5th and 95th percentile of the envelope."
    return found


def _mains_note(line_freq_hz: float | None, values: dict) -> str:
    note = f"{values['mains_hz']:g} Hz stands {values['mains_db']:.1f} dB above its neighbours at rest."
    if line_freq_hz and values["mains_hz"] % line_freq_hz:
        note += f" That is not a multiple of line_freq_hz={line_freq_hz:g}: check the country's mains frequency."
    return note


def _repetition_notes(evidence: Evidence) -> dict[str, str]:
    found, count = {}, len(evidence.repetitions)
    if not evidence.active:
        found["not_active"] = f"rest is {evidence.rest.amplitude_uv:.3g} µV."
    if evidence.expected is not None and count != evidence.expected:
        found["repetition_count"] = f"{count} by {evidence.source}, expected {evidence.expected}."
    if not count:
        found["no_repetition"] = f"none by {evidence.source}."
    empty = [f"repetition {r.index}: {r.reason}" for r in evidence.repetitions if r.reason]
    if empty:
        found["empty_repetition"] = "; ".join(empty) + "."
    return found
