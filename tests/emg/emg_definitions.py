"""The definitions once more, slow and plain: formulas with `math` and loops, no SciPy."""

import itertools
import math

import numpy as np


def warped(frequency: float, fs: float) -> float:
    return math.tan(math.pi * frequency / fs)


def correction(n: int, passes: int) -> float:
    return (2 ** (1 / passes) - 1) ** (1 / (2 * n))


def band_pass_gain(frequency, low, high, fs, n=2, passes=2, corrected=True) -> float:
    """Gain of a digital Butterworth band-pass filter of order n at each edge, after all passes."""
    c = correction(n, passes) if corrected else 1.0
    u1, u2, u = warped(low, fs), warped(high, fs), warped(frequency, fs)
    omega = (u * u - u1 * u2) / ((u2 - u1) / c * u)
    return (1 + omega ** (2 * n)) ** (-passes / 2)


def one_sided_gain(frequency, corner, fs, kind, n=2, passes=2) -> float:
    c = correction(n, passes)
    u, uc = warped(frequency, fs), warped(corner, fs) * (c if kind == "high" else 1 / c)
    omega = uc / u if kind == "high" else u / uc
    return (1 + omega ** (2 * n)) ** (-passes / 2)


def moving_rms(x, half: int) -> np.ndarray:
    """Exact sums of squares; the first and last squares repeated beyond the ends."""
    squares = [float(v) ** 2 for v in x]
    last, size = len(squares) - 1, 2 * half + 1
    return np.array([
        math.sqrt(math.fsum(squares[min(max(j, 0), last)] for j in range(i - half, i + half + 1)) / size)
        for i in range(len(squares))
    ])  # fmt: skip


def moving_rms_with_gaps(x, half: int, valid: float) -> np.ndarray:
    out = np.full(len(x), np.nan)
    last, size = len(x) - 1, 2 * half + 1
    for i in range(len(x)):
        window = [x[min(max(j, 0), last)] for j in range(i - half, i + half + 1)]
        known = [float(v) ** 2 for v in window if math.isfinite(v)]
        if len(known) >= valid * size - 1e-9 and known:
            out[i] = math.sqrt(math.fsum(known) / len(known))
    return out


def teager(x) -> np.ndarray:
    out = [x[i] * x[i] - x[i - 1] * x[i + 1] for i in range(1, len(x) - 1)]
    return np.array([out[0], *out, out[-1]])


def bursts(active, min_on: int, min_off: int) -> list[list[int]]:
    """Join runs with gaps shorter than min_off, then drop runs shorter than min_on."""
    runs: list[list[int]] = []
    start = None
    for i, on in enumerate([*active, False]):
        if on and start is None:
            start = i
        elif not on and start is not None:
            if runs and start - runs[-1][1] < min_off:
                runs[-1][1] = i
            else:
                runs.append([start, i])
            start = None
    return [run for run in runs if run[1] - run[0] >= min_on]


def median_frequency(frequency, power, low: float, high: float) -> float:
    points = [(f, p) for f, p in zip(frequency, power, strict=True) if low <= f <= high]
    cumulative = [0.0]
    for (f0, p0), (f1, p1) in itertools.pairwise(points):
        cumulative.append(cumulative[-1] + (p0 + p1) / 2 * (f1 - f0))
    half = cumulative[-1] / 2
    i = next(k for k, c in enumerate(cumulative) if c >= half)
    share = (half - cumulative[i - 1]) / (cumulative[i] - cumulative[i - 1])
    return points[i - 1][0] + share * (points[i][0] - points[i - 1][0])
