"""What goes in: arrays, observations and summaries, good and bad."""

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import effects
from mmc_analysis.errors import EffectError
from mmc_analysis.schema import check


@pytest.fixture
def bench() -> pd.DataFrame:
    """Six lifters, two conditions, two loads, three repetitions."""
    rng = np.random.default_rng(12)
    rows = []
    for person in range(6):
        level = rng.normal(50, 10)
        for condition, shift in (("regular", 0.0), ("pectoralis", 6.0)):
            for load in (40, 60):
                cell = level + shift + load / 4 + rng.normal(0, 3)
                for repetition in (1, 2, 3):
                    rows.append(
                        (
                            "bench",
                            f"P{person}",
                            condition,
                            "none" if shift == 0 else "internal",
                            f"{load}",
                            load,
                            "pectoralis",
                            repetition,
                            "emg_peak",
                            cell + rng.normal(0, 1),
                            "pct_max",
                            "synthetic",
                        )
                    )
    names = ["study", "participant", "condition", "focus", "load", "load_pct_1rm", "muscle", "repetition", "measure",
             "value", "unit", "evidence"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def test_observations_are_averaged_within_participant_and_it_is_said(bench):
    pair = effects.paired(bench, "condition", "pectoralis", "regular", by="load")
    assert pair.n.tolist() == [6, 6]
    assert pair.labels["load"].tolist() == ["40", "60"]
    assert pair.labels["contrast"].eq("pectoralis - regular").all()
    assert pair.labels[["measure", "muscle"]].eq(["emg_peak", "pectoralis"]).all(axis=None)
    cells = bench[bench["load"] == "40"].groupby(["participant", "condition"])["value"].mean().unstack()
    assert pair.mean_change[0] == pytest.approx((cells["pectoralis"] - cells["regular"]).mean(), rel=1e-12)
    assert pair.sd_change[0] == pytest.approx((cells["pectoralis"] - cells["regular"]).std(), rel=1e-10)
    frame = effects.mean_change(pair)
    assert "up to 3 values per participant and level averaged first (over repetition)" in frame["method"][0]
    assert frame["unit"].eq("pct_max").all()
    assert frame["evidence"].eq("synthetic").all()
    check(frame, "estimates")


def test_users_frame_is_left_alone(bench):
    before = bench.copy(deep=True)
    effects.paired(bench, "condition", "pectoralis", "regular", by="load")
    pd.testing.assert_frame_equal(bench, before)


def test_averaging_over_a_design_column_must_be_asked_for(bench):
    with pytest.raises(EffectError, match=r"differ in 'load' \(40, 60\).*over=\['load'\]"):
        effects.paired(bench, "condition", "pectoralis", "regular")
    pair = effects.paired(bench, "condition", "pectoralis", "regular", over=["load", "load_pct_1rm"])
    assert "over repetition, load, load_pct_1rm" in pair.note


def test_confounded_levels_are_refused(bench):
    other = bench[(bench["load"] == "40")].copy()
    other.loc[other["condition"] == "pectoralis", "muscle"] = "triceps"
    with pytest.raises(
        EffectError, match=r"also differ in 'muscle' \(triceps against pectoralis|also differ in 'muscle'"
    ):
        effects.paired(other, "condition", "pectoralis", "regular")


def test_unknown_levels_and_columns_name_the_nearest(bench):
    with pytest.raises(EffectError, match="Did you mean 'pectoralis'"):
        effects.paired(bench, "condition", "pectorals", "regular", by="load")
    with pytest.raises(EffectError, match="Did you mean 'condition'"):
        effects.paired(bench, "conditon", "pectoralis", "regular", by="load")
    with pytest.raises(EffectError, match="two different levels"):
        effects.paired(bench, "condition", "pectoralis", by="load")


def test_missing_values_are_refused_or_left_out_knowingly(bench):
    gap = bench[bench["load"] == "40"].drop(columns=["load", "load_pct_1rm"]).copy()
    gap.loc[gap.index[0], "value"] = np.nan
    with pytest.raises(EffectError, match=r"1 participant without a value at one level \(P0\)"):
        effects.paired(gap, "condition", "pectoralis", "regular")
    pair = effects.paired(gap, "condition", "pectoralis", "regular", missing="drop")
    assert pair.n.tolist() == [5]


def test_each_study_is_its_own_sample(bench):
    two = pd.concat([bench, bench.assign(study="second", value=bench["value"] * 1.1)])
    pair = effects.paired(two, "condition", "pectoralis", "regular", by="load")
    assert pair.labels["study"].tolist() == ["bench", "bench", "second", "second"]


def test_groups_from_observations():
    frame = pd.DataFrame({
        "participant": [f"P{i}" for i in range(9)], "group": ["imagery"] * 5 + ["control"] * 4,
        "value": [12.0, 15, 11, 14, 13, 9, 10, 12, 8], "evidence": "measured",
    })  # fmt: skip
    two = effects.independent(frame, "group", "imagery", "control")
    assert (two.n_1[0], two.n_2[0], two.mean_difference[0]) == (5, 4, 13 - 9.75)
    shared = frame.assign(participant=[f"P{i % 5}" for i in range(9)])
    with pytest.raises(EffectError, match="counted twice as independent"):
        effects.independent(shared, "group", "imagery", "control")


def test_pre_post_control_from_observations():
    rng = np.random.default_rng(0)
    rows = [(g, f"{g}{i}", t, rng.normal(50 + 5 * (g == "imagery") * (t == "post"), 6))
            for g in ("imagery", "control", "physical") for i in range(8) for t in ("pre", "post")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["group", "participant", "time", "value"])
    arms = effects.pre_post_control(frame, "group", "imagery", "control")
    by_hand = effects.paired(frame[frame["group"] == "imagery"], "time", "post", "pre")
    assert arms.treatment.mean_change[0] == pytest.approx(by_hand.mean_change[0])
    assert effects.g_ppc2(arms)["n"].tolist() == [16]
    crossed = frame.assign(participant=frame["participant"].str.replace("imagery", "control"))
    with pytest.raises(EffectError, match="participants stand in both"):
        effects.pre_post_control(crossed, "group", "imagery", "control")


def test_arrays_with_a_row_per_sample_equal_one_by_one():
    rng = np.random.default_rng(5)
    post, pre = rng.normal(10, 2, (4, 9)), rng.normal(9, 2, (4, 9))
    many = effects.d_av(effects.paired(post, pre))
    for row in range(4):
        one = effects.d_av(effects.paired(post[row], pre[row])).iloc[0]
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            assert many[name][row] == pytest.approx(one[name], rel=1e-11)


def test_dropped_pairs_are_counted():
    post, pre = [10.0, 12, np.nan, 15, 11], [9.0, 12.5, 8, 13, np.nan]
    with pytest.raises(EffectError, match="2 participants without a value"):
        effects.paired(post, pre)
    frame = effects.d_z(effects.paired(post, pre, missing="drop"))
    assert frame["n"].tolist() == [3]
    assert "2 participants without complete values left out" in frame["method"][0]
    expected = effects.d_z(effects.paired([10.0, 12, 15], [9.0, 12.5, 13]))
    assert frame["estimate"][0] == pytest.approx(expected["estimate"][0], rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effects.paired([1.0, 2, 3], [1.0, 2]), "one length"),
        (lambda: effects.paired([1.0], [2.0]), "At least 2 participants"),
        (lambda: effects.paired([1.0, 2, 3], [5.0, 5, 5]), "sd_2 = 0 in sample 0"),
        (lambda: effects.paired([0.1, 0.1, 0.1], [5.0, 5, 6]), "sd_1 = 0 in sample 0"),
        (lambda: effects.paired([1.0, 2, 3], [2.0, 3, 4]), "strictly between -1 and 1"),
        (lambda: effects.paired(["a", "b"], [2.0, 3]), "an array of numbers is needed"),
        (lambda: effects.paired([1.0, np.inf, 2], [2.0, 3, 1]), "infinite"),
        (lambda: effects.PairedSummary(1, 2, 1, 1, 1, 0.5), "n = 1 in sample 0"),
        (lambda: effects.PairedSummary(9.5, 2, 1, 1, 1, 0.5), "whole number"),
        (lambda: effects.PairedSummary(9, 2, 1, [1, -2], 1, 0.5), "sd_1 = -2 in sample 1"),
        (lambda: effects.PairedSummary(9, 2, 1, 1, 1, [0.5, 1.0, 1.2]), "r = 1, 1.2 in samples 1, 2"),
        (lambda: effects.PairedSummary(9, np.nan, 1, 1, 1, 0.5), "mean_1 = nan"),
        (lambda: effects.PairedSummary([9, 8], [1, 2, 3], 1, 1, 1, 0.5), "differ in length"),
        (lambda: effects.PairedSummary("nine", 2, 1, 1, 1, 0.5), "not a number"),
        (lambda: effects.PairedSummary(9, 2, 1, 1, 1, 0.5, labels=pd.DataFrame({"study": ["a", "b"]})), "2 rows for 1"),
        (lambda: effects.IndependentSummary(1, 9, 2, 1, 1, 1), "n_1 = 1"),
        (lambda: effects.IndependentSummary(9, 9, 2, 1, 1, 0), "sd_2 = 0"),
        (lambda: effects.d_z(effects.IndependentSummary(9, 9, 2, 1, 1, 1)), "a paired summary is needed"),
        (lambda: effects.d_s(effects.PairedSummary(9, 2, 1, 1, 1, 0.5)), "two independent groups is needed"),
        (lambda: effects.log_ratio(effects.IndependentSummary(9, 9, 2, -1, 1, 1)), "ratio scale with positive"),
        (lambda: effects.log_ratio_paired(effects.PairedSummary(9, 0, 1, 1, 1, 0.5)), "mean_1 = 0"),
        (lambda: effects.mean_percent_change(effects.PairedSummary(9, 2, 1, 1, 1, 0.5)), "only means and SDs"),
        (lambda: effects.mean_log_ratio(effects.paired([1.0, 2, 5], [-1.0, 2, 3])), "ratio scale"),
        (lambda: effects.g_z(effects.PairedSummary(2, 2, 1, 1, 1, 0.5)), "at least 2 degrees of freedom"),
        (lambda: effects.cliffs_delta(effects.IndependentSummary(9, 9, 2, 1, 1, 1)), "only means and SDs"),
        (lambda: effects.partial_eta_squared(-1, 2, 30), "never negative"),
        (lambda: effects.partial_eta_squared(2, 0, 30), "df_1 = 0"),
        (lambda: effects.generalised_eta_squared(10, 20, 5, 1, 9), "must contain ss_error"),
        (lambda: effects.PrePostControl(effects.PairedSummary(9, 2, 1, 1, 1, 0.5), "none"), "control: a PairedSummary"),
        (lambda: effects.small_telescopes(20, power=0.01), "between alpha and 1"),
        (lambda: effects.smallest_worthwhile_change(0), "above zero"),
        (lambda: effects.d_from_contrast(pd.DataFrame({"estimate": [1.0]}), 2, standardiser="total"), "std_error"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_remedy(call, message):
    with pytest.raises(EffectError, match=message):
        call()


def test_published_summaries_become_derived(pairs):
    assert effects.d_av(pairs)["evidence"].eq("derived").all()


def test_frames_are_estimates(pairs, groups):
    for metric in (effects.d_z, effects.d_av, effects.smcr, effects.mean_change, effects.percent_change_of_means):
        check(metric(pairs), "estimates")
    for metric in (effects.d_s, effects.glass_delta, effects.mean_difference):
        check(metric(groups), "estimates")
    check(effects.partial_eta_squared(4.0, 1, 20), "estimates")
    check(effects.tost(effects.d_z(pairs), -0.5, 0.5), "estimates")
