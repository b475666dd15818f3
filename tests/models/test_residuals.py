"""Residuals against the dense algebra of a small model."""

import numpy as np
import pytest
from lab import lifts, with_gaps
from scipy import stats

from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.mixed.variance import user_covariances


@pytest.fixture(scope="module")
def fit():
    return fit_mixed("value ~ condition + load + (1 + condition | participant) + (1 | participant:load)",
                     with_gaps(lifts(3, n=8, loads=3), 0.15), warn=False)  # fmt: skip


def dense_v(fit):
    v = fit.sigma**2 * np.eye(fit.n_obs)
    for effects, matrix in zip(fit.random, user_covariances(fit.random, fit.solution), strict=True):
        v += (effects.z @ matrix @ effects.z.T) * (effects.level[:, None] == effects.level)
    return v


def test_every_kind_of_residual(fit):
    x, y, inverse = fit.fixed.X, fit.fixed.y, np.linalg.inv(dense_v(fit))
    phi = np.linalg.inv(x.T @ inverse @ x)
    projection = inverse - inverse @ x @ phi @ x.T @ inverse
    found = fit.residuals
    np.testing.assert_allclose(found.marginal, y - x @ phi @ x.T @ inverse @ y, atol=1e-8)
    conditional = fit.sigma**2 * projection @ y
    np.testing.assert_allclose(found.conditional, conditional, atol=1e-8)
    np.testing.assert_allclose(found.pearson, conditional / fit.sigma, atol=1e-8)
    error = fit.sigma**2 * np.sqrt(projection.diagonal())
    np.testing.assert_allclose(found.standardised, conditional / error, rtol=1e-6)
    np.testing.assert_allclose(fit.fitted, y - conditional, atol=1e-8)
    assert found.index.equals(fit.fixed.data.index)


def test_quantiles(fit):
    points = fit.quantiles()
    assert np.all(np.diff(points["sample"]) >= 0)
    np.testing.assert_allclose(stats.norm.cdf(points.theoretical), (np.arange(fit.n_obs) + 0.5) / fit.n_obs)
    effects = fit.quantiles("random_effects")
    assert set(effects.grouping) == {"participant", "participant:load"}
    assert effects.groupby(["grouping", "term"]).size().tolist() == [8, 8, 8, 24]
