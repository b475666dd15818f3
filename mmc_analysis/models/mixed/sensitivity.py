"""How a fitted mixed model responds to its covariance parameters: what small-sample inference is made of.

All arrays are in units in which the residual variance is 1 and Cov(β̂) is the identity (`whiten` of the solution), and
the parameters γ are the entries of each term's Δ, in its unit basis, and last the residual variance. Since V is linear
in γ, V = Σγ_rG_r, everything about the residual variance follows from the rest: G_σ = V - Σδ_rG_r.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import triangle_indices
from mmc_analysis.models.mixed.likelihood import chain, moments
from mmc_analysis.models.mixed.solution import MixedSolution


@dataclass(frozen=True)
class Sensitivity:
    """Kenward and Roger's arrays, and the information about the covariance parameters.

    Attributes
    ----------
    p : ndarray (m + 1, p, p)
        -X'V⁻¹G_rV⁻¹X.
    q : ndarray (m + 1, m + 1, p, p)
        X'V⁻¹G_rV⁻¹G_sV⁻¹X.
    expected, observed : ndarray (m + 1, m + 1)
        Half the expected and the observed Hessian of -2 log L by γ.
    gradient : ndarray (m + 1,)
        Of -2 log L by γ: zero but for parameters at the boundary.
    delta : ndarray (m,)
        Entries of Δ.
    """

    p: np.ndarray
    q: np.ndarray
    expected: np.ndarray
    observed: np.ndarray
    gradient: np.ndarray
    delta: np.ndarray


def sensitivity(solution: MixedSolution) -> Sensitivity:
    """Return the arrays of a fitted model."""
    state, take, blocks = solution.optimum.state, solution.take, solution.blocks
    found = moments(state, take, solution.reml)
    delta = delta_of(solution)
    dof = blocks.n - blocks.p if solution.reml else blocks.n
    trace = with_residual(found.trace_pp, found.trace_p, dof, delta)
    squares = with_residual(found.quadratic_2, found.quadratic, state.r2, delta) / state.sigma2
    slope = np.append(found.trace_p - found.quadratic / state.sigma2, 0.0)
    slope[-1] = -delta @ slope[:-1]
    p, q = _fixed_effect_arrays(solution)
    p, q = _add_residual(p, q, delta)
    return Sensitivity(p, q, 0.5 * trace, squares - 0.5 * trace, slope, delta)


def delta_of(solution: MixedSolution) -> np.ndarray:
    """Return the lower triangles of ΛΛ' of all terms, (m,)."""
    return np.concatenate([(f @ f.T)[triangle_indices(len(f))] for f in solution.factors])


def with_residual(pairs: np.ndarray, single: np.ndarray, whole: float, delta: np.ndarray) -> np.ndarray:
    """Extend a bilinear form in (G_r, G_s) by G_σ, given the form in (V, G_r) and in (V, V)."""
    edge = single - pairs @ delta
    corner = whole - delta @ single - delta @ edge
    return np.block([[pairs, edge[:, None]], [edge[None], np.full((1, 1), corner)]])


def _fixed_effect_arrays(solution: MixedSolution) -> tuple[np.ndarray, np.ndarray]:
    state, take = solution.optimum.state, solution.take
    (n_blocks, width), m, p = state.w.shape, take.shape[1], len(state.beta)
    u = np.linalg.solve(state.c_root.T, state.u.reshape(-1, p).T).T.reshape(state.u.shape)
    padded = np.concatenate([u, np.zeros((n_blocks, 1, p))], axis=1)
    moved = padded[:, take].reshape(n_blocks, width, m * p)
    through = (state.t @ moved).reshape(-1, m * p)
    moved = moved.reshape(-1, m * p)
    inner = (u.reshape(-1, p).T @ moved).reshape(p, m, p).transpose(1, 0, 2)
    q = (moved.T @ through).reshape(m, p, m, p).transpose(0, 2, 1, 3)
    return -inner, q


def _add_residual(p: np.ndarray, q: np.ndarray, delta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    m, width = len(delta), p.shape[1]
    p_all = np.empty((m + 1, width, width))
    p_all[:m] = p
    p_all[m] = -np.eye(width) - np.tensordot(delta, p, axes=1)
    q_all = np.empty((m + 1, m + 1, width, width))
    q_all[:m, :m] = q
    edge = -p - np.tensordot(delta, q, axes=(0, 1))
    q_all[:m, m] = edge
    q_all[m, :m] = edge.transpose(0, 2, 1)
    q_all[m, m] = -p_all[m] - np.tensordot(delta, q_all[m, :m], axes=1)
    return p_all, q_all


@dataclass(frozen=True)
class FactorHessian:
    """What Satterthwaite's method needs, in the parametrisation ψ = (θ, σ).

    Attributes
    ----------
    hessian : ndarray (m + 1, m + 1)
        Of -2 log L by ψ, with σ as a multiple of its estimate.
    d_phi : ndarray (m + 1, p, p)
        ∂Cov(β̂)/∂ψ_r.
    """

    hessian: np.ndarray
    d_phi: np.ndarray


def by_factors(solution: MixedSolution, found: Sensitivity, bases: list[np.ndarray]) -> FactorHessian:
    """Return Hessian and derivatives by the Cholesky factors of each term in some basis, and by σ.

    Inside the boundary every basis gives the same degrees of freedom; at the boundary they depend on it.

    Parameters
    ----------
    solution : MixedSolution
    found : Sensitivity
    bases : list of ndarray (k, k)
        For each term, z = unit @ basis.
    """
    slots, m = solution.blocks.slots, len(found.delta)
    to_unit = np.zeros((m + 1, m + 1))
    to_unit[m, m] = 1.0
    thetas, start = [], 0
    for term, factor, basis in zip(slots, solution.factors, bases, strict=True):
        here = slice(start, start + term.n_parameters)
        scaled = basis / np.sqrt((basis**2).sum(axis=0))
        thetas.append(lower_factor(np.linalg.solve(scaled, factor))[triangle_indices(term.width)])
        to_unit[here, here] = congruence(scaled)
        start += term.n_parameters
    theta = np.concatenate(thetas)
    gradient = to_unit.T @ found.gradient
    jacobian, second = chain(theta, gradient[:m], slots)
    full = np.zeros((m + 1, m + 1))
    full[:m, :m] = jacobian
    delta = np.linalg.solve(to_unit[:m, :m], found.delta)
    full[:, m] = np.append(2.0 * delta, 2.0)
    outer = to_unit @ full
    hessian = outer.T @ (2.0 * found.observed) @ outer
    hessian[:m, :m] += second
    return FactorHessian(0.5 * (hessian + hessian.T), -np.tensordot(outer, found.p, axes=(0, 0)))


def lower_factor(half: np.ndarray) -> np.ndarray:
    """Return the lower triangular factor with non-negative diagonal of half·half'; zero columns where it is singular.

    Examples
    --------
    >>> lower_factor(np.array([[0.0, 0.0], [3.0, 4.0]]))
    array([[0., 0.],
           [0., 5.]])
    """
    width = len(half)
    rest, factor = half.copy(), np.zeros((width, width))
    floor = 1e-10 * np.linalg.norm(half, axis=1)
    for j in range(width):
        size = np.linalg.norm(rest[j])
        if size > floor[j]:
            along = rest[j] / size
            factor[j:, j] = rest[j:] @ along
            rest = rest - np.outer(rest @ along, along)
    return factor


def congruence(basis: np.ndarray) -> np.ndarray:
    """Return the matrix that takes the lower triangle of Δ to the lower triangle of basis·Δ·basis'.

    Examples
    --------
    >>> congruence(np.array([[2.0]]))
    array([[4.]])
    """
    width = len(basis)
    rows, columns = triangle_indices(width)
    plain = basis[rows][:, rows] * basis[columns][:, columns]
    swapped = basis[rows][:, columns] * basis[columns][:, rows]
    return np.where(rows == columns, plain, plain + swapped)
