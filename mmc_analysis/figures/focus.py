"""Focus by load: how a measure changes with load under each condition."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.errors import FigureError
from mmc_analysis.figures import curves
from mmc_analysis.figures.curve_panels import CurvePanel
from mmc_analysis.figures.frames import as_numbers, level_name, levels_of, require
from mmc_analysis.options import check_option, named_options

LOAD_LABELS = {"load_pct_1rm": "Load (% 1RM)", "load_kg": "Load (kg)", "load": "Load"}
_NAME = "focus_by_load"


@named_options
def focus_by_load(
    observations: pd.DataFrame,
    estimates: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    by: str = "condition",
    load: str | None = None,
    interval: str = "within",
    conf_level: float = 0.95,
    legend: bool = True,
) -> Axes:
    """Draw a measure against load: thin lines for participants, a bold mean with intervals for each condition.

    Conditions differ in colour, marker and line style and stand side by side, so that nothing covers anything.
    The note below the panel says what the intervals are.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations of one measure, unit and muscle; repetitions of a cell are averaged.
    estimates : pandas.DataFrame, optional
        Marginal means, one row for each condition and load (`estimate`, `conf_low`, `conf_high`); drawn instead of
        the plain means.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of one journal column.
    by : str
        Column of the lines.
    load : {"load_pct_1rm", "load_kg", "load"}, optional
        Column of the horizontal axis; by default the first of these that has a number or level in every row.
    interval : {"within", "t"}
        Without `estimates`: the interval without what participants differ in (Cousineau 2005, Morey 2008), which
        shows the pattern across cells, or the t interval of each mean.
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
        conditions than can be told apart, a name has more than 80 characters, the
        panel is too low for its words, or `estimates` does not fit the observations.

    Examples
    --------
    >>> import pandas as pd
    >>> lifters = pd.DataFrame({
    ...     "study": "s", "participant": ["P1"] * 4 + ["P2"] * 4, "condition": ["regular", "pectoralis"] * 4,
    ...     "load_pct_1rm": [20, 20, 50, 50] * 2, "measure": "emg_peak", "unit": "pct_max",
    ...     "value": [20, 28, 45, 51, 26, 31, 50, 60.0], "evidence": "synthetic"})
    >>> ax = focus_by_load(lifters)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Load (% 1RM)', 'Peak EMG (% of maximum EMG)')
    """
    panel = _panel(observations, estimates, by, load, interval, conf_level)
    labels = {name: name.replace("_", " ") for name in levels_of(observations[by])}
    return panel.draw(ax, panel.frame(), labels, legend)


@named_options
def focus_by_load_data(
    observations: pd.DataFrame,
    estimates: pd.DataFrame | None = None,
    *,
    by: str = "condition",
    load: str | None = None,
    interval: str = "within",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return the frame that `focus_by_load` draws; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `layer` ("individual" or "mean"), `participant`, `series`, `x` (load), `position` (load after setting the
        conditions side by side), `value`, `conf_low`, `conf_high`, `n`.

    Examples
    --------
    >>> import pandas as pd
    >>> lifters = pd.DataFrame({
    ...     "participant": ["P1", "P1", "P2", "P2"], "condition": ["regular", "pectoralis"] * 2, "load_pct_1rm": 50,
    ...     "measure": "emg_peak", "unit": "pct_max", "value": [45, 51, 50, 60.0]})
    >>> data = focus_by_load_data(lifters)
    >>> data.loc[data["layer"] == "mean", ["series", "x", "value", "n"]]
           series     x  value    n
    4     regular  50.0   47.5  2.0
    5  pectoralis  50.0   55.5  2.0
    """
    return _panel(observations, estimates, by, load, interval, conf_level).frame()


def _panel(observations, estimates, by, load, interval, conf_level) -> CurvePanel:
    curves.check_interval(interval, conf_level, _NAME)
    require(observations, ["participant", by, "measure", "value", "unit"], _NAME)
    axis = _load_axis(observations, load)
    if estimates is not None:
        estimates = _with_load(estimates, observations, axis)
    return CurvePanel(_NAME, observations, estimates, by, axis, interval, conf_level)


def _load_axis(observations: pd.DataFrame, load: str | None) -> curves.Axis:
    if load is not None:
        column = check_option("load", load, LOAD_LABELS, FigureError)
        require(observations, [column], _NAME)
    else:
        filled = [c for c in LOAD_LABELS if c in observations.columns and observations[c].notna().all()]
        if not filled:
            raise FigureError(
                f"{_NAME}: observations has no load. One of {', '.join(LOAD_LABELS)} is needed, filled in every row."
            )
        column = filled[0]
    if observations[column].isna().any():
        row = observations.index[observations[column].isna()][0]
        raise FigureError(f"{_NAME}: column '{column}' is empty in row {row}. Fill it, or choose another with load=.")
    if column == "load":
        places = {name: float(i) for i, name in enumerate(levels_of(observations[column]))}
    else:
        places = {level_name(x): float(x) for x in np.unique(as_numbers(observations[column], _NAME))}
    return curves.Axis(column, LOAD_LABELS[column], places)


def _with_load(estimates: pd.DataFrame, observations: pd.DataFrame, axis: curves.Axis) -> pd.DataFrame:
    """Give estimates that name loads by category the numbers that the observations have for them."""
    known = isinstance(estimates, pd.DataFrame) and axis.column not in estimates.columns and "load" in estimates.columns
    if not known or "load" not in observations.columns:
        return estimates
    pairs = observations[["load", axis.column]].astype({"load": str}).drop_duplicates()
    if pairs["load"].duplicated().any():
        raise FigureError(
            f"{_NAME}: one 'load' has several '{axis.column}'. Give estimates the column '{axis.column}'."
        )
    numbers = pairs.set_index("load")[axis.column]
    return estimates.assign(**{axis.column: estimates["load"].astype(str).map(numbers).astype(float)})
