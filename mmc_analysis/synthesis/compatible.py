"""Which standard errors agree with everything that is printed of one difference, for given degrees of freedom.

With difference d and standard error s, a t interval has limits d ± c·s, and |d|/s is the t statistic. Rounding makes each
printed number a range, and each range two straight lines in (s, d). The standard errors between all of them are found
exactly, by eliminating d from every pair of lines; nothing is sampled.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from mmc_analysis.effects.frames import t_quantile
from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.printed import Printed

SLACK = 1e-9
STEPS_BETWEEN, NEAREST_MISSES = 100, 8
DF_GRID = np.array([*range(1, 201), *range(210, 1001, 10), 2000, 5000, np.inf])


@dataclass(frozen=True)
class Evidence:
    """What is printed of one difference; None where it is not.

    Attributes
    ----------
    difference, low, high, p, t : Printed or None
        The difference, its confidence limits, the two-sided P value and the size of the t statistic (√F for one df).
    level : float
        Level of the interval.
    se : Printed or None
        Standard error of the difference, or what an SD of differences and n make of it.
    """

    difference: Printed
    low: Printed | None = None
    high: Printed | None = None
    p: Printed | None = None
    t: Printed | None = None
    se: Printed | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low.low > self.high.high:
            raise EffectError(
                f"the lower limit {self.low.text} is above the upper limit {self.high.text}. Give the smaller number first, "
                "with its sign."
            )

    @property
    def says_something(self) -> bool:
        """Whether anything speaks of the standard error at all."""
        return any(part is not None for part in (self.low, self.high, self.p, self.t, self.se))


def se_range(evidence: Evidence, df) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and largest standard error that agree with all that is printed, per df, (m,); NaN if none does.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> push_up = Evidence(read_printed("9"), read_printed("5"), read_printed("13"))
    >>> low, high = se_range(push_up, [17])
    >>> low.round(2), high.round(2)
    (array([1.66]), array([2.13]))
    """
    df = np.atleast_1d(np.asarray(df, dtype=float))
    scale = _size(evidence)
    lows, highs = (np.array(column) for column in zip(*_by_sign(evidence, df), strict=True))
    bad = (lows > highs + SLACK * scale) | (highs <= 0)
    none = bad.all(axis=0)
    low = np.min(np.where(bad, np.inf, lows), axis=0)
    high = np.max(np.where(bad, -np.inf, np.maximum(highs, lows)), axis=0)
    return np.where(none, np.nan, np.where(low < SLACK * scale, 0.0, low)), np.where(none, np.nan, high)


def _size(evidence: Evidence) -> float:
    return max(evidence.difference.sizes[1], 1e-300)


def _by_sign(evidence: Evidence, df: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The range of the standard error, the lower end above the upper where there is none, per sign that the difference may have."""
    parts = []
    if evidence.difference.high >= 0:
        parts.append(_one_sign(evidence, df))
    if evidence.difference.low < 0:
        parts.append(_one_sign(_mirrored(evidence), df))
    return parts


def _closest(evidence: Evidence, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The range for the sign that comes closest to having one."""
    lows, highs = (np.array(column) for column in zip(*_by_sign(evidence, df), strict=True))
    best = np.argmin(_gap(lows, highs), axis=0)[None]
    return tuple(np.take_along_axis(edge, best, axis=0)[0] for edge in (lows, highs))


def _statistics_gap(evidence: Evidence, df: np.ndarray) -> np.ndarray:
    """How far t and P, as printed, are from agreeing with one another."""
    ranges = _statistics(evidence, df)
    if len(ranges) < 2:
        return np.full_like(df, -1.0)
    return _gap(np.max([low for low, _ in ranges], axis=0), np.min([high for _, high in ranges], axis=0))


def _gap(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How far a range is from being one: below zero where it is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = (low - high) / (low + np.abs(high))
    return np.where(np.isposinf(high), -1.0, np.where(np.isneginf(high), 1.0, gap))


def fitting_df(evidence: Evidence, grid: np.ndarray = DF_GRID) -> np.ndarray:
    """Return the degrees of freedom of a grid under which all printed numbers agree, or between its points if none does.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> exact = Evidence(read_printed("9.00"), read_printed("4.99"), read_printed("13.01"), p=read_printed("0.0002"))
    >>> fitting_df(exact)[:3]
    array([15., 16., 17.])
    """
    return common_df([evidence], grid)


def common_df(evidences: list[Evidence], grid: np.ndarray = DF_GRID) -> np.ndarray:
    """Return the degrees of freedom of a grid under which several differences could share one standard error, or between.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> welch = Evidence(read_printed("-20.6"), high=read_printed("-1.1"), p=read_printed("0.040"), t=read_printed("-2.34"))
    >>> common_df([welch]).min().round(2), common_df([welch]).max().round(2)
    (np.float64(10.21), np.float64(10.86))
    """

    def gap(df: np.ndarray) -> np.ndarray:
        lows, highs = zip(*(_closest(evidence, df) for evidence in evidences), strict=True)
        low, high = np.max(lows, axis=0), np.min(highs, axis=0)
        statistics = np.max([_statistics_gap(evidence, df) for evidence in evidences], axis=0)
        # t and P that disagree leave no standard error above zero, whatever the rest
        return np.where((high <= 0) & (statistics > 0), statistics, _gap(low, high))

    return where_fitting(lambda df: ~np.isnan(common_se(evidences, df)[0]), gap, grid)


def where_fitting(
    fits: Callable[[np.ndarray], np.ndarray], gap: Callable[[np.ndarray], np.ndarray], grid: np.ndarray
) -> np.ndarray:
    """Return the points of a grid that fit; where none does, those of a finer one where the gap is small.

    Degrees of freedom of Welch, Satterthwaite, or Kenward and Roger are no whole numbers.

    Examples
    --------
    >>> where_fitting(lambda x: np.abs(x - 2.31) < 0.015, lambda x: np.abs(x - 2.31), np.array([1.0, 2.0, 3.0])).round(3)
    array([2.3 , 2.31, 2.32])
    """
    found = grid[fits(grid)]
    if found.size or np.isfinite(grid).sum() < 2:
        return found
    points = _between(grid[np.isfinite(grid)], STEPS_BETWEEN)
    if (here := fits(points)).any():
        return points[here]
    gaps = np.concatenate([[np.inf], gap(points), [np.inf]])
    least = np.flatnonzero((gaps[1:-1] < gaps[:-2]) & (gaps[1:-1] <= gaps[2:]))
    for i in least[np.argsort(gaps[1:-1][least])][:NEAREST_MISSES]:
        near = _between(points[max(i - 1, 0) : i + 2], STEPS_BETWEEN)
        if (here := fits(near)).any():
            return near[here]
    return found


def _between(points: np.ndarray, steps: int) -> np.ndarray:
    """Return points with so many steps from each to the next."""
    return np.interp(np.arange((points.size - 1) * steps + 1) / steps, np.arange(points.size), points)


def common_se(evidences: list[Evidence], df) -> tuple[np.ndarray, np.ndarray]:
    """Return the range of one standard error that several differences could share, per df, (m,); NaN if none could.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> first = Evidence(read_printed("6"), read_printed("3"), read_printed("8"), read_printed("0.0001"))
    >>> second = Evidence(read_printed("4"), read_printed("1"), read_printed("7"), read_printed("0.0096"))
    >>> low, high = common_se([first, second], [17, 85])
    >>> bool(np.isnan(low[0])), low[1].round(2), high[1].round(2)
    (True, np.float64(1.4), np.float64(1.43))
    """
    ranges = [se_range(evidence, df) for evidence in evidences]
    low, high = np.max([r[0] for r in ranges], axis=0), np.min([r[1] for r in ranges], axis=0)
    missing = np.isnan([r[0] for r in ranges]).any(axis=0) | (low > high * (1 + SLACK))
    return np.where(missing, np.nan, low), np.where(missing, np.nan, high)


def _mirrored(evidence: Evidence) -> Evidence:
    """The same with the sign of the difference turned round."""
    low = None if evidence.high is None else -evidence.high
    high = None if evidence.low is None else -evidence.low
    return Evidence(-evidence.difference, low, high, evidence.p, evidence.t, evidence.se, evidence.level)


def _one_sign(evidence: Evidence, df: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The range for differences of zero or more: lines d ≥ a + b·s and d ≤ a + b·s, with b per df; none where low exceeds high."""
    critical = t_quantile((1 + evidence.level) / 2, df)
    zero = np.zeros_like(df)
    below = [(max(evidence.difference.low, 0.0), zero)]
    above = [(evidence.difference.high, zero)]
    for limit, slope in ((evidence.low, critical), (evidence.high, -critical)):
        if limit is not None:
            below.append((limit.low, slope))
            above.append((limit.high, slope))
    for smallest, largest in _statistics(evidence, df):
        below.append((0.0, smallest))
        above.append((0.0, largest))
    low = np.full_like(df, 0.0 if evidence.se is None else evidence.se.low)
    high = np.full_like(df, np.inf if evidence.se is None else evidence.se.high)
    for a, b in below:
        for c, d in above:
            low, high = _halved(low, high, a - c, d - b)
    return low, high


def _halved(low, high, offset, slope) -> tuple[np.ndarray, np.ndarray]:
    """Keep the s with offset ≤ slope·s."""
    with np.errstate(divide="ignore", invalid="ignore"):
        edge = offset / slope
    rising, falling = slope > 0, slope < 0
    low = np.where(rising, np.maximum(low, edge), low)
    high = np.where(falling, np.minimum(high, edge), high)
    impossible = ~rising & ~falling & (offset > SLACK * max(abs(offset), 1.0))
    return low, np.where(impossible, -np.inf, high)


def _statistics(evidence: Evidence, df: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Ranges of |t|, per df, from P and from t as printed."""
    ranges = []
    if evidence.p is not None:
        ranges.append((_size_of_t(evidence.p.high, df), _size_of_t(evidence.p.low, df)))
    if evidence.t is not None:
        ranges.append(tuple(np.full_like(df, size) for size in evidence.t.sizes))
    return ranges


def _size_of_t(p: float, df: np.ndarray) -> np.ndarray:
    """|t| of a two-sided P value, infinite for P = 0."""
    if p <= 0:
        return np.full_like(df, 1e12)
    finite = np.where(np.isinf(df), 1.0, df)
    return np.where(np.isinf(df), -special.ndtri(min(p, 1.0) / 2), -special.stdtrit(finite, min(p, 1.0) / 2))
