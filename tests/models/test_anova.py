"""Type I, II and III tests of terms: against R, statsmodels, comparisons of models, and identities."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from emmeans_reference import Transplanted, lifts, reference
from ordinary import Ordinary

from mmc_analysis.errors import MMCWarning, OptionError
from mmc_analysis.models.designs.fixed import fixed_design
from mmc_analysis.models.tables.anova import hypothesis_matrices
from mmc_analysis.schema import check

MIXED = {
    "empty_cell": ("value ~ condition * load + group * years + (1 | participant)", "empty_cell"),
    "repeated": ("value ~ group * condition * load + condition * years + (1 + condition | participant)", "repeated"),
    "no_margins": ("value ~ condition:load + group + (1 | participant)", "repeated"),
    "nested": ("value ~ group / condition + years:condition + (1 | participant)", "repeated"),
    "curved": ("value ~ condition * poly(years, 2) + load + (1 | participant)", "repeated"),
}
CODINGS = [None, "sum", "polynomial", "helmert", {"condition": "helmert", "load": "sum"}]

# lmerTest takes a product without its margins, a nested factor and poly() for what they are not; see the tests below.
SET_ASIDE = {
    ("no_margins", 2, "condition:load"),
    ("curved", 2, "condition"),
    ("nested", 2, "group"),
    ("nested", 3, "group"),
}


def transplanted(name, coding=None):
    formula, data = MIXED[name]
    if name != "empty_cell":
        return Transplanted(formula, lifts(data), reference()[name], coding=coding)
    with pytest.warns(MMCWarning, match="dropped from the fixed effects"):
        return Transplanted(formula, lifts(data), reference()[name], coding=coding)


def by_factors_in_order(term):
    return ":".join(sorted(term.split(":")))


@pytest.mark.parametrize("coding", CODINGS, ids=str)
@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("name", MIXED)
def test_hypotheses_of_lmertest_in_any_coding(name, kind, coding):
    if coding and "load" in coding and "load" not in MIXED[name][0]:
        coding = {"condition": "helmert"}
    found = transplanted(name, coding).anova(type=kind, ddf="asymptotic").set_index("term")
    found.index = [by_factors_in_order(term) for term in found.index]
    theirs = reference()[name]["anova"][str(kind)]
    assert len(found) == len(theirs["term"])
    for term, num_df, statistic in zip(theirs["term"], theirs["num_df"], theirs["statistic"], strict=True):
        row = found.loc[by_factors_in_order(term)]
        assert row["num_df"] == num_df
        if (name, kind, term) not in SET_ASIDE:
            assert row["statistic"] == pytest.approx(statistic, rel=1e-6)


def test_an_only_last_term_has_one_hypothesis_of_all_types():
    fit = transplanted("no_margins")
    values = [
        fit.anova(type=kind, ddf="asymptotic").set_index("term")["statistic"]["condition:load"] for kind in (1, 2, 3)
    ]
    np.testing.assert_allclose(values, values[0], rtol=1e-10)


def test_type_three_of_a_nested_factor_is_the_difference_of_its_marginal_means():
    fit = transplanted("nested")
    pair = fit.contrasts("group", at={"years": 0}, ddf="asymptotic")
    found = fit.anova(type=3, ddf="asymptotic").set_index("term")["statistic"]["group"]
    assert found == pytest.approx(pair["statistic"][0] ** 2, rel=1e-10)


def test_a_covariate_is_tested_as_its_average_slope():
    fit = Ordinary("value ~ condition * years + load", lifts("unbalanced"))
    table = fit.anova(type=3).set_index("term")["statistic"]
    assert table["years"] == pytest.approx(fit.slopes("years")["statistic"][0] ** 2, rel=1e-10)
    centred = Ordinary("value ~ condition * center(years) + load", lifts("unbalanced"))
    shifted = centred.anova(type=3).set_index("term")["statistic"]
    assert shifted["center(years)"] == pytest.approx(table["years"], rel=1e-10)
    assert shifted["condition"] != pytest.approx(table["condition"], rel=1e-3)


def test_a_factor_is_tested_where_its_covariate_is_zero():
    fit = Ordinary("value ~ group * years + load", lifts("unbalanced"))
    at_zero = fit.contrasts("group", at={"years": 0})["statistic"][0] ** 2
    assert fit.anova(type=3).set_index("term")["statistic"]["group"] == pytest.approx(at_zero, rel=1e-9)


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_against_statsmodels(kind):
    data = lifts("unbalanced")
    plain = data.assign(condition=data["condition"].astype(str))
    fit = smf.ols("value ~ C(condition, Sum) * C(load, Sum) + C(group, Sum)", plain).fit()
    theirs = sm.stats.anova_lm(fit, typ=kind)
    theirs.index = [name.replace("C(", "").replace(", Sum)", "") for name in theirs.index]
    ours = Ordinary("value ~ condition * load + group", data).anova(type=kind).set_index("term")
    if kind == 1:  # statsmodels takes the terms as written, R and we main effects first
        ours = Ordinary("value ~ condition + load + group + condition:load", data).anova(type=1).set_index("term")
        fit = smf.ols("value ~ C(condition) + C(load) + C(group) + C(condition):C(load)", plain).fit()
        theirs = sm.stats.anova_lm(fit, typ=1)
        theirs.index = [name.replace("C(", "").replace(")", "") for name in theirs.index]
    for term in ours.index:
        assert ours.loc[term, "statistic"] == pytest.approx(theirs.loc[term, "F"], rel=1e-8)
        assert ours.loc[term, "num_df"] == theirs.loc[term, "df"]
        assert ours.loc[term, "p_value"] == pytest.approx(theirs.loc[term, "PR(>F)"], rel=1e-7)


def residual_sum(formula, data):
    fit = Ordinary(formula, data)
    return fit.vcov.shape[0], float(np.sum((fit.fixed.y - fit.fixed.X @ fit.beta) ** 2))


@pytest.mark.parametrize("holed", [False, True])
@pytest.mark.parametrize(
    ("kind", "term", "without", "with_it", "full"),
    [
        (2, "condition", "load + group", "condition + load + group", "condition * load + group"),
        (2, "condition", "load + years + condition:years", "condition * years + load", "condition * years + load"),
        (2, "poly(years, 2)", "condition", "condition + poly(years, 2)", "condition * poly(years, 2)"),
        (1, "load", "condition", "condition + load", "condition * load + group"),
        (1, "group", "1", "group", "group * condition * load"),
        (2, "condition:load", "condition * load - condition:load + group", "condition * load + group", "condition * load + group"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:dropped from the fixed effects")
def test_types_one_and_two_are_reductions_in_residual_sum_of_squares(kind, term, without, with_it, full, holed):
    data = lifts("unbalanced")
    if holed:
        data = data[~((data["condition"] == "triceps") & (data["load"] == "60"))]
    (p0, rss0), (p1, rss1), (_, rss) = (residual_sum(f"value ~ {part}", data) for part in (without, with_it, full))
    fit = Ordinary(f"value ~ {full}", data)
    F = (rss0 - rss1) / (p1 - p0) / (rss / fit.df_resid)
    row = fit.anova(type=kind).set_index("term").loc[term]
    assert (row["num_df"], row["statistic"]) == (p1 - p0, pytest.approx(F, rel=1e-7))


@pytest.mark.parametrize("formula", ["value ~ condition * load + group", "value ~ condition * load * center(years)"])
def test_type_three_is_the_test_of_sum_coded_columns_where_all_cells_are_filled(formula):
    data = lifts("unbalanced")
    fit = Ordinary(formula, data, coding="sum")
    table = Ordinary(formula, data).anova(type=3).set_index("term")["statistic"]
    for term in fit.fixed.terms[1:]:
        own = np.eye(len(fit.beta))[list(term.columns)]
        assert table[term.label] == pytest.approx(fit.joint_test(own, "", "").statistic, rel=1e-9)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("kind", [1, 2, 3])
def test_tests_do_not_depend_on_units(kind, factor):
    data = lifts("unbalanced")
    other = data.assign(value=data["value"] * factor, years=data["years"] / factor)
    formula = "value ~ condition * years + load"
    plain, scaled = (Ordinary(formula, frame).anova(type=kind)["statistic"] for frame in (data, other))
    np.testing.assert_allclose(scaled, plain, rtol=1e-7)


def test_a_covariate_far_from_zero():
    data = lifts("unbalanced")
    far = data.assign(years=data["years"] + 2020.0)
    formula = "value ~ condition * center(years) + load"
    np.testing.assert_allclose(
        Ordinary(formula, far).anova()["statistic"], Ordinary(formula, data).anova()["statistic"], rtol=1e-6
    )


def test_rows_span_the_type_three_hypothesis_as_differences_from_the_first_level():
    L = hypothesis_matrices(fixed_design("value ~ condition * group", lifts("unbalanced")), 3)
    np.testing.assert_allclose(L["condition"], [[0, 1, 0, 0, 0.5, 0], [0, 0, 1, 0, 0, 0.5]], atol=1e-12)
    np.testing.assert_allclose(L["group"], [[0, 0, 0, 1, 1 / 3, 1 / 3]], atol=1e-12)
    np.testing.assert_allclose(L["condition:group"], np.eye(6)[4:], atol=1e-12)


def test_a_term_of_which_nothing_is_left():
    data = lifts("unbalanced")
    data = data[(data["condition"] == "regular") | (data["load"] == "20")]
    with pytest.warns(MMCWarning, match="dropped"):
        fit = Ordinary("value ~ condition * load", data)
    row = fit.anova(type=3).set_index("term").loc["condition:load"]
    assert row["num_df"] == 0
    assert np.isnan(row["statistic"])
    assert row["method"].startswith("not estimable")


def test_without_an_intercept():
    data = lifts("unbalanced")
    whole = Ordinary("value ~ 0 + condition", data)
    row = whole.anova(type=3).iloc[0]
    assert (row["term"], row["num_df"]) == ("condition", 3.0)
    fit = smf.ols("value ~ 0 + C(condition)", data.assign(condition=data["condition"].astype(str))).fit()
    assert row["statistic"] == pytest.approx(fit.f_test(np.eye(3)).fvalue, rel=1e-9)


def test_table_is_an_estimates_frame():
    table = Ordinary("value ~ condition * load", lifts("unbalanced")).anova(type=2)
    check(table, "estimates")
    assert table["method"].unique().tolist() == ["Type II F, Kenward-Roger (expected information)"]
    assert table["metric"].eq("F").all()


def test_bad_options():
    fit = Ordinary("value ~ condition", lifts("unbalanced"))
    with pytest.raises(OptionError, match="type=4 is not allowed"):
        fit.anova(type=4)
    with pytest.raises(OptionError, match="no option 'typ'. Did you mean 'type'"):
        fit.anova(typ=3)
    with pytest.raises(OptionError, match="ddf='kenward' is not allowed"):
        fit.anova(ddf="kenward")


def test_intercept_only_has_no_terms_to_test():
    table = Ordinary("value ~ 1", lifts("unbalanced")).anova()
    assert isinstance(table, pd.DataFrame)
    assert len(table) == 0
