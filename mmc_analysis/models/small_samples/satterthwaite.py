"""Satterthwaite degrees of freedom on arrays, for one row and for several.

With Φ(ψ) the covariance matrix of the fixed effects as a function of the covariance parameters ψ, and A the
covariance matrix of their estimates (twice the inverse Hessian of -2 log L). Giesbrecht & Burns (1985), Biometrics
41:477-486; Fai & Cornelius (1996), Journal of Statistical Computation and Simulation 54:363-378.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.small_samples.kenward_roger import f_tail, two_moment_df

_SAME_DF = 1e-8
_RANK_TOLERANCE = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True)
class SatterthwaiteTest:
    """An F test with Satterthwaite's degrees of freedom.

    Attributes
    ----------
    statistic : float
    num_df : float
        Rank of the hypothesis.
    den_df : float
    p_value : float
    """

    statistic: float
    num_df: float
    den_df: float
    p_value: float


def covariance_from_hessian(hessian: np.ndarray, tolerance: float = 1e-8) -> np.ndarray:
    """Return A = 2H⁺: the covariance matrix of the covariance parameters.

    Directions along which -2 log L is flat, or falls, carry no information here and are left out.

    Parameters
    ----------
    hessian : ndarray (m, m)
        Of -2 log L.
    tolerance : float
        Eigenvalues up to this are left out.

    Examples
    --------
    >>> import numpy as np
    >>> covariance_from_hessian(np.diag([4.0, 0.0]))
    array([[0.5, 0. ],
           [0. , 0. ]])
    """
    values, vectors = np.linalg.eigh(hessian)
    kept = values > tolerance
    return 2.0 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T


def degrees_of_freedom(rows: np.ndarray, phi: np.ndarray, d_phi: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return 2f²/(g'Ag) of each row, with f = lΦl' and g its gradient.

    Parameters
    ----------
    rows : ndarray (k, p)
    phi : ndarray (p, p)
    d_phi : ndarray (m, p, p)
        ∂Φ/∂ψ_r.
    a : ndarray (m, m)

    Returns
    -------
    ndarray (k,)
        Infinite where the covariance parameters do not matter.
    """
    variance = np.einsum("kp,kp->k", rows @ phi, rows)
    gradient = np.einsum("rkp,kp->kr", rows @ d_phi, rows)
    return two_moment_df(variance, gradient, a)


def f_test(rows: np.ndarray, beta: np.ndarray, phi: np.ndarray, d_phi: np.ndarray, a: np.ndarray) -> SatterthwaiteTest:
    """Test that all rows of a hypothesis are zero, by Fai and Cornelius' moments.

    LΦL' is rotated to independent components, each with its own df; the df of F gives it the mean of their average.

    Parameters
    ----------
    rows : ndarray (k, p)
        The hypothesis L; redundant rows are allowed.
    beta : ndarray (p,)
    phi : ndarray (p, p)
    d_phi : ndarray (m, p, p)
    a : ndarray (m, m)
    """
    values, vectors = np.linalg.eigh(rows @ phi @ rows.T)
    kept = np.flatnonzero(values > _RANK_TOLERANCE * max(values[-1], 0.0))[::-1]
    rank = len(kept)
    if rank == 0:
        return SatterthwaiteTest(np.nan, 0.0, np.nan, np.nan)
    rotated = vectors[:, kept].T @ rows
    statistic = float(((rotated @ beta) ** 2 / values[kept]).sum() / rank)
    den_df = combined_df(degrees_of_freedom(rotated, phi, d_phi, a))
    return SatterthwaiteTest(statistic, float(rank), den_df, f_tail(statistic, rank, den_df))


def combined_df(df: np.ndarray) -> float:
    """Return the denominator df of a mean of squared t statistics with these df.

    With E = Σν/(ν - 2): 2E/(E - q); 2 where any ν is at most 2.

    Examples
    --------
    >>> import numpy as np
    >>> combined_df(np.array([17.0, 17.0]))
    17.0
    >>> round(combined_df(np.array([10.0, 20.0])), 4)
    13.0769
    >>> combined_df(np.array([1.5, 20.0]))
    2.0
    """
    if len(df) == 1 or np.isinf(df).all() or np.ptp(df) < _SAME_DF:
        return float(np.mean(df))
    if (df <= 2.0).any():
        return 2.0
    expected = np.where(np.isinf(df), 1.0, df / np.where(np.isinf(df), 1.0, df - 2.0)).sum()
    return float(2.0 * expected / (expected - len(df)))
