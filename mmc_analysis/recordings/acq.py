"""BIOPAC AcqKnowledge files (.acq)."""

import contextlib
import io
import logging
import struct
from collections import Counter
from collections.abc import Iterator

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.recording import Event
from mmc_analysis.recordings.source import Block, File, check_count, check_samples, make_channel

REVISIONS = range(30, 400)
LATEST_SAMPLE = 2**31
MOST_PIECES, MOST_TIMES = 20_000, 100


def is_acq(data: bytes) -> bool:
    """Return whether the content begins like an AcqKnowledge file: a revision, in either byte order, and a plausible header."""
    if len(data) < 256:
        return False
    for order in "<>":
        revision, header, channels = struct.unpack(f"{order}ih", data[2:8])[0], *struct.unpack(f"{order}ih", data[6:12])
        if revision in REVISIONS and 0 < header < 65536 and 0 < channels <= 512 and not data[2:6].isalnum():
            return True
    return False


class Counted(io.BytesIO):
    """The content of a file, which refuses to be read in more pieces than a recording has: a damaged count of markers may never end."""

    def __init__(self, file: File):
        super().__init__(file.data)
        self.file, self.pieces, self.places = file.name, 0, Counter()

    def read(self, size: int | None = -1) -> bytes:
        """Read some bytes."""
        at = self.tell()
        self.pieces, self.places[at] = self.pieces + 1, self.places[at] + 1
        if self.pieces > MOST_PIECES or self.places[at] > MOST_TIMES:
            raise RecordingError(
                f"{self.file}: its header declares more than some {MOST_PIECES // 2} markers. The file is damaged, or holds so many that it must be "
                "exported as text."
            )
        return super().read(size)


@contextlib.contextmanager
def quiet(name: str) -> Iterator[None]:
    """Keep a library's log messages off the screen while it reads: what it raises is reported anyway."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def read_acq(file: File, hints: Hints) -> list[Block]:
    """Read an AcqKnowledge file: every channel at its own rate; markers become events."""
    bioread = import_extra("bioread", "recordings")
    with quiet("bioread"):
        book = bioread.reader.Reader.read_headers(Counted(file)).datafile
        base = float(book.samples_per_second)
        if not (np.isfinite(base) and 0 < base <= 1e6) or len(book.channels) > 512:
            raise RecordingError(f"{file.name}: {len(book.channels)} channels at {base:g} Hz. The header is damaged.")
        declared = [int(channel.point_count) for channel in book.channels]
        total = sum(count * int(c.dtype.itemsize) for count, c in zip(declared, book.channels, strict=True))
        check_samples(sum(declared), file.name)
        if not book.is_compressed and total > len(file.data):
            raise RecordingError(f"{file.name}: {len(file.data)} bytes, but its channels take {total}: the file ends early and cannot be read in "
                                 "part. Copy it again.")  # fmt: skip
        reader = bioread.reader.Reader.read(Counted(file))
    book = reader.datafile
    channels, notes = [], _lost_markers(reader, file.name, hints)
    for channel, count in zip(book.channels, declared, strict=True):
        values = np.asarray(channel.data, dtype=float)
        fs = float(channel.samples_per_second)
        if not (np.isfinite(fs) and fs > 0):
            raise RecordingError(
                f"{file.name}, channel '{channel.name}': a sampling frequency of {fs:g} Hz is none. The file is damaged."
            )
        notes += check_count(len(values), count, f"{file.name}, channel '{channel.name}'", hints.strict)
        channels.append(make_channel(channel.name.strip("\x00 "), values, fs, channel.units.strip("\x00 ")))
    started = str(book.earliest_marker_created_at or "")
    return [
        Block(
            channels, _markers(book, base), f"AcqKnowledge revision {book.graph_header.file_revision}", started, notes
        )
    ]


def _lost_markers(reader, file: str, hints: Hints) -> list[str]:
    """Refuse, or note where the user wants what there is, that the file ends before its markers."""
    if reader.event_markers is not None:
        return []
    said = "The markers cannot be read: the file ends early."
    if hints.strict:
        raise RecordingError(f"{file}: {said} Copy it again, or read the channels alone with strict=False.")
    return [said]


def _markers(book, base: float) -> list[Event]:
    events = []
    for marker in book.event_markers or ():
        sample = int(marker.sample_index)
        if 0 <= sample < LATEST_SAMPLE:
            events.append(Event(sample / base, 0.0, str(marker.text).strip("\x00 ") or "marker", _named(marker)))
    return events


def _named(marker) -> str:
    channel = getattr(marker, "channel", None)
    return str(channel.name) if channel is not None else ""
