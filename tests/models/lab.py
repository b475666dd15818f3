"""Simulated observations of a within-person study, as frames."""

import numpy as np
import pandas as pd

CONDITIONS = ("regular", "pectoralis", "triceps")


def lifts(seed: int = 1, n: int = 18, loads: int = 5, *, sd=(8.0, 3.0, 3.0, 4.0), repetitions: int = 1) -> pd.DataFrame:
    """Lifters × 3 conditions × loads (× repetitions): normalised EMG.

    `sd` holds the standard deviations of the intercept, of the condition slopes, of lifter × load, and of the residual.
    """
    rng = np.random.default_rng(seed)
    grid = np.meshgrid(range(n), range(3), range(loads), range(repetitions), indexing="ij")
    s, c, load, repetition = (axis.ravel() for axis in grid)
    slope = np.where(c[:, None] == [1, 2], 1.0, 0.0)
    person = rng.normal(size=(n, 3)) * [sd[0], sd[1], sd[1]]
    value = 50 + 8 * load + person[s, 0] + (slope * person[s, 1:]).sum(1) + sd[2] * rng.normal(size=(n, loads))[s, load]
    value = value + sd[3] * rng.normal(size=len(s)) + np.array([0.0, 2.0, 3.0])[c]
    frame = pd.DataFrame(
        {"study": "simulated", "participant": [f"P{i + 1:02d}" for i in s],
         "condition": pd.Categorical(np.array(CONDITIONS)[c], CONDITIONS, ordered=True),
         "load": pd.Categorical([f"{20 * (i + 1)}%" for i in load], [f"{20 * (i + 1)}%" for i in range(loads)], ordered=True),
         "measure": "emg_mean", "value": value, "unit": "pct_max", "evidence": "synthetic"}
    )  # fmt: skip
    if repetitions > 1:
        frame.insert(4, "repetition", repetition + 1)
    return frame


def with_gaps(frame: pd.DataFrame, share: float, seed: int = 1) -> pd.DataFrame:
    """The frame without a share of its rows, chosen at random."""
    kept = np.random.default_rng(seed).random(len(frame)) >= share
    return frame[kept].reset_index(drop=True)
