"""Estimates against lme4: criterion, fixed effects, variance components, random effects, fitted values.

The rule: where lme4 reproduced itself from other starting values ten times closer than the tolerance, at a flat
point of the deviance, we agree within the tolerance. Nowhere may our deviance be higher than lme4's. If ours were
lower, lme4 would not have converged; the grid test asserts that this happens in no case, so nothing is left out.
"""

import re

import numpy as np
import pytest
from oracle_cases import (
    CASES,
    assert_close,
    column,
    fit_of,
    fit_quietly,
    in_order,
    plain_names,
    read_data,
    reference,
    reproduced,
)

from mmc_analysis.models import compare

PROFILED = [case_id for case_id, case in CASES.items() if case.get("profile")]
WITH_RESIDUALS = [case_id for case_id, case in CASES.items() if case.get("residuals")]
COMPARED = [case_id for case_id, case in CASES.items() if "compare" in case]
every_case = pytest.mark.parametrize("case_id", CASES)


@every_case
def test_deviance_is_the_same(case_id, request):
    fit, found = fit_of(case_id, request), reference(case_id)
    assert -2 * fit.loglik == pytest.approx(found["criterion"], rel=1e-9, abs=1e-7)


@every_case
def test_fixed_effects_and_standard_errors(case_id, request):
    fit, found = fit_of(case_id, request), reference(case_id)
    table = fit.coefficients(ddf="satterthwaite")
    theirs = found["coefficients"]["satterthwaite"]
    ours = in_order(table, plain_names(table["term"]), plain_names(column(theirs, "name")))
    assert reproduced(case_id, "estimate", "std_error", within=1e-6)
    assert_close(ours["estimate"], theirs["estimate"], relative=1e-6, scale=theirs["std_error"], what="estimate")
    assert_close(ours["std_error"], theirs["std_error"], relative=1e-6, what="std_error")


def _group(name):
    """A grouping factor or one of its levels, whatever the order of its parts: lme4 writes ``limb:participant``."""
    return tuple(sorted(re.sub(r"\.\d+$|[()]", "", str(name)).split(":")))


def _components(table):
    """Our table as {(grouping, columns, metric): estimate}."""
    rows = zip(table["grouping"], table["term"], table["metric"], table["estimate"], strict=True)
    return {(_group(g), tuple(sorted(plain_names(term.split(", ")))), metric): value for g, term, metric, value in rows}


def _reference_components(table):
    """R's table likewise."""
    found = {}
    for grp, one, two, vcov, sdcor in zip(
        *(column(table, name) for name in ("grouping", "name_1", "name_2", "vcov", "sdcor")), strict=True
    ):
        pair = two is not None
        names = ["Residual"] if grp == "Residual" else plain_names([one, two] if pair else [one])
        for metric, value in (("covariance" if pair else "variance", vcov), ("correlation" if pair else "sd", sdcor)):
            found[_group(grp), tuple(sorted(names)), metric] = np.nan if value is None else float(value)
    return found


@every_case
def test_variance_components(case_id, request):
    """Relative to the value; near zero, relative to what the group contributes to the response.

    A component is a sum of squares: at the boundary the square root of a rounding error is left of it.
    """
    fit, found = fit_of(case_id, request), reference(case_id)
    ours, theirs = _components(fit.variance_components), _reference_components(found["variance"])
    assert set(ours) == set(theirs)
    sd = {key[:2]: value for key, value in theirs.items() if key[2] == "sd"}
    for key, value in theirs.items():
        grouping, names, metric = key
        size = np.prod([sd[grouping, (name,)] for name in (names if len(names) == 2 else names * 2)])
        if metric == "correlation":
            if np.isfinite(value) and size > 0:
                assert ours[key] == pytest.approx(value, abs=5e-6), key
        elif metric == "sd":
            assert ours[key] == pytest.approx(value, rel=1e-6, abs=1e-5 * found["sigma"]), key
        else:
            assert ours[key] == pytest.approx(value, rel=1e-6, abs=5e-6 * size + 1e-9 * found["sigma"] ** 2), key


@every_case
def test_random_effects_and_their_conditional_deviations(case_id, request):
    fit, theirs = fit_of(case_id, request), reference(case_id)["random_effects"]
    table = fit.random_effects
    keys = [
        (_group(g), plain_names([term])[0], _group(level))
        for g, term, level in zip(table["grouping"], table["term"], table["level"], strict=True)
    ]
    wanted = [
        (_group(g), plain_names([term])[0], _group(level))
        for g, term, level in zip(*(column(theirs, name) for name in ("grouping", "term", "level")), strict=True)
    ]
    ours = in_order(table, keys, wanted)
    largest = {key: 0.0 for key, _, _ in wanted}
    for (grouping, _, _), value in zip(wanted, column(theirs, "estimate"), strict=True):
        largest[grouping] = max(largest[grouping], abs(value))
    size = [largest[grouping] + 1e-3 * fit.sigma for grouping, _, _ in wanted]
    assert_close(ours["estimate"], theirs["estimate"], relative=1e-5, scale=size, what="effects")
    assert_close(ours["std_error"], theirs["cond_sd"], relative=1e-5, scale=size, what="conditional sd")


@every_case
def test_fitted_values(case_id, request):
    fit, found = fit_of(case_id, request), reference(case_id)
    assert_close(fit.fitted[: len(found["fitted"])], found["fitted"], absolute=1e-5 * found["sigma"], what="fitted")


@every_case
def test_singular_is_said(case_id, request):
    fit, found = fit_of(case_id, request), reference(case_id)
    assert fit.converged
    assert bool(fit.singular) == found["singular"]


@every_case
def test_information_criteria_and_counts(case_id, request):
    fit, found = fit_of(case_id, request), reference(case_id)
    assert fit.n_obs == found["n_obs"]
    for ours, theirs in ((fit.loglik, found["loglik"]), (fit.aic, found["aic"]), (fit.bic, found["bic"])):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6)


@every_case
def test_predictions_for_the_average_and_for_known_participants(case_id, request):
    fit, found = fit_of(case_id, request), reference(case_id)
    for participants, values in (("average", found["average"]), ("known", found["fitted"])):
        ours = fit.predict(participants=participants)["estimate"][: len(values)]
        assert_close(ours, values, absolute=1e-5 * found["sigma"], what=participants)


@pytest.mark.parametrize("case_id", WITH_RESIDUALS)
def test_residuals(case_id, request):
    fit, theirs = fit_of(case_id, request), reference(case_id)["residuals"]
    sigma = reference(case_id)["sigma"]
    assert_close(fit.residuals["conditional"], theirs["response"], absolute=1e-5 * sigma, what="conditional")
    assert_close(fit.residuals["pearson"], theirs["pearson"], absolute=1e-5, what="pearson")
    assert_close(
        fit.residuals["marginal"] - fit.residuals["conditional"],
        fit.fitted - fit.residuals["fitted_marginal"],
        absolute=1e-9,
    )


@pytest.mark.parametrize("case_id", COMPARED)
def test_likelihood_ratio(case_id, request):
    """Models with different fixed effects, by maximum likelihood; REML fits are fitted again for it."""
    case, theirs = CASES[case_id], reference(case_id)["compare"]
    large = fit_of(case_id, request)
    small = fit_quietly(case["compare"], read_data(case["data"], None), reml=case["reml"])
    ours = compare(small, large).iloc[0]
    assert ours["statistic"] == pytest.approx(theirs["statistic"], rel=1e-6, abs=1e-7)
    assert ours["df"] == theirs["df"]
    assert ours["p_value"] == pytest.approx(theirs["p_value"], rel=1e-5)


@pytest.mark.parametrize("case_id", PROFILED)
def test_profile_intervals(case_id, request):
    """lme4 profiles the likelihood, not the restricted one, whatever the fit; its splines are replaced by solved limits."""
    theirs = reference(case_id)["profile"]
    table = fit_of(case_id, request).intervals(method="profile", conf_level=0.95, reml=False)
    ours = {}
    for row in table[table["metric"] == "sd"].itertuples(index=False):
        ours[_group(row.grouping), plain_names([row.term])[0]] = (row.conf_low, row.conf_high)
    wanted = {}
    for name, low, high in zip(*(column(theirs, key) for key in ("name", "conf_low", "conf_high")), strict=True):
        term, _, grouping = name.removeprefix("sd_").partition("|")
        key = (("Residual",), "Residual") if name == "sigma" else (_group(grouping), plain_names([term])[0])
        wanted[key] = (low, high)
    assert set(ours) == set(wanted)
    for key, limits in wanted.items():
        assert ours[key] == pytest.approx(limits, rel=1e-5, abs=1e-6 * limits[1]), key
