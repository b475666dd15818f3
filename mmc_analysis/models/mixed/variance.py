"""Variance components of a mixed model, and the shares of variance that are made of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmc_analysis.models.mixed.conditional import conditional, effects_by_level
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.solution import MixedSolution

RESIDUAL = "Residual"


def user_covariances(random: Sequence[RandomEffects], solution: MixedSolution) -> list[np.ndarray]:
    """Return the covariance matrix of each term's effects, (k, k), in the user's columns and units."""
    found = []
    for effects, factor in zip(random, solution.factors, strict=True):
        half = solution.sigma * np.linalg.solve(effects.basis, factor)
        found.append(half @ half.T)
    return found


def components_frame(random: Sequence[RandomEffects], solution: MixedSolution, evidence: str) -> pd.DataFrame:
    """Return an estimates frame: standard deviations, variances, correlations and covariances of each term.

    A correlation is named by its two columns, ``"Intercept, condition[T.triceps]"``, and is not a number where one of
    the two does not vary.
    """
    rows = []
    for effects, matrix in zip(random, user_covariances(random, solution), strict=True):
        spread = np.sqrt(matrix.diagonal())
        levels = len(effects.labels)
        for i, name in enumerate(effects.names):
            rows.append((effects.grouping, name, "sd", spread[i], levels))
            rows.append((effects.grouping, name, "variance", matrix[i, i], levels))
        for i in range(len(spread)):
            for j in range(i):
                pair = f"{effects.names[j]}, {effects.names[i]}"
                both = spread[i] * spread[j]
                correlation = np.clip(matrix[i, j] / both, -1.0, 1.0) if both > 0 else np.nan
                rows.append((effects.grouping, pair, "correlation", correlation, levels))
                rows.append((effects.grouping, pair, "covariance", matrix[i, j], levels))
    n = solution.blocks.n
    rows += [(RESIDUAL, RESIDUAL, "sd", solution.sigma, n), (RESIDUAL, RESIDUAL, "variance", solution.sigma**2, n)]
    frame = pd.DataFrame(rows, columns=["grouping", "term", "metric", "estimate", "n_levels"])
    return frame.assign(method="REML" if solution.reml else "ML", evidence=evidence)


def random_effects_frame(random: Sequence[RandomEffects], solution: MixedSolution, evidence: str) -> pd.DataFrame:
    """Return an estimates frame of predicted random effects, one row per term, level and column.

    `std_error` is the conditional standard deviation, given the estimated variances and fixed effects.
    """
    found, parts = conditional(solution), []
    for i, effects in enumerate(random):
        unit, covariance = effects_by_level(found, solution, i)
        back = np.linalg.inv(effects.basis)
        values = unit @ back.T
        spread = np.sqrt(np.einsum("ab,lbc,ac->la", back, covariance, back))
        labels = [":".join(str(part) for part in label) for label in effects.labels]
        parts.append(
            pd.DataFrame(
                {"grouping": effects.grouping, "level": np.repeat(labels, len(effects.names)),
                 "term": np.tile(effects.names, len(labels)), "metric": "random_effect", "estimate": values.ravel(),
                 "std_error": spread.ravel()}
            )
        )  # fmt: skip
    whole = pd.concat(parts, ignore_index=True)
    return whole.assign(method="best linear unbiased prediction", evidence=evidence)


def mean_random_variances(random: Sequence[RandomEffects], solution: MixedSolution) -> np.ndarray:
    """Return each term's variance averaged over the rows, mean of z_i'D z_i (Johnson 2014)."""
    return np.array([solution.sigma**2 * (factor**2).sum() for factor in solution.factors])


def r_squared_frame(
    x: np.ndarray, random: Sequence[RandomEffects], solution: MixedSolution, ddof: int, evidence: str
) -> pd.DataFrame:
    """Return marginal and conditional R² as an estimates frame.

    Parameters
    ----------
    x : ndarray (n, p)
    random : sequence of RandomEffects
    solution : MixedSolution
    ddof : int
        The variance of the fixed part has n - ddof in its denominator.
    evidence : str

    Notes
    -----
    Nakagawa & Schielzeth (2013), Methods in Ecology and Evolution 4:133; Johnson (2014), same journal 5:944, for slopes.
    """
    fixed = float(np.var(x @ solution.beta, ddof=ddof))
    shared = float(mean_random_variances(random, solution).sum())
    total = fixed + shared + solution.sigma**2
    return pd.DataFrame(
        {"metric": ["r2_marginal", "r2_conditional"], "estimate": [fixed / total, (fixed + shared) / total],
         "n_obs": len(x), "method": "Nakagawa, with Johnson's slopes", "evidence": evidence}
    )  # fmt: skip


def icc_frame(
    x: np.ndarray, random: Sequence[RandomEffects], solution: MixedSolution, ddof: int, evidence: str
) -> pd.DataFrame:
    """Return intraclass correlations as an estimates frame.

    Adjusted: shares of the variance that the fixed part leaves; one row per grouping, and their sum as ``all``.
    Unadjusted: share of the whole variance.
    """
    each = mean_random_variances(random, solution)
    left = each.sum() + solution.sigma**2
    whole = left + float(np.var(x @ solution.beta, ddof=ddof))
    by_grouping: dict[str, float] = {}
    for effects, value in zip(random, each, strict=True):
        by_grouping[effects.grouping] = by_grouping.get(effects.grouping, 0.0) + value / left
    rows = [(grouping, "icc_adjusted", value) for grouping, value in by_grouping.items()]
    rows += [("all", "icc_adjusted", each.sum() / left), ("all", "icc_unadjusted", each.sum() / whole)]
    frame = pd.DataFrame(rows, columns=["grouping", "metric", "estimate"])
    return frame.assign(n_obs=len(x), method="Nakagawa, with Johnson's slopes", evidence=evidence)
