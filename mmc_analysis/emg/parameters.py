"""Groups of parameters inside the settings: how bursts are found, and where quality limits lie."""

import functools
from dataclasses import dataclass, fields

import numpy as np

from mmc_analysis.errors import OptionError, RecordingError
from mmc_analysis.options import check_option, nearest

DETECTORS = ("relative", "double-threshold", "hodges-bui", "tkeo")


def named_fields(cls):
    """Make a misspelt field of a frozen record an :class:`OptionError` that names the nearest right one.

    Examples
    --------
    >>> BurstSettings(methd="tkeo")
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: BurstSettings has no parameter 'methd'. Did you mean 'method'? Parameters: method, ...
    """
    construct = cls.__init__
    names = [field.name for field in fields(cls)]

    @functools.wraps(construct)
    def checked(self, *args, **kwargs):
        for name in kwargs:
            if name not in names:
                raise OptionError(
                    f"{cls.__name__} has no parameter '{name}'.{nearest(name, names)} Parameters: {', '.join(names)}."
                )
        construct(self, *args, **kwargs)

    cls.__init__ = checked
    return cls


def is_number(value) -> bool:
    """Return whether a value is one real number; True and False are none."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def check_number(name: str, value, *, low: float, high: float = np.inf) -> float:
    """Return a value that is a number in [low, high].

    Raises
    ------
    RecordingError
        Naming the value and what is allowed.

    Examples
    --------
    >>> check_number("padding_ms", -1, low=0.0)
    Traceback (most recent call last):
    mmc_analysis.errors.RecordingError: padding_ms=-1 is not allowed. Give a number of at least 0.
    """
    if not is_number(value) or not low <= value <= high or not np.isfinite(value):
        allowed = "a number" if low == -np.inf else f"a number of at least {low:g}"
        allowed = f"a number from {low:g} to {high:g}" if np.isfinite(high) else allowed
        raise RecordingError(f"{name}={value!r} is not allowed. Give {allowed}.")
    return float(value)


def check_numbers(record, *, low: float, names, high: float = np.inf) -> None:
    """Refuse fields that are not numbers in [low, high], naming record, field and value.

    Raises
    ------
    RecordingError
        For the first such field.
    """
    for name in names:
        check_number(f"{type(record).__name__}: {name}", getattr(record, name), low=low, high=high)


@named_fields
@dataclass(frozen=True, kw_only=True)
class BurstSettings:
    """How activity is told from rest, and repetitions from each other.

    Attributes
    ----------
    method : {"relative", "double-threshold", "hodges-bui", "tkeo"}
        "relative": a slow linear envelope above a fraction of the way from its low to its high level, which also separates
        repetitions without full rest between them. "double-threshold": the smoothed rectified signal above baseline
        mean + `n_sd` · SD. "hodges-bui": its mean over the next `mean_ms` above that level [Hodges & Bui 1996].
        "tkeo": the smoothed Teager-Kaiser energy above baseline mean + `tkeo_n_sd` · SD [Solnik et al. 2010].
    fraction : float
        For "relative", from 0 to 1.
    slow_low_pass_hz : float
        For "relative": corner of the slow envelope.
    low_pass_hz : float
        Smoothing of the rectified signal for the other methods.
    n_sd, mean_ms, tkeo_n_sd : float
        Thresholds and averaging as above.
    tkeo_high_pass_hz, tkeo_low_pass_hz : float
        Band that the energy operator is given.
    min_burst_ms, min_gap_ms : float
        Gaps shorter than the second are joined; then bursts shorter than the first are dropped.
    least_snr_db : float
        Below this distance between the low and the high level of the slow envelope "relative" finds nothing: all is rest.
    motion_fraction, motion_reach : float
        A repetition in an angle or displacement channel starts and ends at the first fraction of the range away from the
        start position, and must reach the second.
    """

    method: str = "relative"
    fraction: float = 0.25
    slow_low_pass_hz: float = 6.0
    low_pass_hz: float = 50.0
    n_sd: float = 3.0
    mean_ms: float = 25.0
    tkeo_n_sd: float = 15.0
    tkeo_high_pass_hz: float = 30.0
    tkeo_low_pass_hz: float = 300.0
    min_burst_ms: float = 300.0
    min_gap_ms: float = 200.0
    least_snr_db: float = 6.0
    motion_fraction: float = 0.1
    motion_reach: float = 0.5

    def __post_init__(self):
        check_option("method", self.method, DETECTORS, RecordingError)
        check_numbers(self, low=0.0, high=1.0, names=("fraction", "motion_fraction", "motion_reach"))
        check_numbers(self, low=0.0, names=[f.name for f in fields(self) if f.name != "method"])


@named_fields
@dataclass(frozen=True, kw_only=True)
class QualityLimits:
    """Where a quality measure becomes a flag, a mask or an exclusion. Starting points, not standards.

    Attributes
    ----------
    amplitude_low_uv, amplitude_high_uv : float
        Plausible range of the 99.9th percentile of the absolute signal, in µV.
    dropout_ms : float
        Identical values for this long are a dropout and are masked.
    clip_run : int
        Samples in a row at the extreme value that count as clipping.
    clip_repetition, clip_reference : float
        Fraction of clipped samples above which a repetition is masked, and a trial may not be a reference.
    offset_over_rest : float
        Mean over rest amplitude above which the offset is flagged.
    mains_db : float
        Power at the mains frequency or a harmonic over that of its neighbours, at rest; 5 dB more where rest is shorter than
        1.5 s, because a single spectrum is rough; not judged below 0.6 s.
    rest_kurtosis : float
        Kurtosis at rest (3 for Gaussian noise) above which heart beats are looked for.
    spike_ratio : float
        Highest sample of a repetition over the root mean square of the half second around it.
    movement_ratio : float
        Power in 1-10 Hz over power from 10 Hz up, before filtering.
    snr_db : float
        Least distance of the repetitions (95th percentile of the envelope) from rest; not judged in a trial without rest.
    high_frequency_share : float
        Least share of the power from 10 Hz up that lies above 50 Hz; less means that the signal was smoothed before.
    active_over_rest : float
        Median envelope of the repetitions over rest, at or below which the electrode is taken as unplugged.
    above_reference : float
        Share of repetitions above 100 % that says that the reference was probably submaximal.
    reference_over_rest : float
        Least reference over rest.
    duration_ratio : float
        Longest over shortest median duration of a repetition between conditions, above which peaks are not alike: the peak of
        a longer repetition is higher by chance.
    antagonist_share : float
        An agonist below this share of its antagonist in its own maximal trial suggests swapped electrodes.
    """

    amplitude_low_uv: float = 20.0
    amplitude_high_uv: float = 10_000.0
    dropout_ms: float = 10.0
    clip_run: int = 3
    clip_repetition: float = 0.01
    clip_reference: float = 0.001
    offset_over_rest: float = 10.0
    mains_db: float = 10.0
    rest_kurtosis: float = 10.0
    spike_ratio: float = 12.0
    movement_ratio: float = 0.1
    snr_db: float = 15.0
    high_frequency_share: float = 0.01
    active_over_rest: float = 1.1
    above_reference: float = 0.25
    reference_over_rest: float = 5.0
    duration_ratio: float = 1.25
    antagonist_share: float = 0.2

    def __post_init__(self):
        check_numbers(self, low=0.0, names=[f.name for f in fields(self)])
