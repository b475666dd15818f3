"""What was planted in the simulated focus-or-avoid study."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def exercises_truth() -> pd.DataFrame:
    """One row: the planted ratio of the gluteus maximus."""
    truth = mmc.datasets.read_table("example_contreras", "truth")
    ratio = truth[truth["parameter"].eq("ratio") & truth["muscle"].eq("Glute_Max")]["value"].astype(float).item()
    planted = {"key": "ratio_gluteus", "estimate": ratio, "metric": "ratio"}
    return pd.DataFrame([planted | {"method": "as planted in the simulation", "evidence": "synthetic"}])


if __name__ == "__main__":
    analysis(exercises_truth)
