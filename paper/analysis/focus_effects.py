"""Published effects of attention within a session, with a number or in words."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def focus_effects() -> pd.DataFrame:
    """One row per printed contrast of a focus on a muscle with another condition, as read in the paper itself."""
    results = mmc.studies.results(statements=True)
    acute = results["focus"].eq("internal") & results["outcome"].str.startswith("emg")
    return results[acute & results["metric"].isin(["raw", "pct_change"]) & results["source_kind"].ne("secondary")]


if __name__ == "__main__":
    analysis(focus_effects)
