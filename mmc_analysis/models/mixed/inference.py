"""Small-sample inference of a fitted mixed model: the two primitives on which all its tables rest."""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.mixed.boundary import without_boundary
from mmc_analysis.models.mixed.sensitivity import FactorHessian, Sensitivity, by_factors, sensitivity
from mmc_analysis.models.mixed.solution import MixedSolution
from mmc_analysis.models.small_samples import kenward_roger, satterthwaite
from mmc_analysis.models.tables.fitted import FittedModel
from mmc_analysis.models.tables.inference import JointTest, LinearEstimates


@dataclass(frozen=True)
class Adjusted:
    """Kenward and Roger's quantities for one choice of information, in whitened units.

    Attributes
    ----------
    covariance : ndarray (p, p)
        Φ_A, where Φ is the identity.
    w : ndarray (m, m)
        Covariance matrix of the covariance parameters.
    rank : int
        Directions of the covariance parameters that carry information.
    """

    covariance: np.ndarray
    w: np.ndarray
    rank: int


class MixedInference(FittedModel):
    """Kenward–Roger, Satterthwaite and asymptotic inference from a solution.

    Attributes
    ----------
    solution : MixedSolution
        The fit as asked for.
    restricted : MixedSolution
        The fit by REML, on which Kenward–Roger rests.
    bases : list of ndarray (k, k)
        Of each random term, from its unit basis to the user's columns.
    """

    solution: MixedSolution
    restricted: MixedSolution
    bases: list[np.ndarray]

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """Derivatives by the covariance parameters, at the REML fit."""
        return sensitivity(self.restricted)

    @cached_property
    def own_sensitivity(self) -> Sensitivity:
        """Derivatives by the covariance parameters, at the fit as asked for."""
        return self.sensitivity if self.solution is self.restricted else sensitivity(self.solution)

    @cached_property
    def _factors(self) -> FactorHessian:
        own = self.own_sensitivity
        inner = not self.solution.optimum.singular
        return by_factors(self.solution, own, [np.eye(len(b)) for b in self.bases] if inner else self.bases)

    @cached_property
    def _parameter_covariance(self) -> np.ndarray:
        return satterthwaite.covariance_from_hessian(self._factors.hessian)

    @cached_property
    def _adjusted_expected(self) -> Adjusted:
        return self._adjust(self.sensitivity.expected)

    @cached_property
    def _adjusted_observed(self) -> Adjusted:
        found = kenward_roger.parameter_covariance(self.sensitivity.observed)
        if not found.positive:
            warnings.warn(
                "the observed information of the covariance parameters is not positive definite, as happens where a "
                "variance is estimated as zero; the expected information is used instead.",
                MMCWarning,
                stacklevel=5,
            )
            return self._adjusted_expected
        return self._adjust(self.sensitivity.observed)

    def _adjust(self, information: np.ndarray) -> Adjusted:
        found, arrays = kenward_roger.parameter_covariance(information), self.sensitivity
        identity = np.eye(arrays.p.shape[1])
        return Adjusted(
            kenward_roger.adjusted_covariance(identity, arrays.p, arrays.q, found.matrix), found.matrix, found.rank
        )

    def _kenward_roger(self, information: str) -> tuple[MixedSolution, Adjusted]:
        if not self.solution.reml:
            warnings.warn(
                "Kenward-Roger is defined for REML, and this model was fitted by maximum likelihood: the table rests "
                "on its REML fit. Ask for ddf='satterthwaite' to stay with maximum likelihood, or fit with reml=True.",
                MMCWarning,
                stacklevel=5,
            )
        return self.restricted, self.adjusted(information)

    def adjusted(self, information: str) -> Adjusted:
        """Return Kenward and Roger's quantities with the expected or the observed information."""
        return self._adjusted_observed if information == "observed" else self._adjusted_expected

    def linear_estimates(self, L: np.ndarray, ddf: str, information: str) -> LinearEstimates:
        """Estimate functions of the coefficients, each with its own degrees of freedom.

        Parameters
        ----------
        L : ndarray (m, p)
        ddf : {"kenward-roger", "satterthwaite", "asymptotic"}
        information : {"expected", "observed"}
            For Kenward–Roger.
        """
        if ddf == "kenward-roger":
            solution, adjusted = self._kenward_roger(information)
            rows, identity = L @ solution.whiten, np.eye(L.shape[1])
            df = kenward_roger.degrees_of_freedom(rows, identity, self.sensitivity.p, adjusted.w)
            return LinearEstimates(L @ solution.beta, solution.sigma**2 * rows @ adjusted.covariance @ rows.T, df)
        rows = L @ self.solution.whiten
        df = np.full(len(L), np.inf)
        if ddf == "satterthwaite":
            identity = np.eye(L.shape[1])
            df = satterthwaite.degrees_of_freedom(rows, identity, self._factors.d_phi, self._parameter_covariance)
        return LinearEstimates(L @ self.solution.beta, self.solution.sigma**2 * rows @ rows.T, df)

    def reduced_estimates(self, L: np.ndarray) -> LinearEstimates:
        """Estimate functions of the coefficients by Kenward–Roger with the zero variance components left out.

        The same as :meth:`linear_estimates` unless the fit is singular.

        Parameters
        ----------
        L : ndarray (m, p)
        """
        solution = self.restricted
        p, w, adjusted = without_boundary(self.sensitivity, solution.factors)
        rows = L @ solution.whiten
        df = kenward_roger.degrees_of_freedom(rows, np.eye(L.shape[1]), p, w)
        return LinearEstimates(L @ solution.beta, solution.sigma**2 * rows @ adjusted @ rows.T, df)

    def joint_test(self, L: np.ndarray, ddf: str, information: str) -> JointTest:
        """Test that functions of the coefficients are all zero.

        Parameters
        ----------
        L : ndarray (q, p)
        ddf : {"kenward-roger", "satterthwaite", "asymptotic"}
        information : {"expected", "observed"}
            For Kenward–Roger.
        """
        identity = np.eye(L.shape[1])
        if ddf == "kenward-roger":
            solution, adjusted = self._kenward_roger(information)
            found = kenward_roger.f_test(
                L @ solution.whiten, _whitened(solution), identity, adjusted.covariance, self.sensitivity.p, adjusted.w
            )
            return JointTest(found.statistic, found.num_df, found.den_df, found.p_value, found.valid)
        rows, beta = L @ self.solution.whiten, _whitened(self.solution)
        if ddf == "satterthwaite":
            found = satterthwaite.f_test(rows, beta, identity, self._factors.d_phi, self._parameter_covariance)
            return JointTest(found.statistic, found.num_df, found.den_df, found.p_value)
        rows, variances = kenward_roger.independent_rows(rows, identity)
        rank, chi2 = len(variances), float(((rows @ beta) ** 2 / variances).sum())
        if rank == 0:
            return JointTest(np.nan, 0.0, np.nan, np.nan)
        return JointTest(chi2 / rank, float(rank), np.inf, float(special.chdtrc(rank, chi2)))


def _whitened(solution: MixedSolution) -> np.ndarray:
    return np.linalg.solve(solution.whiten, solution.beta) / solution.sigma
