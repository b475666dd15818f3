"""Leave-one-out, cumulative, influence, small-study tests and permutation against metafor and R's lm."""

import itertools

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import meta_analysis, synthesis
from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.small_studies import caution


@pytest.fixture(scope="module")
def result(bcg):
    return meta_analysis(bcg, variance="variance", test="z")


def test_leave_one_out_agrees_with_metafor(bcg, metafor):
    frame, r = synthesis.leave_one_out(meta_analysis(bcg, variance="variance")), metafor["leave1out"]
    for column, key in (("estimate", "estimate"), ("std_error", "se"), ("conf_low", "lo"), ("conf_high", "hi"), ("tau2", "tau2"),
                        ("q", "Q"), ("i2", "i2")):  # fmt: skip
        np.testing.assert_allclose(frame[column], r[key], rtol=1e-7)
    assert frame["label"][0] == "trial 1 left out"


def test_cumulative_agrees_with_metafor(result, metafor):
    frame, r = synthesis.cumulative(result, order="year"), metafor["cumulative"]
    for column, key in (("estimate", "estimate"), ("std_error", "se"), ("conf_low", "lo"), ("conf_high", "hi")):
        np.testing.assert_allclose(frame[column], r[key], rtol=1e-7)
    np.testing.assert_allclose(frame["tau2"][1:], r["tau2"][1:], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(frame["estimate"].iloc[-1], result.pooled["estimate"][0], rtol=1e-10)


def test_influence_agrees_with_metafor(result, metafor):
    frame, r = synthesis.influence(result), metafor["influence"]
    pairs = {"rstudent": "rstudent", "dffits": "dffits", "cook_distance": "cook.d", "cov_ratio": "cov.r",
             "tau2_without": "tau2.del", "q_without": "QE.del", "hat": "hat", "weight": "weight", "dfbetas_Intercept": "dfbs"}  # fmt: skip
    for column, key in pairs.items():
        np.testing.assert_allclose(frame[column], r[key], rtol=1e-6, err_msg=column)


@pytest.mark.parametrize(
    ("model", "test", "key"), [("mixed", "z", "mixed"), ("mixed", "hksj", "knha"), ("classic", "z", "classic")]
)
def test_egger_agrees_with_metafor(model, test, key, bcg, metafor):
    frame, r = (
        synthesis.egger_test(meta_analysis(bcg, variance="variance", test=test), model=model),
        metafor["egger"][key],
    )
    assert frame["term"].tolist() == ["std_error", "Intercept"]
    assert frame["statistic"][0] == pytest.approx(r["stat"], rel=1e-6)
    assert frame["p_value"][0] == pytest.approx(r["p"], rel=1e-6)
    if "est" in r:
        assert frame.loc[1, ["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(
            [r["est"], r["lo"], r["hi"]], rel=1e-6
        )


def test_pet_peese_agrees_with_lm(result, metafor):
    frame = synthesis.pet_peese(result)
    for row, key in ((0, "pet"), (1, "peese")):
        got = frame.loc[row, ["estimate", "std_error", "statistic", "p_value"]].tolist()
        assert got == pytest.approx([metafor[key][name][0] for name in ("est", "se", "t", "p")], rel=1e-8)
    assert frame["verdict"].tolist() == ["chosen", "not chosen"]
    strong = meta_analysis(
        pd.DataFrame({"estimate": [0.8, 0.82, 0.79, 0.83], "std_error": [0.1, 0.2, 0.15, 0.25]}), study=None
    )
    assert synthesis.pet_peese(strong)["verdict"].tolist() == ["not chosen", "chosen"]


def test_small_k_is_labelled(result):
    standardised = meta_analysis(result.table.frame.assign(metric="g_av"), variance="variance", test="z")
    assert "extrapolated from 0.0629" in synthesis.pet_peese(result)["note"][0]
    assert "grows with the effect itself" in synthesis.egger_test(standardised)["note"][0]
    assert "grows with the effect itself" not in synthesis.egger_test(result)["note"][0]
    assert "too few studies (below 10)" in caution(4)
    assert "not proof of publication bias" in synthesis.egger_test(result)["note"][0]


def test_funnel_contours_by_hand(result):
    frame = synthesis.funnel_contours(result, levels=[0.95], n_points=5)
    assert frame["conf_high"].iloc[-1] == pytest.approx(1.959963984540054 * 1.1 * np.sqrt(result.table.v.max()))
    around = synthesis.funnel_contours(result, levels=[0.95], centre=None)
    assert around["estimate"].iloc[0] == result.pooled["estimate"][0]
    assert len(synthesis.funnel_points(result)) == 13
    with pytest.raises(EffectError, match="conf_level=95 is not a fraction"):
        synthesis.funnel_contours(result, levels=[95])


def test_permutation_agrees_with_metafor(bcg, metafor):
    """Both use random arrangements: within four Monte-Carlo standard errors."""
    fitted = meta_analysis(bcg, variance="variance", test="z", moderators=["ablat", "year"])
    frame = synthesis.permutation_test(fitted, seed=1, n_permutations=300)
    assert frame["term"].tolist() == ["ablat", "year", "moderators"]
    for p, expected in zip(frame["p_value"][:2], metafor["regression"]["permutation"][1:], strict=True):
        assert p == pytest.approx(expected, abs=4 * np.sqrt(max(expected, 0.002) * (1 - expected) / 300))


def test_exact_permutation_by_hand():
    """Five studies of equal weight: the share of the 120 orders whose correlation is at least as large."""
    y, x = np.array([0.1, 0.2, 0.15, 0.7, 0.5]), np.arange(5.0)
    fitted = meta_analysis(pd.DataFrame({"estimate": y, "std_error": 0.2, "dose": x}), study=None, moderators=["dose"])
    frame = synthesis.permutation_test(fitted, seed=1)
    observed = abs(np.corrcoef(x, y)[0, 1])
    share = np.mean([abs(np.corrcoef(order, y)[0, 1]) >= observed - 1e-12 for order in itertools.permutations(x)])
    assert frame["p_value"].tolist() == pytest.approx([share])
    assert "all 120 arrangements" in frame["method"][0]


def test_arrangements_of_two_groups_are_tried_once_each():
    """Eight studies, four of each group: 70 arrangements, though there are 40320 orders; the two-sample permutation test."""
    y, group = np.array([0.1, 0.2, 0.15, 0.7, 0.5, 0.9, 0.8, 0.4]), np.repeat([0.0, 1.0], 4)
    fitted = meta_analysis(
        pd.DataFrame({"estimate": y, "std_error": 0.2, "group": group}), study=None, moderators=["group"], test="z"
    )
    frame = synthesis.permutation_test(fitted, seed=1)
    observed = abs(y[4:].mean() - y[:4].mean())
    splits = [list(rows) for rows in itertools.combinations(range(8), 4)]
    # the statistic is the difference over its standard error, in which τ² depends on the split: the same order here
    share = np.mean([abs(y[rows].mean() - np.delete(y, rows).mean()) >= observed - 1e-12 for rows in splits])
    assert frame["p_value"].tolist() == pytest.approx([share])
    assert "all 70 arrangements" in frame["method"][0]


def test_permutation_is_repeatable(bcg):
    fitted = meta_analysis(bcg, variance="variance", moderators=["ablat"])
    first, again = (synthesis.permutation_test(fitted, seed=4, n_permutations=100) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a, m: synthesis.leave_one_out(m), "without moderators"),
        (lambda a, m: synthesis.leave_one_out("result"), "the result of meta_analysis"),
        (lambda a, m: synthesis.cumulative(a, order="month"), "no column 'month'"),
        (lambda a, m: synthesis.permutation_test(a, seed=1), "no moderators"),
        (
            lambda a, m: synthesis.permutation_test(m, seed=1, n_permutations=10),
            "n_permutations=10 must be a whole number, 100 or more",
        ),
        (lambda a, m: synthesis.permutation_test(m, seed=None), "seed=None"),
        (lambda a, m: synthesis.egger_test("result"), "the result of meta_analysis"),
        (lambda a, m: synthesis.funnel_points("result"), "the result of meta_analysis or meta_multilevel"),
        (
            lambda a, m: synthesis.cumulative(
                meta_analysis(a.table.frame.assign(year=[None, *range(12)]), variance="variance"), order="year"
            ),
            "'year' is empty in row 0",
        ),
        (lambda a, m: synthesis.influence("result"), "the result of meta_analysis"),
        (lambda a, m: synthesis.egger_test(m), "without moderators"),
        (lambda a, m: synthesis.egger_test(a, model="lm"), "Allowed: 'mixed', 'classic'"),
        (lambda a, m: synthesis.egger_test(_equal()), "same standard error"),
        (lambda a, m: synthesis.leave_one_out(_equal(2)), "too few"),
        (lambda a, m: synthesis.pet_peese(_equal(2)), "too few"),
        (lambda a, m: synthesis.influence(_equal(2)), "too few"),
    ],
)
def test_bad_questions_are_refused(call, message, bcg, result):
    with pytest.raises(EffectError, match=message):
        call(result, meta_analysis(bcg, variance="variance", moderators=["ablat"]))


def _equal(k=4):
    return meta_analysis(pd.DataFrame({"estimate": np.linspace(0.1, 0.9, k), "std_error": 0.2}), study=None, test="z")
