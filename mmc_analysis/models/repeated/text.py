"""A marginal model for a reader, as text and as HTML."""

import html

import pandas as pd

from mmc_analysis.models.repeated.covariance import STRUCTURES
from mmc_analysis.models.tables.written import written

MOST_OCCASIONS = 12
COEFFICIENT_COLUMNS = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]
PARAMETER_COLUMNS = ["group", "term", "estimate", "std_error", "conf_low", "conf_high"]


def summary_lines(fit) -> list[str]:
    """Return the facts of a fit, one a line."""
    left_out = f" ({fit.fixed.n_dropped} rows left out for missing values)" if fit.fixed.n_dropped else ""
    dropped = [f"dropped: {', '.join(fit.fixed.aliased)}"] if fit.fixed.aliased else []
    synthetic = ["synthetic data"] if fit.evidence == "synthetic" else []
    within = f" in each {fit.seen.group.title}" if fit.seen.group else ""
    return [
        f"Marginal model by {'REML' if fit.reml else 'maximum likelihood'}: {fit.fixed.formula}",
        f"covariance {fit.covariance} ({STRUCTURES[fit.covariance].title}) over {len(fit.seen.occasion.levels)} levels "
        f"of {fit.seen.occasion.title}{within}",
        f"{fit.n_obs} observations of {fit.n_participants} participants{left_out}",
        f"log-likelihood {fit.loglik:.3f}, AIC {fit.aic:.3f}, BIC {fit.bic:.3f}",
        *dropped,
        *synthetic,
    ]


def tables(fit) -> list[tuple[str, pd.DataFrame]]:
    """Return the tables that a reader sees, each with its title."""
    ddf = "kenward-roger" if fit.reml else "satterthwaite"
    coefficients = fit.coefficients(ddf=ddf)
    parameters = fit.covariance_parameters
    shown = [
        (f"Coefficients, {coefficients['method'].iloc[0]}", written(coefficients[COEFFICIENT_COLUMNS])),
        ("Covariance parameters", written(parameters[parameters.columns.intersection(PARAMETER_COLUMNS)])),
    ]
    if len(fit.seen.occasion.levels) <= MOST_OCCASIONS:
        for group in fit.seen.group_levels:
            title = f"Correlations{f' in {group}' if group else ''}"
            shown.append((title, fit.correlation_matrix(group or None).reset_index()))
    return shown


def as_text(fit) -> str:
    """Return the fit as plain text."""
    parts = ["\n".join(summary_lines(fit))]
    for title, table in tables(fit):
        parts.append(f"{title}\n{table.to_string(index=False, float_format=_number)}")
    return "\n\n".join(parts)


def as_html(fit) -> str:
    """Return the fit as HTML for a notebook."""
    parts = ["<p>" + "<br>".join(html.escape(line) for line in summary_lines(fit)) + "</p>"]
    for title, table in tables(fit):
        parts.append(f"<p><b>{html.escape(title)}</b></p>{table.to_html(index=False, float_format=_number, border=0)}")
    return "\n".join(parts)


def _number(value: float) -> str:
    return f"{value:.3f}"
