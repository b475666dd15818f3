"""Predictions against hand calculation, Welch-Satterthwaite, and Henderson's equations written densely."""

import numpy as np
import pandas as pd
import pytest
from lab import lifts, with_gaps
from scipy import stats

from mmc_analysis.errors import ModelError, OptionError
from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.mixed.predictions import known_rows
from mmc_analysis.models.mixed.row_effects import prediction_variance
from mmc_analysis.models.mixed.variance import user_covariances

FORMULA = "value ~ condition + load + (1 + condition | participant) + (1 | participant:load)"


@pytest.fixture(scope="module")
def fit():
    return fit_mixed(FORMULA, with_gaps(lifts(4, n=9, loads=3, sd=(8.0, 6.0, 5.0, 2.5)), 0.2), warn=False)


@pytest.fixture(scope="module")
def one_way():
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(8), 5)
    frame = pd.DataFrame({"participant": group, "value": 3 * rng.normal(size=8)[group] + rng.normal(size=40)})
    means = frame.groupby("participant").value.mean().to_numpy()
    between = 5 * means.var(ddof=1)
    within = ((frame.value - means[group]) ** 2).sum() / 32
    return fit_mixed("value ~ 1 + (1 | participant)", frame), means, between, within


def test_mean_of_the_average_participant(one_way):
    fit, means, between, _ = one_way
    row = fit.predict(interval="confidence").iloc[0]
    error = np.sqrt(between / 40)
    assert (row.estimate, row.std_error, row.df) == pytest.approx((means.mean(), error, 7))
    assert row.conf_high - row.estimate == pytest.approx(stats.t.ppf(0.975, 7) * error)
    assert fit.predict()["estimate"].iloc[0] == pytest.approx(means.mean())


def test_observation_of_a_new_participant_has_welch_satterthwaite_df(one_way):
    fit, _, between, within = one_way
    row = fit.predict(interval="prediction").iloc[0]
    parts = np.array([between * (1 / 5 + 1 / 40), within * (1 - 1 / 5)])
    assert row.std_error == pytest.approx(np.sqrt(parts.sum()))
    assert row.df == pytest.approx(parts.sum() ** 2 / (parts[0] ** 2 / 7 + parts[1] ** 2 / 32))


def test_known_participant_is_shrunk_to_the_mean(one_way):
    fit, means, between, within = one_way
    found = fit.predict(participants="known", interval="confidence").groupby("participant").first()
    reliability = 1 - within / between
    np.testing.assert_allclose(found.estimate, means.mean() + reliability * (means - means.mean()))
    np.testing.assert_allclose(fit.fitted.groupby(fit.fixed.data["participant"]).first(), found.estimate)


def henderson(fit, rows_x, rows_z, z, covariance):
    """Variance of x'β̂ + z'b̂ - z'b by the inverse of the mixed-model equations."""
    x, p = fit.fixed.X, fit.fixed.X.shape[1]
    w = np.column_stack([x, z])
    left = w.T @ w / fit.sigma**2
    left[p:, p:] += np.linalg.inv(covariance)
    both = np.column_stack([rows_x, rows_z])
    return np.einsum("np,pq,nq->n", both, np.linalg.inv(left), both)


def dense_z(fit, frame):
    parts = []
    for effects in fit.random:
        z, level = effects.layout.matrix(frame), effects.level_in(frame)
        part = np.zeros((len(frame), len(effects.labels), z.shape[1]))
        seen = level >= 0
        part[np.flatnonzero(seen), level[seen]] = z[seen]
        parts.append(part.reshape(len(frame), -1))
    return np.column_stack(parts)


def dense_covariance(fit):
    blocks = [
        np.kron(np.eye(len(e.labels)), c)
        for e, c in zip(fit.random, user_covariances(fit.random, fit.solution), strict=True)
    ]
    size = sum(len(block) for block in blocks)
    whole, start = np.zeros((size, size)), 0
    for block in blocks:
        whole[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    return whole


def test_known_participants_by_mixed_model_equations(fit):
    frame = fit.fixed.data
    z = dense_z(fit, frame)
    variance = henderson(fit, fit.fixed.X, z, z, dense_covariance(fit))
    found = fit.predict(participants="known", interval="confidence", ddf="asymptotic")
    np.testing.assert_allclose(found.std_error**2, variance, rtol=1e-7)
    observed = fit.predict(participants="known", interval="prediction", ddf="asymptotic")
    np.testing.assert_allclose(observed.std_error**2, variance + fit.sigma**2, rtol=1e-7)
    np.testing.assert_allclose(found.estimate, fit.fitted)
    assert (fit.predict(participants="known", interval="confidence").std_error >= found.std_error).all()


def test_gradient_of_the_prediction_variance(fit):
    """Against differences of the mixed-model equations by the residual variance and by one variance component."""
    frame = fit.fixed.data.iloc[:5]
    rows = known_rows(fit, frame, fit.random)
    found = prediction_variance(fit.solution, fit.own_sensitivity, rows)
    z, all_z, base = dense_z(fit, frame), dense_z(fit, fit.fixed.data), dense_covariance(fit)
    n_last = len(fit.random[1].labels)
    part = np.diag(np.r_[np.zeros(len(base) - n_last), np.ones(n_last)])
    x = fit.fixed.matrix(frame)
    step = 1e-4 * fit.sigma**2
    by_component = [henderson(fit, x, z, all_z, base + sign * step * part) for sign in (1, -1)]
    np.testing.assert_allclose(
        found.gradient[:, -2], (by_component[0] - by_component[1]) / (2 * step), rtol=1e-5, atol=1e-8
    )
    total = found.gradient[:, :-1] @ fit.own_sensitivity.delta + found.gradient[:, -1]
    np.testing.assert_allclose(total, found.variance)


def test_a_missing_cell_of_a_known_participant(fit):
    frame = fit.fixed.data
    full = lifts(4, n=9, loads=3, sd=(8.0, 6.0, 5.0, 2.5))
    keys = ["participant", "load"]
    cells = frame[keys].drop_duplicates()
    few = fit_mixed(FORMULA, frame[~((frame.participant == "P01") & (frame.load == "60%"))], warn=False)
    new = full[(full.participant == "P01") & (full.load == "60%")]
    assert len(cells) == 27 and len(new) == 3
    found = few.predict(new, participants="known", interval="confidence", ddf="asymptotic")
    slopes = few.random_effects.query("grouping == 'participant' and level == 'P01'")["estimate"].to_numpy()
    expected = few.fixed.matrix(new) @ few.beta + few.random[0].layout.matrix(new) @ slopes
    np.testing.assert_allclose(found.estimate, expected)
    z = dense_z(few, new)
    known = henderson(few, few.fixed.matrix(new), z, dense_z(few, few.fixed.data), dense_covariance(few))
    cell = user_covariances(few.random, few.solution)[1].item()
    np.testing.assert_allclose(found.std_error**2, known + cell, rtol=1e-7)


def test_strangers_and_wrong_options(fit):
    stranger = fit.fixed.data.head(2).assign(participant="P99")
    with pytest.raises(ModelError, match="participant 'P99' in rows .* was not in the fit.*average"):
        fit.predict(stranger, participants="known")
    assert np.isfinite(fit.predict(stranger, interval="prediction").conf_low).all()
    with pytest.raises(OptionError, match="prediction"):
        fit.predict(interval="predictive")
    with pytest.raises(ModelError, match="no level"):
        fit.predict(fit.fixed.data.head(1).assign(condition="quads"))


def test_maximum_likelihood_predictions_are_those_of_the_fit():
    fit = fit_mixed("value ~ condition + (1 | participant)", lifts(3, n=6, loads=1), reml=False)
    found = fit.predict(interval="confidence")
    np.testing.assert_allclose(found.estimate, fit.fixed.X @ fit.beta)
    assert found.method.str.contains("Satterthwaite").all()
