"""Butterworth filters whose order and corner frequencies hold for the signal that comes out, after all passes."""

from dataclasses import dataclass

import numpy as np
from scipy import signal as dsp

from mmc_analysis.emg.channels import check_signal, each_channel
from mmc_analysis.emg.parameters import check_number, is_number
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import check_option, named_options

CORNERS = ("effective", "design")
PADDINGS = ("even", "odd", "constant")
HIGHEST_CORNER = 0.95


@dataclass(frozen=True, kw_only=True)
class Butterworth:
    """A high-pass, low-pass or band-pass filter, as its user means it.

    Attributes
    ----------
    high_pass_hz, low_pass_hz : float or None
        Corner frequencies in Hz: what is below the first and above the second is damped. None leaves that side open.
    order : int
        Order after all passes, at each corner: 4 with two passes is a second-order filter run forwards and backwards.
    passes : {1, 2}
        2 runs forwards and backwards, so that nothing is delayed; 1 runs forwards only and delays.
    corners : {"effective", "design"}
        "effective": the gain is -3 dB at the corners after all passes. "design": it is -3 dB after each pass, as where
        nobody corrects, so that two passes give -6 dB at the corners and a narrower band.
    """

    high_pass_hz: float | None = None
    low_pass_hz: float | None = None
    order: int = 4
    passes: int = 2
    corners: str = "effective"

    def __post_init__(self):
        check_option("passes", self.passes, (1, 2), RecordingError)
        check_option("corners", self.corners, CORNERS, RecordingError)
        if (
            isinstance(self.order, bool)
            or not isinstance(self.order, int)
            or self.order < 1
            or self.order % self.passes
        ):
            allowed = "2, 4, 6, 8 …" if self.passes == 2 else "1, 2, 3, 4 …"
            raise RecordingError(
                f"order={self.order!r} cannot be reached in {self.passes} passes. It is the order after all passes: {allowed}"
            )
        if self.high_pass_hz is None and self.low_pass_hz is None:
            raise RecordingError("a filter needs high_pass_hz, low_pass_hz or both; neither was given.")
        for name in ("high_pass_hz", "low_pass_hz"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and np.isfinite(value) and value > 0):
                raise RecordingError(f"{name}={value!r} must be a frequency above 0 Hz, or None.")
        if self.high_pass_hz and self.low_pass_hz and self.high_pass_hz >= self.low_pass_hz:
            raise RecordingError(
                f"high_pass_hz={self.high_pass_hz:g} must be below low_pass_hz={self.low_pass_hz:g}; are they swapped?"
            )

    @property
    def design_order(self) -> int:
        """Order of one pass."""
        return self.order // self.passes


def check_sampling_frequency(fs: float) -> float:
    """Return `fs` as a float if it is a possible sampling frequency in Hz.

    Raises
    ------
    RecordingError
        If it is not a positive finite number.

    Examples
    --------
    >>> check_sampling_frequency(2000)
    2000.0
    """
    if not (is_number(fs) and np.isfinite(fs) and fs > 0):
        raise RecordingError(f"fs={fs!r} is not a sampling frequency. Give samples per second, such as 2000.0.")
    return float(fs)


def check_band(butterworth: Butterworth, fs: float) -> None:
    """Refuse a corner frequency that the sampling frequency cannot carry.

    Raises
    ------
    RecordingError
        If a corner is at or above 0.95 · fs / 2; the message names the highest legal corner.

    Examples
    --------
    >>> check_band(Butterworth(high_pass_hz=10, low_pass_hz=500), 1000.0)
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: low_pass_hz=500 is too high for fs=1000 Hz: a corner must be below 475 Hz \
(0.95 of half the sampling frequency). Lower it, set low_pass_hz=None for a high-pass filter alone, or record faster.
    """
    highest = HIGHEST_CORNER * fs / 2
    for name in ("high_pass_hz", "low_pass_hz"):
        corner = getattr(butterworth, name)
        if corner is not None and corner >= highest:
            raise RecordingError(
                f"{name}={corner:g} is too high for fs={fs:g} Hz: a corner must be below {highest:g} Hz (0.95 of half the "
                "sampling frequency). Lower it, set low_pass_hz=None for a high-pass filter alone, or record faster."
            )


def design_corners(butterworth: Butterworth, fs: float) -> tuple[float | None, float | None]:
    """Return the corner frequencies to hand to a designer, so that the -3 dB points after all passes are those asked for.

    Parameters
    ----------
    butterworth : Butterworth
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    tuple of float or None
        High-pass and low-pass corner of one pass, in Hz.

    Raises
    ------
    RecordingError
        If a corner is too high for `fs`.

    Notes
    -----
    With p passes of order N, C = (2^(1/p) - 1)^(1/(2N)) [Winter, Biomechanics and Motor Control of Human Movement, 4th
    ed., p. 69]. On pre-warped frequencies u = tan(π f / fs): low-pass u / C; high-pass u · C; band-pass keeps u1·u2 and
    divides the bandwidth u2 - u1 by C, which is exact.

    Examples
    --------
    >>> [round(corner, 6) for corner in design_corners(Butterworth(high_pass_hz=10, low_pass_hz=500), 2000.0)]
    [8.067377, 567.848648]
    """
    fs = check_sampling_frequency(fs)
    check_band(butterworth, fs)
    low, high = butterworth.high_pass_hz, butterworth.low_pass_hz
    if butterworth.corners == "design" or butterworth.passes == 1:
        return low, high
    c = (2 ** (1 / butterworth.passes) - 1) ** (1 / (2 * butterworth.design_order))
    warped_low, warped_high = (None if f is None else np.tan(np.pi * f / fs) for f in (low, high))
    if low is not None and high is not None:
        width, product = (warped_high - warped_low) / c, warped_low * warped_high
        warped_high = (width + np.sqrt(width * width + 4 * product)) / 2
        warped_low = product / warped_high
    elif low is not None:
        warped_low = warped_low * c
    else:
        warped_high = warped_high / c
    return tuple(None if u is None else float(np.arctan(u) * fs / np.pi) for u in (warped_low, warped_high))


def sections(butterworth: Butterworth, fs: float) -> np.ndarray:
    """Return the second-order sections of one pass.

    Returns
    -------
    numpy.ndarray
        Shape (n_sections, 6), as SciPy writes them.

    Examples
    --------
    >>> sections(Butterworth(low_pass_hz=6), 2000.0).shape
    (1, 6)
    """
    low, high = design_corners(butterworth, fs)
    kind = "bandpass" if low is not None and high is not None else ("highpass" if low is not None else "lowpass")
    corners = [low, high] if kind == "bandpass" else (low if low is not None else high)
    return dsp.butter(butterworth.design_order, corners, kind, fs=fs, output="sos")


@named_options
def filter_gain(butterworth: Butterworth, frequencies, fs: float) -> np.ndarray:
    """Return the gain of all passes together, from the formula.

    Parameters
    ----------
    butterworth : Butterworth
    frequencies : array_like
        Frequencies in Hz, any shape, from 0 to fs / 2.
    fs : float
        Sampling frequency in Hz.

    Returns
    -------
    numpy.ndarray
        Output amplitude over input amplitude, same shape.

    Notes
    -----
    (1 + Ω^(2N))^(-p/2) with Ω the bilinear band-pass, low-pass or high-pass variable of u = tan(π f / fs).

    Examples
    --------
    >>> filter_gain(Butterworth(high_pass_hz=10, low_pass_hz=500), [10.0, 100.0, 500.0], 2000.0).round(6)
    array([0.707107, 0.999995, 0.707107])
    """
    low, high = (None if f is None else np.tan(np.pi * f / fs) for f in design_corners(butterworth, fs))
    u = np.tan(np.pi * np.asarray(frequencies, dtype=float) / fs)
    with np.errstate(divide="ignore"):
        if low is not None and high is not None:
            omega = (u - low * high / u) / (high - low)
        else:
            omega = u / high if low is None else low / u
        return (1 + omega ** (2 * butterworth.design_order)) ** (-butterworth.passes / 2)


@named_options
def filter_signal(
    signal, fs: float, butterworth: Butterworth, *, padding: str = "even", padding_ms: float = 500.0
) -> np.ndarray:
    """Filter whole recordings without gaps.

    Parameters
    ----------
    signal : array_like
        Shape (…, n_samples), finite.
    fs : float
        Sampling frequency in Hz.
    butterworth : Butterworth
    padding : {"even", "odd", "constant"}
        How the ends are continued. "even" mirrors, which suits recordings that start or stop during a contraction.
    padding_ms : float
        Length of the continuation in ms, at each end.

    Returns
    -------
    numpy.ndarray
        Same shape, float64.

    Raises
    ------
    RecordingError
        If the signal is not finite, or not longer than the continuation; it is never shortened silently.

    Examples
    --------
    >>> time = np.arange(4000) / 2000.0
    >>> offset_and_tone = 350.0 + np.sin(2 * np.pi * 100 * time)
    >>> filtered = filter_signal(offset_and_tone, 2000.0, Butterworth(high_pass_hz=10, low_pass_hz=500))
    >>> bool(np.abs(filtered[1000:3000]).max() < 1.01)
    True
    """
    check_option("padding", padding, PADDINGS, RecordingError)
    signal = check_signal(signal)
    design = designed(sections(butterworth, fs), fs, butterworth.passes, padding, padding_ms)
    return each_channel(lambda channel: run(design, channel), signal)


@dataclass(frozen=True)
class Designed:
    """A filter at one sampling frequency, ready to run.

    Attributes
    ----------
    sections : numpy.ndarray
        Shape (n_sections, 6).
    steady : numpy.ndarray
        Shape (n_sections, 2): its state after a long input of 1.
    fs : float
    passes : {1, 2}
    padding : {"even", "odd", "constant"}
    samples : int
        Length of the continuation at each end.
    """

    sections: np.ndarray
    steady: np.ndarray
    fs: float
    passes: int
    padding: str
    samples: int


def designed(coefficients: np.ndarray, fs: float, passes: int, padding: str, padding_ms: float) -> Designed:
    """Return second-order sections, such as :func:`sections` returns, as a filter that is ready to run."""
    check_number("padding_ms", padding_ms, low=0.0)
    return Designed(coefficients, dsp.sosfilt_zi(coefficients), fs, passes, padding, round(padding_ms * fs / 1000))


def run(design: Designed, channel: np.ndarray) -> np.ndarray:
    """Filter one channel, shape (n,); errors as in :func:`filter_signal`."""
    samples = design.samples
    if len(channel) <= samples:
        raise RecordingError(
            f"the recording has {len(channel)} samples ({len(channel) / design.fs:.3g} s), which is not longer than the padding of "
            f"{1000 * samples / design.fs:.4g} ms ({samples} samples) that the filter needs. Record longer, or shorten padding_ms knowingly."
        )
    if not np.isfinite(channel).all():
        raise RecordingError("the signal has gaps (NaN or infinite); band_pass() filters around them.")
    longer = _continued(channel, samples, design.padding)
    for _ in range(design.passes):
        longer = dsp.sosfilt(design.sections, longer, zi=design.steady * longer[0])[0][::-1]
    return (longer[::-1] if design.passes == 1 else longer)[samples : samples + len(channel)]


def _continued(channel: np.ndarray, samples: int, padding: str) -> np.ndarray:
    """Return a channel continued at both ends: mirrored, point-mirrored or held."""
    longer = np.empty(len(channel) + 2 * samples)
    longer[samples : samples + len(channel)] = channel
    if samples:
        for end, place, mirrored in ((channel[0], slice(None, samples), channel[samples:0:-1]),
                                     (channel[-1], slice(-samples, None), channel[-2 : -samples - 2 : -1])):  # fmt: skip
            longer[place] = {"even": mirrored, "odd": 2 * end - mirrored, "constant": end}[padding]
    return longer
