"""The simulated error rates: the recommended models hold their level, the tempting ones do not."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.models.variance_analysis.rm_anova import rm_anova

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
TERMS = ("condition", "load", "condition:load")


def load_script():
    spec = importlib.util.spec_from_file_location("error_rates_script", BENCHMARKS / "error_rates.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


script = load_script()


@pytest.fixture(scope="module")
def table():
    return pd.read_csv(script.TABLE, keep_default_na=False)


def rate(table, label, method, metric, term, n, repetitions=1):
    mine = table.query(
        "label == @label and method == @method and metric == @metric and term == @term and n == @n and repetitions == @repetitions"
    )
    return mine["estimate"].item(), mine["std_error"].item()


def test_the_page_shows_the_table(table):
    assert script.PAGE.read_text(encoding="utf-8") == script.page(table)


def test_the_table_is_complete(table):
    assert set(table["n"]) == {8, 12, 18, 30}
    for repetitions, models in ((1, script.ONE_PER_CELL), (3, script.THREE_PER_CELL)):
        for label, methods in models.items():
            for method in methods:
                for metric in ("type_1_error", "coverage"):
                    for term in TERMS:
                        for n in script.SIZES:
                            assert 0 <= rate(table, label, script.LABELS[method], metric, term, n, repetitions)[0] <= 1
    assert (table.loc[table["repetitions"] == 1, "replicates"] == script.REPLICATES).all()
    assert (table["evidence"] == "synthetic").all()


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("n", [8, 12, 18, 30])
def test_recommended_models_hold_their_level(table, n, term):
    allowed = 4 * np.sqrt(0.05 * 0.95 / script.REPLICATES)
    for label in (script.RECOMMENDED, script.COMPONENTS):
        assert rate(table, label, "Kenward-Roger", "type_1_error", term, n)[0] < 0.05 + allowed
        assert rate(table, label, "Kenward-Roger", "coverage", term, n)[0] > 0.95 - allowed


@pytest.mark.parametrize("n", [8, 12, 18, 30])
def test_tempting_models_do_not(table, n):
    allowed = 4 * np.sqrt(0.05 * 0.95 / script.REPLICATES)
    for term in ("condition", "load"):
        assert rate(table, "(1 | participant)", "Kenward-Roger", "type_1_error", term, n)[0] > 0.1
        assert rate(table, "(1 | participant)", "Kenward-Roger", "coverage", term, n)[0] < 0.95 - allowed
    assert rate(table, "(1 + condition | participant)", "Kenward-Roger", "type_1_error", "load", n)[0] > 0.1
    normal = rate(table, script.RECOMMENDED, "normal (z, χ²)", "type_1_error", "condition", n)[0]
    assert normal > rate(table, script.RECOMMENDED, "Kenward-Roger", "type_1_error", "condition", n)[0]
    without_cells = rate(table, script.RECOMMENDED, "Kenward-Roger", "type_1_error", "condition:load", n, 3)[0]
    assert without_cells > 0.1


def test_the_scripts_analysis_of_variance_is_the_packages():
    y = script.null_responses(np.random.default_rng(3), 9)
    data = script.design(9).assign(value=y.ravel())
    theirs = rm_anova(data, dv="value", within=["condition", "load"], subject="participant").set_index("term")
    for term, (plain, corrected) in script.repeated_measures(y[..., 0]).items():
        assert plain == pytest.approx(theirs.loc[term, "p_value"], rel=1e-9)
        assert corrected == pytest.approx(theirs.loc[term, "p_gg"], rel=1e-9)


def test_the_simulated_study_has_the_variances_that_the_page_states():
    """Person 8² + condition 3² + load 3² + residual 4² for a value; 2·(3² + (4² + …)/5) for a difference of conditions."""
    rng = np.random.default_rng(11)
    y = np.stack([script.null_responses(rng, 1)[0, ..., 0] for _ in range(4000)])
    assert y.var() == pytest.approx(64 + 9 + 9 + 16, rel=0.05)
    means = y.mean(axis=2)
    assert (means[:, 1] - means[:, 0]).var() == pytest.approx(2 * (9 + 16 / 5), rel=0.07)
    assert abs((means[:, 1] - means[:, 0]).mean()) < 0.3


@pytest.mark.slow
def test_simulated_again_with_fewer_studies():
    models = {script.RECOMMENDED: (script.KR,), "(1 | participant)": (script.KR,)}
    found = script.simulate(12, 1, 500, models)
    allowed = 4 * np.sqrt(0.05 * 0.95 / 500)
    for term in TERMS:
        error = rate(found, script.RECOMMENDED, "Kenward-Roger", "type_1_error", term, 12)[0]
        coverage = rate(found, script.RECOMMENDED, "Kenward-Roger", "coverage", term, 12)[0]
        assert error < 0.05 + allowed
        assert coverage > 0.95 - allowed
    for term in ("condition", "load"):
        assert rate(found, "(1 | participant)", "Kenward-Roger", "type_1_error", term, 12)[0] > 0.12


def test_the_simulation_takes_from_a_fit_what_its_tables_say():
    rng = np.random.default_rng(5)
    rows, first, second = script.design(8), script.null_responses(rng, 8), script.null_responses(rng, 8)
    model = script.prepare("(1 | participant) + (1 | participant:condition) + (1 | participant:load)", rows, first)
    fit = script.fit_mixed(model.fit.formula, rows.assign(value=second.ravel()))
    refitted = model.fit.refit(np.column_stack([first.ravel(), second.ravel()])).fit(1)
    found = script.examine(model, refitted, script.KR)
    table = fit.anova().set_index("term")
    means = fit.contrasts("condition", method={"d": [-1, 1, 0]}, adjust="none").iloc[0]
    assert found["coverage", "condition"] == (means["conf_low"] <= 0 <= means["conf_high"])
    said = refitted.linear_estimates(model.differences, script.KR, "expected")
    assert said.estimate[0] == pytest.approx(means["estimate"], rel=1e-9)
    assert said.df[0] == pytest.approx(means["df"], rel=1e-9)
    for term in TERMS:
        assert found["type_1_error", term] == (table.loc[term, "p_value"] < 0.05)
