"""Published effects of attention in points of normalised EMG."""

from mmc_analysis import figures
from paper.drawing import drawing
from paper.pipeline import read_result


def focus_effects():
    """Draw the differences that were printed with a number."""
    results = read_result("focus_effects")
    shown = results[results["metric"].eq("raw") & results["estimate"].notna()]
    named = shown.assign(
        label=shown["condition"].str.capitalize() + " focus: " + shown["muscle"],
        source=shown["label"].str.split(":").str[0] + ", " + shown["exercise"],
    )
    return figures.forest(
        named,
        subgroup="source",
        axis_label="Difference from regular focus (points of normalised EMG)",
        sides=("lower", "higher"),
    )


if __name__ == "__main__":
    drawing(focus_effects)
