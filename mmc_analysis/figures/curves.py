"""Curves over an ordered axis: the frame of individuals and means, and how it is drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import as_numbers, names_of, refuse_mixtures, require
from mmc_analysis.figures.intervals import cell_means, without_participants
from mmc_analysis.figures.notes import COLUMN_PT, LINE_MM, panel_width_pt, wrapped_name
from mmc_analysis.figures.styling import TICK_PT, Look
from mmc_analysis.options import check_option
from mmc_analysis.schema import write_level

INTERVALS = ("within", "t")
DODGE = 0.09
COLUMNS = ("layer", "participant", "series", "x", "position", "value", "conf_low", "conf_high", "n")


@dataclass(frozen=True)
class Axis:
    """Where the levels of the horizontal variable stand.

    Attributes
    ----------
    column : str
        Column of the observations.
    label : str
        Axis label with unit.
    places : dict of str to float
        Level, as text, to position.
    """

    column: str
    label: str
    places: dict[str, float]

    @property
    def step(self) -> float:
        """Smallest distance between neighbours; 1 for a single level."""
        where = sorted(self.places.values())
        return min(np.diff(where), default=1.0)


def write_places(ax: Axes, axis: Axis) -> int:
    """Write the levels below the horizontal axis, each as wide as its neighbours allow, and return their lines."""
    names = _place_names(axis, panel_width_pt(ax))
    ax.set_xticks(list(axis.places.values()), names)
    return _lines(names)


def places_height(axis: Axis) -> float:
    """Return the height in millimetres that the levels need below a figure of one column beyond their first line."""
    return LINE_MM * (_lines(_place_names(axis, COLUMN_PT)) - 1)


def _place_names(axis: Axis, width: float) -> list[str]:
    """Break the levels into lines; numbers stay whole."""
    where = list(axis.places.values())
    room = width * axis.step / (max(where) - min(where) + axis.step) - 4
    words = [name.replace("_", " ") for name in axis.places]
    return [name if name.replace(".", "").isdigit() else wrapped_name(name, TICK_PT, room) for name in words]


def _lines(names: list[str]) -> int:
    return 1 + max(name.count("\n") for name in names)


def check_interval(interval: str, conf_level: float, figure: str) -> None:
    """Raise unless the interval's kind is known and its level is a fraction between 0 and 1."""
    check_option("interval", interval, INTERVALS, FigureError)
    if not 0 < conf_level < 1:
        raise FigureError(f"{figure}: conf_level={conf_level} is not allowed. Give a fraction, such as 0.95.")


def individual_rows(cells: pd.DataFrame, series: str, axis: Axis) -> pd.DataFrame:
    """Return the individuals' layer from one value per participant, series and place."""
    x = cells[axis.column].map(axis.places)
    rows = pd.DataFrame({"layer": "individual", "participant": cells["participant"], "series": cells[series], "x": x,
                         "value": cells["value"]})  # fmt: skip
    return rows.reindex(columns=list(COLUMNS))


def mean_rows(individuals: pd.DataFrame, interval: str, conf_level: float, figure: str) -> pd.DataFrame:
    """Return the means' layer, with t intervals of the chosen kind."""
    cell = individuals.groupby(["series", "x"], sort=False)
    code = cell.ngroup().to_numpy()
    values = individuals["value"].to_numpy(dtype=float)
    spread = _within_spread(individuals, code, figure) if interval == "within" else values
    found = cell_means(values, code, spread, conf_level)
    rows = cell.size().reset_index()[["series", "x"]]
    rows = rows.assign(
        layer="mean", value=found.mean, conf_low=found.conf_low, conf_high=found.conf_high, n=found.n.astype(float)
    )
    return rows.reindex(columns=list(COLUMNS))


def _within_spread(individuals: pd.DataFrame, code: np.ndarray, figure: str) -> np.ndarray:
    person = individuals["participant"].to_numpy()
    counts = pd.Series(person).value_counts()
    alone = sorted(counts.index[counts < 2].astype(str))
    if alone:
        raise FigureError(
            f"{figure}: a within-participant interval needs two or more cells per participant, but there is only one "
            f"of {', '.join(alone[:5])}{' …' if len(alone) > 5 else ''}. Use interval='t', or leave them out."
        )
    return without_participants(individuals["value"].to_numpy(dtype=float), pd.factorize(person)[0], code)


def estimated_rows(
    estimates: pd.DataFrame, series: str, axis: Axis, individuals: pd.DataFrame, figure: str
) -> pd.DataFrame:
    """Return the means' layer from a frame of marginal means, one row per series and place.

    Raises
    ------
    FigureError
        If a column is missing, a cell stands twice or not at all, or a level is unknown.
    """
    require(estimates, [series, axis.column, "estimate", "conf_low", "conf_high"], figure, "estimates")
    refuse_mixtures(estimates, ("study", "measure", "unit", "muscle", "metric", "conf_level"), figure, "estimates")
    x = _places(estimates[axis.column], axis, figure)
    rows = pd.DataFrame({"layer": "mean", "series": names_of(estimates[series]), "x": x})
    for target, source in (("value", "estimate"), ("conf_low", "conf_low"), ("conf_high", "conf_high")):
        rows[target] = as_numbers(estimates[source], figure)
    rows["n"] = as_numbers(estimates["n"], figure) if "n" in estimates.columns else np.nan
    _refuse_other_cells(rows, individuals, series, axis, figure)
    return rows.reindex(columns=list(COLUMNS))


def _places(cells: pd.Series, axis: Axis, figure: str) -> pd.Series:
    x = names_of(cells).map(axis.places)
    if x.isna().any():
        raise FigureError(
            f"{figure}: estimates has {axis.column}={cells[x.isna()].iloc[0]!r}, which the observations lack. "
            f"There are: {', '.join(axis.places)}."
        )
    return x.astype(float)


def _refuse_other_cells(rows: pd.DataFrame, individuals: pd.DataFrame, series: str, axis: Axis, figure: str) -> None:
    names = {place: name for name, place in axis.places.items()}
    wanted = list(dict.fromkeys(zip(individuals["series"], individuals["x"], strict=True)))
    found = list(zip(rows["series"], rows["x"], strict=True))
    for fault, cells in (
        ("has two rows or more for", [cell for cell in wanted if found.count(cell) > 1]),
        ("has no row for", [cell for cell in wanted if cell not in found]),
        ("has a row that the observations lack:", [cell for cell in found if cell not in wanted]),
    ):
        if cells:
            name, place = cells[0]
            raise FigureError(
                f"{figure}: estimates {fault} {series}={name}, {axis.column}={names[place]}. "
                f"One row for each {series} and {axis.column} is needed."
            )


def dodged(frame: pd.DataFrame, series: list[str], step: float) -> pd.DataFrame:
    """Set the series side by side, so that their points and intervals do not cover each other."""
    shift = {name: (i - (len(series) - 1) / 2) * DODGE * step for i, name in enumerate(series)}
    return frame.assign(position=frame["x"] + frame["series"].map(shift).astype(float))


def draw_curves(ax: Axes, frame: pd.DataFrame, looks: dict[str, Look]) -> None:
    """Draw thin lines for individuals, and a bold line with intervals for each series' mean."""
    places = sorted(frame["x"].unique())
    for name, look in looks.items():
        mine = frame[frame["series"] == name]
        for person, own in mine[mine["layer"] == "individual"].groupby("participant", sort=False):
            own = own.set_index("x").reindex(places)
            ax.plot(own["position"], own["value"], color=look.colour, lw=0.5, alpha=0.33, marker=look.marker, ms=1.8,
                    mew=0, ls="-", zorder=2, label=f"_{name}: {person}")  # fmt: skip
        mean = mine[mine["layer"] == "mean"].sort_values("x")
        below, above = mean["value"] - mean["conf_low"], mean["conf_high"] - mean["value"]
        ax.errorbar(mean["position"], mean["value"], yerr=np.vstack([below, above]), fmt="none", ecolor=look.colour,
                    elinewidth=1.1, capsize=1.8, capthick=0.8, zorder=4)  # fmt: skip
        ax.plot(mean["position"], mean["value"], zorder=5, label=name, **bold(look))


def bold(look: Look) -> dict:
    """Return the line properties of a mean."""
    return {"color": look.colour, "lw": 1.6, "ls": look.line, "marker": look.marker, "ms": 4.2,
            "mec": "white", "mew": 0.6}  # fmt: skip


def handles(looks: dict[str, Look], labels: dict[str, str]) -> list[Line2D]:
    """Return the legend's entries, one for each mean line."""
    return [Line2D([], [], label=labels[name], **bold(look)) for name, look in looks.items()]


def interval_words(estimates: pd.DataFrame | None, interval: str, conf_level: float) -> str:
    """Say what the intervals are.

    Examples
    --------
    >>> interval_words(None, "within", 0.95)
    'Bold: mean with 95 % within-participant interval (Cousineau–Morey).'
    """
    if estimates is None:
        kind = "within-participant interval (Cousineau–Morey)" if interval == "within" else "t interval of each mean"
        return f"Bold: mean with {write_level(conf_level)} {kind}."
    level = estimates["conf_level"].iloc[0] if "conf_level" in estimates.columns else np.nan
    method = ", ".join(estimates["method"].dropna().astype(str).unique()) if "method" in estimates.columns else ""
    words = f"{write_level(level)} confidence interval" if np.isfinite(level) else "confidence interval"
    return f"Bold: estimated mean with {words}{f', {method}' if method else ''}."


def people_words(individuals: pd.DataFrame) -> str:
    """Say whose lines are thin, and how many values each cell has if not all have the same.

    Examples
    --------
    >>> people_words(pd.DataFrame({"participant": ["a", "b"], "series": ["r", "r"], "x": [1, 1]}))
    'Thin: 2 participants.'
    """
    n = individuals["participant"].nunique()
    return f"Thin: {n} participant{'s' * (n > 1)}."
