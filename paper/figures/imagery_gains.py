"""Published changes of strength by group."""

from mmc_analysis import figures
from paper.drawing import drawing
from paper.pipeline import read_result


def imagery_gains():
    """Draw the printed percent changes of strength, study by study."""
    results = read_result("imagery_gains")
    shown = results[results["outcome"].isin(["strength", "force"]) & results["estimate"].notna()]
    limb = [f", {limb}" if isinstance(limb, str) else "" for limb in shown["limb"]]
    named = shown.assign(
        label=shown["group"].str.capitalize() + ": " + shown["muscle"] + limb,
        source=shown["label"].str.split(":").str[0] + ", " + shown["week"].map("{:g} weeks".format),
    )
    return figures.forest(named, subgroup="source", axis_label="Change from before (%)", sides=("loss", "gain"))


if __name__ == "__main__":
    drawing(imagery_gains)
