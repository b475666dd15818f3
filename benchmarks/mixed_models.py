"""Time the mixed models beside statsmodels and lme4, in one run on one machine, and write the ratios.

    OMP_NUM_THREADS=1 python benchmarks/mixed_models.py          writes mixed_models.csv and the table in README.md

A study of 18 lifters × 3 conditions × 5 loads (270 rows) with ``condition * load + (1 + condition | participant)``. Times are CPU
time of one thread per call, so that other work on the machine does not count. R is timed inside R if Rscript is there.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.formula.api as smf

from mmc_analysis.models.mixed.model import fit_mixed

HERE = Path(__file__).resolve().parent
TABLE, README = HERE / "mixed_models.csv", HERE / "README.md"
FIXED, RANDOM = "value ~ condition * load", "(1 + condition | participant)"
FORMULA = f"{FIXED} + {RANDOM}"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TASKS = {
    "fit": "fit, 270 rows",
    "kenward_roger_type_3": "all Type III tests, Kenward-Roger",
    "satterthwaite_type_3": "all Type III tests, Satterthwaite",
    "refit_balanced": "one refit, balanced design, Newton",
    "refit_missing": "one refit, 5 % of cells missing",
    "refit_closed_form": "one refit, balanced design, closed form",
}


def study() -> pd.DataFrame:
    """The study: intercepts (SD 8), slopes of condition (SD 3), residual (SD 4)."""
    rng = np.random.default_rng(20261121)
    rows = pd.MultiIndex.from_product(
        [[f"P{i:02d}" for i in range(18)], ["regular", "pectoralis", "triceps"], ["20", "40", "50", "60", "80"]],
        names=["participant", "condition", "load"],
    ).to_frame(index=False)
    person = rng.normal(0, 8, (18, 1, 1)) + rng.normal(0, 3, (18, 3, 1))
    mean = 10 + 0.6 * rows["load"].astype(float) + 3 * (rows["condition"] == "pectoralis")
    rows["value"] = mean + (person + rng.normal(0, 4, (18, 3, 5))).ravel()
    for name in ("condition", "load"):
        rows[name] = pd.Categorical(rows[name], categories=list(dict.fromkeys(rows[name])))
    return rows


def with_gaps(data: pd.DataFrame) -> pd.DataFrame:
    """Leave out 5 % of the rows."""
    return data[np.random.default_rng(5).random(len(data)) > 0.05].reset_index(drop=True)


def seconds(call: Callable[[], object], times: int) -> float:
    """Median CPU time of a call."""
    call()
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return float(np.median(taken))


def fresh(data: pd.DataFrame, then: Callable) -> Callable[[int], float]:
    """Seconds of a question asked of a fit that has not been asked before."""

    def timed(times: int) -> float:
        taken = []
        for _ in range(times):
            fit = fit_mixed(FORMULA, data, warn=False)
            start = time.process_time()
            then(fit)
            taken.append(time.process_time() - start)
        return float(np.median(taken))

    return timed


def per_refit(data: pd.DataFrame, count: int, **options) -> float:
    """Seconds per response when many are refitted at once."""
    fit = fit_mixed(FORMULA, data, warn=False)
    responses = fit.simulate(count, seed=2)
    return seconds(lambda: fit.refit(responses, **options), 3) / count


def ours(data: pd.DataFrame) -> dict[str, float]:
    """Seconds per task with this package."""
    return {
        "fit": seconds(lambda: fit_mixed(FORMULA, data, warn=False), 60),
        "kenward_roger_type_3": fresh(data, lambda fit: fit.anova(ddf="kenward-roger"))(30),
        "satterthwaite_type_3": fresh(data, lambda fit: fit.anova(ddf="satterthwaite"))(30),
        "refit_balanced": per_refit(data, 1000, method="newton"),
        "refit_missing": per_refit(with_gaps(data), 500),
        "refit_closed_form": per_refit(data, 50_000),
    }


def by_statsmodels(data: pd.DataFrame) -> dict[str, float]:
    """Seconds per task with statsmodels, which has neither of the tests nor refits."""

    def fit():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return smf.mixedlm(FIXED, data, groups="participant", re_formula="~condition").fit(reml=True)

    return {"fit": seconds(fit, 8)}


def by_lme4(data: pd.DataFrame) -> tuple[dict[str, float], str]:
    """Seconds per task inside R, and the versions; empty without Rscript."""
    if shutil.which("Rscript") is None:
        return {}, "R is not installed"
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("balanced.csv", "missing.csv")]
        for path, frame in zip(paths, (data, with_gaps(data)), strict=True):
            frame.to_csv(path, index=False)
        done = subprocess.run(
            ["Rscript", str(HERE / "lme4_timings.R"), *map(str, paths)], capture_output=True, text=True, check=True
        )
    lines = done.stdout.splitlines()
    return {name: float(value) for name, value in (x.split(",") for x in lines if not x.startswith("#"))}, lines[-1][2:]


def measured() -> tuple[pd.DataFrame, str]:
    """Measure everything, side by side."""
    data = study()
    mine, theirs, (r, versions) = ours(data), by_statsmodels(data), by_lme4(data)
    frame = pd.DataFrame({"task": list(TASKS), "what": list(TASKS.values())})
    for name, found in (("mmc_analysis", mine), ("statsmodels", theirs), ("r", r)):
        frame[f"{name}_ms"] = [1000 * found.get(task, np.nan) for task in TASKS]
    frame.loc[frame["task"] == "refit_closed_form", "r_ms"] = 1000 * r.get("refit_balanced", np.nan)
    for name in ("statsmodels", "r"):
        frame[f"times_faster_than_{name}"] = frame[f"{name}_ms"] / frame["mmc_analysis_ms"]
    machine = (
        f"Python {platform.python_version()}, numpy {np.__version__}, statsmodels {statsmodels.__version__}; {versions}"
    )
    return frame, machine


def markdown(frame: pd.DataFrame, machine: str) -> str:
    """The table for the README."""

    def cell(value: float, digits: int = 3) -> str:
        return "" if np.isnan(value) else np.format_float_positional(value, digits, fractional=False, trim="-")

    lines = ["| task | ours, ms | ours, per second | statsmodels, ms | lme4 / pbkrtest, ms | faster than statsmodels | faster than R |",
             "|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for row in frame.itertuples(index=False):
        lines.append(
            f"| {row.what} | {cell(row.mmc_analysis_ms)} | {cell(1000 / row.mmc_analysis_ms)} | {cell(row.statsmodels_ms)} | "
            f"{cell(row.r_ms)} | {cell(row.times_faster_than_statsmodels, 2)} | {cell(row.times_faster_than_r, 2)} |"
        )
    return "\n".join([*lines, "", f"{machine}. One thread, CPU time."])


def main() -> None:
    """Measure, and write the table."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        sys.exit("Set OMP_NUM_THREADS=1, so that times are those of one thread.")
    frame, machine = measured()
    frame.round(6).to_csv(TABLE, index=False, lineterminator="\n")
    text = README.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{markdown(frame, machine)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
