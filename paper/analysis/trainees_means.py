"""Marginal means of the simulated trainees by group and time."""

import pandas as pd

from paper.examples import trainees_fit
from paper.pipeline import analysis


def trainees_means() -> pd.DataFrame:
    """One row per group and time."""
    frame = trainees_fit().marginal_means("time", by="group")
    return frame.assign(key=frame["group"].astype(str) + "_" + frame["time"].astype(str))


if __name__ == "__main__":
    analysis(trainees_means)
