"""Trajectories: how groups change over time."""

import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.errors import FigureError
from mmc_analysis.figures import curves
from mmc_analysis.figures.curve_panels import CurvePanel
from mmc_analysis.figures.frames import as_numbers, level_name, levels_of, require
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
    panel = _panel(observations, estimates, by, over, interval, conf_level)
    drawn = panel.frame(along=("time",))
    individuals = drawn[drawn["layer"] == "individual"]
    labels = _labels(individuals, levels_of(observations[by]))
    return panel.draw(ax, drawn, labels, legend, (_dropout_words(individuals, panel.axis),))


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
    return _panel(observations, estimates, by, over, interval, conf_level).frame(along=("time",))


def _panel(observations, estimates, by, over, interval, conf_level) -> CurvePanel:
    curves.check_interval(interval, conf_level, _NAME)
    check_option("over", over, OVER_LABELS, FigureError)
    require(observations, ["participant", by, over, "measure", "value", "unit"], _NAME)
    return CurvePanel(_NAME, observations, estimates, by, _time_axis(observations, over), interval, conf_level)


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
