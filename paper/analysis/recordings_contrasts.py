"""The effect of focusing on the pectoralis, recovered from the simulated recordings, beside what was planted."""

import pandas as pd

from paper.examples import PLANTED_POINTS, recordings_fit
from paper.pipeline import analysis


def recordings_contrasts() -> pd.DataFrame:
    """One row per load and muscle that was focused on; `planted` is the truth of the simulation."""
    frame = recordings_fit().contrasts("condition", by="load", method="control")
    focus = frame["contrast"].str.split(" - ").str[0]
    planted = frame["load"].astype(int).map(PLANTED_POINTS).where(focus.eq("pectoralis"), 0.0)
    return frame.assign(key=focus + "_" + frame["load"].astype(str), planted=planted)


if __name__ == "__main__":
    analysis(recordings_contrasts)
