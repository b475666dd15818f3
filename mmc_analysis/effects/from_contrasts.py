"""Standardised effects from a contrast of a fitted model, with the standardiser named."""

import numpy as np
import pandas as pd

from mmc_analysis.effects.arguments import numbers
from mmc_analysis.effects.frames import check_level, no_limits, t_limits, two_sided_p
from mmc_analysis.effects.model_spread import KINDS, model_sd
from mmc_analysis.effects.standardised import spread_of_sd, standardised_limits, widened
from mmc_analysis.errors import EffectError
from mmc_analysis.models import MixedFit, RepeatedFit
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import combined_evidence

STANDARDISERS = (*KINDS, "baseline", "external")
NEEDED = ("estimate", "std_error", "df")


@named_options
def d_from_contrast(
    contrasts: pd.DataFrame, sd: np.ndarray | float | MixedFit | RepeatedFit, *, standardiser: str,
    sd_df: np.ndarray | float | None = None, conf_level: float | None = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Return contrasts of a model divided by a standard deviation.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        Rows with `estimate`, `std_error` and `df` in the units of the response, such as those of ``fit.contrasts(...)``.
    sd : float, array_like, MixedFit or RepeatedFit
        The fit that the contrasts are of, from which the standardiser and its degrees of freedom are taken; or the
        standardiser as a number in the units of the estimate, one for all rows or one each.
    standardiser : {"total", "participant", "residual", "baseline", "external"}
        What `sd` is; the metric is called ``d_<standardiser>``. "total", the SD of one measurement, gives an effect that
        compares with d_av and d_s of other studies. A fit gives the first three; "external" is an SD from other data.
    sd_df : float or array_like, optional
        Degrees of freedom of the number. Where given, the error of the standardiser is carried into `std_error`, as
        d²/(2 sd_df), and into the interval. Without, the standardiser is taken for as well known as the contrast's error;
        where people differ much and the contrast has many degrees of freedom, the interval is then far too short.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.

    Returns
    -------
    pandas.DataFrame
        The rows, standardised. The interval is that of the noncentral t with the contrast's df, brought to the standardiser
        (as Algina and Keselman 2003 do for d_av), and widened by what the standardiser varies beyond that; for "external" the t
        interval of the contrast, widened by all that the standardiser varies. With the total SD of the fit it covers 93 to
        98.5 %, most where n = 30 and the effect is two SDs; with a number of which no df are given as little as 72 %.

    Raises
    ------
    EffectError
        If the rows lack a standard error or df, are standardised or adjusted for multiplicity already, or `sd` is not
        above zero.

    Examples
    --------
    >>> row = pd.DataFrame({"contrast": ["pectoralis - regular"], "estimate": [9.0], "std_error": [1.9], "df": [17.0]})
    >>> d_from_contrast(row, 15.0, standardiser="total")[["metric", "estimate", "conf_low"]].round(3).values.tolist()
    [['d_total', 0.6, 0.276]]
    """
    check_option("standardiser", standardiser, STANDARDISERS, EffectError)
    level = check_level(conf_level)
    estimate, error, df = raw_contrasts(contrasts)
    if isinstance(sd, (MixedFit, RepeatedFit)):
        sd, sd_df = _of_fit(sd, standardiser, sd_df)
    sd = _one_per_row("sd", sd, len(df))
    sd_df = None if sd_df is None else _one_per_row("sd_df", sd_df, len(df))
    d, t, per_t = estimate / sd, estimate / error, error / sd
    std_error = np.sqrt(per_t**2 + (0.0 if sd_df is None else d**2 / (2 * sd_df)))
    if standardiser == "external":
        low, high = _against_outside_sd(d, per_t, df, sd_df, level)
    else:
        low, high = standardised_limits(t, df, per_t, level, sd_df)
    if sd_df is None:
        known = ["" if standardiser == "external" else ", taken for as well known as the contrast's error"] * len(sd)
    else:
        known = [f" with df {v:.6g}" for v in sd_df]
    name = "t" if standardiser == "external" else "noncentral-t"
    method = [f"contrast / {standardiser} SD of {s:.6g}{k}; {name} interval" for s, k in zip(sd, known, strict=True)]
    return contrasts.drop(columns="unit", errors="ignore").reset_index(drop=True).assign(
        metric=f"d_{standardiser}", estimate=d, std_error=std_error, statistic=t, p_value=two_sided_p(t, df),
        conf_level=np.nan if level is None else level, conf_low=low, conf_high=high,
        method=method, evidence=combined_evidence(contrasts),
    )  # fmt: skip


def raw_contrasts(contrasts: pd.DataFrame) -> list[np.ndarray]:
    """Return estimate, standard error and df of contrasts in the units of the response, (k,) each, or refuse them."""
    if not isinstance(contrasts, pd.DataFrame):
        raise EffectError(
            f"a frame of contrasts is needed, but got {type(contrasts).__name__}. Give fit.contrasts(...)."
        )
    for name in NEEDED:
        if name not in contrasts:
            raise EffectError(f"the contrasts have no column '{name}'. Give the frame that fit.contrasts(...) returns.")
    estimate, error, df = (float_column(contrasts, name) for name in NEEDED)
    if not (np.isfinite(estimate).all() and (error > 0).all() and (df > 0).all()):
        raise EffectError("every contrast needs an estimate, a std_error and a df above zero.")
    metrics = set(contrasts["metric"]) - {"raw"} if "metric" in contrasts else set()
    if metrics:
        raise EffectError(f"the rows hold {', '.join(map(str, metrics))}, not differences in the units of the response. "
                          "Give fit.contrasts(...), or effects.mean_change(...).")  # fmt: skip
    refuse_adjusted(contrasts)
    return [estimate, error, df]


def float_column(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return a column as floats, (k,), NaN where it is empty, or refuse what is no number.

    Examples
    --------
    >>> float_column(pd.DataFrame({"df": ["seventeen"]}), "df")
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: 'df' does not hold numbers: could not convert string to float: 'seventeen'.
    """
    try:
        return frame[name].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as found:
        raise EffectError(f"'{name}' does not hold numbers: {found}.") from found


def refuse_adjusted(contrasts: pd.DataFrame) -> None:
    """Refuse rows that were adjusted for multiplicity, since what is computed from them is not."""
    adjusted = set(contrasts["adjust"].dropna()) - {"none"} if "adjust" in contrasts else set()
    if adjusted:
        raise EffectError(
            f"the contrasts are adjusted for multiplicity ({', '.join(map(str, adjusted))}), and what is computed from them "
            "would not be. Give fit.contrasts(..., adjust='none'), and a smaller alpha or a larger conf_level if the "
            "family matters."
        )


def _of_fit(fit, standardiser, sd_df) -> tuple[float, float]:
    if standardiser not in KINDS:
        raise EffectError(
            f"a fit has no '{standardiser}' SD. Give the number, with its degrees of freedom as sd_df, or take one of "
            f"{', '.join(KINDS)}."
        )
    if sd_df is not None:
        raise EffectError("sd_df belongs to a number; the degrees of freedom of a fit's SD are computed from it.")
    return model_sd(fit, standardiser)


def _one_per_row(name: str, given, rows: int) -> np.ndarray:
    array = numbers(**{name: given})[0]
    if array.size not in (1, rows) or not (array > 0).all() or (name == "sd" and np.isinf(array).any()):
        raise EffectError(
            f"{name}={given!r}: it must be above zero, one for all {rows} rows or one each. For sd, the fit that the "
            "contrasts are of will do too."
        )
    return np.broadcast_to(array, (rows,))


def _against_outside_sd(d, per_t, df, sd_df, conf_level) -> tuple[np.ndarray, np.ndarray]:
    """The standardiser has no part in the contrast's own error, so the noncentral t has none in its interval."""
    if conf_level is None:
        return no_limits(d)
    low, high = t_limits(d, per_t, df, conf_level)
    nothing = (np.zeros_like(d), np.zeros_like(d))
    return widened(d, low, high, [nothing, nothing if sd_df is None else spread_of_sd(sd_df, conf_level)])
