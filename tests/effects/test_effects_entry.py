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


# what was guessed once


def test_series_are_never_paired_across_people():
    wide = pd.DataFrame(
        {"post": [12.0, 15, 9, 11], "pre": [10.0, 14, 9.5, 8]}, index=pd.Index(list("abcd"), name="participant")
    )
    assert effects.paired(wide["post"], wide["pre"]).r[0] == pytest.approx(np.corrcoef(wide["post"], wide["pre"])[0, 1])
    with pytest.raises(EffectError, match="same index in another order.*reindex"):
        effects.paired(wide["post"], wide["pre"].iloc[::-1])
    rows = pd.Series([12.0, 15, 9, 11, 10.0, 14, 9.5, 8])
    with pytest.raises(EffectError, match=r"different indexes.*to_numpy"):
        effects.paired(rows[:4], rows[4:])
    assert effects.paired(rows[:4].to_numpy(), rows[4:].to_numpy()).n[0] == 4
    assert effects.paired(rows[:4], [10.0, 14, 9.5, 8]).n[0] == 4
    with pytest.raises(EffectError, match="counted twice as independent"):
        effects.independent(wide["post"], wide["pre"])
    assert effects.independent(rows[:4], rows[4:]).n_2[0] == 4


def test_missing_values_of_every_kind_are_seen():
    post = [12.0, 15, 9, 11, 13]
    for gap in (
        np.ma.masked_array([10.0, 14, 9.5, 8, 99], mask=[0, 0, 0, 0, 1]),
        pd.Series([10, 14, 9, 8, None], dtype="Int64"),
        np.array([10.0, 14, 9.5, 8, None], dtype=object),
    ):
        with pytest.raises(EffectError, match="1 participant without a value, first in sample 0 at position 4"):
            effects.paired(post, gap)
        assert effects.paired(post, gap, missing="drop").n.tolist() == [4]


@pytest.mark.parametrize(
    "values",
    [["1", "2", "4"], [True, False, True], np.array(["1", "2", "4"], dtype=object), pd.date_range("2026", periods=3),
     np.array([True, 2, 4], dtype=object), {"a": 1}, [[1, 2], [3]]],
)  # fmt: skip
def test_what_is_no_measurement_is_refused(values):
    with pytest.raises(EffectError, match="first: an array of numbers is needed"):
        effects.paired(values, [1.0, 2, 3.5])


def test_a_column_of_people_is_no_sample_of_one():
    with pytest.raises(EffectError, match=r"\(3, 1\) means 3 samples of one participant.*transpose"):
        effects.paired(np.array([[1.0], [2], [4]]), np.array([[1.0], [2], [3]]))


def test_observations_bring_their_own_unit_and_evidence(bench):
    with pytest.raises(EffectError, match="belong to arrays"):
        effects.paired(bench, "condition", "pectoralis", "regular", by="load", unit="mV")
    with pytest.raises(EffectError, match="belong to arrays"):
        effects.independent(bench, "condition", "pectoralis", "regular", by="load", evidence="published")


def test_units_follow_their_samples(bench):
    both = pd.concat([bench, bench.assign(measure="emg_mean", unit="mV")])
    frame = effects.mean_change(effects.paired(both, "condition", "pectoralis", "regular", by=["measure", "load"]))
    assert frame.groupby("measure")["unit"].unique().map(list).to_dict() == {
        "emg_mean": ["mV"],
        "emg_peak": ["pct_max"],
    }
    check(frame, "estimates")
    mixed = bench.assign(unit=np.where(bench["participant"] == "P1", "mV", "pct_max"))
    with pytest.raises(EffectError, match=r"participants of one sample differ in 'unit' \(mV, pct_max\)"):
        effects.paired(mixed, "condition", "pectoralis", "regular", by="load")
    with pytest.raises(EffectError, match="different units have no mean"):
        effects.paired(mixed, "condition", "pectoralis", "regular", by="load", over=["unit"])


def test_a_missing_cell_is_not_averaged_away(bench):
    """P0 lacks the light load in one condition: the mean over loads would compare 40 and 60 % with 60 % alone."""
    gap = bench[~((bench["participant"] == "P0") & (bench["condition"] == "pectoralis") & (bench["load"] == "40"))]
    with pytest.raises(EffectError, match=r"1 participant without a value at one level \(P0\)"):
        effects.paired(gap, "condition", "pectoralis", "regular", over=["load", "load_pct_1rm"])
    pair = effects.paired(gap, "condition", "pectoralis", "regular", over=["load", "load_pct_1rm"], missing="drop")
    assert pair.n.tolist() == [5]
    assert pair.note.endswith("1 participant without complete values left out")


def test_a_role_that_the_condition_gives_may_be_averaged_over(bench):
    """muscle_role is empty without a focus and cannot be crossed with it; muscle is."""
    both = pd.concat([bench, bench.assign(muscle="triceps", value=bench["value"] + 5)])
    both["muscle_role"] = np.where(
        both["condition"] == "regular", None, np.where(both["muscle"] == "triceps", "other", "target")
    )
    pair = effects.paired(both, "condition", "pectoralis", "regular", by="load", over=["muscle", "muscle_role"])
    plain = effects.paired(bench, "condition", "pectoralis", "regular", by="load")
    np.testing.assert_allclose(pair.mean_change, plain.mean_change, rtol=1e-12)


def test_loads_weigh_the_same_whatever_their_repetitions(bench):
    """A third repetition is lost at one load: repetitions are averaged first, loads after that."""
    fewer = bench.drop(
        bench[(bench["load"] == "40") & (bench["repetition"] == 3) & (bench["participant"] == "P2")].index
    )
    pair = effects.paired(fewer, "condition", "pectoralis", "regular", over=["load", "load_pct_1rm"])
    cells = fewer.groupby(["participant", "condition", "load"])["value"].mean()
    expected = cells.groupby(["participant", "condition"]).mean().unstack()
    assert pair.mean_change[0] == pytest.approx((expected["pectoralis"] - expected["regular"]).mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda f: f.assign(participant=f["participant"].where(f.index != f.index[3])),
            "'participant' is empty in 1 rows",
        ),
        (lambda f: f.assign(condition=f["condition"].where(f.index != f.index[3])), "'condition' is empty in 1 rows"),
        (lambda f: f.assign(load=f["load"].where(f.index != f.index[3])), "'load' is empty in 1 rows"),
        (lambda f: f.assign(value=f["value"].astype(str)), "not numbers.*to_numeric"),
        (lambda f: f.assign(value=f["value"].where(f.index != f.index[3], np.inf)), "infinite in 1 rows"),
        (lambda f: f.rename(columns={"value": "emg"}), "no column 'value'"),
        (lambda f: f.iloc[:0], "none, there are no rows"),
    ],
)
def test_rows_that_belong_nowhere_are_refused(spoil, message, bench):
    with pytest.raises(EffectError, match=message):
        effects.paired(spoil(bench.reset_index(drop=True)), "condition", "pectoralis", "regular", by="load")


def test_wrong_orders_are_explained(bench):
    with pytest.raises(EffectError, match="'pectoralis' is a level of 'condition': name the column first"):
        effects.paired(bench, "pectoralis", "condition", "regular", by="load")
    with pytest.raises(EffectError, match="name of the column whose levels are compared, but got Series"):
        effects.paired(bench, bench["value"])
    with pytest.raises(EffectError, match="'condition' is what is compared"):
        effects.paired(bench, "condition", "pectoralis", "regular", by=["condition", "load"])
    with pytest.raises(EffectError, match="observations are needed, one row per value, but got list"):
        effects.pre_post_control([1.0], "group", "imagery", "control")


def test_order_and_categories_of_rows_do_not_matter(bench):
    plain = effects.d_av(effects.paired(bench, "condition", "pectoralis", "regular", by="load"))
    mixed = bench.sample(frac=1, random_state=3).assign(
        condition=lambda f: pd.Categorical(f["condition"], ["triceps", "regular", "pectoralis"], ordered=True),
        participant=lambda f: pd.Categorical(f["participant"], [*sorted(set(f["participant"])), "nobody"]),
    )
    pd.testing.assert_frame_equal(
        effects.d_av(effects.paired(mixed, "condition", "pectoralis", "regular", by="load")), plain
    )


def test_notes_of_both_arms_are_told():
    first, second = (effects.PairedSummary(9, 2, 1, 1, 1, 0.5, note=note) for note in ("r assumed", "SE read as SD"))
    assert effects.PrePostControl(first, second).note == "r assumed; SE read as SD"


def test_samples_are_selected_from_arms_too():
    arm = effects.PairedSummary([9, 12, 15], [2, 3, 4], 1, 1, 1, 0.5, unit=["kg", "N", "kg"])
    chosen = effects.select_samples(effects.PrePostControl(arm, arm), [2])
    assert (chosen.treatment.n[0], chosen.control.mean_1[0], chosen.unit) == (15, 4, "kg")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effects.PairedSummary("9", 2, 1, 1, 1, 0.5), "n='9' is not a number"),
        (lambda: effects.PairedSummary(True, 2, 1, 1, 1, 0.5), "n=True is not a number"),
        (lambda: effects.PairedSummary(9, 2, 1, 1, 1, 0.5, evidence="guess"), "evidence='guess'"),
        (lambda: effects.PairedSummary([9, 8], 2, 1, 1, 1, 0.5, evidence=["measured"] * 3), "one for each of 2"),
        (lambda: effects.PairedSummary([9, 8], 2, 1, 1, 1, 0.5, unit=["kg"] * 3), "one for each of 2"),
        (lambda: effects.PairedSummary(9, 2, 1, 1, 1, 0.5, labels={"study": ["a"]}), "a DataFrame with one row per sample"),
        (lambda: effects.PrePostControl(*[effects.PairedSummary([9, 8], 2, 1, 1, 1, 0.5, unit=u) for u in (["kg", "N"], "kg")]),
         "treatment is in 'N' and control in 'kg'"),
        (lambda: effects.partial_eta_squared("4", 2, 30), "F='4' is not a number"),
        (lambda: effects.small_telescopes(20, evidence="guess"), "evidence='guess'"),
        (lambda: effects.small_telescopes(20, n_2=20), "design='independent'"),
        (lambda: effects.smallest_worthwhile_change("3"), "sd_between='3'"),
        (lambda: effects.minimal_detectable_change(effects.PairedSummary(9, 2, 1, 1, 1, 0.5), confidence=95), "confidence=95.*Write 0.95"),
        (lambda: effects.d_z(effects.PairedSummary(9, 2, 1, 1, 1, 0.5), conf_level=True), "conf_level=True is not a fraction"),
        (lambda: effects.sweep(lambda r: r, rho=[0.5]), "cannot be called with rho"),
        (lambda: effects.bootstrap_interval(effects.d_av, pd.DataFrame(), seed=1), "a summary of samples is needed, but got DataFrame"),
        (lambda: effects.bootstrap_interval(effects.d_av, effects.paired([1.0, 2, 4], [2.0, 2, 3]), seed=1, n_resamples=1e4), "at least 1000"),
        (lambda: effects.sd_individual_response(effects.PairedSummary(9, 2, 1, 1, 1, 0.5), effects.PairedSummary(9, 2, 1, 1, 1, 0.5), interval="z"),
         "interval='z'"),
        (lambda: effects.glass_delta(effects.IndependentSummary(9, 9, 2, 1, 1, 1), corrected="yes"), "corrected='yes'"),
    ],
)  # fmt: skip
def test_more_bad_input_is_refused_with_the_remedy(call, message):
    with pytest.raises(EffectError, match=message):
        call()


def test_everybody_who_is_left_out_is_counted(imagery):
    gone = imagery.assign(value=imagery["value"].where(~imagery["participant"].isin(["imagery0", "control1"])))
    post = gone[gone["time"] == "post"]
    with pytest.raises(EffectError, match=r"1 participant without a value \(imagery0\) in the sample contrast=imagery"):
        effects.independent(post, "group", "imagery", "control")
    two = effects.independent(post, "group", "imagery", "control", missing="drop")
    assert (two.n_1[0], two.n_2[0]) == (7, 7)
    assert two.note == "2 participants without complete values left out"
    arrays = effects.independent([1.0, 2, np.nan, 4], [2.0, np.nan, 5, np.nan], missing="drop")
    assert arrays.note == "3 participants without complete values left out"


def test_arms_and_occasions_are_not_mixed_unasked(imagery):
    with pytest.raises(EffectError, match=r"differ in 'group' \(control, imagery\).*over=\['group'\]"):
        effects.paired(imagery, "time", "post", "pre")
    assert effects.paired(imagery, "time", "post", "pre", over="group").n[0] == 16
    assert effects.paired(imagery, "time", "post", "pre", by="group").n.tolist() == [8, 8]
    apart = imagery[(imagery["group"] == "imagery") == (imagery["time"] == "post")]
    with pytest.raises(EffectError, match="also differ in 'time'"):
        effects.independent(apart, "group", "imagery", "control")
    # what an arm does may carry the arm's name
    assert effects.independent(imagery.query("time == 'post'").assign(condition=imagery["group"]), "condition", "imagery",
                               "control").n_1[0] == 8  # fmt: skip


@pytest.fixture
def imagery() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = [(g, f"{g}{i}", t, rng.normal(50 + 5 * (g == "imagery") * (t == "post"), 6))
            for g in ("imagery", "control") for i in range(8) for t in ("pre", "post")]  # fmt: skip
    return pd.DataFrame(rows, columns=["group", "participant", "time", "value"])


def test_columns_that_say_the_same_need_one_name(bench):
    """The loads of a lab in words, in percent and in each lifter's kilograms are one question."""
    weights = bench["participant"].str[1:].astype(int) + 80
    actual = bench.assign(
        load_kg=bench["load_pct_1rm"] * weights / 100, load_pct_1rm=bench["load_pct_1rm"] + weights / 100
    )
    plain = effects.paired(bench.drop(columns="load_pct_1rm"), "condition", "pectoralis", "regular", over="load")
    for frame in (bench, actual):
        for over in ("load", ["load", "load_pct_1rm"]):
            pair = effects.paired(frame, "condition", "pectoralis", "regular", over=over)
            np.testing.assert_allclose(pair.mean_change, plain.mean_change, rtol=1e-12)
    heavier = actual.assign(load_kg=actual["load_kg"] + actual["repetition"])
    with pytest.raises(EffectError, match="differ in 'load_kg'"):
        effects.paired(heavier, "condition", "pectoralis", "regular", over="load")
    confounded = bench.assign(load=bench["load"].where(bench["condition"] == "regular", "80"), exercise="bench press")
    with pytest.raises(EffectError, match="also differ in 'load'"):
        effects.paired(confounded.drop(columns="load_pct_1rm").query("load != '60'"), "condition", "pectoralis", "regular",
                       over="exercise")  # fmt: skip


MEASURED = effects.paired([61.2, 48.9, 75.3, 33.1, 90.4, 55.5], [52.0, 47.1, 70.9, 30.2, 71.8, 49.9])
PRINTED = effects.PairedSummary([18, 20], 59, 50, 15, 15, 0.86)


def resampled(metric, **options):
    return effects.bootstrap_interval(metric, MEASURED, **({"seed": 1} | options))


@pytest.mark.filterwarnings("ignore:a mean is less than 3 standard errors")
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: resampled(effects.d_av, seed="x"), "seed='x': a whole number"),
        (lambda: resampled(effects.d_av, seed=-1), "seed=-1: a whole number"),
        (lambda: resampled(effects.d_av, seed=None), "seed=None: a whole number"),
        (lambda: resampled("d_av"), "not a function"),
        (lambda: resampled(lambda pair: effects.d_av(pair)), "cannot be called with a summary and conf_level=None"),
        (lambda: resampled(lambda pair, conf_level: 3), "must return a frame with `estimate`"),
        (
            lambda: resampled(lambda pair, conf_level: pd.DataFrame({"estimate": [1.0]})),
            "one row per sample, however many",
        ),
        (
            lambda: effects.bootstrap_interval(
                effects.percent_change_of_means,
                effects.paired([1.0, -5, 3, 4, 2, 1], [20.0, 30, 40, 50, 80, 70]),
                seed=1,
            ),
            "resamples of sample 0 .* have no defined effect: mean_1",
        ),
        (lambda: effects.sweep(lambda r: 1, r=[0.5]), "returned int, but a frame"),
        (lambda: effects.sweep(lambda r: 1, r=iter([])), "give the values to try as a list"),
        (lambda: effects.select_samples(PRINTED, [2]), "does not fit 2 samples"),
        (lambda: effects.select_samples(effects.d_av(PRINTED), [0]), "a summary of samples is needed"),
        (lambda: effects.hedges_factor("a"), "not a number"),
        (lambda: effects.t_from_p(0.05, 17, tails=5), "tails=5 is not allowed"),
        (lambda: effects.difference_from_p(9, 1e-300, 5), "No t is that large"),
        (lambda: effects.d_from_t(4.7, 10, r=1), "r = 1 .* strictly between"),
        (lambda: effects.sd_from_spread(3, 18.5, kind="se"), "whole number"),
        (lambda: effects.mean_sd_from_median(7.5, 50, 30, 72, kind="range"), "whole number"),
        (lambda: effects.small_telescopes(18.5), "whole number"),
        (lambda: effects.small_telescopes(18, power="a"), "power='a' is not a fraction"),
        (
            lambda: effects.tost(effects.d_av(PRINTED).assign(estimate="much"), -1, 1),
            "'estimate' does not hold numbers",
        ),
        (lambda: effects.d_from_contrast(PRINTED, 15, standardiser="total"), "a frame of contrasts is needed"),
        (
            lambda: effects.d_from_contrast(
                effects.mean_change(PRINTED).assign(df="many"), 15, standardiser="external"
            ),
            "'df' does not hold numbers",
        ),
        (lambda: effects.model_sd(PRINTED, "total"), "a fit of fit_mixed or fit_repeated"),
        (lambda: effects.model_sd(None, "totl"), "kind='totl' is not allowed.*Did you mean 'total'"),
        (lambda: effects.PairedSummary(np.array([18, "9"], dtype=object), 1, 2, 1, 1, 0.5), "text and truth values"),
    ],
)
def test_what_a_computation_cannot_take_is_said(call, message):
    with pytest.raises(EffectError, match=message):
        call()


def test_a_metric_of_ones_own_is_resampled():
    def quotient(pair, conf_level):
        return pd.DataFrame({"estimate": pair.mean_1 / pair.mean_2})

    frame = resampled(quotient)
    theirs = resampled(effects.percent_change_of_means)
    np.testing.assert_allclose(100 * (frame["conf_low"] - 1), theirs["conf_low"], rtol=1e-9)
    assert frame["method"][0].startswith("BCa bootstrap interval, expanded quantiles, 5000 resamples, seed 1")


def test_any_iterable_is_swept_and_any_fraction_is_a_level():
    frame = effects.sweep(
        lambda r: effects.d_z(effects.paired_from_means(18, 59, 50, 15, 15, kind="sd", r=r)), r=iter([0.5, 0.9])
    )
    assert frame["assumption"].tolist() == ["r = 0.5", "r = 0.9"]
    assert effects.tost(PRINTED, -4, 4, alpha=np.float32(0.25))["conf_level"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda f: effects.paired(f, *FOCUS, by=5), "by=5: give the name of a column"),
        (lambda f: effects.paired(f, *FOCUS, by="load", over=None), "over=None: give the name"),
        (lambda f: effects.paired(f, *FOCUS, by="load", over=["load"]), "'load' stands in `by` and in `over`"),
        (lambda f: effects.paired(pd.concat([f, f[["value"]]], axis=1), *FOCUS, by="load"), "several columns 'value'"),
        (
            lambda f: effects.d_av(effects.paired(f.assign(n="many"), *FOCUS, by=["load", "n"])),
            "labelled by 'n', and an effect has a column of that name",
        ),
        (
            lambda f: effects.pre_post_control(f.assign(group="a"), "group", "a", "a", time="condition"),
            "two different levels of 'group'",
        ),
    ],
)
def test_questions_that_contradict_themselves_are_refused(ask, message, bench):
    with pytest.raises(EffectError, match=message):
        ask(bench)


FOCUS = ("condition", "pectoralis", "regular")


def test_an_index_may_carry_the_name_of_a_column(bench):
    plain = effects.paired(bench, *FOCUS, by="load")
    for index in ("participant", ["participant", "condition"]):
        pair = effects.paired(bench.set_index(index, drop=False), *FOCUS, by="load")
        np.testing.assert_array_equal(pair.mean_change, plain.mean_change)


def test_arms_need_their_columns(imagery):
    named = imagery.set_index("participant", drop=False)
    assert effects.pre_post_control(named, "group", "imagery", "control").size[0] == 16
    for gone in ("participant", "group"):
        with pytest.raises(EffectError, match=f"no column '{gone}'"):
            effects.pre_post_control(imagery.drop(columns=gone), "group", "imagery", "control")


def test_a_sample_that_fails_is_named(bench):
    flat = bench.assign(value=bench["value"].where((bench["load"] != "60") | (bench["condition"] != "regular"), 50.0))
    with pytest.raises(
        EffectError, match=r"sd_2 = 0 in sample 1 \(counted from 0\), the first being study=bench, load=60, measure"
    ):
        effects.paired(flat, *FOCUS, by="load")
    gone = bench.assign(value=bench["value"].where((bench["load"] != "60") | (bench["participant"] == "P1")))
    with pytest.raises(EffectError, match=r"n = 1 in sample 1 .* study=bench, load=60"):
        effects.paired(gone, *FOCUS, by="load", missing="drop")
    studies = pd.DataFrame({"study": ["first", "second"]})
    with pytest.raises(EffectError, match=r"r = 1 in sample 1 \(counted from 0\), the first being study=second"):
        effects.PairedSummary(18, 59, 50, 15, 15, [0.5, 1.0], studies)


def test_arms_are_never_crossed():
    studies = pd.DataFrame({"study": ["first", "second"], "group": ["imagery", "imagery"]})
    treated = effects.PairedSummary([18, 20], 59, 50, 15, 15, 0.5, studies)
    control = effects.PairedSummary([18, 20], 52, 50, 15, 15, 0.5, studies.assign(group="control"))
    assert effects.g_ppc2(treated, control)["study"].tolist() == ["first", "second"]
    crossed = effects.PairedSummary([18, 20], 52, 50, 15, 15, 0.5, studies[::-1])
    with pytest.raises(
        EffectError, match="sample 0 .* has study=first in the treatment and study=second in the control"
    ):
        effects.g_ppc2(treated, crossed)


def test_who_was_left_out_is_said_of_all_samples_together():
    gaps = np.array([[1.0, 2, 4, 3], [np.nan, 3, 5, 1]])
    pair = effects.paired(gaps, [[2.0, 1, 5, 4], [1.0, 2, 3, 2.5]], missing="drop")
    assert pair.n.tolist() == [4, 3]
    assert pair.note == "1 participant without complete values left out in 2 samples together"
