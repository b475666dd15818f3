"""The variance between studies, τ²: estimators, interval, and measures of heterogeneity, on plain arrays.

Throughout: `y` effects, `v` their known variances, both (k,); `X` the design, (k, p), a column of ones for a plain
synthesis.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from mmc_analysis.errors import EffectError

METHODS = ("REML", "DL", "PM", "ML", "HE", "SJ", "EB", "FE")


@dataclass(frozen=True)
class WeightedFit:
    """Weighted least squares at a given τ².

    Attributes
    ----------
    w : ndarray, shape (k,)
        Weights 1/(v + τ²).
    coefficients : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        (X'WX)⁻¹.
    residuals : ndarray, shape (k,)
    q : float
        Weighted residual sum of squares.
    """

    w: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    residuals: np.ndarray
    q: float


def weighted_fit(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float) -> WeightedFit:
    """Return the weighted least-squares fit with weights 1/(v + τ²).

    Examples
    --------
    >>> fit = weighted_fit(np.array([0.2, 0.9]), np.array([0.04, 0.06]), np.ones((2, 1)), 0.0)
    >>> fit.coefficients.round(2), round(fit.q, 2)
    (array([0.48]), 4.9)
    """
    w = 1 / (v + tau2)
    weighted = X * w[:, None]
    covariance = np.linalg.inv(X.T @ weighted)
    coefficients = covariance @ (weighted.T @ y)
    residuals = y - X @ coefficients
    return WeightedFit(w, coefficients, covariance, residuals, float(w @ residuals**2))


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
        return _likelihood(y, v, X, restricted=method == "REML")
    return {"DL": _dersimonian_laird, "PM": _paule_mandel, "EB": _paule_mandel, "HE": _hedges, "SJ": _sidik_jonkman}[
        method
    ](y, v, X)


def trace_of_projection(fit: WeightedFit, X: np.ndarray) -> float:
    """Return tr P, P = W - WX(X'WX)⁻¹X'W.

    Examples
    --------
    >>> X = np.ones((2, 1))
    >>> trace_of_projection(weighted_fit(np.array([0.0, 1.0]), np.array([1.0, 1.0]), X, 0.0), X)
    1.0
    """
    return float(fit.w.sum() - np.sum(fit.covariance * (X.T @ (X * (fit.w**2)[:, None]))))


def _dersimonian_laird(y, v, X) -> float:
    fit = weighted_fit(y, v, X, 0.0)
    return max(0.0, (fit.q - (y.size - X.shape[1])) / trace_of_projection(fit, X))


def _hedges(y, v, X) -> float:
    inverse = np.linalg.inv(X.T @ X)
    residuals = y - X @ (inverse @ (X.T @ y))
    trace = v.sum() - np.sum(inverse * (X.T @ (X * v[:, None])))
    return max(0.0, float(residuals @ residuals - trace) / (y.size - X.shape[1]))


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


def _likelihood(y, v, X, restricted: bool) -> float:
    """Maximise the likelihood: the best of a coarse grid tells between maxima, the root of the score is exact."""

    def height(tau2):
        return log_likelihood(y, v, X, tau2, restricted)

    def score(tau2):
        return _score(y, v, X, tau2, restricted)

    spread = max(float(np.var(y)), float(v.min()))
    grid = [0.0, *(spread * np.array([0.01, 0.04, 0.12, 0.3, 0.6, 0.9, 1.2, 1.8, 4.0]))]
    best = int(np.argmax([height(tau2) for tau2 in grid]))
    if best == 0 and score(0.0) <= 0:
        return 0.0
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    while score(high) > 0:
        high *= 2
    if score(low) > 0:
        return float(optimize.brentq(score, low, high, xtol=1e-15 * spread, rtol=1e-13))
    found = optimize.minimize_scalar(lambda tau2: -height(tau2), bounds=(low, high), method="bounded",
                                     options={"xatol": 1e-10 * spread})  # fmt: skip
    return float(found.x)


def _score(y, v, X, tau2, restricted) -> float:
    """Twice the first derivative of the log likelihood."""
    fit = weighted_fit(y, v, X, tau2)
    projected = fit.w * fit.residuals
    trace = trace_of_projection(fit, X) if restricted else fit.w.sum()
    return float(projected @ projected - trace)


def log_likelihood(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float, restricted: bool = True) -> float:
    """Return the (restricted) log likelihood at a τ².

    Examples
    --------
    >>> y, v = np.array([0.2, 0.9, 0.5]), np.array([0.04, 0.06, 0.09])
    >>> round(log_likelihood(y, v, np.ones((3, 1)), 0.06), 4)
    -0.8525
    """
    fit = weighted_fit(y, v, X, tau2)
    k, p = X.shape
    value = np.sum(np.log(fit.w)) - fit.q
    if not restricted:
        return 0.5 * float(value - k * np.log(2 * np.pi))
    logdets = np.linalg.slogdet(X.T @ X)[1] + np.linalg.slogdet(fit.covariance)[1]
    return 0.5 * float(value + logdets - (k - p) * np.log(2 * np.pi))


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
    """Return the typical sampling variance, (k - p)/tr P at τ² = 0 (Higgins and Thompson 2002).

    Examples
    --------
    >>> round(typical_variance(np.array([0.04, 0.06, 0.09]), np.ones((3, 1))), 4)
    0.06
    """
    fit = weighted_fit(np.zeros(v.size), v, X, 0.0)
    return (v.size - X.shape[1]) / trace_of_projection(fit, X)
