"""What was published: one module per study, its printed numbers in ``datasets/<study>/reported.csv``."""

from mmc_analysis.studies.catalogue import STUDIES, list_studies, load_study
from mmc_analysis.studies.claims import fill_slots, list_claims
from mmc_analysis.studies.results import results
from mmc_analysis.studies.study import Study

__all__ = ["STUDIES", "Study", "fill_slots", "list_claims", "list_studies", "load_study", "results"]
