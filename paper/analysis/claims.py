"""Popular claims, their verdicts, and what the studies reported."""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis


def claims() -> pd.DataFrame:
    """One row per claim, with the printed numbers filled in."""
    frame = mmc.studies.list_claims()
    return frame.assign(key=frame["claim"])


if __name__ == "__main__":
    analysis(claims)
