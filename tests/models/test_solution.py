"""The frame around the optimum: exact in badly scaled problems, and clear where nothing is left to explain."""

import numpy as np
import pytest
from designs import lifters

from mmc_analysis.errors import ModelError
from mmc_analysis.models.mixed.solution import framed, solve_mixed


def test_the_frame_takes_out_the_least_squares_fit():
    design = lifters(1)
    x = design.x @ np.triu(
        np.random.default_rng(1).normal(size=(design.x.shape[1],) * 2) + 3 * np.eye(design.x.shape[1])
    )
    y = design.y * 1e-5 + 1e6
    frame, q, rest = framed(x, y)
    np.testing.assert_allclose(q @ frame.x_root, x, atol=1e-12)
    np.testing.assert_allclose(q.T @ rest, 0, atol=1e-8)
    assert rest @ rest == pytest.approx(len(y))
    fit = np.linalg.lstsq(x, y - 1e6, rcond=None)[0]
    assert frame.scale == pytest.approx(np.sqrt(np.mean((y - 1e6 - x @ fit) ** 2)), rel=1e-4)


def test_an_invertible_change_of_the_fixed_effects_changes_only_the_constant():
    design = lifters(2, missing=0.2, kind="slopes")
    change = np.diag(10.0 ** np.arange(-3, design.x.shape[1] - 3)) + np.triu(np.ones((design.x.shape[1],) * 2), 1)
    one, other = (solve_mixed(x, design.y, design.terms, True) for x in (design.x, design.x @ change))
    assert other.deviance == pytest.approx(one.deviance + 2 * np.linalg.slogdet(change)[1], abs=1e-6)
    np.testing.assert_allclose(change @ other.beta, one.beta, atol=1e-8)
    np.testing.assert_allclose(change @ other.covariance @ change.T, one.covariance, atol=1e-8)


def test_too_few_rows_and_exact_fits():
    design = lifters(1, kind="slopes")
    with pytest.raises(ModelError, match="cannot support"):
        framed(design.x[:6], design.y[:6])
    with pytest.raises(ModelError, match="fixed effects fit the response exactly"):
        solve_mixed(design.x, design.x @ np.arange(design.x.shape[1]), design.terms, True)
    with pytest.raises(ModelError, match="fixed and random effects together fit the response exactly"):
        solve_mixed(design.x, np.arange(8.0)[design.terms[0].level] ** 2, design.terms, True)
