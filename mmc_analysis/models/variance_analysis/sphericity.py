"""Departure from sphericity of the contrasts of a within-participant effect: two epsilons and Mauchly's test."""

from dataclasses import dataclass

import numpy as np
from scipy import special

SINGULAR = 1e-12


@dataclass(frozen=True)
class Sphericity:
    """What the error matrix of one within-participant effect says about sphericity.

    Attributes
    ----------
    eps_gg : float
        Greenhouse and Geisser's epsilon, between 1/d and 1.
    eps_hf : float
        Huynh and Feldt's epsilon with Lecoutre's correction, not truncated at 1; NaN where it is 0/0.
    w : float
        Mauchly's W; NaN for a single contrast, or where the matrix has no full rank.
    p_value : float
        P value of Mauchly's test; NaN with W.
    """

    eps_gg: float
    eps_hf: float
    w: float
    p_value: float


def sphericity(error: np.ndarray, df: int) -> Sphericity:
    """Describe the sphericity of orthonormal contrasts.

    Parameters
    ----------
    error : (d, d) array
        Sums of squares and products of the contrasts within between-participant cells.
    df : int
        Their degrees of freedom: participants minus between-participant cells.

    Returns
    -------
    Sphericity

    Examples
    --------
    >>> found = sphericity(np.diag([4.0, 4.0]), 9)
    >>> found.eps_gg, found.w
    (1.0, 1.0)
    """
    if len(error) == 1:
        return Sphericity(1.0, 1.0, np.nan, np.nan)
    eps_gg = greenhouse_geisser(error)
    w, p_value = mauchly(error, df)
    return Sphericity(eps_gg, huynh_feldt(eps_gg, len(error), df), w, p_value)


def greenhouse_geisser(error: np.ndarray) -> float:
    """Return tr(S)² / (d tr(S²)), which any multiple of the covariance S gives (Greenhouse & Geisser 1959).

    Examples
    --------
    >>> greenhouse_geisser(np.diag([3.0, 1.0]))
    0.8
    """
    return float(np.trace(error) ** 2 / (len(error) * np.sum(error * error)))


def huynh_feldt(eps_gg: float, n_contrasts: int, df: int) -> float:
    """Return Huynh and Feldt's epsilon in the form that Lecoutre (1991) corrected for several groups.

    With ``df`` error degrees of freedom and d contrasts it is ((df + 1) d e - 2) / (d (df - d e)), where e is
    Greenhouse and Geisser's epsilon. Older programs print the form with participants in place of df + 1, which
    is larger where there are groups.

    Examples
    --------
    >>> round(huynh_feldt(0.96163652, 2, 9), 5)
    1.21756
    """
    denominator = n_contrasts * (df - n_contrasts * eps_gg)
    if denominator <= SINGULAR * n_contrasts * df:
        return float("nan")
    return ((df + 1) * n_contrasts * eps_gg - 2) / denominator


def mauchly(error: np.ndarray, df: int) -> tuple[float, float]:
    """Return Mauchly's W and its P value, with the second-order term of its chi-squared approximation.

    Parameters
    ----------
    error : (d, d) array
    df : int

    Returns
    -------
    w, p_value : float
        NaN where the matrix has no full rank.

    References
    ----------
    Mauchly (1940), Annals of Mathematical Statistics 11:204; Anderson (2003), An Introduction to Multivariate
    Statistical Analysis, 3rd ed., section 10.7.

    Examples
    --------
    >>> w, p_value = mauchly(np.array([[2.0, 0.6], [0.6, 1.0]]), 17)
    >>> round(w, 4)
    0.7289
    """
    d = len(error)
    mean = np.trace(error) / d
    eigenvalues = np.linalg.eigvalsh(error / mean)
    if df < d or eigenvalues[0] < SINGULAR:
        return float("nan"), float("nan")
    log_w = float(np.sum(np.log(eigenvalues)))
    rho = 1 - (2 * d**2 + d + 2) / (6 * d * df)
    omega = (d + 2) * (d - 1) * (d - 2) * (2 * d**3 + 6 * d**2 + 3 * d + 2) / (288 * (d * df * rho) ** 2)
    chi2, chi2_df = max(-df * rho * log_w, 0.0), d * (d + 1) / 2 - 1
    first, second = special.chdtrc(chi2_df, chi2), special.chdtrc(chi2_df + 4, chi2)
    return float(np.exp(log_w)), float(min(first + omega * (second - first), 1.0))
