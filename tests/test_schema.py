"""The tables, their glossary, and the errors that list every fault."""

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import SchemaError, schema


@pytest.fixture
def observations():
    """Four good rows."""
    return pd.DataFrame(
        {
            "study": "s1",
            "participant": ["P1", "P1", "P2", "P2"],
            "condition": pd.Categorical(["regular", "pectoralis"] * 2, ["regular", "pectoralis"], ordered=True),
            "muscle": "pectoralis major",
            "measure": "emg_peak",
            "value": [40.0, 52.0, 38.5, np.nan],
            "unit": "pct_max",
            "evidence": "measured",
        }
    )


def faults(frame, table="observations", **options):
    with pytest.raises(SchemaError) as found:
        schema.check(frame, table, **options)
    return str(found.value)


def test_a_good_frame_comes_back_as_the_same_object(observations):
    assert schema.check(observations) is observations


def test_every_fault_is_listed_at_once_with_rows(observations):
    bad = observations.assign(
        unit=["pct_max", "N_m", "furlong", "pct_max"],
        evidence=["measured", "guessed", "measured", None],
        colour="red",
        limb=["left", "right", "middle", "left"],
    )
    text = faults(bad, where="lab.csv")
    assert "observations in lab.csv: 6 faults" in text
    assert "unknown column 'colour'" in text
    assert "unit 'N_m' is not legal for measure 'emg_peak' in row 1" in text
    assert "'furlong' in row 2" in text
    assert "'guessed' in row 1. Allowed: measured, published, derived, synthetic" in text
    assert "column 'evidence': empty cell in row 3" in text
    assert "'middle' in row 2. Allowed: left, right" in text


def test_missing_columns_are_named(observations):
    text = faults(observations.drop(columns=["unit", "participant"]))
    assert "column 'unit' is missing" in text
    assert "column 'participant' is missing" in text


def test_a_misspelt_column_gets_the_nearest_name(observations):
    assert "Did you mean 'condition'?" in faults(observations.rename(columns={"condition": "conditon"}))


def test_an_extra_column_is_allowed_only_knowingly(observations):
    with_extra = observations.assign(sleep_hours=7.0)
    assert "unknown column 'sleep_hours'" in faults(with_extra)
    schema.check(with_extra, extra=["sleep_hours"])


def test_duplicate_keys_are_found_with_their_rows(observations):
    twice = pd.concat([observations, observations.iloc[[1]].assign(value=99.0)], ignore_index=True)
    text = faults(twice)
    assert "2 rows share a key" in text
    assert "rows 1, 4" in text
    assert "participant=P1" in text
    assert "trial, repetition" in text


def test_text_among_numbers_is_found(observations):
    bad = observations.assign(value=["40", 52.0, "n/a", np.nan])
    assert "column 'value': '40', 'n/a' in rows 0, 2" in faults(bad)


def test_booleans_are_no_numbers(observations):
    assert "Only numbers" in faults(observations.assign(value=[True, False, True, True]))


def test_infinite_values_are_refused(observations):
    assert "infinite in row 0" in faults(observations.assign(value=[np.inf, 1.0, 2.0, 3.0]))


def test_fractional_trials_are_refused(observations):
    assert "Only whole numbers" in faults(observations.assign(trial=[1, 2, 1.5, 2]))


def test_identifiers_are_text(observations):
    assert "Write identifiers as text" in faults(observations.assign(participant=[1, 1, 2, 2]))


def test_blank_labels_are_refused(observations):
    assert "Remove the blanks" in faults(observations.assign(muscle=["pectoralis major ", "x", " ", "x"]))


def test_a_column_that_stands_twice_is_refused(observations):
    twice = pd.concat([observations, observations[["muscle"]]], axis=1)
    assert "column 'muscle' stands more than once" in faults(twice)


def test_crossed_interval_is_refused():
    row = pd.DataFrame({"estimate": [1.0], "conf_low": [2.0], "conf_high": [0.0], "method": "t", "evidence": "derived"})
    assert "conf_low is above conf_high in row 0" in faults(row, "estimates")


def test_statistic_is_a_number_in_estimates_and_a_name_in_reported():
    row = pd.DataFrame({"estimate": [1.0], "statistic": ["t"], "method": "t", "evidence": "derived"})
    assert "column 'statistic': 't' in row 0. Only numbers" in faults(row, "estimates")
    printed = pd.DataFrame({"statistic": [3.2], "study": "s"})
    assert "column 'statistic': 3.2 in row 0. Allowed: mean, sd" in faults(printed, "reported").replace("'3.2'", "3.2")


def test_an_unknown_table_names_the_nearest(observations):
    assert "Did you mean 'observations'?" in faults(observations, "observation")


def test_something_else_than_a_frame_is_refused():
    assert "a pandas DataFrame is needed, but got dict" in faults({"study": 1})


def test_an_empty_frame_is_a_frame(observations):
    schema.check(observations.iloc[:0])


def test_long_lists_of_rows_are_cut():
    many = pd.DataFrame({"study": "s", "participant": [f"P{i}" for i in range(20)], "evidence": "guess"})
    assert "rows 0, 1, 2, 3, 4 and 15 more" in faults(many, "participants")


def test_every_column_of_every_table_has_one_meaning():
    for table in schema.TABLES.values():
        for name in table.columns:
            assert schema.GLOSSARY[name].meaning.endswith((".", "…")), name


def test_every_measure_has_a_label_and_known_units():
    assert set(schema.MEASURES) == set(schema.MEASURE_LABELS)
    assert set(schema.UNITS) == set(schema.UNIT_LABELS)


def test_the_written_glossary_is_the_one_in_the_code(root):
    written = (root / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert written == schema.glossary_markdown(), "run: make docs"


@pytest.mark.parametrize(
    ("levels", "computed", "expected"),
    [
        (["measured"], True, "measured"),
        (["published"], True, "derived"),
        (["published"], False, "published"),
        (["measured", "derived"], True, "derived"),
        (["published", "synthetic"], True, "synthetic"),
    ],
)
def test_evidence_is_the_weakest_of_what_a_result_rests_on(levels, computed, expected):
    frame = pd.DataFrame({"evidence": levels})
    assert schema.combined_evidence(frame, computed=computed) == expected
