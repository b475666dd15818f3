"""Which standard errors the printed numbers of the speed study allow, under each analysis."""

from mmc_analysis import figures
from paper.drawing import drawing
from paper.pipeline import read_result


def consistency():
    """Draw the range of the implied standard error by contrast and design."""
    checks = read_result("consistency")
    return figures.consistency_plot(checks[checks["study"] == "calatayud2018_speed"])


if __name__ == "__main__":
    drawing(consistency)
