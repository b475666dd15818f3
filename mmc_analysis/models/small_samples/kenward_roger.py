"""Kenward–Roger inference on arrays, for any V that depends smoothly on m covariance parameters γ.

With V the covariance matrix of the response, X the fixed-effect design and G_r = ∂V/∂γ_r::

    Phi   = (X'V⁻¹X)⁻¹                 P_r  = -X'V⁻¹G_rV⁻¹X
    Q_rs  = X'V⁻¹G_rV⁻¹G_sV⁻¹X         R_rs = X'V⁻¹(∂²V/∂γ_r∂γ_s)V⁻¹X, zero where V is linear in γ

How V is built is the caller's affair. Kenward & Roger (1997), Biometrics 53:983-997;
Halekoh & Højsgaard (2014), Journal of Statistical Software 59(9).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

_NO_EFFECT = 1e-14
_RANK_TOLERANCE = 1e-10


@dataclass(frozen=True)
class ParameterCovariance:
    """Covariance matrix of the covariance parameters.

    Attributes
    ----------
    matrix : ndarray (m, m)
        Inverse of the information, or its pseudo-inverse where it is singular.
    rank : int
        Number of directions that carry information.
    positive : bool
        Whether no eigenvalue of the information is clearly negative.
    """

    matrix: np.ndarray
    rank: int
    positive: bool


@dataclass(frozen=True)
class KenwardRogerTest:
    """A Kenward–Roger F test.

    Attributes
    ----------
    statistic : float
        The scaled F statistic.
    num_df, den_df : float
        Its degrees of freedom; `num_df` is the rank of the hypothesis.
    p_value : float
    scale : float
        The factor λ that is part of `statistic`.
    valid : bool
        Whether LΦ_AL' is positive definite and `den_df` positive. Otherwise no F distribution has the moments of the
        statistic, which may be negative.
    """

    statistic: float
    num_df: float
    den_df: float
    p_value: float
    scale: float
    valid: bool = True


def expected_information(traces: np.ndarray, phi: np.ndarray, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the expected REML information of the covariance parameters.

    Parameters
    ----------
    traces : ndarray (m, m)
        tr(V⁻¹G_rV⁻¹G_s).
    phi : ndarray (p, p)
    p : ndarray (m, p, p)
    q : ndarray (m, m, p, p)

    Returns
    -------
    ndarray (m, m)
        ½ tr(PG_rPG_s), whose inverse is W.

    Examples
    --------
    One mean of 11 independent observations with variance 2: the information of the variance is (n - 1)/(2·2²).

    >>> import numpy as np
    >>> v, n = 2.0, 11
    >>> one = lambda x: np.full((1, 1), x)
    >>> expected_information(one(n / v**2), one(v / n), one(-n / v**2)[None], one(n / v**3)[None, None]).item()
    1.25
    """
    phi_p = phi @ p
    cross = np.einsum("rab,sba->rs", phi_p, phi_p)
    return 0.5 * (traces - 2.0 * np.einsum("ab,rsba->rs", phi, q) + cross)


def parameter_covariance(information: np.ndarray) -> ParameterCovariance:
    """Invert an information matrix without regard to the parameters' units.

    Directions without information get variance zero, as a pseudo-inverse in correlation scale.

    Parameters
    ----------
    information : ndarray (m, m)
        Symmetric.

    Examples
    --------
    >>> import numpy as np
    >>> parameter_covariance(np.diag([4.0, 1e-12])).matrix.diagonal()
    array([2.5e-01, 1.0e+12])
    """
    scale = np.sqrt(np.abs(information.diagonal()))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    kept = np.abs(values) > _RANK_TOLERANCE * np.abs(values).max()
    basis = vectors[:, kept] / scale[:, None]
    return ParameterCovariance((basis / values[kept]) @ basis.T, int(kept.sum()), bool((values[kept] > 0).all()))


def adjusted_covariance(
    phi: np.ndarray, p: np.ndarray, q: np.ndarray, w: np.ndarray, r: np.ndarray | None = None
) -> np.ndarray:
    """Return the covariance matrix of the fixed effects, adjusted for the estimation of V.

    Φ_A = Φ + 2Φ[Σ_rs W_rs(Q_rs - P_rΦP_s - ¼R_rs)]Φ.

    Parameters
    ----------
    phi : ndarray (p, p)
    p : ndarray (m, p, p)
    q : ndarray (m, m, p, p)
    w : ndarray (m, m)
        Covariance matrix of the covariance parameters.
    r : ndarray (m, m, p, p), optional
        Left out where V is linear in its parameters.

    Returns
    -------
    ndarray (p, p)
    """
    size, width = p.shape[0], p.shape[1]
    weighted = (w @ p.reshape(size, -1)).reshape(p.shape)
    correction = (w.ravel() @ q.reshape(size * size, -1)).reshape(width, width)
    correction = correction - np.einsum("rab,rbc->ac", p @ phi, weighted)
    if r is not None:
        correction = correction - 0.25 * np.einsum("rs,rsab->ab", w, r)
    correction = 0.5 * (correction + correction.T)
    return phi + 2.0 * phi @ correction @ phi


def degrees_of_freedom(rows: np.ndarray, phi: np.ndarray, p: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return the Kenward–Roger degrees of freedom of each row of `rows`, one at a time.

    For one row l they are 2(lΦl')²/(g'Wg) with g_r = lΦP_rΦl'; the scale factor is then 1.

    Parameters
    ----------
    rows : ndarray (k, p)
    phi : ndarray (p, p)
    p : ndarray (m, p, p)
    w : ndarray (m, m)

    Returns
    -------
    ndarray (k,)
        Infinite where the covariance parameters do not matter.
    """
    spread = rows @ phi
    variance = np.einsum("kp,kp->k", spread, rows)
    gradient = np.einsum("rkp,kp->kr", spread @ p, spread)
    return two_moment_df(variance, gradient, w)


def two_moment_df(variance: np.ndarray, gradient: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return 2f²/(g'Wg): the df of the χ² whose first two moments are those of the estimated variance f.

    Parameters
    ----------
    variance : ndarray (k,)
    gradient : ndarray (k, m)
        Its derivatives by the covariance parameters.
    w : ndarray (m, m)

    Returns
    -------
    ndarray (k,)

    Examples
    --------
    A mean of 11 observations with variance 2: f = σ²/n, W = 2σ⁴/(n - 1).

    >>> import numpy as np
    >>> two_moment_df(np.array([2 / 11]), np.array([[1 / 11]]), np.array([[0.8]])).round(9)
    array([10.])
    """
    spread = np.einsum("kr,rs,ks->k", gradient, w, gradient)
    none = spread <= _NO_EFFECT * variance**2
    return np.where(none, np.inf, 2.0 * variance**2 / np.where(none, 1.0, spread))


def independent_rows(rows: np.ndarray, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows that span the same hypothesis and are uncorrelated, with their variances.

    Parameters
    ----------
    rows : ndarray (k, p)
    phi : ndarray (p, p)

    Returns
    -------
    rows : ndarray (q, p)
        q is the rank of the hypothesis.
    variances : ndarray (q,)
        Positive, descending.
    """
    scale = np.sqrt(np.clip(np.einsum("kp,pr,kr->k", rows, phi, rows), 0.0, None))
    scaled = rows / np.where(scale > 0, scale, 1.0)[:, None]
    values, vectors = np.linalg.eigh(scaled @ phi @ scaled.T)
    kept = np.flatnonzero(values > _RANK_TOLERANCE * max(values[-1], 0.0))[::-1]
    return vectors[:, kept].T @ scaled, values[kept]


def f_test(
    rows: np.ndarray, beta: np.ndarray, phi: np.ndarray, adjusted: np.ndarray, p: np.ndarray, w: np.ndarray
) -> KenwardRogerTest:
    """Test that all rows of a hypothesis are zero: F = λ(Lβ)'(LΦ_AL')⁻¹(Lβ)/q on q and m degrees of freedom.

    Parameters
    ----------
    rows : ndarray (k, p)
        The hypothesis L; redundant rows are allowed.
    beta : ndarray (p,)
    phi, adjusted : ndarray (p, p)
        Covariance matrix of the fixed effects, and the adjusted one.
    p : ndarray (m, p, p)
    w : ndarray (m, m)

    Returns
    -------
    KenwardRogerTest
        With NaN where no row is estimable.
    """
    rows, variances = independent_rows(rows, phi)
    rank = len(variances)
    if rank == 0:
        return KenwardRogerTest(np.nan, 0.0, np.nan, np.nan, np.nan)
    estimate = rows @ beta
    inner = rows @ adjusted @ rows.T
    wald = estimate @ np.linalg.solve(inner, estimate) / rank
    spread = rows @ phi / np.sqrt(variances)[:, None]
    moved = spread @ p @ spread.T
    own = np.einsum("rkk->r", moved)
    a1 = own @ w @ own
    a2 = np.einsum("rs,rkl,slk->", w, moved, moved)
    den_df, scale = _den_df_and_scale(a1, a2, rank)
    valid = bool(den_df > 0 and np.linalg.eigvalsh(inner)[0] > 0)
    return KenwardRogerTest(scale * wald, float(rank), den_df, f_tail(scale * wald, rank, den_df), scale, valid)


def _den_df_and_scale(a1: float, a2: float, q: int) -> tuple[float, float]:
    if abs(a2) < _NO_EFFECT:
        return np.inf, 1.0
    b = (a1 + 6.0 * a2) / (2.0 * q)
    g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2)
    base = 3.0 * q + 2.0 * (1.0 - g)
    c1, c2, c3 = g / base, (q - g) / base, (q + 2.0 - g) / base
    v0, v1, v2 = 1.0 + c1 * b, 1.0 - c2 * b, 1.0 - c3 * b
    if abs(v0) < 1e-10:
        v0 = 0.0
    shrunk = 1.0 - a2 / q
    ratio = 1.0 if abs(shrunk) < 1e-12 and abs(v1) < 1e-12 else shrunk / v1
    excess = ratio**2 * v0 / v2 - 1.0
    if excess == 0.0:
        return np.inf, shrunk
    den_df = 4.0 + (q + 2.0) / excess
    scale = 1.0 if abs(den_df - 2.0) < 1e-2 else den_df * shrunk / (den_df - 2.0)
    return float(den_df), float(scale)


def f_tail(statistic: float, num_df: float, den_df: float) -> float:
    """Return P(F > statistic); a χ² tail where `den_df` is infinite, NaN where it is not positive.

    Examples
    --------
    >>> round(f_tail(32.80301474654186, 2, 4), 6)
    0.003302
    """
    if not den_df > 0 or not np.isfinite(statistic):
        return float("nan")
    if np.isinf(den_df):
        return float(special.chdtrc(num_df, num_df * statistic))
    return float(special.fdtrc(num_df, den_df, max(statistic, 0.0)))
