"""Effect sizes from samples, published summaries and contrasts, one function per estimand."""

from mmc_analysis.effects.bootstrap import bootstrap_interval
from mmc_analysis.effects.controlled_changes import change_difference, g_ppc2
from mmc_analysis.effects.entry import independent, paired, pre_post_control
from mmc_analysis.effects.equivalence import minimal_effect_test, tost
from mmc_analysis.effects.from_contrasts import d_from_contrast
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.ratios import (
    log_ratio,
    log_ratio_paired,
    mean_log_ratio,
    mean_percent_change,
    percent_change_of_means,
)
from mmc_analysis.effects.raw import mean_change, mean_difference
from mmc_analysis.effects.responders import sd_individual_response
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary, PrePostControl
from mmc_analysis.effects.smallest import (
    minimal_detectable_change,
    small_telescopes,
    smallest_worthwhile_change,
    typical_error,
)
from mmc_analysis.effects.standardised_independent import d_s, g_s, glass_delta
from mmc_analysis.effects.standardised_paired import d_av, d_rm, d_z, g_av, g_rm, g_z, smcc, smcr
from mmc_analysis.effects.superiority import cliffs_delta, probability_of_superiority
from mmc_analysis.effects.variance_explained import (
    epsilon_squared,
    generalised_eta_squared,
    omega_squared,
    omega_squared_within,
    partial_eta_squared,
)

__all__ = [
    "IndependentSummary",
    "PairedSummary",
    "PrePostControl",
    "bootstrap_interval",
    "change_difference",
    "cliffs_delta",
    "d_av",
    "d_from_contrast",
    "d_rm",
    "d_s",
    "d_z",
    "epsilon_squared",
    "g_av",
    "g_ppc2",
    "g_rm",
    "g_s",
    "g_z",
    "generalised_eta_squared",
    "glass_delta",
    "hedges_factor",
    "independent",
    "log_ratio",
    "log_ratio_paired",
    "mean_change",
    "mean_difference",
    "mean_log_ratio",
    "mean_percent_change",
    "minimal_detectable_change",
    "minimal_effect_test",
    "omega_squared",
    "omega_squared_within",
    "paired",
    "partial_eta_squared",
    "percent_change_of_means",
    "pre_post_control",
    "probability_of_superiority",
    "sd_individual_response",
    "small_telescopes",
    "smallest_worthwhile_change",
    "smcc",
    "smcr",
    "tost",
    "typical_error",
]
