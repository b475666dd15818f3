"""The designs of the coverage study: which settings, which intervals, what each should contain."""

import numpy as np
from interval_coverage_cases import (
    BAND,
    RHOS,
    Case,
    Design,
    Setting,
    amplitude_groups,
    amplitudes,
    arms,
    between,
    boot,
    case,
    from_model,
    from_outside,
    generalised_between,
    generalised_two_within,
    generalised_within,
    level_means,
    log_sd,
    omega_within,
    pairs,
    partial_within,
    settings,
    two_groups,
    two_within,
    unequal_groups,
    within,
)
from scipy import stats

from mmc_analysis import effects

__all__ = ["BAND", "DESIGNS", "SIZES", "Case", "Design", "Setting"]
SIZES = (6, 10, 18, 30)
EFFECTS = (0.0, 0.5, 1.0)
normal = stats.norm.cdf

# the population's values


def in_changes(s: Setting) -> float:
    return s.effect / s.sd_change


def in_average(s: Setting) -> float:
    return s.effect / np.sqrt((1 + s.variant**2) / 2)


def correlation_free(s: Setting) -> float:
    return in_changes(s) * np.sqrt(2 * (1 - s.rho))


def as_is(s: Setting) -> float:
    return s.effect


def percent_of_means(s: Setting) -> float:
    return 100 * np.expm1(s.effect)


def mean_of_percents(s: Setting) -> float:
    return 100 * np.expm1(s.effect + log_sd(s) ** 2 * (1 - s.rho))


def in_pooled(s: Setting) -> float:
    return s.effect / np.sqrt((1 + s.variant**2) / 2)


def ahead(s: Setting) -> float:
    return float(normal(s.effect / np.sqrt(1 + s.variant**2)))


def share_of_whole(s: Setting) -> float:
    return s.effect / (1 + s.effect)


def steiger_within(s: Setting) -> float:
    a = s.variant
    ncp = s.n * a * s.effect / (1 - s.rho)
    return ncp / (ncp + (a - 1) * s.n + 1)


def first_to_last(s: Setting) -> float:
    line = level_means(s)
    return float(line[-1] - line[0])


def equal_sds(s: Setting) -> bool:
    return s.variant == 1


def from_percents(drawn):
    """What a paper prints of individual percent changes: their mean and SD."""
    changes = 100 * (drawn.values_1 / drawn.values_2 - 1)
    return effects.log_ratio_from_percent(changes.mean(axis=1), changes.std(axis=1, ddof=1), drawn.n, kind="sd")


def within_and_outside(setting, rng, samples):
    """The within design, and for each sample the SD of 20 other people."""
    return (*within(setting, rng, samples), np.sqrt(rng.chisquare(19, samples) / 19))


PAIRED = Design(
    "Paired samples, normal",
    "Bivariate normal pre and post; pre has SD 1, post 1 or 1.5; the change is 0, 0.5 or 1. The population's value is the mean "
    "change over the population's standardiser: σ_D for d_z, the root mean square or arithmetic mean of the SDs for d_av, "
    "σ_D/√(2(1-ρ)) for d_rm, the pre SD for smcr; Φ(δ_z) for the probability of superiority.",
    "SD ratio", settings(SIZES, EFFECTS, RHOS, (1.0, 1.5)), pairs,
    (
        case(effects.mean_change, as_is),
        case(effects.d_z, in_changes),
        case(effects.d_z, in_changes, interval="normal", band=(93, 96.5)),
        case(effects.g_z, in_changes, interval="shrunk", band=(89, 96.5)),
        case(effects.g_z, in_changes, interval="normal", band=(91, 97)),
        case(effects.d_av, in_average),
        case(effects.d_av, lambda s: s.effect / ((1 + s.variant) / 2), average="arithmetic"),
        case(effects.d_av, in_average, interval="normal"),
        case(effects.g_av, in_average, interval="shrunk", band=(88, 96.5)),
        case(effects.g_av, in_average, interval="normal", band=(90, 98)),
        case(effects.smcr, as_is, band=(93, 96.5)),
        case(effects.smcr, as_is, interval="shrunk", band=(87, 96.5)),
        case(effects.smcr, as_is, interval="normal", where=equal_sds, band=(87, 96.5)),
        case(effects.smcr, as_is, interval="normal", variances="unequal", band=(86, 96.5)),
        case(effects.d_rm, correlation_free, band=(86, 99)),
        case(effects.d_rm, correlation_free, variances="unequal", band=(93, 100)),
        case(effects.d_rm, correlation_free, interval="noncentral-t", band=(78, 96.5)),
        case(effects.d_rm, correlation_free, interval="normal", where=equal_sds, band=(87, 96.5)),
        case(effects.probability_of_superiority, lambda s: float(normal(in_changes(s)))),
        case(effects.probability_of_superiority, lambda s: float(normal(in_changes(s))), method="counts", band=(88, 99)),
    ),
)  # fmt: skip
RETEST = Design(
    "Retest",
    "The same without a change: the typical error of the population is σ_D/√2.",
    "", settings(SIZES, (0.0,), RHOS), pairs,
    (
        case(effects.typical_error, lambda s: s.sd_change / np.sqrt(2)),
        case(effects.minimal_detectable_change, lambda s: 1.959963984540054 * s.sd_change),
    ),
)  # fmt: skip
AMPLITUDES = Design(
    "Paired samples, log-normal",
    "Amplitudes whose logarithms are bivariate normal, with a coefficient of variation of 20 or 40 %; post is 1 or 1.2 times "
    "pre. The mean of individual percent changes has the value 100 (ratio · exp(σ²(1-ρ)) - 1), σ the SD of the logarithms; what "
    "is recovered from a printed mean percent change is the logarithm of that mean of ratios.",
    "CV", settings(SIZES, (0.0, np.log(1.2)), RHOS, (0.2, 0.4)), amplitudes,
    (
        case(effects.log_ratio_paired, as_is, band=(93, 96.5)),
        case(effects.log_ratio_paired, as_is, interval="normal", band=(87, 96.5)),
        case(effects.percent_change_of_means, percent_of_means, band=(93, 96.5)),
        case(effects.mean_log_ratio, as_is),
        case(effects.mean_percent_change, mean_of_percents, band=(92, 96.5)),
        Case("log_ratio_from_percent", effects.log_ratio_from_percent, from_percents,
             lambda s: np.log1p(mean_of_percents(s) / 100), band=(93, 96.5)),
    ),
)  # fmt: skip
GROUPS = Design(
    "Two groups, normal",
    "n per group; group 2 has SD 1, group 1 has 1 or 1.5. The population's d_s has the root mean square of the two SDs; d_s, "
    "g_s and glass_delta with equal variances assume the SDs to be equal, so they are asked only then. P(1 > 2) = Φ(δ/√(1 + ratio²)), "
    "Cliff's δ twice that less 1.",
    "SD ratio", settings(SIZES, (0.0, 0.5, 1.0, 2.0), variants=(1.0, 1.5)), two_groups,
    (
        case(effects.mean_difference, as_is),
        case(effects.mean_difference, as_is, variances="equal", where=equal_sds),
        case(effects.d_s, in_pooled, where=equal_sds),
        case(effects.d_s, in_pooled, interval="normal", where=equal_sds),
        case(effects.g_s, in_pooled, interval="shrunk", where=equal_sds, band=(93, 96.5)),
        case(effects.g_s, in_pooled, interval="normal", where=equal_sds),
        case(effects.glass_delta, as_is, band=(94, 98)),
        case(effects.glass_delta, as_is, variances="equal", where=equal_sds),
        case(effects.glass_delta, as_is, interval="normal"),
        case(effects.smdh, in_pooled),
        case(effects.smdh, in_pooled, interval="normal"),
        case(effects.probability_of_superiority, ahead, where=equal_sds),
        case(effects.probability_of_superiority, ahead, method="counts", band=(94, 97)),
        case(effects.cliffs_delta, lambda s: 2 * ahead(s) - 1, band=(94, 97)),
        case(effects.cliffs_delta, lambda s: 2 * ahead(s) - 1, interval="feng-cliff", band=(91, 99)),
    ),
)  # fmt: skip
UNEQUAL = Design(
    "Two groups of unequal size, normal",
    "The same with n and 3 n participants, for the intervals that do not assume equal SDs.",
    "SD ratio", settings(SIZES, (0.0, 0.5, 1.0, 2.0), variants=(0.5, 1.0, 2.0)), unequal_groups,
    (
        case(effects.mean_difference, as_is),
        case(effects.glass_delta, as_is, band=(92, 96.5)),
        case(effects.smdh, in_pooled, band=(94, 97)),
        case(effects.cliffs_delta, lambda s: 2 * ahead(s) - 1, band=(89, 99)),
        case(effects.cliffs_delta, lambda s: 2 * ahead(s) - 1, interval="feng-cliff", band=(89, 98)),
    ),
    share=0.5,
)  # fmt: skip
AMPLITUDE_GROUPS = Design(
    "Two groups, log-normal",
    "Amplitudes with a coefficient of variation of 20 or 40 % in both groups; the means are equal or 1.2 to 1.",
    "CV", settings(SIZES, (0.0, np.log(1.2)), variants=(0.2, 0.4)), amplitude_groups,
    (case(effects.log_ratio, as_is), case(effects.log_ratio, as_is, interval="normal", band=(91, 96.5))),
)  # fmt: skip
CONTROLLED = Design(
    "Treatment and control, pre and post",
    "n per arm, SD 1 before; the treated change by 0, 0.5 or 1 more, and their responses differ by an SD of 0, 0.5 or 1, which "
    "is the value of sd_individual_response.",
    "SD of responses", settings(SIZES, EFFECTS, RHOS, (0.0, 0.5, 1.0)), arms,
    (
        case(effects.change_difference, as_is),
        case(effects.g_ppc2, as_is),
        case(effects.g_ppc2, as_is, interval="shrunk", band=(91, 96.5)),
        case(effects.g_ppc2, as_is, interval="normal", band=(88, 96.5)),
        case(effects.g_ppc2, as_is, interval="normal", variance="becker", band=(88, 96.5)),
        case(effects.sd_individual_response, lambda s: s.variant, where=lambda s: s.effect == 0),
        case(effects.sd_individual_response, lambda s: s.variant, interval="normal", where=lambda s: s.effect == 0, band=(82, 100)),
    ),
    share=0.5,
)  # fmt: skip
BETWEEN = Design(
    "Variance explained between groups",
    "3 or 5 groups of n with f² = θ/σ² of 0 to 1; the share in the population is f²/(1 + f²). Intervals of 95 %.",
    "groups", settings(SIZES, (0.0, 0.06, 0.25, 1.0), variants=(3.0, 5.0)), between,
    (
        case(effects.partial_eta_squared, share_of_whole, "partial_eta_squared", conf_level=0.95, band=(94, 98)),
        case(effects.omega_squared, share_of_whole, "omega_squared", conf_level=0.95, band=(94, 98)),
        case(effects.epsilon_squared, share_of_whole, "epsilon_squared", conf_level=0.95, band=(94, 98)),
        Case("generalised_eta_squared", effects.generalised_eta_squared, generalised_between, share_of_whole, band=(94, 98)),
    ),
    share=0.5,
)  # fmt: skip
WITHIN = Design(
    "Variance explained within participants, and d from a model",
    "n participants meet all of 2, 3 or 5 levels; one value has variance 1, of which ρ is between people; f² is the mean square "
    "of the level effects. Partial η² stands for λ/(λ + df_1 + df_2 + 1) with λ = n·a·f²/(1-ρ), generalised η² and ω² for "
    "f²/(1 + f²). The model's contrast is the last level minus the first; its standardiser is the SD of one value (total), the "
    "residual SD √(1-ρ), or an SD from 20 other people (external). Intervals of 95 %.",
    "levels", settings(SIZES, (0.0, 0.06, 0.25, 1.0), RHOS, (2.0, 3.0, 5.0)), within_and_outside,
    (
        Case("partial_eta_squared", effects.partial_eta_squared, lambda d, _: partial_within(d), steiger_within, band=(94, 98)),
        Case("generalised_eta_squared", effects.generalised_eta_squared, lambda d, _: generalised_within(d), share_of_whole, band=(93, 98.5)),
        Case("omega_squared_within", effects.omega_squared_within, lambda d, _: omega_within(d), share_of_whole, band=(93, 98.5)),
        Case("d_from_contrast (total, from the fit)", effects.d_from_contrast, lambda d, _: from_model("total", True)(d),
             first_to_last, band=(93, 98.5)),
        Case("d_from_contrast (total, a number)", effects.d_from_contrast, lambda d, _: from_model("total", False)(d),
             first_to_last, band=(72, 98.5)),
        Case("d_from_contrast (residual, from the fit)", effects.d_from_contrast, lambda d, _: from_model("residual", True)(d),
             lambda s: first_to_last(s) / np.sqrt(1 - s.rho)),
        Case("d_from_contrast (external, df 19)", effects.d_from_contrast, from_outside(19.0, True), first_to_last),
        Case("d_from_contrast (external, known)", effects.d_from_contrast, from_outside(19.0, False), first_to_last),
    ),
    share=0.5,
)  # fmt: skip
TWO_WITHIN = Design(
    "Variance explained, two factors within participants",
    "The same with two factors of 3 levels; ρ is the share of people in the variance, the rest is 3:2:5 their responses to the "
    "first factor, to the second, and residual. Generalised η² of the first factor has the value f²/(1 + f²).",
    "", settings(SIZES, (0.0, 0.06, 0.25, 1.0), RHOS), two_within,
    (Case("generalised_eta_squared", effects.generalised_eta_squared, generalised_two_within, share_of_whole, band=(94, 99.5)),),
    share=0.5,
)  # fmt: skip
BOOTSTRAP = Design(
    "BCa bootstrap, paired",
    "Normal pairs as above with equal SDs, 1000 resamples each.",
    "", settings(SIZES, (0.0, 1.0), RHOS), pairs,
    (
        Case("BCa of mean_change", effects.bootstrap_interval, boot(effects.mean_change), as_is, band=(89, 97)),
        Case("BCa of d_z", effects.bootstrap_interval, boot(effects.d_z), in_changes, band=(78, 98)),
        Case("BCa of d_av", effects.bootstrap_interval, boot(effects.d_av), in_average, band=(83, 98)),
        Case("BCa of d_av (plain)", effects.bootstrap_interval, boot(effects.d_av, "plain"), in_average, band=(77, 96.5)),
    ),
    share=0.1,
)  # fmt: skip
BOOTSTRAP_GROUPS = Design(
    "BCa bootstrap, two groups",
    "Normal groups as above with equal SDs, 1000 resamples each.",
    "", settings(SIZES, (0.0, 1.0)), two_groups,
    (
        Case("BCa of d_s", effects.bootstrap_interval, boot(effects.d_s), in_pooled, band=(94, 98)),
        Case("BCa of cliffs_delta", effects.bootstrap_interval, boot(effects.cliffs_delta), lambda s: 2 * ahead(s) - 1, band=(94, 99)),
    ),
    share=0.1,
)  # fmt: skip
DESIGNS = (
    PAIRED,
    RETEST,
    AMPLITUDES,
    GROUPS,
    UNEQUAL,
    AMPLITUDE_GROUPS,
    CONTROLLED,
    BETWEEN,
    WITHIN,
    TWO_WITHIN,
    BOOTSTRAP,
    BOOTSTRAP_GROUPS,
)
