"""Is "±" a standard deviation or a standard error? What each reading would imply, and whether anything printed decides."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import two_sided_p
from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options
from mmc_analysis.synthesis.printed import Printed, checked_alpha, participants, read_p, read_printed

READINGS = ("sd", "se")
UNLIKELY_D = 3.0


@dataclass(frozen=True)
class Group:
    """A printed mean with what stands behind "±".

    Attributes
    ----------
    mean, spread : Printed
    n : int
    """

    mean: Printed
    spread: Printed
    n: int


@named_options
def compare_groups(
    mean_1, spread_1, n_1: int, mean_2, spread_2, n_2: int, *, p=None, alpha: float = 0.05
) -> pd.DataFrame:
    """Compare two printed means with "±" under both readings, and with the printed P value.

    Parameters
    ----------
    mean_1, spread_1, mean_2, spread_2 : str
        As printed, with their decimals.
    n_1, n_2 : int
        Participants.
    p : str, optional
        Printed P value of the comparison, such as "0.31", "<0.05" or "ns".
    alpha : float
        What "ns" means.

    Returns
    -------
    pandas.DataFrame
        A row per reading ("sd", "se"): the ranges that rounding allows of t (`t_low`, `t_high`), of P (`p_low`, `p_high`)
        and of Cohen's d (`d_low`, `d_high`, by size), `verdict` ("fits", "does not fit" or "cannot tell"; "unlikely" where
        no P is printed and the reading implies |d| of 3 or more), `computation` and `sentence`.

    Raises
    ------
    EffectError
        If a number cannot be read, a spread is not above zero or a group has fewer than 2 participants.

    Examples
    --------
    >>> frame = compare_groups("6.8", "2.6", 18, "6.5", "3.0", 18, p="0.31")
    >>> frame[["reading", "verdict"]].values.tolist()
    [['sd', 'does not fit'], ['se', 'does not fit']]
    """
    first = Group(read_printed(mean_1), read_printed(spread_1), participants(n_1))
    second = Group(read_printed(mean_2), read_printed(spread_2), participants(n_2))
    return two_groups(first, second, None if p is None else read_p(p, checked_alpha(alpha)))


def two_groups(first: Group, second: Group, p: Printed | None) -> pd.DataFrame:
    """Return the rows of :func:`compare_groups` for numbers already read."""
    for group in (first, second):
        if group.spread.high <= 0:
            raise EffectError(f"the spread {group.spread.text!r} must be above zero.")
    rows = [_reading(first, second, p, reading) for reading in READINGS]
    return pd.DataFrame(rows)


def _reading(first: Group, second: Group, p: Printed | None, reading: str) -> dict:
    difference = first.mean.low - second.mean.high, first.mean.high - second.mean.low
    (low_1, high_1), (low_2, high_2) = (_sds(group, reading) for group in (first, second))
    df = first.n + second.n - 2
    pooled = [
        np.sqrt(((first.n - 1) * s_1**2 + (second.n - 1) * s_2**2) / df)
        for s_1, s_2 in ((low_1, low_2), (high_1, high_2))
    ]
    root = np.sqrt(1 / first.n + 1 / second.n)
    named = "standard deviations" if reading == "sd" else "standard errors"
    return {"reading": reading, **_implied(difference, pooled, root, df, p, (named, "d = difference / pooled SD"))}


def _implied(difference, sd, root: float, df: int, p: Printed | None, words: tuple[str, str]) -> dict:
    """What a range of differences and one of SDs make of d, of t = d / root and of P; `words` name the reading and d."""
    smallest = 0.0 if difference[0] <= 0 <= difference[1] else min(map(abs, difference))
    d = smallest / sd[1], max(map(abs, difference)) / max(sd[0], 1e-300)
    t = d[0] / root, d[1] / root
    p_low, p_high = (float(two_sided_p(value, df)) for value in reversed(t))
    verdict = _verdict(p, p_low, p_high, d[0])
    computation = f"{words[1]} in [{d[0]:.3g}, {d[1]:.3g}], t({df}) in [{t[0]:.3g}, {t[1]:.3g}]"
    return {"t_low": t[0], "t_high": t[1], "p_low": p_low, "p_high": p_high, "d_low": d[0], "d_high": d[1], "df": float(df),
            "verdict": verdict, "computation": computation, "sentence": _sentence(words[0], p, p_low, p_high, d, verdict)}  # fmt: skip


def _sds(group: Group, reading: str) -> tuple[float, float]:
    factor = 1.0 if reading == "sd" else np.sqrt(group.n)
    return max(group.spread.low, 0.0) * factor, group.spread.high * factor


def _verdict(p: Printed | None, p_low: float, p_high: float, smallest_d: float) -> str:
    if p is not None:
        return "fits" if p_low <= p.high and p_high >= p.low else "does not fit"
    return "unlikely" if smallest_d >= UNLIKELY_D else "cannot tell"


def _sentence(named: str, p: Printed | None, p_low: float, p_high: float, d: tuple, verdict: str) -> str:
    implied = (f"Read as {named}, ± gives P between {p_low:.2g} and {p_high:.2g} and an effect of {d[0]:.3g} to {d[1]:.3g} "
               "standard deviations")  # fmt: skip
    if p is not None:
        return f"{implied}; the printed P ({p.text}) {'agrees' if verdict == 'fits' else 'does not agree'}."
    if verdict == "unlikely":
        return f"{implied}, a size hardly ever seen: an unlikely reading."
    return f"{implied}; nothing printed decides."


def one_sample(group: Group, p: Printed | None) -> pd.DataFrame:
    """Return, per reading, what a mean change with "±" implies of its own test against no change.

    Examples
    --------
    >>> change = Group(read_printed("-45.1"), read_printed("5.0"), 15)
    >>> one_sample(change, None)[["reading", "d_low", "verdict"]].round(2).values.tolist()
    [['sd', 8.92, 'unlikely'], ['se', 2.3, 'cannot tell']]
    """
    rows = []
    for reading in READINGS:
        named = "a standard deviation" if reading == "sd" else "a standard error"
        implied = _implied((group.mean.low, group.mean.high), _sds(group, reading), 1 / np.sqrt(group.n), group.n - 1, p,
                           (named, "d_z = mean / SD"))  # fmt: skip
        rows.append({"reading": reading, **implied})
    return pd.DataFrame(rows)
