"""Signals as arrays: shape (…, n_samples), float64, one channel after the other; stretches of them as pairs of seconds."""

from collections.abc import Callable

import numpy as np

from mmc_analysis.errors import RecordingError


def check_signal(signal, what: str = "signal") -> np.ndarray:
    """Return a signal as float64.

    Raises
    ------
    RecordingError
        If it is not real numbers, or has no samples.

    Examples
    --------
    >>> check_signal([1, 2])
    array([1., 2.])
    """
    try:
        found = np.asarray(signal)
        if found.dtype.kind not in "iufbO":
            raise TypeError(f"{found.dtype} values")
        found = found.astype(np.float64, copy=False)
    except (TypeError, ValueError) as fault:
        raise RecordingError(f"the {what} is not numbers ({fault}). Give an array of amplitudes.") from fault
    if found.ndim == 0 or found.shape[-1] == 0:
        raise RecordingError(f"the {what} has no samples.")
    return found


def check_channel(signal, what: str = "signal") -> np.ndarray:
    """Return one channel as float64, shape (n_samples,).

    Raises
    ------
    RecordingError
        As :func:`check_signal`, and if there are several channels.

    Examples
    --------
    >>> check_channel([[1.0, 2.0], [3.0, 4.0]])
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: one channel at a time: the signal has shape (2, 2), not (n_samples,).
    """
    found = check_signal(signal, what)
    if found.ndim != 1:
        raise RecordingError(f"one channel at a time: the {what} has shape {found.shape}, not (n_samples,).")
    return found


def samples_of(stretch, name: str, samples: int, fs: float) -> tuple[int, int]:
    """Return a stretch (start, stop) in s as its first and its one-past-last sample.

    A stop that rounding put one sample beyond the recording is its end.

    Raises
    ------
    RecordingError
        If it is not a pair of seconds, or does not lie inside the recording.

    Examples
    --------
    >>> samples_of((0.5, 1.0), "rest", 2000, 2000.0)
    (1000, 2000)
    >>> samples_of((0.5, 1.2), "rest", 2000, 2000.0)
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: rest=(0.5, 1.2) lies outside the recording of 1.000 s.
    """
    try:
        start, stop = (round(float(second) * fs) for second in stretch)
    except (TypeError, ValueError, OverflowError) as fault:
        raise RecordingError(f"{name}={stretch!r} is not a pair of seconds. Give {name}=(start, stop) in s.") from fault
    if not 0 <= start < stop <= samples + 1:
        raise RecordingError(f"{name}={tuple(stretch)} lies outside the recording of {samples / fs:.3f} s.")
    return start, min(stop, samples)


def each_channel(work: Callable[[np.ndarray], np.ndarray], signal: np.ndarray) -> np.ndarray:
    """Apply `work`, which keeps the length, to every channel.

    One channel at a time stays in the processor's cache, which is faster than whole arrays.

    Examples
    --------
    >>> each_channel(np.cumsum, np.ones((2, 3))).tolist()
    [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]
    """
    done = np.empty_like(signal)
    for row in np.ndindex(signal.shape[:-1]):
        done[row] = work(signal[row])
    return done
