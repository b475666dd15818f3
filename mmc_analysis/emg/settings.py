"""Every parameter between a raw signal and a number in a table, in one frozen record."""

import dataclasses
from dataclasses import dataclass, field

from mmc_analysis.emg.butterworth import CORNERS, PADDINGS, Butterworth
from mmc_analysis.emg.parameters import BurstSettings, QualityLimits, check_numbers, named_fields
from mmc_analysis.emg.presets import PRESETS, Preset
from mmc_analysis.errors import OptionError, RecordingError
from mmc_analysis.options import check_option, nearest

SIGNALS = ("raw", "envelope")
ENVELOPES = ("rms", "arv", "linear")
ECG_TREATMENTS = ("none", "high-pass", "template")
MAINS_TREATMENTS = ("none", "notch")
REFERENCES = ("mvic", "max", "submaximal", "task_mean", "task_peak")
_CHOICES = {
    "signal": SIGNALS, "corners": CORNERS, "padding": PADDINGS, "envelope": ENVELOPES, "ecg": ECG_TREATMENTS,
    "mains": MAINS_TREATMENTS, "reference": REFERENCES,
}  # fmt: skip
_NOT_NEGATIVE = (
    "padding_ms", "edge_ms", "bridge_ms", "segment_ms", "window_ms", "envelope_low_pass_hz", "ecg_high_pass_hz",
    "notch_width_hz",
)  # fmt: skip
_SHARES = ("bridge_share", "window_valid", "repetition_missing")


@named_fields
@dataclass(frozen=True, kw_only=True)
class EmgSettings:
    """How EMG is processed. The same record serves the task and its reference, and travels into every result.

    Attributes
    ----------
    signal : {"raw", "envelope"}
        What comes in. "envelope" is declared by the user, and is neither filtered nor smoothed again.
    high_pass_hz, low_pass_hz : float
        Band in Hz; low_pass_hz may be None.
    order, passes, corners
        See :class:`Butterworth`: effective order 4, zero lag, -3 dB at the corners after both passes.
    padding, padding_ms
        How the ends are continued while filtering: mirrored, for 500 ms.
    edge_ms : float
        Ends of every filtered stretch in which no peak is looked for.
    bridge_ms, bridge_share : float
        Gaps up to this length, if all of them make less than this share of the trial, are interpolated for filtering and
        empty again afterwards. Longer gaps split the signal.
    segment_ms : float
        Shortest stretch between gaps that is filtered; shorter ones become gaps.
    envelope : {"rms", "arv", "linear"}
        Moving root mean square, moving average of the rectified signal, or low-pass filtered rectified signal.
    window_ms : float
        Window of "rms" and "arv", centred, an odd number of samples.
    envelope_low_pass_hz, envelope_order
        Corner and effective order of the "linear" envelope.
    window_valid, repetition_missing : float
        A window with less than this share of samples is empty; a repetition with more than this share missing is empty.
    ecg : {"none", "high-pass", "template"}
        Treatment of heart beats: none, a higher high-pass corner `ecg_high_pass_hz`, or subtraction of the mean beat.
    mains : {"none", "notch"}
        Treatment of mains interference: none, or notches of `notch_width_hz` at `line_freq_hz` and `notch_harmonics` in all.
    line_freq_hz : float or None
        50 or 60 as the country has it; needed for the notch, never guessed.
    bursts : BurstSettings
    limits : QualityLimits
    reference : {"mvic", "max", "submaximal", "task_mean", "task_peak"}
        What stands for 100 %; see :func:`find_reference`.
    preset_name : str
        The preset that this record started from, or "".

    Examples
    --------
    >>> settings = EmgSettings.preset("calatayud2016").changed(window_ms=250.0)
    >>> settings.window_ms, settings.reference
    (250.0, 'max')
    >>> EmgSettings(window=250)
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: EmgSettings has no parameter 'window'. Did you mean 'window_ms'? Parameters: signal, ...
    """

    signal: str = "raw"
    high_pass_hz: float = 10.0
    low_pass_hz: float | None = 500.0
    order: int = 4
    passes: int = 2
    corners: str = "effective"
    padding: str = "even"
    padding_ms: float = 500.0
    edge_ms: float = 250.0
    bridge_ms: float = 20.0
    bridge_share: float = 0.01
    segment_ms: float = 1000.0
    envelope: str = "rms"
    window_ms: float = 500.0
    envelope_low_pass_hz: float = 6.0
    envelope_order: int = 4
    window_valid: float = 0.9
    repetition_missing: float = 0.1
    ecg: str = "none"
    ecg_high_pass_hz: float = 30.0
    mains: str = "none"
    line_freq_hz: float | None = None
    notch_width_hz: float = 2.0
    notch_harmonics: int = 1
    bursts: BurstSettings = field(default_factory=BurstSettings)
    limits: QualityLimits = field(default_factory=QualityLimits)
    reference: str = "mvic"
    preset_name: str = ""

    def __post_init__(self):
        for name, allowed in _CHOICES.items():
            check_option(name, getattr(self, name), allowed, RecordingError)
        check_numbers(self, low=0.0, names=_NOT_NEGATIVE)
        check_numbers(self, low=0.0, high=1.0, names=_SHARES)
        for name, kind in (("bursts", BurstSettings), ("limits", QualityLimits)):
            if not isinstance(getattr(self, name), kind):
                raise RecordingError(f"{name}={getattr(self, name)!r} must be a {kind.__name__}(…).")
        if self.line_freq_hz is not None:
            check_option("line_freq_hz", self.line_freq_hz, (50, 60), RecordingError)
        elif self.mains == "notch":
            raise RecordingError(
                "mains='notch' needs line_freq_hz: 50 in Europe, 60 in North America. It is never guessed."
            )
        if (
            isinstance(self.notch_harmonics, bool)
            or not isinstance(self.notch_harmonics, int)
            or self.notch_harmonics < 1
        ):
            raise RecordingError(
                f"notch_harmonics={self.notch_harmonics!r} must be 1 (the mains frequency alone) or more."
            )
        if self.high_pass_hz is None:
            raise RecordingError(
                "high_pass_hz=None is not allowed: without a high-pass filter an offset would count as EMG."
            )
        _ = self.band, self.smoothing

    @property
    def band(self) -> Butterworth:
        """The band filter, with the higher corner where heart beats are treated by it."""
        high_pass = max(self.high_pass_hz, self.ecg_high_pass_hz) if self.ecg == "high-pass" else self.high_pass_hz
        return Butterworth(
            high_pass_hz=high_pass,
            low_pass_hz=self.low_pass_hz,
            order=self.order,
            passes=self.passes,
            corners=self.corners,
        )

    @property
    def smoothing(self) -> Butterworth:
        """The low-pass filter of the linear envelope."""
        return Butterworth(
            low_pass_hz=self.envelope_low_pass_hz, order=self.envelope_order, passes=self.passes, corners=self.corners
        )

    @property
    def source(self) -> Preset | None:
        """What is known of the preset, and from where; None if the record started from the project's defaults."""
        return PRESETS.get(self.preset_name)

    def known(self) -> dict[str, str]:
        """Return the parameters that the preset's source states, each with its words; those changed since are left out.

        Examples
        --------
        >>> EmgSettings.preset("calatayud2016").known()["reference"]
        'normalised to the maximum maximorum EMG of each muscle (abstract)'
        """
        if self.source is None:
            return {}
        return {
            name: words
            for name, words in self.source.known.items()
            if getattr(self, name) == self.source.values.get(name)
        }

    def assumed(self) -> dict[str, object]:
        """Return the parameters, and their values, that come from this project and not from the preset's source.

        Examples
        --------
        >>> EmgSettings.preset("calatayud2016").assumed()["low_pass_hz"]
        500.0
        """
        known = self.known()
        return {
            name: value
            for name, value in self.as_dict().items()
            if name.split(".")[0] not in known and name != "preset_name"
        }

    def changed(self, **changes) -> "EmgSettings":
        """Return a copy with some parameters changed; dotted names reach into groups, as in ``{"bursts.method": "tkeo"}``.

        Raises
        ------
        OptionError
            If a parameter does not exist.

        Examples
        --------
        >>> EmgSettings().changed(**{"bursts.method": "tkeo"}).bursts.method
        'tkeo'
        """
        own = {name: value for name, value in changes.items() if "." not in name}
        for name, value in changes.items():
            if "." in name:
                group, _, inner = name.partition(".")
                check_option("group of parameters", group, ("bursts", "limits"))
                start = own.get(group, getattr(self, group))
                known = [f.name for f in dataclasses.fields(start)]
                if inner not in known:
                    raise OptionError(
                        f"{group} has no parameter '{inner}'.{nearest(inner, known)} Parameters: {', '.join(known)}."
                    )
                own[group] = dataclasses.replace(start, **{inner: value})
        return type(self)(**{**{f.name: getattr(self, f.name) for f in dataclasses.fields(self)}, **own})

    def as_dict(self) -> dict[str, object]:
        """Return every parameter under its name, groups dotted: a row of a table, or a JSON file's content.

        Examples
        --------
        >>> EmgSettings().as_dict()["bursts.fraction"]
        0.25
        """
        flat = {}
        for name, value in dataclasses.asdict(self).items():
            flat.update(
                {f"{name}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {name: value}
            )
        return flat

    @classmethod
    def preset(cls, name: str) -> "EmgSettings":
        """Return the settings of a published convention. What its source does not state is this project's assumption.

        Raises
        ------
        OptionError
            If there is no such preset.

        Examples
        --------
        >>> EmgSettings.preset("jek2018").low_pass_hz
        350.0
        """
        preset = PRESETS[check_option("preset", name, PRESETS)]
        return cls(**preset.values, preset_name=name)


def differences(settings: EmgSettings, other: EmgSettings) -> list[str]:
    """Return, in words, every parameter in which two records differ. The preset's name is not one.

    Examples
    --------
    >>> differences(EmgSettings(), EmgSettings(window_ms=100.0))
    ['window_ms 500.0 and 100.0']
    """
    first, second = settings.as_dict(), other.as_dict()
    return [
        f"{name} {first[name]} and {second[name]}"
        for name in first
        if name != "preset_name" and first[name] != second[name]
    ]
