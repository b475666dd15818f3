"""Standardised effects of focusing on the pectoralis at half of the maximum, in the simulated lifters."""

import pandas as pd

import mmc_analysis as mmc
from paper import examples
from paper.pipeline import analysis


def lifters_effects() -> pd.DataFrame:
    """One row per effect size; each names its standardiser."""
    lifters = examples.lifters()
    pair = mmc.effects.paired(lifters[lifters["load"] == "50"], "condition", "pectoralis", "regular")
    sizes = [mmc.effects.mean_change(pair), mmc.effects.d_z(pair), mmc.effects.d_av(pair), mmc.effects.g_av(pair)]
    frame = pd.concat(sizes, ignore_index=True)
    return frame.assign(key=["mean_change", "d_z", "d_av", "g_av"])


if __name__ == "__main__":
    analysis(lifters_effects)
