"""Standardised differences, ratios and raw differences against metafor, effectsize, Lakens and identities."""

import numpy as np
import pytest

from mmc_analysis import effects
from mmc_analysis.errors import MMCWarning

RAW = ("movies", "sleep", "emg")
SEARCH = 5e-7  # effectsize finds its limits by a numerical search that stops about here; ours are pinned to R's pt


def agrees(frame, reference, rel=1e-9):
    np.testing.assert_allclose(frame["estimate"], reference["yi"], rtol=rel)
    np.testing.assert_allclose(frame["std_error"].to_numpy() ** 2, reference["vi"], rtol=rel)


@pytest.fixture(params=RAW)
def raw(request, by_r):
    return by_r["raw"][request.param]


@pytest.mark.parametrize(
    ("metric", "options", "measure"),
    [
        (effects.smcc, {}, "SMCC"), (effects.g_z, {}, "SMCC"), (effects.smcr, {}, "SMCR"),
        (effects.smcr, {"variances": "unequal"}, "SMCRH"), (effects.log_ratio_paired, {}, "ROMC"),
        (effects.mean_change, {}, "MC"),
    ],
)  # fmt: skip
def test_paired_metrics_agree_with_metafor(metric, options, measure, pairs, by_r):
    agrees(metric(pairs, **options), by_r[measure])


@pytest.mark.parametrize(
    ("metric", "options", "measure"),
    [
        (effects.g_s, {}, "SMD"), (effects.glass_delta, {"variances": "equal", "corrected": True}, "SMD1"),
        (effects.glass_delta, {"variances": "unequal", "corrected": True}, "SMD1H"), (effects.log_ratio, {}, "ROM"),
        (effects.mean_difference, {}, "MD"),
    ],
)  # fmt: skip
def test_independent_metrics_agree_with_metafor(metric, options, measure, groups, by_r):
    agrees(metric(groups, **options), by_r[measure])


def as_effectsize(name, sample):
    """effectsize shrinks the limits of Hedges' g by the factor of the estimate; ours do so where asked."""
    options = {"interval": "shrunk"} if name.startswith("g") else {}
    return getattr(effects, name)(sample, **options).iloc[0]


@pytest.mark.parametrize("name", ["d_z", "g_z"])
def test_paired_intervals_agree_with_effectsize(name, raw):
    row = as_effectsize(name, effects.paired(raw["x"], raw["y"]))
    expected = list(raw[name].values())
    assert row["estimate"] == pytest.approx(expected[0], rel=1e-9)
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(expected[2:], rel=1e-5, abs=SEARCH)


@pytest.mark.parametrize("name", ["d_s", "g_s"])
def test_independent_intervals_agree_with_effectsize(name, raw):
    row = as_effectsize(name, effects.independent(raw["x"], raw["y"]))
    expected = list(raw[name].values())
    assert row["estimate"] == pytest.approx(expected[0], rel=1e-9)
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(expected[2:], rel=1e-5, abs=SEARCH)


def test_glass_delta_agrees_with_effectsize(raw):
    row = effects.glass_delta(effects.independent(raw["x"], raw["y"])).iloc[0]
    expected = list(raw["glass"].values())
    assert row["estimate"] == pytest.approx(expected[0], rel=1e-9)
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(expected[2:], rel=1e-5, abs=SEARCH)


def test_raw_differences_are_the_t_tests(raw):
    change = effects.mean_change(effects.paired(raw["x"], raw["y"])).iloc[0]
    assert [change["conf_low"], change["conf_high"]] == pytest.approx(raw["ci_paired"], rel=1e-9)
    for column, key in (("statistic", "statistic"), ("df", "parameter"), ("p_value", "p.value")):
        assert change[column] == pytest.approx(raw["t_paired"][key], rel=1e-9)
    two = effects.independent(raw["x"], raw["y"])
    welch = effects.mean_difference(two).iloc[0]
    assert [welch["conf_low"], welch["conf_high"]] == pytest.approx(raw["ci_welch"], rel=1e-9)
    assert welch["df"] == pytest.approx(raw["t_welch"]["parameter"], rel=1e-9)
    pooled = effects.mean_difference(two, variances="equal").iloc[0]
    assert [pooled["conf_low"], pooled["conf_high"]] == pytest.approx(raw["ci_pooled"], rel=1e-9)


def test_lakens_printed_example(by_r):
    """Lakens (2013), the two movies: printed values of every d and g."""
    movies = by_r["raw"]["movies"]
    pair, two = effects.paired(movies["x"], movies["y"]), effects.independent(movies["x"], movies["y"])

    def of(frame):
        return frame["estimate"].iloc[0]

    assert of(effects.d_z(pair)) == pytest.approx(1.50, abs=0.005)
    assert of(effects.g_z(pair)) == pytest.approx(1.3708, abs=5e-5)
    assert of(effects.d_av(pair, average="arithmetic")) == pytest.approx(1.1287, abs=5e-5)
    assert of(effects.d_av(pair)) == pytest.approx(1.12588, abs=5e-6)
    assert of(effects.d_rm(pair)) == pytest.approx(1.11133, abs=5e-6)
    assert of(effects.d_s(two)) == pytest.approx(1.1259, abs=5e-5)
    assert of(effects.g_s(two)) == pytest.approx(1.08, abs=0.005)
    row = effects.d_z(pair).iloc[0]
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([0.5605141502, 2.4034361870], abs=1e-9)
    assert effects.d_s(two)[["conf_low", "conf_high"]].iloc[0].tolist() == pytest.approx([0.16, 2.06], abs=0.005)


def test_average_intervals_are_limits_of_the_mean_change_rescaled(pairs):
    """Algina and Keselman: the limits of d_z, brought from the SD of changes to the average SD."""
    z, av, rm = effects.d_z(pairs), effects.d_av(pairs), effects.d_rm(pairs, interval="noncentral-t")
    average = np.sqrt((pairs.sd_1**2 + pairs.sd_2**2) / 2)
    for column in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(av[column], z[column] * pairs.sd_change / average, rtol=1e-12)
        np.testing.assert_allclose(rm[column], z[column] * np.sqrt(2 * (1 - pairs.r)), rtol=1e-12)


def test_bonett_variance_by_hand():
    """n 11, SDs 3 and 4, r .5: s_D² 13, s_av² 12.5, d .4; 13/125 + .16 (81 + 256 + 72)/(8 · 156.25 · 10)."""
    pair = effects.PairedSummary(11, 10 + 0.4 * np.sqrt(12.5), 10, 3, 4, 0.5)
    row = effects.d_av(pair).iloc[0]
    assert row["estimate"] == pytest.approx(0.4, rel=1e-12)
    assert row["std_error"] ** 2 == pytest.approx(0.104 + 0.16 * 409 / 12500, rel=1e-12)


def test_equal_sds_make_d_rm_and_d_av_one():
    pair = effects.PairedSummary(12, 5.5, 4, 2.2, 2.2, 0.63)
    rm, av = effects.d_rm(pair, interval="noncentral-t").iloc[0], effects.d_av(pair).iloc[0]
    for column in ("estimate", "conf_low", "conf_high"):
        assert rm[column] == pytest.approx(av[column], rel=1e-12)
    d = rm["estimate"]
    assert rm["std_error"] ** 2 == pytest.approx(2 * 0.37 / 12 + d**2 / 24, rel=1e-12)
    # the delta method gives Bonett's second term, d²(1 + r²)/(4(n-1))
    any_sds = effects.d_rm(pair, variances="unequal").iloc[0]
    assert any_sds["std_error"] ** 2 == pytest.approx(2 * 0.37 / 12 + d**2 * (1 + 0.63**2) / 44, rel=1e-12)
    for row in (effects.d_rm(pair).iloc[0], any_sds):
        assert row["conf_high"] == pytest.approx(d + 2.200985160082949 * row["std_error"], rel=1e-10)


def test_error_of_d_rm_is_the_delta_method_by_finite_differences():
    """The slope of log τ² by each of s_1², s_2², r, and their covariances in a normal sample."""
    n, s_1, s_2, r, d = 21, 3.0, 2.0, 0.8, 1.1
    pair = effects.PairedSummary(n, 10 + d * np.sqrt((9 + 4 - 9.6) / 0.4), 10, s_1, s_2, r)

    def log_square(x):
        return np.log((x[0] + x[1] - 2 * x[2] * np.sqrt(x[0] * x[1])) / (2 * (1 - x[2])))

    at, step = np.array([9.0, 4.0, r]), 1e-6
    slope = np.array([(log_square(at + step * e) - log_square(at - step * e)) / (2 * step) for e in np.eye(3)])
    turn = r * (1 - r**2)
    covariance = np.array([[2 * 81, 2 * r**2 * 36, turn * 9], [2 * r**2 * 36, 2 * 16, turn * 4],
                           [turn * 9, turn * 4, (1 - r**2) ** 2]]) / (n - 1)  # fmt: skip
    expected = 2 * (1 - r) / n + d**2 / 4 * slope @ covariance @ slope
    assert effects.d_rm(pair, variances="unequal")["std_error"][0] ** 2 == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    "name", ["d_z", "g_z", "d_av", "g_av", "d_rm", "g_rm", "smcr", "smcc", "mean_change", "log_ratio_paired"]
)
def test_sign_turns_with_the_pair(name, pairs):
    turned = effects.PairedSummary(pairs.n, pairs.mean_2, pairs.mean_1, pairs.sd_1, pairs.sd_2, pairs.r)
    metric = getattr(effects, name)
    if name == "log_ratio_paired":
        turned = effects.PairedSummary(pairs.n, pairs.mean_2, pairs.mean_1, pairs.sd_2, pairs.sd_1, pairs.r)
    np.testing.assert_allclose(metric(turned)["estimate"], -metric(pairs)["estimate"], rtol=1e-12)
    np.testing.assert_allclose(metric(turned)["conf_low"], -metric(pairs)["conf_high"], rtol=1e-9)


@pytest.mark.parametrize("name", ["d_z", "g_av", "d_rm", "smcr"])
def test_normal_interval_is_wald(name, pairs):
    frame = getattr(effects, name)(pairs, interval="normal", conf_level=0.9)
    np.testing.assert_allclose(
        frame["conf_high"], frame["estimate"] + 1.6448536269514722 * frame["std_error"], rtol=1e-9
    )
    assert frame["conf_level"].eq(0.9).all()


def test_hedges_factor_is_exact():
    """J(2) = 1/√π·…: Γ(1)/(1·Γ(1/2)); J(4) = Γ(2)/(√2 Γ(3/2)); and the series far out."""
    factor = effects.hedges_factor([2, 4, 1e4, 1.0001e4, np.inf])
    assert factor[0] == pytest.approx(1 / np.sqrt(np.pi), rel=1e-14)
    assert factor[1] == pytest.approx(np.sqrt(2 / np.pi), rel=1e-14)
    assert factor[2] < factor[3] < 1
    assert factor[4] == 1
    assert effects.hedges_factor(9)[0] == pytest.approx(1.3708 / 1.5, abs=5e-5)


def test_percent_change_and_log_ratio_say_the_same(pairs):
    log, percent = effects.log_ratio_paired(pairs), effects.percent_change_of_means(pairs)
    np.testing.assert_allclose(np.log1p(percent["conf_low"] / 100), log["conf_low"], rtol=1e-12)
    np.testing.assert_allclose(percent["estimate"], 100 * (pairs.mean_1 / pairs.mean_2 - 1), rtol=1e-10)
    assert percent["unit"].eq("pct").all()


def test_ratio_of_means_is_not_mean_of_ratios():
    """10 to 20, 100 to 110, 55 to 70: the mean goes from 55 to 66.7; the individual changes are 100, 10 and 27.3 %."""
    pair = effects.paired([20.0, 110.0, 70.0], [10.0, 100.0, 55.0])
    with pytest.warns(MMCWarning, match="3 standard errors"):
        of_means = effects.percent_change_of_means(pair)
    assert of_means["estimate"].iloc[0] == pytest.approx(100 * (200 / 165 - 1))
    assert effects.mean_percent_change(pair)["estimate"].iloc[0] == pytest.approx((100 + 10 + 1500 / 55) / 3)
    assert effects.mean_log_ratio(pair)["estimate"].iloc[0] == pytest.approx(np.log([2, 1.1, 70 / 55]).mean())


def test_bias_correction_of_log_ratio_by_hand():
    pair = effects.PairedSummary(10, 120, 100, 24, 10, 0.4)
    corrected, plain = effects.log_ratio_paired(pair, bias_corrected=True), effects.log_ratio_paired(pair)
    gained = corrected["estimate"].iloc[0] - plain["estimate"].iloc[0]
    assert gained == pytest.approx((0.04 / 10 - 0.01 / 10) / 2, rel=1e-12)


def test_log_ratio_t_interval_by_hand():
    two = effects.IndependentSummary(5, 5, 110, 100, 11, 10)
    row = effects.log_ratio(two).iloc[0]
    assert row["df"] == pytest.approx(8)
    assert row["conf_high"] == pytest.approx(np.log(1.1) + 2.3060041350333704 * np.sqrt(0.004), rel=1e-10)
