"""Predictions of a marginal model: derivatives, and agreement with the random-intercept model."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.repeated.covariance import STRUCTURES
from mmc_analysis.models.repeated.model import fit_repeated
from mmc_analysis.models.repeated.prediction import average, conditional


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(31)
    rows = [(f"P{i:02d}", ("control", "imagery")[i % 2], time, 50 + 2 * k + person + rng.normal(0, 3))
            for i in range(16) for person in [rng.normal(0, 4)] for k, time in enumerate((0, 1, 2, 3))]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["participant", "group", "time", "value"])
    return frame.drop(index=[2, 9, 33, 34])


def at(estimate, theta):
    return replace(estimate, optimum=replace(estimate.optimum, point=replace(estimate.optimum.point, theta=theta)))


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_derivatives_of_what_a_prediction_leans_on(data, covariance):
    fit = fit_repeated("value ~ group + time", data, occasion="time", covariance=covariance, group="group")
    x = fit.fixed.X[:6] @ fit.result.unmix
    known = (fit.fixed.X @ fit.result.unmix, fit.fixed.y, *fit.seen.codes)
    who, when = fit.participant_codes[:6], np.array([2, 2, 2, 0, 1, 2])
    theta, h = fit.result.optimum.point.theta, 1e-6

    def both(values):
        moved = at(fit.result, values)
        return conditional(moved, x, who, when, known), average(moved, x, fit.seen.group_codes[:6], when)

    for k, e in enumerate(np.eye(len(theta)) * h):
        for up, down, here in zip(both(theta + e), both(theta - e), both(theta), strict=True):
            np.testing.assert_allclose(here.tilt[:, k], (up.rows - down.rows) / (2 * h), atol=1e-7)
            np.testing.assert_allclose(here.slope[:, k], (up.variance - down.variance) / (2 * h), atol=1e-7)


def test_compound_symmetry_predicts_as_the_random_intercept(data):
    """A missing occasion of a known participant, and a new participant: the same numbers from both models."""
    repeated = fit_repeated("value ~ group * C(time)", data, occasion="time", covariance="CS")
    mixed = fit_mixed("value ~ group * C(time) + (1 | participant)", data)
    new = pd.DataFrame({"participant": ["P00", "P08"], "group": ["control", "control"], "time": [2, 1]})
    for participants in ("known", "average"):
        ours, theirs = (
            fit.predict(new, participants=participants, interval="prediction", ddf="satterthwaite")
            for fit in (repeated, mixed)
        )
        np.testing.assert_allclose(ours[["estimate", "std_error"]], theirs[["estimate", "std_error"]], rtol=1e-6)


def test_predictions_without_an_interval_are_the_estimates_alone(data):
    fit = fit_repeated("value ~ group * C(time)", data, occasion="time", covariance="CS")
    table = fit.predict(pd.DataFrame({"group": ["control"], "time": [1]}, index=["row"]))
    assert list(table.columns) == ["group", "time", "estimate", "n", "method", "evidence"]
    assert list(table.index) == ["row"]


def test_quantile_points(data):
    fit = fit_repeated("value ~ group * C(time)", data, occasion="time", covariance="UN")
    points = fit.quantiles()
    assert len(points) == fit.n_obs
    assert (np.diff(points["sample"]) >= 0).all() and (np.diff(points["theoretical"]) > 0).all()
    assert abs(points["sample"].std() - 1) < 0.1
