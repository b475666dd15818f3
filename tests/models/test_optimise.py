"""Whatever the start, nothing is lower than the certified optimum; and a false optimum is not certified."""

import numpy as np
import pytest
from designs import codes, lifters, orthonormal, unit_columns
from scipy.optimize import minimize

from mmc_analysis.models.mixed import optimise as op
from mmc_analysis.models.mixed.blocks import GroupedColumns, make_blocks, rotation_of
from mmc_analysis.models.mixed.likelihood import derivatives, directions, solve


def blocks_of(**design):
    found = lifters(**design)
    return make_blocks(found.x, found.y, rotation_of(found.terms))


@pytest.mark.parametrize("kind", ["slopes", "nested", "crossed"])
@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lower(kind, reml, seed):
    blocks = blocks_of(seed=seed, n=6, missing=0.2, kind=kind)
    found = op.optimise(blocks, reml)
    assert found.certificate.holds
    rng = np.random.default_rng(seed)
    take = directions(blocks.slots)
    for _ in range(4):
        other = op.newton(blocks, 2 * rng.normal(size=blocks.n_parameters), take, reml)
        assert found.state.deviance <= other.state.deviance + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_same_optimum_as_a_simplex(seed):
    blocks = blocks_of(seed=seed, n=8, kind="crossed")
    found = op.optimise(blocks, True)
    simplex = minimize(lambda t: solve(blocks, t, True).deviance, found.theta + 0.3, method="Nelder-Mead",
                       options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-11})  # fmt: skip
    assert found.state.deviance == pytest.approx(simplex.fun, abs=1e-7)
    assert found.state.deviance <= simplex.fun + 1e-10


def test_a_variance_wrongly_at_zero_is_not_certified_and_is_left():
    blocks = blocks_of(seed=1, n=8, noise=1.0, kind="slopes")
    take = directions(blocks.slots)
    zero = np.zeros(blocks.n_parameters)
    stuck = op.newton(blocks, zero, take, True)
    certificate, _ = op.certify(blocks, stuck)
    assert stuck.steps == 1 and not certificate.holds and certificate.ranks == (0,)
    assert certificate.multiplier < -0.01
    found = op.certified(blocks, zero, take, True)
    assert found.restarts >= 1 and found.certificate.holds
    assert found.state.deviance == pytest.approx(op.optimise(blocks, True).state.deviance, abs=1e-9)


def test_no_variance_at_all_is_a_proven_singular_fit():
    design = lifters(5, n=8, kind="nested")
    rng = np.random.default_rng(2)
    levels = np.tile([1.0, -1.0, 0.5, -0.5], len(design.y) // 4)
    y = levels + 0.01 * rng.normal(size=len(levels))
    y = y - design.x @ (design.x.T @ y)
    blocks = make_blocks(
        design.x, y - np.bincount(design.terms[0].level, y)[design.terms[0].level] / 12, rotation_of(design.terms)
    )
    found = op.optimise(blocks, True)
    assert found.singular and found.certificate.holds
    assert found.certificate.ranks[0] < 3 and found.certificate.multiplier > 0


def test_signs_and_null_directions_are_put_right():
    blocks = blocks_of(seed=1, n=6, kind="slopes")
    theta = np.array([-1.0, 0.5, -2.0, 0.3, 0.2, -1e-7])
    right = op.rectified(theta, blocks.slots, 1e-9)
    assert (right[[0, 2, 5]] >= 0).all() and right[5] == 0
    assert solve(blocks, right, True).deviance == pytest.approx(solve(blocks, theta, True).deviance, abs=1e-9)


def test_triangle_of_a_singular_matrix():
    half = np.random.default_rng(1).normal(size=(4, 2))
    factor = op.triangle(half @ half.T)
    np.testing.assert_allclose(factor @ factor.T, half @ half.T, atol=1e-12)
    assert (np.triu(factor, 1) == 0).all() and (factor.diagonal() > 0).sum() == 2


def test_balanced_data_inside_the_boundary_need_one_scoring_step():
    blocks = blocks_of(seed=1, n=12, kind="slopes", noise=1.0)
    take = directions(blocks.slots)
    start = op.scored_start(blocks, take, True, op.identity_start(blocks.slots))
    found = derivatives(blocks, solve(blocks, start, True), start, take, True)
    assert np.abs(found.gradient).max() < 1e-8


def test_of_two_certified_optima_the_lower_is_found():
    """24 rows of noise, two terms: a proven minimum inside the boundary, and a lower one at it."""
    rng = np.random.default_rng(2763)
    person = np.unique(rng.integers(0, 6, 24), return_inverse=True)[1]
    dose = rng.normal(size=24)
    cell, n_cells = codes(person, rng.integers(0, 2, 24))
    x = orthonormal(np.column_stack([np.ones(24), rng.normal(size=(24, 3))]))
    y = rng.normal(size=24)
    y = y - x @ (x.T @ y)
    slope = GroupedColumns(unit_columns(dose[:, None]), person, person.max() + 1)
    terms = (slope, GroupedColumns(np.ones((24, 1)), cell, n_cells))
    blocks = make_blocks(x, y / y.std(), rotation_of(terms))
    take = directions(blocks.slots)
    near = op.certified(blocks, op.scored_start(blocks, take, True, op.identity_start(blocks.slots)), take, True)
    found = op.optimise(blocks, True)
    assert near.certificate.holds and found.certificate.holds
    assert found.state.deviance < near.state.deviance - 0.5
