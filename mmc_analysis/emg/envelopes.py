"""Amplitude over time: moving root mean square, moving rectified average, linear envelope."""

import numpy as np

from mmc_analysis.emg.butterworth import Butterworth, check_sampling_frequency, filter_signal
from mmc_analysis.emg.channels import check_signal, each_channel
from mmc_analysis.emg.gaps import bridged, stretches
from mmc_analysis.emg.parameters import check_number
from mmc_analysis.emg.runs import inside, true_runs
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options


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

    _check_window(half, valid)

    def rms(channel: np.ndarray) -> np.ndarray:
        mean = _moving_mean(np.square, channel, half, valid)
        return np.sqrt(mean, out=mean)

    return each_channel(rms, check_signal(signal))


@named_options
def moving_arv(signal, half: int, *, valid: float = 0.9) -> np.ndarray:
    """Return the centred moving average of the rectified signal. Parameters as in :func:`moving_rms`.

    Examples
    --------
    >>> moving_arv([3.0, -3.0, 3.0, -3.0], 1)
    array([3., 3., 3., 3.])
    """
    _check_window(half, valid)
    return each_channel(lambda channel: _moving_mean(np.abs, channel, half, valid), check_signal(signal))


def _check_window(half: int, valid: float) -> None:
    if isinstance(half, bool) or not isinstance(half, (int, np.integer)) or half < 0:
        raise RecordingError(f"half={half!r} is not a number of samples. Give a whole number of at least 0.")
    check_number("valid", valid, low=0.0, high=1.0)


def _moving_mean(size_of: np.ufunc, channel: np.ndarray, half: int, valid: float) -> np.ndarray:
    """Return the moving mean of the sizes of one channel's samples, over those of each window that are there.

    The first and last size are repeated beyond the ends.
    """
    missing = ~np.isfinite(channel)
    longer = np.empty(len(channel) + 2 * half)
    sizes = size_of(channel, out=longer[half : half + len(channel)])
    sizes[missing] = 0.0
    longer[:half], longer[half + len(channel) :] = sizes[0], sizes[-1]
    mean = _sums_of_neighbours(longer, 2 * half + 1)
    mean /= 2 * half + 1
    _over_those_there(mean, missing, half, valid)
    return mean


def _sums_of_neighbours(values: np.ndarray, count: int) -> np.ndarray:
    """Return the sum of every `count` neighbours, built from sums of half as many; shape (n - count + 1,).

    A running sum, as SciPy's `uniform_filter1d` has it, drags the rounding errors of a contraction through the rest that follows: at
    rest a hundred times quieter ten digits are right. Here nothing is subtracted, and all digits are.

    Examples
    --------
    >>> _sums_of_neighbours(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 3).tolist()
    [6.0, 9.0, 12.0]
    """
    sums, length = values, 1
    spare, other = np.empty_like(values), np.empty_like(values)
    for doubled in bin(count)[3:]:
        left = len(sums) - length
        sums = np.add(sums[:left], sums[length:], out=spare[:left])
        spare, other, length = other, spare, 2 * length
        if doubled == "1":
            left = len(values) - length
            sums = np.add(sums[:left], values[length:], out=spare[:left])
            spare, other, length = other, spare, length + 1
    return sums


def _over_those_there(mean: np.ndarray, missing: np.ndarray, half: int, valid: float) -> None:
    """Make moving means that counted missing samples as zero means over the samples that are there, in place.

    Only windows that touch a gap are looked at: with short gaps, few.
    """
    gaps, n, window = true_runs(missing), len(mean), 2 * half + 1
    apart = np.flatnonzero(gaps[1:, 0] - gaps[:-1, 1] > 2 * half) + 1
    for together in np.split(gaps, apart) if len(gaps) else ():
        at = np.arange(max(together[0, 0] - half, 0), min(together[-1, 1] + half, n))
        first, last = max(at[0] - half, 0), min(at[-1] + half + 1, n)
        before = np.concatenate([[0], np.cumsum(missing[first:last])])
        count = before[np.minimum(at + half + 1, n) - first] - before[np.maximum(at - half, 0) - first]
        count += missing[0] * np.maximum(half - at, 0) + missing[-1] * np.maximum(at + half - (n - 1), 0)
        there = 1 - count / window
        enough = there >= max(valid, 0.5 / window) - 1e-12
        mean[at] = np.where(enough, mean[at] / np.where(enough, there, 1.0), np.nan)


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
        return each_channel(lambda channel: _linear(channel, fs, settings), filtered)
    smooth = moving_rms if settings.envelope == "rms" else moving_arv
    return smooth(filtered, half_window(settings.window_ms, fs), valid=settings.window_valid)


def _linear(filtered: np.ndarray, fs: float, settings: EmgSettings) -> np.ndarray:
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
