"""A fitted linear mixed model, and everything that can be asked of it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.designs.variables import check_columns
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
from mmc_analysis.models.tables.influence import Part, influence_frame
from mmc_analysis.models.tables.predictions import PredictionOptions, prediction_table
from mmc_analysis.models.tables.primitives import estimates_frame
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

    @named_options
    def predict(
        self,
        new: pd.DataFrame | None = None,
        *,
        participants: str = "average",
        interval: str | None = None,
        ddf: str = "kenward-roger",
        information: str | None = None,
        conf_level: float = 0.95,
        response_scale: bool = False,
    ) -> pd.DataFrame:
        """Predict the response.

        Parameters
        ----------
        new : pandas.DataFrame, optional
            Rows with the columns of the formula; the rows of the fit unless given.
        participants : {"average", "known"}
            For the average of the population; or for the participants named in `new`, with their random effects. A
            known participant's cell that was missing is predicted with that cell's effect at zero.
        interval : {None, "confidence", "prediction"}
            Of the expectation; or of one new observation, of a new participant for ``participants="average"``.
        ddf, information, conf_level
            As in :meth:`coefficients`.
        response_scale : bool
            For a response such as ``log(value)``: return medians in the unit of ``value`` in place of logarithms.

        Returns
        -------
        pandas.DataFrame
            On the index of `new`: the formula's columns, estimate, and with an interval std_error (of the prediction
            error), df, conf_level, conf_low, conf_high; n, method, evidence.

        Raises
        ------
        ModelError
            If a column is absent, a level unknown, a participant was not in the fit, or the response is no logarithm
            and `response_scale` is asked for.
        """
        check_option("participants", participants, ("average", "known"))
        check_option("interval", interval, (None, "confidence", "prediction"))
        how = self._how(ddf if self.reml or ddf != "kenward-roger" else "satterthwaite", information, conf_level)
        new = self.fixed.data if new is None else new
        observation = interval == "prediction"
        known = participants == "known"
        rows = known_rows(self, new, self.random) if known else average_rows(self, new, self.random, observation)
        found = predictions(self, rows, observation, how.ddf, how.information)
        return prediction_table(self, new, found, how, PredictionOptions(participants, interval, response_scale))

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

    @named_options
    def influence(self, by: str = "participant") -> pd.DataFrame:
        """Fit again without each participant, or without each level of another column.

        Parameters
        ----------
        by : str
            A column of the data.

        Returns
        -------
        pandas.DataFrame
            An estimates frame: grouping, level, term, metric, estimate; the metrics are ``estimate_without``,
            ``dfbetas``, ``cooks_distance`` and ``sigma_without``.

        Raises
        ------
        ModelError
            If there is no such column, or it has fewer than three levels.
        """
        check_columns(self.fixed.data, [by])

        def part(kept: np.ndarray) -> Part | None:
            return without(self.fixed.X, self.fixed.y, self.random, kept, self.reml)

        return influence_frame(part_of(self.solution), part, self.fixed.names, self.fixed.data[by], self.evidence)

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return describe_html(self)
