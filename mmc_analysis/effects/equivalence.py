"""Is the effect too small to matter, or larger than that? Two one-sided tests and their mirror image."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.arguments import numbers
from mmc_analysis.effects.controlled_changes import change_difference
from mmc_analysis.effects.frames import t_limits
from mmc_analysis.effects.from_contrasts import float_column, refuse_adjusted
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.noncentral import noncentral_t_tails, noncentrality_limits_t
from mmc_analysis.effects.raw import mean_change, mean_difference
from mmc_analysis.effects.responders import signed_root
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary, PrePostControl
from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options

UNCORRECTED = ("d_z", "d_av", "d_s", "glass_delta", "probability_of_superiority")
OF_A_MODEL = ("d_total", "d_participant", "d_residual", "d_baseline")
CORRECTED = ("g_z", "smcc", "g_av", "smcr", "g_s", "glass_delta_corrected", "g_ppc2", "smdh")
NEEDED = ("estimate", "std_error", "df")


@dataclass(frozen=True)
class Scale:
    """Where a metric that is bounded or skewed has its test.

    Attributes
    ----------
    inward, outward : callable
        From the metric to the scale of the test, and back.
    slope : callable
        Of `inward`, at a value of the metric.
    words : str
    """

    inward: Callable[[np.ndarray], np.ndarray]
    outward: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]
    words: str


SCALES = {
    "pct_change_of_means": Scale(
        lambda v: np.log1p(np.maximum(v, -100) / 100), lambda x: 100 * np.expm1(x), lambda v: 1 / (100 + v),
        "t of the log ratio",
    ),
    "probability_of_superiority": Scale(
        lambda v: special.ndtri(np.clip(v, 0, 1)), special.ndtr,
        lambda v: np.sqrt(2 * np.pi) * np.exp(special.ndtri(v) ** 2 / 2), "t on the probit scale",
    ),
    "cliffs_delta": Scale(
        lambda v: np.arctanh(np.clip(v, -1, 1)), np.tanh, lambda v: 1 / (1 - v**2), "t on the scale of Fisher's z",
    ),
    "sd_individual_response": Scale(
        lambda v: v * np.abs(v), signed_root, lambda v: 2 * np.abs(v), "difference of variances",
    ),
}  # fmt: skip


@named_options
def tost(effect, low: float, high: float, *, alpha: float = 0.05) -> pd.DataFrame:
    """Test whether an effect lies between two bounds, by two one-sided tests (Schuirmann 1987).

    Parameters
    ----------
    effect : PairedSummary, IndependentSummary, PrePostControl or pandas.DataFrame
        Samples (their raw mean change or difference is tested), or a frame of estimates with `estimate`, `std_error`
        and `df`, such as a contrast of a mixed model with its Kenward-Roger degrees of freedom. Each row is tested as its
        own interval is made, where that is known from the row: standardised metrics and probabilities of superiority that
        carry their t `statistic` against the noncentral t (those of a model if their SD is known at least as well as the
        contrast's error), a percent change of means on the scale of the log ratio. The others are tested by estimate and
        `std_error` with Student's t: Cliff's δ and counted probabilities where they have no bounds (Fisher's z, probits), SDs
        of individual responses as variances.
    low, high : float or array_like, shape (k,)
        The smallest effects that would matter, in the units of the estimate; an infinite one leaves its side untested.
    alpha : float
        Level of each one-sided test.

    Returns
    -------
    pandas.DataFrame
        The rows with `bound_low`, `bound_high`, `p_lower` (against effect ≤ low), `p_upper` (against effect ≥ high),
        `p_value` (the larger), the interval of level 1 - 2 alpha, and `verdict`: "equivalent", "not equivalent" where the
        whole interval is beyond a bound (:func:`minimal_effect_test` says which), or "inconclusive". The level is exact for
        raw differences, d_z and d_s; tests of d_av and smcr are as approximate as their intervals, whose sides err unequally
        in the smallest samples (at n = 6 up to 8 % for 5 %).

    Raises
    ------
    EffectError
        If the bounds are not in order, a row lacks a standard error or df, the rows are adjusted for multiplicity, or one
        pair of bounds is given for several metrics or units.

    Examples
    --------
    >>> pair = PairedSummary(18, 51, 50, 8, 8, 0.9)
    >>> tost(pair, -4, 4)[["estimate", "conf_low", "conf_high", "p_value", "verdict"]].round(3).values.tolist()
    [[1.0, -0.467, 2.467, 0.001, 'equivalent']]
    """
    rows, low, high = _prepared(effect, low, high, alpha)
    (above_low, below_low), (above_high, below_high) = _tails(rows, low), _tails(rows, high)
    p_value = np.maximum(above_low, below_high)
    beyond = np.minimum(below_low, above_high) < alpha
    verdict = np.select([p_value < alpha, beyond], ["equivalent", "not equivalent"], "inconclusive")
    return _with_tests(rows, (low, high), (above_low, below_high, p_value), verdict, alpha, "TOST")


@named_options
def minimal_effect_test(effect, low: float, high: float, *, alpha: float = 0.05) -> pd.DataFrame:
    """Test whether an effect lies beyond bounds that would be too small to matter (Murphy and Myors 1999).

    Parameters
    ----------
    effect, low, high, alpha
        As in :func:`tost`.

    Returns
    -------
    pandas.DataFrame
        As :func:`tost`; `p_lower` now speaks against effect ≥ low, `p_upper` against effect ≤ high, `p_value` is the
        smaller, and `verdict` is "below", "above" or "inconclusive".

    Raises
    ------
    EffectError
        As in :func:`tost`.

    Examples
    --------
    >>> pair = PairedSummary(18, 59, 50, 15, 15, 0.86)
    >>> minimal_effect_test(pair, -3, 3)[["p_value", "verdict"]].round(4).values.tolist()
    [[0.0026, 'above']]
    """
    rows, low, high = _prepared(effect, low, high, alpha)
    below_low, above_high = _tails(rows, low)[1], _tails(rows, high)[0]
    p_value = np.minimum(below_low, above_high)
    side = np.where(below_low < above_high, "below", "above")
    verdict = np.where(p_value < alpha, side, "inconclusive")
    return _with_tests(rows, (low, high), (below_low, above_high, p_value), verdict, alpha, "minimal-effect test")


@dataclass(frozen=True)
class Rows:
    """Estimates on the scale on which they are tested.

    Attributes
    ----------
    frame : pandas.DataFrame
    estimate, std_error, df : ndarray, shape (k,)
    metric : ndarray of str, shape (k,)
        Says the scale.
    t, per_t : ndarray, shape (k,)
        The t statistic and what one unit of it is worth in units of the effect, where the noncentral t applies; else NaN.
    """

    frame: pd.DataFrame
    estimate: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    metric: np.ndarray
    t: np.ndarray
    per_t: np.ndarray

    @property
    def exact(self) -> np.ndarray:
        """Whether the noncentral t applies, shape (k,)."""
        return np.isfinite(self.per_t)

    def inward(self, values: np.ndarray) -> np.ndarray:
        """Bring numbers in the units of the estimates to the scale of the tests."""
        return _rescaled(values, self.metric, lambda scale: scale.inward)

    def outward(self, values: np.ndarray) -> np.ndarray:
        """Bring numbers on the scale of the tests back."""
        return _rescaled(values, self.metric, lambda scale: scale.outward)

    @property
    def words(self) -> np.ndarray:
        """What each row is tested against, shape (k,)."""
        words = [SCALES[name].words if name in SCALES else "t" for name in self.metric]
        return np.where(self.exact, "noncentral t", np.array(words, dtype=object))


def _prepared(effect, low, high, alpha) -> tuple[Rows, np.ndarray, np.ndarray]:
    number = isinstance(alpha, (int, float, np.integer, np.floating)) and not isinstance(alpha, bool)
    if not number or not 0 < alpha < 0.5:
        raise EffectError(f"alpha={alpha!r} is not a fraction between 0 and 0.5.")
    frame = _as_estimates(effect)
    _check_estimates(frame)
    _check_one_meaning(frame, low, high)
    low, high = numbers(low=low, high=high)
    if low.size not in (1, len(frame)):
        raise EffectError(f"{low.size} bounds for {len(frame)} rows. Give one pair for all rows, or one for each.")
    low, high = (np.broadcast_to(bound, (len(frame),)) for bound in (low, high))
    if not (low < high).all():
        raise EffectError(
            f"the lower bound must be below the upper one, but got low={low[~(low < high)][0]:g}, "
            f"high={high[~(low < high)][0]:g}. Write both with their sign, such as low=-3, high=3."
        )
    return _on_test_scale(frame), low, high


def _as_estimates(effect) -> pd.DataFrame:
    if isinstance(effect, pd.DataFrame):
        return effect.reset_index(drop=True)
    if isinstance(effect, PairedSummary):
        return mean_change(effect)
    if isinstance(effect, IndependentSummary):
        return mean_difference(effect)
    if isinstance(effect, PrePostControl):
        return change_difference(effect)
    raise EffectError(f"a summary of samples or a frame of estimates is needed, but got {type(effect).__name__}.")


def _check_estimates(frame: pd.DataFrame) -> None:
    for name in NEEDED:
        if name not in frame:
            raise EffectError(f"the frame has no column '{name}'. A test needs estimate, std_error and df.")
        if name != "df" and not np.isfinite(float_column(frame, name)).all():
            raise EffectError(
                f"'{name}' has an empty or infinite cell. An effect without a standard error cannot be tested."
            )
    if (float_column(frame, "std_error") <= 0).any() or not (float_column(frame, "df") > 0).all():
        raise EffectError("std_error and df must be above zero in every row.")
    refuse_adjusted(frame)


def _check_one_meaning(frame, low, high) -> None:
    """One pair of bounds has one meaning; rows of several metrics or units need a pair each."""
    for name in ("metric", "unit"):
        found = list(frame[name].dropna().unique()) if name in frame else []
        if len(found) > 1 and np.ndim(low) == 0 and np.ndim(high) == 0:
            raise EffectError(
                f"the rows hold several {name}s ({', '.join(map(str, found))}), which one pair of bounds cannot fit. Test "
                f"the rows of each {name} apart, or give one bound per row."
            )


def _on_test_scale(frame: pd.DataFrame) -> Rows:
    estimate, std_error, df = (float_column(frame, name) for name in NEEDED)
    metric = frame["metric"].to_numpy(dtype=object) if "metric" in frame else np.full(len(frame), "", dtype=object)
    t = frame["statistic"].to_numpy(dtype=float) if "statistic" in frame else np.full(len(frame), np.nan)
    std_error = std_error * _rescaled(estimate, metric, lambda scale: scale.slope, otherwise=1.0)
    estimate = _rescaled(estimate, metric, lambda scale: scale.inward)
    corrected = np.isin(metric, CORRECTED)
    factor = np.ones(len(frame))
    if corrected.any():
        correction_df = np.where(
            metric == "smdh", frame["n"] - 2 if "n" in frame else df, df
        )  # smdh: Welch's df are others
        factor[corrected] = hedges_factor(correction_df[corrected])
    by_t = corrected | np.isin(metric, UNCORRECTED) | _as_well_known(metric, estimate, std_error, df, t)
    exact = by_t & np.isfinite(t)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_t = np.where(exact, estimate / factor / t, np.nan)
    for row in np.flatnonzero(exact & (t == 0)):
        per_t[row] = _worth_of_zero(frame.iloc[row])
    return Rows(frame, estimate, std_error, df, metric, t, per_t)


def _rescaled(values: np.ndarray, metric: np.ndarray, function: Callable, otherwise: float | None = None) -> np.ndarray:
    """Bring the rows of every metric that has a scale there, or back; the others stay, or become `otherwise`."""
    found = np.array(values, dtype=float) if otherwise is None else np.full(np.shape(values), otherwise)
    for name in set(metric) & set(SCALES):
        rows = metric == name
        with np.errstate(divide="ignore", invalid="ignore"):
            found[rows] = function(SCALES[name])(values[rows])
    return found


def _as_well_known(metric, estimate, std_error, df, t) -> np.ndarray:
    """Whether the SD of a model is known at least as well as the contrast's error, so that its noncentral t holds, (k,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = std_error**2 - np.where(t == 0, std_error, estimate / t) ** 2
    return np.isin(metric, OF_A_MODEL) & (beyond <= estimate**2 / (2 * df) + 1e-10 * std_error**2)


def _worth_of_zero(row: pd.Series) -> float:
    """A difference of exactly zero leaves no ratio to t; the limits of the row's own noncentral-t interval do."""
    if "; noncentral-t interval" not in str(row["method"]) or not np.isfinite(row["conf_high"]):
        return np.nan
    high = _rescaled(np.array([row["conf_high"]]), np.array([row["metric"]]), lambda scale: scale.inward)[0]
    return high / noncentrality_limits_t(0.0, row["df"], row["conf_level"])[1][0]


def _tails(rows: Rows, bound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P values against effect ≤ bound and against effect ≥ bound, (k,) each."""
    bound = rows.inward(bound)
    t = (rows.estimate - bound) / rows.std_error
    finite = np.where(np.isinf(rows.df), 1.0, rows.df)
    upper, lower = (np.where(np.isinf(rows.df), special.ndtr(x), special.stdtr(finite, x)) for x in (-t, t))
    exact = rows.exact & np.isfinite(bound)
    if exact.any():
        ncp = bound[exact] / rows.per_t[exact]
        lower[exact], upper[exact] = noncentral_t_tails(rows.t[exact], rows.df[exact], ncp)
    return upper, lower


def _with_tests(rows: Rows, bounds, p_values, verdict, alpha, name) -> pd.DataFrame:
    level = 1 - 2 * alpha
    low, high = t_limits(rows.estimate, rows.std_error, rows.df, level)
    exact = rows.exact
    if exact.any():
        limits = noncentrality_limits_t(rows.t[exact], rows.df[exact], level)
        low[exact], high[exact] = (limit * rows.per_t[exact] for limit in limits)
    earlier = rows.frame["method"].astype(str) + "; " if "method" in rows.frame else ""
    return rows.frame.assign(
        bound_low=bounds[0], bound_high=bounds[1], p_lower=p_values[0], p_upper=p_values[1], p_value=p_values[2],
        conf_level=level, conf_low=rows.outward(low), conf_high=rows.outward(high), verdict=verdict,
        method=earlier + pd.Series([f"{name}, {words}" for words in rows.words], index=rows.frame.index, dtype=object),
    )  # fmt: skip
