"""Opening one table of unknown dialect: encodings, delimiters, decimal marks, headers, sheets."""

import io

import numpy as np
import openpyxl
import pandas as pd
import pytest

from mmc_analysis import LoaderError, OptionError, load_imagery
from mmc_analysis.loaders.numerals import decimal_mark, read_numbers
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.loaders.tables import tables_of

ROWS = "Participant;Group;pre (N·m);post (N·m)\nS01;imagery;50,5;60,25\nS02;control;48;\n"


def saved(folder, data, name="lab.csv"):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def values(rows):
    return rows.set_index(["participant", "time"])["value"].to_dict()


EXPECTED = {("S01", "pre"): 50.5, ("S01", "post"): 60.25, ("S02", "pre"): 48.0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_give_the_same_rows(tmp_path, encoding):
    rows = load_imagery(saved(tmp_path, ROWS.encode(encoding)))
    found = values(rows)
    assert {key: found[key] for key in EXPECTED} == EXPECTED
    assert np.isnan(found["S02", "post"])
    assert set(rows["unit"]) == {"N_m"}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path, delimiter, newline):
    text = ROWS.replace(";", delimiter).replace("\n", newline)
    assert values(load_imagery(saved(tmp_path, text.encode(), "lab.txt")))["S01", "post"] == 60.25


def test_a_comma_separates_and_a_point_is_decimal(tmp_path):
    text = ROWS.replace(",", ".").replace(";", ",")
    assert values(load_imagery(saved(tmp_path, text)))["S01", "pre"] == 50.5


def test_quoted_decimal_commas_in_a_comma_separated_file(tmp_path):
    text = 'id,pre (Nm),post (Nm)\nS01,"50,5","60,2"\n'
    assert values(load_imagery(saved(tmp_path, text)))["S01", "pre"] == 50.5


def test_bare_decimal_commas_in_a_comma_separated_file_are_refused(tmp_path):
    with pytest.raises(LoaderError, match=r"row 2: has 5 cells, but the header has 3.*[Dd]ecimal commas"):
        load_imagery(saved(tmp_path, "id,pre (Nm),post (Nm)\nS01,50,5,60,2\n"))


def test_title_rows_blank_lines_and_trailing_empty_columns(tmp_path):
    text = "Isometric strength, elbow flexors;;;;\n;;;;\nID;pre (Nm);post (Nm);;\n\nS01;1,5;2,5;;\nS02;3,5;4,5;;\n"
    rows = load_imagery(saved(tmp_path, text))
    assert rows["value"].tolist() == [1.5, 2.5, 3.5, 4.5]


def test_rows_are_named_as_a_text_editor_counts_them(tmp_path):
    text = 'title\n\nid;note;pre (Nm);post (Nm)\nS01;"two\nlines";1,5;2,5\nS02;;3,5;oops\n'
    with pytest.raises(LoaderError, match=r"row 6, column D 'post \(Nm\)': 'oops' is not a number"):
        load_imagery(saved(tmp_path, text), columns={"note": None})


def test_every_faulty_cell_is_listed(tmp_path):
    text = "id,pre (Nm),post (Nm)\nS01,x,2\nS02,3,?\nS03,inf,4\n"
    with pytest.raises(LoaderError) as caught:
        load_imagery(saved(tmp_path, text))
    message = str(caught.value)
    assert "3 cells" in message and "row 2, column B" in message and "row 3, column C" in message
    assert "'inf' is infinite" in message and "missing=['x']" in message


@pytest.mark.parametrize("mark", ["", "NA", "N/A", "n/a", "NaN", ".", "  "])
def test_marks_of_missing_become_rows_with_an_empty_value(tmp_path, mark):
    rows = load_imagery(saved(tmp_path, f"id,pre (Nm),post (Nm)\nS01,{mark},2\n"))
    assert len(rows) == 2 and rows["value"].isna().tolist() == [True, False]


@pytest.mark.parametrize("mark", ["-99", "x", "--"])
def test_the_labs_own_mark_of_missing(tmp_path, mark):
    text = f"id,pre (Nm),post (Nm)\nS01,{mark},2\n"
    rows = load_imagery(saved(tmp_path, text), missing=[mark])
    assert rows["value"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark"),
    [
        (["24,5", "1,333"], ";", ","),
        (["0,125"], ";", ","),
        (["24.5", "7"], ",", "."),
        (["1234.567"], ";", "."),
        (["7", "8"], ",", "."),
        (["1e-3", "2.5e4"], ",", "."),
    ],
)
def test_decimal_marks(cells, delimiter, mark):
    assert decimal_mark([np.array(cells, dtype=object)], "lab.csv", delimiter) == mark


@pytest.mark.parametrize(("cells", "delimiter"), [(["1,234"], ";"), (["1.234"], ";")])
def test_a_decimal_mark_in_doubt_is_asked_for(cells, delimiter):
    with pytest.raises(LoaderError, match="decimal="):
        decimal_mark([np.array(cells, dtype=object)], "lab.csv", delimiter)


@pytest.mark.parametrize(("cells", "delimiter"), [(["1.234,5"], ";"), (["1,5", "2.5"], "\t")])
def test_mixed_decimal_marks_must_be_written_alike(cells, delimiter):
    with pytest.raises(LoaderError, match="Write all of them with one decimal mark, and without thousands separators"):
        decimal_mark([np.array(cells, dtype=object)], "lab.csv", delimiter)
    assert read_numbers(np.array(cells, dtype=object), ",").faulty.any(), "decimal=',' would not help"


def test_thousands_are_never_read_as_decimals(tmp_path):
    text = "id;pre (Nm);post (Nm)\nS01;1.234;2.345\n"
    path = saved(tmp_path, text)
    with pytest.raises(LoaderError, match="thousands"):
        load_imagery(path)
    assert values(load_imagery(path, decimal="."))["S01", "pre"] == 1.234


@pytest.mark.parametrize(
    "cell", ["1_000", "0x10", "1 234", "5 kg", "12*", "٣x", "--5", "1e", "e5", "1e999", True, pd.Timestamp(2020, 1, 2)]
)
def test_what_is_no_number_is_at_fault(cell):
    read = read_numbers(np.array([cell], dtype=object))
    assert read.faulty.tolist() == [True] and np.isnan(read.values[0])


@pytest.mark.parametrize(
    ("cell", "value"), [("−5", -5.0), ("+5.", 5.0), (".5", 0.5), ("1E3", 1000.0), (" 7 ", 7.0), (np.int64(3), 3.0)]
)
def test_what_is_a_number(cell, value):
    read = read_numbers(np.array([cell], dtype=object))
    assert read.values.tolist() == [value] and not read.faulty[0]


def test_delimiter_in_doubt_is_asked_for(tmp_path):
    path = saved(
        tmp_path, "a;b,c;d\n1;2,3;4\n5;6,7;8\n".replace("c;d", "c").replace(",3;4", ",3").replace(",7;8", ",7")
    )
    with pytest.raises(LoaderError, match="delimiter="):
        load_imagery(path)


def test_wrong_delimiter_says_what_it_found(tmp_path):
    with pytest.raises(LoaderError, match=r"row 1: the header has one column only .*delimiter="):
        load_imagery(saved(tmp_path, ROWS), delimiter="\t")


def test_wrong_encoding_names_the_row(tmp_path):
    with pytest.raises(LoaderError, match=r"row 1: the bytes are not 'utf-8'"):
        load_imagery(saved(tmp_path, ROWS.encode("cp1252")), encoding="utf-8")
    with pytest.raises(LoaderError, match=r"encoding='utf-9' is not known"):
        load_imagery(saved(tmp_path, ROWS), encoding="utf-9")


@pytest.mark.parametrize("byte", [b"\x81", b"\xa5"])
def test_text_of_no_plausible_encoding_is_asked_for(tmp_path, byte):
    path = saved(tmp_path, b"id,note,pre (Nm),post (Nm)\nS01," + byte + b",1,2\n")
    with pytest.raises(LoaderError, match=r"row 2: the text is neither UTF-8 nor UTF-16 nor plausible .*encoding="):
        load_imagery(path, columns={"note": None})
    assert len(load_imagery(path, columns={"note": None}, encoding="mac_roman")) == 2


def test_duplicated_headers_are_refused_or_named_by_their_place(tmp_path):
    path = saved(tmp_path, "id,pre (Nm),post (Nm),post (Nm)\nS01,1,2,3\n")
    with pytest.raises(LoaderError, match=r"'post \(Nm\)' stands 2 times .*column C.*column D"):
        load_imagery(path)
    assert load_imagery(path, columns={"column D": None})["value"].tolist() == [1, 2]


def test_content_without_a_header_is_refused(tmp_path):
    with pytest.raises(LoaderError, match=r"row 3: column D has no header, but holds 'late'"):
        load_imagery(saved(tmp_path, "id,pre (Nm),post (Nm),\nS01,1,2,\nS02,3,4,late\n"))


def test_a_file_without_a_header_row_is_refused(tmp_path):
    with pytest.raises(LoaderError, match="row 1 should be the header, but holds only numbers"):
        load_imagery(saved(tmp_path, "1,50,60\n2,48,52\n"))


def test_a_header_of_two_rows_is_joined(tmp_path):
    path = saved(tmp_path, ",torque,,thickness,\nid,pre,post,pre,post\nS01,1,2,3,4\n")
    rows = load_imagery(path, header=(1, 2), keep={}, columns={"torque pre": {"time": "pre", "measure": "torque", "unit": "N_m"},
                        "torque post": {"time": "post", "measure": "torque", "unit": "N_m"}}, others="drop")  # fmt: skip
    assert rows["value"].tolist() == [1, 2]


def workbook(sheets, edit=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if edit:
        edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


TABLE = [["id", "pre (Nm)", "post (Nm)"], ["S01", 50.5, 60], ["S02", 48, None]]


def test_a_workbook_with_one_filled_sheet(tmp_path):
    rows = load_imagery(saved(tmp_path, workbook({"data": TABLE, "empty": []}), "lab.xlsx"))
    assert rows["value"].tolist()[:3] == [50.5, 60.0, 48.0] and np.isnan(rows["value"].iloc[3])


def test_several_sheets_are_asked_for_and_misspelt_ones_corrected(tmp_path):
    path = saved(tmp_path, workbook({"torque": TABLE, "notes": [["a", "b"], [1, 2]]}), "lab.xlsx")
    with pytest.raises(LoaderError, match=r"has 2 sheets \(torque, notes\)"):
        load_imagery(path)
    with pytest.raises(LoaderError, match="no sheet 'torqe'. Did you mean 'torque'"):
        load_imagery(path, sheet="torqe")
    assert len(load_imagery(path, sheet="torque")) == 4


def test_sheets_that_say_what_they_hold_are_stacked(tmp_path):
    before, after = [["id", "torque (Nm)"], ["S01", 50]], [["id", "torque (Nm)"], ["S01", 60]]
    path = saved(tmp_path, workbook({"Pre": before, "Post": after}), "lab.xlsx")
    assert values(load_imagery(path, sheet="all")) == {("S01", "pre"): 50, ("S01", "post"): 60}
    path = saved(tmp_path, workbook({"Visit A": before, "Visit B": after}), "lab2.xlsx")
    with pytest.raises(LoaderError, match="sheet's name 'Visit A' does not say what it holds"):
        load_imagery(path, sheet="all")
    rows = load_imagery(path, sheet={"Visit A": {"time": "pre"}, "Visit B": {"time": "post"}})
    assert values(rows) == {("S01", "pre"): 50, ("S01", "post"): 60}


def test_merged_titles_above_the_header(tmp_path):
    def merge(book):
        book["data"].merge_cells("A1:C1")

    data = workbook({"data": [["Strength of the elbow flexors", None, None], [], *TABLE]}, merge)
    assert len(load_imagery(saved(tmp_path, data, "lab.xlsx"))) == 4


def test_a_date_that_excel_made_of_a_number_is_refused(tmp_path):
    import datetime

    data = workbook({"data": [TABLE[0], ["S01", datetime.datetime(2026, 5, 1), 2]]})
    with pytest.raises(LoaderError, match=r"row 2, column B.*is a date: Excel may have turned a number into it"):
        load_imagery(saved(tmp_path, data, "lab.xlsx"))


def test_a_formula_without_a_stored_result_is_refused(tmp_path):
    data = workbook({"data": [TABLE[0], ["S01", 5, "=B2*2"]]})
    with pytest.raises(LoaderError, match=r"cell C2: a formula without a stored result"):
        load_imagery(saved(tmp_path, data, "lab.xlsx"))


def test_a_cell_shown_as_a_percentage_is_read_as_shown_or_refused(tmp_path):
    def as_percent(book):
        book["data"]["B2"].number_format = "0 %"

    data = workbook({"data": [["id", "post"], ["S01", 1.25]]}, as_percent)
    path = saved(tmp_path, data, "lab.xlsx")
    rows = load_imagery(path, measure="torque", quantity="pct_of_baseline")
    assert rows["value"].tolist() == [125.0] and rows["unit"].tolist() == ["pct_of_baseline"]
    with pytest.raises(LoaderError, match="written in percent, but the unit is N_m"):
        load_imagery(path, unit="N_m")


def test_a_sheet_of_a_text_file_is_refused(tmp_path):
    with pytest.raises(LoaderError, match="a text file has no sheets"):
        load_imagery(saved(tmp_path, ROWS), sheet="data")


def test_neither_the_file_nor_the_frame_is_changed(tmp_path):
    path = saved(tmp_path, ROWS)
    path.chmod(0o444)
    before = path.read_bytes(), path.stat().st_mtime_ns
    load_imagery(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    frame = pd.DataFrame({"id": ["s1 ", "s2"], "pre (Nm)": [1.0, None], "post (Nm)": ["3", "4"]})
    copy = frame.copy(deep=True)
    load_imagery(frame)
    pd.testing.assert_frame_equal(frame, copy)


def test_a_frame_is_named_by_its_index():
    frame = pd.DataFrame({"id": ["S1", "S2"], "pre (Nm)": [1, "x"], "post (Nm)": [3, 4]}, index=["first", "second"])
    with pytest.raises(LoaderError, match=r"DataFrame: 1 cell .*row second, column B 'pre \(Nm\)': 'x'"):
        load_imagery(frame)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"colums": {}}, "no option 'colums'. Did you mean 'columns'"),
        ({"others": "ignore"}, "others='ignore' is not allowed"),
        ({"repeats": "mean"}, "a loader does not average"),
        ({"columns": "pre"}, "columns='pre' must be a dict"),
        ({"missing": "x"}, "must be a list"),
        ({"rows": (5, 3)}, "Rows count from 1, ascending"),
        ({"rows": 3}, "Example: rows="),
        ({"header": 0}, "Rows count from 1"),
        ({"quantity": "percent"}, "quantity='percent' is not allowed"),
        ({"ids": "numbers"}, "Did you mean 'number'"),
    ],
)
def test_options_are_checked_by_name_and_by_value(options, message):
    frame = pd.DataFrame({"id": ["S1"], "pre (Nm)": [1], "post (Nm)": [3]})
    with pytest.raises(OptionError) as caught:
        load_imagery(frame, **options)
    assert message in str(caught.value)


def test_columns_and_keep_name_the_nearest_column(tmp_path):
    path = saved(tmp_path, ROWS)
    with pytest.raises(LoaderError, match="columns names column 'Grup', which is not there. Did you mean 'Group'"):
        load_imagery(path, columns={"Grup": "group"})
    with pytest.raises(LoaderError, match="keep names 'imagry', which is not there. Did you mean 'imagery'"):
        load_imagery(path, keep={"Group": ["imagry"]})
    assert set(load_imagery(path, keep={"group": "Imagery"})["participant"]) == {"S01"}


def test_rows_select_a_block(tmp_path):
    path = saved(tmp_path, "id,pre (Nm),post (Nm)\nS01,1,2\nS02,3,4\nMean,2,3\n")
    with pytest.raises(LoaderError, match=r"row 4, column A 'id': 'Mean' is a row of statistics.*rows=\(first, last\)"):
        load_imagery(path)
    assert len(load_imagery(path, rows=(2, 3))) == 4


def test_an_empty_table_below_the_header(tmp_path):
    with pytest.raises(LoaderError, match="no rows below the header"):
        load_imagery(saved(tmp_path, "id,pre,post\n"))
    with pytest.raises(LoaderError, match="it is empty"):
        load_imagery(pd.DataFrame({"id": []}))


def test_a_table_remembers_its_places(tmp_path):
    [(table, _)] = tables_of(saved(tmp_path, ROWS), Settings())
    assert table.place(1, 3) == "row 3, column D 'post (N·m)'"
