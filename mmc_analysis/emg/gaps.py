"""Filtering around gaps: short ones bridged for the filter alone, long ones split the signal."""

import numpy as np

from mmc_analysis.emg.butterworth import Designed, check_sampling_frequency, designed, run, sections
from mmc_analysis.emg.channels import check_signal, each_channel
from mmc_analysis.emg.runs import between, true_runs
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.options import named_options


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
    design = designed(sections(settings.band, fs), fs, settings.passes, settings.padding, settings.padding_ms)
    return each_channel(lambda channel: _around_gaps(channel, design, settings), signal)


def _around_gaps(signal: np.ndarray, design: Designed, settings: EmgSettings) -> np.ndarray:
    missing, fs = ~np.isfinite(signal), design.fs
    if not missing.any():
        return run(design, signal)
    filtered = bridged(signal)
    shortest = max(settings.segment_ms, settings.padding_ms) * fs / 1000 + 1
    for start, stop in stretches(missing, fs, settings):
        long_enough = stop - start >= shortest
        filtered[start:stop] = run(design, filtered[start:stop]) if long_enough else np.nan
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
    return between(gaps[~short], len(missing))


def bridged(signal: np.ndarray) -> np.ndarray:
    """Return a copy with straight lines across its gaps; a gap at an end takes the value beside it.

    Examples
    --------
    >>> bridged(np.array([1.0, np.nan, 3.0]))
    array([1., 2., 3.])
    """
    missing = ~np.isfinite(signal)
    gaps = true_runs(missing)
    whole = signal.copy()
    if len(gaps) and not missing.all():
        around = np.unique(np.concatenate([gaps[:, 0] - 1, gaps[:, 1]]))
        around = around[(around >= 0) & (around < len(signal))]
        whole[missing] = np.interp(np.flatnonzero(missing), around, signal[around])
    return whole


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
