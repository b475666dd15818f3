"""What a fit computes for the tables, and how rows of estimates become a frame."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.small_samples.t_distribution import t_quantile, two_sided_p

KENWARD_ROGER = ("kenward-roger", "kenward-roger-linear")
DDF_LABELS = {
    "kenward-roger": "Kenward-Roger",
    "kenward-roger-linear": "Kenward-Roger, first order",
    "satterthwaite": "Satterthwaite",
    "asymptotic": "normal (asymptotic)",
    "residual": "residual df",
}


@dataclass(frozen=True)
class LinearEstimates:
    """Estimates of m linear functions of the coefficients.

    Attributes
    ----------
    estimate : ndarray, shape (m,)
    covariance : ndarray, shape (m, m)
        Small-sample adjusted where the method adjusts it.
    df : ndarray, shape (m,)
        Degrees of freedom of each function by itself; infinite for a normal reference.
    """

    estimate: np.ndarray
    covariance: np.ndarray
    df: np.ndarray

    @property
    def std_error(self) -> np.ndarray:
        """Standard errors, shape (m,); not a number where an adjusted variance is negative."""
        variance = np.diagonal(self.covariance)
        return np.sqrt(np.where(variance < 0, np.nan, variance))

    @property
    def correlation(self) -> np.ndarray:
        """Correlations of the estimates, shape (m, m)."""
        scale = np.where(self.std_error > 0, self.std_error, 1.0)
        return self.covariance / np.outer(scale, scale)


@dataclass(frozen=True)
class JointTest:
    """An F test that q functions of the coefficients are zero.

    Attributes
    ----------
    statistic : float
    num_df : float
    den_df : float
        Infinite for a chi-squared reference.
    p_value : float
    valid : bool
        Whether the statistic can be an F: its covariance matrix is positive definite, and `den_df` positive.
    """

    statistic: float
    num_df: float
    den_df: float
    p_value: float
    valid: bool = True


class Fit(Protocol):
    """What the tables need of a fit."""

    fixed: FixedDesign
    beta: np.ndarray
    evidence: str
    n_participants: int
    participant_codes: np.ndarray | None

    def linear_estimates(self, L: np.ndarray, ddf: str, information: str) -> LinearEstimates:
        """Estimate the functions L (m, p) of the coefficients."""

    def joint_test(self, L: np.ndarray, ddf: str, information: str) -> JointTest:
        """Test that the functions L (q, p), of full row rank, are all zero."""


@dataclass(frozen=True)
class Inference:
    """How to compute standard errors, degrees of freedom and intervals.

    Attributes
    ----------
    ddf : str
        ``kenward-roger``, ``satterthwaite``, ``asymptotic`` …
    information : {"expected", "observed"}
    conf_level : float
    """

    ddf: str
    information: str
    conf_level: float = 0.95

    @property
    def label(self) -> str:
        """The method in words."""
        by = f" ({self.information} information)" if self.ddf.startswith("kenward-roger") else ""
        return DDF_LABELS.get(self.ddf, self.ddf) + by


def check_level(conf_level: float) -> float:
    """Return a confidence level, or raise unless it lies between 0 and 1.

    Examples
    --------
    >>> check_level(0.9)
    0.9
    """
    if not isinstance(conf_level, (int, float)) or not 0 < conf_level < 1:
        raise ModelError(f"conf_level={conf_level!r} must be a fraction between 0 and 1, such as 0.95.")
    return float(conf_level)


def warn_of_breakdown(what: str, stacklevel: int) -> None:
    """Warn that Kenward and Roger's approximation does not hold, of what, and what to do."""
    warnings.warn(
        f"{what}: Kenward and Roger's approximation breaks down, with an adjusted covariance matrix or degrees of freedom "
        "that are not positive, as happens where a model has more covariance parameters than so few data determine. Do "
        "not report it. Use a simpler random part or covariance structure, or, for a mixed model, compare() by bootstrap.",
        MMCWarning,
        stacklevel=stacklevel,
    )


def estimable_estimates(fit: Fit, rows: np.ndarray, how: Inference) -> LinearEstimates:
    """Estimate functions of all coefficients of the layout; those that are not estimable are not a number.

    Parameters
    ----------
    fit : Fit
    rows : ndarray, shape (m, p_all)
        Functions in the layout's coefficients, dropped ones included.
    how : Inference

    Returns
    -------
    LinearEstimates
    """
    known = fit.fixed.estimable(rows)
    reduced = rows[:, fit.fixed.kept_columns]
    if known.all():
        return fit.linear_estimates(reduced, how.ddf, how.information)
    m = len(rows)
    estimate, df, covariance = np.full(m, np.nan), np.full(m, np.nan), np.full((m, m), np.nan)
    if known.any():
        found = fit.linear_estimates(reduced[known], how.ddf, how.information)
        estimate[known], df[known] = found.estimate, found.df
        covariance[np.ix_(known, known)] = found.covariance
    return LinearEstimates(estimate, covariance, df)


def estimates_frame(
    lead: Mapping, found: LinearEstimates, fit: Fit, how: Inference, n: np.ndarray | int | None = None
) -> pd.DataFrame:
    """Return an estimates frame with unadjusted P values and intervals.

    Parameters
    ----------
    lead : mapping
        First columns, each of m cells or one value.
    found : LinearEstimates
    fit : Fit
    how : Inference
    n : int or ndarray of int, shape (m,), optional
        Participants behind each row; all of them unless given.
    """
    error = found.std_error
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(error > 0, found.estimate / error, np.nan)
    half = t_quantile(0.5 + how.conf_level / 2, found.df) * error
    method = np.where(np.isnan(found.estimate), "not estimable: the data have no such cells", how.label)
    broken = np.isnan(error) & ~np.isnan(found.estimate)
    if broken.any():
        warn_of_breakdown(f"the standard error of {broken.sum()} of {len(error)} rows is not a number", stacklevel=6)
    return pd.DataFrame(
        {**lead, "estimate": found.estimate, "std_error": error, "df": found.df, "statistic": statistic,
         "p_value": two_sided_p(statistic, found.df), "conf_level": how.conf_level,
         "conf_low": found.estimate - half, "conf_high": found.estimate + half,
         "n": fit.n_participants if n is None else n, "method": method, "evidence": fit.evidence},
        index=range(len(error)),
    )  # fmt: skip
