"""The studies: design, size, and how many printed numbers could be read."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def studies() -> pd.DataFrame:
    """One row per study."""
    frame = mmc.list_studies()
    return frame.assign(key=frame["study"])


if __name__ == "__main__":
    analysis(studies)
