"""The profiled deviance -2 log L of a linear mixed model, with exact first and second derivatives.

y = Xβ + Zb + e with b ~ N(0, σ²Δ), e ~ N(0, σ²I), and Δ = ΛΛ' by term; V = σ²H, H = I + ZΔZ'. The scale σ² and β
are profiled out. Every derivative is taken by the entries δ of Δ first, in which H is linear, and carried over to the
lower triangles θ of Λ by the chain rule. Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1).
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import Blocks, TermSlots, triangle_indices


@dataclass(frozen=True)
class State:
    """A model solved at one θ.

    Attributes
    ----------
    deviance : float
        -2 log L, restricted or not.
    beta : ndarray (p,)
    r2 : float
        (y - Xβ)'H⁻¹(y - Xβ).
    sigma2 : float
        r2/(n - p) for REML, r2/n for ML.
    c_root : ndarray (p, p)
        Upper Cholesky factor of C = X'H⁻¹X.
    t : ndarray (B, K, K)
        Z'H⁻¹Z.
    u : ndarray (B, K, p)
        Z'H⁻¹X.
    w : ndarray (B, K)
        Z'H⁻¹(y - Xβ).
    """

    deviance: float
    beta: np.ndarray
    r2: float
    sigma2: float
    c_root: np.ndarray
    t: np.ndarray
    u: np.ndarray
    w: np.ndarray


@dataclass(frozen=True)
class Moments:
    """Traces and quadratic forms in G_r = ∂H/∂δ_r, from which every information matrix is made.

    Attributes
    ----------
    trace_h, trace_p : ndarray (m,)
        tr(H⁻¹G_r) and tr(PG_r).
    trace_hh, trace_pp : ndarray (m, m)
        tr(H⁻¹G_rH⁻¹G_s) and tr(PG_rPG_s).
    quadratic : ndarray (m,)
        y'PG_rPy.
    quadratic_2 : ndarray (m, m)
        y'PG_rPG_sPy.
    """

    trace_h: np.ndarray
    trace_p: np.ndarray
    trace_hh: np.ndarray
    trace_pp: np.ndarray
    quadratic: np.ndarray
    quadratic_2: np.ndarray


@dataclass(frozen=True)
class Derivatives:
    """First and second derivatives of the profiled deviance.

    Attributes
    ----------
    by_delta : ndarray (m,)
        By the entries of Δ.
    gradient : ndarray (m,)
        By θ.
    hessian : ndarray (m, m)
        By θ.
    """

    by_delta: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray


def lower_triangles(theta: np.ndarray, slots: tuple[TermSlots, ...]) -> list[np.ndarray]:
    """Return the factor Λ of each term, (k, k) lower triangular, from θ (row by row)."""
    factors, start = [], 0
    for term in slots:
        factor = np.zeros((term.width, term.width))
        factor[triangle_indices(term.width)] = theta[start : start + term.n_parameters]
        factors.append(factor)
        start += term.n_parameters
    return factors


def solve(blocks: Blocks, theta: np.ndarray, reml: bool) -> State:
    """Solve the model at θ.

    Raises
    ------
    numpy.linalg.LinAlgError
        If θ is so extreme that a factor overflows.
    """
    p, width = blocks.p, blocks.width
    weighted = scaled_roots(blocks, theta)
    middle = weighted @ weighted.transpose(0, 2, 1)
    middle[:, np.arange(middle.shape[1]), np.arange(middle.shape[1])] += 1.0
    factor = np.linalg.cholesky(middle)
    half = np.linalg.solve(factor, blocks.stacked)
    z, xy = half[:, :, :width], half[:, :, width:]
    flat = xy.reshape(-1, p + 1)
    root = np.linalg.cholesky(blocks.rest + flat.T @ flat)
    beta = np.linalg.solve(root[:p, :p].T, root[p, :p])
    zt = z.transpose(0, 2, 1)
    u = zt @ xy
    r2 = root[p, p] ** 2
    log_h = 2.0 * np.log(np.einsum("brr->br", factor)).sum()
    dof = blocks.n - p if reml else blocks.n
    deviance = log_h + dof * (1.0 + np.log(2.0 * np.pi * r2 / dof))
    if reml:
        deviance += 2.0 * np.log(root.diagonal()[:p]).sum()
    w = u[:, :, p] - u[:, :, :p] @ beta
    return State(float(deviance), beta, float(r2), float(r2 / dof), root[:p, :p].T, zt @ z, u[:, :, :p], w)


def scaled_roots(blocks: Blocks, theta: np.ndarray) -> np.ndarray:
    """Return R_iΛ, (B, r, K)."""
    factors = lower_triangles(theta, blocks.slots)
    size = blocks.stacked.shape[:2]
    parts = [
        (blocks.stacked[:, :, term.columns].reshape(*size, term.n_slots, term.width) @ factor).reshape(*size, -1)
        for term, factor in zip(blocks.slots, factors, strict=True)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=2)


def directions(slots: tuple[TermSlots, ...]) -> np.ndarray:
    """Return each E_r = ∂Δ/∂δ_r as a gather of columns: (K, m), with K for "nothing".

    E_r is symmetric and takes each column to at most one other, so that (AE_r)[:, j] = A[:, take[j, r]].
    """
    width = slots[-1].columns.stop
    take = np.full((width, sum(term.n_parameters for term in slots)), width)
    r = 0
    for term in slots:
        slot_starts = term.start + np.arange(term.n_slots) * term.width
        for a, b in zip(*triangle_indices(term.width), strict=True):
            take[slot_starts + a, r] = slot_starts + b
            take[slot_starts + b, r] = slot_starts + a
            r += 1
    return take


def moments(state: State, take: np.ndarray, reml: bool) -> Moments:
    """Return the traces and quadratic forms of all parameters at a solved model.

    Parameters
    ----------
    state : State
    take : ndarray (K, m)
        From :func:`directions`.
    reml : bool
        Whether P = H⁻¹ - H⁻¹XC⁻¹X'H⁻¹ stands in the traces, or H⁻¹ alone.
    """
    (n_blocks, width), m, p = state.w.shape, take.shape[1], len(state.beta)
    trace_h, trace_hh = _traces(state.t, take)
    scaled = np.linalg.solve(state.c_root.T, state.u.reshape(-1, p).T).T.reshape(state.u.shape)
    known = np.concatenate([scaled, state.w[:, :, None], np.zeros_like(state.w)[:, :, None]], axis=2)
    known = np.concatenate([known, np.zeros((n_blocks, 1, p + 2))], axis=1)[:, :, : p + 1]
    moved = known[:, take]
    through = (state.t @ moved.reshape(n_blocks, width, -1)).reshape(moved.shape)
    flat = known[:, :width].reshape(-1, p + 1)
    small = (flat.T @ moved.reshape(len(flat), -1)).reshape(p + 1, m, p + 1)
    pairs_w = _pairs(moved[..., p:], through[..., p:])
    towards_x = small[:p, :, p]
    quadratic_2 = pairs_w - towards_x.T @ towards_x
    if not reml:
        return Moments(trace_h, trace_h, trace_hh, trace_hh, small[p, :, p], quadratic_2)
    inner = small[:p, :, :p]
    trace_p = trace_h - np.einsum("crc->r", inner)
    flat_inner = inner.transpose(1, 0, 2).reshape(m, -1)
    trace_pp = trace_hh - 2.0 * _pairs(moved[..., :p], through[..., :p]) + flat_inner @ flat_inner.T
    return Moments(trace_h, trace_p, trace_hh, trace_pp, small[p, :, p], quadratic_2)


def _traces(t: np.ndarray, take: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    padded = np.concatenate([t, np.zeros((*t.shape[:2], 1))], axis=2)
    moved = padded[:, :, take]
    m = take.shape[1]
    left = moved.transpose(3, 0, 1, 2).reshape(m, -1)
    right = moved.transpose(3, 0, 2, 1).reshape(m, -1)
    return np.einsum("bkkr->r", moved), left @ right.T


def _pairs(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    m = left.shape[2]
    return left.transpose(2, 0, 1, 3).reshape(m, -1) @ right.transpose(2, 0, 1, 3).reshape(m, -1).T


def derivatives(blocks: Blocks, state: State, theta: np.ndarray, take: np.ndarray, reml: bool) -> Derivatives:
    """Return gradient and Hessian of the profiled deviance at a solved model."""
    found = moments(state, take, reml)
    share = (blocks.n - blocks.p if reml else blocks.n) / state.r2
    by_delta = found.trace_p - share * found.quadratic
    curvature = 2.0 * share * found.quadratic_2 - found.trace_pp
    curvature -= share / state.r2 * np.outer(found.quadratic, found.quadratic)
    jacobian, second = chain(theta, by_delta, blocks.slots)
    return Derivatives(by_delta, jacobian.T @ by_delta, jacobian.T @ curvature @ jacobian + second)


def chain(theta: np.ndarray, by_delta: np.ndarray, slots: tuple[TermSlots, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return ∂δ/∂θ (m, m) and Σ_r g_r ∂²δ_r/∂θ∂θ' (m, m) for Δ = ΛΛ'."""
    m = len(theta)
    jacobian, second = np.zeros((m, m)), np.zeros((m, m))
    start = 0
    for term, factor in zip(slots, lower_triangles(theta, slots), strict=True):
        rows, columns = triangle_indices(term.width)
        here = slice(start, start + term.n_parameters)
        same_a, same_b = rows[:, None] == rows, columns[:, None] == rows
        jacobian[here, here] = same_a * factor[columns][:, columns] + same_b * factor[rows][:, columns]
        g = full_gradient(by_delta[here], term.width)
        second[here, here] = 2.0 * g[np.ix_(rows, rows)] * (columns[:, None] == columns)
        start += term.n_parameters
    return jacobian, second


def full_gradient(by_delta: np.ndarray, width: int) -> np.ndarray:
    """Return the symmetric G with d = tr(G·dΔ), (k, k), from the derivatives by Δ's lower triangle."""
    g = np.zeros((width, width))
    rows, columns = triangle_indices(width)
    g[rows, columns] = np.where(rows == columns, by_delta, 0.5 * by_delta)
    return g + g.T - np.diag(g.diagonal())
