"""What each cell holds: number of participants, mean, standard deviation and interval."""

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from mmc_analysis.errors import LoaderError, MMCWarning
from mmc_analysis.loaders.cells import WITHIN
from mmc_analysis.options import named_options, nearest
from mmc_analysis.schema import check, combined_evidence

_ALWAYS = ("study", "measure", "unit", "quantity")
_AVERAGED = (*WITHIN, "week", "trial", "repetition")


@named_options
def summarise(observations: pd.DataFrame, by: Iterable[str] = (), *, conf_level: float = 0.95) -> pd.DataFrame:
    """Summarise observations per cell, participants counting once each.

    Repetitions, trials and every level that is not in `by` are averaged within the participant first; `method` says
    which. So `n` counts participants, and the standard deviation is the one between them.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations.
    by : iterable of str
        Columns whose combinations are the cells. Studies, measures, units and quantities are never mixed.
    conf_level : float
        Level of the interval, mean ± t(n - 1) · sd / sqrt(n).

    Returns
    -------
    pandas.DataFrame
        Estimates, one row per cell: `by` …, estimate (= mean), std_error, df, conf_level, conf_low, conf_high, n (participants),
        n_obs (values behind them), mean, sd, metric "raw". With one participant sd and interval are empty.

    Raises
    ------
    LoaderError
        If a column of `by` is not there, or conf_level is not between 0 and 1.

    Warns
    -----
    MMCWarning
        If participants differ in what is averaged over, because cells are missing: their means are then not alike.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": "s", "participant": ["P1", "P1", "P2", "P2"], "trial": [1, 2, 1, 2], "measure": "torque",
    ...                      "unit": "N_m", "value": [10.0, 20.0, 25.0, 25.0], "evidence": "measured"})
    >>> summarise(rows)[["estimate", "sd", "n", "n_obs", "conf_low", "conf_high"]].round(2)
       estimate    sd  n  n_obs  conf_low  conf_high
    0      20.0  7.07  2      4    -43.53      83.53
    """
    check(observations, "observations")
    by = _columns(observations, by)
    if not 0 < conf_level < 1:
        raise LoaderError(f"conf_level={conf_level!r} must lie between 0 and 1, such as 0.95.")
    cell = [*dict.fromkeys([name for name in _ALWAYS if name in observations] + by)]
    known = observations[observations["value"].notna()]
    if known.empty:
        raise LoaderError("there is no value to summarise: every cell is empty.")
    averaged = [
        name for name in _AVERAGED if name in known and name not in by and known[name].nunique(dropna=False) > 1
    ]
    _warn_if_uneven(known, cell, [name for name in averaged if name in WITHIN])
    person = [*dict.fromkeys(["study", "participant", *cell])]
    means = known.groupby(person, observed=True, dropna=False)["value"].agg(["mean", "size"]).reset_index()
    table = means.groupby(cell, observed=True, dropna=False).agg(mean=("mean", "mean"), sd=("mean", "std"), n=("mean", "size"),
                                                                n_obs=("size", "sum")).reset_index()  # fmt: skip
    over = f"; averaged within participants first over {', '.join(averaged)}" if averaged else ""
    return check(_with_intervals(table, conf_level).assign(
        metric="raw", method=f"mean of the participants' means, t interval{over}", evidence=combined_evidence(known)
    ), "estimates")  # fmt: skip


def _columns(observations: pd.DataFrame, by: Iterable[str]) -> list[str]:
    by = [by] if isinstance(by, str) else list(by)
    for name in by:
        if name not in observations or name == "value":
            raise LoaderError(f"by: there is no column '{name}'.{nearest(name, observations.columns)} Columns: "
                              f"{', '.join(observations.columns)}.")  # fmt: skip
    return by


def _warn_if_uneven(known: pd.DataFrame, cell: list[str], averaged: list[str]) -> None:
    if not averaged:
        return
    distinct = known[[*dict.fromkeys(["study", "participant", *cell, *averaged])]].drop_duplicates()
    person = [*dict.fromkeys(["study", "participant", *cell])]
    counts = distinct.groupby(person, observed=True, dropna=False).size().rename("levels").reset_index()
    most = counts.groupby(cell, observed=True, dropna=False)["levels"].transform("max")
    short = counts.loc[counts["levels"] < most, "participant"].drop_duplicates()
    if len(short):
        warnings.warn(f"{len(short)} participants ({', '.join(map(str, short[:5]))}) lack some of the cells that are averaged over "
                      f"({', '.join(averaged)}), so their means are not like the others'. See mmc.missing_cells, or put these "
                      "columns into by=.", MMCWarning, stacklevel=4)  # fmt: skip


def _with_intervals(table: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    n = table["n"].to_numpy(float)
    error = table["sd"].to_numpy() / np.sqrt(n)
    width = stats.t.ppf((1 + conf_level) / 2, np.where(n > 1, n - 1, np.nan)) * error
    mean = table["mean"].to_numpy()
    return table.assign(estimate=mean, std_error=error, df=np.where(n > 1, n - 1, np.nan), conf_level=conf_level,
                        conf_low=mean - width, conf_high=mean + width)  # fmt: skip
