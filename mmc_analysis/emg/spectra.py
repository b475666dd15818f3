"""Power over frequency: median frequency, mains, movement."""

from dataclasses import dataclass

import numpy as np
from scipy import signal as dsp

from mmc_analysis.emg.butterworth import check_sampling_frequency
from mmc_analysis.emg.channels import check_channel
from mmc_analysis.emg.parameters import check_number
from mmc_analysis.emg.runs import true_runs
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options

SEGMENT_S = 1.0
LINE_FREQUENCIES = (50.0, 60.0)
NEIGHBOURS_HZ = (3.0, 9.0)


@dataclass(frozen=True)
class Spectrum:
    """Power spectral density.

    Attributes
    ----------
    frequency : numpy.ndarray
        Shape (n,), in Hz.
    power : numpy.ndarray
        Shape (n,), in µV²/Hz.
    seconds : float
        Length of the stretch that it was estimated from.
    """

    frequency: np.ndarray
    power: np.ndarray
    seconds: float


@named_options
def spectrum(signal, fs: float, *, segment_s: float = SEGMENT_S) -> Spectrum:
    """Return the power spectral density of the longest stretch without gaps.

    Welch's method: segments of `segment_s`, Hann window, half overlapping, mean of each removed.

    Parameters
    ----------
    signal : array_like
        Shape (n,), in µV.
    fs : float
        Sampling frequency in Hz.
    segment_s : float
        Length of a segment in s: its inverse is the resolution in Hz.

    Returns
    -------
    Spectrum

    Raises
    ------
    RecordingError
        If there is less than one segment without a gap.

    Examples
    --------
    >>> found = spectrum(np.sin(2 * np.pi * 80 * np.arange(4000) / 2000), 2000.0)
    >>> float(found.frequency[found.power.argmax()])
    80.0
    """
    signal, fs = check_channel(signal), check_sampling_frequency(fs)
    check_number("segment_s", segment_s, low=2 / fs)
    runs = true_runs(np.isfinite(signal))
    length = runs[:, 1] - runs[:, 0]
    samples = round(segment_s * fs)
    if not len(runs) or length.max() < samples:
        longest = length.max() / fs if len(runs) else 0.0
        raise RecordingError(
            f"a spectrum needs {segment_s:g} s without a gap, but the longest stretch has {longest:.3g} s. Take a longer stretch."
        )
    start, stop = runs[length.argmax()]
    frequency, power = dsp.welch(
        signal[start:stop], fs, window="hann", nperseg=samples, noverlap=samples // 2, detrend="constant"
    )
    return Spectrum(frequency, power, float((stop - start) / fs))


def _cumulative(found: Spectrum, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    band = (found.frequency >= low) & (found.frequency <= high)
    frequency, power = found.frequency[band], found.power[band]
    if len(frequency) < 2:
        raise RecordingError(f"the spectrum has fewer than two points from {low:g} to {high:g} Hz. Take a wider band.")
    steps = (power[1:] + power[:-1]) / 2 * np.diff(frequency)
    return frequency, np.concatenate([[0.0], np.cumsum(steps)])


def band_power(found: Spectrum, low: float, high: float) -> float:
    """Return the power from `low` to `high` Hz, by the trapezoid rule, in µV².

    Examples
    --------
    >>> flat = Spectrum(np.arange(0, 501.0), np.full(501, 2.0), 1.0)
    >>> band_power(flat, 10, 20)
    20.0
    """
    return float(_cumulative(found, low, min(high, found.frequency[-1]))[1][-1])


@named_options
def median_frequency(found: Spectrum, *, low: float = 10.0, high: float = 500.0) -> float:
    """Return the frequency that halves the power between `low` and `high`.

    Cumulative power by the trapezoid rule, its half by linear interpolation. In dynamic contractions the signal is not
    stationary: report it as descriptive.

    Parameters
    ----------
    found : Spectrum
    low, high : float
        Band in Hz.

    Returns
    -------
    float
        In Hz; NaN where there is no power.

    Raises
    ------
    RecordingError
        If the band holds fewer than two points.

    Examples
    --------
    >>> flat = Spectrum(np.arange(0, 501.0), np.full(501, 2.0), 1.0)
    >>> median_frequency(flat, low=10, high=110)
    60.0
    """
    low, high = check_number("low", low, low=0.0), check_number("high", high, low=0.0)
    frequency, power = _cumulative(found, low, high)
    if not power[-1] > 0:
        return float("nan")
    index = int(np.searchsorted(power, power[-1] / 2))
    step = power[index] - power[index - 1]
    return float(
        frequency[index - 1] + (power[-1] / 2 - power[index - 1]) / step * (frequency[index] - frequency[index - 1])
    )


def mains_level(found: Spectrum, line_freq_hz: float, low: float, high: float) -> tuple[float, float]:
    """Return the strongest of the mains frequency and its harmonics, over its neighbours.

    Parameters
    ----------
    found : Spectrum
        Best of rest: activity hides mains.
    line_freq_hz : float
    low, high : float
        Only harmonics in this band are looked at.

    Returns
    -------
    frequency, level : float
        In Hz, and in dB: mean power within 1 Hz over the mean power 3 to 9 Hz away on both sides.

    Examples
    --------
    >>> time = np.arange(8000) / 2000
    >>> hum = np.random.default_rng(1).normal(size=8000) + 5 * np.sin(2 * np.pi * 150 * time)
    >>> frequency, level = mains_level(spectrum(hum, 2000.0), 50.0, 10, 500)
    >>> frequency, level > 10
    (150.0, True)
    """
    best = (line_freq_hz, float("-inf"))
    high = min(high, found.frequency[-1] - NEIGHBOURS_HZ[1])
    for frequency in np.arange(line_freq_hz, high + 1e-9, line_freq_hz):
        away = np.abs(found.frequency - frequency)
        if frequency < low:
            continue
        around = np.mean(found.power[(away >= NEIGHBOURS_HZ[0]) & (away <= NEIGHBOURS_HZ[1])])
        peak = found.power[away <= 1.0 + 1e-9].mean()
        if around > 0 and peak > 0 and 10 * np.log10(peak / around) > best[1]:
            best = (float(frequency), float(10 * np.log10(peak / around)))
    return best
