"""Published changes of strength and activation with imagery, physical training, immobilisation or none."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis

STUDIES = ("yue_cole1992", "ranganathan2004", "clark2014")


def imagery_gains() -> pd.DataFrame:
    """One row per printed change from before to after, as read in the paper itself."""
    results = mmc.studies.results(statements=True)
    before = results["study"].isin(STUDIES) & results["comparator"].eq("pre")
    return results[before & results["source_kind"].ne("secondary")]


if __name__ == "__main__":
    analysis(imagery_gains)
