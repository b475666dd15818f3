"""Codings of factors, and rank."""

import numpy as np
import pytest

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.coding import CODINGS, code_levels
from mmc_analysis.models.designs.rank import column_lengths, independent_columns, null_basis


def test_treatment_with_a_reference():
    found = code_levels("load", ("20", "50", "80"), reference="50")
    assert found.weights.tolist() == [[1, 0], [0, 0], [0, 1]]
    assert found.suffixes == ("[T.20]", "[T.80]")


def test_helmert():
    """Each level against the mean of those before it, as R's contr.helmert."""
    assert code_levels("load", tuple("abcd"), "helmert").weights.tolist() == [
        [-1, -1, -1],
        [1, -1, -1],
        [0, 2, -1],
        [0, 0, 3],
    ]


def test_polynomial():
    """R: contr.poly(4)."""
    expected = (
        [-0.67082039, -0.2236068, 0.2236068, 0.67082039],
        [0.5, -0.5, -0.5, 0.5],
        [-0.2236068, 0.67082039, -0.67082039, 0.2236068],
    )
    found = code_levels("load", tuple("abcd"), "polynomial")
    np.testing.assert_allclose(found.weights.T, expected, atol=1e-8)
    assert found.suffixes == ("[.L]", "[.Q]", "[.C]")
    assert code_levels("load", tuple("abcde"), "polynomial").suffixes[3] == "[^4]"


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("k", [2, 3, 7])
def test_every_coding_spans_all_levels(coding, k):
    weights = code_levels("load", tuple(range(k)), coding).weights
    assert np.linalg.matrix_rank(np.column_stack([np.ones(k), weights])) == k
    if coding != "treatment":
        np.testing.assert_allclose(weights.sum(axis=0), 0, atol=1e-12)


def test_errors():
    with pytest.raises(ModelError, match="factor 'load' has one level, '20'"):
        code_levels("load", ("20",))
    with pytest.raises(ModelError, match="only treatment coding takes a reference"):
        code_levels("load", ("20", "50"), "sum", "20")
    with pytest.raises(ModelError, match="no level '51'. Levels: '20', '50'"):
        code_levels("load", ("20", "50"), "treatment", "51")


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_independent_columns_keep_the_first(scale):
    rng = np.random.default_rng(2)
    base = rng.normal(size=(30, 4)) * [1, scale, 1, 1 / scale]
    matrix = np.column_stack([base[:, :2], base[:, 0] + base[:, 1] / scale, base[:, 2], np.zeros(30), base[:, 3]])
    kept = independent_columns(matrix)
    assert kept.tolist() == [0, 1, 3, 5]
    null = null_basis(matrix, kept)
    np.testing.assert_allclose(null.T @ null, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(matrix / column_lengths(matrix) @ null, 0, atol=1e-10)


def test_more_columns_than_rows():
    kept = independent_columns(np.random.default_rng(1).normal(size=(3, 6)))
    assert kept.tolist() == [0, 1, 2]
