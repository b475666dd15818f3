"""Newton's method for the likelihood of a marginal model, with a proof that the end is a minimum of -2 log L."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.repeated.likelihood import Curvature, Point, Problem, curvature, evaluate

MAX_STEPS = 200
MAX_HALVINGS = 40
NEAR = 1e-6
DONE = 1e-17
SMALL = 1e-9
FLAT = 1e-7
ILL_CONDITIONED = 1e-8


@dataclass(frozen=True)
class Optimum:
    """Where the search ended, and whether that is a minimum.

    Attributes
    ----------
    point : Point
    curvature : Curvature
    n_steps : int
    decrement : float
        Half of what one more Newton step would promise to take off -2 log L; below 1e-9 at an optimum.
    flatness : float
        Smallest eigenvalue of the Hessian whose diagonal was scaled to 1; above 1e-7 at an optimum.
    conditioning : float
        Smallest eigenvalue of any estimated correlation matrix of the occasions; above 1e-8 at an optimum.
    """

    point: Point
    curvature: Curvature
    n_steps: int
    decrement: float
    flatness: float
    conditioning: float

    @property
    def certified(self) -> bool:
        """Whether gradient, curvature and covariance matrix are those of a regular minimum."""
        return self.decrement < SMALL and self.flatness > FLAT and self.conditioning > ILL_CONDITIONED


def minimise(problem: Problem, starts: list[np.ndarray]) -> Optimum | None:
    """Minimise -2 log L from the best of several starts.

    Steps use the observed Hessian where it is positive definite and the expected one elsewhere, and are halved until
    Σ is positive definite and -2 log L falls. A stationary point that curves downwards in some direction is left along
    that direction.

    Parameters
    ----------
    problem : Problem
    starts : list of (m,) arrays

    Returns
    -------
    Optimum or None
        None if Σ is not positive definite at any start.
    """
    points = [point for theta in starts if (point := evaluate(problem, theta)) is not None]
    if not points:
        return None
    point = min(points, key=lambda candidate: candidate.criterion)
    bend, n_steps, last = curvature(problem, point), 0, np.inf
    step, decrement = _direction(bend)
    while n_steps < MAX_STEPS:
        resting = not decrement > DONE or (decrement < NEAR and decrement > last / 4)
        moved = _escape(problem, point, bend) if resting else _search(problem, point, step, decrement)
        if moved is None:
            break
        point, bend, n_steps, last = moved, curvature(problem, moved), n_steps + 1, np.inf if resting else decrement
        step, decrement = _direction(bend)
    return Optimum(point, bend, n_steps, decrement, _flatness(bend.observed), _conditioning(problem, point))


def moment_matrix(problem: Problem, group: int) -> np.ndarray:
    """Return the moment estimate of Σ for one group, (K, K), from residuals at β = 0 over pairs seen together.

    Pairs never seen together have covariance zero; an occasion that the group never has gets the mean variance.
    """
    k = problem.n_occasions
    sums, counts = np.zeros((k, k)), np.zeros((k, k))
    for pattern in problem.patterns:
        if pattern.group == group:
            seen = np.ix_(pattern.occasions, pattern.occasions)
            sums[seen] += pattern.y.T @ pattern.y
            counts[seen] += len(pattern.y)
    moments = np.divide(sums, counts, out=np.zeros((k, k)), where=counts > 0)
    variances = np.diag(moments)
    typical = variances[variances > 0].mean() if (variances > 0).any() else 1.0
    moments[np.diag_indices(k)] = np.where(variances > 1e-6 * typical, variances, typical)
    return moments


def _direction(bend: Curvature) -> tuple[np.ndarray, float]:
    for hessian in (bend.observed, bend.expected):
        scale = np.sqrt(np.abs(np.diag(hessian)))
        if not (np.isfinite(hessian).all() and (scale > 0).all()):
            continue
        values, vectors = np.linalg.eigh(hessian / np.outer(scale, scale))
        if hessian is bend.expected:
            values = np.maximum(values, SMALL * values[-1])
        if values[0] > 0:
            along = vectors.T @ (bend.gradient / scale)
            return -(vectors @ (along / values)) / scale, float(along @ (along / values)) / 2
    return np.zeros_like(bend.gradient), float("nan")


def _search(problem: Problem, point: Point, step: np.ndarray, decrement: float) -> Point | None:
    if decrement < NEAR:
        return evaluate(problem, point.theta + step)
    length = 1.0
    for _ in range(MAX_HALVINGS):
        moved = evaluate(problem, point.theta + length * step)
        if moved is not None and moved.criterion < point.criterion - 1e-4 * length * decrement:
            return moved
        length /= 2
    return None


def _escape(problem: Problem, point: Point, bend: Curvature) -> Point | None:
    scale = np.sqrt(np.abs(np.diag(bend.observed)))
    if not (np.isfinite(bend.observed).all() and (scale > 0).all()):
        return None
    values, vectors = np.linalg.eigh(bend.observed / np.outer(scale, scale))
    if values[0] > -FLAT:
        return None
    for length in 0.5 ** np.arange(MAX_HALVINGS / 2):
        for step in (length * vectors[:, 0] / scale, -length * vectors[:, 0] / scale):
            moved = evaluate(problem, point.theta + step)
            if moved is not None and moved.criterion < point.criterion + values[0] * length**2 / 8:
                return moved
    return None


def _flatness(hessian: np.ndarray) -> float:
    scale = np.sqrt(np.abs(np.diag(hessian)))
    if not (scale > 0).all():
        return 0.0
    return float(np.linalg.eigvalsh(hessian / np.outer(scale, scale))[0])


def _conditioning(problem: Problem, point: Point) -> float:
    smallest = []
    for theta in problem.by_group(point.theta):
        sigma = problem.structure.matrix(theta, problem.n_occasions)
        sd = np.sqrt(np.diag(sigma))
        smallest.append(np.linalg.eigvalsh(sigma / np.outer(sd, sd))[0])
    return float(min(smallest))
