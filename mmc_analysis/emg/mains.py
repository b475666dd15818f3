"""Notches at the mains frequency, off unless asked for: EMG has power there too."""

import numpy as np
from scipy import signal as dsp

from mmc_analysis.emg.channels import check_signal
from mmc_analysis.emg.gaps import stretches
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options


@named_options
def notch(signal, fs: float, settings: EmgSettings) -> np.ndarray:
    """Take the mains frequency and its harmonics out, forwards and backwards.

    Parameters
    ----------
    signal : array_like
        Shape (n,), band-pass filtered; gaps stay gaps.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings
        With `line_freq_hz`, `notch_width_hz` (the width at -6 dB after both passes) and `notch_harmonics`.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Raises
    ------
    RecordingError
        If `line_freq_hz` is None.

    Examples
    --------
    >>> hum = np.sin(2 * np.pi * 50 * np.arange(20000) / 2000)
    >>> quiet = notch(hum, 2000.0, EmgSettings(mains="notch", line_freq_hz=50))
    >>> bool(np.abs(quiet[8000:12000]).max() < 0.02)
    True
    """
    if settings.line_freq_hz is None:
        raise RecordingError("a notch needs line_freq_hz: 50 in Europe, 60 in North America. It is never guessed.")
    signal = check_signal(signal)
    cleaned = np.full_like(signal, np.nan)
    known = np.isfinite(signal)
    for start, stop in stretches(~known, fs, settings):
        part = np.where(known[start:stop], signal[start:stop], 0.0)
        for harmonic in range(1, settings.notch_harmonics + 1):
            frequency = harmonic * settings.line_freq_hz
            if frequency < fs / 2:
                b, a = dsp.iirnotch(frequency, frequency / settings.notch_width_hz, fs=fs)
                padding = min(len(part) - 1, round(settings.padding_ms * fs / 1000))
                part = dsp.sosfiltfilt(dsp.tf2sos(b, a), part, padtype=settings.padding, padlen=padding)
        cleaned[start:stop] = np.where(known[start:stop], part, np.nan)
    return cleaned
