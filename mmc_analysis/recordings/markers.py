"""Columns of words beside the signals, such as Marker or Activity: events, not samples."""

import numpy as np

from mmc_analysis.recordings.cells import MISSING, is_number, number_of, split_line
from mmc_analysis.recordings.clock import Clock
from mmc_analysis.recordings.naming import words_of
from mmc_analysis.recordings.recording import Event

WORDS = (
    "activity",
    "activities",
    "marker",
    "markers",
    "event",
    "events",
    "comment",
    "comments",
    "annotation",
    "annotations",
    "label",
    "phase",
    "phasen",
    "fase",
    "kommentar",
    "kommentare",
    "bemerkung",
    "anmerkung",
    "ereignis",
    "ereignisse",
    "markierung",
    "aktivität",
    "comentario",
    "comentarios",
    "evento",
    "eventos",
    "actividad",
    "marcador",
    "commentaire",
    "évènement",
    "événement",
    "activité",
    "aktivitet",
    "hændelse",
)
HIGHEST_HEADER = 60


def is_marker_name(name: str) -> bool:
    """Return whether a column's name says that it holds words.

    Examples
    --------
    >>> is_marker_name("Markers"), is_marker_name("EMG Marker 1")
    (True, False)
    """
    return words_of(name) in WORDS


def marker_header(lines: list[str]) -> tuple[int, str] | None:
    """Return the line that names a column of markers beside others, and its delimiter; None if no line does.

    Examples
    --------
    >>> marker_header(["Trial 1", "Time,Marker,EMG 1", "0.0,start,0.5"])
    (1, ',')
    """
    for number, line in enumerate(lines[:HIGHEST_HEADER]):
        for delimiter in "\t;|,":
            cells = split_line(line, delimiter) if delimiter in line else []
            if (
                len([cell for cell in cells if cell]) > 1
                and any(map(is_marker_name, cells))
                and not any(map(is_number, filter(None, cells)))
            ):
                return number, delimiter
    return None


def words_in(cells) -> list[str]:
    """Return cells as words, shape (n,): blank where a cell is missing."""
    return ["" if not isinstance(cell, str) or cell.strip() in MISSING else cell.strip() for cell in cells]


def events_of(cells, clock: Clock) -> list[Event]:
    """Return stretches of rows with the same word as events; a word in a single row has no duration.

    Parameters
    ----------
    cells : array_like of str
        Shape (n_rows,).
    clock : Clock
        Of the rows.

    Examples
    --------
    >>> cells = ["", "lift", "lift", "", "stop"]
    >>> [(event.label, event.onset_s, event.duration_s) for event in events_of(cells, Clock(2.0, 0.0, None, 5))]
    [('lift', 0.5, 1.0), ('stop', 2.0, 0.0)]
    """
    words = words_in(cells)
    at = np.arange(len(words)) if clock.positions is None else clock.positions
    starts = [i for i, word in enumerate(words) if i == 0 or word != words[i - 1]]
    events = []
    for start, stop in zip(starts, [*starts[1:], len(words)], strict=True):
        if words[start]:
            samples = int(at[stop - 1] + 1 - at[start]) if stop - start > 1 else 0
            onset = clock.start_s + float(at[start]) / clock.sampling_frequency
            events.append(Event(onset, samples / clock.sampling_frequency, words[start]))
    return events


def numbers_or_words(cells, decimal: str) -> np.ndarray:
    """Return a column of markers as numbers if all its cells are, else as words, shape (n,).

    Examples
    --------
    >>> numbers_or_words(["0", "", "1"], "."), numbers_or_words(["", "lift"], ".")
    (array([ 0., nan,  1.]), array(['', 'lift'], dtype=object))
    """
    words = words_in(cells)
    if any(words) and all(is_number(word, decimal) for word in words):
        return np.array([number_of(word, decimal) if word else np.nan for word in words])
    return np.array(words, dtype=object)
