"""Analyses that a paper may have used: adjusted, of two groups, with the printed df; means, SDs and correlations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis.errors import EffectError, OptionError
from mmc_analysis.synthesis import consistency
from mmc_analysis.synthesis.implied import implied_r
from mmc_analysis.synthesis.printed import Printed


def own(frame, check="own error"):
    return frame[frame["check"] == check].set_index("design")


@pytest.mark.parametrize("comparisons", [1, 3, 6])
def test_numbers_adjusted_by_bonferroni_fit_that_analysis_and_hold_the_truth(comparisons):
    """What SPSS prints of pairwise comparisons: P times m, and an interval at level 1 - .05/m."""
    rng = np.random.default_rng(comparisons)
    for _ in range(60):
        df, se, difference = 17, rng.uniform(0.8, 4), rng.normal(0, 6)
        reach = stats.t.ppf(1 - 0.025 / comparisons, df) * se
        p = min(1.0, comparisons * 2 * stats.t.sf(abs(difference) / se, df))
        frame = consistency.check_numbers(
            f"{difference:.1f}", ci_low=f"{difference - reach:.1f}", ci_high=f"{difference + reach:.1f}", p=f"{p:.4f}",
            designs={"adjusted": (df, comparisons)},
        )  # fmt: skip
        row = own(frame).loc["adjusted"]
        assert row["verdict"] == "fits"
        assert row["se_low"] - 1e-9 <= se <= row["se_high"] + 1e-9


def test_an_adjustment_is_told_from_none():
    """t(17) = 2.5 for 5 points: P .0230; times three .0691, with a wider interval."""
    df, se, difference = 17, 2.0, 5.0
    reach = stats.t.ppf(1 - 0.025 / 3, df) * se
    adjusted = {
        "ci_low": f"{difference - reach:.2f}",
        "ci_high": f"{difference + reach:.2f}",
        "p": f"{3 * 2 * stats.t.sf(2.5, df):.4f}",
    }
    verdicts = own(consistency.check_numbers("5.00", n=18, **adjusted))["verdict"]
    assert verdicts["paired test"] == "does not fit"
    assert verdicts["paired test, Bonferroni for 3 comparisons"] == "fits"


def test_two_groups_by_student_and_welch():
    x, y = np.array([12.1, 15.0, 9.4, 11.2, 13.3, 10.9]), np.array([8.2, 9.1, 10.3, 7.7, 8.8, 9.9, 6.5, 12.0, 8.1])
    for equal, design in (
        (True, "independent groups, equal variances"),
        (False, "independent groups, unequal variances"),
    ):
        test = stats.ttest_ind(x, y, equal_var=equal)
        numbers = {
            "mean_1": f"{x.mean():.2f}",
            "mean_2": f"{y.mean():.2f}",
            "sd_1": f"{x.std(ddof=1):.3f}",
            "sd_2": f"{y.std(ddof=1):.3f}",
        }
        frame = consistency.check_numbers(f"{x.mean() - y.mean():.2f}", p=f"{test.pvalue:.4f}", n=(6, 9), **numbers)
        row = own(frame).loc[design]
        assert row["verdict"] == "fits"
        se = (x.mean() - y.mean()) / test.statistic
        assert row["se_low"] <= se <= row["se_high"]
        assert row["df"] == pytest.approx(test.df, rel=1e-3)
    pooled = np.sqrt((5 * x.var(ddof=1) + 8 * y.var(ddof=1)) / 13)
    d = consistency.check_numbers(
        f"{x.mean() - y.mean():.2f}", n=(6, 9), cohen_d=f"{(x.mean() - y.mean()) / pooled:.2f}", **numbers
    )
    row = own(d, "standardiser").loc["d_s, independent groups, equal variances"]
    assert row["verdict"] == "fits"
    assert row["sd_low"] <= pooled <= row["sd_high"]


def test_correlation_implied_by_three_sds_against_a_grid():
    rng = np.random.default_rng(5)
    for _ in range(40):
        s_1, s_2 = rng.uniform(1, 20, 2)
        half = rng.choice([0.05, 0.5])
        s_d = np.sqrt(s_1**2 + s_2**2 - 2 * rng.uniform(-0.9, 0.95) * s_1 * s_2)
        sds = [Printed(max(s - half, 0.01), s + half, "") for s in (s_1, s_2)]
        change = (max(s_d - half, 0.01), s_d + half)
        a, b, c = np.meshgrid(*(np.linspace(sd.low, sd.high, 81) for sd in sds), np.linspace(*change, 5), indexing="ij")
        r = (a**2 + b**2 - c**2) / (2 * a * b)
        low, high = implied_r(*sds, change)
        assert high == pytest.approx(r.max(), rel=1e-9)
        assert low <= r.min() + 1e-12
        assert low == pytest.approx(r.min(), abs=2e-3 * (1 + abs(r.min())))


def test_levels_of_a_pair():
    """Means 59 and 50 with SDs 15: a difference of 9 fits, of 11 does not; an SD of changes of 40 leaves no correlation."""
    levels = {"mean_1": "59", "mean_2": "50", "sd_1": "15", "sd_2": "15"}
    frame = own(consistency.check_numbers("9", ci_low="5", ci_high="13", n=18, **levels), "levels")
    assert frame.loc["difference of the means", "verdict"] == "fits"
    sd = np.array([3.5, 4.5]) / stats.t.ppf(0.975, 17) * np.sqrt(18)
    assert frame.loc["paired test", "r_high"] == pytest.approx(1 - sd[0] ** 2 / (2 * 15.5**2), rel=1e-9)
    assert frame.loc["paired test", "r_low"] == pytest.approx(1 - sd[1] ** 2 / (2 * 14.5**2), rel=1e-9)
    wrong = own(consistency.check_numbers("11", ci_low="7", ci_high="15", n=18, **levels), "levels")
    assert wrong.loc["difference of the means", "verdict"] == "does not fit"
    wide = own(consistency.check_numbers("9", sd="40", n=18, **levels), "levels")
    assert wide.loc["paired test", "verdict"] == "does not fit"
    printed_r = own(consistency.check_numbers("9", ci_low="5", ci_high="13", n=18, r="0.5", **levels), "levels")
    assert printed_r.loc["paired test", "verdict"] == "does not fit"


@pytest.mark.parametrize(("num_df", "df", "f"), [(2, 34, 6.71), (1, 17, 4.45), (4, 68, 2.5)])
def test_a_statistic_against_its_p_value(num_df, df, f):
    p = stats.f.sf(f, num_df, df)
    numbers = {"F": f"{f:.2f}", "num_df": str(num_df), "df": str(df)}
    frame = consistency.check_numbers(p=f"{p:.3f}", **numbers)
    assert frame["verdict"].tolist() == ["fits", "fits"]
    row = frame[frame["check"] == "df"].iloc[0]
    assert row["df_low"] <= df <= row["df_high"]
    assert consistency.check_numbers(p=f"{p + 0.02:.3f}", **numbers)["verdict"][0] == "does not fit"


def test_t_alone_is_checked_against_p():
    assert consistency.check_numbers(t="-2.50", df="17", p="0.023")["verdict"][0] == "fits"
    assert consistency.check_numbers(t="-2.50", df="17", p="0.013")["verdict"][0] == "does not fit"


def test_an_f_of_several_means_does_not_speak_of_one_difference():
    """F(2, 34) beside a difference: neither it nor its P is taken for that difference's own test."""
    frame = consistency.check_numbers("9", F="6.71", num_df="2", df="34", p="0.0035", n=18)
    assert set(frame["check"]) == {"statistic", "df"}


def reported(**more):
    base = {"study": "s", "outcome": "emg", "unit": "pct_max", "evidence": "published", "source_kind": "paper_text"}
    return base | more


def test_reported_rows_of_two_groups_with_means_and_sds():
    rows = [
        reported(result="n_imagery", statistic="n", value=10, printed="10", group="imagery"),
        reported(result="n_control", statistic="n", value=12, printed="12", group="control"),
        *(reported(result=f"{g}_mean", statistic=s, value=float(v), printed=v, group=g, quantity="level")
          for g, s, v in (("imagery", "mean", "12.0"), ("imagery", "sd", "2.1"), ("control", "mean", "10.2"), ("control", "sd", "1.9"))),
        *(reported(result="imagery_control", statistic=s, value=float(v), printed=v, group="imagery", comparator="control")
          for s, v in (("diff", "1.8"), ("p", "0.048"), ("df", "20"))),
    ]  # fmt: skip
    frame = consistency.check(pd.DataFrame(rows))
    frame = frame[frame["result"] == "imagery_control"]
    assert own(frame).loc["independent groups, equal variances", ["df", "verdict"]].tolist() == [20.0, "fits"]
    assert own(frame).loc["test as printed", "df"] == 20
    assert own(frame, "levels").loc["difference of the means", "verdict"] == "fits"
    assert not frame["design"].str.contains("paired").any()


def test_reported_levels_of_conditions_are_found_by_load_and_muscle():
    cells = [("pectoralis", "50", "59"), ("regular", "50", "50"), ("pectoralis", "80", "90"), ("regular", "80", "70")]
    rows = [
        *(reported(result=f"{c}_{load}", statistic="mean", value=float(v), printed=v, condition=c, load=load, quantity="level")
          for c, load, v in cells),
        *(reported(result=f"focus_{load}", statistic=s, value=float(v), printed=v, condition="pectoralis", comparator="regular",
                   load=load, quantity="change")
          for load, d in (("50", "9"), ("80", "15")) for s, v in (("diff", d), ("p", "0.001"))),
    ]  # fmt: skip
    frame = consistency.check(pd.DataFrame(rows), n=18)
    verdicts = frame[frame["design"] == "difference of the means"].set_index("result")["verdict"]
    assert verdicts.to_dict() == {"focus_50": "fits", "focus_80": "does not fit"}


@pytest.mark.parametrize(
    ("call", "fault", "message"),
    [
        (lambda: consistency.check_numbers("9", ci_lo="5"), OptionError, "ci_lo"),
        (lambda: consistency.check_numbers("9", p="4"), EffectError, "not a P value"),
        (lambda: consistency.check_numbers("9", p="0.01", n=(5, 6, 7)), EffectError, "one number of participants, or two"),
        (lambda: consistency.check_numbers("9", p="0.01", n="many"), EffectError, "not a number of participants"),
        (lambda: consistency.check_numbers("9", p="0.01", sd="3", n=(5, 6)), EffectError, "give sd_1 and sd_2"),
        (lambda: consistency.check_numbers("9", p="0.01", designs={"a": "b"}), EffectError, "no df"),
        (lambda: consistency.check_numbers("9", p="0.01", designs={"a": (17, 0)}), EffectError, "1 comparison or more"),
        (lambda: consistency.check_numbers("9", p="0.01", designs={}), EffectError, "designs is empty"),
    ],
)  # fmt: skip
def test_bad_numbers_are_refused_with_the_remedy(call, fault, message):
    with pytest.raises(fault, match=message):
        call()
