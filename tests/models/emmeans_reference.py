"""Read the reference of emmeans, and stand R's coefficients in for a fit."""

import functools
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from mmc_analysis.models.designs.fixed import fixed_design
from mmc_analysis.models.tables.inference import JointTest, LinearEstimates, LinearInference

FOLDER = Path(__file__).resolve().parent.parent / "reference" / "emmeans"
CONDITIONS = ["regular", "pectoralis", "triceps"]


@functools.cache
def reference() -> dict:
    """The whole of reference.json."""
    return json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))


def lifts(name: str) -> pd.DataFrame:
    """Data that R read too; condition is an ordered category, load is text."""
    frame = pd.read_csv(FOLDER / "data" / f"{name}.csv", dtype={"load": str})
    frame["condition"] = pd.Categorical(frame["condition"], categories=CONDITIONS, ordered=True)
    return frame


def as_frame(rows: dict) -> pd.DataFrame:
    """Rows of the reference; what R calls NA is not a number."""
    numbers = {name: np.atleast_1d(np.array(rows[name], dtype=float)) for name in rows if name != "keys"}
    return pd.DataFrame({**rows["keys"], **numbers})


def matched(ours: pd.DataFrame, rows: dict, keys: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Our rows and the reference's in the same order; `keys` maps our columns to the reference's."""
    theirs = as_frame(rows)
    assert len(ours) == len(theirs)
    left = ours.set_index([ours[name].astype(str) for name in keys])
    right = theirs.set_index([theirs[name].astype(str) for name in keys.values()])
    assert set(left.index) == set(right.index)
    return left, right.loc[left.index]


class Transplanted(LinearInference):
    """R's coefficients and covariance, carried to our columns; normal reference."""

    n_participants = 0
    evidence = "synthetic"

    def __init__(self, formula: str, data: pd.DataFrame, found: dict, **options) -> None:
        self.fixed = fixed_design(formula, data, **options)
        there = np.array(found["X"])
        carry, *_ = np.linalg.lstsq(self.fixed.X, there, rcond=None)
        assert np.allclose(self.fixed.X @ carry, there, rtol=0, atol=1e-9)
        self.beta = carry @ np.array(found["beta"])
        self.vcov = carry @ np.array(found["vcov"]) @ carry.T

    def linear_estimates(self, L, ddf, information):
        return LinearEstimates(L @ self.beta, L @ self.vcov @ L.T, np.full(len(L), np.inf))

    def joint_test(self, L, ddf, information):
        value = L @ self.beta
        F = float(value @ np.linalg.solve(L @ self.vcov @ L.T, value)) / len(L)
        return JointTest(F, float(len(L)), np.inf, float(stats.chi2.sf(F * len(L), len(L))))
