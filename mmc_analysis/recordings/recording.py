"""A recording: channels with their own sampling frequency and unit, events, and where it all comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import nearest
from mmc_analysis.recordings.naming import words_of
from mmc_analysis.recordings.units import MICROVOLTS, plain_unit, split_name


@dataclass(frozen=True)
class Channel:
    """One channel as the file has it.

    Attributes
    ----------
    name : str
        As the file writes it, without its unit.
    values : numpy.ndarray
        Shape (n_samples,), float64, in the file's own unit; NaN where a sample is missing. Read-only.
    sampling_frequency : float
        In Hz; channels of one recording may differ.
    unit : str
        As found, or as the user said; "" where nobody did.
    type : str
        In the words of BIDS: EMG, ECG, ACCEL, GYRO, TRIG, MISC …
    muscle, side : str
        Target muscle and "left" or "right"; "" where not known.
    start_s : float
        Time of the first sample on the recording's clock.
    notes : tuple of str
        What a reader should know: gaps, assumptions, where the unit comes from.
    """

    name: str
    values: np.ndarray = field(repr=False)
    sampling_frequency: float
    unit: str = ""
    type: str = "MISC"
    muscle: str = ""
    side: str = ""
    start_s: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self):
        values = np.ascontiguousarray(self.values, dtype=float).view()
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "sampling_frequency", float(self.sampling_frequency))

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.values)

    @property
    def duration_s(self) -> float:
        """Length in s."""
        return len(self.values) / self.sampling_frequency

    @property
    def time_s(self) -> np.ndarray:
        """Time of each sample in s, shape (n_samples,)."""
        return self.start_s + np.arange(len(self.values)) / self.sampling_frequency

    @property
    def microvolts(self) -> np.ndarray:
        """The signal in µV, shape (n_samples,).

        Raises
        ------
        RecordingError
            If the unit is not known or no voltage.
        """
        unit = plain_unit(self.unit)
        if unit not in MICROVOLTS:
            found = f"has the unit {self.unit!r}, which is no voltage" if unit else "has no unit in the file"
            if unit.startswith("%"):
                raise RecordingError(
                    f"channel '{self.name}' is in {self.unit}, normalised before. Export the raw signal."
                )
            raise RecordingError(f"channel '{self.name}' {found}. Say which it is with unit='V', 'mV' or 'uV' when reading; "
                                 "it is never guessed from the size of the numbers.")  # fmt: skip
        return self.values * MICROVOLTS[unit]


@dataclass(frozen=True)
class Event:
    """Something that happened during a recording.

    Attributes
    ----------
    onset_s, duration_s : float
        On the recording's clock, in s.
    label : str
    channel : str
        The channel that it belongs to, or "".
    """

    onset_s: float
    duration_s: float
    label: str
    channel: str = ""


@dataclass(frozen=True)
class Source:
    """Where a recording comes from.

    Attributes
    ----------
    file : str
        The file's name, without its folder.
    sha256 : str
        Checksum of the whole file.
    format : str
        One of :data:`FORMATS`.
    device, started : str
        As the file writes them; "" where it does not.
    block : int
        Which block of a file with several, from 1.
    """

    file: str
    sha256: str
    format: str
    device: str = ""
    started: str = ""
    block: int = 1


@dataclass(frozen=True)
class Recording:
    """An instrument's file. Nothing is resampled, filtered or filled.

    Attributes
    ----------
    channels : tuple of Channel
    events : tuple of Event
        In order of time.
    source : Source
    notes : tuple of str
        What was found, assumed or converted while reading.
    metadata : mapping of str to str
        What else the file's header says; of a text file, its encoding.

    Examples
    --------
    >>> channel = Channel("Pec", np.zeros(4), 2000.0, "mV", "EMG")
    >>> recording = Recording((channel,), (), Source("trial.csv", "", "table"))
    >>> recording["pec"].unit, recording.names
    ('mV', ('Pec',))
    """

    channels: tuple[Channel, ...]
    events: tuple[Event, ...]
    source: Source
    notes: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the channels."""
        return tuple(channel.name for channel in self.channels)

    @property
    def emg(self) -> tuple[Channel, ...]:
        """The channels of type EMG."""
        return tuple(channel for channel in self.channels if channel.type == "EMG")

    @property
    def duration_s(self) -> float:
        """Length of the longest channel in s."""
        return max((channel.duration_s for channel in self.channels), default=0.0)

    def __getitem__(self, name: str) -> Channel:
        """Return a channel by its name, whatever its case and blanks.

        Raises
        ------
        RecordingError
            If no channel, or more than one, has this name.
        """
        return self.channels[find_channel(name, self.names, self.source.file)]

    def select(self, *names: str) -> "Recording":
        """Return the recording with these channels alone, in this order.

        Raises
        ------
        RecordingError
            If no channel, or more than one, has one of the names.
        """
        return replace(self, channels=tuple(self[name] for name in names))

    def table(self) -> pd.DataFrame:
        """Return one row per channel, in the columns of a BIDS channels table."""
        rows = [
            {"name": c.name, "type": c.type, "units": c.unit or "n/a", "target_muscle": c.muscle or "n/a",
             "side": c.side or "n/a", "sampling_frequency": c.sampling_frequency, "samples": c.n_samples,
             "start_s": c.start_s, "missing": int(np.isnan(c.values).sum()), "status_description": " ".join(c.notes) or "n/a"}
            for c in self.channels
        ]  # fmt: skip
        return pd.DataFrame(rows)


def find_channel(name: str, names: tuple[str, ...], file: str) -> int:
    """Return the position of a channel: by its exact name, or else whatever its case, blanks and signs, and with its unit or without.

    Raises
    ------
    RecordingError
        If there is none, or more than one.

    Examples
    --------
    >>> find_channel("emg_1", ("ACC X", "EMG 1"), "trial.csv"), find_channel("EMG 1 (mV)", ("ACC X", "EMG 1"), "trial.csv")
    (1, 1)
    """
    for key in (str, words_of, _words_without_unit):
        found = [i for i, other in enumerate(names) if key(other) == key(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise RecordingError(f"{file}: {len(found)} channels are called '{names[found[0]]}'. Name them apart in the export; all "
                                 f"channels: {listed(names)}.")  # fmt: skip
    raise RecordingError(f"{file}: there is no channel '{name}'.{nearest(name, names)} Channels: {listed(names)}.")


def _words_without_unit(name: str) -> str:
    return words_of(split_name(name)[0])


def listed(names, most: int = 40) -> str:
    """Return names for a message, the first ones if there are many."""
    shown = ", ".join(str(name) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
