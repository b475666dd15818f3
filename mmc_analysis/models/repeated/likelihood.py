"""Likelihood of a marginal model, its derivatives, and the arrays that small-sample inference needs.

y_s = X_s β + e_s with e_s ~ N(0, Σ_s), where Σ_s is Σ(θ) restricted to the occasions at which participant s was seen.
Participants who share their occasions and their covariance group form one pattern, so that Σ_s is factorised once for
all of them. With W = Σ⁻¹, C = ΣX'WX and Φ = C⁻¹,

    -2 log L = Σ log|Σ_s| + Σ r'Wr + n log 2π,    REML: + log|C| and n - p in place of n.

Jennrich & Schluchter (1986) Biometrics 42:805; Lindstrom & Bates (1988) JASA 83:1014.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.repeated.covariance import Correlated, Linear

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Pattern:
    """Participants of one covariance group who were seen at the same occasions.

    Attributes
    ----------
    group : int
    occasions : (k,) array of int
    rows : (S, k) array of int
        Row of the design for each participant and occasion.
    x : (S, k, p) array
    y : (S, k) array
    """

    group: int
    occasions: np.ndarray
    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Problem:
    """What is to be fitted.

    Attributes
    ----------
    patterns : tuple of Pattern
    structure : Linear or Correlated
    n_occasions, n_groups : int
    n_obs, n_fixed : int
    reml : bool
    """

    patterns: tuple[Pattern, ...]
    structure: Linear | Correlated
    n_occasions: int
    n_groups: int
    n_obs: int
    n_fixed: int
    reml: bool

    def by_group(self, theta: np.ndarray) -> np.ndarray:
        """Return the parameters as (n_groups, m)."""
        return theta.reshape(self.n_groups, -1)


@dataclass(frozen=True)
class Point:
    """The likelihood at one θ.

    Attributes
    ----------
    theta : (m,) array
    criterion : float
        -2 log L.
    beta : (p,) array
    phi : (p, p) array
        Φ.
    weights : tuple of (k, k) arrays
        Σ⁻¹ of each pattern.
    """

    theta: np.ndarray
    criterion: float
    beta: np.ndarray
    phi: np.ndarray
    weights: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Curvature:
    """Derivatives of -2 log L at a point, and what they share with Kenward and Roger's adjustment.

    Attributes
    ----------
    gradient : (m,) array
    observed : (m, m) array
        Hessian.
    expected : (m, m) array
        Its expectation, positive semidefinite.
    p : (m, p, p) array
        P_r = -X'W(∂Σ/∂θ_r)WX.
    """

    gradient: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    p: np.ndarray


def split_patterns(
    x: np.ndarray, y: np.ndarray, participant: np.ndarray, occasion: np.ndarray, group: np.ndarray
) -> tuple[Pattern, ...]:
    """Gather participants with the same occasions and group.

    Parameters
    ----------
    x : (n, p) array
    y : (n,) array
    participant, occasion, group : (n,) arrays of int
        Codes; a participant has each occasion at most once and one group.

    Examples
    --------
    >>> parts = split_patterns(np.ones((5, 1)), np.arange(5.0), np.array([0, 0, 1, 1, 2]),
    ...                        np.array([0, 1, 1, 0, 1]), np.zeros(5, dtype=int))
    >>> [(pattern.occasions.tolist(), pattern.y.tolist()) for pattern in parts]
    [([0, 1], [[0.0, 1.0], [3.0, 2.0]]), ([1], [[4.0]])]
    """
    order = np.lexsort((occasion, participant))
    starts = np.flatnonzero(np.diff(participant[order], prepend=-1))
    members: dict[tuple, list[np.ndarray]] = {}
    for rows in np.split(order, starts[1:]):
        members.setdefault((int(group[rows[0]]), *occasion[rows].tolist()), []).append(rows)
    patterns = []
    for (arm, *seen), found in members.items():
        rows = np.stack(found)
        patterns.append(Pattern(arm, np.array(seen), rows, x[rows], y[rows]))
    return tuple(patterns)


def evaluate(problem: Problem, theta: np.ndarray) -> Point | None:
    """Return the likelihood at θ, or None where Σ is not positive definite."""
    sigmas = [problem.structure.matrix(part, problem.n_occasions) for part in problem.by_group(theta)]
    cross, moment, total, log_det, weights = 0.0, 0.0, 0.0, 0.0, []
    for pattern in problem.patterns:
        sigma = sigmas[pattern.group][np.ix_(pattern.occasions, pattern.occasions)]
        inverse = _inverse_root(sigma)
        if inverse is None:
            return None
        white_x = (inverse @ pattern.x).reshape(-1, problem.n_fixed)
        white_y = (pattern.y @ inverse.T).ravel()
        cross = cross + white_x.T @ white_x
        moment = moment + white_x.T @ white_y
        total += white_y @ white_y
        log_det -= 2 * len(pattern.y) * np.log(np.diag(inverse)).sum()
        weights.append(inverse.T @ inverse)
    root = _inverse_root(cross)
    if root is None:
        return None
    phi = root.T @ root
    beta = phi @ moment
    n = problem.n_obs - problem.n_fixed * problem.reml
    residual = total - np.sum((root @ moment) ** 2)
    criterion = log_det + residual + n * LOG_2PI - 2 * problem.reml * np.log(np.diag(root)).sum()
    return Point(theta, float(criterion), beta, phi, tuple(weights))


def curvature(problem: Problem, point: Point) -> Curvature:
    """Return the derivatives of -2 log L at a point."""
    parts = problem.by_group(point.theta)
    first = [problem.structure.first(part, problem.n_occasions) for part in parts]
    second = [problem.structure.second(part, problem.n_occasions) for part in parts]
    m, size, p = len(point.theta), parts.shape[1], problem.n_fixed
    gradient, traces, bent = np.zeros(m), np.zeros((3, m, m)), np.zeros((m, m))
    p_r, moved = np.zeros((m, p, p)), np.zeros((m, p))
    for pattern, weight in zip(problem.patterns, point.weights, strict=True):
        own = slice(pattern.group * size, (pattern.group + 1) * size)
        seen = np.ix_(range(size), pattern.occasions, pattern.occasions)
        d = first[pattern.group][seen]
        white = weight @ pattern.x
        u = (pattern.y - pattern.x @ point.beta) @ weight
        uu = u.T @ u
        spread = _by_occasion(white @ point.phi) @ _by_occasion(white).T
        slope = len(u) * weight - problem.reml * spread - uu
        gradient[own] += np.tensordot(d, slope, 2)
        right = (weight @ d).swapaxes(1, 2).reshape(size, -1)
        for k, left in enumerate((len(u) * weight, spread, uu)):
            traces[k, own, own] += (left @ d).reshape(size, -1) @ right.T
        flat = white.reshape(-1, p)
        p_r[own] -= flat.T @ (d[:, None] @ white[None]).reshape(size, -1, p)
        moved[own] += (u @ d).reshape(size, -1) @ flat
        if second[pattern.group] is not None:
            bend = second[pattern.group][:, :, pattern.occasions[:, None], pattern.occasions]
            bent[own, own] += np.tensordot(bend, slope, 2)
    phi_p = point.phi @ p_r
    expected = traces[0]
    if problem.reml:
        expected = expected - 2 * traces[1] + np.einsum("rab,sba->rs", phi_p, phi_p)
    observed = bent - expected + 2 * (traces[2] - moved @ point.phi @ moved.T)
    return Curvature(gradient, _symmetric(observed), _symmetric(expected), p_r)


def second_order_arrays(problem: Problem, point: Point) -> tuple[np.ndarray, np.ndarray | None]:
    """Return Q and R of Kenward and Roger's adjustment.

    Returns
    -------
    q : (m, m, p, p) array
        Q_rs = X'W(∂Σ/∂θ_r)W(∂Σ/∂θ_s)WX.
    r : (m, m, p, p) array or None
        R_rs = X'W(∂²Σ/∂θ_r∂θ_s)WX; None where Σ is linear in θ.
    """
    parts = problem.by_group(point.theta)
    m, size, p = len(point.theta), parts.shape[1], problem.n_fixed
    first = [problem.structure.first(part, problem.n_occasions) for part in parts]
    second = [problem.structure.second(part, problem.n_occasions) for part in parts]
    q = np.zeros((m, m, p, p))
    r = None if second[0] is None else np.zeros((m, m, p, p))
    for pattern, weight in zip(problem.patterns, point.weights, strict=True):
        own = slice(pattern.group * size, (pattern.group + 1) * size)
        d = first[pattern.group][np.ix_(range(size), pattern.occasions, pattern.occasions)]
        white = weight @ pattern.x
        moved = d[:, None] @ white[None]
        stacked = moved.transpose(1, 2, 0, 3).reshape(-1, size * p)
        weighted = (weight @ moved).transpose(1, 2, 0, 3).reshape(-1, size * p)
        q[own, own] += (stacked.T @ weighted).reshape(size, p, size, p).transpose(0, 2, 1, 3)
        if r is not None:
            bend = second[pattern.group][:, :, pattern.occasions[:, None], pattern.occasions]
            r[own, own] += np.einsum("skp,rtkl,slq->rtpq", white, bend, white, optimize=True)
    return q, r


def _inverse_root(matrix: np.ndarray) -> np.ndarray | None:
    if not np.isfinite(matrix).all():
        return None
    try:
        root = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return None
    return np.linalg.solve(root, np.eye(len(matrix)))


def _by_occasion(stack: np.ndarray) -> np.ndarray:
    return stack.swapaxes(0, 1).reshape(stack.shape[1], -1)


def _symmetric(matrix: np.ndarray) -> np.ndarray:
    return (matrix + matrix.T) / 2
