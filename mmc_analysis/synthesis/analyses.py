"""The analyses that a difference may have come from: degrees of freedom, adjustment for multiplicity, standard error."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.compatible import Evidence
from mmc_analysis.synthesis.printed import Printed
from mmc_analysis.synthesis.reported import Level, Result

CELLS = (3, 6)
COMPARISONS = 3
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
    """

    name: str
    df: float
    comparisons: int = 1
    se: Printed | None = None

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
        return [_given(str(name), value) for name, value in given.items()] or _none_given()
    printed = [] if result.df is None else [Analysis("test as printed", result.df)]
    if result.n and result.n_2:
        found = _of_two_groups(result)
    elif result.n:
        found = _of_one_group(result)
    else:
        found = []
    return [*printed, *found, Analysis("normal", np.inf)]


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
        for s_1, s_2 in _ends(first, second)
    ]
    apart = [np.sqrt(s_1**2 / n_1 + s_2**2 / n_2) for s_1, s_2 in _ends(first, second)]
    text = f"SDs {first.sd.text} and {second.sd.text}"
    v_1, v_2 = first.sd.middle**2 / n_1, second.sd.middle**2 / n_2
    welch_df = (v_1 + v_2) ** 2 / (v_1**2 / (n_1 - 1) + v_2**2 / (n_2 - 1))
    return [Analysis(STUDENT, df, se=Printed(*pooled, text)), Analysis(WELCH, welch_df, se=Printed(*apart, text))]


def _ends(first: Level, second: Level) -> list[tuple[float, float]]:
    return [(max(first.sd.low, 0.0), max(second.sd.low, 0.0)), (first.sd.high, second.sd.high)]
