"""A marginal model on some of its rows, to see what the others do to it."""

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.rank import independent_columns
from mmc_analysis.models.repeated.estimate import Estimate, estimate, linear_estimates
from mmc_analysis.models.tables.influence import Part


def part_of(fit: Estimate, codes: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Part:
    """Return what influence compares of an estimate; σ is the root of the mean variance of the rows."""
    _, occasion, group = codes
    found = linear_estimates(fit, np.eye(len(fit.beta)), "asymptotic", "expected")
    return Part(fit.beta, found.covariance, float(np.sqrt(fit.sigma[group, occasion, occasion].mean())))


def without(
    whole: Estimate, x: np.ndarray, y: np.ndarray, codes: tuple[np.ndarray, np.ndarray, np.ndarray], kept: np.ndarray
) -> Part | None:
    """Return the fit on some rows, (n,) bool; None if they cannot estimate the model.

    Parameters
    ----------
    whole : Estimate
        On all rows.
    x, y : ndarray (n, p), (n,)
    codes : tuple of three ndarray of int (n,)
        Participant, occasion and covariance group of each row.
    kept : ndarray of bool (n,)
    """
    if len(independent_columns(x[kept])) < x.shape[1]:
        return None
    remaining = tuple(part[kept] for part in codes)
    if any(len(np.unique(part[kept])) < len(np.unique(part)) for part in codes[1:]):
        return None
    try:
        found = estimate(x[kept], y[kept], remaining, whole.problem.structure, whole.problem.reml)
    except ModelError:
        return None
    return part_of(found, remaining)
