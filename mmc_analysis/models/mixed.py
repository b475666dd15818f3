"""Linear mixed models with inference that holds in small samples."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.models.data_checks import check_ids_across_studies, check_response_is_one_thing, participants_of
from mmc_analysis.models.fixed import FixedDesign, fixed_design
from mmc_analysis.models.formula import parse_formula
from mmc_analysis.models.mixed_inference import MixedInference
from mmc_analysis.models.random import RandomEffects, random_effects
from mmc_analysis.models.solution import MixedSolution, solve_mixed
from mmc_analysis.options import named_options
from mmc_analysis.schema import combined_evidence


@dataclass(frozen=True, repr=False)
class MixedFit(MixedInference):
    """A fitted linear mixed model.

    Attributes
    ----------
    formula : str
    fixed : FixedDesign
        Response and fixed effects on the n rows that were used.
    random : tuple of RandomEffects
        Each random term on those rows.
    solution : MixedSolution
        The optimum on arrays.
    evidence : str
        What the data rest on.
    participant_codes : ndarray of int (n,)
        Who gave each row.
    """

    formula: str
    fixed: FixedDesign
    random: tuple[RandomEffects, ...]
    solution: MixedSolution
    evidence: str
    participant_codes: np.ndarray = field(repr=False)

    @property
    def bases(self) -> list[np.ndarray]:
        """From each random term's unit basis to the user's columns, (k, k) each."""
        return [effects.basis for effects in self.random]

    @cached_property
    def restricted(self) -> MixedSolution:
        """The solution by REML: the fit itself, if it is one."""
        if self.solution.reml:
            return self.solution
        return solve_mixed(self.fixed.X, self.fixed.y, [effects.columns for effects in self.random], True)

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
    def n_obs(self) -> int:
        """Rows used."""
        return len(self.fixed.y)

    @property
    def n_dropped(self) -> int:
        """Rows left out because a value is missing."""
        return self.fixed.n_dropped

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


@named_options
def fit_mixed(
    formula: str,
    data: pd.DataFrame,
    *,
    reml: bool = True,
    coding: str | dict | None = None,
    rank_deficient: str = "drop",
) -> MixedFit:
    """Fit a linear mixed model.

    Parameters
    ----------
    formula : str
        As in lme4: ``"value ~ condition * load + (1 + condition | participant) + (1 | participant:load)"``.
    data : pandas.DataFrame
        One row per observation, such as observations. Rows with a missing value in any column of the formula are left
        out and counted. It is not changed.
    reml : bool
        Restricted maximum likelihood, or maximum likelihood.
    coding : {"treatment", "sum", "polynomial", "helmert"} or dict, optional
        Coding of the fixed factors, or of each by name; it changes the coefficients, not the model.
    rank_deficient : {"drop", "error"}
        What to do with fixed effects that the others determine.

    Returns
    -------
    MixedFit

    Raises
    ------
    ModelError
        If the formula cannot be read, a column is missing, or the data cannot support a term.

    Notes
    -----
    Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1). Tests: Kenward & Roger (1997);
    where a variance is estimated as zero it stays among the parameters that the tests account for.

    Examples
    --------
    Six people, each measured twice: the test of the difference is the paired t test.

    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fit = fit_mixed("value ~ condition + (1 | participant)", lifts)
    >>> fit.coefficients()[["term", "estimate", "std_error", "df", "statistic"]].round(3)
                     term  estimate  std_error     df  statistic
    0           Intercept      62.0      3.375  5.344     18.370
    1  condition[T.focus]       4.5      1.232  5.000      3.654
    """
    parsed = parse_formula(formula)
    fixed = fixed_design(parsed, data, coding=coding, rank_deficient=rank_deficient)
    check_response_is_one_thing(parsed, fixed.data)
    check_ids_across_studies(parsed, fixed.data)
    random = random_effects(parsed.random, fixed.data)
    solution = solve_mixed(fixed.X, fixed.y, [effects.columns for effects in random], reml)
    people = participants_of(fixed.data, parsed.random[0].grouping)
    return MixedFit(formula, fixed, random, solution, combined_evidence(fixed.data), people)
