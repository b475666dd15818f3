"""EMG with a known truth: shaped noise of planned amplitude, with heart beats, mains, movement, dropouts and clipping if asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.parameters import check_number, check_numbers, is_number, named_fields
from mmc_analysis.emg.results import Motion
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

LOW_CORNER_HZ, HIGH_CORNER_HZ = 60.0, 120.0
QRS_S, QRS_SHAPE = (-0.018, 0.0, 0.016), (-0.2, 1.0, -0.35)
QRS_WIDTH_S, WAVE_P, WAVE_T = 0.006, (-0.16, 0.025, 0.10), (0.25, 0.045, 0.20)
HEART_JITTER = 0.03


@named_fields
@dataclass(frozen=True, kw_only=True)
class TrialPlan:
    """What a simulated trial of one muscle is to be.

    Attributes
    ----------
    fs, duration_s : float
        Sampling frequency in Hz and length in s.
    bounds : tuple of (float, float)
        Start and stop of each repetition in s.
    amplitudes_uv : tuple of float
        Root mean square on each repetition's plateau, in µV.
    ramp_s : float
        Rise and fall at the ends of each repetition, half a cosine inside its bounds.
    first_half : float
        Amplitude of the first half (lowering) relative to the second (lifting).
    rest_uv : float
        Root mean square of the noise that is always there.
    ecg_uv, heart_rate_hz : float
        Height of the R wave, and beats per second.
    mains_uv, mains_hz, mains_harmonics : float, float, int
        Amplitude of the mains frequency; harmonic k has 1/k of it.
    offset_uv, drift_uv : float
        Constant, and amplitude of a slow wander of 0.3 Hz.
    artefacts : tuple of (float, float)
        Time in s and height in µV of movement artefacts, each a swing of 0.25 s.
    dropouts : tuple of (float, float)
        Start and length in s of stretches that read zero.
    clip_uv : float
        Limit of the amplifier; 0 for none.
    """

    fs: float = 2000.0
    duration_s: float = 8.0
    bounds: tuple[tuple[float, float], ...] = ((2.0, 6.0),)
    amplitudes_uv: tuple[float, ...] = (200.0,)
    ramp_s: float = 0.1
    first_half: float = 1.0
    rest_uv: float = 3.0
    ecg_uv: float = 0.0
    heart_rate_hz: float = 1.2
    mains_uv: float = 0.0
    mains_hz: float = 50.0
    mains_harmonics: int = 1
    offset_uv: float = 0.0
    drift_uv: float = 0.0
    artefacts: tuple[tuple[float, float], ...] = ()
    dropouts: tuple[tuple[float, float], ...] = ()
    clip_uv: float = 0.0

    def __post_init__(self):
        check_sampling_frequency(self.fs)
        check_numbers(self, low=0.1, names=("duration_s", "heart_rate_hz"))
        check_numbers(self, low=0.0, names=("ramp_s", "first_half", "rest_uv", "ecg_uv", "mains_uv", "clip_uv"))
        check_numbers(self, low=-np.inf, names=("offset_uv", "drift_uv"))
        check_numbers(self, low=1, names=("mains_hz", "mains_harmonics"))
        if self.mains_harmonics != round(self.mains_harmonics):
            raise RecordingError(f"mains_harmonics={self.mains_harmonics!r} is not a whole number of harmonics.")
        for name in ("bounds", "artefacts", "dropouts"):
            _check_pairs(name, getattr(self, name))
        if not isinstance(self.amplitudes_uv, Sequence):
            raise RecordingError(
                f"amplitudes_uv={self.amplitudes_uv!r} must be a tuple with one number for each repetition."
            )
        for amplitude in self.amplitudes_uv:
            check_number("an amplitude in amplitudes_uv", amplitude, low=0.0)
        if len(self.bounds) != len(self.amplitudes_uv):
            raise RecordingError(
                f"{len(self.bounds)} repetitions have {len(self.amplitudes_uv)} amplitudes_uv. Give one for each."
            )
        for start, stop in self.bounds:
            if not 0 <= start < stop <= self.duration_s or stop - start < 2 * self.ramp_s:
                raise RecordingError(
                    f"repetition {start:g} to {stop:g} s does not fit {self.duration_s:g} s with two ramps of {self.ramp_s:g} s."
                )


def _check_pairs(name: str, pairs) -> None:
    whole = isinstance(pairs, Sequence) and not isinstance(pairs, str)
    if not whole or not all(
        isinstance(pair, Sequence) and len(pair) == 2 and all(is_number(x) and np.isfinite(x) for x in pair)
        for pair in pairs
    ):
        raise RecordingError(f"{name}={pairs!r} must be pairs of numbers, such as ((2.0, 6.0),).")


@dataclass(frozen=True)
class SimulatedTrial:
    """A simulated trial and its truth.

    Attributes
    ----------
    signal : numpy.ndarray
        Shape (n_samples,), in µV, as an amplifier would give it.
    clean : numpy.ndarray
        Shape (n_samples,): EMG and noise alone.
    amplitude_uv : numpy.ndarray
        Shape (n_samples,): the true root mean square at each moment, noise included.
    beats_s : numpy.ndarray
        Times of the R waves in s.
    motion : Motion
        A displacement that goes down and up once in each repetition, at 100 Hz.
    plan : TrialPlan
    """

    signal: np.ndarray
    clean: np.ndarray
    amplitude_uv: np.ndarray
    beats_s: np.ndarray
    motion: Motion
    plan: TrialPlan


@named_options
def shaped_noise(samples: int, fs: float, rng: np.random.Generator) -> np.ndarray:
    """Return Gaussian noise with the spectrum of surface EMG and a root mean square of 1 in expectation.

    Power f² / ((f² + a²)(f² + b²)²) with a = 60 Hz and b = 120 Hz, a form used since Shwedyk et al. (1977); its median
    frequency up to 1000 Hz is 95.6 Hz.

    Parameters
    ----------
    samples : int
    fs : float
        Sampling frequency in Hz.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        Shape (samples,).

    Examples
    --------
    >>> noise = shaped_noise(200_000, 2000.0, np.random.default_rng(1))
    >>> bool(abs(np.sqrt(np.mean(noise**2)) - 1) < 0.02)
    True
    """
    gain = np.sqrt(spectral_shape(np.fft.rfftfreq(samples, 1 / fs)))
    weight = np.full(len(gain), 2.0)
    weight[0] = 1.0
    if samples % 2 == 0:
        weight[-1] = 1.0
    gain /= np.sqrt(np.sum(weight * gain**2) / samples)
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * gain, samples)


def spectral_shape(frequency) -> np.ndarray:
    """Return the power of :func:`shaped_noise` over frequency in Hz, up to a factor.

    Examples
    --------
    >>> float(spectral_shape(0.0))
    0.0
    """
    f2 = np.asarray(frequency, dtype=float) ** 2
    return f2 / ((f2 + LOW_CORNER_HZ**2) * (f2 + HIGH_CORNER_HZ**2) ** 2)


@named_options
def simulate_trial(plan: TrialPlan, seed) -> SimulatedTrial:
    """Simulate one trial of one muscle.

    Parameters
    ----------
    plan : TrialPlan
    seed : int or sequence of int or numpy.random.SeedSequence
        The same seed gives the same trial.

    Returns
    -------
    SimulatedTrial

    Examples
    --------
    >>> trial = simulate_trial(TrialPlan(amplitudes_uv=(300.0,)), seed=1)
    >>> plateau = trial.clean[5000:11000]
    >>> bool(abs(np.sqrt(np.mean(plateau**2)) / 300 - 1) < 0.05)
    True
    """
    rng = np.random.default_rng(seed)
    samples = round(plan.duration_s * plan.fs)
    time = np.arange(samples) / plan.fs
    active = activation(plan, time)
    clean = active * shaped_noise(samples, plan.fs, rng) + plan.rest_uv * rng.standard_normal(samples)
    beats = _beat_times(plan, rng)
    signal = clean + plan.ecg_uv * _heart(time, beats) + _mains(plan, time, rng) + _slow(plan, time, rng)
    for start, length in plan.dropouts:
        signal[round(start * plan.fs) : round((start + length) * plan.fs)] = 0.0
    if plan.clip_uv:
        signal = np.clip(signal, -plan.clip_uv, plan.clip_uv)
    return SimulatedTrial(signal, clean, np.hypot(active, plan.rest_uv), beats, _motion(plan), plan)


def activation(plan: TrialPlan, time: np.ndarray) -> np.ndarray:
    """Return the planned root mean square of the muscle at each time, without noise, in µV."""
    level = np.zeros(len(time))
    for (start, stop), amplitude in zip(plan.bounds, plan.amplitudes_uv, strict=True):
        nearest_end = np.minimum(time - start, stop - time)
        ramp = np.where(nearest_end > 0, 1.0, 0.0)
        if plan.ramp_s:
            ramp = np.sin(np.pi / 2 * np.clip(nearest_end / plan.ramp_s, 0, 1)) ** 2
        level += amplitude * ramp * np.where(time < (start + stop) / 2, plan.first_half, 1.0)
    return level


def _beat_times(plan: TrialPlan, rng: np.random.Generator) -> np.ndarray:
    if not plan.ecg_uv:
        return np.empty(0)
    intervals = (
        1 + HEART_JITTER * rng.standard_normal(int(plan.duration_s * plan.heart_rate_hz) + 3)
    ) / plan.heart_rate_hz
    times = rng.uniform(0, 1 / plan.heart_rate_hz) + np.concatenate([[0.0], np.cumsum(intervals)])
    return times[times < plan.duration_s]


def _heart(time: np.ndarray, beats: np.ndarray) -> np.ndarray:
    wave = np.zeros(len(time))
    for beat in beats:
        near = slice(*np.searchsorted(time, (beat - 0.3, beat + 0.5)))
        t = time[near] - beat
        for centre, height in zip(QRS_S, QRS_SHAPE, strict=True):
            wave[near] += height * np.exp(-0.5 * ((t - centre) / QRS_WIDTH_S) ** 2)
        for centre, width, height in (WAVE_P, WAVE_T):
            wave[near] += height * np.exp(-0.5 * ((t - centre) / width) ** 2)
    return wave


def _mains(plan: TrialPlan, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    phases = rng.uniform(0, 2 * np.pi, int(plan.mains_harmonics))
    waves = [np.sin(2 * np.pi * k * plan.mains_hz * time + phase) / k for k, phase in enumerate(phases, 1)]
    return plan.mains_uv * np.sum(waves, axis=0)


def _slow(plan: TrialPlan, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    slow = plan.offset_uv + plan.drift_uv * np.sin(2 * np.pi * 0.3 * time + rng.uniform(0, 2 * np.pi))
    for at, height in plan.artefacts:
        phase = np.clip((time - at) / 0.25, 0, 1)
        slow = slow + height * np.sin(2 * np.pi * phase) * np.sin(np.pi * phase)
    return slow


def _motion(plan: TrialPlan, fs: float = 100.0) -> Motion:
    time = np.arange(round(plan.duration_s * fs)) / fs
    depth = np.zeros(len(time))
    for start, stop in plan.bounds:
        depth += (1 - np.cos(2 * np.pi * np.clip((time - start) / (stop - start), 0, 1))) / 2
    return Motion(-0.4 * depth, fs)
