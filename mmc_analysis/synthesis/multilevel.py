"""Three-level synthesis: several effects per study, with what they share."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.frames import check_level, t_limits
from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.options import check_option, named_options
from mmc_analysis.synthesis.cluster_robust import RobustResult, robust_result
from mmc_analysis.synthesis.components import profile_limits, variance_components
from mmc_analysis.synthesis.display import TEST_NAMES, Described, interval_words, number, q_words, stamp
from mmc_analysis.synthesis.inputs import EffectTable, doubts, read_effects, shared_unsaid
from mmc_analysis.synthesis.least_squares import LeastSquares, generalised_fit
from mmc_analysis.synthesis.shared import check_covariance
from mmc_analysis.synthesis.tables import (
    coefficient_frame,
    expected_frame,
    joint_test,
    pooled_frame,
    refuse_moderators,
    studies_frame,
)

METHODS = ("REML", "ML")
TESTS = ("t", "z")
LEVELS = ("study", "effect")


@dataclass(frozen=True, repr=False)
class MultilevelMeta(Described):
    """A fitted three-level synthesis.

    Attributes
    ----------
    table : EffectTable
        The k effects.
    known : ndarray, shape (k, k)
        Sampling covariance of the effects.
    working : ndarray, shape (k, k)
        `known` and the variance components together.
    fit : LeastSquares
        Generalised least squares with `working`.
    sigma2 : pandas.Series
        Variance between studies ("study") and between the effects of a study ("effect").
    loglik : float
    method, test : str
    conf_level : float
    """

    table: EffectTable
    known: np.ndarray
    working: np.ndarray
    fit: LeastSquares
    sigma2: pd.Series
    loglik: float
    method: str
    test: str
    conf_level: float

    def _lines(self) -> list[str]:
        predicted = (
            ""
            if self.table.has_moderators
            else interval_words(self.prediction_interval, self.conf_level, "prediction interval")
        )
        return [
            f"Three-level synthesis, {self.method}, {TEST_NAMES[self.test]}: {self.k} effects of {self.n_studies} studies{stamp(self.table.evidence)}",
            f"Variance between studies {number(self.sigma2['study'])}, between the effects of a study {number(self.sigma2['effect'])}",
            f"Heterogeneity: {q_words(self.q, self.k - self.fit.coefficients.size, self.q_p)}",
            *filter(None, [predicted]),
        ]

    @property
    def k(self) -> int:
        """Number of effects."""
        return self.table.y.size

    @cached_property
    def n_studies(self) -> int:
        """Number of studies."""
        return len(set(self.table.studies))

    @property
    def df(self) -> float:
        """Degrees of freedom of the tests: studies minus coefficients, infinite for z."""
        return np.inf if self.test == "z" else float(self.n_studies - self.table.X.shape[1])

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """One row per term: estimate, std_error, df, statistic, p_value and interval."""
        method = f"three-level random effects, {self.method}; {self.test}"
        df = np.full(self.fit.coefficients.size, self.df)
        return coefficient_frame(self.table, self.fit.coefficients, self.fit.covariance, df, self.conf_level, method)

    @cached_property
    def pooled(self) -> pd.DataFrame:
        """The pooled estimate with its prediction interval: one row of estimates."""
        refuse_moderators(self.table)
        return pooled_frame(self.table, self.coefficients, self.prediction_interval, self.n_studies)

    @cached_property
    def prediction_interval(self) -> tuple[float, float]:
        """Where a true effect of a new study may lie; NaN below 3 studies."""
        refuse_moderators(self.table)
        if self.n_studies < 3:
            return np.nan, np.nan
        spread = np.sqrt(self.sigma2.sum() + self.fit.covariance[0, 0])
        low, high = t_limits(self.fit.coefficients[0], spread, self.df, self.conf_level)
        return float(low), float(high)

    @cached_property
    def moderator_test(self) -> pd.DataFrame:
        """One row: the joint test of all moderators, F (or χ² with z)."""
        return joint_test(self.table, self.fit.coefficients, self.fit.covariance, self.df, self.test)

    @cached_property
    def sigma2_intervals(self) -> pd.DataFrame:
        """Profile-likelihood limits of the variances "study" and "effect", one row each."""
        low, high = profile_limits(self.table.y, self.known, self.table.X, indicator_products(self.table),
                                   self.sigma2.to_numpy(), self.conf_level, self.method == "REML")  # fmt: skip
        return pd.DataFrame({"grouping": list(LEVELS), "metric": "variance", "estimate": self.sigma2.to_numpy(),
                             "conf_level": self.conf_level, "conf_low": low, "conf_high": high,
                             "method": f"{self.method}; profile likelihood", "evidence": self.table.evidence})  # fmt: skip

    @cached_property
    def q(self) -> float:
        """Residual heterogeneity statistic, with k - p degrees of freedom under no heterogeneity."""
        return generalised_fit(self.table.y, self.known, self.table.X).q

    @property
    def q_p(self) -> float:
        """P value of `q`."""
        return float(special.chdtrc(self.k - self.table.X.shape[1], self.q))

    @cached_property
    def i2(self) -> pd.Series:
        """Share of the variance of effects that lies at each level, in percent (Nakagawa and Santos 2012)."""
        root = np.linalg.inv(np.linalg.cholesky(self.known))
        basis = generalised_fit(self.table.y, self.known, self.table.X).basis
        typical = (self.k - self.table.X.shape[1]) / (np.sum(root**2) - np.sum((root.T @ basis) ** 2))
        return 100 * self.sigma2 / (self.sigma2.sum() + typical)

    @cached_property
    def studies(self) -> pd.DataFrame:
        """The effects as given, with std_error, an interval and `weight` in percent (the rows of W summed)."""
        return studies_frame(self.table, np.linalg.inv(self.working).sum(axis=1), self.conf_level)

    def predict(self, new: pd.DataFrame) -> pd.DataFrame:
        """Return the expected effect for new values of the moderators, with its interval.

        Parameters
        ----------
        new : pandas.DataFrame
            A row per prediction, with the moderators' columns.

        Returns
        -------
        pandas.DataFrame
            The rows with `estimate`, `std_error`, `df`, `conf_low`, `conf_high`, `pred_low`, `pred_high`.

        Raises
        ------
        EffectError
            If there are no moderators, one is missing or empty in `new`, or a level is one that no study has.
        """
        method, spread = f"three-level meta-regression, {self.method}; {self.test}", float(self.sigma2.sum())
        return expected_frame(
            self.table, new, self.fit.coefficients, self.fit.covariance, spread, self.df, self.conf_level, method
        )

    def robust(self, cluster: str | None = None) -> RobustResult:
        """Return cluster-robust (CR2) inference with Satterthwaite df, which holds even if the covariance was misjudged.

        Parameters
        ----------
        cluster : str, optional
            Column of the clusters, such as research groups; the studies if not given.
        """
        return robust_result(self.table, self.working, cluster, self.conf_level, f"three-level, {self.method}")


@named_options
def meta_multilevel(
    estimates: pd.DataFrame, *, study: str = "study", covariance=None, estimate: str = "estimate",
    std_error: str = "std_error", variance: str | None = None, method: str = "REML", test: str = "t",
    moderators: str | Iterable[str] | None = None, conf_level: float = 0.95,
) -> MultilevelMeta:  # fmt: skip
    """Pool several effects per study: effects vary within studies, studies vary, and sampling errors may be shared.

    Parameters
    ----------
    estimates : pandas.DataFrame
        One row per effect, of one metric and unit.
    study : str
        Column of the studies.
    covariance : array_like, shape (k, k), optional
        Sampling covariance of the effects, with their variances on the diagonal, as from
        :func:`~mmc_analysis.synthesis.shared_participants` or :func:`~mmc_analysis.synthesis.shared_control`. Without it
        the sampling errors are taken as independent; ``.robust()`` guards against that.
    estimate, std_error, variance : str
        Names of the columns; `variance`, where given, takes the place of `std_error`.
    method : {"REML", "ML"}
    test : {"t", "z"}
        t with as many df as studies less coefficients, or the normal.
    moderators : str or iterable of str, optional
        Columns, or the right-hand side of a formula.
    conf_level : float

    Returns
    -------
    MultilevelMeta
        With `pooled`, `sigma2`, `sigma2_intervals`, `i2`, `prediction_interval`, `coefficients`, `moderator_test`, `studies`,
        ``predict()``, ``robust()`` …

    Raises
    ------
    EffectError
        If an effect lacks its standard error, metrics or units are mixed, no study has two effects, there are fewer than 2
        studies, or the covariance does not belong to the effects.

    Warns
    -----
    MMCWarning
        If effects of one study look as if they came from the same participants but no covariance says so, rows are copies, or
        the names of two studies differ in capitals or spaces alone.

    Examples
    --------
    >>> frame = pd.DataFrame({"study": list("aabbccd"), "estimate": [0.2, 0.3, 0.9, 0.6, 0.5, 0.4, 0.1], "std_error": 0.2})
    >>> result = meta_multilevel(frame)
    >>> result.sigma2.round(4).to_dict()
    {'study': 0.0514, 'effect': 0.0}
    >>> result.pooled[["estimate", "df"]].round(3).values.tolist()
    [[0.404, 3.0]]
    """
    check_option("method", method, METHODS, EffectError)
    check_option("test", test, TESTS, EffectError)
    level = check_level(conf_level)
    if level is None:
        raise EffectError("conf_level must be a fraction between 0 and 1.")
    if study is None:
        raise EffectError(
            "a three-level synthesis needs the column of studies; for independent effects use meta_analysis."
        )
    table = read_effects(estimates, estimate, std_error, variance, study, moderators)
    known = np.diag(table.v) if covariance is None else check_covariance(covariance, table.v)
    result = fit_levels(table, known, method, test, level)
    for doubt in (
        *doubts(table, (estimate, std_error, variance, study)),
        *(shared_unsaid(table) if covariance is None else ()),
    ):
        warnings.warn(doubt, MMCWarning, stacklevel=3)
    return result


def fit_levels(table: EffectTable, known: np.ndarray, method: str, test: str, conf_level: float) -> MultilevelMeta:
    """Fit a checked table with its sampling covariance."""
    _refuse_one_level(table)
    levels = indicator_products(table)
    sigma2, loglik = variance_components(table.y, known, table.X, levels, method == "REML")
    working = known + np.tensordot(sigma2, levels, axes=1)
    fit = generalised_fit(table.y, working, table.X)
    named = pd.Series(sigma2, index=list(LEVELS), name="sigma2")
    return MultilevelMeta(table, known, working, fit, named, loglik, method, test, conf_level)


def indicator_products(table: EffectTable) -> list[np.ndarray]:
    """Return what each variance adds to the covariance, (k, k): ones within studies, and the identity."""
    return [(table.studies[:, None] == table.studies[None, :]).astype(float), np.eye(table.y.size)]


def _refuse_one_level(table: EffectTable) -> None:
    n_studies = len(set(table.studies))
    if n_studies < 2:
        raise EffectError("all effects come from one study: nothing can be said of other studies. Report that study.")
    if n_studies == table.y.size:
        raise EffectError("every study has one effect, so that its two levels cannot be told apart. Use meta_analysis.")
    if n_studies <= table.X.shape[1]:
        raise EffectError(f"{n_studies} studies cannot carry {table.X.shape[1]} coefficients. Use fewer moderators.")
