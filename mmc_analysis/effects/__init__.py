"""Effect sizes from samples, published summaries and contrasts, one function per estimand."""

from mmc_analysis.effects.entry import independent, paired, pre_post_control
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.ratios import (
    log_ratio,
    log_ratio_paired,
    mean_log_ratio,
    mean_percent_change,
    percent_change_of_means,
)
from mmc_analysis.effects.raw import mean_change, mean_difference
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary, PrePostControl
from mmc_analysis.effects.standardised_independent import d_s, g_s, glass_delta
from mmc_analysis.effects.standardised_paired import d_av, d_rm, d_z, g_av, g_rm, g_z, smcc, smcr

__all__ = [
    "IndependentSummary",
    "PairedSummary",
    "PrePostControl",
    "d_av",
    "d_rm",
    "d_s",
    "d_z",
    "g_av",
    "g_rm",
    "g_s",
    "g_z",
    "glass_delta",
    "hedges_factor",
    "independent",
    "log_ratio",
    "log_ratio_paired",
    "mean_change",
    "mean_difference",
    "mean_log_ratio",
    "mean_percent_change",
    "paired",
    "percent_change_of_means",
    "pre_post_control",
    "smcc",
    "smcr",
]
