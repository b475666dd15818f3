"""What one study does to the whole: leave-one-out, cumulative synthesis, influence."""

from dataclasses import replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options
from mmc_analysis.synthesis.inputs import EffectTable
from mmc_analysis.synthesis.random_effects import MetaAnalysis, analyse

FEWEST = 3


def leave_one_out(result: MetaAnalysis) -> pd.DataFrame:
    """Return the pooled estimate without each study in turn.

    Parameters
    ----------
    result : MetaAnalysis
        Without moderators, of 3 studies or more.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows: the study left out, the pooled estimate with its interval, `tau2`, `i2` (percent) and `q`.

    Raises
    ------
    EffectError
        If there are fewer than 3 studies, or moderators.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> leave_one_out(meta_analysis(frame))[["study", "estimate"]].round(2).values.tolist()
    [['a', 0.58], ['b', 0.37], ['c', 0.49], ['d', 0.54]]
    """
    _plain(result)
    rows = []
    for i in range(result.k):
        rest = np.delete(np.arange(result.k), i)
        rows.append(_row(_refit(result, rest)))
    return _with_labels(result, pd.DataFrame(rows), "left out")


@named_options
def cumulative(result: MetaAnalysis, *, order: str | None = None) -> pd.DataFrame:
    """Return the pooled estimate as the studies come in, one after the other.

    Parameters
    ----------
    result : MetaAnalysis
        Without moderators.
    order : str, optional
        Column to sort by, such as the year; the order of the rows if not given.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows: the study added, the estimate of all so far, `tau2`, `i2`. The first row is that study alone.

    Raises
    ------
    EffectError
        If there is no such column, or moderators.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> cumulative(meta_analysis(frame, test="z"))[["study", "estimate"]].round(2).values.tolist()
    [['a', 0.2], ['b', 0.55], ['c', 0.54], ['d', 0.49]]
    """
    _plain(result)
    if order is None:
        places = np.arange(result.k)
    elif order in result.table.frame.columns:
        places = result.table.frame[order].argsort(kind="stable").to_numpy()
    else:
        raise EffectError(f"the estimates have no column '{order}' to sort by.")
    sorted_result = replace(result, table=_take(result.table, places))
    rows = [_first(sorted_result), *(_row(_refit(sorted_result, np.arange(m))) for m in range(2, result.k + 1))]
    return _with_labels(sorted_result, pd.DataFrame(rows), "added")


def influence(result: MetaAnalysis) -> pd.DataFrame:
    """Return how far each study draws the fit towards itself.

    Parameters
    ----------
    result : MetaAnalysis
        Of more studies than coefficients plus one.

    Returns
    -------
    pandas.DataFrame
        ``k`` rows (Viechtbauer and Cheung 2010): `rstudent`, the residual from the fit without the study in its SEs;
        `dffits`; `cook_distance`; `cov_ratio`; `tau2_without`; `q_without`; `hat`; `weight` in percent; and
        ``dfbetas_<term>``.

    Raises
    ------
    EffectError
        If too few studies would remain.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> influence(meta_analysis(frame, test="z"))[["study", "rstudent"]].round(2).values.tolist()
    [['a', -1.1], ['b', 2.43], ['c', 0.02], ['d', -0.35]]
    """
    table = result.table
    if result.k <= table.X.shape[1] + 1:
        raise EffectError(f"{result.k} studies are too few: without one of them the fit has no residual left.")
    precision = np.linalg.inv(result.fit.covariance)
    hat = result.fit.leverages
    rows = [_influence_row(result, i, precision, hat[i]) for i in range(result.k)]
    weight = 100 * result.weights / result.weights.sum()
    return _labels(result).join(pd.DataFrame(rows).assign(hat=hat, weight=weight, evidence=table.evidence))


def _influence_row(result: MetaAnalysis, i: int, precision: np.ndarray, hat: float) -> dict:
    table = result.table
    without = _refit(result, np.delete(np.arange(result.k), i))
    x, v = table.X[i], table.v[i]
    beta = without.fit.coefficients
    moved = result.fit.coefficients - beta
    spread = v + without.tau2 + x @ without.covariance @ x
    weights = 1 / (table.v + without.tau2)
    # the precision of all studies, at the τ² found without this one
    own = np.linalg.inv((table.X * weights[:, None]).T @ table.X)
    scale = 1.0 if result.test == "z" else without.scale
    row = {
        "rstudent": (table.y[i] - x @ beta) / np.sqrt(spread),
        "dffits": x @ moved / np.sqrt(scale * hat * (without.tau2 + v)),
        "cook_distance": moved @ (precision / result.scale) @ moved,
        "cov_ratio": np.linalg.det(without.covariance) / np.linalg.det(result.covariance),
        "tau2_without": without.tau2,
        "q_without": without.q,
    }
    return row | {f"dfbetas_{term}": moved[j] / np.sqrt(scale * own[j, j]) for j, term in enumerate(table.terms)}


def _plain(result: MetaAnalysis) -> None:
    if not isinstance(result, MetaAnalysis):
        raise EffectError(f"the result of meta_analysis is needed, but got {type(result).__name__}.")
    if result.table.terms != ("Intercept",):
        raise EffectError("this is for a synthesis without moderators; for a meta-regression see influence().")
    if result.k < FEWEST:
        raise EffectError(f"{result.k} studies are too few; at least {FEWEST} are needed.")


def _take(table: EffectTable, places: np.ndarray) -> EffectTable:
    studies = None if table.studies is None else table.studies[places]
    frame = table.frame.iloc[places].reset_index(drop=True)
    return replace(table, y=table.y[places], v=table.v[places], X=table.X[places], frame=frame, studies=studies)


def _refit(result: MetaAnalysis, places: np.ndarray) -> MetaAnalysis:
    return analyse(_take(result.table, places), result.method, result.test, result.conf_level, quiet=True)


def _row(result: MetaAnalysis) -> dict:
    columns = ["estimate", "std_error", "df", "statistic", "p_value", "conf_level", "conf_low", "conf_high", "method"]
    row = result.coefficients.iloc[0][columns].to_dict()
    return row | {"tau2": result.tau2, "i2": result.i2, "q": result.q, "n_levels": result.k}


def _first(result: MetaAnalysis) -> dict:
    """The first study alone: its own estimate and interval."""
    alone = result.studies.iloc[0]
    return {"estimate": alone["estimate"], "std_error": alone["std_error"], "conf_level": alone["conf_level"],
            "conf_low": alone["conf_low"], "conf_high": alone["conf_high"], "method": "the study alone", "n_levels": 1}  # fmt: skip


def _labels(result: MetaAnalysis) -> pd.DataFrame:
    studies = result.table.studies
    names = [f"effect {i + 1}" for i in range(result.k)] if studies is None else list(studies)
    labels = pd.DataFrame({"study": names})
    for name in ("metric", "unit"):
        if getattr(result.table, name) is not None:
            labels[name] = getattr(result.table, name)
    return labels


def _with_labels(result: MetaAnalysis, rows: pd.DataFrame, what: str) -> pd.DataFrame:
    labels = _labels(result)
    labels.insert(0, "label", [f"{study} {what}" for study in labels["study"]])
    return labels.join(rows).assign(evidence=result.table.evidence)
