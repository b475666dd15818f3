"""Rest within a trial: given by the user, or the longest quiet stretch."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mmc_analysis.emg.envelopes import moving_rms
from mmc_analysis.emg.gaps import edge_mask
from mmc_analysis.emg.runs import true_runs
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

QUIET_WINDOW_S = 1.25
QUIET_FACTOR = 1.6
LEAST_REST_S = 0.1
REACH = 0.7
TRIM_S, TRIM_FACTOR = 0.1, 1.6


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

    The window holds at least one heart beat, so that beats do not split rest; its ends are trimmed where activity sets in.

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
    filtered = np.asarray(filtered, dtype=float)
    if rest is not None:
        start, stop = _given(rest, filtered, fs)
        return _described(start, stop, "given", filtered, fs, settings)
    half = max(1, round(QUIET_WINDOW_S * fs / 2))
    level = np.where(edge_mask(filtered, fs, settings), np.nan, filtered)
    if len(level) < 2 * half + 1 or np.isnan(level).all():
        return Rest(*[float("nan")] * 2, "quietest", *[float("nan")] * 2)
    level = np.where(np.isnan(level), np.nan, moving_rms(level, half, valid=0.9))
    if np.isnan(level).all():
        return Rest(*[float("nan")] * 2, "quietest", *[float("nan")] * 2)
    quiet = true_runs(level <= QUIET_FACTOR * np.nanpercentile(level, 5))
    start, stop = quiet[(quiet[:, 1] - quiet[:, 0]).argmax()]
    reach = round(REACH * half)
    start, stop = _trimmed(max(0, start - reach), min(len(filtered), stop + reach), filtered, fs)
    return _described(start, stop, "quietest", filtered, fs, settings)


def _trimmed(start: int, stop: int, filtered: np.ndarray, fs: float) -> tuple[int, int]:
    """Take pieces of 0.1 s off both ends while they are louder than the median piece."""
    step = max(1, round(TRIM_S * fs))
    count = (stop - start) // step
    if count < 5:
        return start, stop
    power = np.nan_to_num(filtered[start : start + count * step]).reshape(count, step)
    quiet = np.flatnonzero(
        np.sqrt(np.mean(power**2, axis=1)) <= TRIM_FACTOR * np.median(np.sqrt(np.mean(power**2, axis=1)))
    )
    return start + int(quiet[0]) * step, start + (int(quiet[-1]) + 1) * step


def _given(rest, filtered: np.ndarray, fs: float) -> tuple[int, int]:
    try:
        start, stop = (round(float(second) * fs) for second in rest)
    except (TypeError, ValueError, OverflowError) as fault:
        raise RecordingError(f"rest={rest!r} is not a pair of seconds. Give rest=(start, stop) in s.") from fault
    if not 0 <= start < stop <= len(filtered) + 1 or stop - start < LEAST_REST_S * fs:
        raise RecordingError(
            f"rest={tuple(rest)} must be at least {LEAST_REST_S:g} s inside the recording of {len(filtered) / fs:.3f} s."
        )
    return start, min(stop, len(filtered))


def _described(start: int, stop: int, source: str, filtered: np.ndarray, fs: float, settings: EmgSettings) -> Rest:
    part = filtered[start:stop]
    part = part[np.isfinite(part)]
    if len(part) < 4:
        return Rest(*[float("nan")] * 2, source, *[float("nan")] * 2)
    squared = settings.envelope == "rms" and settings.signal == "raw"
    amplitude = np.sqrt(np.mean(part**2)) if squared else np.mean(np.abs(part))
    kurtosis = float(stats.kurtosis(part, fisher=False)) if np.ptp(part) > 0 else float("nan")
    return Rest(float(start / fs), float(stop / fs), source, float(amplitude), kurtosis)
