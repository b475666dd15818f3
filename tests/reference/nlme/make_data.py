"""Simulate the repeated-measures data that run_reference.R fits: seeded, small, four decimals."""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
TIMES = (0, 1, 2, 3)


def training(seed: int = 20, n: int = 24, missing: float = 0.1) -> pd.DataFrame:
    """Torque of two groups at four times, with an age, unequal variances and lost measurements."""
    rng = np.random.default_rng(seed)
    sd = np.array([6.0, 7.0, 9.0, 8.0])
    corr = 0.75 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    root = np.linalg.cholesky(np.outer(sd, sd) * corr)
    rows = []
    for i in range(n):
        group, age = ("control", "imagery")[i % 5 > 1], int(rng.integers(20, 60))
        means = 60 + 0.2 * (age - 40) + np.array([0, 1, 2, 2]) + (group == "imagery") * np.array([0, 3, 6, 5])
        for t, value in zip(TIMES, means + root @ rng.normal(size=4), strict=True):
            if rng.random() > missing:
                rows.append((f"P{i + 1:02d}", group, age, t, round(float(value), 4)))
    return pd.DataFrame(rows, columns=["participant", "group", "age", "time", "value"])


def complete(seed: int = 21, n: int = 12) -> pd.DataFrame:
    """Twelve lifters at three loads, nothing missing, neighbours negatively correlated."""
    rng = np.random.default_rng(seed)
    corr = (-0.4) ** np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    root = 5 * np.linalg.cholesky(corr)
    values = 40 + np.array([0, 4, 9]) + rng.normal(size=(n, 3)) @ root.T
    rows = [
        (f"P{i + 1:02d}", load, round(float(values[i, k]), 4)) for i in range(n) for k, load in enumerate((20, 50, 80))
    ]
    return pd.DataFrame(rows, columns=["participant", "load", "value"])


if __name__ == "__main__":
    training().to_csv(HERE / "training.csv", index=False)
    complete().to_csv(HERE / "complete.csv", index=False)
