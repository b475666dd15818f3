"""Consistency: ranges of standard errors and verdicts, as drawn and as written."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note, overlaps, stamps

from mmc_analysis import figures
from mmc_analysis.errors import FigureError
from mmc_analysis.studies import load_study
from mmc_analysis.synthesis import consistency


@pytest.fixture(scope="module")
def checks():
    return pd.DataFrame({
        "study": "s", "result": ["pectoralis"] * 4 + ["pectoralis + triceps"] * 2,
        "check": ["own error", "own error", "df", "plus-minus", "common error", "standardiser"],
        "design": ["paired test", "normal", "any df", "± read as SD", "paired test", "d_z, paired test"],
        "df": [17.0, np.inf, np.nan, 16.4, 17.0, 17.0],
        "verdict": ["fits", "fits", "fits", "unlikely", "does not fit", "cannot tell"],
        "se_low": [1.66, 0.0, np.nan, np.nan, np.nan, 1.2], "se_high": [2.13, 2.3, np.nan, np.nan, np.nan, np.inf],
        "source_kind": ["abstract"] * 5 + ["secondary"], "evidence": "derived",
    })  # fmt: skip


@pytest.fixture(scope="module")
def drawn(checks):
    return figures.consistency_plot(checks)


def test_bars_are_the_ranges_and_rows_without_one_have_none(drawn):
    assert line(drawn, "_range own error: paired test").get_xdata() == pytest.approx([1.66, 2.13])
    assert line(drawn, "_range own error: normal").get_xdata() == pytest.approx([0.0, 2.3])
    assert not [
        found for found in drawn.lines if found.get_label() in ("_range df: any df", "_range common error: paired test")
    ]


def test_a_range_without_an_end_goes_to_the_edge_with_an_arrow(drawn):
    edge = drawn.get_xlim()[1]
    assert line(drawn, "_range standardiser: d_z, paired test").get_xdata() == pytest.approx([1.2, edge])
    assert [found.get_xdata()[0] for found in drawn.lines if found.get_label() == "_beyond"] == [edge]


def test_texts_name_the_check_its_df_its_range_and_the_verdict(checks):
    data = figures.consistency_plot_data(checks)
    assert data["label"].tolist() == [
        "Pectoralis", "Paired test", "Normal", "Any df", "± read as SD", "Pectoralis + triceps",
        "One standard error: paired test", "Printed d as d_z, paired test †",
    ]  # fmt: skip
    assert data["df_text"].tolist() == ["", "17", "∞", "", "16.4", "", "17", "17"]
    assert data["se_text"].tolist() == ["", "1.66 to 2.13", "≤ 2.30", "", "", "", "", "≥ 1.20"]
    assert data["verdict_text"].tolist()[4:] == ["◐ unlikely", "", "× does not fit", "○ cannot tell"]
    assert data["y"].is_monotonic_increasing


def test_it_stands_on_the_page_and_says_where_it_comes_from(checks, drawn):
    assert overlaps(drawn.figure) == []
    assert "† From a secondary source" in note(drawn) and "Derived from published values." in note(drawn)
    assert stamps(figures.consistency_plot(checks.assign(evidence="synthetic"))) == ["synthetic data"]


def test_without_any_range_it_is_a_table_of_verdicts(checks):
    ax = figures.consistency_plot(checks.iloc[2:5])
    assert len(ax.lines) == 0 and len(ax.get_xticks()) == 0
    assert overlaps(ax.figure) == []
    assert "Standard error" not in [text.get_text() for text in ax.texts]


def test_a_published_study_is_drawn_as_it_was_checked():
    checks = consistency.check(load_study("calatayud2018_speed"))
    ax = figures.consistency_plot(checks)
    bars = [found for found in ax.lines if found.get_label().startswith("_range")]
    assert len(bars) == int(checks["se_high"].notna().sum()) > 0
    assert overlaps(ax.figure) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="design"), "checks lacks the column design"),
        (lambda f: f.assign(verdict="fit"), "verdict='fit' is not allowed.*Did you mean 'fits'"),
        (lambda f: f.assign(se_low=9.0), "no range from se_low up to se_high in row 0"),
        (lambda f: f.iloc[:0], "checks has no rows"),
    ],
)
def test_frames_that_cannot_be_drawn_say_why(checks, change, message):
    with pytest.raises(FigureError, match=message):
        figures.consistency_plot(change(checks))


def test_numbers_checked_without_a_study_are_drawn():
    ax = figures.consistency_plot(consistency.check_numbers("-20.6", ci_high="-1.1", p="0.040", t="-2.34", n=18))
    assert "Printed numbers" in [label.get_text() for label in ax.get_yticklabels()]
    assert "10.21 to 10.86" in [text.get_text() for text in ax.texts]
    assert not overlaps(ax.figure)
