"""Reference output shared by the tests of synthesis."""

import json

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def metafor(root) -> dict:
    return json.loads((root / "tests/reference/metafor/random_effects.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def sandwich(root) -> dict:
    return json.loads((root / "tests/reference/clubsandwich/multilevel.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def bcg(metafor) -> pd.DataFrame:
    """Thirteen trials of BCG vaccination, log risk ratios."""
    data, regression = metafor["bcg"], metafor["regression"]
    columns = {"estimate": data["yi"], "variance": data["vi"], "study": [f"trial {i + 1}" for i in range(13)]}
    return pd.DataFrame(columns | {name: regression[name] for name in ("ablat", "year", "alloc")})
