"""What was planted in the simulated lifters."""

import pandas as pd

import mmc_analysis as mmc
from paper import examples
from paper.pipeline import analysis


def lifters_truth() -> pd.DataFrame:
    """One row per planted effect on the pectoralis, and the number of lifters."""
    truth = mmc.datasets.read_table("example_calatayud", "truth")
    effects = truth[truth["parameter"].eq("effect") & truth["muscle"].eq("pectoralis major")]
    planted = pd.DataFrame(
        {
            "key": effects["condition"] + "_" + effects["load_pct_1rm"].map("{:g}".format),
            "estimate": effects["value"].astype(float),
            "unit": "pct_max",
        }
    )
    lifters = examples.lifters()["participant"].nunique()
    counted = pd.DataFrame({"key": ["n_lifters"], "estimate": [float(lifters)], "unit": ["count"]})
    return pd.concat([planted, counted]).assign(method="as planted in the simulation", evidence="synthetic")


if __name__ == "__main__":
    analysis(lifters_truth)
