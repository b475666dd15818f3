"""From what papers print to an effect with its standard error: every step names what it assumes.

Each function takes numbers or arrays, one per printed result, and returns an estimates frame whose `assumption` says what
had to be assumed, or a summary for the metrics of this package. ``effects.sweep`` repeats any of them over a grid of assumptions.
"""

import warnings

import numpy as np
import pandas as pd

from mmc_analysis.effects.arguments import finite_numbers, refuse, refuse_counts
from mmc_analysis.effects.frames import check_level, t_limits, t_quantile, two_sided_p
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary
from mmc_analysis.effects.standardised_independent import d_s
from mmc_analysis.effects.standardised_paired import d_rm, d_z
from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.options import check_option, named_options

OFF_CENTRE = 0.15
T_INTERVAL = "a t interval, symmetric around the estimate"


@named_options
def difference_from_interval(
    difference, low, high, df, *, printed_level: float = 0.95, conf_level: float | None = 0.95
) -> pd.DataFrame:
    """Return a mean difference and the standard error behind its printed confidence interval.

    Parameters
    ----------
    difference, low, high : float or array_like, shape (k,)
        As printed.
    df : float or array_like, shape (k,)
        Degrees of freedom that the paper used; ``inf`` for a normal interval. For a paired test n - 1, for two groups
        n_1 + n_2 - 2; for a mixed model it must be assumed (``effects.sweep`` it).
    printed_level : float
        Level of the printed interval.
    conf_level : float or None
        Level of the interval in the result.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw"; std_error = (high - low)/(2 t_df).

    Raises
    ------
    EffectError
        If the limits are not in order or the difference lies outside them.

    Warns
    -----
    MMCWarning
        If the difference is far from the middle of the interval: it was then computed on another scale, or rounded hard.

    Examples
    --------
    >>> difference_from_interval(9, 5, 13, 17)["std_error"].round(3).tolist()
    [1.896]
    """
    difference, low, high, df = finite_numbers(difference=difference, low=low, high=high, df=df, infinite=("df",))
    refuse(~(low < high), "low", low, "The lower limit must be below the upper one.")
    outside = (difference < low) | (difference > high)
    refuse(outside, "difference", difference, "It lies outside its own interval; check the sign and the row.")
    skew = np.abs(difference - (low + high) / 2) / (high - low)
    if (skew > OFF_CENTRE).any():
        row = int(np.argmax(skew))
        warnings.warn(
            f"the difference {difference[row]:g} is far from the middle of its interval [{low[row]:g}, {high[row]:g}] in "
            f"sample {row} (counted from 0): the interval may have been made on another scale (logs, a bootstrap), or "
            "rounded hard. See consistency.check.",
            MMCWarning,
            stacklevel=3,
        )
    std_error = (high - low) / (2 * t_quantile((1 + _level(printed_level)) / 2, df))
    assumption = [f"{printed_level:.0%} interval is {T_INTERVAL}, df = {v:g}" for v in df]
    return _difference_frame(difference, std_error, df, conf_level, "SE from the printed interval", assumption)


@named_options
def difference_from_t(difference, t, df, *, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return a mean difference and the standard error behind its t statistic, |difference / t|.

    Parameters
    ----------
    difference, t, df : float or array_like, shape (k,)
        As printed.
    conf_level : float or None
        Level of the interval in the result.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw".

    Raises
    ------
    EffectError
        If the difference or t is zero, or their signs differ.

    Examples
    --------
    >>> difference_from_t(9, 4.75, 17)["std_error"].round(3).tolist()
    [1.895]
    """
    difference, t, df = finite_numbers(difference=difference, t=t, df=df, infinite=("df",))
    _refuse_zero(difference, t, "t")
    refuse(
        np.sign(difference) != np.sign(t), "t", t, "Its sign is not that of the difference; state both as 1 minus 2."
    )
    assumption = [f"t is difference / SE, df = {v:g}" for v in df]
    return _difference_frame(difference, difference / t, df, conf_level, "SE from the printed t", assumption)


@named_options
def difference_from_F(difference, F, df_2, *, df_1=1, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return a mean difference and the standard error behind an F statistic with one numerator df.

    Parameters
    ----------
    difference, F, df_2 : float or array_like, shape (k,)
        As printed.
    df_1 : float or array_like, shape (k,)
        Must be 1: with more, F does not belong to one difference.
    conf_level : float or None
        Level of the interval in the result.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw"; std_error = |difference| / √F.

    Raises
    ------
    EffectError
        If df_1 is not 1, F is not above zero, or the difference is zero.

    Examples
    --------
    >>> difference_from_F(-9, 22.5625, 17)["std_error"].round(3).tolist()
    [1.895]
    """
    difference, F, df_2, df_1 = finite_numbers(difference=difference, F=F, df_2=df_2, df_1=df_1, infinite=("df_2",))
    refuse(df_1 != 1, "df_1", df_1, "An F with more than one numerator df tests several differences at once and gives "
           "no standard error of one; look for a t, a P or an interval of the contrast.")  # fmt: skip
    refuse(F <= 0, "F", F, "An F statistic must be above zero to give a standard error.")
    _refuse_zero(difference, F, "F")
    assumption = [f"F(1, {v:g}) is the square of difference / SE" for v in df_2]
    return _difference_frame(
        difference, np.abs(difference) / np.sqrt(F), df_2, conf_level, "SE from the printed F", assumption
    )


@named_options
def difference_from_p(
    difference, p, df, *, relation: str = "=", tails: int = 2, conf_level: float | None = 0.95
) -> pd.DataFrame:
    """Return a mean difference and the standard error behind its P value.

    Parameters
    ----------
    difference, p, df : float or array_like, shape (k,)
        As printed.
    relation : {"=", "<"}
        "<" takes P at its bound, so that the standard error is the largest that is possible.
    tails : {1, 2}
        One- or two-sided P.
    conf_level : float or None
        Level of the interval in the result.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "raw".

    Raises
    ------
    EffectError
        If P is not between 0 and 1, or the difference is zero.

    Examples
    --------
    >>> difference_from_p(4, 0.0096, 17)["std_error"].round(2).tolist()
    [1.37]
    """
    check_option("relation", relation, ("=", "<"), EffectError)
    difference, p, df = finite_numbers(difference=difference, p=p, df=df, infinite=("df",))
    t = t_from_p(p, df, tails=tails)
    _refuse_zero(difference, t, "t behind P")
    bound = ", P taken at its bound: the SE is the largest possible" if relation == "<" else ""
    assumption = [f"{tails}-sided t test, df = {v:g}{bound}" for v in df]
    return _difference_frame(difference, np.abs(difference / t), df, conf_level, "SE from the printed P", assumption)


@named_options
def t_from_p(p, df, *, tails: int = 2) -> np.ndarray:
    """Return the size of the t statistic behind a P value, shape (k,).

    Raises
    ------
    EffectError
        If P is not between 0 and 1, or `tails` neither 1 nor 2.

    Examples
    --------
    >>> t_from_p(0.0096, 17).round(3)
    array([2.917])
    """
    check_option("tails", tails, (1, 2), EffectError)
    p, df = finite_numbers(p=p, df=df, infinite=("df",))
    refuse((p <= 0) | (p >= 1), "p", p, "A P value lies between 0 and 1; for a printed 0.000 give relation='<' and the "
           "bound, such as 0.0005.")  # fmt: skip
    t = np.array([-t_quantile(q, v) for q, v in zip(p / tails, df, strict=True)], dtype=float)
    refuse(np.isinf(t), "p", p, "No t is that large; give the bound of the P value and relation='<'.")
    return t


@named_options
def d_from_t(t, n, *, n_2=None, r=None, conf_level: float | None = 0.95) -> pd.DataFrame:
    """Return a standardised difference from a t statistic.

    Parameters
    ----------
    t : float or array_like, shape (k,)
        With its sign; for an F with one numerator df its root, with the sign of the difference.
    n : int or array_like, shape (k,)
        Pairs, or participants of the first group.
    n_2 : int or array_like, optional
        Participants of the second group; the t test was then one of independent groups with pooled SD.
    r : float or array_like, optional
        With pairs: an assumed correlation, which brings d_z to d_rm.
    conf_level : float or None
        Level of the interval in the result.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows of metric "d_z", "d_rm" or "d_s".

    Raises
    ------
    EffectError
        If n < 2, r is not between -1 and 1, or both n_2 and r are given.

    Examples
    --------
    >>> d_from_t(4.743416, 10)[["metric", "estimate"]].round(2).values.tolist()
    [['d_z', 1.5]]
    """
    from_pairs = n_2 is None
    if not from_pairs and r is not None:
        raise EffectError(
            "a correlation belongs to pairs, a second group size to independent groups; give one of them."
        )
    t, n, second, r_used = finite_numbers(t=t, n=n, n_2=1 if from_pairs else n_2, r=0.5 if r is None else r)
    refuse_counts(n)
    refuse(np.abs(r_used) >= 1, "r", r_used, "A correlation must lie strictly between -1 and 1.")
    if from_pairs:
        summary = PairedSummary(n, t / np.sqrt(n), 0, 1 / np.sqrt(2 - 2 * r_used), 1 / np.sqrt(2 - 2 * r_used), r_used)
        from_metric, named = (
            (d_z, "paired t test") if r is None else (d_rm, "paired t test, the two SDs taken as equal, r assumed")
        )
    else:
        summary = IndependentSummary(n, second, t * np.sqrt(1 / n + 1 / second), 0, 1, 1)
        from_metric, named = d_s, "t test of independent groups, pooled SD"
    assumption = named if r is None else [f"{named} = {value:g}" for value in r_used]
    return from_metric(summary, conf_level=conf_level).assign(assumption=assumption)


def _level(printed_level: float) -> float:
    if check_level(printed_level, "printed_level") is None:
        raise EffectError("printed_level must be the level of the printed interval, such as 0.95.")
    return printed_level


def _refuse_zero(difference, statistic, name) -> None:
    refuse(difference == 0, "difference", difference, f"With a difference of zero, {name} says nothing about the standard "
           "error; use the interval or the SDs.")  # fmt: skip
    refuse(statistic == 0, name, statistic, "A statistic of zero gives no standard error.")


def _difference_frame(difference, std_error, df, conf_level, method, assumption) -> pd.DataFrame:
    level = check_level(conf_level)
    low, high = t_limits(difference, std_error, df, level)
    return pd.DataFrame({
        "metric": "raw", "estimate": difference, "std_error": std_error, "df": df, "statistic": difference / std_error,
        "p_value": two_sided_p(difference / std_error, df), "conf_level": np.nan if level is None else level,
        "conf_low": low, "conf_high": high, "assumption": assumption, "method": f"{method}; t interval",
        "evidence": "derived",
    })  # fmt: skip
