"""One file's bytes, and what every reader hands over."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import nearest
from mmc_analysis.recordings.clock import Clock
from mmc_analysis.recordings.naming import guess_type
from mmc_analysis.recordings.recording import Channel, Event
from mmc_analysis.recordings.text import Text, encoding_of, open_text
from mmc_analysis.recordings.units import plain_unit

LARGEST = 2_000_000_000
MOST_SAMPLES = 400_000_000


@dataclass(frozen=True)
class File:
    """A file that was read once.

    Attributes
    ----------
    path : pathlib.Path
    data : bytes
    stamp : tuple of int, optional
        Size and time of change when it was read; None for bytes that came another way.
    """

    path: Path
    data: bytes = field(repr=False)
    stamp: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @cached_property
    def sha256(self) -> str:
        """Checksum of the content."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def encoding(self) -> str:
        """Encoding of the content, if it is text."""
        return encoding_of(self.data)

    def text(self, encoding: str | None = None) -> Text:
        """Return the content as text, in the encoding that the user says or that it is told to have.

        Raises
        ------
        RecordingError
            If it is no text.
        """
        return self._text if encoding is None else open_text(self.data, self.name, encoding)

    @cached_property
    def _text(self) -> Text:
        return open_text(self.data, self.name, self.encoding, self.path)

    def refuse_changed(self) -> None:
        """Refuse a file that has changed since it was read, so that result and checksum belong to one content.

        Raises
        ------
        RecordingError
        """
        if self.stamp is None:
            return
        try:
            now = stamp_of(self.path)
        except OSError:
            now = None
        if now != self.stamp:
            raise RecordingError(
                f"{self.name}: the file was changed while it was read. Close it in other programs, and read it again."
            )


@dataclass(frozen=True)
class Block:
    """What a reader found in one block of a file, before the user's hints are applied.

    Attributes
    ----------
    channels : list of Channel
    events : list of Event
    device, started : str
    notes : list of str
    metadata : mapping
    """

    channels: list[Channel]
    events: list[Event] = field(default_factory=list)
    device: str = ""
    started: str = ""
    notes: list[str] = field(default_factory=list)
    metadata: Mapping[str, str] = field(default_factory=dict)


def make_channel(name: str, values, sampling_frequency: float, unit: str, **more) -> Channel:
    """Return a channel whose unit is in plain spelling and whose type is told from its name and unit."""
    unit = plain_unit(unit)
    return Channel(name, values, float(sampling_frequency), unit, guess_type(name, unit), **more)


def channel_on(clock: Clock, name: str, values, unit: str, notes: tuple[str, ...] = ()) -> Channel:
    """Return a channel that runs by a clock: its gaps are empty, its notes stand behind those given."""
    return make_channel(
        name, clock.place(values), clock.sampling_frequency, unit, start_s=clock.start_s, notes=(*notes, *clock.notes)
    )


def check_count(found: int, declared: float, where: str, strict: bool) -> list[str]:
    """Compare the samples of a channel with the number that the header declares.

    Raises
    ------
    RecordingError
        If there are fewer and `strict` is True; otherwise the note that says so is returned.
    """
    if found >= declared:
        return []
    said = f"{found} samples, but the header declares {declared:g}: the export ends early."
    if strict:
        raise RecordingError(f"{where}: {said} Export it again, or read what there is with strict=False.")
    return [said]


def stamp_of(path: Path) -> tuple[int, int]:
    """Return size and time of change of a file."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def read_bytes(path) -> File:
    """Read a file.

    Raises
    ------
    RecordingError
        If it is missing, a folder, empty, too large or not readable.

    Examples
    --------
    >>> read_bytes("no_such_trial.csv")
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: no_such_trial.csv: there is no such file in ...
    """
    path = _existing(path)
    try:
        stamp = stamp_of(path)
        if (size := stamp[0]) > LARGEST:
            raise RecordingError(f"{path.name}: {size / 1e9:.1f} GB, more than the {LARGEST / 1e9:g} GB that are read at once. "
                                 "Export the trials one by one.")  # fmt: skip
        data = path.read_bytes()
    except OSError as fault:
        raise RecordingError(
            f"{path.name}: the file cannot be read: {fault.strerror}. Close it in other programs."
        ) from fault
    if not data[:65_536].strip(b"\x00 \r\n\t") and not data.strip(b"\x00 \r\n\t"):
        raise RecordingError(f"{path.name}: the file is empty ({len(data)} bytes). Export it again.")
    return File(path, data, stamp)


def _existing(path) -> Path:
    try:
        path = Path(path)
        if path.is_dir():
            raise RecordingError(f"{path.name}: a folder, not a file. Use trial_sheet() for a folder of recordings.")
        if path.is_file():
            return path
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    except (TypeError, ValueError, OSError) as fault:
        if isinstance(fault, RecordingError):
            raise
        raise RecordingError(f"{path!r}: not a path that can be opened ({fault}). Give a file's path.") from fault
    raise RecordingError(f"{path.name}: there is no such file in {path.parent}.{nearest(path.name, siblings)}")


def check_samples(count: float, where: str) -> None:
    """Refuse a number of samples that no recording has: a damaged count must not fill the memory."""
    if not 0 <= count <= MOST_SAMPLES:
        raise RecordingError(f"{where}: the header declares {count:.3g} samples, more than {MOST_SAMPLES:.0e}. The file is damaged, "
                             "or holds more than one trial.")  # fmt: skip


class damaged:
    """Turn whatever a parser raises on a broken file into one clear error; errors of the package pass.

    Examples
    --------
    >>> with damaged("trial.edf", "EDF"):
    ...     {}["header"]
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: trial.edf: cannot be read as EDF (KeyError: 'header'). The file is damaged or ...
    """

    def __init__(self, name: str, kind: str):
        self.name, self.kind = name, kind

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, fault, trace) -> bool:
        if isinstance(fault, Exception) and not _ours(fault):
            raise RecordingError(
                f"{self.name}: cannot be read as {self.kind} ({type(fault).__name__}: {str(fault)[:200]}). The file is damaged or "
                "of another kind: copy or export it again, or name its format=."
            ) from fault
        return False


def _ours(fault: Exception) -> bool:
    return type(fault).__module__.startswith("mmc_analysis")
