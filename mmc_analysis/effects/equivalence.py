"""Is the effect too small to matter, or larger than that? Two one-sided tests and their mirror image."""

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.controlled_changes import change_difference
from mmc_analysis.effects.frames import check_level, t_limits
from mmc_analysis.effects.noncentral import noncentral_t_tails, noncentrality_limits_t
from mmc_analysis.effects.raw import mean_change, mean_difference
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary, PrePostControl
from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options

STANDARDISED = frozenset(
    ("d_z", "g_z", "smcc", "d_av", "g_av", "d_rm", "g_rm", "smcr", "d_s", "g_s", "glass_delta", "g_ppc2")
)


@named_options
def tost(effect, low: float, high: float, *, alpha: float = 0.05) -> pd.DataFrame:
    """Test whether an effect lies between two bounds, by two one-sided tests (Schuirmann 1987).

    Parameters
    ----------
    effect : PairedSummary, IndependentSummary, PrePostControl or pandas.DataFrame
        Samples (their raw mean change or difference is tested), or a frame of estimates with `estimate`, `std_error`
        and `df`, such as a contrast of a mixed model with its Kenward-Roger degrees of freedom. Rows of a standardised
        metric that carry their t `statistic` are tested against the noncentral t.
    low, high : float or array_like, shape (k,)
        The smallest effects that would matter, in the units of the estimate.
    alpha : float
        Level of each one-sided test.

    Returns
    -------
    pandas.DataFrame
        The rows with `bound_low`, `bound_high`, `p_lower` (against effect ≤ low), `p_upper` (against effect ≥ high),
        `p_value` (the larger), the interval of level 1 - 2 alpha, and `verdict`: "equivalent" or "inconclusive".

    Raises
    ------
    EffectError
        If the bounds are not in order, or a row lacks a standard error or df.

    Examples
    --------
    >>> pair = PairedSummary(18, 51, 50, 8, 8, 0.9)
    >>> tost(pair, -4, 4)[["estimate", "conf_low", "conf_high", "p_value", "verdict"]].round(3).values.tolist()
    [[1.0, -0.467, 2.467, 0.001, 'equivalent']]
    """
    frame, low, high = _prepared(effect, low, high, alpha)
    above_low, _ = _tails(frame, low)
    _, below_high = _tails(frame, high)
    p_value = np.maximum(above_low, below_high)
    verdict = np.where(p_value < alpha, "equivalent", "inconclusive")
    return _with_tests(frame, (low, high), (above_low, below_high, p_value), verdict, 1 - 2 * alpha, "TOST")


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
    frame, low, high = _prepared(effect, low, high, alpha)
    _, below_low = _tails(frame, low)
    above_high, _ = _tails(frame, high)
    p_value = np.minimum(below_low, above_high)
    side = np.where(below_low < above_high, "below", "above")
    verdict = np.where(p_value < alpha, side, "inconclusive")
    return _with_tests(
        frame, (low, high), (below_low, above_high, p_value), verdict, 1 - 2 * alpha, "minimal-effect test"
    )


def _prepared(effect, low, high, alpha) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    if not isinstance(alpha, (int, float)) or not 0 < alpha < 0.5:
        raise EffectError(f"alpha={alpha!r} is not a fraction between 0 and 0.5.")
    frame = _as_estimates(effect)
    for name in ("estimate", "std_error", "df"):
        if name not in frame:
            raise EffectError(f"the frame has no column '{name}'. A test needs estimate, std_error and df.")
        if not np.isfinite(frame[name].to_numpy(dtype=float)).all() and name != "df":
            raise EffectError(
                f"'{name}' has an empty or infinite cell. An effect without a standard error cannot be tested."
            )
    if (frame["std_error"].to_numpy(dtype=float) <= 0).any() or not (frame["df"].to_numpy(dtype=float) > 0).all():
        raise EffectError("std_error and df must be above zero in every row.")
    try:
        low, high = (np.broadcast_to(np.asarray(b, dtype=float), (len(frame),)).copy() for b in (low, high))
    except (TypeError, ValueError) as found:
        raise EffectError(
            f"the bounds must be numbers, one for all rows or one per row ({len(frame)}): {found}."
        ) from found
    if not (low < high).all():
        raise EffectError(
            f"the lower bound must be below the upper one, but got low={low[~(low < high)][0]:g}, "
            f"high={high[~(low < high)][0]:g}. Write both with their sign, such as low=-3, high=3."
        )
    return frame, low, high


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


def _tails(frame: pd.DataFrame, bound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P values against effect ≤ bound and against effect ≥ bound, (k,) each."""
    estimate, std_error, df = (frame[name].to_numpy(dtype=float) for name in ("estimate", "std_error", "df"))
    per_t = _units_per_t(frame)
    exact = np.isfinite(per_t)
    upper, lower = _student((estimate - bound) / std_error, df)
    if exact.any():
        t = frame["statistic"].to_numpy(dtype=float)[exact]
        lower[exact], upper[exact] = noncentral_t_tails(t, df[exact], bound[exact] / per_t[exact])
    return upper, lower


def _student(t: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    finite = np.where(np.isinf(df), 1.0, df)
    upper = np.where(np.isinf(df), special.ndtr(-t), special.stdtr(finite, -t))
    return upper, np.where(np.isinf(df), special.ndtr(t), special.stdtr(finite, t))


def _units_per_t(frame: pd.DataFrame) -> np.ndarray:
    """How much of a standardised effect one unit of t is worth, (k,); NaN where the noncentral t does not apply."""
    per_t = np.full(len(frame), np.nan)
    if not {"metric", "statistic"} <= set(frame.columns):
        return per_t
    rows = np.flatnonzero(frame["metric"].isin(STANDARDISED).to_numpy() & frame["statistic"].notna().to_numpy())
    estimate, statistic = (frame[name].to_numpy(dtype=float) for name in ("estimate", "statistic"))
    for row in rows:
        if statistic[row] != 0:
            per_t[row] = estimate[row] / statistic[row]
        elif "noncentral-t interval" in str(frame["method"].iloc[row]):
            edge = noncentrality_limits_t(0.0, frame["df"].iloc[row], frame["conf_level"].iloc[row])[1][0]
            per_t[row] = frame["conf_high"].iloc[row] / edge
    return per_t


def _with_tests(frame, bounds, p_values, verdict, conf_level, name) -> pd.DataFrame:
    check_level(conf_level)
    estimate, std_error, df = (frame[column].to_numpy(dtype=float) for column in ("estimate", "std_error", "df"))
    low, high = t_limits(estimate, std_error, df, conf_level)
    per_t = _units_per_t(frame)
    exact = np.isfinite(per_t)
    if exact.any():
        limits = noncentrality_limits_t(frame["statistic"].to_numpy(dtype=float)[exact], df[exact], conf_level)
        low[exact], high[exact] = (limit * per_t[exact] for limit in limits)
    reference = np.where(exact, "noncentral t", "t")
    earlier = frame["method"].astype(str) + "; " if "method" in frame else ""
    return frame.assign(
        bound_low=bounds[0], bound_high=bounds[1], p_lower=p_values[0], p_upper=p_values[1], p_value=p_values[2],
        conf_level=conf_level, conf_low=low, conf_high=high, verdict=verdict,
        method=earlier + pd.Series(f"{name}, " + reference.astype(object), index=frame.index),
    )  # fmt: skip
