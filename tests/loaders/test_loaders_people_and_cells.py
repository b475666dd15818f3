"""Participants, what is missing, and what each cell holds; expected values by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis import (
    LoaderError,
    MMCWarning,
    load_calatayud,
    load_example,
    load_imagery,
    missing_cells,
    schema,
    summarise,
    with_participants,
)
from mmc_analysis.loaders import load_participants


def people():
    return pd.DataFrame({"Subject": ["S01", "S02"], "SEX": ["F", "male"], "age": [24, 31.5], "Height (m)": [1.7, 1.85], "Body mass (lb)": [150, 200],
                         "training experience (years)": [3, 10], "Bench press 1RM (kg)": [60, 120]})  # fmt: skip


def test_people_with_units():
    rows = load_participants(people(), study="press")
    assert rows.columns.tolist() == [
        "study",
        "participant",
        "evidence",
        "sex",
        "age_years",
        "height_cm",
        "body_mass_kg",
        "training_years",
        "one_rm_kg",
    ]
    assert rows.iloc[0, 3:].tolist() == ["female", 24.0, 170.0, pytest.approx(68.0388555, rel=1e-15), 3.0, 60.0]
    assert rows["sex"].tolist() == ["female", "male"]
    assert schema.check(rows, "participants") is rows


def test_people_beside_measurements_come_once():
    table = pd.DataFrame(
        {
            "id": ["1", "1", "2", "2"],
            "group": ["a", "a", "b", "b"],
            "age (years)": [20, 20, 30, 30],
            "time": ["pre", "post"] * 2,
            "torque": [1, 2, 3, 4],
        }
    )
    assert load_participants(table, others="drop")["age_years"].tolist() == [20, 30]
    with pytest.raises(LoaderError, match="1 column not understood: torque"):
        load_participants(table)
    table.loc[1, "age (years)"] = 21
    with pytest.raises(
        LoaderError, match=r"'1' has several values of age_years: 20.0 \(row 0\), 21.0 \(row 1\).*keep="
    ):
        load_participants(table, others="drop")
    assert load_participants(table, others="drop", keep={"time": "pre"})["age_years"].tolist() == [20, 30]


def test_people_whose_units_are_in_doubt():
    with pytest.raises(LoaderError, match=r"column B 'weight': no unit is stated.*'weight \(kg\)'"):
        load_participants(pd.DataFrame({"id": ["1"], "weight": [70]}))
    assert (
        load_participants(pd.DataFrame({"id": ["1"], "weight": [70]}), columns={"weight": "body_mass_kg"})[
            "body_mass_kg"
        ].item()
        == 70
    )
    with pytest.raises(LoaderError, match="'stone' is not known|not understood"):
        load_participants(pd.DataFrame({"id": ["1"], "weight (stone)": [11]}))
    with pytest.raises(LoaderError, match="row 0, column B 'age': 'young' is not a number"):
        load_participants(pd.DataFrame({"id": ["1"], "age": ["young"]}))
    with pytest.raises(LoaderError, match="nothing says the participant"):
        load_participants(pd.DataFrame({"age": [1], "sex": ["f"]}))


def observations(**more):
    rows = [{"id": person, "condition": condition, "load": load, "muscle": "pec", "value": value, **more}
            for value, (person, condition, load) in enumerate(itertools.product(["S01", "S02"], ["regular", "pec"], [20, 50]), 1)]  # fmt: skip
    return load_calatayud(pd.DataFrame(rows), unit="uV", study="press")


def test_what_concerns_people_is_left_to_their_loader():
    frame = people().assign(**{"pec 20 regular (uV)": [1, 2]})
    assert load_calatayud(frame)["value"].tolist() == [1, 2]
    assert load_participants(frame, others="drop")["training_years"].tolist() == [3, 10]


def test_people_are_joined_to_observations():
    rows = observations()
    joined = with_participants(rows, load_participants(people(), study="press"))
    assert joined["training_years"].tolist() == [3.0] * 4 + [10.0] * 4
    pd.testing.assert_frame_equal(joined[rows.columns], rows, check_dtype=False)
    assert "training_years" not in rows
    synthetic = load_participants(people(), study="press", evidence="synthetic")
    assert set(with_participants(rows, synthetic)["evidence"]) == {"synthetic"}


def test_joining_refuses_what_does_not_fit():
    rows = observations()
    with pytest.raises(LoaderError, match=r"2 participants have observations but no row.*press:S01.*other:S01.*study="):
        with_participants(rows, load_participants(people(), study="other"))
    with pytest.raises(LoaderError, match="group is 'a' in the observations and 'b' among the participants"):
        with_participants(rows.assign(group="a"), load_participants(people(), study="press", fixed={"group": "b"}))
    same = with_participants(rows.assign(group="a"), load_participants(people(), study="press", fixed={"group": "a"}))
    assert set(same["group"]) == {"a"}


def test_missing_cells_are_empty_or_absent():
    rows = observations()
    assert missing_cells(rows).empty and missing_cells(rows).columns[-1] == "reason"
    rows.loc[2, "value"] = np.nan
    gone = rows.drop(index=[5])
    found = missing_cells(gone)
    assert found[["participant", "condition", "load", "reason"]].astype(str).to_numpy().tolist() == [
        ["S01", "pectoralis", "20", "empty"], ["S02", "regular", "50", "absent"]]  # fmt: skip
    assert missing_cells(gone, within=["condition"])["reason"].tolist() == ["empty"]
    with pytest.raises(LoaderError, match="no column 'conditon'. Did you mean 'condition'"):
        missing_cells(gone, within=["conditon"])


def test_missing_cells_where_limbs_have_roles_or_groups_differ():
    frame = pd.DataFrame(
        {"id": ["1", "2", "3"], "group": ["control", "train", "train"], "trained side": ["L", "L", "R"]}
    )
    frame = frame.assign(
        **{
            "left pre (Nm)": [1, 2, 3],
            "right pre (Nm)": [1, 2, 3],
            "left post (Nm)": [1, None, 3],
            "right post (Nm)": [1, 2, 3],
        }
    )
    found = missing_cells(load_imagery(frame))
    assert found[["participant", "limb_role", "time", "reason"]].to_numpy().tolist() == [
        ["2", "trained", "post", "empty"]
    ]
    plain = load_imagery(pd.DataFrame({"id": ["1", "2"], "group": ["a", "b"], "pre (Nm)": [1, 2], "post (Nm)": [3, 4]}))
    dropped = plain.drop(index=[3])
    assert missing_cells(dropped)[["participant", "group", "time"]].to_numpy().tolist() == [["2", "b", "post"]]


def test_missing_cells_of_the_examples():
    assert missing_cells(load_example("calatayud"))["reason"].tolist() == ["empty", "empty"]
    imagery = missing_cells(load_example("imagery"))
    assert set(imagery["time"]) == {"followup"} and len(imagery) == 3
    assert missing_cells(load_example("contreras")).empty


def test_a_summary_by_hand():
    rows = observations()
    found = summarise(rows, by=["condition", "load"])
    # regular at 20 %: S01 has 1, S02 has 5 -> mean 3, sd sqrt(8), se 2, t(1; 0.975) = 12.7062
    first = found.iloc[0]
    assert (first["estimate"], first["n"], first["n_obs"], first["df"]) == (3.0, 2, 2, 1)
    assert first["sd"] == pytest.approx(np.sqrt(8)) and first["std_error"] == pytest.approx(2.0)
    assert first["conf_low"] == pytest.approx(3 - 2 * 12.706204736432095) and first["conf_high"] == pytest.approx(
        3 + 2 * 12.706204736432095
    )
    assert found["condition"].tolist() == ["regular", "regular", "pectoralis", "pectoralis"]
    assert schema.check(found, "estimates") is found and set(found["evidence"]) == {"measured"}


def test_a_summary_agrees_with_scipys_interval_on_participants_means():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"id": np.repeat([f"S{i}" for i in range(7)], 6), "condition": np.tile(["regular", "pec"], 21), "muscle": "pec",
                          "trial": np.tile([1, 1, 2, 2, 3, 3], 7), "value": rng.normal(50, 9, 42)})  # fmt: skip
    rows = load_calatayud(frame, unit="uV")
    found = summarise(rows, "condition", conf_level=0.9)
    assert found["n"].tolist() == [7, 7] and found["n_obs"].tolist() == [21, 21]
    assert found["method"].str.endswith("averaged within participants first over trial").all()
    for _, row in found.iterrows():
        means = rows[rows["condition"] == row["condition"]].groupby("participant")["value"].mean()
        low, high = stats.t.interval(0.9, 6, loc=means.mean(), scale=stats.sem(means))
        assert (row["estimate"], row["conf_low"], row["conf_high"]) == pytest.approx(
            (means.mean(), low, high), rel=1e-12
        )
        assert row["sd"] == pytest.approx(means.std(ddof=1), rel=1e-12)


def test_a_summary_counts_participants_and_never_mixes_measures_or_studies():
    rows = pd.concat([observations(), observations().assign(study="other"), observations().assign(measure="emg_mean")])
    found = summarise(rows)
    assert len(found) == 3 and found["n"].tolist() == [2, 2, 2]
    single = summarise(observations().query("participant == 'S01'"), by="condition")
    assert single["n"].tolist() == [1, 1] and single[["sd", "conf_low", "conf_high", "std_error", "df"]].isna().all(
        axis=None
    )


def test_a_summary_of_empty_and_uneven_cells():
    rows = observations()
    rows.loc[0, "value"] = np.nan
    assert summarise(rows, by=["condition", "load"])["n"].tolist() == [1, 2, 2, 2]
    with pytest.warns(
        MMCWarning, match=r"1 participants \(S01\) lack some of the cells that are averaged over \(load\)"
    ):
        summarise(rows, by=["condition"])
    with pytest.raises(LoaderError, match="every cell is empty"):
        summarise(rows.assign(value=np.nan))
    with pytest.raises(LoaderError, match="no column 'lod'. Did you mean 'load'"):
        summarise(rows, by=["lod"])
    with pytest.raises(LoaderError, match="conf_level=95 must lie between 0 and 1"):
        summarise(rows, by=["load"], conf_level=95)


def test_a_summary_of_synthetic_rows_is_synthetic():
    assert set(summarise(load_example("imagery"), by=["group", "time"])["evidence"]) == {"synthetic"}
