"""Newton's method for many responses of one design at once; what cannot be certified in bulk is solved one by one."""

from dataclasses import dataclass, fields

import numpy as np

from mmc_analysis.models.mixed.batch import BatchState, Classes, Sums, batch_factors, batch_gradient, batch_solve
from mmc_analysis.models.mixed.blocks import triangle_indices
from mmc_analysis.models.mixed.optimise import DUAL_TOLERANCE, NOISE, SMALLEST_START, ZERO, identity_start

MAX_ROUNDS = 60
ENOUGH = 1e-11
DOUBTFUL = 1e-4


@dataclass(frozen=True)
class BatchOptimum:
    """Minima of N deviances.

    Attributes
    ----------
    theta : ndarray (N, m)
    state : BatchState
    certified, singular : ndarray of bool (N,)
    """

    theta: np.ndarray
    state: BatchState
    certified: np.ndarray
    singular: np.ndarray


def batch_optimise(classes: Classes, sums: Sums) -> BatchOptimum:
    """Return the minimum for every response, and where it is proven.

    Parameters
    ----------
    classes : Classes
    sums : Sums
        Of N responses.
    """
    theta = _scored_starts(classes, sums)
    state = batch_solve(classes, sums, theta)
    active = np.arange(len(theta))
    shrink = np.ones(len(theta))
    done = np.zeros(len(theta), dtype=bool)
    for _ in range(MAX_ROUNDS):
        step, decrement = _steps(state, active)
        finished = decrement < ENOUGH
        done[active[finished]] = True
        active, step = active[~finished], step[~finished]
        if active.size == 0:
            break
        longest = 2.0 * (1.0 + np.abs(theta[active]).max(axis=1))
        factor = shrink[active] * np.minimum(1.0, longest / np.abs(step).max(axis=1))
        trial = theta[active] + factor[:, None] * step
        found = batch_solve(classes, sums.of(active), trial)
        slack = NOISE * (np.abs(state.deviance[active]) + classes.n)
        better = found.deviance <= state.deviance[active] + slack
        shrink[active] = np.where(better, 1.0, 0.5 * shrink[active])
        taken = active[better]
        theta[taken] = trial[better]
        for part in fields(BatchState):
            getattr(state, part.name)[taken] = getattr(found, part.name)[better]
    certified, singular = _certify(classes, theta, state)
    return BatchOptimum(theta, state, done & certified, singular)


def _scored_starts(classes: Classes, sums: Sums) -> np.ndarray:
    """Return θ after one step of Fisher scoring from Λ = I, whose matrix is the same for all responses."""
    start = identity_start(classes.slots)
    state = batch_solve(classes, sums, np.tile(start, (len(sums.rest), 1)))
    trace, pairs = state.trace_p[0], state.trace_pp[0]
    left = np.block([[np.full((1, 1), classes.dof), trace[None]], [trace[:, None], pairs]])
    right = np.concatenate([state.r2[:, None], state.quadratic], axis=1)
    solution = np.linalg.lstsq(left, right.T, rcond=1e-10)[0].T
    usable = solution[:, 0] > 1e-3 * state.r2 / classes.dof
    change = np.where(usable[:, None], solution[:, 1:] / np.where(usable, solution[:, 0], 1.0)[:, None], 0.0)
    parts, first = [], 0
    for term in classes.slots:
        rows, columns = triangle_indices(term.width)
        delta = np.tile(np.eye(term.width), (len(change), 1, 1))
        delta[:, rows, columns] += change[:, first : first + term.n_parameters]
        values, vectors = np.linalg.eigh(delta, UPLO="L")
        floor = SMALLEST_START * np.maximum(values[:, -1:], 0.1)
        delta = (vectors * np.maximum(values, floor)[:, None, :]) @ vectors.transpose(0, 2, 1)
        parts.append(np.linalg.cholesky(delta)[:, rows, columns])
        first += term.n_parameters
    return np.concatenate(parts, axis=1)


def _steps(state: BatchState, active: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values, vectors = np.linalg.eigh(state.hessian[active])
    size = np.abs(values)
    size = np.maximum(size, np.maximum(1e-10 * size.max(axis=1, keepdims=True), 1e-10))
    along = (vectors.transpose(0, 2, 1) @ state.gradient[active][..., None])[..., 0]
    step = -(vectors @ (along / size)[..., None])[..., 0]
    return step, 0.5 * (along**2 / size).sum(axis=1)


def _certify(classes: Classes, theta: np.ndarray, state: BatchState) -> tuple[np.ndarray, np.ndarray]:
    """Return where the optimality conditions hold beyond doubt, and where some Δ is singular."""
    curvature = np.linalg.eigvalsh(state.hessian)
    good = curvature[:, 0] > -DUAL_TOLERANCE * curvature[:, -1]
    singular = np.zeros(len(theta), dtype=bool)
    first = 0
    for term, factor in zip(classes.slots, batch_factors(theta, classes.slots), strict=True):
        g = batch_gradient(state.by_delta[:, first : first + term.n_parameters], term.width)
        values, vectors = np.linalg.eigh(factor @ factor.transpose(0, 2, 1))
        null = values <= ZERO
        singular |= null.any(axis=1)
        good &= ~((values > ZERO) & (values < DOUBTFUL)).any(axis=1)
        inside = vectors.transpose(0, 2, 1) @ g @ vectors
        both = null[:, :, None] & null[:, None, :]
        slopes = np.linalg.eigvalsh(np.where(both, inside, 0.0))
        good &= ~null.any(axis=1) | (slopes[:, 0] >= -DUAL_TOLERANCE * np.maximum(1.0, np.abs(g).max(axis=(1, 2))))
        first += term.n_parameters
    return good, singular
