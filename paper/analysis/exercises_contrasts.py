"""Focusing on the gluteus against avoiding it, exercise by exercise, in the simulated lifters."""

import pandas as pd

from paper.examples import exercises_fit
from paper.pipeline import analysis


def exercises_contrasts() -> pd.DataFrame:
    """One row per exercise: the ratio of the mean EMG with focus to the mean EMG with avoidance."""
    frame = exercises_fit().contrasts("condition", by="exercise", method="control", response_scale=True)
    return frame.assign(key=frame["exercise"].str.lower().str.replace(" ", "_"))


if __name__ == "__main__":
    analysis(exercises_contrasts)
