"""What each check says of a printed result: one finding per analysis."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from mmc_analysis.effects.frames import t_quantile
from mmc_analysis.synthesis.analyses import PAIRED, STUDENT, Analysis, ends_of
from mmc_analysis.synthesis.compatible import (
    DF_GRID,
    Evidence,
    common_df,
    common_se,
    fitting_df,
    se_range,
    where_fitting,
)
from mmc_analysis.synthesis.implied import Range, implied_r, printed_difference, sd_between
from mmc_analysis.synthesis.plus_minus import Group, one_sample, two_groups
from mmc_analysis.synthesis.printed import Printed, df_range
from mmc_analysis.synthesis.reported import Omnibus, Result
from mmc_analysis.synthesis.wording import df_sentence, df_words, named_analysis, range_words, words_of

NOWHERE: Range = (np.nan, np.nan)
STEPS = 9
OWN, DF, STANDARDISER, LEVELS = "own error", "df", "standardiser", "levels"
STATISTIC, PLUS_MINUS, COMMON = "statistic", "plus-minus", "common error"


@dataclass(frozen=True)
class Finding:
    """One check of one result under one analysis.

    Attributes
    ----------
    check, design, verdict, computation, sentence : str
    df : float
    df_range, se, sd, r : (float, float)
        Ranges implied; NaN where the check says nothing of them.
    """

    check: str
    design: str
    verdict: str
    computation: str
    sentence: str
    df: float = np.nan
    df_range: Range = NOWHERE
    se: Range = NOWHERE
    sd: Range = NOWHERE
    r: Range = NOWHERE

    def row(self, result: Result) -> dict:
        """Return the finding as a row of the frame of checks."""
        ranges = {f"{name}_{end}": edge for name, ends in (("df", self.df_range), ("se", self.se), ("sd", self.sd), ("r", self.r))
                  for end, edge in zip(("low", "high"), ends, strict=True)}  # fmt: skip
        return {"study": result.study, "result": result.result, "check": self.check, "design": self.design, "df": self.df,
                "verdict": self.verdict, **ranges, "computation": self.computation, "sentence": self.sentence,
                "source_kind": result.source_kind}  # fmt: skip


def verdict_of(fits: bool) -> str:
    """Return the word for it."""
    return "fits" if fits else "does not fit"


def own_findings(result: Result, analyses: list[Analysis]) -> list[Finding]:
    """Whether difference, interval, P, t and standard error of one result agree, per analysis and at any df."""
    if result.evidence is None:
        return []
    findings, words = [], words_of(result.evidence)
    for analysis in analyses:
        seen = analysis.seen_by(result.evidence)
        if not seen.says_something:
            continue
        se, sd = _se_at(seen, analysis.possible_df), NOWHERE
        fits, per_sd = np.isfinite(se[0]), _per_sd(result, analysis)
        said = words if seen.se is result.evidence.se else f"{words}, {seen.se.text}"
        sentence = f"{said} {'fit' if fits else 'do not fit'} {named_analysis(analysis)}."
        if fits:
            sentence += f" The standard error is then {range_words(*se)}"
            if per_sd:
                sd = se[0] * per_sd, se[1] * per_sd
                sentence += f", the {'SD of the differences' if not result.n_2 else 'pooled SD'} {range_words(*sd)}"
            sentence += "."
        quantile = float(t_quantile((1 + seen.level) / 2, analysis.df))
        computation = f"SE from interval, P and t by elimination of the difference, t quantile {quantile:.4g}"
        findings.append(Finding(OWN, analysis.name, verdict_of(fits), computation, sentence, analysis.df, se=se, sd=sd))
    if not result.evidence.says_something:
        return findings
    df = fitting_df(result.evidence)
    return [*findings, Finding(DF, "any df", verdict_of(df.size > 0), "df from 1 to infinity tried", df_sentence(words, df),
                               df_range=_ends(df))]  # fmt: skip


def _se(evidence: Evidence, df: float) -> Range:
    low, high = se_range(evidence, df)
    return float(low[0]), float(high[0])


def _se_at(evidence: Evidence, df: np.ndarray) -> Range:
    """The range over all df, (m,), or between them, at which the numbers agree."""
    fitting = fitting_df(evidence, df)
    if not fitting.size:
        return NOWHERE
    low, high = se_range(evidence, fitting)
    return float(low.min()), float(high.max())


def _per_sd(result: Result, analysis: Analysis) -> float | None:
    """What one unit of standard error is of the SD of differences, or of the pooled SD of two groups."""
    if result.n and result.n_2:
        return 1 / np.sqrt(1 / result.n + 1 / result.n_2) if analysis.name == STUDENT else None
    return np.sqrt(result.n) if result.n and analysis.name.startswith(PAIRED) else None


def _ends(df: np.ndarray) -> Range:
    return (float(df.min()), float(df.max())) if df.size else NOWHERE


def standardiser_findings(result: Result) -> list[Finding]:
    """A printed d as d_z, in the SD of the differences, and as d_av, in the SD between participants; d_s of two groups."""
    d, evidence = result.cohen_d, result.evidence
    if d is None or evidence is None or not result.n or max(abs(d.low), abs(d.high)) == 0:
        return []
    if result.n_2:
        root = 1 / np.sqrt(1 / result.n + 1 / result.n_2)
        return [_d_as_t(result, "d_s", STUDENT, result.n + result.n_2 - 2.0, root, "the pooled SD")]
    return [
        _d_as_t(result, "d_z", PAIRED, result.n - 1.0, np.sqrt(result.n), "the SD of the differences"),
        *_d_av(result),
    ]


def _d_as_t(result: Result, name: str, design: str, df: float, root: float, standardiser: str) -> Finding:
    """A printed d times `root` is the t statistic, if this is the standardiser: does that t agree with the rest?"""
    d, evidence = result.cohen_d, result.evidence
    middle, half = abs(d.middle) * root, (d.high - d.low) / 2 * root
    t = Printed(middle - half, middle + half, d.text)
    se = _se(Evidence(evidence.difference, evidence.low, evidence.high, evidence.p, t, evidence.se, evidence.level), df)
    fits = bool(np.isfinite(se[0]))
    return Finding(STANDARDISER, f"{name}, {design}", verdict_of(fits), f"t = d · {root:.4g} in [{t.low:.3g}, {t.high:.3g}]",
                   f"d = {d.text} {'can' if fits else 'cannot'} be the difference over {standardiser}.", df, se=se,
                   sd=(se[0] * root, se[1] * root))  # fmt: skip


def _d_av(result: Result) -> list[Finding]:
    d, evidence, df, root = result.cohen_d, result.evidence, result.n - 1.0, np.sqrt(result.n)
    se = _se(evidence, df)
    if not evidence.says_something or not np.isfinite(se[0]):
        return []
    between, change = sd_between(evidence.difference, d), (se[0] * root, se[1] * root)
    # r = 1 - SD_change²/(2 SD²), equal SDs assumed
    r = (
        (1 - change[1] ** 2 / (2 * between[0] ** 2) if between[0] else -np.inf),
        1 - change[0] ** 2 / (2 * between[1] ** 2),
    )
    shown = max(r[0], -1.0), min(r[1], 1.0)
    sentence = (f"If d = {d.text} is in units of the SD between participants, that SD is {range_words(*between)} and, "
                f"with a paired test, the correlation of the conditions {shown[0]:.2f} to {shown[1]:.2f}.")  # fmt: skip
    fits = r[1] > -1
    if result.first.sd is not None and result.second.sd is not None:
        low, high = (float(np.sqrt(np.mean(np.square(sds)))) for sds in ends_of(result.first.sd, result.second.sd))
        fits = bool(fits and low <= between[1] and high >= between[0])
        sentence += f" The printed SDs make it {low:.3g} to {high:.3g}."
    return [Finding(STANDARDISER, f"d_av, {PAIRED}", verdict_of(fits), "SD = difference / d; r = 1 - SD_change²/(2 SD²), equal SDs",
                    sentence, df, se=se, sd=change, r=shown)]  # fmt: skip


def level_findings(result: Result) -> list[Finding]:
    """Whether the printed means differ by the printed difference, and which correlation their SDs imply."""
    first, second, evidence = result.first, result.second, result.evidence
    findings = []
    if first.mean is not None and second.mean is not None and result.is_difference:
        low, high = printed_difference(first.mean, second.mean)
        fits = low <= evidence.difference.high and high >= evidence.difference.low
        findings.append(Finding(LEVELS, "difference of the means", verdict_of(fits), f"{first.mean.text} - {second.mean.text} in [{low:.4g}, {high:.4g}]",
                                f"The means {first.mean.text} and {second.mean.text} differ by {low:.4g} to {high:.4g}; "
                                f"{evidence.difference.text} is printed."))  # fmt: skip
    if first.sd is None or second.sd is None or evidence is None or not result.n or result.n_2:
        return findings
    se = _se(evidence, result.n - 1.0)
    if not evidence.says_something or not np.isfinite(se[1]):
        return findings
    change = se[0] * np.sqrt(result.n), se[1] * np.sqrt(result.n)
    r = implied_r(first.sd, second.sd, change)
    fits = r[0] <= 1 and r[1] >= -1
    shown = (max(r[0], -1.0), min(r[1], 1.0)) if fits else r
    sentence = f"The SDs {first.sd.text} and {second.sd.text} and an SD of the differences {range_words(*change)} "
    sentence += (
        f"imply a correlation of {shown[0]:.2f} to {shown[1]:.2f}" if fits else "leave no correlation between -1 and 1"
    )
    if result.r is not None:
        fits = bool(fits and result.r.low <= r[1] and result.r.high >= r[0])
        sentence += f"; {result.r.text} is printed"
    return [*findings, Finding(LEVELS, PAIRED, verdict_of(fits), "r = (SD_1² + SD_2² - SD_change²)/(2 SD_1 SD_2)", f"{sentence}.",
                               result.n - 1.0, se=se, sd=change, r=shown)]  # fmt: skip


def statistic_findings(result: Result) -> list[Finding]:
    """Whether a printed t or F and its P value agree, at the printed df and at any df."""
    omnibus = result.omnibus
    if omnibus is None:
        return []
    words = f"{omnibus.text} and P {omnibus.p.text}" + f" with {omnibus.num_df.text} numerator df" * (
        omnibus.num_df.middle != 1
    )
    df = where_fitting(lambda df: _p_gap(omnibus, df) <= 0, partial(_p_gap, omnibus), DF_GRID)
    anywhere = Finding(
        DF, "any df", verdict_of(df.size > 0), "df from 1 to infinity tried", df_sentence(words, df), df_range=_ends(df)
    )
    if result.df is None:
        return [anywhere]
    low, high = _p_range(omnibus, np.linspace(*df_range(result.df), STEPS))
    low, high = float(low.min()), float(high.max())
    fits = low <= omnibus.p.high and high >= omnibus.p.low
    sentence = (f"{omnibus.text} with {result.df.text} df gives P between {low:.2g} and {high:.2g}; the printed P ({omnibus.p.text}) "
                f"{'agrees' if fits else 'does not agree'}.")  # fmt: skip
    printed = Finding(STATISTIC, "test as printed", verdict_of(fits),
                      f"F({omnibus.num_df.text}, {result.df.text}) in [{omnibus.f.low:.4g}, {omnibus.f.high:.4g}]", sentence,
                      result.df.middle)  # fmt: skip
    return [printed, anywhere]


def _p_gap(omnibus: Omnibus, df: np.ndarray) -> np.ndarray:
    """How far the P values that the statistic allows lie from the printed one, per df, (m,): zero or below where they meet."""
    low, high = _p_range(omnibus, df)
    return np.maximum(low - omnibus.p.high, omnibus.p.low - high)


def _p_range(omnibus: Omnibus, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest P that the printed statistic allows, per df, (m,) each."""
    num_df = np.linspace(*df_range(omnibus.num_df), STEPS)[:, None]
    finite = np.where(np.isinf(df), 1.0, df)
    largest, smallest = (
        np.where(np.isinf(df), special.chdtrc(num_df, num_df * f), special.fdtrc(num_df, finite, f))
        for f in (max(omnibus.f.low, 0.0), max(omnibus.f.high, 0.0))
    )
    return smallest.min(axis=0), largest.max(axis=0)


def plus_minus_findings(result: Result) -> list[Finding]:
    """What each reading of "±" makes of a mean change."""
    if result.spread is None or result.mean is None or not result.n or not result.is_change:
        return []
    frame = one_sample(Group(result.mean, result.spread, result.n), result.evidence.p if result.evidence else None)
    return [_reading(row, f"± read as {row['reading'].upper()}") for row in frame.to_dict("records")]


def between_findings(first: Result, second: Result) -> list[Finding]:
    """What each reading of "±" makes of the difference of two groups."""
    frame = two_groups(Group(first.mean, first.spread, first.n), Group(second.mean, second.spread, second.n), None)
    return [_reading(row, f"± read as {row['reading'].upper()}, groups compared") for row in frame.to_dict("records")]


def _reading(row: dict, design: str) -> Finding:
    return Finding(PLUS_MINUS, design, row["verdict"], row["computation"], row["sentence"], row["df"])


def common_findings(together: list[Result], analyses: list[Analysis]) -> list[Finding]:
    """Whether several differences can share one standard error, as in a model with a pooled error."""
    names, findings = ", ".join(result.result for result in together), []
    for analysis in analyses:
        low, high = common_se([analysis.seen_by(result.evidence) for result in together], analysis.df)
        se = float(low[0]), float(high[0])
        fits = bool(np.isfinite(se[0]))
        sentence = f"{names} {'can' if fits else 'cannot'} share one standard error under {named_analysis(analysis)}"
        sentence += f": it would be {range_words(*se)}." if fits else "."
        findings.append(Finding(COMMON, analysis.name, verdict_of(fits), "ranges of SE of all differences intersected", sentence,
                                analysis.df, se=se))  # fmt: skip
    df = common_df([result.evidence for result in together])
    said = f"can share one standard error {df_words(df)}" if df.size else "cannot share one standard error at any df"
    return [*findings, Finding(COMMON, "any df", verdict_of(df.size > 0), "df from 1 to infinity tried", f"{names} {said}.",
                               df_range=_ends(df))]  # fmt: skip
