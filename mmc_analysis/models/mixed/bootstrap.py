"""Parametric bootstrap: draw from a fitted model, fit again, the same on any number of workers."""

from collections.abc import Sequence

import joblib
import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.refit import Design, ManySolutions, solve_many
from mmc_analysis.models.mixed.refits import simulate_responses
from mmc_analysis.models.mixed.solution import MixedSolution

CHUNK = 250


def bootstrap(
    designs: Sequence[Design],
    mean: np.ndarray,
    random: tuple[RandomEffects, ...],
    solution: MixedSolution,
    n_sim: int,
    *,
    seed: int,
    n_jobs: int = 1,
) -> list[list[ManySolutions]]:
    """Fit designs to responses drawn from a fitted model.

    Parameters
    ----------
    designs : sequence of Design
        Each is fitted to every response.
    mean : ndarray (n,)
        Expectation of the model that is drawn from.
    random : tuple of RandomEffects
    solution : MixedSolution
        Its variances.
    n_sim : int
    seed : int
        Every chunk of responses has its own stream, so that the number of workers does not matter.
    n_jobs : int
        Workers.

    Returns
    -------
    list of list of ManySolutions
        For each chunk, one per design.
    """
    if not isinstance(n_sim, (int, np.integer)) or n_sim < 1:
        raise ModelError(f"n_sim={n_sim!r} must be a whole number of at least 1.")
    sizes = [min(CHUNK, n_sim - first) for first in range(0, n_sim, CHUNK)]
    streams = np.random.SeedSequence(seed).spawn(len(sizes))
    work = (
        joblib.delayed(_chunk)(designs, mean, random, solution, size, stream)
        for size, stream in zip(sizes, streams, strict=True)
    )
    return list(joblib.Parallel(n_jobs=n_jobs)(work))


def _chunk(designs, mean, random, solution, size, stream) -> list[ManySolutions]:
    responses = simulate_responses(mean, random, solution, size, np.random.default_rng(stream))
    return [solve_many(design, responses) for design in designs]
