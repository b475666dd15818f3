"""EDF, EDF+, BDF and BDF+, with the sidecars of BIDS-EMG where they stand beside the file."""

import io

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra
from mmc_analysis.recordings.bids import sidecars
from mmc_analysis.recordings.edf_header import (
    clock_of_records,
    header_encoding,
    is_annotations,
    is_bdf,
    read_header,
    record_starts,
)
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Event
from mmc_analysis.recordings.source import Block, File, channel_on


def is_edf(data: bytes) -> bool:
    """Return whether the content is an EDF or BDF file."""
    return is_bdf(data) or (data[:8] == b"0       " and data[184:192].strip().isdigit())


def read_edf(file: File, hints: Hints) -> list[Block]:
    """Read an EDF or BDF file; every signal keeps its own rate and physical unit; gaps between records are empty."""
    edfio = import_extra("edfio", "recordings")
    header = read_header(file, hints)
    reader = edfio.read_bdf if is_bdf(file.data) else edfio.read_edf
    book = reader(io.BytesIO(header.whole(file.data)), header_encoding=header_encoding(file.data[: header.size]))
    starts, channels = record_starts(file, header), []
    counts = [count for label, count in zip(header.labels, header.counts, strict=True) if not is_annotations(label)]
    for i, (signal, count) in enumerate(zip(book.signals, counts, strict=True), 1):
        rate = signal.sampling_frequency
        if not rate > 0:
            raise RecordingError(f"{file.name}, channel '{signal.label}': a sampling frequency of {rate:g} Hz is none.")
        clock = clock_of_records(starts, count, header, rate)
        values, notes = trigger_codes(signal.data) if is_status(file.data, signal.label) else (signal.data, ())
        channels.append(
            channel_on(clock, signal.label.strip() or f"Signal {i}", values, signal.physical_dimension, notes)
        )
    events = [Event(float(a.onset), float(a.duration or 0.0), a.text) for a in book.annotations]
    found = sidecars(file, channels, events)
    return [Block(found.channels, found.events, "", _started(book), [*header.notes, *found.notes], found.metadata)]


def is_status(data: bytes, label: str) -> bool:
    """Return whether a signal is the status word of a BDF file."""
    return is_bdf(data) and label.strip().lower() == "status"


def trigger_codes(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the trigger codes of a status word, its low 16 bits, and the note that says so; the high bits tell how the amplifier is.

    Examples
    --------
    >>> trigger_codes(np.array([1114112.0, 1114119.0, -65529.0]))[0].tolist()
    [0.0, 7.0, 7.0]
    """
    words = np.round(values).astype(np.int64)
    codes = words & 0xFFFF
    if (codes == words).all():
        return values, ()
    return codes.astype(float), (
        "Trigger codes: the low 16 bits of the status word; its other bits tell how the amplifier is.",
    )


def _started(book) -> str:
    """Return date and time of the start, or what of them is not anonymised."""
    found = []
    for name in ("startdate", "starttime"):
        try:
            found.append(str(getattr(book, name)))
        except ValueError:
            continue
    return " ".join(found)
