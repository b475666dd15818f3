"""Effect sizes from samples, published summaries and contrasts, one function per estimand."""

from mmc_analysis.effects.bootstrap import bootstrap_interval
from mmc_analysis.effects.controlled_changes import change_difference, g_ppc2
from mmc_analysis.effects.entry import independent, paired, pre_post_control
from mmc_analysis.effects.equivalence import minimal_effect_test, tost
from mmc_analysis.effects.from_contrasts import d_from_contrast
from mmc_analysis.effects.hedges import hedges_factor
from mmc_analysis.effects.model_spread import model_sd
from mmc_analysis.effects.published import (
    d_from_t,
    difference_from_F,
    difference_from_interval,
    difference_from_p,
    difference_from_t,
    t_from_p,
)
from mmc_analysis.effects.published_means import (
    independent_from_means,
    log_ratio_from_percent,
    mean_sd_from_median,
    paired_from_means,
    r_from_sd_change,
    sd_from_spread,
)
from mmc_analysis.effects.ratios import (
    log_ratio,
    log_ratio_paired,
    mean_log_ratio,
    mean_percent_change,
    percent_change_of_means,
)
from mmc_analysis.effects.raw import mean_change, mean_difference
from mmc_analysis.effects.responders import sd_individual_response
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary, PrePostControl, select_samples
from mmc_analysis.effects.sensitivity import sweep
from mmc_analysis.effects.smallest import (
    minimal_detectable_change,
    small_telescopes,
    smallest_worthwhile_change,
    typical_error,
)
from mmc_analysis.effects.standardised_independent import d_s, g_s, glass_delta, smdh
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
    "d_from_t",
    "d_rm",
    "d_s",
    "d_z",
    "difference_from_F",
    "difference_from_interval",
    "difference_from_p",
    "difference_from_t",
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
    "independent_from_means",
    "log_ratio",
    "log_ratio_from_percent",
    "log_ratio_paired",
    "mean_change",
    "mean_difference",
    "mean_log_ratio",
    "mean_percent_change",
    "mean_sd_from_median",
    "minimal_detectable_change",
    "minimal_effect_test",
    "model_sd",
    "omega_squared",
    "omega_squared_within",
    "paired",
    "paired_from_means",
    "partial_eta_squared",
    "percent_change_of_means",
    "pre_post_control",
    "probability_of_superiority",
    "r_from_sd_change",
    "sd_from_spread",
    "sd_individual_response",
    "select_samples",
    "small_telescopes",
    "smallest_worthwhile_change",
    "smcc",
    "smcr",
    "smdh",
    "sweep",
    "t_from_p",
    "tost",
    "typical_error",
]
