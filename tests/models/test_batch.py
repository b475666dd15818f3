"""Many responses at once against the likelihood of one."""

import numpy as np
import pytest
from designs import lifters

from mmc_analysis.models.mixed import likelihood as lk
from mmc_analysis.models.mixed.batch import batch_solve, classes_of, sums_of
from mmc_analysis.models.mixed.blocks import make_blocks, rotation_of


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize(
    "kind, missing, classes", [("nested", 0.0, 1), ("nested", 0.2, 6), ("slopes", 0.0, 1), ("crossed", 0.1, 1)]
)
def test_deviance_gradient_and_hessian(kind, missing, classes, reml):
    design = lifters(3, n=6, missing=missing, kind=kind)
    blocks = make_blocks(design.x, design.y, rotation_of(design.terms))
    found = classes_of(blocks, reml)
    assert len(found.counts) == classes
    sums = sums_of(found, blocks.stacked[:, :, -1:], blocks.rest[-1:, -1])
    theta = np.random.default_rng(1).normal(size=blocks.n_parameters)
    many = batch_solve(found, sums, theta[None])
    state = lk.solve(blocks, theta, reml)
    one = lk.derivatives(blocks, state, theta, lk.directions(blocks.slots), reml)
    assert many.deviance[0] == pytest.approx(state.deviance, abs=1e-9)
    np.testing.assert_allclose(many.gradient[0], one.gradient, atol=1e-8)
    np.testing.assert_allclose(many.hessian[0], one.hessian, atol=1e-8)
    np.testing.assert_allclose(found.x_basis @ many.beta[0], state.beta, atol=1e-9)
