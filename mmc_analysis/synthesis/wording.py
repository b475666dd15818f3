"""Sentences about printed numbers and the analyses that they fit."""

import numpy as np

from mmc_analysis.synthesis.analyses import Analysis
from mmc_analysis.synthesis.compatible import DF_GRID, Evidence


def words_of(evidence: Evidence) -> str:
    """Return what is printed of a difference, as the beginning of a sentence."""
    parts = [f"difference {evidence.difference.text}"]
    if evidence.low is not None and evidence.high is not None:
        parts.append(f"{evidence.level:.0%} interval {evidence.low.text} to {evidence.high.text}")
    elif evidence.low is not None or evidence.high is not None:
        name, limit = ("lower", evidence.low) if evidence.low is not None else ("upper", evidence.high)
        parts.append(f"{name} {evidence.level:.0%} limit {limit.text}")
    for name, part in (("P", evidence.p), ("t", evidence.t), ("SE", evidence.se)):
        if part is not None:
            parts.append(f"{name} {part.text}")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def df_sentence(words: str, df: np.ndarray) -> str:
    """Return the sentence about the degrees of freedom, (m,), at which the numbers fit together."""
    return f"{words} fit together {df_words(df)}." if df.size else f"{words} do not fit together at any df."


def df_words(df: np.ndarray) -> str:
    """Return degrees of freedom in words.

    Examples
    --------
    >>> df_words(np.array([10.0, 11.0, np.inf])), df_words(np.array([10.0, 11.0]))
    ('from df = 10 upwards', 'for df from 10 to 11')
    """
    if df.size == DF_GRID.size:
        return "at any df"
    if df.max() == df.min():
        return f"at df = {df.min():g} only" if df.min() % 1 == 0 else f"near df = {df.min():.4g} only"
    low, high = (f"{edge:g}" if edge == np.round(edge) else f"{edge:.4g}" for edge in (df.min(), df.max()))
    return f"from df = {low} upwards" if np.isinf(df.max()) else f"for df from {low} to {high}"


def named_analysis(analysis: Analysis) -> str:
    """Return an analysis with its article and df.

    Examples
    --------
    >>> named_analysis(Analysis("error pooled over 3 cells", 34)), named_analysis(Analysis("normal", np.inf))
    ('an error pooled over 3 cells (df 34)', 'a normal interval and test')
    """
    if np.isinf(analysis.df) and analysis.name == "normal":
        return "a normal interval and test"
    if analysis.name == "test as printed":
        return f"the printed df of {analysis.df:g}"
    if analysis.name.startswith("independent groups"):
        return f"a test of {analysis.name} (df {_possible(analysis)})"
    article = "an" if analysis.name[:1].lower() in "aeiou" else "a"
    return f"{article} {analysis.name} (df {analysis.df:g})"


def _possible(analysis: Analysis) -> str:
    df = analysis.possible_df
    low, high = f"{df.min():.3g}", f"{df.max():.3g}"
    return f"{analysis.df:.4g}" if low == high else f"{low} to {high}"


def range_words(low: float, high: float) -> str:
    """Return a range in words.

    Examples
    --------
    >>> range_words(1.019, 1.221), range_words(0, 8.81), range_words(1.2, np.inf)
    ('between 1.02 and 1.22', 'at most 8.81', 'at least 1.2')
    """
    if np.isinf(high):
        return f"at least {low:.3g}"
    return f"at most {high:.3g}" if low == 0 else f"between {low:.3g} and {high:.3g}"
