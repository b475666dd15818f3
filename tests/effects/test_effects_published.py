"""From sentences to numbers: round trips from data whose full analysis is known, and hand calculations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis import effects
from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.schema import check


@pytest.fixture(scope="module")
def paper():
    """A paired study with everything a paper may print of it."""
    rng = np.random.default_rng(6)
    pre = rng.normal(50, 12, 16)
    post = pre + rng.normal(5, 6, 16)
    test = stats.ttest_rel(post, pre)
    low, high = test.confidence_interval(0.95)
    return {"post": post, "pre": pre, "t": test.statistic, "p": test.pvalue, "low": low, "high": high,
            "difference": (post - pre).mean(), "se": stats.sem(post - pre)}  # fmt: skip


def test_every_road_leads_to_the_same_standard_error(paper):
    d, df = paper["difference"], 15
    roads = [
        effects.difference_from_interval(d, paper["low"], paper["high"], df),
        effects.difference_from_t(d, paper["t"], df),
        effects.difference_from_p(d, paper["p"], df),
        effects.difference_from_p(d, paper["p"] / 2, df, tails=1),
        effects.difference_from_F(d, paper["t"] ** 2, df),
    ]
    for frame in roads:
        assert frame["std_error"][0] == pytest.approx(paper["se"], rel=1e-9)
        assert [frame["conf_low"][0], frame["conf_high"][0]] == pytest.approx([paper["low"], paper["high"]], rel=1e-9)
        assert frame["p_value"][0] == pytest.approx(paper["p"], rel=1e-8)
        assert frame["evidence"][0] == "derived"
        check(frame, "estimates")


def test_a_bound_on_p_gives_the_largest_standard_error(paper):
    frame = effects.difference_from_p(paper["difference"], 0.05, 15, relation="<")
    assert frame["std_error"][0] > paper["se"]
    assert "largest possible" in frame["assumption"][0]


def test_d_from_t_is_the_d_of_the_data(paper):
    pair = effects.paired(paper["post"], paper["pre"])
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    from_t = effects.d_from_t(paper["t"], 16)
    np.testing.assert_allclose(from_t[columns].iloc[0].astype(float), effects.d_z(pair)[columns].iloc[0].astype(float))
    with_r = effects.d_from_t(paper["t"], 16, r=pair.r[0])
    assert with_r["metric"][0] == "d_rm"
    assert with_r["estimate"][0] == pytest.approx(effects.d_rm(pair)["estimate"][0], rel=1e-9)
    # the SDs are not in t: the error is that of two equal ones, which change by as much
    equal = effects.PairedSummary(
        16, *pair.mean_1, *pair.mean_2, *[pair.sd_change / np.sqrt(2 - 2 * pair.r)] * 2, pair.r
    )
    np.testing.assert_allclose(
        with_r[columns].iloc[0].astype(float), effects.d_rm(equal)[columns].iloc[0].astype(float)
    )
    assert with_r["assumption"][0].startswith("paired t test, the two SDs taken as equal, r assumed = 0.")


def test_d_from_t_of_groups_is_the_d_of_the_groups():
    rng = np.random.default_rng(2)
    x, y = rng.normal(1, 1, 12), rng.normal(0, 1, 9)
    t = stats.ttest_ind(x, y).statistic
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    got, expected = effects.d_from_t(t, 12, n_2=9), effects.d_s(effects.independent(x, y))
    np.testing.assert_allclose(got[columns].iloc[0].astype(float), expected[columns].iloc[0].astype(float))


def test_means_with_se_are_the_summary_of_the_data(paper):
    pair = effects.paired(paper["post"], paper["pre"])
    r = effects.r_from_sd_change(pair.sd_1, pair.sd_2, pair.sd_change)
    again = effects.paired_from_means(16, pair.mean_1, pair.mean_2, pair.sd_1 / 4, pair.sd_2 / 4, kind="se", r=r)
    np.testing.assert_allclose(effects.d_av(again)["conf_low"], effects.d_av(pair)["conf_low"], rtol=1e-9)
    assert "spreads are se" in effects.d_av(again)["method"][0]
    assert effects.d_av(again)["evidence"][0] == "derived"


def test_ci95_spread_by_hand():
    assert effects.sd_from_spread(4.0, 16, kind="ci95")[0] == pytest.approx(4 / stats.t.ppf(0.975, 15) * 4)
    two = effects.independent_from_means([14, 9], [15, 9], -23.8, -45.1, 5.6, 5.0, kind="se")
    assert two.sd_2.tolist() == pytest.approx([5 * np.sqrt(15), 15])


def test_log_ratio_from_percent_by_hand():
    row = effects.log_ratio_from_percent(35, 20, 8, kind="sd").iloc[0]
    assert row["estimate"] == pytest.approx(np.log(1.35))
    assert row["std_error"] == pytest.approx(0.2 / np.sqrt(8) / 1.35)
    assert row["conf_high"] == pytest.approx(np.log(1.35) + stats.t.ppf(0.975, 7) * row["std_error"])


def test_medians_by_hand():
    """n 25, median 50, range 30 to 72: w = 4/(4 + 25^.75), SD = 42/(2 z(24.625/25.25)); quartiles 44 and 58."""
    row = effects.mean_sd_from_median(25, 50, 30, 72, kind="range").iloc[0]
    w = 4 / (4 + 25**0.75)
    assert row["mean"] == pytest.approx(w * 51 + (1 - w) * 50)
    assert row["sd"] == pytest.approx(42 / (2 * stats.norm.ppf(24.625 / 25.25)))
    row = effects.mean_sd_from_median(25, 50, 44, 58, kind="quartiles").iloc[0]
    assert row["mean"] == pytest.approx((0.7 + 0.39 / 25) * 51 + (0.3 - 0.39 / 25) * 50)
    assert row["sd"] == pytest.approx(14 / (2 * stats.norm.ppf(18.625 / 25.25)))


def test_medians_recover_normal_samples():
    rng = np.random.default_rng(4)
    x = rng.normal(50, 10, (2000, 20))
    quartiles = np.quantile(x, [0.25, 0.5, 0.75], axis=1)
    quiet = 2.65 / np.sqrt(20) - 6 / 400
    skew = np.abs(quartiles[0] + quartiles[2] - 2 * quartiles[1]) / (quartiles[2] - quartiles[0])
    low, middle, high = quartiles[:, skew < quiet]
    frame = effects.mean_sd_from_median(20, middle, low, high, kind="quartiles")
    assert frame["mean"].mean() == pytest.approx(50, abs=0.3)
    assert frame["sd"].mean() == pytest.approx(10, rel=0.05)
    assert (skew > quiet).mean() == pytest.approx(0.05, abs=0.03)


def test_skewed_medians_are_warned_of():
    with pytest.warns(MMCWarning, match="skewed"):
        effects.mean_sd_from_median(30, 31, 30, 72, kind="range")


def test_an_interval_off_its_centre_is_warned_of():
    with pytest.warns(MMCWarning, match="far from the middle"):
        effects.difference_from_interval(9, 8, 20, 17)


def test_sweep_shows_what_hangs_on_r_and_on_the_spread():
    frame = effects.sweep(
        lambda r, kind: effects.d_z(effects.paired_from_means(18, 59, 50, 4.0, 4.0, kind=kind, r=r)),
        r=[0.5, 0.7, 0.9], kind=["sd", "se"],
    )  # fmt: skip
    assert frame["assumption"].tolist()[:2] == ["r = 0.5, kind = sd", "r = 0.5, kind = se"]
    assert len(frame) == 6
    ratio = frame["estimate"][0] / frame["estimate"][1]
    assert ratio == pytest.approx(np.sqrt(18))
    check(frame, "estimates")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effects.difference_from_interval(9, 13, 5, 17), "lower limit must be below"),
        (lambda: effects.difference_from_interval(19, 5, 13, 17), "outside its own interval"),
        (lambda: effects.difference_from_interval(9, 5, 13, 0), "df = 0"),
        (lambda: effects.difference_from_interval(9, 5, np.nan, 17), "high = nan"),
        (lambda: effects.difference_from_interval(9, 5, 13, 17, printed_level=95), "Write 0.95"),
        (lambda: effects.difference_from_t(9, -2, 17), "sign is not that of the difference"),
        (lambda: effects.difference_from_t(0, 2, 17), "difference of zero"),
        (lambda: effects.difference_from_F(9, 4, 17, df_1=2), "several differences at once"),
        (lambda: effects.difference_from_F(9, 0, 17), "above zero"),
        (lambda: effects.difference_from_p(9, 0.0, 17), "between 0 and 1"),
        (lambda: effects.difference_from_p(9, 1.0, 17), "between 0 and 1"),
        (lambda: effects.difference_from_p(9, 0.04, 17, relation=">"), "relation"),
        (lambda: effects.d_from_t(2, 12, n_2=9, r=0.5), "give one of them"),
        (lambda: effects.d_from_t(2, 1), "At least 2"),
        (lambda: effects.sd_from_spread(0, 12, kind="se"), "above zero"),
        (lambda: effects.sd_from_spread(2, 12, kind="sem"), "Did you mean 'se'"),
        (lambda: effects.r_from_sd_change(4, 4, 9), "No correlation gives these"),
        (lambda: effects.log_ratio_from_percent(-100, 5, 8, kind="sd"), "Nothing is left"),
        (lambda: effects.mean_sd_from_median(9, 80, 30, 72, kind="range"), "between low and high"),
        (lambda: effects.sweep(lambda: pd.DataFrame()), "at least one assumption"),
        (lambda: effects.sweep(lambda r: pd.DataFrame(), r=0.5), "as a list"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_remedy(call, message):
    with pytest.raises(EffectError, match=message):
        call()
