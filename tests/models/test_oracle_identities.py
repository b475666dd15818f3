"""What must hold exactly, whatever software says: Hotelling's T², the analysis of variance, the paired t test.

Each right-hand side is computed here from sums of squares or from stats; the data are those of the reference cases.
"""

import numpy as np
import pandas as pd
import pytest
from oracle_cases import assert_close, fit_quietly, fitted, plain_name, read_data
from scipy import stats

SLOPES = "value ~ condition * load + (1 + condition | participant)"


def anova_of(fit, term, **options):
    table = fit.anova(**{"ddf": "kenward-roger", "type": 3, **options})
    return table.set_index(table["term"].map(plain_name)).loc[term]


def cube(frame, *columns):
    """Cell values (participants, levels of each column), averaged within cells."""
    means = frame.groupby(["participant", *columns], observed=True, sort=True)["value"].mean()
    return means.to_numpy().reshape([frame["participant"].nunique(), *[frame[c].nunique() for c in columns]])


@pytest.mark.parametrize(
    ("case_id", "data"),
    [("balanced_slopes", "balanced"), ("four_conditions", "four_conditions"), ("eight_slopes", "eight_lifters")],
)
def test_kenward_roger_is_hotelling_for_unstructured_slopes(case_id, data):
    means = cube(read_data(data, None), "condition")
    n, q = len(means), means.shape[1] - 1
    differences = means[:, 1:] - means[:, :1]
    t_squared = n * differences.mean(0) @ np.linalg.solve(np.cov(differences.T), differences.mean(0))
    ours = anova_of(fitted(case_id, None), "condition")
    assert (ours["num_df"], ours["den_df"]) == (q, pytest.approx(n - q, abs=1e-6))
    assert ours["statistic"] == pytest.approx(t_squared * (n - q) / ((n - 1) * q), rel=1e-6)
    assert ours["p_value"] == pytest.approx(stats.f.sf(ours["statistic"], q, n - q), rel=1e-6)


def repeated_measures_f(y):
    """F and df of two crossed within-participant factors from sums of squares; y is (participants, a, b)."""
    n, a, b = y.shape
    person, first, second = (y.mean(axis, keepdims=True) for axis in ((1, 2), (0, 2), (0, 1)))
    grand = y.mean()
    by_first, by_second = y.mean(2, keepdims=True), y.mean(1, keepdims=True)
    cell = y.mean(0, keepdims=True)
    squares = {
        "condition": b * n * ((first - grand) ** 2).sum(),
        "load": a * n * ((second - grand) ** 2).sum(),
        "condition:load": n * ((cell - first - second + grand) ** 2).sum(),
    }
    errors = {
        "condition": b * ((by_first - person - first + grand) ** 2).sum(),
        "load": a * ((by_second - person - second + grand) ** 2).sum(),
        "condition:load": ((y - by_first - by_second - cell + person + first + second - grand) ** 2).sum(),
    }
    sizes = {"condition": a - 1, "load": b - 1, "condition:load": (a - 1) * (b - 1)}
    return {t: (squares[t] / errors[t] * (n - 1), sizes[t], sizes[t] * (n - 1)) for t in squares}


@pytest.mark.parametrize("ddf", ["kenward-roger", "satterthwaite"])
def test_balanced_components_are_the_analysis_of_variance(ddf):
    fit = fitted("balanced_components", None)
    assert not fit.singular
    for term, (statistic, num_df, den_df) in repeated_measures_f(
        cube(read_data("balanced", None), "condition", "load")
    ).items():
        ours = anova_of(fit, term, ddf=ddf)
        assert ours["statistic"] == pytest.approx(statistic, rel=1e-6)
        assert (ours["num_df"], ours["den_df"]) == (num_df, pytest.approx(den_df, abs=1e-4))


@pytest.mark.parametrize("ddf", ["kenward-roger", "satterthwaite"])
def test_two_conditions_are_a_paired_t_test(ddf):
    y = cube(read_data("pairs", None), "condition")
    paired = stats.ttest_rel(y[:, 1], y[:, 0])
    low, high = paired.confidence_interval(0.95)
    row = fitted("pairs", None).coefficients(ddf=ddf).iloc[1]
    assert row["estimate"] == pytest.approx((y[:, 1] - y[:, 0]).mean(), rel=1e-10)
    assert row["df"] == pytest.approx(len(y) - 1, abs=1e-5)
    assert (row["statistic"], row["p_value"]) == (
        pytest.approx(paired.statistic, rel=1e-7),
        pytest.approx(paired.pvalue, rel=1e-5),
    )
    assert (row["conf_low"], row["conf_high"]) == (pytest.approx(low, rel=1e-6), pytest.approx(high, rel=1e-6))


def test_contrasts_of_slopes_are_paired_t_tests():
    """With slopes for every condition each pairwise contrast sees only its own two conditions."""
    means = cube(read_data("balanced", None), "condition")
    found = fitted("balanced_slopes", None).contrasts("condition", method="pairwise", adjust="none")
    assert len(found) == 3
    pairs = {(0, 1), (0, 2), (1, 2)}
    t_tests = sorted(abs(stats.ttest_rel(means[:, i], means[:, j]).statistic) for i, j in pairs)
    assert_close(np.sort(np.abs(found["statistic"])), t_tests, relative=1e-6)
    assert_close(found["df"], [len(means) - 1] * 3, absolute=1e-4)


@pytest.mark.parametrize("coding", ["Sum", "Poly", "Helmert"])
def test_coding_changes_no_test_and_no_mean(coding):
    data = read_data("missing_cells", None)
    usual = fitted("missing_slopes", None)
    coded = fit_quietly(f"value ~ C(condition, {coding}) * C(load, {coding}) + (1 + condition | participant)", data)
    for term in ("condition", "load", "condition:load"):
        for column in ("num_df", "den_df", "statistic", "p_value"):
            assert anova_of(coded, term)[column] == pytest.approx(anova_of(usual, term)[column], rel=1e-5), (
                term,
                column,
            )
    for column in ("estimate", "std_error", "df"):
        assert_close(
            coded.marginal_means("condition")[column], usual.marginal_means("condition")[column], relative=1e-6
        )


def test_reordered_levels_and_rows_change_nothing():
    data = read_data("missing_cells", None)
    usual = fitted("missing_recommended", None)
    shuffled = data.sample(frac=1, random_state=7).reset_index(drop=True)
    shuffled["condition"] = shuffled["condition"].cat.reorder_categories(["triceps", "regular", "pectoralis"])
    shuffled["participant"] = "Z" + shuffled["participant"].str[::-1]
    other = fit_quietly("value ~ condition * load + (1 + condition | participant) + (1 | participant:load)", shuffled)
    assert other.loglik == pytest.approx(usual.loglik, rel=1e-9)
    for term in ("condition", "load", "condition:load"):
        assert_close(
            anova_of(other, term)[["den_df", "statistic"]],
            anova_of(usual, term)[["den_df", "statistic"]],
            relative=1e-5,
        )


@pytest.mark.parametrize(("factor", "offset"), [(1e-6, 0.0), (1e5, 0.0), (1.0, 1e6), (-2.0, 300.0)])
def test_scale_and_origin_of_the_response(factor, offset):
    data = read_data("missing_cells", None)
    usual = fitted("missing_slopes", None)
    moved = fit_quietly(SLOPES, data.assign(value=data["value"] * factor + offset))
    p = len(usual.coefficients())
    assert -2 * moved.loglik == pytest.approx(
        -2 * usual.loglik + 2 * (len(data) - p) * np.log(abs(factor)), rel=1e-8, abs=1e-5
    )
    ours, theirs = moved.coefficients(), usual.coefficients()
    assert_close(ours["estimate"][1:] / factor, theirs["estimate"][1:], relative=1e-6, scale=theirs["std_error"][1:])
    assert_close(ours["std_error"] / abs(factor), theirs["std_error"], relative=1e-6)
    assert_close(ours["df"], theirs["df"], absolute=1e-3)
    assert moved.singular == usual.singular


@pytest.mark.parametrize("case_id", ["numeric_slopes", "imagery_weeks"])
@pytest.mark.parametrize("factor", [1e-4, 1e4])
def test_scale_of_a_predictor_with_a_slope(case_id, factor):
    name, data = ("load_pct_1rm", "load_slopes") if case_id == "numeric_slopes" else ("week", "imagery")
    frame = read_data(data, None)
    usual = fitted(case_id, None)
    formula = f"value ~ {'condition' if data == 'load_slopes' else 'group'} * {name} + (1 + {name} | participant)"
    scaled = fit_quietly(formula, frame.assign(**{name: frame[name] * factor}))
    ours, theirs = scaled.coefficients(), usual.coefficients()
    size = np.where(theirs["term"].str.contains(name), factor, 1.0)
    assert_close(ours["estimate"] * size, theirs["estimate"], relative=1e-6, scale=theirs["std_error"])
    assert_close(ours["std_error"] * size, theirs["std_error"], relative=1e-6)
    assert_close(ours["df"], theirs["df"], absolute=1e-3)
    assert scaled.singular == usual.singular


def test_a_singular_fit_is_singular_in_every_unit():
    """The verdict is relative: µV, volts and fractions of a maximum give the same one, both ways."""
    for name, verdict in (("no_slope_variance", True), ("balanced", False)):
        data = read_data(name, None)
        for factor in (1e-6, 1e-2, 1.0, 1e6):
            assert fit_quietly(SLOPES, data.assign(value=data["value"] * factor)).singular is verdict


def test_balanced_components_reach_the_analysis_of_variance_estimates():
    data = read_data("pairs", None)
    fit = fitted("pairs", None)
    y = cube(data, "condition")
    residual = (y - y.mean(0)) - (y - y.mean(0)).mean(1, keepdims=True)
    within = (residual**2).sum() / (len(y) - 1)
    between = 2 * y.mean(1).var(ddof=1)
    assert fit.sigma**2 == pytest.approx(within, rel=1e-7)
    parts = fit.variance_components
    rows = parts[(parts["grouping"] == "participant") & (parts["metric"] == "variance")]
    assert rows["estimate"].item() == pytest.approx((between - within) / 2, rel=1e-7)


def test_the_callers_frame_is_not_changed():
    data = read_data("missing_cells", None)
    before = data.copy(deep=True)
    fit_quietly(SLOPES, data)
    pd.testing.assert_frame_equal(data, before)
