"""Predictions for the average participant, for participants of the fit, and for new ones, with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.variables import check_columns, rows_named
from mmc_analysis.models.mixed.conditional import conditional
from mmc_analysis.models.mixed.inference import MixedInference
from mmc_analysis.models.mixed.random import RandomEffects
from mmc_analysis.models.mixed.row_effects import UNSEEN, RowEffects, prediction_variance, row_effects
from mmc_analysis.models.small_samples.kenward_roger import parameter_covariance, two_moment_df
from mmc_analysis.models.tables.predictions import Predictions


def average_rows(
    fit: MixedInference, new: pd.DataFrame, random: Sequence[RandomEffects], observation: bool
) -> RowEffects:
    """Return rows for the average participant; with the variances of a new one if an observation is predicted."""
    x = fit.fixed.matrix(new)
    if not observation:
        empty = [np.zeros((len(new), effects.basis.shape[0])) for effects in random]
        return row_effects(fit.solution, x, empty, [np.full(len(new), UNSEEN)] * len(random))
    units = [_unit_columns(effects, new) for effects in random]
    return row_effects(fit.solution, x, units, [np.full(len(new), UNSEEN)] * len(random))


def known_rows(fit: MixedInference, new: pd.DataFrame, random: Sequence[RandomEffects]) -> RowEffects:
    """Return rows for participants of the fit.

    Raises
    ------
    ModelError
        If a participant, or another level of a grouping column, was not in the fit. A combination of levels that was
        not there, such as a missing cell, is predicted with its effect at zero and with its variance.
    """
    check_columns(new, dict.fromkeys(name for effects in random for name in effects.term.grouping))
    for effects in random:
        for place, name in enumerate(effects.term.grouping):
            seen = {label[place] for label in effects.labels}
            strange = ~new[name].map(lambda value, seen=seen: value in seen).to_numpy(dtype=bool)
            if strange.any():
                raise ModelError(
                    f"{name} {new[name].to_numpy(dtype=object)[strange][0]!r} in {rows_named(new.index[strange])} was not "
                    "in the fit. Predict for participants='average', with interval='prediction' for a new one."
                )
    units = [_unit_columns(effects, new) for effects in random]
    return row_effects(fit.solution, fit.fixed.matrix(new), units, [effects.level_in(new) for effects in random])


def _unit_columns(effects: RandomEffects, new: pd.DataFrame) -> np.ndarray:
    return np.linalg.solve(effects.basis.T, effects.layout.matrix(new).T).T


def predictions(fit: MixedInference, rows: RowEffects, observation: bool, ddf: str, information: str) -> Predictions:
    """Return estimates of rows with the standard errors of their errors.

    Parameters
    ----------
    fit : MixedInference
    rows : RowEffects
    observation : bool
        Whether the interval is for a single new observation, not for its expectation.
    ddf, information : str
        With Kenward–Roger the variance is the adjusted one; with both small-sample methods the degrees of freedom
        match the first two moments of the estimated variance.
    """
    kenward_roger = ddf == "kenward-roger"
    solution = fit.restricted if kenward_roger else fit.solution
    arrays = fit.sensitivity if kenward_roger else fit.own_sensitivity
    found = prediction_variance(solution, arrays, rows)
    variance, gradient = found.variance.copy(), found.gradient.copy()
    if observation:
        variance += 1.0
        gradient[:, -1] += 1.0
    df = np.full(len(variance), np.inf)
    if ddf != "asymptotic":
        w = fit.adjusted(information).w if kenward_roger else parameter_covariance(arrays.expected).matrix
        df = two_moment_df(variance, gradient, w)
        if kenward_roger:
            adjusted = fit.adjusted(information)
            extra = adjusted.covariance - np.eye(len(fit.beta))
            variance = variance + np.einsum("np,pq,nq->n", found.towards, extra, found.towards)
    known = conditional(solution).effects[rows.block]
    estimate = rows.x @ solution.beta + (rows.known * known).sum(axis=1)
    return Predictions(estimate, solution.sigma * np.sqrt(variance), df)
