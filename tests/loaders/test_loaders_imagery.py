"""Group × time: wide and long, limbs and their roles, units, changes; expected values by hand."""

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import LoaderError, MMCWarning, SchemaError, load_imagery
from mmc_analysis.loaders import change, percent_of_baseline


def table(**columns):
    return pd.DataFrame({"ID": ["1", "2", "3"], "Group": ["Control", "imagery", "IMAGERY"], **columns})


def test_wide_with_common_names_of_times():
    rows = load_imagery(
        table(
            **{
                "Baseline (N·m)": [1, 2, 3],
                "Mid-test (N·m)": [4, 5, 6],
                "After (N·m)": [7, 8, 9],
                "FU (N·m)": [1, 1, 1],
            }
        )
    )
    assert list(rows["time"].cat.categories) == ["pre", "mid", "post", "followup"] and rows["time"].cat.ordered
    assert rows.loc[rows["participant"] == "2", "value"].tolist() == [2, 5, 8, 1]
    assert rows["group"].unique().tolist() == ["Control", "imagery"]
    assert set(rows["measure"]) == {"torque"} and set(rows["unit"]) == {"N_m"}


def test_order_of_times_in_the_file_does_not_matter_where_it_is_known():
    rows = load_imagery(table(**{"post (Nm)": [1, 2, 3], "pre (Nm)": [4, 5, 6]}))
    assert list(rows["time"].cat.categories) == ["pre", "post"]


def test_weeks():
    rows = load_imagery(table(**{"week8 (Nm)": [1, 2, 3], "wk 4 (Nm)": [4, 5, 6], "pre (Nm)": [7, 8, 9]}))
    assert list(rows["time"].cat.categories) == ["pre", "week4", "week8"]
    assert rows.drop_duplicates("time").set_index("time")["week"].to_dict() == {"week8": 8, "week4": 4, "pre": 0}
    rows = load_imagery(table(**{"pre (Nm)": [1, 2, 3], "week4 (Nm)": [4, 5, 6], "post (Nm)": [7, 8, 9]}))
    assert list(rows["time"].cat.categories) == ["pre", "week4", "post"]
    with pytest.raises(LoaderError, match="the order of the times is in doubt"):
        load_imagery(
            table(**{"pre (Nm)": [1, 2, 3], "week8 (Nm)": [4, 5, 6], "week4 (Nm)": [4, 5, 6], "post (Nm)": [7, 8, 9]})
        )
    with pytest.raises(LoaderError, match=r"the order of the times is in doubt .*levels=\{'time'"):
        load_imagery(table(**{"post (Nm)": [1, 2, 3], "week4 (Nm)": [4, 5, 6], "pre (Nm)": [7, 8, 9]}))


def test_long_by_week():
    frame = pd.DataFrame({"id": ["a"] * 3, "week": [8, 0, 4], "torque (N·m)": [3.0, 1.0, 2.0]})
    rows = load_imagery(frame)
    assert list(rows["time"].cat.categories) == ["week0", "week4", "week8"] and rows["week"].tolist() == [8, 0, 4]


def test_times_of_the_labs_own():
    frame = table(**{"T1 (Nm)": [1, 2, 3], "T2 (Nm)": [4, 5, 6]})
    with pytest.raises(LoaderError, match="2 columns not understood: T1"):
        load_imagery(frame)
    assert list(load_imagery(frame, levels={"time": ["T1", "T2"]})["time"].cat.categories) == ["T1", "T2"]
    rows = load_imagery(frame, levels={"time": {"T1": "pre", "T2": "post"}})
    assert list(rows["time"].cat.categories) == ["pre", "post"]
    frame = pd.DataFrame({"id": ["1"] * 2, "time": ["pre", "session 1"], "torque (Nm)": [1, 2]})
    with pytest.raises(LoaderError, match="'session 1' is no known level of 'time'"):
        load_imagery(frame)


def test_several_measures_per_time():
    rows = load_imagery(table(**{"torque_pre (Nm)": [1, 2, 3], "torque_post (Nm)": [4, 5, 6], "thickness_pre (mm)": [7, 8, 9],
                                 "va post (%)": [90, 91, 92]}))  # fmt: skip
    units = rows.drop_duplicates("measure").set_index("measure")["unit"].to_dict()
    assert units == {"torque": "N_m", "muscle_thickness": "mm", "voluntary_activation": "pct"}


def test_exercises_in_the_names_of_columns():
    frame = table(**{"squat_1RM_pre (kg)": [1, 2, 3], "bench_1RM_pre (kg)": [4, 5, 6]})
    with pytest.raises(LoaderError, match="2 columns not understood: squat_1RM_pre"):
        load_imagery(frame)
    rows = load_imagery(frame, levels={"exercise": {"squat": "back squat", "bench": "bench press"}})
    assert rows.groupby("exercise")["value"].sum().to_dict() == {"back squat": 6, "bench press": 15}


def test_long_with_measures_and_units_in_columns():
    frame = pd.DataFrame({"id": ["1"] * 3, "time": "pre", "Measure": ["Torque", "thickness", "1RM"], "Unit": ["N.m", "cm", "lb"],
                          "Value": [50.0, 2.1, 100.0]})  # fmt: skip
    rows = load_imagery(frame)
    assert rows["unit"].tolist() == ["N_m", "cm", "kg"] and rows["value"].tolist() == [50.0, 2.1, 45.359237]
    with pytest.raises(LoaderError, match="unit 'mm' is not one of measure 'torque'"):
        load_imagery(frame.assign(Unit="mm"))
    with pytest.raises(
        LoaderError,
        match=r"rows 0, 1, 2, column C 'Measure': 'Tork' is no known level of 'measure'. Did you mean 'torque'",
    ):
        load_imagery(frame.assign(Measure="Tork"))


@pytest.mark.parametrize(
    ("unit", "value", "expected", "into"),
    [
        ("lb", 100, 45.359237, "kg"),
        ("ft-lb", 100, 135.58179483314004, "N_m"),
        ("kN", 1.5, 1500, "N"),
        ("kgf", 10, 98.0665, "N"),
    ],
)
def test_units_are_converted(unit, value, expected, into):
    measure = {"kg": "one_rm", "N_m": "torque", "N": "force"}[into]
    rows = load_imagery(table(**{f"pre ({unit})": [value] * 3}), measure=measure)
    assert rows["value"].tolist() == pytest.approx([expected] * 3, rel=1e-15) and set(rows["unit"]) == {into}


def test_measure_and_unit_are_asked_for():
    with pytest.raises(LoaderError, match="nothing says what was measured"):
        load_imagery(table(pre=[1, 2, 3]))
    with pytest.raises(LoaderError, match="nothing says what was measured"):
        load_imagery(table(**{"pre (kg)": [1, 2, 3]}))
    with pytest.raises(LoaderError, match="nothing says the unit of 'torque'"):
        load_imagery(table(pre=[1, 2, 3]), measure="torque")
    with pytest.raises(LoaderError, match="quantity='pct_change'"):
        load_imagery(table(**{"post (%)": [1, 2, 3]}), measure="torque")


def test_both_limbs_and_their_roles():
    wide = {"left_pre (Nm)": [1, 2, 3], "right_pre (Nm)": [4, 5, 6], "L post (Nm)": [7, 8, 9], "R post (Nm)": [1, 1, 1]}
    rows = load_imagery(table(**wide))
    assert rows.groupby("limb")["value"].sum().to_dict() == {"left": 30, "right": 18}
    rows = load_imagery(table(**wide, **{"trained leg": ["R", "left", "Right"]}))
    first = rows[rows["participant"] == "1"].drop_duplicates("limb").set_index("limb")["limb_role"].to_dict()
    assert first == {"left": "untrained", "right": "trained"}
    assert "trained_limb" not in rows
    rows = load_imagery(table(**{"trained_pre (Nm)": [1, 2, 3], "untrained pre (Nm)": [4, 5, 6]}))
    assert set(rows["limb_role"]) == {"trained", "untrained"}
    rows = load_imagery(table(**{"pre (Nm)": [1, 2, 3]}), fixed={"limb": "right", "limb_role": "immobilized"})
    assert set(rows["limb"]) == {"right"} and set(rows["limb_role"]) == {"immobilised"}
    with pytest.raises(LoaderError, match="needs the side that was measured"):
        load_imagery(table(**{"pre (Nm)": [1, 2, 3], "trained leg": ["R", "L", "R"]}))


def test_each_limb_with_an_arm_of_its_own():
    frame = pd.DataFrame({"id": ["1"] * 4, "leg": ["L", "R"] * 2, "sets": ["multiple", "single"] * 2, "time": ["pre"] * 2 + ["post"] * 2,
                          "torque (Nm)": [1, 2, 3, 4]})  # fmt: skip
    rows = load_imagery(frame, columns={"sets": "limb_role"})
    assert rows["limb_role"].tolist() == ["multiple", "single"] * 2
    with pytest.raises(
        LoaderError, match=r"participant '1' stands in two groups .multiple, single., and so do 0 others.*limb_role"
    ):
        load_imagery(frame, columns={"sets": "group"})


def test_groups_that_count_their_people_anew():
    frame = table(**{"pre (Nm)": [1, 2, 3]}).assign(ID=["1", "1", "2"])
    with pytest.raises(LoaderError, match="ids='by group'"):
        load_imagery(frame)
    assert load_imagery(frame, ids="by group")["participant"].tolist() == ["Control:1", "imagery:1", "imagery:2"]


def test_percent_change_and_percent_of_baseline_as_given():
    rows = load_imagery(table(**{"mid (%)": [1, 2, 3], "post (%)": [4, 5, 6]}), measure="torque", quantity="pct_change")
    assert set(rows["unit"]) == {"pct"} and set(rows["quantity"]) == {"pct_change"}
    rows = load_imagery(table(mid=[100, 102, 103]), measure="torque", quantity="pct_of_baseline")
    assert set(rows["unit"]) == {"pct_of_baseline"}
    with pytest.raises(LoaderError, match="is in percent, but the unit is 'N·m'"):
        load_imagery(table(**{"post (N·m)": [1, 2, 3]}), quantity="pct_change")
    rows = load_imagery(table(**{"post (N·m)": [1, 2, 3]}), quantity="change")
    assert set(rows["quantity"]) == {"change"} and set(rows["unit"]) == {"N_m"}


def test_misspelt_times_are_not_taken_for_something_else():
    with pytest.raises(LoaderError, match="1 column not understood: pots"):
        load_imagery(table(**{"pre (Nm)": [1, 2, 3], "pots (Nm)": [4, 5, 6]}))
    with pytest.raises(LoaderError, match="'pre' stands 2 times|both say|states"):
        load_imagery(pd.DataFrame([["1", 1, 2]], columns=["id", "pre", "pre"]), measure="torque", unit="N_m")


def derived_from(**values):
    return load_imagery(
        table(**{"pre (Nm)": [50.0, 40.0, 20.0], "post (Nm)": values.get("post", [60.0, 30.0, np.nan])})
    )


def test_change_and_percent_of_baseline_by_hand():
    rows = derived_from()
    absolute, percent, of_baseline = change(rows), change(rows, quantity="pct_change"), percent_of_baseline(rows)
    np.testing.assert_array_equal(absolute["value"], [10.0, -10.0, np.nan])
    np.testing.assert_array_equal(percent["value"], [20.0, -25.0, np.nan])
    np.testing.assert_array_equal(of_baseline["value"], [120.0, 75.0, np.nan])
    assert [frame["unit"].iloc[0] for frame in (absolute, percent, of_baseline)] == ["N_m", "pct", "pct_of_baseline"]
    for frame in (absolute, percent, of_baseline):
        assert set(frame["evidence"]) == {"derived"} and list(frame["time"].cat.categories) == ["post"]
    assert set(change(rows.assign(evidence="synthetic"))["evidence"]) == {"synthetic"}
    np.testing.assert_allclose(of_baseline["value"] - 100, percent["value"])


def test_change_pairs_each_limb_and_measure_with_its_own_baseline():
    rows = load_imagery(
        table(
            **{
                "left pre (Nm)": [1, 2, 3],
                "right pre (Nm)": [10, 20, 30],
                "left post (Nm)": [2, 3, 4],
                "right post (Nm)": [30, 30, 30],
            }
        )
    )
    assert change(rows).groupby("limb")["value"].apply(list).to_dict() == {"left": [1, 1, 1], "right": [20, 10, 0]}


def test_changes_that_cannot_be():
    rows = derived_from()
    with pytest.raises(LoaderError, match="baseline='prae' is not allowed.*Did you mean 'pre'"):
        change(rows, baseline="prae")
    with pytest.raises(LoaderError, match="changes or percentages of a baseline already"):
        change(change(rows), baseline="post")
    with pytest.raises(LoaderError, match="baseline -20; a percentage needs one above zero"):
        percent_of_baseline(rows.assign(value=-rows["value"]).query("participant == '3'"))
    with pytest.raises(LoaderError, match="several values at 'pre'"):
        change(pd.concat([rows.assign(order=1), rows.assign(order=2)]))
    with pytest.raises(LoaderError, match="needs the column 'time'"):
        change(rows.drop(columns="time"))
    with pytest.raises(SchemaError):
        change(rows.drop(columns="unit"))


def test_nothing_warns(recwarn):
    derived_from()
    assert not [w for w in recwarn if issubclass(w.category, MMCWarning)]
