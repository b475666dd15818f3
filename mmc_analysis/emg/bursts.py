"""Onset and end of activity: double threshold, Hodges and Bui, Teager-Kaiser energy, relative level."""

import numpy as np
from scipy import ndimage

from mmc_analysis.emg.butterworth import HIGHEST_CORNER, Butterworth, check_sampling_frequency, filter_signal
from mmc_analysis.emg.channels import check_channel, check_signal, samples_of
from mmc_analysis.emg.envelopes import linear_envelope
from mmc_analysis.emg.parameters import BurstSettings
from mmc_analysis.emg.runs import double_threshold
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

LOW_PERCENTILE, HIGH_PERCENTILE = 5, 99
LEAST_BASELINE_S = 0.1


def tkeo(signal) -> np.ndarray:
    """Return the Teager-Kaiser energy x[n]² - x[n-1] · x[n+1]; its ends repeat their neighbours.

    Parameters
    ----------
    signal : array_like
        Shape (n,), n of at least 3.

    Returns
    -------
    numpy.ndarray
        Same shape, in the square of the signal's unit.

    Raises
    ------
    RecordingError
        If there are fewer than three samples.

    Examples
    --------
    >>> bool(np.allclose(tkeo(3 * np.sin(0.3 * np.arange(50))), 9 * np.sin(0.3) ** 2))
    True
    """
    x = check_signal(signal)
    if x.shape[-1] < 3:
        raise RecordingError(f"the energy operator needs three samples, but there are {x.shape[-1]}.")
    energy = np.empty_like(x)
    energy[1:-1] = x[1:-1] ** 2 - x[:-2] * x[2:]
    energy[0], energy[-1] = energy[1], energy[-2]
    return energy


@named_options
def find_bursts(signal, fs: float, bursts: BurstSettings, *, baseline: tuple[float, float] | None = None) -> np.ndarray:
    """Return where the muscle is active.

    Parameters
    ----------
    signal : array_like
        Shape (n,), band-pass filtered; gaps count as inactive.
    fs : float
        Sampling frequency in Hz.
    bursts : BurstSettings
        The method and its thresholds.
    baseline : tuple of float, optional
        Start and end of rest in s. Needed by all methods but "relative".

    Returns
    -------
    numpy.ndarray
        Shape (n_bursts, 2): onset and end in s, in order of time.

    Raises
    ------
    RecordingError
        If a baseline is needed and not given, lies outside the recording, or is too short.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(0, 2, 12000)
    >>> x[4000:8000] *= 50
    >>> find_bursts(x, 2000.0, BurstSettings(method="hodges-bui"), baseline=(0.3, 1.5)).round(1)
    array([[2., 4.]])
    """
    fs = check_sampling_frequency(fs)
    signal = check_channel(signal)
    filled = np.where(np.isfinite(signal), signal, 0.0)
    if bursts.method == "relative":
        active = _relative(filled, np.isfinite(signal), fs, bursts)
    else:
        active = _above_baseline(filled, fs, bursts, _baseline(baseline, signal, fs, bursts))
    active &= np.isfinite(signal)
    min_on, min_off = (round(ms * fs / 1000) for ms in (bursts.min_burst_ms, bursts.min_gap_ms))
    return double_threshold(active, min_on, min_off) / fs


def _baseline(baseline, signal: np.ndarray, fs: float, bursts: BurstSettings) -> np.ndarray:
    """Return which samples are rest: those of the baseline that are there."""
    if baseline is None:
        raise RecordingError(f"method='{bursts.method}' needs a stretch of rest: baseline=(start, end) in s.")
    start, stop = samples_of(baseline, "baseline", len(signal), fs)
    rest = np.isfinite(signal)
    rest[:start] = rest[stop:] = False
    if rest.sum() < LEAST_BASELINE_S * fs:
        raise RecordingError(f"baseline={tuple(baseline)} has {rest.sum() / fs:.3g} s of rest without gaps; at least {LEAST_BASELINE_S:g} s are "
                             "needed.")  # fmt: skip
    return rest


def _relative(signal: np.ndarray, known: np.ndarray, fs: float, bursts: BurstSettings) -> np.ndarray:
    highest = HIGHEST_CORNER * fs / 2
    if bursts.slow_low_pass_hz >= highest:
        raise RecordingError(
            f"bursts.slow_low_pass_hz={bursts.slow_low_pass_hz:g} must be below {highest:g} Hz at fs={fs:g} Hz. Lower it, or give events=."
        )
    slow = linear_envelope(signal, fs, Butterworth(low_pass_hz=bursts.slow_low_pass_hz))
    if not known.any():
        return np.zeros(len(signal), dtype=bool)
    low, high = np.maximum(np.percentile(slow[known], (LOW_PERCENTILE, HIGH_PERCENTILE)), 0.0)
    if high <= low * 10 ** (bursts.least_snr_db / 20):
        return np.zeros(len(signal), dtype=bool)
    return slow > low + bursts.fraction * (high - low)


def _above_baseline(signal: np.ndarray, fs: float, bursts: BurstSettings, rest: np.ndarray) -> np.ndarray:
    n_sd, smooth = bursts.n_sd, Butterworth(low_pass_hz=bursts.low_pass_hz)
    if bursts.method == "tkeo":
        band = Butterworth(high_pass_hz=bursts.tkeo_high_pass_hz, low_pass_hz=bursts.tkeo_low_pass_hz)
        signal, n_sd = tkeo(filter_signal(signal, fs, band)), bursts.tkeo_n_sd
    level = linear_envelope(signal, fs, smooth)
    threshold = level[rest].mean() + n_sd * level[rest].std(ddof=1)
    if bursts.method == "hodges-bui":
        level = _mean_of_next(level, max(1, round(bursts.mean_ms * fs / 1000)))
    return level > threshold


def _mean_of_next(values: np.ndarray, samples: int) -> np.ndarray:
    """Return the mean of each sample and the `samples` - 1 that follow."""
    return ndimage.uniform_filter1d(values, samples, mode="nearest", origin=-(samples // 2))


def motion_cycles(values, fs: float, bursts: BurstSettings) -> np.ndarray:
    """Return the cycles of an angle or a displacement: away from the start position and back.

    Parameters
    ----------
    values : array_like
        Shape (n,), in any unit, n at least 0.25 s. Gaps are bridged by straight lines.
    fs : float
        Sampling frequency of this channel in Hz.
    bursts : BurstSettings
        With `motion_fraction`, `motion_reach` and `min_burst_ms`.

    Returns
    -------
    numpy.ndarray
        Shape (n_cycles, 2), start and end in s.

    Raises
    ------
    RecordingError
        If the channel is too short, empty or does not move.

    Examples
    --------
    >>> angle = 90 - 45 * (1 - np.cos(2 * np.pi * np.clip(np.arange(800) / 100 - 1, 0, 6) / 2))
    >>> len(motion_cycles(angle, 100.0, BurstSettings()))
    3
    """
    values, fs = check_channel(values, "motion channel"), check_sampling_frequency(fs)
    known = np.isfinite(values)
    if known.sum() < max(2, 0.25 * fs):
        raise RecordingError("the motion channel has less than 0.25 s of values.")
    index = np.arange(len(values))
    values = np.interp(index, index[known], values[known])
    start = np.median(values[: max(1, round(0.25 * fs))])
    low, high = np.percentile(values, (1, 99))
    farthest = high if high - start >= start - low else low
    if farthest == start:
        raise RecordingError("the motion channel does not move. Leave motion= out, or give the channel that moves.")
    away = (values - start) / (farthest - start)
    cycles = double_threshold(away > bursts.motion_fraction, round(bursts.min_burst_ms * fs / 1000), 1)
    far = [away[a:b].max() >= bursts.motion_reach for a, b in cycles]
    return cycles[np.array(far, dtype=bool)] / fs if len(cycles) else cycles / fs
