"""The tables that flow through the package: observations, participants, reported, estimates."""

from mmc_analysis.schema.check import check
from mmc_analysis.schema.columns import DESIGN, EVIDENCE, FOCUS, GLOSSARY, PERSON, TIMES, Column
from mmc_analysis.schema.evidence import combined_evidence, is_synthetic
from mmc_analysis.schema.measures import MEASURE_LABELS, MEASURES, UNIT_LABELS, UNITS, units_of
from mmc_analysis.schema.tables import (
    ESTIMATES,
    OBSERVATIONS,
    PARTICIPANTS,
    REPORTED,
    TABLES,
    Table,
    glossary_markdown,
)
from mmc_analysis.schema.wording import (
    IN_UNIT_METRICS,
    PERCENT_METRICS,
    choose_decimals,
    decimals_as_stored,
    decimals_of_row,
    is_difference,
    number_in,
    write_interval,
    write_level,
    write_metric,
    write_number,
    write_p,
    write_unit,
)

__all__ = [
    "DESIGN",
    "ESTIMATES",
    "EVIDENCE",
    "FOCUS",
    "GLOSSARY",
    "IN_UNIT_METRICS",
    "MEASURES",
    "MEASURE_LABELS",
    "OBSERVATIONS",
    "PARTICIPANTS",
    "PERCENT_METRICS",
    "PERSON",
    "REPORTED",
    "TABLES",
    "TIMES",
    "UNITS",
    "UNIT_LABELS",
    "Column",
    "Table",
    "check",
    "choose_decimals",
    "combined_evidence",
    "decimals_as_stored",
    "decimals_of_row",
    "glossary_markdown",
    "is_difference",
    "is_synthetic",
    "number_in",
    "units_of",
    "write_interval",
    "write_level",
    "write_metric",
    "write_number",
    "write_p",
    "write_unit",
]
