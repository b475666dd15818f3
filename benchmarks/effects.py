"""Time effect sizes and syntheses beside metafor and clubSandwich, and write the ratios.

    OMP_NUM_THREADS=1 python benchmarks/effects.py          writes the table in README.md

From a data frame to the frame of results. Times are CPU time of one thread per call, so that other work on the machine does not
count; `budget` is the most that a task may take. R is timed inside R if Rscript is there, from a data frame to the fit.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from mixed_models import seconds

import mmc_analysis as mmc

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
BEGIN, END = "<!-- synthesis: begin -->", "<!-- synthesis: end -->"
REPEATS = 25
TASKS = {
    "reml": ("REML of 50 effects, Hartung-Knapp", 5),
    "regression": ("the same with a moderator, the year", 5),
    "three_levels": ("three levels, 50 effects of 13 studies", 50),
    "three_levels_year": ("the same with a moderator, the year", 50),
    "three_levels_shared": ("the same with r = 0.6 within studies", 50),
    "three_levels_500": ("three levels, 500 effects of 125 studies", np.nan),
    "robust": ("CR2 with Satterthwaite df, 50 effects of 13 studies", np.nan),
    "left_out": ("50 syntheses with one study left out", np.nan),
    "intervals": ("1000 noncentral-t intervals of d_av", 200),
}


def effects(k: int) -> pd.DataFrame:
    """Effects of k / 4 studies, four each but for the last, years as they are in the literature."""
    rng = np.random.default_rng(k)
    study = np.arange(k) // 4
    se = rng.uniform(0.1, 0.3, k)
    y = 0.4 + rng.normal(0, 0.3, study.max() + 1)[study] + rng.normal(0, 0.15, k) + rng.normal(0, se)
    return pd.DataFrame({"study": [f"s{i:03d}" for i in study], "row": [f"e{i:03d}" for i in range(k)], "estimate": y,
                         "std_error": se, "year": rng.integers(1975, 2025, k)})  # fmt: skip


def ours(few: pd.DataFrame, many: pd.DataFrame) -> dict[str, float]:
    """Seconds per task."""
    rng = np.random.default_rng(4)
    pre = rng.normal(50, 14, (1000, 18))
    pair = mmc.effects.paired(pre + rng.normal(5, 8, (1000, 18)), pre)
    shared = mmc.synthesis.shared_participants(few, r=0.6)
    one, several = mmc.meta_analysis(few, study="row"), mmc.meta_multilevel(few)
    tasks: dict[str, Callable[[], object]] = {
        "reml": lambda: mmc.meta_analysis(few, study="row").pooled,
        "regression": lambda: mmc.meta_analysis(few, study="row", moderators=["year"]).coefficients,
        "three_levels": lambda: mmc.meta_multilevel(few).pooled,
        "three_levels_year": lambda: mmc.meta_multilevel(few, moderators=["year"]).coefficients,
        "three_levels_shared": lambda: mmc.meta_multilevel(few, covariance=shared).pooled,
        "three_levels_500": lambda: mmc.meta_multilevel(many).pooled,
        "robust": lambda: several.robust().pooled,
        "left_out": lambda: mmc.synthesis.leave_one_out(one),
        "intervals": lambda: mmc.effects.d_av(pair),
    }
    return {name: seconds(task, REPEATS) for name, task in tasks.items()}


def by_metafor(few: pd.DataFrame, many: pd.DataFrame) -> tuple[dict[str, float], str]:
    """Seconds per task inside R, and the versions; empty without Rscript."""
    if shutil.which("Rscript") is None:
        return {}, "R is not installed"
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("few.csv", "many.csv")]
        for path, frame in zip(paths, (few, many), strict=True):
            frame.to_csv(path, index=False)
        done = subprocess.run(
            ["Rscript", str(HERE / "metafor_timings.R"), *map(str, paths)], capture_output=True, text=True, check=True
        )
    lines = done.stdout.splitlines()
    return {name: float(value) for name, value in (x.split(",") for x in lines if not x.startswith("#"))}, lines[-1][2:]


def markdown() -> str:
    """Measure everything, and return the table for the README."""
    few, many = effects(50), effects(500)
    mine, (theirs, versions) = ours(few, many), by_metafor(few, many)

    def cell(value: float) -> str:
        return "" if np.isnan(value) else np.format_float_positional(value, 3, fractional=False, trim="-")

    lines = ["| task | ours, ms | budget, ms | metafor / clubSandwich, ms | ratio |", "|---|---:|---:|---:|---:|"]
    for name, (what, budget) in TASKS.items():
        mine_ms, r_ms = 1000 * mine[name], 1000 * theirs.get(name, np.nan)
        lines.append(f"| {what} | {cell(mine_ms)} | {cell(budget)} | {cell(r_ms)} | {cell(round(r_ms / mine_ms, 1))} |")
    machine = f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}; {versions}"
    return "\n".join([*lines, "", f"{machine}. One thread, CPU time."])


if __name__ == "__main__":
    if os.environ.get("OMP_NUM_THREADS") != "1":
        sys.exit("Set OMP_NUM_THREADS=1, so that times are those of one thread.")
    text = README.read_text(encoding="utf-8")
    README.write_text(f"{text.split(BEGIN)[0]}{BEGIN}\n{markdown()}\n{END}{text.split(END)[1]}", encoding="utf-8")
