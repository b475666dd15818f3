"""R², ICC, influence and profile limits of correlations against numbers made of lme4's parts."""

import json
from pathlib import Path

import numpy as np
import pytest
from oracle_cases import FOLDER, fit_quietly, plain_names, read_data

CASES = {
    case["id"]: case
    for case in json.loads((FOLDER.parent / "lme4_extras" / "reference.json").read_text(encoding="utf-8"))
}
CORRELATED = [name for name, case in CASES.items() if "correlation" in case]


@pytest.fixture(scope="module", params=CASES)
def both(request):
    """R's case and our fit of it."""
    case = CASES[request.param]
    return case, fit_quietly(case["formula"], read_data(case["data"], None), reml=case["reml"])


def test_the_reference_is_at_its_optimum():
    assert len(CASES) == 6 and len(CORRELATED) == 4
    for case in CASES.values():
        assert max(case["slope"], *(part["slope"] for part in case["influence"])) < 1e-6
    assert "lme4" in Path(FOLDER.parent / "lme4_extras" / "versions.txt").read_text(encoding="utf-8")


def test_shares_of_variance(both):
    case, fit = both
    wanted = case["shares"]
    found = fit.r_squared().set_index("metric").estimate
    for name in ("r2_marginal", "r2_conditional"):
        assert found[name] == pytest.approx(wanted[name], rel=1e-6)
    icc = fit.icc().set_index(["metric", "grouping"]).estimate
    assert icc["icc_adjusted", "all"] == pytest.approx(wanted["icc_adjusted_all"], rel=1e-6)
    assert icc["icc_unadjusted", "all"] == pytest.approx(wanted["icc_unadjusted"], rel=1e-6)
    for grouping, value in zip(np.atleast_1d(wanted["grouping"]), np.atleast_1d(wanted["icc_adjusted"]), strict=True):
        assert icc["icc_adjusted", grouping] == pytest.approx(value, rel=1e-6)


def test_influence_of_every_participant(both):
    case, fit = both
    found = fit.influence()
    error = np.sqrt(fit.solution.covariance.diagonal())
    order = [plain_names(fit.fixed.names).index(name) for name in plain_names(case["names"])]
    assert sorted(found.level.unique()) == [part["level"] for part in case["influence"]]
    for part in case["influence"]:
        mine = found[found.level == part["level"]].set_index("metric").estimate
        without = mine["estimate_without"].to_numpy()[order]
        assert np.abs(without - part["estimate_without"]).max() < 1e-6 * np.abs(without).max()
        np.testing.assert_array_less(np.abs(without - part["estimate_without"]) / error[order], 1e-6)
        np.testing.assert_allclose(mine["dfbetas"].to_numpy()[order], part["dfbetas"], rtol=1e-6, atol=1e-6)
        assert mine["cooks_distance"] == pytest.approx(part["cooks_distance"], rel=1e-6, abs=1e-8)
        assert mine["sigma_without"] == pytest.approx(part["sigma_without"], rel=1e-6)


@pytest.mark.parametrize("name", CORRELATED)
def test_profile_limits_of_a_correlation(name):
    case = CASES[name]
    fit = fit_quietly(case["formula"], read_data(case["data"], None), reml=case["reml"])
    row = fit.intervals()[lambda f: f.metric == "correlation"].iloc[0]
    wanted = case["correlation"]
    np.testing.assert_allclose(
        row[["estimate", "conf_low", "conf_high"]].astype(float),
        [wanted["estimate"], wanted["conf_low"], wanted["conf_high"]],
        rtol=1e-6, atol=1e-6,
    )  # fmt: skip
