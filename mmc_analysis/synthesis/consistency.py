"""Do the numbers that a paper reports fit together, and under which analysis?

Every printed number is taken as the range of numbers that would be rounded to it, so that "does not fit" means: no numbers
that could have been printed so agree. A verdict is about numbers, never about people: a misfit has many innocent causes,
another error term, an adjustment for multiplicity, a log scale, or a slip of the pen.
"""

import itertools
from collections.abc import Mapping

import pandas as pd

from mmc_analysis.effects.frames import check_level
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.synthesis.analyses import analyses_of
from mmc_analysis.synthesis.findings import (
    between_findings,
    common_findings,
    level_findings,
    own_findings,
    plus_minus_findings,
    standardiser_findings,
    statistic_findings,
)
from mmc_analysis.synthesis.plus_minus import compare_groups
from mmc_analysis.synthesis.printed import checked_alpha, participants, read_p, read_printed
from mmc_analysis.synthesis.reported import Level, Result, results_of, with_numbers

__all__ = ["check", "check_numbers", "compare_groups"]

PRINTED = ("ci_low", "ci_high", "p", "t", "F", "num_df", "df", "se", "sd", "plus_minus", "cohen_d", "r", "mean_1", "mean_2", "sd_1", "sd_2")  # fmt: skip
COLUMNS = (
    "study", "result", "check", "design", "df", "verdict", "df_low", "df_high", "se_low", "se_high", "sd_low", "sd_high", "r_low",
    "r_high", "computation", "sentence", "source_kind",
)  # fmt: skip
NOTHING = (
    "nothing among {what} can be checked: a difference with an interval, P, t or SE is needed, a statistic with its P, or a "
    "mean change with ± and n. See effects.published for what single numbers give."
)


@named_options
def check(
    study, *, n: int | None = None, designs: Mapping[str, float | tuple[float, int]] | None = None, alpha: float = 0.05
) -> pd.DataFrame:
    """Return whether the reported results of a study fit together.

    Parameters
    ----------
    study : Study or pandas.DataFrame
        A study with `reported` rows, or the rows themselves.
    n : int, optional
        Participants behind every result, where the rows do not say or are to be overruled.
    designs : mapping of str to float or (float, int), optional
        Names and degrees of freedom of the analyses to try, with the number of comparisons for which interval and P are
        adjusted by Bonferroni's rule. Otherwise: the df that is printed; a paired test (n - 1), for differences between
        conditions also with three comparisons (the pairs of three conditions), and an error term pooled over 3 or 6 cells,
        (n - 1)(cells - 1); for two groups a test of independent groups (n_1 + n_2 - 2, and Welch's where SDs are
        printed); the normal distribution.
    alpha : float
        What "not significant" means.

    Returns
    -------
    pandas.DataFrame
        One row per check. `check` is "own error" (difference, interval, P, t and SE of one result, per design), "df" (the
        degrees of freedom that fit, `df_low` to `df_high`), "common error" (can the differences of one outcome share one
        standard error, as in a model with a pooled error, per design and over all df), "standardiser" (what a printed
        Cohen's d can be), "levels" (means and SDs of what is compared, against the difference and its SD), "statistic"
        (t or F against its P) or "plus-minus" (SD or SE). `verdict` is "fits", "does not fit", "cannot tell" or
        "unlikely"; `se_low`, `se_high`, `sd_low`, `sd_high` (SD of the differences, or pooled SD of two groups) and
        `r_low`, `r_high` the ranges implied; `computation` and `sentence` say how and what. `source_kind` is "secondary"
        where a row rests on a secondary value.

    Raises
    ------
    EffectError
        If there are no reported rows, or nothing in them that can be checked.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": "s", "result": "pectoralis", "statistic": ["diff", "ci_low", "ci_high", "p"],
    ...                      "value": [9.0, 5.0, 13.0, 0.0002], "printed": ["9", "5", "13", "0.0002"]})
    >>> frame = check(rows, n=18)
    >>> frame.loc[frame["check"] == "own error", ["design", "verdict"]].values.tolist()[0]
    ['paired test', 'fits']
    """
    results = results_of(study, n, checked_alpha(alpha))
    rows = [row for result in results for row in _rows_of(result, designs)]
    rows += _common_rows(results, designs)
    rows += _between_rows(results)
    if not rows:
        raise EffectError(NOTHING.format(what="these rows"))
    return pd.DataFrame(rows)[list(COLUMNS)].assign(evidence=_evidence_of(study))


def check_numbers(
    difference=None, *, n: int | tuple[int, int] | None = None, designs: Mapping[str, float | tuple[float, int]] | None = None,
    conf_level: float = 0.95, alpha: float = 0.05, **printed,
) -> pd.DataFrame:  # fmt: skip
    """Check the printed numbers of one difference, or of one test statistic and its P value.

    Parameters
    ----------
    difference : str, optional
        As printed, with its decimals.
    n : int or (int, int), optional
        Participants of one group, or of two independent ones.
    designs : mapping, optional
        As in :func:`check`.
    conf_level : float
        Level of the interval.
    alpha : float
        What "ns" means.
    **printed : str
        As printed: ci_low, ci_high; p, also as "<0.05" or "ns"; t, or F with num_df; df (of t, or the denominator's); se; sd (of
        the differences); cohen_d; plus_minus (SD or SE, the paper does not say); r; mean_1, mean_2, sd_1, sd_2 of what is
        compared.

    Returns
    -------
    pandas.DataFrame
        The rows of :func:`check` for this result.

    Raises
    ------
    EffectError
        If nothing can be checked, a number cannot be read, or a size is not one.
    OptionError
        If a name is not among those above.

    Examples
    --------
    >>> frame = check_numbers("6", ci_low="3", ci_high="8", p="0.0001", n=18)
    >>> frame[["design", "verdict", "se_low", "se_high"]].round(2).values.tolist()[0]
    ['paired test', 'fits', 1.02, 1.22]
    >>> check_numbers(F="6.71", num_df="2", df="34", p="0.0035")["verdict"].tolist()
    ['fits', 'fits']
    """
    for name in printed:
        check_option("name of a printed number", name, PRINTED)
    if check_level(conf_level) is None:
        raise EffectError("conf_level must be the level of the printed interval, such as 0.95.")
    alpha = checked_alpha(alpha)
    numbers = {
        name: read_p(text, alpha) if name == "p" else read_printed(text)
        for name, text in {"diff": difference, **printed}.items()
        if text is not None
    }
    sizes = tuple(n) if isinstance(n, (tuple, list)) else (n, None)
    if len(sizes) != 2:
        raise EffectError(f"n={n!r}: give one number of participants, or two for two independent groups.")
    size, size_2 = (None if count is None else participants(count) for count in sizes)
    if size_2 and "sd" in numbers:
        raise EffectError("sd is the SD of the differences of pairs; for two groups give sd_1 and sd_2.")
    result = Result("", "printed numbers", "", (), size, n_2=size_2)
    levels = tuple(Level(numbers.pop(f"mean_{i}", None), numbers.pop(f"sd_{i}", None)) for i in (1, 2))
    rows = _rows_of(with_numbers(result, numbers, level=conf_level, of_change=True, levels=levels), designs)
    if not rows:
        raise EffectError(NOTHING.format(what="these numbers"))
    return pd.DataFrame(rows)[list(COLUMNS[1:-1])].assign(evidence="derived")


def _rows_of(result: Result, designs) -> list[dict]:
    findings = [
        *own_findings(result, analyses_of(result, designs)),
        *standardiser_findings(result),
        *level_findings(result),
        *statistic_findings(result),
        *plus_minus_findings(result),
    ]
    return [finding.row(result) for finding in findings]


def _common_rows(results: list[Result], designs) -> list[dict]:
    rows = []
    usable = [
        r for r in results if r.is_difference and r.evidence is not None and r.evidence.says_something and not r.n_2
    ]
    for key in dict.fromkeys(result.outcome_key for result in usable):
        together = [result for result in usable if result.outcome_key == key]
        if len(together) > 1:
            family = Result.family(together)
            rows += [finding.row(family) for finding in common_findings(together, analyses_of(family, designs))]
    return rows


def _between_rows(results: list[Result]) -> list[dict]:
    """Two groups with ± in the same outcome: what each reading makes of their difference."""
    usable = [result for result in results if result.spread is not None and result.mean is not None and result.n]
    rows = []
    for first, second in itertools.combinations(usable, 2):
        if first.outcome_key == second.outcome_key and first.group != second.group:
            rows += [finding.row(Result.pair(first, second)) for finding in between_findings(first, second)]
    return rows


def _evidence_of(study) -> str:
    reported = getattr(study, "reported", study)
    kinds = set(reported["evidence"].dropna().astype(str)) if "evidence" in reported else {"published"}
    return "synthetic" if "synthetic" in kinds else "derived"
