"""Marginal means against emmeans; weights, covariates, empty cells, counts and errors."""

import numpy as np
import pandas as pd
import pytest
from emmeans_reference import Transplanted, lifts, matched, reference
from ordinary import Ordinary

from mmc_analysis.errors import MMCWarning, ModelError, OptionError
from mmc_analysis.schema import check

FORMULA = "value ~ condition * load + group + years + condition:years"
NUMBERS = ("estimate", "std_error", "df", "conf_low", "conf_high", "statistic")


def assert_same(ours, rows, keys, p_relative=1e-9):
    left, right = matched(ours, rows, keys)
    for name in NUMBERS:
        np.testing.assert_allclose(left[name], right[name], rtol=1e-10, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(left["p_value"], right["p_value"], rtol=p_relative)


@pytest.fixture(scope="module")
def fit():
    return Ordinary(FORMULA, lifts("unbalanced"))


CASES = {
    "condition": ({"specs": "condition"}, ["condition"]),
    "condition_by_load": ({"specs": "condition", "by": "load"}, ["condition", "load"]),
    "condition_load": ({"specs": ["condition", "load"]}, ["condition", "load"]),
    "proportional": ({"specs": "condition", "weights": "proportional"}, ["condition"]),
    "proportional_by_load": ({"specs": "condition", "by": "load", "weights": "proportional"}, ["condition", "load"]),
    "at_loads": ({"specs": "condition", "at": {"load": ["20", "80"], "years": 3}}, ["condition"]),
    "level_90": ({"specs": "group", "conf_level": 0.9}, ["group"]),
}


@pytest.mark.parametrize("name", CASES)
def test_means_of_emmeans(name, fit):
    options, keys = CASES[name]
    assert_same(fit.marginal_means(**options), reference()["means"][name], {key: key for key in keys})


def test_means_at_values_of_a_covariate(fit):
    found = fit.marginal_means("condition", by="years", at={"years": [2, 8]})
    assert found["years"].tolist() == [2.0] * 3 + [8.0] * 3
    found["years"] = found["years"].astype(int)
    assert_same(found, reference()["means"]["at_years"], {"condition": "condition", "years": "years"})


def test_overall_mean(fit):
    assert_same(fit.marginal_means([]).assign(all="overall"), reference()["means"]["overall"], {"all": "1"})


@pytest.mark.parametrize(
    ("name", "formula", "at"),
    [
        ("poly_means", "value ~ condition * poly(years, 2) + load", {"years": 6}),
        ("log_means", "value ~ condition * log(years) + scale(years) + load", None),
        ("square_means", "value ~ condition + years + I(years**2) + sqrt(years)", None),
    ],
)
def test_transformed_covariates_stand_at_the_mean_of_the_column_itself(name, formula, at):
    found = Ordinary(formula, lifts("unbalanced")).marginal_means("condition", at=at)
    left, right = matched(found, reference()["transforms"][name], {"condition": "condition"})
    for column in NUMBERS:
        np.testing.assert_allclose(left[column], right[column], rtol=1e-9, err_msg=column)


@pytest.mark.parametrize("coding", [None, "sum", "polynomial", "helmert"])
@pytest.mark.parametrize(
    ("case", "name", "specs", "by"),
    [
        ("empty_cell", "condition", "condition", None),
        ("empty_cell", "condition_load", ["condition", "load"], None),
        ("empty_cell", "group", "group", None),
        ("empty_cell", "load", "load", None),
        ("repeated", "condition", "condition", None),
        ("repeated", "group_by_condition", "group", "condition"),
        ("no_margins", "condition", "condition", None),
        ("nested", "group", "group", None),
        ("curved", "condition", "condition", None),
    ],
)
@pytest.mark.filterwarnings("ignore:dropped from the fixed effects")
def test_means_in_unbalanced_and_deficient_designs_in_any_coding(case, name, specs, by, coding):
    from_r = {
        "empty_cell": ("value ~ condition * load + group * years", "empty_cell"),
        "repeated": ("value ~ group * condition * load + condition * years", "repeated"),
        "no_margins": ("value ~ condition:load + group", "repeated"),
        "nested": ("value ~ group / condition + years:condition", "repeated"),
        "curved": ("value ~ condition * poly(years, 2) + load", "repeated"),
    }[case]
    fit = Transplanted(from_r[0], lifts(from_r[1]), reference()[case], coding=coding)
    found = fit.marginal_means(specs, by=by, ddf="asymptotic")
    keys = [name for name in ("condition", "load", "group") if name in found.columns]
    left, right = matched(found, reference()[case]["means"][name], {key: key for key in keys})
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(left[column], right[column], rtol=1e-9, err_msg=column)


def test_proportional_weights_in_a_mixed_design():
    fit = Transplanted(
        "value ~ group * condition * load + condition * years", lifts("repeated"), reference()["repeated"]
    )
    found = fit.marginal_means("condition", weights="proportional", ddf="asymptotic")
    left, right = matched(found, reference()["repeated"]["means"]["proportional"], {"condition": "condition"})
    np.testing.assert_allclose(left["estimate"], right["estimate"], rtol=1e-10)
    np.testing.assert_allclose(left["std_error"], right["std_error"], rtol=1e-9)


def test_means_that_cannot_be_estimated_say_so():
    with pytest.warns(MMCWarning, match="dropped"):
        fit = Ordinary("value ~ condition * load", lifts("empty_cell"))
    found = fit.marginal_means(["condition", "load"])
    lost = found[found["estimate"].isna()]
    assert list(zip(lost["condition"], lost["load"], strict=True)) == [("regular", "80"), ("triceps", "60")]
    assert lost[["std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]].isna().all(axis=None)
    assert lost["method"].eq("not estimable: the data have no such cells").all()
    assert found["estimate"].notna().sum() == 7
    assert fit.marginal_means("condition")["estimate"].notna().tolist() == [False, True, False]


def test_a_saturated_model_gives_the_cell_means():
    data = lifts("unbalanced")
    found = Ordinary("value ~ condition * load * group", data).marginal_means("load", by=["condition", "group"])
    expected = data.groupby(["condition", "group", "load"], observed=True)["value"].mean()
    ours = found.set_index(["condition", "group", "load"])["estimate"]
    np.testing.assert_allclose(ours.loc[list(expected.index)], expected, rtol=1e-10)


def test_proportional_means_of_an_additive_model_average_to_the_grand_mean():
    data = lifts("unbalanced")
    found = Ordinary("value ~ condition + load", data).marginal_means("condition", weights="proportional")
    share = data["condition"].value_counts(normalize=True)[found["condition"]].to_numpy()
    assert np.sum(share * found["estimate"]) == pytest.approx(data["value"].mean(), rel=1e-10)


def test_frame(fit):
    found = fit.marginal_means("condition", by="load")
    check(found, "estimates", extra=("group", "years"))
    assert found.columns[:3].tolist() == ["load", "condition", "metric"]
    assert found["load"].tolist()[:4] == ["20", "20", "20", "40"]
    assert found["condition"].cat.ordered
    assert found["condition"].cat.categories.tolist() == ["regular", "pectoralis", "triceps"]
    assert found["metric"].eq("mean").all()


def test_unit_measure_and_evidence_travel():
    data = lifts("unbalanced").assign(unit="pct_max", measure="emg_peak", evidence="synthetic")
    found = Ordinary("value ~ condition", data).marginal_means("condition")
    assert found[["measure", "unit", "evidence"]].drop_duplicates().to_numpy().tolist() == [
        ["emg_peak", "pct_max", "synthetic"]
    ]
    assert "unit" not in Ordinary("log(value) ~ condition", data).marginal_means("condition").columns


def test_participants_behind_each_mean():
    data = lifts("repeated")
    fit = Ordinary("value ~ group * condition + load", data, participant="participant")
    found = fit.marginal_means("condition", by="group")
    expected = data.groupby(["group", "condition"], observed=True)["participant"].nunique()
    assert found["n"].tolist() == [expected[pair] for pair in zip(found["group"], found["condition"], strict=True)]
    assert fit.marginal_means([])["n"].tolist() == [16]
    assert fit.marginal_means("group")["n"].tolist() == [6, 10]


def test_a_numeric_factor_and_its_trend():
    data = lifts("unbalanced").assign(kg=lambda d: d["load"].astype(int))
    with pytest.warns(MMCWarning, match="kg"):
        both = Ordinary("value ~ kg + C(kg) + condition", data)
    plain = Ordinary("value ~ C(kg) + condition", data)
    assert plain.marginal_means("kg")["kg"].tolist() == [20, 40, 60, 80]
    np.testing.assert_allclose(both.marginal_means("kg")["estimate"], plain.marginal_means("kg")["estimate"], rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"specs": "conditon"}, ModelError, "'conditon' is not in the fixed part of"),
        ({"specs": "conditon"}, ModelError, "Did you mean 'condition'?"),
        ({"specs": "condition", "by": "condition"}, ModelError, "stands twice"),
        ({"specs": "condition", "at": {"yeras": 3}}, ModelError, "at names 'yeras'"),
        ({"specs": "condition", "at": {"load": "90"}}, ModelError, "factor 'load' has no level '90'"),
        ({"specs": "condition", "at": {"load": ["20", "20"]}}, ModelError, "each level once"),
        ({"specs": "condition", "at": {"years": "many"}}, ModelError, "'years' is a covariate"),
        ({"specs": "condition", "at": {"years": [1, np.inf]}}, ModelError, "finite numbers"),
        ({"specs": "condition", "weights": "eqaul"}, OptionError, "Did you mean 'equal'"),
        ({"specs": "condition", "conf_level": 95}, ModelError, "conf_level=95 must be a fraction"),
        ({"specs": "condition", "information": "fisher"}, OptionError, "information='fisher' is not allowed"),
        ({"specs": "condition", "response_scale": True}, ModelError, "needs a response that is a logarithm"),
        ({"specs": "condition", "weight": "equal"}, OptionError, "Did you mean 'weights'"),
    ],
)  # fmt: skip
def test_errors(options, error, words, fit):
    with pytest.raises(error) as caught:
        fit.marginal_means(**options)
    assert words in str(caught.value)


def test_the_data_are_not_changed():
    data = lifts("unbalanced")
    before = data.copy(deep=True)
    fit = Ordinary(FORMULA, data)
    fit.marginal_means("condition", by="load", at={"years": [1, 2]})
    fit.anova()
    pd.testing.assert_frame_equal(data, before)
