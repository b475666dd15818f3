"""EDF, EDF+, BDF and BDF+, with the sidecars of BIDS-EMG where they stand beside the file."""

import io

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra
from mmc_analysis.recordings.bids import sidecars
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.source import Block, File, check_samples, make_channel


def is_edf(data: bytes) -> bool:
    """Return whether the content is an EDF or BDF file."""
    return is_bdf(data) or (data[:8] == b"0       " and data[184:192].strip().isdigit())


def is_bdf(data: bytes) -> bool:
    """Return whether the content is a BDF file."""
    return data[:8] == b"\xffBIOSEMI"


def read_edf(file: File, hints: Hints) -> list[Block]:
    """Read an EDF or BDF file; every signal keeps its own rate and physical unit."""
    edfio = import_extra("edfio", "recordings")
    declared, notes = check_header(file, hints)
    data = file.data
    if notes:
        data = _cut(data, declared)
    reader = edfio.read_bdf if is_bdf(data) else edfio.read_edf
    book = reader(io.BytesIO(data), header_encoding="latin-1")
    channels = [_channel(signal, file.name) for signal in book.signals if "nnotations" not in signal.label]
    events = [Event(float(a.onset), float(a.duration or 0.0), a.text) for a in book.annotations]
    channels, more, metadata = sidecars(file, channels)
    return [Block(channels, events, "", _started(book), [*notes, *more], metadata)]


def _started(book) -> str:
    try:
        return f"{book.startdate} {book.starttime}"
    except Exception:
        return ""


def _channel(signal, file: str) -> Channel:
    if not signal.sampling_frequency > 0:
        raise RecordingError(
            f"{file}, channel '{signal.label}': a sampling frequency of {signal.sampling_frequency:g} Hz is none."
        )
    return make_channel(signal.label, signal.data, signal.sampling_frequency, signal.physical_dimension)


def check_header(file: File, hints: Hints) -> tuple[tuple[int, int, int], list[str]]:
    """Check counts and sizes of the header against the file's length before anything is allocated.

    Returns
    -------
    layout : tuple of int
        Bytes of the header, whole records in the file, bytes of a record.
    notes : list of str
        What is said of a truncated file where `hints.strict` is False.
    """
    data, width = file.data, 3 if is_bdf(file.data) else 2
    try:
        size, records, signals = (int(data[a:b]) for a, b in ((184, 192), (236, 244), (252, 256)))
        duration = float(data[244:252])
        counts = np.array(
            [
                int(data[256 + 216 * signals + 8 * i : 264 + 216 * signals + 8 * i])
                for i in range(max(0, min(signals, 4096)))
            ]
        )
    except ValueError as fault:
        raise RecordingError(
            f"{file.name}: a count in the EDF header is no number ({fault}). The file is damaged."
        ) from fault
    if (
        not 0 < signals <= 4096
        or size != 256 * (signals + 1)
        or (counts < 0).any()
        or not counts.any()
        or not np.isfinite(duration)
    ):
        raise RecordingError(f"{file.name}: the EDF header declares {signals} signals in {size} bytes with {int(counts.sum())} samples in a "
                             "record, which does not fit together. The file is damaged.")  # fmt: skip
    if duration <= 0:
        raise RecordingError(
            f"{file.name}: the EDF header declares records of {duration:g} s, so there is no sampling frequency."
        )
    record = int(counts.sum()) * width
    whole = (len(data) - size) // record
    check_samples(counts.sum() * max(whole, 0), file.name)
    if records == -1 or whole == records:
        return (size, whole, record), []
    if whole > records and records >= 0:
        return (size, records, record), []
    said = f"{whole} whole records, but the header declares {records}: the file ends early."
    if hints.strict or whole < 1:
        raise RecordingError(f"{file.name}: {said} Copy it again, or read what there is with strict=False.")
    return (size, whole, record), [said]


def _cut(data: bytes, layout: tuple[int, int, int]) -> bytes:
    size, whole, record = layout
    return data[:236] + f"{whole:<8d}".encode() + data[244 : size + whole * record]
