"""Filtering around gaps: short ones bridged for the filter alone, long ones split the signal."""

import numpy as np

from mmc_analysis.emg.butterworth import check_sampling_frequency, filter_signal
from mmc_analysis.emg.runs import inside, true_runs
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import named_options


def check_signal(signal, what: str = "signal") -> np.ndarray:
    """Return a signal as float64.

    Raises
    ------
    RecordingError
        If it is not numbers, has no samples, or is complex.

    Examples
    --------
    >>> check_signal([1, 2])
    array([1., 2.])
    """
    found = np.asarray(signal)
    if found.dtype == object or found.dtype.kind not in "iufb":
        try:
            found = found.astype(np.float64)
        except (TypeError, ValueError) as fault:
            raise RecordingError(f"the {what} is not numbers ({fault}). Give an array of amplitudes.") from fault
    if found.ndim == 0 or found.shape[-1] == 0:
        raise RecordingError(f"the {what} has no samples.")
    return found.astype(np.float64, copy=False)


@named_options
def band_pass(signal, fs: float, settings: EmgSettings) -> np.ndarray:
    """Filter to the settings' band, around gaps.

    Gaps (NaN, infinite) up to `bridge_ms`, if together less than `bridge_share`, are bridged by straight lines for the filter
    and empty again afterwards. Longer gaps split the signal; stretches of at least `segment_ms` are filtered each on its
    own and shorter ones become empty.

    Parameters
    ----------
    signal : array_like
        Shape (…, n_samples), in µV.
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings

    Returns
    -------
    numpy.ndarray
        Same shape; NaN where there was no signal.

    Raises
    ------
    RecordingError
        If the band is too wide for `fs`, or the recording too short.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=8000)
    >>> x[3000:3010] = np.nan
    >>> int(np.isnan(band_pass(x, 2000.0, EmgSettings())).sum())
    10
    """
    signal, fs = check_signal(signal), check_sampling_frequency(fs)
    if settings.signal == "envelope":
        return signal.copy()
    if np.isfinite(signal).all():
        return _filtered(signal, fs, settings)
    if signal.ndim > 1:
        return np.stack([band_pass(row, fs, settings) for row in signal])
    return _around_gaps(signal, fs, settings)


def _filtered(signal: np.ndarray, fs: float, settings: EmgSettings) -> np.ndarray:
    return filter_signal(signal, fs, settings.band, padding=settings.padding, padding_ms=settings.padding_ms)


def _around_gaps(signal: np.ndarray, fs: float, settings: EmgSettings) -> np.ndarray:
    missing = ~np.isfinite(signal)
    filtered = np.full(len(signal), np.nan)
    shortest = max(settings.segment_ms, settings.padding_ms) * fs / 1000 + 1
    for start, stop in stretches(missing, fs, settings):
        if stop - start >= shortest:
            filtered[start:stop] = _filtered(bridged(signal[start:stop]), fs, settings)
    filtered[missing] = np.nan
    return filtered


def stretches(missing: np.ndarray, fs: float, settings: EmgSettings) -> np.ndarray:
    """Return the stretches that the filter sees as one: between long gaps, across bridged ones.

    Parameters
    ----------
    missing : numpy.ndarray of bool
        Shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n_stretches, 2), first and one-past-last index.
    """
    gaps = true_runs(missing)
    length = gaps[:, 1] - gaps[:, 0]
    at_end = (gaps[:, 0] == 0) | (gaps[:, 1] == len(missing))
    short = (length <= settings.bridge_ms * fs / 1000) & ~at_end
    if length[short].sum() >= settings.bridge_share * len(missing):
        short[:] = False
    return true_runs(~inside(gaps[~short], len(missing)))


def bridged(signal: np.ndarray) -> np.ndarray:
    """Return a copy with straight lines across its gaps.

    Examples
    --------
    >>> bridged(np.array([1.0, np.nan, 3.0]))
    array([1., 2., 3.])
    """
    known = np.isfinite(signal)
    if known.all():
        return signal
    index = np.arange(len(signal))
    return np.where(known, signal, np.interp(index, index[known], signal[known]))


def edge_mask(filtered: np.ndarray, fs: float, settings: EmgSettings) -> np.ndarray:
    """Return where a peak is not to be trusted: the first and last `edge_ms` of every filtered stretch.

    Parameters
    ----------
    filtered : numpy.ndarray
        Shape (n,), as :func:`band_pass` returns it.

    Returns
    -------
    numpy.ndarray of bool
        Shape (n,).

    Examples
    --------
    >>> int(edge_mask(np.ones(4000), 2000.0, EmgSettings()).sum())
    1000
    """
    edge = np.zeros(len(filtered), dtype=bool)
    samples = round(settings.edge_ms * fs / 1000)
    if settings.signal == "envelope":
        return edge
    for start, stop in stretches(~np.isfinite(filtered), fs, settings):
        edge[start : min(start + samples, stop)] = True
        edge[max(stop - samples, start) : stop] = True
    return edge
