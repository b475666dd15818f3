"""Limits of the noncentrality of t and F, to 30 digits, at random places and far out in the tails.

python noncentral.py     (needs mpmath and scipy; some minutes; writes noncentral.json beside itself)

The noncentral t is integrated over the logarithm of its chi variable; the noncentral F is summed as a Poisson mixture of
incomplete beta functions. Equations are solved by the secant method until two steps agree to 1e-14.
"""

import json
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import mpmath as mp
import numpy as np
import scipy
from scipy import special

mp.mp.dps = 30
SEED, T_CASES, F_CASES = 20261121, 300, 90
NODES = 40
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)


@cache
def gauss_legendre() -> list[tuple[mp.mpf, mp.mpf]]:
    """Nodes and weights on [-1, 1], refined from double precision by Newton's method."""
    found = []
    for x in map(mp.mpf, np.polynomial.legendre.leggauss(NODES)[0]):
        for _ in range(4):
            before, value = mp.mpf(1), x
            for k in range(2, NODES + 1):
                before, value = value, ((2 * k - 1) * x * value - (k - 1) * before) / k
            slope = NODES * (x * value - before) / (x**2 - 1)
            x -= value / slope
        found.append((x, 2 / ((1 - x**2) * slope**2)))
    return found


def t_tail(t: float, df: float, ncp: mp.mpf, side: int) -> mp.mpf:
    """P(T > t) for side -1, P(T < t) for side 1, with t >= 0."""

    def log_double(s):
        y = np.exp(s)
        return df * s - df / 2 * (y**2 - 1) + special.log_ndtr(side * (t * y - float(ncp)))

    edges = window(log_double, df, t, float(ncp))
    constant = mp.log(2) + mp.mpf(df) / 2 * mp.log(mp.mpf(df) / 2) - mp.loggamma(mp.mpf(df) / 2) - mp.mpf(df) / 2

    def integrand(s):
        y = mp.exp(s)
        log_density = constant + df * s - mp.mpf(df) / 2 * (y**2 - 1)
        return mp.exp(log_density) * mp.ncdf(side * (mp.mpf(t) * y - ncp))

    total, pieces = mp.mpf(0), [mp.mpf(float(edge)) for edge in edges]
    for low, high in pairwise(pieces):
        middle, half = (low + high) / 2, (high - low) / 2
        total += half * mp.fsum(w * integrand(middle + half * x) for x, w in gauss_legendre())
    return total


def window(log_integrand, df: float, t: float, ncp: float) -> np.ndarray:
    """Edges of pieces that hold the integrand down to e^-80 of its peak, between and around its likely places."""
    width = 1 / np.sqrt(2 * df)
    places = [0.0] + ([np.log(ncp / t)] if t > 0 and ncp > 0 else [])
    grid = np.unique(np.concatenate([np.linspace(p - 60 * width - 3, p + 60 * width + 3, 6001) for p in places]
                                    + [np.linspace(p - 3 * width, p + 3 * width, 2001) for p in places]
                                    + [np.linspace(-90 / df - 5, 3, 4001)]))  # fmt: skip
    with np.errstate(over="ignore"):
        h = log_integrand(grid)
    kept = np.flatnonzero(h > h.max() - 80)
    low, high = grid[max(kept[0] - 1, 0)], grid[min(kept[-1] + 1, grid.size - 1)]
    peak = grid[h.argmax()]
    inner = grid[h > h.max() - 20]
    marks = np.concatenate(
        [np.linspace(low, inner[0], 4), np.linspace(inner[0], inner[-1], 17), np.linspace(inner[-1], high, 4)]
    )
    return np.unique(np.append(marks, peak))


def f_tail(f: float, df_1: float, df_2: float, ncp: mp.mpf, side: int) -> mp.mpf:
    """P(F > f) for side -1, P(F < f) for side 1."""
    with mp.workdps(60):
        f, a, b, rate = mp.mpf(f), mp.mpf(df_1) / 2, mp.mpf(df_2) / 2, mp.mpf(ncp) / 2
        x = a * f / (a * f + b)
        first = max(0, int(rate - 16 * mp.sqrt(rate) - 40))
        last = int(rate + 16 * mp.sqrt(rate) + 90)
        mass = mp.exp(first * mp.log(rate) - rate - mp.loggamma(first + 1)) if rate > 0 else mp.mpf(first == 0)
        below = mp.betainc(a + first, b, 0, x, regularized=True)
        step = mp.exp((a + first) * mp.log(x) + b * mp.log(1 - x) - mp.log(mp.beta(a + first, b))) / (a + first)
        total = mp.mpf(0)
        for j in range(first, last):
            total += mass * (below if side > 0 else 1 - below)
            below -= step
            step *= x * (a + j + b) / (a + j + 1)
            mass *= rate / (j + 1)
        return total


def solve(tail, start: float, scale: float, alpha: mp.mpf) -> mp.mpf:
    """Secant steps on the logarithm of the tail."""
    x, y = mp.mpf(start), mp.mpf(start) + mp.mpf(scale)
    f, g = (mp.log(tail(v)) - mp.log(alpha) for v in (x, y))
    for _ in range(60):
        z = y - g * (y - x) / (g - f)
        if abs(z - y) <= mp.mpf("1e-14") * (abs(z) + mp.mpf("1e-3")):
            return z
        x, f = y, g
        y, g = z, mp.log(tail(z)) - mp.log(alpha)
    raise ArithmeticError(f"no root from {start}")


def t_case(t: float, df: float, level: float) -> dict:
    """Both limits of one t."""
    alpha, size = (1 - mp.mpf(repr(level))) / 2, abs(t)
    limits = []
    for side in (-1, 1):
        centre = (
            np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) * np.sqrt(2 / df)
            if df < 1e5
            else 1 - 1 / (4 * df)
        )
        quantile = special.gammaincinv(df / 2, float(alpha)) if side < 0 else special.gammainccinv(df / 2, float(alpha))
        spread = np.hypot(size * (np.sqrt(2 * quantile / df) - centre), special.ndtri(float(alpha)))
        start = size * centre + side * spread
        limits.append(solve(lambda ncp, s=side: t_tail(size, df, ncp, s), start, 1e-3 * spread, alpha))
    low, high = limits if t >= 0 else (-limits[1], -limits[0])
    return {"t": t, "df": df, "level": level, "low": mp.nstr(low, 17), "high": mp.nstr(high, 17)}


def f_case(f: float, df_1: float, df_2: float, level: float) -> dict:
    """Both limits of one F; zero where no noncentrality is large enough."""
    alpha = (1 - mp.mpf(repr(level))) / 2
    limits = []
    for side in (-1, 1):
        nothing = f_tail(f, df_1, df_2, mp.mpf(0), side)
        if (nothing > alpha) if side < 0 else (nothing < alpha):
            limits.append(mp.mpf(0))
            continue
        tail = partial(tail_at, f, df_1, df_2, side)
        start = halved(tail, alpha, side)
        limits.append(solve(tail, start, start * 1e-2, alpha))
    return {
        "F": f,
        "df_1": df_1,
        "df_2": df_2,
        "level": level,
        "low": mp.nstr(limits[0], 17),
        "high": mp.nstr(limits[1], 17),
    }


def tail_at(f, df_1, df_2, side, ncp) -> mp.mpf:
    """The tail as a function of the noncentrality alone."""
    return f_tail(f, df_1, df_2, ncp, side)


def halved(tail, alpha, side) -> float:
    """A rough root: the noncentrality is doubled until the tail is passed, and its root halved 12 times."""
    high = mp.mpf(1)
    while (tail(high) < alpha) == (side < 0):
        high *= 2
    low, high = mp.mpf(0), mp.sqrt(high)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if (tail(middle**2) < alpha) == (side < 0) else (low, middle)
    return float(high**2)


def main() -> None:
    """Draw the places, solve, and write."""
    rng = np.random.default_rng(SEED)
    rows_t, rows_f = [], []
    extremes = [(0.0, 1.0), (0.0, 17.0), (1e-6, 5.0), (300.0, 1.0), (-300.0, 2.5), (300.0, 29.0), (-450.0, 1e6), (900.0, 1e4),
                (38.0, 5.0), (-38.0, 300.0), (100.0, 1e6), (0.5, 1e6), (37.7, 17.0), (250.0, 7.25)]  # fmt: skip
    places = [(t, df, level) for t, df in extremes for level in (0.95, 0.9999)]
    while len(places) < T_CASES:
        t = float(np.round(rng.choice([-1, 1]) * 10 ** rng.uniform(-1.5, 2.6), 5))
        df = float(np.round(rng.choice([rng.integers(1, 60), 10 ** rng.uniform(0, 6), rng.uniform(1, 30)]), 4))
        places.append((t, df, float(rng.choice(LEVELS))))
    for i, place in enumerate(places):
        rows_t.append(t_case(*place))
        if i % 40 == 0:
            print("t", i, rows_t[-1], flush=True)
    places = [(f, a, b, level) for f, a, b in [(0.001, 2.0, 34.0), (0.9, 1.0, 9.0), (2500.0, 1.0, 17.0), (400.0, 4.0, 12.0),
              (60.0, 14.0, 204.0), (1.0, 3.0, 1e5), (30.0, 2.0, 1e5)] for level in (0.9, 0.9999)]  # fmt: skip
    while len(places) < F_CASES:
        f = float(np.round(10 ** rng.uniform(-1, 2.3), 5))
        b = float(np.round(rng.choice([rng.integers(2, 60), 10 ** rng.uniform(0.5, 4), rng.uniform(3, 90)]), 3))
        places.append((f, float(rng.integers(1, 15)), b, float(rng.choice(LEVELS))))
    for i, place in enumerate(places):
        rows_f.append(f_case(*place))
        if i % 20 == 0:
            print("F", i, rows_f[-1], flush=True)
    versions = {"mpmath": mp.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    out = Path(__file__).resolve().parent / "noncentral.json"
    out.write_text(json.dumps({"t": rows_t, "F": rows_f, "versions": versions}, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
