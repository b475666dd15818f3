"""Lab tables and recordings to checked observations: one loader per kind of protocol, people, and what each cell holds."""

from mmc_analysis.loaders.calatayud import load_calatayud
from mmc_analysis.loaders.cells import missing_cells
from mmc_analysis.loaders.changes import change, percent_of_baseline
from mmc_analysis.loaders.contreras import load_contreras
from mmc_analysis.loaders.example import load_example
from mmc_analysis.loaders.imagery import load_imagery
from mmc_analysis.loaders.participants import load_participants, with_participants
from mmc_analysis.loaders.recordings import ProcessedRecordings, process_recordings
from mmc_analysis.loaders.recordings_text import recordings_paragraph
from mmc_analysis.loaders.sheet_draft import trial_sheet
from mmc_analysis.loaders.simulate import simulate_recordings
from mmc_analysis.loaders.summaries import summarise

__all__ = [
    "ProcessedRecordings",
    "change",
    "load_calatayud",
    "load_contreras",
    "load_example",
    "load_imagery",
    "load_participants",
    "missing_cells",
    "percent_of_baseline",
    "process_recordings",
    "recordings_paragraph",
    "simulate_recordings",
    "summarise",
    "trial_sheet",
    "with_participants",
]
