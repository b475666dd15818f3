"""Times of effect sizes and syntheses, on one thread.

OMP_NUM_THREADS=1 python benchmarks/effects.py
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import mmc_analysis as mmc

REPEATS = 15


def median_ms(task: Callable[[], object]) -> float:
    """Return the median time of a task in milliseconds, after one run that does not count."""
    task()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times))


def tasks(rng: np.random.Generator) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    change = rng.normal(5, 8, (1000, 18))
    pre = rng.normal(50, 14, (1000, 18))
    pair = mmc.effects.paired(pre + change, pre)
    one = pd.DataFrame({"study": [f"s{i}" for i in range(50)], "estimate": rng.normal(0.4, 0.3, 50),
                        "std_error": rng.uniform(0.1, 0.3, 50)})  # fmt: skip
    several = one.assign(study=[f"s{i // 4}" for i in range(50)])
    return {
        "1000 intervals of d_av": lambda: mmc.effects.d_av(pair),
        "REML of 50 effects, Hartung-Knapp": lambda: mmc.meta_analysis(one, std_error="std_error").pooled,
        "three levels, 50 effects of 13 studies": lambda: mmc.meta_multilevel(several, std_error="std_error").pooled,
    }


if __name__ == "__main__":
    for name, task in tasks(np.random.default_rng(4)).items():
        print(f"{name:42s} {median_ms(task):8.2f} ms")
