"""Adjustments of families whose members have their own degrees of freedom."""

import numpy as np
import pytest
from emmeans_reference import as_frame, reference

from mmc_analysis.errors import OptionError
from mmc_analysis.models.small_samples.multiplicity import adjust_family


def family():
    found = reference()["own_df"]
    plain = as_frame(found["plain"])
    return plain["statistic"].to_numpy(), plain["df"].to_numpy(), np.array(found["correlation"]), found["means"]


@pytest.mark.parametrize("adjust", ["tukey", "bonferroni", "holm", "fdr"])
def test_p_values_of_emmeans_with_kenward_roger_df(adjust):
    statistic, df, correlation, means = family()
    assert np.ptp(df) > 5
    found = adjust_family(statistic, df, correlation, adjust, 0.95, means)
    theirs = as_frame(reference()["own_df"][adjust])
    np.testing.assert_allclose(found.p_value, theirs["p_value"], rtol=1e-6)
    if adjust in ("tukey", "bonferroni"):
        half = (theirs["conf_high"] - theirs["conf_low"]) / 2 / theirs["std_error"]
        np.testing.assert_allclose(found.critical, half, rtol=1e-7)


def test_multivariate_t_is_that_of_mvtnorm_at_whole_df():
    statistic, df, correlation, _ = family()
    theirs = as_frame(reference()["own_df"]["mvt"])
    whole = adjust_family(statistic, np.floor(df), correlation, "mvt", 0.95)
    np.testing.assert_allclose(whole.p_value, theirs["p_value"], rtol=1e-2, atol=2e-4)
    np.testing.assert_allclose(
        whole.critical, (theirs["conf_high"] - theirs["conf_low"]) / 2 / theirs["std_error"], rtol=1.5e-3
    )
    between = adjust_family(statistic, df, correlation, "mvt", 0.95)
    above = adjust_family(statistic, np.ceil(df), correlation, "mvt", 0.95)
    assert (between.critical < whole.critical).all()
    assert (between.critical > above.critical).all()


@pytest.mark.parametrize("adjust", ["holm", "bonferroni", "tukey", "mvt", "fdr"])
def test_adjusted_p_is_never_below_the_raw_one_and_at_most_one(adjust):
    rng = np.random.default_rng(3)
    pairs = np.array(
        [[1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1], [0, 1, -1, 0], [0, 1, 0, -1], [0, 0, 1, -1]], dtype=float
    )
    for scale in (0.3, 2.0, 8.0, 40.0):
        statistic, df = rng.normal(0, scale, 6), rng.uniform(2, 40, 6)
        raw = adjust_family(statistic, df, pairs @ pairs.T / 2, "none", 0.95).p_value
        found = adjust_family(statistic, df, pairs @ pairs.T / 2, adjust, 0.95, 4).p_value
        assert (found >= raw * (1 - 1e-12)).all()
        assert (found <= 1).all()


@pytest.mark.parametrize("adjust", ["tukey", "mvt", "bonferroni"])
def test_interval_excludes_zero_exactly_where_p_is_small(adjust):
    pairs = np.array([[1, -1, 0], [1, 0, -1], [0, 1, -1]], dtype=float)
    statistic, df = np.array([1.0, 2.6, 2.7]), np.array([11.3, 14.0, np.inf])
    found = adjust_family(statistic, df, pairs @ pairs.T / 2, adjust, 0.95, 3)
    assert ((np.abs(statistic) > found.critical) == (found.p_value < 0.05)).all()


def test_tukey_and_the_multivariate_t_agree_for_equal_variances():
    pairs = np.array([[1, -1, 0], [1, 0, -1], [0, 1, -1]], dtype=float)
    statistic, df = np.array([0.4, 2.6, 5.1]), np.array([11.3, 14.0, 9.1])
    tukey, mvt = (adjust_family(statistic, df, pairs @ pairs.T / 2, name, 0.95, 3) for name in ("tukey", "mvt"))
    np.testing.assert_allclose(mvt.p_value, tukey.p_value, rtol=1e-6)
    np.testing.assert_allclose(mvt.critical, tukey.critical, rtol=1e-7)


@pytest.mark.parametrize("adjust", ["holm", "bonferroni", "tukey", "mvt", "dunnett", "fdr"])
def test_a_family_of_one_is_not_adjusted(adjust):
    found = adjust_family(np.array([2.2]), np.array([7.5]), np.eye(1), adjust, 0.9, 2)
    plain = adjust_family(np.array([2.2]), np.array([7.5]), np.eye(1), "none", 0.9, 2)
    np.testing.assert_allclose(found.p_value, plain.p_value, rtol=1e-9)
    np.testing.assert_allclose(found.critical, plain.critical, rtol=1e-8)


def test_holm_by_hand():
    p = np.array([0.01, 0.04, 0.03])
    statistic = -np.array([-2.5758293035489004, -2.0537489106318225, -2.1700903775845606])
    found = adjust_family(statistic, np.full(3, np.inf), np.eye(3), "holm", 0.95)
    np.testing.assert_allclose(found.p_value, [0.03, 0.06, 0.06], rtol=1e-9)
    np.testing.assert_allclose(
        adjust_family(statistic, np.full(3, np.inf), np.eye(3), "none", 0.95).p_value, p, rtol=1e-9
    )


def test_unknown_adjustment():
    with pytest.raises(OptionError, match="adjust='sidack' is not allowed"):
        adjust_family(np.array([1.0]), np.array([5.0]), np.eye(1), "sidack", 0.95)
