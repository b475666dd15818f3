"""Heart beats in surface EMG: found at rest, subtracted by their mean shape if asked."""

from dataclasses import dataclass

import numpy as np
from scipy import signal as dsp

from mmc_analysis.emg.butterworth import Butterworth, check_sampling_frequency, filter_signal
from mmc_analysis.emg.channels import check_channel, samples_of
from mmc_analysis.emg.gaps import bridged
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

SLOWEST_HZ, FASTEST_HZ = 0.7, 3.2
REFRACTORY_S = 0.12
CLOSEST = 0.4
LEAST_BEATS = 3
PEAK_SD = 6.0
UNEVEN = 0.35
HALF_BEAT_S = 0.1
MATCH_BAND_HZ = (10.0, 60.0)
MATCH_SHARE = 0.5
TAPER = 0.2


@dataclass(frozen=True)
class Beats:
    """Heart beats.

    Attributes
    ----------
    times : numpy.ndarray
        Shape (n_beats,), in s.
    rate_hz : float
        Beats per second, from the median interval; NaN with fewer than two.
    """

    times: np.ndarray
    rate_hz: float


@named_options
def find_beats(signal, fs: float, rest: tuple[float, float]) -> Beats:
    """Find heart beats at rest: sharp peaks at a steady 0.7 to 3.2 Hz.

    Motor units that fire at rest are sharp and steady too, but faster: peaks are told apart down to 0.12 s, so that their rate shows.

    Parameters
    ----------
    signal : array_like
        Shape (n,), band-pass filtered.
    fs : float
        Sampling frequency in Hz.
    rest : tuple of float
        Start and end of rest in s.

    Returns
    -------
    Beats
        Empty where fewer than three beats, or no steady rhythm, are found.

    Raises
    ------
    RecordingError
        If the rest lies outside the recording.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(0, 3, 8000)
    >>> x[600::1600] += 200
    >>> find_beats(x, 2000.0, (0, 4)).times
    array([0.3, 1.1, 1.9, 2.7, 3.5])
    """
    signal, fs = check_channel(signal), check_sampling_frequency(fs)
    first, last = samples_of(rest, "rest", len(signal), fs)
    size = np.abs(np.nan_to_num(signal[first:last], nan=0.0, posinf=0.0, neginf=0.0))
    noise = np.median(size) / 0.6745
    peaks = dsp.find_peaks(size, height=max(PEAK_SD * noise, 1e-12), distance=max(1, round(REFRACTORY_S * fs)))[0]
    if len(peaks):
        peaks = peaks[size[peaks] > 0.4 * np.median(np.sort(size[peaks])[-LEAST_BEATS:])]
    none = Beats(np.empty(0), float("nan"))
    if len(peaks) < LEAST_BEATS:
        return none
    intervals = np.diff(peaks) / fs
    rate = 1 / float(np.median(intervals))
    if not SLOWEST_HZ <= rate <= FASTEST_HZ or intervals.std() > UNEVEN * intervals.mean():
        return none
    return Beats((first + peaks) / fs, rate)


@named_options
def subtract_beats(signal, fs: float, rest: tuple[float, float]) -> tuple[np.ndarray, Beats]:
    """Subtract the mean beat of the rest wherever a beat is found in the trial.

    The mean beat is searched for with a matched filter in 10-60 Hz, where it stands out from EMG most; a beat is where the
    match reaches half of the mean beat's own, at up to two and a half times the rate of rest. Strong EMG hides beats and mimics
    some: the number found is reported.

    Parameters
    ----------
    signal : array_like
        Shape (n,), band-pass filtered, in µV.
    fs : float
        Sampling frequency in Hz.
    rest : tuple of float
        Start and end of rest in s.

    Returns
    -------
    cleaned : numpy.ndarray
        Shape (n,). The same signal where there are no beats at rest.
    beats : Beats
        What was subtracted.

    Examples
    --------
    >>> beat = np.zeros(1600)
    >>> beat[580:621] = 200 * np.hanning(41)
    >>> x = np.random.default_rng(1).normal(0, 3, 8000) + np.tile(beat, 5)
    >>> cleaned, beats = subtract_beats(x, 2000.0, (0, 4))
    >>> len(beats.times), bool(np.abs(cleaned).max() < 60)
    (5, True)
    """
    signal, fs = check_channel(signal), check_sampling_frequency(fs)
    at_rest = find_beats(signal, fs, rest)
    if not len(at_rest.times):
        return signal.copy(), at_rest
    half = round(HALF_BEAT_S * fs)
    match = filter_signal(bridged(signal), fs, Butterworth(high_pass_hz=MATCH_BAND_HZ[0], low_pass_hz=MATCH_BAND_HZ[1]))
    centres = np.round(at_rest.times * fs).astype(int)
    shape, mean_beat = _mean_beat(match, centres, half), _mean_beat(signal, centres, half)
    likeness = dsp.correlate(match, shape, mode="same") / np.sum(shape**2)
    distance = max(1, round(fs * max(0.9 / FASTEST_HZ, CLOSEST / at_rest.rate_hz)))
    found = dsp.find_peaks(likeness, height=MATCH_SHARE, distance=distance)[0]
    cleaned = signal.copy()
    for centre in found:
        start, stop = max(centre - half, 0), min(centre + half + 1, len(signal))
        cleaned[start:stop] -= mean_beat[start - (centre - half) : stop - (centre - half)]
    return cleaned, Beats(found / fs, at_rest.rate_hz)


def _mean_beat(signal: np.ndarray, centres: np.ndarray, half: int) -> np.ndarray:
    """Return the mean beat, tapered at its ends so that subtracting it leaves no step."""
    whole = [
        c for c in centres if half <= c < len(signal) - half and np.isfinite(signal[c - half : c + half + 1]).all()
    ]
    if not whole:
        raise RecordingError(
            "no heart beat at rest lies wholly inside the recording. Give a longer rest, or ecg='none'."
        )
    return np.mean([signal[c - half : c + half + 1] for c in whole], axis=0) * dsp.windows.tukey(2 * half + 1, TAPER)
