"""Estimate a marginal model on arrays: scaling, the optimum, and small-sample inference about linear functions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.repeated.covariance import Correlated, Linear
from mmc_analysis.models.repeated.likelihood import Problem, second_order_arrays, split_patterns
from mmc_analysis.models.repeated.optimum import FLAT, Optimum, minimise, moment_matrix
from mmc_analysis.models.small_samples import kenward_roger, satterthwaite
from mmc_analysis.models.tables.primitives import JointTest, LinearEstimates

PERFECT = 1e-10
SPANNED = 1e-10
NEARLY_SINGULAR = 1e-5


@dataclass(frozen=True)
class Estimate:
    """A fitted marginal model.

    The optimum is computed with orthonormal columns in place of X and least-squares residuals of unit mean square in
    place of y, so that nothing depends on units or coding: β = `scale` `unmix` `inner_beta`, Σ = `scale`² Σ*.

    Attributes
    ----------
    problem : Problem
    optimum : Optimum
    scale : float
    unmix : (p, p) array
    inner_beta : (p,) array
    criterion : float
        -2 log L in the units of y.
    """

    problem: Problem
    optimum: Optimum
    scale: float
    unmix: np.ndarray
    inner_beta: np.ndarray
    criterion: float

    @property
    def beta(self) -> np.ndarray:
        """Fixed effects, (p,)."""
        return self.scale * self.unmix @ self.inner_beta

    @property
    def sigma(self) -> np.ndarray:
        """Covariance matrix of the occasions in each group, (n_groups, K, K)."""
        parts = self.problem.by_group(self.optimum.point.theta)
        k = self.problem.n_occasions
        return self.scale**2 * np.stack([self.problem.structure.matrix(theta, k) for theta in parts])

    @cached_property
    def arrays(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Q and R of Kenward and Roger's adjustment."""
        return second_order_arrays(self.problem, self.optimum.point)

    def parameter_covariance(self, information: str) -> np.ndarray:
        """Return the covariance matrix of θ*, (m, m), from observed or expected information."""
        bend = self.optimum.curvature
        hessian = bend.observed if information == "observed" else bend.expected
        return kenward_roger.parameter_covariance(hessian / 2).matrix

    def adjusted(self, ddf: str, information: str) -> np.ndarray:
        """Return the covariance matrix of β*, (p, p), adjusted where the method adjusts it."""
        phi = self.optimum.point.phi
        if not ddf.startswith("kenward-roger"):
            return phi
        q, r = self.arrays
        w = self.parameter_covariance(information)
        first_order = ddf == "kenward-roger-linear"
        return kenward_roger.adjusted_covariance(phi, self.optimum.curvature.p, q, w, None if first_order else r)


def estimate(
    x: np.ndarray, y: np.ndarray, codes: tuple[np.ndarray, np.ndarray, np.ndarray], structure: Linear | Correlated,
    reml: bool,
) -> Estimate:  # fmt: skip
    """Fit y = Xβ + e with the given covariance structure.

    Parameters
    ----------
    x : (n, p) array
        Of full column rank.
    y : (n,) array
    codes : tuple of three (n,) arrays of int
        Participant, occasion and covariance group of each row.
    structure : Linear or Correlated
    reml : bool

    Raises
    ------
    ModelError
        If nothing is left to estimate the covariance from, or the likelihood has no regular maximum.
    """
    participant, occasion, group = codes
    n, p = x.shape
    basis, mix = np.linalg.qr(x)
    start, residual = _least_squares(basis, y)
    scale = float(np.sqrt(residual @ residual / n))
    if n <= p or scale <= PERFECT * float(np.std(y)):
        raise ModelError(
            f"the {p} fixed effects fit the {n} observations without error, so that no covariance can be estimated. "
            "Use fewer fixed effects, or check for copied values."
        )
    patterns = split_patterns(basis, residual / scale, participant, occasion, group)
    problem = Problem(patterns, structure, int(occasion.max()) + 1, int(group.max()) + 1, n, p, reml)
    moments = [moment_matrix(problem, arm) for arm in range(problem.n_groups)]
    starts = [np.concatenate(parts) for parts in zip(*map(structure.starts, moments), strict=True)]
    optimum = minimise(problem, starts)
    _check_optimum(optimum, structure)
    criterion = optimum.point.criterion + 2 * (n - p * reml) * np.log(scale)
    criterion += 2 * reml * np.log(np.abs(np.diag(mix))).sum()
    unmix = np.linalg.solve(mix, np.eye(p))
    return Estimate(problem, optimum, scale, unmix, start / scale + optimum.point.beta, float(criterion))


def linear_estimates(fit: Estimate, rows: np.ndarray, ddf: str, information: str) -> LinearEstimates:
    """Estimate linear functions L of β, each with its own degrees of freedom.

    Parameters
    ----------
    fit : Estimate
    rows : (k, p) array
    ddf : {"kenward-roger", "kenward-roger-linear", "satterthwaite", "asymptotic"}
    information : {"observed", "expected"}
    """
    inner = fit.scale * rows @ fit.unmix
    covariance = inner @ fit.adjusted(ddf, information) @ inner.T
    if ddf == "asymptotic":
        df = np.full(len(rows), np.inf)
    else:
        phi, w = fit.optimum.point.phi, fit.parameter_covariance(information)
        df = kenward_roger.degrees_of_freedom(inner, phi, fit.optimum.curvature.p, w)
    return LinearEstimates(rows @ fit.beta, covariance, df)


def joint_test(fit: Estimate, rows: np.ndarray, ddf: str, information: str) -> JointTest:
    """Test that linear functions L of β are all zero; arguments as in :func:`linear_estimates`."""
    inner = fit.scale * rows @ fit.unmix
    phi, p = fit.optimum.point.phi, fit.optimum.curvature.p
    if ddf == "asymptotic":
        inner, variances = kenward_roger.independent_rows(inner, phi)
        statistic = float(np.mean((inner @ fit.inner_beta) ** 2 / variances))
        return JointTest(statistic, len(inner), np.inf, kenward_roger.f_tail(statistic, len(inner), np.inf))
    w = fit.parameter_covariance(information)
    if ddf == "satterthwaite":
        found = satterthwaite.f_test(inner, fit.inner_beta, phi, -phi @ p @ phi, w)
        return JointTest(found.statistic, found.num_df, found.den_df, found.p_value)
    found = kenward_roger.f_test(inner, fit.inner_beta, phi, fit.adjusted(ddf, information), p, w)
    return JointTest(found.statistic, found.num_df, found.den_df, found.p_value, found.valid)


def _least_squares(basis: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients (p,) and residuals (n,), the mean being taken off first where the basis spans it."""
    constant = basis.sum(axis=0)
    spans = np.abs(basis @ constant - 1).max() < SPANNED
    shift = y.mean() if spans else 0.0
    centred = y - shift
    start = basis.T @ centred
    residual = centred - basis @ start
    return start + shift * constant, residual - basis @ (basis.T @ residual)


def _check_optimum(optimum: Optimum | None, structure: Linear | Correlated) -> None:
    if optimum is not None and optimum.certified:
        return
    if optimum is None:
        found = "no covariance matrix of this kind fits the residuals to start from"
    elif optimum.conditioning < NEARLY_SINGULAR:
        found = (
            "the covariance matrix becomes singular: some combination of occasions does not vary between participants "
            "beyond the fixed effects, or too few participants were seen at most occasions"
        )
    elif optimum.flatness <= FLAT:
        found = "the data do not determine all covariance parameters: the likelihood is flat in some direction"
    else:
        found = f"no maximum was found in {optimum.n_steps} steps"
    simpler = " ".join(name for name in ("CS", "AR1", "CSH", "ARH1") if name != structure.name)
    raise ModelError(
        f"the {structure.title} covariance ({structure.name}) cannot be estimated: {found}. Check for copied values; "
        f"otherwise use a structure with fewer parameters ({simpler}), fewer fixed effects, or fit_mixed."
    )
