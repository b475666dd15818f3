"""Many responses at once against the same responses one by one; the closed form against Newton."""

import numpy as np
import pandas as pd
import pytest
from lab import lifts, with_gaps

from mmc_analysis.errors import ModelError, OptionError
from mmc_analysis.models.mixed.closed_form import balance_of
from mmc_analysis.models.mixed.model import fit_mixed

SLOPES = "value ~ condition * load + (1 + condition | participant)"
DESIGNS = {
    "balanced": (SLOPES, lifts(1, n=10, loads=3)),
    "two terms": (SLOPES + " + (1 | participant:load)", lifts(1, n=8, loads=3, repetitions=2)),
    "missing cells": (SLOPES, with_gaps(lifts(1, n=10, loads=3), 0.15)),
    "crossed": ("value ~ condition + (1 | participant) + (1 | load)", with_gaps(lifts(1, n=8, loads=5), 0.1)),
    "intercept": ("value ~ condition + (1 | participant)", lifts(1, n=9, loads=1)),
}


def model(name, **options):
    formula, frame = DESIGNS[name]
    return fit_mixed(formula, frame, warn=False, **options), frame


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("name", DESIGNS)
def test_each_response_as_if_alone(name, reml):
    fit, frame = model(name, reml=reml)
    responses = fit.simulate(12, seed=3)
    found = fit.refit(responses)
    assert found.converged.all()
    covariances = found.covariances()
    for i in range(12):
        alone = fit_mixed(fit.formula, frame.assign(value=responses[:, i]), reml=reml, warn=False)
        assert found.deviance[i] == pytest.approx(alone.deviance, abs=1e-8)
        assert found.sigma[i] == pytest.approx(alone.sigma, rel=1e-6)
        assert found.singular[i] == alone.singular
        np.testing.assert_allclose(found.beta[i], alone.beta, rtol=1e-5, atol=1e-5)
        scale = alone.sigma**2
        for effects, matrix in zip(alone.random, covariances, strict=True):
            sd = np.sqrt(np.clip(matrix[i].diagonal(), 0, None))
            theirs = alone.variance_components.query(f"grouping == '{effects.grouping}' and metric == 'sd'").estimate
            np.testing.assert_allclose(sd**2, theirs**2, rtol=1e-4, atol=1e-5 * scale)


def test_closed_form_is_newton_and_never_worse():
    fit, _ = model("balanced")
    responses = fit.simulate(300, seed=1)
    exact, newton = fit.refit(responses, method="closed form"), fit.refit(responses, method="newton")
    assert exact.method == "closed form" and newton.method == "newton"
    assert 20 < exact.singular.sum() < 280
    assert (exact.singular == newton.singular).all()
    np.testing.assert_allclose(exact.deviance, newton.deviance, atol=1e-8)
    assert (exact.deviance <= newton.deviance + 1e-10).all()
    np.testing.assert_allclose(exact.sigma, newton.sigma, rtol=1e-6)


def test_closed_form_with_groups_and_a_covariate_between_participants():
    rng = np.random.default_rng(1)
    frame = lifts(2, n=12, loads=3)
    number = frame.participant.str[1:].astype(int)
    frame = frame.assign(group=np.where(number % 3 == 0, "a", "b"), years=rng.normal(size=13)[number])
    for formula in ("value ~ (condition + load) * group + (1 + condition | participant)",
                    "value ~ condition * years + load + (1 + condition | participant)"):  # fmt: skip
        fit = fit_mixed(formula, frame, warn=False)
        responses = fit.simulate(20, seed=2)
        exact, newton = fit.refit(responses), fit.refit(responses, method="newton")
        assert exact.method == "closed form"
        np.testing.assert_allclose(exact.deviance, newton.deviance, atol=1e-8)
    additive = fit_mixed("value ~ condition + years + load + (1 + condition | participant)", frame, warn=False)
    assert balance_of(additive.solution.blocks, True) is None


def test_closed_form_is_refused_where_it_does_not_apply():
    for name in ("missing cells", "two terms", "crossed"):
        fit, _ = model(name)
        assert fit.refit(fit.fixed.y).method == "newton"
        with pytest.raises(ModelError, match="balanced within-participant design"):
            fit.refit(fit.fixed.y, method="closed form")


@pytest.mark.parametrize("name", ["balanced", "missing cells"])
def test_one_of_them_as_a_whole_fit(name):
    fit, frame = model(name)
    responses = fit.simulate(4, seed=5)
    whole = fit.refit(responses).fit(2)
    alone = fit_mixed(fit.formula, frame.assign(value=responses[:, 2]), warn=False)
    for ddf in ("kenward-roger", "satterthwaite"):
        a, b = whole.anova(ddf=ddf), alone.anova(ddf=ddf)
        np.testing.assert_allclose(a[["statistic", "den_df"]], b[["statistic", "den_df"]], rtol=1e-4)


def test_the_original_response_gives_the_original_fit_whatever_its_unit():
    fit, _ = model("balanced")
    found = fit.refit(np.column_stack([fit.fixed.y, 1e6 * fit.fixed.y, fit.fixed.y + 1e6]))
    n, p = fit.fixed.X.shape
    moved = np.array([0.0, 2 * (n - p) * np.log(1e6), 0.0])
    np.testing.assert_allclose(found.deviance, fit.deviance + moved, rtol=1e-9)
    np.testing.assert_allclose(found.sigma / fit.sigma, [1.0, 1e6, 1.0], rtol=1e-7)
    table = found.frame()
    assert list(table.columns[: len(fit.beta)]) == list(fit.fixed.names)
    assert isinstance(table, pd.DataFrame) and len(found) == 3 and "3 fits" in repr(found)


def test_simulation_has_the_moments_of_the_model():
    fit, _ = model("intercept")
    drawn = fit.simulate(20_000, seed=1)
    assert np.array_equal(drawn[:, :5], fit.simulate(20_000, seed=1)[:, :5])
    covariance = np.cov(drawn[:6])
    same = fit.random[0].level[:6, None] == fit.random[0].level[:6]
    sd = fit.variance_components.query("metric == 'variance'").estimate.to_numpy()
    np.testing.assert_allclose(covariance, sd[0] * same + sd[1] * np.eye(6), atol=0.05 * sd.sum())
    np.testing.assert_allclose(drawn.mean(1), fit.fixed.X @ fit.beta, atol=5 * np.sqrt(sd.sum() / 20_000))


def test_bad_responses_are_named():
    fit, _ = model("intercept")
    with pytest.raises(ModelError, match=r"shape \(3,\).*27 rows"):
        fit.refit([1.0, 2.0, 3.0])
    wrong = fit.simulate(3)
    wrong[4, 1] = np.nan
    with pytest.raises(ModelError, match="response 1 holds a missing"):
        fit.refit(wrong)
    constant = fit.simulate(3)
    constant[:, 2] = 7.0
    with pytest.raises(ModelError, match="no column"):
        fit.refit(np.zeros((27, 0)))
    with pytest.raises(ModelError, match="n=0 must be"):
        fit.simulate(0)
    with pytest.raises(ModelError, match="fit response 2 exactly"):
        fit.refit(constant)
    with pytest.raises(OptionError, match="Did you mean 'newton'"):
        fit.refit(fit.fixed.y, method="newtons")
