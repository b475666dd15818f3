"""What is read from a drawn figure, and what every figure must satisfy."""

import itertools

from matplotlib.text import Text


def texts(figure) -> list[Text]:
    """Return every text of a figure that is drawn: visible, not empty, and no tick outside its axis."""
    figure.draw_without_rendering()
    panels = [ax for own in figure.axes for ax in (own, *own.child_axes)]
    hidden = {label for ax in panels for tick in _ticks_outside(ax) for label in (tick.label1, tick.label2)}
    found = figure.findobj(
        lambda artist: isinstance(artist, Text) and artist.get_visible() and artist.get_text().strip()
    )
    return [text for text in found if text not in hidden and text.get_window_extent().width > 0]


def _ticks_outside(ax) -> list:
    outside = []
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        outside += [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
    return outside


def overlaps(figure) -> list[tuple[str, str]]:
    """Return pairs of texts that cover each other, and texts that leave the figure."""
    found = texts(figure)
    boxes = [text.get_window_extent().padded(-0.5) for text in found]
    bad = [(a.get_text(), b.get_text()) for (a, box), (b, other) in itertools.combinations(zip(found, boxes, strict=True), 2)
           if box.overlaps(other)]  # fmt: skip
    page = figure.bbox
    outside = [(text.get_text(), "page") for text, box in zip(found, boxes, strict=True)
               if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1]  # fmt: skip
    return bad + outside


def stamps(ax) -> list[str]:
    """Return the evidence stamps of a panel."""
    return [text.get_text() for text in ax.texts if text.get_gid() == "evidence-stamp"]


def note(ax) -> str:
    """Return the note below a panel, on one line."""
    return " ".join(" ".join(text.get_text() for text in ax.texts if text.get_gid() == "note").split())


def line(ax, label: str):
    """Return the one line with this label."""
    found = [line for line in ax.lines if line.get_label() == label]
    assert len(found) == 1, f"{len(found)} lines with label {label!r}"
    return found[0]
