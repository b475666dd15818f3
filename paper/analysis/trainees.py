"""The simulated imagery-training study, read from its table as a lab's would be."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def trainees() -> pd.DataFrame:
    """One row per measured value."""
    return mmc.load_example("imagery")


if __name__ == "__main__":
    analysis(trainees)
