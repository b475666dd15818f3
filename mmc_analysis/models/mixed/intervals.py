"""Confidence intervals of variance components, by profile likelihood or by parametric bootstrap."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmc_analysis.models.mixed.bootstrap import bootstrap
from mmc_analysis.models.mixed.profile import Interval, Quantity, profile_interval
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.refit import design_of, unit_covariances
from mmc_analysis.models.mixed.solution import MixedSolution
from mmc_analysis.models.mixed.variance import RESIDUAL, user_covariances


def quantities(random: Sequence[RandomEffects]) -> list[Quantity]:
    """Return the standard deviations and correlations of every term, and the residual standard deviation."""
    found = []
    for i, effects in enumerate(random):
        width = len(effects.names)
        found += [Quantity(i, a) for a in range(width)]
        found += [Quantity(i, b, a) for a in range(width) for b in range(a)]
    return [*found, Quantity(None)]


def profile_intervals(random: Sequence[RandomEffects], solution: MixedSolution, level: float) -> list[Interval]:
    """Return profile intervals of all quantities, in the user's units."""
    lengths = [np.sqrt((effects.basis**2).sum(axis=0)) for effects in random]
    bases = [effects.basis / length for effects, length in zip(random, lengths, strict=True)]
    state, frame = solution.optimum.state, solution.frame
    found = []
    for quantity in quantities(random):
        interval = profile_interval(
            solution.blocks,
            solution.take,
            solution.reml,
            bases,
            solution.factors,
            np.sqrt(state.sigma2),
            quantity,
            level,
        )
        unit = 1.0 if quantity.correlation else frame.scale
        if quantity.term is not None and not quantity.correlation:
            unit /= lengths[quantity.term][quantity.first]
        found.append(Interval(interval.estimate * unit, interval.low * unit, interval.high * unit))
    return found


def bootstrap_intervals(
    x: np.ndarray,
    random: tuple[RandomEffects, ...],
    solution: MixedSolution,
    level: float,
    n_sim: int,
    seed: int,
    n_jobs: int,
) -> list[Interval]:
    """Return percentile intervals of all quantities from responses drawn from the fit."""
    design = design_of(x, [effects.columns for effects in random], solution.reml)
    chunks = bootstrap([design], x @ solution.beta, random, solution, n_sim, seed=seed, n_jobs=n_jobs)
    drawn = [_values(random, chunk[0], design.blocks) for chunk in chunks]
    values = np.concatenate(drawn)
    estimates = _point_values(random, solution)
    tail = 50.0 * (1.0 - level)
    found = []
    for estimate, column in zip(estimates, values.T, strict=True):
        known = column[~np.isnan(column)]
        ends = np.percentile(known, [tail, 100.0 - tail]) if known.size else (np.nan, np.nan)
        found.append(Interval(float(estimate), float(ends[0]), float(ends[1])))
    return found


def _point_values(random: Sequence[RandomEffects], solution: MixedSolution) -> np.ndarray:
    matrices = [matrix[None] for matrix in user_covariances(random, solution)]
    return _from_covariances(random, matrices, np.array([solution.sigma]))[0]


def _values(random: Sequence[RandomEffects], found, blocks) -> np.ndarray:
    matrices = []
    for effects, matrix in zip(random, unit_covariances(found, blocks), strict=True):
        back = np.linalg.inv(effects.basis)
        matrices.append(back @ matrix @ back.T)
    return _from_covariances(random, matrices, found.sigma)


def _from_covariances(random: Sequence[RandomEffects], matrices: Sequence[np.ndarray], sigma: np.ndarray) -> np.ndarray:
    columns = []
    for quantity in quantities(random):
        if quantity.term is None:
            columns.append(sigma)
            continue
        matrix, a, b = matrices[quantity.term], quantity.first, quantity.second
        spread = np.sqrt(np.clip(matrix[:, a, a], 0.0, None))
        if b is None:
            columns.append(spread)
            continue
        both = spread * np.sqrt(np.clip(matrix[:, b, b], 0.0, None))
        columns.append(np.where(both > 0, np.clip(matrix[:, a, b] / np.where(both > 0, both, 1.0), -1.0, 1.0), np.nan))
    return np.stack(columns, axis=1)


def intervals_frame(
    random: Sequence[RandomEffects], found: Sequence[Interval], n: int, level: float, method: str, evidence: str
) -> pd.DataFrame:
    """Return intervals as an estimates frame: grouping, term, metric, estimate, conf_level, conf_low, conf_high …"""
    rows = []
    for quantity, interval in zip(quantities(random), found, strict=True):
        if quantity.term is None:
            name, metric, grouping, levels = RESIDUAL, "sd", RESIDUAL, n
        else:
            effects = random[quantity.term]
            grouping, levels = effects.grouping, len(effects.labels)
            name, metric = effects.names[quantity.first], "sd"
            if quantity.correlation:
                name, metric = f"{effects.names[quantity.first]}, {effects.names[quantity.second]}", "correlation"
        rows.append((grouping, name, metric, interval.estimate, level, interval.low, interval.high, levels))
    names = ["grouping", "term", "metric", "estimate", "conf_level", "conf_low", "conf_high", "n_levels"]
    return pd.DataFrame(rows, columns=names).assign(method=method, evidence=evidence)
