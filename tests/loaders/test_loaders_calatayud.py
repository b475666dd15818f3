"""Condition × load × muscle: shapes, names of columns, references; expected values by hand."""

import inspect
import itertools

import numpy as np
import openpyxl
import pandas as pd
import pytest

from mmc_analysis import LoaderError, SchemaError, load_calatayud, schema

CONDITIONS, LOADS, MUSCLES = ("regular", "pectoralis", "triceps"), (20, 50, 80), ("pectoralis major", "triceps brachii")
ORDERS = list(itertools.permutations(("muscle", "load", "condition")))


def amplitude(person, muscle, load, condition):
    """A different number in every cell."""
    return 100 * (person + 1) + 40 * MUSCLES.index(muscle) + load + 7 * CONDITIONS.index(condition) + 0.25


def cells(people=2):
    return list(itertools.product(range(people), MUSCLES, LOADS, CONDITIONS))


def wide(order=("muscle", "load", "condition"), sep="_", unit="uV", people=2):
    short = {"pectoralis major": "pec", "triceps brachii": "tri"}
    frame = pd.DataFrame({"Participant": [f"S{i + 1:02d}" for i in range(people)]})
    for muscle, load, condition in itertools.product(MUSCLES, LOADS, CONDITIONS):
        token = {"muscle": short[muscle], "load": str(load), "condition": condition}
        name = sep.join(token[role] for role in order) + (f" ({unit})" if unit else "")
        frame[name] = [amplitude(i, muscle, load, condition) for i in range(people)]
    return frame


def lookup(rows):
    keys = zip(
        rows["participant"], rows["muscle"], rows["load"].astype(str), rows["condition"].astype(str), strict=True
    )
    return dict(zip(keys, rows["value"], strict=True))


def expected(people=2):
    return {(f"S{i + 1:02d}", muscle, str(load), condition): amplitude(i, muscle, load, condition)
            for i, muscle, load, condition in cells(people)}  # fmt: skip


@pytest.mark.parametrize("sep", ["_", ".", "-", " "])
@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_tokens_in_any_order_with_any_separator(order, sep):
    rows = load_calatayud(wide(order, sep))
    assert lookup(rows) == expected()
    assert set(rows["unit"]) == {"uV"} and set(rows["measure"]) == {"emg_peak"}


def test_what_the_columns_of_the_result_hold():
    rows = load_calatayud(wide(), study="bench")
    assert rows["condition"].cat.ordered and list(rows["condition"].cat.categories) == list(CONDITIONS)
    assert rows["load"].cat.ordered and list(rows["load"].cat.categories) == ["20", "50", "80"]
    assert (rows["load_pct_1rm"] == rows["load"].astype(float)).all()
    first = rows[rows["muscle"] == "triceps brachii"].drop_duplicates("condition").set_index("condition")
    assert first["focus"].tolist() == ["none", "internal", "internal"]
    assert first["focus_target"].tolist() == ["none", "pectoralis major", "triceps brachii"]
    assert first["muscle_role"].isna().tolist() == [True, False, False]
    assert first["muscle_role"].tolist()[1:] == ["other", "target"]
    assert set(rows["study"]) == {"bench"} and set(rows["evidence"]) == {"measured"}
    assert schema.check(rows) is rows


def test_long_table():
    rows = [{"subject": f"S{i + 1:02d}", "muscle": m.upper(), "load": load, "Condition": c.title(), "value": amplitude(i, m, load, c)}
            for i, m, load, c in cells()]  # fmt: skip
    assert lookup(load_calatayud(pd.DataFrame(rows), unit="uV")) == expected()


def test_between_wide_and_long():
    rows = [{"ID": f"S{i + 1:02d}", "Load (%)": load, "Focus": c, "Pec (µV)": amplitude(i, MUSCLES[0], load, c),
             "Triceps (µV)": amplitude(i, MUSCLES[1], load, c)} for i in range(2) for load in LOADS for c in CONDITIONS]  # fmt: skip
    assert lookup(load_calatayud(pd.DataFrame(rows))) == expected()


def a_workbook(path, names=MUSCLES, extra=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, muscle in zip(names, MUSCLES, strict=True):
        sheet = book.create_sheet(name)
        sheet.append(["Participant", *(f"{load} % {condition} [µV]" for load in LOADS for condition in CONDITIONS)])
        for i in range(2):
            sheet.append([f"S{i + 1:02d}", *(amplitude(i, muscle, load, c) for load in LOADS for c in CONDITIONS)])
    for name, rows in (extra or {}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_one_sheet_per_muscle(tmp_path):
    path = a_workbook(tmp_path / "press.xlsx")
    assert lookup(load_calatayud(path, sheet="all")) == expected()
    assert lookup(load_calatayud(path, sheet=["triceps brachii", "pectoralis major"])) == expected()
    named = a_workbook(tmp_path / "named.xlsx", names=("Sheet1", "Sheet2"))
    by_hand = load_calatayud(named, sheet={"Sheet1": {"muscle": "pec"}, "Sheet2": {"muscle": "tri"}})
    assert lookup(by_hand) == expected()
    with pytest.raises(LoaderError, match="'Sheet1' does not say what it holds"):
        load_calatayud(named, sheet="all")


def test_sheet_mapping_takes_the_muscles_name(tmp_path):
    named = a_workbook(tmp_path / "named.xlsx", names=("Sheet1", "Sheet2"))
    assert (
        lookup(load_calatayud(named, sheet={"Sheet1": "pectoralis major", "Sheet2": "triceps brachii"})) == expected()
    )


def test_a_name_with_two_readings_is_decided_by_the_others_or_asked_for():
    frame = pd.DataFrame({"id": ["S1"], "pec_20_tri (uV)": [1.0]})
    with pytest.raises(LoaderError, match=r"'pec_20_tri' can be read as .*pattern="):
        load_calatayud(frame)
    rows = load_calatayud(frame, pattern="muscle load condition")
    assert (rows["muscle"].item(), rows["condition"].item()) == ("pectoralis major", "triceps")
    rows = load_calatayud(frame, pattern="{condition}_{load}_{muscle}")
    assert (rows["muscle"].item(), rows["condition"].item()) == ("triceps brachii", "pectoralis")
    rows = load_calatayud(frame.assign(**{"tri_20_regular (uV)": 2.0}))
    assert rows["muscle"].tolist() == ["pectoralis major", "triceps brachii"]
    with pytest.raises(LoaderError, match="pattern='muscel load' is not understood"):
        load_calatayud(frame, pattern="muscel load")


def test_the_labs_own_words():
    frame = pd.DataFrame({"Proband": ["1"], "Brust 20 normal": [100], "Brust 20 Brust-Fokus": [120]})
    said = {"columns": {"Proband": "participant"}, "unit": "uV",
            "levels": {"muscle": {"Brust": "pectoralis major"}, "condition": {"Brust-Fokus": "pectoralis"}}}  # fmt: skip
    rows = load_calatayud(frame, **said)
    assert rows["condition"].tolist() == ["regular", "pectoralis"] and set(rows["muscle"]) == {"pectoralis major"}
    with pytest.raises(LoaderError, match="Proband, Brust 20 normal"):
        load_calatayud(frame, unit="uV")


def test_columns_described_one_by_one():
    frame = pd.DataFrame({"id": ["S1"], "A": [1.0], "B": [2.0], "rest": ["x"]})
    columns = {
        "A": {"muscle": "pec", "condition": "regular", "unit": "mV"},
        "B": {"muscle": "pec", "condition": "tri", "unit": "mV"},
    }
    with pytest.raises(LoaderError, match="1 column not understood: rest"):
        load_calatayud(frame, columns=columns)
    rows = load_calatayud(frame, columns={**columns, "rest": None})
    assert rows["value"].tolist() == [1.0, 2.0] and rows["condition"].tolist() == ["regular", "triceps"]
    with pytest.raises(LoaderError, match="describes it by 'mucle', which is no role. Did you mean 'muscle'"):
        load_calatayud(frame, columns={"A": {"mucle": "pec"}})
    with pytest.raises(LoaderError, match="columns says 'participent', which is no role. Did you mean 'participant'"):
        load_calatayud(frame, columns={"A": "participent"})


def test_unknown_levels_are_refused_with_the_nearest():
    frame = pd.DataFrame(
        {"id": ["S1", "S2"], "muscle": ["pec", "pec"], "condition": ["regular", "pectorals focsu"], "uv": [1, 2]}
    )
    with pytest.raises(
        LoaderError, match=r"row 1, column C 'condition': 'pectorals focsu' is no known level of 'condition'.*levels="
    ):
        load_calatayud(frame, columns={"uv": "value"}, unit="uV")
    frame = frame.assign(condition="regular", muscle=["pec", "trizeps"])
    with pytest.raises(LoaderError, match="'trizeps' is no known level of 'muscle'. Did you mean 'triceps"):
        load_calatayud(frame, columns={"uv": "value"}, unit="uV")


def test_other_conditions_must_say_what_they_ask():
    frame = pd.DataFrame(
        {"id": ["S1"] * 3, "muscle": "biceps", "condition": ["none", "squeeze", "focus on biceps"], "value": [1, 2, 3]}
    )
    order = {"condition": ["none", "squeeze", "focus on biceps"]}
    with pytest.raises(LoaderError, match=r"what does condition 'squeeze' ask of attention.*focus="):
        load_calatayud(frame, unit="uV", levels=order)
    rows = load_calatayud(
        frame, unit="uV", levels=order, focus={"squeeze": ("internal", "biceps"), "focus on biceps": "external"}
    )
    assert rows["focus"].tolist() == ["none", "internal", "external"]
    assert rows["focus_target"].tolist() == ["none", "biceps brachii", "none"]
    with pytest.raises(LoaderError, match="which is not in the data"):
        load_calatayud(frame, unit="uV", levels=order, focus={"squeze": "external"})
    with pytest.raises(LoaderError, match="'intern' is not allowed"):
        load_calatayud(frame, unit="uV", levels=order, focus={"squeeze": "intern", "focus on biceps": "external"})


def test_units_from_headers_are_converted_or_asked_for():
    frame = wide(unit=None)
    with pytest.raises(LoaderError, match="nothing says the unit of 'emg_peak'.*unit='uV'"):
        load_calatayud(frame)
    assert load_calatayud(wide(unit="V"))["value"].iloc[0] == pytest.approx(
        1e6 * amplitude(0, MUSCLES[0], 20, "regular")
    )
    assert set(load_calatayud(wide(unit="mV"))["unit"]) == {"mV"}
    assert set(load_calatayud(wide(unit="%MVIC"))["unit"]) == {"pct_mvic"}
    with pytest.raises(LoaderError, match="values in '%', but of what"):
        load_calatayud(wide(unit="%"))
    assert set(load_calatayud(wide(unit="%"), unit="pct_max")["unit"]) == {"pct_max"}
    with pytest.raises(LoaderError, match="header says 'mV', but unit='uV'"):
        load_calatayud(wide(unit="mV"), unit="uV")
    with pytest.raises(LoaderError, match="unit 'furlong' is not known"):
        load_calatayud(frame, unit="furlong")
    with pytest.raises(LoaderError, match=r"unit 'N·m' is not one of measure 'emg_peak'"):
        load_calatayud(frame, unit="N·m")


def test_max_maximorum_divides_by_the_highest_trial_of_person_and_muscle():
    rows = load_calatayud(wide(), reference="max")
    raw = expected()
    top = {
        (p, m): max(v for (q, n, _, _), v in raw.items() if (q, n) == (p, m)) for p in ("S01", "S02") for m in MUSCLES
    }
    assert lookup(rows) == pytest.approx({key: 100 * v / top[key[:2]] for key, v in raw.items()}, rel=1e-14)
    assert set(rows["unit"]) == {"pct_max"} and set(rows["reference_trial"]) == {"condition=triceps, load=80"}
    assert rows["reference_value"].tolist() == [
        top[key] for key in zip(rows["participant"], rows["muscle"], strict=True)
    ]
    assert (rows.groupby(["participant", "muscle"])["value"].max() == 100).all()
    assert (rows["value"] == 100).sum() == 4


def test_max_maximorum_counts_an_mvc_and_keeps_empty_cells():
    frame = wide().assign(**{"MVC pec (mV)": [10.0, 0.001], "MVC tri (mV)": [0.001, 10.0]})
    frame.loc[0, "pec_20_regular (uV)"] = np.nan
    rows = load_calatayud(frame, reference="max")
    labels = rows.groupby(["participant", "muscle"])["reference_trial"].first()
    assert labels["S01", MUSCLES[0]] == "MVC pec (mV)" and labels["S02", MUSCLES[0]] == "condition=triceps, load=80"
    assert rows["value"].isna().sum() == 1
    assert rows.loc[rows["participant"] == "S01", "reference_value"].iloc[0] == 10_000


def test_mvc_columns_of_the_table():
    frame = wide().assign(**{"mvc_pec (uV)": [400.0, 500.0], "MVIC tri (mV)": [0.8, 1.0]})
    rows = load_calatayud(frame, reference="mvc")
    mvc = {("S01", MUSCLES[0]): 400, ("S02", MUSCLES[0]): 500, ("S01", MUSCLES[1]): 800, ("S02", MUSCLES[1]): 1000}
    assert lookup(rows) == pytest.approx({key: 100 * v / mvc[key[:2]] for key, v in expected().items()}, rel=1e-14)
    assert set(rows["unit"]) == {"pct_mvic"} and set(rows["reference_trial"]) == {"mvc_pec (uV)", "MVIC tri (mV)"}
    with pytest.raises(LoaderError, match="has columns with a reference .*reference='mvc'"):
        load_calatayud(frame)
    assert len(load_calatayud(frame, columns={"mvc_pec (uV)": None, "MVIC tri (mV)": None})) == len(rows)
    with pytest.raises(LoaderError, match="no column holds a reference"):
        load_calatayud(wide(), reference="mvc")


def test_several_mvc_trials_the_highest_counts():
    frame = wide().assign(
        **{"mvc_pec_1 (uV)": [400.0, 700.0], "mvc_pec_2 (uV)": [500.0, None], "mvc_tri_1 (uV)": [900.0, 900.0]}
    )
    rows = load_calatayud(frame, reference="mvc")
    best = rows.groupby(["participant", "muscle"])[["reference_value", "reference_trial"]].first()
    assert best.loc[("S01", MUSCLES[0])].tolist() == [500.0, "mvc_pec_2 (uV)"]
    assert best.loc[("S02", MUSCLES[0])].tolist() == [700.0, "mvc_pec_1 (uV)"]


def mvc_table(ids=("S01", "S02")):
    return pd.DataFrame({"id": ids, "pec (mV)": [0.4, 0.5], "triceps (mV)": [0.8, 1.0]})


def test_mvc_table_as_a_frame_a_file_and_a_sheet(tmp_path):
    wanted = lookup(
        load_calatayud(
            wide().assign(**{"mvc_pec (uV)": [400.0, 500.0], "mvc_tri (uV)": [800.0, 1000.0]}), reference="mvc"
        )
    )
    assert lookup(load_calatayud(wide(), reference=mvc_table())) == pytest.approx(wanted, rel=1e-14)
    wide().to_csv(tmp_path / "press.csv", index=False)
    mvc_table().to_csv(tmp_path / "mvc.csv", index=False)
    rows = load_calatayud(tmp_path / "press.csv", reference={"file": "mvc.csv"})
    assert lookup(rows) == pytest.approx(wanted, rel=1e-14)
    assert rows["reference_trial"].iloc[0] == "mvc.csv, row 2"
    assert lookup(load_calatayud(str(tmp_path / "press.csv"), reference="mvc.csv")) == pytest.approx(wanted, rel=1e-14)
    extra = {"MVC": [mvc_table().columns.tolist(), *mvc_table().to_numpy().tolist()]}
    path = a_workbook(tmp_path / "press.xlsx", extra=extra)
    rows = load_calatayud(path, sheet=list(MUSCLES), reference={"sheet": "MVC"}, normalised="pct_max")
    assert lookup(rows) == pytest.approx(wanted, rel=1e-14) and set(rows["unit"]) == {"pct_max"}


def test_long_mvc_rows_of_the_same_table():
    long = [{"id": "S01", "muscle": m, "condition": c, "value": v} for m, c, v in
            (("pec", "MVC", 400), ("pec", "regular", 100), ("tri", "MVC", 800), ("tri", "regular", 200))]  # fmt: skip
    rows = load_calatayud(
        pd.DataFrame(long), unit="uV", keep={"condition": "regular"}, reference={"keep": {"condition": "MVC"}}
    )
    assert rows["value"].tolist() == [25.0, 25.0]


def test_references_that_cannot_be():
    with pytest.raises(
        LoaderError, match=r"no reference for 2 of participant/muscle: S02/pectoralis major.*ids='number'"
    ):
        load_calatayud(wide(), reference=mvc_table(("S01", "X7")))
    table = mvc_table()
    table.loc[1, "pec (mV)"] = 0
    with pytest.raises(
        LoaderError, match="reference of participant 'S02', pectoralis major, is 0. It must be above zero"
    ):
        load_calatayud(wide(), reference=table)
    with pytest.raises(LoaderError, match="cannot be normalised again"):
        load_calatayud(wide(unit="%MVIC"), reference="max")
    with pytest.raises(LoaderError, match="reference='maximum' is not allowed. Allowed: 'max', 'mvc'"):
        load_calatayud(wide(), reference="maximum")
    with pytest.raises(LoaderError, match="key of reference='shet' is not allowed.*Did you mean 'sheet'"):
        load_calatayud(wide(), reference={"shet": "MVC"})
    with pytest.raises(LoaderError, match="the reference is in pct_mvic"):
        load_calatayud(wide(), reference=mvc_table().rename(columns={"pec (mV)": "pec (%MVIC)"}))


def test_identifiers_spelled_differently_in_two_tables():
    assert len(load_calatayud(wide(), reference=mvc_table((1, 2)), ids="number")) == 36
    rows = load_calatayud(wide(), reference=mvc_table(("01", "P2")), ids="number")
    assert set(rows["participant"]) == {"1", "2"}


def test_identifiers_that_may_be_one_person():
    frame = pd.DataFrame({"id": ["S01", "s1"], "muscle": "pec", "condition": ["regular", "pec"], "value": [1, 2]})
    with pytest.raises(LoaderError, match="'S01' and 's1' may be one person.*ids='number'"):
        load_calatayud(frame, unit="uV")
    assert set(load_calatayud(frame, unit="uV", ids="number")["participant"]) == {"1"}
    with pytest.raises(LoaderError, match="and another person with the number 1 one"):
        load_calatayud(frame.assign(id=["C01", "I01"]), unit="uV", ids="number")
    with pytest.raises(LoaderError, match="'anna' holds 0 numbers"):
        load_calatayud(frame.assign(id=["S01", "anna"]), unit="uV", ids="number")


@pytest.mark.parametrize("cell", [1.0, 1, "1", " 1 ", np.int64(1)])
def test_an_identifier_is_text_whatever_excel_made_of_it(cell):
    frame = pd.DataFrame(
        {"id": pd.Series([cell], dtype=object), "muscle": "pec", "condition": "regular", "value": [1.0]}
    )
    assert load_calatayud(frame, unit="uV")["participant"].item() == "1"


def test_duplicate_keys_are_named_or_numbered():
    frame = pd.DataFrame(
        {"id": ["S1", "S1", "S2"], "muscle": "pec", "condition": "regular", "value": [1, 2, 3]}, index=[10, 11, 12]
    )
    with pytest.raises(
        LoaderError, match=r"2 values share a key .*row 10, column D 'value'; .*row 11.*repeats='number'"
    ):
        load_calatayud(frame, unit="uV")
    assert load_calatayud(frame, unit="uV", repeats="number")["trial"].tolist() == [1, 2, 1]
    frame = frame.assign(trial=1)
    assert load_calatayud(frame, unit="uV", repeats="number")["repetition"].tolist() == [1, 2, 1]
    with pytest.raises(LoaderError, match="already numbered"):
        load_calatayud(frame.assign(rep=1), unit="uV", repeats="number")


def test_repetitions_in_names_and_in_columns():
    rows = load_calatayud(pd.DataFrame({"id": ["S1"], "pec_20_regular_1 (uV)": [1], "pec_20_regular_2 (uV)": [2]}))
    assert rows["trial"].tolist() == [1, 2] and rows["load"].tolist() == ["20", "20"]
    with pytest.raises(LoaderError, match=r"'pec_20_regular.1' states .*trial"):
        load_calatayud(pd.DataFrame({"id": ["S1"], "pec_20_regular": [1], "pec_20_regular.1": [2]}), unit="uV")


def test_loads_in_kilograms_and_impossible_loads():
    frame = pd.DataFrame(
        {"id": ["S1", "S1"], "muscle": "pec", "condition": "regular", "load (kg)": [100, 60], "value": [1, 2]}
    )
    rows = load_calatayud(frame, unit="uV")
    assert list(rows["load"].cat.categories) == ["60 kg", "100 kg"] and rows["load_kg"].tolist() == [100, 60]
    with pytest.raises(LoaderError, match="load '225' is read as percent"):
        load_calatayud(frame.rename(columns={"load (kg)": "load"}).assign(load=[225, 135]), unit="uV")
    pounds = load_calatayud(
        frame.rename(columns={"load (kg)": "load (lb)"}).assign(**{"load (lb)": [225, 135]}), unit="uV"
    )
    assert pounds["load_kg"].round(2).tolist() == [102.06, 61.23]


def test_an_order_of_conditions_is_the_labs_own():
    frame = pd.DataFrame({"id": ["S1"] * 3, "muscle": "pec", "condition": ["tri", "pec", "reg"], "value": [1, 2, 3]})
    assert list(load_calatayud(frame, unit="uV")["condition"].cat.categories) == ["regular", "pectoralis", "triceps"]
    rows = load_calatayud(
        frame, unit="uV", levels={"condition": {"reg": "regular", "tri": "triceps", "pec": "pectoralis"}}
    )
    assert list(rows["condition"].cat.categories) == ["regular", "triceps", "pectoralis"]


def test_what_nothing_says_is_asked_for():
    frame = pd.DataFrame({"id": ["S1"], "muscle": ["pec"], "value": [1.0]})
    with pytest.raises(LoaderError, match=r"nothing says the condition.*fixed=\{'condition'"):
        load_calatayud(frame, unit="uV")
    rows = load_calatayud(frame, unit="uV", fixed={"condition": "regular", "exercise": "push-up"})
    assert rows["exercise"].item() == "push-up" and rows["focus"].item() == "none"
    with pytest.raises(LoaderError, match="'excercise' is no role. Did you mean 'exercise'"):
        load_calatayud(frame, unit="uV", fixed={"excercise": "press"})
    with pytest.raises(LoaderError, match="stated for the whole table, but stands in its columns"):
        load_calatayud(frame, unit="uV", fixed={"muscle": "tri", "condition": "regular"})
    with pytest.raises(LoaderError, match="row 0, column A 'id': no participant"):
        load_calatayud(frame.assign(id=None), unit="uV", fixed={"condition": "regular"})


def test_mean_and_peak_side_by_side():
    frame = pd.DataFrame({"id": ["S1"], "pec_20_reg_mean (uV)": [50.0], "pec_20_reg_peak (uV)": [90.0]})
    rows = load_calatayud(frame, reference="max")
    assert rows["measure"].tolist() == ["emg_mean", "emg_peak"] and rows["value"].tolist() == [100.0, 100.0]
    with pytest.raises(LoaderError, match="the table says 'emg_mean', but measure='emg_peak'"):
        load_calatayud(frame, measure="emg_peak")
    with pytest.raises(LoaderError, match="measure 'emg_peek' is not known. Did you mean 'emg_peak'"):
        load_calatayud(wide(), measure="emg_peek")


PROTOCOL = """
study = "press"
unit = "uV"
reference = "max"
[columns]
"Proband" = "participant"
[levels.condition]
normal = "regular"
brust = "pectoralis"
"""


def test_a_protocol_file_is_read_only_when_named(tmp_path):
    text = "Proband;pec 20 normal;pec 20 brust\n1;50;100\n"
    (tmp_path / "lab.csv").write_text(text, encoding="utf-8")
    (tmp_path / "lab.toml").write_text(PROTOCOL, encoding="utf-8")
    with pytest.raises(LoaderError, match="not understood"):
        load_calatayud(tmp_path / "lab.csv")
    for protocol in (True, "lab.toml", tmp_path / "lab.toml"):
        rows = load_calatayud(tmp_path / "lab.csv", protocol=protocol)
        assert rows["value"].tolist() == [50.0, 100.0] and rows["study"].iloc[0] == "press"
    assert load_calatayud(tmp_path / "lab.csv", protocol=True, reference=None)["unit"].tolist() == ["uV", "uV"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("studdy = 'x'", "lab.toml: unknown key 'studdy'. Did you mean 'study'"),
        ("20 % = 'x'", "lab.toml: not a TOML file"),
        ("levels = 3", "levels=3 must be a dict"),
    ],
)
def test_faulty_protocol_files(tmp_path, text, message):
    (tmp_path / "lab.csv").write_text("id,pec 20 regular\n1,50\n", encoding="utf-8")
    (tmp_path / "lab.toml").write_text(text, encoding="utf-8")
    with pytest.raises((LoaderError, TypeError)) as caught:
        load_calatayud(tmp_path / "lab.csv", protocol=True)
    assert message in str(caught.value)


def test_a_missing_or_unreadable_protocol(tmp_path):
    (tmp_path / "lab.csv").write_text("id,pec 20 regular\n1,50\n", encoding="utf-8")
    with pytest.raises(LoaderError, match=r"protocol file 'lab.toml' is neither beside the data"):
        load_calatayud(tmp_path / "lab.csv", protocol=True)
    (tmp_path / "lab.toml").write_bytes(b"study = '\xff'")
    with pytest.raises(LoaderError, match="must be written in UTF-8"):
        load_calatayud(tmp_path / "lab.csv", protocol=True)
    with pytest.raises(LoaderError, match="needs a file as source"):
        load_calatayud(wide(), protocol=True)
    with pytest.raises(LoaderError, match="write a path, a dict, or True"):
        load_calatayud(wide(), protocol=3)


def test_the_wrong_kind_of_table(tmp_path):
    table = pd.DataFrame({"Exercise": ["225 lb Bench Press"], "Mid_Pec_Mean": [1.0]})
    with pytest.raises(LoaderError, match=r"column 'Mid_Pec_Mean' can be read as .*or say what it is with columns="):
        load_calatayud(table)
    with pytest.raises(LoaderError, match="no column holds values"):
        load_calatayud(pd.DataFrame({"participant": ["S1"], "age": [24]}))


def test_sheets_of_conditions_are_not_taken_for_muscles(tmp_path):
    path = tmp_path / "press.xlsx"
    with pd.ExcelWriter(path) as writer:
        for condition in ("regular", "pectoralis", "triceps"):
            frame = pd.DataFrame({"id": ["S1"], "pec 20 (uV)": [1.0], "tri 20 (uV)": [2.0]})
            frame.to_excel(writer, sheet_name=condition, index=False)
    rows = load_calatayud(path, sheet="all")
    assert rows["condition"].tolist() == ["regular"] * 2 + ["pectoralis"] * 2 + ["triceps"] * 2
    assert rows["muscle"].tolist() == ["pectoralis major", "triceps brachii"] * 3


def test_options_written_the_wrong_way_round_and_roles_that_do_not_exist():
    with pytest.raises(
        LoaderError, match=r"columns is written the other way round.*columns=\{'Proband': 'participant'\}"
    ):
        load_calatayud(wide().rename(columns={"Participant": "Proband"}), columns={"participant": "Proband"})
    with pytest.raises(LoaderError, match="levels names 'Muscles', which is no role. Did you mean 'muscle'"):
        load_calatayud(wide(), levels={"Muscles": {"pec": "pectoralis major"}})
    with pytest.raises(LoaderError, match="levels cannot rename a participant"):
        load_calatayud(wide(), levels={"participant": {"S01": "S1"}})


def test_empty_rows_of_a_frame_and_fractions_of_loads():
    frame = pd.concat([wide(), pd.DataFrame([{}], index=[9])])
    assert lookup(load_calatayud(frame)) == expected()
    frame = pd.DataFrame(
        {"id": ["S1"] * 2, "muscle": "pec", "condition": "regular", "load": [0.2, 0.5], "value": [1, 2]}
    )
    with pytest.raises(LoaderError, match="loads up to 0.5 may be fractions"):
        load_calatayud(frame, unit="uV")
    rows = load_calatayud(frame, unit="uV", levels={"load": {"0.2": "20", "0.5": "50"}})
    assert rows["load_pct_1rm"].tolist() == [20, 50]


def test_the_options_stand_in_the_signature():
    names = list(inspect.signature(load_calatayud).parameters)
    assert names[:2] == ["source", "protocol"] and {"reference", "columns", "levels", "unit", "repeats"} < set(names)


def test_a_line_that_tells_excel_the_delimiter(tmp_path):
    text = "sep=;\n" + wide().to_csv(sep=";", index=False, decimal=",")
    (tmp_path / "lab.csv").write_text(text, encoding="utf-8-sig")
    assert lookup(load_calatayud(tmp_path / "lab.csv")) == expected()


def test_frames_of_any_dtype():
    frame = wide().convert_dtypes()
    frame["Participant"] = frame["Participant"].astype("category")
    assert lookup(load_calatayud(frame)) == expected()
    assert lookup(load_calatayud(wide().astype(str))) == expected()


def test_each_session_and_limb_has_a_reference_of_its_own():
    frame = pd.DataFrame({"id": ["S1"] * 4, "session": ["1", "1", "2", "2"], "muscle": "pec", "condition": ["regular", "pec"] * 2,
                          "left (uV)": [50, 100, 10, 20], "right (uV)": [30, 15, 8, 16]})  # fmt: skip
    rows = load_calatayud(frame, reference="max").set_index(["session", "limb", "condition"])["value"]
    assert rows.to_dict() == {("1", "left", "regular"): 50, ("1", "left", "pectoralis"): 100, ("1", "right", "regular"): 100,
                              ("1", "right", "pectoralis"): 50, ("2", "left", "regular"): 50, ("2", "left", "pectoralis"): 100,
                              ("2", "right", "regular"): 50, ("2", "right", "pectoralis"): 100}  # fmt: skip


def test_a_negative_amplitude_is_a_mark_of_missing_not_a_value():
    frame = pd.DataFrame({"id": ["S1", "S2"], "pec_20_regular (uV)": [50, -99]})
    with pytest.raises(
        LoaderError, match=r"row 1, column B 'pec_20_regular .uV.': '-99' is negative.*missing=\['-99'\]"
    ):
        load_calatayud(frame)
    assert load_calatayud(frame, missing=[-99])["value"].isna().tolist() == [False, True]


def test_what_is_for_files_is_refused_for_frames_and_nested_cells_are_no_values():
    for option in ({"rows": (2, 3)}, {"header": 1}, {"sheet": "all"}, {"encoding": "utf-8"}, {"delimiter": ";"}):
        with pytest.raises(LoaderError, match="is for files"):
            load_calatayud(wide(), **option)
    with pytest.raises(LoaderError, match=r"row 0, column 'pec 20 regular': \[1, 2\] is no single value"):
        load_calatayud(pd.DataFrame({"id": ["S1"], "pec 20 regular": [[1, 2]]}), unit="uV")


def test_refusals_are_value_errors_too():
    assert issubclass(LoaderError, ValueError) and issubclass(SchemaError, ValueError)


def test_columns_named_in_two_orders_leave_a_name_in_doubt():
    frame = pd.DataFrame({"id": ["S1"], "pec_regular (uV)": [1.0], "regular_tri (uV)": [2.0], "pec_tri (uV)": [3.0]})
    with pytest.raises(LoaderError, match="column 'pec_tri' can be read as"):
        load_calatayud(frame)
    assert len(load_calatayud(frame.drop(columns="pec_tri (uV)"))) == 2
