"""Consistency: what each analysis a paper may have used makes of its printed numbers."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mmc_analysis.figures.consistency_rows import consistency_rows
from mmc_analysis.figures.estimate_words import SECONDARY_WORDS
from mmc_analysis.figures.notes import add_note, evidence_words, panel_width_pt, stamp_evidence, wrapped
from mmc_analysis.figures.row_labels import TextColumn, room_for_lines, wrap_labels, write_columns, write_row_labels
from mmc_analysis.figures.styling import BODY_PT, HIGHER, TWO_COLUMNS, axes_or_new, dress, name_axes, style
from mmc_analysis.options import named_options

MARGINS_MM, ROW_MM, LABEL_PT = 24.0, 4.2, 175.0
TABLE_MM = 110.0


@named_options
def consistency_plot(checks: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw, for each reported result, the standard errors that its printed numbers allow under each analysis.

    A bar is the range of standard errors that would be rounded to what is printed; where there is none, the numbers
    do not fit together under that analysis, or say nothing about it. The verdict stands beside each row.

    Parameters
    ----------
    checks : pandas.DataFrame
        One row per check of one result, as the check of reported results returns it: `result`, `check`, `design`, `df`,
        `verdict` ("fits", "does not fit", "cannot tell" or "unlikely"), `se_low`, `se_high`; and where known `df_low`,
        `df_high`, `study`, `source_kind`.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of two journal columns, as high as the rows need.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column is missing, a verdict is not known, or a range is crossed.

    Examples
    --------
    >>> import pandas as pd
    >>> checks = pd.DataFrame({"result": "pectoralis", "check": "own error", "design": ["paired test", "normal"],
    ...     "df": [17.0, float("inf")], "verdict": ["fits", "does not fit"], "se_low": [1.66, None], "se_high": [2.13, None]})
    >>> ax = consistency_plot(checks)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Pectoralis', 'Paired test', 'Normal']
    """
    rows = consistency_plot_data(checks)
    strong = rows["kind"].eq("heading").tolist()
    labels = wrap_labels(rows["label"].tolist(), strong, LABEL_PT)
    rows = rows.assign(y=room_for_lines(rows["y"].to_numpy(), labels))
    with style():
        width = TWO_COLUMNS if rows["se_high"].notna().any() else TABLE_MM
        ax = axes_or_new(ax, width, MARGINS_MM + ROW_MM * (rows["y"].iloc[-1] + 2))
        dress(ax)
        _set_axes(ax, rows)
        for row in rows[rows["kind"] == "check"].itertuples(index=False):
            _draw_range(ax, row)
        left = write_row_labels(ax, rows["y"].to_numpy(), labels, strong)
        right = write_columns(ax, _columns(rows), rows["y"].to_numpy(), strong)
        inner = panel_width_pt(ax) - left - right
        if rows["se_high"].notna().any():
            name_axes(ax, wrapped("Standard error (unit of the result)", BODY_PT, inner + 2 * min(left, right)), None)
        stamp_evidence(ax, checks)
        secondary = SECONDARY_WORDS if rows["secondary"].astype(bool).any() else ""
        add_note(ax, (secondary, evidence_words(checks)), left_pt=left)
    return ax


@named_options
def consistency_plot_data(checks: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that `consistency_plot` draws, from top to bottom; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `y`, `kind` ("heading" or "check"), `label`, `check`, `design`, `df_text`, `se_low`, `se_high`, `se_text`,
        `verdict`, `verdict_text`, `secondary`.
    """
    return consistency_rows(checks)


def _set_axes(ax: Axes, rows: pd.DataFrame) -> None:
    ends = rows[["se_low", "se_high"]].to_numpy(dtype=float)
    ends = ends[np.isfinite(ends)]
    ax.set_ylim(rows["y"].iloc[-1] + 0.8, -1.6)
    ax.spines["left"].set_visible(False)
    if not len(ends) or not ends.max() > 0:
        ax.spines["bottom"].set_visible(False)
        ax.set_xticks([])
        return
    margin = 0.06 * (np.ptp(ends) or ends.max())
    ax.set_xlim(max(0.0, ends.min() - margin), ends.max() + margin)


def _draw_range(ax: Axes, row) -> None:
    if np.isnan(row.se_low) or np.isnan(row.se_high):
        return
    end = ax.get_xlim()[1]
    ax.plot([row.se_low, min(row.se_high, end)], [row.y, row.y], color=HIGHER, lw=3.4, solid_capstyle="butt", zorder=3,
            label=f"_range {row.check}: {row.design}")  # fmt: skip
    if row.se_high > end:
        ax.plot(end, row.y, marker=">", ms=4.0, color=HIGHER, clip_on=False, zorder=3, label="_beyond")


def _columns(rows: pd.DataFrame) -> list[TextColumn]:
    columns = [TextColumn("df", rows["df_text"].tolist())]
    if rows["se_text"].astype(bool).any():
        columns.append(TextColumn("Standard error", rows["se_text"].tolist(), "left"))
    return [*columns, TextColumn("Verdict", rows["verdict_text"].tolist(), "left")]
