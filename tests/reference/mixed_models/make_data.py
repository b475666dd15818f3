"""Write the simulated data sets of this folder: one seeded generator for each, in the shapes of our kinds of study.

Run as ``python make_data.py`` in this folder. Every file is synthetic; the truths are the arguments below.
"""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
CONDITIONS = ["regular", "pectoralis", "triceps"]
LOADS = ["20", "40", "50", "60", "80"]
SETS = {}


def data_set(function):
    """Register a generator under its name; its seed is its place in the list."""
    SETS[function.__name__] = function
    return function


def ids(prefix, n):
    return [f"{prefix}{i:02d}" for i in range(1, n + 1)]


def grid(**factors):
    """All combinations of the levels, first factor slowest."""
    return pd.DataFrame(list(itertools.product(*factors.values())), columns=list(factors))


def normal_by(rng, frame, columns, sd):
    """One draw of N(0, sd) per combination of the columns, spread over the rows."""
    code = frame.groupby(columns, sort=False).ngroup().to_numpy()
    return rng.normal(0.0, 1.0, code.max() + 1)[code] * sd


def slopes_by(rng, frame, group, x, covariance):
    """Intercepts and slopes N(0, covariance) per level of `group`, spread over the rows."""
    code = frame.groupby(group, sort=False).ngroup().to_numpy()
    draws = rng.multivariate_normal(np.zeros(len(covariance)), covariance, code.max() + 1, method="eigh")[code]
    return (draws * np.column_stack([np.ones(len(frame)), *x])).sum(axis=1)


def focus_mean(frame, gain=(0.0, 4.0, 1.5)):
    """Mean activity in % of maximum, rising with load and with attention."""
    gains = dict(zip(CONDITIONS, gain, strict=True))
    return 10.0 + 0.6 * frame["load"].astype(float) + frame["condition"].map(gains).astype(float)


def focus_by_load(rng, n, loads=LOADS, cell_sd=3.0, load_sd=3.0, residual=4.0):
    frame = grid(participant=ids("P", n), condition=CONDITIONS, load=loads)
    value = focus_mean(frame) + normal_by(rng, frame, ["participant"], 8.0)
    value += normal_by(rng, frame, ["participant", "condition"], cell_sd)
    value += normal_by(rng, frame, ["participant", "load"], load_sd)
    return frame.assign(value=value + rng.normal(0, residual, len(frame)))


@data_set
def balanced(rng):
    return focus_by_load(rng, 18)


@data_set
def missing_cells(rng):
    frame = focus_by_load(rng, 14)
    return frame[rng.random(len(frame)) > 0.12]


@data_set
def unbalanced(rng):
    frame = focus_by_load(rng, 12)
    rare = {"regular": 0.9, "pectoralis": 0.6, "triceps": 0.35}
    return frame[
        rng.random(len(frame)) < frame["condition"].map(rare).astype(float) * (1 - 0.1 * (frame["load"] == "80"))
    ]


@data_set
def six_lifters(rng):
    return focus_by_load(rng, 6, loads=["20", "50", "80"])


@data_set
def eight_lifters(rng):
    return focus_by_load(rng, 8, cell_sd=4.5)


@data_set
def ten_lifters(rng):
    return focus_by_load(rng, 10, loads=["20", "40", "60", "80"])


@data_set
def no_slope_variance(rng):
    return focus_by_load(rng, 12, cell_sd=0.0, load_sd=0.0)


@data_set
def no_intercept_variance(rng):
    frame = grid(participant=ids("P", 11), condition=CONDITIONS, trial=["1", "2", "3", "4"])
    frame = frame.assign(load="50")
    noise = rng.normal(0, 4.0, len(frame))
    person = frame.groupby("participant")["participant"].transform("size").to_numpy()
    noise -= pd.Series(noise).groupby(frame["participant"].to_numpy()).transform("mean").to_numpy() * 0.9 * (person > 0)
    return frame.assign(value=focus_mean(frame) + noise).drop(columns="load")


@data_set
def weak_slopes(rng):
    """Slopes that are barely there: a bounded optimiser in lme4's parameters stops at a boundary that is none."""
    frame = grid(participant=ids("P", 12), load_pct_1rm=[20.0, 35.0, 50.0, 65.0, 80.0])
    dose = (frame["load_pct_1rm"].to_numpy() - 20) / 60
    value = 20 + 30 * dose + slopes_by(rng, frame, "participant", [dose], [[25.0, 10.0], [10.0, 4.0]])
    return frame.assign(value=value + rng.normal(0, 7, len(frame)))


@data_set
def lifters_by_exercises(rng):
    exercises = ["bench press", "push-up", "fly", "dip", "pulldown", "row", "curl", "extension"]
    frame = grid(participant=ids("P", 10), exercise=exercises, focus=["avoid", "focus"])
    value = 30 + 6 * (frame["focus"] == "focus") + normal_by(rng, frame, ["participant"], 6)
    value += normal_by(rng, frame, ["exercise"], 9) + normal_by(rng, frame, ["participant", "focus"], 3)
    frame = frame.assign(value=value + rng.normal(0, 4, len(frame)))
    return frame[rng.random(len(frame)) > 0.1]


@data_set
def gyms(rng):
    people = pd.DataFrame(
        {"gym": [gym for gym, n in zip("ABCDEFG", (3, 5, 4, 6, 2, 5, 4), strict=True) for _ in range(n)]}
    )
    people["participant"] = [f"{gym}{i}" for gym, n in people["gym"].value_counts(sort=False).items() for i in range(n)]
    frame = people.merge(grid(condition=CONDITIONS, repetition=["1", "2"]), how="cross").assign(load="50")
    value = focus_mean(frame) + normal_by(rng, frame, ["gym"], 4) + normal_by(rng, frame, ["participant"], 6)
    return frame.assign(value=value + rng.normal(0, 3, len(frame))).drop(columns="load")


@data_set
def load_slopes(rng):
    frame = grid(participant=ids("P", 16), condition=CONDITIONS[:2], load_pct_1rm=[20.0, 40.0, 50.0, 60.0, 80.0])
    x = frame["load_pct_1rm"].to_numpy()
    value = 8 + 0.6 * x + 4 * (frame["condition"] == "pectoralis") * (x < 70)
    value += slopes_by(rng, frame, "participant", [x / 100], [[36.0, 10.0], [10.0, 64.0]])
    frame = frame.assign(value=value + rng.normal(0, 4, len(frame)))
    return frame[rng.random(len(frame)) > 0.08]


@data_set
def training_years(rng):
    frame = focus_by_load(rng, 18, loads=["20", "50", "80"])
    people = pd.Series(rng.gamma(3.0, 2.0, 18).round(1), index=ids("P", 18))
    mass = pd.Series(rng.normal(82, 9, 18).round(1), index=ids("P", 18))
    years = frame["participant"].map(people).astype(float)
    value = frame["value"] + 0.8 * years * (frame["condition"] == "pectoralis")
    frame = frame.assign(training_years=years, body_mass_kg=frame["participant"].map(mass).astype(float), value=value)
    return frame[rng.random(len(frame)) > 0.05]


@data_set
def split_plot(rng):
    people = pd.DataFrame({"participant": ids("P", 21), "group": ["internal"] * 8 + ["external"] * 7 + ["control"] * 6})
    frame = people.merge(grid(tempo=["controlled", "explosive"], load=["20", "50", "80"]), how="cross")
    value = (
        15 + 0.5 * frame["load"].astype(float) + 5 * (frame["group"] == "internal") * (frame["tempo"] == "controlled")
    )
    value += normal_by(rng, frame, ["participant"], 7) + normal_by(rng, frame, ["participant", "tempo"], 3)
    value += normal_by(rng, frame, ["participant", "load"], 2)
    return frame.assign(value=value + rng.normal(0, 3.5, len(frame)))


@data_set
def two_muscles(rng):
    frame = grid(participant=ids("P", 12), condition=CONDITIONS, load=["20", "50", "80"],
                 muscle=["pectoralis major", "triceps brachii"])  # fmt: skip
    own = (frame["condition"].str.slice(0, 4) == frame["muscle"].str.slice(0, 4)).astype(float)
    value = 10 + 0.6 * frame["load"].astype(float) + 5 * own + 4 * (frame["muscle"] == "triceps brachii")
    value += normal_by(rng, frame, ["participant"], 6) + normal_by(rng, frame, ["participant", "muscle"], 4)
    value += normal_by(rng, frame, ["participant", "condition"], 2)
    return frame.assign(value=value + rng.normal(0, 4, len(frame)))


@data_set
def imagery(rng):
    people = pd.DataFrame({"participant": ids("P", 27), "group": ["control"] * 7 + ["imagery"] * 9 + ["physical"] * 11})
    frame = people.merge(
        pd.DataFrame({"time": ["pre", "mid", "post", "followup"], "week": [0.0, 3.0, 6.0, 10.0]}), how="cross"
    )
    gain = frame["group"].map({"control": 0.0, "imagery": 3.0, "physical": 7.0}).astype(float)
    shape = frame["time"].map({"pre": 0.0, "mid": 0.6, "post": 1.0, "followup": 0.7}).astype(float)
    value = (
        60 + gain * shape + slopes_by(rng, frame, "participant", [frame["week"].to_numpy()], [[90, 1.5], [1.5, 0.3]])
    )
    return frame.assign(value=value + rng.normal(0, 2.5, len(frame)))


@data_set
def dropouts(rng):
    frame = imagery(rng)
    last = dict(zip(ids("P", 27), rng.choice([0, 3, 6, 10], 27, p=[0.08, 0.12, 0.2, 0.6]), strict=True))
    return frame[frame["week"] <= frame["participant"].map(last).astype(float)]


@data_set
def repetitions(rng):
    frame = focus_by_load(rng, 9, loads=["20", "50", "80"], residual=2.5)
    frame = frame.merge(pd.DataFrame({"repetition": ["1", "2", "3"]}), how="cross")
    frame["value"] += rng.normal(0, 2, len(frame))
    return frame[rng.random(len(frame)) > 0.04]


@data_set
def skewed(rng):
    frame = focus_by_load(rng, 13, loads=["20", "50", "80"], cell_sd=0, load_sd=0, residual=0)
    log_value = np.log(focus_mean(frame)) + normal_by(rng, frame, ["participant"], 0.35)
    log_value += normal_by(rng, frame, ["participant", "condition"], 0.1) + rng.normal(0, 0.12, len(frame))
    frame = frame.assign(value=np.exp(log_value))
    return frame[rng.random(len(frame)) > 0.06]


@data_set
def empty_cell(rng):
    frame = focus_by_load(rng, 11, loads=["20", "50", "80"])
    return frame[~((frame["condition"] == "triceps") & (frame["load"] == "80"))]


@data_set
def limbs(rng):
    people = pd.DataFrame({"participant": ids("P", 15), "group": ["control"] * 7 + ["imagery"] * 8})
    frame = people.merge(grid(limb=["left", "right"], time=["pre", "post"], trial=["1", "2"]), how="cross")
    value = (
        120
        + 8 * ((frame["group"] == "imagery") & (frame["time"] == "post"))
        + normal_by(rng, frame, ["participant"], 18)
    )
    value += normal_by(rng, frame, ["participant", "limb"], 6) + normal_by(
        rng, frame, ["participant", "limb", "time"], 4
    )
    frame = frame.assign(value=value + rng.normal(0, 3, len(frame)))
    return frame[rng.random(len(frame)) > 0.07]


@data_set
def pairs(rng):
    frame = grid(participant=ids("P", 12), condition=CONDITIONS[:2]).assign(load="50")
    value = focus_mean(frame) + normal_by(rng, frame, ["participant"], 8) + rng.normal(0, 3, len(frame))
    return frame.assign(value=value).drop(columns="load")


@data_set
def four_conditions(rng):
    frame = grid(participant=ids("P", 9), condition=["none", "internal", "external", "avoid"], set=["1", "2", "3"])
    value = 35 + frame["condition"].map({"none": 0, "internal": 4, "external": -1, "avoid": -5}).astype(float)
    value += normal_by(rng, frame, ["participant"], 7) + normal_by(rng, frame, ["participant", "condition"], 4)
    return frame.assign(value=value + rng.normal(0, 3, len(frame)))


@data_set
def raters(rng):
    frame = grid(participant=ids("P", 14), rater=list("ABCDE"), session=["1", "2"])
    value = 25 + 1.2 * (frame["session"] == "2") + normal_by(rng, frame, ["participant"], 3)
    value += normal_by(rng, frame, ["rater"], 0.8) + normal_by(rng, frame, ["participant", "session"], 0.9)
    frame = frame.assign(value=value + rng.normal(0, 0.7, len(frame)))
    return frame[rng.random(len(frame)) > 0.15]


def write_all():
    (HERE / "data").mkdir(exist_ok=True)
    for seed, (name, function) in enumerate(SETS.items(), start=2601):
        frame = function(np.random.default_rng(seed)).reset_index(drop=True)
        frame["value"] = frame["value"].round(3)
        frame.to_csv(HERE / "data" / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    write_all()
