"""Rows beside a panel: labels on its left, columns of text on its right, and the room that they need."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from mmc_analysis.figures.notes import text_width, wrapped
from mmc_analysis.figures.styling import BODY_PT, INK, SOFT_INK

_LINE_ROWS = 0.6
_PAD_PT = 6.0
_COLUMN_GAP_PT = 10.0
_HEAD_Y = -1.0


@dataclass(frozen=True)
class TextColumn:
    """One column of text to the right of a panel.

    Attributes
    ----------
    head : str
    cells : list of str, length n
        One for each row; "" where a row has none.
    align : {"left", "right"}
    near : bool
        Whether the column stands close to the one before, as an interval does to its estimate.
    """

    head: str
    cells: list[str]
    align: str = "right"
    near: bool = False


def wrap_labels(labels: list[str], strong: list[bool], width: float) -> list[str]:
    """Break each label into lines of at most `width` points."""
    return [wrapped(label, BODY_PT, width, bold) for label, bold in zip(labels, strong, strict=True)]


def room_for_lines(y: np.ndarray, labels: list[str]) -> np.ndarray:
    """Move rows down where labels of more than one line need it.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        Rows from top to bottom, one unit apart or more.
    labels : list of str, length n
        Labels with their line breaks.

    Examples
    --------
    >>> room_for_lines(np.array([0.0, 1, 2]), ["one", "three\\nlines\\nhigh", "one"]).round(2)
    array([0.  , 1.45, 2.9 ])
    """
    lines = np.array([label.count("\n") + 1 for label in labels])
    needed = _LINE_ROWS * (lines[:-1] + lines[1:]) / 2 + 0.25
    steps = np.diff(y) - 1 + np.maximum(1.0, needed)
    return np.concatenate([[0.0], np.cumsum(steps)]) + (lines[0] - 1) * _LINE_ROWS / 2


def write_row_labels(ax: Axes, y: np.ndarray, labels: list[str], strong: list[bool]) -> float:
    """Write the labels left-aligned, bold where `strong`, and return the width of their column in points."""
    lines = [(line, bold) for label, bold in zip(labels, strong, strict=True) for line in label.split("\n")]
    width = max(text_width(line, BODY_PT, bold) for line, bold in lines) + _PAD_PT
    ax.set_yticks(y, labels)
    ax.tick_params(axis="y", length=0, pad=width)
    for text, bold in zip(ax.get_yticklabels(), strong, strict=True):
        text.set(ha="left", va="center", fontsize=BODY_PT, fontweight="bold" if bold else "normal", linespacing=1.0)
    return width


def write_columns(ax: Axes, columns: list[TextColumn], y: np.ndarray, strong: list[bool], soft: str = "") -> float:
    """Write columns of text to the right of the panel, and return the width of it all in points.

    Cells are bold where their row is `strong`, and pale where they read `soft`.
    """
    left = 4.0
    for column in columns:
        left += _COLUMN_GAP_PT / (2 if column.near else 1)
        widths = [text_width(cell, BODY_PT, bold) for cell, bold in zip(column.cells, strong, strict=True)]
        width = max(text_width(column.head, BODY_PT, bold=True), *widths)
        at = left + (width if column.align == "right" else 0)
        _write_cell(ax, column.head, _HEAD_Y, at, column.align, True, SOFT_INK)
        for cell, place, bold in zip(column.cells, y, strong, strict=True):
            _write_cell(ax, cell, place, at, column.align, bold, SOFT_INK if cell == soft else INK)
        left += width
    return left


def _write_cell(ax: Axes, text: str, y: float, offset: float, align: str, bold: bool, colour: str) -> None:
    if text:
        ax.annotate(text, (1, y), xycoords=ax.get_yaxis_transform(), xytext=(offset, 0), textcoords="offset points",
                    ha=align, va="center", fontsize=BODY_PT, fontweight="bold" if bold else "normal", color=colour,
                    annotation_clip=False)  # fmt: skip
