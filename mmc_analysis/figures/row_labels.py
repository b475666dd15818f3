"""Labels of rows, left-aligned beside the panel, and the room that long ones need."""

import numpy as np
from matplotlib.axes import Axes

from mmc_analysis.figures.notes import text_width, wrapped
from mmc_analysis.figures.styling import BODY_PT

_LINE_ROWS = 0.6
_PAD_PT = 6.0


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
