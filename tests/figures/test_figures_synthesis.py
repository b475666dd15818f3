"""What a synthesis returns is drawn as it stands: forests, funnels, one study left out, study after study."""

import pandas as pd
import pytest
from figure_checks import line, note, overlaps

from mmc_analysis import figures, synthesis


@pytest.fixture(scope="module")
def studies(effects):
    """Twelve published effects, the interval of which is computed."""
    rows = effects.dropna(subset=["std_error"]).drop(
        columns=["conf_low", "conf_high", "conf_level", "weight", "source_kind"]
    )
    return rows.assign(study=rows["label"], evidence="published")


@pytest.fixture(scope="module")
def result(studies):
    return synthesis.meta_analysis(studies)


def test_a_forest_of_studies_has_weights_diamond_prediction_interval_and_heterogeneity(studies, result):
    pooled = result.pooled.assign(tau2=result.tau2, i2=result.i2)
    data = figures.forest_data(result.studies, pooled)
    assert data["kind"].tolist() == ["estimate"] * len(studies) + ["pooled", "prediction"]
    assert data["weight"].sum() == pytest.approx(100)
    low, high = result.prediction_interval
    ax = figures.forest(result.studies, pooled)
    assert line(ax, "_interval 95 % prediction interval").get_xdata() == pytest.approx([low, high])
    assert f"I² = {result.i2:.0f} %." in note(ax)
    assert overlaps(ax.figure) == []


def test_computed_intervals_of_published_effects_have_the_decimals_of_their_uncertainty(result):
    texts = figures.forest_data(result.studies)["interval_text"]
    assert texts.str.len().max() <= len("[−10.0, 10.0]")


def test_one_row_more_precise_than_most_has_no_decimal_more():
    rows = pd.DataFrame({"study": list("abc"), "metric": "g_av", "estimate": [0.41, 0.52, 0.33], "std_error": [0.12, 0.11, 0.099],
                         "conf_low": [0.2, 0.3, 0.13], "conf_high": [0.6, 0.7, 0.53]})  # fmt: skip
    assert figures.forest_data(rows)["estimate_text"].tolist() == ["0.41", "0.52", "0.33"]
    far = rows.assign(std_error=[0.12, 0.11, 0.0012])
    assert figures.forest_data(far)["estimate_text"].tolist() == ["0.41", "0.52", "0.3300"]


def test_subgroups_are_pooled_each_and_together(studies, result):
    parts = [synthesis.meta_analysis(part).pooled.assign(muscle=muscle) for muscle, part in studies.groupby("muscle")]
    pooled = pd.concat([*parts, result.pooled], ignore_index=True)
    kinds = figures.forest_data(result.studies, pooled, subgroup="muscle")["kind"].tolist()
    assert kinds.count("heading") == 2 and kinds.count("pooled") == 3 and kinds[-1] == "prediction"


def test_one_left_out_and_study_after_study_are_forests(result):
    without, along = synthesis.leave_one_out(result), synthesis.cumulative(result)
    for frame in (without, along):
        data = figures.forest_data(frame, result.pooled)
        assert data.loc[data["kind"] == "estimate", "estimate"].tolist() == frame["estimate"].tolist()
    assert data["label"].iloc[0].endswith("added")
    assert overlaps(figures.forest(without.tail(4), result.pooled).figure) == []


def test_a_funnel_has_the_points_and_contours_of_the_synthesis(result):
    data = figures.funnel_data(result.studies, result.pooled)
    points = synthesis.funnel_points(result)
    studies = data[data["layer"] == "study"]
    assert (
        studies[["estimate", "std_error"]].to_numpy().tolist() == points[["estimate", "std_error"]].to_numpy().tolist()
    )
    for layer, centre, levels in (("region", 0.0, (0.9, 0.95, 0.99)), ("limit", None, (0.95,))):
        contours = synthesis.funnel_contours(result, levels=levels, centre=centre, n_points=2)
        drawn = data[data["layer"] == layer].sort_values(["conf_level", "std_error"])
        assert drawn["conf_high"].to_numpy() == pytest.approx(contours["conf_high"].to_numpy())
