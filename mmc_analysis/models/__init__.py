"""Models: formula and observations into a fit, means, contrasts and tests."""

from mmc_analysis.models.compare import compare
from mmc_analysis.models.mixed import fit_mixed
from mmc_analysis.models.repeated import fit_repeated
from mmc_analysis.models.rm_anova import rm_anova

__all__ = ["compare", "fit_mixed", "fit_repeated", "rm_anova"]
