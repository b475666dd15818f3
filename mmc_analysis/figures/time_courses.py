"""Trajectories: how groups change over time."""

import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.errors import FigureError
from mmc_analysis.figures import curves
from mmc_analysis.figures.frames import (
    ALONE,
    as_numbers,
    level_name,
    levels_of,
    one_value_per_cell,
    refuse_mixtures,
    require,
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
from mmc_analysis.options import check_option, named_options

OVER_LABELS = {"time": "Time", "week": "Time (weeks)", "session": "Session"}
_NAME = "trajectories"


@named_options
def trajectories(
    observations: pd.DataFrame,
    estimates: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    by: str = "group",
    over: str = "time",
    interval: str = "t",
    conf_level: float = 0.95,
    legend: bool = True,
) -> Axes:
    """Draw a measure over time: thin lines for participants, a bold mean with intervals for each group.

    A line of someone who drops out ends there, and the note says how many are left in each group at each time.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations of one measure and unit; repetitions of a cell are averaged.
    estimates : pandas.DataFrame, optional
        Marginal means, one row for each group and time (`estimate`, `conf_low`, `conf_high`); drawn instead of the
        plain means.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of one journal column.
    by : str
        Column of the lines, such as ``group``, or ``limb_role`` where each limb has its own arm.
    over : {"time", "week", "session"}
        Column of the horizontal axis: ``time`` and ``session`` evenly spaced, ``week`` to scale.
    interval : {"t", "within"}
        Without `estimates`: the t interval of each mean, or the interval without what participants differ in.
    conf_level : float
        Level of these intervals, as a fraction.
    legend : bool
        Whether this panel has the legend.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column is missing, measures, units or muscles are mixed, there is nothing to draw, there are more
        groups than can be told apart, a name has more than 80 characters, the
        panel is too low for its words, or `estimates` does not fit the observations.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({
    ...     "study": "s", "participant": ["A", "A", "B", "B", "C", "C", "D", "D"], "time": ["pre", "post"] * 4,
    ...     "group": ["control"] * 4 + ["imagery"] * 4, "measure": "torque", "unit": "N_m",
    ...     "value": [50, 51, 61, 60, 48, 55, 58, 66.0], "evidence": "synthetic"})
    >>> ax = trajectories(people)
    >>> ax.get_ylabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('Torque (N·m)', ['control (n = 2)', 'imagery (n = 2)'])
    """
    drawn = trajectories_data(observations, estimates, by=by, over=over, interval=interval, conf_level=conf_level)
    axis = _time_axis(observations, over)
    looks = looks_for(levels_of(observations[by]), _NAME, by)
    refuse_long_names(looks, by, _NAME)
    refuse_long_names(axis.places, axis.column, _NAME)
    individuals = drawn[drawn["layer"] == "individual"]
    labels = _labels(individuals, list(looks))
    words = (curves.people_words(individuals), curves.interval_words(estimates, interval, conf_level))
    words = (*words, _dropout_words(individuals, axis), evidence_words(observations))
    with style():
        ax = axes_or_new(ax, ONE_COLUMN, _height(axis, labels if legend else {}, words))
        dress(ax)
        curves.draw_curves(ax, drawn, looks)
        lines = curves.write_places(ax, axis)
        name_axes(ax, axis.label, value_label(observations))
        add_subject(ax, subject_words(observations))
        stamp_evidence(ax, observations, estimates)
        below = add_legend(ax, curves.handles(looks, labels), lines) if legend else None
        add_note(ax, words, below)
        refuse_crowding(ax, lines, _NAME)
    return ax


@named_options
def trajectories_data(
    observations: pd.DataFrame,
    estimates: pd.DataFrame | None = None,
    *,
    by: str = "group",
    over: str = "time",
    interval: str = "t",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return the frame that `trajectories` draws; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `layer` ("individual" or "mean"), `participant`, `series`, `x`, `position` (x after setting the groups side
        by side), `value`, `conf_low`, `conf_high`, `n`.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"participant": ["A", "A", "B", "B"], "time": ["pre", "post"] * 2, "group": "imagery",
    ...                        "measure": "torque", "unit": "N_m", "value": [50, 54, 60, 68.0]})
    >>> data = trajectories_data(people)
    >>> data.loc[data["layer"] == "mean", ["series", "x", "value", "n"]]
        series    x  value    n
    4  imagery  0.0   55.0  2.0
    5  imagery  1.0   61.0  2.0
    """
    curves.check_interval(interval, conf_level, _NAME)
    check_option("over", over, OVER_LABELS, FigureError)
    require(observations, ["participant", by, over, "measure", "value", "unit"], _NAME)
    refuse_mixtures(observations, [column for column in ALONE if column not in (by, "time")], _NAME)
    axis = _time_axis(observations, over)
    series = levels_of(observations[by])
    looks_for(series, _NAME, by)
    cells = one_value_per_cell(observations, ["participant", by, over], _NAME)
    individuals = curves.individual_rows(cells, by, axis)
    if estimates is None:
        means = curves.mean_rows(individuals, interval, conf_level, _NAME)
    else:
        same_unit(observations, estimates, _NAME)
        means = curves.estimated_rows(estimates, by, axis, individuals, _NAME)
    return curves.dodged(pd.concat([individuals, means], ignore_index=True), series, axis.step)


def _height(axis: curves.Axis, labels: dict[str, str], words: tuple[str, ...]) -> float:
    """Return the height of a figure of its own, in millimetres."""
    return 80 + legend_height(labels.values()) + curves.places_height(axis) + note_height(words)


def _time_axis(observations: pd.DataFrame, over: str) -> curves.Axis:
    cells = observations[over]
    if cells.isna().any():
        raise FigureError(f"{_NAME}: column '{over}' is empty in row {observations.index[cells.isna()][0]}. Fill it.")
    if over == "week":
        places = {level_name(week): week for week in sorted(as_numbers(cells, _NAME).unique().tolist())}
    else:
        places = {name: float(i) for i, name in enumerate(levels_of(cells))}
    return curves.Axis(over, OVER_LABELS[over], places)


def _labels(individuals: pd.DataFrame, series: list[str]) -> dict[str, str]:
    people = individuals.groupby("series")["participant"].nunique()
    return {name: f"{name.replace('_', ' ')} (n = {people.get(name, 0)})" for name in series}


def _dropout_words(individuals: pd.DataFrame, axis: curves.Axis) -> str:
    """Say how many each group has at each time, if that changes."""
    left = (
        individuals.groupby(["series", "x"], sort=False).size().unstack("x").reindex(columns=list(axis.places.values()))
    )
    left = left.fillna(0).astype(int)
    if (left.nunique(axis=1) == 1).all():
        return ""
    counts = "; ".join(
        f"{name.replace('_', ' ')} {', '.join(map(str, row))}"
        for name, row in zip(left.index, left.to_numpy(), strict=True)
    )
    return f"n at {', '.join(axis.places)}: {counts}."
