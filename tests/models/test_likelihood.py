"""The block likelihood against the dense one, and its derivatives against differences of it."""

import numpy as np
import pytest
from designs import dense_deviance, dense_h, lifters

from mmc_analysis.models.mixed import likelihood as lk
from mmc_analysis.models.mixed.blocks import make_blocks, rotation_of

CASES = [("nested", 0.0), ("nested", 0.25), ("crossed", 0.25)]


def solved(kind: str, missing: float, reml: bool):
    design = lifters(3, n=6, missing=missing, kind=kind)
    blocks = make_blocks(design.x, design.y, rotation_of(design.terms))
    theta = np.random.default_rng(4).normal(size=blocks.n_parameters)
    return design, blocks, theta, lk.solve(blocks, theta, reml), lk.directions(blocks.slots)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("kind, missing", CASES)
def test_deviance_and_derivatives(kind, missing, reml):
    design, blocks, theta, state, take = solved(kind, missing, reml)
    assert state.deviance == pytest.approx(dense_deviance(design, theta, blocks.slots, reml), rel=1e-12)
    found = lk.derivatives(blocks, state, theta, take, reml)
    steps = 1e-5 * np.eye(len(theta))

    def slope(values):
        return np.array(values[: len(theta)]) / 2e-5 - np.array(values[len(theta) :]) / 2e-5

    points = [theta + e for e in steps] + [theta - e for e in steps]
    dense = slope([dense_deviance(design, point, blocks.slots, reml) for point in points])
    np.testing.assert_allclose(found.gradient, dense, atol=2e-6)
    gradients = [lk.derivatives(blocks, lk.solve(blocks, t, reml), t, take, reml).gradient for t in points]
    np.testing.assert_allclose(found.hessian, slope(gradients), atol=1e-5)


@pytest.mark.parametrize("kind, missing", CASES)
def test_state_is_the_generalised_least_squares_solution(kind, missing):
    design, blocks, theta, state, _ = solved(kind, missing, True)
    inverse = np.linalg.inv(dense_h(design, theta, blocks.slots))
    c = design.x.T @ inverse @ design.x
    np.testing.assert_allclose(state.beta, np.linalg.solve(c, design.x.T @ inverse @ design.y), atol=1e-10)
    np.testing.assert_allclose(state.c_root.T @ state.c_root, c, atol=1e-10)
    residual = design.y - design.x @ state.beta
    assert state.r2 == pytest.approx(residual @ inverse @ residual)
    assert state.sigma2 == pytest.approx(state.r2 / (len(design.y) - design.x.shape[1]))


def test_huge_random_effects_lose_no_digits():
    _, blocks, theta, _, take = solved("nested", 0.25, True)
    big, bigger = (lk.solve(blocks, factor * theta, True) for factor in (1e6, 2e6))
    slope = lk.derivatives(blocks, bigger, 2e6 * theta, take, True).gradient @ (2e6 * theta)
    assert bigger.deviance - big.deviance == pytest.approx(slope * np.log(2), rel=1e-6)
