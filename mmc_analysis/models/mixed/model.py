"""Linear mixed models with inference that holds in small samples."""

import warnings

import pandas as pd

from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.designs.data_checks import check_rows, participants_of
from mmc_analysis.models.designs.fixed import fixed_design
from mmc_analysis.models.formulas.formula import parse_formula
from mmc_analysis.models.mixed.advice import advise
from mmc_analysis.models.mixed.fit import MixedFit
from mmc_analysis.models.mixed.random import random_effects
from mmc_analysis.models.mixed.solution import solve_mixed
from mmc_analysis.options import named_options
from mmc_analysis.schema import combined_evidence

__all__ = ["MixedFit", "fit_mixed"]


@named_options
def fit_mixed(
    formula: str,
    data: pd.DataFrame,
    *,
    reml: bool = True,
    coding: str | dict | None = None,
    rank_deficient: str = "drop",
    warn: bool = True,
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
    warn : bool
        Whether what is said in ``fit.advice`` is also warned of.

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
    check_rows(parsed, fixed.data)
    random = random_effects(parsed.random, fixed.data)
    solution = solve_mixed(fixed.X, fixed.y, [effects.columns for effects in random], reml)
    people = participants_of(fixed.data, parsed.random[0].grouping)
    advice = advise(fixed, random, solution, people)
    for text in advice if warn else ():
        warnings.warn(text, MMCWarning, stacklevel=3)
    return MixedFit(formula, fixed, random, solution, combined_evidence(fixed.data), people, advice)
