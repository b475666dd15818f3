"""Simulate the designs that run_reference.R analyses: seeded, small, four decimals."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
CONDITION = ("regular", "pectoralis", "triceps")
LOAD = ("20", "40", "50", "60", "80")


def simulate(seed: int, groups: dict[tuple, int], group_names: tuple, within: dict[str, tuple]) -> pd.DataFrame:
    """Draw correlated, heteroscedastic cells for participants in groups of unequal size."""
    rng = np.random.default_rng(seed)
    cells = list(product(*within.values()))
    k = len(cells)
    root = rng.normal(size=(k, k)) / np.sqrt(k) + np.diag(rng.uniform(0.4, 1.6, k))
    means = rng.normal(30, 1.5, k)
    rows = []
    number = 0
    for labels, n in groups.items():
        shift = rng.normal(0, 1) + rng.normal(0, 0.5, k)
        for _ in range(n):
            number += 1
            values = means + shift + rng.normal(0, 2) + root @ rng.normal(size=k)
            for cell, value in zip(cells, values, strict=True):
                rows.append((f"P{number:02d}", *labels, *cell, round(value, 4)))
    return pd.DataFrame(rows, columns=["participant", *group_names, *within, "value"])


DESIGNS = {
    "one_within": (1, {(): 9}, (), {"load": LOAD}),
    "two_levels": (2, {(): 8}, (), {"side": ("left", "right")}),
    "two_within": (3, {(): 18}, (), {"condition": CONDITION, "load": LOAD}),
    "three_within": (4, {(): 10}, (), {"condition": CONDITION, "side": ("left", "right"), "load": LOAD[:3]}),
    "one_between_one_within": (
        5, {("control",): 7, ("imagery",): 5, ("physical",): 9}, ("group",), {"time": ("a_pre", "b_mid", "c_post")},
    ),
    "two_between_two_within": (
        6,
        {("control", "F"): 3, ("control", "M"): 2, ("imagery", "F"): 2, ("imagery", "M"): 2, ("physical", "F"): 3,
         ("physical", "M"): 4},
        ("group", "sex"),
        {"phase": ("fup", "post", "pre"), "hour": ("1", "2", "3", "4", "5")},
    ),
    "two_level_factors": (
        7, {("novice",): 6, ("trained",): 9}, ("training",), {"focus": ("internal", "none"), "limb": ("left", "right")},
    ),
    "few_participants": (8, {(): 4}, (), {"load": LOAD}),
    "between_only": (9, {("control",): 6, ("imagery",): 4, ("physical",): 8}, ("group",), {}),
}  # fmt: skip

if __name__ == "__main__":
    for name, design in DESIGNS.items():
        simulate(*design).to_csv(HERE / f"{name}.csv", index=False)
