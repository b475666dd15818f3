"""Forest: one row per estimate, with its interval as a line and as text."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.estimate_words import NOT_REPORTED, SECONDARY_WORDS, axis_words, level_words
from mmc_analysis.figures.forest_rows import NAME, forest_rows
from mmc_analysis.figures.notes import add_note, evidence_words, panel_width_pt, stamp_evidence, wrapped
from mmc_analysis.figures.row_labels import TextColumn, room_for_lines, wrap_labels, write_columns, write_row_labels
from mmc_analysis.figures.styling import (
    BODY_PT,
    HIGHER,
    INK,
    SOFT_INK,
    TICK_PT,
    TWO_COLUMNS,
    axes_or_new,
    dress,
    name_axes,
    style,
)
from mmc_analysis.options import named_options
from mmc_analysis.schema import choose_decimals, write_number

MARGINS_MM, ROW_MM = 24.0, 4.4
LABEL_PT = 165.0
SIDE_PT = 4.0
SIDE_LINE = 0.75  # of a row


@named_options
def forest(
    estimates: pd.DataFrame,
    pooled: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    subgroup: str | None = None,
    reference: float | None = 0.0,
    axis_label: str | None = None,
    sides: tuple[str, str] | None = None,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Draw one row per estimate: a square with its interval, and the numbers beside it.

    Where `weight` is there, a square's area is proportional to it. A row without an interval is an open circle and
    says "interval not reported"; a row from a secondary source is open and marked with a dagger.

    Parameters
    ----------
    estimates : pandas.DataFrame
        Estimates of one unit and metric: `estimate`, `conf_low`, `conf_high`, and where known `label`, `n`,
        `weight` (percent), `source_kind`. Rows are drawn in their order. The studies of a synthesis, and what it gives
        with one study left out or with study after study, are such frames.
    pooled : pandas.DataFrame, optional
        Pooled estimates, drawn as diamonds below; `pred_low` and `pred_high` add a prediction interval. A row whose
        `subgroup` column names a subgroup stands below that subgroup, one where it is empty stands last. `tau2` and
        `i2` are told in the note.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of two journal columns, as high as the rows need.
    subgroup : str, optional
        Column whose levels become headings.
    reference : float or None
        Where the vertical line of no effect stands; None for no line.
    axis_label : str, optional
        Label of the horizontal axis; by default written from `metric`, `unit` and `measure`.
    sides : pair of str, optional
        What lies to the left and to the right of the reference, such as ("favours regular", "favours focus").
    limits : pair of float, optional
        Ends of the horizontal axis; an interval that goes beyond ends in an arrow.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column is missing, units or metrics are mixed, a row has no estimate or no name, or limits are crossed.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"label": ["One", "Two"], "contrast": "focus - regular", "unit": "pct_max", "n": [18, 12],
    ...     "estimate": [9.0, 6.0], "conf_low": [5.0, None], "conf_high": [13.0, None], "evidence": "published"})
    >>> ax = forest(rows)
    >>> ax.get_xlabel(), [label.get_text() for label in ax.get_yticklabels()]
    ('Difference (percentage points)', ['One', 'Two'])
    """
    rows = forest_data(estimates, pooled, subgroup=subgroup)
    frames = [estimates] if pooled is None else [estimates, pooled]
    words = axis_label or axis_words(estimates, NAME)
    strong = rows["kind"].isin(["heading", "pooled"]).tolist()
    labels = wrap_labels(rows["label"].tolist(), strong, LABEL_PT)
    rows = rows.assign(y=room_for_lines(rows["y"].to_numpy(), labels))
    with style():
        ax = axes_or_new(ax, TWO_COLUMNS, MARGINS_MM + ROW_MM * (rows["y"].iloc[-1] + 2))
        dress(ax)
        _set_horizontal(ax, rows, reference, limits)
        heaviest = float(rows.loc[rows["kind"] == "estimate", "weight"].max())
        for row in rows.itertuples(index=False):
            _draw_row(ax, row, heaviest)
        left = write_row_labels(ax, rows["y"].to_numpy(), labels, strong)
        columns, pooled_rows = _columns(rows, level_words(frames)), rows["kind"].eq("pooled").tolist()
        right = write_columns(ax, columns, rows["y"].to_numpy(), pooled_rows, NOT_REPORTED)
        inner = panel_width_pt(ax) - left - right
        name_axes(ax, wrapped(words, BODY_PT, inner + 2 * min(left, right)), None)
        _write_sides(ax, sides, reference, left, inner)
        stamp_evidence(ax, *frames)
        notes = (_secondary_words(rows), _heterogeneity_words(pooled, subgroup), evidence_words(pd.concat(frames)))
        add_note(ax, notes, left_pt=left)
    return ax


@named_options
def forest_data(
    estimates: pd.DataFrame, pooled: pd.DataFrame | None = None, *, subgroup: str | None = None
) -> pd.DataFrame:
    """Return the rows that `forest` draws, from top to bottom; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `y`, `kind` ("estimate", "heading", "pooled" or "prediction"), `label`, `estimate`, `conf_low`, `conf_high`,
        `n`, `weight`, `estimate_text`, `interval_text`, `secondary`.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"study": ["a"], "estimate": [0.62], "conf_low": [0.1], "conf_high": [1.14], "metric": "d_z"})
    >>> forest_data(one)[["label", "estimate_text", "interval_text"]]
      label estimate_text interval_text
    0     a          0.62  [0.10, 1.14]
    """
    return forest_rows(estimates, pooled, subgroup)


def _set_horizontal(ax: Axes, rows: pd.DataFrame, reference: float | None, limits: tuple[float, float] | None) -> None:
    if limits is None:
        numbers = rows[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float).ravel()
        numbers = np.append(numbers[np.isfinite(numbers)], [] if reference is None else [reference])
        margin = 0.06 * np.ptp(numbers) or 1.0
        limits = (numbers.min() - margin, numbers.max() + margin)
    if not limits[0] < limits[1]:
        raise FigureError(f"{NAME}: limits={limits} are not in order. Give (low, high).")
    ax.set_xlim(*limits)
    ax.set_ylim(rows["y"].iloc[-1] + 0.8, -1.6)
    ax.spines["left"].set_visible(False)
    if reference is not None:
        ax.plot(
            [reference, reference],
            [-1.4, rows["y"].iloc[-1] + 0.8],
            color=SOFT_INK,
            lw=0.6,
            zorder=1,
            label="_reference",
        )


def _draw_row(ax: Axes, row, heaviest: float) -> None:
    if row.kind == "heading":
        return
    if row.kind == "pooled":
        ax.add_patch(_diamond(row))
        return
    if row.kind == "prediction":
        _draw_interval(ax, row, SOFT_INK, 0.9, (0, (3, 1.5)))
        return
    known = not (np.isnan(row.conf_low) or np.isnan(row.conf_high))
    if known:
        _draw_interval(ax, row, INK, 0.9, "-")
    size = 4.2 if np.isnan(row.weight) or not heaviest > 0 else max(2.2, 7.5 * np.sqrt(row.weight / heaviest))
    low, high = ax.get_xlim()
    if low <= row.estimate <= high:
        ax.plot(row.estimate, row.y, marker="s" if known else "o", ms=size, mec=HIGHER, mew=0.9, zorder=4, ls="none",
                mfc="white" if row.secondary or not known else HIGHER, label=f"_{row.label}")  # fmt: skip


def _draw_interval(ax: Axes, row, colour: str, width: float, line) -> None:
    low, high = ax.get_xlim()
    ends = (max(row.conf_low, low), min(row.conf_high, high))
    if ends[0] <= ends[1]:
        ax.plot(ends, [row.y, row.y], color=colour, lw=width, ls=line, zorder=3, label=f"_interval {row.label}",
                solid_capstyle="butt")  # fmt: skip
    for beyond, end, marker in ((row.conf_low < low, low, "<"), (row.conf_high > high, high, ">")):
        if beyond:
            ax.plot(end, row.y, marker=marker, ms=3.2, color=colour, clip_on=False, zorder=3, label="_beyond")


def _diamond(row) -> Polygon:
    left, right = (end if np.isfinite(end) else row.estimate for end in (row.conf_low, row.conf_high))
    corners = [(left, row.y), (row.estimate, row.y - 0.32), (right, row.y), (row.estimate, row.y + 0.32)]
    return Polygon(corners, closed=True, facecolor=INK, edgecolor=INK, lw=0.6, zorder=4, label=f"_{row.label}")


def _columns(rows: pd.DataFrame, level: str) -> list[TextColumn]:
    """Return n and weight, where known, the estimate and its interval."""
    columns = []
    if rows["n"].notna().any():
        columns.append(TextColumn("n", [f"{n:g}" if np.isfinite(n) else "" for n in rows["n"]]))
    if rows["weight"].notna().any():
        columns.append(TextColumn("Weight", [f"{w:.1f} %" if np.isfinite(w) else "" for w in rows["weight"]]))
    columns.append(TextColumn("Estimate", rows["estimate_text"].tolist()))
    return [*columns, TextColumn(level, rows["interval_text"].tolist(), "left", near=True)]


def _write_sides(ax: Axes, sides: tuple[str, str] | None, reference: float | None, left: float, inner: float) -> None:
    """Write what lies left and right of the reference above the first row, in lines no wider than the room there is.

    `left` is the width of the row labels, `inner` that of the panel, in points.
    """
    if sides is None:
        return
    if reference is None or len(sides) != 2:
        raise FigureError(
            f"{NAME}: sides={sides!r} are the two sides of a reference line. Give a pair, and reference=."
        )
    low, high = ax.get_xlim()
    share = (reference - low) / (high - low)
    rooms = left + share * inner - SIDE_PT, (1 - share) * inner - SIDE_PT
    texts = [
        wrapped(words, TICK_PT, room) for words, room in zip((f"← {sides[0]}", f"{sides[1]} →"), rooms, strict=True)
    ]
    for words, offset, align in zip(texts, (-SIDE_PT, SIDE_PT), ("right", "left"), strict=True):
        above = SIDE_LINE * words.count("\n")
        ax.annotate(words, (reference, -1.0 - above / 2), xytext=(offset, 0), textcoords="offset points", ha=align, va="center",
                    ma=align, fontsize=TICK_PT, color=SOFT_INK, annotation_clip=False)  # fmt: skip
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top - SIDE_LINE * max(words.count("\n") for words in texts))


def _secondary_words(rows: pd.DataFrame) -> str:
    return SECONDARY_WORDS if rows["secondary"].any() else ""


def _whose(row: pd.Series, subgroup: str | None) -> str:
    own = row.get(subgroup) if subgroup else None
    name = row.get("label") if own is None or pd.isna(own) else own
    return "" if name is None or pd.isna(name) else f"{str(name)[:1].upper()}{str(name)[1:]}: "


def _heterogeneity_words(pooled: pd.DataFrame | None, subgroup: str | None) -> str:
    """Say how much studies differ, for the pooled rows that have `tau2` and `i2`."""
    if pooled is None or not {"tau2", "i2"} <= set(pooled.columns):
        return ""
    known = pooled[pooled["tau2"].notna() & pooled["i2"].notna()]
    words = []
    for _, row in known.iterrows():
        words.append(
            f"{_whose(row, subgroup) if len(pooled) > 1 else ''}τ² = {write_number(row['tau2'], choose_decimals(row['tau2']))}, I² = {row['i2']:.0f} %."
        )
    return " ".join(words)
