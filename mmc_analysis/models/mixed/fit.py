"""A fitted linear mixed model, and everything that can be asked of it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.mixed.display import describe, describe_html
from mmc_analysis.models.mixed.influence import part_of, without
from mmc_analysis.models.mixed.intervals import bootstrap_intervals, intervals_frame, profile_intervals
from mmc_analysis.models.mixed.predictions import average_rows, known_rows, predictions
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.refits import Refits, refit_model, simulate_responses
from mmc_analysis.models.mixed.residuals import quantile_frame, residual_frame
from mmc_analysis.models.mixed.solution import MixedSolution
from mmc_analysis.models.mixed.statistics import MixedStatistics
from mmc_analysis.models.mixed.variance import components_frame, icc_frame, r_squared_frame, random_effects_frame
from mmc_analysis.models.tables.influence import Part
from mmc_analysis.models.tables.predictions import Predictions
from mmc_analysis.models.tables.primitives import Inference, estimates_frame
from mmc_analysis.options import check_option, named_options


@dataclass(frozen=True, repr=False)
class MixedFit(MixedStatistics):
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
    advice : tuple of str
        What the user should know about this model before trusting its tests.

    Examples
    --------
    >>> from mmc_analysis.models import fit_mixed
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fit = fit_mixed("value ~ condition + (1 | participant)", lifts)
    >>> fit.variance_components.loc[lambda f: f.metric == "sd", ["grouping", "estimate"]].round(3)
          grouping  estimate
    0  participant     7.987
    2     Residual     2.133
    >>> fit.icc().round(3).estimate.tolist()
    [0.933, 0.933, 0.864]
    """

    formula: str
    fixed: FixedDesign
    random: tuple[RandomEffects, ...]
    solution: MixedSolution
    evidence: str
    participant_codes: np.ndarray = field(repr=False)
    advice: tuple[str, ...] = ()

    @named_options
    def boundary_policies(self, *, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the coefficients by Kenward–Roger under both policies for variance components estimated as zero.

        All other tables keep them among the parameters that are accounted for, as pbkrtest does; the alternative leaves
        them out, as SAS does, as if the model had been written without them.

        Parameters
        ----------
        conf_level : float

        Returns
        -------
        pandas.DataFrame
            An estimates frame, two rows per coefficient, which differ where the fit is singular.
        """
        how = self._how("kenward-roger", "expected", conf_level)
        rows, lead = np.eye(len(self.beta)), {"term": list(self.fixed.names), "metric": "raw"}
        kept = estimates_frame(lead, self.linear_estimates(rows, how.ddf, how.information), self, how)
        out = estimates_frame(lead, self.reduced_estimates(rows), self, how)
        kept["method"] += "; zero components kept"
        out["method"] += "; zero components left out"
        return pd.concat([kept, out], ignore_index=True)

    @cached_property
    def variance_components(self) -> pd.DataFrame:
        """Standard deviations, variances and correlations of the random effects, and of the residual.

        An estimates frame: grouping, term, metric (sd, variance, correlation, covariance), estimate, n_levels.
        """
        return components_frame(self.random, self.solution, self.evidence)

    @cached_property
    def random_effects(self) -> pd.DataFrame:
        """Predicted random effects with their conditional standard deviations: grouping, level, term, estimate …"""
        return random_effects_frame(self.random, self.solution, self.evidence)

    @cached_property
    def residuals(self) -> pd.DataFrame:
        """Fitted values and residuals, one row per row used, on the index of the data.

        ``fitted`` and ``fitted_marginal`` (without random effects); residuals ``marginal``, ``conditional``, ``pearson``
        (conditional over σ) and ``standardised`` (conditional over its own standard error).
        """
        return residual_frame(self.fixed.X, self.fixed.y, self.random, self.solution, self.fixed.data.index)

    @property
    def fitted(self) -> pd.Series:
        """Fitted values, random effects included, on the index of the data."""
        return self.residuals["fitted"]

    @named_options
    def quantiles(self, of: str = "residuals") -> pd.DataFrame:
        """Return the points of normal quantile plots.

        Parameters
        ----------
        of : {"residuals", "random_effects"}
            Standardised residuals; or predicted random effects, one plot per grouping and term.

        Returns
        -------
        pandas.DataFrame
            ``sample`` and ``theoretical``, with ``grouping`` and ``term`` for random effects.
        """
        check_option("of", of, ("residuals", "random_effects"))
        if of == "residuals":
            return quantile_frame(self.residuals, "standardised", [])
        return quantile_frame(self.random_effects, "estimate", ["grouping", "term"])

    @named_options
    def r_squared(self, *, ddof: int = 1) -> pd.DataFrame:
        """Return Nakagawa's marginal and conditional R², with Johnson's extension to random slopes.

        Parameters
        ----------
        ddof : {1, 0}
            The variance of the fixed part has n - ddof in its denominator; 1 as in R's insight, 0 as in the papers.

        Returns
        -------
        pandas.DataFrame
            An estimates frame with metric ``r2_marginal`` and ``r2_conditional``.
        """
        check_option("ddof", ddof, (0, 1))
        return r_squared_frame(self.fixed.X, self.random, self.solution, ddof, self.evidence)

    @named_options
    def icc(self, *, ddof: int = 1) -> pd.DataFrame:
        """Return intraclass correlations: adjusted (of what the fixed part leaves), by grouping and in all; unadjusted.

        Parameters
        ----------
        ddof : {1, 0}
            As in :meth:`r_squared`.
        """
        check_option("ddof", ddof, (0, 1))
        return icc_frame(self.fixed.X, self.random, self.solution, ddof, self.evidence)

    def predicted(self, new: pd.DataFrame, known: bool, observation: bool, how: Inference) -> Predictions:
        """Predict rows on arrays; see :meth:`predict`."""
        rows = known_rows(self, new, self.random) if known else average_rows(self, new, self.random, observation)
        return predictions(self, rows, observation, how.ddf, how.information)

    def whole_part(self) -> Part:
        """Return what influence compares, of the fit itself."""
        return part_of(self.solution)

    def part_without(self, kept: np.ndarray) -> Part | None:
        """Return the same of the fit on some rows, (n,) bool; None where they cannot estimate all fixed effects."""
        return without(self.fixed.X, self.fixed.y, self.random, kept, self.reml)

    def participants(self) -> pd.Series:
        """Return who gave each row, named as the column, or ``study:participant`` where ids repeat across studies."""
        data = self.fixed.data
        if "participant" not in data.columns:
            return data[self.random[0].term.grouping[0]]
        if data["participant"].nunique() == self.n_participants:
            return data["participant"]
        return (data["study"].astype(str) + ":" + data["participant"].astype(str)).rename("study:participant")

    @named_options
    def refit(self, responses: np.ndarray, *, method: str = "auto") -> Refits:
        """Fit this model to many responses at once.

        Parameters
        ----------
        responses : array-like (n_obs, n_sim)
            One column per response, on the rows that were used.
        method : {"auto", "closed form", "newton"}
            The closed form is exact, boundary included, and needs a balanced within-participant design with one random
            term; ``auto`` uses it where it applies.

        Returns
        -------
        Refits
            Arrays over responses, and any one of them as a whole fit.

        Raises
        ------
        ModelError
            If the rows do not match, a value is missing, or the closed form does not apply.
        """
        return refit_model(self, responses, method)

    @named_options
    def simulate(self, n: int = 1, *, seed: int | np.random.Generator = 0) -> np.ndarray:
        """Return responses drawn from the fitted model, with new participants and residuals, (n_obs, n).

        Parameters
        ----------
        n : int
        seed : int or numpy.random.Generator
            The same seed gives the same responses.
        """
        if not isinstance(n, (int, np.integer)) or n < 1:
            raise ModelError(f"n={n!r} must be a whole number of at least 1.")
        rng = np.random.default_rng(seed)
        return simulate_responses(self.fixed.X @ self.beta, self.random, self.solution, n, rng)

    @named_options
    def intervals(
        self,
        *,
        method: str = "profile",
        conf_level: float = 0.95,
        reml: bool | None = None,
        n_sim: int = 1000,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> pd.DataFrame:
        """Return confidence intervals of the variance components.

        Parameters
        ----------
        method : {"profile", "bootstrap"}
            Where the likelihood falls by half a χ² quantile with the quantity held; or percentiles over responses drawn
            from the fit.
        conf_level : float
        reml : bool, optional
            Which likelihood: that of the fit unless said. The restricted one holds its level better in small samples;
            lme4's ``confint`` takes ``reml=False`` whatever the fit.
        n_sim, seed, n_jobs : int
            Draws, seed and workers of the bootstrap; the workers do not change the result.

        Returns
        -------
        pandas.DataFrame
            An estimates frame: grouping, term, metric (sd, correlation), estimate, conf_level, conf_low, conf_high. A
            limit of 0, or ±1 for a correlation, is the boundary.
        """
        check_option("method", method, ("profile", "bootstrap"))
        check_option("reml", reml, (None, True, False))
        level = self._how("asymptotic", None, conf_level).conf_level
        solution = self.solution if reml is None else self.solved(reml)
        criterion = "REML" if solution.reml else "ML"
        if method == "profile":
            found = profile_intervals(self.random, solution, level)
            label = f"profile likelihood, {criterion}"
        else:
            found = bootstrap_intervals(self.fixed.X, self.random, solution, level, n_sim, seed, n_jobs)
            label = f"parametric bootstrap, {criterion}, percentiles of {n_sim} draws"
        return intervals_frame(self.random, found, self.n_obs, level, label, self.evidence)

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return describe_html(self)
