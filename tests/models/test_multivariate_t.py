"""The largest of several correlated t statistics: Tukey, Dunnett's table, independence, and a simulation."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.models.small_samples.multivariate_t import largest_of_several
from mmc_analysis.models.small_samples.studentized_range import studentized_range_quantile, studentized_range_sf


def pairs(k):
    eye = np.eye(k)
    weights = np.array([eye[i] - eye[j] for i, j in combinations(range(k), 2)])
    return weights @ weights.T / 2


@pytest.mark.parametrize(("k", "close"), [(3, 1e-6), (4, 5e-5), (5, 1e-3), (6, 1e-3)])
def test_all_pairs_are_tukeys_comparisons(k, close):
    largest = largest_of_several(pairs(k))
    for t, df in [(1.5, 12.3), (2.5, 5.1), (3.0, 16.0), (4.0, 30.0), (3.2, np.inf)]:
        expected = studentized_range_sf(t * np.sqrt(2), k, df)
        assert largest.sf(t, df) == pytest.approx(expected, rel=close)
        assert largest.sf(-t, df) == largest.sf(t, df)
    expected = studentized_range_quantile(0.95, k, 14.6) / np.sqrt(2)
    assert largest.quantile(0.95, 14.6) == pytest.approx(expected, rel=close)


@pytest.mark.parametrize(
    ("m", "df", "printed"), [(2, 5, 3.03), (2, 10, 2.57), (3, 10, 2.76), (4, 20, 2.65), (5, 15, 2.82), (3, 60, 2.41)]
)
def test_dunnetts_table(m, df, printed):
    """Two-sided 5 % points for correlation 0.5: Dunnett (1964), Biometrics 20:482, table II."""
    largest = largest_of_several(np.full((m, m), 0.5) + 0.5 * np.eye(m))
    assert largest.quantile(0.95, df) == pytest.approx(printed, abs=6e-3)


@pytest.mark.parametrize("m", [2, 3, 6])
def test_independent_normals(m):
    largest = largest_of_several(np.eye(m))
    for z in (1.0, 2.0, 3.0):
        expected = 1 - (1 - 2 * stats.norm.sf(z)) ** m
        assert largest.sf(z, np.inf) == pytest.approx(expected, rel=2e-3)


def test_one_statistic_and_copies_of_it_are_a_t_test():
    for correlation in (np.eye(1), np.ones((3, 3)), np.array([[1.0, -1.0], [-1.0, 1.0]])):
        largest = largest_of_several(correlation)
        assert largest.sf(2.3, 8.4) == pytest.approx(2 * stats.t.sf(2.3, 8.4), rel=1e-9)
        assert largest.quantile(0.9, 8.4) == pytest.approx(stats.t.isf(0.05, 8.4), rel=1e-6)


def test_against_a_simulation_of_unequal_correlations():
    rng = np.random.default_rng(8)
    loadings = rng.normal(size=(5, 4))
    correlation = np.corrcoef(loadings)
    root = np.linalg.cholesky(correlation + 1e-12 * np.eye(5))
    draws = rng.normal(size=(400_000, 5)) @ root.T / np.sqrt(rng.chisquare(9.0, (400_000, 1)) / 9.0)
    largest = largest_of_several(correlation)
    for t in (1.5, 2.5, 3.5):
        simulated = np.mean(np.abs(draws).max(axis=1) > t)
        assert largest.sf(t, 9.0) == pytest.approx(simulated, abs=4 * np.sqrt(simulated / 400_000))


def test_far_tail_lies_between_one_test_and_bonferroni():
    largest = largest_of_several(pairs(10))
    for t in (6.0, 9.0, 15.0):
        one = 2 * stats.t.sf(t, 200)
        assert one <= largest.sf(t, 200) <= 45 * one


def test_results_repeat_and_missing_numbers_stay_missing():
    first, second = largest_of_several(pairs(7)), largest_of_several(pairs(7))
    assert first.sf(2.9, 11.0) == second.sf(2.9, 11.0)
    assert np.isnan(first.sf(np.nan, 11.0))
    assert first.sf(0.0, 11.0) == 1.0
