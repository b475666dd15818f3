"""What a file does not say about itself, said by the user."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Real

from mmc_analysis.errors import OptionError, RecordingError
from mmc_analysis.options import check_option, nearest
from mmc_analysis.recordings.naming import TYPES
from mmc_analysis.recordings.units import MICROVOLTS, plain_unit

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "samples": None}
MAPPING_KEYS = ("muscle", "side", "type", "unit")


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Every option of :func:`read_recording`; none is needed where the file says it.

    Attributes
    ----------
    channels : mapping, optional
        Name in the file to muscle, or to a mapping with any of muscle, side, type and unit. Names are matched whatever their
        case and blanks; channels that are not named stay as they are.
    allow_missing : bool
        Give an empty (NaN) channel for a name in `channels` that the file lacks, instead of an error.
    unit : str or mapping of str to str, optional
        Unit of EMG channels that have none in the file, or of all signals where none is told to be EMG; a mapping from channel to
        unit also overrides a wrong one.
    sampling_frequency : float, optional
        In Hz, where the file has none. A time column that disagrees by more than 0.1 % is an error.
    time : str, optional
        Name of the time column.
    time_unit : {"s", "ms", "us", "min", "samples"}, optional
    format : str, optional
        One of :data:`FORMATS`; otherwise told from the content.
    sheet : str, optional
        Sheet of a workbook.
    block : int, optional
        Which block of a file with several, from 1.
    delimiter, decimal, encoding : str, optional
        Dialect of a text file, where it cannot be told; `decimal` also of numbers that are text in a workbook.
    gain, supply_v, bits : float, float, int, optional
        For converter counts: volts = (count / 2^bits - 1/2) * supply_v / gain.
    strict : bool
        Whether a file that ends before its declared length is an error; otherwise it is noted.
    """

    channels: Mapping | None = None
    allow_missing: bool = False
    unit: str | Mapping | None = None
    sampling_frequency: float | None = None
    time: str | None = None
    time_unit: str | None = None
    format: str | None = None
    sheet: str | None = None
    block: int | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    gain: float | None = None
    supply_v: float | None = None
    bits: int | None = None
    strict: bool = True

    def __post_init__(self):
        for name, allowed in (
            ("time_unit", TIME_UNITS),
            ("decimal", (".", ",")),
            ("delimiter", (",", ";", "\t", "|", " ")),
        ):
            if getattr(self, name) is not None:
                check_option(name, getattr(self, name), allowed)
        for name in ("time", "sheet", "encoding"):
            if getattr(self, name) is not None and not isinstance(getattr(self, name), str):
                raise OptionError(f"{name}={getattr(self, name)!r} must be text.")
        for name in ("strict", "allow_missing"):
            check_option(name, getattr(self, name), (True, False))
        for name in ("sampling_frequency", "gain", "supply_v", "bits"):
            value = getattr(self, name)
            if value is not None and not _positive(value):
                raise OptionError(f"{name}={value!r} must be a number above 0.")
        if self.sampling_frequency is not None and self.sampling_frequency > 1e6:
            raise OptionError(f"sampling_frequency={self.sampling_frequency!r} is above 1 MHz. Give it in Hz.")
        if self.block is not None and (
            isinstance(self.block, bool) or not isinstance(self.block, int) or self.block < 1
        ):
            raise OptionError(f"block={self.block!r} must be a whole number from 1.")
        for unit in self.unit.values() if isinstance(self.unit, Mapping) else (self.unit,):
            if unit is not None and (not isinstance(unit, str) or not plain_unit(unit)):
                raise OptionError(f"unit={unit!r} is no unit. For EMG: {', '.join(MICROVOLTS)}.")
        if isinstance(self.unit, str):
            check_option("unit", plain_unit(self.unit), MICROVOLTS)
        if self.channels is not None:
            self._check_channels()

    def _check_channels(self) -> None:
        if not isinstance(self.channels, Mapping):
            raise OptionError(f"channels={self.channels!r} must map names in the file to muscles.")
        for name, said in self.channels.items():
            for key in said if isinstance(said, Mapping) else ():
                check_option(f"key of channels[{name!r}]", key, MAPPING_KEYS)
            for text in said.values() if isinstance(said, Mapping) else (said,):
                if not isinstance(text, str):
                    raise OptionError(
                        f"channels[{name!r}] holds {text!r}, which is no text. Write a muscle, or a mapping of {', '.join(MAPPING_KEYS)}."
                    )
            if isinstance(said, Mapping) and "type" in said:
                check_option("type", said["type"], TYPES)
            if isinstance(said, Mapping) and "side" in said:
                check_option("side", said["side"], ("left", "right", ""))

    def said_of(self, name: str) -> dict[str, str]:
        """Return what `channels` says of one of its names."""
        said = self.channels[name]
        return dict(said) if isinstance(said, Mapping) else {"muscle": str(said)}


def _positive(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < value < float("inf")


def make_hints(options: Mapping) -> Hints:
    """Return the hints, or name the option nearest to a misspelt one.

    Raises
    ------
    OptionError
        If an option or its value does not exist.

    Examples
    --------
    >>> make_hints({"sampling_frequncy": 2000})
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: read_recording() has no option 'sampling_frequncy'. Did you mean 'sampling_frequency'? ...
    """
    names = [item.name for item in fields(Hints)]
    for name in options:
        if name not in names:
            raise OptionError(
                f"read_recording() has no option '{name}'.{nearest(name, names)} Options: {', '.join(names)}."
            )
    return Hints(**options)


def ask(file: str, what: str, option: str) -> RecordingError:
    """Return the error that asks for what a file does not say."""
    return RecordingError(f"{file}: {what} Say it with {option}.")
