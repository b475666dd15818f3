"""A synthesis as a console and a notebook show it."""

import pandas as pd
import pytest

from mmc_analysis import meta_analysis, meta_multilevel
from mmc_analysis.errors import MMCWarning

EFFECTS = pd.DataFrame({"study": list("abcd"), "estimate": [0.1, 0.4, 0.3, 0.2], "std_error": [0.1, 0.2, 0.1, 0.15], "n": [10, 12, 18, 9],
                        "year": [2001, 2005, 2010, 2016]})  # fmt: skip


def test_random_effects_say_heterogeneity_prediction_and_coefficients():
    result = meta_analysis(EFFECTS)
    text = repr(result)
    assert text.splitlines()[0] == "Random-effects synthesis, REML, Hartung–Knapp: 4 effects"
    assert f"I² = {result.i2:.0f} %" in text and "95 % prediction interval [" in text and "Intercept" in text
    assert "<table" in result._repr_html_()


def test_with_moderators_there_is_no_prediction_interval():
    assert "prediction" not in repr(meta_analysis(EFFECTS, moderators=["year"]))


def test_fixed_effects_have_no_variance_between_studies():
    text = repr(meta_analysis(EFFECTS, method="FE", test="z"))
    assert text.startswith("Fixed-effect synthesis, normal") and "τ²" not in text


def test_synthetic_effects_say_so():
    assert "synthetic data" in repr(meta_analysis(EFFECTS.assign(evidence="synthetic"))).splitlines()[0]


def test_three_levels_say_their_variances_and_few_df():
    doubled = pd.concat([EFFECTS, EFFECTS.assign(estimate=EFFECTS["estimate"] + 0.1)], ignore_index=True)
    result = meta_multilevel(doubled[["study", "estimate", "std_error"]])
    assert "8 effects of 4 studies" in repr(result) and "Variance between studies" in repr(result)
    with pytest.warns(MMCWarning, match="fewer than 4"):
        robust = result.robust()
    assert "df below 4" in repr(robust)


def test_participants_of_a_study_with_several_effects_are_not_added_up():
    assert meta_analysis(EFFECTS).pooled["n"].item() == 49
    doubled = pd.concat([EFFECTS, EFFECTS.assign(estimate=EFFECTS["estimate"] + 0.1)], ignore_index=True)
    assert "n" not in meta_multilevel(doubled.drop(columns="year")).pooled


def test_heterogeneity_travels_with_the_pooled_estimate():
    result = meta_analysis(EFFECTS)
    assert result.pooled[["tau2", "i2"]].iloc[0].tolist() == [result.tau2, result.i2]
