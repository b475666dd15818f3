"""Rows fall apart into the blocks they should, and a block that cannot be held is refused."""

import numpy as np
import pytest
from designs import codes, lifters

from mmc_analysis.errors import ModelError
from mmc_analysis.models.mixed import blocks as bl


def test_nesting_makes_one_block_per_participant():
    design = lifters(1, n=6, missing=0.2)
    blocks = bl.make_blocks(design.x, design.y, bl.rotation_of(design.terms))
    assert blocks.stacked.shape[0] == 6
    assert blocks.width == 3 + 4
    assert blocks.n_parameters == 7


def test_crossing_makes_one_block():
    design = lifters(1, n=6, kind="crossed")
    blocks = bl.make_blocks(design.x, design.y, bl.rotation_of(design.terms))
    assert blocks.stacked.shape[0] == 1
    assert blocks.width == 2 * 6 + 5


def test_rotation_keeps_all_crossproducts():
    design = lifters(2, missing=0.3)
    blocks = bl.make_blocks(design.x, design.y, bl.rotation_of(design.terms))
    xy = np.column_stack([design.x, design.y])
    inside = blocks.stacked[:, :, blocks.width :].reshape(-1, xy.shape[1])
    np.testing.assert_allclose(blocks.rest + inside.T @ inside, xy.T @ xy, atol=1e-12)


def test_too_many_crossed_levels_are_refused():
    rng = np.random.default_rng(1)
    n = 4000
    one = np.ones((n, 1))
    terms = [
        bl.GroupedColumns(one, *codes(rng.integers(0, 2500, n))),
        bl.GroupedColumns(one, *codes(np.arange(n) % 1500)),
    ]
    with pytest.raises(ModelError, match="one block has .* random effects; up to 3000"):
        bl.rotation_of(terms)
