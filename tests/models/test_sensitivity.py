"""Kenward and Roger's arrays, information and Hessians against dense matrices and differences."""

import numpy as np
import pytest
from designs import dense_h, lifters

from mmc_analysis.models.mixed import sensitivity as se
from mmc_analysis.models.mixed.solution import solve_mixed


@pytest.fixture(scope="module", params=[("nested", 0.25, True), ("crossed", 0.2, True), ("slopes", 0.2, False)])
def fitted(request):
    kind, missing, reml = request.param
    design = lifters(4, n=7, missing=missing, kind=kind, noise=2.0)
    solution = solve_mixed(design.x, design.y, design.terms, reml)
    return design, solution, se.sensitivity(solution)


def dense_directions(design, solution):
    """∂V/∂γ_r for every entry of every Δ, and for the residual variance."""
    found = []
    for term in design.terms:
        same = term.level[:, None] == term.level
        for a in range(term.width):
            for b in range(a + 1):
                e = np.zeros((term.width, term.width))
                e[a, b] = e[b, a] = 1.0
                found.append((term.z @ e @ term.z.T) * same)
    return [*found, np.eye(len(design.y))]


def test_arrays(fitted):
    design, solution, arrays = fitted
    inverse = np.linalg.inv(dense_h(design, solution.optimum.theta, solution.blocks.slots))
    x = design.x @ solution.whiten
    np.testing.assert_allclose(x.T @ inverse @ x, np.eye(x.shape[1]), atol=1e-8)
    g = dense_directions(design, solution)
    for r, first in enumerate(g):
        np.testing.assert_allclose(arrays.p[r], -x.T @ inverse @ first @ inverse @ x, atol=1e-8)
        for s, second in enumerate(g):
            expected = x.T @ inverse @ first @ inverse @ second @ inverse @ x
            np.testing.assert_allclose(arrays.q[r, s], expected, atol=1e-7)


def test_information(fitted):
    design, solution, arrays = fitted
    inverse = np.linalg.inv(dense_h(design, solution.optimum.theta, solution.blocks.slots))
    x = design.x @ solution.whiten
    projection = inverse - inverse @ x @ x.T @ inverse
    left = projection if solution.reml else inverse
    y = projection @ design.y * (solution.frame.scale / solution.sigma)
    for r, first in enumerate(dense_directions(design, solution)):
        slope = np.trace(left @ first) - y @ first @ y
        assert arrays.gradient[r] == pytest.approx(slope, abs=1e-5)
        for s, second in enumerate(dense_directions(design, solution)):
            expected = 0.5 * np.trace(left @ first @ left @ second)
            assert arrays.expected[r, s] == pytest.approx(expected, rel=1e-6, abs=1e-8)
            observed = y @ first @ projection @ second @ y - expected
            assert arrays.observed[r, s] == pytest.approx(observed, rel=1e-6, abs=1e-6)


def test_factor_derivatives_do_not_depend_on_the_basis_inside_the_boundary():
    design = lifters(4, n=9, missing=0.2, kind="slopes", noise=1.0)
    solution = solve_mixed(design.x, design.y, design.terms, True)
    assert not solution.optimum.singular
    arrays = se.sensitivity(solution)
    row = np.eye(design.x.shape[1])[:1] @ solution.whiten
    df = []
    for basis in (np.eye(3), np.array([[1.0, 2.0, -1.0], [0.0, 0.5, 3.0], [0.0, 0.0, 2.0]])):
        found = se.by_factors(solution, arrays, [basis])
        gradient = np.array([(row @ d @ row.T).item() for d in found.d_phi])
        df.append(2 * (row @ row.T).item() ** 2 / (gradient @ (2 * np.linalg.inv(found.hessian)) @ gradient))
    assert df[0] == pytest.approx(df[1], rel=1e-6)


def test_congruence():
    rng = np.random.default_rng(1)
    basis, half = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    rows = np.tril_indices(3)
    delta = half @ half.T
    np.testing.assert_allclose(se.congruence(basis) @ delta[rows], (basis @ delta @ basis.T)[rows])
