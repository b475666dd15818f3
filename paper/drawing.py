"""What every figure script of the paper shares."""

import sys
from collections.abc import Callable

from matplotlib.axes import Axes

from mmc_analysis import figures


def drawing(function: Callable[[], Axes]) -> None:
    """Run a figure script: draw in the package's style and save under the stem given on the command line."""
    with figures.style():
        figures.save(function().figure, sys.argv[1])
