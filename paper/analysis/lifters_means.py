"""Marginal means of the simulated lifters by condition and load."""

import pandas as pd

from paper.examples import lifters_fit
from paper.pipeline import analysis


def lifters_means() -> pd.DataFrame:
    """One row per condition and load."""
    frame = lifters_fit().marginal_means("condition", by="load")
    return frame.assign(key=frame["condition"].astype(str) + "_" + frame["load"].astype(str))


if __name__ == "__main__":
    analysis(lifters_means)
