"""Rest within a trial: given by the user, or the longest quiet stretch."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.channels import check_channel, samples_of
from mmc_analysis.emg.envelopes import moving_rms
from mmc_analysis.emg.gaps import edge_mask
from mmc_analysis.emg.runs import double_threshold, true_runs
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

WINDOW_S, REACH = 1.25, 0.7
PIECE_S, LEAST_PIECES, LOUD_PIECES = 0.1, 3, 2
QUIET_FACTOR, ACTIVE_FACTOR = 1.6, 2.0
LEAST_REST_S = 0.1


@dataclass(frozen=True)
class Rest:
    """Rest in a trial.

    Attributes
    ----------
    start_s, stop_s : float
        In s; NaN if there is none.
    source : {"given", "quietest"}
    amplitude_uv : float
        Root mean square at rest, or rectified average where the envelope is one.
    kurtosis : float
        Of the filtered signal; 3 for Gaussian noise.
    """

    start_s: float
    stop_s: float
    source: str
    amplitude_uv: float
    kurtosis: float

    @property
    def interval(self) -> tuple[float, float] | None:
        """Start and stop in s, or None."""
        return None if np.isnan(self.start_s) else (self.start_s, self.stop_s)


@named_options
def find_rest(filtered, fs: float, settings: EmgSettings, *, rest: tuple[float, float] | None = None) -> Rest:
    """Return rest as given, or the longest stretch whose root mean square over 1.25 s stays within 1.6 times its 5th percentile.

    The window holds at least one heart beat, so that beats do not split rest. Where no window is free of activity, rest is the longest
    row of quiet pieces of 0.1 s. Pieces at its ends that peak higher than the others are left out: there activity sets in.

    Parameters
    ----------
    filtered : array_like
        Shape (n,), band-pass filtered, in µV.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings
    rest : tuple of float, optional
        Start and end of rest in s.

    Returns
    -------
    Rest

    Raises
    ------
    RecordingError
        If the rest that was given lies outside the recording, is shorter than 0.1 s or has no samples.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(0, 2, 12000)
    >>> x[6000:] *= 50
    >>> found = find_rest(x, 2000.0, EmgSettings())
    >>> found.source, bool(1.8 < found.amplitude_uv < 2.2)
    ('quietest', True)
    """
    filtered, fs = check_channel(filtered), check_sampling_frequency(fs)
    if rest is not None:
        start, stop = samples_of(rest, "rest", len(filtered), fs)
        if stop - start < LEAST_REST_S * fs:
            raise RecordingError(f"rest={tuple(rest)} is too short: it must have at least {LEAST_REST_S:g} s.")
        return _described(start, stop, "given", filtered, fs, settings)
    step = max(1, round(PIECE_S * fs))
    usable = np.where(edge_mask(filtered, fs, settings), np.nan, filtered)
    level, peak = _pieces(usable, step)
    if np.isnan(level).all():
        return Rest(*[float("nan")] * 2, "quietest", *[float("nan")] * 2)
    lowest = float(np.nanpercentile(level, 5))
    found = _by_windows(usable, round(WINDOW_S * fs / 2), step)
    if found is None or not np.nanpercentile(level[found], 25) <= ACTIVE_FACTOR * lowest:
        found = _by_pieces(level, lowest)
    if found is None:
        return Rest(*[float("nan")] * 2, "quietest", *[float("nan")] * 2)
    low = found.start + np.flatnonzero(peak[found] <= QUIET_FACTOR * np.nanpercentile(peak[found], 25))
    return _described(int(low[0] * step), int((low[-1] + 1) * step), "quietest", filtered, fs, settings)


def _by_windows(signal: np.ndarray, half: int, step: int) -> slice | None:
    """Return the pieces of the longest stretch of quiet windows; activity may set in within its ends."""
    if len(signal) < 2 * half + 1:
        return None
    level = np.where(np.isnan(signal), np.nan, moving_rms(signal, half, valid=0.9))
    if np.isnan(level).all():
        return None
    quiet = true_runs(level <= QUIET_FACTOR * np.nanpercentile(level, 5))
    start, stop = quiet[np.diff(quiet).argmax()] + np.array([-1, 1]) * round(REACH * half)
    first, last = -(-max(0, start) // step), min(len(signal), stop) // step
    return slice(int(first), int(last)) if last > first else None


def _by_pieces(level: np.ndarray, lowest: float) -> slice | None:
    """Return the longest row of quiet pieces; up to two louder ones, as a heart beat makes them, do not end it."""
    rows = double_threshold(level <= QUIET_FACTOR * lowest, LEAST_PIECES, LOUD_PIECES + 1)
    return slice(*map(int, rows[np.diff(rows).argmax()])) if len(rows) else None


def _pieces(signal: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Return root mean square and peak of each piece of `step` samples; NaN where less than half of it is there."""
    pieces = signal[: len(signal) // step * step].reshape(-1, step)
    known = np.isfinite(pieces)
    size = np.where(known, np.abs(pieces), 0.0)
    count = np.maximum(known.sum(axis=1), 1)
    enough = known.sum(axis=1) >= step / 2
    level, peak = np.sqrt((size**2).sum(axis=1) / count), size.max(axis=1)
    return np.where(enough, level, np.nan), np.where(enough, peak, np.nan)


def _described(start: int, stop: int, source: str, filtered: np.ndarray, fs: float, settings: EmgSettings) -> Rest:
    part = filtered[start:stop]
    part = part[np.isfinite(part)]
    if len(part) < 4:
        return Rest(*[float("nan")] * 2, source, *[float("nan")] * 2)
    squared = settings.envelope == "rms" and settings.signal == "raw"
    amplitude = np.sqrt(np.mean(part**2)) if squared else np.mean(np.abs(part))
    kurtosis = float(stats.kurtosis(part, fisher=False)) if np.ptp(part) > 0 else float("nan")
    return Rest(float(start / fs), float(stop / fs), source, float(amplitude), kurtosis)
