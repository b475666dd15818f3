"""The fixed-effects design: columns, codings, rows kept, rank, new data, and errors."""

import formulaic
import numpy as np
import pandas as pd
import pytest
from ordinary import Ordinary

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.fixed import fixed_design, model_layout, model_matrix

CONDITIONS = ["regular", "pectoralis", "triceps"]


@pytest.fixture
def data():
    rng = np.random.default_rng(5)
    rows = [(c, load, p) for c in CONDITIONS for load in ("20", "50", "80") for p in range(6)]
    frame = pd.DataFrame(rows, columns=["condition", "load", "participant"])
    frame["condition"] = pd.Categorical(frame["condition"], categories=CONDITIONS, ordered=True)
    frame["years"] = rng.gamma(3, 2, len(frame)).round(2)
    frame["kg"] = frame["load"].astype(int)
    frame["trained"] = frame["participant"] % 2 == 0
    frame["value"] = rng.normal(60, 9, len(frame)).round(2)
    return frame


SAME = [
    ("condition * load", None),
    ("condition + load + condition:load", None),
    ("0 + condition", None),
    ("0 + condition + load", None),
    ("load + condition:load", None),
    ("condition * years", None),
    ("0 + years + years:condition", None),
    ("years:condition + load", None),
    ("log(years) + I(years**2) + sqrt(years) + exp(years / 10) + log2(years) + log10(years) + log1p(years)",
     "np.log(years) + I(years**2) + np.sqrt(years) + np.exp(years / 10) + np.log2(years) + np.log10(years) + np.log1p(years)"),
    ("center(years) * condition", None),
    ("scale(years)", None),
    ("poly(years, 3)", None),
    ("abs(years - 5)", "np.abs(years - 5)"),
    ("C(kg)", None),
    ("C(condition, Sum) * load", "C(condition, contr.sum) * load"),
    ("C(load, Treatment('80'))", "C(load, contr.treatment('80'))"),
    ("C(load, Poly)", "C(load, contr.poly)"),
    ("C(load, Helmert)", "C(load, contr.helmert(scale=False))"),
    ("trained", None),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), SAME)
def test_columns_are_those_of_formulaic(ours, theirs, data):
    X, _ = model_matrix(ours, data)
    with np.errstate(all="ignore"):
        expected = formulaic.model_matrix(theirs or ours, data, context={"np": np}).to_numpy(dtype=float)
    assert X.shape == expected.shape
    distances = np.abs(X[:, :, None] - expected[:, None, :]).max(axis=0)
    assert (distances.min(axis=0) < 1e-9).all()
    assert (distances.min(axis=1) < 1e-9).all()


@pytest.mark.parametrize(
    "text", ["condition:load", "condition:load:trained", "condition:load + years:trained", "0 + condition:load"]
)
def test_terms_without_their_margins_span_all_cells(text, data):
    data["trained"] = data["trained"].astype(str)
    X, names = model_matrix(text, data)
    expected = formulaic.model_matrix(text, data, ensure_full_rank=False).to_numpy(dtype=float)
    rank = np.linalg.matrix_rank(expected)
    assert X.shape[1] == np.linalg.matrix_rank(X) == rank == np.linalg.matrix_rank(np.hstack([X, expected]))
    assert len(set(names)) == len(names)


def test_names_and_terms(data):
    design = fixed_design("value ~ condition * load + years", data)
    assert design.names == (
        "Intercept", "condition[T.pectoralis]", "condition[T.triceps]", "load[T.50]", "load[T.80]", "years",
        "condition[T.pectoralis]:load[T.50]", "condition[T.triceps]:load[T.50]",
        "condition[T.pectoralis]:load[T.80]", "condition[T.triceps]:load[T.80]",
    )  # fmt: skip
    assert [(term.label, term.columns) for term in design.terms] == [
        ("Intercept", (0,)), ("condition", (1, 2)), ("load", (3, 4)), ("years", (5,)), ("condition:load", (6, 7, 8, 9)),
    ]  # fmt: skip
    assert design.terms[-1].variables == ("condition", "load")
    assert design.factors == {"condition": tuple(CONDITIONS), "load": ("20", "50", "80")}
    assert design.numerics == ("years",)


def test_ordered_categories_have_treatment_coding_unless_asked(data):
    assert fixed_design("value ~ condition", data).names[1] == "condition[T.pectoralis]"
    assert fixed_design("value ~ condition", data, coding="polynomial").names[1:] == ("condition[.L]", "condition[.Q]")
    assert fixed_design("value ~ condition * load", data, coding={"load": "helmert"}).names[3:5] == (
        "load[H.50]",
        "load[H.80]",
    )


@pytest.mark.parametrize("coding", ["sum", "polynomial", "helmert", {"condition": "sum", "load": "helmert"}])
def test_coding_does_not_change_the_fit(coding, data):
    plain, coded = (
        Ordinary("value ~ condition * load * years", data),
        Ordinary("value ~ condition * load * years", data, coding=coding),
    )
    np.testing.assert_allclose(coded.fixed.X @ coded.beta, plain.fixed.X @ plain.beta, rtol=1e-9)


def test_rows_with_missing_values_are_counted_and_left_out(data):
    data.loc[3, "value"] = np.nan
    data.loc[7, "condition"] = None
    data.loc[11, "participant"] = np.nan
    before = data.copy()
    design = fixed_design("value ~ condition + (1 | participant)", data)
    assert design.n_dropped == 3
    assert np.flatnonzero(~design.kept).tolist() == [3, 7, 11]
    assert len(design.y) == len(design.data) == len(data) - 3
    assert fixed_design("value ~ load", data, also=("participant",)).n_dropped == 2
    pd.testing.assert_frame_equal(data, before)


def test_unused_levels_are_dropped_and_named(data):
    design = fixed_design("value ~ condition", data[data["condition"] != "pectoralis"])
    assert design.factors["condition"] == ("regular", "triceps")
    assert design.unused_levels == {"condition": ("pectoralis",)}


def test_empty_cell_is_named_and_dropped_or_refused(data):
    holed = data[~((data["condition"] == "triceps") & (data["load"] == "80"))]
    with pytest.warns(MMCWarning, match=r"condition\[T.triceps\]:load\[T.80\]"):
        design = fixed_design("value ~ condition * load", holed)
    assert design.aliased == ("condition[T.triceps]:load[T.80]",)
    assert design.X.shape[1] == np.linalg.matrix_rank(design.X) == 8
    with pytest.raises(ModelError, match=r"determine condition\[T.triceps\]:load\[T.80\]"):
        fixed_design("value ~ condition * load", holed, rank_deficient="error")
    cells = pd.DataFrame({"condition": ["triceps", "triceps"], "load": ["50", "80"]})
    assert design.estimable(design.layout.matrix(cells)).tolist() == [True, False]
    with pytest.raises(ModelError, match="cannot estimate row 1"):
        design.matrix(cells)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_what_can_be_estimated_does_not_depend_on_units(scale, data):
    holed = data[~((data["condition"] == "triceps") & (data["load"] == "80"))]
    holed = holed.assign(scaled=holed["years"] * scale, copy=holed["years"] * scale)
    with pytest.warns(MMCWarning, match="copy"):
        design = fixed_design("value ~ condition * load + scaled + copy", holed)
    new = {"condition": ["triceps"] * 3, "load": ["50", "80", "50"], "scaled": [3 * scale] * 3}
    cells = pd.DataFrame(new).assign(copy=[3 * scale, 3 * scale, 2 * scale])
    assert design.estimable(design.layout.matrix(cells)).tolist() == [True, False, False]


def test_two_terms_that_say_the_same(data):
    with pytest.warns(MMCWarning, match="kg"):
        design = fixed_design("value ~ load + kg", data)
    assert design.aliased == ("kg",)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_rank_does_not_depend_on_units(scale, data):
    data["tiny"] = data["years"] * scale
    assert fixed_design("value ~ condition * tiny", data).aliased == ()


def test_matrix_of_new_data_remembers_means_levels_and_polynomials(data):
    some = data.iloc[[5, 2, 40]]
    for text in (
        "condition * poly(years, 2) + scale(kg):trained",
        "condition + center(years) * load + C(participant, Sum)",
    ):
        design = fixed_design(f"value ~ {text}", data)
        np.testing.assert_allclose(design.matrix(some), design.X[[5, 2, 40]], rtol=1e-10, atol=1e-12)


def test_new_data_must_fit(data):
    design = fixed_design("value ~ condition + log(years)", data)
    new = pd.DataFrame({"condition": ["tricep"], "years": [2.0]})
    with pytest.raises(ModelError, match="no level 'tricep', found in row 0. Did you mean 'triceps'"):
        design.matrix(new)
    with pytest.raises(ModelError, match="no column 'years'"):
        design.matrix(new[["condition"]])
    with pytest.raises(ModelError, match=r"'log\(years\)' of the model is infinite in row 0"):
        design.matrix(pd.DataFrame({"condition": ["triceps"], "years": [0.0]}))
    with pytest.raises(ModelError, match="column 'years' is not a number in row 0"):
        design.matrix(pd.DataFrame({"condition": ["triceps"], "years": [np.nan]}))
    with pytest.raises(ModelError, match="was a number in the fit"):
        design.matrix(pd.DataFrame({"condition": ["triceps"], "years": ["two"]}))


def test_random_term_matrices(data):
    assert model_matrix("1 + condition", data)[1] == ("Intercept", "condition[T.pectoralis]", "condition[T.triceps]")
    assert model_matrix("0 + condition", data)[1] == tuple(f"condition[{c}]" for c in CONDITIONS)
    assert model_matrix("0 + years", data)[0][:, 0].tolist() == data["years"].tolist()
    layout = model_layout("1 + condition", data)
    assert layout.matrix(data.iloc[[-1]]).tolist() == [[1.0, 0.0, 1.0]]


def test_kinds_of_columns(data):
    assert fixed_design("value ~ trained", data).names == ("Intercept", "trained[T.True]")
    assert fixed_design("value ~ kg", data).names == ("Intercept", "kg")
    assert fixed_design("value ~ C(kg)", data).factors == {"kg": (20, 50, 80)}
    data["loose"] = data["kg"].astype(object)
    assert fixed_design("value ~ loose", data).numerics == ("loose",)
    data["nullable"] = data["kg"].astype("Int64")
    data.loc[0, "nullable"] = pd.NA
    design = fixed_design("value ~ nullable", data)
    assert (design.numerics, design.n_dropped) == (("nullable",), 1)
    data["body mass"] = data["years"]
    assert fixed_design("value ~ `body mass`", data).names == ("Intercept", "`body mass`")


def test_linear_trend_and_its_departures(data):
    with pytest.warns(MMCWarning, match="kg"):
        design = fixed_design("value ~ kg + C(kg)", data)
    assert [term.label for term in design.terms] == ["Intercept", "kg", "C(kg)"]
    assert (design.X.shape[1], len(design.aliased)) == (3, 1)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("value ~ conditon", "no column 'conditon'. Did you mean 'condition'? Columns: condition, load"),
        ("valeu ~ load", "Did you mean 'value'"),
        ("value ~ load + (1 | participnt)", "Did you mean 'participant'"),
        ("condition ~ load", "the response uses column 'condition', which holds text or categories"),
        ("value ~ log(condition)", "computes with column 'condition', which is a factor"),
        ("value ~ 0", "no fixed effects"),
        ("value ~ one", "factor 'one' has one level, 'same'"),
        ("value ~ C(load, Treatment('90'))", "factor 'load' has no level '90'"),
        ("value ~ C(load, Sum) + load", "stands twice, with two codings"),
        ("value ~ when", "column 'when' holds datetime64"),
        ("value ~ mixed", "column 'mixed' mixes number and text"),
        ("value ~ gone", "no row has a value in all of the columns value, gone"),
        ("value ~ far", "column 'far' is infinite in row 4"),
        ("flat ~ load", "the response 'flat' is 3 in every row"),
        ("log(zero) ~ load", "the response 'log(zero)' is infinite in row 2"),
        ("value ~ log(zero)", "'log(zero)' is infinite in row 2"),
        ("value ~ sqrt(zero - 1)", "is not a number in row 2"),
        ("value ~ scale(flat)", "no standard deviation"),
        ("value ~ poly(kg, 3)", "3 different values allow a degree of at most 2"),
        ("value ~ twice", "stands more than once"),
    ],
)  # fmt: skip
def test_bad_input_has_its_own_error(formula, words, data):
    data = data.assign(one="same", when=pd.Timestamp("2020-01-01"), mixed=[1, "a"] * 27, gone=np.nan, flat=3.0)
    data["far"], data["zero"] = data["years"], data["years"] + 1
    data.loc[4, "far"], data.loc[2, "zero"] = np.inf, 0.0
    data["twice"] = 1.0
    data = pd.concat([data, data["twice"]], axis=1)
    with pytest.raises(ModelError) as caught:
        fixed_design(formula, data)
    assert words in str(caught.value)


@pytest.mark.parametrize("data", [None, [1, 2], {"value": [1.0]}])
def test_data_must_be_a_frame(data):
    with pytest.raises(ModelError, match="pandas DataFrame"):
        fixed_design("value ~ load", data)


def test_coding_option(data):
    with pytest.raises(ModelError, match="coding='treatmnt' is not allowed"):
        fixed_design("value ~ load", data, coding="treatmnt")
    with pytest.raises(ModelError, match="coding names 'laod', which is no factor of the formula. Did you mean 'load'"):
        fixed_design("value ~ load", data, coding={"laod": "sum"})
