"""Compare two nested models by the likelihood ratio."""

import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.mixed.compare import compare_mixed
from mmc_analysis.models.mixed.fit import MixedFit
from mmc_analysis.models.repeated.compare import compare_marginal
from mmc_analysis.models.repeated.fit import RepeatedFit
from mmc_analysis.options import check_option, named_options

METHODS = ("lrt", "mixture", "bootstrap")


@named_options
def compare(
    fit0: MixedFit | RepeatedFit,
    fit1: MixedFit | RepeatedFit,
    *,
    method: str = "lrt",
    n_sim: int = 1000,
    seed: int = 0,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Compare two nested models, both mixed or both marginal, by the likelihood ratio.

    Parameters
    ----------
    fit0, fit1 : MixedFit or RepeatedFit
        Fits of the same rows, one model nested in the other, in any order. REML fits with different fixed effects have
        no common criterion and are fitted again by maximum likelihood; the column ``method`` says so.
    method : {"lrt", "mixture", "bootstrap"}
        χ² with as many df as the larger model has parameters more; the equal mixture of two χ² that holds when the larger
        model has one more random term or slope, so that a variance is tested at its boundary; or responses drawn from
        the smaller model. Marginal models have ``lrt`` alone: none of their parameters is at a boundary.
    n_sim : int
        Responses drawn for the bootstrap.
    seed : int
        Of the bootstrap; the same seed gives the same P on any number of workers.
    n_jobs : int
        Workers of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        An estimates frame of one row: label, metric ``likelihood_ratio``, estimate and statistic (the ratio as
        -2 log), df, p_value, n_obs, n, method, evidence.

    Raises
    ------
    ModelError
        If the rows differ, the models are not nested, or the one is mixed and the other marginal.

    Notes
    -----
    Mixture: Stram & Lee (1994), Biometrics 50:1171. Bootstrap P: (1 + exceedances)/(1 + draws), Davison & Hinkley (1997).

    Examples
    --------
    >>> import pandas as pd
    >>> from mmc_analysis.models.mixed.model import fit_mixed
    >>> control, focus = [51.0, 60.0, 72.0, 55.0, 64.0, 70.0], [58.0, 61.0, 78.0, 59.0, 72.0, 71.0]
    >>> lifts = pd.DataFrame({"participant": list("abcdef") * 2, "condition": ["control"] * 6 + ["focus"] * 6,
    ...                       "value": control + focus})
    >>> fits = [fit_mixed(f"value ~ {fixed} + (1 | participant)", lifts) for fixed in ("1", "condition")]
    >>> compare(*fits)[["statistic", "df", "p_value"]].round(4)
       statistic  df  p_value
    0     7.8017   1   0.0052
    """
    check_option("method", method, METHODS)
    kinds = {type(fit0), type(fit1)}
    if kinds == {MixedFit}:
        return compare_mixed(fit0, fit1, method, n_sim, seed, n_jobs)
    if kinds != {RepeatedFit}:
        raise ModelError(f"compare() takes two mixed fits or two marginal fits, but got {type(fit0).__name__} and "
                         f"{type(fit1).__name__}. Fit both with fit_mixed, or both with fit_repeated.")  # fmt: skip
    check_option("method", method, ("lrt",), ModelError)
    return compare_marginal(fit0, fit1)
