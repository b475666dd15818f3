"""Write the data that run_reference.R reads: simulated with a seed, rounded so that both programs read the same."""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).resolve().parent / "data"
CONDITIONS = ("regular", "pectoralis", "triceps")
LOADS = ("20", "40", "60", "80")


def unbalanced(seed: int = 11) -> pd.DataFrame:
    """Three conditions, four loads, two groups, a covariate; cells of unequal size, none empty."""
    rng = np.random.default_rng(seed)
    cells = [(c, load, g) for c in CONDITIONS for load in LOADS for g in ("novice", "trained")]
    rows = [cell for cell in cells for _ in range(int(rng.integers(2, 8)))]
    frame = pd.DataFrame(rows, columns=["condition", "load", "group"])
    years = rng.gamma(4.0, 1.3, len(frame)).round(2) + 0.5
    effect = frame["condition"].map({"regular": 0.0, "pectoralis": 6.0, "triceps": 2.0}).to_numpy()
    heavy = frame["load"].astype(float).to_numpy() / 20.0
    noise = rng.normal(0, 5, len(frame))
    frame["years"] = years
    frame["value"] = (40 + effect * (1.4 - 0.2 * heavy) + 3 * heavy + 0.8 * years + noise).round(3)
    return frame


def empty_cell(seed: int = 12) -> pd.DataFrame:
    """Repeated measurements in which nobody did triceps at 60 or regular at 80."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(14):
        own, group, years = rng.normal(0, 6), "novice" if person < 6 else "trained", round(rng.gamma(4, 1.3), 2)
        for condition in CONDITIONS:
            for load in LOADS[1:]:
                if (condition, load) in {("triceps", "60"), ("regular", "80")} or rng.random() < 0.12:
                    continue
                mean = 50 + own + 3 * CONDITIONS.index(condition) + 2 * LOADS.index(load)
                value = mean + (1 if group == "trained" else 0.4) * years
                rows.append((f"P{person:02d}", group, years, condition, load, round(value + rng.normal(0, 4), 3)))
    return pd.DataFrame(rows, columns=["participant", "group", "years", "condition", "load", "value"])


def repeated(seed: int = 13) -> pd.DataFrame:
    """Repeated measurements with cells missing at random: two groups, three conditions, three loads."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(16):
        own, slope = rng.normal(0, 7), rng.normal(0, 3, 3)
        group, years = "novice" if person < 6 else "trained", round(rng.gamma(4, 1.3), 2)
        for c, condition in enumerate(CONDITIONS):
            for load in LOADS[:3]:
                if rng.random() < 0.15:
                    continue
                mean = 55 + own + slope[c] + (4 * c if group == "trained" else 1.5 * c) + 4 * LOADS.index(load)
                value = mean + 0.7 * years + rng.normal(0, 4)
                rows.append((f"P{person:02d}", group, years, condition, load, round(value, 3)))
    return pd.DataFrame(rows, columns=["participant", "group", "years", "condition", "load", "value"])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in (unbalanced, empty_cell, repeated):
        make().to_csv(FOLDER / f"{make.__name__}.csv", index=False)
