"""Orthogonal polynomials of a covariate, and of equally spaced levels."""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np

from mmc_analysis.errors import ModelError


@dataclass(frozen=True)
class PolynomialBasis:
    """Orthonormal polynomials on the values they were fitted to.

    Attributes
    ----------
    centres : ndarray, shape (degree,)
        Coefficients a_j of the recurrence p_{j+1} = (x - a_j) p_j - b_j p_{j-1}.
    ratios : ndarray, shape (degree,)
        Coefficients b_j.
    norms : ndarray, shape (degree,)
        Length of p_1 … p_degree.
    """

    centres: np.ndarray
    ratios: np.ndarray
    norms: np.ndarray

    def columns(self, x: np.ndarray) -> np.ndarray:
        """Return the polynomials of degree 1, 2 … at `x` (n,), shape (n, degree)."""
        before, current = np.zeros_like(x), np.ones_like(x)
        found = []
        for centre, ratio, norm in zip(self.centres, self.ratios, self.norms, strict=True):
            before, current = current, (x - centre) * current - ratio * before
            found.append(current / norm)
        return np.stack(found, axis=1)


def fit_polynomial(x: np.ndarray, degree: int, where: str = "poly") -> PolynomialBasis:
    """Fit orthonormal polynomials to values by the three-term recurrence.

    Parameters
    ----------
    x : ndarray, shape (n,)
    degree : int
        Highest degree, below the number of different values.
    where : str
        The term, for the message.

    Raises
    ------
    ModelError
        If there are too few different values.

    Notes
    -----
    Forsythe (1957), J. Soc. Ind. Appl. Math. 5:74.

    Examples
    --------
    >>> fit_polynomial(np.array([1.0, 2.0, 3.0]), 1).columns(np.array([1.0, 2.0, 3.0])).ravel().round(4)
    array([-0.7071,  0.    ,  0.7071])
    """
    different = np.unique(x).size
    if degree >= different:
        raise ModelError(f"{where}: {different} different values allow a degree of at most {different - 1}.")
    before, current = np.zeros_like(x), np.ones_like(x)
    centres, ratios, norms, length = [], [], [], 0.0
    for _ in range(degree):
        previous, length = length, current @ current
        centres.append((x * current) @ current / length)
        ratios.append(length / previous if previous else 0.0)
        before, current = current, (x - centres[-1]) * current - ratios[-1] * before
        norms.append(np.sqrt(current @ current))
    return PolynomialBasis(np.array(centres), np.array(ratios), np.array(norms))


def integer_polynomials(k: int, highest: int = 6) -> np.ndarray:
    """Return the orthogonal polynomial contrasts of `k` equally spaced levels, in smallest whole numbers.

    Parameters
    ----------
    k : int
        Number of levels, at least 2.
    highest : int
        Highest degree that is returned.

    Returns
    -------
    ndarray, shape (min(k - 1, highest), k)
        Row j has degree j + 1; its last weight is positive.

    Examples
    --------
    >>> integer_polynomials(4).astype(int).tolist()
    [[-3, -1, 1, 3], [1, -1, -1, 1], [-1, 3, -3, 1]]
    """
    rows = [[Fraction(1)] * k]
    for degree in range(1, min(k - 1, highest) + 1):
        row = [Fraction(level) ** degree for level in range(k)]
        for lower in rows:
            share = sum(a * b for a, b in zip(row, lower, strict=True)) / sum(b * b for b in lower)
            row = [a - share * b for a, b in zip(row, lower, strict=True)]
        rows.append(row)
    return np.array([_whole(row) for row in rows[1:]], dtype=float)


def _whole(row: list[Fraction]) -> list[int]:
    scale = lcm(*(value.denominator for value in row))
    whole = [int(value * scale) for value in row]
    divisor = gcd(*whole)
    return [value // divisor for value in whole]
