"""Random samples, against metafor, effectsize, emmeans and base R: every number, and the reason where it is another."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis import effects

SEARCH = (
    2e-4  # effectsize's search for the limits of noncentrality stops about here, relative; ours are pinned to R's pt
)


@pytest.fixture(scope="module")
def fuzz(root):
    folder = root / "tests/reference/effect_fuzz"
    samples, found = (json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("samples", "fuzz"))
    return samples, found


@pytest.fixture(params=range(36))
def pair(request, fuzz):
    drawn = fuzz[0]["pairs"][request.param]
    return effects.paired(drawn["x"], drawn["y"]), fuzz[1]["pairs"][request.param]


@pytest.fixture(params=range(36))
def groups(request, fuzz):
    drawn = fuzz[0]["groups"][request.param]
    return effects.independent(drawn["x"], drawn["y"]), fuzz[1]["groups"][request.param]


def agrees(frame, by_r, rel=1e-7):
    """Estimate and variance; R's moments of samples with an offset of 1e6 have lost some digits already."""
    assert frame["estimate"].iloc[0] == pytest.approx(by_r["yi"], rel=rel, abs=1e-12)
    assert frame["std_error"].iloc[0] ** 2 == pytest.approx(by_r["vi"], rel=rel)


def limits(frame):
    return frame[["conf_low", "conf_high"]].iloc[0].tolist()


def of_effectsize(found, name):
    return found[name], [found["CI_low"], found["CI_high"]]


def is_t_test(frame, by_r):
    row = frame.iloc[0]
    got = [row["statistic"], row["df"], row["p_value"], row["conf_low"], row["conf_high"]]
    assert got == pytest.approx([by_r[name] for name in ("t", "df", "p", "low", "high")], rel=1e-7)


@pytest.mark.filterwarnings("ignore:a mean is less")
def test_pairs_against_metafor(pair):
    sample, by_r = pair
    agrees(effects.mean_change(sample), by_r["MC"])
    agrees(effects.smcr(sample), by_r["SMCR"])
    agrees(effects.smcr(sample, variances="unequal"), by_r["SMCRH"])
    for metric in (effects.smcc, effects.g_z):
        agrees(metric(sample), by_r["SMCC"])
    normal = effects.smcr(sample, interval="normal")
    reach = stats.norm.ppf(0.975) * np.sqrt(by_r["SMCR"]["vi"])
    assert limits(normal) == pytest.approx([by_r["SMCR"]["yi"] - reach, by_r["SMCR"]["yi"] + reach], rel=1e-6)
    if by_r["ROMC"]:
        agrees(effects.log_ratio_paired(sample), by_r["ROMC"])


def test_pairs_against_t_tests(pair):
    sample, by_r = pair
    is_t_test(effects.mean_change(sample), by_r["t95"])
    is_t_test(effects.mean_change(sample, conf_level=0.90), by_r["t90"])
    if by_r["logs"]:
        is_t_test(effects.mean_log_ratio(sample), by_r["logs"])
    if by_r["percent"]:
        is_t_test(effects.mean_percent_change(sample), by_r["percent"])
    bound = 0.5 * sample.sd_2[0]
    row = effects.tost(sample, -bound, bound).iloc[0]
    assert [row["p_lower"], row["p_upper"]] == pytest.approx([by_r["tost"]["low"], by_r["tost"]["high"]], rel=1e-6)
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([by_r["t90"]["low"], by_r["t90"]["high"]], rel=1e-7)
    typical = effects.typical_error(sample).iloc[0]
    expected = [by_r["typical"][name] for name in ("estimate", "low", "high")]
    assert typical[["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(expected, rel=1e-7)


def has_limits_of(frame, ncp, per_t):
    """The limits of the noncentrality by root finding on R's pt, brought to the metric; none where R finds none."""
    for column, side in (("conf_low", "low"), ("conf_high", "high")):
        if ncp[side] is not None:
            assert frame[column].iloc[0] == pytest.approx(ncp[side] * per_t[0], rel=1e-7, abs=1e-9)


def test_limits_of_pairs_are_those_of_rs_noncentral_t(pair):
    sample, by_r = pair
    root_n, average = np.sqrt(sample.n), np.sqrt((sample.sd_1**2 + sample.sd_2**2) / 2)
    for metric, sd in (
        (effects.d_z, sample.sd_change), (effects.g_z, sample.sd_change), (effects.d_av, average), (effects.smcr, sample.sd_2),
    ):  # fmt: skip
        has_limits_of(metric(sample), by_r["ncp"], sample.sd_change / root_n / sd)


def test_limits_of_groups_are_those_of_rs_noncentral_t(groups):
    two, by_r = groups
    by_counts = np.sqrt(1 / two.n_1 + 1 / two.n_2)
    for metric in (effects.d_s, effects.g_s):
        has_limits_of(metric(two), by_r["ncp_pooled"], by_counts)
    error = np.sqrt(two.sd_1**2 / two.n_1 + two.sd_2**2 / two.n_2)
    has_limits_of(effects.glass_delta(two), by_r["ncp_glass"], error / two.sd_2)
    has_limits_of(effects.smdh(two), by_r["ncp_welch"], error / np.sqrt((two.sd_1**2 + two.sd_2**2) / 2))


@pytest.mark.filterwarnings("ignore:a mean is less")
def test_pairs_against_effectsize(pair):
    sample, by_r = pair
    for frame, name, column in (
        (effects.d_z(sample), "d_z", "Cohens_d"),
        (effects.g_z(sample, interval="shrunk"), "g_z", "Hedges_g"),
    ):
        estimate, ends = of_effectsize(by_r[name], column)
        assert frame["estimate"].iloc[0] == pytest.approx(estimate, rel=1e-7)
        assert limits(frame) == pytest.approx(ends, rel=SEARCH, abs=SEARCH)
    # Φ(d_z/√2) there, Φ(d_z) here
    estimate, ends = of_effectsize(by_r["p_superiority"], "p_superiority")
    frame = effects.probability_of_superiority(sample)
    theirs = stats.norm.cdf(np.sqrt(2) * stats.norm.ppf([estimate, *ends]))
    assert [frame["estimate"][0], *limits(frame)] == pytest.approx(theirs.tolist(), rel=1e-4, abs=1e-5)
    if by_r["wilson"]:
        counted = effects.probability_of_superiority(sample, method="counts")
        assert limits(counted) == pytest.approx(by_r["wilson"], abs=1e-12)
    if by_r["means_ratio"]:
        estimate, ends = of_effectsize(by_r["means_ratio"], "log_Means_ratio")
        assert effects.log_ratio_paired(sample)["estimate"][0] == pytest.approx(estimate, rel=1e-7, abs=1e-12)
        assert limits(effects.log_ratio_paired(sample, interval="normal")) == pytest.approx(ends, rel=1e-6, abs=1e-9)


def test_groups_against_metafor(groups):
    two, by_r = groups
    agrees(effects.mean_difference(two), by_r["MD"])
    agrees(effects.g_s(two), by_r["SMD"])
    agrees(effects.smdh(two), by_r["SMDH"])
    agrees(effects.glass_delta(two, variances="equal", corrected=True), by_r["SMD1"])
    agrees(effects.glass_delta(two, variances="unequal", corrected=True), by_r["SMD1H"])
    agrees(effects.log_ratio(two), by_r["ROM"])


def test_groups_against_t_tests(groups):
    two, by_r = groups
    is_t_test(effects.mean_difference(two), by_r["welch"])
    is_t_test(effects.mean_difference(two, variances="equal"), by_r["pooled"])
    bound = 0.5 * two.sd_2[0]
    row = effects.tost(two, -bound, bound).iloc[0]
    assert [row["p_lower"], row["p_upper"]] == pytest.approx([by_r["tost"]["low"], by_r["tost"]["high"]], rel=1e-6)


def test_groups_against_effectsize(groups):
    two, by_r = groups
    for frame, name, column in (
        (effects.d_s(two), "d_s", "Cohens_d"),
        (effects.g_s(two, interval="shrunk"), "g_s", "Hedges_g"),
        (effects.glass_delta(two), "glass", "Glass_delta"),
    ):
        estimate, ends = of_effectsize(by_r[name], column)
        assert frame["estimate"].iloc[0] == pytest.approx(estimate, rel=1e-7)
        assert limits(frame) == pytest.approx(ends, rel=SEARCH, abs=SEARCH)
    # smdh is their unpooled d times Hedges' factor; its limits are not shrunk
    estimate, ends = of_effectsize(by_r["d_unequal"], "Cohens_d")
    frame = effects.smdh(two)
    assert frame["estimate"][0] == pytest.approx(effects.hedges_factor(two.size - 2)[0] * estimate, rel=1e-7)
    assert limits(frame) == pytest.approx(ends, rel=SEARCH, abs=SEARCH)
    assert effects.cliffs_delta(two)["estimate"][0] == pytest.approx(by_r["cliffs"]["r_rank_biserial"], abs=1e-12)
    estimate, ends = of_effectsize(by_r["p_superiority"], "p_superiority")
    frame = effects.probability_of_superiority(two)
    assert [frame["estimate"][0], *limits(frame)] == pytest.approx([estimate, *ends], rel=1e-5, abs=1e-6)
    if by_r["means_ratio"]:  # it refuses a negative value, of which one group has one
        estimate, ends = of_effectsize(by_r["means_ratio"], "log_Means_ratio")
        assert limits(effects.log_ratio(two, interval="normal")) == pytest.approx(ends, rel=1e-6, abs=1e-9)
    else:
        assert min(two.values_1.min(), two.values_2.min()) < 0


def arm(rows, which):
    names = (f"n_{which}", f"m_post_{which}", f"m_pre_{which}", f"sd_post_{which}", f"sd_pre_{which}", f"r_{which}")
    return effects.PairedSummary(*(np.array([row[name] for row in rows]) for name in names))


def test_printed_summaries_all_at_once(fuzz):
    """Vectorised over 30 studies, which R takes one by one."""
    rows, by_r = fuzz[0]["printed"], fuzz[1]["printed"]
    arms = {"treatment": arm(rows, "t"), "control": arm(rows, "c")}
    for side, sample in arms.items():
        for measure, frame in (
            ("MC", effects.mean_change(sample)), ("SMCC", effects.smcc(sample)), ("SMCR", effects.smcr(sample)),
            ("SMCRH", effects.smcr(sample, variances="unequal")), ("ROMC", effects.log_ratio_paired(sample)),
        ):  # fmt: skip
            np.testing.assert_allclose(
                frame["estimate"], [row[side][measure]["yi"] for row in by_r], rtol=1e-8, atol=1e-12
            )
            np.testing.assert_allclose(frame["std_error"] ** 2, [row[side][measure]["vi"] for row in by_r], rtol=1e-8)
    g = effects.g_ppc2(*arms.values())
    np.testing.assert_allclose(g["estimate"], [row["g_ppc2"] for row in by_r], rtol=1e-9)
    np.testing.assert_allclose(g["std_error"] ** 2, [row["v_morris"] for row in by_r], rtol=1e-9)
    t, c = arms.values()
    two = effects.IndependentSummary(t.n, c.n, t.mean_1, c.mean_1, t.sd_1, c.sd_1)
    np.testing.assert_allclose(effects.g_s(two)["estimate"], [row["SMD"]["yi"] for row in by_r], rtol=1e-8)
    np.testing.assert_allclose(effects.g_s(two)["std_error"] ** 2, [row["SMD"]["vi"] for row in by_r], rtol=1e-8)


@pytest.mark.parametrize("i", range(30))
def test_shares_of_variance(i, fuzz):
    row, by_r = fuzz[0]["printed"][i], fuzz[1]["printed"][i]
    f, a, b, level = row["F"], row["df_1"], row["df_2"], row["level"]
    eta = effects.partial_eta_squared(f, a, b, conf_level=level, population="error-df").iloc[0]
    estimate, ends = of_effectsize(by_r["eta"], "Eta2_partial")
    assert eta["estimate"] == pytest.approx(estimate, rel=1e-9)
    assert eta[["conf_low", "conf_high"]].tolist() == pytest.approx(ends, rel=1e-4, abs=5e-5)  # effectsize's search
    # the limits themselves, by root finding on R's pf
    low, high = by_r["ncp_low"], by_r["ncp_high"]
    ours = effects.partial_eta_squared(f, a, b, conf_level=level).iloc[0]
    expected = [low / (low + a + b + 1), high / (high + a + b + 1)]
    assert ours[["conf_low", "conf_high"]].tolist() == pytest.approx(expected, rel=1e-7, abs=1e-10)
    for metric, name, column in (
        (effects.omega_squared, "omega", "Omega2_partial"),
        (effects.epsilon_squared, "epsilon", "Epsilon2_partial"),
    ):
        got = metric(f, a, b)["estimate"][0]
        assert max(got, 0) == pytest.approx(by_r[name][column], rel=1e-9)  # they cut at zero, ours keep the sign
        assert (got < 0) == (f < 1)


def test_model_based_d_against_emmeans(fuzz):
    model = fuzz[1]["model"]
    contrasts = pd.DataFrame(model["contrast"]).rename(columns={"SE": "std_error"})
    for size in model["sizes"]:
        df = None if size["edf"] in (None, "Inf") else size["edf"]
        frame = effects.d_from_contrast(contrasts, model["sigma"], standardiser="total", sd_df=df)
        np.testing.assert_allclose(frame["estimate"], [row["effect.size"] for row in size["effect"]], rtol=1e-7)
        np.testing.assert_allclose(frame["std_error"], [row["SE"] for row in size["effect"]], rtol=1e-7)


def test_equivalence_of_contrasts_against_emmeans(fuzz):
    contrasts = pd.DataFrame(fuzz[1]["model"]["contrast"]).rename(columns={"SE": "std_error"})
    row = effects.tost(contrasts, -40, 40)
    np.testing.assert_allclose(row["p_value"], [r["p.value"] for r in fuzz[1]["equivalence"]], rtol=1e-6)


def test_generalised_eta_of_a_mixed_design(fuzz):
    """obk.long: two factors between, two within; every within-participant term against effectsize."""
    strata, ges = fuzz[1]["obk"]["strata"], {row["Parameter"]: row["Eta2_generalized"] for row in fuzz[1]["obk"]["ges"]}
    errors = {name: rows[-1] for name, rows in strata.items()}
    everything = sum(row["Sum Sq"] for row in errors.values())
    checked = 0
    for name, rows in strata.items():
        for row in rows[:-1]:
            frame = effects.generalised_eta_squared(
                row["Sum Sq"], errors[name]["Sum Sq"], everything, row["Df"], errors[name]["Df"], 16, groups=6
            )
            assert frame["estimate"][0] == pytest.approx(ges[row["term"]], rel=1e-8), row["term"]
            assert frame["conf_low"][0] <= frame["conf_high"][0] < 1
            checked += 1
    assert checked >= 15
