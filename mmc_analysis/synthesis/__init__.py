"""Pooling the estimates of many studies, and whether reported results fit together."""

from mmc_analysis.synthesis import consistency
from mmc_analysis.synthesis.cluster_robust import RobustResult
from mmc_analysis.synthesis.multilevel import MultilevelMeta, meta_multilevel
from mmc_analysis.synthesis.permutation import permutation_test
from mmc_analysis.synthesis.random_effects import MetaAnalysis, meta_analysis
from mmc_analysis.synthesis.robustness import cumulative, influence, leave_one_out
from mmc_analysis.synthesis.shared import shared_control, shared_participants
from mmc_analysis.synthesis.small_studies import egger_test, funnel_contours, funnel_points, pet_peese
from mmc_analysis.synthesis.subgroups import pooled_subgroups

__all__ = [
    "MetaAnalysis",
    "MultilevelMeta",
    "RobustResult",
    "consistency",
    "cumulative",
    "egger_test",
    "funnel_contours",
    "funnel_points",
    "influence",
    "leave_one_out",
    "meta_analysis",
    "meta_multilevel",
    "permutation_test",
    "pet_peese",
    "pooled_subgroups",
    "shared_control",
    "shared_participants",
]
