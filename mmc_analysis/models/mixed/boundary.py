"""Kenward–Roger at the boundary: with the zero variance components kept, and with them left out."""

from collections.abc import Sequence

import numpy as np

from mmc_analysis.models.mixed.blocks import triangle_indices
from mmc_analysis.models.mixed.sensitivity import Sensitivity
from mmc_analysis.models.small_samples import kenward_roger

ZERO = 1e-9


def face(factors: Sequence[np.ndarray]) -> np.ndarray:
    """Return how the covariance parameters that are not at the boundary make all of them, (m + 1, f + 1).

    A singular Δ with range U is UFU'; the entries of F are its parameters. The last one is the residual variance.
    """
    parts = []
    for factor in factors:
        values, vectors = np.linalg.eigh(factor @ factor.T)
        parts.append(_outward(vectors[:, values > ZERO]))
    whole = np.zeros((sum(len(part) for part in parts) + 1, sum(part.shape[1] for part in parts) + 1))
    row = column = 0
    for part in parts:
        whole[row : row + len(part), column : column + part.shape[1]] = part
        row, column = row + len(part), column + part.shape[1]
    whole[-1, -1] = 1.0
    return whole


def _outward(basis: np.ndarray) -> np.ndarray:
    """Return the matrix that takes the lower triangle of F (r, r) to that of UFU' (k, k)."""
    rows, columns = triangle_indices(basis.shape[0])
    inner_rows, inner_columns = triangle_indices(basis.shape[1])
    plain = basis[rows][:, inner_rows] * basis[columns][:, inner_columns]
    swapped = basis[rows][:, inner_columns] * basis[columns][:, inner_rows]
    return np.where(inner_rows == inner_columns, plain, plain + swapped)


def without_boundary(found: Sensitivity, factors: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return P (f + 1, p, p), W (f + 1, f + 1) and Φ_A (p, p) of the model without its zero components, whitened.

    Parameters
    ----------
    found : Sensitivity
        Of the whole model.
    factors : sequence of ndarray (k, k)
        Λ of each term.
    """
    onto = face(factors)
    p = np.tensordot(onto, found.p, axes=(0, 0))
    q = np.einsum("ra,rspq,sb->abpq", onto, found.q, onto, optimize=True)
    w = kenward_roger.parameter_covariance(onto.T @ found.expected @ onto).matrix
    return p, w, kenward_roger.adjusted_covariance(np.eye(p.shape[1]), p, q, w)
