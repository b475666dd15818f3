"""Simulated lifters: peak EMG of the pectoralis by load and focus."""

from mmc_analysis import figures
from paper import examples
from paper.drawing import drawing
from paper.pipeline import ordered, read_result


def lifters():
    """Draw individual lifters and the marginal means of the model."""
    means = read_result("lifters_means")
    means = ordered(means.assign(load=means["load"].astype(str)), condition=examples.CONDITIONS, load=examples.LOADS)
    _, ax = figures.panels(width=figures.TWO_COLUMNS, height=85)
    return figures.focus_by_load(examples.lifters(), means, ax)


if __name__ == "__main__":
    drawing(lifters)
