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
    padded = np.zeros(len(mask) + 2, dtype=np.int8)
    padded[1:-1] = mask
    step = np.diff(padded)
    return np.column_stack([np.flatnonzero(step == 1), np.flatnonzero(step == -1)])


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
    step = np.zeros(length + 1, dtype=np.int64)
    np.add.at(step, runs[:, 0], 1)
    np.add.at(step, runs[:, 1], -1)
    return np.cumsum(step[:-1]) > 0


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
