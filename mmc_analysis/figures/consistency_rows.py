"""The rows of a consistency figure: results as headings, one row per check, verdicts and ranges as text."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.estimate_words import SECONDARY_MARK
from mmc_analysis.figures.frames import names_of, require
from mmc_analysis.options import check_option
from mmc_analysis.schema import choose_decimals, write_number

NAME = "consistency_plot"
VERDICTS = {"fits": "●", "does not fit": "×", "cannot tell": "○", "unlikely": "◐"}
COLUMNS = ("y", "kind", "label", "check", "design", "df_text", "se_low", "se_high", "se_text", "verdict", "verdict_text",
           "secondary")  # fmt: skip
_GAP = 0.4


def consistency_rows(checks: pd.DataFrame) -> pd.DataFrame:
    """Return headings and rows from top to bottom; see `consistency_plot_data`."""
    require(checks, ["result", "check", "design", "df", "verdict", "se_low", "se_high"], NAME, "checks")
    for verdict in checks["verdict"]:
        check_option("verdict", verdict, VERDICTS, FigureError)
    low, high = (pd.to_numeric(checks[column]).astype(float) for column in ("se_low", "se_high"))
    wrong = (low > high) | (low < 0)
    if wrong.any():
        raise FigureError(f"{NAME}: checks has no range from se_low up to se_high in row {checks.index[wrong][0]}.")
    parts, headings = [], _headings(checks)
    for heading in dict.fromkeys(headings):
        own = checks[(headings == heading).to_numpy()]
        parts += [_heading(heading, gap=bool(parts)), _rows(own)]
    rows = pd.concat(parts, ignore_index=True)
    y = np.arange(len(rows)) + np.cumsum(np.where(rows["gap"], _GAP, 0.0))
    return rows.assign(y=y).reindex(columns=list(COLUMNS))


def _headings(checks: pd.DataFrame) -> pd.Series:
    words = names_of(checks["result"]).str.replace("_", " ")
    words = words.str[:1].str.upper() + words.str[1:]
    if "study" in checks.columns and checks["study"].nunique() > 1:
        return names_of(checks["study"]) + ": " + words
    return words


def _heading(words: str, gap: bool) -> pd.DataFrame:
    texts = dict.fromkeys(("check", "design", "df_text", "se_text", "verdict", "verdict_text"), "")
    return pd.DataFrame({"kind": ["heading"], "label": [words], "gap": [gap], "secondary": [False]}).assign(**texts)


def _rows(own: pd.DataFrame) -> pd.DataFrame:
    secondary = (own["source_kind"].astype(str) == "secondary").to_numpy() if "source_kind" in own else False
    rows = pd.DataFrame({
        "kind": "check", "gap": False, "check": names_of(own["check"]), "design": names_of(own["design"]),
        "df_text": [df_text(*ends) for ends in zip(*(_numbers(own, name) for name in ("df", "df_low", "df_high")), strict=True)],
        "se_low": _numbers(own, "se_low"), "se_high": _numbers(own, "se_high"),
        "verdict": names_of(own["verdict"]), "secondary": secondary,
    })  # fmt: skip
    marks = np.where(rows["secondary"], f" {SECONDARY_MARK}", "")
    rows["label"] = [
        f"{_label(row.check, row.design)}{mark}" for row, mark in zip(rows.itertuples(), marks, strict=True)
    ]
    rows["se_text"] = [range_text(*ends) for ends in zip(rows["se_low"], rows["se_high"], strict=True)]
    rows["verdict_text"] = [f"{VERDICTS[verdict]} {verdict}" for verdict in rows["verdict"]]
    return rows


def _label(check: str, design: str) -> str:
    """Say which check it is; that of a result's own numbers under a design goes without saying."""
    if check == "common error":
        return f"One standard error: {design}"
    if check == "standardiser":
        return f"Printed d as {design}"
    if check == "levels":
        return "SDs and correlation" if "paired" in design else design[:1].upper() + design[1:]
    if check == "statistic":
        return f"Statistic and P: {design}"
    return design[:1].upper() + design[1:]


def _numbers(checks: pd.DataFrame, name: str) -> np.ndarray:
    return pd.to_numeric(checks[name]).to_numpy(dtype=float) if name in checks else np.full(len(checks), np.nan)


def df_text(df: float, low: float = np.nan, high: float = np.nan) -> str:
    """Write degrees of freedom, or the range of those that fit; "" where there are none.

    Examples
    --------
    >>> df_text(17.0), df_text(float("nan"), 10, float("inf")), df_text(float("nan"), 15, 68), df_text(float("nan"), 1, float("inf"))
    ('17', '≥ 10', '15 to 68', 'any')
    """
    if np.isfinite(df) or np.isinf(df):
        return write_number(df, 0 if np.isinf(df) or df % 1 == 0 else 1)
    if np.isnan(low):
        return ""
    if np.isinf(high):
        return "any" if low <= 1 else f"≥ {low:g}"
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"


def range_text(low: float, high: float) -> str:
    """Write a range of standard errors with three significant digits; "" where it is not known.

    Examples
    --------
    >>> range_text(1.6589, 2.1329), range_text(0.0, 8.8104), range_text(1.2, float("inf"))
    ('1.66 to 2.13', '≤ 8.81', '≥ 1.20')
    """
    if np.isnan(low) or np.isnan(high):
        return ""
    decimals = choose_decimals(high if np.isfinite(high) else low)
    if np.isinf(high):
        return f"≥ {write_number(low, decimals)}"
    return (
        f"≤ {write_number(high, decimals)}"
        if low == 0
        else f"{write_number(low, decimals)} to {write_number(high, decimals)}"
    )
