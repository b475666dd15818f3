"""Reports: estimates in, sentences and tables out. Numbers are written here and nowhere else in a text."""

from mmc_analysis.report.numbers import interval, number, p_value
from mmc_analysis.report.sentences import design_line, sentence
from mmc_analysis.report.tables import markdown, table
from mmc_analysis.report.word import to_word

__all__ = ["design_line", "interval", "markdown", "number", "p_value", "sentence", "table", "to_word"]
