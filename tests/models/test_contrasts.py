"""Weights of contrasts."""

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.orthogonal import fit_polynomial, integer_polynomials
from mmc_analysis.models.tables.contrasts import contrast_set, interaction_set

LEVELS = ["regular", "pectoralis", "triceps", "both"]


def test_pairwise():
    found = contrast_set(LEVELS, "pairwise")
    assert found.labels[:3] == ("regular - pectoralis", "regular - triceps", "regular - both")
    assert found.weights[3].tolist() == [0, 1, -1, 0]


def test_control():
    found = contrast_set(LEVELS, "control", reference=2)
    assert found.labels == ("regular - triceps", "pectoralis - triceps", "both - triceps")
    assert found.weights[0].tolist() == [1, 0, -1, 0]


PRINTED = {
    3: [[-1, 0, 1], [1, -2, 1]],
    4: [[-3, -1, 1, 3], [1, -1, -1, 1], [-1, 3, -3, 1]],
    5: [[-2, -1, 0, 1, 2], [2, -1, -2, -1, 2], [-1, 2, 0, -2, 1], [1, -4, 6, -4, 1]],
    6: [
        [-5, -3, -1, 1, 3, 5],
        [5, -1, -4, -4, -1, 5],
        [-5, 7, 4, -4, -7, 5],
        [1, -3, 2, 2, -3, 1],
        [-1, 5, -10, 10, -5, 1],
    ],
}


@pytest.mark.parametrize("k", PRINTED)
def test_polynomials_as_printed(k):
    """Fisher & Yates (1963), Statistical Tables, table XXIII."""
    assert contrast_set([str(i) for i in range(k)], "polynomial").weights.tolist() == PRINTED[k]


def test_polynomial_names_and_highest_degree():
    found = contrast_set([str(i) for i in range(9)], "polynomial")
    assert found.labels == ("linear", "quadratic", "cubic", "quartic", "degree 5", "degree 6")
    np.testing.assert_allclose(np.triu(found.weights @ found.weights.T, 1), 0)


def test_equally_spaced_polynomials_are_those_of_the_recurrence():
    x = np.arange(7.0)
    columns = fit_polynomial(x, 4).columns(x)
    whole = integer_polynomials(7, 4)
    np.testing.assert_allclose(columns.T, whole / np.linalg.norm(whole, axis=1, keepdims=True), atol=1e-12)


def test_polynomials_of_a_covariate_are_orthonormal_far_from_zero():
    x = 2000 + stats.uniform.ppf(np.linspace(0.01, 0.99, 40)) * 20
    columns = fit_polynomial(x, 3).columns(x)
    np.testing.assert_allclose(columns.T @ columns, np.eye(3), atol=1e-8)


def test_interactions_are_kronecker_products():
    first, second = contrast_set(LEVELS[:3], "control"), contrast_set(["20", "50", "80"], "polynomial")
    found = interaction_set([first, second])
    np.testing.assert_array_equal(found.weights, np.kron(first.weights, second.weights))
    assert found.labels[1] == "(pectoralis - regular) : quadratic"
    three = interaction_set([contrast_set(["a", "b"]), contrast_set(["c", "d"]), contrast_set(["e", "f"])])
    assert three.labels == ("(a - b) : (c - d) : (e - f)",)


@pytest.mark.parametrize("method", ["pairwise", "control", "polynomial"])
def test_one_cell_cannot_be_compared(method):
    with pytest.raises(ModelError, match="two cells or more"):
        contrast_set(["only"], method)


@pytest.mark.parametrize("weights", [[1, -1], [1, -1, 0, np.nan], [[1, -1, 0, 0]], 1.0])
def test_custom_weights_must_fit(weights):
    with pytest.raises(ModelError, match="4 finite numbers are needed"):
        contrast_set(LEVELS, {"mine": weights})
