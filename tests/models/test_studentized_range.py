"""The studentized range against scipy, printed tables and exact cases."""

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.models.small_samples.studentized_range import studentized_range_quantile, studentized_range_sf


@pytest.mark.parametrize(
    ("q", "k", "df"),
    [(3.5, 3, 12.3), (6.0, 5, 4.2), (2.2, 15, 200.0), (30.0, 3, 2.1), (8.0, 4, 60.0), (1.0, 3, 5.0), (3.0, 3, np.inf)],
)
def test_tail_against_scipy(q, k, df):
    assert studentized_range_sf(q, k, df) == pytest.approx(stats.studentized_range.sf(q, k, df), rel=2e-8)


@pytest.mark.parametrize(
    ("k", "df", "printed"),
    [(3, 5, 4.602), (3, 10, 3.877), (3, 20, 3.578), (4, 12, 4.199), (5, 15, 4.367), (10, 30, 4.824), (6, 120, 4.096)],
)
def test_five_percent_points_as_printed(k, df, printed):
    """Upper 5 % points of Pearson & Hartley (1970), Biometrika Tables for Statisticians, table 29."""
    assert studentized_range_quantile(0.95, k, df) == pytest.approx(printed, abs=6e-4)


@pytest.mark.parametrize("df", [1.5, 4.0, 30.0, 1e5, np.inf])
def test_two_means_are_a_t_test(df):
    for t in (0.5, 2.0, 6.0):
        assert studentized_range_sf(t * np.sqrt(2), 2, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-7, abs=1e-15)
    assert studentized_range_quantile(0.99, 2, df) == pytest.approx(np.sqrt(2) * stats.t.isf(0.005, df), rel=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(("k", "df"), [(3, 2.3), (4, 17.5), (12, 8.0), (3, np.inf)])
def test_quantile_undoes_the_tail(level, k, df):
    q = studentized_range_quantile(level, k, df)
    assert studentized_range_sf(q, k, df) == pytest.approx(1 - level, rel=1e-6)


def test_ends():
    assert studentized_range_sf(0.0, 3, 10.0) == 1.0
    assert studentized_range_sf(np.inf, 3, 10.0) == 0.0
    assert np.isnan(studentized_range_sf(np.nan, 3, 10.0))
    assert np.isnan(studentized_range_sf(2.0, 3, np.nan))
