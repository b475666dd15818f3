"""Fitted values, residuals of several kinds, and frames for the plots that judge a model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.models.mixed.conditional import conditional, effects_by_level
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.row_effects import residual_leverage, row_effects
from mmc_analysis.models.mixed.solution import MixedSolution


def fitted_parts(
    x: np.ndarray, random: Sequence[RandomEffects], solution: MixedSolution
) -> tuple[np.ndarray, np.ndarray]:
    """Return Xβ̂ (n,) and Zb̂ (n,)."""
    found, part = conditional(solution), np.zeros(len(x))
    for i, effects in enumerate(random):
        values, _ = effects_by_level(found, solution, i)
        part += (effects.unit * values[effects.level]).sum(axis=1)
    return x @ solution.beta, part


def residual_frame(
    x: np.ndarray, y: np.ndarray, random: Sequence[RandomEffects], solution: MixedSolution, index: pd.Index
) -> pd.DataFrame:
    """Return fitted values and residuals, one row per observation.

    Returns
    -------
    pandas.DataFrame
        ``fitted`` Xβ̂ + Zb̂ and ``fitted_marginal`` Xβ̂; ``marginal`` y - Xβ̂; ``conditional`` y - Xβ̂ - Zb̂; ``pearson``
        conditional/σ̂; ``standardised`` the conditional residual divided by its own standard error (studentised).
    """
    mean, part = fitted_parts(x, random, solution)
    rows = row_effects(solution, x, [e.unit for e in random], [e.level for e in random])
    leverage = residual_leverage(solution, rows)
    left = y - mean - part
    with np.errstate(divide="ignore", invalid="ignore"):
        standardised = np.where(leverage > 1e-10, left / (solution.sigma * np.sqrt(leverage)), np.nan)
    return pd.DataFrame(
        {"fitted": mean + part, "fitted_marginal": mean, "marginal": y - mean, "conditional": left,
         "pearson": left / solution.sigma, "standardised": standardised},
        index=index,
    )  # fmt: skip


def quantile_frame(frame: pd.DataFrame, values: str, groups: list[str]) -> pd.DataFrame:
    """Return the points of normal quantile plots: for each group its values in order, and where a normal has them.

    Parameters
    ----------
    frame : pandas.DataFrame
    values : str
        Column to be judged.
    groups : list of str
        Columns that make separate plots.

    Returns
    -------
    pandas.DataFrame
        The groups, ``sample`` and ``theoretical``, quantiles of the standard normal at (rank - ½)/n.

    Examples
    --------
    >>> quantile_frame(pd.DataFrame({"residual": [2.0, -1.0, 0.5]}), "residual", []).round(3)
       sample  theoretical
    0    -1.0       -0.967
    1     0.5        0.000
    2     2.0        0.967
    """
    parts = frame.groupby(groups, sort=False) if groups else [((), frame)]
    found = []
    for key, part in parts:
        sample = np.sort(part[values].dropna().to_numpy())
        theoretical = special.ndtri((np.arange(len(sample)) + 0.5) / len(sample))
        named = dict(zip(groups, key, strict=True))
        found.append(pd.DataFrame({**named, "sample": sample, "theoretical": theoretical}, index=range(len(sample))))
    return pd.concat(found, ignore_index=True)
