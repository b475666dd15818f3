"""Derived measures: change from baseline, and percent of baseline."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import check

_NOT_WITHIN = (
    "time",
    "week",
    "value",
    "evidence",
    "order",
    "session",
    "reference_value",
    "reference_trial",
    "quantity",
)


@named_options
def change(observations: pd.DataFrame, *, baseline: str = "pre", quantity: str = "change") -> pd.DataFrame:
    """Express each value as its change from the same participant's baseline.

    Parameters
    ----------
    observations : pandas.DataFrame
        With a column `time`; one value per participant, time and cell (average repetitions first).
    baseline : str
        The time that changes are counted from.
    quantity : {"change", "pct_change"}
        value - baseline, in the unit of the value; or 100 · (value - baseline) / baseline, in percent.

    Returns
    -------
    pandas.DataFrame
        Observations of the other times, with `quantity`, and evidence "derived" ("synthetic" stays synthetic). A value is
        empty where it or its baseline is.

    Raises
    ------
    LoaderError
        If there is no such time, a cell has several baselines, the values are changes already, or a percentage has a
        baseline that is not above zero.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": "s", "participant": "P1", "time": ["pre", "post"], "measure": "torque", "unit": "N_m",
    ...                      "value": [50.0, 60.0], "evidence": "measured"})
    >>> change(rows)["value"].tolist(), change(rows, quantity="pct_change")["value"].tolist()
    ([10.0], [20.0])
    """
    check_option("quantity", quantity, ("change", "pct_change"), LoaderError)
    later, base = _paired(observations, baseline, percent=quantity == "pct_change")
    values = later["value"].to_numpy(float)
    if quantity == "change":
        return _derived(later.assign(value=values - base, quantity=quantity))
    return _derived(later.assign(value=100 * (values - base) / base, unit="pct", quantity=quantity))


@named_options
def percent_of_baseline(observations: pd.DataFrame, *, baseline: str = "pre") -> pd.DataFrame:
    """Express each value in percent of the same participant's baseline; the baseline itself is left out.

    Parameters
    ----------
    observations : pandas.DataFrame
        As for :func:`change`.
    baseline : str

    Returns
    -------
    pandas.DataFrame
        Observations with unit pct_of_baseline and quantity pct_of_baseline; value = 100 · value / baseline.

    Raises
    ------
    LoaderError
        As for :func:`change`.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": "s", "participant": "P1", "time": ["pre", "post"], "measure": "torque", "unit": "N_m",
    ...                      "value": [50.0, 60.0], "evidence": "measured"})
    >>> percent_of_baseline(rows)["value"].tolist()
    [120.0]
    """
    later, base = _paired(observations, baseline, percent=True)
    values = 100 * later["value"].to_numpy(float) / base
    return _derived(later.assign(value=values, unit="pct_of_baseline", quantity="pct_of_baseline"))


def _paired(observations: pd.DataFrame, baseline: str, percent: bool) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the rows after the baseline, and the (n_rows,) baseline of each; NaN where there is none."""
    if "time" not in observations:
        raise LoaderError("a change needs the column 'time', which these observations have not.")
    check(observations, "observations")
    if "quantity" in observations and (observations["quantity"].fillna("level") != "level").any():
        raise LoaderError("these values are changes or percentages of a baseline already. Take the levels.")
    check_option("baseline", baseline, list(dict.fromkeys(observations["time"].astype(str))), LoaderError)
    key = [name for name in observations.columns if name not in _NOT_WITHIN]
    at_base = observations["time"].astype(str) == baseline
    first = observations[at_base]
    twice = first.duplicated(key, keep=False)
    if twice.any():
        raise LoaderError(f"participant '{first.loc[twice, 'participant'].iloc[0]}' has several values at '{baseline}' in one cell. "
                          "Average the repetitions first.")  # fmt: skip
    if percent and (first["value"] <= 0).any():
        row = first[first["value"] <= 0].iloc[0]
        raise LoaderError(
            f"participant '{row['participant']}' has the baseline {row['value']:g}; a percentage needs one above zero."
        )
    later = observations[~at_base]
    text = dict.fromkeys(key, "object")
    joined = (
        later[key].astype(text).merge(first[[*key, "value"]].astype(text), on=key, how="left", validate="many_to_one")
    )
    return later, joined["value"].to_numpy(float)


def _derived(rows: pd.DataFrame) -> pd.DataFrame:
    evidence = np.where(rows["evidence"].astype(str) == "synthetic", "synthetic", "derived")
    rows = rows.assign(evidence=evidence).reset_index(drop=True)
    if isinstance(rows["time"].dtype, pd.CategoricalDtype):
        rows = rows.assign(time=rows["time"].cat.remove_unused_categories())
    return check(rows)
