"""What printed means, SDs and effect sizes imply: ranges, exact at their ends."""

import itertools

import numpy as np

from mmc_analysis.synthesis.printed import Printed

Range = tuple[float, float]
NEXT_TO_ZERO = 1e-9


def printed_difference(first: Printed, second: Printed) -> Range:
    """Return the range of the difference of two printed means.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> printed_difference(read_printed("59"), read_printed("50"))
    (8.0, 10.0)
    """
    return first.low - second.high, first.high - second.low


def sd_between(difference: Printed, d: Printed) -> Range:
    """Return the range of the SD between participants behind a difference and its d_av; infinite where d may be zero.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> low, high = sd_between(read_printed("9"), read_printed("0.60"))
    >>> round(low, 2), round(high, 2)
    (14.05, 15.97)
    """
    (smallest, largest), (least, most) = difference.sizes, d.sizes
    return smallest / most, largest / least if least else np.inf


def implied_r(sd_1: Printed, sd_2: Printed, change: Range) -> Range:
    """Return the range of the correlation behind two SDs and the SD of the differences.

    r = (s_1² + s_2² - s_D²)/(2 s_1 s_2) falls in s_D and is convex in s_1 and in s_2, so that its largest value stands at a
    corner, and its smallest at a corner or where a derivative is zero, s_1² = s_2² - s_D² or the reverse.

    Examples
    --------
    >>> from mmc_analysis.synthesis.printed import read_printed
    >>> low, high = implied_r(read_printed("15.0"), read_printed("15.0"), (8.0, 8.0))
    >>> round(low, 3), round(high, 3)
    (0.857, 0.859)
    """
    ends = [(max(sd.low, NEXT_TO_ZERO * sd.high), sd.high) for sd in (sd_1, sd_2)]
    corners = list(itertools.product(*ends))

    def r(s_1: float, s_2: float, s_d: float) -> float:
        return (s_1**2 + s_2**2 - s_d**2) / (2 * s_1 * s_2)

    inner = []
    for s_1, s_2 in corners:
        at_1, at_2 = (np.sqrt(max(other**2 - change[1] ** 2, 0.0)) for other in (s_2, s_1))
        if ends[0][0] < at_1 < ends[0][1]:
            inner.append((at_1, s_2))
        if ends[1][0] < at_2 < ends[1][1]:
            inner.append((s_1, at_2))
    return (
        float(min(r(*point, change[1]) for point in [*corners, *inner])),
        float(max(r(*corner, change[0]) for corner in corners)),
    )
