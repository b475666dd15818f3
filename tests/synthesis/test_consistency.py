"""Printed numbers: brute force, linear programming, round trips, and worked papers."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from mmc_analysis import load_study
from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis import consistency
from mmc_analysis.synthesis.compatible import DF_GRID, Evidence, common_se, fitting_df, se_range
from mmc_analysis.synthesis.plus_minus import Group, one_sample
from mmc_analysis.synthesis.printed import read_printed


def printed_study(rng, df, decimals=0, p_decimals=4):
    """True numbers of a study and what it would print of them."""
    se = rng.uniform(0.8, 4)
    difference = rng.normal(0, 6)
    reach = stats.t.ppf(0.975, df) * se
    p = 2 * stats.t.sf(abs(difference) / se, df)
    words = [f"{x:.{decimals}f}" for x in (difference, difference - reach, difference + reach)]
    return se, Evidence(*(read_printed(w) for w in words), p=read_printed(f"{p:.{p_decimals}f}", upper=1.0))


def by_linear_programming(evidence, df):
    """Smallest and largest SE by linear programming in (difference, SE), for differences of one sign."""
    c = stats.t.ppf(0.975, df)
    t_low = stats.t.isf(evidence.p.high / 2, df)
    A, b = [], []
    for limit, slope in ((evidence.low, -c), (evidence.high, c)):
        A += [[1, slope], [-1, -slope]]
        b += [limit.high, -limit.low]
    A.append([-1, t_low])
    b.append(0)
    if evidence.p.low > 0:
        A.append([1, -stats.t.isf(evidence.p.low / 2, df)])
        b.append(0)
    bounds = [(max(evidence.difference.low, 0), evidence.difference.high), (0, None)]
    found = [optimize.linprog([0, sign], A_ub=A, b_ub=b, bounds=bounds) for sign in (1, -1)]
    return None if found[0].status == 2 else (found[0].x[1], found[1].x[1])


@pytest.mark.parametrize("df", [5, 17, 85, 1e6])
def test_the_truth_always_lies_in_the_range(df):
    rng = np.random.default_rng(int(df))
    for _ in range(150):
        se, evidence = printed_study(rng, df)
        low, high = se_range(evidence, [df])
        assert low[0] - 1e-9 <= se <= high[0] + 1e-9


def test_ranges_agree_with_linear_programming():
    rng = np.random.default_rng(1)
    compared = 0
    for _ in range(120):
        _, evidence = printed_study(rng, 17)
        if evidence.difference.low <= 0:
            continue
        for df in (17, 9, 60):
            low, high = se_range(evidence, [df])
            expected = by_linear_programming(evidence, df)
            if expected is None:
                assert np.isnan(low[0])
            else:
                assert [low[0], high[0]] == pytest.approx(list(expected), rel=1e-6, abs=1e-8)
            compared += 1
    assert compared > 100


def test_a_planted_slip_is_found():
    """The lower limit of an interval mistyped by five points, or P of another test: no df fits."""
    rng = np.random.default_rng(3)
    _, evidence = printed_study(rng, 17, decimals=1)
    assert 17 in fitting_df(evidence)
    slipped = Evidence(evidence.difference, read_printed(f"{evidence.low.middle - 5:.1f}"), evidence.high, evidence.p)
    assert fitting_df(slipped).size == 0
    wrong_p = Evidence(evidence.difference, evidence.low, evidence.high, read_printed("0.9999", upper=1.0))
    assert fitting_df(wrong_p).size == 0


def test_sign_does_not_matter():
    up = Evidence(read_printed("9"), read_printed("5"), read_printed("13"), read_printed("0.0002"))
    down = Evidence(read_printed("-9"), read_printed("-13"), read_printed("-5"), read_printed("0.0002"))
    np.testing.assert_allclose(se_range(up, DF_GRID), se_range(down, DF_GRID), equal_nan=True)


def test_a_difference_printed_as_zero():
    evidence = Evidence(read_printed("0"), read_printed("-3"), read_printed("3"), read_printed("0.81"))
    low, high = se_range(evidence, [17])
    c = stats.t.ppf(0.975, 17)
    # the interval gives SE 2.5/c to 3.5/c; P .805 to .815 wants |d| of a quarter of it, at most .5
    assert 2.5 / c <= low[0] <= high[0] <= 3.5 / c
    assert np.isnan(
        se_range(Evidence(evidence.difference, evidence.low, evidence.high, read_printed("0.01")), [17])[0][0]
    )


@pytest.mark.parametrize(
    ("text", "options", "low", "high"),
    [
        ("5", {}, 4.5, 5.5), ("5.0", {}, 4.95, 5.05), ("-0.30", {}, -0.305, -0.295), ("\u22120.30", {}, -0.305, -0.295),
        ("<0.005", {"upper": 1}, 0, 0.005), ("0.04", {"upper": 1}, 0.035, 0.045), ("1.00", {"upper": 1}, 0.995, 1.0),
        ("> 3", {}, 3, np.inf), ("45.1", {"value": -45.1}, -45.15, -45.05), ("12,5", {}, 12.45, 12.55), (".031", {}, 0.0305, 0.0315),
        ("about 40", {}, 39.5, 40.5), ("1.2e-3", {}, 0.00115, 0.00125), ("+7 %", {}, 6.5, 7.5),
    ],
)  # fmt: skip
def test_rounding_ranges(text, options, low, high):
    read = read_printed(text, **options)
    assert [read.low, read.high] == pytest.approx([low, high], abs=1e-12)


# worked papers


@pytest.fixture(scope="module")
def speed():
    return consistency.check(load_study("calatayud2018_speed"))


def test_bench_press_at_two_speeds(speed):
    """The two pectoralis contrasts fit separate paired tests, not one pooled error with 17 or 34 df; with 85 df they do."""
    own = speed[(speed["check"] == "own error") & (speed["design"] == "paired test")].set_index("result")
    assert own["verdict"].eq("fits").all()
    assert own.loc["pectoralis", ["se_low", "se_high"]].astype(float).round(2).tolist() == [1.02, 1.22]
    assert own.loc["triceps_on_pectoralis", ["se_low", "se_high"]].astype(float).round(2).tolist() == [1.29, 1.49]
    common = speed[speed["check"] == "common error"].set_index("df")
    assert common.loc[[17.0, 34.0], "verdict"].eq("does not fit").all()
    assert common.loc[85.0, "verdict"] == "fits"
    assert common.loc[85.0, ["se_low", "se_high"]].astype(float).round(2).tolist() == [1.40, 1.43]
    assert (
        "from df = "
        in speed.loc[(speed["check"] == "common error") & (speed["design"] == "any df"), "sentence"].iloc[0]
    )


def test_push_up():
    """9 (5 to 13), d 0.60, n 18: not d_z; as d_av it says SD 14 to 16 between lifters and r .79 to .90."""
    frame = consistency.check(load_study("calatayud2017"))
    d = frame[(frame["check"] == "standardiser") & (frame["result"] == "pectoralis")].set_index("design")
    assert d.loc["d_z, paired test", "verdict"] == "does not fit"
    row = d.loc["d_av, paired test"]
    assert row["verdict"] == "fits"
    # 1 - SD²/(2·SD_between²): change SD 3.5 to 4.5 by √18/2.1098, between SD 8.5/.605 to 9.5/.595
    sd = np.array([3.5, 4.5]) / stats.t.ppf(0.975, 17) * np.sqrt(18)
    assert [row["sd_low"], row["sd_high"]] == pytest.approx(sd.tolist(), rel=1e-9)
    assert row["r_low"] == pytest.approx(1 - sd[1] ** 2 / (2 * (8.5 / 0.605) ** 2))
    assert row["r_high"] == pytest.approx(1 - sd[0] ** 2 / (2 * (9.5 / 0.595) ** 2))


def test_cast_study_reads_plus_minus_both_ways():
    """As SD the cast group's loss is 9 SDs, as SE 2.3; group sizes are secondary and marked so."""
    frame = consistency.check(load_study("clark2014"))
    rows = frame[frame["result"] == "strength_cast"].set_index("design")
    assert rows.loc["± read as SD", "verdict"] == "unlikely"
    assert rows.loc["± read as SE", "verdict"] == "cannot tell"
    assert rows["source_kind"].eq("secondary").all()
    groups = frame[frame["result"] == "strength_cast - strength_imagery"].set_index("design")
    assert groups["df"].eq(27).all()
    assert groups.loc["± read as SE, groups compared", "verdict"] == "cannot tell"


def test_imagery_training_gives_a_largest_spread():
    """+35 %, P < .005, n 8: the SE is at most 35.5 over the .005 quantile of t(7)."""
    frame = consistency.check(load_study("ranganathan2004"))
    row = frame[(frame["result"] == "finger_imagery") & (frame["design"] == "paired test")].iloc[0]
    assert row["se_low"] == 0
    assert row["se_high"] == pytest.approx(35.5 / stats.t.isf(0.0025, 7), rel=1e-9)
    assert "at most" in row["sentence"]
    assert not frame["check"].eq("common error").any()


def test_means_and_standard_errors_against_a_printed_p():
    """6.8 (SEM 2.6) and 6.5 (3.0), 18 each, give P near .94 at most; a printed .31 does not follow under either reading."""
    frame = consistency.compare_groups("6.8", "2.6", 18, "6.5", "3.0", 18, p="0.31").set_index("reading")
    assert frame["verdict"].eq("does not fit").all()
    assert frame.loc["se", "p_low"] > 0.9
    real = consistency.compare_groups("17.8", "3.1", 18, "6.8", "2.6", 18, p="0.01").set_index("reading")
    assert real.loc["se", "verdict"] == "fits"
    assert real.loc["sd", "verdict"] == "does not fit"


def test_groups_by_hand():
    frame = consistency.compare_groups("10.00", "2.00", 10, "8.00", "2.00", 10).set_index("reading")
    t = (10 - 8) / (2 * np.sqrt(0.2))
    assert frame.loc["sd", "t_low"] < t < frame.loc["sd", "t_high"]
    assert frame.loc["sd", "p_low"] < 2 * stats.t.sf(t, 18) < frame.loc["sd", "p_high"]
    assert frame.loc["se", "d_high"] == pytest.approx(frame.loc["sd", "d_high"] / np.sqrt(10))


def test_one_sample_reading_with_a_printed_p():
    group = Group(read_printed("12.0"), read_printed("4.0"), 16)
    assert one_sample(group, read_printed("0.0090", upper=1))["verdict"].tolist() == ["does not fit", "fits"]


def any_df(frame):
    return frame[frame["check"] == "df"].iloc[0]


def test_checking_numbers_without_a_study():
    row = any_df(consistency.check_numbers("6", ci_low="3", ci_high="8", p="0.0001"))
    assert row["verdict"] == "fits"
    assert row["df_low"] == 10
    assert np.isinf(row["df_high"])
    assert consistency.check_numbers("6", ci_low="3", ci_high="8", p="0.4", df="17")["verdict"][0] == "does not fit"
    exact = any_df(consistency.check_numbers("9.00", ci_low="4.99", ci_high="13.01", p="0.0002"))
    assert exact["df_low"] <= 17 <= exact["df_high"]


def test_standard_error_and_sd_of_changes_speak_too():
    rows = pd.DataFrame({"study": "s", "result": "a", "quantity": "change", "statistic": ["diff", "sd", "p"],
                         "value": [9.0, 8.0, 0.0002], "printed": ["9.0", "8.0", "0.0002"]})  # fmt: skip
    frame = consistency.check(rows, n=18).set_index(["check", "design"])
    assert frame.loc[("own error", "paired test"), "verdict"] == "fits"
    assert (
        consistency.check(rows.assign(value=[9.0, 16.0, 0.0002], printed=["9.0", "16.0", "0.0002"]), n=18)["verdict"][0]
        == "does not fit"
    )


def test_designs_can_be_given():
    rows = pd.DataFrame(
        {"study": "s", "result": "a", "statistic": ["diff", "t"], "value": [9.0, 4.75], "printed": ["9.0", "4.75"]}
    )
    frame = consistency.check(rows, designs={"mixed model": 31.4})
    assert frame[["design", "df"]].iloc[0].tolist() == ["mixed model", 31.4]
    with pytest.raises(EffectError, match="degrees of freedom above zero"):
        consistency.check(rows, designs={"mixed model": 0})


def test_an_f_statistic_counts_as_t_squared():
    base = {"study": "s", "result": "a", "value": [9.0, 22.56], "printed": ["9.0", "22.56"]}
    frame = consistency.check(pd.DataFrame(base | {"statistic": ["diff", "F"]}), n=18)
    row = frame[frame["design"] == "paired test"].iloc[0]
    assert row["se_low"] <= 9 / np.sqrt(22.56) <= row["se_high"]


def test_synthetic_rows_stay_synthetic():
    rows = pd.DataFrame({"study": "s", "result": "a", "statistic": ["diff", "t"], "value": [9.0, 4.75], "printed": ["9.0", "4.75"],
                         "evidence": "synthetic"})  # fmt: skip
    assert consistency.check(rows, n=18)["evidence"].eq("synthetic").all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: consistency.check("calatayud2017"), "a study or a frame"),
        (lambda: consistency.check(pd.DataFrame({"result": ["a"]})), "no column 'statistic'"),
        (
            lambda: consistency.check(pd.DataFrame({"result": [], "statistic": [], "value": [], "printed": []})),
            "no reported rows",
        ),
        (
            lambda: consistency.check(
                pd.DataFrame({"result": ["a"], "statistic": ["diff"], "value": [9.0], "printed": ["9"]})
            ),
            "nothing among",
        ),
        (
            lambda: consistency.check(
                pd.DataFrame({"result": ["a"], "statistic": ["t"], "value": [9.0], "printed": ["9"]}), n=1.5
            ),
            "n=1.5",
        ),
        (lambda: consistency.check_numbers("9"), "nothing among these numbers"),
        (lambda: consistency.check_numbers("nine", df="3", t="2"), "no number in 'nine'"),
        (lambda: consistency.compare_groups("9", "2", 1, "8", "2", 9), "n=1 is not"),
        (lambda: consistency.compare_groups("9", "-2", 9, "8", "2", 9), "must be above zero"),
        (lambda: consistency.compare_groups("9", "2", 9, "8", "2", 9, p="4"), "not a P value"),
    ],
)
def test_bad_input_is_refused_with_the_remedy(call, message):
    with pytest.raises(EffectError, match=message):
        call()


def test_common_error_needs_every_difference_to_fit():
    good = Evidence(read_printed("6"), read_printed("3"), read_printed("8"))
    bad = Evidence(read_printed("6"), read_printed("1"), read_printed("8"))
    assert np.isnan(common_se([good, bad], [17])[0][0])
