"""Simulated lifters at half of their maximum: the difference with its interval on an aligned axis."""

from mmc_analysis import figures
from paper import examples
from paper.drawing import drawing
from paper.pipeline import read_result


def lifters_estimation():
    """Draw each lifter's two values and the model's contrast."""
    lifters = examples.lifters()
    contrasts = read_result("lifters_contrasts")
    return figures.paired_estimation(
        lifters[lifters["load"] == "50"],
        "regular",
        "pectoralis",
        estimate=contrasts[contrasts["key"] == "pectoralis_50"],
    )


if __name__ == "__main__":
    drawing(lifters_estimation)
