"""Repetitions: where each starts and ends, its peak and its mean."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.bursts import find_bursts, motion_cycles
from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.channels import check_channel
from mmc_analysis.emg.envelopes import window_length_ms
from mmc_analysis.emg.gaps import edge_mask
from mmc_analysis.emg.parameters import check_number
from mmc_analysis.emg.results import SEGMENTS, Motion, Repetition
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.emg.spectra import median_frequency, spectrum
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import check_option, named_options


@dataclass(frozen=True)
class Segmentation:
    """Where the repetitions are.

    Attributes
    ----------
    bounds : numpy.ndarray
        Shape (n_repetitions, 2), start and stop in s, in order of time.
    source : {"events", "signal", "motion", "whole"}
    """

    bounds: np.ndarray
    source: str


def check_events(events, samples: int, fs: float) -> np.ndarray:
    """Return events as an array of starts and stops; a stop that rounding put one sample beyond the recording is its end.

    Raises
    ------
    RecordingError
        If they are not pairs of seconds inside the recording, each start before its stop, in order and apart.

    Examples
    --------
    >>> check_events([(0.5, 1.5), (1.5, 4.0004)], 8000, 2000.0)
    array([[0.5, 1.5],
           [1.5, 4. ]])
    """
    duration_s = samples / fs
    try:
        bounds = np.asarray(events, dtype=float)
    except (TypeError, ValueError) as fault:
        raise RecordingError(f"events={events!r} are not numbers. Give pairs (start, stop) in s.") from fault
    if bounds.ndim != 2 or bounds.shape[1] != 2 or not len(bounds):
        raise RecordingError(f"events have shape {bounds.shape}. Give one pair (start, stop) in s for each repetition.")
    for number, (start, stop) in enumerate(bounds, 1):
        if not (np.isfinite(start) and np.isfinite(stop)) or start >= stop:
            raise RecordingError(
                f"event {number} runs from {start:g} to {stop:g} s. A start must come before its stop."
            )
        if start < 0 or stop > duration_s + 1 / fs:
            raise RecordingError(
                f"event {number} ({start:g} to {stop:g} s) lies outside the recording of {duration_s:g} s. "
                "Are the events in s, and from the same start?"
            )
        if number > 1 and start < bounds[number - 2, 1]:
            raise RecordingError(
                f"event {number} starts at {start:g} s, before event {number - 1} ends. Put them in order."
            )
    return np.minimum(bounds, duration_s)


@named_options
def find_repetitions(
    filtered, fs: float, settings: EmgSettings, *,
    segment: str = "auto", events=None, motion: Motion | None = None, rest: tuple[float, float] | None = None,
    expected: int | None = None,
) -> Segmentation:  # fmt: skip
    """Find the repetitions: events first, then the signal, then an angle or displacement channel.

    With "auto", a later source is asked only if an earlier one finds nothing, or not the expected number; if none finds that,
    the first that found something stands.

    Parameters
    ----------
    filtered : array_like
        Shape (n,), band-pass filtered, in µV.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings
    segment : {"auto", "events", "signal", "motion", "whole"}
        Which source to use; "whole" takes the recording as one repetition.
    events : array_like, optional
        Shape (n_repetitions, 2): start and stop in s.
    motion : Motion, optional
    rest : tuple of float, optional
        Start and end of rest in s, for detectors with a baseline.
    expected : int, optional
        Number of repetitions in the protocol.

    Returns
    -------
    Segmentation

    Raises
    ------
    RecordingError
        If the source asked for is missing, or events do not fit the recording.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(0, 2, 16000)
    >>> x[4000:8000] *= 50
    >>> x[10000:14000] *= 50
    >>> find_repetitions(x, 2000.0, EmgSettings()).bounds.round(1).tolist()
    [[2.0, 4.0], [5.0, 7.0]]
    """
    check_option("segment", segment, SEGMENTS, RecordingError)
    if expected is not None and (
        isinstance(expected, bool) or not isinstance(expected, (int, np.integer)) or expected < 1
    ):
        raise RecordingError(
            f"expected={expected!r} is not a number of repetitions. Give a whole number from 1, or leave it out."
        )
    filtered, fs = check_channel(filtered), check_sampling_frequency(fs)
    duration = len(filtered) / fs
    if segment == "whole":
        return Segmentation(np.array([[0.0, duration]]), "whole")
    for name, given in (("events", events), ("motion", motion)):
        if segment == name and given is None:
            raise RecordingError(f"segment='{name}' needs {name}=, which was not given.")
    if events is not None and segment in ("auto", "events"):
        return Segmentation(check_events(events, len(filtered), fs), "events")
    first = None
    for source in ("signal", "motion") if segment == "auto" else (segment,):
        if source == "motion" and motion is None:
            continue
        found = Segmentation(_bounds(source, filtered, fs, settings, motion, rest), source)
        if len(found.bounds) and expected in (None, len(found.bounds)):
            return found
        first = found if first is None or not len(first.bounds) else first
    return first


def _bounds(source: str, filtered, fs: float, settings: EmgSettings, motion: Motion | None, rest) -> np.ndarray:
    if source == "signal":
        return find_bursts(filtered, fs, settings.bursts, baseline=rest)
    if not isinstance(motion, Motion):
        raise RecordingError(f"motion={motion!r:.80} must be a Motion(values, fs).")
    late = check_number("motion.start_s", motion.start_s, low=-np.inf)
    cycles = np.clip(motion_cycles(motion.values, motion.fs, settings.bursts) + late, 0.0, len(filtered) / fs)
    return cycles[cycles[:, 1] > cycles[:, 0]]


@named_options
def measure_repetitions(
    envelope, filtered, fs: float, settings: EmgSettings, bounds, *, clipped=None
) -> tuple[Repetition, ...]:
    """Return peak, mean and median frequency of each repetition.

    The mean is that of the envelope in [start, stop); the peak is its highest value there outside the ends of the
    recording, where the filter is less certain. A repetition shorter than the window of the envelope, with too many samples
    missing or clipped, or wholly in such an end, is empty, with its reason.

    Parameters
    ----------
    envelope, filtered : array_like
        Shape (n,), in µV.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings
    bounds : array_like
        Shape (n_repetitions, 2), in s.
    clipped : array_like of bool, optional
        Shape (n,): clipped samples.

    Returns
    -------
    tuple of Repetition

    Examples
    --------
    >>> found = measure_repetitions(np.full(8000, 7.0), np.ones(8000), 2000.0, EmgSettings(), [[0.0, 4.0]])
    >>> found[0].peak_uv, found[0].mean_uv
    (7.0, 7.0)
    """
    envelope, filtered, fs = check_channel(envelope, "envelope"), check_channel(filtered), check_sampling_frequency(fs)
    clipped = np.zeros(len(envelope), dtype=bool) if clipped is None else np.asarray(clipped, dtype=bool)
    none = hasattr(bounds, "__len__") and not len(bounds)
    bounds = np.empty((0, 2)) if none else check_events(bounds, len(envelope), fs)
    edge = edge_mask(filtered, fs, settings)
    measured = []
    for index, (start_s, stop_s) in enumerate(bounds, 1):
        part = slice(max(0, round(start_s * fs)), min(len(envelope), round(stop_s * fs)))
        measured.append(_measure(index, part, envelope, filtered, edge, clipped, fs, settings))
    return tuple(measured)


def _measure(index, part, envelope, filtered, edge, clipped, fs, settings) -> Repetition:
    inner = envelope[part]
    size = max(len(inner), 1)
    missing, clips = np.isnan(filtered[part]).sum() / size, clipped[part].sum() / size
    away = np.where(edge[part], np.nan, inner)
    reason = _reason(len(inner), fs, missing, clips, away, settings)
    start_s, stop_s = part.start / fs, part.stop / fs
    if reason:
        nan = float("nan")
        return Repetition(index, start_s, stop_s, nan, nan, nan, nan, float(missing), float(clips), reason)
    at = int(np.nanargmax(away))
    return Repetition(
        index, start_s, stop_s, float(away[at]), float(np.nanmean(inner)), start_s + at / fs,
        _median_frequency(filtered[part], fs, settings), float(missing), float(clips),
    )  # fmt: skip


def _reason(samples: int, fs: float, missing: float, clips: float, away: np.ndarray, settings: EmgSettings) -> str:
    smoothed = settings.signal == "raw" and settings.envelope != "linear"
    window = window_length_ms(settings.window_ms, fs) if smoothed else 0.0
    if samples < 2 or 1000 * samples / fs < window:
        return f"{1000 * samples / fs:.0f} ms long, shorter than the window of {window:.1f} ms"
    if missing > settings.repetition_missing:
        return f"{100 * missing:.1f} % of its samples are missing (more than {100 * settings.repetition_missing:g} %)"
    if clips > settings.limits.clip_repetition:
        return f"{100 * clips:.1f} % of its samples are clipped (more than {100 * settings.limits.clip_repetition:g} %)"
    if np.isnan(away).all():
        return f"its envelope is empty, or lies wholly within {settings.edge_ms:g} ms of an end of the recording or of a gap"
    return ""


def _median_frequency(filtered: np.ndarray, fs: float, settings: EmgSettings) -> float:
    if settings.signal == "envelope" or len(filtered) < fs:
        return float("nan")
    try:
        found = spectrum(filtered, fs)
    except RecordingError:
        return float("nan")
    high = settings.low_pass_hz or fs / 2
    return median_frequency(found, low=settings.high_pass_hz, high=min(high, fs / 2))
