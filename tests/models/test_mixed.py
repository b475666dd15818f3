"""fit_mixed against identities that need no other software, and its answers to bad input."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from lab import lifts, with_gaps
from scipy import stats

from mmc_analysis.errors import MMCWarning, ModelError, OptionError
from mmc_analysis.models import rm_anova
from mmc_analysis.models.mixed.model import fit_mixed

fit_quietly = partial(fit_mixed, warn=False)
SLOPES = "value ~ condition * load + (1 + condition | participant)"


def cell_means(frame, columns):
    return frame.pivot_table(index="participant", columns=columns, values="value", observed=True)


def test_kenward_roger_of_unstructured_slopes_is_hotelling():
    frame = lifts(3, sd=(8.0, 4.0, 0.0, 4.0))
    fit = fit_quietly(SLOPES, frame)
    assert fit.converged and not fit.singular
    row = fit.anova().set_index("term").loc["condition"]
    means = cell_means(frame, "condition")
    differences = means.to_numpy()[:, 1:] - means.to_numpy()[:, :1]
    n, q = differences.shape
    t2 = n * differences.mean(0) @ np.linalg.solve(np.cov(differences.T), differences.mean(0))
    assert row.statistic == pytest.approx(t2 * (n - q) / ((n - 1) * q), rel=1e-7)
    assert (row.num_df, row.den_df) == (q, pytest.approx(n - q, rel=1e-7))


def test_balanced_variance_components_are_the_repeated_measures_anova():
    frame = lifts(4, sd=(8.0, 3.0, 3.0, 4.0))
    fit = fit_quietly(
        "value ~ condition * load + (1 | participant) + (1 | participant:condition) + (1 | participant:load)", frame
    )
    classical = rm_anova(frame, within=["condition", "load"]).set_index("term")
    for ddf in ("kenward-roger", "satterthwaite"):
        table = fit.anova(ddf=ddf).set_index("term")
        for term in classical.index:
            assert table.statistic[term] == pytest.approx(classical.statistic[term], rel=1e-6)
            assert table.den_df[term] == pytest.approx(classical.den_df[term], rel=1e-5)
            assert table.p_value[term] == pytest.approx(classical.p_value[term], rel=1e-4)


def test_contrast_of_two_conditions_is_the_paired_t_test():
    frame = lifts(5, n=9)
    frame = frame[frame.condition != "triceps"]
    means = cell_means(frame, "condition").to_numpy()
    averaged = pd.DataFrame({"participant": np.tile(np.arange(9), 2), "condition": ["regular"] * 9 + ["pectoralis"] * 9,
                             "value": means[:, :2].T.ravel()})  # fmt: skip
    fit = fit_quietly("value ~ condition + (1 | participant)", averaged)
    row = fit.contrasts("condition").iloc[0]
    t = stats.ttest_rel(means[:, 0], means[:, 1])
    interval = t.confidence_interval()
    assert abs(row.statistic) == pytest.approx(abs(t.statistic))
    assert (row.df, row.p_value) == (pytest.approx(8), pytest.approx(t.pvalue))
    assert sorted(np.abs([row.conf_low, row.conf_high])) == pytest.approx(sorted(np.abs([interval.low, interval.high])))


@pytest.mark.parametrize("scale", [1e-9, 1e6])
def test_nothing_depends_on_the_unit_of_the_response(scale):
    frame = with_gaps(lifts(6, n=10), 0.1)
    one = fit_quietly(SLOPES, frame)
    other = fit_quietly(SLOPES, frame.assign(value=frame.value * scale))
    assert other.singular == one.singular
    for ddf in ("kenward-roger", "satterthwaite"):
        a, b = one.anova(ddf=ddf), other.anova(ddf=ddf)
        np.testing.assert_allclose(
            b[["statistic", "den_df", "p_value"]], a[["statistic", "den_df", "p_value"]], rtol=1e-6
        )
    assert other.sigma == pytest.approx(scale * one.sigma)
    n, p = one.fixed.X.shape
    assert other.deviance == pytest.approx(one.deviance + 2 * (n - p) * np.log(scale), rel=1e-9)


def test_nothing_depends_on_a_large_offset_or_the_unit_of_a_covariate():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"participant": np.repeat(np.arange(10), 6), "x": np.tile(np.arange(6.0), 10)})
    frame["value"] = (
        (1 + rng.normal(size=10)).repeat(6) * frame.x + 3 * rng.normal(size=10).repeat(6) + rng.normal(size=60)
    )
    one = fit_quietly("value ~ x + (1 + x | participant)", frame)
    moved = frame.assign(value=frame.value + 1e7, x=0.01 * frame.x + 2026.0)
    other = fit_quietly("value ~ x + (1 + x | participant)", moved)
    for ddf in ("kenward-roger", "satterthwaite"):
        a, b = one.coefficients(ddf=ddf).iloc[1], other.coefficients(ddf=ddf).iloc[1]
        assert b.statistic == pytest.approx(a.statistic, rel=1e-6)
        assert b.df == pytest.approx(a.df, rel=1e-5)
    assert other.sigma == pytest.approx(one.sigma, rel=1e-6)


def test_nothing_depends_on_coding():
    frame = with_gaps(lifts(7, n=8), 0.15)
    fits = [fit_quietly(SLOPES, frame, coding=coding) for coding in ("treatment", "sum", "polynomial", "helmert")]
    tables = [fit.anova() for fit in fits]
    for table in tables[1:]:
        np.testing.assert_allclose(table[["statistic", "den_df"]], tables[0][["statistic", "den_df"]], rtol=1e-6)


def test_known_values_of_a_maximum_likelihood_fit():
    """One-way layout, balanced: the estimates have a closed form."""
    rng = np.random.default_rng(8)
    group = np.repeat(np.arange(7), 4)
    frame = pd.DataFrame({"lifter": group, "value": 2 * rng.normal(size=7)[group] + rng.normal(size=28)})
    means = frame.groupby("lifter").value.mean().to_numpy()
    within = ((frame.value - means[group]) ** 2).sum()
    between = 4 * ((means - means.mean()) ** 2).sum()
    fit = fit_quietly("value ~ 1 + (1 | lifter)", frame, reml=False)
    assert fit.sigma**2 == pytest.approx(within / 21)
    total = between / 7
    loglik = -0.5 * (28 * np.log(2 * np.pi) + 21 * np.log(within / 21) + 7 * np.log(total) + 28)
    assert fit.loglik == pytest.approx(loglik)
    assert fit.aic == pytest.approx(-2 * loglik + 2 * 3)
    assert fit.bic == pytest.approx(-2 * loglik + 3 * np.log(28))


def test_kenward_roger_of_a_maximum_likelihood_fit_rests_on_reml_and_says_so():
    frame = with_gaps(lifts(1, n=8, loads=3), 0.1)
    ml, reml = (fit_quietly("value ~ condition * load + (1 | participant)", frame, reml=r) for r in (False, True))
    with pytest.warns(MMCWarning, match="fitted by maximum likelihood"):
        table = ml.coefficients()
    np.testing.assert_allclose(table.std_error, reml.coefficients().std_error, rtol=1e-9)
    assert (ml.coefficients(ddf="satterthwaite").std_error < table.std_error).all()


def test_observed_and_expected_information_agree_where_data_are_balanced_and_differ_elsewhere():
    frame = lifts(9, n=12, sd=(8.0, 5.0, 0.0, 4.0))
    full, gaps = fit_quietly(SLOPES, frame), fit_quietly(SLOPES, with_gaps(frame, 0.15))
    for fit, same in ((full, True), (gaps, False)):
        one, other = (fit.coefficients(information=i).df.to_numpy() for i in ("expected", "observed"))
        assert np.allclose(one, other, rtol=1e-6) == same


def test_observed_information_at_the_boundary_falls_back_and_says_so():
    rng = np.random.default_rng(12)
    frame = pd.DataFrame({"participant": np.repeat(np.arange(6), 5), "value": rng.normal(size=30)})
    frame["value"] -= 0.9 * frame.groupby("participant").value.transform("mean")
    fit = fit_quietly("value ~ 1 + (1 | participant)", frame)
    assert fit.singular and fit.converged
    assert np.linalg.eigvalsh(fit.sensitivity.observed)[0] < 0
    with pytest.warns(MMCWarning, match="not positive definite"):
        observed = fit.coefficients(information="observed")
    assert observed.df[0] == pytest.approx(fit.coefficients().df[0])
    assert fit.coefficients().df[0] == pytest.approx(5, rel=1e-6)


def test_asymptotic_is_the_wald_test():
    fit = fit_quietly(SLOPES, lifts(2, n=8, loads=3))
    table = fit.coefficients(ddf="asymptotic")
    assert np.isinf(table.df).all()
    np.testing.assert_allclose(table.p_value, 2 * stats.norm.sf(np.abs(table.statistic)))
    np.testing.assert_allclose(table.std_error, np.sqrt(fit.solution.covariance.diagonal()))
    row = fit.anova(ddf="asymptotic").set_index("term").loc["condition"]
    assert row.p_value == pytest.approx(stats.chi2.sf(row.num_df * row.statistic, row.num_df))


def test_missing_rows_are_dropped_and_counted_and_the_frame_is_left_alone():
    frame = lifts(1, n=8, loads=3)
    frame.loc[[3, 10], "value"] = np.nan
    before = frame.copy(deep=True)
    fit = fit_quietly(SLOPES, frame)
    pd.testing.assert_frame_equal(frame, before)
    assert (fit.n_obs, fit.n_dropped, fit.n_participants) == (70, 2, 8)
    assert fit.coefficients().evidence.eq("synthetic").all()


def test_crossed_and_nested_groupings_are_read_alike():
    frame = lifts(1, n=8, loads=3)
    one = fit_quietly("value ~ condition + (1 | participant/load)", frame)
    other = fit_quietly("value ~ condition + (1 | participant) + (1 | participant:load)", frame)
    assert one.deviance == pytest.approx(other.deviance, abs=1e-9)


BAD = [
    ("value ~ condition", {}, "no random term"),
    ("value ~ condition + (1 | studio)", {}, "no column 'studio'.*study"),
    ("value ~ condition + (1 | study)", {}, "one level"),
    ("value ~ condition + (1 | participant:condition:load)", {}, "one row per level"),
    ("value ~ load + (1 + condition * load | participant)", {}, "effects for 72 rows"),
    ("value ~ condition + (1 + condition + twin | participant)", {"twin": 2.0}, "determine"),
    ("value ~ condition + (1 | participant)", {"value": 3.0}, "nothing to explain"),
    ("value ~ twin + (1 | participant)", {"twin": "copy"}, "fit the response exactly"),
    ("value ~ condition + (1 | participant)", {"value": np.inf}, "infinite"),
    ("value ~ condition + (1 | participant", {}, "parenthesis"),
    ("value ~ condition + (1 | participant)", {"measure": "mixed"}, "mixes measure '"),
    ("value ~ condition + (1 | participant)", {"unit": "mixed"}, "mixes unit '"),
    ("value ~ condition + (1 | participant)", {"quantity": "mixed"}, "mixes quantity 'one', 'two'"),
]


@pytest.mark.parametrize("formula, change, message", BAD, ids=[message for *_, message in BAD])
def test_bad_input_says_what_to_do(formula, change, message):
    frame = lifts(1, n=8, loads=3)
    for column, value in change.items():
        if value == "copy":
            frame[column] = frame["value"]
        elif value == "mixed":
            frame[column] = np.where(np.arange(len(frame)) % 2 == 0, "one", "two")
        else:
            frame[column] = value
    with pytest.raises(ModelError, match=message):
        fit_quietly(formula, frame)


def test_misspelt_options_name_the_right_one():
    with pytest.raises(OptionError, match="Did you mean 'reml'"):
        fit_quietly(SLOPES, lifts(1, n=8), remll=False)
    with pytest.raises(OptionError, match="kenward-roger"):
        fit_quietly(SLOPES, lifts(1, n=8, loads=3)).coefficients(ddf="kenward")


def test_mixed_muscles_that_the_formula_ignores_are_warned_of():
    frame = lifts(1, n=8, loads=3)
    frame["muscle"] = np.where(np.arange(len(frame)) % 2 == 0, "pectoralis", "triceps")
    with pytest.warns(MMCWarning, match="2 muscles that the formula ignores") as caught:
        fit_mixed("value ~ condition + (1 | participant)", frame, warn=False)
    assert caught[0].filename == __file__


def test_ids_that_repeat_across_studies_are_refused_unless_crossed():
    frame = pd.concat([lifts(i, n=8, loads=3).assign(study=f"s{i}") for i in (1, 2)], ignore_index=True)
    with pytest.raises(ModelError, match=r"8 participant ids occur in several studies.*study:participant"):
        fit_quietly("value ~ condition + (1 | participant)", frame)
    fit = fit_quietly("value ~ condition + (1 | study:participant)", frame)
    assert fit.n_participants == 16


def test_variation_stated_twice_is_warned_of():
    with pytest.warns(MMCWarning, match="state the same variation twice"):
        fit_quietly("value ~ condition + (condition || participant)", lifts(1, n=8, loads=3))
