"""Standardised effects from a contrast of a fitted model, with the standardiser named."""

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import check_level
from mmc_analysis.effects.standardised_paired import standardised_limits
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import combined_evidence

STANDARDISERS = ("total", "participant", "residual", "baseline", "external")


@named_options
def d_from_contrast(
    contrasts: pd.DataFrame,
    sd: float,
    *,
    standardiser: str,
    sd_df: float | None = None,
    conf_level: float | None = 0.95,
) -> pd.DataFrame:
    """Return contrasts of a mixed model divided by a standard deviation.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        Rows with `estimate`, `std_error` and `df`, such as those of ``fit.contrasts(...)``.
    sd : float
        The standardiser in the units of the estimate: for "total" the root of the sum of the variance components of one
        measurement, so that the effect compares with d_av and d_s of other studies.
    standardiser : {"total", "participant", "residual", "baseline", "external"}
        What `sd` is; the metric is called ``d_<standardiser>``.
    sd_df : float, optional
        Degrees of freedom of `sd`; where given, its error is carried into `std_error` as d²/(2 sd_df).
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        The rows, standardised; the interval is that of the noncentral t with the contrast's df, brought to the
        standardiser (as Algina and Keselman 2003 do for d_av).

    Raises
    ------
    EffectError
        If the rows lack a standard error or df, or `sd` is not above zero.

    Examples
    --------
    >>> row = pd.DataFrame({"contrast": ["pectoralis - regular"], "estimate": [9.0], "std_error": [1.9], "df": [17.0]})
    >>> d_from_contrast(row, 15.0, standardiser="total")[["metric", "estimate", "conf_low"]].round(3).values.tolist()
    [['d_total', 0.6, 0.276]]
    """
    check_option("standardiser", standardiser, STANDARDISERS, EffectError)
    level = check_level(conf_level)
    for name in ("estimate", "std_error", "df"):
        if name not in contrasts:
            raise EffectError(f"the contrasts have no column '{name}'. Give the frame that fit.contrasts(...) returns.")
    estimate, error, df = (contrasts[name].to_numpy(dtype=float) for name in ("estimate", "std_error", "df"))
    if not (np.isfinite(estimate).all() and (error > 0).all() and (df > 0).all()):
        raise EffectError("every contrast needs an estimate, a std_error and a df above zero.")
    if not sd > 0 or (sd_df is not None and not sd_df > 0):
        raise EffectError(f"sd={sd!r}, sd_df={sd_df!r}: a standardiser and its df must be above zero.")
    d = estimate / sd
    std_error = np.sqrt((error / sd) ** 2 + (0.0 if sd_df is None else d**2 / (2 * sd_df)))
    low, high = standardised_limits(estimate / error, df, error / sd, std_error, level, "noncentral-t")
    kept = contrasts.drop(columns=[name for name in ("unit", "metric", "method", "evidence") if name in contrasts])
    return kept.reset_index(drop=True).assign(
        metric=f"d_{standardiser}", estimate=d, std_error=std_error, statistic=estimate / error,
        conf_level=np.nan if level is None else level, conf_low=low, conf_high=high,
        method=f"contrast / {standardiser} SD of {sd:.6g}; noncentral-t interval", evidence=combined_evidence(contrasts),
    )  # fmt: skip
