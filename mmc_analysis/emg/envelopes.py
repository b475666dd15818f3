"""Amplitude over time: moving root mean square, moving rectified average, linear envelope."""

import numpy as np
from scipy import ndimage

from mmc_analysis.emg.butterworth import Butterworth, check_sampling_frequency, filter_signal
from mmc_analysis.emg.gaps import bridged, check_signal, stretches
from mmc_analysis.emg.runs import inside
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

RUNNING_SUM_RANGE = 1e6


def half_window(window_ms: float, fs: float) -> int:
    """Return h of a centred window of 2h + 1 samples, the odd length nearest to `window_ms`.

    Raises
    ------
    RecordingError
        If the window is shorter than three samples.

    Examples
    --------
    >>> half_window(500.0, 2000.0)
    500
    """
    half = round(window_ms * check_sampling_frequency(fs) / 2000)
    if half < 1:
        raise RecordingError(f"window_ms={window_ms:g} is shorter than three samples at fs={fs:g} Hz. Make it longer.")
    return half


def window_length_ms(window_ms: float, fs: float) -> float:
    """Return the true length of the window in ms: an odd number of samples.

    Examples
    --------
    >>> window_length_ms(500.0, 2000.0)
    500.5
    """
    return 1000 * (2 * half_window(window_ms, fs) + 1) / fs


@named_options
def moving_rms(signal, half: int, *, valid: float = 0.9) -> np.ndarray:
    """Return the centred moving root mean square.

    Parameters
    ----------
    signal : array_like
        Shape (…, n_samples); NaN where there is no signal.
    half : int
        The window has 2 · half + 1 samples. Beyond the ends the first and last squares are repeated.
    valid : float
        Share of samples that a window must have; with less it is NaN. The mean is over those that it has.

    Returns
    -------
    numpy.ndarray
        Same shape, same unit.

    Examples
    --------
    >>> moving_rms([3.0, -3.0, 3.0, -3.0], 1)
    array([3., 3., 3., 3.])
    """
    signal = check_signal(signal)
    return np.sqrt(_moving_mean(signal * signal, half, valid))


@named_options
def moving_arv(signal, half: int, *, valid: float = 0.9) -> np.ndarray:
    """Return the centred moving average of the rectified signal. Parameters as in :func:`moving_rms`.

    Examples
    --------
    >>> moving_arv([3.0, -3.0, 3.0, -3.0], 1)
    array([3., 3., 3., 3.])
    """
    return _moving_mean(np.abs(check_signal(signal)), half, valid)


def _moving_mean(values: np.ndarray, half: int, valid: float) -> np.ndarray:
    size = 2 * half + 1
    known = np.isfinite(values)
    if known.all():
        return _box_mean(values, half)
    share = ndimage.uniform_filter1d(known.astype(np.float64), size, axis=-1, mode="nearest")
    share = np.round(share * size) / size
    mean = _box_mean(np.where(known, values, 0.0), half)
    enough = share >= max(valid, 0.5 / size) - 1e-12
    return np.where(enough, mean / np.where(enough, share, 1.0), np.nan)


def _box_mean(values: np.ndarray, half: int) -> np.ndarray:
    """Return the moving mean of values that are not negative.

    SciPy's running sum keeps the rounding errors of the largest window; where windows differ so much that this would show,
    every window is summed afresh.
    """
    mean = ndimage.uniform_filter1d(values, 2 * half + 1, axis=-1, mode="nearest")
    if mean.size and mean.min() * RUNNING_SUM_RANGE < mean.max():
        return _box_mean_afresh(values, half)
    return mean


def _box_mean_afresh(values: np.ndarray, half: int) -> np.ndarray:
    """Return the moving mean from sums within blocks of one window: a window is the end of a block and the start of the next."""
    size, n = 2 * half + 1, values.shape[-1]
    longer = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(half, half)], mode="edge")
    longer = np.pad(longer, [(0, 0)] * (values.ndim - 1) + [(0, -longer.shape[-1] % size)])
    blocks = longer.reshape(*values.shape[:-1], -1, size)
    from_start = np.cumsum(blocks, axis=-1).reshape(longer.shape)
    to_end = np.cumsum(blocks[..., ::-1], axis=-1)[..., ::-1].reshape(longer.shape)
    total = to_end[..., :n] + from_start[..., size - 1 : size - 1 + n]
    total[..., ::size] = to_end[..., :n:size]
    return total / size


@named_options
def linear_envelope(
    signal, fs: float, butterworth: Butterworth, *, padding: str = "even", padding_ms: float = 500.0
) -> np.ndarray:
    """Return the rectified signal after a low-pass filter.

    Parameters
    ----------
    signal : array_like
        Shape (…, n_samples), without gaps.
    fs : float
        Sampling frequency in Hz.
    butterworth : Butterworth
        Low-pass only.
    padding, padding_ms
        As in :func:`filter_signal`.

    Returns
    -------
    numpy.ndarray
        Same shape. A Butterworth filter overshoots, so values just below zero can follow a steep end.

    Raises
    ------
    RecordingError
        If the filter is not a low-pass filter.

    Examples
    --------
    >>> x = np.sin(2 * np.pi * 100 * np.arange(8000) / 2000)
    >>> float(linear_envelope(x, 2000.0, Butterworth(low_pass_hz=6))[4000].round(3))
    0.631
    """
    if butterworth.high_pass_hz is not None or butterworth.low_pass_hz is None:
        raise RecordingError("a linear envelope needs a low-pass filter: Butterworth(low_pass_hz=6).")
    return filter_signal(np.abs(check_signal(signal)), fs, butterworth, padding=padding, padding_ms=padding_ms)


@named_options
def envelope(filtered, fs: float, settings: EmgSettings) -> np.ndarray:
    """Return the amplitude over time, as the settings define it.

    Parameters
    ----------
    filtered : array_like
        Shape (…, n_samples), as :func:`band_pass` returns it.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings

    Returns
    -------
    numpy.ndarray
        Same shape, same unit; NaN where too little signal is.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=8000)
    >>> amplitude = envelope(x, 2000.0, EmgSettings(window_ms=250.0))
    >>> amplitude.shape
    (8000,)
    """
    filtered, fs = check_signal(filtered), check_sampling_frequency(fs)
    if settings.signal == "envelope":
        return filtered.copy()
    if settings.envelope == "linear":
        return _linear(filtered, fs, settings)
    smooth = moving_rms if settings.envelope == "rms" else moving_arv
    return smooth(filtered, half_window(settings.window_ms, fs), valid=settings.window_valid)


def _linear(filtered: np.ndarray, fs: float, settings: EmgSettings) -> np.ndarray:
    if filtered.ndim > 1:
        return np.stack([_linear(row, fs, settings) for row in filtered])
    missing = ~np.isfinite(filtered)
    smooth = np.full(len(filtered), np.nan)
    spans = stretches(missing, fs, settings)
    if not missing.all():
        for start, stop in spans:
            if stop - start > round(settings.padding_ms * fs / 1000):
                smooth[start:stop] = linear_envelope(bridged(filtered[start:stop]), fs, settings.smoothing,
                                                     padding=settings.padding, padding_ms=settings.padding_ms)  # fmt: skip
    smooth[~inside(spans, len(filtered))] = np.nan
    return smooth
