"""Do small studies show larger effects? Funnels, Egger's test, PET-PEESE; and what they cannot show.

Asymmetry is not publication bias: true differences between small and large studies look the same, and so does a standard
error that depends on the effect, as that of a standardised difference does.
"""

import numbers
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.frames import check_level
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.synthesis.inputs import EffectTable
from mmc_analysis.synthesis.least_squares import weighted_fit
from mmc_analysis.synthesis.moderators import Design
from mmc_analysis.synthesis.multilevel import MultilevelMeta
from mmc_analysis.synthesis.random_effects import MetaAnalysis, analyse, check_result
from mmc_analysis.synthesis.tables import coefficient_frame

ENOUGH = 10
MODELS = ("mixed", "classic")
PET_ALPHA = 0.10
EXACT = 1e-24
STANDARDISED = ("d_", "g_", "smcr", "smcc", "cohen_d", "glass_delta")


def funnel_points(result: MetaAnalysis | MultilevelMeta) -> pd.DataFrame:
    """Return the studies for a funnel plot: `estimate` against `std_error`, with study and weight.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> list(funnel_points(meta_analysis(frame)).columns[:3])
    ['study', 'estimate', 'std_error']
    """
    _refuse_other(result)
    studies = result.studies
    return pd.DataFrame({"study": result.table.names, "estimate": result.table.y, "std_error": np.sqrt(result.table.v),
                         "weight": studies["weight"], "note": caution(result.k, result.table.metric), "evidence": result.table.evidence})  # fmt: skip


@named_options
def funnel_contours(
    result: MetaAnalysis | MultilevelMeta, *, levels=(0.90, 0.95, 0.99), centre: float | None = 0.0, n_points: int = 50
) -> pd.DataFrame:
    """Return the contours of a funnel plot, centre ± z · std_error on a grid of standard errors.

    Parameters
    ----------
    result : MetaAnalysis or MultilevelMeta
    levels : float or sequence of float
        Confidence levels of the contours.
    centre : float or None
        0 for contours of significance (Peters et al. 2008), None for the pooled estimate.
    n_points : int

    Returns
    -------
    pandas.DataFrame
        Columns `conf_level`, `std_error`, `conf_low`, `conf_high`, `estimate` (the centre).

    Raises
    ------
    EffectError
        If a level is not a fraction, the centre not a number, or there are fewer than 2 points.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> funnel_contours(meta_analysis(frame), levels=[0.95], n_points=3)["conf_high"].round(3).tolist()
    [0.0, 0.323, 0.647]
    """
    _refuse_other(result)
    levels = [check_level(level) for level in np.atleast_1d(levels).tolist()]
    if None in levels:
        raise EffectError("levels must be fractions between 0 and 1, such as (0.90, 0.95, 0.99).")
    if centre is not None and (not isinstance(centre, numbers.Real) or not np.isfinite(centre)):
        raise EffectError(f"centre={centre!r} is not a number. Give 0, or None for the pooled estimate.")
    if not isinstance(n_points, numbers.Integral) or n_points < 2:
        raise EffectError(f"n_points={n_points!r} must be a whole number, 2 or more.")
    middle = float(result.pooled["estimate"].iloc[0]) if centre is None else float(centre)
    grid = np.linspace(0, 1.1 * np.sqrt(result.table.v.max()), n_points)
    frames = []
    for level in levels:
        reach = special.ndtri((1 + level) / 2) * grid
        frames.append(pd.DataFrame({"conf_level": level, "std_error": grid, "estimate": middle, "conf_low": middle - reach,
                                    "conf_high": middle + reach}))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


@named_options
def egger_test(result: MetaAnalysis, *, model: str = "mixed") -> pd.DataFrame:
    """Return Egger's test of funnel asymmetry: do effects grow with their standard errors?

    Parameters
    ----------
    result : MetaAnalysis
        Without moderators, of 3 studies or more.
    model : {"mixed", "classic"}
        Meta-regression on the standard error with the synthesis' own τ² method and test (Sterne and Egger 2005); or weighted
        least squares with a multiplicative error (Egger et al. 1997).

    Returns
    -------
    pandas.DataFrame
        Two rows: `term` "std_error", whose test is Egger's, and "Intercept", the effect at a standard error of zero. `note`
        says what the test cannot show.

    Raises
    ------
    EffectError
        If there are fewer than 3 studies, or all standard errors are equal.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> egger_test(meta_analysis(frame), model="classic")[["term", "p_value"]].round(2).values.tolist()
    [['std_error', 0.72], ['Intercept', 0.47]]
    """
    check_option("model", model, MODELS, EffectError)
    check_result(result, 3, moderators=False)
    table = _regression_table(result, np.sqrt(result.table.v))
    if model == "classic":
        frame = _multiplicative(table, result.conf_level)
    else:
        frame = analyse(table, result.method, result.test, result.conf_level).coefficients
    frame = frame.iloc[::-1].reset_index(drop=True)
    return frame.assign(
        method="Egger's test; " + frame["method"], n_levels=result.k, note=caution(result.k, result.table.metric)
    )


def pet_peese(result: MetaAnalysis) -> pd.DataFrame:
    """Return the effect extrapolated to a standard error of zero: PET, PEESE, and which of them the rule takes.

    Parameters
    ----------
    result : MetaAnalysis
        Without moderators, of 3 studies or more.

    Returns
    -------
    pandas.DataFrame
        Two rows, `term` "PET" (regression on the standard error) and "PEESE" (on its square), both by weighted least squares
        with a multiplicative error (Stanley and Doucouliagos 2014). `verdict` is "chosen" for PEESE if PET's intercept has
        one-sided P < .05 (two-sided .10, in the direction of the pooled effect), else for PET. `note` says what neither can
        show.

    Raises
    ------
    EffectError
        If there are fewer than 3 studies, or all standard errors are equal.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> pet_peese(meta_analysis(frame))[["term", "estimate", "verdict"]].round(2).values.tolist()
    [['PET', 0.32, 'chosen'], ['PEESE', 0.4, 'not chosen']]
    """
    check_result(result, 3, moderators=False)
    v = result.table.v
    pet, peese = (_multiplicative(_regression_table(result, x), result.conf_level).iloc[[0]] for x in (np.sqrt(v), v))
    direction = np.sign(result.fit.coefficients[0])
    effect = direction * pet["estimate"].iloc[0] > 0 and pet["p_value"].iloc[0] < PET_ALPHA
    frame = pd.concat([pet, peese], ignore_index=True)
    note = (f"{caution(result.k, result.table.metric)}; the estimate at a standard error of zero is extrapolated from "
            f"{np.sqrt(v.min()):.3g}, that of the most precise study")  # fmt: skip
    return frame.assign(term=["PET", "PEESE"], verdict=["not chosen", "chosen"] if effect else ["chosen", "not chosen"],
                        n_levels=result.k, note=note)  # fmt: skip


def caution(k: int, metric: str | None = None) -> str:
    """Return what a look at small studies cannot show with `k` studies, whose effects are of a `metric`.

    Examples
    --------
    >>> caution(6)
    'k = 6: too few studies (below 10) for this to tell asymmetry from chance; asymmetry is not proof of publication bias'
    """
    said = f"k = {k}: asymmetry is not proof of publication bias; small studies may truly differ"
    if k < ENOUGH:
        said = (f"k = {k}: too few studies (below {ENOUGH}) for this to tell asymmetry from chance; asymmetry is not proof of "
                "publication bias")  # fmt: skip
    if metric is not None and metric.startswith(STANDARDISED):
        said += (
            f"; the standard error of {metric} grows with the effect itself, which makes a funnel lean without any bias"
        )
    return said


def _refuse_other(result) -> None:
    if not isinstance(result, (MetaAnalysis, MultilevelMeta)):
        raise EffectError(f"the result of meta_analysis or meta_multilevel is needed, but got {type(result).__name__}.")


def _regression_table(result: MetaAnalysis, predictor: np.ndarray) -> EffectTable:
    if np.ptp(predictor) <= 1e-12 * predictor.max():
        raise EffectError("all studies have the same standard error, so that effects cannot be set against it.")
    X = np.column_stack([np.ones(result.k), predictor])
    return replace(result.table, design=Design(X, ("Intercept", "std_error")))


def _multiplicative(table: EffectTable, conf_level: float) -> pd.DataFrame:
    """Weighted least squares whose error variance is a multiple of the sampling variances."""
    fit, df = weighted_fit(table.y, table.v, table.X), table.y.size - table.X.shape[1]
    if fit.q <= EXACT * np.sum(table.y**2 / table.v):
        raise EffectError("all effects lie on one line to the last digit, so that there is no error to test it against. Check that "
                          "they are not one number copied.")  # fmt: skip
    return coefficient_frame(
        table, fit.coefficients, fit.covariance * fit.q / df, np.full(table.X.shape[1], float(df)), conf_level,
        "weighted least squares, multiplicative error",
    )  # fmt: skip
