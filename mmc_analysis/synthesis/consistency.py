"""Do the numbers that a paper reports fit together, and under which analysis?

Every printed number is taken as the range of numbers that would be rounded to it, so that "does not fit" means: no numbers
that could have been printed so agree. A verdict is about numbers, never about people: a misfit has many innocent causes,
another error term, an adjustment for multiplicity, a log scale, or a slip of the pen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import t_quantile
from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options
from mmc_analysis.synthesis.compatible import DF_GRID, Evidence, common_se, fitting_df, se_range
from mmc_analysis.synthesis.plus_minus import Group, compare_groups, one_sample, two_groups
from mmc_analysis.synthesis.printed import Printed, read_printed
from mmc_analysis.synthesis.reported import Result, results_of

__all__ = ["check", "check_numbers", "compare_groups"]

CELLS = (3, 6)
PAIRED = "paired test"


@dataclass(frozen=True)
class Design:
    """A way the difference may have been analysed: a name and its degrees of freedom."""

    name: str
    df: float


@named_options
def check(
    study, *, n: int | None = None, designs: Mapping[str, float] | None = None, alpha: float = 0.05
) -> pd.DataFrame:
    """Return whether the reported results of a study fit together.

    Parameters
    ----------
    study : Study or pandas.DataFrame
        A study with `reported` rows, or the rows themselves.
    n : int, optional
        Participants behind every result, where the rows do not say or are to be overruled.
    designs : mapping of str to float, optional
        Names and degrees of freedom of the analyses to try. Otherwise: a paired test (n - 1), a repeated-measures analysis
        with an error term pooled over 3 or 6 cells ((n - 1)(cells - 1), for differences between conditions), and the normal
        distribution.
    alpha : float
        What "not significant" means.

    Returns
    -------
    pandas.DataFrame
        One row per check. `check` is "own error" (difference, interval, P, t and SE of one result, per design), "df" (all
        degrees of freedom that fit), "common error" (can the differences of one outcome share one standard error, as in
        a model with a pooled error, per design and over all df), "standardiser" (what a printed Cohen's d can be),
        or "plus-minus" (SD or SE). `verdict` is "fits", "does not fit", "cannot tell" or "unlikely"; `se_low`, `se_high`,
        `sd_low`, `sd_high` (SD of the differences) and `r_low`, `r_high` the ranges implied; `computation` and `sentence` say how
        and what. `source_kind` is "secondary" where a row rests on a secondary value.

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
    results = results_of(study, n, alpha)
    rows = []
    for result in results:
        rows += _own_rows(result, designs)
        rows += _standardiser_rows(result)
        rows += _plus_minus_rows(result)
    rows += _common_rows(results, designs)
    rows += _between_rows(results)
    if not rows:
        raise EffectError(
            "nothing among these rows can be checked: a difference with an interval, P, t or SE is needed, or a mean change "
            "with ± and n. See effects.published for what single numbers give."
        )
    order = [
        "study",
        "result",
        "check",
        "design",
        "df",
        "verdict",
        "se_low",
        "se_high",
        "sd_low",
        "sd_high",
        "r_low",
        "r_high",
    ]
    frame = pd.DataFrame(rows).reindex(columns=[*order, "computation", "sentence", "source_kind"])
    return frame.assign(evidence=[_evidence_of(study, row) for row in rows])


@named_options
def check_numbers(
    difference: str, *, df: float | None = None, ci_low: str | None = None, ci_high: str | None = None, p: str | None = None,
    t: str | None = None, se: str | None = None, conf_level: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """Check the printed numbers of one difference.

    Parameters
    ----------
    difference, ci_low, ci_high, p, t, se : str
        As printed, with their decimals; P also as "<0.05".
    df : float, optional
        Degrees of freedom; without it, all that fit are found.
    conf_level : float
        Level of the interval.

    Returns
    -------
    pandas.DataFrame
        One row: `verdict`, `df` (as given, or NaN), `df_low` and `df_high` (that fit), `se_low` and `se_high`, `sentence`.

    Raises
    ------
    EffectError
        If only the difference is given, or a number cannot be read.

    Examples
    --------
    >>> check_numbers("6", ci_low="3", ci_high="8", p="0.0001", df=17)[["verdict", "se_low", "se_high"]].round(2).values.tolist()
    [['fits', 1.02, 1.22]]
    """
    evidence = Evidence(
        read_printed(difference), *(None if x is None else read_printed(x) for x in (ci_low, ci_high)),
        None if p is None else read_printed(p, upper=1.0), *(None if x is None else read_printed(x) for x in (t, se)),
        level=conf_level,
    )  # fmt: skip
    if not evidence.says_something:
        raise EffectError("a difference alone cannot be checked; give its interval, P, t or standard error too.")
    fits = fitting_df(evidence)
    low, high = se_range(evidence, DF_GRID if df is None else df)
    fitted = ~np.isnan(low)
    verdict = "fits" if fitted.any() else "does not fit"
    limits = (np.nan, np.nan) if not fitted.any() else (np.nanmin(low), np.nanmax(high))
    return pd.DataFrame([{
        "verdict": verdict, "df": np.nan if df is None else float(df), "df_low": fits.min() if fits.size else np.nan,
        "df_high": fits.max() if fits.size else np.nan, "se_low": limits[0], "se_high": limits[1],
        "sentence": _df_sentence(_words(evidence), fits),
    }])  # fmt: skip


def _own_rows(result: Result, designs) -> list[dict]:
    if result.evidence is None or not result.evidence.says_something:
        return []
    rows, words = [], _words(result.evidence)
    for design in _designs(result, designs):
        low, high = (float(edge[0]) for edge in se_range(result.evidence, design.df))
        fits = np.isfinite(low)
        root = np.sqrt(result.n) if result.n else np.nan
        sentence = f"{words} {'fit' if fits else 'do not fit'} {_article(design)}."
        sds = (low * root, high * root) if design.name == PAIRED else (np.nan, np.nan)
        if fits:
            spread = f", the SD of the differences {_range(*sds)}" if np.isfinite(sds[0]) else ""
            sentence += f" The standard error is then {_range(low, high)}{spread}."
        rows.append(_row(result, "own error", design.name, design.df, "fits" if fits else "does not fit", low, high, *sds,
                         f"SE from interval, P and t by elimination of the difference, t quantile {_critical(result, design):.4g}",
                         sentence))  # fmt: skip
    df = fitting_df(result.evidence)
    rows.append(_row(result, "df", "any df", np.nan, "fits" if df.size else "does not fit", computation="df from 1 to infinity tried",
                     sentence=_df_sentence(words, df)))  # fmt: skip
    return rows


def _standardiser_rows(result: Result) -> list[dict]:
    """A printed d as d_z, in the SD of the differences, and as d_av, in the SD between participants."""
    d, evidence = result.cohen_d, result.evidence
    if d is None or evidence is None or not result.n or max(abs(d.low), abs(d.high)) == 0:
        return []
    df, root = float(result.n - 1), np.sqrt(result.n)
    as_t = Printed(
        abs(d.middle) * root - (d.high - d.low) / 2 * root, abs(d.middle) * root + (d.high - d.low) / 2 * root, d.text
    )
    low, high = (float(edge[0]) for edge in se_range(Evidence(evidence.difference, evidence.low, evidence.high, evidence.p, as_t,
                                                               evidence.se, evidence.level), df))  # fmt: skip
    fits = np.isfinite(low)
    first = _row(result, "standardiser", "d_z, paired test", df, "fits" if fits else "does not fit", low, high, low * root, high * root,
                 f"t = d √n in [{as_t.low:.3g}, {as_t.high:.3g}]",
                 f"d = {d.text} {'can' if fits else 'cannot'} be the difference over the SD of the differences.")  # fmt: skip
    between = _between_sd(evidence.difference, d)
    change = [float(edge[0]) * root for edge in se_range(evidence, df)]
    if not evidence.says_something or not np.isfinite(change[0]):
        return [first]
    # r = 1 - SD_change²/(2 SD²), equal SDs assumed
    r = 1 - change[1] ** 2 / (2 * between[0] ** 2), 1 - change[0] ** 2 / (2 * between[1] ** 2)
    possible = r[1] > -1
    sentence = (f"If d = {d.text} is in units of the SD between participants, that SD is {between[0]:.3g} to {between[1]:.3g} and, "
                f"with a paired test, the correlation of the conditions {max(r[0], -1):.2f} to {r[1]:.2f}.")  # fmt: skip
    second = _row(result, "standardiser", "d_av, paired test", df, "fits" if possible else "does not fit", change[0] / root,
                  change[1] / root, *change, "SD = difference / d; r = 1 - SD_change²/(2 SD²), equal SDs", sentence,
                  r_low=max(r[0], -1.0), r_high=r[1])  # fmt: skip
    return [first, second]


def _between_sd(difference: Printed, d: Printed) -> tuple[float, float]:
    sizes = sorted((abs(difference.low), abs(difference.high)))
    ds = sorted((abs(d.low), abs(d.high)))
    return sizes[0] / ds[1], sizes[1] / max(ds[0], 1e-300)


def _plus_minus_rows(result: Result) -> list[dict]:
    if result.spread is None or result.mean is None or not result.n or not result.is_change:
        return []
    frame = one_sample(Group(result.mean, result.spread, result.n), result.evidence.p if result.evidence else None)
    return [
        _reading_row(result, reading, f"± read as {reading['reading'].upper()}") for reading in frame.to_dict("records")
    ]


def _between_rows(results: list[Result]) -> list[dict]:
    """Two groups with ± in the same outcome: what each reading makes of their difference."""
    rows = []
    usable = [r for r in results if r.spread is not None and r.mean is not None and r.n]
    for i, first in enumerate(usable):
        for second in usable[i + 1 :]:
            if first.outcome_key != second.outcome_key or first.group == second.group:
                continue
            frame = two_groups(
                Group(first.mean, first.spread, first.n), Group(second.mean, second.spread, second.n), None
            )
            pair = Result.pair(first, second)
            rows += [_reading_row(pair, reading, f"± read as {reading['reading'].upper()}, groups compared")
                     for reading in frame.to_dict("records")]  # fmt: skip
    return rows


def _reading_row(result: Result, reading: dict, design: str) -> dict:
    return _row(result, "plus-minus", design, reading["df"], reading["verdict"], computation=reading["computation"],
                sentence=reading["sentence"])  # fmt: skip


def _common_rows(results: list[Result], designs) -> list[dict]:
    rows = []
    usable = [r for r in results if r.is_difference and r.evidence is not None and r.evidence.says_something]
    for key in dict.fromkeys(r.outcome_key for r in usable):
        together = [r for r in usable if r.outcome_key == key]
        if len(together) < 2:
            continue
        family, evidences = Result.family(together), [r.evidence for r in together]
        names = ", ".join(r.result for r in together)
        for design in _designs(family, designs):
            low, high = (float(edge[0]) for edge in common_se(evidences, design.df))
            fits = np.isfinite(low)
            sentence = f"{names} {'can' if fits else 'cannot'} share one standard error under {_article(design)}"
            sentence += f": it would be {_range(low, high)}." if fits else "."
            rows.append(_row(family, "common error", design.name, design.df, "fits" if fits else "does not fit", low, high,
                             computation="ranges of SE of all differences intersected", sentence=sentence))  # fmt: skip
        low, _ = common_se(evidences, DF_GRID)
        df = DF_GRID[~np.isnan(low)]
        said = (
            f"{names} can share one standard error {_df_words(df)}."
            if df.size
            else f"{names} cannot share one standard error at any df."
        )
        rows.append(_row(family, "common error", "any df", np.nan, "fits" if df.size else "does not fit",
                         computation="df from 1 to infinity tried", sentence=said))  # fmt: skip
    return rows


def _designs(result: Result, designs) -> list[Design]:
    if designs is not None:
        chosen = [Design(str(name), float(df)) for name, df in designs.items()]
        if not chosen or any(not design.df > 0 for design in chosen):
            raise EffectError(f"designs={dict(designs)!r}: give names with degrees of freedom above zero.")
        return chosen
    if not result.n:
        return [Design("normal", np.inf)]
    pooled = [Design(f"error pooled over {c} cells", (result.n - 1) * (c - 1.0)) for c in CELLS if result.is_difference]
    return [Design(PAIRED, result.n - 1.0), *pooled, Design("normal", np.inf)]


def _row(result: Result, check_name, design, df, verdict, se_low=np.nan, se_high=np.nan, sd_low=np.nan, sd_high=np.nan,
         computation="", sentence="", r_low=np.nan, r_high=np.nan) -> dict:  # fmt: skip
    return {"study": result.study, "result": result.result, "check": check_name, "design": design, "df": df, "verdict": verdict,
            "se_low": se_low, "se_high": se_high, "sd_low": sd_low, "sd_high": sd_high, "r_low": r_low, "r_high": r_high,
            "computation": computation, "sentence": sentence, "source_kind": result.source_kind}  # fmt: skip


def _words(evidence: Evidence) -> str:
    parts = [f"difference {evidence.difference.text}"]
    if evidence.low is not None and evidence.high is not None:
        parts.append(f"{evidence.level:.0%} interval {evidence.low.text} to {evidence.high.text}")
    for name, part in (("P", evidence.p), ("t", evidence.t), ("SE", evidence.se)):
        if part is not None:
            parts.append(f"{name} {part.text}")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _df_sentence(words: str, df: np.ndarray) -> str:
    return f"{words} fit together {_df_words(df)}." if df.size else f"{words} do not fit together at any df."


def _df_words(df: np.ndarray) -> str:
    if df.size == DF_GRID.size:
        return "at any df"
    if df.max() == df.min():
        return f"at df = {df.min():g} only"
    return f"from df = {df.min():g} upwards" if np.isinf(df.max()) else f"for df from {df.min():g} to {df.max():g}"


def _article(design: Design) -> str:
    if np.isinf(design.df) and design.name == "normal":
        return "a normal interval and test"
    article = "an" if design.name[:1].lower() in "aeiou" else "a"
    return f"{article} {design.name} (df {design.df:g})"


def _range(low: float, high: float) -> str:
    if np.isinf(high):
        return f"at least {low:.3g}"
    return f"at most {high:.3g}" if low == 0 else f"between {low:.3g} and {high:.3g}"


def _critical(result: Result, design: Design) -> float:
    return float(t_quantile((1 + result.evidence.level) / 2, design.df))


def _evidence_of(study, row: dict) -> str:
    reported = getattr(study, "reported", study)
    kinds = set(reported["evidence"].dropna().astype(str)) if "evidence" in reported else {"published"}
    return "synthetic" if "synthetic" in kinds else "derived"
