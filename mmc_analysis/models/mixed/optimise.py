"""Newton's method for the deviance of a mixed model, with a proof that the end is an optimum.

θ is not bounded: a factor may change the sign of a column, and the sign is set right at the end. A column of Λ that
is zero is stationary in θ whether or not the data want it zero. The proof is therefore taken in the space of the
covariance matrices Δ = ΛΛ', where a stationary point must also have a gradient that is non-negative on the null space
of Δ (Karush-Kuhn-Tucker). Where it is not, the search starts again along the direction that says so.

The columns of Z are taken to be of mean square 1, so that Δ is a ratio of variances: zero is meant in those units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import Blocks, TermSlots, triangle_indices
from mmc_analysis.models.mixed.likelihood import (
    Derivatives,
    State,
    derivatives,
    directions,
    full_gradient,
    lower_triangles,
    moments,
    solve,
)

MAX_STEPS = 200
MAX_RESTARTS = 12
ENOUGH = 1e-12
SMALLEST_START = 1e-3
MAYBE_ZERO = 1e-3
ZERO = 1e-9
NOISE = 1e-13
DUAL_TOLERANCE = 1e-6
NEAR = 0.02
LARGE = 30.0
VANISHED = 1e-13
SMALL_BLOCK = 120


@dataclass(frozen=True)
class Certificate:
    """Why a point is, or is not, an optimum.

    Attributes
    ----------
    decrement : float
        Decrease of the deviance that one more Newton step would promise.
    curvature : float
        Smallest eigenvalue of the Hessian by θ, as a share of the largest; not clearly negative at an optimum.
    multiplier : float
        Smallest eigenvalue of the gradient by Δ on the null space of Δ, relative to tr(Z'H⁻¹Z); not clearly negative
        at an optimum; infinite where every Δ has full rank.
    ranks : tuple of int
        Rank of each term's Δ.
    """

    decrement: float
    curvature: float
    multiplier: float
    ranks: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether the first- and second-order conditions are met."""
        return self.decrement < 1e-7 and self.curvature > -DUAL_TOLERANCE and self.multiplier > -DUAL_TOLERANCE


@dataclass(frozen=True)
class Optimum:
    """Where the deviance is smallest.

    Attributes
    ----------
    theta : ndarray (m,)
        Lower triangles of Λ with non-negative diagonals.
    state : State
    derivatives : Derivatives
    certificate : Certificate
    singular : bool
        Whether the Δ of some term has not full rank.
    steps, restarts : int
    """

    theta: np.ndarray
    state: State
    derivatives: Derivatives
    certificate: Certificate
    singular: bool
    steps: int
    restarts: int


@dataclass(frozen=True)
class _Point:
    theta: np.ndarray
    state: State
    derivatives: Derivatives
    decrement: float
    steps: int


def optimise(blocks: Blocks, reml: bool) -> Optimum:
    """Return the certified minimum of the profiled deviance, the lowest that is found from several starts.

    A certificate is local. Small data may have several minima, above all one at a boundary and one inside, or one
    where one term takes what the other takes elsewhere, or where hardly anything is left to the residual. So a singular
    optimum is looked for again from Λ = I, and with several terms the search starts again with each of them dominating
    the others, and with all of them large.

    Parameters
    ----------
    blocks : Blocks
    reml : bool
    """
    take = directions(blocks.slots)
    start = identity_start(blocks.slots)
    found = certified(blocks, scored_start(blocks, take, reml, start), take, reml)
    if blocks.width > SMALL_BLOCK or found.state.sigma2 < VANISHED:
        return found
    others = [start] if found.singular else []
    if len(blocks.slots) > 1:
        others += [dominant_start(blocks.slots, i) for i in range(len(blocks.slots))]
        others.append(identity_start(blocks.slots, LARGE))
    seen = [found.theta]
    for other in others:
        point = newton(blocks, scored_start(blocks, take, reml, other), take, reml, seen)
        if point is None or point.state.sigma2 < VANISHED:
            continue
        seen.append(point.theta)
        if point.state.deviance < found.state.deviance - 1e-9:
            better = certified(blocks, point.theta, take, reml)
            if better.certificate.holds or not found.certificate.holds:
                found = better
    return found


def dominant_start(slots: tuple[TermSlots, ...], which: int) -> np.ndarray:
    """Return θ in which one term is large and the others are small."""
    parts = [identity_start((term,), 3.0 if i == which else 0.1) for i, term in enumerate(slots)]
    return np.concatenate(parts)


def identity_start(slots: tuple[TermSlots, ...], size: float = 1.0) -> np.ndarray:
    """Return θ with Λ = size·I for every term."""
    return np.concatenate([size * np.eye(term.width)[triangle_indices(term.width)] for term in slots])


def scored_start(blocks: Blocks, take: np.ndarray, reml: bool, start: np.ndarray) -> np.ndarray:
    """Return θ after one step of Fisher scoring in Δ, moved inside the positive definite matrices.

    V is sought as αH + Σβ_rG_r with the moments that the data have (MINQUE); for balanced data and an optimum inside
    the boundary the step ends there.
    """
    state = solve(blocks, start, reml)
    found = moments(state, take, reml)
    dof = blocks.n - blocks.p if reml else blocks.n
    left = np.block([[np.full((1, 1), dof), found.trace_p[None]], [found.trace_p[:, None], found.trace_pp]])
    solution = np.linalg.lstsq(left, np.append(state.r2, found.quadratic), rcond=1e-10)[0]
    if solution[0] <= 1e-3 * state.r2 / dof:
        return start
    change = solution[1:] / solution[0]
    parts, first = [], 0
    for term, factor in zip(blocks.slots, lower_triangles(start, blocks.slots), strict=True):
        rows, columns = triangle_indices(term.width)
        delta = factor @ factor.T
        delta[rows, columns] += change[first : first + term.n_parameters]
        values, vectors = np.linalg.eigh(delta, UPLO="L")
        delta = (vectors * np.maximum(values, SMALLEST_START * max(values[-1], 0.1))) @ vectors.T
        parts.append(np.linalg.cholesky(delta)[rows, columns])
        first += term.n_parameters
    return np.concatenate(parts)


def newton(
    blocks: Blocks, theta: np.ndarray, take: np.ndarray, reml: bool, seen: Sequence[np.ndarray] = ()
) -> _Point | None:
    """Walk downhill from θ until a step promises nothing; None on coming near an optimum that was seen before."""
    state = solve(blocks, theta, reml)
    steps = 0
    while True:
        if any(_near(theta, other, blocks.slots) for other in seen):
            return None
        steps += 1
        here = derivatives(blocks, state, theta, take, reml)
        step, decrement = _newton_step(here)
        if decrement < ENOUGH or steps >= MAX_STEPS or state.sigma2 < VANISHED:
            break
        moved = _search(blocks, theta, step, state.deviance, reml)
        if moved is None:
            break
        theta, state = moved
    return _Point(theta, state, here, decrement, steps)


def _near(theta: np.ndarray, other: np.ndarray, slots: tuple[TermSlots, ...]) -> bool:
    for mine, theirs in zip(lower_triangles(theta, slots), lower_triangles(other, slots), strict=True):
        delta = theirs @ theirs.T
        if np.abs(mine @ mine.T - delta).max() > NEAR * (0.1 + np.abs(delta).max()):
            return False
    return True


def _newton_step(here: Derivatives) -> tuple[np.ndarray, float]:
    values, vectors = np.linalg.eigh(here.hessian)
    size = np.abs(values)
    size = np.maximum(size, max(1e-10 * size.max(), 1e-10))
    along = vectors.T @ here.gradient
    return -vectors @ (along / size), float(0.5 * (along**2 / size).sum())


def _search(blocks: Blocks, theta: np.ndarray, step: np.ndarray, deviance: float, reml: bool):
    longest = 2.0 * (1.0 + np.abs(theta).max())
    step = step * min(1.0, longest / np.abs(step).max())
    slack = NOISE * (abs(deviance) + blocks.n)
    for _ in range(40):
        state = _try_solve(blocks, theta + step, reml)
        if state is not None and state.deviance <= deviance + slack:
            return theta + step, state
        step = 0.5 * step
    return None


def _try_solve(blocks: Blocks, theta: np.ndarray, reml: bool) -> State | None:
    try:
        return solve(blocks, theta, reml)
    except np.linalg.LinAlgError:
        return None


def certified(blocks: Blocks, theta: np.ndarray, take: np.ndarray, reml: bool) -> Optimum:
    """Return the certified minimum that is reached from one start."""
    steps, restarts = 0, 0
    while True:
        point = newton(blocks, theta, take, reml)
        steps += point.steps
        point = _without_tiny_variances(blocks, point, take, reml)
        certificate, directions_out = certify(blocks, point)
        done = certificate.holds or restarts >= MAX_RESTARTS or point.state.sigma2 < VANISHED
        theta = None if done else _escape(blocks, point, directions_out, reml)
        if theta is None:
            break
        restarts += 1
    singular = any(rank < term.width for rank, term in zip(certificate.ranks, blocks.slots, strict=True))
    return Optimum(point.theta, point.state, point.derivatives, certificate, singular, steps, restarts)


def _without_tiny_variances(blocks: Blocks, point: _Point, take: np.ndarray, reml: bool) -> _Point:
    """Put eigenvalues of Δ to zero where the deviance does not mind, and the signs right."""
    slack = 1e-10 + NOISE * blocks.n * 10
    for limit in (MAYBE_ZERO, ZERO):
        theta = rectified(point.theta, blocks.slots, limit)
        state = solve(blocks, theta, reml)
        if state.deviance <= point.state.deviance + slack:
            break
    else:
        theta = rectified(point.theta, blocks.slots, 0.0)
        state = solve(blocks, theta, reml)
    here = derivatives(blocks, state, theta, take, reml)
    step, decrement = _newton_step(here)
    if decrement > ENOUGH and (moved := _search(blocks, theta, step, state.deviance, reml)):
        theta = rectified(moved[0], blocks.slots, ZERO)
        state = solve(blocks, theta, reml)
        here = derivatives(blocks, state, theta, take, reml)
        decrement = _newton_step(here)[1]
    return _Point(theta, state, here, decrement, point.steps)


def rectified(theta: np.ndarray, slots: tuple[TermSlots, ...], zero: float) -> np.ndarray:
    """Return θ of the same Δ, but with non-negative diagonals and with eigenvalues of Δ up to `zero` left out.

    Examples
    --------
    >>> import numpy as np
    >>> from mmc_analysis.models.mixed.blocks import TermSlots
    >>> none = np.zeros(0, dtype=int)
    >>> rectified(np.array([-2.0, -1.0, 1e-9]), (TermSlots(0, 1, 2, none, none),), 1e-8)
    array([2., 1., 0.])
    """
    parts = []
    for term, factor in zip(slots, lower_triangles(theta, slots), strict=True):
        values, vectors = np.linalg.eigh(factor @ factor.T)
        if values[0] > zero:
            signs = np.where(factor.diagonal() < 0, -1.0, 1.0)
            parts.append((factor * signs)[triangle_indices(term.width)])
            continue
        kept = values > zero
        parts.append(triangle((vectors[:, kept] * values[kept]) @ vectors[:, kept].T)[triangle_indices(term.width)])
    return np.concatenate(parts)


def triangle(delta: np.ndarray) -> np.ndarray:
    """Return the lower triangular Λ with ΛΛ' = Δ for a positive semidefinite Δ; a zero pivot has a zero column.

    Examples
    --------
    >>> import numpy as np
    >>> triangle(np.array([[0.0, 0.0], [0.0, 4.0]]))
    array([[0., 0.],
           [0., 2.]])
    """
    factor = np.zeros_like(delta)
    floor = 1e-12 * max(delta.diagonal().max(), 0.0)
    for j in range(len(delta)):
        pivot = delta[j, j] - factor[j, :j] @ factor[j, :j]
        if pivot > floor:
            factor[j, j] = np.sqrt(pivot)
            factor[j + 1 :, j] = (delta[j + 1 :, j] - factor[j + 1 :, :j] @ factor[j, :j]) / factor[j, j]
    return factor


def certify(blocks: Blocks, point: _Point) -> tuple[Certificate, list[np.ndarray]]:
    """Return the certificate of a point, and for each term the direction of Δ that lowers the deviance most."""
    multiplier, ranks, ways, first = np.inf, [], [], 0
    for term, factor in zip(blocks.slots, lower_triangles(point.theta, blocks.slots), strict=True):
        g = full_gradient(point.derivatives.by_delta[first : first + term.n_parameters], term.width)
        values, vectors = np.linalg.eigh(factor @ factor.T)
        null = vectors[:, values <= ZERO]
        first += term.n_parameters
        ranks.append(term.width - null.shape[1])
        ways.append(np.zeros(term.width))
        if null.shape[1]:
            scale = np.einsum("bkk->", point.state.t[:, term.columns, term.columns]) / term.width
            slopes, along = np.linalg.eigh(null.T @ g @ null)
            multiplier = min(multiplier, slopes[0] / scale)
            ways[-1] = null @ along[:, 0] * (slopes[0] < -DUAL_TOLERANCE * scale)
    values = np.linalg.eigvalsh(point.derivatives.hessian)
    curvature = values[0] / max(values[-1], np.finfo(float).tiny)
    return Certificate(point.decrement, float(curvature), float(multiplier), tuple(ranks)), ways


def _escape(blocks: Blocks, point: _Point, ways: list[np.ndarray], reml: bool) -> np.ndarray | None:
    """Return a θ with a smaller deviance than a point that is not an optimum, or None."""
    candidates = []
    for size in 10.0 ** np.arange(0.0, -6.0, -0.5):
        parts = [
            triangle(factor @ factor.T + size * np.outer(way, way))[triangle_indices(len(way))]
            for factor, way in zip(lower_triangles(point.theta, blocks.slots), ways, strict=True)
        ]
        candidates.append(np.concatenate(parts))
    lowest = np.linalg.eigh(point.derivatives.hessian)[1][:, 0]
    candidates += [point.theta + sign * size * lowest for size in (0.3, 0.03, 0.003) for sign in (1.0, -1.0)]
    solved = [(state.deviance, i) for i, c in enumerate(candidates) if (state := _try_solve(blocks, c, reml))]
    deviance, best = min(solved)
    return candidates[best] if deviance < point.state.deviance - 1e-9 else None
