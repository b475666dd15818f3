"""Type III tests of condition, load and their interaction in the simulated lifters."""

import pandas as pd

from paper.examples import lifters_fit
from paper.pipeline import analysis


def lifters_tests() -> pd.DataFrame:
    """One row per term."""
    frame = lifters_fit().anova()
    return frame.assign(key=frame["term"].str.replace(":", "_"))


if __name__ == "__main__":
    analysis(lifters_tests)
