"""Permutation tests of moderators, which need no distribution of the effects."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options
from mmc_analysis.synthesis.random_effects import MetaAnalysis, analyse, check_result

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
        100 or more. If there are no more different arrangements than this, all are tried once and the test is exact.

    Returns
    -------
    pandas.DataFrame
        One row per moderator term, with its estimate and statistic as before and `p_value` the share of arrangements
        whose statistic is at least as large in size, the observed one counted; of several terms also their joint test.

    Raises
    ------
    EffectError
        If there are no moderators, no intercept, or too few permutations.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"estimate": [0.1, 0.2, 0.4, 0.7, 0.9], "std_error": 0.2, "dose": [1.0, 2.0, 3.0, 4.0, 5.0]})
    >>> permutation_test(meta_analysis(frame, study=None, moderators=["dose"]), seed=1)["p_value"].round(3).tolist()
    [0.017]
    """
    check_result(result, 0, moderators=True)
    for name, value, least in (("seed", seed, 0), ("n_permutations", n_permutations, FEWEST)):
        if not isinstance(value, (int, np.integer)) or value < least:
            raise EffectError(f"{name}={value!r} must be a whole number, {least} or more.")
    if "Intercept" not in result.table.terms:
        raise EffectError("shuffling the moderators says whether effects depend on them, not whether means are zero: fit with an "
                          "intercept, without '0 +' or '- 1'.")  # fmt: skip
    orders, said = _arrangements(result.table.X, seed, n_permutations)
    observed = _sizes(result)
    reached = np.zeros(observed.size)
    for order in orders:
        design = replace(result.table.design, X=result.table.X[order])
        refit = analyse(replace(result.table, design=design), result.method, result.test, result.conf_level)
        reached += _sizes(refit) >= observed * (1 - SAME)
    frame = result.coefficients if observed.size == 2 else pd.concat([result.coefficients, result.moderator_test])
    frame = frame.drop(columns=["num_df", "den_df"], errors="ignore").assign(p_value=reached / len(orders))
    frame["method"] += f"; permutation test, {said}"
    return frame[frame["term"] != "Intercept"].reset_index(drop=True)


def _sizes(result: MetaAnalysis) -> np.ndarray:
    """Sizes of the statistics of the coefficients, and of the joint test if there is more than one moderator, (p,) or (p + 1,)."""
    alone = np.abs(result.fit.coefficients) / np.sqrt(np.diag(result.covariance))
    return alone if alone.size == 2 else np.append(alone, result.moderator_test["statistic"])


def _arrangements(X: np.ndarray, seed: int, count: int) -> tuple[list[np.ndarray], str]:
    """Return orders of the rows, and what they are: all that differ if there are no more than `count`, else that many at random."""
    kinds = np.unique(X, axis=0, return_inverse=True)[1].ravel()
    sizes = np.bincount(kinds)
    total = math.factorial(kinds.size) // math.prod(math.factorial(size) for size in sizes)
    if total <= count:
        return [np.array(order) for order in _distinct_orders(kinds)], f"all {total} arrangements"
    rng = np.random.default_rng(seed)
    orders = [np.arange(kinds.size), *(rng.permutation(kinds.size) for _ in range(count - 1))]
    return orders, f"{count} arrangements, the observed one among them, seed {seed}"


def _distinct_orders(kinds: np.ndarray) -> Iterator[list[int]]:
    """Yield one order of the rows for every distinct sequence of their kinds."""
    rows = [np.flatnonzero(kinds == kind).tolist() for kind in range(kinds.max() + 1)]

    def extend(order: list[int], used: list[int]) -> Iterator[list[int]]:
        if len(order) == kinds.size:
            yield order
        for kind, members in enumerate(rows):
            if used[kind] < len(members):
                ahead = [count + (place == kind) for place, count in enumerate(used)]
                yield from extend([*order, members[used[kind]]], ahead)

    return extend([], [0] * len(rows))
