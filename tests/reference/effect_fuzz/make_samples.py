"""Draw the samples on which this package and R are compared: python make_samples.py (writes samples.json beside itself).

Raw samples of all the kinds that the field meets, and summaries as papers print them, rounded.
"""

import json
from pathlib import Path

import numpy as np

SEED, RAW, PRINTED = 20261121, 36, 30


def raw_pair(rng: np.random.Generator, i: int) -> dict:
    """Post and pre of one study: percent of maximum, newtons, reaction times, scores with ties, differences near zero."""
    n = int(rng.choice([3, 4, 5, 6, 8, 10, 12, 18, 25, 40]))
    rho, ratio, shift = rng.uniform(-0.4, 0.97), rng.choice([0.5, 1, 1, 1.5, 3]), rng.choice([0, 0.2, 0.8, 2])
    z = rng.normal(size=(2, n))
    pre, post = z[0], shift + ratio * (rho * z[0] + np.sqrt(1 - rho**2) * z[1])
    kind = ["percent", "force", "skewed", "score", "offset", "tiny"][i % 6]
    if kind == "percent":
        pre, post = 55 + 9 * pre, 55 + 9 * post
    elif kind == "force":
        pre, post = 820 + 130 * pre, 820 + 130 * post
    elif kind == "skewed":
        pre, post = np.exp(3 + 0.5 * pre), np.exp(3 + 0.5 * post)
    elif kind == "score":
        pre, post = np.round(20 + 3 * pre), np.round(20 + 3 * post)
        pre[0], post[1] = pre[0] + 7, post[1] + 5  # whatever is rounded away, something varies
    elif kind == "offset":
        pre, post = 1e6 + 4 * pre, 1e6 + 4 * post
    else:
        pre, post = 1e-4 * (40 + 4 * pre), 1e-4 * (40 + 4 * post)
    return {"kind": kind, "x": post.tolist(), "y": pre.tolist()}


def raw_groups(rng: np.random.Generator) -> dict:
    """Two groups of different people, often of different size and spread."""
    n = rng.choice([3, 4, 6, 9, 14, 22, 45], size=2)
    scale, shift = rng.choice([0.4, 1, 1, 1, 2.5]), rng.choice([0, 0.3, 1, 2.5])
    x, y = 60 + 12 * (shift + scale * rng.normal(size=n[0])), 60 + 12 * rng.normal(size=n[1])
    return {"x": np.round(x, 2).tolist(), "y": np.round(y, 2).tolist()}


def printed(rng: np.random.Generator) -> dict:
    """Means and SDs of two arms before and after, as a paper prints them."""
    row = {}
    for arm in ("t", "c"):
        pre = rng.uniform(20, 120)
        row |= {
            f"n_{arm}": int(rng.integers(4, 41)),
            f"m_pre_{arm}": round(pre, 1),
            f"sd_pre_{arm}": round(rng.uniform(0.05, 0.3) * pre, 1),
        }
        row |= {
            f"m_post_{arm}": round(pre * rng.uniform(0.85, 1.4), 1),
            f"sd_post_{arm}": round(rng.uniform(0.05, 0.35) * pre, 1),
        }
        row[f"r_{arm}"] = round(rng.uniform(-0.2, 0.97), 2)
    df_1 = int(rng.integers(1, 7))
    n = int(rng.integers(5, 40))
    row |= {
        "F": round(float(10 ** rng.uniform(-0.3, 1.8)), 2),
        "df_1": df_1,
        "df_2": df_1 * (n - 1),
        "level": float(rng.choice([0.8, 0.9, 0.95, 0.99])),
    }
    return row


if __name__ == "__main__":
    rng = np.random.default_rng(SEED)
    samples = {"pairs": [raw_pair(rng, i) for i in range(RAW)], "groups": [raw_groups(rng) for _ in range(RAW)],
               "printed": [printed(rng) for _ in range(PRINTED)]}  # fmt: skip
    (Path(__file__).resolve().parent / "samples.json").write_text(json.dumps(samples, indent=0), encoding="utf-8")
