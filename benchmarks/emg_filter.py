"""Filter and envelope against the bare SciPy calls, and against neurokit2: 60 s at 2 kHz, 4 channels.

    OMP_NUM_THREADS=1 python benchmarks/emg_filter.py

Prints milliseconds and the ratio of each step to SciPy doing the same filter and moving root mean square without checks.
The budget is 1.5 for filter and envelope. A whole trial with quality, repetitions and median frequency stands below it.

neurokit2 needs pandas < 3, so it lives in an environment of its own, whose interpreter is named here:

    python3 -m venv ../neurokit && ../neurokit/bin/pip install neurokit2 "pandas<3"
    OMP_NUM_THREADS=1 python benchmarks/emg_filter.py --neurokit ../neurokit/bin/python

Its `emg_clean` and `emg_amplitude` take one channel at a time. It filters otherwise (a high-pass of 100 Hz; the envelope from an
energy operator and a low-pass), so times are compared and not values. Both are timed in their own process and in turns.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import ndimage, signal

from mmc_analysis.emg import EmgSettings, band_pass, design_corners, envelope, process_trial
from mmc_analysis.emg.simulate import TrialPlan, simulate_trial

FS, SECONDS, CHANNELS, ROUNDS = 2000.0, 60.0, 4, 25
NEUROKIT = """
import sys, time
import neurokit2, numpy, pandas, scipy
x = numpy.load(sys.argv[1])
def work():
    for row in x:
        neurokit2.emg_amplitude(neurokit2.emg_clean(row, sampling_rate=int(sys.argv[2])))
work()
print(f"neurokit2 {neurokit2.__version__}, pandas {pandas.__version__}, scipy {scipy.__version__}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    work()
    print(time.perf_counter() - start, flush=True)
"""


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


def beside_neurokit(interpreter: str, x: np.ndarray, ours: Callable) -> tuple[str, float, float, float]:
    """Return neurokit2's version, its median time and ours in ms, and the median ratio, measured in turns."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signals.npy"
        np.save(path, x)
        command = [interpreter, "-W", "ignore", "-c", NEUROKIT, str(path), str(int(FS))]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            version = other.stdout.readline().strip()
            for _ in range(ROUNDS if version else 0):
                print("go", file=other.stdin, flush=True)
                theirs = float(other.stdout.readline())
                start = time.perf_counter()
                ours()
                pairs.append((theirs, time.perf_counter() - start))
            other.stdin.close()
    if not pairs:
        sys.exit(f"{interpreter} did not run neurokit2; the head of this script says how to make its environment.")
    one, two = zip(*pairs, strict=True)
    return (
        version,
        1e3 * statistics.median(one),
        1e3 * statistics.median(two),
        statistics.median(a / b for a, b in pairs),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurokit", metavar="PYTHON", help="interpreter of an environment with neurokit2")
    neurokit = parser.parse_args().neurokit
    x, settings = recordings(), EmgSettings()
    sections = signal.butter(2, design_corners(settings.band, FS), "bandpass", fs=FS, output="sos")
    gappy, torn = x.copy(), x.copy()
    gappy[:, 50_000:50_010] = np.nan
    for start in range(2000, 118_000, 4000):
        torn[:, start : start + 20] = np.nan
    torn[:, 70_000:72_500] = np.nan
    cases = {
        "filter and envelope": lambda: envelope(band_pass(x, FS, settings), FS, settings),
        "filter and envelope, one short gap": lambda: envelope(band_pass(gappy, FS, settings), FS, settings),
        "the same, 29 short gaps and a long one": lambda: envelope(band_pass(torn, FS, settings), FS, settings),
        "whole trials with quality": lambda: [process_trial(row, FS, settings) for row in x],
    }
    for name, ours in cases.items():
        scipy_ms, ours_ms, ratio = alternating(lambda: bare(x, sections), ours)
        print(f"{name:38s} SciPy {scipy_ms:7.2f} ms   ours {ours_ms:7.2f} ms   ratio {ratio:5.2f}")
    if neurokit:
        version, theirs_ms, ours_ms, ratio = beside_neurokit(neurokit, x, cases["filter and envelope"])
        print(
            f"{version}: clean and amplitude {theirs_ms:.1f} ms, our filter and envelope {ours_ms:.1f} ms, {ratio:.1f} times faster"
        )


if __name__ == "__main__":
    main()
