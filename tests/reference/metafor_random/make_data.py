"""Random data sets for a comparison with metafor and clubSandwich.

python make_data.py                      writes data.json, the sets that the tests read
python make_data.py 200 7 > more.json    200 sets of each kind from another seed, for a longer comparison
"""

import json
import sys
from pathlib import Path

import numpy as np

# k, τ², smallest and largest sampling variance, columns of moderators
INDEPENDENT = [
    (2, 0.0, 0.02, 0.05, []), (2, 1.0, 0.02, 0.05, []), (3, 0.1, 0.01, 0.1, []), (3, 0.0, 0.05, 0.06, []),
    (4, 0.05, 0.01, 0.3, []), (5, 0.0, 0.02, 0.02, []), (6, "less", 0.02, 0.2, []), (8, 0.3, 0.02, 0.2, []),
    (10, 0.02, 0.01, 0.1, []), (12, 0.1, 1e-4, 1.0, []), (15, 0.1, 1e-5, 10.0, []), (20, 1e-9, 1e-9, 1e-8, []),
    (20, 2e5, 1e5, 1e6, []), (25, 400.0, 0.02, 0.05, []), (30, 0.04, 0.01, 0.2, []), (40, 0.05, 0.04, 0.04, []),
    (60, 0.1, 0.005, 0.3, []), (60, "less", 0.01, 0.1, []),
    (8, 0.05, 0.02, 0.1, ["x"]), (10, 0.05, 0.02, 0.1, ["year"]), (15, 0.1, 0.01, 0.2, ["x", "year"]),
    (20, 0.05, 0.02, 0.1, ["group"]), (25, 0.2, 0.01, 0.4, ["x", "group"]), (40, "less", 0.02, 0.1, ["x", "z", "year"]),
    (30, 0.1, 1e-4, 1.0, ["x", "z"]), (5, 0.1, 0.02, 0.1, ["x"]), (6, 0.02, 0.02, 0.1, ["arm"]), (4, 0.0, 0.02, 0.1, ["x"]),
    (6, 0.05, 0.02, 0.1, ["x", "arm"]),
]  # fmt: skip

# studies, most effects of one, σ² of studies, σ² of effects, covariance, moderators
MULTILEVEL = [
    (2, 8, 0.1, 0.05, None, []), (3, 4, 0.05, 0.0, None, []), (4, 3, 0.0, 0.1, None, []), (5, 6, 0.0, 0.0, None, []),
    (8, 5, 0.2, 0.05, "constant", []), (10, 8, 0.05, 0.05, "levels", []), (12, 4, 0.1, 0.02, "samples", []),
    (15, 2, 0.3, 0.0, None, ["x"]), (20, 8, 0.05, 0.1, "constant", ["x", "year"]), (20, 3, 0.02, 0.02, None, ["muscle"]),
    (8, 4, 0.1, 0.1, "control", []), (6, 8, 1.0, 1e-3, "levels", ["muscle"]), (12, 6, 0.0, 0.0, "constant", []),
    (9, 5, 100.0, 40.0, None, ["year"]), (10, 8, 0.1, 0.03, "crossed", []), (14, 8, 0.02, 0.1, "crossed", ["load"]),
]  # fmt: skip
MUSCLES = ["pectoralis", "triceps", "deltoid", "biceps"]
CORRELATIONS = [[1.0, 0.7, 0.5, 0.3], [0.7, 1.0, 0.6, 0.4], [0.5, 0.6, 1.0, 0.2], [0.3, 0.4, 0.2, 1.0]]


def independent(rng: np.random.Generator, k, tau2, smallest, largest, moderators) -> dict:
    """One effect per study; τ² "less" makes effects agree more than sampling lets them."""
    v = np.exp(rng.uniform(np.log(smallest), np.log(largest), k))
    spread = 0.4 * np.sqrt(v) if tau2 == "less" else np.sqrt(v + tau2)
    y = 0.5 * np.sqrt(np.median(v)) + spread * rng.normal(size=k)
    columns = {name: column(rng, name, k) for name in moderators}
    for values in columns.values():
        if not isinstance(values[0], str):
            y = y + 0.3 * np.std(y) * (np.array(values) - np.mean(values)) / np.std(values)
    return {"y": y.tolist(), "v": v.tolist(), "moderators": columns, "year": column(rng, "year", k)}


def column(rng: np.random.Generator, name: str, k: int) -> list:
    """Values of one moderator; every level of a factor occurs."""
    if name == "year":
        return rng.integers(1975, 2025, k).tolist()
    if name in ("group", "arm"):
        levels = {"group": ["free", "machine", "cable"], "arm": ["left", "right"]}[name]
        return rng.permutation([levels[i % len(levels)] for i in range(k)]).tolist()
    return rng.normal(size=k).round(3).tolist()


def multilevel(rng: np.random.Generator, n_studies, most, between, within, covariance, moderators) -> dict:
    """Several effects per study, with sampling errors that are shared as the covariance says."""
    sizes = rng.integers(1, most + 1, n_studies)
    sizes[0] = max(sizes[0], 2)
    if covariance == "levels":
        sizes = np.minimum(sizes, len(MUSCLES))
    study = np.repeat(np.arange(n_studies), sizes)
    k = study.size
    se = rng.uniform(0.1, 0.5, n_studies)[study] * rng.uniform(0.9, 1.1, k)
    se *= np.sqrt(max(1.0, between))
    error = 0.6**0.5 * rng.normal(size=n_studies)[study] + 0.4**0.5 * rng.normal(size=k)
    y = 0.3 + np.sqrt(between) * rng.normal(size=n_studies)[study] + np.sqrt(within) * rng.normal(size=k) + se * error
    within_study = np.concatenate([np.arange(size) for size in sizes])
    return {
        "y": y.tolist(), "v": (se**2).tolist(), "study": [f"s{i}" for i in study], "covariance": covariance,
        "muscle": [MUSCLES[(i + s) % 4] for i, s in zip(within_study, study, strict=True)],
        "load": [1 + int(i) // len(MUSCLES) for i in within_study],
        "sample": [("a", "b")[i % 2] for i in within_study],
        "arm": [f"arm{i}" for i in within_study], "n_1": rng.integers(8, 30, k).tolist(),
        "n_2": rng.integers(8, 30, n_studies)[study].tolist(),
        "moderators": {name: None if name in ("muscle", "load") else column(rng, name, k) for name in moderators},
    }  # fmt: skip


def any_independent(rng: np.random.Generator) -> tuple:
    """Draw a row of INDEPENDENT."""
    kinds = [[], [], [], ["x"], ["year"], ["group"], ["x", "year"], ["x", "group"], ["arm"]]
    moderators = kinds[rng.integers(len(kinds))]
    k = int(np.exp(rng.uniform(np.log(2 + 2 * len(moderators) + 2 * ("group" in moderators)), np.log(60))))
    smallest = 10 ** rng.uniform(-3, 0)
    tau2 = rng.choice([0.0, 0.1, 1.0, 10.0]) * smallest if rng.random() < 0.85 else "less"
    return k, tau2, smallest, smallest * 10 ** rng.uniform(0, 4), moderators


def any_multilevel(rng: np.random.Generator) -> tuple:
    """Draw a row of MULTILEVEL."""
    moderators = [[], [], ["x"], ["year"], ["muscle"], ["x", "year"]][rng.integers(6)]
    between, within = rng.choice([0.0, 0.02, 0.1, 0.5], 2)
    covariance = [None, "constant", "levels", "samples", "control", "crossed"][rng.integers(6)]
    return (
        int(rng.integers(2 + 4 * bool(moderators), 21)),
        int(rng.integers(2, 9)),
        between,
        within,
        covariance,
        moderators,
    )


def data_sets(seed: int, rows: list[tuple], others: list[tuple]) -> dict:
    """Return the sets that the rows describe."""
    rng = np.random.default_rng(seed)
    return {"independent": [independent(rng, *row) for row in rows], "multilevel": [multilevel(rng, *row) for row in others],
            "correlations": {"muscle": MUSCLES, "r": CORRELATIONS}}  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) == 3:
        count, seed = map(int, sys.argv[1:])
        drawing = np.random.default_rng(seed)
        drawn = [any_independent(drawing) for _ in range(count)], [any_multilevel(drawing) for _ in range(count)]
        print(json.dumps(data_sets(seed, *drawn)))
    else:
        text = json.dumps(data_sets(20250, INDEPENDENT, MULTILEVEL))
        Path(__file__).with_name("data.json").write_text(text + "\n", encoding="utf-8")
