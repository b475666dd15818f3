"""Evidence map: which way each result went, and how well that is known."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note

from mmc_analysis import figures
from mmc_analysis.errors import FigureError
from mmc_analysis.figures.evidence_rows import direction_of


@pytest.fixture
def results() -> pd.DataFrame:
    """Results as printed: stated directions, an estimate with its interval, one without, a secondary one."""
    rows = [
        ("a2016", "pectoralis major", "pectoralis", 20.0, "higher", np.nan, np.nan, np.nan, np.nan, "abstract", 18),
        (
            "a2016",
            "pectoralis major",
            "pectoralis",
            80.0,
            "no_difference",
            np.nan,
            np.nan,
            np.nan,
            np.nan,
            "abstract",
            18,
        ),
        ("a2016", "triceps brachii", "triceps", 20.0, None, 5.0, 0.0, 10.0, np.nan, "abstract", 18),
        ("b2012", "pectoralis major", "chest", 50.0, None, 22.0, np.nan, np.nan, np.nan, "abstract", 11),
        ("b2012", "pectoralis major", "chest", 80.0, None, -3.0, -5.0, -1.0, np.nan, "secondary", 11),
        ("c1999", "finger", "imagery", np.nan, None, 35.0, np.nan, np.nan, 0.005, "abstract", np.nan),
    ]
    columns = ["study", "muscle", "condition", "load_pct_1rm", "direction", "estimate", "conf_low", "conf_high", "p_value",
               "source_kind", "n"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).assign(comparator="regular", evidence="published")


def test_directions_and_certainty(results):
    data = figures.evidence_map_data(results)
    found = data[data["kind"] == "result"]
    assert found["direction"].tolist() == ["higher", "no_difference", "no_difference", "higher", "lower", "higher"]
    assert found["certain"].tolist() == [True, True, True, False, True, True]
    assert found["column"].tolist() == ["20", "80", "20", "50", "80", "not stated"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"estimate": 4.0, "conf_low": 0.0, "conf_high": 7.0, "p_value": 0.0308}, ("higher", True)),
        ({"estimate": 4.0, "conf_low": 0.1, "conf_high": 7.0, "p_value": 0.06}, ("no_difference", True)),
        ({"estimate": -4.0, "p_value": 0.05, "p_relation": "<"}, ("lower", True)),
        ({"estimate": -4.0, "p_value": 0.01, "p_relation": ">"}, ("no_difference", True)),
        ({"estimate": -4.0, "p_value": 0.06, "conf_level": 0.9}, ("lower", True)),
        ({"estimate": 0.0}, ("no_difference", False)),
        ({"estimate": 61.0, "quantity": "level", "conf_low": 55.0, "conf_high": 66.0}, ("unclear", False)),
        ({"estimate": np.nan}, ("unclear", False)),
        ({"estimate": -4.0, "direction": "higher"}, ("higher", True)),
    ],
)
def test_rule_of_direction(row, expected):
    assert direction_of(pd.Series(row)) == expected


def test_symbols_differ_by_direction_and_source(results):
    ax = figures.evidence_map(results)
    lower = line(ax, "_b2012: lower")
    assert (lower.get_marker(), lower.get_markerfacecolor()) == ("v", "white")
    higher = line(ax, "_c1999: higher")
    assert (higher.get_marker(), higher.get_markerfacecolor()) == ("^", higher.get_markeredgecolor())
    uncertain = line(ax, "_b2012: higher")
    assert uncertain.get_markersize() < higher.get_markersize() and uncertain.get_alpha() < 1
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["higher", "lower", "no clear difference", "no interval or P reported", "open: secondary source"]
    assert "Published values." in note(ax)


def test_headings_name_study_and_n(results):
    data = figures.evidence_map_data(results, names={"a2016": "First et al. 2016"})
    headings = data.loc[data["kind"] == "heading", "label"].tolist()
    assert headings == ["First et al. 2016 (n = 18)", "b2012 (n = 11)", "c1999 (n not reported)"]
    groups = results.assign(n=[8, 8, 6, 11, 11, np.nan])
    assert figures.evidence_map_data(groups)["label"][0] == "a2016 (n = 6–8)"


def test_rows_name_muscle_and_comparison_and_what_differs(results):
    data = figures.evidence_map_data(results)
    assert data["label"].tolist()[1:4] == ["Pectoralis major: pectoralis vs regular"] * 2 + [
        "Triceps brachii: triceps vs regular"
    ]
    tempo = results.iloc[:2].assign(load_pct_1rm=50.0, tempo=["controlled", "maximal"])
    labels = figures.evidence_map_data(tempo)["label"].tolist()[1:]
    assert labels == [
        "Pectoralis major: pectoralis vs regular, controlled",
        "Pectoralis major: pectoralis vs regular, maximal",
    ]


def test_groups_and_outcomes_name_rows_where_conditions_do_not(results):
    changes = results.iloc[3:].drop(columns=["condition", "direction"]).assign(
        study="d", muscle="elbow flexors", comparator="pre", group=["imagery", "control", "control"],
        outcome=["emg_mean", "strength", "emg_amplitude"],
    )  # fmt: skip
    labels = figures.evidence_map_data(changes)["label"].tolist()[1:]
    assert labels == [
        "Elbow flexors, mean EMG: imagery vs pre", "Elbow flexors, strength: control vs pre",
        "Elbow flexors, EMG amplitude: control vs pre",
    ]  # fmt: skip
    alone = results.iloc[[0]].assign(condition=None, muscle=None)
    assert figures.evidence_map_data(alone)["label"][1] == "Against regular"


def test_a_direction_that_is_not_stated_is_a_cross(results):
    ax = figures.evidence_map(results.assign(direction=None, estimate=np.nan))
    crosses = [drawn for drawn in ax.lines if drawn.get_label().endswith(": unclear")]
    assert len(crosses) == 6
    assert {(drawn.get_marker(), drawn.get_markeredgewidth() > 0) for drawn in crosses} == {("x", True)}


def test_results_of_one_cell_stand_side_by_side(results):
    same = pd.concat([results.iloc[[0]], results.iloc[[0]].assign(direction="lower")])
    data = figures.evidence_map_data(same)
    found = data[data["kind"] == "result"]
    assert found["y"].nunique() == 1 and found["x"].nunique() == 2
    assert found["x"].mean() == 0


def test_other_columns_across(results):
    by_muscle = figures.evidence_map_data(results, across="muscle")
    assert by_muscle.loc[by_muscle["kind"] == "result", "column"].unique().tolist() == [
        "pectoralis major", "triceps brachii", "finger"]  # fmt: skip
    ax = figures.evidence_map(results, across="muscle")
    assert ax.get_xlabel() == "Muscle"


def test_what_cannot_be_drawn_says_why(results):
    with pytest.raises(FigureError, match="neither 'estimate' nor 'direction'"):
        figures.evidence_map(results.drop(columns=["estimate", "direction"]))
    with pytest.raises(FigureError, match="direction='upper' is not allowed"):
        figures.evidence_map(results.assign(direction="upper"))
    with pytest.raises(FigureError, match="results lacks the column study"):
        figures.evidence_map(results.drop(columns="study"))
    with pytest.raises(FigureError, match="column 'n' holds 'many'"):
        figures.evidence_map(results.assign(n="many"))
