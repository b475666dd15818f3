"""Variance components of effects with a known sampling covariance, by (restricted) maximum likelihood.

M = V + Σ_r σ²_r Z_r Z_r', with V known. On plain arrays: `y`, (k,); `V`, (k, k); `X`, (k, p); `Z`, a list of indicator
matrices, (k, levels of r). Newton steps on the observed information where it is positive definite, on the expected one
otherwise, with components that want to be negative held at zero.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from mmc_analysis.errors import EffectError

MAX_STEPS = 200
SETTLED = 1e-10


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of a set of variance components.

    Attributes
    ----------
    value : float
        Log likelihood (restricted or full).
    score : ndarray, shape (m,)
        Its first derivatives.
    observed, expected : ndarray, shape (m, m)
        Information.
    """

    value: float
    score: np.ndarray
    observed: np.ndarray
    expected: np.ndarray


def variance_components(
    y: np.ndarray, V: np.ndarray, X: np.ndarray, Z: list[np.ndarray], restricted: bool = True
) -> tuple[np.ndarray, float]:
    """Return the variance components, (m,), and the log likelihood at them.

    Examples
    --------
    >>> y, V, X = np.array([0.2, 0.9, 0.5]), np.diag([0.04, 0.06, 0.09]), np.ones((3, 1))
    >>> sigma2, loglik = variance_components(y, V, X, [np.eye(3)])
    >>> sigma2.round(4)
    array([0.0832])
    """
    scale = max(float(np.var(y)), float(np.diag(V).min()))
    m = len(Z)
    starts = [np.full(m, scale / (2 * m)), *(scale * np.eye(m)), np.zeros(m)]
    values = [log_likelihood(y, V, X, Z, start, restricted) for start in starts]
    sigma2 = starts[int(np.argmax(values))]
    for _ in range(MAX_STEPS):
        at = _likelihood(y, V, X, Z, sigma2, restricted)
        free = (sigma2 > 0) | (at.score > 0)
        slack = np.abs(at.score[free]) * scale
        if not free.any() or slack.max() < SETTLED * (1 + abs(at.value)):
            return sigma2, at.value
        step = np.zeros(m)
        step[free] = _newton_step(at, free)
        proposal, moved = _climb(y, V, X, Z, sigma2, step, at.value, restricted)
        if not moved or np.abs(proposal - sigma2).max() < 1e-14 * scale:
            return proposal, log_likelihood(y, V, X, Z, proposal, restricted)
        sigma2 = proposal
    raise EffectError(
        f"the variance components did not settle within {MAX_STEPS} steps; look for effects far out of line."
    )


def _newton_step(at: Likelihood, free: np.ndarray) -> np.ndarray:
    observed = at.observed[np.ix_(free, free)]
    information = observed if np.linalg.eigvalsh(observed).min() > 0 else at.expected[np.ix_(free, free)]
    return np.linalg.lstsq(information, at.score[free], rcond=None)[0]


def _climb(y, V, X, Z, sigma2, step, value, restricted) -> tuple[np.ndarray, bool]:
    """Halve the step, cut at zero, until the likelihood does not fall."""
    for _ in range(60):
        proposal = np.maximum(sigma2 + step, 0.0)
        if log_likelihood(y, V, X, Z, proposal, restricted) >= value - 1e-13 * (1 + abs(value)):
            return proposal, True
        step = step / 2
    return sigma2, False


def marginal_covariance(V: np.ndarray, Z: list[np.ndarray], sigma2: np.ndarray) -> np.ndarray:
    """Return M = V + Σ σ²_r Z_r Z_r', (k, k).

    Examples
    --------
    >>> marginal_covariance(np.eye(2), [np.ones((2, 1))], np.array([0.5]))
    array([[1.5, 0.5],
           [0.5, 1.5]])
    """
    return V + sum(value * (z @ z.T) for value, z in zip(sigma2, Z, strict=True))


def log_likelihood(y, V, X, Z, sigma2, restricted: bool = True) -> float:
    """Return the (restricted) log likelihood; minus infinity where M is not positive definite.

    Examples
    --------
    >>> y, V, X = np.array([0.2, 0.9, 0.5]), np.diag([0.04, 0.06, 0.09]), np.ones((3, 1))
    >>> round(log_likelihood(y, V, X, [np.eye(3)], np.array([0.06])), 4)
    -0.8525
    """
    try:
        root = linalg.cholesky(marginal_covariance(V, Z, sigma2), lower=True)
    except linalg.LinAlgError:
        return -np.inf
    x, r = (linalg.solve_triangular(root, a, lower=True) for a in (X, y))
    return _value(root, x, r, X, restricted)[0]


def _value(root, x, r, X, restricted) -> tuple[float, np.ndarray]:
    cross = x.T @ x
    beta = np.linalg.solve(cross, x.T @ r)
    k, p = X.shape
    value = -2 * np.sum(np.log(np.diag(root))) - np.sum((r - x @ beta) ** 2)
    if restricted:
        value += np.linalg.slogdet(X.T @ X)[1] - np.linalg.slogdet(cross)[1] - (k - p) * np.log(2 * np.pi)
    else:
        value -= k * np.log(2 * np.pi)
    return 0.5 * float(value), cross


def _likelihood(y, V, X, Z, sigma2, restricted) -> Likelihood:
    root = linalg.cholesky(marginal_covariance(V, Z, sigma2), lower=True)
    x, r = (linalg.solve_triangular(root, a, lower=True) for a in (X, y))
    value, cross = _value(root, x, r, X, restricted)
    inverse = linalg.cho_solve((root, True), np.eye(y.size))
    weighted = inverse @ X
    projection = inverse - weighted @ np.linalg.solve(cross, weighted.T)
    middle = projection if restricted else inverse
    projected = projection @ y
    scores = [z.T @ projected for z in Z]
    score = np.array([s @ s - np.sum((middle @ z) * z) for s, z in zip(scores, Z, strict=True)]) / 2
    m = len(Z)
    observed, expected = np.empty((m, m)), np.empty((m, m))
    for a in range(m):
        for b in range(m):
            between = Z[a].T @ middle @ Z[b]
            expected[a, b] = np.sum(between**2) / 2
            observed[a, b] = scores[a] @ (Z[a].T @ projection @ Z[b]) @ scores[b] - expected[a, b]
    return Likelihood(value, score, observed, expected)
