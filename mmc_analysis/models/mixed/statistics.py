"""The numbers that a fitted mixed model states about itself."""

from functools import cached_property

import numpy as np

from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.mixed.inference import MixedInference
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.solution import MixedSolution, solve_mixed


class MixedStatistics(MixedInference):
    """Counts, criteria and state of a fit, from its design and solution.

    Attributes
    ----------
    fixed : FixedDesign
    random : tuple of RandomEffects
    participant_codes : ndarray of int (n,)
    """

    fixed: FixedDesign
    random: tuple[RandomEffects, ...]
    participant_codes: np.ndarray

    @property
    def bases(self) -> list[np.ndarray]:
        """From each random term's unit basis to the user's columns, (k, k) each."""
        return [effects.basis for effects in self.random]

    @cached_property
    def restricted(self) -> MixedSolution:
        """The solution by REML: the fit itself, if it is one."""
        return self.solved(True)

    def solved(self, reml: bool) -> MixedSolution:
        """Return the solution of this model by REML or by maximum likelihood."""
        if self.solution.reml == reml:
            return self.solution
        return solve_mixed(self.fixed.X, self.fixed.y, [effects.columns for effects in self.random], reml)

    @property
    def beta(self) -> np.ndarray:
        """Estimated fixed effects, (p,)."""
        return self.solution.beta

    @property
    def reml(self) -> bool:
        """Whether the fit is by restricted maximum likelihood."""
        return self.solution.reml

    @property
    def sigma(self) -> float:
        """Residual standard deviation, in the response's unit."""
        return self.solution.sigma

    @property
    def n_participants(self) -> int:
        """People behind the rows."""
        return int(self.participant_codes.max()) + 1

    @property
    def n_parameters(self) -> int:
        """Fixed effects, variances and covariances, and the residual variance."""
        return len(self.beta) + self.solution.blocks.n_parameters + 1

    @property
    def deviance(self) -> float:
        """-2 log L: the REML criterion, or the deviance of a fit by maximum likelihood."""
        return self.solution.deviance

    @property
    def loglik(self) -> float:
        """Log-likelihood, restricted if the fit is."""
        return -0.5 * self.deviance

    @property
    def aic(self) -> float:
        """Akaike's criterion, counting all parameters."""
        return self.deviance + 2.0 * self.n_parameters

    @property
    def bic(self) -> float:
        """Bayesian criterion with the number of rows."""
        return self.deviance + np.log(self.n_obs) * self.n_parameters

    @property
    def converged(self) -> bool:
        """Whether the optimum is proven: gradient and curvature in the space of covariance matrices."""
        return self.solution.optimum.certificate.holds

    @property
    def singular(self) -> bool:
        """Whether the covariance matrix of some term is proven to be at the boundary: a zero variance or |r| = 1."""
        return self.solution.optimum.singular
