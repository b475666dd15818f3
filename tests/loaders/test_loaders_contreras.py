"""Exercises × instructions: loads inside names, pairs of mean and peak."""

import math

import pandas as pd
import pytest

from mmc_analysis import LoaderError, load_contreras
from mmc_analysis.loaders.exercises import exercise_of

ONE = {"fixed": {"participant": "P01"}}


@pytest.mark.parametrize(
    ("text", "name", "load", "kilograms"),
    [
        ("225 lb Bench Press", "Bench Press", "225 lb", 102.06),  # 225 × 0.45359237 = 102.05828…
        ("135 lb  Hip  Thrust", "Hip Thrust", "135 lb", 61.23),  # 61.2349…
        ("12 lb Prone Trap Raise", "Prone Trap Raise", "12 lb", 5.44),  # 5.4431…
        ("100 kg Deadlift", "Deadlift", "100 kg", 100.0),
        ("62,5kg Squat", "Squat", "62.5 kg", 62.5),
        ("100-lb Row", "Row", "100 lb", 45.36),
        ("Bench Press 225 lbs", "Bench Press", "225 lb", 102.06),
        ("Bench Press (100 kg)", "Bench Press", "100 kg", 100.0),
        ("Bench Press @ 225lb", "Bench Press", "225 lb", 102.06),
        ("275 lb Bench Press (with arch)", "Bench Press (with arch)", "275 lb", 124.74),
        ("100 lb 45 Degree Hyper", "45 Degree Hyper", "100 lb", 45.36),
        ("Bodyweight Chin Up", "Chin Up", "bodyweight", math.nan),
        ("BW Push Up", "Push Up", "bodyweight", math.nan),
        ("Push Up (bodyweight)", "Push Up", "bodyweight", math.nan),
        ("BW + 25 lb Dip", "Dip", "bodyweight + 25 lb", 11.34),
        ("Front Plank", "Front Plank", "not stated", math.nan),
        ("2 Red Band Back Extension", "2 Red Band Back Extension", "not stated", math.nan),
        ("200 lb Farmer's Walk", "Farmer's Walk", "200 lb", 90.72),
    ],
)
def test_the_load_inside_a_name(text, name, load, kilograms):
    read = exercise_of(text)
    assert (read.name, read.load) == (name, load)
    assert read.load_kg == kilograms or (math.isnan(read.load_kg) and math.isnan(kilograms))


@pytest.mark.parametrize(
    "text", ["2 x 50 lb Curl", "50 lb + 20 lb Chain Press", "Press 50 lb 3 x", "225 lb", "50 lb x 2 Curl"]
)
def test_a_load_in_doubt_is_refused_with_its_row(text):
    assert exercise_of(text) is None
    table = pd.DataFrame({"Exercise": ["Front Plank", text], "Lat_Mean": [1.0, 2.0]})
    with pytest.raises(LoaderError, match=r"row 1: the load in .* cannot be read without doubt"):
        load_contreras(table, **ONE)


def test_pairs_of_mean_and_peak():
    table = pd.DataFrame({"Exercise": ["225 lb Bench Press"], "Mid_Pec_Mean": [181.0], "Mid_Pec_Peak": [408.0],
                          "Tri Long Head mean": [47.8], "Tri.Long.Head.PEAK": [109.0], "Glute-Max_Mean": [3.0], "GLUTE MAX PEAK": [4.0]})  # fmt: skip
    rows = load_contreras(table, **ONE).set_index(["muscle", "measure"])["value"].to_dict()
    assert rows == {("mid pec", "emg_mean"): 181.0, ("mid pec", "emg_peak"): 408.0, ("tri long head", "emg_mean"): 47.8,
                    ("tri long head", "emg_peak"): 109.0, ("gluteus maximus", "emg_mean"): 3.0, ("gluteus maximus", "emg_peak"): 4.0}  # fmt: skip


def instructions():
    return pd.DataFrame({"Lifter": ["L1"] * 3 + ["L2"] * 3, "Exercise": ["135 lb Hip Thrust"] * 6,
                         "Instruction": ["Avoid", "FOCUS", "none"] * 2, "Glute_Max_Mean": [1, 2, 3, 4, 5, 6], "Quad_Mean": [6, 5, 4, 3, 2, 1]})  # fmt: skip


def test_instructions_become_conditions_in_order():
    rows = load_contreras(instructions())
    assert list(rows["condition"].cat.categories) == ["none", "focus", "avoid"]
    assert rows.drop_duplicates("condition")["focus"].tolist() == ["avoid", "internal", "none"]
    assert "focus_target" not in rows and "muscle_role" not in rows
    said = {"focus": ("internal", "glutes"), "avoid": ("avoid", "glute max")}
    rows = load_contreras(instructions(), focus=said)
    assert rows.groupby("condition", observed=True)["focus_target"].first().tolist() == [
        "none",
        *["gluteus maximus"] * 2,
    ]
    glutes = rows[(rows["muscle"] == "gluteus maximus") & (rows["condition"] != "none")]
    assert set(glutes["muscle_role"]) == {"target"}
    with pytest.raises(
        LoaderError, match=r"rows 1, 4, column C 'Instruction': 'focs' is no known level.*Did you mean 'focus'"
    ):
        load_contreras(instructions().replace("FOCUS", "focs"))


def test_names_that_become_one_do_not_collide_silently():
    table = pd.DataFrame(
        {"Exercise": ["225 lb Bench Press", "225 lbs bench  press"], "Lat_Mean": [1.0, 2.0]}, index=[2, 3]
    )
    with pytest.raises(LoaderError, match=r"2 values share a key .*exercise=Bench Press, load=225 lb.*row 2.*row 3"):
        load_contreras(table, **ONE)
    assert load_contreras(table, **ONE, repeats="number")["trial"].tolist() == [1, 2]
    mixed = pd.DataFrame(
        {
            "Exercise": ["225 lb Bench Press", "135 lb BENCH PRESS", "BW Dip", "Bodyweight dip"],
            "Lat_Mean": [1.0, 2, 3, 4],
        }
    )
    with pytest.raises(LoaderError, match="exercise=Dip, load=bodyweight"):
        load_contreras(mixed, **ONE)
    rows = load_contreras(mixed.iloc[:3], **ONE)
    assert rows["exercise"].tolist() == ["Bench Press", "Bench Press", "Dip"]
    assert list(rows["load"].cat.categories) == ["bodyweight", "135 lb", "225 lb"]


def test_a_column_of_loads_leaves_names_alone():
    table = pd.DataFrame({"Exercise": ["2 x 50 lb Curl"], "load (lb)": [100], "Biceps_Mean": [1.0]})
    rows = load_contreras(table, **ONE)
    assert rows["exercise"].item() == "2 x 50 lb Curl" and rows["load_kg"].item() == pytest.approx(45.359237)


def test_units_other_than_mvic():
    table = pd.DataFrame({"Exercise": ["Plank"], "Lat_Mean (µV)": [1.0], "Lat_Peak (µV)": [2.0]})
    assert set(load_contreras(table, **ONE)["unit"]) == {"uV"}
    assert set(load_contreras(table.rename(columns=lambda n: n.replace("µV", "%")), **ONE)["unit"]) == {"pct_mvic"}
    plain = table.rename(columns=lambda n: n.split(" ")[0])
    assert set(load_contreras(plain, **ONE)["unit"]) == {"pct_mvic"}
    assert set(load_contreras(plain, **ONE, unit="pct_max")["unit"]) == {"pct_max"}


def test_long_table():
    table = pd.DataFrame(
        {
            "id": ["L1"] * 2,
            "exercise": ["BW Dip"] * 2,
            "muscle": ["Tri", "Upper Pec"],
            "measure": ["peak", "mean"],
            "value": [1.0, 2],
        }
    )
    rows = load_contreras(table)
    assert rows["muscle"].tolist() == ["triceps brachii", "Upper Pec"] and rows["measure"].tolist() == [
        "emg_peak",
        "emg_mean",
    ]


def test_what_is_missing_is_asked_for():
    with pytest.raises(LoaderError, match=r"nothing says the participant.*fixed=\{'participant'"):
        load_contreras(pd.DataFrame({"Exercise": ["BW Dip"], "Lat_Mean": [1.0]}))
    with pytest.raises(LoaderError, match="nothing says the exercise"):
        load_contreras(pd.DataFrame({"id": ["1"], "Lat_Mean": [1.0]}))
    with pytest.raises(LoaderError, match="1 column not understood: Latissimus"):
        load_contreras(pd.DataFrame({"id": ["1"], "Exercise": ["BW Dip"], "Lat_Mean": [1.0], "Latissimus": [2]}))
