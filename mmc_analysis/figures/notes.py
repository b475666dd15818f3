"""Words around a panel: legend, note below, and the stamp that says what the numbers are."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.styling import BODY_PT, FONT, INK, MM_PER_INCH, NOTE_PT, ONE_COLUMN, SOFT_INK, STAMP_INK
from mmc_analysis.schema import combined_evidence, is_synthetic

STAMP = "synthetic data"
STAMP_GID = "evidence-stamp"
NOTE_GID = "note"
HANDLE_PT = 33.0
LABELS_PT = 36.0
COLUMN_PT = ONE_COLUMN / MM_PER_INCH * 72 - LABELS_PT
LEGEND_ROW_MM, LINE_MM = 3.6, 3.0
USUAL_NOTE_LINES = 5
LONGEST_NAME = 80
AROUND_MM = 12.0
_EVIDENCE_WORDS = {"published": "Published values.", "derived": "Derived from published values."}


def stamp_evidence(ax: Axes, *frames: pd.DataFrame | None) -> None:
    """Write "synthetic data" above the panel's right corner if any row of any frame is synthetic."""
    if any(frame is not None and is_synthetic(frame) for frame in frames):
        ax.annotate(
            STAMP, (1, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", ha="right", va="baseline",
            color=STAMP_INK, fontsize=BODY_PT, fontweight="bold", annotation_clip=False, gid=STAMP_GID,
        )  # fmt: skip


def add_subject(ax: Axes, words: str, taken_pt: float = 0.0) -> None:
    """Write what the panel is about above its left corner, beside the stamp, unless there is a title already.

    `taken_pt` is what a second axis takes of the panel's width, in points.
    """
    if words and not ax.get_title(loc="left"):
        room = panel_width_pt(ax) - taken_pt - text_width(STAMP, BODY_PT, bold=True) - 12
        ax.set_title(wrapped(words, BODY_PT, room, bold=True), loc="left", fontfamily=FONT, color=INK)


def evidence_words(frame: pd.DataFrame) -> str:
    """Return a sentence if the numbers were printed or derived, and nothing for measurements.

    Examples
    --------
    >>> evidence_words(pd.DataFrame({"evidence": ["published"]})), evidence_words(pd.DataFrame({"evidence": ["measured"]}))
    ('Published values.', '')
    """
    return _EVIDENCE_WORDS.get(combined_evidence(frame, computed=False), "")


def add_note(ax: Axes, sentences: Iterable[str], below: Artist | None = None, left_pt: float = 0.0) -> None:
    """Write small sentences below the axis label, or below another artist, wrapped to the panel's width.

    `left_pt` is how far left of the panel the note begins, in points.
    """
    text = " ".join(sentence for sentence in sentences if sentence)
    if text:
        ax.annotate(
            wrapped_name(text, NOTE_PT, panel_width_pt(ax)), (0, 0), xycoords=("axes fraction", below or ax.xaxis.label),
            xytext=(-left_pt, -3), textcoords="offset points", ha="left", va="top", color=SOFT_INK, fontsize=NOTE_PT,
            linespacing=1.25, annotation_clip=False, gid=NOTE_GID,
        )  # fmt: skip


def add_legend(ax: Axes, handles: list[Artist], tick_lines: int = 1, left_pt: float = 0.0) -> Legend:
    """Put a legend of one or more rows below the axis label, as wide as the panel allows.

    `left_pt` is how far left of the panel the legend begins, in points.
    """
    width = panel_width_pt(ax)
    names = [wrapped_name(handle.get_label(), BODY_PT, width - HANDLE_PT) for handle in handles]
    columns = legend_columns([handle.get_label() for handle in handles], width)
    drop = ScaledTranslation(-left_pt / 72, -(19 + 9 * tick_lines) / 72, ax.figure.dpi_scale_trans)
    return ax.legend(
        handles=handles, labels=names, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=ax.transAxes + drop, ncols=columns,
        borderaxespad=0, borderpad=0, handlelength=2.6, handletextpad=0.5, columnspacing=1.4,
    )  # fmt: skip


def legend_columns(labels: Sequence[str], width: float) -> int:
    """Return how many columns of a legend fit into `width` points."""
    widths = [text_width(label, BODY_PT) + HANDLE_PT for label in labels]
    return next((n for n in range(len(labels), 1, -1) if _columns_width(widths, n) <= width), 1)


def legend_height(labels: Iterable[str]) -> float:
    """Return the height in millimetres that a legend below a figure of one column needs beyond its first row."""
    labels = list(labels)
    lines = sum(wrapped_name(label, BODY_PT, COLUMN_PT - HANDLE_PT).count("\n") for label in labels)
    return LEGEND_ROW_MM * max(0, -(-len(labels) // legend_columns(labels, COLUMN_PT)) - 1) + LINE_MM * lines


def note_height(sentences: Iterable[str]) -> float:
    """Return the height in millimetres that a note below a figure of one column needs beyond its usual lines."""
    text = wrapped_name(" ".join(sentence for sentence in sentences if sentence), NOTE_PT, COLUMN_PT)
    return LINE_MM * max(0, 1 + text.count("\n") - USUAL_NOTE_LINES)


def refuse_long_names(names: Iterable[str], column: str | None, figure: str) -> None:
    """Raise if a level of a column, or a column itself where `column` is None, has too long a name to be drawn.

    Raises
    ------
    FigureError
        Naming the column, the name and its length, and how to shorten it.
    """
    long = next((name for name in names if len(name) > LONGEST_NAME), None)
    if long is None:
        return
    if column is None:
        what, way = "a column", "frame.rename(columns={long: short})"
    else:
        what = f"a level of '{column}'"
        way = f"frame['{column}'].replace({{long: short}}), of a category .cat.rename_categories({{long: short}})"
    raise FigureError(
        f"{figure}: {what} has a name of {len(long)} characters ('{long[:40]}…'); up to {LONGEST_NAME} can be drawn. "
        f"Shorten it with {way}, and say in the caption what it stands for."
    )


def _columns_width(widths: list[float], columns: int) -> float:
    return sum(max(part) for part in np.array_split(widths, columns))


def panel_width_pt(ax: Axes) -> float:
    """Return the panel's width in points; before a layout is drawn, what its labels will probably leave."""
    page = ax.figure.get_size_inches()[0] * 72
    place = ax.get_subplotspec()
    if ax.figure.get_layout_engine() is None or place is None:
        return ax.get_position().width * page
    return page * len(place.colspan) / place.get_gridspec().ncols - LABELS_PT


def refuse_crowding(ax: Axes, tick_lines: int, figure: str) -> None:
    """Raise if ticks, legend and note below a panel of a laid-out figure leave nothing of its height.

    Raises
    ------
    FigureError
        With the height that is there and that the words need.
    """
    place = ax.get_subplotspec()
    if ax.figure.get_layout_engine() is None or place is None:
        return
    ratios = np.asarray(place.get_gridspec().get_height_ratios(), dtype=float)
    room = ax.figure.get_size_inches()[1] * MM_PER_INCH * ratios[place.rowspan].sum() / ratios.sum()
    words = [text for text in ax.texts if text.get_gid() == NOTE_GID]
    words += [ax.get_legend()] if ax.get_legend() else []
    height = sum(artist.get_window_extent().height for artist in words) / ax.figure.dpi * MM_PER_INCH
    needed = height + LINE_MM * tick_lines + AROUND_MM
    if needed >= room:
        raise FigureError(
            f"{figure}: the panel is {room:.0f} mm high, but the words around it need {needed:.0f} mm. Shorten the names, "
            "give the panel more room with panels(…, height=…), or leave ax= out for a figure that is high enough."
        )


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of one line of text in points, in the style's font."""
    font = FontProperties(family=FONT, weight="bold" if bold else "normal", size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) if text.strip() else 0.0


def wrapped(text: str, size: float, width: float, bold: bool = False) -> str:
    """Break text at blanks, but not at no-break spaces, into lines of at most `width` points; a longer word stands alone."""
    lines = [""]
    for word in filter(None, text.replace("\n", " ").split(" ")):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, bold) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def wrapped_name(name: str, size: float, width: float) -> str:
    """Break a name into lines of at most `width` points: at blanks, and inside a word that is wider than that.

    Examples
    --------
    >>> wrapped_name("elbow flexorsandextensors", 7, 60)
    'elbow\\nflexorsandextens\\nors'
    """
    words = [part for word in name.split(" ") for part in _parts(word, size, width)]
    return wrapped(" ".join(words), size, width)


def _parts(word: str, size: float, width: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and text_width(word, size) > width and text_width(parts[-1] + letter, size) > width:
            parts.append(letter)
        else:
            parts[-1] += letter
    return parts
