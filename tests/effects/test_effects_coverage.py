"""How often do nominal 95 % intervals contain the truth, and do standard errors match the spread of the estimates?

`benchmarks/interval_coverage.py` simulates every interval; here its table is held to the documented bands, the docstrings to the
table, and a part of it is simulated anew.
"""

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import effects

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SAMPLES = 6000
SLACK = 3 * np.sqrt(0.95 * 0.05 / SAMPLES)


def load_script():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import interval_coverage
    finally:
        sys.path.remove(str(BENCHMARKS))
    return interval_coverage


script = load_script()
CASES = [(design, case) for design in script.DESIGNS for case in design.cases]
NAMES = [f"{design.name}: {case.label}" for design, case in CASES]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(script.TABLE)


def test_the_page_shows_the_table(table):
    assert script.PAGE.read_text(encoding="utf-8") == script.page(table)


def test_every_setting_was_simulated(table):
    for design, case in CASES:
        mine = table[(table["design"] == design.name) & (table["label"] == case.label)]
        assert len(mine) == sum(case.where(setting) for setting in design.settings), case.label
        assert set(mine["n"]) == {6, 10, 18, 30}
        assert (mine["replicates"] == round(script.SAMPLES * design.share)).all()


@pytest.mark.parametrize(("design", "case"), CASES, ids=NAMES)
def test_coverage_is_within_its_band(design, case, table):
    """The lowest and the highest of up to a hundred simulated rates, three Monte-Carlo errors being allowed."""
    mine = table[(table["design"] == design.name) & (table["label"] == case.label)]
    slack = 3 * np.sqrt(0.95 * 0.05 / mine["replicates"].iloc[0])
    assert mine["estimate"].min() >= case.band[0] / 100 - slack
    assert mine["estimate"].max() <= case.band[1] / 100 + slack


@pytest.mark.parametrize(("design", "case"), CASES, ids=NAMES)
def test_a_deviation_is_named_in_the_docstring(design, case):
    said = re.sub(r"\s+", " ", (case.function.__doc__ or "") + (sys.modules[case.function.__module__].__doc__ or ""))
    for edge, usual in zip(case.band, script.BAND, strict=True):
        if edge != usual:
            written = re.search(rf"(?<![\d.]){re.escape(f'{edge:g}')}(?!\d|\.\d)", said)
            assert written, f"{case.label}: {edge:g} % is not in the docstring of {case.function.__name__}"


def test_every_function_with_an_interval_is_simulated():
    """Functions that take a conf_level, but for those whose interval is another's by construction."""
    simulated = {case.function.__name__ for _, case in CASES}
    derived = {
        "g_rm": "the interval of d_rm",
        "smcc": "the interval of g_z",
        "d_from_t": "d_z, d_rm or d_s of the t statistic",
        "difference_from_interval": "the t interval of the paper", "difference_from_t": "the t interval of the paper",
        "difference_from_F": "the t interval of the paper", "difference_from_p": "the t interval of the paper",
    }  # fmt: skip
    for name in effects.__all__:
        code = getattr(getattr(effects, name), "__wrapped__", getattr(effects, name))
        if "conf_level" in getattr(code, "__annotations__", {}):
            assert name in simulated or name in derived, f"{name}: its coverage is not simulated"


@pytest.mark.slow
@pytest.mark.parametrize("design", script.DESIGNS, ids=lambda design: design.name)
def test_a_part_simulated_anew(design):
    """Every fifth setting, with other random numbers, 600 samples each (200 where an interval is a bootstrap)."""
    samples = 200 if "bootstrap" in design.name else 600
    some = [setting for i, setting in enumerate(design.settings) if i % 5 == 2]
    found = script.simulate_design(design, samples / design.share, some, seed=7)
    for case in design.cases:
        mine = found[found["label"] == case.label]
        slack = 4 * np.sqrt(0.95 * 0.05 / samples)
        assert mine["estimate"].min() >= case.band[0] / 100 - slack, case.label
        assert mine["estimate"].max() <= case.band[1] / 100 + slack, case.label


def pairs(n, rho, delta, seed, ratio=1.0) -> effects.PairedSummary:
    z = np.random.default_rng(seed).normal(size=(2, SAMPLES, n))
    return effects.paired(delta + ratio * (rho * z[0] + np.sqrt(1 - rho**2) * z[1]), z[0])


def calibration(frame) -> float:
    """The root of the mean squared standard error over the SD of the estimates."""
    return float(np.sqrt((frame["std_error"] ** 2).mean()) / frame["estimate"].std())


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1.0, 1.5])
@pytest.mark.parametrize("n", [6, 10, 18, 30])
def test_standard_errors_match_the_spread(n, ratio):
    pair = pairs(n, 0.7, 0.5, seed=n, ratio=ratio)
    bounds = {6: (0.9, 1.35), 10: (0.94, 1.2), 18: (0.94, 1.1), 30: (0.95, 1.07)}[n]
    for metric in (effects.g_z, effects.g_av):
        assert bounds[0] < calibration(metric(pair)) < bounds[1], metric.__name__
    for metric in (effects.d_rm, effects.smcr):
        frame = metric(pair, variances="equal" if ratio == 1 else "unequal")
        assert bounds[0] < calibration(frame) < bounds[1], metric.__name__


@pytest.mark.slow
def test_error_of_d_rm_matches_the_spread_of_unequal_sds():
    """SD ratio 1.5 and r .9: the form for equal SDs is a quarter too small."""
    pair = pairs(30, 0.9, 1.0, seed=3, ratio=1.5)
    assert 0.94 < calibration(effects.d_rm(pair, variances="unequal")) < 1.06
    assert calibration(effects.d_rm(pair)) < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 10, 18, 30])
def test_standard_errors_of_groups_and_arms_match_the_spread(n):
    rng = np.random.default_rng(n)
    x, y = rng.normal(size=(2, SAMPLES, n))
    bounds = {6: (0.9, 1.2), 10: (0.94, 1.15), 18: (0.96, 1.1), 30: (0.96, 1.06)}[n]
    two, wide = effects.independent(x + 0.5, y), effects.independent(2 * x + 0.5, y)
    for frame in (
        effects.g_s(two),
        effects.smdh(wide),
        effects.cliffs_delta(two),
        effects.log_ratio(effects.independent(5 + x, 5 + y)),
    ):
        assert bounds[0] < calibration(frame) < bounds[1], frame["metric"][0]
    for rho in (0.3, 0.9):
        frame = effects.g_ppc2(pairs(n, rho, 1.0, seed=n), pairs(n, rho, 0.0, seed=n + 1))
        assert 0.95 < calibration(frame) < 1.15


@pytest.mark.slow
@pytest.mark.parametrize("f2", [0.06, 0.25, 1.0])
@pytest.mark.parametrize("rho", [0.3, 0.9])
def test_standard_errors_of_shares_match_the_spread(f2, rho):
    """3 levels, 18 people; the delta method is good where the share is well away from zero."""
    setting = script.Setting(18, f2, rho, 3.0)
    design = next(design for design in script.DESIGNS if design.name.startswith("Variance explained within"))
    drawn = design.draw(setting, np.random.default_rng(5), SAMPLES)
    low = 0.8 if f2 < 0.1 else 0.9
    for label in ("partial_eta_squared", "generalised_eta_squared", "omega_squared_within"):
        frame = next(case for case in design.cases if case.label == label).interval(*drawn)
        assert low < calibration(frame) < 1.2, label


@pytest.mark.slow
@pytest.mark.parametrize("n", [6, 18])
def test_equivalence_test_keeps_its_level(n):
    """At the bound itself TOST says "equivalent" in 5 % of studies, on every scale."""
    pair = pairs(n, 0.7, 0.5, seed=2)
    in_changes = 0.5 / np.sqrt(0.6)
    for frame, bound in (
        (effects.mean_change(pair), 0.5), (effects.d_z(pair), in_changes), (effects.g_z(pair), in_changes),
        (effects.d_av(pair), 0.5), (effects.g_av(pair), 0.5),
    ):  # fmt: skip
        rate = np.mean(effects.tost(frame, -50, bound)["verdict"] == "equivalent")
        # documented: the interval of d_av is an approximation, and at n = 6 its two sides err unequally
        approximate = frame["metric"][0] in ("d_av", "g_av")
        allowed = (0.09 if n == 6 else 0.07) if approximate else 0.05 + SLACK
        assert 0.05 - SLACK < rate < allowed, frame["metric"][0]
