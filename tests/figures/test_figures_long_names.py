"""Long names: broken into lines that stay on the page, or refused with the way out."""

import pandas as pd
import pytest
from figure_checks import overlaps, texts

from mmc_analysis import figures
from mmc_analysis.errors import FigureError

REGULAR = "regular instruction without any cue from the trainer while the bar is being lifted"[:80]
FOCUS = "pectoralis focus with a tactile and then a verbal cue before single repetitions"
ONE_WORD = "pectoralis" * 8


def renamed(frame: pd.DataFrame, column: str, names: list[str]) -> pd.DataFrame:
    levels = frame[column].unique()
    return frame.assign(**{column: frame[column].astype(str).map(dict(zip(levels, names, strict=True)))})


def legend_names(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.fixture
def at_fifty(lifters):
    return lifters[lifters["load_pct_1rm"] == 50]


def test_focus_breaks_names_of_80_characters_and_even_one_word(lifters):
    ax = figures.focus_by_load(renamed(lifters, "condition", [REGULAR, FOCUS, ONE_WORD]))
    assert overlaps(ax.figure) == []
    assert [name.replace("\n", " ") for name in legend_names(ax)[:2]] == [REGULAR, FOCUS]
    assert legend_names(ax)[2].replace("\n", "") == ONE_WORD
    assert {*legend_names(ax)} <= {text.get_text() for text in texts(ax.figure)}, "every name is in the picture"
    assert all("\n" in name for name in legend_names(ax))
    assert ax.get_window_extent().height / ax.figure.dpi * 25.4 > 40


def test_levels_below_the_axis_are_broken_too(lifters):
    two = lifters[lifters["load"].isin(["20", "80"])].drop(columns="load_pct_1rm")
    two = renamed(two.assign(load=two["load"].astype(str)), "load", [f"a light load of the bar {REGULAR[:50]}", FOCUS])
    ax = figures.focus_by_load(two)
    assert overlaps(ax.figure) == []
    assert ax.get_xticklabels()[1].get_text().replace("\n", " ") == FOCUS


def test_trajectories_break_names_in_legend_and_note(trainees):
    ax = figures.trajectories(renamed(trainees, "group", [REGULAR, FOCUS, ONE_WORD]))
    assert overlaps(ax.figure) == []
    assert legend_names(ax)[1].replace("\n", " ") == f"{FOCUS} (n = 10)"
    assert ax.get_window_extent().height / ax.figure.dpi * 25.4 > 40


def test_paired_estimation_breaks_names_below_the_axis(at_fifty):
    long = renamed(at_fifty, "condition", [REGULAR, FOCUS, ONE_WORD])
    ax = figures.paired_estimation(long, REGULAR, FOCUS)
    assert overlaps(ax.figure) == []
    first, second, both = (tick.get_text().replace("\n", " ") for tick in ax.get_xticklabels())
    assert (first, second) == (REGULAR, FOCUS)
    assert both == f"{FOCUS} − {REGULAR}"
    assert overlaps(figures.paired_estimation(long, REGULAR, ONE_WORD).figure) == []


def test_names_beyond_80_characters_are_refused_with_the_way_out(lifters, trainees, at_fifty):
    names = ["regular", "pectoralis " * 9, "triceps"]
    message = r"has a name of 99 characters \('pectoralis .*…'\); up to 80 can be drawn\. Shorten it with frame"
    with pytest.raises(FigureError, match=rf"focus_by_load: a level of 'condition' {message}\['condition'\]"):
        figures.focus_by_load(renamed(lifters, "condition", names))
    with pytest.raises(FigureError, match=rf"trajectories: a level of 'group' {message}\['group'\]"):
        figures.trajectories(renamed(trainees, "group", names))
    with pytest.raises(FigureError, match=rf"paired_estimation: a level of 'condition' {message}\['condition'\]"):
        figures.paired_estimation(renamed(at_fifty, "condition", names), "regular", names[1])
    wide = pd.DataFrame({"regular": [1.0, 2, 4], names[1]: [2.0, 4, 5]})
    with pytest.raises(FigureError, match=rf"paired_estimation: a column {message}\.rename\(columns="):
        figures.paired_estimation(wide, "regular", names[1], label="Torque (N·m)")


def test_both_ways_to_shorten_names_work(lifters):
    names = ["regular", "pectoralis " * 9, "triceps"]
    long = renamed(lifters, "condition", names)
    plain = long.assign(condition=long["condition"].replace({names[1]: "pectoralis"}))
    category = long.assign(condition=pd.Categorical(long["condition"], names))
    category = category.assign(condition=category["condition"].cat.rename_categories({names[1]: "pectoralis"}))
    for short in (plain, category):
        assert legend_names(figures.focus_by_load(short)) == ["regular", "pectoralis", "triceps"]


def test_a_panel_too_low_for_its_words_is_refused(lifters, trainees, at_fifty):
    names = [REGULAR, FOCUS, ONE_WORD]
    _, axes = figures.panels(1, 3, height=40)
    message = "the panel is 40 mm high, but the words around it need .* mm. Shorten the names"
    with pytest.raises(FigureError, match=f"focus_by_load: {message}"):
        figures.focus_by_load(renamed(lifters, "condition", names), ax=axes[0])
    with pytest.raises(FigureError, match=f"trajectories: {message}"):
        figures.trajectories(renamed(trainees, "group", names), ax=axes[1])
    with pytest.raises(FigureError, match=f"paired_estimation: {message}"):
        figures.paired_estimation(renamed(at_fifty, "condition", names), REGULAR, FOCUS, ax=axes[2])


def test_saving_what_has_no_room_says_so(tmp_path):
    figure, ax = figures.panels(width=30, height=20)
    ax.set_ylabel("line\n" * 40)
    with pytest.raises(FigureError, match="save: the words around the panels leave no room for them on 30 x 20 mm"):
        figures.save(figure, tmp_path / "small", formats="png")
    assert list(tmp_path.iterdir()) == []
