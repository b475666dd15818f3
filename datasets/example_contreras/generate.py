"""Simulate a lab's table: eight exercises with and without intent to use the glutes, mean and peak EMG in % MVIC.

    python datasets/example_contreras/generate.py            # writes focus_avoid.csv and truth.csv beside this file

Nobody was measured. Contreras (2014) contrasted focus with deliberate avoidance but no number of it could be read, so
nothing here is calibrated to that report: exercises, loads and effects are invented, and amplitudes are of the size
that hip exercises usually give. The truth, for lifter i, exercise e, instruction c and muscle m, on the log scale:

    ln(mean) = ln(LEVEL[e][m]) + EFFECT[m] (focus only) + lifter_im + exercise_iem + focus_im (focus only) + residual

    lifter_im     normal, SD 0.25      exercise_iem  normal, SD 0.12
    focus_im      normal, SD 0.15      residual      normal, SD 0.08

EFFECT is the natural logarithm of the ratio focus / avoid: 1.60 for the gluteus maximus, 1.00 for the biceps femoris and
the adductor longus, 0.95 for the vastus lateralis. The peak is the mean times 2.3, times a log-normal factor with SD 0.10.
Amplitudes are rounded to 0.1 % MVIC.
"""

from pathlib import Path

import numpy as np

SEED = 2014
LIFTERS = 10
MUSCLES = ("Glute_Max", "Biceps_Femoris", "Vastus_Lateralis", "Adductor_Longus")
LEVEL = {  # mean % MVIC while avoiding the glutes, by muscle
    "135 lb Back Squat": (15, 14, 62, 22),
    "135 lb Romanian Deadlift": (20, 34, 18, 16),
    "135 lb Hip Thrust": (34, 24, 42, 14),
    "Bodyweight Back Extension": (26, 38, 8, 12),
    "95 lb Walking Lunge": (22, 18, 55, 26),
    "95 lb Good Morning": (18, 32, 14, 14),
    "Bodyweight Single Leg Glute Bridge": (28, 26, 20, 12),
    "50 lb Step Up": (20, 16, 48, 20),
}
INSTRUCTIONS = ("avoid", "focus")
RATIO = (1.60, 1.00, 0.95, 1.00)
SD_LIFTER, SD_EXERCISE, SD_FOCUS, SD_RESIDUAL, SD_PEAK = 0.25, 0.12, 0.15, 0.08, 0.10
PEAK_TO_MEAN = 2.3


def simulate(seed: int = SEED) -> dict[str, np.ndarray]:
    """Return mean and peak EMG in % MVIC, each of shape (10 lifters, 8 exercises, 2 instructions, 4 muscles)."""
    rng = np.random.default_rng(seed)
    shape = (LIFTERS, len(LEVEL), len(INSTRUCTIONS), len(MUSCLES))
    lifter = SD_LIFTER * rng.standard_normal((LIFTERS, 1, 1, len(MUSCLES)))
    exercise = SD_EXERCISE * rng.standard_normal((LIFTERS, len(LEVEL), 1, len(MUSCLES)))
    focus = np.log(RATIO) + SD_FOCUS * rng.standard_normal((LIFTERS, 1, 1, len(MUSCLES)))
    focused = np.array([0.0, 1.0])[None, None, :, None]
    level = np.log(np.array(list(LEVEL.values())))[None, :, None, :]
    mean = np.exp(level + lifter + exercise + focused * focus + SD_RESIDUAL * rng.standard_normal(shape))
    peak = PEAK_TO_MEAN * mean * np.exp(SD_PEAK * rng.standard_normal(shape))
    return {"Mean": np.round(mean, 1), "Peak": np.round(peak, 1)}


def table(data: dict[str, np.ndarray]) -> str:
    """Return the table as text, one row per lifter, exercise and instruction."""
    columns = [f"{muscle}_{kind}" for muscle in MUSCLES for kind in ("Mean", "Peak")]
    lines = [",".join(["Participant", "Exercise", "Instruction", *columns])]
    for i in range(LIFTERS):
        for e, exercise in enumerate(LEVEL):
            for c, instruction in enumerate(INSTRUCTIONS):
                cells = [f"{data[kind][i, e, c, m]:.1f}" for m in range(len(MUSCLES)) for kind in ("Mean", "Peak")]
                lines.append(",".join([f"L{i + 1:02d}", exercise, instruction, *cells]))
    return "\n".join(lines) + "\n"


def truth() -> str:
    """Return the planted parameters as text: ratios focus / avoid by muscle, and SDs of the logarithm."""
    lines = ["parameter,muscle,value"]
    lines += [f"ratio,{muscle},{ratio:.2f}" for muscle, ratio in zip(MUSCLES, RATIO, strict=True)]
    spreads = {
        "lifter": SD_LIFTER,
        "exercise": SD_EXERCISE,
        "focus": SD_FOCUS,
        "residual": SD_RESIDUAL,
        "peak": SD_PEAK,
    }
    lines += [f"sd_{name},,{sd:.2f}" for name, sd in spreads.items()]
    return "\n".join([*lines, f"peak_to_mean,,{PEAK_TO_MEAN:.2f}"]) + "\n"


def write(folder: Path) -> None:
    """Write the table and the truth into a folder."""
    (folder / "focus_avoid.csv").write_text(table(simulate()), encoding="utf-8", newline="\n")
    (folder / "truth.csv").write_text(truth(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)
