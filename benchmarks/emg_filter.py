"""Filter and envelope against the bare SciPy calls: 60 s at 2 kHz, 4 channels.

    OMP_NUM_THREADS=1 python benchmarks/emg_filter.py

Prints milliseconds and the ratio of each step to SciPy doing the same filter and moving root mean square without checks.
The budget is 1.5 for filter and envelope. A whole trial with quality, repetitions and median frequency stands below it.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from scipy import ndimage, signal

from mmc_analysis.emg import EmgSettings, band_pass, design_corners, envelope, process_trial
from mmc_analysis.emg.simulate import TrialPlan, simulate_trial

FS, SECONDS, CHANNELS, ROUNDS = 2000.0, 60.0, 4, 25


def recordings() -> np.ndarray:
    """Return shape (4, 120000), in µV."""
    bounds = tuple((start, start + 2.5) for start in np.arange(2.0, 56.0, 5.0))
    plan = TrialPlan(fs=FS, duration_s=SECONDS, bounds=bounds, amplitudes_uv=(200.0,) * len(bounds))
    return np.stack([simulate_trial(plan, seed).signal for seed in range(CHANNELS)])


def bare(x: np.ndarray, sections: np.ndarray) -> np.ndarray:
    """Return what SciPy alone gives: zero-lag filter, moving root mean square of 1001 samples."""
    filtered = signal.sosfiltfilt(sections, x)
    return np.sqrt(ndimage.uniform_filter1d(filtered * filtered, 1001, mode="nearest"))


def alternating(first: Callable, second: Callable) -> tuple[float, float, float]:
    """Return the two median times in ms and the median ratio, measured in turns so that a busy machine harms both alike."""
    pairs = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        first()
        middle = time.perf_counter()
        second()
        pairs.append((middle - start, time.perf_counter() - middle))
    one, two = zip(*pairs, strict=True)
    return 1e3 * statistics.median(one), 1e3 * statistics.median(two), statistics.median(b / a for a, b in pairs)


def main() -> None:
    """Measure and print."""
    x, settings = recordings(), EmgSettings()
    sections = signal.butter(2, design_corners(settings.band, FS), "bandpass", fs=FS, output="sos")
    gappy = x.copy()
    gappy[:, 50_000:50_010] = np.nan
    cases = {
        "filter and envelope": lambda: envelope(band_pass(x, FS, settings), FS, settings),
        "filter and envelope, one short gap": lambda: envelope(band_pass(gappy, FS, settings), FS, settings),
        "whole trials with quality": lambda: [process_trial(row, FS, settings) for row in x],
    }
    for name, ours in cases.items():
        scipy_ms, ours_ms, ratio = alternating(lambda: bare(x, sections), ours)
        print(f"{name:38s} SciPy {scipy_ms:7.2f} ms   ours {ours_ms:7.2f} ms   ratio {ratio:5.2f}")


if __name__ == "__main__":
    main()
