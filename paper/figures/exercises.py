"""Simulated exercises: focusing on the gluteus against avoiding it."""

from mmc_analysis import figures
from paper.drawing import drawing
from paper.pipeline import read_result


def exercises():
    """Draw one ratio per exercise."""
    ratios = read_result("exercises_contrasts")
    return figures.forest(
        ratios.assign(label=ratios["exercise"]),
        reference=1.0,
        axis_label="Mean EMG of the gluteus maximus, focus / avoid (ratio)",
    )


if __name__ == "__main__":
    drawing(exercises)
