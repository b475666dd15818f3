"""Contrasts of means against emmeans: methods, references, interactions, adjustments, ratios, and errors."""

import numpy as np
import pytest
from emmeans_reference import as_frame, lifts, matched, reference
from ordinary import Ordinary

from mmc_analysis.errors import MMCWarning, ModelError, OptionError
from mmc_analysis.schema import check

FORMULA = "value ~ condition * load + group + years + condition:years"
R_TUKEY = 1e-9  # absolute error of R's ptukey
SAME = ("estimate", "std_error", "df", "statistic")


@pytest.fixture(scope="module")
def fit():
    return Ordinary(FORMULA, lifts("unbalanced"))


def assert_same(ours, rows, keys, p=1e-8, ends=1e-8):
    left, right = matched(ours, rows, keys)
    for name in SAME:
        np.testing.assert_allclose(left[name], right[name], rtol=1e-9, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(left["p_value"], right["p_value"], rtol=p, atol=R_TUKEY if p > 1e-8 else 0)
    if ends:
        for name in ("conf_low", "conf_high"):
            np.testing.assert_allclose(left[name], right[name], rtol=ends, atol=ends, err_msg=name)


@pytest.mark.parametrize(
    ("adjust", "p", "ends"),
    [
        ("none", 1e-9, 1e-9),
        ("bonferroni", 1e-9, 1e-9),
        ("tukey", 1e-6, 1e-6),
        ("holm", 1e-9, None),
        ("fdr", 1e-9, None),
    ],
)
def test_pairwise_within_groups(adjust, p, ends, fit):
    found = fit.contrasts("condition", by="load", adjust=adjust)
    assert_same(
        found, reference()["contrasts"][f"pairwise_{adjust}"], {"contrast": "contrast", "load": "load"}, p, ends
    )


def test_tukey_over_four_loads(fit):
    found = fit.contrasts("load", adjust="tukey")
    found["contrast"] = ["load" + label.replace("- ", "- load") for label in found["contrast"]]
    assert_same(found, reference()["contrasts"]["loads_tukey"], {"contrast": "contrast"}, 1e-6, 1e-6)


@pytest.mark.parametrize(
    ("name", "method", "adjust"), [("loads_mvt", "pairwise", "mvt"), ("control_dunnett", "control", "dunnett")]
)
def test_multivariate_t_within_the_error_of_mvtnorm(name, method, adjust, fit):
    found = fit.contrasts("load", method=method, adjust=adjust)
    theirs = as_frame(reference()["contrasts"][name])
    assert [label.replace("load", "") for label in theirs["contrast"]] == found["contrast"].tolist()
    np.testing.assert_allclose(found["p_value"], theirs["p_value"], rtol=5e-3, atol=3e-4)
    half = (found["conf_high"] - found["conf_low"]) / 2
    np.testing.assert_allclose(half, (theirs["conf_high"] - theirs["conf_low"]) / 2, rtol=2e-3)


def test_mvt_of_pairs_within_groups(fit):
    found = fit.contrasts("condition", by="load", adjust="mvt")
    left, right = matched(found, reference()["contrasts"]["pairwise_mvt"], {"contrast": "contrast", "load": "load"})
    np.testing.assert_allclose(left["p_value"], right["p_value"], rtol=5e-3, atol=3e-4)


def test_control_with_a_reference(fit):
    found = fit.contrasts("condition", method="control", reference="pectoralis")
    assert found["contrast"].tolist() == ["regular - pectoralis", "triceps - pectoralis"]
    assert_same(found, reference()["contrasts"]["control_none"], {"contrast": "contrast"})


def test_polynomial_trends(fit):
    found = fit.contrasts("load", by="condition", method="polynomial")
    assert_same(found, reference()["contrasts"]["polynomial"], {"contrast": "contrast", "condition": "condition"})


@pytest.mark.parametrize(
    "method",
    [
        {"focused": [-1, 0.5, 0.5], "muscles": [0, 1, -1]},
        {"focused": {"regular": -1, "pectoralis": 0.5, "triceps": 0.5}, "muscles": {"pectoralis": 1, "triceps": -1}},
    ],
)
def test_custom_weights_by_order_or_by_name(method, fit):
    assert_same(fit.contrasts("condition", method=method), reference()["contrasts"]["custom"], {"contrast": "contrast"})


def test_interaction_contrasts_are_differences_of_differences(fit):
    found = fit.contrasts(["condition", "load"], interaction=True)
    theirs = reference()["contrasts"]["interaction"]
    parts = found["contrast"].str.split(" : ", expand=True)
    found["a"], found["b"] = parts[0].str.strip("()"), parts[1].str.strip("()")
    theirs = {**theirs, "keys": {
        "a": theirs["keys"]["condition_pairwise"],
        "b": [label.replace("load", "") for label in theirs["keys"]["load_pairwise"]],
    }}  # fmt: skip
    assert_same(found, theirs, {"a": "a", "b": "b"})
    pairs = fit.contrasts("condition", by="load").set_index(["load", "contrast"])["estimate"]
    first = found.set_index(["a", "b"])["estimate"]["regular - triceps", "20 - 60"]
    assert first == pytest.approx(pairs["20", "regular - triceps"] - pairs["60", "regular - triceps"], rel=1e-10)


def test_interaction_contrasts_with_a_method_for_each_factor(fit):
    found = fit.contrasts(["condition", "load"], interaction=("control", "polynomial"), adjust="holm")
    parts = found["contrast"].str.split(" : ", expand=True)
    found["a"], found["b"] = parts[0].str.strip("()"), parts[1]
    keys = {"a": "condition_trt.vs.ctrl", "b": "load_poly"}
    assert_same(found, reference()["contrasts"]["interaction_mixed"], keys, ends=None)
    other = fit.contrasts(
        ["condition", "load"], interaction=("control", "polynomial"), reference={"condition": "triceps"}
    )
    assert other["contrast"][0] == "(regular - triceps) : linear"


def test_proportional_weights(fit):
    found = fit.contrasts("condition", weights="proportional")
    assert_same(found, reference()["contrasts"]["proportional"], {"contrast": "contrast"})


def test_contrasts_of_slopes(fit):
    found = fit.contrasts("condition", slope="years")
    assert_same(found, reference()["trends"]["pairwise"], {"contrast": "contrast"})


def test_metric_says_what_a_contrast_is(fit):
    found = fit.contrasts("condition", by="group", method={"difference": [1, -1, 0], "mean": [0.5, 0.5, 0]})
    assert found["metric"].tolist() == ["raw", "mean", "raw", "mean"]
    means = fit.marginal_means("condition", by="group").set_index(["group", "condition"])["estimate"]["novice"]
    assert found["estimate"][1] == pytest.approx(means[["regular", "pectoralis"]].mean(), rel=1e-10)
    slopes = fit.contrasts("condition", slope="years")
    assert slopes[["term", "metric"]].drop_duplicates().to_numpy().tolist() == [["years", "slope"]]
    check(slopes, "estimates")


def test_contrasts_that_cannot_be_estimated_leave_the_family():
    with pytest.warns(MMCWarning, match="dropped"):
        fit = Ordinary("value ~ condition * load", lifts("empty_cell"))
    found = fit.contrasts("condition", by="load", adjust="bonferroni").set_index(["load", "contrast"])
    assert found["estimate"].notna().groupby("load").sum().tolist() == [3, 1, 1]
    raw = fit.contrasts("condition", by="load").set_index(["load", "contrast"])
    pair = ("60", "regular - pectoralis")
    assert found.loc[pair, "p_value"] == pytest.approx(raw.loc[pair, "p_value"], rel=1e-12)
    assert found.loc[pair, "method"].endswith("Bonferroni over 1")
    assert found.loc[("60", "regular - triceps"), "method"].startswith("not estimable")
    for adjust in ("tukey", "mvt", "holm", "fdr"):
        table = fit.contrasts("condition", by="load", adjust=adjust)
        assert table["p_value"].isna().tolist() == table["estimate"].isna().tolist()
        assert table["conf_low"].isna().tolist() == table["estimate"].isna().tolist()


def test_pairs_of_cells_are_labelled_without_doubt(fit):
    found = fit.contrasts(["condition", "load"])
    assert found["contrast"][0] == "(regular, 20) - (regular, 40)"
    assert len(found) == 66
    one = fit.contrasts(["condition", "load"], method="control", reference=("triceps", "80"))
    assert one["contrast"][0] == "(regular, 20) - (triceps, 80)"
    data = lifts("unbalanced")
    data["condition"] = data["condition"].cat.rename_categories({"regular": "no - focus"})
    odd = Ordinary("value ~ condition", data).contrasts("condition")
    assert odd["contrast"][0] == "(no - focus) - pectoralis"


def test_frame(fit):
    found = fit.contrasts("condition", by="load", adjust="holm")
    check(found, "estimates")
    assert found.columns[:3].tolist() == ["load", "contrast", "metric"]
    assert found["adjust"].eq("holm").all()
    assert found["method"].str.endswith("P by Holm over 3, intervals not adjusted").all()
    np.testing.assert_allclose(found["conf_low"], fit.contrasts("condition", by="load")["conf_low"])


def test_participants_behind_each_contrast():
    data = lifts("repeated")
    data = data[~((data["participant"] == "P01") & (data["condition"] == "triceps"))]
    fit = Ordinary("value ~ condition * group", data, participant="participant")
    found = fit.contrasts("condition", by="group", method={"all": [1, 1, -2], "two": [1, -1, 0], "last": [0, 0, 1]})
    assert found.set_index(["group", "contrast"])["n"]["novice"].to_dict() == {"all": 6, "two": 6, "last": 5}


@pytest.mark.parametrize(
    ("name", "specs", "by", "response_scale", "adjust"),
    [("link_pairs", "condition", "load", False, "tukey"), ("response_pairs", "condition", "load", True, "tukey")],
)
def test_ratios_of_a_logarithmic_response(name, specs, by, response_scale, adjust):
    fit = Ordinary("log(value) ~ condition * load + years", lifts("unbalanced"))
    found = fit.contrasts(specs, by=by, response_scale=response_scale, adjust=adjust)
    found["contrast"] = found["contrast"].str.replace(" - ", " / ") if response_scale else found["contrast"]
    assert_same(found, reference()["log_response"][name], {"contrast": "contrast", "load": "load"}, 1e-6, 1e-6)
    assert found["metric"].eq("ratio" if response_scale else "log_ratio").all()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"specs": "condition", "adjust": "tuky"}, OptionError, "Did you mean 'tukey'"),
        ({"specs": "condition", "method": "pairs"}, OptionError, "method='pairs' is not allowed"),
        ({"specs": "load", "method": "control", "adjust": "tukey"}, ModelError, "Use 'mvt'"),
        ({"specs": "load", "adjust": "dunnett"}, ModelError, "method='control'"),
        ({"specs": ["condition", "load"], "interaction": True, "adjust": "tukey"}, ModelError, "Use 'mvt'"),
        ({"specs": "condition", "method": {}}, ModelError, "empty mapping"),
        ({"specs": "condition", "method": {"x": [1, -1]}}, ModelError, "3 finite numbers are needed, in the order regular"),
        ({"specs": "condition", "method": {"x": {"tricep": 1}}}, ModelError, "Did you mean 'triceps'"),
        ({"specs": "condition", "method": "control", "reference": "non"}, ModelError, "factor 'condition' has no level 'non'"),
        ({"specs": "condition", "reference": "triceps"}, ModelError, "reference is for comparisons with a control"),
        ({"specs": ["condition", "load"], "interaction": "polynomial", "reference": ("a", "b")}, ModelError, "reference is for"),
        ({"specs": ["condition", "load"], "method": "control", "reference": "triceps"}, ModelError, "each of condition, load"),
        ({"specs": "condition", "interaction": True}, ModelError, "two variables or more"),
        ({"specs": ["condition", "load"], "interaction": ("pairwise",)}, ModelError, "1 methods for 2 variables"),
        ({"specs": ["condition", "load"], "interaction": "pairs"}, OptionError, "interaction='pairs'"),
        ({"specs": []}, ModelError, "at least one variable"),
        ({"specs": "years"}, ModelError, "two cells or more"),
        ({"specs": "condition", "slope": "load"}, ModelError, "'load' is a factor; a slope needs a covariate"),
        ({"specs": "condition", "response_scale": True}, ModelError, "is a logarithm"),
        ({"specs": "condition", "wieghts": "equal"}, OptionError, "no option 'wieghts'. Did you mean 'weights'"),
    ],
)  # fmt: skip
def test_errors(options, error, words, fit):
    with pytest.raises(error) as caught:
        fit.contrasts(**options)
    assert words in str(caught.value)


def test_ratios_need_weights_that_add_up_to_zero():
    fit = Ordinary("log(value) ~ condition", lifts("unbalanced"))
    with pytest.raises(ModelError, match="add up to 0"):
        fit.contrasts("condition", method={"sum": [1, 1, 0]}, response_scale=True)
