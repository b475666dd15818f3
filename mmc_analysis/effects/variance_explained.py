"""Shares of variance explained: partial and generalised η², ω², ε², with noncentral-F intervals.

Every interval is one for the same thing, the share of variance in the population, λ/(λ + N) with
N = df_1 + df_2 + 1 (Steiger 2004; Smithson 2001), whichever estimator stands in the middle. Since F has one side,
a 90 % interval excludes zero exactly when P < .05.
"""

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import check_level, computed_evidence
from mmc_analysis.effects.noncentral import noncentrality_limits_f
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import EVIDENCE

POPULATIONS = ("steiger", "error-df")


@named_options
def partial_eta_squared(
    F, df_1, df_2, *, conf_level: float | None = 0.90, population: str = "steiger", evidence: str = "published"
) -> pd.DataFrame:
    """Return partial η² = F·df_1/(F·df_1 + df_2) with its noncentral-F interval.

    Parameters
    ----------
    F, df_1, df_2 : float or array_like, shape (k,)
        F statistics with their degrees of freedom.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    population : {"steiger", "error-df"}
        What a noncentrality λ means: λ/(λ + df_1 + df_2 + 1), or λ/(λ + df_2) as some programs have it.
    evidence : {"measured", "published", "derived", "synthetic"}
        Where F comes from.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "eta_squared_partial" with `statistic`, `num_df` and `den_df`.

    Raises
    ------
    EffectError
        If F is negative, a df is not positive, or a number is missing.

    Examples
    --------
    >>> partial_eta_squared(6.7133, 2, 34)[["estimate", "conf_low", "conf_high"]].round(3).values.tolist()
    [[0.283, 0.066, 0.434]]
    """
    f, a, b = _statistics(F, df_1, df_2)
    limits = _population_limits(f, a, b, conf_level, population)
    return _f_frame("eta_squared_partial", f * a / (f * a + b), f, a, b, limits, conf_level, evidence,
                    f"F df_1/(F df_1 + df_2); noncentral-F interval, population {population}")  # fmt: skip


@named_options
def omega_squared(
    F, df_1, df_2, *, conf_level: float | None = 0.90, population: str = "steiger", evidence: str = "published"
) -> pd.DataFrame:
    """Return partial ω² = df_1(F-1)/(df_1(F-1) + N), N = df_1 + df_2 + 1, for effects between participants.

    For repeated measures use :func:`omega_squared_within`. Parameters, result and errors as in
    :func:`partial_eta_squared`; a negative estimate is kept, since cutting it at zero would bias a synthesis.

    Examples
    --------
    >>> omega_squared(6.7133, 2, 34)["estimate"].round(4).tolist()
    [0.236]
    """
    f, a, b = _statistics(F, df_1, df_2)
    limits = _population_limits(f, a, b, conf_level, population)
    return _f_frame("omega_squared_partial", a * (f - 1) / (a * (f - 1) + a + b + 1), f, a, b, limits, conf_level,
                    evidence, f"df_1 (F-1)/(df_1 (F-1) + N); noncentral-F interval, population {population}")  # fmt: skip


@named_options
def epsilon_squared(
    F, df_1, df_2, *, conf_level: float | None = 0.90, population: str = "steiger", evidence: str = "published"
) -> pd.DataFrame:
    """Return partial ε² = df_1(F-1)/(F·df_1 + df_2), the adjusted R² of the effect.

    Parameters, result and errors as in :func:`partial_eta_squared`; a negative estimate is kept.

    Examples
    --------
    >>> epsilon_squared(6.7133, 2, 34)["estimate"].round(4).tolist()
    [0.2409]
    """
    f, a, b = _statistics(F, df_1, df_2)
    limits = _population_limits(f, a, b, conf_level, population)
    return _f_frame("epsilon_squared_partial", a * (f - 1) / (f * a + b), f, a, b, limits, conf_level, evidence,
                    f"df_1 (F-1)/(F df_1 + df_2); noncentral-F interval, population {population}")  # fmt: skip


@named_options
def generalised_eta_squared(
    ss_effect, ss_error, ss_others, df_1, df_2, *, conf_level: float | None = 0.90, evidence: str = "measured"
) -> pd.DataFrame:
    """Return generalised η² = SS_effect/(SS_effect + SS_others), comparable between designs.

    Parameters
    ----------
    ss_effect, ss_error : float or array_like, shape (k,)
        Sums of squares of the effect and of the error term that tests it.
    ss_others : float or array_like, shape (k,)
        Sum over all error terms, that of participants among them, and over all effects of measured (not manipulated)
        factors other than this one (Olejnik and Algina 2003; Bakeman 2005).
    df_1, df_2 : float or array_like, shape (k,)
        Degrees of freedom of the effect and of its error term.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    evidence : {"measured", "published", "derived", "synthetic"}
        Where the sums of squares come from.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "eta_squared_generalised". The limits are those of partial η², brought over by holding the
        other sums of squares fixed: an approximation.

    Raises
    ------
    EffectError
        If a sum of squares is negative, an error sum is zero, or `ss_others` is less than `ss_error`.

    Examples
    --------
    >>> generalised_eta_squared(289920, 64080, 453420, 2, 18)["estimate"].round(4).tolist()
    [0.39]
    """
    effect, error, others, a, b = _numbers(
        ss_effect=ss_effect, ss_error=ss_error, ss_others=ss_others, df_1=df_1, df_2=df_2
    )
    if (effect < 0).any() or (error <= 0).any() or (others < error * (1 - 1e-12)).any():
        raise EffectError(
            "sums of squares must be positive, and ss_others must contain ss_error: give the sum over all error terms, "
            "that of the participants among them."
        )
    f = (effect / a) / (error / b)
    low, high = _population_limits(f, a, b, conf_level, "steiger")
    moved = [error * share / (1 - share) / (error * share / (1 - share) + others) for share in (low, high)]
    return _f_frame("eta_squared_generalised", effect / (effect + others), f, a, b, moved, conf_level, evidence,
                    "SS_effect/(SS_effect + others); noncentral-F interval of partial η² brought over")  # fmt: skip


@named_options
def omega_squared_within(
    ss_effect, ss_error, ss_participants, df_1, df_2, n, *, conf_level: float | None = 0.90, evidence: str = "measured"
) -> pd.DataFrame:
    """Return ω² of a within-participant effect: (SS_effect - df_1 MS_error)/(SS_effect + SS_error + SS_p + MS_p).

    Parameters
    ----------
    ss_effect, ss_error, ss_participants : float or array_like, shape (k,)
        Sums of squares of the effect, of its error term, and between participants.
    df_1, df_2 : float or array_like, shape (k,)
        Degrees of freedom of the effect and of its error term.
    n : int or array_like, shape (k,)
        Number of participants; MS_p = SS_p/(n - 1).
    conf_level, evidence
        As in :func:`generalised_eta_squared`.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "omega_squared_within" (Keren and Lewis 1979; Olejnik and Algina 2003).

    Raises
    ------
    EffectError
        If a sum of squares is negative or an error sum is zero.

    Examples
    --------
    >>> omega_squared_within(289920, 64080, 292140, 2, 18, 10)["estimate"].round(4).tolist()
    [0.4167]
    """
    effect, error, people, a, b, size = _numbers(
        ss_effect=ss_effect, ss_error=ss_error, ss_participants=ss_participants, df_1=df_1, df_2=df_2, n=n
    )
    if (effect < 0).any() or (error <= 0).any() or (people < 0).any() or (size < 2).any():
        raise EffectError("sums of squares must be positive and n at least 2.")
    total = effect + error + people + people / (size - 1)
    f = (effect / a) / (error / b)
    low, high = _population_limits(f, a, b, conf_level, "steiger")
    moved = [error * share / (1 - share) / (error * share / (1 - share) + total - effect) for share in (low, high)]
    return _f_frame("omega_squared_within", (effect - a * error / b) / total, f, a, b, moved, conf_level, evidence,
                    "(SS_effect - df_1 MS_error)/total; noncentral-F interval of partial η² brought over")  # fmt: skip


def _numbers(**named) -> list[np.ndarray]:
    try:
        arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=float)) for v in named.values()))
    except (TypeError, ValueError) as found:
        raise EffectError(f"{', '.join(named)} must be numbers, or lists of one length: {found}.") from found
    for name, array in zip(named, arrays, strict=True):
        if not np.isfinite(array).all():
            raise EffectError(f"{name} has a missing or infinite number: {array[~np.isfinite(array)][0]}.")
        if name.startswith("df") and (array <= 0).any():
            raise EffectError(f"{name} = {array[array <= 0][0]:g}: degrees of freedom must be above zero.")
    return arrays


def _statistics(F, df_1, df_2) -> list[np.ndarray]:
    arrays = _numbers(F=F, df_1=df_1, df_2=df_2)
    if (arrays[0] < 0).any():
        raise EffectError(
            f"F = {arrays[0].min():g}: an F statistic is never negative. For a t statistic give its square."
        )
    return arrays


def _population_limits(f, df_1, df_2, conf_level, population) -> list[np.ndarray]:
    check_option("population", population, POPULATIONS, EffectError)
    if check_level(conf_level) is None:
        return [np.full(f.shape, np.nan)] * 2
    size = df_1 + df_2 + 1 if population == "steiger" else df_2
    return [limit / (limit + size) for limit in noncentrality_limits_f(f, df_1, df_2, conf_level)]


def _f_frame(metric, estimate, f, df_1, df_2, limits, conf_level, evidence, method) -> pd.DataFrame:
    check_option("evidence", evidence, EVIDENCE, EffectError)
    return pd.DataFrame({
        "metric": metric, "estimate": estimate, "num_df": df_1, "den_df": df_2, "statistic": f,
        "conf_level": np.nan if conf_level is None else conf_level, "conf_low": limits[0], "conf_high": limits[1],
        "method": method, "evidence": computed_evidence(np.full(f.shape, evidence, dtype=object)),
    })  # fmt: skip
