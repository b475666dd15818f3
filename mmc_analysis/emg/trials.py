"""From one raw signal to amplitudes per repetition and their quality."""

from dataclasses import replace

import numpy as np

from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.channels import check_signal
from mmc_analysis.emg.envelopes import envelope as envelope_of
from mmc_analysis.emg.gaps import band_pass
from mmc_analysis.emg.heart import Beats, subtract_beats
from mmc_analysis.emg.mains import notch
from mmc_analysis.emg.measures import Evidence, raw_spectrum
from mmc_analysis.emg.quality import assess, is_active
from mmc_analysis.emg.repetitions import find_repetitions, measure_repetitions
from mmc_analysis.emg.rest import Rest, find_rest
from mmc_analysis.emg.results import Motion, Repetition, TrialLabel, TrialResult
from mmc_analysis.emg.screening import refuse_counts, refuse_processed, refuse_raw, screen
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

NO_ACTIVITY = "the channel is empty or shows no more activity than rest"


@named_options
def process_trial(
    signal, fs: float, settings: EmgSettings, *,
    events=None, motion: Motion | None = None, segment: str = "auto", rest: tuple[float, float] | None = None,
    expected: int | None = None, label: TrialLabel | str = "",
) -> TrialResult:  # fmt: skip
    """Process one trial of one muscle.

    Parameters
    ----------
    signal : array_like
        Shape (n_samples,), in µV (see :func:`to_microvolts`), as recorded; it is not changed.
    fs : float
        Sampling frequency in Hz; need not be whole.
    settings : EmgSettings
    events : array_like, optional
        Shape (n_repetitions, 2): start and stop of each repetition in s from the first sample.
    motion : Motion, optional
        An angle or displacement recorded together with the signal.
    segment : {"auto", "events", "signal", "motion", "whole"}
        Where repetitions come from. "auto" asks events, then the signal, then motion; a trial of another kind than
        "task" is taken whole where there are no events.
    rest : tuple of float, optional
        Start and end of rest in s; otherwise the quietest stretch stands for it.
    expected : int, optional
        Number of repetitions in the protocol.
    label : TrialLabel or str
        Which trial this is; text is the trial's name.

    Returns
    -------
    TrialResult
        Envelope, repetitions with peak and mean in µV, and quality. Faults that leave amplitudes usable are flagged in the
        quality; samples that are no signal are empty.

    Raises
    ------
    RecordingError
        If the signal holds counts, was rectified or smoothed before, is raw although declared an envelope, is too short for the filter, or the band is too wide
        for `fs`; the message names the trial.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> signal = rng.normal(0, 3, 16000)
    >>> signal[4000:10000] *= 100
    >>> result = process_trial(signal, 2000.0, EmgSettings(), label="bench press")
    >>> len(result.repetitions), result.quality.status
    (1, 'good')
    """
    label = label if isinstance(label, TrialLabel) else TrialLabel(str(label) or "trial")
    if not isinstance(settings, EmgSettings):
        raise RecordingError(
            f"{label}: settings={settings!r} must be EmgSettings, such as EmgSettings.preset('calatayud2016')."
        )
    if segment == "auto" and events is None and label.kind != "task":
        segment = "whole"
    try:
        return _process(signal, fs, settings, events, motion, segment, rest, expected, label)
    except RecordingError as fault:
        raise RecordingError(f"{label}: {fault}") from fault


def _process(signal, fs, settings, events, motion, segment, rest, expected, label) -> TrialResult:
    fs, signal = check_sampling_frequency(fs), check_signal(signal)
    raw = settings.signal == "raw"
    screened = screen(signal, fs, settings.limits)
    if raw and not screened.flat:
        refuse_counts(screened.signal)
        refuse_processed(screened.signal, fs)
    elif not raw and label.kind != "rest":
        refuse_raw(screened.signal)
    before = raw_spectrum(screened.signal, fs, settings)
    filtered, found_rest, beats = treated(screened.signal, fs, settings, rest)
    amplitude = envelope_of(filtered, fs, settings)
    cut = find_repetitions(filtered, fs, settings, segment=segment, events=events, motion=motion,
                           rest=found_rest.interval, expected=expected)  # fmt: skip
    active = cut.source == "whole" or is_active(amplitude, fs, settings, found_rest, cut.bounds)
    repetitions = measure_repetitions(amplitude, filtered, fs, settings, cut.bounds, clipped=screened.clipped)
    if screened.flat or not active:
        amplitude = np.full_like(amplitude, np.nan)
        repetitions = tuple(_emptied(repetition) for repetition in repetitions)
    quality = assess(Evidence(label, fs, settings, screened, filtered, amplitude, found_rest, repetitions, cut.source, expected,
                              beats, before, active))  # fmt: skip
    return TrialResult(label, fs, settings, filtered, amplitude, repetitions, quality)


def _emptied(repetition: Repetition) -> Repetition:
    nan = float("nan")
    return replace(
        repetition,
        peak_uv=nan,
        mean_uv=nan,
        peak_at_s=nan,
        median_frequency_hz=nan,
        reason=repetition.reason or NO_ACTIVITY,
    )


def treated(signal: np.ndarray, fs: float, settings: EmgSettings, rest=None) -> tuple[np.ndarray, Rest, Beats]:
    """Return a screened signal after band-pass, notch and heart beat treatment, with its rest and the beats subtracted.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (n,), in µV; NaN where there is no signal.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings
    rest : tuple of float, optional
        Start and end of rest in s.

    Returns
    -------
    filtered : numpy.ndarray
        Shape (n,), in µV.
    rest : Rest
        After the treatment.
    beats : Beats
        Empty unless `ecg` is "template" and beats were found at rest.
    """
    filtered = band_pass(signal, fs, settings)
    nothing = Beats(np.empty(0), float("nan"))
    if settings.signal == "envelope":
        return filtered, find_rest(filtered, fs, settings, rest=rest), nothing
    if settings.mains == "notch":
        filtered = notch(filtered, fs, settings)
    found = find_rest(filtered, fs, settings, rest=rest)
    if settings.ecg != "template" or found.interval is None:
        return filtered, found, nothing
    filtered, beats = subtract_beats(filtered, fs, found.interval)
    return filtered, find_rest(filtered, fs, settings, rest=found.interval if rest is None else rest), beats
