"""The header of an EDF or BDF file and the times of its records, every count and size checked before it is used."""

import re
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.clock import MOST_GAP_SHARE, Clock
from mmc_analysis.recordings.hints import Hints
from mmc_analysis.recordings.source import File, check_samples

MOST_SIGNALS = 4096
SAME_TIME_S = 1e-3
_FIELDS = {
    "label": 16,
    "transducer": 80,
    "unit": 8,
    "physical_min": 8,
    "physical_max": 8,
    "digital_min": 8,
    "digital_max": 8,
    "filter": 80,
    "count": 8,
}
_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)\x14\x14")


@dataclass(frozen=True)
class EdfHeader:
    """What a header declares.

    Attributes
    ----------
    size : int
        Bytes of the header.
    width : int
        Bytes of a number: 2 (EDF) or 3 (BDF).
    records : int
        Whole records in the file.
    duration : float
        Length of a record in s.
    labels : tuple of str
        Of the signals, annotations included.
    counts : tuple of int
        Samples of each signal in a record.
    notes : tuple of str
        What is said of a file that ends early, where the user wants what there is.
    """

    size: int
    width: int
    records: int
    duration: float
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def record_bytes(self) -> int:
        """Bytes of a record."""
        return sum(self.counts) * self.width

    def whole(self, data: bytes) -> bytes:
        """Return the file with as many records as it has whole ones, and a header that says so."""
        return data[:236] + f"{self.records:<8d}".encode() + data[244 : self.size + self.records * self.record_bytes]


def is_bdf(data: bytes) -> bool:
    """Return whether the content is a BDF file."""
    return data[:8] == b"\xffBIOSEMI"


def header_encoding(header: bytes) -> str:
    """Return how a header is written: the standard wants ASCII, programs write UTF-8 or Latin-1."""
    try:
        header[8:].decode("utf-8")  # behind the mark of BDF, which is no text
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def is_annotations(label: str) -> bool:
    """Return whether a signal holds annotations instead of samples."""
    return label in ("EDF Annotations", "BDF Annotations")


def read_header(file: File, hints: Hints) -> EdfHeader:
    """Read and check a header.

    Raises
    ------
    RecordingError
        If counts and sizes do not fit together, a signal has no scale, or the file ends before its declared length and
        `hints.strict` is True.
    """
    data, width = file.data, 3 if is_bdf(file.data) else 2
    try:
        size, records, signals, duration = (
            int(data[184:192]),
            int(data[236:244]),
            int(data[252:256]),
            float(data[244:252]),
        )
        fields = _fields(data, signals if 0 < signals <= MOST_SIGNALS else 0)
        counts = tuple(int(text) for text in fields["count"])
    except ValueError as fault:
        raise RecordingError(
            f"{file.name}: a count in the EDF header is no number ({fault}). The file is damaged."
        ) from fault
    if size != 256 * (len(counts) + 1) or not counts or min(counts) < 0 or not any(counts) or not np.isfinite(duration):
        raise RecordingError(f"{file.name}: the EDF header declares {signals} signals in {size} bytes with {sum(counts)} samples in a record, "
                             "which does not fit together. The file is damaged.")  # fmt: skip
    if duration <= 0:
        raise RecordingError(
            f"{file.name}: the EDF header declares records of {duration:g} s, so there is no sampling frequency."
        )
    _check_scales(fields, file.name)
    whole = (len(data) - size) // (sum(counts) * width)
    check_samples(sum(counts) * max(whole, 0), file.name)
    notes = _check_records(whole, records, file.name, hints)
    there = whole if records == -1 else min(whole, records)
    return EdfHeader(size, width, there, duration, tuple(fields["label"]), counts, notes)


def _fields(data: bytes, signals: int) -> dict[str, list[str]]:
    found, at = {}, 256
    for name, width in _FIELDS.items():
        found[name] = [
            data[at + width * i : at + width * (i + 1)].decode("latin-1").strip("\x00 ") for i in range(signals)
        ]
        at += width * signals
    return found


def _check_scales(fields: dict[str, list[str]], file: str) -> None:
    """Refuse a signal whose numbers cannot be scaled to its unit: they would be taken for values in it."""
    for i, label in enumerate(fields["label"]):
        if is_annotations(label):
            continue
        limits = [fields[name][i] for name in ("physical_min", "physical_max", "digital_min", "digital_max")]
        try:
            low, high, bottom, top = map(float, limits)
            there = np.isfinite([low, high, bottom, top]).all() and low != high and bottom < top
        except ValueError:
            there = False
        if not there:
            raise RecordingError(f"{file}, channel '{label}': physical range {limits[0]!r} to {limits[1]!r} and digital range {limits[2]!r} to "
                                 f"{limits[3]!r} give no scale. Correct the header, or export the file again.")  # fmt: skip


def _check_records(whole: int, declared: int, file: str, hints: Hints) -> tuple[str, ...]:
    if declared == -1 or whole >= declared >= 0:
        return ()
    said = f"{whole} whole records, but the header declares {declared}: the file ends early."
    if hints.strict or whole < 1:
        raise RecordingError(f"{file}: {said} Copy it again, or read what there is with strict=False.")
    return (said,)


def record_starts(file: File, header: EdfHeader) -> np.ndarray | None:
    """Return when each record starts, in s after the first, shape (n_records,), as EDF+ and BDF+ write it; None where they do not.

    Raises
    ------
    RecordingError
        If records overlap, or lie further apart than any recording has gaps.
    """
    at = next((i for i, label in enumerate(header.labels) if is_annotations(label)), None)
    if at is None or header.records < 2:
        return None
    place, length = header.size + sum(header.counts[:at]) * header.width, header.counts[at] * header.width
    found = [
        _ONSET.match(file.data, place + k * header.record_bytes, place + k * header.record_bytes + length)
        for k in range(header.records)
    ]
    if not all(found):
        return None
    starts = np.array([float(match.group(1)) for match in found])
    steps = np.diff(starts)
    if (steps < header.duration - SAME_TIME_S).any():
        k = int((steps < header.duration - SAME_TIME_S).argmax()) + 1
        raise RecordingError(f"{file.name}, record {k + 1}: it starts {steps[k - 1]:g} s after the one before, which lasts {header.duration:g} s. "
                             "The file is damaged, or joins several recordings.")  # fmt: skip
    length_s = header.records * header.duration
    if starts[-1] - starts[0] + header.duration > (MOST_GAP_SHARE + 1) * length_s + 60:
        raise RecordingError(
            f"{file.name}: {length_s:g} s of records are spread over {starts[-1] - starts[0]:g} s. Export the trials one by one."
        )
    return starts - starts[0]


def clock_of_records(starts: np.ndarray | None, per_record: int, header: EdfHeader, rate: float) -> Clock:
    """Return the clock of a signal: gaps between records are empty."""
    count = header.records * per_record
    if starts is None or (np.diff(starts) <= header.duration + SAME_TIME_S).all():
        return Clock(rate, 0.0, None, count)
    after = np.concatenate(
        [[0], np.cumsum(np.maximum(np.round((np.diff(starts) - header.duration) * rate), 0))]
    ).astype(np.int64)
    positions = np.arange(count) + np.repeat(after, per_record)
    note = f"{int(after[-1])} samples are missing in {int((np.diff(after) > 0).sum())} gaps between records; they are empty (NaN)."
    return Clock(rate, 0.0, positions, int(positions[-1]) + 1, (note,) if after[-1] else ())
