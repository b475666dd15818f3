"""What was measured at which load, and in which direction it went."""

from mmc_analysis import figures
from paper.drawing import drawing
from paper.pipeline import read_result


def evidence_map():
    """Draw every published comparison of attention within a session."""
    studies = read_result("studies").set_index("study")["short"].to_dict()
    effects = read_result("focus_effects")
    return figures.evidence_map(effects[effects["estimate"].notna() | effects["direction"].notna()], names=studies)


if __name__ == "__main__":
    drawing(evidence_map)
