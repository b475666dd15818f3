"""Equivalence: two intervals and the bounds, as drawn and as written."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note, overlaps
from scipy import stats

from mmc_analysis import figures
from mmc_analysis.errors import FigureError


@pytest.fixture(scope="module")
def drawn(tested):
    return figures.equivalence(tested)


def bounds(ax) -> list[tuple[float, float, float]]:
    """Place, top and foot of each line of a bound."""
    found = [drawn for drawn in ax.lines if drawn.get_label() == "_bound"]
    return [(drawn.get_xdata()[0], *drawn.get_ydata()) for drawn in found]


def test_thick_is_the_interval_of_the_test_and_thin_the_95_percent_t(tested, drawn):
    for row in tested.itertuples():
        thick, thin = line(drawn, f"_interval {row.contrast}"), line(drawn, f"_wide {row.contrast}")
        assert thick.get_xdata() == pytest.approx([row.conf_low, row.conf_high])
        low, high = stats.t.interval(0.95, row.df, row.estimate, row.std_error)
        assert thin.get_xdata() == pytest.approx([low, high])
        assert thick.get_linewidth() > 2 * thin.get_linewidth()
        assert line(drawn, f"_{row.contrast}").get_xdata()[0] == row.estimate


def test_shared_bounds_run_through_all_rows_and_others_row_by_row(tested, drawn):
    assert [place for place, *_ in bounds(drawn)] == [-4, 4]
    _, top, foot = bounds(drawn)[0]
    assert top < 0 and foot > 2
    own = figures.equivalence(tested.assign(bound_high=[4.0, 3.0, 2.0]))
    assert [place for place, *_ in bounds(own)] == [-4, 4, -4, 3, -4, 2]
    assert all(foot - top < 1 for _, top, foot in bounds(own))


def test_open_squares_are_inconclusive(drawn):
    faces = [line(drawn, f"_{name}").get_markerfacecolor() for name in
             ("pectoralis - regular", "triceps - regular", "triceps - pectoralis")]  # fmt: skip
    assert faces[0] == faces[2] == "white" and faces[1] != "white"


def test_numbers_stand_beside_the_rows(drawn):
    written = [text.get_text() for text in drawn.texts]
    for words in ("+7.7", "[4.2, 11.2]", ".957", ".010", "equivalent", "[90 % CI]", "Verdict"):
        assert words in written


def test_intervals_that_are_not_of_t_are_taken_from_the_frame_that_was_tested(tested):
    d_z = tested.assign(metric="d_z", conf_low=tested["conf_low"] - 1).drop(columns=["unit", "measure"])
    assert figures.equivalence_data(d_z)["wide_low"].isna().all()
    alone = figures.equivalence(d_z)
    assert "The 95 % interval is not known." in note(alone)
    assert not [drawn for drawn in alone.lines if drawn.get_label().startswith("_wide")]
    before = d_z.assign(conf_level=0.95, conf_low=d_z["conf_low"] - 2, conf_high=d_z["conf_high"] + 2)
    data = figures.equivalence_data(d_z, wide=before)
    assert data["wide_low"].tolist() == before["conf_low"].tolist()
    with pytest.raises(FigureError, match="row by row"):
        figures.equivalence_data(d_z, wide=before.iloc[::-1])
    with pytest.raises(FigureError, match="95 % intervals"):
        figures.equivalence_data(d_z, wide=d_z)


def test_a_panel_of_one_column_does_without_the_texts(tested):
    figure, ax = figures.panels(width=figures.ONE_COLUMN, height=60)
    figures.equivalence(tested.assign(evidence="synthetic"), ax, texts=False)
    assert overlaps(figure) == []
    assert "Verdict" not in [text.get_text() for text in ax.texts]


def test_one_row_without_a_name_is_named_by_its_metric(tested):
    one = tested.head(1).drop(columns="contrast")
    assert figures.equivalence_data(one.assign(metric="d_z"))["label"].tolist() == ["Standardised mean change d_z"]
    ax = figures.equivalence(one)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Peak EMG"]
    assert overlaps(ax.figure) == []
    with pytest.raises(FigureError, match="no column names the rows"):
        figures.equivalence(one.drop(columns="metric"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="bound_low"), "tested lacks the column bound_low"),
        (lambda f: f.assign(bound_low=5.0), "bound_low above bound_high in row 0"),
        (lambda f: f.assign(p_value=[0.1, np.nan, 0.2]), "tested has no p_value in row 1"),
        (lambda f: f.assign(p_value=2.0), "p_value outside 0 to 1 in row 0"),
        (lambda f: f.assign(conf_level=[0.9, 0.9, 0.95]), "2 levels of 'conf_level'"),
        (lambda f: f.assign(unit=["pct_max", "uV", "uV"]), "2 levels of 'unit'"),
        (lambda f: pd.DataFrame(f).drop(columns="contrast"), "no column names the rows"),
    ],
)
def test_frames_that_cannot_be_drawn_say_why(tested, change, message):
    with pytest.raises(FigureError, match=message):
        figures.equivalence(change(tested))
