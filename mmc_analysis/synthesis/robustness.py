"""What one study does to the whole: leave-one-out, cumulative synthesis, influence."""

from dataclasses import replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options
from mmc_analysis.synthesis.frame_columns import one_column, rows_of
from mmc_analysis.synthesis.inputs import EffectTable
from mmc_analysis.synthesis.least_squares import weighted_fit
from mmc_analysis.synthesis.multilevel import MultilevelMeta, fit_levels
from mmc_analysis.synthesis.random_effects import MetaAnalysis, analyse, check_result
from mmc_analysis.synthesis.tables import refuse_moderators

FEWEST = 3


def leave_one_out(result: MetaAnalysis | MultilevelMeta) -> pd.DataFrame:
    """Return the pooled estimate without each study in turn.

    Parameters
    ----------
    result : MetaAnalysis or MultilevelMeta
        Without moderators, of 3 studies or more. From a three-level synthesis a study goes with all its effects.

    Returns
    -------
    pandas.DataFrame
        A row per study: the study left out, the pooled estimate with its interval, `tau2` (of three levels the sum of both
        variances), `i2` (percent, likewise) and `q`.

    Raises
    ------
    EffectError
        If there are fewer than 3 studies, or moderators, or if no study with several effects would be left.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> leave_one_out(meta_analysis(frame))[["study", "estimate"]].round(2).values.tolist()
    [['a', 0.58], ['b', 0.37], ['c', 0.49], ['d', 0.54]]
    """
    if isinstance(result, MultilevelMeta):
        return _leave_study_out(result)
    check_result(result, FEWEST, moderators=False)
    places = np.arange(result.k)
    rows = [_row(_refit(result, np.delete(places, i)), result.k - 1) for i in places]
    return _with_labels(result, result.table.names, rows, "left out")


def _leave_study_out(result: MultilevelMeta) -> pd.DataFrame:
    refuse_moderators(result.table)
    studies, counts = np.unique(result.table.studies.astype(str), return_counts=True)
    if studies.size < FEWEST:
        raise EffectError(f"{studies.size} studies are too few; at least {FEWEST} are needed.")
    if np.sum(counts > 1) < 2:
        raise EffectError(f"only study '{studies[np.argmax(counts)]}' has several effects; without it the two levels cannot be told "
                          "apart. Keep one of its effects and use meta_analysis.")  # fmt: skip
    names, rows = list(dict.fromkeys(result.table.studies)), []
    for name in names:
        rest = np.flatnonzero(result.table.studies != name)
        known = result.known[np.ix_(rest, rest)]
        without = fit_levels(_take(result.table, rest), known, result.method, result.test, result.conf_level)
        rows.append(_row(without, len(names) - 1))
    return _with_labels(result, names, rows, "left out")


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
        If there is no such column or it has empty cells, there are moderators, or fewer than 3 studies.

    Examples
    --------
    >>> from mmc_analysis.synthesis import meta_analysis
    >>> frame = pd.DataFrame({"study": list("abcd"), "estimate": [0.2, 0.9, 0.5, 0.4], "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> cumulative(meta_analysis(frame, test="z"))[["study", "estimate"]].round(2).values.tolist()
    [['a', 0.2], ['b', 0.55], ['c', 0.54], ['d', 0.49]]
    """
    check_result(result, FEWEST, moderators=False)
    places = np.arange(result.k)
    if order is not None:
        keys = one_column(result.table.frame, order, "order")
        empty = keys.isna().to_numpy()
        if empty.any():
            raise EffectError(
                f"column '{order}' is empty in {rows_of(empty)}, so those studies have no place. Fill it."
            )
        try:
            places = keys.argsort(kind="stable").to_numpy()
        except TypeError as found:
            raise EffectError(
                f"column '{order}' mixes numbers and text, which have no order. Make it one or the other."
            ) from found
    ordered = replace(result, table=_take(result.table, places))
    rows = [_first(ordered), *(_row(_refit(ordered, np.arange(m)), m) for m in range(2, result.k + 1))]
    return _with_labels(ordered, ordered.table.names, rows, "added")


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
    check_result(result, 0, moderators=None)
    table = result.table
    if result.k <= table.X.shape[1] + 1:
        raise EffectError(f"{result.k} studies are too few: without one of them the fit has no residual left.")
    precision = np.linalg.inv(result.fit.covariance)
    hat = result.fit.leverages
    rows = pd.DataFrame([_influence_row(result, i, precision, hat[i]) for i in range(result.k)])
    weight = 100 * result.weights / result.weights.sum()
    return _labels(table, table.names).join(rows.assign(hat=hat, weight=weight, evidence=table.evidence))


def _influence_row(result: MetaAnalysis, i: int, precision: np.ndarray, hat: float) -> dict:
    table = result.table
    without = _refit(result, np.delete(np.arange(result.k), i))
    x, v = table.X[i], table.v[i]
    beta = without.fit.coefficients
    moved = result.fit.coefficients - beta
    spread = without.scale * (v + without.tau2 + x @ without.fit.covariance @ x)
    # the covariance with all studies, at the τ² found without this one
    own = weighted_fit(table.y, table.v, table.X, without.tau2).covariance
    row = {
        "rstudent": (table.y[i] - x @ beta) / np.sqrt(spread),
        "dffits": x @ moved / np.sqrt(without.scale * hat * (without.tau2 + v)),
        "cook_distance": moved @ (precision / result.scale) @ moved,
        "cov_ratio": np.linalg.det(without.covariance) / np.linalg.det(result.covariance),
        "tau2_without": without.tau2,
        "q_without": without.q,
    }
    return row | {
        f"dfbetas_{term}": moved[j] / np.sqrt(without.scale * own[j, j]) for j, term in enumerate(table.terms)
    }


def _take(table: EffectTable, places: np.ndarray) -> EffectTable:
    studies = None if table.studies is None else table.studies[places]
    frame = table.frame.iloc[places].reset_index(drop=True)
    design = replace(table.design, X=table.X[places])
    return EffectTable(table.y[places], table.v[places], design, frame, studies)


def _refit(result: MetaAnalysis, places: np.ndarray) -> MetaAnalysis:
    return analyse(_take(result.table, places), result.method, result.test, result.conf_level)


def _row(result: MetaAnalysis | MultilevelMeta, n_levels: int) -> dict:
    columns = ["estimate", "std_error", "df", "statistic", "p_value", "conf_level", "conf_low", "conf_high", "method"]
    row = {name: result.coefficients[name].iloc[0] for name in columns}
    three = isinstance(result, MultilevelMeta)
    tau2, i2 = (result.sigma2.sum(), result.i2.sum()) if three else (result.tau2, result.i2)
    return row | {"tau2": tau2, "i2": i2, "q": result.q, "n_levels": n_levels}


def _first(result: MetaAnalysis) -> dict:
    """The first study alone: its own estimate and interval."""
    alone = result.studies.iloc[0]
    names = ["estimate", "std_error", "conf_level", "conf_low", "conf_high"]
    return {name: alone[name] for name in names} | {"method": "the study alone", "n_levels": 1}


def _labels(table: EffectTable, names: list[str]) -> pd.DataFrame:
    stated = {name: getattr(table, name) for name in ("metric", "unit") if getattr(table, name) is not None}
    return pd.DataFrame({"study": names} | stated)


def _with_labels(result: MetaAnalysis | MultilevelMeta, names: list[str], rows: list[dict], what: str) -> pd.DataFrame:
    labels = _labels(result.table, names)
    labels.insert(0, "label", [f"{name} {what}" for name in names])
    return labels.join(pd.DataFrame(rows)).assign(evidence=result.table.evidence)
