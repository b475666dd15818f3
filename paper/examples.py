"""The models of the worked examples, fitted in one place so that every result rests on the same fit."""

import functools

import pandas as pd

import mmc_analysis as mmc
from paper.pipeline import ordered, read_result

CONDITIONS = ["regular", "pectoralis", "triceps"]
LOADS = ["20", "40", "50", "60", "80"]
TIMES = ["pre", "mid", "post", "followup"]
GROUPS = ["control", "imagery", "physical"]
PLANTED_POINTS = {50: 6.0, 80: 0.0}
LIFTERS_FORMULA = "value ~ condition * load + (1 + condition | participant) + (1 | participant:load)"


def lifters(muscle: str = "pectoralis major") -> pd.DataFrame:
    """Return the simulated lifters' values of one muscle, with their ordered categories."""
    frame = read_result("lifters")
    frame = ordered(frame.assign(load=frame["load"].astype(str)), condition=CONDITIONS, load=LOADS)
    return frame[frame["muscle"] == muscle].reset_index(drop=True)


def trainees() -> pd.DataFrame:
    """Return the simulated trainees' values, with their ordered categories."""
    return ordered(read_result("trainees"), time=TIMES, group=GROUPS)


@functools.cache
def lifters_fit():
    """Return the recommended model of the lifters' pectoralis."""
    return mmc.fit_mixed(LIFTERS_FORMULA, lifters())


@functools.cache
def trainees_fit():
    """Return the marginal model of the trainees, with an unstructured covariance over the occasions."""
    return mmc.fit_repeated("value ~ group * time", trainees(), subject="participant", occasion="time", covariance="UN")


@functools.cache
def exercises_fit():
    """Return the model of log mean EMG of the gluteus maximus, so that contrasts are ratios."""
    frame = ordered(read_result("exercises"), condition=["avoid", "focus"])
    gluteus = frame[frame["muscle"].eq("gluteus maximus") & frame["measure"].eq("emg_mean")]
    return mmc.fit_mixed(
        "log(value) ~ condition * exercise + (1 + condition | participant) + (1 | participant:exercise)", gluteus
    )


def recordings() -> pd.DataFrame:
    """Return the pectoralis values that came out of the simulated recordings."""
    frame = read_result("recordings")
    frame = ordered(frame.assign(load=frame["load"].astype(str)), condition=CONDITIONS, load=["50", "80"])
    return frame[frame["muscle"] == "pectoralis"].reset_index(drop=True)


@functools.cache
def recordings_fit():
    """Return the recommended model of the recorded pectoralis; with two loads a variance may be estimated as zero."""
    return mmc.fit_mixed(LIFTERS_FORMULA, recordings(), warn=False)
