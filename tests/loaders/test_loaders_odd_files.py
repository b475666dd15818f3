"""Files as labs leave them, with every value planted; and errors whose advice, taken literally, works."""

import datetime

import openpyxl
import pandas as pd
import pytest

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders import load_calatayud, load_contreras, load_imagery, load_participants


def written(folder, text: str, name: str = "lab.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "note", ["Note: S2 was ill", "* peaks of the RMS", "Source: lab, 2025", "two values were imputed", "Notes"]
)
def test_a_note_under_the_table_is_no_participant(tmp_path, note):
    path = written(tmp_path, f'id,pec_20_regular (uV),pec_20_pec (uV)\nS1,10,11\nS2,12,13\n\n"{note}",,\n')
    with pytest.raises(LoaderError, match=r"row 5, column A 'id': .* looks like a note"):
        load_calatayud(path)
    rows = load_calatayud(path, rows=(2, 3))
    assert rows["participant"].tolist() == ["S1", "S1", "S2", "S2"] and rows["value"].tolist() == [10, 11, 12, 13]


@pytest.mark.parametrize("ids", [("S1", "S2", "S3"), ("Ann", "Bo", "Eve"), ("1", "2", "3"), ("P 1", "P 2", "P 3")])
def test_a_participant_without_any_value_is_no_note(tmp_path, ids):
    lines = [f"{ids[0]},10,11", f"{ids[1]},12,13", f"{ids[2]},,"]
    rows = load_calatayud(written(tmp_path, "\n".join(["id,pec_20_regular (uV),pec_20_pec (uV)", *lines])))
    assert (
        rows["participant"].tolist()[-2:] == [ids[2]] * 2 and rows["value"].isna().tolist() == [False] * 4 + [True] * 2
    )


@pytest.mark.parametrize(
    "label", ["Mittelwert", "Média", "Mean ± SD", "M ± SD", "Average (n=2)", "Group mean", "Écart-type", "SD [raw]"]
)
def test_rows_of_statistics_in_many_words(tmp_path, label):
    path = written(tmp_path, f"id;pec_20_regular (µV);pec_20_pec (µV)\nS1;10,5;12,5\n{label};9,25;10,75\n")
    with pytest.raises(LoaderError, match="row 3, column A 'id': .* is a row of statistics"):
        load_calatayud(path)
    assert load_calatayud(path, rows=(2, 2))["value"].tolist() == [10.5, 12.5]


def test_a_table_that_lies_on_its_side(tmp_path):
    path = written(tmp_path, "variable,S1,S2\npec_20_regular,10,12\npec_20_pec,11,13\n")
    with pytest.raises(LoaderError, match="lie on its side, with participants as columns"):
        load_calatayud(path, unit="uV")
    turned = pd.read_csv(path).set_index("variable").T.rename_axis("id").reset_index()
    assert load_calatayud(turned, unit="uV")["value"].tolist() == [10, 11, 12, 13]


def test_repetitions_named_as_such_in_wide_columns():
    table = pd.DataFrame({"id": ["S1"], "pec_20_regular_rep1": [1.0], "pec_20_regular_rep2": [2.0], "pec_20_pec_rep1": [3.0],
                          "pec_20_pec_rep2": [4.0]})  # fmt: skip
    rows = load_calatayud(table, unit="uV")
    assert rows[["condition", "repetition", "value"]].astype(object).values.tolist() == [
        ["regular", 1, 1.0], ["regular", 2, 2.0], ["pectoralis", 1, 3.0], ["pectoralis", 2, 4.0]]  # fmt: skip


def test_instructions_in_the_names_of_pairs_are_conditions():
    table = pd.DataFrame({"id": ["1"], "Exercise": ["Squat"], "Glute_focus_Mean": [10.0], "Glute_avoid_Mean": [8.0]})
    rows = load_contreras(table)
    assert rows[["muscle", "condition", "value"]].astype(object).values.tolist() == [
        ["gluteus maximus", "focus", 10.0], ["gluteus maximus", "avoid", 8.0]]  # fmt: skip
    assert load_contreras(table.rename(columns=lambda name: name.replace("Glute_focus", "Internal_Oblique").replace("_avoid", ""))
                          )["muscle"].tolist() == ["internal oblique", "gluteus maximus"]  # fmt: skip


@pytest.mark.parametrize("exercise", ["Squat 225#", "Squat @ 70%", "2x25kg DB press"])
def test_loads_that_are_stated_but_not_read_are_refused(exercise):
    table = pd.DataFrame({"id": ["1"], "Exercise": [exercise], "Glute_Mean": [10.0]})
    with pytest.raises(LoaderError, match="row 0: the load in .* cannot be read without doubt"):
        load_contreras(table)


def test_times_of_the_labs_own_are_asked_for_as_times():
    table = pd.DataFrame({"ID": [1], "Group": ["imagery"], "T0": [10.0], "T1": [11.0]})
    with pytest.raises(
        LoaderError, match=r"\{'T0': \{'time': 'post'\}\} \(values\).*levels=\{'time': \{'…': 'post'\}\}"
    ):
        load_imagery(table, measure="force", unit="N")
    by_column = load_imagery(table, measure="force", unit="N", columns={"T0": {"time": "pre"}, "T1": {"time": "post"}})
    by_level = load_imagery(table, measure="force", unit="N", levels={"time": {"T0": "pre", "T1": "post"}})
    assert by_column["time"].tolist() == by_level["time"].tolist() == ["pre", "post"]


@pytest.mark.parametrize(
    ("header", "value"),
    [("Age (years)", -3), ("Height (cm)", 1.75), ("Body mass (kg)", 0.7), ("1RM (kg)", -99), ("Age (years)", 1999)],
)
def test_amounts_that_no_person_has(header, value):
    table = pd.DataFrame({"id": ["S1", "S2"], header: [None, value]})
    with pytest.raises(LoaderError, match=r"row 1, column B .* which no person has"):
        load_participants(table)
    assert load_participants(table, missing=[str(value)]).iloc[:, 3:].isna().all(axis=None)


def test_people_columns_are_asked_for_by_a_role_that_is_free():
    table = pd.DataFrame({"ID": ["S1"], "Geschlecht": ["f"], "Age": [24]})
    with pytest.raises(LoaderError, match="columns={'Geschlecht': 'sex'}"):
        load_participants(table)
    assert load_participants(table, columns={"Geschlecht": "sex"})["sex"].tolist() == ["female"]


def test_sheets_of_notes_beside_sheets_of_muscles(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Notes"
    workbook.active.append(["made in spring"])
    for name in ("Pectoralis", "Triceps"):
        sheet = workbook.create_sheet(name)
        sheet.append(["id", "20 regular (µV)", "20 pec (µV)"])
        sheet.append(["S1", 10, 12])
    workbook.save(tmp_path / "lab.xlsx")
    with pytest.raises(LoaderError, match=r"sheet 'Notes', row 1: .* list those that are: sheet=\['…', '…'\]"):
        load_calatayud(tmp_path / "lab.xlsx", sheet="all")
    rows = load_calatayud(tmp_path / "lab.xlsx", sheet=["Pectoralis", "Triceps"])
    assert (
        rows["muscle"].unique().tolist() == ["pectoralis major", "triceps brachii"]
        and rows["value"].tolist() == [10, 12] * 2
    )


def test_an_identifier_that_excel_made_a_date_is_refused(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["id", "pec_20_regular (uV)", "pec_20_pec (uV)"])
    workbook.active.append([datetime.datetime(2025, 2, 1), 1, 2])
    workbook.save(tmp_path / "lab.xlsx")
    with pytest.raises(LoaderError, match="row 2, column A 'id': 2025-02-01 00:00:00 is a date, not a participant"):
        load_calatayud(tmp_path / "lab.xlsx")


def test_identifiers_with_a_decimal_zero_are_numbers(tmp_path):
    path = written(tmp_path, "id,pec_20_regular (uV),pec_20_pec (uV)\n1.0,1,2\n12.0,3,4\n")
    assert load_calatayud(path, ids="number")["participant"].tolist() == ["1", "1", "12", "12"]


def test_tables_side_by_side_in_another_order_are_not_joined(tmp_path):
    header = "id,pec_20_regular (uV),pec_20_pec (uV),id,tri_20_regular (uV),tri_20_pec (uV)\n"
    with pytest.raises(
        LoaderError, match=r"both say who it is, and differ in row 2\. If two tables stand side by side"
    ):
        load_calatayud(written(tmp_path, header + "S1,1,2,S2,7,8\nS2,3,4,S1,5,6\n"))
    same = written(tmp_path, header + "S1,1,2,S1,5,6\nS2,3,4,S2,7,8\n")
    with pytest.raises(
        LoaderError, match="column D 'id' both say 'participant'. Leave one out: columns={'column D': None}"
    ):
        load_calatayud(same)
    assert load_calatayud(same, columns={"column D": None})["value"].tolist() == [1, 2, 5, 6, 3, 4, 7, 8]


def test_the_one_column_left_over_is_offered_as_the_values():
    table = pd.DataFrame({"id": ["1"], "Exercise": ["225 lb Squat"], "Instruction": ["avoid"], "Muscle": ["Glute Max"],
                          "EMG (%MVIC)": [10.0]})  # fmt: skip
    with pytest.raises(LoaderError, match=r"columns=\{'EMG \(%MVIC\)': 'value'\}"):
        load_contreras(table, measure="emg_mean")
    rows = load_contreras(table, measure="emg_mean", columns={"EMG (%MVIC)": "value"})
    assert rows[["load_kg", "condition", "unit", "value"]].values.tolist() == [[102.06, "avoid", "pct_mvic", 10.0]]


@pytest.mark.parametrize(("header", "known"), [("Height (ft)", "cm, m, mm, in"), ("Body mass [st]", "kg, lb, lbs, g")])
def test_units_of_people_that_are_not_known(header, known):
    with pytest.raises(LoaderError, match=f"unit '..' is not known.* Known: {known}"):
        load_participants(pd.DataFrame({"id": ["S1"], header: [5.9]}))
