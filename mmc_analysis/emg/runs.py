"""Runs of samples: where a condition holds without a break."""

import numpy as np


def true_runs(mask) -> np.ndarray:
    """Return the first and the one-past-last index of every run of True.

    Parameters
    ----------
    mask : array_like of bool
        Shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n_runs, 2), integers.

    Examples
    --------
    >>> true_runs([False, True, True, False, True]).tolist()
    [[1, 3], [4, 5]]
    """
    index = np.flatnonzero(mask)
    if not len(index):
        return np.empty((0, 2), dtype=np.int64)
    breaks = np.flatnonzero(np.diff(index) > 1)
    return np.column_stack([index[np.append(0, breaks + 1)], index[np.append(breaks, -1)] + 1])


def equal_runs(values: np.ndarray, at_least: int) -> np.ndarray:
    """Return the runs of at least `at_least` identical neighbours.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n,).
    at_least : int
        Samples, 2 or more.

    Returns
    -------
    numpy.ndarray
        Shape (n_runs, 2), first and one-past-last index.

    Examples
    --------
    >>> equal_runs(np.array([1.0, 5.0, 5.0, 5.0, 2.0]), 3).tolist()
    [[1, 4]]
    """
    same = true_runs(values[1:] == values[:-1])
    same[:, 1] += 1
    return same[same[:, 1] - same[:, 0] >= at_least]


def inside(runs: np.ndarray, length: int) -> np.ndarray:
    """Return a mask of `length` samples that is True inside the runs.

    Examples
    --------
    >>> inside(np.array([[1, 3]]), 4).tolist()
    [False, True, True, False]
    """
    mask = np.zeros(length, dtype=bool)
    for start, stop in runs:
        mask[start:stop] = True
    return mask


def between(runs: np.ndarray, length: int) -> np.ndarray:
    """Return the runs of what is left of `length` samples outside `runs`, which are in order and apart.

    Examples
    --------
    >>> between(np.array([[1, 3], [5, 6]]), 6).tolist()
    [[0, 1], [3, 5]]
    """
    bounds = np.concatenate([[0], runs.ravel(), [length]]).reshape(-1, 2)
    return bounds[bounds[:, 1] > bounds[:, 0]]


def double_threshold(active, min_on: int, min_off: int) -> np.ndarray:
    """Join active runs that lie less than `min_off` samples apart, then drop runs shorter than `min_on`.

    Parameters
    ----------
    active : array_like of bool
        Shape (n,): where the amplitude is above its threshold.
    min_on, min_off : int
        Samples.

    Returns
    -------
    numpy.ndarray
        Shape (n_bursts, 2), first and one-past-last index.

    Examples
    --------
    >>> double_threshold([0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0], 3, 2).tolist()
    [[1, 7]]
    """
    runs = true_runs(np.asarray(active, dtype=bool))
    if len(runs) > 1:
        apart = runs[1:, 0] - runs[:-1, 1] >= min_off
        runs = np.column_stack([runs[np.r_[True, apart], 0], runs[np.r_[apart, True], 1]])
    return runs[runs[:, 1] - runs[:, 0] >= min_on]
