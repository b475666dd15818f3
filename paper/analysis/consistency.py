"""Do the printed differences, intervals, P values and spreads fit together?"""

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import analysis

STUDIES = ("calatayud2017", "calatayud2018_speed", "clark2014", "ranganathan2004")


def consistency() -> pd.DataFrame:
    """One row per printed result and design that its authors could have used."""
    frame = pd.concat([mmc.consistency.check(mmc.load_study(study)) for study in STUDIES], ignore_index=True)
    words = frame["study"] + " " + frame["result"] + " " + frame["design"]
    return frame.assign(key=words.str.lower().str.replace(r"[^a-z0-9]+", "_", regex=True).str.strip("_"))


if __name__ == "__main__":
    analysis(consistency)
