"""Likelihood ratios against hand calculation and simulation."""

import joblib
import numpy as np
import pytest
from lab import lifts, with_gaps
from scipy import stats

from mmc_analysis.errors import ModelError, OptionError
from mmc_analysis.models import compare
from mmc_analysis.models.mixed.model import fit_mixed


def fit(fixed, random, frame, **options):
    return fit_mixed(f"value ~ {fixed} + {random}", frame, warn=False, **options)


@pytest.fixture(scope="module")
def pairs():
    """Nine lifters, two conditions, one value each."""
    frame = lifts(2, n=9, loads=1)
    return frame[frame.condition != "triceps"].assign(condition=lambda f: f.condition.astype(str))


def test_two_conditions_are_a_function_of_the_paired_t(pairs):
    fits = [fit(fixed, "(1 | participant)", pairs) for fixed in ("1", "condition")]
    t = stats.ttest_rel(*(pairs[pairs.condition == c].value.to_numpy() for c in ("pectoralis", "regular"))).statistic
    row = compare(*fits).iloc[0]
    assert row.statistic == pytest.approx(9 * np.log1p(t**2 / 8))
    assert (row.df, row.p_value) == (1, pytest.approx(stats.chi2.sf(row.statistic, 1)))
    assert "fitted again by maximum likelihood" in row.method
    assert compare(*fits[::-1]).iloc[0].statistic == pytest.approx(row.statistic)


def test_bootstrap_of_two_conditions_is_the_t_test(pairs):
    """The ratio is a function of t, so that its exact P is that of the t test."""
    fits = [fit(fixed, "(1 | participant)", pairs, reml=False) for fixed in ("1", "condition")]
    found = compare(*fits, method="bootstrap", n_sim=4000, seed=1).iloc[0]
    t = stats.ttest_rel(*(pairs[pairs.condition == c].value.to_numpy() for c in ("pectoralis", "regular")))
    assert found.p_value == pytest.approx(t.pvalue, abs=4 * np.sqrt(t.pvalue * (1 - t.pvalue) / 4000))
    assert "4000 responses drawn" in found.method


def test_bootstrap_does_not_depend_on_the_number_of_workers():
    frame = lifts(7, n=9, loads=1, sd=(8.0, 3.0, 3.0, 4.0))
    fits = [fit(fixed, "(1 | participant)", frame) for fixed in ("1", "condition")]
    one, other = (compare(*fits, method="bootstrap", n_sim=600, seed=seed).p_value[0] for seed in (3, 4))
    with joblib.parallel_config(backend="threading"):
        two = compare(*fits, method="bootstrap", n_sim=600, seed=3, n_jobs=2).p_value[0]
    assert one == two != other


def test_random_terms_are_compared_by_reml():
    frame = with_gaps(lifts(3, n=12, loads=3), 0.1)
    small = fit("condition + load", "(1 | participant)", frame)
    large = fit("condition + load", "(1 + condition | participant)", frame)
    row = compare(small, large).iloc[0]
    assert row.statistic == pytest.approx(small.deviance - large.deviance)
    assert row.df == 5 and row.method == "likelihood ratio, both fitted by REML"


def test_mixture_of_one_more_variance_and_of_one_more_slope():
    rng = np.random.default_rng(1)
    frame = with_gaps(lifts(3, n=12, loads=3), 0.1).assign(x=lambda f: rng.normal(size=len(f)))
    none = fit("condition", "(1 | participant)", frame)
    term = fit("condition", "(1 | participant) + (1 | participant:load)", frame)
    row = compare(none, term, method="mixture").iloc[0]
    assert row.p_value == pytest.approx(0.5 * stats.chi2.sf(row.statistic, 1))
    slope = fit("condition", "(1 + x | participant)", frame)
    row = compare(none, slope, method="mixture").iloc[0]
    expected = 0.5 * (stats.chi2.sf(row.statistic, 1) + stats.chi2.sf(row.statistic, 2))
    assert row.p_value == pytest.approx(expected)
    two = fit("condition", "(1 + condition | participant)", frame)
    with pytest.raises(ModelError, match="one more random intercept or .* one more slope"):
        compare(none, two, method="mixture")


def test_what_is_not_nested_is_refused():
    frame = lifts(3, n=8, loads=3)
    one = fit("condition", "(1 | participant)", frame)
    with pytest.raises(ModelError, match="not among those"):
        compare(one, fit("load", "(1 | participant) + (1 | participant:load)", frame))
    with pytest.raises(ModelError, match="is in no term"):
        compare(
            fit("condition", "(1 | participant:condition)", frame), fit("condition * load", "(1 | participant)", frame)
        )
    with pytest.raises(ModelError, match="same number of parameters"):
        compare(one, one)
    with pytest.raises(ModelError, match="different rows"):
        compare(one, fit("condition * load", "(1 | participant)", frame.iloc[:-1]))
    with pytest.raises(OptionError, match="bootstrap"):
        compare(one, one, method="boot")
