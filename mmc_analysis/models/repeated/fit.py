"""A fitted marginal model, and everything that can be asked of it."""

import warnings
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.mixed.residuals import quantile_frame
from mmc_analysis.models.repeated.design import Occasions
from mmc_analysis.models.repeated.estimate import Estimate, estimate, joint_test, linear_estimates
from mmc_analysis.models.repeated.influence import part_of, without
from mmc_analysis.models.repeated.prediction import Leaning, average, conditional, normalised, predictions
from mmc_analysis.models.repeated.tables import correlation, in_units, matrix_frame, parameter_table
from mmc_analysis.models.repeated.text import as_html, as_text
from mmc_analysis.models.tables.fitted import FittedModel
from mmc_analysis.models.tables.inference import JointTest, LinearEstimates
from mmc_analysis.models.tables.influence import Part
from mmc_analysis.models.tables.predictions import Predictions
from mmc_analysis.models.tables.primitives import KENWARD_ROGER, Inference
from mmc_analysis.options import check_option, named_options


@dataclass(frozen=True, eq=False, repr=False)
class RepeatedFit(FittedModel):
    """A fitted marginal model.

    Tables of coefficients, tests, means, contrasts and slopes come from :class:`~mmc_analysis.models.tables.inference.LinearInference`; `ddf` may also be
    ``"kenward-roger-linear"``, and `information` is ``"observed"`` unless said otherwise, as in SAS PROC MIXED.

    Attributes
    ----------
    fixed : FixedDesign
    covariance : str
        ``"UN"``, ``"CS"``, ``"CSH"``, ``"AR1"``, ``"ARH1"`` or ``"TOEP"``.
    reml : bool
    evidence : str
    converged : bool
        Always true: a fit whose gradient, curvature and covariance matrix are not those of a maximum is refused.

    Examples
    --------
    >>> from mmc_analysis.models import fit_repeated
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fit = fit_repeated("value ~ condition", lifts, occasion="condition", covariance="CS")
    >>> fit.correlation_matrix().round(3)
    condition  control  focus
    condition
    control      1.000  0.933
    focus        0.933  1.000
    >>> fit.contrasts("condition")[["contrast", "estimate", "std_error", "df"]].round(3)
              contrast  estimate  std_error   df
    0  control - focus      -4.5      1.232  5.0
    """

    fixed: FixedDesign
    covariance: str
    reml: bool
    evidence: str
    seen: Occasions = field(repr=False)
    result: Estimate = field(repr=False)

    ddf_options = (*KENWARD_ROGER, "satterthwaite", "asymptotic")
    default_information = "observed"
    converged = True

    def linear_estimates(self, L: np.ndarray, ddf: str, information: str) -> LinearEstimates:
        """Estimate the functions L (m, p) of the coefficients, each with its own degrees of freedom."""
        return linear_estimates(self._estimate_for(ddf), np.atleast_2d(L), ddf, information)

    def joint_test(self, L: np.ndarray, ddf: str, information: str) -> JointTest:
        """Test that the functions L (q, p) are all zero."""
        return joint_test(self._estimate_for(ddf), np.atleast_2d(L), ddf, information)

    def _estimate_for(self, ddf: str) -> Estimate:
        if self.reml or ddf not in KENWARD_ROGER:
            return self.result
        warnings.warn(
            "Kenward-Roger is defined for REML, and this model was fitted by maximum likelihood: the table rests on its "
            "REML fit. Ask for ddf='satterthwaite' to stay with maximum likelihood, or fit with reml=True.",
            MMCWarning,
            stacklevel=6,
        )
        return self.restricted

    @cached_property
    def restricted(self) -> Estimate:
        """The estimate by REML: the fit itself, if it is one."""
        if self.reml:
            return self.result
        return estimate(self.fixed.X, self.fixed.y, self.seen.codes, self.result.problem.structure, True)

    @cached_property
    def beta(self) -> np.ndarray:
        """Coefficients, (p,)."""
        return self.result.beta

    @property
    def n_participants(self) -> int:
        """Number of participants with at least one observation."""
        return len(self.seen.participant.levels)

    @property
    def participant_codes(self) -> np.ndarray:
        """Who gave each row, (n_obs,)."""
        return self.seen.participant.codes

    @property
    def n_parameters(self) -> int:
        """Number of covariance parameters, and of fixed effects too if the fit is by maximum likelihood."""
        return len(self.result.optimum.point.theta) + (0 if self.reml else len(self.beta))

    @property
    def loglik(self) -> float:
        """Logarithm of the likelihood, restricted if the fit is by REML."""
        return -self.result.criterion / 2

    @property
    def deviance(self) -> float:
        """-2 log L, of the restricted likelihood if the fit is by REML."""
        return self.result.criterion

    @property
    def aic(self) -> float:
        """-2 log L + 2 d as in SAS PROC MIXED: d counts covariance parameters only if the fit is by REML."""
        return self.result.criterion + 2 * self.n_parameters

    @property
    def bic(self) -> float:
        """-2 log L + d log n as in SAS PROC MIXED: n counts participants (those with an observation)."""
        return self.result.criterion + self.n_parameters * float(np.log(self.n_participants))

    @property
    def formula(self) -> str:
        """The formula, as it was read."""
        return str(self.fixed.formula)

    @cached_property
    def residuals(self) -> pd.DataFrame:
        """Fitted values and residuals, one row per row used, on the index of the data.

        ``fitted`` Xβ; ``marginal`` y - Xβ; ``pearson`` the latter over its occasion's standard deviation; ``normalised``
        L⁻¹(y - Xβ) with LL' the participant's covariance matrix: if the model is right these are uncorrelated with
        variance 1, so that a normal quantile plot of them means something.
        """
        sigma, fitted = self.result.sigma, self.fixed.X @ self.beta
        left = self.fixed.y - fitted
        white = normalised(left, sigma, self.result.problem.patterns)
        return pd.DataFrame(
            {"fitted": fitted, "marginal": left, "pearson": left / np.sqrt(self._row_variance), "normalised": white},
            index=self.fixed.data.index,
        )

    @property
    def _row_variance(self) -> np.ndarray:
        return self.result.sigma[self.seen.group_codes, self.seen.occasion.codes, self.seen.occasion.codes]

    @property
    def fitted(self) -> pd.Series:
        """Fitted values Xβ, on the index of the data."""
        return self.residuals["fitted"]

    def quantiles(self) -> pd.DataFrame:
        """Return the points of a normal quantile plot of the normalised residuals: `sample`, `theoretical`."""
        return quantile_frame(self.residuals, "normalised", [])

    @named_options
    def r_squared(self, *, ddof: int = 1) -> pd.DataFrame:
        """Return the marginal R²: the share of the variance of the response that the fixed part makes.

        Parameters
        ----------
        ddof : {1, 0}
            The variance of the fixed part has n - ddof in its denominator; 1 as in R's insight, 0 as in the papers.

        Returns
        -------
        pandas.DataFrame
            An estimates frame with metric ``r2_marginal``: var(Xβ) over itself plus the mean variance of the rows used.

        Notes
        -----
        Nakagawa & Schielzeth (2013), Methods in Ecology and Evolution 4:133. There is no conditional R² without random effects.
        """
        check_option("ddof", ddof, (0, 1))
        fixed = float(np.var(self.fitted, ddof=ddof))
        left = float(np.mean(self._row_variance))
        return pd.DataFrame(
            {"metric": ["r2_marginal"], "estimate": [fixed / (fixed + left)], "n_obs": self.n_obs,
             "method": "Nakagawa, mean variance of the rows", "evidence": self.evidence}
        )  # fmt: skip

    @property
    def sigma(self) -> pd.DataFrame:
        """Standard deviation of each occasion (rows) in each covariance group (columns; one if there are none)."""
        sd = np.sqrt(np.diagonal(self.result.sigma, axis1=1, axis2=2))
        names = self.seen.group_levels if self.seen.group else ("sd",)
        return pd.DataFrame(
            sd.T, index=pd.Index(self.seen.occasion.levels, name=self.seen.occasion.title), columns=list(names)
        )

    @property
    def covariance_parameters(self) -> pd.DataFrame:
        """The estimated covariance parameters with 95 % intervals; see :meth:`covariance_intervals`."""
        return self.covariance_intervals()

    @named_options
    def covariance_intervals(self, *, information: str = "observed", conf_level: float = 0.95) -> pd.DataFrame:
        """Return the covariance parameters as an estimates frame.

        Parameters
        ----------
        information : {"observed", "expected"}
            Information matrix that gives the standard errors.
        conf_level : float

        Returns
        -------
        pandas.DataFrame
            `group` (if there are groups), `term`, `metric` (variance, covariance or correlation), `estimate`,
            `std_error`, `conf_level`, `conf_low`, `conf_high`, `n`, `method`, `evidence`. Variances are in squared units
            of the response and have chi-squared intervals, the others normal ones, as in SAS PROC MIXED.
        """
        how = self._how("satterthwaite", information, conf_level)
        structure, theta = self.result.problem.structure, self.result.optimum.point.theta
        labels = structure.labels(list(self.seen.occasion.levels))
        units = in_units(labels, theta, self.result.scale)
        error = np.sqrt(np.diag(self.result.parameter_covariance(how.information)))
        table = parameter_table(labels, self.seen.group_levels, theta * units, error * units, how.conf_level)
        table.insert(table.columns.get_loc("method"), "n", self.n_participants)
        return table.assign(evidence=self.evidence)

    def covariance_matrix(self, group: str | None = None) -> pd.DataFrame:
        """Return the covariance matrix of the occasions, in one covariance group if there are several."""
        return matrix_frame(self._sigma_of(group), self.seen.occasion.levels, self.seen.occasion.title)

    def correlation_matrix(self, group: str | None = None) -> pd.DataFrame:
        """Return the correlation matrix of the occasions, in one covariance group if there are several."""
        return matrix_frame(correlation(self._sigma_of(group)), self.seen.occasion.levels, self.seen.occasion.title)

    def predicted(self, new: pd.DataFrame, known: bool, observation: bool, how: Inference) -> Predictions:
        """Predict rows on arrays; see :meth:`predict`."""
        lean = self._leaning(new, known, observation)
        return predictions(self.result, lean, observation, how.ddf, how.information)

    def whole_part(self) -> Part:
        """Return what influence compares, of the fit itself."""
        return part_of(self.result, self.seen.codes)

    def part_without(self, kept: np.ndarray) -> Part | None:
        """Return the same of the fit on some rows, (n,) bool; None where they cannot estimate the model."""
        return without(self.result, self.fixed.X, self.fixed.y, self.seen.codes, kept)

    def participants(self) -> pd.Series:
        """Return who gave each row, named as the column, or columns joined by colons."""
        who = self.seen.participant
        return pd.Series(np.array(who.levels, dtype=object)[who.codes], name=who.title)

    def _leaning(self, frame: pd.DataFrame, known: bool, spread: bool) -> Leaning:
        x = self.fixed.matrix(frame) @ self.result.unmix
        nobody = np.zeros(len(x), dtype=int)
        if not known and not spread:
            return average(self.result, x, nobody, nobody)
        when = self.seen.occasion.codes_of(frame)
        if not known:
            group = self.seen.group.codes_of(frame) if self.seen.group else nobody
            return average(self.result, x, group, when)
        data = (self.fixed.X @ self.result.unmix, self.fixed.y, *self.seen.codes)
        return conditional(self.result, x, self.seen.participant.codes_of(frame), when, data)

    def _sigma_of(self, group: str | None) -> np.ndarray:
        if self.seen.group is None:
            return self.result.sigma[0]
        check_option("group", group, self.seen.group_levels, ModelError)
        return self.result.sigma[self.seen.group_levels.index(group)]

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)
