"""The one style of the figures: widths, type sizes, colours that everyone can tell apart.

Colours are those of Okabe and Ito (2008, "Color Universal Design"), without yellow, which vanishes on paper. Every
series also has its own marker and line style, so that a figure survives a grey photocopy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import style as matplotlib_style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmc_analysis.errors import FigureError
from mmc_analysis.options import named_options

MM_PER_INCH = 25.4
ONE_COLUMN = 85.0
TWO_COLUMNS = 174.0

FONT = "DejaVu Sans"
BODY_PT = 7.0
TICK_PT = 6.5
NOTE_PT = 6.0
INK = "#1A1A1A"
SOFT_INK = "#5A5A5A"
PALE_INK = "#B8B8B8"
STAMP_INK = "#B03A00"
HIGHER, LOWER = "#0072B2", "#D55E00"
BAND = "#DCE9F3"

_COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (2, 3)))

_SETTINGS = {
    "font.family": FONT,
    "font.size": BODY_PT,
    "axes.labelsize": BODY_PT,
    "axes.titlesize": BODY_PT,
    "axes.titleweight": "bold",
    "axes.titlepad": 4.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.labelsize": TICK_PT,
    "ytick.labelsize": TICK_PT,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": BODY_PT,
    "legend.frameon": False,
    "figure.dpi": 150,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "mmc_analysis",
}


@dataclass(frozen=True)
class Look:
    """How one series is drawn.

    Attributes
    ----------
    colour : str
        Hexadecimal colour.
    marker : str
        Matplotlib marker.
    line : str or tuple
        Matplotlib line style.
    """

    colour: str
    marker: str
    line: str | tuple


LOOKS = tuple(Look(*parts) for parts in zip(_COLOURS, _MARKERS, _LINES, strict=True))


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the package, whatever the user's own settings are, and leave those untouched.

    Text in PDF files stays text, with the font embedded as TrueType (``pdf.fonttype`` 42). An SVG file cannot carry
    its font, so its text is drawn as outlines, which look the same everywhere (``svg.fonttype`` "path"); edit text
    in the PDF.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with style():
    ...     matplotlib.rcParams["font.size"]
    7.0
    >>> matplotlib.rcParams["font.size"] == before
    True
    """
    interactive = matplotlib.is_interactive()
    try:
        with matplotlib_style.context(["default", _SETTINGS]):
            try:
                yield
            finally:
                interactive = matplotlib.is_interactive()
    finally:
        # a notebook's backend, loaded with the first figure, turns interaction on: no matter of style, so it stays
        matplotlib.interactive(interactive)


@named_options
def panels(
    rows: int = 1, columns: int = 1, *, width: float = TWO_COLUMNS, height: float = 80.0, sharex=False, sharey=False
) -> tuple[Figure, Axes | np.ndarray]:
    """Make a figure of a journal's width, and its axes, for figures of several panels.

    Parameters
    ----------
    rows, columns : int
        Number of panels.
    width, height : float
        Size in millimetres; `ONE_COLUMN` is 85, `TWO_COLUMNS` 174.
    sharex, sharey : bool or {"all", "row", "col"}
        Which panels share an axis, as in `matplotlib.pyplot.subplots`.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes, or ndarray of them
        One panel alone is no array; one row or one column is an array of shape (n,); otherwise (rows, columns).

    Examples
    --------
    >>> figure, axes = panels(1, 2, height=60)
    >>> [round(float(side) * 25.4, 1) for side in figure.get_size_inches()], axes.shape
    ([174.0, 60.0], (2,))
    """
    with style():
        size = (width / MM_PER_INCH, height / MM_PER_INCH)
        return plt.subplots(rows, columns, figsize=size, layout="constrained", sharex=sharex, sharey=sharey)


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or the axes of a new figure of this size in millimetres."""
    if ax is None:
        return panels(width=width, height=height)[1]
    if not isinstance(ax, Axes):
        raise FigureError(
            f"ax: a matplotlib Axes is needed, but got {type(ax).__name__}. Pass one panel of the figure."
        )
    return ax


def dress(ax: Axes) -> None:
    """Give axes that were made elsewhere the style's ticks and spines."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_linewidth(_SETTINGS["axes.linewidth"])
    ax.tick_params(labelsize=TICK_PT, labelfontfamily=FONT, width=0.6, length=2.5, colors=INK)


def name_axes(ax: Axes, x: str | None, y: str | None) -> None:
    """Write the axis labels in the style's type, whatever axes these are; None leaves one as it is."""
    for axis, words in ((ax.xaxis, x), (ax.yaxis, y)):
        if words is not None:
            axis.set_label_text(words, fontsize=BODY_PT, fontfamily=FONT, fontweight="normal", color=INK)


def looks_for(levels: list[str], figure: str, column: str) -> dict[str, Look]:
    """Give each level its own colour, marker and line style, in order.

    Raises
    ------
    FigureError
        If there are more levels than looks that can be told apart.
    """
    if len(levels) > len(LOOKS):
        raise FigureError(
            f"{figure}: {len(levels)} levels of '{column}' ({', '.join(levels)}), but only {len(LOOKS)} can be told "
            f"apart in one panel. Keep fewer, such as frame[frame['{column}'].isin([…])], or draw several panels."
        )
    return dict(zip(levels, LOOKS, strict=False))
