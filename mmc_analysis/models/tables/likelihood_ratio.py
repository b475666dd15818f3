"""What every comparison of two nested models needs: the same rows, nested fixed effects, and a frame of one row."""

from typing import Protocol

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.schema import combined_evidence

_SAME = 1e-7


class Fitted(Protocol):
    """What a comparison needs of any fit."""

    formula: str
    fixed: FixedDesign
    n_participants: int


def spanned(inner: np.ndarray, outer: np.ndarray) -> bool:
    """Return whether the columns of `inner`, (n, k), are combinations of those of `outer`, (n, p).

    Examples
    --------
    >>> ones, line = np.ones((3, 1)), np.arange(3.0)[:, None]
    >>> spanned(ones, np.hstack([line, line + 1])), spanned(line, ones)
    (True, False)
    """
    q, _ = np.linalg.qr(outer)
    left = inner - q @ (q.T @ inner)
    return bool((np.linalg.norm(left, axis=0) <= _SAME * np.linalg.norm(inner, axis=0)).all())


def check_same_rows(fit0: Fitted, fit1: Fitted) -> None:
    """Refuse fits of different rows or responses."""
    if not np.array_equal(fit0.fixed.y, fit1.fixed.y):
        raise ModelError(f"the fits have different rows or responses ({len(fit0.fixed.y)} and {len(fit1.fixed.y)} rows). "
                         "Fit both to the rows that are complete for both.")  # fmt: skip


def check_nested_fixed(small: Fitted, large: Fitted, more: int) -> None:
    """Refuse models of which the one has no parameters more, or lacks fixed effects of the other."""
    if more == 0:
        raise ModelError("both models have the same number of parameters, so neither is nested in the other. Compare "
                         "their AIC.")  # fmt: skip
    if not spanned(small.fixed.X, large.fixed.X):
        raise ModelError(f"the fixed effects of '{small.formula}' are not among those of '{large.formula}': the models are "
                         "not nested. Compare their AIC, with maximum likelihood.")  # fmt: skip


def coding_term(x: np.ndarray, reml: bool) -> float:
    """Return log|X'X|, by which -2 log L depends on how fixed effects are coded if it is restricted; 0 otherwise.

    Examples
    --------
    >>> round(coding_term(np.eye(2) * 3, True), 6), coding_term(np.eye(2) * 3, False)
    (4.394449, 0.0)
    """
    return float(np.linalg.slogdet(x.T @ x)[1]) if reml else 0.0


def criterion_label(reml: bool, refitted: bool) -> str:
    """Say which likelihood a ratio is of.

    Examples
    --------
    >>> criterion_label(False, True)
    'likelihood ratio, both fitted again by maximum likelihood'
    """
    by = "REML" if reml else "maximum likelihood"
    return f"likelihood ratio, both fitted {'again ' if refitted else ''}by {by}"


def chi2_tail(df: int, value: float) -> float:
    """Return P(χ² > value); a χ² without df is zero.

    Examples
    --------
    >>> round(chi2_tail(1, 3.841458820694124), 9), chi2_tail(0, 1.0)
    (0.05, 0.0)
    """
    return float(value <= 0) if df == 0 else float(special.chdtrc(df, value))


def ratio_frame(
    small: Fitted, large: Fitted, label: str, ratio: float, df: int, p_value: float, method: str
) -> pd.DataFrame:
    """Return a comparison as an estimates frame of one row."""
    return pd.DataFrame(
        {"label": [label], "metric": "likelihood_ratio", "estimate": ratio, "df": df, "statistic": ratio,
         "p_value": p_value, "n": large.n_participants, "n_obs": len(large.fixed.y), "method": method,
         "evidence": combined_evidence(large.fixed.data)}
    )  # fmt: skip
