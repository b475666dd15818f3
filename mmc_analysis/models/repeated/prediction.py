"""Residuals and predictions of a marginal model on arrays.

Rows are in the inner basis of :class:`~mmc_analysis.models.repeated.estimate.Estimate`, variances in its inner units.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.repeated.estimate import Estimate
from mmc_analysis.models.repeated.likelihood import Pattern
from mmc_analysis.models.small_samples.kenward_roger import two_moment_df
from mmc_analysis.models.tables.predictions import Predictions


@dataclass(frozen=True)
class Leaning:
    """How each new value leans on what its participant was measured at: its prediction is Lβ + `known`.

    Attributes
    ----------
    rows : (m, p) array
        L: the design of the new value, less that of the measurements it leans on.
    tilt : (m, q, p) array
        ∂L/∂θ.
    known : (m,) array
        c'y of the participant's measurements, in the units of y; zero for an average participant.
    variance : (m,) array
        Variance of the new value about its prediction, β being known.
    slope : (m, q) array
        ∂variance/∂θ.
    """

    rows: np.ndarray
    tilt: np.ndarray
    known: np.ndarray
    variance: np.ndarray
    slope: np.ndarray


def normalised(residuals: np.ndarray, sigma: np.ndarray, patterns: tuple[Pattern, ...]) -> np.ndarray:
    """Return L⁻¹r of each participant, with LL' the covariance matrix of the occasions seen: uncorrelated, variance 1.

    Parameters
    ----------
    residuals : (n,) array
    sigma : (n_groups, K, K) array
    patterns : tuple of Pattern

    Returns
    -------
    (n,) array
    """
    found = np.empty_like(residuals)
    for pattern in patterns:
        root = np.linalg.cholesky(sigma[pattern.group][np.ix_(pattern.occasions, pattern.occasions)])
        found[pattern.rows] = np.linalg.solve(root, residuals[pattern.rows].T).T
    return found


def average(fit: Estimate, x: np.ndarray, group: np.ndarray, occasion: np.ndarray) -> Leaning:
    """Predict for participants of whom nothing is known.

    Parameters
    ----------
    fit : Estimate
    x : (m, p) array
    group, occasion : (m,) arrays of int
    """
    sigma, first = _inner(fit)
    m, q = len(x), len(fit.optimum.point.theta)
    return Leaning(x, np.zeros((m, q, x.shape[1])), np.zeros(m), sigma[group, occasion, occasion],
                   first[group, :, occasion, occasion])  # fmt: skip


def conditional(fit: Estimate, x: np.ndarray, participant: np.ndarray, occasion: np.ndarray, data: tuple) -> Leaning:
    """Predict for participants of the fit, given what they were measured at.

    Parameters
    ----------
    fit : Estimate
    x : (m, p) array
    participant, occasion : (m,) arrays of int
    data : tuple
        Design (n, p), response (n,), and participant, occasion and group codes (n,) of the fit.

    Notes
    -----
    With o the new occasion and s those seen, c = Σ_ss⁻¹Σ_so; the mean is xβ + c'(y - Xβ), the variance Σ_oo - c'Σ_so,
    and ∂c/∂θ = Σ_ss⁻¹(∂Σ_so - ∂Σ_ss c).
    """
    sigma, first = _inner(fit)
    seen_x, seen_y, seen_who, seen_when, seen_group = data
    out = Leaning(x.copy(), np.zeros((len(x), first.shape[1], x.shape[1])), np.zeros(len(x)), np.zeros(len(x)),
                  np.zeros((len(x), first.shape[1])))  # fmt: skip
    for i, (who, when) in enumerate(zip(participant, occasion, strict=True)):
        own = np.flatnonzero(seen_who == who)
        s, matrix, slopes = seen_when[own], sigma[seen_group[own[0]]], first[seen_group[own[0]]]
        block, cross = matrix[np.ix_(s, s)], matrix[s, when]
        c = np.linalg.solve(block, cross)
        d_block, d_cross = slopes[:, s[:, None], s], slopes[:, s, when]
        out.rows[i] -= c @ seen_x[own]
        out.known[i] = c @ seen_y[own]
        out.tilt[i] = -np.linalg.solve(block, (d_cross - d_block @ c).T).T @ seen_x[own]
        out.variance[i] = max(matrix[when, when] - c @ cross, 0.0)
        out.slope[i] = slopes[:, when, when] - 2 * d_cross @ c + d_block @ c @ c
    return out


def predictions(fit: Estimate, lean: Leaning, observation: bool, ddf: str, information: str) -> Predictions:
    """Return predictions with the standard errors of their errors.

    Parameters
    ----------
    fit : Estimate
    lean : Leaning
    observation : bool
        Whether the error is that of a new value, or of its expectation.
    ddf, information : str
        As in :func:`~mmc_analysis.models.repeated.estimate.linear_estimates`; the df match the first two moments of
        the estimated variance.
    """
    phi, p = fit.optimum.point.phi, fit.optimum.curvature.p
    spread = lean.rows @ phi
    variance = np.einsum("mp,mp->m", spread, lean.rows)
    gradient = 2 * np.einsum("mqp,mp->mq", lean.tilt, spread) - np.einsum("qmp,mp->mq", spread @ p, spread)
    if observation:
        variance, gradient = variance + lean.variance, gradient + lean.slope
    df = np.full(len(variance), np.inf)
    if ddf != "asymptotic":
        df = two_moment_df(variance, gradient, fit.parameter_covariance(information))
    extra = fit.adjusted(ddf, information) - phi
    variance = variance + np.einsum("mp,pq,mq->m", lean.rows, extra, lean.rows)
    estimate = fit.scale * lean.rows @ fit.inner_beta + lean.known
    return Predictions(estimate, fit.scale * np.sqrt(np.maximum(variance, 0.0)), df)


def _inner(fit: Estimate) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ, (n_groups, K, K), and ∂Σ/∂θ over the parameters of all groups, (n_groups, q, K, K)."""
    k, parts = fit.problem.n_occasions, fit.problem.by_group(fit.optimum.point.theta)
    first = np.zeros((len(parts), parts.size, k, k))
    for group, theta in enumerate(parts):
        own = slice(group * len(theta), (group + 1) * len(theta))
        first[group, own] = fit.problem.structure.first(theta, k)
    return fit.sigma / fit.scale**2, first
