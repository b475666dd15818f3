"""What holds for every figure: no overlaps, legible text, no trace left, the same bytes twice, honest stamps."""

import os
import subprocess
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from figure_checks import note, overlaps, stamps, texts

from mmc_analysis import figures
from mmc_analysis.errors import FigureError, OptionError

FIGURES = ["focus_by_load", "paired_estimation", "trajectories", "forest", "evidence_map", "funnel", "equivalence"]


@pytest.fixture(scope="module", params=FIGURES)
def drawing(request, lifters, trainees, effects, pooled, tested):
    """Name of a figure, its frame, and how to draw a version of that frame."""
    some_lifters = lifters[lifters["participant"] < "P07"]
    some_effects = effects.iloc[[0, 2, 3, 6, 7, 10]].reset_index(drop=True)
    frames = {
        "focus_by_load": some_lifters,
        "paired_estimation": some_lifters[some_lifters["load_pct_1rm"] == 50],
        "trajectories": trainees[trainees["participant"].str[1].isin(["0", "1", "8", "9"])],
        "forest": some_effects,
        "evidence_map": some_effects.assign(study=[f"study{i}" for i in range(6)]),
        "funnel": some_effects.dropna(subset=["std_error"]),
        "equivalence": tested,
    }
    draw = {
        "focus_by_load": lambda frame, ax=None: figures.focus_by_load(frame, ax=ax),
        "paired_estimation": lambda frame, ax=None: figures.paired_estimation(frame, "regular", "pectoralis", ax),
        "trajectories": lambda frame, ax=None: figures.trajectories(frame, ax=ax),
        "forest": lambda frame, ax=None: figures.forest(frame, pooled, ax, subgroup="muscle", sides=("less", "more")),
        "evidence_map": figures.evidence_map,
        "funnel": lambda frame, ax=None: figures.funnel(frame, pooled.tail(1), ax),
        "equivalence": figures.equivalence,
    }
    return request.param, frames[request.param], draw[request.param]


@pytest.fixture(scope="module")
def synthetic(drawing):
    """The figure of one synthetic row among measured ones, drawn once."""
    _, frame, draw = drawing
    return draw(frame.assign(evidence=["synthetic"] + ["measured"] * (len(frame) - 1)))


@pytest.fixture(scope="module")
def few(lifters):
    """Three lifters at two loads: enough for a figure, quick to save."""
    some = lifters[lifters["participant"].isin(["P01", "P02", "P03"]) & lifters["load_pct_1rm"].isin([20, 80])]
    return some.drop(columns="load").reset_index(drop=True)


@pytest.fixture(scope="module")
def saved(few, tmp_path_factory):
    """A figure of these few, saved in all formats."""
    return figures.save(figures.focus_by_load(few).figure, tmp_path_factory.mktemp("saved") / "figure")


def test_no_text_covers_another_or_leaves_the_page(synthetic):
    assert overlaps(synthetic.figure) == []


def test_text_is_at_least_six_points_and_in_the_font_that_is_shipped(synthetic):
    found = texts(synthetic.figure)
    assert min(text.get_fontsize() for text in found) >= 6
    assert {text.get_fontfamily()[0] for text in found} == {"DejaVu Sans"}


def test_synthetic_rows_stamp_the_figure_and_others_do_not(drawing, synthetic):
    _, frame, draw = drawing
    assert stamps(draw(frame.assign(evidence="measured"))) == []
    assert stamps(synthetic) == ["synthetic data"]


def test_published_and_derived_values_are_named(drawing):
    name, frame, draw = drawing
    if name not in ("forest", "equivalence"):
        assert "Published values." in note(draw(frame.assign(evidence="published")))
    assert "Derived from published values." in note(draw(frame.assign(evidence="derived")))


def test_settings_and_frame_of_the_user_stay(drawing):
    _, frame, draw = drawing
    with matplotlib.rc_context({"font.size": 19, "axes.grid": True}):
        settings, copy = dict(matplotlib.rcParams), frame.copy(deep=True)
        ax = draw(frame)
        assert dict(matplotlib.rcParams) == settings
    pd.testing.assert_frame_equal(frame, copy)
    assert max(text.get_fontsize() for text in texts(ax.figure)) == 7


def test_axes_of_the_user_are_used(drawing):
    _, frame, draw = drawing
    axes = plt.subplots(1, 2)[1]
    assert draw(frame, axes[1]) is axes[1]
    assert not axes[0].has_data()
    with pytest.raises(FigureError, match="ax: a matplotlib Axes is needed, but got ndarray"):
        draw(frame, axes)


def test_axes_made_under_other_settings_get_the_style(drawing):
    _, frame, draw = drawing
    with matplotlib.rc_context({"font.size": 19, "font.family": "serif"}):
        ax = plt.subplots(figsize=(9, 9))[1]
        draw(frame.assign(evidence="synthetic"), ax=ax)
        found = [text for text in texts(ax.figure) if text.get_text().strip()]
    assert max(text.get_fontsize() for text in found) == 7
    assert {text.get_fontfamily()[0] for text in found} == {"DejaVu Sans"}


def test_an_empty_frame_and_something_else_are_refused(drawing):
    name, frame, draw = drawing
    with pytest.raises(FigureError, match=f"{name}: .* has no rows"):
        draw(frame.iloc[:0])
    with pytest.raises(FigureError, match=f"{name}: .* must be a pandas DataFrame, but it is a dict"):
        draw({"value": [1]})


def test_saving_twice_gives_the_same_bytes(synthetic, tmp_path):
    first = figures.save(synthetic.figure, tmp_path / "a" / "figure", formats="svg")[0]
    synthetic.figure.draw_without_rendering()
    second = figures.save(synthetic.figure, tmp_path / "b" / "figure", formats="svg")[0]
    assert first.read_bytes() == second.read_bytes()


SCRIPT = """
import sys
import matplotlib
matplotlib.use("Agg")
import pandas as pd
from mmc_analysis import figures
frame = pd.read_csv(sys.argv[1], dtype={"participant": str})
figures.save(figures.focus_by_load(frame).figure, sys.argv[2])
"""


def test_a_fresh_process_with_another_hash_seed_gives_the_same_bytes(few, saved, tmp_path):
    few.to_csv(tmp_path / "few.csv", index=False)
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    run = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path / "few.csv"), str(tmp_path / "fresh")],
                         env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=False)  # fmt: skip
    assert (run.returncode, run.stderr.decode()) == (0, "")
    assert [path.name for path in saved] == ["figure.svg", "figure.pdf", "figure.png"]
    for path in saved:
        assert path.read_bytes() == (tmp_path / f"fresh{path.suffix}").read_bytes()


def test_files_have_the_journal_width_fonts_and_no_date(saved):
    svg, pdf, png = saved
    assert plt.imread(png).shape[1] == int(85 / 25.4 * 300)
    assert b"/FontFile2" in pdf.read_bytes()
    assert b"/Type3" not in pdf.read_bytes()
    assert b"CreationDate" not in pdf.read_bytes()
    assert "<dc:date>" not in svg.read_text(encoding="utf-8")


def test_a_page_without_a_layout_engine_is_the_same_twice_too(recordings, tmp_path):
    page = figures.qc_page(*recordings)
    first, second = (figures.save(page, tmp_path / name, formats="svg")[0] for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_save_says_what_is_wrong(few, tmp_path):
    ax = figures.focus_by_load(few)
    with pytest.raises(FigureError, match=r"pass ax\.figure"):
        figures.save(ax, tmp_path / "figure")
    with pytest.raises(FigureError, match="formats='jpg' is not allowed"):
        figures.save(ax.figure, tmp_path / "figure", formats=["jpg"])
    with pytest.raises(FigureError, match="ends like a picture"):
        figures.save(ax.figure, tmp_path / "figure.png")
    with pytest.raises(OptionError, match="Did you mean 'formats'"):
        figures.save(ax.figure, tmp_path / "figure", format="png")
    assert list(tmp_path.iterdir()) == []


def test_two_panels_side_by_side_do_not_overlap(lifters):
    figure, axes = figures.panels(1, 2, height=85, sharey=True)
    both = lifters.assign(evidence="synthetic")
    figures.focus_by_load(both, ax=axes[0])
    figures.focus_by_load(both.assign(muscle="triceps brachii"), ax=axes[1], legend=False)
    assert overlaps(figure) == []
    assert axes[1].get_legend() is None


def test_every_look_differs_in_colour_marker_and_line():
    looks = figures.styling.LOOKS
    for part in ("colour", "marker", "line"):
        assert len({getattr(look, part) for look in looks}) == len(looks)


def test_minus_signs_are_minus_signs(lifters):
    lower = lifters[lifters["load_pct_1rm"] == 50].assign(value=lambda frame: frame["value"] - 200)
    found = [text.get_text() for text in texts(figures.paired_estimation(lower, "regular", "triceps").figure)]
    assert any(text.startswith("\N{MINUS SIGN}1") for text in found)
    assert not any(text.startswith("-") for text in found)


@pytest.mark.parametrize("bad", [np.inf, "ten"])
def test_values_that_cannot_be_drawn_are_named(lifters, bad):
    broken = lifters.astype({"value": object})
    broken.loc[7, "value"] = bad
    with pytest.raises(FigureError, match=rf"column 'value' holds {bad!r} in row 7"):
        figures.focus_by_load(broken)


def test_a_backend_that_turns_interaction_on_keeps_it_on():
    """Jupyter's backend is loaded with the first figure; were this undone, no later figure would show."""
    before = matplotlib.is_interactive()
    try:
        matplotlib.interactive(False)
        with figures.style():
            matplotlib.interactive(True)
        assert matplotlib.is_interactive()
    finally:
        matplotlib.interactive(before)
