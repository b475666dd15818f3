"""Compare two nested mixed models by the likelihood ratio, against a chi-squared law or simulated."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.mixed.bootstrap import bootstrap
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.refit import design_of
from mmc_analysis.models.mixed.solution import MixedSolution, solve_mixed
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import combined_evidence

METHODS = ("lrt", "mixture", "bootstrap")
_SAME = 1e-7


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


@named_options
def compare(
    fit0: Comparable, fit1: Comparable, *, method: str = "lrt", n_sim: int = 1000, seed: int = 0, n_jobs: int = 1
) -> pd.DataFrame:
    """Compare two nested mixed models by the likelihood ratio.

    Parameters
    ----------
    fit0, fit1 : MixedFit
        Fits of the same rows, one model nested in the other, in any order. REML fits with different fixed effects have
        no common criterion and are fitted again by maximum likelihood; the column ``method`` says so.
    method : {"lrt", "mixture", "bootstrap"}
        χ² with as many df as the larger model has parameters more; the equal mixture of two χ² that holds when the larger
        model has one more random term or slope, so that a variance is tested at its boundary; or responses drawn from
        the smaller model.
    n_sim : int
        Responses drawn for the bootstrap.
    seed : int
        Of the bootstrap; the same seed gives the same P on any number of workers.
    n_jobs : int
        Workers of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        An estimates frame of one row: label, metric ``likelihood_ratio``, estimate and statistic (the ratio as
        -2 log), df, p_value, n_obs, n, method, evidence.

    Raises
    ------
    ModelError
        If the rows differ, or the models are not nested.

    Notes
    -----
    Mixture: Stram & Lee (1994), Biometrics 50:1171. Bootstrap P: (1 + exceedances)/(1 + draws), Davison & Hinkley (1997).

    Examples
    --------
    >>> import pandas as pd
    >>> from mmc_analysis.models.mixed.model import fit_mixed
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fits = [fit_mixed(f"value ~ {fixed} + (1 | participant)", lifts) for fixed in ("1", "condition")]
    >>> compare(*fits)[["statistic", "df", "p_value"]].round(4)
       statistic  df  p_value
    0     7.8017   1   0.0052
    """
    check_option("method", method, METHODS)
    pair = paired(fit0, fit1)
    ratio = max(pair.small_solution.deviance - pair.large_solution.deviance, 0.0)
    criterion = "REML" if pair.reml else "maximum likelihood"
    label = f"likelihood ratio, both fitted {'again ' if pair.refitted else ''}by {criterion}"
    if method == "bootstrap":
        p_value, draws = bootstrap_p(pair, ratio, n_sim, seed, n_jobs)
        label = f"{label}; {draws} responses drawn from the smaller model"
    elif method == "mixture":
        q = mixture_df(pair)
        p_value = 0.5 * _chi2_tail(q, ratio) + 0.5 * _chi2_tail(q + 1, ratio)
        label = f"{label}; equal mixture of chi-squared with {q} and {q + 1} df"
    else:
        p_value = _chi2_tail(pair.df, ratio)
    return pd.DataFrame(
        {"label": [f"{pair.small.formula} against {pair.large.formula}"], "metric": "likelihood_ratio", "estimate": ratio,
         "df": pair.df, "statistic": ratio, "p_value": p_value, "n": pair.large.n_participants,
         "n_obs": len(pair.large.fixed.y), "method": label, "evidence": combined_evidence(pair.large.fixed.data)}
    )  # fmt: skip


def paired(fit0: Comparable, fit1: Comparable) -> Pair:
    """Put two fits in order and on the same criterion.

    Raises
    ------
    ModelError
        If they are not fits of the same rows, or the one is not nested in the other.
    """
    if len(fit0.fixed.y) != len(fit1.fixed.y) or not np.array_equal(fit0.fixed.y, fit1.fixed.y):
        raise ModelError(f"the fits have different rows or responses ({len(fit0.fixed.y)} and {len(fit1.fixed.y)} rows). "
                         "Fit both to the rows that are complete for both.")  # fmt: skip
    small, large = sorted((fit0, fit1), key=_size)
    df = _size(large) - _size(small)
    same = small.fixed.X.shape[1] == large.fixed.X.shape[1] and _spanned(small.fixed.X, large.fixed.X)
    if df == 0:
        raise ModelError("both models have the same number of parameters, so neither is nested in the other. Compare "
                         "their AIC.")  # fmt: skip
    if not _spanned(small.fixed.X, large.fixed.X):
        raise ModelError(f"the fixed effects of '{small.formula}' are not among those of '{large.formula}': the models are "
                         "not nested. Compare their AIC, with maximum likelihood.")  # fmt: skip
    _check_random(small, large)
    reml = same and small.reml and large.reml
    solutions = [fit.solution if fit.reml == reml else _refitted(fit, reml) for fit in (small, large)]
    return Pair(small, large, *solutions, reml, small.reml != reml or large.reml != reml, same, df)


def _size(fit: Comparable) -> int:
    return fit.fixed.X.shape[1] + fit.solution.blocks.n_parameters


def _spanned(inner: np.ndarray, outer: np.ndarray) -> bool:
    q, _ = np.linalg.qr(outer)
    left = inner - q @ (q.T @ inner)
    return bool((np.linalg.norm(left, axis=0) <= _SAME * np.linalg.norm(inner, axis=0)).all())


def _check_random(small: Comparable, large: Comparable) -> None:
    for effects in small.random:
        homes = [
            other for other in large.random
            if _same_levels(effects, other) and _spanned(effects.unit, other.unit)
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
        home = next(o for o in extra if _same_levels(effects, o) and _spanned(effects.unit, o.unit))
        extra.remove(home)
        more = len(home.names) - len(effects.names)
        if more:
            grown = grown * 1000 + (len(effects.names) if more == 1 else 1000)
    new = [len(effects.names) for effects in extra]
    if not pair.same_fixed or (grown, new) not in [(grown, []), (0, [1])] or grown >= 1000:
        raise ModelError("the mixture is for models that differ in one more random intercept or in one more slope of a "
                         "random term. Use method='bootstrap'.")  # fmt: skip
    return grown


def _chi2_tail(df: int, value: float) -> float:
    return float(value <= 0) if df == 0 else float(special.chdtrc(df, value))


def bootstrap_p(pair: Pair, ratio: float, n_sim: int, seed: int, n_jobs: int) -> tuple[float, int]:
    """Return the share of responses drawn from the smaller model with at least this ratio, and their number."""
    designs = [design_of(f.fixed.X, [e.columns for e in f.random], pair.reml) for f in (pair.small, pair.large)]
    mean = pair.small.fixed.X @ pair.small_solution.beta
    chunks = bootstrap(designs, mean, pair.small.random, pair.small_solution, n_sim, seed=seed, n_jobs=n_jobs)
    ratios = np.concatenate([small.deviance - large.deviance for small, large in chunks])
    above = int((ratios >= ratio - 1e-8).sum())
    return (1 + above) / (1 + len(ratios)), len(ratios)
