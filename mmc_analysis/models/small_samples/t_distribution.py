"""Tails and quantiles of t with any degrees of freedom; infinite ones are the normal."""

import numpy as np
from scipy import special


def two_sided_p(statistic: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return two-sided P values of t statistics (m,) with their own df (m,); infinite df is the normal.

    Examples
    --------
    >>> two_sided_p(np.array([1.959963985, 12.70620474]), np.array([np.inf, 1.0])).round(6)
    array([0.05, 0.05])
    """
    size, df = np.abs(statistic), np.asarray(df, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.where(
            np.isinf(df), 2 * special.ndtr(-size), 2 * special.stdtr(np.where(np.isinf(df), 1.0, df), -size)
        )


def t_quantile(probability: float | np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return quantiles of t with each df (m,); infinite df is the normal.

    Examples
    --------
    >>> t_quantile(0.975, np.array([9.0, np.inf])).round(4)
    array([2.2622, 1.96  ])
    """
    df = np.asarray(df, dtype=float)
    finite = np.where(np.isinf(df), 1.0, df)
    return np.where(np.isinf(df), special.ndtri(probability), special.stdtrit(finite, probability))
