"""The tables that every linear model of the package offers, on top of two primitives that the model computes."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.tables.anova import anova_table
from mmc_analysis.models.tables.comparisons import Comparison, comparisons_table
from mmc_analysis.models.tables.marginal_means import marginal_cells, means_table
from mmc_analysis.models.tables.primitives import Inference, JointTest, LinearEstimates, check_level, estimates_frame
from mmc_analysis.models.tables.slopes import check_covariate, slopes_table
from mmc_analysis.models.tables.table_options import contrast_options
from mmc_analysis.options import check_option, named_options

__all__ = ["JointTest", "LinearEstimates", "LinearInference"]


class LinearInference:
    """Coefficients, ANOVA tables, marginal means, contrasts and slopes of a linear model.

    A fit that inherits from this class computes two things, :meth:`linear_estimates` and :meth:`joint_test`; every
    table is made of them.

    Attributes
    ----------
    fixed : FixedDesign
    beta : ndarray, shape (p,)
        Estimated coefficients.
    evidence : str
        What the data rest on.
    n_participants : int
    participant_codes : ndarray of int, shape (n,), or None
        Who gave each row, from 0, where known; tables then count the participants behind each row.
    ddf_options, information_options : tuple of str
        What the fit can compute.
    default_information : str

    Examples
    --------
    >>> import pandas as pd
    >>> from mmc_analysis.models import fit_mixed
    >>> lifts = pd.DataFrame({"participant": list("aabbccdd"), "condition": ["internal", "regular"] * 4,
    ...                       "value": [66.0, 61.0, 74.0, 71.0, 59.0, 52.0, 70.0, 65.0]})
    >>> fit = fit_mixed("value ~ condition + (1 | participant)", lifts)
    >>> fit.marginal_means("condition")[["condition", "estimate", "df"]].round(2)
      condition  estimate    df
    0  internal     67.25  3.08
    1   regular     62.25  3.08
    >>> fit.contrasts("condition")[["contrast", "estimate", "std_error", "df", "p_value"]].round(4)
                 contrast  estimate  std_error   df  p_value
    0  internal - regular       5.0     0.8165  3.0   0.0088
    """

    fixed: FixedDesign
    beta: np.ndarray
    evidence: str
    n_participants: int
    participant_codes: np.ndarray | None = None
    ddf_options: tuple[str, ...] = ("kenward-roger", "satterthwaite", "asymptotic")
    information_options: tuple[str, ...] = ("expected", "observed")
    default_information: str = "expected"

    def linear_estimates(self, L: np.ndarray, ddf: str, information: str) -> LinearEstimates:
        """Estimate the functions L (m, p) of the coefficients, each with its own degrees of freedom."""
        raise NotImplementedError

    def joint_test(self, L: np.ndarray, ddf: str, information: str) -> JointTest:
        """Test that the functions L (q, p), of full row rank, are all zero."""
        raise NotImplementedError

    def _how(self, ddf: str, information: str | None, conf_level: float = 0.95) -> Inference:
        information = self.default_information if information is None else information
        check_option("ddf", ddf, self.ddf_options)
        check_option("information", information, self.information_options)
        return Inference(ddf, information, check_level(conf_level))

    @named_options
    def coefficients(
        self, *, ddf: str = "kenward-roger", information: str | None = None, conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Return the table of fixed-effect coefficients.

        Parameters
        ----------
        ddf : {"kenward-roger", "satterthwaite", "asymptotic"}
            How standard errors and degrees of freedom are computed.
        information : {"expected", "observed"}, optional
            Information matrix of the variance parameters, for Kenward-Roger: expected as in pbkrtest, observed
            as in SAS.
        conf_level : float

        Returns
        -------
        pandas.DataFrame
            An estimates frame, one row per coefficient: term, metric, estimate, std_error, df, statistic, p_value,
            conf_level, conf_low, conf_high, n, method, evidence.
        """
        how = self._how(ddf, information, conf_level)
        found = self.linear_estimates(np.eye(len(self.fixed.names)), how.ddf, how.information)
        return estimates_frame({"term": list(self.fixed.names), "metric": "raw"}, found, self, how)

    @named_options
    def anova(self, *, ddf: str = "kenward-roger", type: int = 3, information: str | None = None) -> pd.DataFrame:
        """Return an F test of every term of the fixed part.

        Parameters
        ----------
        ddf : {"kenward-roger", "satterthwaite", "asymptotic"}
        type : {1, 2, 3}
            Type I: each term after those before it. Type II: each term after all that do not contain it, where a term
            contains another if it has the same covariates and more factors. Type III: means over equally weighted
            cells. The hypotheses are those of SAS and lmerTest and do not depend on how factors are coded. Where a
            covariate interacts with a factor, Types II and III test the factor where the covariate is 0: centre it.
        information : {"expected", "observed"}, optional
            As in :meth:`coefficients`.

        Returns
        -------
        pandas.DataFrame
            An estimates frame, one row per term: term, metric, estimate and statistic (F), num_df, den_df, p_value,
            n, method, evidence.
        """
        check_option("type", type, (1, 2, 3))
        return anova_table(self, type, self._how(ddf, information))

    @named_options
    def marginal_means(
        self,
        specs: str | Sequence[str],
        by: str | Sequence[str] | None = None,
        *,
        at: Mapping | None = None,
        weights: str = "equal",
        ddf: str = "kenward-roger",
        information: str | None = None,
        conf_level: float = 0.95,
        response_scale: bool = False,
    ) -> pd.DataFrame:
        """Return estimated marginal means: predicted means of cells, averaged over the factors not named.

        Parameters
        ----------
        specs : str or sequence of str
            Variables of the fixed part whose cells are wanted. A covariate needs values in `at`.
        by : str or sequence of str, optional
            Variables that come first, as groups.
        at : mapping, optional
            Values of covariates, ``{"training_years": [2, 5]}``, and levels of factors, to use. Covariates stand at
            their mean over the rows used, factors at all levels.
        weights : {"equal", "proportional"}
            Whether levels averaged over count the same, or by their number of observations.
        ddf, information, conf_level
            As in :meth:`coefficients`.
        response_scale : bool
            For a response such as ``log(value)``: return geometric means in place of means of logarithms.

        Returns
        -------
        pandas.DataFrame
            An estimates frame: one column per variable, metric, estimate, std_error, df, statistic, p_value,
            conf_level, conf_low, conf_high, n, method, evidence. A mean that the data cannot estimate is not a
            number, and its method says so.

        Raises
        ------
        ModelError
            If a variable, level or value does not exist.

        Notes
        -----
        Searle, Speed & Milliken (1980), Am. Stat. 34:216.
        """
        how = self._how(ddf, information, conf_level)
        cells = marginal_cells(self, specs, by, at=at, weights=weights)
        return means_table(self, cells, how, response_scale)

    def contrasts(
        self,
        specs: str | Sequence[str],
        by: str | Sequence[str] | None = None,
        *,
        method: str | Mapping = "pairwise",
        interaction: bool | str | tuple = False,
        reference: object = None,
        adjust: str = "none",
        **table,
    ) -> pd.DataFrame:
        """Return contrasts of marginal means, or of slopes, within each group of `by`.

        Parameters
        ----------
        specs : str or sequence of str
            Variables whose cells are compared.
        by : str or sequence of str, optional
            Variables that make groups; each group is a family of its own for the adjustment.
        method : {"pairwise", "control", "polynomial"} or mapping of str to weights
            Pairwise: each cell minus each later one. Control: each cell minus the reference. Polynomial: trends over
            equally spaced levels. A mapping gives names and weights: ``{"focused": [-1, 0.5, 0.5]}``, or
            ``{"focused": {"pectoralis": 1, "regular": -1}}``.
        interaction : bool, str or tuple of str
            Differences of differences: True takes `method` for every variable of `specs`, a name takes that one, a
            tuple one for each, ``("control", "polynomial")``.
        reference : level, tuple of levels or mapping, optional
            The control; the first level unless given.
        adjust : {"none", "holm", "bonferroni", "tukey", "mvt", "fdr", "dunnett"}
            Adjustment of P values, and of intervals where simultaneous ones exist: not for holm and fdr.
        **table
            ``at``, ``weights``, ``ddf``, ``information``, ``conf_level``, ``response_scale`` as in
            :meth:`marginal_means` (ratios in place of differences of logarithms), and ``slope``, a covariate whose
            slopes are compared in place of means.

        Returns
        -------
        pandas.DataFrame
            An estimates frame: the `by` variables, contrast (``a - b``), metric, estimate, std_error, df, statistic,
            p_value, conf_level, conf_low, conf_high, n, method, evidence, adjust.

        Raises
        ------
        ModelError
            If a variable, level or weight does not exist, or the adjustment does not fit the contrasts.
        OptionError
            If an option does not exist.

        Notes
        -----
        Hsu (1996), Multiple Comparisons; Dunnett (1955), J. Am. Stat. Assoc. 50:1096; Holm (1979), Scand. J. Stat.
        6:65; Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57:289.
        """
        options = contrast_options(**table)
        how = self._how(options.ddf, options.information, options.conf_level)
        if options.slope is not None:
            check_covariate(self.fixed, options.slope)
        cells = marginal_cells(self, specs, by, at=options.at, weights=options.weights, slope=options.slope)
        comparison = Comparison(method, interaction, reference, adjust)
        return comparisons_table(self, cells, comparison, how, options.response_scale)

    @named_options
    def slopes(
        self,
        covariate: str,
        by: str | Sequence[str] | None = None,
        *,
        at: Mapping | None = None,
        weights: str = "equal",
        ddf: str = "kenward-roger",
        information: str | None = None,
        conf_level: float = 0.95,
    ) -> pd.DataFrame:
        """Return the slope of the predicted mean along a covariate, in each group of `by`.

        Parameters
        ----------
        covariate : str
            A numeric column of the fixed part, as it stands in the data; where the formula transforms it the slope
            is the derivative at the covariate's mean, or at the values in `at`.
        by : str or sequence of str, optional
            Variables that make groups.
        at, weights, ddf, information, conf_level
            As in :meth:`marginal_means`.

        Returns
        -------
        pandas.DataFrame
            An estimates frame: the `by` variables, term (the covariate), metric (``slope``), estimate …
        """
        check_covariate(self.fixed, covariate)
        how = self._how(ddf, information, conf_level)
        cells = marginal_cells(self, by, None, at=at, weights=weights, slope=covariate)
        return slopes_table(self, cells, covariate, how)
