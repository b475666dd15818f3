"""Reference output shared by the tests of effect sizes."""

import json

import numpy as np
import pytest

from mmc_analysis import effects


@pytest.fixture(scope="session")
def by_r(root) -> dict:
    return json.loads((root / "tests/reference/effectsize/effects.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pairs(by_r) -> effects.PairedSummary:
    return effects.PairedSummary(
        *(np.array([row[k] for row in by_r["paired"]]) for k in ("n", "m1", "m2", "s1", "s2", "r"))
    )


@pytest.fixture(scope="session")
def groups(by_r) -> effects.IndependentSummary:
    columns = ("n1", "n2", "m1", "m2", "s1", "s2")
    return effects.IndependentSummary(*(np.array([row[k] for row in by_r["independent"]]) for k in columns))
