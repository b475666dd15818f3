"""How much more each training group gained than the control group, in the simulated trainees."""

import pandas as pd

from paper.examples import trainees_fit
from paper.pipeline import analysis


def trainees_contrasts() -> pd.DataFrame:
    """One row per occasion and training group: a difference of differences."""
    frame = trainees_fit().contrasts(["time", "group"], method="control", interaction=True)
    words = frame["contrast"].str.extract(r"\((?P<time>\w+) - pre\) : \((?P<group>\w+) - control\)")
    return frame.assign(key=words["group"] + "_" + words["time"])


if __name__ == "__main__":
    analysis(trainees_contrasts)
