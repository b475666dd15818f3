"""Envelopes of repetitions on a common time axis of 0 to 100 %, and their mean."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.channels import check_channel
from mmc_analysis.emg.parameters import check_number
from mmc_analysis.emg.repetitions import check_events
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options


@dataclass(frozen=True)
class Ensemble:
    """Time-normalised envelopes.

    Attributes
    ----------
    phase_pct : numpy.ndarray
        Shape (n_points,), from 0 to 100.
    curves : numpy.ndarray
        Shape (n_repetitions, n_points), in the envelope's unit.
    mean, sd : numpy.ndarray
        Shape (n_points,); NaN where no repetition, or for `sd` fewer than two, have a value.
    n : numpy.ndarray
        Shape (n_points,): repetitions with a value.
    """

    phase_pct: np.ndarray
    curves: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    n: np.ndarray


@named_options
def ensemble(envelope, fs: float, bounds, *, points: int = 101, scale: float = 1.0) -> Ensemble:
    """Stretch each repetition's envelope to 0-100 % of its duration and average over repetitions.

    Parameters
    ----------
    envelope : array_like
        Shape (n_samples,); NaN where there is no value. A point between a value and a gap is empty.
    fs : float
        Sampling frequency in Hz.
    bounds : array_like
        Shape (n_repetitions, 2): start and stop in s.
    points : int
        Points on the common axis, 2 or more.
    scale : float
        Factor, such as 100 / reference for percent.

    Returns
    -------
    Ensemble

    Raises
    ------
    RecordingError
        If bounds lie outside the envelope or `points` is below 2.

    Examples
    --------
    >>> found = ensemble(np.arange(101.0), 100.0, [[0.0, 0.5], [0.5, 1.0]], points=3)
    >>> found.curves.tolist(), found.mean.tolist()
    ([[0.0, 25.0, 50.0], [50.0, 75.0, 100.0]], [25.0, 50.0, 75.0])
    """
    envelope, fs = check_channel(envelope, "envelope"), check_sampling_frequency(fs)
    scale = check_number("scale", scale, low=-np.inf)
    if isinstance(points, bool) or not isinstance(points, (int, np.integer)) or points < 2:
        raise RecordingError(f"points={points!r} must be a whole number of at least 2, such as 101.")
    bounds = check_events(bounds, len(envelope), fs)
    phase = np.linspace(0.0, 100.0, points)
    index = np.arange(len(envelope))
    at = (bounds[:, :1] + (bounds[:, 1:] - bounds[:, :1]) * phase / 100) * fs
    curves = scale * np.interp(np.minimum(at, len(envelope) - 1), index, envelope)
    return averaged(phase, curves)


def averaged(phase_pct: np.ndarray, curves: np.ndarray) -> Ensemble:
    """Return mean, SD and count over the rows of `curves`, empty points passed over.

    Examples
    --------
    >>> averaged(np.array([0.0, 100.0]), np.array([[1.0, np.nan], [3.0, 4.0]])).n.tolist()
    [2, 1]
    """
    known = np.isfinite(curves)
    n = known.sum(axis=0)
    values = np.where(known, curves, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, values.sum(axis=0) / n, np.nan)
        squares = (np.where(known, curves - mean, 0.0) ** 2).sum(axis=0)
        sd = np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)
    return Ensemble(phase_pct, curves, mean, sd, n)
