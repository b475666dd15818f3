"""What a raw signal must not be, and which of its samples are no signal."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.channels import check_channel, check_signal
from mmc_analysis.emg.parameters import QualityLimits
from mmc_analysis.emg.runs import equal_runs, inside, true_runs
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import check_option, named_options

MICROVOLTS = {"uV": 1.0, "µV": 1.0, "mV": 1e3, "V": 1e6}
CONVERTER_BITS = (8, 10, 12, 14, 16, 24)
FLAT_SHARE = 0.9
BEYOND_NUMBERS = 1e100
NEAR_ZERO, FAST_OVER_SLOW, SLOW_S = 0.005, 3.0, 0.1
BELOW_ZERO = 0.5


@named_options
def to_microvolts(signal, unit: str | None) -> np.ndarray:
    """Return a signal in µV.

    Parameters
    ----------
    signal : array_like
    unit : {"uV", "µV", "mV", "V"}
        As the file declares it, or as the user knows. It is never guessed from the size of the numbers.

    Raises
    ------
    RecordingError
        If the unit is None or not one of these.

    Examples
    --------
    >>> to_microvolts([0.5], "mV")
    array([500.])
    """
    if unit is None:
        raise RecordingError("the signal has no unit. Say which it is: unit='uV', 'mV' or 'V'. It is never guessed.")
    return check_signal(signal) * MICROVOLTS[check_option("unit", unit, MICROVOLTS, RecordingError)]


@dataclass(frozen=True)
class Screened:
    """A signal whose samples are all signal or NaN, and what was found in it.

    Attributes
    ----------
    signal : numpy.ndarray
        Shape (n,), in µV, a copy.
    clipped : numpy.ndarray of bool
        Shape (n,): samples at an extreme value that runs show to be a limit.
    longest_clip : int
        Samples of the longest such run.
    non_finite, sentinel, dropout : int
        Samples that were not numbers already, stood for "missing", or belong to runs of identical values.
    flat : bool
        Nearly all samples are identical to their neighbours: the channel is empty.
    step : float
        Smallest difference between neighbours in µV: the converter's resolution, where the signal shows it.
    """

    signal: np.ndarray
    clipped: np.ndarray
    longest_clip: int
    non_finite: int
    sentinel: int
    dropout: int
    flat: bool
    step: float


@named_options
def screen(signal, fs: float, limits: QualityLimits) -> Screened:
    """Mask what is no signal: infinite values, codes for missing values, runs of identical values.

    Runs of identical values that a converter of few bits gives at rest, one step from their neighbours, are signal.

    Parameters
    ----------
    signal : array_like
        Shape (n,), in µV, as recorded.
    fs : float
        Sampling frequency in Hz.
    limits : QualityLimits

    Returns
    -------
    Screened

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(0, 50, 2000)
    >>> x[500:540] = 0.0
    >>> x[900] = 9999999.0
    >>> found = screen(x, 2000.0, QualityLimits())
    >>> found.dropout, found.sentinel
    (40, 1)
    """
    signal, fs = check_channel(signal).copy(), check_sampling_frequency(fs)
    missing = ~(np.abs(signal) < BEYOND_NUMBERS)
    signal[missing] = np.nan
    sentinel = sentinels(signal)
    signal[sentinel] = np.nan
    step = resolution(signal)
    identical = equal_runs(signal, max(3, int(np.ceil(limits.dropout_ms * fs / 1000))))
    lost = identical[~by_resolution(signal, identical, step)]
    known = np.isfinite(signal)
    flat = bool(_span(signal) <= step or np.diff(lost).sum() >= FLAT_SHARE * known.sum())
    clipped = np.zeros(len(signal), dtype=bool) if flat else clipping(signal, limits.clip_run, step)
    dropout = known if flat else inside(lost, len(signal))
    signal[dropout] = np.nan
    runs = true_runs(clipped)
    longest = int(np.diff(runs).max()) if len(runs) else 0
    return Screened(signal, clipped, longest, int(missing.sum()), int(sentinel.sum()), int(dropout.sum()), flat, step)


def _span(signal: np.ndarray) -> float:
    known = signal[np.isfinite(signal)]
    return float(np.ptp(known)) if len(known) else 0.0


def resolution(signal: np.ndarray) -> float:
    """Return the smallest difference between neighbours that differ; 0 where all are alike.

    Examples
    --------
    >>> resolution(np.array([0.0, 2.5, 2.5, np.nan, -5.0, 0.0]))
    2.5
    """
    steps = np.abs(np.diff(signal))
    return float(steps[steps > 0].min(initial=np.inf)) if (steps > 0).any() else 0.0


def by_resolution(signal: np.ndarray, runs: np.ndarray, step: float) -> np.ndarray:
    """Return which runs of identical values a coarse converter explains: the signal enters and leaves them by small steps.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (n,).
    runs : numpy.ndarray
        Shape (n_runs, 2).
    step : float
        The converter's resolution.

    Returns
    -------
    numpy.ndarray of bool
        Shape (n_runs,). True where one side is at most one step away and the other at most three, as where activity sets in.

    Examples
    --------
    >>> x = np.array([1.0, 0.0, 0.0, 0.0, 2.0, 9.0, 9.0, 9.0, 0.0])
    >>> by_resolution(x, np.array([[1, 4], [5, 8]]), 1.0).tolist()
    [True, False]
    """
    before, after = runs[:, 0] - 1, runs[:, 1]
    away = [np.where((beside >= 0) & (beside < len(signal)), np.abs(signal[np.clip(beside, 0, len(signal) - 1)] - signal[runs[:, 0]]), 0.0)
            for beside in (before, after)]  # fmt: skip
    near, far = np.minimum(*away), np.maximum(*away)
    return (near <= 1.5 * step) & (far <= 3.5 * step)


def sentinels(signal: np.ndarray) -> np.ndarray:
    """Return where a value is a code for "missing": far outside all others, and written like a code or repeated.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (n,); NaN is passed over.

    Returns
    -------
    numpy.ndarray of bool
        Shape (n,).

    Examples
    --------
    >>> sentinels(np.array([0.5, -0.2, -9999.0, 0.1])).tolist()
    [False, False, True, False]
    """
    size = np.abs(signal)
    found = np.zeros(len(signal), dtype=bool)
    for _ in range(8):
        rest = np.where(found, np.nan, size)
        if np.isnan(rest).all():
            return found
        top = np.nanmax(rest)
        here = rest == top
        others = rest[~here & ~np.isnan(rest)]
        below = others.max() if len(others) else np.inf
        if not ((_looks_like_code(top) and top > 10 * below) or (here.sum() >= 2 and top > 100 * below > 0)):
            return found
        found |= here
    return found


def _looks_like_code(value: float) -> bool:
    for scale in (1.0, 1e3, 1e6):
        plain = value / scale
        digits = f"{plain:.0f}"
        whole = abs(plain - round(plain)) <= 1e-9 * plain
        if whole and len(digits) >= 3 and (set(digits) == {"9"} or (set(digits[1:]) == {"0"} and len(digits) >= 7)):
            return True
        if any(abs(plain - code) <= 1e-6 * code for code in (32767, 32768, 2147483647, 2147483648, 3.4028235e38, 1e30)):
            return True
    return False


def clipping(signal: np.ndarray, run: int, step: float = 0.0) -> np.ndarray:
    """Return the samples at the highest or the lowest value, where some of them stand in a run of at least `run`.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (n,).
    run : int
        Least number of neighbours at the extreme.
    step : float
        The converter's resolution: a crest that rises and falls by single steps is no clipping.

    Returns
    -------
    numpy.ndarray of bool
        Shape (n,).

    Examples
    --------
    >>> clipping(np.array([0.0, 1.0, 1.0, 1.0, -1.0, 0.5]), 3).tolist()
    [False, True, True, True, False, False]
    """
    if np.isnan(signal).all():
        return np.zeros(len(signal), dtype=bool)
    at_extreme = (signal == np.nanmax(signal)) | (signal == np.nanmin(signal))
    runs = equal_runs(np.where(at_extreme, signal, np.nan), int(run))
    limits = signal[runs[~by_resolution(signal, runs, step), 0]]
    return np.isin(signal, limits)


def refuse_counts(signal: np.ndarray) -> None:
    """Refuse converter counts: whole numbers around half of a converter's range.

    Raises
    ------
    RecordingError
        Naming the converter's resolution.
    """
    known = signal[np.isfinite(signal)]
    if len(known) < 100 or known.min() < 0 or not (known == np.round(known)).all() or np.ptp(known) == 0:
        return
    for bits in CONVERTER_BITS:
        middle = 2.0 ** (bits - 1)
        if abs(known.mean() - middle) < 0.05 * middle and known.max() < 2**bits:
            raise RecordingError(
                f"the signal is whole numbers around {middle:g}, half the range of a {bits}-bit converter: these are counts, not a "
                "voltage. Convert them first: EMG in V = (count / 2^bits - 0.5) * supply / gain, from the device's data sheet."
            )


def refuse_processed(signal: np.ndarray, fs: float) -> None:
    """Refuse a signal that was rectified or smoothed before: never below zero, and not because of an offset.

    A raw signal on a large offset is not refused: it stays away from zero, and swings around its mean of 0.1 s at least three times
    as far as that mean wanders.

    Raises
    ------
    RecordingError
        Saying how to declare an envelope.
    """
    known = signal[np.isfinite(signal)]
    if not len(known) or known.min() < 0 or np.ptp(known) == 0:
        return
    lowest, high = known.min(), np.percentile(known, 99.9)
    slow = ndimage.uniform_filter1d(known, max(1, round(SLOW_S * fs)), mode="nearest")
    if lowest <= NEAR_ZERO * (high - lowest) or np.std(known - slow) < FAST_OVER_SLOW * np.std(slow):
        raise RecordingError(
            f"the signal is never below zero (lowest {lowest:g} µV), so it was rectified or smoothed before. Give the raw "
            "signal, or declare it: EmgSettings(signal='envelope'), for the reference too. If it is raw on an offset that "
            "drifts, subtract the offset first."
        )


def refuse_raw(signal: np.ndarray) -> None:
    """Refuse a declared envelope that swings below zero at least half as far as above: it is a raw signal.

    Raises
    ------
    RecordingError
        Saying how to have it filtered and smoothed.

    Examples
    --------
    >>> refuse_raw(np.array([3.0, -2.0, 4.0, -3.0]))
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: the signal was declared an envelope, but swings from -3 to 4 µV: ...
    """
    known = signal[np.isfinite(signal)]
    low, high = np.percentile(known, (0.1, 99.9)) if len(known) else (0.0, 0.0)
    if low < -BELOW_ZERO * high:
        raise RecordingError(
            f"the signal was declared an envelope, but swings from {low:.3g} to {high:.3g} µV: an envelope is not below zero. Leave "
            "signal='envelope' out to have a raw signal filtered and smoothed, or turn an inverted envelope round."
        )
