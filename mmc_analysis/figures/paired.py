"""Paired estimation: two conditions person by person, and the difference with its interval beside them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.frames import (
    ALONE,
    as_numbers,
    levels_of,
    measure_words,
    names_of,
    one_value_per_cell,
    only,
    refuse_mixtures,
    require,
    same_unit,
    subject_words,
    value_label,
)
from mmc_analysis.figures.intervals import cell_means
from mmc_analysis.figures.notes import (
    COLUMN_PT,
    LINE_MM,
    add_note,
    add_subject,
    evidence_words,
    note_height,
    panel_width_pt,
    refuse_crowding,
    refuse_long_names,
    stamp_evidence,
    wrapped_name,
)
from mmc_analysis.figures.styling import (
    BODY_PT,
    FONT,
    HIGHER,
    INK,
    LOWER,
    ONE_COLUMN,
    PALE_INK,
    SOFT_INK,
    TICK_PT,
    axes_or_new,
    dress,
    name_axes,
    style,
)
from mmc_analysis.options import named_options, nearest
from mmc_analysis.schema import IN_UNIT_METRICS, write_level, write_unit

_NAME = "paired_estimation"
RIGHT_AXIS_PT = 38.0
_PANEL = 1.75
_SPREAD = 0.042


@dataclass(frozen=True)
class Difference:
    """The difference drawn beside the pairs.

    Attributes
    ----------
    estimate, conf_low, conf_high : float
        Comparison minus reference, in the values' unit.
    words : str
        What the interval is.
    """

    estimate: float
    conf_low: float
    conf_high: float
    words: str


@named_options
def paired_estimation(
    observations: pd.DataFrame,
    reference: str,
    comparison: str,
    ax: Axes | None = None,
    *,
    by: str = "condition",
    estimate: pd.DataFrame | None = None,
    conf_level: float = 0.95,
    label: str | None = None,
) -> Axes:
    """Draw two conditions person by person, and their difference with its interval on an aligned axis.

    The right axis has its zero at the reference's mean, so that the difference stands at the height of the
    comparison's mean (Gardner and Altman 1986, *BMJ* 292:746-750). Every participant's own difference is drawn too.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations of one measure, unit and muscle, of which `reference` and `comparison` are levels of `by`; or a
        wide frame with one row per participant, of which they are columns.
    reference, comparison : str
        The difference is comparison minus reference. Participants without both are left out, and the note says so.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of one journal column.
    by : str
        Column of the two conditions.
    estimate : pandas.DataFrame, optional
        One row of an estimates frame (`estimate`, `conf_low`, `conf_high`), drawn instead of the mean difference
        with its paired t interval.
    conf_level : float
        Level of the paired t interval, as a fraction.
    label : str, optional
        Label of the value axis; a wide frame needs one, with its unit.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column or level is missing, measures, units or muscles are mixed, fewer than two participants have
        both, a name has more than 80 characters, the panel is too low for its words, or `estimate` is not one
        row in this direction.

    Examples
    --------
    >>> import pandas as pd
    >>> torque = pd.DataFrame({"pre": [50.0, 61, 48, 58], "post": [54.0, 60, 55, 66]})
    >>> ax = paired_estimation(torque, "pre", "post", label="Torque (N·m)")
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['pre', 'post', 'post\\n− pre']
    """
    pairs = paired_estimation_data(observations, reference, comparison, by=by)
    wide = _is_wide(observations, reference, comparison)
    if wide and label is None:
        raise FigureError(
            f"{_NAME}: a wide frame does not name its measure and unit. Give label='Torque (N·m)', or the like."
        )
    difference = _difference(pairs, estimate, reference, comparison, conf_level)
    if estimate is not None and not wide:
        same_unit(observations, estimate, _NAME)
    levels = (reference, comparison)
    refuse_long_names(levels, None if wide else by, _NAME)
    left_out = _left_out_words(observations, pairs, levels, by)
    words = (_pairs_words(pairs), difference.words, left_out, evidence_words(observations))
    with style():
        ax = axes_or_new(ax, ONE_COLUMN, 80 + _names_height(levels) + note_height(words))
        dress(ax)
        _draw_pairs(ax, pairs)
        _draw_difference(ax, pairs, difference)
        lines = _label_axes(ax, observations, levels, label, zero=float(pairs["reference"].mean()))
        if not wide:
            add_subject(ax, subject_words(observations), taken_pt=RIGHT_AXIS_PT)
        stamp_evidence(ax, observations, estimate)
        add_note(ax, words)
        refuse_crowding(ax, lines, _NAME)
    return ax


@named_options
def paired_estimation_data(
    observations: pd.DataFrame, reference: str, comparison: str, *, by: str = "condition"
) -> pd.DataFrame:
    """Return the pairs that `paired_estimation` draws; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `participant`, `reference`, `comparison`, `difference` (comparison minus reference); complete pairs only.

    Examples
    --------
    >>> import pandas as pd
    >>> torque = pd.DataFrame({"participant": ["A", "B", "C"], "pre": [50.0, 61, 48], "post": [54.0, 60, None]})
    >>> paired_estimation_data(torque, "pre", "post")
      participant  reference  comparison  difference
    0           A       50.0        54.0         4.0
    1           B       61.0        60.0        -1.0
    """
    if reference == comparison:
        raise FigureError(f"{_NAME}: reference and comparison are both '{reference}'. Name two.")
    if _is_wide(observations, reference, comparison):
        pairs = _wide_pairs(observations, reference, comparison)
    else:
        pairs = _long_pairs(observations, reference, comparison, by)
    pairs = pairs.dropna(subset=["reference", "comparison"]).reset_index(drop=True)
    if len(pairs) < 2:
        raise FigureError(
            f"{_NAME}: {len(pairs)} participant{'s' * (len(pairs) != 1)} with both '{reference}' and '{comparison}'. "
            "Two or more are needed."
        )
    return pairs.assign(difference=pairs["comparison"] - pairs["reference"])


def _is_wide(frame: pd.DataFrame, reference: str, comparison: str) -> bool:
    return isinstance(frame, pd.DataFrame) and {reference, comparison} <= set(frame.columns)


def _wide_pairs(frame: pd.DataFrame, reference: str, comparison: str) -> pd.DataFrame:
    require(frame, [reference, comparison], _NAME)
    people = frame["participant"] if "participant" in frame.columns else pd.Series(frame.index, frame.index)
    twice = people[people.duplicated()]
    if len(twice):
        raise FigureError(f"{_NAME}: participant '{twice.iloc[0]}' has more than one row. Average them first.")
    return pd.DataFrame({
        "participant": people.astype(str),
        "reference": as_numbers(frame[reference], _NAME),
        "comparison": as_numbers(frame[comparison], _NAME),
    })  # fmt: skip


def _long_pairs(frame: pd.DataFrame, reference: str, comparison: str, by: str) -> pd.DataFrame:
    require(frame, ["participant", by, "measure", "value", "unit"], _NAME)
    there = levels_of(frame[by])
    for level in (reference, comparison):
        if level not in there:
            raise FigureError(
                f"{_NAME}: '{level}' is not a level of '{by}'.{nearest(level, there)} There are: {', '.join(there)}."
            )
    kept = frame[names_of(frame[by]).isin([reference, comparison])]
    refuse_mixtures(kept, [c for c in (*ALONE, "load", "load_pct_1rm") if c not in (by, "group")], _NAME)
    cells = one_value_per_cell(kept, ["participant", by], _NAME)
    wide = cells.pivot(index="participant", columns=by, values="value").reindex(columns=[reference, comparison])
    wide.columns = ["reference", "comparison"]
    return wide.rename_axis(index="participant").reset_index()


def _difference(pairs, estimate, reference: str, comparison: str, conf_level: float) -> Difference:
    if estimate is not None:
        return _given_difference(estimate, reference, comparison)
    if not 0 < conf_level < 1:
        raise FigureError(f"{_NAME}: conf_level={conf_level} is not allowed. Give a fraction, such as 0.95.")
    values = pairs["difference"].to_numpy(dtype=float)
    found = cell_means(values, np.zeros(len(values), dtype=int), values, conf_level)
    words = f"Bold: mean difference with {write_level(conf_level)} paired t interval."
    return Difference(float(found.mean[0]), float(found.conf_low[0]), float(found.conf_high[0]), words)


def _given_difference(estimate: pd.DataFrame, reference: str, comparison: str) -> Difference:
    require(estimate, ["estimate", "conf_low", "conf_high"], _NAME, "estimate")
    if len(estimate) != 1:
        raise FigureError(f"{_NAME}: estimate has {len(estimate)} rows. Give the one for '{comparison} - {reference}'.")
    row, contrast = estimate.iloc[0], only(estimate, "contrast")
    if contrast not in (None, f"{comparison} - {reference}"):
        raise FigureError(
            f"{_NAME}: estimate is for '{contrast}', but '{comparison} - {reference}' is drawn. Give that row, or swap "
            "reference and comparison."
        )
    if only(estimate, "metric") not in (None, *IN_UNIT_METRICS):
        raise FigureError(
            f"{_NAME}: estimate has the metric '{only(estimate, 'metric')}'. Give a difference in the values' own unit (raw)."
        )
    level = row.get("conf_level", np.nan)
    kind = f"{write_level(level)} confidence interval" if pd.notna(level) else "confidence interval"
    method = only(estimate, "method")
    words = f"Bold: estimated difference with {kind}{f', {method}' if method else ''}."
    return Difference(float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]), words)


def _draw_pairs(ax: Axes, pairs: pd.DataFrame) -> None:
    for person, first, second, change in pairs.itertuples(index=False):
        colour, line = (HIGHER, "-") if change > 0 else (LOWER, (0, (4, 1.5))) if change < 0 else (SOFT_INK, "-")
        ax.plot([0, 1], [first, second], color=colour, lw=0.7, ls=line, alpha=0.65, marker="o", ms=2.4, mew=0,
                zorder=2, label=f"_{person}")  # fmt: skip
    for place, column in ((-0.13, "reference"), (1.13, "comparison")):
        ax.plot(place, pairs[column].mean(), marker="D", ms=4.2, color=INK, zorder=4, label=f"_mean {column}")


def _draw_difference(ax: Axes, pairs: pd.DataFrame, difference: Difference) -> None:
    zero = float(pairs["reference"].mean())
    own = pairs["difference"].to_numpy()
    ax.plot([-0.13, _PANEL + 0.55], [zero, zero], color=SOFT_INK, lw=0.6, ls=(0, (1, 2)), zorder=1, label="_zero")
    ax.plot(_PANEL + 0.28 + side_by_side(own), zero + own, ls="none", marker="o", ms=2.4, mew=0, color=PALE_INK,
            zorder=2, label="_differences")  # fmt: skip
    around = [[difference.estimate - difference.conf_low], [difference.conf_high - difference.estimate]]
    ax.errorbar(_PANEL, zero + difference.estimate, yerr=around, fmt="D", ms=4.8, color=INK, elinewidth=1.4,
                capsize=2.2, capthick=0.9, zorder=4, label="_difference")  # fmt: skip


def side_by_side(values: np.ndarray, bins: int = 28) -> np.ndarray:
    """Return sideways shifts that keep points of nearly the same height from covering each other.

    Examples
    --------
    >>> side_by_side(np.array([1.0, 1.0, 1.0, 9.0])).round(3) + 0.0
    array([ 0.   ,  0.042, -0.042,  0.   ])
    """
    step = np.ptp(values) / bins or 1.0
    nth = pd.Series(np.floor((values - values.min()) / step)).pipe(lambda b: b.groupby(b).cumcount()).to_numpy()
    return np.where(nth % 2 == 1, 1.0, -1.0) * ((nth + 1) // 2) * _SPREAD


def _label_axes(ax: Axes, observations: pd.DataFrame, levels: tuple[str, str], label: str | None, zero: float) -> int:
    """Write ticks and labels of all axes, and return the lines of the ticks."""
    ax.set_xlim(-0.35, _PANEL + 0.6)
    names = _tick_names(levels, panel_width_pt(ax))
    ax.set_xticks([0, 1, _PANEL + 0.14], names)
    name_axes(ax, None, label or value_label(observations))
    right = ax.secondary_yaxis("right", functions=(lambda value: value - zero, lambda change: change + zero))
    right.tick_params(labelsize=TICK_PT, labelfontfamily=FONT, width=0.6, length=2.5, colors=INK)
    right.spines["right"].set_linewidth(0.6)
    right.yaxis.set_label_text(_difference_label(observations, label), fontsize=BODY_PT, fontfamily=FONT, color=INK)
    return 1 + max(name.count("\n") for name in names)


def _tick_names(levels: tuple[str, str], width: float) -> list[str]:
    """Return the names of both conditions and of their difference, broken into lines that leave their neighbours room."""
    room = (width - RIGHT_AXIS_PT) / (_PANEL + 0.95) * 0.89 - 4
    reference, comparison = (level.replace("_", " ") for level in levels)
    names = [wrapped_name(name, TICK_PT, room) for name in (reference, comparison)]
    minus = wrapped_name(f"−\u00a0{reference}", TICK_PT, room).replace("−\u00a0", "− ")
    return [*names, f"{names[1]}\n{minus}"]


def _names_height(levels: tuple[str, str]) -> float:
    """Return the height in millimetres that the names need below a figure of one column beyond two lines."""
    return LINE_MM * max(0, max(name.count("\n") for name in _tick_names(levels, COLUMN_PT)) - 1)


def _difference_label(observations: pd.DataFrame, label: str | None) -> str:
    if label is not None:
        return "Difference (same unit)"
    unit = write_unit(only(observations, "unit"), difference=True)
    words = measure_words(observations, inside=True)
    return f"Difference in {words} ({'percentage points' if unit == 'points' else unit})"


def _pairs_words(pairs: pd.DataFrame) -> str:
    change = pairs["difference"]
    level = f", {int((change == 0).sum())} unchanged" if (change == 0).any() else ""
    return (
        f"Thin: {len(pairs)} participants; {int((change > 0).sum())} higher (solid), "
        f"{int((change < 0).sum())} lower (dashed){level}."
    )


def _left_out_words(observations: pd.DataFrame, pairs: pd.DataFrame, levels: tuple[str, str], by: str) -> str:
    if _is_wide(observations, *levels):
        n_all = len(observations)
    else:
        n_all = observations.loc[names_of(observations[by]).isin(levels), "participant"].nunique()
    n_out = n_all - len(pairs)
    return f"{n_out} without both left out." if n_out else ""
