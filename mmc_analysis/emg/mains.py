"""Notches at the mains frequency, off unless asked for: EMG has power there too."""

import numpy as np
from scipy import signal as dsp

from mmc_analysis.emg.butterworth import check_sampling_frequency, designed, run
from mmc_analysis.emg.channels import check_channel
from mmc_analysis.emg.gaps import bridged, stretches
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
        If `line_freq_hz` is None, or a stretch without gaps is shorter than the continuation that the filter needs.

    Examples
    --------
    >>> hum = np.sin(2 * np.pi * 50 * np.arange(20000) / 2000)
    >>> quiet = notch(hum, 2000.0, EmgSettings(mains="notch", line_freq_hz=50))
    >>> bool(np.abs(quiet[8000:12000]).max() < 0.02)
    True
    """
    if settings.line_freq_hz is None:
        raise RecordingError("a notch needs line_freq_hz: 50 in Europe, 60 in North America. It is never guessed.")
    signal, fs = check_channel(signal), check_sampling_frequency(fs)
    missing = ~np.isfinite(signal)
    cleaned = bridged(signal)
    for start, stop in stretches(missing, fs, settings):
        for harmonic in range(1, settings.notch_harmonics + 1):
            frequency = harmonic * settings.line_freq_hz
            if frequency < fs / 2:
                notched = dsp.tf2sos(*dsp.iirnotch(frequency, frequency / settings.notch_width_hz, fs=fs))
                cleaned[start:stop] = run(
                    designed(notched, fs, 2, settings.padding, settings.padding_ms), cleaned[start:stop]
                )
    cleaned[missing] = np.nan
    return cleaned
