"""Covariance structures: their matrices, derivatives, labels and starts."""

import numpy as np
import pytest

from mmc_analysis.models.repeated.covariance import CORRELATION, STRUCTURES, VARIANCE

K = 4
THETA = {
    "UN": np.array([4.0, 1.0, 5.0, -0.5, 0.7, 3.0, 0.2, 0.3, 0.4, 6.0]),
    "CS": np.array([-0.4, 3.0]),
    "CSH": np.array([1.0, 2.0, 3.0, 4.0, 0.3]),
    "AR1": np.array([2.0, -0.6]),
    "ARH1": np.array([1.0, 2.0, 3.0, 4.0, 0.7]),
    "TOEP": np.array([3.0, 1.0, 0.5, -0.2]),
}
WANTED = {
    "UN": [[4, 1, -0.5, 0.2], [1, 5, 0.7, 0.3], [-0.5, 0.7, 3, 0.4], [0.2, 0.3, 0.4, 6]],
    "CS": np.full((K, K), -0.4) + 3 * np.eye(K),
    "CSH": np.sqrt(np.outer([1, 2, 3, 4], [1, 2, 3, 4])) * (0.3 + 0.7 * np.eye(K)),
    "AR1": 2 * (-0.6) ** np.abs(np.subtract.outer(range(K), range(K))),
    "ARH1": np.sqrt(np.outer([1, 2, 3, 4], [1, 2, 3, 4])) * 0.7 ** np.abs(np.subtract.outer(range(K), range(K))),
    "TOEP": [[3, 1, 0.5, -0.2], [1, 3, 1, 0.5], [0.5, 1, 3, 1], [-0.2, 0.5, 1, 3]],
}


def test_all_structures_are_here():
    assert set(STRUCTURES) == set(THETA)


@pytest.mark.parametrize("name", STRUCTURES)
def test_matrix(name):
    np.testing.assert_allclose(STRUCTURES[name].matrix(THETA[name], K), WANTED[name], rtol=1e-14)


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("rho", [None, 0.0])
def test_derivatives_are_those_of_the_matrix(name, rho):
    item, theta = STRUCTURES[name], THETA[name].copy()
    if rho is not None and name in ("CSH", "AR1", "ARH1"):
        theta[-1] = rho
    h = 1e-6
    first = item.first(theta, K)
    for i, e in enumerate(np.eye(len(theta)) * h):
        slope = (item.matrix(theta + e, K) - item.matrix(theta - e, K)) / (2 * h)
        np.testing.assert_allclose(first[i], slope, atol=1e-8)
        bend = (item.first(theta + e, K) - item.first(theta - e, K)) / (2 * h)
        second = item.second(theta, K)
        np.testing.assert_allclose(0.0 if second is None else second[i], bend, atol=1e-8)


@pytest.mark.parametrize("name", STRUCTURES)
def test_labels_name_every_parameter(name):
    labels = STRUCTURES[name].labels(["pre", "mid", "post", "late"])
    assert len(labels) == len(THETA[name]) == len({label.name for label in labels})
    variances = sum(label.kind == VARIANCE for label in labels)
    assert variances == (K if name in ("UN", "CSH", "ARH1") else 1)
    assert (labels[-1].kind == CORRELATION) == (name in ("CSH", "AR1", "ARH1"))


def test_unstructured_labels_stand_by_their_numbers():
    labels = STRUCTURES["UN"].labels(["pre", "post"])
    assert [label.name for label in labels] == ["var(pre)", "cov(pre, post)", "var(post)"]


@pytest.mark.parametrize("name", STRUCTURES)
def test_one_start_is_positive_definite(name):
    moments = np.array([[2.0, 1.9, 1.0, -1.0], [1.9, 2.0, -1.0, 0.0], [1.0, -1.0, 1.0, 1.0], [-1.0, 0.0, 1.0, 3.0]])
    assert np.linalg.eigvalsh(moments)[0] < 0
    matrices = [STRUCTURES[name].matrix(theta, K) for theta in STRUCTURES[name].starts(moments)]
    assert max(np.linalg.eigvalsh(matrix)[0] for matrix in matrices) > 0
