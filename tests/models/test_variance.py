"""Variance components, random effects, R² and ICC against mean squares and their definitions."""

import numpy as np
import pandas as pd
import pytest
from lab import lifts, with_gaps

from mmc_analysis import schema
from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.mixed.variance import user_covariances


@pytest.fixture(scope="module")
def slopes():
    return fit_mixed("value ~ condition + load + (1 + condition | participant) + (1 | participant:load)",
                     with_gaps(lifts(3, n=12, loads=4), 0.1), warn=False)  # fmt: skip


def component(fit, grouping, term, metric):
    frame = fit.variance_components
    return frame[(frame.grouping == grouping) & (frame.term == term) & (frame.metric == metric)].estimate.item()


def test_balanced_components_are_those_of_the_analysis_of_variance():
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(9), 4)
    frame = pd.DataFrame({"participant": person, "value": 2 * rng.normal(size=9)[person] + rng.normal(size=36)})
    means = frame.groupby("participant").value.mean().to_numpy()
    within = ((frame.value - means[person]) ** 2).sum() / 27
    fit = fit_mixed("value ~ 1 + (1 | participant)", frame)
    between = means.var(ddof=1) - within / 4
    assert component(fit, "Residual", "Residual", "variance") == pytest.approx(within)
    assert component(fit, "participant", "Intercept", "variance") == pytest.approx(between)
    icc = fit.icc().set_index(["grouping", "metric"]).estimate
    assert icc["all", "icc_adjusted"] == pytest.approx(between / (between + within))
    effects = fit.random_effects
    ratio = between / (between + within / 4)
    np.testing.assert_allclose(effects.estimate, ratio * (means - means.mean()))
    np.testing.assert_allclose(effects.std_error, np.sqrt(between * (1 - ratio)))


def test_components_of_slopes_make_the_covariance_of_the_data(slopes):
    names = slopes.random[0].names
    matrix = np.array([[component(slopes, "participant", a, "variance") if a == b else
                        component(slopes, "participant", f"{a}, {b}" if names.index(a) < names.index(b) else f"{b}, {a}",
                                  "covariance") for a in names] for b in names])  # fmt: skip
    np.testing.assert_allclose(matrix, user_covariances(slopes.random, slopes.solution)[0])
    sd = [component(slopes, "participant", name, "sd") for name in names]
    np.testing.assert_allclose(np.square(sd), matrix.diagonal())
    assert component(slopes, "participant", f"{names[0]}, {names[2]}", "correlation") == pytest.approx(
        matrix[0, 2] / (sd[0] * sd[2])
    )


def test_r_squared_by_its_definition(slopes):
    fixed = slopes.fixed.X @ slopes.beta
    shared = sum(
        np.einsum("ni,ij,nj->n", effects.z, matrix, effects.z).mean()
        for effects, matrix in zip(slopes.random, user_covariances(slopes.random, slopes.solution), strict=True)
    )
    for ddof in (0, 1):
        total = fixed.var(ddof=ddof) + shared + slopes.sigma**2
        found = slopes.r_squared(ddof=ddof).set_index("metric").estimate
        assert found["r2_marginal"] == pytest.approx(fixed.var(ddof=ddof) / total)
        assert found["r2_conditional"] == pytest.approx(1 - slopes.sigma**2 / total)
    icc = slopes.icc().set_index(["grouping", "metric"]).estimate
    assert icc["participant", "icc_adjusted"] + icc["participant:load", "icc_adjusted"] == pytest.approx(
        icc["all", "icc_adjusted"]
    )
    assert icc["all", "icc_adjusted"] == pytest.approx(shared / (shared + slopes.sigma**2))


def test_frames_follow_the_schema(slopes):
    for frame in (slopes.variance_components, slopes.random_effects, slopes.r_squared(), slopes.icc()):
        schema.check(frame, "estimates")
        assert frame.evidence.eq("synthetic").all()


def test_zero_variance_has_no_correlation():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"participant": np.repeat(np.arange(8), 6), "x": np.tile(np.arange(6.0), 8)})
    frame["value"] = frame.x + rng.normal(size=48)
    frame["value"] -= 0.95 * frame.groupby("participant").value.transform("mean")
    fit = fit_mixed("value ~ x + (1 + x | participant)", frame, warn=False)
    found = fit.variance_components
    sd = found[(found.metric == "sd") & (found.grouping == "participant")].estimate.to_numpy()
    correlation = found[found.metric == "correlation"].estimate.item()
    assert fit.singular and (np.isnan(correlation) if (sd == 0).any() else abs(correlation) == pytest.approx(1))
