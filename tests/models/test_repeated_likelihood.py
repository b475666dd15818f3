"""The likelihood of a marginal model against dense algebra and finite differences."""

import numpy as np
import pytest

from mmc_analysis.models.repeated.covariance import STRUCTURES
from mmc_analysis.models.repeated.likelihood import Problem, curvature, evaluate, second_order_arrays, split_patterns

K = 4
N = 8
NAMES = tuple(STRUCTURES)
THETA = {
    "UN": np.array([4.0, 1.0, 5.0, -0.5, 0.7, 3.0, 0.2, 0.3, 0.4, 6.0]),
    "CS": np.array([-0.4, 3.0]),
    "CSH": np.array([1.0, 2.0, 3.0, 4.0, 0.3]),
    "AR1": np.array([2.0, -0.6]),
    "ARH1": np.array([1.0, 2.0, 3.0, 4.0, 0.7]),
    "TOEP": np.array([3.0, 1.0, 0.5, -0.2]),
}


def make(name, reml, n_groups):
    rng = np.random.default_rng(3)
    who = np.repeat(np.arange(N), K)
    when = np.tile(np.arange(K), N)
    keep = rng.random(N * K) > 0.2
    who, when = who[keep], when[keep]
    shuffled = rng.permutation(len(who))
    who, when = who[shuffled], when[shuffled]
    group = who % n_groups
    x = np.column_stack([np.ones(len(who)), when, rng.normal(size=len(who))])
    y = rng.normal(size=len(who)) * 2 + when + rng.normal(size=N)[who]
    patterns = split_patterns(x, y, who, when, group)
    problem = Problem(patterns, STRUCTURES[name], K, n_groups, len(y), 3, reml)
    theta = np.concatenate([THETA[name] * (1 + 0.1 * arm) for arm in range(n_groups)])
    return problem, theta, (x, y, who, when, group)


def dense(problem, theta, arrays):
    """V of all rows, by definition."""
    _, _, who, when, group = arrays
    sigmas = [problem.structure.matrix(part, K) for part in problem.by_group(theta)]
    same = who[:, None] == who[None, :]
    return same * np.array(sigmas)[group[:, None], when[:, None], when[None, :]]


def slopes(problem, theta, arrays, h=1e-6):
    return [(dense(problem, theta + e, arrays) - dense(problem, theta - e, arrays)) / (2 * h)
            for e in np.eye(len(theta)) * h]  # fmt: skip


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_criterion_is_the_gaussian_density(name, reml):
    problem, theta, arrays = make(name, reml, 2)
    x, y = arrays[:2]
    v = dense(problem, theta, arrays)
    inverse = np.linalg.inv(v)
    cross = x.T @ inverse @ x
    beta = np.linalg.solve(cross, x.T @ inverse @ y)
    r = y - x @ beta
    wanted = np.linalg.slogdet(v)[1] + r @ inverse @ r + (len(y) - 3 * reml) * np.log(2 * np.pi)
    wanted += reml * np.linalg.slogdet(cross)[1]
    point = evaluate(problem, theta)
    np.testing.assert_allclose(point.criterion, wanted, rtol=1e-12)
    np.testing.assert_allclose(point.beta, beta, rtol=1e-9)
    np.testing.assert_allclose(point.phi, np.linalg.inv(cross), rtol=1e-9)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("n_groups", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_gradient_and_hessian(name, n_groups, reml):
    problem, theta, _ = make(name, reml, n_groups)
    bend, h = curvature(problem, evaluate(problem, theta)), 1e-5
    for i, e in enumerate(np.eye(len(theta)) * h):
        up, down = evaluate(problem, theta + e), evaluate(problem, theta - e)
        np.testing.assert_allclose(bend.gradient[i], (up.criterion - down.criterion) / (2 * h), rtol=1e-5, atol=1e-6)
        slope = (curvature(problem, up).gradient - curvature(problem, down).gradient) / (2 * h)
        np.testing.assert_allclose(bend.observed[i], slope, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_expected_information_and_kenward_roger_arrays_by_their_definitions(name):
    problem, theta, arrays = make(name, True, 2)
    x = arrays[0]
    inverse = np.linalg.inv(dense(problem, theta, arrays))
    d = slopes(problem, theta, arrays)
    phi = np.linalg.inv(x.T @ inverse @ x)
    projector = inverse - inverse @ x @ phi @ x.T @ inverse
    point = evaluate(problem, theta)
    bend = curvature(problem, point)
    q, r = second_order_arrays(problem, point)
    for i, di in enumerate(d):
        np.testing.assert_allclose(bend.p[i], -x.T @ inverse @ di @ inverse @ x, atol=1e-6)
        for j, dj in enumerate(d):
            np.testing.assert_allclose(bend.expected[i, j], np.trace(projector @ di @ projector @ dj), atol=1e-6)
            np.testing.assert_allclose(q[i, j], x.T @ inverse @ di @ inverse @ dj @ inverse @ x, atol=1e-6)
    if r is None:
        assert problem.structure.second(theta[: len(theta) // 2], K) is None
        return
    h = 1e-4
    for i, ei in enumerate(np.eye(len(theta)) * h):
        for j, ej in enumerate(np.eye(len(theta)) * h):
            second = sum(
                s * t * dense(problem, theta + s * ei + t * ej, arrays) for s in (1, -1) for t in (1, -1)
            ) / (4 * h * h)  # fmt: skip
            np.testing.assert_allclose(r[i, j], x.T @ inverse @ second @ inverse @ x, atol=1e-4)


def test_not_positive_definite_is_no_point():
    problem, _, _ = make("CS", True, 1)
    assert evaluate(problem, np.array([-2.0, 3.0])) is None
    assert evaluate(make("AR1", True, 1)[0], np.array([-1.0, 0.5])) is None
    assert evaluate(make("AR1", True, 1)[0], np.array([1.0, 1.0])) is None
