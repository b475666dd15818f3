"""The kernel against tests whose degrees of freedom are known: Welch's, and the paired t test's."""

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.models.small_samples import satterthwaite as st


def two_variances(x, y):
    """Means of two samples with their own variances: Φ, its derivatives, and A at the REML estimates."""
    phi = np.diag([x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)])
    d_phi = np.zeros((2, 2, 2))
    d_phi[0, 0, 0], d_phi[1, 1, 1] = 1 / len(x), 1 / len(y)
    a = np.diag([2 * x.var(ddof=1) ** 2 / (len(x) - 1), 2 * y.var(ddof=1) ** 2 / (len(y) - 1)])
    return np.array([x.mean(), y.mean()]), phi, d_phi, a


def test_welch():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, 9), rng.normal(1, 4, 14)
    beta, phi, d_phi, a = two_variances(x, y)
    welch = stats.ttest_ind(x, y, equal_var=False)
    row = np.array([[1.0, -1.0]])
    assert st.degrees_of_freedom(row, phi, d_phi, a) == pytest.approx([welch.df])
    test = st.f_test(row, beta, phi, d_phi, a)
    assert (test.statistic, test.den_df, test.p_value) == pytest.approx((welch.statistic**2, welch.df, welch.pvalue))


def test_several_rows_with_different_df():
    rng = np.random.default_rng(2)
    beta, phi, d_phi, a = two_variances(rng.normal(1, 1, 9), rng.normal(1, 4, 14))
    test = st.f_test(np.eye(2), beta, phi, d_phi, a)
    e = 8 / 6 + 13 / 11
    assert test.statistic == pytest.approx((beta**2 / phi.diagonal()).mean())
    assert test.den_df == pytest.approx(2 * e / (e - 2))
    redundant = st.f_test(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 2.0]]), beta, phi, d_phi, a)
    assert (redundant.num_df, redundant.den_df) == (2, pytest.approx(test.den_df))


def test_scale_of_a_known_variance_is_infinite_df():
    beta, phi, d_phi, _ = two_variances(np.arange(5.0), np.arange(6.0))
    none = np.zeros((2, 2))
    assert st.f_test(np.eye(2), beta, phi, d_phi, none).den_df == np.inf
    assert st.combined_df(np.array([np.inf, 10.0])) == pytest.approx(2 * 2.25 / 0.25)


def test_flat_directions_are_left_out():
    a = st.covariance_from_hessian(np.array([[2.0, 2.0], [2.0, 2.0]]))
    np.testing.assert_allclose(a, np.full((2, 2), 0.25))


def test_no_rows_is_not_a_number():
    beta, phi, d_phi, a = two_variances(np.arange(5.0), np.arange(6.0))
    assert np.isnan(st.f_test(np.zeros((1, 2)), beta, phi, d_phi, a).p_value)
