"""Figures: frame and axes in, axes out; each has a function that returns the frame it draws."""

from mmc_analysis.figures.consistency import consistency_plot, consistency_plot_data
from mmc_analysis.figures.equivalence import equivalence, equivalence_data
from mmc_analysis.figures.evidence import evidence_map, evidence_map_data
from mmc_analysis.figures.focus import focus_by_load, focus_by_load_data
from mmc_analysis.figures.forests import forest, forest_data
from mmc_analysis.figures.funnels import funnel, funnel_data
from mmc_analysis.figures.paired import paired_estimation, paired_estimation_data
from mmc_analysis.figures.quality_page import qc_page, qc_page_data
from mmc_analysis.figures.saving import save
from mmc_analysis.figures.styling import ONE_COLUMN, TWO_COLUMNS, panels, style
from mmc_analysis.figures.time_courses import trajectories, trajectories_data

__all__ = [
    "ONE_COLUMN",
    "TWO_COLUMNS",
    "consistency_plot",
    "consistency_plot_data",
    "equivalence",
    "equivalence_data",
    "evidence_map",
    "evidence_map_data",
    "focus_by_load",
    "focus_by_load_data",
    "forest",
    "forest_data",
    "funnel",
    "funnel_data",
    "paired_estimation",
    "paired_estimation_data",
    "panels",
    "qc_page",
    "qc_page_data",
    "save",
    "style",
    "trajectories",
    "trajectories_data",
]
