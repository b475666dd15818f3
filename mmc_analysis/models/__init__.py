"""Models: formula and observations into a fit, means, contrasts and tests."""

from mmc_analysis.models.comparison.compare import compare
from mmc_analysis.models.mixed.fit import MixedFit
from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.mixed.refits import Refits
from mmc_analysis.models.repeated.fit import RepeatedFit
from mmc_analysis.models.repeated.model import fit_repeated
from mmc_analysis.models.variance_analysis.rm_anova import rm_anova

__all__ = ["MixedFit", "Refits", "RepeatedFit", "compare", "fit_mixed", "fit_repeated", "rm_anova"]
