"""The distribution of the studentized range, for Tukey's comparisons."""

import functools

import numpy as np
from scipy import optimize, special

from mmc_analysis.models.small_samples.t_distribution import t_quantile

_NORMAL_NODES = 80
_SCALE_NODES = 160
_TAIL = 1e-17


@functools.cache
def _legendre(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(nodes)


def _beyond_for_known_scale(w: np.ndarray, k: int) -> np.ndarray:
    """P(range of k standard normals > w), for w of any shape."""
    x, share = _legendre(_NORMAL_NODES)
    low, high = -8.5, 8.5
    z = low + (high - low) * (x + 1) / 2
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) * share * (high - low) / 2
    lower = special.ndtr(z - w[..., None])
    above = special.ndtr(z)
    inside = (above - lower) ** (k - 1)
    return k * np.sum(density * (above ** (k - 1) - inside), axis=-1)


def studentized_range_sf(q: float, k: int, df: float) -> float:
    """Return the probability that the studentized range of `k` means exceeds `q`.

    Parameters
    ----------
    q : float
        Range over standard error of one mean.
    k : int
        Number of means, at least 2.
    df : float
        Degrees of freedom of the standard error; may be fractional or infinite.

    Returns
    -------
    float

    Notes
    -----
    The double integral of Copenhaver & Holland (1988), J. Stat. Comput. Simul. 30:1, by Gauss-Legendre
    quadrature over the standard error's distribution.

    Examples
    --------
    >>> round(studentized_range_sf(3.506426, 3, 20.0), 4)
    0.0554
    """
    if np.isnan(q) or np.isnan(df):
        return float("nan")
    if q <= 0 or np.isinf(q):
        return float(q <= 0)
    if np.isinf(df):
        return float(_beyond_for_known_scale(np.array([q]), k)[0])
    low = np.log(2 * special.gammaincinv(df / 2, _TAIL))
    high = np.log(2 * special.gammainccinv(df / 2, _TAIL))
    x, share = _legendre(_SCALE_NODES)
    u = low + (high - low) * (x + 1) / 2
    log_density = 0.5 * df * (u - np.log(2.0)) - 0.5 * np.exp(u) - special.gammaln(df / 2)
    mass = np.exp(log_density) * share * (high - low) / 2
    scale = np.sqrt(np.exp(u) / df)
    return float(min(1.0, np.sum(mass * _beyond_for_known_scale(q * scale, k)) / mass.sum()))


@functools.lru_cache(maxsize=512)
def studentized_range_quantile(level: float, k: int, df: float) -> float:
    """Return the value that the studentized range of `k` means stays below with probability `level`.

    Parameters
    ----------
    level : float
        Such as 0.95.
    k : int
    df : float

    Returns
    -------
    float

    Examples
    --------
    >>> round(studentized_range_quantile(0.95, 3, 20.0), 3)
    3.578
    """
    low = np.sqrt(2.0) * float(t_quantile((1 + level) / 2, df))
    high = np.sqrt(2.0) * float(t_quantile(1 - (1 - level) / (k * (k - 1)), df))
    if k == 2:
        return low
    return float(optimize.brentq(lambda q: studentized_range_sf(q, k, df) - (1 - level), low, high * 1.001, xtol=1e-10))
