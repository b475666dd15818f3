"""Simulated recordings, from raw signal to effect: what was planted and what the model found."""

from mmc_analysis import figures
from paper.drawing import drawing
from paper.pipeline import read_result


def recordings():
    """Draw the contrasts of the recorded pectoralis, each with its planted value in the label."""
    found = read_result("recordings_contrasts")
    load = found["load"].astype(str) + " % 1RM, planted " + found["planted"].map("{:+.0f}".format)
    return figures.forest(
        found.assign(label=load, focus_on="Focus on the " + found["contrast"].str.split(" - ").str[0]),
        subgroup="focus_on",
        axis_label="Difference from regular focus (points of maximal EMG)",
        sides=("lower", "higher"),
    )


if __name__ == "__main__":
    drawing(recordings)
