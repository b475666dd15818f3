"""Evidence map: which study compared what, at which load, and which way it went."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mmc_analysis.figures.evidence_rows import NOT_STATED, column_places, evidence_rows
from mmc_analysis.figures.notes import add_legend, add_note, evidence_words, stamp_evidence
from mmc_analysis.figures.row_labels import room_for_lines, wrap_labels, write_row_labels
from mmc_analysis.figures.styling import HIGHER, INK, LOWER, SOFT_INK, TWO_COLUMNS, axes_or_new, dress, name_axes, style
from mmc_analysis.options import named_options

ACROSS_LABELS = {"load_pct_1rm": "Load (% 1RM)", "load_kg": "Load (kg)", "load": "Load", "week": "Week"}
GLYPHS = {
    "higher": ("^", HIGHER, "higher"),
    "lower": ("v", LOWER, "lower"),
    "no_difference": ("o", SOFT_INK, "no clear difference"),
    "unclear": ("x", SOFT_INK, "direction not stated"),
}
LABEL_PT, ROW_MM, MARGINS_MM = 215.0, 4.0, 34.0


@named_options
def evidence_map(
    results: pd.DataFrame,
    ax: Axes | None = None,
    *,
    across: str = "load_pct_1rm",
    names: Mapping[str, str] | None = None,
    legend: bool = True,
) -> Axes:
    """Draw which study compared what, where along `across`, and which way it went.

    Triangles point up for higher, down for lower; a disc is no clear difference. Open symbols come from a secondary
    source; small pale ones have neither an interval nor a P value behind them.

    Parameters
    ----------
    results : pandas.DataFrame
        Printed results or estimates: `study`, `estimate` with its interval or P value, or a stated `direction`; and
        where known `n`, `muscle`, `condition`, `comparator`, `source_kind` and the column of `across`.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of two journal columns, as high as the rows need.
    across : str
        Column of the horizontal axis. Rows where it is empty stand at "not stated".
    names : mapping of str to str, optional
        What to write for a study's slug.
    legend : bool
        Whether this panel has the legend.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column is missing, there are no rows, or a stated direction is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> results = pd.DataFrame({"study": "lab2020", "muscle": ["pectoralis major", "triceps brachii"], "n": 18,
    ...     "condition": "pectoralis", "comparator": "regular", "load_pct_1rm": [50, 80], "estimate": [9.0, 1.0],
    ...     "conf_low": [5.0, -2.0], "conf_high": [13.0, 4.0], "evidence": "published"})
    >>> ax = evidence_map(results)
    >>> [label.get_text() for label in ax.get_yticklabels()][:2]
    ['lab2020 (n = 18)', 'Pectoralis major: pectoralis vs regular']
    """
    rows = evidence_map_data(results, across=across, names=names)
    columns = column_places(results, across)
    shown = rows.drop_duplicates("y")
    strong = (shown["kind"] == "heading").tolist()
    labels = wrap_labels(shown["label"].tolist(), strong, LABEL_PT)
    places = room_for_lines(shown["y"].to_numpy(), labels)
    rows = rows.assign(y=rows["y"].map(dict(zip(shown["y"], places, strict=True))))
    with style():
        ax = axes_or_new(ax, TWO_COLUMNS, MARGINS_MM + ROW_MM * (places[-1] + 1))
        dress(ax)
        _draw_grid(ax, rows, columns)
        for row in rows[rows["kind"] == "result"].itertuples(index=False):
            _draw_result(ax, row)
        left = write_row_labels(ax, places, labels, strong)
        ax.set_xticks(
            list(columns.values()), [name.replace("_", " ").replace(NOT_STATED, "not\nstated") for name in columns]
        )
        name_axes(ax, ACROSS_LABELS.get(across, across.replace("_", " ").capitalize()), None)
        stamp_evidence(ax, results)
        below = add_legend(ax, _legend(rows), 1 + (NOT_STATED in columns), left) if legend else None
        add_note(ax, (evidence_words(results),), below, left)
    return ax


@named_options
def evidence_map_data(
    results: pd.DataFrame, *, across: str = "load_pct_1rm", names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return the rows that `evidence_map` draws, from top to bottom; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `y`, `kind` ("heading" or "result"), `study`, `label`, `column`, `x`, `direction` ("higher", "lower",
        "no_difference" or "unclear"), `certain` (an interval, a P value or a statement is behind it), `secondary`,
        `n`.

    Examples
    --------
    >>> import pandas as pd
    >>> results = pd.DataFrame({"study": ["a"], "estimate": [9.0], "conf_low": [5.0], "conf_high": [13.0], "n": 18})
    >>> evidence_map_data(results)[["kind", "label", "column", "direction"]].iloc[1].tolist()
    ['result', 'All', 'not stated', 'higher']
    """
    return evidence_rows(results, across, dict(names or {}))


def _draw_grid(ax: Axes, rows: pd.DataFrame, columns: dict[str, float]) -> None:
    last = max(columns.values())
    ax.set_xlim(-0.6, last + 0.6)
    ax.set_ylim(rows["y"].max() + 0.8, -0.8)
    ax.spines["left"].set_visible(False)
    for y in rows.loc[rows["kind"] == "result", "y"].unique():
        ax.plot([-0.5, last + 0.5], [y, y], color="#E4E4E4", lw=0.5, zorder=1, label="_row")


def _draw_result(ax: Axes, row) -> None:
    marker, colour, _ = GLYPHS[row.direction]
    ax.plot(
        row.x,
        row.y,
        zorder=3,
        label=f"_{row.study}: {row.direction}",
        **_symbol(marker, colour, row.certain, row.secondary),
    )


def _symbol(marker: str, colour: str, certain: bool, secondary: bool) -> dict:
    line = marker == "x"
    return {"marker": marker, "ls": "none", "ms": 4.0 if line else 5.2 if certain else 3.6, "mec": colour, "mew": 0.9 if certain or secondary or line else 0.0,
            "mfc": "white" if secondary else colour, "alpha": 1.0 if certain or line else 0.6}  # fmt: skip


def _legend(rows: pd.DataFrame) -> list[Line2D]:
    results = rows[rows["kind"] == "result"]
    entries = [(name, glyph) for name, glyph in GLYPHS.items() if (results["direction"] == name).any()]
    found = [
        Line2D([], [], label=words, **_symbol(marker, colour, True, False)) for _, (marker, colour, words) in entries
    ]
    uncertain = results[~results["certain"].astype(bool) & (results["direction"] != "unclear")]
    if len(uncertain):
        found.append(Line2D([], [], label="no interval or P reported", **_symbol("^", HIGHER, False, False)))
    if results["secondary"].astype(bool).any():
        found.append(Line2D([], [], label="open: secondary source", **_symbol("s", INK, True, True)))
    return found
