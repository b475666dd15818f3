"""Simulated imagery training: torque by group and time."""

from mmc_analysis import figures
from paper import examples
from paper.drawing import drawing
from paper.pipeline import ordered, read_result


def trainees():
    """Draw individual trainees and the marginal means of the model."""
    means = ordered(read_result("trainees_means"), time=examples.TIMES, group=examples.GROUPS)
    _, ax = figures.panels(width=figures.TWO_COLUMNS, height=85)
    return figures.trajectories(examples.trainees(), means, ax)


if __name__ == "__main__":
    drawing(trainees)
