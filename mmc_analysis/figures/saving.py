"""Save a figure so that the same figure gives the same bytes."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from matplotlib.figure import Figure

from mmc_analysis.errors import FigureError
from mmc_analysis.figures.styling import MM_PER_INCH, style
from mmc_analysis.options import check_option, named_options

FORMATS = ("svg", "pdf", "png")
LAYOUT_DPI = 300
LAYOUT_ROUNDS = 2
_METADATA = {
    "svg": {"Date": None, "Creator": "mmc_analysis"},
    "pdf": {"CreationDate": None, "Creator": "mmc_analysis", "Producer": None},
    "png": {"Software": "mmc_analysis"},
}


@named_options
def save(figure: Figure, stem: str | Path, *, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Save a figure at its own size, without dates, so that saving it twice gives identical files.

    PNG files have 300 dots per inch; PDF files carry their font; SVG files draw text as outlines, see `style`.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; of axes it is ``ax.figure``.
    stem : str or path
        Path without an ending; its folder is made where it is missing. Existing files are replaced.
    formats : iterable of {"svg", "pdf", "png"}
        What to write.

    Returns
    -------
    list of pathlib.Path
        The files, in the order of `formats`.

    Raises
    ------
    FigureError
        If this is not a figure, or `stem` already ends like a picture file, or a format is not known, or the figure is too
        small for the words around its panels.

    Examples
    --------
    >>> import tempfile
    >>> from mmc_analysis.figures import panels
    >>> figure, ax = panels(width=85, height=60)
    >>> [path.name for path in save(figure, Path(tempfile.mkdtemp()) / "focus", formats=["svg", "png"])]
    ['focus.svg', 'focus.png']
    """
    if not isinstance(figure, Figure):
        raise FigureError(
            f"save: a matplotlib Figure is needed, but got {type(figure).__name__}. Of axes, pass ax.figure."
        )
    formats = [formats] if isinstance(formats, str) else list(formats)
    for name in formats:
        check_option("formats", name, FORMATS, FigureError)
    stem = Path(stem)
    if stem.suffix.lstrip(".").lower() in FORMATS:
        raise FigureError(f"save: '{stem}' ends like a picture. Leave the ending out and name it in formats=.")
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = [stem.with_name(f"{stem.name}.{name}") for name in formats]
    with style(), _settled(figure):
        for path, name in zip(paths, formats, strict=True):
            figure.savefig(path, format=name, metadata=_METADATA[name])
    return paths


@contextmanager
def _settled(figure: Figure) -> Iterator[None]:
    """Lay the figure out from the same start, at the same resolution, and hold it while it is saved.

    A layout that runs again at every saving moves by fractions of a point, and depends on what was drawn before.
    """
    engine, dpi = figure.get_layout_engine(), figure.dpi
    if engine is None:
        yield
        return
    for ax in figure.axes:
        if ax.get_subplotspec() is not None:
            ax.set_subplotspec(ax.get_subplotspec())
    try:
        figure.set_dpi(LAYOUT_DPI)
        _lay_out(figure)
        figure.set_layout_engine("none")
        yield
    finally:
        figure.set_layout_engine(engine)
        figure.set_dpi(dpi)


def _lay_out(figure: Figure) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="constrained_layout not applied", category=UserWarning)
        try:
            for _ in range(LAYOUT_ROUNDS):
                figure.draw_without_rendering()
        except UserWarning as collapsed:
            size = " x ".join(f"{side * MM_PER_INCH:.0f}" for side in figure.get_size_inches())
            raise FigureError(
                f"save: the words around the panels leave no room for them on {size} mm. Make the figure larger, or "
                "shorten its names."
            ) from collapsed
