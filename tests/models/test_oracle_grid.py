"""The grid of reference cases is complete, and every witness in it is fit to speak."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from oracle_cases import CASES, FOLDER, GRID, converged, fit_of, numbers, reference, reproduced

KINDS = {
    "balanced": "balanced_slopes", "missing cells": "missing_recommended", "drop-outs": "dropouts", "six": "six_slopes",
    "eight": "eight_slopes", "ten": "ten_recommended", "no slope variance": "singular_slopes",
    "no intercept variance": "singular_intercept", "perfect correlation": "dropouts_weeks", "crossed": "crossed",
    "nested": "nested", "numeric slopes": "numeric_slopes", "uncorrelated slopes": "uncorrelated_slopes",
    "covariate": "covariate", "split plot": "split_plot", "two muscles": "two_muscles", "group by time": "imagery",
    "repetitions": "repetitions", "log response": "log_response", "empty cell": "empty_cell", "volts": "volts",
    "offset": "offset", "unbalanced": "unbalanced_recommended", "sum coding": "sum_coding",
    "polynomial coding": "polynomial_coding", "maximum likelihood": "balanced_ml", "paired": "pairs",
    "real strength": "tenthirty_bench", "real EMG": "kishimoto_emg", "real counts": "to_failure", "real lungs": "fev",
    "crossed real": "grunfeld", "nested real": "pastes", "growth real": "dietox_slopes", "false boundary": "false_boundary",
}  # fmt: skip
SINGULAR = {
    "singular_slopes", "singular_component", "singular_intercept", "singular_nested", "dropouts_weeks", "six_slopes", "six_recommended", "kishimoto_torque",
}  # fmt: skip


def test_every_kind_of_study_is_there():
    assert set(KINDS.values()) <= set(CASES)
    assert len(GRID["datasets"]) >= 33
    assert len(CASES) >= 67
    assert {case["data"] for case in CASES.values()} == set(GRID["datasets"])


def test_every_case_has_its_reference_and_no_reference_is_left_over():
    assert {path.stem for path in (FOLDER / "results").glob("*.json")} == set(CASES)
    for case_id, case in CASES.items():
        found = reference(case_id)
        assert found["reml"] is case["reml"]
        for kind in ("means", "contrasts", "slopes"):
            assert len(found.get(kind, [])) == len(case.get(kind, []))
        assert found["coefficients"]["satterthwaite"]
        assert bool(found["coefficients"].get("kenward_roger")) is case["reml"]


def test_enough_tables_are_compared():
    count = {kind: sum(len(case.get(kind, [])) for case in CASES.values()) for kind in ("means", "contrasts", "slopes")}
    assert count["means"] >= 45
    assert count["contrasts"] >= 70
    assert count["slopes"] >= 4
    assert sum(bool(case.get("profile")) for case in CASES.values()) >= 5
    assert sum("compare" in case for case in CASES.values()) >= 3


def test_singular_fits_are_among_them():
    assert {case_id for case_id in CASES if reference(case_id)["singular"]} >= SINGULAR


@pytest.mark.parametrize("case_id", CASES)
def test_the_reference_reproduces_itself(case_id):
    """From other starting values and another optimiser R reached the same numbers, so each may be a witness."""
    assert converged(case_id)
    assert reproduced(case_id, "estimate", "std_error", within=1e-6)
    assert reproduced(case_id, "df_satterthwaite", within=1e-5)
    assert reproduced(case_id, "f_satterthwaite", within=1e-4)
    if CASES[case_id]["reml"]:
        assert reproduced(case_id, "std_error_kenward_roger", within=1e-6)
        assert reproduced(case_id, "df_kenward_roger", "f_kenward_roger", within=1e-5)


@pytest.mark.parametrize("case_id", CASES)
def test_nobody_is_below_the_other(case_id, request):
    """A lower deviance on our side would unmask the reference; a higher one would unmask us."""
    ours, theirs = -2 * fit_of(case_id, request).loglik, reference(case_id)["criterion"]
    assert abs(ours - theirs) <= 1e-7 + 1e-9 * abs(theirs)


def test_lme4_by_default_stops_at_a_boundary_that_is_none(request):
    """Its bounded search in θ ends 0.38 above the optimum and calls a regular fit singular; ours proves its optimum."""
    by_default = reference("false_boundary")["default"]
    fit = fit_of("false_boundary", request)
    assert by_default["singular"] and not fit.singular
    assert by_default["criterion"] + 2 * fit.loglik > 0.3


def test_one_reference_is_no_witness_because_of_the_unit(request):
    """In volts lmerTest's numerical Hessian fails: its df are not those that it finds for the same data in µV."""
    assert [case_id for case_id, case in CASES.items() if "no_witness" in case] == ["volts"]
    in_volts, in_microvolts = (reference(c)["anova"]["satterthwaite_3"]["den_df"] for c in ("volts", "eight_slopes"))
    assert np.abs(numbers(in_volts) - numbers(in_microvolts)).max() > 1
    ours = fit_of("volts", request).anova(ddf="satterthwaite")["den_df"]
    assert numbers(ours) == pytest.approx(numbers(in_microvolts), abs=1e-3)


def test_the_seeds_give_the_data():
    """Every simulated file is what its generator writes."""
    spec = importlib.util.spec_from_file_location("reference_data", FOLDER / "make_data.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert {f"{name}.csv" for name in module.SETS} == {path.name for path in (FOLDER / "data").glob("*.csv")}
    for seed, (name, function) in enumerate(module.SETS.items(), start=2601):
        made = function(np.random.default_rng(seed)).reset_index(drop=True)
        kept = pd.read_csv(FOLDER / "data" / f"{name}.csv")
        assert len(made) == len(kept)
        np.testing.assert_allclose(made["value"], kept["value"], atol=5.1e-4, err_msg=name)


def test_versions_are_kept():
    text = (FOLDER / "versions.txt").read_text(encoding="utf-8")
    for package in ("R version", "lme4", "lmerTest", "pbkrtest", "emmeans"):
        assert package in text
    assert np.isfinite(numbers(reference("balanced_slopes")["criterion"])).all()
