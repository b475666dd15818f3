"""A panel of curves: the frame behind it, and the panel with its axes, legend and notes."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.figures import curves
from mmc_analysis.figures.frames import (
    ALONE,
    levels_of,
    one_value_per_cell,
    refuse_mixtures,
    same_unit,
    subject_words,
    value_label,
)
from mmc_analysis.figures.notes import (
    add_legend,
    add_note,
    add_subject,
    evidence_words,
    legend_height,
    note_height,
    refuse_crowding,
    refuse_long_names,
    stamp_evidence,
)
from mmc_analysis.figures.styling import ONE_COLUMN, axes_or_new, dress, looks_for, name_axes, style

HEIGHT_MM = 80


@dataclass(frozen=True)
class CurvePanel:
    """What a panel of curves is drawn from.

    Attributes
    ----------
    figure : str
        Name of the figure, for messages.
    observations : pandas.DataFrame
    estimates : pandas.DataFrame or None
        Marginal means to be drawn instead of plain means.
    by : str
        Column of the lines.
    axis : Axis
        The horizontal axis.
    interval : {"within", "t"}
    conf_level : float
    """

    figure: str
    observations: pd.DataFrame
    estimates: pd.DataFrame | None
    by: str
    axis: curves.Axis
    interval: str
    conf_level: float

    def frame(self, along: tuple[str, ...] = ()) -> pd.DataFrame:
        """Return the rows to be drawn; columns `along` the curves may hold several levels."""
        refuse_mixtures(self.observations, [column for column in ALONE if column not in (self.by, *along)], self.figure)
        series = levels_of(self.observations[self.by])
        looks_for(series, self.figure, self.by)
        cells = one_value_per_cell(self.observations, ["participant", self.by, self.axis.column], self.figure)
        individuals = curves.individual_rows(cells, self.by, self.axis)
        if self.estimates is None:
            means = curves.mean_rows(individuals, self.interval, self.conf_level, self.figure)
        else:
            same_unit(self.observations, self.estimates, self.figure)
            means = curves.estimated_rows(self.estimates, self.by, self.axis, individuals, self.figure)
        return curves.dodged(pd.concat([individuals, means], ignore_index=True), series, self.axis.step)

    def draw(
        self, ax: Axes | None, drawn: pd.DataFrame, labels: dict[str, str], legend: bool, words: tuple = ()
    ) -> Axes:
        """Draw the rows; `labels` name the lines in the legend, `words` are notes beside those on people and intervals."""
        looks = looks_for(levels_of(self.observations[self.by]), self.figure, self.by)
        refuse_long_names(looks, self.by, self.figure)
        refuse_long_names(self.axis.places, self.axis.column, self.figure)
        people = curves.people_words(drawn[drawn["layer"] == "individual"])
        intervals = curves.interval_words(self.estimates, self.interval, self.conf_level)
        words = (people, intervals, *words, evidence_words(self.observations))
        with style():
            ax = axes_or_new(ax, ONE_COLUMN, self._height(labels if legend else {}, words))
            dress(ax)
            curves.draw_curves(ax, drawn, looks)
            lines = curves.write_places(ax, self.axis)
            name_axes(ax, self.axis.label, value_label(self.observations))
            add_subject(ax, subject_words(self.observations))
            stamp_evidence(ax, self.observations, self.estimates)
            below = add_legend(ax, curves.handles(looks, labels), lines) if legend else None
            add_note(ax, words, below)
            refuse_crowding(ax, lines, self.figure)
        return ax

    def _height(self, labels: dict[str, str], words: tuple[str, ...]) -> float:
        """Height of a figure of its own, in millimetres."""
        return HEIGHT_MM + legend_height(labels.values()) + curves.places_height(self.axis) + note_height(words)
