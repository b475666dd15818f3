"""Models: formula and observations into a fit, means, contrasts and tests."""

from mmc_analysis.models.mixed import fit_mixed
from mmc_analysis.models.rm_anova import rm_anova

__all__ = ["fit_mixed", "rm_anova"]
