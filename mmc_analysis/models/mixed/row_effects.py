"""Which random effects stand behind a row, and how precisely a row can be predicted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import triangle_indices
from mmc_analysis.models.mixed.conditional import block_factor
from mmc_analysis.models.mixed.sensitivity import Sensitivity
from mmc_analysis.models.mixed.solution import MixedSolution

UNSEEN = -1


@dataclass(frozen=True)
class RowEffects:
    """Rows as linear functions of the fixed and random effects.

    Attributes
    ----------
    x : ndarray (N, p)
        Coefficients of the fixed effects.
    known : ndarray (N, K)
        Coefficients of the effects of the row's block, in the unit bases.
    block : ndarray of int (N,)
        Block of the row; 0 where it has none of the effects that were seen.
    new : ndarray (N, m)
        For each row the variance, by the parameters δ, of effects that were never seen.
    """

    x: np.ndarray
    known: np.ndarray
    block: np.ndarray
    new: np.ndarray


def row_effects(
    solution: MixedSolution, x: np.ndarray, units: Sequence[np.ndarray], levels: Sequence[np.ndarray]
) -> RowEffects:
    """Place rows among the blocks of a fit.

    Parameters
    ----------
    solution : MixedSolution
    x : ndarray (N, p)
    units : sequence of ndarray (N, k)
        Each term's columns in its unit basis.
    levels : sequence of ndarray of int (N,)
        Level of each row in each term, -1 where the fit has not seen it.
    """
    blocks = solution.blocks
    n = len(x)
    known, block = np.zeros((n, blocks.width)), np.zeros(n, dtype=np.intp)
    new = np.zeros((n, blocks.n_parameters))
    first = 0
    for slots, unit, level in zip(blocks.slots, units, levels, strict=True):
        seen = np.flatnonzero(level != UNSEEN)
        block[seen] = slots.block[level[seen]]
        columns = slots.start + slots.slot[level[seen]][:, None] * slots.width + np.arange(slots.width)
        known[seen[:, None], columns] = unit[seen]
        missing = np.flatnonzero(level == UNSEEN)
        rows, others = triangle_indices(slots.width)
        products = unit[:, rows] * unit[:, others] * np.where(rows == others, 1.0, 2.0)
        new[missing, first : first + slots.n_parameters] = products[missing]
        first += slots.n_parameters
    return RowEffects(x, known, block, new)


def by_block(left: np.ndarray, arrays: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Return each row of `left` (N, K) times the matrix (K, q) of its block, (N, q).

    Examples
    --------
    >>> by_block(np.array([[1.0], [1.0]]), np.array([[[2.0]], [[3.0]]]), np.array([1, 0]))
    array([[3.],
           [2.]])
    """
    found = np.empty((len(left), arrays.shape[2]))
    for i in np.unique(block):
        mine = block == i
        found[mine] = left[mine] @ arrays[i]
    return found


@dataclass(frozen=True)
class RowVariance:
    """Variance of the error of predicted rows, and how it depends on the covariance parameters.

    Attributes
    ----------
    variance : ndarray (N,)
        In units of the residual variance.
    gradient : ndarray (N, m + 1)
        By the parameters of :class:`Sensitivity`.
    towards : ndarray (N, p)
        The functions of the fixed effects, whitened, through which their uncertainty enters.
    """

    variance: np.ndarray
    gradient: np.ndarray
    towards: np.ndarray


def prediction_variance(solution: MixedSolution, found: Sensitivity, rows: RowEffects) -> RowVariance:
    """Return the variance of the prediction error of rows, x'β̂ + z'b̂ - x'β - z'b.

    A best predictor minimises this variance, so its derivative by a covariance parameter is that of the variance with
    the predictor's weights held: with v = Z'λ - z it is v'E_rv, and λ'λ for the residual variance.
    """
    state = solution.optimum.state
    p = len(state.beta)
    u = np.linalg.solve(state.c_root.T, state.u.reshape(-1, p).T).T.reshape(state.u.shape)
    factor = block_factor(solution)
    weighted = rows.known @ (factor @ factor.T)
    towards = rows.x @ solution.whiten - by_block(weighted, u, rows.block)
    moved = by_block(weighted, state.t, rows.block)
    inside = np.einsum("nk,nk->n", weighted, rows.known - moved)
    new = rows.new @ found.delta
    variance = np.clip(inside, 0.0, None) + (towards**2).sum(axis=1) + new
    gradient = np.empty((len(rows.x), len(found.delta) + 1))
    for i in range(len(rows.x)):
        v = np.einsum("bkp,p->bk", u, towards[i])
        v[rows.block[i]] += moved[i] - rows.known[i]
        padded = np.concatenate([v, np.zeros((len(v), 1))], axis=1)
        gradient[i, :-1] = np.einsum("bk,bkr->r", v, padded[:, solution.take])
    gradient[:, :-1] += rows.new
    gradient[:, -1] = variance - gradient[:, :-1] @ found.delta
    return RowVariance(variance, gradient, towards)


def residual_leverage(solution: MixedSolution, rows: RowEffects) -> np.ndarray:
    """Return the diagonal of σ²P for the rows of the fit, (N,): variances of the conditional residuals over σ²."""
    state = solution.optimum.state
    p = len(state.beta)
    factor = block_factor(solution)
    u = np.linalg.solve(state.c_root.T, state.u.reshape(-1, p).T).T.reshape(state.u.shape)
    delta = factor @ factor.T
    weighted = rows.known @ delta
    towards = rows.x @ solution.whiten - by_block(weighted, u, rows.block)
    moved = by_block(weighted, state.t, rows.block)
    own = np.einsum("nk,nk->n", weighted, rows.known - moved)
    return 1.0 - own - (towards**2).sum(axis=1)
