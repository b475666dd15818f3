"""Variance components of effects with a known sampling covariance, by (restricted) maximum likelihood.

M = V + Σ_r σ²_r K_r, with V and the K_r known. Effects that nothing links stand in different blocks of M, and blocks of one
size are worked on together, as stacks: `y`, (g, n); `X`, (g, n, p); `V`, (g, n, n); `K`, (m, g, n, n). The design enters
through an orthonormal basis of its columns, on which the restricted likelihood alone depends, so that a moderator such as a
year, far from zero, costs no digits.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import optimize, special
from scipy.sparse import csgraph

from mmc_analysis.errors import EffectError

MAX_STEPS, MAX_HALVINGS = 200, 50
SETTLED = 1e-10
BEYOND = 1e8
LOWEST_SHARE, HIGHEST_SHARE = 0.01, 1.5


@dataclass(frozen=True)
class Stack:
    """Blocks of n effects each, g of them: arrays as above."""

    y: np.ndarray
    X: np.ndarray
    V: np.ndarray
    K: np.ndarray


@dataclass(frozen=True)
class Likelihood:
    """The likelihood at one point.

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
    y: np.ndarray, V: np.ndarray, X: np.ndarray, K: list[np.ndarray], restricted: bool = True
) -> tuple[np.ndarray, float]:
    """Return the variance components of the highest likelihood, (m,), and the log likelihood at them.

    Parameters
    ----------
    y : ndarray, shape (k,)
    V : ndarray, shape (k, k)
    X : ndarray, shape (k, p)
    K : list of ndarray, shape (k, k)
        What each component adds to the covariance, such as ones where two effects are of one study.
    restricted : bool

    Examples
    --------
    >>> y, V, X = np.array([0.2, 0.9, 0.5]), np.diag([0.04, 0.06, 0.09]), np.ones((3, 1))
    >>> sigma2, loglik = variance_components(y, V, X, [np.eye(3)])
    >>> sigma2.round(4)
    array([0.0832])
    """
    Q = np.linalg.qr(X)[0]
    y = y - Q @ (Q.T @ y)
    stacks = stack_blocks(y, V, Q, K)
    if not K:
        return np.zeros(0), float(log_likelihoods(stacks, np.zeros((1, 0)), restricted)[0])
    spread = y @ y / (y.size - Q.shape[1])
    scale = max(float(spread), float(np.diag(V).min()))
    axis = _axis(scale, float(np.diag(V).min()))
    grid = np.array(list(itertools.product(axis, repeat=len(K))))
    heights = log_likelihoods(stacks, grid, restricted)
    peaks = [_climb(stacks, grid[i], scale, restricted) for i in _peaks(heights.reshape((axis.size,) * len(K)))]
    return max(peaks, key=lambda peak: peak[1])


def _axis(scale: float, smallest: float) -> np.ndarray:
    """Return zero and values of a component, up to more than the variance of all effects, that tell maxima apart.

    The likelihood has features as wide as the sampling variances, so the values are even in their logarithm, from a share of
    `scale` or the `smallest` sampling variance, whichever is less.
    """
    low = min(LOWEST_SHARE * scale, smallest)
    count = 6 + int(np.ceil(2 * np.log10(LOWEST_SHARE * scale / low)))
    return np.append(0.0, np.geomspace(low, HIGHEST_SHARE * scale, count))


def profile_limits(
    y: np.ndarray,
    V: np.ndarray,
    X: np.ndarray,
    K: list[np.ndarray],
    sigma2: np.ndarray,
    conf_level: float,
    restricted: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the profile-likelihood limits of each variance component, (m,), about its estimate `sigma2`, (m,).

    Twice the fall of the likelihood, the other components at their best, is the quantile of χ² with one df; a lower limit is
    zero where the likelihood never falls so far.

    Examples
    --------
    >>> y, V, X = np.array([0.2, 0.9, 0.5, 0.1]), np.diag([0.04, 0.06, 0.09, 0.02]), np.ones((4, 1))
    >>> low, high = profile_limits(y, V, X, [np.eye(4)], np.array([0.081]), 0.95)
    >>> low.round(3), high.round(3)
    (array([0.]), array([1.118]))
    """
    top = variance_components(y, V, X, K, restricted)[1]
    allowed = special.chdtri(1, 1 - conf_level) / 2
    scale = max(float(np.var(y)), float(np.diag(V).min()))

    def excess(r, value):
        others = K[:r] + K[r + 1 :]
        return top - variance_components(y, V + value * K[r], X, others, restricted)[1] - allowed

    limits = [_limits_about(estimate, partial(excess, r), scale) for r, estimate in enumerate(sigma2)]
    return np.array([low for low, _ in limits]), np.array([high for _, high in limits])


def _limits_about(estimate: float, excess: Callable[[float], float], scale: float) -> tuple[float, float]:
    """Return where `excess`, below zero at the estimate, crosses zero on either side; zero and infinity where it does not."""
    low = 0.0
    if estimate > 0 and excess(0.0) > 0:
        low = optimize.brentq(excess, 0.0, estimate, xtol=1e-12 * scale, rtol=1e-10)
    reach = scale
    while excess(estimate + reach) < 0:
        reach *= 4
        if reach > BEYOND * scale:
            return low, np.inf
    return low, optimize.brentq(excess, estimate, estimate + reach, rtol=1e-10)


def _peaks(heights: np.ndarray) -> np.ndarray:
    """Return the flat positions of points of a grid that no neighbour, diagonal ones among them, exceeds."""
    padded = np.pad(heights, 1, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3,) * heights.ndim)
    return np.flatnonzero(heights >= windows.max(axis=tuple(range(heights.ndim, 2 * heights.ndim))))


def stack_blocks(y: np.ndarray, V: np.ndarray, X: np.ndarray, K: list[np.ndarray]) -> list[Stack]:
    """Return the blocks of effects that V and K link, those of one size stacked.

    Examples
    --------
    >>> V = np.diag([1.0, 2.0, 3.0])
    >>> V[0, 2] = V[2, 0] = 0.5
    >>> [stack.y.tolist() for stack in stack_blocks(np.array([0.1, 0.2, 0.3]), V, np.ones((3, 1)), [np.eye(3)])]
    [[[0.2]], [[0.1, 0.3]]]
    """
    linked = np.any([V != 0, *(matrix != 0 for matrix in K)], axis=0)
    n_blocks, block = csgraph.connected_components(linked, directed=False)
    order, sizes = np.argsort(block, kind="stable"), np.bincount(block, minlength=n_blocks)
    starts = np.cumsum(sizes) - sizes
    stacks = []
    for n in np.unique(sizes):
        rows = order[starts[sizes == n][:, None] + np.arange(n)]
        inside = rows[:, :, None], rows[:, None, :]
        stacks.append(
            Stack(
                y[rows], X[rows], V[inside], np.array([matrix[inside] for matrix in K]).reshape(len(K), *rows.shape, n)
            )
        )
    return stacks


def _climb(stacks: list[Stack], sigma2: np.ndarray, scale: float, restricted: bool) -> tuple[np.ndarray, float]:
    """Return the maximum that Newton's steps reach, and the log likelihood there."""
    at = likelihood(stacks, sigma2, restricted)
    for _ in range(MAX_STEPS):
        step = _newton_step(at, sigma2)
        for _ in range(MAX_HALVINGS):
            proposal = np.maximum(sigma2 + step, 0.0)
            found = likelihood(stacks, proposal, restricted)
            if found.value >= at.value - 1e-13 * (1 + abs(at.value)):
                break
            step = step / 2
        if np.abs(proposal - sigma2).max() <= SETTLED * scale:
            return proposal, found.value
        sigma2, at = proposal, found
    raise EffectError(
        f"the variance components did not settle within {MAX_STEPS} steps; look for effects far out of line."
    )


def _newton_step(at: Likelihood, sigma2: np.ndarray) -> np.ndarray:
    """Return the step by the observed information where that is positive definite, else by the expected one.

    Components that are zero and want to be negative stay where they are.
    """
    free = (sigma2 > 0) | (at.score > 0)
    while free.any():
        inside, step = np.ix_(free, free), np.zeros(sigma2.size)
        positive = np.linalg.eigvalsh(at.observed[inside]).min() > 0
        step[free] = np.linalg.lstsq((at.observed if positive else at.expected)[inside], at.score[free])[0]
        blocked = (sigma2 == 0) & (step < 0)
        if not blocked.any():
            return step
        free &= ~blocked
    return np.zeros(sigma2.size)


def log_likelihoods(stacks: list[Stack], points: np.ndarray, restricted: bool = True) -> np.ndarray:
    """Return the (restricted) log likelihood, (q,), at each of q sets of variance components, (q, m); X orthonormal.

    Examples
    --------
    >>> y, V, X = np.array([0.2, 0.9, 0.5]), np.diag([0.04, 0.06, 0.09]), np.full((3, 1), 3**-0.5)
    >>> log_likelihoods(stack_blocks(y, V, X, [np.eye(3)]), np.array([[0.06]])).round(4)
    array([-0.8525])
    """
    k, p = sum(stack.y.size for stack in stacks), stacks[0].X.shape[2]
    log_det, gram = np.zeros(len(points)), np.zeros((len(points), p + 1, p + 1))
    for stack in stacks:
        root = np.linalg.cholesky(stack.V + np.tensordot(points, stack.K, axes=1))
        log_det += 2 * np.log(np.diagonal(root, axis1=2, axis2=3)).sum(axis=(1, 2))
        both = np.linalg.solve(root, np.concatenate([stack.X, stack.y[:, :, None]], axis=2))
        gram += np.sum(np.swapaxes(both, 2, 3) @ both, axis=1)
    return _height(log_det, gram, k, restricted)


def _height(log_det: np.ndarray, gram: np.ndarray, k: int, restricted: bool) -> np.ndarray:
    """Return the log likelihood, (q,), from log |M|, (q,), and (X y)'M⁻¹(X y), (q, p + 1, p + 1)."""
    p = gram.shape[1] - 1
    inner, across = gram[:, :p, :p], gram[:, :p, p:]
    residual = gram[:, p, p] - np.sum(across * np.linalg.solve(inner, across), axis=(1, 2))
    if restricted:
        log_det = log_det + np.linalg.slogdet(inner)[1]
    return -0.5 * (log_det + residual + (k - p * restricted) * np.log(2 * np.pi))


def likelihood(stacks: list[Stack], sigma2: np.ndarray, restricted: bool = True) -> Likelihood:
    """Return the likelihood at `sigma2`, (m,), with its derivatives; X orthonormal.

    With P = M⁻¹ - M⁻¹X(X'M⁻¹X)⁻¹X'M⁻¹, the score is (y'PK_rPy - tr PK_r)/2, the expected information tr(PK_rPK_s)/2, and
    the observed y'PK_rPK_sPy less the expected; in traces the full likelihood has M⁻¹ for P.
    """
    p, m = stacks[0].X.shape[2], sigma2.size
    log_det, gram, inverses = 0.0, np.zeros((p + 1, p + 1)), []
    for stack in stacks:
        inverses.append(np.linalg.inv(stack.V + np.tensordot(sigma2, stack.K, axes=1)))
        log_det -= np.linalg.slogdet(inverses[-1])[1].sum()
        both = np.concatenate([stack.X, stack.y[:, :, None]], axis=2)
        gram += np.sum(np.swapaxes(both, 1, 2) @ inverses[-1] @ both, axis=0)
    bread = np.linalg.inv(gram[:p, :p])
    beta = bread @ gram[:p, p:]
    # with B = (M⁻¹X, Py): tr M⁻¹K_r, tr M⁻¹K_rM⁻¹K_s, B'K_rB, B'K_rM⁻¹K_sB
    traces, pairs = np.zeros(m), np.zeros((m, m))
    first, second = np.zeros((m, p + 1, p + 1)), np.zeros((m, m, p + 1, p + 1))
    for stack, inverse in zip(stacks, inverses, strict=True):
        B = inverse @ np.concatenate([stack.X, stack.y[:, :, None] - stack.X @ beta], axis=2)
        KB, KM = stack.K @ B, stack.K @ inverse
        traces += np.trace(KM, axis1=2, axis2=3).sum(axis=1)
        pairs += np.einsum("rgij,sgji->rs", KM, KM)
        first += np.sum(np.swapaxes(B, 1, 2) @ KB, axis=1)
        second += np.einsum("rgia,sgib->rsab", KB, inverse @ KB)
    if restricted:
        inner = bread @ first[:, :p, :p]
        traces -= np.trace(inner, axis1=1, axis2=2)
        pairs += np.einsum("rab,sba->rs", inner, inner) - 2 * np.einsum("ab,rsab->rs", bread, second[:, :, :p, :p])
    across = first[:, :p, p]
    quadratic = second[:, :, p, p] - across @ bread @ across.T
    value = _height(np.array([log_det]), gram[None], sum(stack.y.size for stack in stacks), restricted)[0]
    return Likelihood(float(value), (first[:, p, p] - traces) / 2, quadratic - pairs / 2, pairs / 2)
