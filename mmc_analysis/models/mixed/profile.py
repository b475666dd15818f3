"""Profile likelihood of the standard deviations and correlations of a mixed model.

The criterion is minimised with one of them held. It is written in absolute Cholesky factors L (D = LL') of columns put
in such an order that the quantity of interest is one entry of L, or the direction of one of its rows; holding it is
then a linear restriction. Pinheiro & Bates (2000), Mixed-Effects Models in S and S-PLUS, section 2.4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from mmc_analysis.models.mixed.blocks import Blocks, triangle_indices
from mmc_analysis.models.mixed.likelihood import chain, lower_triangles, moments, solve
from mmc_analysis.models.mixed.sensitivity import congruence, lower_factor, with_residual

MAX_STEPS = 100
ENOUGH = 1e-10
SMALLEST_SIGMA = 1e-8
SMALL = 0.1


@dataclass(frozen=True)
class Quantity:
    """A standard deviation or correlation of one term, or the residual standard deviation.

    Attributes
    ----------
    term : int or None
        None for the residual.
    first, second : int or None
        The column, and for a correlation the other one.
    """

    term: int | None
    first: int | None = None
    second: int | None = None

    @property
    def correlation(self) -> bool:
        """Whether it is a correlation."""
        return self.second is not None


@dataclass(frozen=True)
class Interval:
    """Estimate and limits of one quantity.

    Attributes
    ----------
    estimate, low, high : float
    """

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Criterion:
    """-2 log L as a function of ψ: the lower triangles of L of all terms, and σ.

    Attributes
    ----------
    blocks : Blocks
    take : ndarray (K, m)
    reml : bool
    bases : list of ndarray (k, k)
        For each term from the columns of L to the unit basis.
    """

    blocks: Blocks
    take: np.ndarray
    reml: bool
    bases: list[np.ndarray]

    def value(self, psi: np.ndarray) -> tuple[float, object, np.ndarray]:
        """Return the criterion, the solved state and θ at ψ; infinite where σ is not positive."""
        sigma = psi[-1]
        if sigma < SMALLEST_SIGMA:
            return np.inf, None, psi
        factors = lower_triangles(psi[:-1], self.blocks.slots)
        theta = np.concatenate(
            [lower_factor(b @ f / sigma)[triangle_indices(len(b))] for b, f in zip(self.bases, factors, strict=True)]
        )
        state = solve(self.blocks, theta, self.reml)
        dof = self.blocks.n - self.blocks.p if self.reml else self.blocks.n
        log_part = state.deviance - dof * (1.0 + np.log(2.0 * np.pi * state.r2 / dof))
        return log_part + dof * np.log(2.0 * np.pi * sigma**2) + state.r2 / sigma**2, state, theta

    def derivatives(self, psi: np.ndarray, state, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return gradient and Hessian by ψ at a solved state."""
        sigma, slots, m = psi[-1], self.blocks.slots, len(theta)
        found = moments(state, self.take, self.reml)
        dof = self.blocks.n - self.blocks.p if self.reml else self.blocks.n
        factors = lower_triangles(theta, slots)
        delta = np.concatenate([(f @ f.T)[triangle_indices(len(f))] for f in factors])
        trace = with_residual(found.trace_pp, found.trace_p, dof, delta)
        squares = with_residual(found.quadratic_2, found.quadratic, state.r2, delta)
        slope = np.append(found.trace_p, dof - delta @ found.trace_p) / sigma**2
        slope -= np.append(found.quadratic, state.r2 - delta @ found.quadratic) / sigma**4
        curvature = 2.0 * squares / sigma**6 - trace / sigma**4
        to_unit, start = np.zeros((m + 1, m + 1)), 0
        for term, basis in zip(slots, self.bases, strict=True):
            here = slice(start, start + term.n_parameters)
            to_unit[here, here] = congruence(basis)
            start += term.n_parameters
        to_unit[m, m] = 1.0
        gradient = to_unit.T @ slope
        inner, second = chain(psi[:-1], gradient[:m], slots)
        jacobian = np.zeros((m + 1, m + 1))
        jacobian[:m, :m], jacobian[m, m] = inner, 2.0 * sigma
        hessian = (to_unit @ jacobian).T @ curvature @ (to_unit @ jacobian)
        hessian[:m, :m] += second
        hessian[m, m] += 2.0 * gradient[m]
        return jacobian.T @ gradient, hessian


def restricted_minimum(
    criterion: Criterion, offset: np.ndarray, free: np.ndarray, start: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the minimum over ψ = offset + free·φ, and φ, by Newton's method from `start`."""
    phi = start
    value, state, theta = criterion.value(offset + free @ phi)
    for _ in range(MAX_STEPS):
        gradient, hessian = criterion.derivatives(offset + free @ phi, state, theta)
        values, vectors = np.linalg.eigh(free.T @ hessian @ free)
        size = np.maximum(np.abs(values), max(1e-10 * np.abs(values).max(), 1e-10))
        along = vectors.T @ (free.T @ gradient)
        if 0.5 * (along**2 / size).sum() < ENOUGH:
            break
        step = -vectors @ (along / size)
        for _ in range(40):
            trial = criterion.value(offset + free @ (phi + step))
            if trial[0] <= value + 1e-13 * (abs(value) + criterion.blocks.n):
                break
            step = 0.5 * step
        else:
            break
        phi = phi + step
        value, state, theta = trial
    return value, phi


def restriction(
    quantity: Quantity, psi: np.ndarray, start: int, held: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return offset, free directions and starting φ when a quantity is held.

    The quantity is ψ's last entry; the first entry of its term; or the direction of the term's second row.
    """
    size = len(psi)
    offset = np.zeros(size)
    if quantity.correlation:
        a, b = start + 1, start + 2
        free = np.delete(np.eye(size), b, axis=1)
        free[a, a], free[b, a] = held, np.sqrt(max(1.0 - held**2, 0.0))
        phi = np.delete(psi, b)
        phi[a] = np.hypot(psi[a], psi[b])
        return offset, free, phi
    place = size - 1 if quantity.term is None else start
    offset[place] = held
    return offset, np.delete(np.eye(size), place, axis=1), np.delete(psi, place)


def profile_interval(
    blocks: Blocks, take: np.ndarray, reml: bool, bases: Sequence[np.ndarray], factors: Sequence[np.ndarray],
    sigma: float, quantity: Quantity, level: float,
) -> Interval:  # fmt: skip
    """Return the profile-likelihood interval of one quantity, in the scaled units of the blocks.

    Parameters
    ----------
    blocks, take, reml
        The problem.
    bases : sequence of ndarray (k, k)
        For each term from the user's columns, at mean square 1, to the unit basis.
    factors : sequence of ndarray (k, k)
        Λ of each term at the optimum, in the unit basis.
    sigma : float
        At the optimum.
    quantity : Quantity
    level : float
        Confidence level.
    """
    ordered = [basis[:, _order(quantity, i, len(basis))] for i, basis in enumerate(bases)]
    criterion = Criterion(blocks, take, reml, ordered)
    parts = [
        lower_factor(np.linalg.solve(basis, factor) * sigma)[triangle_indices(len(basis))]
        for basis, factor in zip(ordered, factors, strict=True)
    ]
    start = sum(len(part) for part in parts[: quantity.term]) if quantity.term is not None else 0
    psi = np.append(np.concatenate(parts), sigma)
    estimate = _estimate(quantity, psi, start)
    if np.isnan(estimate):
        return Interval(np.nan, np.nan, np.nan)
    best = criterion.value(psi)[0]
    excess = _excess(criterion, quantity, psi, start, best + special.chdtri(1, 1.0 - level))
    lowest = -1.0 if quantity.correlation else (SMALLEST_SIGMA if quantity.term is None else 0.0)
    highest = 1.0 if quantity.correlation else np.inf
    step = 0.1 if quantity.correlation else 0.1 * max(abs(estimate), 0.1 * sigma)
    return Interval(estimate, _end(excess, estimate, -step, lowest), _end(excess, estimate, step, highest))


def _order(quantity: Quantity, term: int, width: int) -> list[int]:
    first = [] if quantity.term != term else [quantity.first] + ([quantity.second] if quantity.correlation else [])
    return first + [i for i in range(width) if i not in first]


def _estimate(quantity: Quantity, psi: np.ndarray, start: int) -> float:
    if quantity.term is None:
        return float(psi[-1])
    if not quantity.correlation:
        return float(psi[start])
    length = np.hypot(psi[start + 1], psi[start + 2])
    return float(psi[start + 1] / length) if length > 1e-6 * psi[-1] and psi[start] > 1e-6 * psi[-1] else np.nan


def _excess(criterion: Criterion, quantity: Quantity, psi: np.ndarray, start: int, limit: float) -> Callable:
    """Return a function of the held value: profile minus limit; each call starts where the last one ended."""
    last = {"psi": psi}

    def excess(held: float) -> float:
        offset, free, phi = restriction(quantity, _off_zero(last["psi"], criterion.blocks), start, held)
        value, phi = restricted_minimum(criterion, offset, free, phi)
        last["psi"] = offset + free @ phi
        return value - limit

    return excess


def _off_zero(psi: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Return ψ with its zero standard deviations a little above zero, where the criterion would be stationary."""
    moved, first = psi.copy(), 0
    for term in blocks.slots:
        rows, columns = triangle_indices(term.width)
        diagonal = first + np.flatnonzero(rows == columns)
        small = np.abs(psi[diagonal]) < SMALL * psi[-1]
        moved[diagonal[small]] = SMALL * psi[-1]
        first += term.n_parameters
    return moved


def _end(excess: Callable, estimate: float, step: float, bound: float) -> float:
    inside, reach = estimate, step
    while True:
        outside = estimate + reach
        beyond = outside <= bound if step < 0 else outside >= bound
        outside = bound if beyond else outside
        if excess(outside) > 0:
            break
        if beyond:
            return bound
        inside, reach = outside, 2.0 * reach
    ends = sorted((inside, outside))
    return float(optimize.brentq(excess, *ends, xtol=1e-9 * max(abs(outside), abs(step)), rtol=1e-9))
