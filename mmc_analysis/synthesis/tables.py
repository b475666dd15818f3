"""The frames of a synthesis."""

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import t_limits, two_sided_p
from mmc_analysis.synthesis.inputs import EffectTable


def coefficient_frame(
    table: EffectTable, coefficients: np.ndarray, covariance: np.ndarray, df: np.ndarray, conf_level: float, method: str
) -> pd.DataFrame:
    """Return one row per term from coefficients, (p,), their covariance, (p, p), and degrees of freedom, (p,)."""
    std_error = np.sqrt(np.diag(covariance))
    low, high = t_limits(coefficients, std_error, df, conf_level)
    with np.errstate(divide="ignore"):
        statistic = coefficients / std_error
    return pd.DataFrame({
        "term": list(table.terms), "estimate": coefficients, "std_error": std_error, "df": df, "statistic": statistic,
        "p_value": two_sided_p(statistic, df), "conf_level": conf_level, "conf_low": low, "conf_high": high,
        "method": method, "evidence": table.evidence,
    })  # fmt: skip


def pooled_frame(
    table: EffectTable, coefficients: pd.DataFrame, prediction: tuple[float, float], n_levels: int
) -> pd.DataFrame:
    """Return the one row of a pooled estimate, ready for a forest: label, metric, unit, prediction limits, counts."""
    row = coefficients.drop(columns="term").iloc[[0]]
    row.insert(0, "label", "Pooled")
    for place, name in ((1, "metric"), (2, "unit")):
        if getattr(table, name) is not None:
            row.insert(min(place, row.shape[1]), name, getattr(table, name))
    counts = {"n": float(table.frame["n"].sum())} if "n" in table.frame and table.frame["n"].notna().all() else {}
    return row.assign(pred_low=prediction[0], pred_high=prediction[1], grouping="study", n_levels=n_levels, **counts)
