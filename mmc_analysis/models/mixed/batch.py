"""The likelihood of one design for many responses at once.

Blocks with the same random-effect and fixed-effect columns form a class; of a response only sums over each class are
needed, so that the cost does not depend on the number of participants. Fixed effects that are orthogonal to all
random effects do not enter. The algebra is that of :mod:`mmc_analysis.models.mixed.likelihood`.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import Blocks, TermSlots, triangle_indices
from mmc_analysis.models.mixed.likelihood import directions

_SAME = 1e-10


@dataclass(frozen=True)
class Classes:
    """A design as classes of equal blocks.

    Attributes
    ----------
    root : ndarray (G, r, K)
    x : ndarray (G, r, q)
        Q'X of the q fixed effects that are not orthogonal to Z.
    x_basis : ndarray (p, q)
        How these q are made of the p orthonormal fixed effects.
    x_rest : ndarray (q, q)
        Their crossproducts orthogonal to Z.
    counts : ndarray (G,)
    member : ndarray of int (B,)
        Class of each block.
    slots : tuple of TermSlots
    take : ndarray (K, m)
    n, dof : int
        Rows, and n - p or n.
    reml : bool
    """

    root: np.ndarray
    x: np.ndarray
    x_basis: np.ndarray
    x_rest: np.ndarray
    counts: np.ndarray
    member: np.ndarray
    slots: tuple[TermSlots, ...]
    take: np.ndarray
    n: int
    dof: int
    reml: bool


@dataclass(frozen=True)
class Sums:
    """What the likelihood needs of N responses, each cleared of its least-squares fit.

    Attributes
    ----------
    first : ndarray (N, G, r)
        Σ Q'y over the blocks of a class.
    second : ndarray (N, G, r, r)
        Σ (Q'y)(Q'y)'.
    x_rest : ndarray (N, q)
        X'y orthogonal to Z.
    rest : ndarray (N,)
        y'y orthogonal to Z.
    """

    first: np.ndarray
    second: np.ndarray
    x_rest: np.ndarray
    rest: np.ndarray

    def of(self, lanes: np.ndarray) -> "Sums":
        """Return the sums of some responses."""
        return Sums(self.first[lanes], self.second[lanes], self.x_rest[lanes], self.rest[lanes])


def classes_of(blocks: Blocks, reml: bool) -> Classes:
    """Return the classes of equal blocks of a design with orthonormal fixed effects."""
    width, p = blocks.width, blocks.p
    x = blocks.stacked[:, :, width:-1]
    values, vectors = np.linalg.eigh(np.einsum("brp,brq->pq", x, x))
    basis = vectors[:, values > _SAME]
    design = np.concatenate([blocks.stacked[:, :, :width], x @ basis], axis=2)
    scale = np.abs(design).max()
    key = np.round(design.reshape(len(design), -1) / (scale * 1e-9)).astype(np.int64)
    _, first, member = np.unique(key, axis=0, return_index=True, return_inverse=True)
    member = member.ravel()
    chosen = design[first]
    return Classes(
        chosen[:, :, :width], chosen[:, :, width:], basis, basis.T @ blocks.rest[:-1, :-1] @ basis,
        np.bincount(member).astype(float), member, blocks.slots, directions(blocks.slots), blocks.n,
        blocks.n - p if reml else blocks.n, reml,
    )  # fmt: skip


def sums_of(classes: Classes, rotated: np.ndarray, rest: np.ndarray) -> Sums:
    """Return the sums of responses.

    Parameters
    ----------
    classes : Classes
    rotated : ndarray (B, r, N)
        Q_i'y_i of every block.
    rest : ndarray (N,)
        y'y orthogonal to Z.
    """
    n_classes, size, count = len(classes.counts), rotated.shape[1], rotated.shape[2]
    first, second = np.zeros((count, n_classes, size)), np.zeros((count, n_classes, size, size))
    for g in range(n_classes):
        mine = np.ascontiguousarray(rotated[classes.member == g].transpose(2, 0, 1))
        first[:, g] = mine.sum(axis=1)
        second[:, g] = mine.transpose(0, 2, 1) @ mine
    x_rest = -np.einsum("grq,ngr->nq", classes.x, first)
    return Sums(first, second, x_rest, rest)


@dataclass(frozen=True)
class BatchState:
    """N models solved, each at its own θ.

    Attributes
    ----------
    deviance, r2 : ndarray (N,)
    beta : ndarray (N, q)
    gradient : ndarray (N, m)
    hessian : ndarray (N, m, m)
    by_delta : ndarray (N, m)
    trace_p : ndarray (N, m)
    trace_pp : ndarray (N, m, m)
    quadratic : ndarray (N, m)
    """

    deviance: np.ndarray
    r2: np.ndarray
    beta: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray
    by_delta: np.ndarray
    trace_p: np.ndarray
    trace_pp: np.ndarray
    quadratic: np.ndarray


def batch_factors(theta: np.ndarray, slots: tuple[TermSlots, ...]) -> list[np.ndarray]:
    """Return Λ of each term for N models, (N, k, k) each."""
    factors, start = [], 0
    for term in slots:
        factor = np.zeros((len(theta), term.width, term.width))
        rows, columns = triangle_indices(term.width)
        factor[:, rows, columns] = theta[:, start : start + term.n_parameters]
        factors.append(factor)
        start += term.n_parameters
    return factors


def batch_solve(classes: Classes, sums: Sums, theta: np.ndarray) -> BatchState:
    """Solve N models with first and second derivatives.

    Parameters
    ----------
    classes : Classes
    sums : Sums
    theta : ndarray (N, m)
    """
    (_, size, width), q = classes.root.shape, classes.x.shape[2]
    n_g = classes.counts
    weighted = _scaled_roots(classes, theta)
    middle = weighted @ weighted.transpose(0, 1, 3, 2)
    middle[:, :, np.arange(size), np.arange(size)] += 1.0
    factor = np.linalg.cholesky(middle)
    design = np.concatenate([classes.root, classes.x], axis=2)
    eye = np.broadcast_to(np.eye(size), middle.shape)
    lower = np.linalg.solve(factor, eye)
    half = lower @ design
    z, x = half[..., :width], half[..., width:]
    inverse = lower.transpose(0, 1, 3, 2) @ lower
    t = z.transpose(0, 1, 3, 2) @ z
    u = z.transpose(0, 1, 3, 2) @ x
    c = classes.x_rest + np.einsum("g,ngrp,ngrq->npq", n_g, x, x, optimize=True)
    seen = inverse @ sums.first[..., None]
    xy = sums.x_rest + np.einsum("grq,ngr->nq", classes.x, seen[..., 0])
    beta = np.linalg.solve(c, xy[..., None])[..., 0]
    yy = sums.rest + np.einsum("ngrs,ngsr->n", inverse, sums.second)
    r2 = yy - (xy * beta).sum(axis=1)
    log_h = 2.0 * (np.log(np.einsum("ngrr->ngr", factor)).sum(axis=2) @ n_g)
    deviance = log_h + classes.dof * (1.0 + np.log(2.0 * np.pi * r2 / classes.dof))
    if classes.reml and q:
        deviance = deviance + np.linalg.slogdet(c)[1]
    w1, w2 = _residual_sums(classes, sums, inverse, beta)
    c_root = np.linalg.cholesky(c)
    scaled = np.linalg.solve(c_root[:, None], u.transpose(0, 1, 3, 2)).transpose(0, 1, 3, 2)
    return _derivatives(classes, theta, (deviance, r2, beta), (t, scaled, w1, w2))


def _scaled_roots(classes: Classes, theta: np.ndarray) -> np.ndarray:
    n_classes, size, _ = classes.root.shape
    parts = []
    for term, factor in zip(classes.slots, batch_factors(theta, classes.slots), strict=True):
        root = classes.root[:, :, term.columns].reshape(n_classes, size * term.n_slots, term.width)
        parts.append((root[None] @ factor[:, None]).reshape(len(theta), n_classes, size, -1))
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=3)


def _residual_sums(
    classes: Classes, sums: Sums, inverse: np.ndarray, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return Σw (N, G, K) and Σww' (N, G, K, K) over each class, w = Z'H⁻¹(y - Xβ)."""
    mean = np.einsum("grq,nq->ngr", classes.x, beta)
    first = sums.first - classes.counts[:, None] * mean
    cross = sums.first[..., :, None] * mean[..., None, :]
    second = sums.second - cross - cross.transpose(0, 1, 3, 2)
    second = second + classes.counts[:, None, None] * mean[..., :, None] * mean[..., None, :]
    through = classes.root.transpose(0, 2, 1)[None] @ inverse
    return (through @ first[..., None])[..., 0], through @ second @ through.transpose(0, 1, 3, 2)


def _derivatives(classes: Classes, theta: np.ndarray, solved: tuple, arrays: tuple) -> BatchState:
    deviance, r2, beta = solved
    t, u, w1, w2 = arrays
    take, n_g, (count, m), q = classes.take, classes.counts, (len(theta), classes.take.shape[1]), u.shape[3]
    moved_t = _gather(t, take, axis=3)
    trace = np.einsum("g,ngkkr->nr", n_g, moved_t)
    weighted = moved_t * n_g[:, None, None, None]
    trace_pp = _contract(weighted, moved_t.transpose(0, 1, 3, 2, 4))
    moved_w = _gather(w2, take, axis=3)
    quadratic = np.einsum("ngkkr->nr", moved_w)
    quadratic_2 = _contract(moved_t, moved_w.transpose(0, 1, 3, 2, 4))
    known = np.concatenate([u * n_g[:, None, None], w1[..., None]], axis=3)
    moved = _gather(known, take, axis=2)
    width = take.shape[0]
    small = u.transpose(0, 1, 3, 2).reshape(count, -1, q, width).transpose(0, 2, 1, 3).reshape(count, q, -1) @ (
        moved.reshape(count, -1, m * (q + 1))
    )
    small = small.reshape(count, q, m, q + 1)
    towards = small[..., q]
    quadratic_2 = quadratic_2 - towards.transpose(0, 2, 1) @ towards
    if classes.reml and q:
        own = moved[..., :q] / n_g[:, None, None, None]
        through = (t @ moved[..., :q].reshape(count, len(n_g), width, -1)).reshape(own.shape)
        inner = small[..., :q].transpose(0, 2, 1, 3).reshape(count, m, -1)
        trace = trace - np.einsum("ncrc->nr", small[..., :q])
        pairs = _flat(own) @ _flat(through).transpose(0, 2, 1)
        trace_pp = trace_pp - 2.0 * pairs + inner @ inner.transpose(0, 2, 1)
    share = classes.dof / r2
    by_delta = trace - share[:, None] * quadratic
    curvature = 2.0 * share[:, None, None] * quadratic_2 - trace_pp
    curvature = curvature - (share / r2)[:, None, None] * quadratic[:, :, None] * quadratic[:, None, :]
    jacobian, second = _chain(theta, by_delta, classes.slots)
    gradient = np.einsum("nrt,nr->nt", jacobian, by_delta)
    hessian = jacobian.transpose(0, 2, 1) @ curvature @ jacobian + second
    return BatchState(deviance, r2, beta, gradient, hessian, by_delta, trace, trace_pp, quadratic)


def _gather(array: np.ndarray, take: np.ndarray, axis: int) -> np.ndarray:
    """Return array·E_r for all r: the columns (or rows) that E_r moves here, zero where it moves none."""
    shape = list(array.shape)
    shape[axis] = 1
    padded = np.concatenate([array, np.zeros(shape)], axis=axis)
    return padded[:, :, :, take] if axis == 3 else padded[:, :, take]


def _contract(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    count, m = len(left), left.shape[-1]
    flat_left = np.ascontiguousarray(left).reshape(count, -1, m).transpose(0, 2, 1)
    return flat_left @ np.ascontiguousarray(right).reshape(count, -1, m)


def _flat(array: np.ndarray) -> np.ndarray:
    count, m = len(array), array.shape[3]
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2, 4)).reshape(count, m, -1)


def _chain(theta: np.ndarray, by_delta: np.ndarray, slots: tuple[TermSlots, ...]) -> tuple[np.ndarray, np.ndarray]:
    count, m = theta.shape
    jacobian, second = np.zeros((count, m, m)), np.zeros((count, m, m))
    start = 0
    for term, factor in zip(slots, batch_factors(theta, slots), strict=True):
        rows, columns = triangle_indices(term.width)
        here = slice(start, start + term.n_parameters)
        first = factor[:, columns][:, :, columns]
        other = factor[:, rows][:, :, columns]
        jacobian[:, here, here] = (rows[:, None] == rows) * first + (columns[:, None] == rows) * other
        g = batch_gradient(by_delta[:, here], term.width)
        second[:, here, here] = 2.0 * g[:, rows][:, :, rows] * (columns[:, None] == columns)
        start += term.n_parameters
    return jacobian, second


def batch_gradient(by_delta: np.ndarray, width: int) -> np.ndarray:
    """Return the symmetric gradient by Δ of one term for N models, (N, k, k)."""
    rows, columns = triangle_indices(width)
    g = np.zeros((len(by_delta), width, width))
    g[:, rows, columns] = np.where(rows == columns, by_delta, 0.5 * by_delta)
    return g + np.tril(g, -1).transpose(0, 2, 1)
