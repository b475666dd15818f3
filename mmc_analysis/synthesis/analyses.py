"""The analyses that a difference may have come from: degrees of freedom, adjustment for multiplicity, standard error."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.compatible import Evidence
from mmc_analysis.synthesis.printed import Printed, df_range
from mmc_analysis.synthesis.reported import Result

CELLS = (3, 6)
COMPARISONS = 3
DF_STEPS = 33
PAIRED = "paired test"
STUDENT = "independent groups, equal variances"
WELCH = "independent groups, unequal variances"


@dataclass(frozen=True)
class Analysis:
    """A way a difference may have been analysed.

    Attributes
    ----------
    name : str
    df : float
        Degrees of freedom of the test.
    comparisons : int
        Number of comparisons for which interval and P are adjusted by Bonferroni's rule; 1 if they are not.
    se : Printed or None
        The standard error that printed SDs and sizes give under this analysis, where they do.
    df_low, df_high : float or None
        What the df may be where it, or the SDs that it comes from, were rounded.
    """

    name: str
    df: float
    comparisons: int = 1
    se: Printed | None = None
    df_low: float | None = None
    df_high: float | None = None

    @property
    def possible_df(self) -> np.ndarray:
        """A grid of what the df may be, (m,)."""
        return (
            np.array([self.df])
            if self.df_low in (None, self.df_high)
            else np.linspace(self.df_low, self.df_high, DF_STEPS)
        )

    def seen_by(self, evidence: Evidence) -> Evidence:
        """Return the evidence as this analysis means it: unadjusted level and P, and the standard error that it implies."""
        m, p = self.comparisons, evidence.p
        if p is not None and m > 1:
            p = Printed(p.low / m, 1.0 if p.high >= 1 else p.high / m, p.text)
        return replace(evidence, p=p, level=1 - (1 - evidence.level) / m, se=evidence.se or self.se)


def analyses_of(result: Result, given: Mapping | None) -> list[Analysis]:
    """Return the analyses to try for a result: those given, or those that its sizes and printed df allow.

    Raises
    ------
    EffectError
        If an analysis that is given has no df above zero.
    """
    if given is not None:
        if not isinstance(given, Mapping):
            raise EffectError(
                f"designs={given!r}: give names with degrees of freedom, such as {{'mixed model': 31.4}}."
            )
        return [_given(str(name), value) for name, value in given.items()] or _none_given()
    printed = [] if result.df is None else [_as_printed(result.df)]
    if result.n and result.n_2:
        found = _of_two_groups(result)
    elif result.n:
        found = _of_one_group(result)
    else:
        found = []
    return [*printed, *found, Analysis("normal", np.inf)]


def _as_printed(df: Printed) -> Analysis:
    low, high = df_range(df)
    return Analysis("test as printed", df.middle, df_low=low, df_high=high)


def _given(name: str, value) -> Analysis:
    try:
        df, comparisons = (float(value), 1) if np.ndim(value) == 0 else (float(value[0]), int(value[1]))
    except (TypeError, ValueError, IndexError) as fault:
        raise EffectError(
            f"designs: {name!r}: {value!r} is no df, and no pair of df and number of comparisons. Write 17, or (17, 3)."
        ) from fault
    if not df > 0 or comparisons < 1:
        raise EffectError(
            f"designs: {name!r}: {value!r}. Give degrees of freedom above zero, and 1 comparison or more."
        )
    return Analysis(name, df, comparisons)


def _none_given() -> list[Analysis]:
    raise EffectError("designs is empty. Give names with degrees of freedom above zero, such as {'mixed model': 31.4}.")


def _of_one_group(result: Result) -> list[Analysis]:
    df = result.n - 1.0
    if not result.is_difference:
        return [Analysis(PAIRED, df)]
    adjusted = Analysis(f"{PAIRED}, Bonferroni for {COMPARISONS} comparisons", df, COMPARISONS)
    return [Analysis(PAIRED, df), adjusted, *(Analysis(f"error pooled over {c} cells", df * (c - 1)) for c in CELLS)]


def _of_two_groups(result: Result) -> list[Analysis]:
    n_1, n_2 = result.n, result.n_2
    df = n_1 + n_2 - 2.0
    first, second = result.first, result.second
    if first.sd is None or second.sd is None:
        return [Analysis(STUDENT, df)]
    pooled = [
        np.sqrt(((n_1 - 1) * s_1**2 + (n_2 - 1) * s_2**2) / df * (1 / n_1 + 1 / n_2))
        for s_1, s_2 in ends_of(first.sd, second.sd)
    ]
    apart = [np.sqrt(s_1**2 / n_1 + s_2**2 / n_2) for s_1, s_2 in ends_of(first.sd, second.sd)]
    text = f"SDs {first.sd.text} and {second.sd.text}"
    apart_se = Printed(*apart, text)
    middle = _welch_df(first.sd.middle**2 / n_1, second.sd.middle**2 / n_2, n_1, n_2)
    low, high = _welch_range(first.sd, second.sd, n_1, n_2)
    return [
        Analysis(STUDENT, df, se=Printed(*pooled, text)),
        Analysis(WELCH, middle, se=apart_se, df_low=low, df_high=high),
    ]


def _welch_df(v_1: float, v_2: float, n_1: int, n_2: int) -> float:
    return (v_1 + v_2) ** 2 / (v_1**2 / (n_1 - 1) + v_2**2 / (n_2 - 1))


def _welch_range(sd_1: Printed, sd_2: Printed, n_1: int, n_2: int) -> tuple[float, float]:
    """The range of Welch's df: it depends on the ratio of the variances, and is largest, n_1 + n_2 - 2, at one ratio."""
    extremes = [(max(sd_1.low, 0.0), sd_2.high), (sd_1.high, max(sd_2.low, 0.0))]
    shares = [(s_1**2 / n_1, s_2**2 / n_2) for s_1, s_2 in extremes]
    ends = [_welch_df(*share, n_1, n_2) for share in shares]
    (a, b), (c, d) = shares
    inside = a * (n_2 - 1) <= b * (n_1 - 1) and c * (n_2 - 1) >= d * (n_1 - 1)
    return min(ends), n_1 + n_2 - 2.0 if inside else max(ends)


def ends_of(first: Printed, second: Printed) -> list[tuple[float, float]]:
    """Return the smallest and the largest SDs that would be printed so, as two pairs.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> ends_of(read_printed("0"), read_printed("2"))
    [(0.0, 1.5), (0.5, 2.5)]
    """
    return [(max(first.low, 0.0), max(second.low, 0.0)), (first.high, second.high)]
