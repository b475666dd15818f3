"""Frames made by hand for the figures."""

import itertools

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

LOADS = (20.0, 40.0, 50.0, 60.0, 80.0)
FOCI = ("regular", "pectoralis", "triceps")
TIMES = ("pre", "mid", "post", "followup")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def lifters() -> pd.DataFrame:
    """18 lifters x 3 conditions x 5 loads, one muscle."""
    rng = np.random.default_rng(1)
    rows = []
    for person in range(18):
        level, gain = rng.normal(0, 8), dict(zip(FOCI, (0.0, rng.normal(7, 5), rng.normal(2, 4)), strict=True))
        for load, condition in itertools.product(LOADS, FOCI):
            value = 18 + 0.75 * load + level + gain[condition] + rng.normal(0, 4)
            rows.append((f"P{person + 1:02d}", condition, f"{load:g}", load, value))
    frame = pd.DataFrame(rows, columns=["participant", "condition", "load", "load_pct_1rm", "value"])
    frame["condition"] = pd.Categorical(frame["condition"], FOCI, ordered=True)
    frame["load"] = pd.Categorical(frame["load"], [f"{load:g}" for load in LOADS], ordered=True)
    return frame.assign(
        study="trial", muscle="pectoralis major", exercise="bench press", measure="emg_peak", unit="pct_max",
        evidence="measured",
    )  # fmt: skip


@pytest.fixture(scope="session")
def trainees() -> pd.DataFrame:
    """30 people x 3 groups x 4 times; two of each group leave before the last, one of them before the third."""
    rng = np.random.default_rng(2)
    rows = []
    for (group, gain), person in itertools.product(
        {"control": 0.0, "imagery": 6.0, "physical": 14.0}.items(), range(10)
    ):
        level = rng.normal(60, 10)
        stays = {8: 3, 9: 2}.get(person, 4)
        for i, (time, week) in enumerate(zip(TIMES, (0.0, 3.0, 6.0, 12.0), strict=True)):
            if i < stays:
                rows.append((f"{group[0].upper()}{person}", group, time, week, level + gain * i / 3 + rng.normal(0, 3)))
    frame = pd.DataFrame(rows, columns=["participant", "group", "time", "week", "value"])
    frame["time"] = pd.Categorical(frame["time"], TIMES, ordered=True)
    return frame.assign(study="trial", measure="torque", unit="N_m", evidence="measured")


@pytest.fixture(scope="session")
def effects() -> pd.DataFrame:
    """12 studies with long names, weights, one without an interval and two from secondary sources."""
    rng = np.random.default_rng(3)
    names = [
        "First laboratory with a long name and its two partners 2016, pectoralis focus", "Second 2017",
        "Third laboratory 2018, explosive bench press at 50 % of one-repetition maximum, triceps focus", "Fourth 2011",
        "Fifth 2019", "Sixth laboratory 2020, leg extension", "Seventh 2013", "Eighth 2021", "Ninth 2022", "Tenth 2014",
        "Eleventh 2015", "Twelfth 2023",
    ]  # fmt: skip
    std_error = rng.uniform(0.8, 4, 12)
    estimate = rng.normal(6, 4, 12)
    weight = 1 / (std_error**2 + 4)
    frame = pd.DataFrame({
        "label": names, "contrast": "internal - regular", "measure": "emg_peak", "unit": "pct_max", "metric": "raw",
        "estimate": estimate, "std_error": std_error, "conf_low": estimate - 2.1 * std_error,
        "conf_high": estimate + 2.1 * std_error, "conf_level": 0.95, "n": np.arange(8, 20),
        "weight": 100 * weight / weight.sum(), "muscle": ["pectoralis major"] * 5 + ["vastus lateralis"] * 7,
        "evidence": "derived", "source_kind": ["abstract"] * 10 + ["secondary"] * 2,
    })  # fmt: skip
    frame.loc[3, ["std_error", "conf_low", "conf_high", "weight"]] = np.nan
    return frame


@pytest.fixture(scope="session")
def pooled() -> pd.DataFrame:
    """Two subtotals and one overall estimate with a prediction interval."""
    return pd.DataFrame({
        "label": ["Pooled, pectoralis major", "Pooled, vastus lateralis", "Pooled, all"],
        "muscle": ["pectoralis major", "vastus lateralis", None], "estimate": [6.1, 5.2, 5.6],
        "conf_low": [3.0, 2.0, 3.5], "conf_high": [9.2, 8.4, 7.7], "conf_level": 0.95, "unit": "pct_max",
        "pred_low": [np.nan, np.nan, -1.5], "pred_high": [np.nan, np.nan, 12.7], "evidence": "derived",
    })  # fmt: skip


@pytest.fixture(scope="session")
def tested() -> pd.DataFrame:
    """Three contrasts after two one-sided tests against -4 and 4, with t intervals of level 0.9."""
    frame = pd.DataFrame({
        "contrast": ["pectoralis - regular", "triceps - regular", "triceps - pectoralis"], "measure": "emg_peak",
        "unit": "pct_max", "metric": "raw", "estimate": [7.7, 0.3, -1.4], "std_error": [2.1, 1.6, 2.1],
        "df": [44.0, np.inf, 17.0], "conf_level": 0.9, "bound_low": -4.0, "bound_high": 4.0,
        "p_value": [0.957, 0.0104, 0.1147], "verdict": ["inconclusive", "equivalent", "inconclusive"],
        "evidence": "measured",
    })  # fmt: skip
    quantile = [1.6802299765, 1.6448536270, 1.7396067261]
    return frame.assign(conf_low=frame["estimate"] - quantile * frame["std_error"],
                        conf_high=frame["estimate"] + quantile * frame["std_error"])  # fmt: skip


@pytest.fixture(scope="session")
def recordings() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quality of 2 channels x 5 trials of one participant, and their envelopes at 100 Hz."""
    trials = ["mvic_1", "mvic_2", "regular_20", "focus_20", "focus_80"]
    heights = {"pectoralis_major": [500.0, 460, 90, 110, 380], "triceps_brachii": [300.0, 320, 60, 70, np.nan]}
    time = np.arange(0, 8, 0.01)
    rows, curves = [], []
    for muscle, peaks in heights.items():
        for trial, peak in zip(trials, peaks, strict=True):
            rows.append((muscle, trial, "mvic" if trial.startswith("mvic") else "task", peak, max(peaks[:2])))
            value = peak * np.sin(np.pi * time / 8) ** 2
            curves.append(pd.DataFrame({"muscle": muscle, "trial": trial, "time_s": time, "value": value}))
    quality = pd.DataFrame(rows, columns=["muscle", "trial", "kind", "peak_uv", "reference_value"])
    quality = quality.assign(
        participant="P07", side="left", status="good", flags="", evidence="measured",
        reference_trial=np.where(quality["muscle"] == "triceps_brachii", "P07 / triceps_brachii / mvic_2", "mvic_1"),
    )  # fmt: skip
    quality.loc[3, ["status", "flags"]] = ["flagged", "clipping;mains"]
    quality.loc[6, ["status", "flags"]] = ["flagged", "mains"]
    quality.loc[9, ["status", "flags"]] = ["masked", "flat"]
    return quality, pd.concat(curves, ignore_index=True).assign(participant="P07", side="left")
