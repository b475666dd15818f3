"""Noncentral t and F against R's distribution functions, identities and brute-force integration."""

import json
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, special, stats

from mmc_analysis.effects.noncentral import (
    _mixture_by_counts,
    _mixture_by_nodes,
    noncentral_f_tails,
    noncentral_t_tails,
    noncentrality_limits_f,
    noncentrality_limits_t,
)


def integrated_lower(t, df, ncp):
    """P(T <= t) by adaptive integration over the log of the chi variable, in small pieces."""

    def integrand(s):
        y = np.exp(s)
        log_density = np.log(2) + df / 2 * np.log(df / 2) - special.gammaln(df / 2) + df * s - df * y**2 / 2
        return np.exp(log_density) * special.ndtr(t * y - ncp)

    edges = np.linspace(-40 / min(df, 40), 2.5, 400)
    return sum(integrate.quad(integrand, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in pairwise(edges))


def test_limits_of_t_agree_with_r(by_r):
    rows = [row for row in by_r["nct"] if row["low"] is not None and row["high"] is not None]
    assert len(rows) > 60
    t, df, low, high = (np.array([row[k] for row in rows], dtype=float) for k in ("t", "df", "low", "high"))
    ours = noncentrality_limits_t(t, df)
    np.testing.assert_allclose(ours[0], low, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(ours[1], high, rtol=1e-8, atol=1e-8)


def test_limits_of_f_agree_with_r(by_r):
    f, a, b, low, high = (
        np.array([row[k] for row in by_r["ncf"]], dtype=float) for k in ("F", "df1", "df2", "low", "high")
    )
    ours = noncentrality_limits_f(f, a, b, 0.90)
    np.testing.assert_allclose(ours[0], low, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(ours[1], high, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("t", "df", "ncp"),
    [(-3, 17, 7.5), (3, 17, -7.5), (40, 3, 20), (200, 5, 150), (0.3, 2, 6), (12, 1, 40), (60, 40, 50), (2, 1.5, 1)],
)
def test_tails_agree_with_brute_force(t, df, ncp):
    lower, upper = noncentral_t_tails(t, df, ncp)
    expected = integrated_lower(t, df, ncp)
    assert lower[0] == pytest.approx(expected, rel=1e-6, abs=1e-16)
    assert lower[0] + upper[0] == pytest.approx(1, abs=1e-12)


def test_central_cases_are_student_and_fisher():
    t = np.array([-4.0, -0.3, 0.0, 1.2, 9.0])
    lower, upper = noncentral_t_tails(t, 7.5, 0.0)
    np.testing.assert_allclose(lower, special.stdtr(7.5, t), rtol=1e-10)
    np.testing.assert_allclose(upper, special.stdtr(7.5, -t), rtol=1e-10)
    lower, upper = noncentral_f_tails([0.2, 4.0, 90.0], 3, 11, 0.0)
    np.testing.assert_allclose(upper, stats.f.sf([0.2, 4.0, 90.0], 3, 11), rtol=1e-11)
    np.testing.assert_allclose(lower, stats.f.cdf([0.2, 4.0, 90.0], 3, 11), rtol=1e-11)


def test_infinite_df_is_normal():
    low, high = noncentrality_limits_t([3.0, -1.0], np.inf)
    np.testing.assert_allclose(low, np.array([3.0, -1.0]) - special.ndtri(0.975), rtol=1e-9)
    np.testing.assert_allclose(high, np.array([3.0, -1.0]) + special.ndtri(0.975), rtol=1e-9)


def test_squared_t_is_f():
    lower, upper = noncentral_t_tails([-2.5, 2.5], 12, 3.3)
    _, beyond = noncentral_f_tails(6.25, 1, 12, 3.3**2)
    assert lower[0] + upper[1] == pytest.approx(beyond[0], rel=1e-10)


def test_limits_leave_their_tail_everywhere():
    rng = np.random.default_rng(4)
    t = np.concatenate([rng.normal(0, 15, 600), [0.0, 1e-12, 300.0, -2000.0, 1e6, 45.0]])
    df = rng.choice([1, 2, 3.7, 5, 17, 29, 250, 1e5], t.size)
    for level in (0.5, 0.95, 0.999):
        low, high = noncentrality_limits_t(t, df, level)
        np.testing.assert_allclose(noncentral_t_tails(t, df, low)[1], (1 - level) / 2, rtol=1e-7)
        np.testing.assert_allclose(noncentral_t_tails(t, df, high)[0], (1 - level) / 2, rtol=1e-7)
        assert (low < high).all()


def test_limits_are_odd_in_t():
    low, high = noncentrality_limits_t([3.3, -3.3], 11)
    assert low[0] == pytest.approx(-high[1], rel=1e-12)
    assert high[0] == pytest.approx(-low[1], rel=1e-12)


def test_lower_limit_of_a_small_f_is_zero():
    low, high = noncentrality_limits_f([0.01, 1.0], 2, 30)
    assert low.tolist() == [0.0, 0.0]
    assert high[0] == 0.0
    assert high[1] > 0


@pytest.fixture(scope="module")
def by_mpmath(root) -> dict:
    return json.loads((root / "tests/reference/mpmath/noncentral.json").read_text(encoding="utf-8"))


def columns(rows, *names):
    return (np.array([row[name] for row in rows], dtype=float) for name in names)


def test_limits_of_t_agree_with_thirty_digits(by_mpmath):
    """300 places: |t| to 900, df 1 to 1e6 and fractional, levels .5 to .9999."""
    assert len(by_mpmath["t"]) == 300
    for level in sorted({row["level"] for row in by_mpmath["t"]}):
        rows = [row for row in by_mpmath["t"] if row["level"] == level]
        t, df, low, high = columns(rows, "t", "df", "low", "high")
        ours = noncentrality_limits_t(t, df, level)
        np.testing.assert_allclose(ours[0], low, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(ours[1], high, rtol=1e-8, atol=1e-8)


def test_limits_of_f_agree_with_sixty_digits(by_mpmath):
    assert len(by_mpmath["F"]) == 90
    for level in sorted({row["level"] for row in by_mpmath["F"]}):
        rows = [row for row in by_mpmath["F"] if row["level"] == level]
        f, a, b, low, high = columns(rows, "F", "df_1", "df_2", "low", "high")
        ours = noncentrality_limits_f(f, a, b, level)
        np.testing.assert_allclose(ours[0], low, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(ours[1], high, rtol=1e-8, atol=1e-8)


def test_many_counts_and_few_meet():
    """The noncentral F is summed up to 2000 expected counts and integrated beyond: at the seam both are one."""
    f, half_1, half_2 = np.array([0.9, 1.0, 1.1]) * 4000 / 3, np.full(3, 1.5), np.full(3, 40.0)
    rate = np.full(3, 2000.0)
    np.testing.assert_allclose(
        _mixture_by_counts(f, half_1, half_2, rate), _mixture_by_nodes(f, half_1, half_2, rate), rtol=1e-10
    )


def test_enormous_f_is_met_in_constant_time():
    low, high = noncentrality_limits_f([1e6, 1e9, 1e12], 2, 17, 0.95)
    # with ever larger noncentrality the ratio to F is that of the χ² quantiles
    for limit, tail in ((low, 0.025), (high, 0.975)):
        assert limit[2] / (2 * 1e12) == pytest.approx(special.chdtri(17, 1 - tail) / 17, rel=1e-4)
    assert (low < high).all()


def test_limits_of_f_leave_their_tail_with_a_single_error_df():
    f, df_1 = (grid.ravel() for grid in np.meshgrid([1e3, 1e4, 1e6], [1.0, 5.0, 20.0, 200.0]))
    for level in (0.9, 0.95, 0.9999):
        for df_2 in (0.5, 1.0, 2.3):
            low, high = noncentrality_limits_f(f, df_1, df_2, level)
            above, below = noncentral_f_tails(f, df_1, df_2, low)[1], noncentral_f_tails(f, df_1, df_2, high)[0]
            np.testing.assert_allclose(above[low > 0], (1 - level) / 2, rtol=1e-7)
            np.testing.assert_allclose(below, (1 - level) / 2, rtol=1e-7)
