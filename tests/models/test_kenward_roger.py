"""The kernel against Hotelling's T², which it must reproduce exactly for an unstructured covariance."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.models.small_samples import kenward_roger as kr


def unstructured(n: int, k: int, seed: int):
    """One sample of n vectors of length k: means, and the kernel's arrays at the sample covariance (REML)."""
    y = np.random.default_rng(seed).normal(size=(n, k)) @ np.diag(np.arange(1.0, k + 1)) + np.arange(k)
    inverse = np.linalg.inv(np.cov(y.T))
    bases = []
    for a, b in combinations_with_replacement(range(k), 2):
        basis = np.zeros((k, k))
        basis[a, b] = basis[b, a] = 1.0
        bases.append(inverse @ basis)
    g = np.array(bases)
    p = -n * g @ inverse
    q = n * np.einsum("rab,sbc,cd->rsad", g, g, inverse)
    phi = np.cov(y.T) / n
    w = kr.parameter_covariance(kr.expected_information(n * np.einsum("rab,sba->rs", g, g), phi, p, q)).matrix
    return y, phi, p, q, w


@pytest.mark.parametrize("n, k, seed", [(6, 2, 1), (7, 3, 2), (18, 4, 3), (9, 5, 4)])
def test_hotelling(n, k, seed):
    y, phi, p, q, w = unstructured(n, k, seed)
    contrast = -np.eye(k)[:-1] + np.eye(k)[1:]
    adjusted = kr.adjusted_covariance(phi, p, q, w)
    test = kr.f_test(contrast, y.mean(0), phi, adjusted, p, w)
    difference = y @ contrast.T
    t2 = n * difference.mean(0) @ np.linalg.solve(np.atleast_2d(np.cov(difference.T)), difference.mean(0))
    f = t2 * (n - k + 1) / ((n - 1) * (k - 1))
    assert test.statistic == pytest.approx(f, rel=1e-10)
    assert (test.num_df, test.den_df) == (k - 1, pytest.approx(n - k + 1, rel=1e-9))
    assert test.p_value == pytest.approx(stats.f.sf(f, k - 1, n - k + 1), rel=1e-8)


def test_one_row_is_the_paired_t_test():
    y, phi, p, q, w = unstructured(8, 3, 5)
    row = np.array([[1.0, 0.0, -1.0]])
    t, p_value = stats.ttest_rel(y[:, 0], y[:, 2])
    test = kr.f_test(row, y.mean(0), phi, kr.adjusted_covariance(phi, p, q, w), p, w)
    assert (test.statistic, test.den_df, test.scale) == pytest.approx((t**2, 7, 1))
    assert test.p_value == pytest.approx(p_value)
    assert kr.degrees_of_freedom(row, phi, p, w) == pytest.approx([7])


def test_redundant_rows_change_nothing():
    y, phi, p, q, w = unstructured(9, 3, 6)
    adjusted = kr.adjusted_covariance(phi, p, q, w)
    full = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    redundant = np.vstack([full, [[1.0, 0.0, -1.0], [5e6, 0.0, -5e6], [0.0, 0.0, 0.0]]])
    one, other = (kr.f_test(rows, y.mean(0), phi, adjusted, p, w) for rows in (full, redundant))
    assert other.num_df == 2
    assert other.statistic == pytest.approx(one.statistic)
    assert other.den_df == pytest.approx(one.den_df)


def test_nothing_to_test_is_not_a_number():
    y, phi, p, _, w = unstructured(9, 3, 6)
    test = kr.f_test(np.zeros((2, 3)), y.mean(0), phi, phi, p, w)
    assert test.num_df == 0 and np.isnan([test.statistic, test.den_df, test.p_value]).all()


def test_known_covariance_gives_the_chi_square_limit():
    y, phi, p, _, w = unstructured(9, 3, 7)
    test = kr.f_test(np.eye(3), y.mean(0), phi, phi, p, 0.0 * w)
    chi2 = y.mean(0) @ np.linalg.solve(phi, y.mean(0))
    assert (test.den_df, test.scale) == (np.inf, 1.0)
    assert test.p_value == pytest.approx(stats.chi2.sf(chi2, 3))


def test_second_derivatives_enter_the_adjustment():
    _, phi, p, q, w = unstructured(9, 2, 8)
    r = np.random.default_rng(1).normal(size=q.shape)
    plain, with_r = (kr.adjusted_covariance(phi, p, q, w, second) for second in (None, r))
    moved = -0.5 * phi @ np.tensordot(w, r, axes=2) @ phi
    np.testing.assert_allclose(with_r - plain, 0.5 * (moved + moved.T), atol=1e-12)


def test_parameter_covariance_flags_flat_and_negative_directions():
    flat = kr.parameter_covariance(np.array([[1.0, 1.0], [1.0, 1.0]]))
    assert (flat.rank, flat.positive) == (1, True)
    assert not kr.parameter_covariance(np.array([[1.0, 2.0], [2.0, 1.0]])).positive
