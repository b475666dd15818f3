"""Noncentral t and F: tail probabilities and the limits of their noncentrality, also far out in the tails.

The noncentral t is integrated by Gauss-Legendre quadrature of positive terms, over the chi variable or over
the normal variable, whichever makes the integrand the smoother; the noncentral F is a Poisson mixture of
incomplete beta functions. Both tails are computed directly, so that neither suffers from cancellation.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import special

NODES = 100
TAIL = 1e-22
CHI_REACH = 1.5
SMOOTH = 6.0
NORMAL_REACH = 9.6
TOLERANCE = 1e-10
FIRST_SLOPE = 2.0
MAX_STEPS = 100
MANY_COUNTS = 2000.0
BLOCK = 256


@lru_cache(maxsize=1)
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(NODES)


def noncentral_t_tails(t, df, ncp) -> tuple[np.ndarray, np.ndarray]:
    """Return P(T <= t) and P(T > t) of a noncentral t variable.

    Parameters
    ----------
    t, df, ncp : float or array_like, shape (k,) after broadcasting
        The value, the degrees of freedom (> 0, may be infinite) and the noncentrality.

    Returns
    -------
    lower, upper : ndarray, shape (k,)

    Notes
    -----
    T = (Z + ncp) / Y with Z standard normal and Y the root of a mean chi square (Johnson, Kotz and
    Balakrishnan 1995, chapter 31).

    Examples
    --------
    >>> lower, upper = noncentral_t_tails(-3.0, 17, 7.5)
    >>> bool(0 < lower[0] < 1e-12), float(upper[0].round(6))
    (True, 1.0)
    """
    t, df, ncp = (np.atleast_1d(a).astype(float) for a in np.broadcast_arrays(t, df, ncp))
    flipped = t < 0
    size, shift = np.abs(t), np.where(flipped, -ncp, ncp)
    lower, upper = np.empty_like(t), np.empty_like(t)
    normal = np.isinf(df)
    over_chi = ~normal & (size <= CHI_REACH * np.sqrt(2 * df))
    for rows, tails in (
        (normal, _tails_normal),
        (over_chi, _tails_over_chi),
        (~normal & ~over_chi, _tails_over_normal),
    ):
        if rows.any():
            lower[rows], upper[rows] = tails(size[rows], df[rows], shift[rows])
    return np.where(flipped, upper, lower), np.where(flipped, lower, upper)


def _tails_normal(t, df, ncp):
    return special.ndtr(t - ncp), special.ndtr(ncp - t)


def _tails_over_chi(t, df, ncp):
    """Integrate the normal tail over the chi variable: good where t is small against sqrt(2 df)."""
    different, which = np.unique(df, return_inverse=True)
    y, mass = (table[which] for table in _chi_nodes(different))
    normal = t[:, None] * y - ncp[:, None]
    small = special.ndtr(-np.abs(normal))
    positive = normal > 0
    lower, upper = np.where(positive, 1 - small, small), np.where(positive, small, 1 - small)
    return np.einsum("ij,ij->i", mass, lower), np.einsum("ij,ij->i", mass, upper)


def _chi_nodes(df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and probability masses, each (k, NODES), of the root of a mean chi square."""
    x, weight = _legendre()
    half, power = df / 2, _smoothing_power(df)[:, None]
    low = np.sqrt(special.gammaincinv(half, TAIL) / half)[:, None] ** (1 / power)
    high = np.sqrt(special.gammainccinv(half, TAIL) / half)[:, None] ** (1 / power)
    u = low + (high - low) / 2 * (x + 1)
    y = u**power
    log_density = (power * df[:, None] - 1) * np.log(u) - half[:, None] * (y**2 - 1)
    mass = weight * np.exp(log_density - log_density.max(axis=1, keepdims=True))
    return y, mass / mass.sum(axis=1, keepdims=True)


def _smoothing_power(df: np.ndarray) -> np.ndarray:
    """The density of the chi variable is like y^(df - 1) at zero; y = u^power makes that smooth for any df."""
    return np.ceil(SMOOTH / np.minimum(df, SMOOTH))


def _tails_over_normal(t, df, ncp):
    """Integrate the chi tail over the normal variable: good where t is large against sqrt(2 df)."""
    x, weight = _legendre()
    start = np.clip(-ncp, -NORMAL_REACH, NORMAL_REACH)
    width = (NORMAL_REACH - start)[:, None]
    power = np.where(start == -ncp, _smoothing_power(df), 1.0)[:, None]
    u = (x + 1) / 2
    z = start[:, None] + width * u**power
    mass = weight / 2 * width * power * u ** (power - 1) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    half = df[:, None] / 2
    square = half * (np.maximum(z + ncp[:, None], 0) / t[:, None]) ** 2
    inside = special.gammainc(half, square)
    beyond, far = 1 - inside, inside > 0.99
    beyond[far] = special.gammaincc(np.broadcast_to(half, square.shape)[far], square[far])
    return special.ndtr(start) + (mass * beyond).sum(axis=1), (mass * inside).sum(axis=1)


def noncentrality_limits_t(t, df, conf_level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence limits of the noncentrality behind an observed t.

    The lower limit leaves (1 - conf_level) / 2 above t, the upper one leaves as much below t
    (Steiger and Fouladi 1997; Cumming and Finch 2001).

    Parameters
    ----------
    t, df : float or array_like, shape (k,) after broadcasting
    conf_level : float

    Returns
    -------
    low, high : ndarray, shape (k,)

    Examples
    --------
    >>> low, high = noncentrality_limits_t(4.743416, 9)
    >>> (low / 10**0.5).round(4), (high / 10**0.5).round(4)
    (array([0.5605]), array([2.4034]))
    """
    t, df = (np.atleast_1d(a).astype(float) for a in np.broadcast_arrays(t, df))
    alpha = (1 - conf_level) / 2
    reach = -special.ndtri(alpha)
    flipped = t < 0
    size = np.abs(t)
    low, high = (_solve_t(size, df, alpha, reach, side) for side in (-1, 1))
    return np.where(flipped, -high, low), np.where(flipped, -low, high)


def _solve_t(t, df, alpha, reach, side):
    """Solve for the noncentrality on the probit scale, where the equation is nearly a straight line."""
    finite = np.where(np.isinf(df), 1.0, df)
    centre = np.where(np.isinf(df), 1.0, _chi_mean(finite))
    inverse = special.gammaincinv if side < 0 else special.gammainccinv
    edge = np.where(np.isinf(df), 1.0, np.sqrt(2 * inverse(finite / 2, alpha) / finite))
    spread = np.sqrt((t * (edge - centre)) ** 2 + reach**2)
    guess = t * centre + side * spread

    def excess(ncp, rows):
        lower, upper = noncentral_t_tails(t[rows], df[rows], ncp)
        return -side * _probit(lower, upper) - reach

    return _increasing_root(excess, guess, spread, side)


def _chi_mean(df):
    return np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) * np.sqrt(2 / df)


def _probit(lower, upper):
    return np.where(lower < upper, special.ndtri(lower), -special.ndtri(upper))


def _increasing_root(excess: Callable, guess: np.ndarray, scale: np.ndarray, side: int) -> np.ndarray:
    """Find where `excess` crosses zero, row by row: secant steps kept inside a bracket.

    `excess(x, rows)` grows with `side * x`, by about `FIRST_SLOPE` over one `scale`; `guess` and `scale`, shape (k,),
    say where to begin and in what units to step.
    """
    position, rows = np.zeros(guess.size), np.arange(guess.size)
    value = excess(guess, rows)
    inner, outer = np.full(guess.size, -np.inf), np.full(guess.size, np.inf)
    slope, reach = np.full(guess.size, FIRST_SLOPE), np.full(guess.size, 0.1)
    for _ in range(MAX_STEPS):
        outer = np.where(value > 0, position, outer)
        inner = np.where(value > 0, inner, position)
        with np.errstate(divide="ignore", invalid="ignore"):
            proposal = position - value / slope
        blind = ~((inner < proposal) & (proposal < outer))
        halfway = np.where(np.isfinite(inner + outer), (inner + outer) / 2, position - np.sign(value) * reach)
        proposal = np.where(value == 0, position, np.where(blind, halfway, proposal))
        reach = np.where(blind, 2 * reach, reach)
        change = proposal - position
        position = proposal
        rows = np.flatnonzero(np.abs(change) > TOLERANCE * (1 + np.abs(position)))
        if not rows.size:
            break
        old, value = value, np.zeros_like(value)
        value[rows] = excess(guess[rows] + side * scale[rows] * position[rows], rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (value - old) / change
    return guess + side * scale * position


def noncentral_f_tails(f, df_1, df_2, ncp) -> tuple[np.ndarray, np.ndarray]:
    """Return P(F <= f) and P(F > f) of a noncentral F variable.

    Parameters
    ----------
    f, df_1, df_2, ncp : float or array_like, shape (k,) after broadcasting

    Returns
    -------
    lower, upper : ndarray, shape (k,)

    Notes
    -----
    The Poisson mixture of incomplete beta functions (Johnson, Kotz and Balakrishnan 1995, chapter 30).

    Examples
    --------
    >>> lower, upper = noncentral_f_tails(4.0, 2, 34, 0.0)
    >>> upper.round(6)
    array([0.027536])
    """
    f, df_1, df_2, ncp = (np.atleast_1d(a).astype(float) for a in np.broadcast_arrays(f, df_1, df_2, ncp))
    lower, upper = np.empty_like(f), np.empty_like(f)
    order = np.argsort(ncp, kind="stable")  # neighbours sum over similar counts
    few = np.searchsorted(ncp[order], 2 * MANY_COUNTS, side="right")
    for rows, mixture in ((order[:few], _mixture_by_counts), (order[few:], _mixture_by_nodes)):
        for i in range(0, rows.size, BLOCK):
            part = rows[i : i + BLOCK]
            lower[part], upper[part] = mixture(f[part], df_1[part] / 2, df_2[part] / 2, ncp[part] / 2)
    return lower, upper


def _mixture_by_counts(f, half_1, half_2, rate):
    """Sum over the counts that carry all but some 1e-16 of the Poisson mass.

    One incomplete beta function per tail is computed at the end where it is smallest; the others follow from the steps
    I_x(a, b) - I_x(a + 1, b) = x^a y^b / (a B(a, b)), all of one sign, so that nothing is lost by cancellation.
    """
    reach = 8.5 * np.sqrt(rate) + 20
    first = np.floor(np.maximum(rate - reach, 0))
    count = first[:, None] + np.arange(int(np.ceil((rate + reach - first).max())) + 1)
    mass = np.exp(special.xlogy(count, rate[:, None]) - rate[:, None] - special.gammaln(count + 1))
    total = half_1 * f + half_2
    x, y = half_1 * f / total, half_2 / total
    a, b = half_1[:, None] + count, half_2[:, None]
    step = np.exp(special.xlogy(a, x[:, None]) + special.xlogy(b, y[:, None]) - special.betaln(a, b)) / a
    least_below, least_above = special.betainc(a[:, -1], b[:, 0], x), special.betainc(b[:, 0], a[:, 0], y)
    below = least_below[:, None] + np.cumsum(step[:, ::-1], axis=1)[:, ::-1] - step[:, -1:]
    above = least_above[:, None] + np.cumsum(step, axis=1) - step
    return np.einsum("ij,ij->i", mass, below), np.einsum("ij,ij->i", mass, above)


def _mixture_by_nodes(f, half_1, half_2, rate):
    """Take the sum over very many counts for an integral, at evenly spaced nodes: the same to rounding."""
    z = np.linspace(-10, 10, 161)
    u = z / np.sqrt(rate)[:, None]
    count = rate[:, None] * (1 + u)
    log_mass = -rate[:, None] * _poisson_deviance(u) - np.log1p(u) / 2 - (1 / count - 1 / rate[:, None]) / 12
    mass = np.exp(log_mass)
    mass /= mass.sum(axis=1, keepdims=True)
    total = half_1 * f + half_2
    a, b = half_1[:, None] + count, half_2[:, None]
    below = special.betainc(a, b, (half_1 * f / total)[:, None])
    above = special.betainc(b, a, (half_2 / total)[:, None])
    return np.einsum("ij,ij->i", mass, below), np.einsum("ij,ij->i", mass, above)


def _poisson_deviance(u):
    """(1 + u) log(1 + u) - u for |u| < 0.25, by its series: Σ (-1)^i u^i / (i (i - 1)) from i = 2."""
    series = np.zeros_like(u)
    for i in range(30, 1, -1):
        series = 1 / (i * (i - 1)) - u * series
    return u**2 * series


def noncentrality_limits_f(f, df_1, df_2, conf_level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the confidence limits of the noncentrality behind an observed F; a limit below zero is zero.

    Parameters
    ----------
    f, df_1, df_2 : float or array_like, shape (k,) after broadcasting
    conf_level : float

    Returns
    -------
    low, high : ndarray, shape (k,)

    Examples
    --------
    >>> low, high = noncentrality_limits_f(6.7133, 2, 34, 0.90)
    >>> low.round(3), high.round(3)
    (array([2.635]), array([28.396]))
    """
    f, df_1, df_2 = (np.atleast_1d(a).astype(float) for a in np.broadcast_arrays(f, df_1, df_2))
    alpha = (1 - conf_level) / 2
    return tuple(_solve_f(f, df_1, df_2, alpha, side) for side in (-1, 1))


def _solve_f(f, df_1, df_2, alpha, side):
    lower, upper = noncentral_f_tails(f, df_1, df_2, 0.0)
    zero = upper > alpha if side < 0 else lower < alpha
    reach = -special.ndtri(alpha)

    def excess(root, rows):
        tails = noncentral_f_tails(f[rows], df_1[rows], df_2[rows], np.maximum(root, 0) ** 2)
        # below a noncentrality of zero the equation is carried on as a straight line of the slope to be expected
        return -side * _probit(*tails) - reach + side * np.minimum(root, 0) / spread[rows]

    guess = np.sqrt(np.maximum(df_1 * f, 0.25))
    spread = 2 * np.sqrt(1 + df_1 * f / df_2)
    return np.where(zero, 0.0, _increasing_root(excess, guess, spread, side) ** 2)
