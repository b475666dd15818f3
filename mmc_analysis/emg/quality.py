"""The quality of one channel in one trial: what was found, flagged and masked."""

import numpy as np

from mmc_analysis.emg.faults import FAULTS
from mmc_analysis.emg.measures import Evidence, Measures, measured
from mmc_analysis.emg.rest import Rest
from mmc_analysis.emg.results import Quality
from mmc_analysis.emg.settings import EmgSettings

SHORT_REST_S, SHORT_REST_DB = 1.5, 5.0


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
    fs, screened, rest, found = evidence.fs, evidence.screened, evidence.rest, measured(evidence)
    notes = _notes(evidence, found)
    empty = sum(bool(repetition.reason) for repetition in evidence.repetitions)
    masked = screened.flat or not evidence.active or empty > 0 or np.isnan(evidence.envelope).all()
    return Quality(
        trial=evidence.label, status="masked" if masked else ("flagged" if notes else "good"), flags=tuple(notes),
        notes=tuple(notes.values()), duration_s=len(screened.signal) / fs, sampling_frequency=fs,
        missing_share=float(np.isnan(evidence.filtered).mean()), non_finite=screened.non_finite, sentinel=screened.sentinel,
        dropout=screened.dropout, bridged=found.bridged, clipped=int(screened.clipped.sum()), longest_gap_ms=found.longest_gap_ms,
        longest_clip_ms=1000 * screened.longest_clip / fs, offset_uv=found.offset_uv, plausible_uv=found.plausible_uv,
        rest_start_s=rest.start_s, rest_stop_s=rest.stop_s, rest_uv=rest.amplitude_uv, rest_from=rest.source,
        rest_kurtosis=rest.kurtosis, snr_db=found.snr_db, mains_hz=found.mains_hz, mains_db=found.mains_db,
        spike_ratio=found.spike_ratio, movement_ratio=found.movement_ratio, heart_rate_hz=found.beats.rate_hz,
        beats_found=len(found.beats.times), beats_subtracted=len(evidence.subtracted.times),
        repetitions=len(evidence.repetitions), repetitions_empty=empty, repetitions_expected=evidence.expected,
        repetitions_from=evidence.source,
    )  # fmt: skip


def _notes(evidence: Evidence, measures: Measures) -> dict[str, str]:
    """Return one sentence for every fault, in the catalogue's order."""
    found = _gap_notes(evidence, measures) | _signal_notes(evidence, measures) | _repetition_notes(evidence)
    return {code: f"{FAULTS[code].meaning} Found: {found[code]}" for code in FAULTS if code in found}


def _gap_notes(evidence: Evidence, measures: Measures) -> dict[str, str]:
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
    if measures.bridged:
        found["short_gaps"] = f"{measures.bridged} samples."
    if measures.split:
        longest, lost = measures.longest_gap_ms, measures.lost
        found["long_gaps"] = f"{measures.split} samples, longest gap {longest:.0f} ms; {lost} more are empty for it."
    return found


def _signal_notes(evidence: Evidence, measures: Measures) -> dict[str, str]:
    limits, screened, found = evidence.settings.limits, evidence.screened, {}
    if screened.flat:
        return found
    level = measures.plausible_uv
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
    if abs(measures.offset_uv) > limits.offset_over_rest * quiet:
        found["offset"] = f"mean {measures.offset_uv:.4g} µV, rest {evidence.rest.amplitude_uv:.3g} µV."
    short = evidence.rest.stop_s - evidence.rest.start_s < SHORT_REST_S
    if measures.mains_db > limits.mains_db + SHORT_REST_DB * short:
        found["mains"] = _mains_note(evidence.settings.line_freq_hz, measures)
    if len(measures.beats.times):
        found["heart_beats"] = f"{len(measures.beats.times)} at {60 * measures.beats.rate_hz:.0f} per minute."
    elif measures.spiky:
        found["spikes_at_rest"] = f"kurtosis {evidence.rest.kurtosis:.1f} (3 is noise)."
    if measures.spike_ratio > limits.spike_ratio:
        found["spike"] = f"the highest sample is {measures.spike_ratio:.0f} times the root mean square around it."
    if measures.movement_ratio > limits.movement_ratio:
        found["movement"] = f"power in 1-10 Hz is {measures.movement_ratio:.2f} of that above."
    if measures.snr_db < limits.snr_db and evidence.label.kind != "rest":
        found["low_snr"] = f"activity is {measures.snr_db:.1f} dB above rest ({evidence.rest.amplitude_uv:.3g} µV)."
    return found


def _mains_note(line_freq_hz: float | None, measures: Measures) -> str:
    note = f"{measures.mains_hz:g} Hz stands {measures.mains_db:.1f} dB above its neighbours at rest."
    if line_freq_hz and measures.mains_hz % line_freq_hz:
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
