"""Equivalence: estimates with two intervals each, against the bounds of what is too small to matter."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy import stats

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.estimate_words import axis_words, decimals_of_rows, is_signed, row_labels, texts_of
from mmc_analysis.figures.frames import as_numbers, refuse_mixtures, require
from mmc_analysis.figures.notes import add_legend, add_note, evidence_words, panel_width_pt, stamp_evidence, wrapped
from mmc_analysis.figures.row_labels import TextColumn, room_for_lines, wrap_labels, write_columns, write_row_labels
from mmc_analysis.figures.styling import (
    BAND,
    BODY_PT,
    HIGHER,
    INK,
    SOFT_INK,
    TWO_COLUMNS,
    axes_or_new,
    dress,
    name_axes,
    style,
)
from mmc_analysis.options import named_options
from mmc_analysis.schema import number_in, write_level, write_p

WIDE_LEVEL = 0.95
ROW_MM, MARGINS_MM, LABEL_PT = 5.0, 34.0, 150.0
_NAME = "equivalence"
_NUMBERS = ("estimate", "conf_low", "conf_high", "conf_level", "bound_low", "bound_high", "p_value")
COLUMNS = ("y", "label", *_NUMBERS, "wide_low", "wide_high", "verdict", "estimate_text", "interval_text", "p_text")


@named_options
def equivalence(
    tested: pd.DataFrame,
    ax: Axes | None = None,
    *,
    wide: pd.DataFrame | None = None,
    axis_label: str | None = None,
    texts: bool = True,
    legend: bool = True,
) -> Axes:
    """Draw estimates with the interval of two one-sided tests and a 95 % interval, against the bounds of equivalence.

    An effect is equivalent where the thick interval, of level 1 - 2 alpha, lies between the bounds; the thin interval
    tells how well the effect itself is known.

    Parameters
    ----------
    tested : pandas.DataFrame
        What an equivalence or minimal-effect test returns, one row per effect of one unit and metric: `estimate`,
        `conf_level`, `conf_low`, `conf_high`, `bound_low`, `bound_high`, `p_value`, `verdict`; with `std_error` and
        `df` the 95 % interval is that of t.
    ax : matplotlib.axes.Axes, optional
        Panel to draw in; by default a new figure of two journal columns, as high as the rows need.
    wide : pandas.DataFrame, optional
        The estimates as they were before the test, row by row, with their own 95 % interval. Standardised effects,
        whose intervals are not those of t, need it for the thin interval.
    axis_label : str, optional
        Label of the horizontal axis; by default written from `metric`, `unit` and `measure`.
    texts : bool
        Whether estimate, interval, P value and verdict are written beside the rows; a panel of one journal column has
        no room for them.
    legend : bool
        Whether this panel has the legend.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FigureError
        If a column is missing, units or metrics are mixed, a number is missing, bounds are crossed, or `wide` does not
        belong to these rows.

    Examples
    --------
    >>> import pandas as pd
    >>> tested = pd.DataFrame({"contrast": ["triceps - regular"], "unit": "pct_max", "estimate": 1.0, "std_error": 0.84,
    ...     "df": 17.0, "conf_level": 0.9, "conf_low": -0.461, "conf_high": 2.461, "bound_low": -4.0, "bound_high": 4.0,
    ...     "p_value": 0.001, "verdict": "equivalent"})
    >>> ax = equivalence(tested)
    >>> equivalence_data(tested)[["wide_low", "wide_high", "p_text"]].round(2).values.tolist()
    [[-0.77, 2.77, '= .001']]
    """
    rows = equivalence_data(tested, wide=wide)
    words = axis_label or axis_words(tested, _NAME)
    plain = [False] * len(rows)
    labels = wrap_labels(rows["label"].tolist(), plain, LABEL_PT)
    rows = rows.assign(y=room_for_lines(rows["y"].to_numpy(), labels))
    with style():
        ax = axes_or_new(ax, TWO_COLUMNS, MARGINS_MM + ROW_MM * (rows["y"].iloc[-1] + 2))
        dress(ax)
        _set_axes(ax, rows, -1.6 if texts else -0.8)
        _draw_bounds(ax, rows)
        for row in rows.itertuples(index=False):
            _draw_row(ax, row)
        left = write_row_labels(ax, rows["y"].to_numpy(), labels, plain)
        right = write_columns(ax, _columns(rows), rows["y"].to_numpy(), plain) if texts else 0.0
        inner = panel_width_pt(ax) - left - right
        words = wrapped(words, BODY_PT, inner + 2 * min(left, right))
        name_axes(ax, words, None)
        stamp_evidence(ax, tested, wide)
        below = add_legend(ax, _handles(rows), 1 + words.count("\n"), left) if legend else None
        add_note(ax, (_wide_words(rows), evidence_words(tested)), below, left)
    return ax


@named_options
def equivalence_data(tested: pd.DataFrame, *, wide: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the rows that `equivalence` draws, from top to bottom; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `y`, `label`, `estimate`, the interval of the test (`conf_low`, `conf_high`, `conf_level`), the 95 % interval
        (`wide_low`, `wide_high`; NaN where it is not known), the bounds, `p_value`, `verdict` and the texts beside
        the row.
    """
    require(tested, [*_NUMBERS, "verdict"], _NAME, "tested")
    refuse_mixtures(tested, ("unit", "metric", "conf_level"), _NAME, "tested")
    numbers = pd.DataFrame({column: as_numbers(tested[column], _NAME) for column in _NUMBERS})
    _check(numbers)
    signed = is_signed(tested)
    decimals = decimals_of_rows(tested)
    texts = [texts_of(row, places, signed) for (_, row), places in zip(tested.iterrows(), decimals, strict=True)]
    low, high = _t_limits(tested, numbers) if wide is None else _given_limits(tested, wide, numbers)
    rows = numbers.assign(
        y=np.arange(len(numbers), dtype=float), label=row_labels(tested, _NAME), wide_low=low, wide_high=high,
        verdict=tested["verdict"].astype(str), estimate_text=[first for first, _ in texts],
        interval_text=[second for _, second in texts], p_text=[write_p(p) for p in numbers["p_value"]],
    )  # fmt: skip
    return rows.reindex(columns=list(COLUMNS)).reset_index(drop=True)


def _check(numbers: pd.DataFrame) -> None:
    empty = numbers.isna().any(axis=1)
    if empty.any():
        row = numbers.index[empty][0]
        column = numbers.columns[numbers.loc[[row]].isna().any()][0]
        raise FigureError(f"{_NAME}: tested has no {column} in row {row}. An effect that was tested has one.")
    for low, high in (("bound_low", "bound_high"), ("conf_low", "conf_high")):
        wrong = numbers[low] > numbers[high]
        if wrong.any():
            raise FigureError(f"{_NAME}: tested has {low} above {high} in row {numbers.index[wrong][0]}. Swap them.")
    wrong = (numbers["p_value"] < 0) | (numbers["p_value"] > 1)
    if wrong.any():
        raise FigureError(f"{_NAME}: tested has a p_value outside 0 to 1 in row {numbers.index[wrong][0]}.")


def _t_limits(tested: pd.DataFrame, numbers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the 95 % t interval, NaN where the interval of the test is not one of t."""
    estimate = numbers["estimate"].to_numpy()
    std_error, df = (np.array([number_in(row, name) for _, row in tested.iterrows()]) for name in ("std_error", "df"))
    with np.errstate(invalid="ignore"):
        narrow = stats.t.ppf(0.5 + numbers["conf_level"].to_numpy() / 2, df) * std_error
        reach = stats.t.ppf(0.5 + WIDE_LEVEL / 2, df) * std_error
        given = np.stack([numbers["conf_low"].to_numpy(), numbers["conf_high"].to_numpy()])
        is_t = np.isclose(given, np.stack([estimate - narrow, estimate + narrow]), rtol=0, atol=0.01 * std_error).all(0)
    reach = np.where(is_t, reach, np.nan)
    return estimate - reach, estimate + reach


def _given_limits(tested: pd.DataFrame, wide: pd.DataFrame, numbers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    require(wide, ["estimate", "conf_level", "conf_low", "conf_high"], _NAME, "wide")
    estimates = as_numbers(wide["estimate"], _NAME).to_numpy()
    if len(wide) != len(tested) or not np.allclose(estimates, numbers["estimate"].to_numpy(), rtol=1e-9, atol=0):
        raise FigureError(
            f"{_NAME}: wide must have the estimates of tested, row by row. Give the frame that was tested."
        )
    if not np.allclose(as_numbers(wide["conf_level"], _NAME), WIDE_LEVEL):
        raise FigureError(f"{_NAME}: wide must hold {write_level(WIDE_LEVEL)} intervals, with conf_level {WIDE_LEVEL}.")
    return as_numbers(wide["conf_low"], _NAME).to_numpy(), as_numbers(wide["conf_high"], _NAME).to_numpy()


def _set_axes(ax: Axes, rows: pd.DataFrame, top: float) -> None:
    shown = rows[["conf_low", "conf_high", "bound_low", "bound_high", "wide_low", "wide_high"]].to_numpy()
    low, high = min(np.nanmin(shown), 0.0), max(np.nanmax(shown), 0.0)
    margin = 0.05 * (high - low)
    ax.set_xlim(low - margin, high + margin)
    ax.set_ylim(rows["y"].iloc[-1] + 0.8, top)
    ax.spines["left"].set_visible(False)


def _draw_bounds(ax: Axes, rows: pd.DataFrame) -> None:
    """Shade between the bounds: through all rows where they share them, row by row otherwise."""
    foot = ax.get_ylim()[0]
    shared = len(rows[["bound_low", "bound_high"]].drop_duplicates()) == 1
    bands = (
        [(rows.iloc[0], -0.6, foot)]
        if shared
        else [(row, row["y"] - 0.42, row["y"] + 0.42) for _, row in rows.iterrows()]
    )
    for row, top, bottom in bands:
        low, high = row["bound_low"], row["bound_high"]
        ax.fill_between([low, high], top, bottom, color=BAND, lw=0, zorder=0.5, label="_band")
        for bound in (low, high):
            ax.plot([bound, bound], [top, bottom], color=HIGHER, lw=0.8, ls=(0, (4, 2)), zorder=1, label="_bound")
    ax.plot([0, 0], [-0.6, foot], color=SOFT_INK, lw=0.6, zorder=1, label="_zero")


def _draw_row(ax: Axes, row) -> None:
    if np.isfinite(row.wide_low):
        ax.plot([row.wide_low, row.wide_high], [row.y, row.y], color=INK, lw=0.8, zorder=3, solid_capstyle="butt",
                label=f"_wide {row.label}")  # fmt: skip
    ax.plot([row.conf_low, row.conf_high], [row.y, row.y], color=INK, lw=2.6, zorder=3, solid_capstyle="butt",
            label=f"_interval {row.label}")  # fmt: skip
    ax.plot(row.estimate, row.y, marker="s", ms=4.6, mfc="white" if row.verdict == "inconclusive" else INK, mec=INK,
            mew=0.9, ls="none", zorder=4, label=f"_{row.label}")  # fmt: skip


def _columns(rows: pd.DataFrame) -> list[TextColumn]:
    level = write_level(float(rows["conf_level"].iloc[0]))
    return [
        TextColumn("Estimate", rows["estimate_text"].tolist()),
        TextColumn(f"[{level} CI]", rows["interval_text"].tolist(), "left", near=True),
        TextColumn("p", [text.removeprefix("= ") for text in rows["p_text"]], "left"),
        TextColumn("Verdict", rows["verdict"].tolist(), "left"),
    ]


def _handles(rows: pd.DataFrame) -> list:
    level = write_level(float(rows["conf_level"].iloc[0]))
    found = [Line2D([], [], color=INK, lw=2.6, label=f"{level} interval, which decides")]
    if rows["wide_low"].notna().any():
        found.append(Line2D([], [], color=INK, lw=0.8, label=f"{write_level(WIDE_LEVEL)} interval"))
    found.append(Patch(facecolor=BAND, edgecolor=HIGHER, ls=(0, (4, 2)), lw=0.8, label="too small to matter"))
    if (rows["verdict"] == "inconclusive").any():
        found.append(
            Line2D([], [], marker="s", ms=4.6, mfc="white", mec=INK, mew=0.9, ls="none", label="open: inconclusive")
        )
    return found


def _wide_words(rows: pd.DataFrame) -> str:
    lacking = int(rows["wide_low"].isna().sum())
    if not lacking:
        return ""
    which = "" if lacking == len(rows) else f" for {lacking} of {len(rows)} rows"
    return f"The {write_level(WIDE_LEVEL)} interval is not known{which}."
