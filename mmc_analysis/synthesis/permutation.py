"""Permutation tests of moderators, which need no distribution of the effects."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options
from mmc_analysis.synthesis.random_effects import MetaAnalysis, analyse

FEWEST = 100
SAME = 1e-9


@named_options
def permutation_test(result: MetaAnalysis, *, seed: int, n_permutations: int = 1000) -> pd.DataFrame:
    """Test the moderators of a meta-regression by shuffling their rows among the studies (Higgins and Thompson 2004).

    Parameters
    ----------
    result : MetaAnalysis
        With moderators.
    seed : int
        Seed of the shuffling; not used if all arrangements can be tried.
    n_permutations : int
        100 or more. If there are no more arrangements than this, all are tried once and the test is exact.

    Returns
    -------
    pandas.DataFrame
        One row per moderator term, with its estimate and statistic as before and `p_value` the share of arrangements
        whose statistic is at least as large in size, the observed one counted.

    Raises
    ------
    EffectError
        If there are no moderators, or too few permutations.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"estimate": [0.1, 0.2, 0.4, 0.7, 0.9], "std_error": 0.2, "dose": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> permutation_test(meta_analysis(frame, study=None, moderators=["dose"]), seed=1)["p_value"].round(3).tolist()
    [0.017]
    """
    terms = [i for i, name in enumerate(result.table.terms) if name != "Intercept"]
    if not terms:
        raise EffectError("there are no moderators to test. Give moderators= to meta_analysis.")
    if n_permutations < FEWEST:
        raise EffectError(f"n_permutations={n_permutations} is too few; at least {FEWEST}.")
    exact = math.factorial(result.k) <= n_permutations
    orders = _all_orders(result.k) if exact else _some_orders(result.k, seed, n_permutations)
    observed = _sizes(result)
    reached = np.zeros(observed.size)
    for order in orders:
        table = replace(result.table, X=result.table.X[order])
        refit = analyse(table, result.method, result.test, result.conf_level, quiet=True)
        reached += _sizes(refit) >= observed * (1 - SAME)
    frame = result.coefficients.assign(p_value=reached / len(orders))
    said = "all arrangements" if exact else f"{len(orders)} arrangements, the observed one among them, seed {seed}"
    return frame.iloc[terms].assign(method=frame["method"] + f"; permutation test, {said}").reset_index(drop=True)


def _sizes(result: MetaAnalysis) -> np.ndarray:
    """Sizes of the test statistics of the coefficients, (p,)."""
    return np.abs(result.fit.coefficients) / np.sqrt(np.diag(result.covariance))


def _all_orders(k: int) -> list[np.ndarray]:
    return [np.array(order) for order in itertools.permutations(range(k))]


def _some_orders(k: int, seed: int, count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.arange(k), *(rng.permutation(k) for _ in range(count - 1))]
