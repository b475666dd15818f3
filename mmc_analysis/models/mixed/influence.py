"""A mixed model on some of its rows, to see what the others do to it."""

from collections.abc import Sequence

import numpy as np

from mmc_analysis.models.designs.rank import independent_columns
from mmc_analysis.models.mixed.blocks import GroupedColumns
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.solution import MixedSolution, solve_mixed
from mmc_analysis.models.tables.influence import Part


def part_of(solution: MixedSolution) -> Part:
    """Return what influence compares of a solution."""
    return Part(solution.beta, solution.covariance, solution.sigma)


def without(x: np.ndarray, y: np.ndarray, random: Sequence[RandomEffects], kept: np.ndarray, reml: bool) -> Part | None:
    """Return the fit on some rows, (n,) bool; None if they cannot estimate all fixed effects.

    The random effects keep their unit columns, so that θ means the same as in the whole fit.
    """
    if len(independent_columns(x[kept])) < x.shape[1]:
        return None
    terms = []
    for effects in random:
        present, level = np.unique(effects.level[kept], return_inverse=True)
        terms.append(GroupedColumns(effects.unit[kept], level.ravel(), len(present)))
    return part_of(solve_mixed(x[kept], y[kept], terms, reml))
