"""Published changes of muscle thickness with an internal and an external focus."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def thickness_gains() -> pd.DataFrame:
    """One row per printed change from before to after."""
    results = mmc.studies.results(mmc.load_study("schoenfeld2018"), statements=True)
    return results[results["outcome"].eq("muscle_thickness")]


if __name__ == "__main__":
    analysis(thickness_gains)
