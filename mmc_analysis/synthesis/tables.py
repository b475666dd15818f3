"""The frames of a synthesis."""

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.effects.frames import t_limits, two_sided_p
from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.inputs import EffectTable
from mmc_analysis.synthesis.moderators import design_of


def coefficient_frame(
    table: EffectTable, coefficients: np.ndarray, covariance: np.ndarray, df: np.ndarray, conf_level: float, method: str
) -> pd.DataFrame:
    """Return one row per term from coefficients, (p,), their covariance, (p, p), and degrees of freedom, (p,)."""
    columns = {"term": list(table.terms)} | _tested(coefficients, np.sqrt(np.diag(covariance)), df, conf_level)
    return pd.DataFrame(columns | {"method": method, "evidence": table.evidence})


def _tested(estimate, std_error, df, conf_level: float) -> dict[str, np.ndarray]:
    low, high = t_limits(estimate, std_error, df, conf_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / std_error
    return {
        "estimate": estimate, "std_error": std_error, "df": df, "statistic": statistic, "p_value": two_sided_p(statistic, df),
        "conf_level": conf_level, "conf_low": low, "conf_high": high,
    }  # fmt: skip


def pooled_frame(
    table: EffectTable, coefficients: pd.DataFrame, prediction: tuple[float, float], n_levels: int
) -> pd.DataFrame:
    """Return the one row of a pooled estimate, ready for a forest: label, metric, unit, prediction limits, counts."""
    refuse_moderators(table)
    columns = {"label": "Pooled"} | {
        name: getattr(table, name) for name in ("metric", "unit") if getattr(table, name) is not None
    }
    columns |= {name: values.array for name, values in coefficients.items() if name != "term"}
    columns |= {"pred_low": prediction[0], "pred_high": prediction[1], "grouping": "study", "n_levels": n_levels}
    # the participants of a study with several effects would be counted once per effect
    once = table.studies is None or len(set(table.studies)) == table.y.size
    if once and "n" in table.frame.columns and table.frame["n"].notna().all():
        columns["n"] = float(table.frame["n"].sum())
    return pd.DataFrame(columns)


def studies_frame(table: EffectTable, weights: np.ndarray, conf_level: float) -> pd.DataFrame:
    """Return the effects as given, with std_error, `weight` in percent from weights, (k,), and an interval for a forest."""
    frame = table.frame.copy()
    frame["std_error"] = np.sqrt(table.v)
    frame["weight"] = 100 * weights / weights.sum()
    if not {"conf_low", "conf_high"} <= set(frame.columns):
        low, high = t_limits(table.y, frame["std_error"].to_numpy(), np.inf, conf_level)
        frame = frame.assign(conf_level=conf_level, conf_low=low, conf_high=high)
    return frame.assign(estimate=table.y)


def refuse_moderators(table: EffectTable) -> None:
    """Raise if there is no one pooled effect."""
    if table.has_moderators:
        raise EffectError(
            "with moderators there is no one pooled effect: see .coefficients, or .predict(new) for chosen values."
        )


def joint_test(
    table: EffectTable, coefficients: np.ndarray, covariance: np.ndarray, df: float, method: str
) -> pd.DataFrame:
    """Return one row: the test of all coefficients but the intercept, F with `df` for the denominator, or χ² where it is infinite."""
    if not table.has_moderators:
        raise EffectError("there are no moderators to test. Give moderators=.")
    rest = [i for i, name in enumerate(table.terms) if name != "Intercept"]
    statistic = float(coefficients[rest] @ np.linalg.solve(covariance[np.ix_(rest, rest)], coefficients[rest]))
    if np.isinf(df):
        p_value = special.chdtrc(len(rest), statistic)
    else:
        statistic /= len(rest)
        p_value = special.fdtrc(len(rest), df, statistic)
    tested = "joint test" if "Intercept" in table.terms else "joint test that all means are zero"
    return pd.DataFrame({"term": ["moderators"], "num_df": len(rest), "den_df": df, "statistic": statistic,
                         "p_value": float(p_value), "estimate": np.nan, "method": f"{tested}, {method}",
                         "evidence": table.evidence})  # fmt: skip


def expected_frame(
    table: EffectTable, new: pd.DataFrame, coefficients: np.ndarray, covariance: np.ndarray, heterogeneity: float, df: float,
    conf_level: float, method: str,
) -> pd.DataFrame:  # fmt: skip
    """Return `new` with the expected effect of each row, its interval, and where a new study's true effect may lie."""
    X = design_of(new, table.design)
    estimate, variance = X @ coefficients, np.einsum("ij,jk,ik->i", X, covariance, X)
    below, above = t_limits(estimate, np.sqrt(variance + heterogeneity), df, conf_level)
    columns = _tested(estimate, np.sqrt(variance), np.full(estimate.size, df), conf_level)
    return new.reset_index(drop=True).assign(
        **columns, pred_low=below, pred_high=above, method=method, evidence=table.evidence
    )
