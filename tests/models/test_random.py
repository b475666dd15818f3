"""Random terms from a frame: columns, levels, the unit basis, and what cannot be estimated."""

import numpy as np
import pandas as pd
import pytest
from lab import lifts

from mmc_analysis.errors import ModelError
from mmc_analysis.models.formulas.formula import parse_formula
from mmc_analysis.models.mixed.random import random_effects


def built(random, frame):
    return random_effects(parse_formula(f"value ~ 1 + {random}").random, frame)


def test_categorical_slope_and_its_unit_basis():
    (effects,) = built("(1 + condition | participant)", lifts(1, n=6, loads=2))
    assert effects.names == ("Intercept", "condition[T.pectoralis]", "condition[T.triceps]")
    np.testing.assert_allclose(effects.unit @ effects.basis, effects.z, atol=1e-12)
    np.testing.assert_allclose(effects.unit.T @ effects.unit, len(effects.z) * np.eye(3), atol=1e-10)


def test_levels_of_a_crossed_grouping():
    frame = lifts(1, n=6, loads=2)
    (effects,) = built("(1 | participant:load)", frame)
    assert effects.grouping == "participant:load" and len(effects.labels) == 12
    named = [":".join(map(str, effects.labels[level])) for level in effects.level]
    assert named == [f"{p}:{load}" for p, load in zip(frame.participant, frame.load, strict=True)]


def test_levels_of_new_data():
    frame = lifts(1, n=6, loads=2)
    (effects,) = built("(1 | participant:load)", frame)
    new = pd.DataFrame({"participant": ["P02", "P77"], "load": ["40%", "20%"]})
    level = effects.level_in(new)
    assert effects.labels[level[0]] == ("P02", "40%") and level[1] == -1


def test_uncorrelated_terms_are_separate():
    frame = lifts(1, n=6, loads=2).assign(x=lambda f: np.arange(len(f), dtype=float))
    one, other = built("(1 + x || participant)", frame)
    assert (one.names, other.names) == (("Intercept",), ("x",))


@pytest.mark.parametrize(
    "random, message",
    [("(1 | study)", "one level"), ("(1 | row)", "one row per level"), ("(1 + condition * load | participant)", "36 effects"),
     ("(1 + x + twice | participant)", "determine twice")],
)  # fmt: skip
def test_what_cannot_be_estimated(random, message):
    frame = lifts(1, n=6, loads=2).assign(x=lambda f: np.arange(len(f), dtype=float))
    frame = frame.assign(row=range(len(frame)), twice=2 * frame.x)
    with pytest.raises(ModelError, match=message):
        built(random, frame)


def test_no_term():
    with pytest.raises(ModelError, match=r"no random term.*\(1 \+ condition \| participant\)"):
        random_effects((), lifts(1, n=3))
