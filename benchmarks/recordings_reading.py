"""Reading a CSV of about 7 MB beside pandas.read_csv with everything told to it; a whole simulated study with one and two workers.

Run with one thread for each library: OMP_NUM_THREADS=1 python benchmarks/recordings_reading.py
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mmc_analysis.emg import EmgSettings
from mmc_analysis.loaders import process_recordings, simulate_recordings
from mmc_analysis.recordings import read_recording

SAMPLES, FS, CHANNELS = 120_000, 2000.0, 4


def seconds(functions: list, repeats: int) -> list[float]:
    """Return the median time of each, measured in turns, so that a busy moment of the machine meets all of them."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(repeats):
        for function, own in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            own.append(time.perf_counter() - start)
    return [statistics.median(own) for own in times]


def large_csv(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    columns = {"Time (s)": np.arange(SAMPLES) / FS} | {
        f"EMG {i + 1} (mV)": rng.normal(0, 0.2, SAMPLES) for i in range(CHANNELS)
    }
    path = folder / "trial.csv"
    pd.DataFrame(columns).to_csv(path, index=False, float_format="%.9f")
    return path


def reading(folder: Path, repeats: int) -> None:
    path = large_csv(folder)
    told = {"sep": ",", "decimal": ".", "header": 0, "dtype": np.float64, "engine": "c"}
    ours, theirs = seconds([lambda: read_recording(path), lambda: pd.read_csv(path, **told)], repeats)
    size = path.stat().st_size / 1e6
    sys.stdout.write(
        f"CSV of {size:.1f} MB: read_recording {1000 * ours:.0f} ms, pandas {1000 * theirs:.0f} ms, ratio {ours / theirs:.2f}\n"
    )


def study(folder: Path) -> None:
    sheet, _ = simulate_recordings(folder / "study", seed=1)
    settings = EmgSettings.preset("calatayud2016")
    for workers in (2, 1):
        start = time.perf_counter()
        found = process_recordings(sheet, settings, folder=folder / "study", workers=workers)
        took = time.perf_counter() - start
        memory = (
            max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        )
        sys.stdout.write(f"study of {sheet['participant'].nunique()} people, {sheet['file'].nunique()} files, {len(found.observations)} values, "
                         f"{workers} workers: {took:.1f} s, largest process {memory:.0f} MB\n")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=21)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as home:
        reading(Path(home), repeats)
        study(Path(home))


if __name__ == "__main__":
    main()
