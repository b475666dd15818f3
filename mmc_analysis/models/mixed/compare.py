"""Compare two nested mixed models by the likelihood ratio, against a chi-squared law or simulated."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.mixed.bootstrap import bootstrap
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.refit import design_of
from mmc_analysis.models.mixed.solution import MixedSolution, solve_mixed
from mmc_analysis.models.tables.likelihood_ratio import (
    check_nested_fixed,
    check_same_rows,
    chi2_tail,
    coding_term,
    criterion_label,
    ratio_frame,
    spanned,
)


class Comparable(Protocol):
    """What a comparison needs of a mixed fit."""

    formula: str
    fixed: FixedDesign
    random: tuple[RandomEffects, ...]
    solution: MixedSolution
    reml: bool
    n_participants: int


@dataclass(frozen=True)
class Pair:
    """Two nested models on the same criterion.

    Attributes
    ----------
    small, large : Comparable
    small_solution, large_solution : MixedSolution
    reml, refitted : bool
        The criterion, and whether a fit was made again to have it.
    same_fixed : bool
    df : int
        Parameters that the larger model has more.
    """

    small: Comparable
    large: Comparable
    small_solution: MixedSolution
    large_solution: MixedSolution
    reml: bool
    refitted: bool
    same_fixed: bool
    df: int


def compare_mixed(fit0: Comparable, fit1: Comparable, method: str, n_sim: int, seed: int, n_jobs: int) -> pd.DataFrame:
    """Compare two nested mixed models; see :func:`mmc_analysis.models.comparison.compare.compare`."""
    pair = paired(fit0, fit1)
    ratio = pair.small_solution.deviance - pair.large_solution.deviance
    ratio = max(ratio - coding_term(pair.small.fixed.X, pair.reml) + coding_term(pair.large.fixed.X, pair.reml), 0.0)
    label = criterion_label(pair.reml, pair.refitted)
    if method == "bootstrap":
        p_value, draws = bootstrap_p(pair, ratio, n_sim, seed, n_jobs)
        label = f"{label}; {draws} responses drawn from the smaller model"
    elif method == "mixture":
        q = mixture_df(pair)
        p_value = 0.5 * chi2_tail(q, ratio) + 0.5 * chi2_tail(q + 1, ratio)
        label = f"{label}; equal mixture of chi-squared with {q} and {q + 1} df"
    else:
        p_value = chi2_tail(pair.df, ratio)
    models = f"{pair.small.formula} against {pair.large.formula}"
    return ratio_frame(pair.small, pair.large, models, ratio, pair.df, p_value, label)


def paired(fit0: Comparable, fit1: Comparable) -> Pair:
    """Put two fits in order and on the same criterion.

    Raises
    ------
    ModelError
        If they are not fits of the same rows, or the one is not nested in the other.
    """
    check_same_rows(fit0, fit1)
    small, large = sorted((fit0, fit1), key=_size)
    df = _size(large) - _size(small)
    check_nested_fixed(small, large, df)
    same = small.fixed.X.shape[1] == large.fixed.X.shape[1]
    _check_random(small, large)
    reml = same and small.reml and large.reml
    solutions = [fit.solution if fit.reml == reml else _refitted(fit, reml) for fit in (small, large)]
    return Pair(small, large, *solutions, reml, small.reml != reml or large.reml != reml, same, df)


def _size(fit: Comparable) -> int:
    return fit.fixed.X.shape[1] + fit.solution.blocks.n_parameters


def _check_random(small: Comparable, large: Comparable) -> None:
    for effects in small.random:
        homes = [
            other for other in large.random
            if _same_levels(effects, other) and spanned(effects.unit, other.unit)
        ]  # fmt: skip
        if not homes:
            raise ModelError(f"the random term {effects.term} of '{small.formula}' is in no term of '{large.formula}': the "
                             "models are not nested. Compare their AIC.")  # fmt: skip


def _same_levels(one: RandomEffects, other: RandomEffects) -> bool:
    return len(one.labels) == len(other.labels) and len(
        set(zip(one.level.tolist(), other.level.tolist(), strict=True))
    ) == len(one.labels)


def _refitted(fit: Comparable, reml: bool) -> MixedSolution:
    return solve_mixed(fit.fixed.X, fit.fixed.y, [effects.columns for effects in fit.random], reml)


def mixture_df(pair: Pair) -> int:
    """Return q, for the mixture of χ² with q and q + 1 df, of one more term or slope.

    Raises
    ------
    ModelError
        If the models differ in anything else.
    """
    extra = list(pair.large.random)
    grown = 0
    for effects in pair.small.random:
        home = next(o for o in extra if _same_levels(effects, o) and spanned(effects.unit, o.unit))
        extra.remove(home)
        more = len(home.names) - len(effects.names)
        if more:
            grown = grown * 1000 + (len(effects.names) if more == 1 else 1000)
    new = [len(effects.names) for effects in extra]
    if not pair.same_fixed or (grown, new) not in [(grown, []), (0, [1])] or grown >= 1000:
        raise ModelError("the mixture is for models that differ in one more random intercept or in one more slope of a "
                         "random term. Use method='bootstrap'.")  # fmt: skip
    return grown


def bootstrap_p(pair: Pair, ratio: float, n_sim: int, seed: int, n_jobs: int) -> tuple[float, int]:
    """Return the share of responses drawn from the smaller model with at least this ratio, and their number."""
    designs = [design_of(f.fixed.X, [e.columns for e in f.random], pair.reml) for f in (pair.small, pair.large)]
    mean = pair.small.fixed.X @ pair.small_solution.beta
    chunks = bootstrap(designs, mean, pair.small.random, pair.small_solution, n_sim, seed=seed, n_jobs=n_jobs)
    ratios = np.concatenate([small.deviance - large.deviance for small, large in chunks])
    above = int((ratios >= ratio - 1e-8).sum())
    return (1 + above) / (1 + len(ratios)), len(ratios)
