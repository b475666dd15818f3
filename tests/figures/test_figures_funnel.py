"""Funnel: points, regions, limits, and what the note admits."""

import itertools

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note
from matplotlib.colors import to_hex
from scipy import stats

from mmc_analysis import figures
from mmc_analysis.errors import FigureError


@pytest.fixture(scope="module")
def studies(effects):
    """The effects that have a standard error."""
    return effects.dropna(subset=["std_error"])


@pytest.fixture(scope="module")
def centre():
    return pd.DataFrame({"label": ["Pooled"], "estimate": [5.6], "unit": ["pct_max"], "metric": ["raw"]})


@pytest.fixture(scope="module")
def drawn(studies, centre):
    return figures.funnel(studies, centre)


def test_points_are_the_effects_on_an_inverted_axis_from_zero(studies, drawn):
    for row in studies.itertuples():
        point = line(drawn, f"_{row.label}")
        assert (point.get_xdata()[0], point.get_ydata()[0]) == (row.estimate, row.std_error)
    foot, top = drawn.get_ylim()
    assert top == 0 and foot == pytest.approx(1.1 * studies["std_error"].max())
    assert drawn.get_xlabel() == "Difference in peak EMG (percentage points)"
    assert drawn.get_ylabel() == "Standard error (percentage points)"


def test_the_colour_under_a_point_tells_its_p_value(drawn):
    """Each region, probed just inside and outside the P values that bound it."""
    cones = [(found.get_paths()[0], to_hex(found.get_facecolor()[0]).upper()) for found in drawn.collections]
    for p, low_p, high_p in ((0.01, "#ECECEC", "#D2D2D2"), (0.05, "#D2D2D2", "#B4B4B4"), (0.10, "#B4B4B4", "#FFFFFF")):
        for side in (-1, 1):
            for shift, colour in ((1e-4, low_p), (-1e-4, high_p)):
                effect = side * (stats.norm.isf(p / 2) + shift) * 2.0
                inside = [face for path, face in cones if path.contains_point((effect, 2.0))]
                assert (inside[-1] if inside else to_hex(drawn.get_facecolor()).upper()) == colour
    shades = ["#ECECEC", "#D2D2D2", "#B4B4B4", "#FFFFFF"]
    assert min(abs(int(a[1:3], 16) - int(b[1:3], 16)) for a, b in itertools.pairwise(shades)) >= 24


def test_limits_about_the_pooled_effect_hold_95_percent(drawn, studies):
    assert line(drawn, "_pooled").get_xdata().tolist() == [5.6, 5.6]
    foot = 1.1 * studies["std_error"].max()
    reach = stats.norm.ppf(0.975) * foot
    assert line(drawn, "_conf_low").get_xdata() == pytest.approx([5.6, 5.6 - reach])
    assert line(drawn, "_conf_high").get_xdata() == pytest.approx([5.6, 5.6 + reach])
    assert line(drawn, "_conf_high").get_ydata() == pytest.approx([0, foot])


def test_without_a_pooled_effect_there_are_no_limits(studies):
    ax = figures.funnel(studies)
    assert not [drawn for drawn in ax.lines if drawn.get_label() in ("_pooled", "_conf_low")]
    assert "pooled effect" not in [text.get_text() for text in ax.get_legend().get_texts()]


def test_p_values_are_those_of_the_normal_distribution(studies):
    data = figures.funnel_data(studies, reference=2.0)
    found = data.loc[data["layer"] == "study", "p_value"].to_numpy()
    z = (studies["estimate"] - 2.0) / studies["std_error"]
    assert found == pytest.approx(2 * stats.norm.sf(np.abs(z)), rel=1e-12)


def test_the_note_says_what_so_few_effects_cannot_show(studies, drawn):
    assert "k = 11." in note(drawn) and "chance" not in note(drawn)
    assert "Asymmetry is no proof of publication bias" in note(drawn)
    few = studies.head(9).assign(metric="g_av", study=["a", "a", *"bcdefgh"])
    words = note(figures.funnel(few, axis_label="g"))
    assert "k = 9: with fewer than 10 effects asymmetry cannot be told from chance." in words
    assert "The standard error of a standardised effect grows with the effect" in words
    assert "Effects of one study are not independent." in words


def test_secondary_sources_are_open(drawn):
    assert line(drawn, "_Twelfth 2023").get_markerfacecolor() == "white"
    assert line(drawn, "_Ninth 2022").get_markerfacecolor() != "white"
    assert "open: secondary source" in [text.get_text() for text in drawn.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns="std_error"), {}, "estimates lacks the column std_error"),
        (lambda f: f.assign(std_error=f["std_error"].where(f.index != 5)), {}, "no std_error in row 5"),
        (lambda f: f.assign(std_error=0.0), {}, "std_error is not above zero in row 0"),
        (lambda f: f.assign(metric=["raw", "d_z"] * 5 + ["raw"]), {}, "2 levels of 'metric'"),
        (lambda f: f, {"limits": (0.0, 1.0)}, "lies outside"),
        (lambda f: f, {"limits": (9.0, 1.0)}, "must be \\(low, high\\)"),
        (lambda f: f.drop(columns=["unit", "metric"]), {}, "Give axis_label="),
    ],
)
def test_frames_that_cannot_be_drawn_say_why(studies, change, options, message):
    with pytest.raises(FigureError, match=message):
        figures.funnel(change(studies), **options)


def test_pooled_rows_that_do_not_fit_say_why(studies, centre):
    with pytest.raises(FigureError, match="pooled has 2 rows"):
        figures.funnel_data(studies, pd.concat([centre, centre]))
    with pytest.raises(FigureError, match="estimates with pooled mixes"):
        figures.funnel_data(studies, centre.assign(unit="N_m"))
    with pytest.raises(FigureError, match="pooled has no estimate"):
        figures.funnel_data(studies, centre.assign(estimate=np.nan))
