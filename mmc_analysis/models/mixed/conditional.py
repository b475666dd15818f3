"""What a mixed model says about the people and cells it has seen: predicted random effects and their uncertainty."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.likelihood import scaled_roots
from mmc_analysis.models.mixed.solution import MixedSolution


@dataclass(frozen=True)
class Conditional:
    """Random effects given the data, in the unit basis of each term and in user's units of the response.

    Attributes
    ----------
    effects : ndarray (B, K)
        Best linear unbiased predictions.
    covariance : ndarray (B, K, K)
        Covariance matrix of the effects given the data and the fixed effects, σ²(Δ⁻¹ + Z'Z)⁻¹, finite at the boundary.
    """

    effects: np.ndarray
    covariance: np.ndarray


def conditional(solution: MixedSolution) -> Conditional:
    """Return predicted random effects and their conditional covariance."""
    state, frame = solution.optimum.state, solution.frame
    factor = block_factor(solution)
    roots = scaled_roots(solution.blocks, solution.optimum.theta)
    width = roots.shape[2]
    inner = np.linalg.inv(np.eye(width) + roots.transpose(0, 2, 1) @ roots)
    covariance = solution.sigma**2 * factor @ inner @ factor.T
    return Conditional(frame.scale * state.w @ (factor @ factor.T), covariance)


def block_factor(solution: MixedSolution) -> np.ndarray:
    """Return Λ of a whole block, (K, K)."""
    whole = np.zeros((solution.blocks.width,) * 2)
    for term, factor in zip(solution.blocks.slots, solution.factors, strict=True):
        for slot in range(term.n_slots):
            here = slice(term.start + slot * term.width, term.start + (slot + 1) * term.width)
            whole[here, here] = factor
    return whole


def effects_by_level(found: Conditional, solution: MixedSolution, term: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one term's effects (levels, k) and their conditional covariances (levels, k, k), in its unit basis."""
    slots = solution.blocks.slots[term]
    columns = slots.start + slots.slot[:, None] * slots.width + np.arange(slots.width)
    block = slots.block[:, None]
    return found.effects[block, columns], found.covariance[block[:, :, None], columns[:, :, None], columns[:, None, :]]
