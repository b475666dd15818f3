"""Least squares by orthogonal decomposition, which a moderator far from zero, such as a year, does not upset."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg


@dataclass(frozen=True)
class LeastSquares:
    """A least-squares fit.

    Attributes
    ----------
    coefficients : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        (X'M⁻¹X)⁻¹, M the covariance of the effects.
    basis : ndarray, shape (k, p)
        Orthonormal basis of the whitened design; its squares summed by rows are the leverages.
    q : float
        Weighted residual sum of squares.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    basis: np.ndarray
    q: float

    @property
    def leverages(self) -> np.ndarray:
        """Diagonal of the hat matrix, (k,); meant for independent effects."""
        return np.sum(self.basis**2, axis=1)


def weighted_fit(y: np.ndarray, v: np.ndarray, X: np.ndarray, tau2: float = 0.0) -> LeastSquares:
    """Return the fit of independent effects with weights 1/(v + τ²).

    Examples
    --------
    >>> fit = weighted_fit(np.array([0.2, 0.9]), np.array([0.04, 0.06]), np.ones((2, 1)))
    >>> fit.coefficients.round(2), round(fit.q, 2)
    (array([0.48]), 4.9)
    """
    root = np.sqrt(1 / (v + tau2))
    return _ordinary_fit(root * y, root[:, None] * X)


def generalised_fit(y: np.ndarray, M: np.ndarray, X: np.ndarray) -> LeastSquares:
    """Return the fit of effects with covariance M, (k, k).

    Examples
    --------
    >>> generalised_fit(np.array([0.2, 0.9]), np.diag([0.04, 0.06]), np.ones((2, 1))).coefficients.round(2)
    array([0.48])
    """
    both = linalg.solve_triangular(linalg.cholesky(M, lower=True), np.column_stack([X, y]), lower=True)
    return _ordinary_fit(both[:, -1], both[:, :-1])


def _ordinary_fit(y: np.ndarray, X: np.ndarray) -> LeastSquares:
    Q, R = np.linalg.qr(X)
    inverse, explained = np.linalg.inv(R), Q.T @ y
    rest = y - Q @ explained
    return LeastSquares(inverse @ explained, inverse @ inverse.T, Q, float(rest @ rest))
