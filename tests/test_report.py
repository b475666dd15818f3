"""Numbers, sentences, tables and Word files: what is written, and what is left out."""

import math
import zipfile
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import report, schema
from mmc_analysis.errors import OptionError, ReportError

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def row(**changes) -> dict:
    """A contrast as a fit returns it."""
    base = {
        "contrast": "pectoralis - regular", "metric": "raw", "unit": "pct_max", "estimate": 9.0, "std_error": 1.848,
        "df": 17.0, "statistic": 4.87, "p_value": 0.000145, "conf_level": 0.95, "conf_low": 5.101, "conf_high": 12.899,
        "evidence": "measured",
    }  # fmt: skip
    return base | changes


@pytest.fixture
def contrasts() -> pd.DataFrame:
    """Three contrasts at two loads with their P values adjusted."""
    rows = [row(load="50"), row(load="80", estimate=-0.04, conf_low=-3.9, conf_high=3.8, statistic=-0.02, p_value=0.98),
            row(load="80", contrast="triceps - regular", estimate=2.0, conf_low=0.1, conf_high=3.9, p_value=0.0496)]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.0, "p < .001"), (1e-300, "p < .001"), (0.00099, "p < .001"), (0.0009999, "p < .001"), (0.001, "p = .001"),
        (0.0123, "p = .012"), (0.0494, "p = .049"), (0.0496, "p = .0496"), (0.04996, "p = .04996"),
        (0.0499999, "p < .05"), (0.049999999, "p < .05"), (0.05, "p = .050"), (0.0500001, "p > .05"),
        (0.0501, "p = .0501"), (0.0504, "p = .0504"), (0.0506, "p = .051"), (0.5, "p = .500"), (0.9994, "p = .999"),
        (0.9995, "p > .999"), (1.0, "p > .999"),
    ],
)  # fmt: skip
def test_p_values(p, expected):
    assert report.p_value(p) == expected


def test_no_p_value_is_zero_one_or_on_the_wrong_side_of_its_threshold():
    for p in np.concatenate([np.linspace(0, 1, 2003), np.linspace(0.0494, 0.0506, 1999)]):
        relation, written = report.p_value(float(p)).split()[1:]
        assert written not in (".000", "1.000", "0")
        if relation == "=":
            assert (float(written) < 0.05) == (p < 0.05)
            assert abs(float(written) - p) <= 0.0005
        else:
            assert (p < float(written)) if relation == "<" else (p > float(written) or p >= 0.9995)


@pytest.mark.parametrize(("p", "relation", "expected"), [
    (0.005, "<", "p < .005"), (0.05, ">", "p > .05"), (0.0001, "<", "p < .0001"), (0.1, "<", "p < .1"),
])  # fmt: skip
def test_printed_relations_keep_their_digits(p, relation, expected):
    assert report.p_value(p, relation) == expected


@pytest.mark.parametrize("p", [-0.01, 1.01, math.nan, "small", None])
def test_impossible_p_values_are_refused(p):
    with pytest.raises(ReportError, match=r"is not (allowed|a number)"):
        report.p_value(p)


@pytest.mark.parametrize(
    ("value", "decimals", "plus", "expected"),
    [
        (-0.0, 1, False, "0.0"), (-0.04, 1, True, "0.0"), (-0.05001, 1, False, "−0.1"), (9, 1, True, "+9.0"),
        (0, 2, True, "0.00"), (123456789, 0, False, "123456789"), (5.678e12, 0, False, "5.678 × 10¹²"),
        (-1.234e-9, 11, True, "−1.23 × 10⁻⁹"), (1e-30, 9, False, "0"), (12.3456789012, 9, False, "12.345678901"),
        (math.inf, 1, False, "∞"), (-math.inf, 1, False, "−∞"),
    ],
)  # fmt: skip
def test_numbers(value, decimals, plus, expected):
    assert report.number(value, decimals, plus) == expected


@pytest.mark.parametrize("decimals", [-1, 1.5, True, 16])
def test_decimals_are_whole_numbers(decimals):
    with pytest.raises(ReportError, match="decimals="):
        report.number(1.0, decimals)


def test_intervals_are_in_order_and_numbers():
    assert report.interval(-5.14, math.inf, 1) == "[−5.1, ∞]"
    with pytest.raises(ReportError, match="Swap them"):
        report.interval(2, 1, 1)
    with pytest.raises(ReportError, match="NaN"):
        report.interval(math.nan, 1, 1)


def test_the_decimals_show_two_digits_of_the_standard_error():
    rng = np.random.default_rng(4)
    for std_error in 10 ** rng.uniform(-4, 1, 300):
        decimals = schema.choose_decimals(1.0, std_error)
        assert 9.5 <= std_error * 10**decimals < 99.5 or decimals == 0


def test_without_a_standard_error_the_interval_stands_for_it():
    from_error = schema.choose_decimals(9.0, 1.85)
    for level, z in ((0.9, 1.6449), (0.95, 1.96), (0.99, 2.5758)):
        assert schema.choose_decimals(9.0, low=9 - z * 1.85, high=9 + z * 1.85, conf_level=level) == from_error
    assert schema.choose_decimals(9.0, low=-math.inf, high=9 + 1.96 * 0.0185, conf_level=0.95) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "+9.0 points, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"conf_level": 0.9}, "+9.0 points, 90 % CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"df": math.inf}, "+9.0 points, 95 % CI [5.1, 12.9], z = 4.87, p < .001"),
        ({"df": 16.34}, "+9.0 points, 95 % CI [5.1, 12.9], t(16.3) = 4.87, p < .001"),
        ({"df": math.nan}, "+9.0 points, 95 % CI [5.1, 12.9], p < .001"),
        ({"p_value": math.nan, "statistic": math.nan}, "+9.0 points, 95 % CI [5.1, 12.9]"),
        ({"conf_low": math.nan}, "+9.0 points, t(17) = 4.87, p < .001"),
        ({"conf_high": math.inf}, "+9.0 points, 95 % CI [5.1, ∞], t(17) = 4.87, p < .001"),
        ({"conf_level": None}, "+9.0 points, CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"estimate": -0.01, "conf_low": -3.9, "conf_high": 3.9, "statistic": -0.004, "p_value": 0.996},
         "0.0 points, 95 % CI [−3.9, 3.9], t(17) = 0.00, p = .996"),
        ({"unit": "N_m"}, "+9.0 N·m, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"unit": "pct", "metric": "pct_change"}, "+9.0 %, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"contrast": None}, "9.0 % of maximum EMG, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"metric": "d_z", "unit": None, "estimate": 1.148, "std_error": 0.31, "conf_low": 0.53, "conf_high": 1.75},
         "d_z = 1.15, 95 % CI [0.53, 1.75], t(17) = 4.87, p < .001"),
        ({"evidence": "synthetic"}, "+9.0 points, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001 (synthetic data)"),
        ({"evidence": "derived", "source_kind": "secondary"}, "+9.0 points, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001 "
         "(derived from published values; from a secondary source)"),
        ({"p_value": 0.0312, "adjust": "holm"}, "+9.0 points, 95 % CI [5.1, 12.9], t(17) = 4.87, p = .031 (Holm)"),
        ({"adjust": "none"}, "+9.0 points, 95 % CI [5.1, 12.9], t(17) = 4.87, p < .001"),
        ({"estimate": 1.2345e-8, "std_error": 1.1e-9, "conf_low": 1.0e-8, "conf_high": 1.4e-8, "unit": "mV"},
         "+1.23 × 10⁻⁸ mV, 95 % CI [1.00 × 10⁻⁸, 1.40 × 10⁻⁸], t(17) = 4.87, p < .001"),
        ({"estimate": 123456.7, "std_error": 2345.6, "conf_low": 118507.2, "conf_high": 128406.2, "unit": "uV"},
         "+123457 µV, 95 % CI [118507, 128406], t(17) = 4.87, p < .001"),
    ],
)  # fmt: skip
def test_sentences(changes, expected):
    assert report.sentence(row(**changes)) == expected
    assert report.sentence(pd.Series(row(**changes))) == expected
    assert report.sentence(pd.DataFrame([row(**changes)])) == expected


def test_published_numbers_gain_no_digits():
    printed = {"comparator": "regular", "unit": "pct_max", "estimate": 9.0, "conf_low": 5.0, "conf_high": 13.0,
               "conf_level": 0.95, "p_value": 0.005, "p_relation": "<", "evidence": "published"}  # fmt: skip
    assert report.sentence(printed) == "+9 points, 95 % CI [5, 13], p < .005"
    assert (
        report.sentence(printed | {"p_relation": "ns", "p_value": math.nan})
        == "+9 points, 95 % CI [5, 13], not significant"
    )
    derived = report.sentence(printed | {"evidence": "derived", "p_relation": "="})
    assert derived.startswith("+9.0 points, 95 % CI [5.0, 13.0], p = .005")


def test_analysis_of_variance_begins_with_its_test():
    term = {"term": "condition:load", "num_df": 2.0, "den_df": 31.27, "statistic": 5.123, "p_value": 0.0119,
            "metric": "ges", "estimate": 0.0412}  # fmt: skip
    assert report.sentence(term) == "F(2, 31.3) = 5.12, p = .012, ges = 0.0412"
    assert report.sentence(term | {"den_df": math.inf, "estimate": None}) == "F(2, ∞) = 5.12, p = .012"


def test_sentences_that_cannot_be_written_say_why(contrasts):
    with pytest.raises(ReportError, match="neither an estimate nor a test"):
        report.sentence({"p_value": 0.01})
    with pytest.raises(ReportError, match="the frame has 3 rows"):
        report.sentence(contrasts)
    with pytest.raises(ReportError, match="got float"):
        report.sentence(9.0)
    with pytest.raises(ReportError, match=r"A P value lies between 0 and 1"):
        report.sentence(row(p_value=1.2))
    with pytest.raises(ReportError, match="p_relation='~'"):
        report.sentence(row(p_relation="~"))


def test_table_has_what_differs_and_says_unit_and_level_once(contrasts):
    cells = report.table(contrasts)
    assert list(cells.columns) == ["Contrast", "Load", "Estimate (points)", "SE", "95 % CI", "Test", "p"]
    assert cells["Estimate (points)"].tolist() == ["+9.0", "0.0", "+2.0"]
    assert cells["95 % CI"].tolist() == ["[5.1, 12.9]", "[−3.9, 3.8]", "[0.1, 3.9]"]
    assert cells["p"].tolist() == ["< .001", ".980", ".0496"]
    assert cells["Contrast"][2] == "triceps − regular"


def test_table_says_in_each_row_what_rows_do_not_share(contrasts):
    mixed = contrasts.assign(unit=["pct_max", "N_m", "pct_max"], conf_level=[0.95, 0.9, 0.95], adjust=["holm", "none", "holm"],
                             evidence=["measured", "synthetic", "derived"])  # fmt: skip
    cells = report.table(mixed)
    assert list(cells.columns) == ["Contrast", "Load", "Estimate", "Unit", "SE", "CI", "Test", "p", "Source"]
    assert cells["Unit"].tolist() == ["points", "N·m", "points"]
    assert cells["p"].tolist() == ["< .001 (Holm)", ".980", ".0496 (Holm)"]
    assert cells["Source"].tolist() == ["", "synthetic data", "derived from published values"]
    assert "p (Holm)" in report.table(contrasts.assign(adjust="holm")).columns


def test_confidence_levels_that_differ_are_shown(contrasts):
    cells = report.table(contrasts.assign(conf_level=[0.95, 0.9, 0.95]), columns=["interval"])
    assert cells["CI"].tolist() == ["[5.1, 12.9] (95 %)", "[−3.9, 3.8] (90 %)", "[0.1, 3.9] (95 %)"]


def test_columns_can_be_chosen_and_misspelt_ones_are_named(contrasts):
    cells = report.table(
        contrasts.assign(n=18, p_gg=0.2, num_df=2), columns=["load", "estimate", "n", "p_gg", "num_df", "df"]
    )
    assert list(cells.columns) == ["Load", "Estimate (points)", "n", "p (Greenhouse–Geisser)", "df 1", "df"]
    assert cells.iloc[0].tolist() == ["50", "+9.0", "18", ".200", "2", "17"]
    with pytest.raises(ReportError, match="no column 'estimat'. Did you mean 'estimate'"):
        report.table(contrasts, columns=["estimat"])
    with pytest.raises(ReportError, match="names a column twice"):
        report.table(contrasts, columns=["load", "load"])
    with pytest.raises(OptionError, match="Did you mean 'columns'"):
        report.table(contrasts, column=["load"])
    with pytest.raises(ReportError, match="at least one row"):
        report.table(contrasts.iloc[:0])


def test_the_frame_is_not_changed_and_missing_parts_are_empty(contrasts):
    broken = contrasts.assign(std_error=np.nan, conf_low=[5.1, np.nan, 0.1], statistic=np.inf)
    copy = broken.copy(deep=True)
    cells = report.table(broken)
    pd.testing.assert_frame_equal(broken, copy)
    assert "SE" not in cells.columns and "Test" not in cells.columns
    assert cells["95 % CI"].tolist()[1] == ""
    assert not cells.isin(["nan", "NaN", "None", "<NA>"]).any().any()


def test_metric_of_effect_sizes_stands_in_the_heading(contrasts):
    cells = report.table(contrasts.assign(metric="g_av", unit=None), columns=["contrast", "estimate"])
    assert list(cells.columns) == ["Contrast", "Standardised mean change g_av"]


def test_markdown_escapes_what_would_be_read_as_markup():
    cells = pd.DataFrame({"Name": ["a|b *c* d_z"], "95 % CI": ["[5.1, 12.9]"], "p": ["< .001"]})
    lines = report.markdown(cells, caption="Contrasts").splitlines()
    assert lines[1] == "|:---|---:|---:|"
    assert lines[2] == r"| a\|b \*c\* d\_z | \[5.1, 12.9\] | \< .001 |"
    assert lines[-1] == ": Contrasts"


def word_cells(path) -> list[list[str]]:
    """Read the first table of a Word file."""
    with zipfile.ZipFile(path) as file:
        body = ElementTree.fromstring(file.read("word/document.xml"))
    found = next(body.iter(f"{WORD}tbl"))
    return [["".join(t.text or "" for t in cell.iter(f"{WORD}t")) for cell in line.iter(f"{WORD}tc")]
            for line in found.iter(f"{WORD}tr")]  # fmt: skip


def word_text(path) -> str:
    """Read all text of a Word file."""
    with zipfile.ZipFile(path) as file:
        return "".join(ElementTree.fromstring(file.read("word/document.xml")).itertext())


def test_word_files_have_the_cells_of_the_table(contrasts, tmp_path):
    contrasts.loc[0, "contrast"] = "a*b*|<c> & [d](e) - f_g"
    path = report.to_word(contrasts.assign(evidence="synthetic"), tmp_path / "results.docx", caption="Table 1 of <it>")
    cells = report.table(contrasts.assign(evidence="synthetic"))
    assert word_cells(path) == [list(cells.columns), *cells.to_numpy().tolist()]
    assert "Table 1 of <it>" in word_text(path) and "Synthetic data: simulated, not measured." in word_text(path)
    assert [item.name for item in tmp_path.iterdir()] == ["results.docx"]


def test_word_files_are_replaced_only_when_asked(contrasts, tmp_path):
    path = tmp_path / "results.docx"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ReportError, match="overwrite=True"):
        report.to_word(contrasts, path)
    assert path.read_text(encoding="utf-8") == "mine"
    report.to_word(contrasts, path, overwrite=True, columns=["load", "estimate"])
    assert word_cells(path)[0] == ["Load", "Estimate (points)"]
    assert "Synthetic" not in word_text(path)
    with pytest.raises(ReportError, match="does not exist. Make it first"):
        report.to_word(contrasts, tmp_path / "nowhere" / "results.docx")
    (tmp_path / "folder.docx").mkdir()
    with pytest.raises(ReportError, match="exists"):
        report.to_word(contrasts, tmp_path / "folder.docx", overwrite=True)


def test_design_line():
    frame = pd.DataFrame(
        [("s", f"P{i}", "control" if i < 2 else "imagery", time, 1.0) for i in range(5) for time in ("pre", "post")],
        columns=["study", "participant", "group", "time", "value"],
    )
    assert report.design_line(frame) == "5 participants (2 control, 3 imagery); 2 times; 10 values."
    frame.loc[3, "value"] = np.nan
    assert report.design_line(frame.assign(evidence="synthetic")).endswith(
        "10 values, 1 of them empty (synthetic data)."
    )
    with pytest.raises(ReportError, match="lacks participant"):
        report.design_line(frame.drop(columns="participant"))
    with pytest.raises(ReportError, match="has no rows"):
        report.design_line(frame.iloc[:0])


def test_an_interval_without_its_estimate_is_not_written():
    with pytest.raises(ReportError, match="an interval, but no estimate"):
        report.sentence(row(estimate=math.nan))
    assert report.sentence(row(conf_low=math.nan, conf_high=math.nan)) == "+9.0 points, t(17) = 4.87, p < .001"


def test_a_table_of_names_alone_is_refused():
    observations = pd.DataFrame({"study": "s", "condition": ["regular", "pectoralis"], "value": [50.0, 60.0]})
    with pytest.raises(ReportError, match=r"no row has an estimate.* columns=\['value', …\]"):
        report.table(observations)
    assert report.table(observations, columns=["condition", "value"]).shape == (2, 2)


def test_checks_of_reported_results_are_written_with_their_ranges_and_verdicts():
    checks = pd.DataFrame({
        "study": "s", "result": "pectoralis", "check": ["own error", "df"], "design": ["paired test", "any df"], "df": [17.0, np.nan],
        "verdict": "fits", "se_low": [1.6589, np.nan], "se_high": [2.1329, np.nan], "sd_low": np.nan, "sd_high": np.nan,
        "evidence": "derived",
    })  # fmt: skip
    cells = report.table(checks)
    assert cells.iloc[0].to_dict() == {"Study": "s", "Check": "own error", "Design": "paired test", "df": "17",
                                       "Standard error": "[1.66, 2.13]", "Verdict": "fits",
                                       "Source": "derived from published values"}  # fmt: skip
    assert cells.loc[1, "Standard error"] == "" and cells.loc[1, "df"] == ""


def test_equivalence_tests_show_bounds_and_verdict():
    row = pd.DataFrame({"contrast": "a - b", "estimate": [1.0], "std_error": 0.84, "conf_level": 0.9, "conf_low": -0.46, "conf_high": 2.46,
                        "bound_low": -4.0, "bound_high": 4.0, "p_value": 0.001, "verdict": "equivalent", "evidence": "measured"})  # fmt: skip
    cells = report.table(row).iloc[0]
    assert cells[["Bounds", "Verdict"]].tolist() == ["[−4.00, 4.00]", "equivalent"]


def test_pooled_estimates_show_prediction_interval_and_weights_are_percents():
    pooled = pd.DataFrame({"label": ["Pooled"], "metric": "g_av", "estimate": 0.3, "std_error": 0.1, "conf_level": 0.95, "conf_low": 0.1,
                           "conf_high": 0.5, "pred_low": -0.4, "pred_high": 1.0, "evidence": "derived"})  # fmt: skip
    assert report.table(pooled)["95 % prediction interval"].tolist() == ["[−0.40, 1.00]"]
    assert report.table(pooled.assign(weight=36.04))["Weight"].tolist() == ["36.0 %"]
