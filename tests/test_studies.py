"""Published evidence as data: every study is complete, consistent and honest about what was read."""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pandas as pd
import pytest

import mmc_analysis as mmc
from mmc_analysis import datasets, studies
from mmc_analysis.errors import DatasetError, OptionError, SchemaError
from mmc_analysis.schema import check
from mmc_analysis.studies.study import Study

STUDIES = studies.STUDIES
DESIGN = ["outcome", "muscle", "exercise", "tempo", "load_pct_1rm", "condition", "focus", "focus_target", "comparator", "group",
          "limb", "limb_role", "time", "week", "quantity", "place", "source_kind", "verified"]  # fmt: skip

# Typed by hand from the papers' abstracts: key -> estimate, low, high, P and its relation.
PRINTED = {
    "calatayud2017_pectoralis": (9, 5, 13, None, None),
    "calatayud2017_triceps": (5, 0, 10, None, "ns"),
    "calatayud2017_experience_triceps": (0.41, None, None, 0.04, "="),
    "calatayud2018_speed_pectoralis": (6, 3, 8, 0.0001, "="),
    "calatayud2018_speed_triceps_on_pectoralis": (4, 1, 7, 0.0096, "="),
    "calatayud2018_speed_triceps": (4, 0, 7, 0.0308, "="),
    "snyder_fry2012_chest_50": (22, None, None, 0.005, "="),
    "snyder_fry2012_triceps_50": (26, None, None, 0.005, "="),
    "schoenfeld2018_elbow_internal": (12.4, None, None, None, None),
    "schoenfeld2018_elbow_external": (6.9, None, None, None, None),
    "yue_cole1992_trained_imagery": (22, None, None, None, None),
    "yue_cole1992_trained_physical": (30, None, None, None, None),
    "yue_cole1992_trained_control": (3.7, None, None, None, None),
    "yue_cole1992_untrained_imagery": (10, None, None, None, None),
    "yue_cole1992_untrained_physical": (14, None, None, None, None),
    "yue_cole1992_untrained_control": (2.3, None, None, None, "ns"),
    "ranganathan2004_finger_imagery": (35, None, None, 0.005, "<"),
    "ranganathan2004_elbow_imagery": (13.5, None, None, 0.001, "<"),
    "ranganathan2004_finger_physical": (53, None, None, 0.01, "<"),
    "clark2014_strength_cast": (-45.1, None, None, None, None),
    "clark2014_strength_imagery": (-23.8, None, None, None, None),
    "clark2014_activation_cast": (-23.2, None, None, None, None),
    "clark2014_activation_imagery": (-12.9, None, None, None, None),
    "clark2014_silent_period_cast": (13.5, None, None, None, None),
    "clark2014_silent_period_imagery": (-4.8, None, None, None, None),
}  # fmt: skip


@pytest.fixture(params=STUDIES, ids=lambda study: study.name)
def study(request):
    return request.param


@pytest.fixture(scope="module")
def every_result():
    return studies.results(statements=True).set_index("key")


def test_every_study_has_a_module_and_a_dataset():
    modules = {}
    for item in pkgutil.iter_modules(studies.__path__):
        module = importlib.import_module(f"mmc_analysis.studies.{item.name}")
        found = [value for _, value in inspect.getmembers(module, lambda value: isinstance(value, Study))]
        modules |= {item.name: found[0]} if hasattr(module, "STUDY") else {}
    assert {name: study.name for name, study in modules.items()} == {name: name for name in modules}
    with_reported = {
        name for name in datasets.names() if any(r.name == "reported" for r in datasets.package(name).resources)
    }
    assert set(modules) == {study.name for study in STUDIES} == with_reported
    assert with_reported >= {"calatayud2016", "calatayud2017", "calatayud2018_speed", "contreras2014", "schoenfeld2018",
                             "yue_cole1992", "ranganathan2004", "clark2014", "snyder_fry2012"}  # fmt: skip


def test_description_is_complete(study):
    for field in ("short", "citation", "design", "participants", "protocol", "findings"):
        assert getattr(study, field).strip()
    assert str(study.year) in study.citation and str(study.year) in study.name and str(study.year) in study.short
    assert study.protocol_kind in ("acute focus", "focus training", "imagery training")
    assert study.not_found and study.cautions
    without_identifier = any("DOI" in missing for missing in study.not_found)
    if study.peer_reviewed and not without_identifier:
        assert re.fullmatch(r"10\.\d{4,}/\S+", study.doi) or re.fullmatch(r"\d{7,8}", study.pmid)
        assert study.source.startswith(("doi:10.", "PMID "))
    else:
        assert study.source == study.citation


def test_source_is_the_paper_and_never_a_mirror(study):
    (source,) = datasets.package(study.name).sources
    assert source.get("doi", "") == study.doi and source.get("pmid", "") == study.pmid
    assert source["title"].rstrip("?").lower().replace(" ", "") in study.citation.lower().replace(" ", "")
    for file in ("reported.csv", "README.md"):
        text = (datasets.folder(study.name) / file).read_text(encoding="utf-8")
        assert not re.search(r"https?://|www\.|\.(com|org|net|cn|ua|dk)\b", text)


def test_reported_follows_the_schema(study):
    reported = study.reported
    assert check(reported, "reported") is reported
    assert set(reported["evidence"]) == {"published"} and set(reported["study"]) == {study.name}
    assert (reported["verified"] == (reported["source_kind"] != "secondary")).all()
    words = reported["statistic"].isin(["direction", "significance"])
    assert reported.loc[words, "value"].isna().all()
    assert not reported.duplicated(["result", "statistic"]).any()


def test_values_are_what_is_printed(study):
    for row in study.reported.dropna(subset=["value"]).itertuples():
        number = float(re.fullmatch(r"<?(-?\d+(?:\.\d+)?)(?: lb)?", row.printed).group(1))
        if number != row.value:
            assert number == -row.value and "printed without sign" in row.note
        assert (row.relation == "<") == row.printed.startswith("<")


def test_rows_of_one_result_describe_one_result(study):
    reported = study.reported
    shared = [column for column in DESIGN if column in reported.columns]
    assert (reported.groupby("result")[shared].nunique(dropna=False) == 1).all(axis=None)


def test_intervals_are_ordered_around_their_difference(study):
    wide = study.reported.pivot(index="result", columns="statistic", values="value")
    if {"ci_low", "diff", "ci_high"} <= set(wide.columns):
        held = wide.dropna(subset=["ci_low", "diff", "ci_high"])
        assert len(held) and (held["ci_low"] <= held["diff"]).all() and (held["diff"] <= held["ci_high"]).all()
        levels = study.reported.loc[study.reported["statistic"].isin(["ci_low", "diff", "ci_high"]), "conf_level"]
        assert set(levels) == {0.95}
    low, high = (study.reported["statistic"].value_counts().get(side, 0) for side in ("ci_low", "ci_high"))
    assert low == high


def test_n_is_the_papers_own(study):
    reported = study.reported
    sizes = reported[(reported["statistic"] == "n") & reported["verified"]]
    total = sizes.loc[sizes["result"] == "participants", "value"]
    assert study.n == (None if total.empty else total.iloc[0])
    arms = sizes.loc[sizes["result"] != "participants", "value"]
    assert arms.empty or arms.sum() == study.n


def test_list_studies_is_one_row_per_study():
    table = mmc.list_studies().set_index("study")
    assert list(table.index) == [study.name for study in STUDIES]
    assert table.loc["snyder_fry2012", "n"] == 11 and np.isnan(table.loc["clark2014", "n"])
    assert table.loc["clark2014", "n_reported"] == 23 and table.loc["clark2014", "n_secondary"] == 7
    assert not table.loc["contreras2014", "peer_reviewed"] and table["peer_reviewed"].sum() == len(table) - 1


def test_unknown_study_names_the_nearest():
    with pytest.raises(DatasetError, match="there is no study 'ranganatan2004'. Did you mean 'ranganathan2004'"):
        mmc.load_study("ranganatan2004")


def test_a_study_introduces_itself():
    text = repr(mmc.load_study("calatayud2017"))
    assert (
        text.startswith("Study calatayud2017 (acute focus, n = 18)\nCalatayud J,")
        and "doi:10.1007/s00421-017-3637-6" in text
    )
    assert "n not found" in repr(mmc.load_study("clark2014"))


def test_reported_is_a_fresh_frame_each_time():
    study = mmc.load_study("clark2014")
    frame = study.reported
    frame.loc[:, "value"] = 0.0
    assert study.reported.loc[0, "value"] == -45.1
    with pytest.raises(AttributeError):
        study.doi = ""


@pytest.mark.parametrize("key", PRINTED)
def test_results_are_what_the_papers_print(every_result, key):
    row = every_result.loc[key]
    estimate, low, high, p_value, relation = PRINTED[key]
    assert row["estimate"] == estimate and row["evidence"] == "published" and row["source_kind"] == "abstract"
    for column, expected in (("conf_low", low), ("conf_high", high), ("p_value", p_value)):
        assert row[column] == expected if expected is not None else np.isnan(row[column])
    assert row["p_relation"] == relation if relation else pd.isna(row["p_relation"])
    assert row["conf_level"] == 0.95 if low is not None else np.isnan(row["conf_level"])
    assert row["metric"] == ("beta" if "experience" in key else "raw" if "calatayud" in key else "pct_change")


def test_every_printed_estimate_of_an_abstract_was_checked_by_hand(every_result):
    numeric = every_result[every_result["estimate"].notna() & (every_result["source_kind"] != "secondary")]
    other = {"calatayud2017_training_years": 8, "calatayud2017_relative_one_rm": 1.25, "calatayud2017_pectoralis_cohen_d": 0.6,
             "calatayud2017_triceps_cohen_d": 0.3, "clark2014_strength_with_activation": 0.56,
             "clark2014_strength_with_silent_period": -0.39}  # fmt: skip
    assert set(numeric.index) == set(PRINTED) | set(other)
    assert numeric.loc[list(other), "estimate"].to_dict() == other


def test_group_sizes_stand_with_their_results(every_result):
    expected = {"calatayud2017_pectoralis": 18, "snyder_fry2012_chest_50": 11, "schoenfeld2018_elbow_internal": 15,
                "schoenfeld2018_elbow_difference": 30, "ranganathan2004_finger_imagery": 8,
                "ranganathan2004_finger_physical": 6, "ranganathan2004_elbow_control": 8}  # fmt: skip
    assert every_result.loc[list(expected), "n"].to_dict() == expected
    unknown = every_result["study"].isin(["clark2014", "yue_cole1992"])
    assert every_result.loc[unknown, "n"].isna().all()  # sizes from secondary sources are not filled in


def test_spread_of_unknown_kind_is_a_note_and_never_a_standard_error(every_result):
    clark = every_result[every_result["study"] == "clark2014"]
    assert clark.loc["clark2014_strength_cast", "note"].startswith("± 5.0; ")
    assert "std_error" not in every_result or every_result["std_error"].isna().all()
    assert every_result["sd"].dropna().to_dict() == {
        "calatayud2017_training_years": 6,
        "calatayud2017_relative_one_rm": 0.28,
    }


def test_statements_in_words_have_a_direction_and_no_estimate(every_result):
    row = every_result.loc["calatayud2016_pectoralis_80"]
    assert np.isnan(row["estimate"]) and row["direction"] == "no_difference" and row["p_relation"] == "ns"
    assert every_result.loc["calatayud2016_pectoralis_60", "direction"] == "higher"
    knee = every_result.loc["schoenfeld2018_knee_strength_difference"]
    assert knee["direction"] == "lower" and knee["p_relation"] == "ns"
    assert every_result.loc["calatayud2016_table_2_range", "note"].startswith("4 to 11; ")
    assert studies.results()["estimate"].notna().all()


def test_labels_and_keys_are_unique(every_result):
    assert every_result.index.is_unique and every_result["label"].is_unique
    secondary = every_result[every_result["source_kind"] == "secondary"]
    assert len(secondary) == 3 and secondary["label"].str.contains("secondary source").all()
    assert (
        every_result.loc["ranganathan2004_finger_imagery", "label"]
        == "Ranganathan 2004: imagery, little-finger abductor"
    )


def test_results_take_a_study_or_rows():
    study = mmc.load_study("snyder_fry2012")
    one, rows = studies.results(study), studies.results(study.reported)
    pd.testing.assert_frame_equal(one, rows)
    assert one["estimate"].to_list() == [22.0, 26.0]


def test_results_of_rows_of_an_unknown_study_are_named_by_its_slug():
    rows = mmc.load_study("snyder_fry2012").reported.assign(study="press2030")
    assert studies.results(rows)["label"].str.startswith("press2030: ").all()


def test_bad_rows_are_errors():
    reported = mmc.load_study("snyder_fry2012").reported
    with pytest.raises(DatasetError, match="'snyder_fry2012_chest_50' has 'p' more than once"):
        studies.results(pd.concat([reported, reported[reported["statistic"] == "p"]], ignore_index=True))
    with pytest.raises(SchemaError, match="column 'relation' is missing"):
        studies.results(reported.drop(columns="relation"))
    with pytest.raises(DatasetError, match="no numeric result"):
        studies.results(mmc.load_study("contreras2014"))
    with pytest.raises(OptionError, match="Did you mean 'statements'"):
        studies.results(statement=True)
    with pytest.raises(OptionError, match="Did you mean 'fill'"):
        studies.list_claims(fil=False)


def test_claims_rest_on_results_that_exist():
    claims = studies.list_claims(fill=False)
    assert set(claims["claim"]) == {*"abcdefghi", *(str(i) for i in range(1, 13))}
    known = {(row.study, row.result) for study in STUDIES for row in study.reported.itertuples()}
    for row in claims.itertuples():
        named = [tuple(item.split(":")) for item in row.results.split(";")] if isinstance(row.results, str) else []
        assert set(named) <= known
        slots = {match[:2] for match in re.findall(r"\{(\w+?):(\w+)(?::\w+)?\}", row.finding)}
        assert slots <= set(named)
        bears = row.studies.split(";") if isinstance(row.studies, str) else []
        assert {name for name, _ in named} == set(bears)
        assert named or isinstance(row.other_sources, str)


def test_numbers_in_findings_come_from_the_data():
    filled = studies.list_claims().set_index("claim")["finding"]
    assert not filled.str.contains(r"[{}]").any()
    assert "lost 23.8 % of its strength, the group without 45.1 %" in filled["c"]
    assert "53 % by training (n = 6) and 35 % by imagery (n = 8); 13.5 % is the elbow" in filled["d"]
    assert "12.4 % with internal and 6.9 % with external" in filled["i"]


def test_claims_of_a_study_are_those_that_name_it():
    assert mmc.load_study("clark2014").claims["claim"].to_list() == ["c"]
    assert set(mmc.load_study("calatayud2018_speed").claims["claim"]) == {"a", "e", "f"}


@pytest.mark.parametrize(
    "slot", ["{clark2014:strengths_cast}", "{clark2014:strength_cast:p}", "{clark2015:strength_cast}"]
)
def test_a_slot_without_a_number_is_an_error(slot):
    with pytest.raises(DatasetError):
        studies.fill_slots(f"It lost {slot} %.")
