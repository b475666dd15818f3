"""Compare two nested marginal models by the likelihood ratio."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.repeated.design import Occasions
from mmc_analysis.models.repeated.estimate import Estimate, estimate
from mmc_analysis.models.repeated.fit import RepeatedFit
from mmc_analysis.models.tables.likelihood_ratio import (
    check_nested_fixed,
    check_same_rows,
    chi2_tail,
    coding_term,
    criterion_label,
    ratio_frame,
)

SPECIAL_CASES = {
    "CS": {"CS", "CSH", "TOEP", "UN"}, "AR1": {"AR1", "ARH1", "TOEP", "UN"}, "CSH": {"CSH", "UN"}, "ARH1": {"ARH1", "UN"},
    "TOEP": {"TOEP", "UN"}, "UN": {"UN"},
}  # fmt: skip
_ONE_LAG = {"CS": {"AR1", "CSH", "ARH1"}, "AR1": {"CS", "CSH"}, "TOEP": {"CS", "AR1", "CSH", "ARH1"},
            "CSH": {"ARH1"}, "ARH1": {"CSH"}, "UN": {"CSH", "ARH1"}}  # fmt: skip


def is_special_case(small: str, large: str, n_occasions: int) -> bool:
    """Return whether every covariance matrix of one structure has the other structure too.

    With two occasions there is one lag, so that CS, AR1 and TOEP are the same, and CSH, ARH1 and UN.

    Examples
    --------
    >>> is_special_case("AR1", "TOEP", 4), is_special_case("AR1", "CSH", 4), is_special_case("AR1", "CSH", 2)
    (True, False, True)
    """
    return large in SPECIAL_CASES[small] | (_ONE_LAG[small] if n_occasions == 2 else set())


def compare_marginal(fit0: RepeatedFit, fit1: RepeatedFit) -> pd.DataFrame:
    """Compare two nested marginal models; see :func:`mmc_analysis.models.comparison.compare.compare`.

    Raises
    ------
    ModelError
        If the rows, participants or occasions differ, or the models are not nested.
    """
    check_same_rows(fit0, fit1)
    small, large = sorted((fit0, fit1), key=_size)
    df = _size(large) - _size(small)
    check_nested_fixed(small, large, df)
    _check_covariance(small, large)
    same = small.fixed.X.shape[1] == large.fixed.X.shape[1]
    reml = same and small.reml and large.reml
    refitted = small.reml != reml or large.reml != reml
    ratio = _criterion(small, reml) - _criterion(large, reml)
    models = " against ".join(f"{fit.formula} ({_covariance(fit)})" for fit in (small, large))
    ratio = max(ratio, 0.0)
    return ratio_frame(small, large, models, ratio, df, chi2_tail(df, ratio), criterion_label(reml, refitted))


def _size(fit: RepeatedFit) -> int:
    return fit.fixed.X.shape[1] + len(fit.result.optimum.point.theta)


def _covariance(fit: RepeatedFit) -> str:
    return fit.covariance + (f" in each {fit.seen.group.title}" if fit.seen.group else "")


def _criterion(fit: RepeatedFit, reml: bool) -> float:
    return _estimate_by(fit, reml).criterion - coding_term(fit.fixed.X, reml)


def _estimate_by(fit: RepeatedFit, reml: bool) -> Estimate:
    if fit.reml == reml:
        return fit.result
    return estimate(fit.fixed.X, fit.fixed.y, fit.seen.codes, fit.result.problem.structure, reml)


def _check_covariance(small: RepeatedFit, large: RepeatedFit) -> None:
    if not _same_occasions(small.seen, large.seen, small.result.problem.structure.ordered):
        raise ModelError("the fits have different participants or occasions, so that their covariance matrices cannot be "
                         "compared. Give both the same subject= and occasion=.")  # fmt: skip
    k = len(small.seen.occasion.levels)
    if not is_special_case(small.covariance, large.covariance, k):
        raise ModelError(f"the covariance {small.covariance} is no special case of {large.covariance}: the models are not "
                         "nested. Compare their AIC.")  # fmt: skip
    if not _refines(large.seen.group_codes, small.seen.group_codes):
        raise ModelError(f"the covariance groups of {_covariance(small)} are not made of those of {_covariance(large)}: the "
                         "models are not nested. Compare their AIC.")  # fmt: skip


def _same_occasions(one: Occasions, other: Occasions, ordered: bool) -> bool:
    if not _same_partition(one.participant.codes, other.participant.codes):
        return False
    if ordered:
        return np.array_equal(one.occasion.codes, other.occasion.codes)
    return _same_partition(one.occasion.codes, other.occasion.codes)


def _same_partition(one: Sequence[int], other: Sequence[int]) -> bool:
    return _refines(one, other) and _refines(other, one)


def _refines(fine: Sequence[int], coarse: Sequence[int]) -> bool:
    """Return whether rows of the same fine code always have the same coarse code."""
    return len(np.unique(np.column_stack([fine, coarse]), axis=0)) == len(np.unique(fine))
