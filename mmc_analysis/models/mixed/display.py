"""A fit in a few lines, for the console and for notebooks."""

from html import escape
from typing import Protocol

import pandas as pd

from mmc_analysis.models.tables.written import written

_DECIMALS = 3


class Describable(Protocol):
    """What a description needs of a fit."""

    formula: str
    reml: bool
    n_obs: int
    n_dropped: int
    n_participants: int
    deviance: float
    singular: bool
    converged: bool
    evidence: str
    advice: tuple[str, ...]
    variance_components: pd.DataFrame

    def coefficients(self, **options) -> pd.DataFrame:
        """Return the coefficient table."""


def describe(fit: Describable) -> str:
    """Return a fit as text: what was fitted, to what, the variance components and the coefficients."""
    parts = [*_head(fit), "", "Random effects", _components(fit).to_string(index=False), "",
             "Fixed effects" + _basis(fit), _coefficients(fit).to_string(index=False)]  # fmt: skip
    return "\n".join(parts + [f"\nNote: {text}" for text in fit.advice])


def describe_html(fit: Describable) -> str:
    """Return a fit as HTML for notebooks."""
    head = "<br>".join(escape(line) for line in _head(fit))
    notes = "".join(f"<p><em>Note:</em> {escape(text)}</p>" for text in fit.advice)
    components = _components(fit).to_html(index=False, border=0)
    coefficients = _coefficients(fit).to_html(index=False, border=0)
    return f"<p>{head}</p><p>Random effects</p>{components}<p>Fixed effects{_basis(fit)}</p>{coefficients}{notes}"


def _head(fit: Describable) -> list[str]:
    estimator = "REML" if fit.reml else "maximum likelihood"
    dropped = f" ({fit.n_dropped} rows with missing values left out)" if fit.n_dropped else ""
    stamp = " — synthetic data" if fit.evidence == "synthetic" else ""
    state = "singular (proven): a variance is zero or a correlation is ±1" if fit.singular else "proven optimum"
    return [
        f"Linear mixed model by {estimator}{stamp}",
        f"{fit.formula}",
        f"{fit.n_obs} rows{dropped}, {fit.n_participants} participants; -2 log L {fit.deviance:.{_DECIMALS}f}; "
        f"{state if fit.converged else 'NOT a proven optimum'}",
    ]


def _basis(fit: Describable) -> str:
    return " (Kenward-Roger)" if fit.reml else " (Satterthwaite)"


def _components(fit: Describable) -> pd.DataFrame:
    frame = fit.variance_components
    frame = frame[frame["metric"].isin(["sd", "correlation"])]
    return written(frame[["grouping", "term", "metric", "estimate", "n_levels"]])


def _coefficients(fit: Describable) -> pd.DataFrame:
    table = fit.coefficients(ddf="kenward-roger" if fit.reml else "satterthwaite")
    shown = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]
    return written(table[shown])
