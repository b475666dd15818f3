"""Type III tests of group, time and their interaction in the simulated trainees."""

import pandas as pd

from paper.examples import trainees_fit
from paper.pipeline import analysis


def trainees_tests() -> pd.DataFrame:
    """One row per term."""
    frame = trainees_fit().anova()
    return frame.assign(key=frame["term"].str.replace(":", "_"))


if __name__ == "__main__":
    analysis(trainees_tests)
