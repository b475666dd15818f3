"""Leaving a participant out against fitting without that participant."""

import numpy as np
import pandas as pd
import pytest
from lab import lifts, with_gaps

from mmc_analysis import schema
from mmc_analysis.errors import ModelError
from mmc_analysis.models import fit_mixed, fit_repeated

FORMULA = "value ~ condition + load + (1 + condition | participant)"


@pytest.fixture(scope="module")
def frame():
    return with_gaps(lifts(3, n=8, loads=3), 0.1)


def test_every_number_is_that_of_the_fit_without(frame):
    whole = fit_mixed(FORMULA, frame, warn=False)
    found = whole.influence()
    schema.check(found, "estimates")
    for person in ("P01", "P05"):
        part = fit_mixed(FORMULA, frame[frame.participant != person], warn=False)
        mine = found[found.level == person].set_index(["metric", "term"]).estimate
        np.testing.assert_allclose(mine["estimate_without"], part.beta, rtol=1e-6)
        error = part.coefficients(ddf="asymptotic").std_error.to_numpy()
        np.testing.assert_allclose(mine["dfbetas"], (whole.beta - part.beta) / error, rtol=1e-5, atol=1e-8)
        change = whole.beta - part.beta
        cook = change @ np.linalg.solve(whole.solution.covariance, change) / len(change)
        assert mine["cooks_distance", "all"] == pytest.approx(cook, rel=1e-5)
        assert mine["sigma_without", "Residual"] == pytest.approx(part.sigma, rel=1e-6)


def test_an_outlier_stands_out(frame):
    moved = frame.assign(value=frame.value + 40 * ((frame.participant == "P03") & (frame.condition == "triceps")))
    found = fit_mixed(FORMULA, moved, warn=False).influence()
    change = found[(found.metric == "dfbetas") & (found.term == "condition[T.triceps]")].set_index("level").estimate
    assert change.abs().idxmax() == "P03" and change["P03"] > 1


def test_another_column_and_what_cannot_be_estimated(frame):
    fit = fit_mixed(FORMULA, frame, warn=False)
    found = fit.influence("load")
    assert found.grouping.eq("load").all() and found[found.metric == "estimate_without"].estimate.isna().all()
    with pytest.raises(ModelError, match="no column 'partcipant'.*participant"):
        fit.influence("partcipant")
    with pytest.raises(ModelError, match="'study' has 1 levels"):
        fit.influence("study")


@pytest.mark.parametrize("covariance", ["CS", "UN"])
def test_a_marginal_model_without_each_participant(covariance):
    data = with_gaps(lifts(5, n=12, loads=1), 0.08).rename(columns={"participant": "lifter"})
    options = {"occasion": "condition", "subject": "lifter", "covariance": covariance}
    whole = fit_repeated("value ~ condition", data, **options)
    found = whole.influence()
    schema.check(found, "estimates")
    assert found.equals(whole.influence("lifter"))
    for person in ("P02", "P09"):
        part = fit_repeated("value ~ condition", data[data.lifter != person], **options)
        mine = found[found.level == person].set_index(["metric", "term"]).estimate
        np.testing.assert_allclose(mine["estimate_without"], part.beta, rtol=1e-6)
        error = part.coefficients(ddf="asymptotic").std_error.to_numpy()
        np.testing.assert_allclose(mine["dfbetas"], (whole.beta - part.beta) / error, rtol=1e-5, atol=1e-8)
        change = whole.beta - part.beta
        covariance_of_beta = whole.linear_estimates(np.eye(3), "asymptotic", "expected").covariance
        cook = change @ np.linalg.solve(covariance_of_beta, change) / 3
        assert mine["cooks_distance", "all"] == pytest.approx(cook, rel=1e-5)
        shares = data[data.lifter != person].condition.value_counts(normalize=True)
        variance = np.sum(shares.to_numpy() * (part.sigma["sd"] ** 2).loc[shares.index].to_numpy())
        assert mine["sigma_without", "Residual"] == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_compound_symmetry_has_the_influence_of_a_random_intercept(frame):
    marginal = fit_repeated("value ~ condition", frame, occasion=["condition", "load"], covariance="CS").influence()
    mixed = fit_mixed("value ~ condition + (1 | participant)", frame, warn=False).influence()
    assert list(marginal) == list(mixed)
    kept = mixed.metric != "sigma_without"
    np.testing.assert_allclose(marginal.estimate[kept], mixed.estimate[kept], rtol=1e-5, atol=1e-8)


def test_a_marginal_model_that_cannot_do_without_a_level(frame):
    fit = fit_repeated("value ~ condition", frame, occasion=["condition", "load"], covariance="CS")
    assert fit.influence("load")[lambda f: f.metric == "dfbetas"].estimate.isna().all()
    with pytest.raises(ModelError, match="no column 'partcipant'.*participant"):
        fit.influence("partcipant")


def test_people_of_stacked_studies_are_left_out_one_by_one():
    both = pd.concat([lifts(i, n=4, loads=3).assign(study=f"s{i}") for i in (1, 2)], ignore_index=True)
    found = fit_mixed("value ~ condition + (1 | study:participant)", both, warn=False).influence()
    assert found.level.nunique() == 8 and found.grouping.eq("study:participant").all()
    part = fit_mixed("value ~ condition + (1 | study:participant)", both[~((both.study == "s2") & (both.participant == "P03"))],
                     warn=False)  # fmt: skip
    mine = found[(found.level == "s2:P03") & (found.metric == "estimate_without")].estimate
    np.testing.assert_allclose(mine, part.beta, rtol=1e-6)
