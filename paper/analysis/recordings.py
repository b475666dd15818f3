"""A simulated study from raw recordings: files as a lab would have them, processed to percent of the maximal EMG."""

import tempfile

import pandas as pd

import mmc_analysis as mmc
from mmc_analysis.emg import StudyPlan, TrialPlan
from paper.examples import PLANTED_POINTS
from paper.pipeline import analysis

CELL = ["study", "participant", "condition", "load", "load_pct_1rm", "muscle", "measure", "unit", "evidence"]
PLAN = StudyPlan(
    participants=10,
    maximal_trials=2,
    levels_pct={50: 45.0, 80: 75.0},
    focus_points=PLANTED_POINTS,
    trial=TrialPlan(fs=1500.0, duration_s=6.0),
)


def recordings() -> pd.DataFrame:
    """One row per cell: the mean over its repetitions of the peak, in percent."""
    with tempfile.TemporaryDirectory() as folder:
        sheet, _ = mmc.simulate_recordings(folder, PLAN, seed=3)
        values, _ = mmc.process_recordings(sheet, mmc.EmgSettings.preset("calatayud2016"), folder=folder)
    peaks = values[values["measure"].eq("emg_peak") & values["unit"].eq("pct_max")]
    return peaks.groupby(CELL, observed=True, as_index=False)["value"].mean()


if __name__ == "__main__":
    analysis(recordings)
