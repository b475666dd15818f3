"""Shares of variance explained: partial and generalised η², ω², ε², with noncentral-F intervals.

An interval is one for the share in the population, whichever estimator stands in the middle; since F has one side, a 90 %
interval excludes zero exactly when P < .05. Two populations:

- Partial shares: λ/(λ + N) with the noncentrality λ of F and N = df_1 + df_2 + 1 (Steiger 2004; Smithson 2001). The interval
  is exact where F is: normal data and, for repeated measures, sphericity.
- Shares of the whole, generalised η² and ω² of a within-participant effect: θ/(θ + σ²), with θ the mean square of the
  population's effects and σ² the variance of one measurement, people's differences included; σ² is estimated by all error
  terms together. The limits of λ are multiplied by σ_error²/σ², and widened by what the estimate of σ² varies beyond the mean
  square of error: added in squares on the scale of the logarithm (Zou and Donner 2008).

Nominal 95 % intervals of partial shares cover 94 to 98 %, those of shares of the whole 93 to 98.5 %, or to 99.5 % with several
factors within participants, whose other error terms are taken for as few degrees of freedom as participants have: where there is
no effect at all, only an upper limit of zero can be wrong, so that 97.5 % is right. Coverage is in ``docs/coverage.md``.

`std_error` is by the delta method from the variance of a noncentral F; it needs more than 4 error degrees of freedom. A share
is skewed and bounded, so a synthesis of shares by their standard errors is not advised.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.arguments import finite_numbers
from mmc_analysis.effects.frames import check_level, computed_evidence, no_limits
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
    test = _test(F, df_1, df_2)
    f, a, b = test.f, test.df_1, test.df_2
    share = Share(f * a / (f * a + b), a * b / (f * a + b) ** 2)
    return _partial("eta_squared_partial", "F df_1/(F df_1 + df_2)", test, share, (conf_level, population, evidence))


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
    test = _test(F, df_1, df_2)
    f, a, size = test.f, test.df_1, test.df_1 + test.df_2 + 1
    below = a * (f - 1) + size
    share = Share(a * (f - 1) / below, a * size / below**2)
    return _partial(
        "omega_squared_partial", "df_1 (F-1)/(df_1 (F-1) + N)", test, share, (conf_level, population, evidence)
    )


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
    test = _test(F, df_1, df_2)
    f, a, b = test.f, test.df_1, test.df_2
    below = f * a + b
    share = Share(a * (f - 1) / below, a * (a + b) / below**2)
    return _partial(
        "epsilon_squared_partial", "df_1 (F-1)/(F df_1 + df_2)", test, share, (conf_level, population, evidence)
    )


@named_options
def generalised_eta_squared(
    ss_effect, ss_error, ss_others, df_1, df_2, n=None, *, groups=1, conf_level: float | None = 0.90,
    evidence: str = "measured",
) -> pd.DataFrame:  # fmt: skip
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
    n : int or array_like, shape (k,), optional
        Participants in all. Without it, an effect within the participants of one group is taken: df_2/df_1 + 1.
    groups : int or array_like, shape (k,)
        Groups of different participants: the product of the levels of the between-participant factors.
    conf_level : float or None
        Confidence level as a fraction; None leaves the interval empty.
    evidence : {"measured", "published", "derived", "synthetic"}
        Where the sums of squares come from.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "eta_squared_generalised".

    Raises
    ------
    EffectError
        If a sum of squares is negative, an error sum is zero, `ss_others` is less than `ss_error`, or `n` and
        `groups` do not go with the degrees of freedom.

    Examples
    --------
    >>> generalised_eta_squared(289920, 64080, 453420, 2, 18)[["estimate", "conf_low", "conf_high"]].round(3).values.tolist()
    [[0.39, 0.176, 0.518]]
    """
    effect, error, others, a, b = finite_numbers(
        ss_effect=ss_effect, ss_error=ss_error, ss_others=ss_others, df_1=df_1, df_2=df_2
    )
    if (effect < 0).any() or (error <= 0).any() or (others < error * (1 - 1e-12)).any():
        raise EffectError(
            "sums of squares must be positive, and ss_others must contain ss_error: give the sum over all error terms, "
            "that of the participants among them."
        )
    size, people_df = _participants(n, groups, a, b)
    rest = np.maximum(others - error, 0)
    whole = Whole(others * size / people_df, others**2 / (error**2 / b + rest**2 / people_df), error / b)
    share = Share(effect / (effect + others), a * error / b * others / (effect + others) ** 2)
    return _of_whole("eta_squared_generalised", "SS_effect/(SS_effect + others)", share,
                     FTest(effect / a / (error / b), a, b), whole, (conf_level, evidence))  # fmt: skip


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
        ``k`` rows of metric "omega_squared_within" (Keren and Lewis 1979; Olejnik and Algina 2003). With one factor it
        estimates what generalised η² does, without its bias; with more, σ² holds this effect's error and people alone.

    Raises
    ------
    EffectError
        If a sum of squares is negative or an error sum is zero.

    Examples
    --------
    >>> omega_squared_within(289920, 64080, 292140, 2, 18, 10)["estimate"].round(4).tolist()
    [0.4167]
    """
    effect, error, people, a, b, size = finite_numbers(
        ss_effect=ss_effect, ss_error=ss_error, ss_participants=ss_participants, df_1=df_1, df_2=df_2, n=n
    )
    if (effect < 0).any() or (error <= 0).any() or (people < 0).any() or (size < 2).any():
        raise EffectError("sums of squares must be positive and n at least 2.")
    ms_error, ms_people = error / b, people / (size - 1)
    apart = a * ms_error
    whole_df = (ms_people + apart) ** 2 / (ms_people**2 / (size - 1) + apart**2 / b)
    whole = Whole(size * (ms_people + apart), whole_df, ms_error)
    total = effect + error + people + ms_people
    share = Share((effect - apart) / total, apart * (total - effect + apart) / total**2)
    return _of_whole("omega_squared_within", "(SS_effect - df_1 MS_error)/total", share,
                     FTest(effect / a / ms_error, a, b), whole, (conf_level, evidence))  # fmt: skip


@dataclass(frozen=True)
class FTest:
    """F statistics with their degrees of freedom, (k,) each."""

    f: np.ndarray
    df_1: np.ndarray
    df_2: np.ndarray

    @property
    def variance(self) -> np.ndarray:
        """Variance of a noncentral F whose noncentrality is estimated without bias; NaN with 4 error df or fewer, (k,)."""
        a, b = self.df_1, np.where(self.df_2 > 4, self.df_2, np.nan)
        ncp = np.maximum(a * self.f * (b - 2) / b - a, 0)
        return 2 * (b / a) ** 2 * ((a + ncp) ** 2 + (a + 2 * ncp) * (b - 2)) / ((b - 2) ** 2 * (b - 4))


@dataclass(frozen=True)
class Whole:
    """The variance of one measurement times the number of measurements, its df, and the error mean square, (k,) each."""

    ss: np.ndarray
    df: np.ndarray
    ms_error: np.ndarray


@dataclass(frozen=True)
class Share:
    """The estimate of a share and its derivative by F, (k,) each."""

    estimate: np.ndarray
    slope: np.ndarray


def _partial(metric, formula, test, share, options) -> pd.DataFrame:
    conf_level, population, evidence = options
    check_option("population", population, POPULATIONS, EffectError)
    if check_level(conf_level) is None:
        limits = no_limits(share.estimate)
    else:
        size = test.df_1 + test.df_2 + 1 if population == "steiger" else test.df_2
        found = noncentrality_limits_f(test.f, test.df_1, test.df_2, conf_level)
        limits = [limit / (limit + size) for limit in found]
    std_error = share.slope * np.sqrt(test.variance)
    method = f"{formula}; noncentral-F interval, population {population}"
    return _share_frame(metric, share.estimate, std_error, test, limits, conf_level, evidence, method)


def _of_whole(metric, formula, share, test, whole, options) -> pd.DataFrame:
    conf_level, evidence = options
    level = check_level(conf_level)
    if level is None:
        limits = no_limits(share.estimate)
    else:
        to_whole = whole.ms_error / whole.ss
        found = (limit * to_whole for limit in noncentrality_limits_f(test.f, test.df_1, test.df_2, level))
        low, high = _widened_ratio(test.f * test.df_1 * to_whole, *found, test.df_2, whole.df, level)
        limits = low / (1 + low), high / (1 + high)
    beyond = np.maximum(2 / whole.df - 2 / test.df_2, 0) * (share.estimate * (1 - share.estimate)) ** 2
    std_error = np.sqrt(share.slope**2 * test.variance + beyond)
    method = f"{formula}; noncentral-F interval, brought to the variance of one measurement"
    return _share_frame(metric, share.estimate, std_error, test, limits, conf_level, evidence, method)


def _widened_ratio(ratio, low, high, df, whole_df, conf_level) -> tuple[np.ndarray, np.ndarray]:
    """Widen limits, (k,) each, by what a variance with `whole_df` degrees of freedom varies beyond one with `df`."""
    alpha = (1 - conf_level) / 2
    reach = [[np.log(special.chdtri(v, p) / v) for p in (1 - alpha, alpha)] for v in (df, whole_df)]
    less, more = (np.maximum(wide**2 - narrow**2, 0) for narrow, wide in zip(*reach, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = ratio * np.exp(-np.sqrt(np.log(ratio / low) ** 2 + less))
        upper = ratio * np.exp(np.sqrt(np.log(high / ratio) ** 2 + more))
    return np.where((low > 0) & (low < ratio), lower, low), np.where((ratio > 0) & (high > ratio), upper, high)


def _participants(n, groups, df_1, df_2) -> tuple[np.ndarray, np.ndarray]:
    """Number of participants and their degrees of freedom within groups, (k,) each."""
    if n is None:
        within = df_2 / df_1
        if groups != 1 or (np.abs(within - within.round()) > 1e-6 * within).any():
            raise EffectError(
                "this is no effect within the participants of one group, for which n = df_2/df_1 + 1. Give n, the number of "
                "participants, and groups, the number of groups they are in."
            )
        return within + 1, within
    size, groups = (np.broadcast_to(array, df_1.shape) for array in finite_numbers(n=n, groups=groups))
    people_df = size - groups
    whole = df_2 % 1 == 0  # corrected for sphericity they are not
    wrong = (groups < 1) | (people_df < 1) | (whole & (df_2 % np.maximum(people_df, 1) != 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise EffectError(
            f"n = {size[row]:g} in {groups[row]:g} groups does not go with df_2 = {df_2[row]:g}, which is a multiple of n - groups "
            "in every design of participants. Give participants, not observations, and the number of their groups."
        )
    return size, people_df


def _test(F, df_1, df_2) -> FTest:
    f, a, b = finite_numbers(F=F, df_1=df_1, df_2=df_2)
    if (f < 0).any():
        raise EffectError(f"F = {f.min():g}: an F statistic is never negative. For a t statistic give its square.")
    return FTest(f, a, b)


def _share_frame(metric, estimate, std_error, test, limits, conf_level, evidence, method) -> pd.DataFrame:
    check_option("evidence", evidence, EVIDENCE, EffectError)
    return pd.DataFrame({
        "metric": metric, "estimate": estimate, "std_error": std_error, "num_df": test.df_1, "den_df": test.df_2,
        "statistic": test.f, "conf_level": np.nan if conf_level is None else conf_level, "conf_low": limits[0],
        "conf_high": limits[1], "method": method,
        "evidence": computed_evidence(np.full(test.f.shape, evidence, dtype=object)),
    })  # fmt: skip
