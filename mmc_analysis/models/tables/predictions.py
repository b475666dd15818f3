"""How predictions become a frame, the same for every model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.models.small_samples.t_distribution import t_quantile
from mmc_analysis.models.tables.primitives import Fit, Inference
from mmc_analysis.models.tables.response_scale import response_scale_of

OF_WHOM = {"average": "the average participant", "known": "known participants"}


@dataclass(frozen=True)
class Predictions:
    """Predictions, the standard errors of their errors, and the df of these; each (m,)."""

    estimate: np.ndarray
    std_error: np.ndarray
    df: np.ndarray


def prediction_table(
    fit: Fit, new: pd.DataFrame, found: Predictions, how: Inference, participants: str, interval: str | None,
    response_scale: bool,
) -> pd.DataFrame:  # fmt: skip
    """Return predictions as a frame.

    Parameters
    ----------
    fit : Fit
    new : pandas.DataFrame
        The m rows that are predicted.
    found : Predictions
    how : Inference
    participants : {"average", "known"}
    interval : {None, "confidence", "prediction"}
    response_scale : bool
        Whether predictions of a logarithm go back to the unit of what was measured.

    Returns
    -------
    pandas.DataFrame
        On the index of `new`: the formula's columns, estimate, and with an interval std_error, df, conf_level, conf_low,
        conf_high; n, method, evidence.

    Raises
    ------
    ModelError
        If `response_scale` is asked for and the response is no logarithm.
    """
    fixed = fit.fixed
    shown = [name for name in fixed.formula.variables if name in new.columns and name != fixed.response]
    table = new[shown].assign(estimate=found.estimate)
    label = f"prediction for {OF_WHOM[participants]}"
    if interval:
        half = t_quantile(0.5 + how.conf_level / 2, found.df) * found.std_error
        table = table.assign(std_error=found.std_error, df=found.df, conf_level=how.conf_level,
                             conf_low=found.estimate - half, conf_high=found.estimate + half)  # fmt: skip
        label += f"; {interval} interval, {how.label}"
    table = table.assign(n=fit.n_participants, method=label, evidence=fit.evidence)
    return response_scale_of(fixed).predictions_on_response(table) if response_scale else table
