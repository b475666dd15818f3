"""From simulated lab files to the planted effect of focus: reading, amplitudes, normalisation and mixed model in one chain."""

import pandas as pd
import pytest

import mmc_analysis as mmc
from mmc_analysis.emg import StudyPlan, TrialPlan

PLANTED = {"50": 6.0, "80": 0.0}
PLAN = StudyPlan(
    participants=8,
    maximal_trials=2,
    levels_pct={50: 45.0, 80: 75.0},
    focus_points={50: PLANTED["50"], 80: PLANTED["80"]},
    trial=TrialPlan(fs=1200.0, duration_s=5.0, bounds=((1.0, 4.0),)),
)
FORMULA = "value ~ condition * load + (1 + condition | participant) + (1 | participant:load)"
CELL = ["participant", "condition", "load"]
SEEDS = range(1, 13)


def cell_means(folder, seed: int, format: str = "table") -> pd.DataFrame:
    """Return each cell's mean peak of the pectoralis over its repetitions, in percent of the maximum."""
    sheet, _ = mmc.simulate_recordings(folder, PLAN, seed=seed, format=format)
    values, quality = mmc.process_recordings(sheet, mmc.EmgSettings.preset("calatayud2016"), folder=folder)
    assert not (quality["status"] == "failed").any()
    own = values.query("measure == 'emg_peak' and unit == 'pct_max' and muscle == 'pectoralis'")
    return own.groupby(CELL, observed=True, as_index=False)["value"].mean()


def focus_effects(cells: pd.DataFrame) -> pd.DataFrame:
    """Return estimate and interval of focusing on the pectoralis, by load; a variance may be estimated as zero."""
    contrasts = mmc.fit_mixed(FORMULA, cells, warn=False).contrasts("condition", by="load", method="control")
    own = contrasts[contrasts["contrast"] == "pectoralis - regular"]
    return own.assign(load=own["load"].astype(str)).set_index("load")


def held(effects: pd.DataFrame) -> dict[str, bool]:
    """Return, for each load, whether the interval holds what was planted."""
    return {
        load: bool(effects.at[load, "conf_low"] <= true <= effects.at[load, "conf_high"])
        for load, true in PLANTED.items()
    }


def test_the_planted_effect_of_focus_comes_back_from_the_files(tmp_path):
    cells = cell_means(tmp_path / "recordings", seed=1)
    assert len(cells) == PLAN.participants * 3 * 2
    effects = focus_effects(cells)
    assert held(effects) == {"50": True, "80": True}
    assert effects.at["50", "conf_low"] > 0


@pytest.mark.slow
def test_intervals_hold_the_planted_effect_as_often_as_they_should(tmp_path):
    """Of 12 intervals of 95 %, fewer than 10 hold the truth in 2 % of such series."""
    found = pd.DataFrame([held(focus_effects(cell_means(tmp_path / str(seed), seed, "edf"))) for seed in SEEDS])
    assert (found.sum() >= 10).all(), found
