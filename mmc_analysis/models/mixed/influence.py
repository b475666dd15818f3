"""How much a fit depends on each participant: it is fitted again without each of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.rank import independent_columns
from mmc_analysis.models.mixed.blocks import GroupedColumns
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.solution import MixedSolution, solve_mixed


def without(
    x: np.ndarray, y: np.ndarray, random: Sequence[RandomEffects], kept: np.ndarray, reml: bool
) -> MixedSolution | None:
    """Return the fit on some rows, (n,) bool; None if they cannot estimate all fixed effects.

    The random effects keep their unit columns, so that θ means the same as in the whole fit.
    """
    if len(independent_columns(x[kept])) < x.shape[1]:
        return None
    terms = []
    for effects in random:
        present, level = np.unique(effects.level[kept], return_inverse=True)
        terms.append(GroupedColumns(effects.unit[kept], level.ravel(), len(present)))
    return solve_mixed(x[kept], y[kept], terms, reml)


def influence_frame(
    x: np.ndarray, y: np.ndarray, names: Sequence[str], random: Sequence[RandomEffects], whole: MixedSolution,
    grouping: str, levels: pd.Series, evidence: str,
) -> pd.DataFrame:  # fmt: skip
    """Return what leaving out each level does to the fit.

    Parameters
    ----------
    x, y : ndarray (n, p), (n,)
    names : sequence of str
        Of the fixed effects.
    random : sequence of RandomEffects
    whole : MixedSolution
    grouping : str
        Name of the column whose levels are left out.
    levels : pandas.Series
        The column, on the n rows.
    evidence : str

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per level and number: ``metric`` is ``estimate_without`` and ``dfbetas`` (the change
        in units of the standard error without the level) for each ``term``; ``cooks_distance`` and ``sigma_without``
        for the level. Not a number where a fixed effect cannot be estimated without the level.
    """
    codes, found = pd.factorize(levels, sort=True)
    if len(found) < 3:
        raise ModelError(f"'{grouping}' has {len(found)} levels; leaving one out needs at least 3.")
    inverse = np.linalg.inv(whole.covariance)
    rows = []
    for code, level in enumerate(found):
        part = without(x, y, random, codes != code, whole.reml)
        missing = np.full(len(names), np.nan)
        beta = missing if part is None else part.beta
        error = missing if part is None else np.sqrt(part.covariance.diagonal())
        change = whole.beta - beta
        for i, name in enumerate(names):
            rows.append((str(level), name, "estimate_without", beta[i]))
            rows.append((str(level), name, "dfbetas", change[i] / error[i]))
        rows.append((str(level), "all", "cooks_distance", change @ inverse @ change / len(names)))
        rows.append((str(level), "Residual", "sigma_without", np.nan if part is None else part.sigma))
    frame = pd.DataFrame(rows, columns=["level", "term", "metric", "estimate"])
    frame.insert(0, "grouping", grouping)
    return frame.assign(method="fitted without the level", evidence=evidence)
