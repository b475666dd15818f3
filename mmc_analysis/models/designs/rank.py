"""Which columns of a matrix are independent, and what the others are made of."""

import numpy as np

RANK_TOLERANCE = 1e-7


def independent_columns(matrix: np.ndarray, tolerance: float = RANK_TOLERANCE) -> np.ndarray:
    """Return the positions of the columns that are not combinations of the columns before them.

    Parameters
    ----------
    matrix : ndarray, shape (n, p)
    tolerance : float
        A column counts as dependent if what is left of it is below this fraction of its length.

    Returns
    -------
    ndarray of int, shape (rank,)

    Notes
    -----
    The convention and the tolerance of R's ``lm``.

    Examples
    --------
    >>> independent_columns(np.array([[1.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 2.0, 0.0]]))
    array([0, 2])
    """
    left = np.arange(matrix.shape[1])
    while left.size:
        chosen = matrix[:, left]
        lengths = np.linalg.norm(chosen, axis=0)
        rest = np.zeros(left.size)
        diagonal = np.abs(np.diagonal(np.linalg.qr(chosen, mode="r")))
        rest[: diagonal.size] = diagonal
        dependent = rest <= tolerance * lengths
        if not dependent.any():
            break
        left = np.delete(left, int(np.argmax(dependent)))
    return left


def null_basis(matrix: np.ndarray, independent: np.ndarray) -> np.ndarray:
    """Return a basis of the null space of a matrix whose columns are made of length 1 first.

    Parameters
    ----------
    matrix : ndarray, shape (n, p)
    independent : ndarray of int, shape (r,)
        From :func:`independent_columns`.

    Returns
    -------
    ndarray, shape (p, p - r)
        Orthonormal columns; they do not depend on the units of the matrix.

    Examples
    --------
    >>> null_basis(np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([0])).ravel().round(4).tolist()
    [-0.7071, 0.7071]
    """
    p = matrix.shape[1]
    dependent = np.setdiff1d(np.arange(p), independent)
    basis = np.zeros((p, dependent.size))
    if dependent.size:
        unit = matrix / column_lengths(matrix)
        made_of, *_ = np.linalg.lstsq(unit[:, independent], unit[:, dependent], rcond=None)
        basis[independent] = -made_of
        basis[dependent, np.arange(dependent.size)] = 1.0
        basis, _ = np.linalg.qr(basis)
    return basis


def column_lengths(matrix: np.ndarray) -> np.ndarray:
    """Return the lengths of columns (n, p), shape (p,); 1 for columns of zeros.

    Examples
    --------
    >>> column_lengths(np.array([[3.0, 0.0], [4.0, 0.0]])).tolist()
    [5.0, 1.0]
    """
    lengths = np.linalg.norm(matrix, axis=0)
    return np.where(lengths > 0, lengths, 1.0)
