"""The simulated bench-press study, read from its workbook as a lab's would be."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def lifters() -> pd.DataFrame:
    """One row per measured value."""
    return mmc.load_example("calatayud")


if __name__ == "__main__":
    analysis(lifters)
