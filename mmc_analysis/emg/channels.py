"""Signals as arrays: shape (…, n_samples), float64, one channel after the other."""

from collections.abc import Callable

import numpy as np

from mmc_analysis.errors import RecordingError


def check_signal(signal, what: str = "signal") -> np.ndarray:
    """Return a signal as float64.

    Raises
    ------
    RecordingError
        If it is not numbers, has no samples, or is complex.

    Examples
    --------
    >>> check_signal([1, 2])
    array([1., 2.])
    """
    found = np.asarray(signal)
    if found.dtype == object or found.dtype.kind not in "iufb":
        try:
            found = found.astype(np.float64)
        except (TypeError, ValueError) as fault:
            raise RecordingError(f"the {what} is not numbers ({fault}). Give an array of amplitudes.") from fault
    if found.ndim == 0 or found.shape[-1] == 0:
        raise RecordingError(f"the {what} has no samples.")
    return found.astype(np.float64, copy=False)


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
