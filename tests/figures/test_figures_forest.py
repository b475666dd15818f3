"""Forest: rows, texts, weights, pooled estimates."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note, overlaps
from matplotlib.patches import Polygon

from mmc_analysis import figures
from mmc_analysis.errors import FigureError


def diamonds(ax) -> dict[str, list[float]]:
    """Left, middle and right of each pooled diamond."""
    found = [patch for patch in ax.patches if isinstance(patch, Polygon)]
    return {patch.get_label(): [patch.get_xy()[i, 0] for i in (0, 1, 2)] for patch in found}


def written(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_rows_squares_and_intervals(effects):
    ax = figures.forest(effects)
    for row in effects.drop(index=3).itertuples():
        mark = "" if row.source_kind == "abstract" else " †"
        assert line(ax, f"_{row.label}{mark}").get_xdata()[0] == pytest.approx(row.estimate)
        assert line(ax, f"_interval {row.label}{mark}").get_xdata() == pytest.approx([row.conf_low, row.conf_high])
    heights = [line(ax, f"_{label}").get_ydata()[0] for label in effects["label"][:3]]
    assert heights == sorted(heights) and ax.yaxis_inverted()


def test_area_of_squares_is_proportional_to_weight(effects):
    some = effects.iloc[[0, 8]].assign(weight=[25.0, 75.0])
    ax = figures.forest(some)
    sizes = [line(ax, f"_{label}").get_markersize() for label in some["label"]]
    assert (sizes[1] / sizes[0]) ** 2 == pytest.approx(3)


def test_text_column_has_the_decimals_of_the_uncertainty():
    rows = pd.DataFrame({
        "study": ["a", "b", "c"], "contrast": "x - y", "unit": "N_m", "estimate": [9.04, -1.234, 120.4],
        "std_error": [1.85, 0.0412, 25.3], "conf_low": [5.14, -1.316, 69.8], "conf_high": [12.94, -1.152, 171.0],
    })  # fmt: skip
    data = figures.forest_data(rows)
    assert data["estimate_text"].tolist() == ["+9.0", "−1.234", "+120"]
    assert data["interval_text"].tolist() == ["[5.1, 12.9]", "[−1.316, −1.152]", "[70, 171]"]
    assert {"+9.0", "[5.1, 12.9]"} <= set(written(figures.forest(rows)))


def test_published_numbers_keep_the_decimals_of_the_paper():
    rows = pd.DataFrame({"study": ["a"], "comparator": ["regular"], "unit": ["pct_max"], "estimate": [9.0],
                         "conf_low": [5.0], "conf_high": [13.0], "evidence": ["published"]})  # fmt: skip
    data = figures.forest_data(rows)
    assert (data["estimate_text"][0], data["interval_text"][0]) == ("+9", "[5, 13]")


def test_a_row_without_an_interval_is_an_open_circle_and_says_so(effects):
    ax = figures.forest(effects)
    point = line(ax, "_Fourth 2011")
    assert (point.get_marker(), point.get_markerfacecolor()) == ("o", "white")
    assert "interval not reported" in written(ax)
    assert not [drawn for drawn in ax.lines if drawn.get_label() == "_interval Fourth 2011"]


def test_secondary_sources_are_open_and_marked(effects):
    ax = figures.forest(effects)
    assert line(ax, "_Twelfth 2023 †").get_markerfacecolor() == "white"
    assert line(ax, "_Ninth 2022").get_markerfacecolor() != "white"
    assert "† From a secondary source" in note(ax)


def test_subgroups_pooled_diamonds_and_prediction_interval(effects, pooled):
    data = figures.forest_data(effects, pooled, subgroup="muscle")
    kinds = data["kind"].tolist()
    assert kinds == ["heading"] + ["estimate"] * 5 + ["pooled", "heading"] + ["estimate"] * 7 + ["pooled"] * 2 + [
        "prediction"
    ]
    assert data["y"].is_monotonic_increasing
    ax = figures.forest(effects, pooled, subgroup="muscle")
    assert diamonds(ax)["_Pooled, all"] == [3.5, 5.6, 7.7]
    assert set(diamonds(ax)) == {"_Pooled, pectoralis major", "_Pooled, vastus lateralis", "_Pooled, all"}
    assert line(ax, "_interval 95 % prediction interval").get_xdata() == pytest.approx([-1.5, 12.7])


def test_limits_cut_intervals_with_arrows(effects):
    some = effects.iloc[4:7].assign(estimate=[1.0, 9.0, 2.0], conf_low=[-8.0, 8.0, -np.inf], conf_high=[3.0, 10.0, 4.0])
    ax = figures.forest(some, limits=(-5, 5))
    assert ax.get_xlim() == (-5, 5)
    arrows = [(drawn.get_marker(), drawn.get_xdata()[0]) for drawn in ax.lines if drawn.get_label() == "_beyond"]
    assert sorted(arrows) == [("<", -5), ("<", -5), (">", 5)]
    assert line(ax, "_interval Fifth 2019").get_xdata() == pytest.approx([-5, 3])
    assert not [drawn for drawn in ax.lines if drawn.get_label().startswith("_Sixth")], "outside: not drawn at the edge"
    with pytest.raises(FigureError, match="are not in order"):
        figures.forest(some, limits=(5, -5))


def test_axis_label_names_measure_and_unit_or_metric(effects):
    assert figures.forest(effects).get_xlabel() == "Difference in peak EMG (percentage points)"
    d_z = effects.assign(metric="d_z").drop(columns="unit")
    assert figures.forest(d_z).get_xlabel() == "Standardised mean change d_z"
    assert figures.forest(d_z, axis_label="Cohen's d").get_xlabel() == "Cohen's d"
    percent = effects.assign(metric="pct_change", unit="pct").drop(columns="contrast")
    assert figures.forest(percent).get_xlabel() == "Change in peak EMG (%)"
    with pytest.raises(FigureError, match=r"Give axis_label="):
        figures.forest(effects.drop(columns=["unit", "metric"]))


def test_confidence_level_stands_in_the_heading_if_all_share_it(effects):
    assert "[95 % CI]" in written(figures.forest(effects))
    mixed = effects.assign(conf_level=[0.9] + [0.95] * 11)
    assert "[CI]" in written(figures.forest(mixed))


def test_one_journal_column_has_no_overlaps(effects):
    figure, ax = figures.panels(width=figures.ONE_COLUMN, height=75)
    short = effects.iloc[[1, 3, 4, 6]].drop(columns=["weight", "n"]).assign(evidence="synthetic")
    figures.forest(short, ax=ax)
    assert overlaps(figure) == []


def test_rows_are_told_apart_by_design_columns():
    rows = pd.DataFrame({"study": ["a", "a", "b"], "muscle": ["x", "y", "x"], "unit": "N", "estimate": [1.0, 2, 3],
                         "conf_low": 0.0, "conf_high": 4.0})  # fmt: skip
    assert figures.forest_data(rows)["label"].tolist() == ["a, x", "a, y", "b, x"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e.drop(columns="conf_low"), "estimates lacks the column conf_low"),
        (lambda e: e.assign(unit=["pct_max", "uV"] * 6), "2 levels of 'unit'"),
        (lambda e: e.assign(metric=["raw", "d_z"] * 6), "2 levels of 'metric'"),
        (lambda e: e.assign(estimate=e["estimate"].where(e.index != 5)), "no estimate in row 5"),
        (
            lambda e: e.rename(columns={"conf_low": "conf_high", "conf_high": "conf_low"}),
            "conf_low above conf_high in row 0",
        ),
        (lambda e: e.assign(weight=-1.0), "negative weight"),
        (lambda e: e.drop(columns=["label", "contrast"]), "no column names the rows"),
    ],
)
def test_frames_that_cannot_be_drawn_say_why(effects, change, message):
    with pytest.raises(FigureError, match=message):
        figures.forest(change(effects))


def test_pooled_rows_that_do_not_fit_say_why(effects, pooled):
    with pytest.raises(FigureError, match="pooled has muscle='biceps', which estimates lack"):
        figures.forest(effects, pooled.assign(muscle="biceps"), subgroup="muscle")
    with pytest.raises(FigureError, match="estimates with pooled mixes"):
        figures.forest(effects, pooled.assign(unit="N_m"))
    with pytest.raises(FigureError, match="estimates lacks the column region"):
        figures.forest(effects, subgroup="region")
    with pytest.raises(FigureError, match="two sides of a reference line"):
        figures.forest(effects, sides=("less", "more"), reference=None)


@pytest.mark.parametrize("named", [True, False])
def test_studies_with_their_pooled_rows_in_one_frame_are_refused(effects, pooled, named):
    studies = effects if named else effects.rename(columns={"label": "study"})
    with pytest.raises(
        FigureError, match=r"12 studies with 3 pooled rows \(row 12\).*forest\(res.studies, res.pooled\)"
    ):
        figures.forest(pd.concat([studies, pooled.assign(grouping="study")], ignore_index=True))
    figures.forest(studies, pooled)


def test_a_sweep_over_assumptions_is_named_by_them():
    rows = pd.DataFrame({"metric": "g_av", "assumption": ["r = 0.3", "r = 0.9"], "estimate": [0.58, 0.58], "conf_low": [0.01, 0.3],
                         "conf_high": [1.13, 0.85], "method": "noncentral t", "evidence": "derived"})  # fmt: skip
    assert [label.get_text() for label in figures.forest(rows).get_yticklabels()] == ["r = 0.3", "r = 0.9"]


def test_heterogeneity_is_told_by_subgroup():
    rows = pd.DataFrame({"label": list("abcd"), "metric": "g_av", "estimate": [0.1, 0.2, 0.3, 0.5], "conf_low": 0.0, "conf_high": 1.0,
                         "arm": ["imagery", "imagery", "physical", "physical"], "evidence": "derived"})  # fmt: skip
    pooled = pd.DataFrame({"label": "Subtotal", "metric": "g_av", "estimate": [0.15, 0.4], "conf_low": 0.0, "conf_high": 1.0,
                           "arm": ["imagery", "physical"], "tau2": [0.01, 0.02], "i2": [10.0, 30.0], "evidence": "derived"})  # fmt: skip
    words = note(figures.forest(rows, pooled, subgroup="arm"))
    assert "Imagery: τ² = 0.01" in words and "Physical: τ² = 0.02" in words


def test_long_sides_stand_in_lines_beside_the_reference(effects, pooled):
    ax = figures.forest(
        effects,
        pooled,
        subgroup="muscle",
        sides=("favours regular", "favours an internal focus on the working muscle, all loads together"),
    )
    assert not overlaps(ax.figure)
    assert any("\n" in text and text.endswith("→") for text in written(ax))
