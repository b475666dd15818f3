"""The variance between studies, τ²: estimators, interval, and measures of heterogeneity, on plain arrays.

Throughout: `y` effects, `v` their known variances, both (k,); `X` the design, (k, p), a column of ones for a plain
synthesis.
"""

import numpy as np
from scipy import optimize, special

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.least_squares import weighted_fit

METHODS = ("REML", "DL", "PM", "ML", "HE", "SJ", "EB", "FE")
POINTS_PER_E = 4


def between_study_variance(y: np.ndarray, v: np.ndarray, X: np.ndarray, method: str) -> float:
    """Return τ² by one of eight methods, not below zero.

    REML and ML: restricted and full maximum likelihood; DL: DerSimonian and Laird (1986); PM: Paule and Mandel (1982);
    EB: empirical Bayes (Morris 1983), which solves the same equation as PM; HE: Hedges (1983); SJ: Sidik and Jonkman
    (2005); FE: zero, a fixed-effect synthesis.

    Examples
    --------
    >>> y, v = np.array([0.2, 0.9, 0.5]), np.array([0.04, 0.06, 0.09])
    >>> [round(between_study_variance(y, v, np.ones((3, 1)), method), 4) for method in ("DL", "HE", "FE")]
    [0.0871, 0.06, 0.0]
    """
    if method == "FE":
        return 0.0
    if method in ("REML", "ML"):
        return _most_likely(y, v, X, restricted=method == "REML")
    return {"DL": _dersimonian_laird, "PM": _paule_mandel, "EB": _paule_mandel, "HE": _hedges, "SJ": _sidik_jonkman}[
        method
    ](y, v, X)


def _dersimonian_laird(y, v, X) -> float:
    df = y.size - X.shape[1]
    return max(0.0, (weighted_fit(y, v, X).q / df - 1) * typical_variance(v, X))


def _hedges(y, v, X) -> float:
    Q = np.linalg.qr(X)[0]
    rest = y - Q @ (Q.T @ y)
    return max(0.0, float(rest @ rest - v @ (1 - np.sum(Q**2, axis=1))) / (y.size - X.shape[1]))


def _sidik_jonkman(y, v, X) -> float:
    start = float(np.var(y))
    if start == 0:
        return 0.0
    return start * weighted_fit(y, v, X, start).q / (y.size - X.shape[1])


def _paule_mandel(y, v, X) -> float:
    return tau2_where_q_is(y, v, X, y.size - X.shape[1])


def tau2_where_q_is(y: np.ndarray, v: np.ndarray, X: np.ndarray, target: float) -> float:
    """Return the τ² at which the generalised Q statistic, which falls as τ² grows, equals `target`; zero if none does.

    Examples
    --------
    >>> y, v = np.array([0.2, 0.9, 0.5]), np.array([0.04, 0.06, 0.09])
    >>> round(tau2_where_q_is(y, v, np.ones((3, 1)), 2.0), 4)
    0.0726
    """

    def excess(tau2):
        return weighted_fit(y, v, X, tau2).q - target

    if excess(0.0) <= 0:
        return 0.0
    high = max(float(np.var(y)), float(v.min()))
    while excess(high) > 0:
        high *= 4
        if not np.isfinite(high):
            raise EffectError("τ² has no finite upper bound for these effects.")
    return float(optimize.brentq(excess, 0.0, high, xtol=1e-15 * high, rtol=1e-14))


def _most_likely(y, v, X, restricted: bool) -> float:
    """Return the τ² of the highest (restricted) likelihood, which may have several maxima.

    Every root of the score lies below a bound, and its features are as wide as the variances they come from; so a grid even
    in log(v + τ²) separates the maxima, and the score's change of sign from one point to the next holds each.
    """
    X = np.linalg.qr(X)[0]
    grid = _grid(y, v, X)
    _, slopes = _profile(y, v, X, grid, restricted)
    known = dict(zip(grid, slopes, strict=True))

    def slope(tau2):
        return known[tau2] if tau2 in known else _profile(y, v, X, np.array([tau2]), restricted)[1][0]

    rising = np.append(slopes > 0, False)
    maxima = [] if rising[0] else [0.0]
    for i in np.flatnonzero(rising[:-1] & ~rising[1:]):
        last = i == grid.size - 1  # by rounding only, where the bound is the root
        maxima.append(
            grid[i] if last else optimize.brentq(slope, grid[i], grid[i + 1], xtol=1e-15 * grid[i + 1], rtol=1e-14)
        )
    if len(maxima) == 1:
        return float(maxima[0])
    heights, _ = _profile(y, v, X, np.array(maxima), restricted)
    return float(maxima[np.argmax(heights)])


def _grid(y, v, X) -> np.ndarray:
    """Return values of τ², (G,), from zero to where y'PPy < tr P for certain; `X` orthonormal.

    With s² the residual variance of y, y'PPy <= (k - p)s²/(min v + τ²)² and tr P >= (k - p)/(max v + τ²).
    """
    low, high = v.min(), v.max()
    s2 = np.sum((y - X @ (X.T @ y)) ** 2) / (y.size - X.shape[1])
    top = s2 / 2 - low + np.sqrt(s2 * (s2 / 4 + high - low))
    if top <= 0:
        return np.zeros(1)
    steps = int(np.ceil(POINTS_PER_E * np.log1p(top / low))) + 2
    return low * np.expm1(np.linspace(0, np.log1p(1.01 * top / low), steps))


def _profile(y, v, X, tau2: np.ndarray, restricted: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return twice the log likelihood, up to a constant, and its slope at each of (G,) values of τ²; `X` orthonormal."""
    root = np.sqrt(1 / (v + tau2[:, None]))
    w = root**2
    Q, R = np.linalg.qr(root[:, :, None] * X)
    rest = root * y
    rest = rest - np.squeeze(Q @ (np.swapaxes(Q, 1, 2) @ rest[:, :, None]), axis=2)
    height = np.sum(np.log(w), axis=1) - np.sum(rest**2, axis=1)
    if not restricted:
        return height, np.sum(w * rest**2 - w, axis=1)
    height -= 2 * np.sum(np.log(np.abs(np.diagonal(R, axis1=1, axis2=2))), axis=1)
    return height, np.sum(w * (rest**2 - 1 + np.sum(Q**2, axis=2)), axis=1)


def log_likelihood(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float, restricted: bool = True) -> float:
    """Return the (restricted) log likelihood at a τ².

    Examples
    --------
    >>> y, v = np.array([0.2, 0.9, 0.5]), np.array([0.04, 0.06, 0.09])
    >>> round(log_likelihood(y, v, np.ones((3, 1)), 0.06), 4)
    -0.8525
    """
    k, p = X.shape
    height, _ = _profile(y, v, np.linalg.qr(X)[0], np.array([tau2]), restricted)
    return 0.5 * float(height[0] - (k - p * restricted) * np.log(2 * np.pi))


def tau2_interval(y: np.ndarray, v: np.ndarray, X: np.ndarray, conf_level: float) -> tuple[float, float]:
    """Return the Q-profile confidence limits of τ² (Viechtbauer 2007).

    Examples
    --------
    >>> y, v = np.array([0.2, 0.9, 0.5]), np.array([0.04, 0.06, 0.09])
    >>> low, high = tau2_interval(y, v, np.ones((3, 1)), 0.95)
    >>> low, round(high, 2)
    (0.0, 4.82)
    """
    df, alpha = y.size - X.shape[1], (1 - conf_level) / 2
    return tuple(tau2_where_q_is(y, v, X, float(special.chdtri(df, tail))) for tail in (alpha, 1 - alpha))


def typical_variance(v: np.ndarray, X: np.ndarray) -> float:
    """Return the typical sampling variance, (k - p)/tr P, P = W - WX(X'WX)⁻¹X'W at τ² = 0 (Higgins and Thompson 2002).

    Examples
    --------
    >>> round(typical_variance(np.array([0.04, 0.06, 0.09]), np.ones((3, 1))), 4)
    0.06
    """
    leverages = weighted_fit(np.zeros(v.size), v, X).leverages
    return (v.size - X.shape[1]) / float((1 - leverages) @ (1 / v))
