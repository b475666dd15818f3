"""Simulate a lab's table: elbow-flexor torque before, during and after imagery or physical training, in N·m.

    python datasets/example_imagery/generate.py              # writes strength.csv and truth.csv beside this file

Nobody was measured. 30 people in three groups of 10 train for 12 weeks and are seen once more 12 weeks later. The truth,
for person i of group g at occasion t:

    torque = baseline_i * (1 + (GAIN[g] + own_i) * SHARE[t]) * (1 + error_it)

    baseline_i  normal, mean 68 N·m and SD 9 for men, 42 N·m and SD 6 for women; every second person is a woman
    own_i       normal, SD 0.06: how far a person's gain lies from the group's
    error_it    normal, SD 0.03: one test against another on the same day

GAIN is 0.135 for imagery, the elbow-flexor gain printed by Ranganathan et al. (2004) after 12 weeks; 0.30 for physical
training, the finger gain by real contractions printed by Yue and Cole (1992), as no elbow gain by physical
training was among the values read; 0.03 for the control group, of the size of their control group's 3.7 %. SHARE is 0 at pre, 0.6 at mid (week 6),
1 at post (week 12) and 0.8 at the follow-up (week 24). Groups of 10 stand for the groups of 6 to 8 of 2004. Baselines and
SDs are invented. Three people miss the follow-up, one in each group. Torque is rounded to 0.1 N·m.
"""

from pathlib import Path

import numpy as np

SEED = 2004
GROUPS = ("control", "imagery", "physical")
PER_GROUP = 10
TIMES = ("pre", "mid", "post", "followup")
GAIN = {"control": 0.03, "imagery": 0.135, "physical": 0.30}
SHARE = (0.0, 0.6, 1.0, 0.8)
SEXES = ("male", "female")
BASELINE = {"male": (68.0, 9.0), "female": (42.0, 6.0)}
SD_GAIN, SD_ERROR = 0.06, 0.03
DROPOUTS = (("control", 6), ("imagery", 3), ("physical", 8))  # person counted from 0 within the group


def simulate(seed: int = SEED) -> dict:
    """Return age (years) of shape (3 groups, 10) and torque (N·m) of shape (3, 10, 4 occasions)."""
    rng = np.random.default_rng(seed)
    shape = (len(GROUPS), PER_GROUP)
    age = np.round(24.0 + 3.0 * rng.standard_normal(shape))
    centre, spread = (np.array([BASELINE[SEXES[i % 2]][k] for i in range(PER_GROUP)]) for k in (0, 1))
    baseline = centre + spread * rng.standard_normal(shape)
    own = np.array([GAIN[group] for group in GROUPS])[:, None] + SD_GAIN * rng.standard_normal(shape)
    error = SD_ERROR * rng.standard_normal((*shape, len(TIMES)))
    torque = baseline[:, :, None] * (1.0 + own[:, :, None] * np.array(SHARE)) * (1.0 + error)
    for group, person in DROPOUTS:
        torque[GROUPS.index(group), person, TIMES.index("followup")] = np.nan
    return {"age": age, "torque": np.round(torque, 1)}


def table(data: dict) -> str:
    """Return the table as text, one row per person; a missed occasion is an empty cell."""
    lines = [",".join(["participant", "group", "sex", "age", *TIMES])]
    for g, group in enumerate(GROUPS):
        for i in range(PER_GROUP):
            cells = ["" if np.isnan(value) else f"{value:.1f}" for value in data["torque"][g, i]]
            who = [f"P{g * PER_GROUP + i + 1:02d}", group, SEXES[i % 2], f"{data['age'][g, i]:.0f}"]
            lines.append(",".join(who + cells))
    return "\n".join(lines) + "\n"


def truth() -> str:
    """Return the planted gains as text: percent of baseline by group and occasion."""
    lines = ["group,time,gain_pct"]
    for group in GROUPS:
        lines += [f"{group},{time},{100 * GAIN[group] * share:.2f}" for time, share in zip(TIMES, SHARE, strict=True)]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write the table and the truth into a folder."""
    (folder / "strength.csv").write_text(table(simulate()), encoding="utf-8", newline="\n")
    (folder / "truth.csv").write_text(truth(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)
