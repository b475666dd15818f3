"""Pre-post-control, superiority, variance explained, equivalence, smallest effects, individual responses."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis import effects
from mmc_analysis.effects.bootstrap import bca_limits
from mmc_analysis.errors import EffectError, OptionError


@pytest.fixture(scope="module")
def designs(root) -> dict:
    return json.loads((root / "tests/reference/effectsize/designs.json").read_text(encoding="utf-8"))


def arm(rows) -> effects.PairedSummary:
    columns = ("n", "m_post", "m_pre", "sd_post", "sd_pre", "r")
    return effects.PairedSummary(*([row[name] for row in rows] for name in columns))


@pytest.fixture(scope="module")
def morris(designs):
    return arm(designs["treatment"]), arm(designs["control"])


def column(rows, name):
    return np.array([row[name] for row in rows])


# pre, post, control


def test_g_ppc2_is_morris_table_5(morris):
    """Morris (2008), Table 5, prints d_ppc2 to two decimals."""
    assert effects.g_ppc2(*morris)["estimate"].round(2).tolist() == [0.77, 0.80, 1.20, 1.05, 0.44]


def test_g_ppc2_agrees_with_metafor(morris, designs):
    frame = effects.g_ppc2(*morris, variance="becker")
    np.testing.assert_allclose(frame["estimate"], designs["g_ppc2"], rtol=1e-12)
    np.testing.assert_allclose(frame["std_error"] ** 2, designs["v_becker"], rtol=1e-12)
    for metric, name in ((effects.smcr, "SMCR"), (effects.smcc, "SMCC"), (effects.log_ratio_paired, "ROMC")):
        for side, pair in zip("TC", morris, strict=True):
            got, expected = metric(pair), designs[f"{name}_{side}"]
            np.testing.assert_allclose(got["estimate"], expected["yi"], rtol=1e-9, atol=1e-15)
            np.testing.assert_allclose(got["std_error"] ** 2, expected["vi"], rtol=1e-9)


def test_morris_variance_by_hand(morris):
    """Equation 25, first study: r .47, 20 + 20 people, df 38."""
    g, n, df = effects.g_ppc2(*morris)["estimate"][0], 20.0, 38.0
    c = effects.hedges_factor(df)[0]
    expected = 2 * c**2 * 0.53 * (2 * n / n**2) * (df / (df - 2)) * (1 + n**2 * g**2 / (2 * 0.53 * 2 * n)) - g**2
    assert effects.g_ppc2(*morris)["std_error"][0] ** 2 == pytest.approx(expected, rel=1e-12)


def test_morris_variance_with_his_approximate_factor(morris):
    """By equations 22 to 25 as printed, factor 1 - 3/(4 df - 1), the five studies have these variances."""
    treatment, control = morris
    n, df = 1 / treatment.n + 1 / control.n, treatment.n + control.n - 2
    exact, printed = effects.hedges_factor(df), 1 - 3 / (4 * df - 1)
    frame = effects.g_ppc2(*morris)
    g = frame["estimate"] / exact * printed
    base = 2 * (1 - treatment.r) * n
    by_print = printed**2 * base * df / (df - 2) * (1 + g**2 / base) - g**2
    np.testing.assert_allclose(by_print, [0.115772, 0.035384, 0.159087, 0.076219, 0.167458], atol=5e-7)
    np.testing.assert_allclose(frame["std_error"] ** 2, by_print, rtol=3e-3)


def test_prepostcontrol_object_and_two_arms_are_one(morris):
    both = effects.PrePostControl(*morris)
    pd.testing.assert_frame_equal(effects.g_ppc2(both), effects.g_ppc2(*morris))
    pd.testing.assert_frame_equal(effects.change_difference(both), effects.change_difference(*morris))


def test_change_difference_is_welch_on_changes():
    rng = np.random.default_rng(3)
    pre, post = rng.normal(50, 8, (2, 14)), rng.normal(55, 8, (2, 14))
    t, c = effects.paired(post[0], pre[0]), effects.paired(post[1], pre[1])
    row = effects.change_difference(t, c).iloc[0]
    expected = stats.ttest_ind(post[0] - pre[0], post[1] - pre[1], equal_var=False)
    assert row["statistic"] == pytest.approx(expected.statistic, rel=1e-10)
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert row["df"] == pytest.approx(expected.df, rel=1e-10)


# superiority


@pytest.mark.parametrize("name", ["movies", "sleep", "emg"])
def test_superiority_under_normality_agrees_with_effectsize(name, by_r):
    """effectsize halves the variance for pairs too, Φ(d_z/√2); P(D > 0) of normal changes is Φ(d_z)."""
    raw = by_r["raw"][name]
    columns = ["estimate", "conf_low", "conf_high"]
    two = effects.probability_of_superiority(effects.independent(raw["x"], raw["y"]))[columns].iloc[0].tolist()
    pair = effects.probability_of_superiority(effects.paired(raw["x"], raw["y"]))[columns].iloc[0].tolist()
    theirs, theirs_paired = (list(raw[key].values()) for key in ("p_superiority", "p_superiority_paired"))
    assert two == pytest.approx([theirs[0], *theirs[2:]], rel=1e-5)
    expected = stats.norm.cdf(np.sqrt(2) * stats.norm.ppf([theirs_paired[0], *theirs_paired[2:]]))
    assert pair == pytest.approx(expected.tolist(), rel=1e-5)


@pytest.mark.parametrize("name", ["movies", "sleep", "emg"])
def test_counts_agree_with_effectsize(name, by_r):
    raw = by_r["raw"][name]
    two = effects.independent(raw["x"], raw["y"])
    delta = effects.cliffs_delta(two).iloc[0]
    assert delta["estimate"] == pytest.approx(raw["cliffs_delta"]["r_rank_biserial"], abs=1e-12)
    share = effects.probability_of_superiority(two, method="counts").iloc[0]
    assert share["estimate"] == pytest.approx(raw["p_superiority_rank"]["p_superiority"], abs=1e-12)
    assert share["conf_low"] == pytest.approx((1 + delta["conf_low"]) / 2)


def test_cliffs_delta_by_hand():
    """{1, 3, 5} against {2, 4}: wins 0, 1, 2 of 2, so δ = 0; dominances by row -1, 0, 1 and by column 1/3, -1/3."""
    row = effects.cliffs_delta(effects.independent([1.0, 3, 5], [2.0, 4])).iloc[0]
    assert row["estimate"] == 0
    # (m² Σ(d_i - δ)² + n² Σ(d_j - δ)² - ΣΣ(d_ij - δ)²) / (nm(n-1)(m-1)) = (4·2 + 9·2/9 - 6)/12
    assert row["std_error"] ** 2 == pytest.approx(4 / 12)


def test_paired_counts_by_hand():
    """Five pairs: three up, one tie, one down; Wilson's interval for 3.5 of 5."""
    pair = effects.paired([2.0, 3, 4, 5, 1], [1.0, 2, 3.5, 5, 2])
    row = effects.probability_of_superiority(pair, method="counts").iloc[0]
    z, p, n = 1.959963984540054, 0.7, 5
    centre, half = (p + z**2 / 10) / (1 + z**2 / 5), z * np.sqrt(p * 0.3 / n + z**2 / 100) / (1 + z**2 / 5)
    assert [row["estimate"], row["conf_low"], row["conf_high"]] == pytest.approx([p, centre - half, centre + half])


def test_complete_separation_takes_wilsons_limit():
    """δ = 1 with 3 and 3: (3 - t²)/(3 + t²), t the quantile with 4 degrees of freedom (Feng and Cliff 2004)."""
    row = effects.cliffs_delta(effects.independent([11.0, 12, 13], [1.0, 2, 3]), interval="feng-cliff").iloc[0]
    square = stats.t.ppf(0.975, 4) ** 2
    assert [row["estimate"], row["conf_low"], row["conf_high"]] == pytest.approx([1, (3 - square) / (3 + square), 1])
    turned = effects.cliffs_delta(effects.independent([1.0, 2, 3], [11.0, 12, 13]), interval="feng-cliff").iloc[0]
    assert [turned["conf_low"], turned["conf_high"]] == pytest.approx([-1, -(3 - square) / (3 + square)])


def test_where_one_side_always_wins_the_error_is_unknown_not_zero():
    apart = effects.independent([11.0, 12, 13], [1.0, 2, 3])
    pair = effects.paired([11.0, 12, 13.5], [1.0, 2, 3])
    for frame in (effects.cliffs_delta(apart), effects.probability_of_superiority(apart, method="counts"),
                  effects.probability_of_superiority(pair, method="counts")):  # fmt: skip
        assert np.isnan(frame["std_error"][0])
        with pytest.raises(EffectError, match="without a standard error"):
            effects.tost(frame, -0.5, 0.5)


# variance explained


def test_eta_agrees_with_effectsize_in_its_convention(by_r):
    f, a, b = (column(by_r["F"], name) for name in ("F", "df1", "df2"))
    frame = effects.partial_eta_squared(f, a, b, population="error-df")
    np.testing.assert_allclose(frame["estimate"], by_r["eta"]["Eta2_partial"], rtol=1e-9)
    # effectsize's search for the limits stops about here; the next test pins ours to R's pf
    np.testing.assert_allclose(frame["conf_low"], by_r["eta"]["CI_low"], rtol=1e-5, atol=2e-5)
    np.testing.assert_allclose(frame["conf_high"], by_r["eta"]["CI_high"], rtol=1e-5, atol=2e-5)


def test_shares_use_steigers_population_unless_asked(by_r):
    f, a, b, low, high = (column(by_r["ncf"], name) for name in ("F", "df1", "df2", "low", "high"))
    for population, size in (("steiger", a + b + 1), ("error-df", b)):
        frame = effects.partial_eta_squared(f, a, b, population=population)
        np.testing.assert_allclose(frame["conf_low"], low / (low + size), rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(frame["conf_high"], high / (high + size), rtol=1e-8)


def test_omega_and_epsilon_agree_with_effectsize(by_r):
    f, a, b = (column(by_r["F"], name) for name in ("F", "df1", "df2"))
    above = f > 1  # effectsize cuts negative shares at zero; ours keep them
    omega, epsilon = effects.omega_squared(f, a, b), effects.epsilon_squared(f, a, b)
    np.testing.assert_allclose(omega["estimate"][above], np.array(by_r["omega"]["Omega2_partial"])[above], rtol=1e-9)
    np.testing.assert_allclose(
        epsilon["estimate"][above], np.array(by_r["epsilon"]["Epsilon2_partial"])[above], rtol=1e-9
    )
    assert (omega["estimate"][~above] < 0).all()


@pytest.mark.parametrize(
    ("place", "stratum"), [(0, "Error: id:angle"), (1, "Error: id:noise"), (2, "Error: id:angle:noise")]
)
def test_within_shares_agree_with_effectsize(place, stratum, designs):
    effect, error = designs["anova"][stratum]
    people = designs["anova"]["Error: id"][0]["Sum Sq"]
    errors = people + sum(rows[1]["Sum Sq"] for name, rows in designs["anova"].items() if name != "Error: id")
    omega = effects.omega_squared_within(effect["Sum Sq"], error["Sum Sq"], people, effect["Df"], error["Df"], 10)
    assert omega["estimate"][0] == pytest.approx(designs["omega_within"][place]["Omega2_partial"], rel=1e-10)
    ges = effects.generalised_eta_squared(effect["Sum Sq"], error["Sum Sq"], errors, effect["Df"], error["Df"])
    assert ges["estimate"][0] == pytest.approx(designs["ges"][place]["Eta2_generalized"], rel=1e-10)
    assert ges["conf_low"][0] < ges["estimate"][0] < ges["conf_high"][0]


def test_ninety_percent_interval_touches_zero_where_p_is_five_percent():
    f = stats.f.isf(0.05, 2, 34)
    low = effects.partial_eta_squared([f * 0.999, f * 1.001], 2, 34)["conf_low"].tolist()
    assert low[0] == 0
    assert 0 < low[1] < 1e-3


# equivalence


def test_tost_of_student_sleep(by_r):
    """Bounds ±.5: P .98924 and 2.319e-4, 90 % interval -2.29301 to -.86699."""
    raw = by_r["raw"]["sleep"]
    row = effects.tost(effects.paired(raw["x"], raw["y"]), -0.5, 0.5).iloc[0]
    assert sorted([row["p_lower"], row["p_upper"]]) == pytest.approx([2.319e-4, 0.98924], rel=1e-3)
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([-2.29301, -0.86699], abs=5e-6)
    assert row["verdict"] == "not equivalent"


def test_tost_agrees_with_scipy():
    rng = np.random.default_rng(8)
    x, y = rng.normal(50, 3, 18), rng.normal(50, 3, 18)
    row = effects.tost(effects.paired(x, y), -2, 2.5).iloc[0]
    assert row["p_lower"] == pytest.approx(stats.ttest_1samp(x - y + 2, 0, alternative="greater").pvalue, rel=1e-9)
    assert row["p_upper"] == pytest.approx(stats.ttest_1samp(x - y - 2.5, 0, alternative="less").pvalue, rel=1e-9)


@pytest.mark.parametrize("mean", [50.0, 50.4, 51.7])
@pytest.mark.parametrize("metric", [effects.d_z, effects.g_z, effects.d_av, effects.d_rm])
def test_verdict_is_that_of_the_interval(mean, metric):
    """Equivalent exactly when the 1 - 2α interval lies within the bounds, for the noncentral t too."""
    frame = metric(effects.PairedSummary(40, mean, 50, 4, 4, 0.7))
    edge = metric(effects.PairedSummary(40, mean, 50, 4, 4, 0.7), conf_level=0.90).iloc[0]
    assert effects.tost(frame, edge["conf_low"] - 1e-6, edge["conf_high"] + 1e-6)["verdict"][0] == "equivalent"
    assert effects.tost(frame, edge["conf_low"] + 1e-6, 9)["verdict"][0] == "inconclusive"
    assert effects.tost(frame, -9, edge["conf_high"] - 1e-6)["verdict"][0] == "inconclusive"
    assert effects.tost(frame, -9, edge["conf_low"] - 1e-6)["verdict"][0] == "not equivalent"
    assert effects.tost(frame, -9, edge["conf_low"] + 1e-6)["verdict"][0] == "inconclusive"
    assert effects.tost(frame, edge["conf_high"] + 1e-6, 9)["verdict"][0] == "not equivalent"
    assert effects.tost(frame, edge["conf_high"] - 1e-6, 9)["verdict"][0] == "inconclusive"
    row = effects.tost(frame, -9, 9).iloc[0]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([edge["conf_low"], edge["conf_high"]], abs=1e-9)


def test_tost_takes_a_contrast_with_its_df():
    contrast = pd.DataFrame(
        {"contrast": ["a - b"], "estimate": [0.4], "std_error": [0.9], "df": [11.7], "method": ["KR"]}
    )
    row = effects.tost(contrast, -3, 3).iloc[0]
    assert row["p_value"] == pytest.approx(stats.t.sf((3 - 0.4) / 0.9, 11.7), rel=1e-10)
    assert row["method"].startswith("KR; TOST")


def test_minimal_effect_test_is_the_complement():
    pair = effects.PairedSummary(18, 59, 50, 15, 15, 0.86)
    row = effects.minimal_effect_test(pair, -3, 3).iloc[0]
    expected = stats.t.sf((9 - 3) / (pair.sd_change[0] / np.sqrt(18)), 17)
    assert row["p_value"] == pytest.approx(expected, rel=1e-10)
    assert row["verdict"] == "above"
    assert effects.minimal_effect_test(pair, -30, 30)["verdict"][0] == "inconclusive"


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(EffectError, match="lower bound must be below"):
        effects.tost(effects.PairedSummary(18, 59, 50, 15, 15, 0.86), 3, -3)


def test_an_effect_without_standard_error_cannot_be_tested():
    with pytest.raises(EffectError, match="std_error"):
        effects.tost(pd.DataFrame({"estimate": [1.0], "df": [9.0]}), -1, 1)


# smallest effects, individual responses, model-based d


def test_power_agrees_with_r(designs):
    for row in designs["power"]:
        paired = row["type"] == "paired"
        frame = effects.small_telescopes(row["n"], design="paired" if paired else "independent", power=row["power"])
        assert frame["estimate"][0] == pytest.approx(row["delta"], rel=1e-6)


def test_typical_error_by_hand():
    """Differences 1, -1, 2, -2: SD √(10/3), typical error √(5/3); χ² limits with 3 degrees of freedom."""
    row = effects.typical_error(effects.paired([11.0, 19, 32, 38], [10.0, 20, 30, 40])).iloc[0]
    assert row["estimate"] == pytest.approx(np.sqrt(5 / 3))
    limits = np.sqrt(5 / stats.chi2.ppf([0.975, 0.025], 3))
    assert [row["conf_low"], row["conf_high"]] == pytest.approx(limits.tolist())
    change = effects.minimal_detectable_change(effects.paired([11.0, 19, 32, 38], [10.0, 20, 30, 40])).iloc[0]
    assert change["estimate"] == pytest.approx(1.959963984540054 * np.sqrt(10 / 3))


def test_individual_responses_by_hand():
    """Changes vary by 5 and 3: √(25 - 9) = 4; SE² = 2(625/19 + 81/14)."""
    t = effects.PairedSummary(20, 60, 50, 4, 3, 1e-12)
    c = effects.PairedSummary(15, 51, 50, 3 / np.sqrt(2), 3 / np.sqrt(2), 1e-12)
    row = effects.sd_individual_response(t, c, interval="normal").iloc[0]
    assert row["estimate"] == pytest.approx(4)
    reach = 1.959963984540054 * np.sqrt(2 * (625 / 19 + 81 / 14))
    assert row["conf_high"] == pytest.approx(np.sqrt(16 + reach))
    assert row["conf_low"] == pytest.approx(-np.sqrt(reach - 16))
    turned = effects.sd_individual_response(c, t).iloc[0]
    assert turned["estimate"] == pytest.approx(-4)
    # recovered limits: 25 within 25 df/χ², 9 within 9 df/χ²
    of_t, of_c = (v * df / stats.chi2.ppf([0.975, 0.025], df) for v, df in ((25, 19), (9, 14)))
    low, high = 16 - np.hypot(25 - of_t[0], of_c[1] - 9), 16 + np.hypot(of_t[1] - 25, 9 - of_c[0])
    row = effects.sd_individual_response(t, c).iloc[0]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([np.sign(low) * np.sqrt(abs(low)), np.sqrt(high)])


def test_individual_responses_need_a_control():
    with pytest.raises(EffectError, match="control arm is needed"):
        effects.sd_individual_response(effects.PairedSummary(20, 60, 50, 4, 3, 0.5))
    with pytest.raises(EffectError, match="control arm is needed"):
        effects.g_ppc2(effects.PairedSummary(20, 60, 50, 4, 3, 0.5))


def test_d_from_contrast_agrees_with_emmeans(designs):
    es = designs["eff_size"]
    contrasts = pd.DataFrame(es["contrast"]).rename(columns={"SE": "std_error"})
    frame = effects.d_from_contrast(contrasts, es["sigma"], standardiser="total", sd_df=es["edf"])
    np.testing.assert_allclose(frame["estimate"], column(es["effect"], "effect.size"), rtol=1e-8)
    np.testing.assert_allclose(frame["std_error"], column(es["effect"], "SE"), rtol=1e-8)
    assert frame["metric"].eq("d_total").all()


def test_d_from_contrast_of_a_paired_design_is_d_av():
    pair = effects.PairedSummary(18, 59, 50, 15, 15, 0.86)
    model = effects.mean_change(pair)
    frame = effects.d_from_contrast(model, 15.0, standardiser="total")
    expected = effects.d_av(pair)
    for name in ("estimate", "conf_low", "conf_high"):
        assert frame[name][0] == pytest.approx(expected[name][0], rel=1e-12)


# bootstrap


def test_bca_limits_agree_with_scipy():
    """The same draws of the mean of one skewed sample, put through scipy's BCa."""
    x = np.random.default_rng(2).exponential(size=25)
    expected = stats.bootstrap((x,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(5))
    draws = np.sort(expected.bootstrap_distribution)
    jackknife = (x.sum() - x) / (x.size - 1)
    low, high = bca_limits(x.mean(), draws, jackknife, stats.norm.ppf(0.975))
    assert low == pytest.approx(expected.confidence_interval.low, abs=2e-3)
    assert high == pytest.approx(expected.confidence_interval.high, abs=2e-3)


@pytest.mark.parametrize(
    "metric", [effects.d_z, effects.g_av, effects.smcr, effects.mean_change, effects.log_ratio_paired]
)
def test_bootstrap_goes_with_any_paired_metric(metric):
    rng = np.random.default_rng(7)
    pre = rng.normal(100, 15, 30)
    pair = effects.paired(pre + rng.normal(6, 8, 30), pre)
    row = effects.bootstrap_interval(metric, pair, seed=3, n_resamples=2000).iloc[0]
    plain = metric(pair).iloc[0]
    assert row["estimate"] == plain["estimate"]
    width = (row["conf_high"] - row["conf_low"]) / (plain["conf_high"] - plain["conf_low"])
    assert 0.7 < width < 1.4
    assert "BCa bootstrap interval, expanded quantiles, 2000 resamples, seed 3" in row["method"]
    assert metric(pair)["method"][0] != row["method"]


@pytest.mark.parametrize("metric", [effects.d_s, effects.cliffs_delta, effects.glass_delta, effects.mean_difference])
def test_bootstrap_goes_with_any_independent_metric(metric):
    rng = np.random.default_rng(7)
    two = effects.independent(rng.normal(6, 8, 30), rng.normal(0, 8, 24))
    row = effects.bootstrap_interval(metric, two, seed=3, n_resamples=2000).iloc[0]
    plain = metric(two).iloc[0]
    assert 0.7 < (row["conf_high"] - row["conf_low"]) / (plain["conf_high"] - plain["conf_low"]) < 1.4


def test_bootstrap_is_repeatable_and_needs_measurements():
    rng = np.random.default_rng(1)
    pair = effects.paired(rng.normal(size=12), rng.normal(size=12))
    first, again = (effects.bootstrap_interval(effects.d_av, pair, seed=9, n_resamples=1000) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert (
        effects.bootstrap_interval(effects.d_av, pair, seed=10, n_resamples=1000)["conf_low"][0] != first["conf_low"][0]
    )
    with pytest.raises(EffectError, match="only means and SDs"):
        effects.bootstrap_interval(effects.d_av, effects.PairedSummary(9, 2, 1, 1, 1, 0.5), seed=1)
    with pytest.raises(EffectError, match="no defined effect"):
        effects.bootstrap_interval(effects.d_av, effects.paired([1.0, 1, 2], [1.0, 2, 2]), seed=1)


def test_misspelt_options_are_named():
    pair = effects.PairedSummary(18, 59, 50, 15, 15, 0.86)
    with pytest.raises(OptionError, match="conf_level"):
        effects.d_av(pair, conf_levle=0.9)
    with pytest.raises(EffectError, match="Did you mean 'rms'"):
        effects.d_av(pair, average="rsm")
    with pytest.raises(EffectError, match="Write 0.95"):
        effects.d_av(pair, conf_level=95)
