"""Residuals and predictions of a marginal model on arrays."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.repeated_likelihood import Pattern


@dataclass(frozen=True)
class Conditioning:
    """How each new row leans on what its participant was measured at.

    The prediction is Lβ + `known`, where L is the row's design less that of the measurements it leans on.

    Attributes
    ----------
    rows : (m, p) array
        L.
    known : (m,) array
        c'y of the participant's measurements; zero for an average participant.
    variance : (m,) array
        Variance of a single new value about the prediction, β being known.
    """

    rows: np.ndarray
    known: np.ndarray
    variance: np.ndarray


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


def average(x: np.ndarray, group: np.ndarray, occasion: np.ndarray, sigma: np.ndarray) -> Conditioning:
    """Predict for participants of whom nothing is known.

    Parameters
    ----------
    x : (m, p) array
    group, occasion : (m,) arrays of int
    sigma : (n_groups, K, K) array
    """
    return Conditioning(x, np.zeros(len(x)), sigma[group, occasion, occasion])


def conditional(
    x: np.ndarray, participant: np.ndarray, occasion: np.ndarray, sigma: np.ndarray, data: tuple
) -> Conditioning:
    """Predict for participants of the fit, given what they were measured at.

    Parameters
    ----------
    x : (m, p) array
    participant, occasion : (m,) arrays of int
    sigma : (n_groups, K, K) array
    data : tuple
        Design (n, p), response (n,), participant, occasion and group codes (n,) of the fit.

    Notes
    -----
    With o the new occasion and s those seen, c = Σ_ss⁻¹Σ_so; the mean is xβ + c'(y - Xβ), the variance Σ_oo - c'Σ_so.
    """
    seen_x, seen_y, seen_who, seen_when, seen_group = data
    rows, known, variance = x.copy(), np.zeros(len(x)), np.zeros(len(x))
    for i, (who, when) in enumerate(zip(participant, occasion, strict=True)):
        own = np.flatnonzero(seen_who == who)
        matrix = sigma[seen_group[own[0]]]
        cross = matrix[seen_when[own], when]
        weights = np.linalg.solve(matrix[np.ix_(seen_when[own], seen_when[own])], cross)
        rows[i] -= weights @ seen_x[own]
        known[i] = weights @ seen_y[own]
        variance[i] = max(matrix[when, when] - weights @ cross, 0.0)
    return Conditioning(rows, known, variance)
