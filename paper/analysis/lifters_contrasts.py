"""Each focus against regular, at each load, in the simulated lifters."""

import pandas as pd

from paper.examples import lifters_fit
from paper.pipeline import analysis


def lifters_contrasts() -> pd.DataFrame:
    """One row per load and contrast."""
    frame = lifters_fit().contrasts("condition", by="load", method="control")
    focus = frame["contrast"].str.split(" - ").str[0]
    return frame.assign(key=focus + "_" + frame["load"].astype(str))


if __name__ == "__main__":
    analysis(lifters_contrasts)
