"""Quality page: every recording of one participant on one page, with its envelope, its peak and its flags."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator
from matplotlib.transforms import ScaledTranslation

from mmc_analysis.figures.notes import STAMP, STAMP_GID, text_width, wrapped, wrapped_name
from mmc_analysis.figures.quality_rows import (
    KIND_LABELS,
    STATUSES,
    fault_counts,
    fault_letters,
    kinds_of,
    quality_rows,
    shortened,
)
from mmc_analysis.figures.styling import (
    BODY_PT,
    HIGHER,
    INK,
    LOWER,
    MM_PER_INCH,
    NOTE_PT,
    SOFT_INK,
    STAMP_INK,
    TICK_PT,
    TWO_COLUMNS,
    dress,
    name_axes,
    style,
)
from mmc_analysis.figures.thumbnails import curves_of, draw_thumbnails
from mmc_analysis.options import named_options
from mmc_analysis.schema import is_synthetic, write_number

PAGE_MM = 240.0
PT_PER_MM = 72 / MM_PER_INCH
GLYPHS = {
    "good": ("o", "white", SOFT_INK), "flagged": ("^", LOWER, LOWER), "masked": ("X", INK, INK), "failed": ("s", INK, INK),
}  # fmt: skip
MOST_REASONS, REASON_LETTERS = 4, 150
NOTE_GID = "note"
_EDGE, _HEAD, _FOOT, _NOTE_LINE = 3.0, 26.0, 13.0, 2.9
_LABEL_MOST, _LABEL_NARROW, _GUTTER, _FEW_CHANNELS = 40.0, 30.0, 3.0, 3
_PANEL_LEAST, _PANEL_GAP, _LETTER_LINE, _USUAL_NOTES = 9.0, 2.0, 2.6, 3
_ROW_LEAST, _ROW_MOST, _LABEL_LINE = 4.2, 9.0, 2.9
_NOTE_WIDTH = 0.96 * (TWO_COLUMNS - 2 * _EDGE) * PT_PER_MM


@dataclass(frozen=True)
class Layout:
    """Where things stand on the page, in millimetres from its upper left corner.

    Attributes
    ----------
    height, row, label : float
        Height of the page and of a row, width of the column of trials.
    channel : float
        Width of one channel with its flags.
    envelope, peak : float
        Widths of its panels; 0 where there is none.
    rows : float
        Height of all rows in row units.
    letters : int
        Letters of faults in a line.
    """

    height: float
    row: float
    label: float
    channel: float
    envelope: float
    peak: float
    rows: float
    letters: int


@named_options
def qc_page(quality: pd.DataFrame, envelopes: pd.DataFrame | None = None, *, participant: str | None = None) -> Figure:
    """Draw the recording quality of one participant on one page, a row per trial and a block per channel.

    A block shows the envelope of each trial, its highest peak beside the reference, and whether the recording is
    good, flagged or masked, with a letter for each fault, or could not be processed; the key below names and counts faults,
    and says why recordings failed. The peaks of a muscle without a reference stand in µV.

    Parameters
    ----------
    quality : pandas.DataFrame
        The quality table as :func:`mmc_analysis.process_recordings` returns it, or one row per channel and trial with
        `participant`, `muscle`, `trial`, `status` ("good", "flagged", "masked" or "failed"; "unused" is passed over), `flags`
        (codes joined by ";"); and where known `side`, `session`, `kind`, `peak_uv` (highest peak in µV), `reference_value`
        (what stands for 100 %, in µV), `reference_trial` (which trial set it), `status_description`, `evidence`.
    envelopes : pandas.DataFrame, optional
        Envelopes in long form: `muscle`, `trial`, `time_s`, `value` in µV, and `participant`, `side` and `session`
        as in `quality`. Curves are thinned for print; their peaks stay.
    participant : str, optional
        Whose page it is; needed where `quality` holds several.

    Returns
    -------
    matplotlib.figure.Figure
        Two journal columns wide and at most 240 mm high.

    Raises
    ------
    FigureError
        If a column is missing, a participant, trial or status is not known, a recording stands twice, or there are
        more channels or trials than a page holds.

    Examples
    --------
    >>> import pandas as pd
    >>> quality = pd.DataFrame({"participant": "P01", "muscle": ["pectoralis", "triceps"] * 2,
    ...     "trial": ["mvic_1"] * 2 + ["press"] * 2, "kind": ["mvic"] * 2 + ["task"] * 2, "status": ["good"] * 3 + ["flagged"],
    ...     "flags": ["", "", "", "mains;clipping"], "peak_uv": [510.0, 420, 300, 210], "reference_value": [510.0, 420] * 2})
    >>> page = qc_page(quality)
    >>> qc_page_data(quality)[["channel", "trial", "status", "letters"]].iloc[3].tolist()
    ['Triceps', 'press', 'flagged', 'a b']
    """
    rows = quality_rows(quality, participant)
    rows["shown"] = rows["trial"].map(_shown(rows))
    curves = {} if envelopes is None else curves_of(envelopes, rows)
    notes = _notes(rows, bool(curves), _layout(rows, bool(curves), _USUAL_NOTES).peak > 0)
    layout = _layout(rows, bool(curves), len(notes))
    with style():
        figure = plt.figure(figsize=(TWO_COLUMNS / MM_PER_INCH, layout.height / MM_PER_INCH))
        _write_head(figure, layout, rows, any(is_synthetic(f) for f in (quality, envelopes) if f is not None))
        _write_trials(figure, layout, rows)
        for i, (channel, own) in enumerate(rows.groupby("channel", sort=False)):
            _draw_channel(figure, layout, i, channel, own, curves)
        _write(figure, layout, _EDGE, layout.height - _EDGE - _NOTE_LINE * len(notes), "\n".join(notes), NOTE_PT, SOFT_INK,
               gid=NOTE_GID, va="top", linespacing=1.25)  # fmt: skip
    return figure


@named_options
def qc_page_data(quality: pd.DataFrame, *, participant: str | None = None) -> pd.DataFrame:
    """Return the rows that `qc_page` draws; parameters and errors as there.

    Returns
    -------
    pandas.DataFrame
        `participant`, `channel`, `trial`, `kind`, `y` (row units), `status`, `flags`, `letters` (of the key),
        `peak` in `unit` ("pct" of the reference where the channel has one, otherwise "uV"), `reference_value` (µV),
        `is_reference` (this trial set it), `reason` (why it failed).
    """
    return quality_rows(quality, participant)


def _shown(rows: pd.DataFrame) -> dict[str, str]:
    trials = list(dict.fromkeys(rows["trial"]))
    return dict(zip(trials, shortened(trials), strict=True))


def _layout(rows: pd.DataFrame, with_curves: bool, note_lines: int) -> Layout:
    units = float(rows["y"].max()) + 1
    foot = _FOOT + _NOTE_LINE * note_lines + _EDGE
    row = float(np.clip((PAGE_MM - _HEAD - foot) / units, _ROW_LEAST, _ROW_MOST))
    channels = rows["channel"].nunique()
    words = [*rows["shown"], *(KIND_LABELS.get(kind, kind) for kind in rows["kind"])]
    most = _LABEL_MOST if channels <= _FEW_CHANNELS else _LABEL_NARROW
    label = min(most, max(text_width(word, BODY_PT, bold=True) for word in words) / PT_PER_MM) + _GUTTER
    channel = (TWO_COLUMNS - 2 * _EDGE - label) / channels
    longest = max(1, *rows["letters"].str.split().str.len())
    in_line = longest if channels <= _FEW_CHANNELS else -(-longest // max(1, int(row / _LETTER_LINE)))
    letters = max(
        (text_width(line, TICK_PT) for word in rows["letters"] for line in _letter_lines(word, in_line)), default=0.0
    )
    inner = channel - letters / PT_PER_MM - 5.0 - _GUTTER
    envelope, peak = _panel_widths(inner, with_curves, bool(rows["peak"].notna().any()))
    return Layout(_HEAD + units * row + foot, row, label, channel, envelope, peak, units, in_line)


def _letter_lines(letters: str, in_line: int) -> list[str]:
    """Return the letters of one recording in lines."""
    single = letters.split()
    return [" ".join(single[i : i + in_line]) for i in range(0, len(single), in_line)]


def _panel_widths(inner: float, with_curves: bool, with_peaks: bool) -> tuple[float, float]:
    """Return the widths of the envelope and the peak panel; envelopes alone where both would be too narrow to be read."""
    if not (with_curves and with_peaks):
        return inner * with_curves, inner * (with_peaks and not with_curves)
    peak = max(_PANEL_LEAST, 0.38 * (inner - _PANEL_GAP))
    envelope = inner - _PANEL_GAP - peak
    return (envelope, peak) if envelope >= _PANEL_LEAST else (inner, 0.0)


def _write_head(figure: Figure, layout: Layout, rows: pd.DataFrame, synthetic: bool) -> None:
    counts = rows["status"].value_counts()
    told = ", ".join(
        f"{counts.get(status, 0)} {status}" for status in STATUSES if status != "failed" or "failed" in counts
    )
    _write(
        figure,
        layout,
        _EDGE,
        5.5,
        f"Participant {rows['participant'].iloc[0]}: recording quality",
        BODY_PT + 2,
        bold=True,
    )
    _write(figure, layout, _EDGE, 9.5, f"{len(rows)} recordings ({rows['trial'].nunique()} trials): {told}.", BODY_PT)
    if synthetic:
        _write(
            figure, layout, TWO_COLUMNS - _EDGE, 5.5, STAMP, BODY_PT, STAMP_INK, bold=True, ha="right", gid=STAMP_GID
        )


def _write_trials(figure: Figure, layout: Layout, rows: pd.DataFrame) -> None:
    first, places = {}, dict(zip(rows["trial"], rows["y"], strict=True))
    shown = dict(zip(rows["trial"], rows["shown"], strict=True))
    for kind, trials in kinds_of(rows).items():
        first[kind] = min(places[trial] for trial in trials)
        _write(figure, layout, _EDGE, _HEAD + (first[kind] - 0.2) * layout.row, KIND_LABELS.get(kind, kind.capitalize()), BODY_PT,
               bold=True)  # fmt: skip
    for trial, y in places.items():
        lines = _fitted(shown[trial], (layout.label - _GUTTER + 1.0) * PT_PER_MM, max(1, int(layout.row / _LABEL_LINE)))
        _write(figure, layout, _EDGE, _HEAD + (y + 0.5) * layout.row, lines, BODY_PT, va="center", linespacing=0.95)


def _fitted(name: str, width: float, most: int) -> str:
    """Return a trial's name in at most so many lines of `width` points; one that is too long loses its middle.

    Examples
    --------
    >>> _fitted("mvic trapezius descendens left 12", 60, 1)
    'mvic tra…left 12'
    """
    for cut in range(len(name)):
        start = (len(name) - cut + 1) // 2
        short = f"{name[:start].rstrip()}…{name[start + cut :].lstrip()}" if cut else name
        lines = wrapped_name(short, BODY_PT, width)
        if lines.count("\n") < most:
            return lines
    return name


def _draw_channel(figure: Figure, layout: Layout, index: int, channel: str, own: pd.DataFrame, curves: dict) -> None:
    left = _EDGE + layout.label + index * layout.channel
    name = wrapped(channel, BODY_PT, (layout.channel - _GUTTER) * PT_PER_MM, bold=True)
    _write(figure, layout, left, _HEAD - 8.0, name, BODY_PT, bold=True, linespacing=1.1)
    _write(figure, layout, left, _HEAD - 4.8, _reference_words(own), NOTE_PT, SOFT_INK)
    ax = None
    if layout.envelope:
        ax = _panel(figure, layout, left, layout.envelope, "Time (s)")
        draw_thumbnails(ax, own, curves)
        left += layout.envelope + _PANEL_GAP
    if layout.peak:
        label = _peak_label(own["unit"].iloc[0] == "pct", layout.peak * PT_PER_MM)
        ax = _panel(figure, layout, left, layout.peak, label)
        _draw_peaks(ax, own)
    ax = ax or _panel(figure, layout, left, 1.0, "")
    _draw_flags(ax, own, layout.letters)


def _peak_label(in_percent: bool, width: float) -> str:
    if not in_percent:
        return "Peak (µV)"
    full = "Peak (% of reference)"
    return full if wrapped(full, BODY_PT, width).count("\n") < 2 else "Peak (%)"


def _panel(figure: Figure, layout: Layout, left: float, width: float, label: str) -> Axes:
    """Return axes whose vertical unit is one row, trial 0 at 0.5 rows from the top."""
    bottom = layout.height - _HEAD - layout.rows * layout.row
    ax = figure.add_axes((left / TWO_COLUMNS, bottom / layout.height, width / TWO_COLUMNS,
                          layout.rows * layout.row / layout.height))  # fmt: skip
    dress(ax)
    ax.set_ylim(layout.rows - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(int(np.clip(width * PT_PER_MM / 26, 1, 4))))
    if not label:
        ax.spines["bottom"].set_visible(False)
        ax.set_xticks([])
    name_axes(ax, wrapped(label, BODY_PT, width * PT_PER_MM), None)
    return ax


def _draw_peaks(ax: Axes, own: pd.DataFrame) -> None:
    in_percent = own["unit"].iloc[0] == "pct"
    ax.set_xlim(0, max(105.0 if in_percent else 0.0, 1.06 * float(own["peak"].max(skipna=True) or 0)) or 1.0)
    for row in own.itertuples():
        ax.plot(ax.get_xlim(), [row.y, row.y], color="#E4E4E4", lw=0.5, zorder=1, label="_row")
        if row.status == "failed":
            ax.annotate("failed", (0, row.y), xycoords=ax.get_yaxis_transform(), xytext=(2, 0), textcoords="offset points", ha="left",
                        va="center", fontsize=NOTE_PT, color=INK, backgroundcolor="white")  # fmt: skip
        if np.isfinite(row.peak):
            ax.plot(row.peak, row.y, zorder=3, label=f"_peak {row.trial}", **_peak_look(row.is_reference))
    if in_percent:
        ax.xaxis.set_major_locator(MultipleLocator(50 if ax.get_xlim()[1] < 200 else 100))
        ax.plot([100, 100], ax.get_ylim(), color=INK, lw=0.6, ls=(0, (3, 2)), zorder=2, label="_reference")


def _peak_look(is_reference: bool) -> dict:
    return {"marker": "D" if is_reference else "o", "ms": 3.6 if is_reference else 3.4, "ls": "none",
            "mfc": INK if is_reference else HIGHER, "mec": "white", "mew": 0.4, "clip_on": False}  # fmt: skip


def _draw_flags(ax: Axes, own: pd.DataFrame, in_line: int) -> None:
    """Draw each recording's status to the right of the panel, and the letters of its faults."""
    beside = ax.get_yaxis_transform() + ScaledTranslation(6 / 72, 0, ax.figure.dpi_scale_trans)
    for row in own.itertuples():
        marker, face, edge = GLYPHS[row.status]
        ax.plot(1, row.y, transform=beside, marker=marker, ms=4.0, mfc=face, mec=edge, mew=0.6, ls="none", clip_on=False,
                zorder=4, label=f"_status {row.trial}")  # fmt: skip
        if row.letters:
            ax.annotate("\n".join(_letter_lines(row.letters, in_line)), (1, row.y), xycoords=ax.get_yaxis_transform(), xytext=(11, 0),
                        textcoords="offset points", ha="left", va="center", fontsize=TICK_PT, color=INK, linespacing=0.9,
                        annotation_clip=False)  # fmt: skip


def _reference_words(own: pd.DataFrame) -> str:
    values = own["reference_value"].dropna().unique()
    if not len(values):
        return "no reference" if own["peak"].notna().any() else ""
    low, high = (write_number(end, 0 if end >= 100 else 1) for end in (min(values), max(values)))
    return f"100 % = {low if low == high else f'{low} to {high}'} µV"


def _notes(rows: pd.DataFrame, with_curves: bool, with_peaks: bool) -> list[str]:
    """Return the key as lines of the page's width."""
    words = ["Circle: good. Triangle: flagged, values kept. Cross: masked, an amplitude is empty."]
    if (rows["status"] == "failed").any():
        words.append("Square: failed, not processed.")
    counts = fault_counts(rows["flags"])
    if counts:
        told = [
            f"{letter} {code.replace('_', ' ').replace('snr', 'SNR')} ({counts[code]})"
            for code, letter in fault_letters(rows["flags"]).items()
        ]
        together = [entry.replace(" ", "\N{NO-BREAK SPACE}") for entry in told]
        words.append(f"Faults (number of recordings): {', '.join(together)}.")
    if with_curves:
        words.append("Envelopes of a channel have one scale, from zero to their highest or the reference.")
    if (rows["unit"] == "pct").any():
        words.append("Dashed: the reference, 100 %.")
    if rows["is_reference"].any() and with_peaks:
        words.append("Diamond: sets the reference.")
    if rows["peak"].notna().any() and not with_peaks:
        words.append("Peaks, for which so many channels leave no room, stand in the quality table.")
    lines = wrapped(" ".join(words), NOTE_PT, _NOTE_WIDTH).split("\n")
    return [*lines, *(line for reason in _reasons(rows) for line in wrapped(reason, NOTE_PT, _NOTE_WIDTH).split("\n"))]


def _reasons(rows: pd.DataFrame) -> list[str]:
    """Return why recordings failed, one sentence for each reason, the first ones if there are many."""
    failed = rows[(rows["status"] == "failed") & (rows["reason"] != "")]
    told = []
    for reason, own in failed.groupby("reason", sort=False):
        where = (
            f"{own['shown'].iloc[0]} ({', '.join(own['channel'])})"
            if own["shown"].nunique() == 1
            else f"{len(own)} recordings"
        )
        told.append(
            f"Failed: {where}: {reason if len(reason) <= REASON_LETTERS else reason[: REASON_LETTERS - 2] + ' …'}"
        )
    rest = len(told) - MOST_REASONS
    return told if rest <= 0 else [*told[:MOST_REASONS], f"And {rest} more reasons; see the quality table."]


def _write(figure: Figure, layout: Layout, x: float, y: float, text: str, size: float, colour: str = INK, bold: bool = False,
           **more) -> None:  # fmt: skip
    if text:
        figure.text(x / TWO_COLUMNS, 1 - y / layout.height, text, fontsize=size, color=colour,
                    fontweight="bold" if bold else "normal", **more)  # fmt: skip
