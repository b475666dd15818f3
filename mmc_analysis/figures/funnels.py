"""Funnel: effects against their standard errors, with regions of significance and limits about the pooled effect."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from scipy import special

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.estimate_words import axis_words, row_labels
from mmc_analysis.figures.frames import as_numbers, only, refuse_mixtures, require
from mmc_analysis.figures.notes import add_legend, add_note, evidence_words, legend_height, stamp_evidence
from mmc_analysis.figures.styling import HIGHER, INK, ONE_COLUMN, SOFT_INK, axes_or_new, dress, name_axes, style
from mmc_analysis.options import named_options
from mmc_analysis.schema import IN_UNIT_METRICS, PERCENT_METRICS, UNIT_LABELS, write_level, write_number

ENOUGH = 10
LIMIT_LEVEL = 0.95
REGIONS = (
    (0.99, "#ECECEC", "p < .01"),
    (0.95, "#D2D2D2", ".01 ≤ p < .05"),
    (0.90, "#B4B4B4", ".05 ≤ p < .10"),
    (0.0, "#FFFFFF", "p ≥ .10"),
)
_NAME = "funnel"
_COLUMNS = ("layer", "label", "estimate", "std_error", "conf_level", "conf_low", "conf_high", "p_value", "secondary")
_DEPENDENT = ("d_", "g_", "smcr", "smcc", "smdh", "cohen_d", "glass_delta")


@named_options
def funnel(
    estimates: pd.DataFrame,
    pooled: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    reference: float = 0.0,
    axis_label: str | None = None,
    limits: tuple[float, float] | None = None,
    legend: bool = True,
) -> Axes:
    """Draw effects against their standard errors, the most precise on top.

    Shaded regions tell how significant an effect would be against `reference` (Peters et al. 2008, *J Clin Epidemiol*
    61:991-996); dashed lines hold 95 % of effects that differ from the pooled one by sampling alone. The note says
    what a funnel of so many studies cannot show.

    Parameters
    ----------
    estimates : pandas.DataFrame
        One row per effect, of one unit and metric: `estimate`, `std_error`, and where known `study`, `source_kind`;
        `studies` of a synthesis is such a frame.
    pooled : pandas.DataFrame, optional
        One row with the pooled `estimate`; without it neither its line nor the limits about it are drawn.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of one journal column.
    reference : float
        Effect of none, about which significance is shaded.
    axis_label : str, optional
        Label of the horizontal axis; by default written from `metric`, `unit` and `measure`.
    limits : pair of float, optional
        Ends of the horizontal axis; every effect must lie within.
    legend : bool
        Whether this panel has the legend.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column is missing, units or metrics are mixed, a row lacks its estimate or a standard error above zero,
        `pooled` is not one row, or an effect lies outside `limits`.

    Examples
    --------
    >>> import pandas as pd
    >>> studies = pd.DataFrame({"study": list("abcd"), "metric": "g_av", "estimate": [0.2, 0.9, 0.5, 0.4],
    ...                         "std_error": [0.2, 0.2, 0.3, 0.1]})
    >>> ax = funnel(studies, pd.DataFrame({"metric": ["g_av"], "estimate": [0.49]}))
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Standardised mean change g_av', 'Standard error')
    """
    drawn = funnel_data(estimates, pooled, reference=reference)
    words = axis_label or axis_words(estimates, _NAME)
    handles = _handles(drawn)
    with style():
        ax = axes_or_new(ax, ONE_COLUMN, 84 + legend_height(_names(handles) if legend else ()))
        dress(ax)
        _set_axes(ax, drawn, limits)
        _draw_regions(ax, drawn, reference)
        _draw_pooled(ax, drawn)
        _draw_studies(ax, drawn)
        name_axes(ax, words, _standard_error_words(estimates))
        stamp_evidence(ax, estimates, pooled)
        below = add_legend(ax, handles) if legend else None
        add_note(ax, (*_notes(estimates, drawn, reference), evidence_words(estimates)), below)
    return ax


@named_options
def funnel_data(estimates: pd.DataFrame, pooled: pd.DataFrame | None = None, *, reference: float = 0.0) -> pd.DataFrame:
    """Return what `funnel` draws; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `layer` ("region", "limit" or "study"), `label`, `estimate` (of a study, or the centre), `std_error`; for
        regions and limits, at the top and the foot of the panel, `conf_level`, `conf_low` and `conf_high`; for
        studies the two-sided `p_value` against the reference (normal distribution) and `secondary`.

    Examples
    --------
    >>> import pandas as pd
    >>> studies = pd.DataFrame({"study": list("ab"), "estimate": [0.2, 0.9], "std_error": [0.2, 0.4]})
    >>> funnel_data(studies).query("layer == 'study'")[["label", "estimate", "std_error", "p_value"]].round(3)
      label  estimate  std_error  p_value
    0     a       0.2        0.2    0.317
    1     b       0.9        0.4    0.024
    """
    studies = _studies(estimates, reference)
    foot = 1.1 * float(studies["std_error"].max())
    parts = [studies, *(_cone("region", name, level, reference, foot) for level, _, name in REGIONS if level > 0)]
    if pooled is not None:
        centre = _pooled_estimate(estimates, pooled)
        parts.append(_cone("limit", f"{write_level(LIMIT_LEVEL)} limits", LIMIT_LEVEL, centre, foot))
    return pd.concat(parts, ignore_index=True).reindex(columns=list(_COLUMNS))


def _studies(estimates: pd.DataFrame, reference: float) -> pd.DataFrame:
    require(estimates, ["estimate", "std_error"], _NAME, "estimates")
    refuse_mixtures(estimates, ("unit", "metric"), _NAME, "estimates")
    estimate, std_error = (as_numbers(estimates[column], _NAME) for column in ("estimate", "std_error"))
    empty = estimate.isna() | std_error.isna()
    if empty.any():
        raise FigureError(
            f"{_NAME}: estimates has no estimate or no std_error in row {estimates.index[empty][0]}. Leave it out: "
            "estimates.dropna(subset=['estimate', 'std_error'])."
        )
    if (std_error <= 0).any():
        raise FigureError(f"{_NAME}: std_error is not above zero in row {estimates.index[std_error <= 0][0]}.")
    secondary = (estimates["source_kind"].astype(str) == "secondary") if "source_kind" in estimates else False
    z = np.abs((estimate - reference) / std_error)
    rows = pd.DataFrame({"layer": "study", "label": row_labels(estimates, _NAME), "estimate": estimate, "std_error": std_error,
                         "p_value": 2 * special.ndtr(-z), "secondary": secondary})  # fmt: skip
    return rows.reset_index(drop=True)


def _cone(layer: str, label: str, level: float, centre: float, foot: float) -> pd.DataFrame:
    std_error = np.array([0.0, foot])
    reach = special.ndtri(0.5 + level / 2) * std_error
    return pd.DataFrame({"layer": layer, "label": label, "estimate": centre, "std_error": std_error,
                         "conf_level": level, "conf_low": centre - reach, "conf_high": centre + reach,
                         "secondary": False})  # fmt: skip


def _pooled_estimate(estimates: pd.DataFrame, pooled: pd.DataFrame) -> float:
    require(pooled, ["estimate"], _NAME, "pooled")
    if len(pooled) != 1:
        raise FigureError(f"{_NAME}: pooled has {len(pooled)} rows. Keep the one that these studies were pooled into.")
    shared = [column for column in ("unit", "metric") if column in estimates and column in pooled]
    refuse_mixtures(pd.concat([estimates[shared], pooled[shared]]), shared, _NAME, "estimates with pooled")
    centre = float(as_numbers(pooled["estimate"], _NAME).iloc[0])
    if np.isnan(centre):
        raise FigureError(f"{_NAME}: pooled has no estimate.")
    return centre


def _set_axes(ax: Axes, drawn: pd.DataFrame, limits: tuple[float, float] | None) -> None:
    studies, foot = drawn[drawn["layer"] == "study"], float(drawn["std_error"].max())
    if limits is None:
        shown = drawn[(drawn["layer"] == "limit") | (drawn["conf_level"] == LIMIT_LEVEL)]
        ends = pd.concat([studies["estimate"], shown["conf_low"], shown["conf_high"]]).dropna()
        margin = 0.04 * np.ptp(ends)
        limits = (ends.min() - margin, ends.max() + margin)
    outside = studies[(studies["estimate"] < limits[0]) | (studies["estimate"] > limits[1])]
    if not limits[0] < limits[1] or len(outside):
        which = f" {outside['label'].iloc[0]} lies outside." if len(outside) else ""
        raise FigureError(f"{_NAME}: limits={limits} must be (low, high) and hold every effect.{which}")
    ax.set_xlim(*limits)
    ax.set_ylim(foot, 0)
    ax.xaxis.set_major_locator(MaxNLocator(6))


def _draw_regions(ax: Axes, drawn: pd.DataFrame, reference: float) -> None:
    outer = REGIONS[0]
    ax.set_facecolor(outer[1])
    colours = [colour for _, colour, _ in REGIONS[1:]]
    for (level, _, name), colour in zip(REGIONS[:-1], colours, strict=True):
        cone = drawn[(drawn["layer"] == "region") & (drawn["conf_level"] == level)]
        ax.fill_betweenx(cone["std_error"], cone["conf_low"], cone["conf_high"], color=colour, lw=0, zorder=0.5,
                         label=f"_inside {name}")  # fmt: skip
    ax.plot([reference, reference], ax.get_ylim(), color=SOFT_INK, lw=0.6, zorder=1, label="_reference")


def _draw_pooled(ax: Axes, drawn: pd.DataFrame) -> None:
    cone = drawn[drawn["layer"] == "limit"]
    if cone.empty:
        return
    ax.plot(cone["estimate"], cone["std_error"], color=INK, lw=1.0, zorder=2, label="_pooled")
    for side in ("conf_low", "conf_high"):
        ax.plot(cone[side], cone["std_error"], color=INK, lw=0.8, ls=(0, (4, 2)), zorder=2, label=f"_{side}")


def _draw_studies(ax: Axes, drawn: pd.DataFrame) -> None:
    for row in drawn[drawn["layer"] == "study"].itertuples(index=False):
        ax.plot(row.estimate, row.std_error, zorder=4, label=f"_{row.label}", **_point(row.secondary))


def _point(secondary: bool) -> dict:
    face = "white" if secondary else HIGHER
    return {"marker": "o", "ls": "none", "ms": 4.4, "mec": HIGHER if secondary else "white", "mew": 0.9 if secondary else 0.5,
            "mfc": face}  # fmt: skip


def _handles(drawn: pd.DataFrame) -> list[Artist]:
    secondary = drawn.loc[drawn["layer"] == "study", "secondary"].astype(bool)
    found: list[Artist] = []
    if not secondary.all():
        found.append(Line2D([], [], label="effect", **_point(False)))
    if secondary.any():
        found.append(Line2D([], [], label="open: secondary source", **_point(True)))
    if (drawn["layer"] == "limit").any():
        found.append(Line2D([], [], color=INK, lw=1.0, label="pooled effect"))
        found.append(
            Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 2)), label=f"{write_level(LIMIT_LEVEL)} limits about it")
        )
    return found + [Patch(facecolor=colour, edgecolor=SOFT_INK, lw=0.4, label=name) for _, colour, name in REGIONS]


def _names(handles: Iterable[Artist]) -> list[str]:
    return [handle.get_label() for handle in handles]


def _standard_error_words(estimates: pd.DataFrame) -> str:
    unit, metric = only(estimates, "unit"), only(estimates, "metric") or ""
    if metric in PERCENT_METRICS:
        return "Standard error (%)"
    if unit in (None, "none") or metric not in IN_UNIT_METRICS:
        return "Standard error"
    points = unit.startswith("pct") and unit != "pct_change"
    return f"Standard error ({'percentage points' if points else UNIT_LABELS.get(unit, unit)})"


def _notes(estimates: pd.DataFrame, drawn: pd.DataFrame, reference: float) -> list[str]:
    """Say what is shaded, and what this funnel cannot show."""
    k = int((drawn["layer"] == "study").sum())
    words = [f"Shading: two-sided P against {write_number(reference, 2 if reference % 1 else 0)}, normal distribution."]
    if k < ENOUGH:
        words.append(f"k = {k}: with fewer than {ENOUGH} effects asymmetry cannot be told from chance.")
    else:
        words.append(f"k = {k}.")
    words.append("Asymmetry is no proof of publication bias: small studies may truly differ.")
    if (only(estimates, "metric") or "").startswith(_DEPENDENT):
        words.append("The standard error of a standardised effect grows with the effect, which itself skews a funnel.")
    if "study" in estimates.columns and estimates["study"].dropna().duplicated().any():
        words.append("Effects of one study are not independent.")
    return words
