"""Intervals of variance components against exact pivots, a grid, and their coverage."""

import joblib
import numpy as np
import pandas as pd
import pytest
from lab import lifts, with_gaps
from scipy import stats
from scipy.optimize import brentq, minimize

from mmc_analysis import schema
from mmc_analysis.errors import ModelError, OptionError
from mmc_analysis.models.mixed.intervals import profile_intervals
from mmc_analysis.models.mixed.likelihood import solve
from mmc_analysis.models.mixed.model import fit_mixed


def one_way(seed=1, people=10, each=5, sd=1.5):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    return pd.DataFrame(
        {"participant": person, "value": sd * rng.normal(size=people)[person] + rng.normal(size=people * each)}
    )


def row(table, grouping, metric="sd", term=None):
    found = table[(table.grouping == grouping) & (table.metric == metric)]
    return (found if term is None else found[found.term == term]).iloc[0]


def one_way_deviance(frame, reml):
    """-2 log L of the balanced one-way layout as a function of the two variances, from its mean squares."""
    groups = frame.groupby("participant").value
    k, n = len(groups), len(frame) // len(groups)
    between, within = n * groups.mean().var(ddof=1) * (k - 1), groups.var(ddof=1).sum() * (n - 1)
    free = k - 1 if reml else k

    def deviance(residual, shared):
        total = residual + n * shared
        return free * np.log(total) + between / total + k * (n - 1) * np.log(residual) + within / residual

    return deviance


@pytest.mark.parametrize("reml", [True, False])
def test_profile_of_the_one_way_layout(reml):
    frame = one_way()
    fit = fit_mixed("value ~ 1 + (1 | participant)", frame, reml=reml)
    table, deviance = fit.intervals(), one_way_deviance(frame, reml)
    lowest = minimize(lambda v: deviance(*np.exp(v)), [0.0, 0.5], tol=1e-12).fun

    def shared(sd):
        found = minimize(lambda v: deviance(np.exp(v[0]), sd**2), [0.0], tol=1e-12)
        return found.fun - lowest - stats.chi2.ppf(0.95, 1)

    found = row(table, "participant")
    assert found.conf_low == pytest.approx(brentq(shared, 0.1, found.estimate), rel=1e-4)
    assert found.conf_high == pytest.approx(brentq(shared, found.estimate, 10), rel=1e-4)
    assert row(table, "Residual").estimate == pytest.approx(fit.sigma)


def test_profile_limits_of_a_correlation_lie_on_the_contour():
    """At the limit, with the correlation held, the two standard deviations are sought by a simplex."""
    frame = with_gaps(lifts(4, n=14, loads=5, sd=(8.0, 6.0, 0.0, 2.0)), 0.1)
    frame = frame[frame.condition != "triceps"].assign(condition=lambda f: f.condition.astype(str))
    fit = fit_mixed("value ~ condition + load + (1 + condition | participant)", frame, warn=False, reml=False)
    found = row(fit.intervals(), "participant", "correlation")
    blocks, basis = fit.solution.blocks, fit.random[0].basis
    sd = fit.variance_components.query("metric == 'sd'").estimate.to_numpy()

    def deviance(logs, held):
        spread = np.exp(logs)
        matrix = basis @ (np.array([[1.0, held], [held, 1.0]]) * np.outer(spread, spread)) @ basis.T
        return solve(blocks, np.linalg.cholesky(matrix)[[0, 1, 1], [0, 0, 1]], False).deviance

    for limit in (found.conf_low, found.conf_high):
        result = minimize(deviance, np.log(sd[:2] / sd[2]), (limit,), method="Nelder-Mead", options={"fatol": 1e-10})
        rise = result.fun - fit.solution.optimum.state.deviance
        assert rise == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-5)


def test_a_zero_variance_has_its_limit_at_zero():
    frame = one_way(seed=2)
    frame["value"] -= 0.9 * frame.groupby("participant").value.transform("mean")
    found = row(fit_mixed("value ~ 1 + (1 | participant)", frame, warn=False).intervals(), "participant")
    assert (found.estimate, found.conf_low) == (0, 0) and 0 < found.conf_high < 1.5


def test_units_of_response_and_columns():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"participant": np.repeat(np.arange(9), 6), "x": np.tile(np.arange(6.0), 9)})
    frame["value"] = 3 * rng.normal(size=9).repeat(6) + rng.normal(1, 1, 9).repeat(6) * frame.x + rng.normal(size=54)
    formula = "value ~ x + (1 + x | participant)"
    one = fit_mixed(formula, frame).intervals()
    other = fit_mixed(formula, frame.assign(value=1e-6 * frame.value, x=100 * frame.x)).intervals()
    unit = np.array([1e-6, 1e-8, 1.0, 1e-6])
    for name in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(other[name], unit * one[name], rtol=1e-5)
    schema.check(one, "estimates")
    assert one.metric.tolist() == ["sd", "sd", "correlation", "sd"] and one.method.eq("profile likelihood, REML").all()


def test_either_likelihood_of_any_fit():
    fits = [fit_mixed("value ~ 1 + (1 | participant)", one_way(), reml=reml) for reml in (True, False)]
    for criterion in (True, False):
        one, other = (fit.intervals(reml=criterion) for fit in fits)
        np.testing.assert_allclose(one.conf_low, other.conf_low, rtol=1e-5)
        assert one.method.eq(f"profile likelihood, {'REML' if criterion else 'ML'}").all()
    assert fits[0].intervals().conf_high[0] > fits[0].intervals(reml=False).conf_high[0]


def test_wider_level_wider_interval():
    fit = fit_mixed("value ~ 1 + (1 | participant)", one_way())
    narrow, wide = fit.intervals(conf_level=0.8), fit.intervals(conf_level=0.99)
    assert (wide.conf_low < narrow.conf_low).all() and (wide.conf_high > narrow.conf_high).all()


def test_bootstrap_of_the_residual_is_its_chi_squared():
    fit = fit_mixed("value ~ 1 + (1 | participant)", one_way())
    found = row(fit.intervals(method="bootstrap", n_sim=4000, seed=1), "Residual")
    exact = fit.sigma * np.sqrt(stats.chi2.ppf([0.025, 0.975], 40) / 40)
    np.testing.assert_allclose([found.conf_low, found.conf_high], exact, rtol=0.02)
    again = fit.intervals(method="bootstrap", n_sim=600, seed=2)
    with joblib.parallel_config(backend="threading"):
        pd.testing.assert_frame_equal(again, fit.intervals(method="bootstrap", n_sim=600, seed=2, n_jobs=2))


def test_wrong_options():
    fit = fit_mixed("value ~ 1 + (1 | participant)", one_way())
    with pytest.raises(OptionError, match="Did you mean 'profile'"):
        fit.intervals(method="profiles")
    with pytest.raises(ModelError, match="conf_level"):
        fit.intervals(conf_level=95)
    with pytest.raises(ModelError, match="n_sim"):
        fit.intervals(method="bootstrap", n_sim=0)


@pytest.mark.slow
def test_coverage_of_the_profile_interval():
    """Standard deviation of the residual and between people, REML, 10 people: 95 % within Monte Carlo error."""
    truth = fit_mixed("value ~ 1 + (1 | participant)", one_way(seed=5))
    sd = truth.variance_components.query("metric == 'sd'").estimate.to_numpy()
    refits = truth.refit(truth.simulate(250, seed=1))
    inside = np.zeros(2)
    for i in range(250):
        fit = refits.fit(i)
        found = profile_intervals(fit.random, fit.solution, 0.95)
        inside += [interval.low <= value <= interval.high for interval, value in zip(found, sd, strict=True)]
    np.testing.assert_allclose(inside / 250, 0.95, atol=0.042)
