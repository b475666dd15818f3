"""Openly licensed files as labs wrote them; expected values are read from the files by other means."""

import csv

import numpy as np
import openpyxl
import pandas as pd
import pytest

from mmc_analysis import LoaderError, load_calatayud, load_contreras, load_imagery, missing_cells
from mmc_analysis.loaders import load_participants

REGIONS = {"back_biceps": 52, "chest_triceps": 33, "core": 52, "legs": 51, "shoulder": 39}
WEEKS = {"time": ["pre", "session1", "week2", "week5", "week9", "post"]}
LIFTED = {"measure": "one_rm", "unit": "kg"}


@pytest.mark.parametrize("region", REGIONS)
def test_contreras_tables(real_data, region):
    path = real_data / "contreras_table" / f"raw_{region}.csv"
    rows = load_contreras(path, fixed={"participant": "lifter"}, study="contreras")
    lines = list(csv.DictReader(path.open(encoding="utf-8")))
    assert len(rows) == 8 * REGIONS[region] == 8 * len(lines)
    assert set(rows["unit"]) == {"pct_mvic"} and rows["value"].notna().all()
    printed = sorted(float(line[name]) for line in lines for name in line if name.endswith("_Peak"))
    assert sorted(rows.loc[rows["measure"] == "emg_peak", "value"]) == printed
    pounds = sorted(
        round(float(line["Exercise"].split(" lb ")[0]) * 0.45359237, 2) for line in lines if " lb " in line["Exercise"]
    )
    assert sorted(rows["load_kg"].dropna()) == sorted(pounds * 8)
    assert not rows["exercise"].str.contains(r"\blb\b|bodyweight|\bBW\b", case=False).any()


def test_all_227_exercises_stack(real_data):
    frames = [
        load_contreras(
            real_data / "contreras_table" / f"raw_{region}.csv", fixed={"participant": "lifter"}, study="contreras"
        )
        for region in REGIONS
    ]
    rows = pd.concat([frame.astype({"load": str}) for frame in frames])
    assert len(rows) == 227 * 8
    bench = rows[(rows["exercise"] == "Bench Press") & (rows["load_kg"] == 102.06) & (rows["muscle"] == "mid pec")]
    assert bench.set_index("measure")["value"].to_dict() == {"emg_mean": 181.0, "emg_peak": 408.0}


def test_contreras_asks_whose_numbers_they_are(real_data):
    with pytest.raises(LoaderError, match="nothing says the participant"):
        load_contreras(real_data / "contreras_table" / "raw_legs.csv")


def test_ten_versus_thirty_repetitions(real_data):
    path = real_data / "exscidata" / "exscidata_tenthirty.csv"
    with pytest.raises(LoaderError, match=r"no column holds values.*columns=\{'load': 'value'\}"):
        load_imagery(path)
    rows = load_imagery(path, columns={"load": "value"}, **LIFTED)
    plain = pd.read_csv(path)
    assert len(rows) == 243 and rows["participant"].nunique() == 27
    np.testing.assert_array_equal(rows["value"], plain["load"])
    assert list(rows["time"].cat.categories) == ["pre", "mid", "post"]
    missing = missing_cells(rows)
    assert (
        len(missing) == 9 and set(missing["reason"]) == {"empty"} and set(missing["participant"]) == {"3", "17", "19"}
    )
    book = load_imagery(real_data / "exscidata" / "ten_vs_thirty_complete.xlsx", columns={"load": "value"}, **LIFTED)
    pd.testing.assert_frame_equal(book.drop(columns="study"), rows.drop(columns="study"))


def test_each_leg_has_its_own_arm(real_data):
    path = real_data / "exscidata" / "exscidata_strengthvolume.csv"
    columns = {"load": "value", "leg": "limb", "sets": "limb_role", "include": None}
    with pytest.raises(LoaderError, match="2 columns not understood: include, sets"):
        load_imagery(path)
    with pytest.raises(LoaderError, match="'session1' is no known level of 'time'"):
        load_imagery(path, columns=columns, **LIFTED)
    rows = load_imagery(path, columns=columns, levels=WEEKS, keep={"exercise": ["legpress", "legext"]}, **LIFTED)
    assert len(rows) == 936 and rows["participant"].nunique() == 39
    assert list(rows["time"].cat.categories) == WEEKS["time"]
    roles = rows.groupby("participant")[["limb", "limb_role"]].apply(lambda mine: mine.drop_duplicates().shape[0])
    assert set(roles) == {2}
    plain = pd.read_csv(path).query("exercise in ['legpress', 'legext']")
    np.testing.assert_array_equal(rows["value"], plain["load"])
    assert rows.groupby("limb_role")["value"].sum().to_dict() == plain.groupby("sets")["load"].sum().to_dict()
    with pytest.raises(LoaderError, match="stands in two groups"):
        load_imagery(path, columns={**columns, "sets": "group"}, levels=WEEKS, keep={"exercise": "legpress"}, **LIFTED)


def test_duplicate_keys_are_reported_with_rows_and_numbered_when_asked(real_data):
    path = real_data / "exscidata" / "exscidata_strengthvolume.csv"
    said = {"columns": {"load": "value", "leg": "limb", "sets": "limb_role", "include": None}, "levels": WEEKS, "keep": {"exercise": "isom"},
            "measure": "torque", "unit": "N_m"}  # fmt: skip
    with pytest.raises(
        LoaderError, match=r"936 values share a key.*row 944, .*row 946, column H 'load'.*repeats='number'"
    ):
        load_imagery(path, **said)
    rows = load_imagery(path, repeats="number", **said)
    assert rows["trial"].value_counts().to_dict() == {1: 468, 2: 468}


def test_semicolons_decimal_commas_and_dates(real_data):
    path = real_data / "exscidata" / "dxa_data.csv"
    said = {"columns": {"weight": "body_mass_kg", "height": "height_cm"}, "others": "drop"}
    people = load_participants(path, keep={"timepoint": "pre"}, **said)
    plain = pd.read_csv(path, sep=";", decimal=",").query("timepoint == 'pre'")
    assert len(people) == 42
    for name, column in (("age_years", "age"), ("height_cm", "height"), ("body_mass_kg", "weight")):
        np.testing.assert_array_equal(people[name], plain[column])
    with pytest.raises(LoaderError, match="several values of age_years"):
        load_participants(path, **said)
    with pytest.raises(LoaderError, match="51 columns not understood: date, BMD.head"):
        load_participants(path)
    legs = {f"lean.{side}_leg": {"limb": side, "measure": "lean_mass", "unit": "g"} for side in ("left", "right")}
    rows = load_imagery(path, columns=legs, others="drop")
    assert len(rows) == 162 and rows["value"].iloc[:2].tolist() == [7059.0, 7104.0]
    fat = {"BMD.head": {"measure": "score", "unit": "points"}}
    rows = load_imagery(path, columns=fat, others="drop")
    np.testing.assert_array_equal(rows["value"], pd.read_csv(path, sep=";", decimal=",")["BMD.head"])


def test_chosen_columns_of_a_very_wide_table(real_data):
    path = real_data / "exscidata" / "hypertrophy.csv"
    with pytest.raises(
        LoaderError,
        match=r"column A 'SUB_ID' and column HR 'SUB_ID' both say 'participant'.*columns=\{'column HR': None\}",
    ):
        load_imagery(path)
    area = {
        f"AVG_CSA_T{i}": {"time": when, "measure": "fibre_area", "unit": "µm²"}
        for i, when in enumerate(("pre", "mid", "post"), 1)
    }
    rows = load_imagery(
        path, columns={"column A": "participant", "column HR": None, "column HS": None, **area}, others="drop"
    )
    plain = pd.read_csv(path)
    assert len(rows) == 90 and set(rows["unit"]) == {"um2"}
    np.testing.assert_array_equal(rows["value"].to_numpy().reshape(30, 3), plain[list(area)])
    assert rows.drop_duplicates("participant")["group"].tolist() == plain["GROUP"].tolist()


def test_a_workbook_of_two_sheets_with_na_and_blanks_after_labels(real_data):
    path = real_data / "exscidata" / "strengthTests.xlsx"
    with pytest.raises(LoaderError, match=r"has 2 sheets \(oneRM, Cybex\)"):
        load_imagery(path)
    said = {"columns": {"load": "value"}, "levels": WEEKS}
    rows = load_imagery(path, sheet="oneRM", **said, **LIFTED)
    assert (
        len(rows) == 1638
        and rows["limb"].isna().sum() == 234
        and set(rows.loc[rows["limb"].isna(), "exercise"]) == {"benchpress"}
    )
    assert rows["limb"].value_counts().to_dict() == {"right": 702, "left": 702}
    assert rows["value"].isna().sum() == 225
    columns = {"load": "value", "velocity": "tempo", "movement": "exercise"}
    with pytest.raises(LoaderError, match=r"936 values share a key.*row 14, column F 'load'.*row 16"):
        load_imagery(path, sheet="Cybex", columns=columns, levels=WEEKS, measure="torque", unit="N_m")
    rows = load_imagery(
        path, sheet="Cybex", columns=columns, levels=WEEKS, measure="torque", unit="N_m", repeats="number"
    )
    assert len(rows) == 3744


THICKNESS = {name: {"muscle": muscle, "time": when} for name, muscle, when in (
    ("RectusPreRaceAvgDom", "rectus femoris", "pre"), ("VIPreRaceAvgDom", "vastus intermedius", "pre"),
    ("RectusPostAvgDom", "rectus femoris", "post"), ("VIPoStAvgDom", "vastus intermedius", "post"))}  # fmt: skip


def test_thickness_from_a_sheet_with_statistics_mixed_in(real_data):
    path = real_data / "exscidata" / "MT.xlsx"
    said = {
        "sheet": "Muscle Thickness Dom Leg",
        "measure": "muscle_thickness",
        "unit": "cm",
        "columns": {"PID": "participant", **THICKNESS},
    }
    with pytest.raises(
        LoaderError, match="row 3: column M has no header, but holds 'Tests of Within-Subjects Effects'"
    ):
        load_imagery(path, **said)
    with pytest.raises(LoaderError, match=r"'Avg' is a row of statistics|no participant in a row that holds"):
        load_imagery(path, **said, header=2, others="drop")
    with pytest.raises(
        LoaderError,
        match=r"row 19, column A 'PID': 'Avg' is a row of statistics, not a participant.*rows=\(first, last\)",
    ):
        load_imagery(path, **said, header=2, rows=(19, 21), others="drop")
    rows = load_imagery(path, **said, header=2, rows=(3, 13), others="drop")
    assert len(rows) == 44 and rows["participant"].nunique() == 11
    first = rows[rows["participant"] == "Ultra-01"].set_index(["muscle", "time"])["value"]
    assert first.round(2).tolist() == [2.16, 1.8, 2.37, 2.67]
    assert rows["value"].isna().sum() == 3


LAPS = ["Race Day Pre", "Lap 1", "Lap 2", "Lap 3", "Lap 4", "Post", "24hr post"]


def test_torque_from_a_block_under_two_header_rows(real_data):
    path = real_data / "exscidata" / "Torque.xlsx"
    with pytest.raises(LoaderError, match=r"row 3: column A has no header, but holds 'PID'"):
        load_imagery(path, sheet="Torque")
    columns = {f"{lap} Torque (leg length x force)": {"time": lap, "measure": "torque", "unit": "N_m"} for lap in LAPS}
    rows = load_imagery(
        path,
        sheet="Torque",
        header=(34, 35),
        rows=(36, 46),
        columns={"PID": "participant", **columns},
        levels={"time": LAPS},
        others="drop",
    )
    sheet = openpyxl.load_workbook(path, data_only=True)["Torque"]
    by_hand = [[sheet.cell(row, 4 + 3 * lap).value for lap in range(7)] for row in range(36, 47)]
    np.testing.assert_array_equal(rows["value"].to_numpy().reshape(11, 7), np.array(by_hand, dtype=float))


def test_activation_levels_of_three_muscles(real_data):
    path = real_data / "kishimoto2021" / "subjects_data.csv"
    with pytest.raises(LoaderError, match="row 2: column A has no header, but holds '0'"):
        load_calatayud(path)
    emg = {f"emg{short}": {"muscle": muscle, "measure": "emg_mean", "unit": "mV"} for short, muscle in
           (("SO", "soleus"), ("MG", "medial gastrocnemius"), ("LG", "lateral gastrocnemius"))}  # fmt: skip
    rows = load_calatayud(path, columns={"trials": "load", **emg}, fixed={"condition": "regular"}, others="drop")
    plain = pd.read_csv(path)
    assert len(rows) == 750 and rows["participant"].nunique() == 25 and len(rows["load"].cat.categories) == 10
    np.testing.assert_array_equal(rows["value"].to_numpy().reshape(250, 3), plain[list(emg)])
    percent = {"emg_norm_mvc": {"muscle": "soleus", "measure": "emg_mean", "unit": "%MVC"}}
    rows = load_calatayud(path, columns={"trials": "load", **percent}, fixed={"condition": "regular"}, others="drop")
    assert rows["value"].max() == pytest.approx(245.8565, abs=1e-4) and set(rows["unit"]) == {"pct_mvic"}
    scaled = load_calatayud(
        path, columns={"trials": "load", **emg}, fixed={"condition": "regular"}, others="drop", reference="max"
    )
    assert (scaled.groupby(["participant", "muscle"])["value"].max() == 100).all()


def test_a_table_without_a_participant_column(real_data):
    path = real_data / "elderly_emg_dynamometry" / "Demographics.xlsx"
    with pytest.raises(LoaderError, match="nothing says the participant|not understood"):
        load_participants(path)
