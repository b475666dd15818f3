"""What a processed trial holds."""

from dataclasses import dataclass, field, replace

import numpy as np

from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.errors import RecordingError
from mmc_analysis.options import check_option

KINDS = ("task", "mvic", "submaximal", "rest")
SEGMENTS = ("auto", "events", "signal", "motion", "whole")
STATUSES = ("good", "flagged", "masked")


@dataclass(frozen=True)
class TrialLabel:
    """Which trial of which muscle a signal is: what a reference is traced back to.

    Attributes
    ----------
    trial : str
        Name of the trial, unique within participant, muscle and side.
    participant, muscle, side, session : str
        Left empty where there is only one. A session is one application of the electrodes.
    kind : {"task", "mvic", "submaximal", "rest"}
    position : str
        Posture or joint position of a maximal trial.
    """

    trial: str
    participant: str = ""
    muscle: str = ""
    side: str = ""
    session: str = ""
    kind: str = "task"
    position: str = ""

    def __post_init__(self):
        check_option("kind", self.kind, KINDS, RecordingError)

    def __str__(self) -> str:
        parts = (self.participant, self.session, self.muscle, self.side, self.trial, self.position)
        return " / ".join(part for part in parts if part) or "trial"


@dataclass(frozen=True)
class Motion:
    """An angle or displacement channel that shows the repetitions.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (n,), any unit; starts in the start position.
    fs : float
        Its own sampling frequency in Hz.
    start_s : float
        When it starts, in s from the first sample of the EMG.
    """

    values: np.ndarray
    fs: float
    start_s: float = 0.0


@dataclass(frozen=True)
class Repetition:
    """One repetition of one muscle.

    Attributes
    ----------
    index : int
        From 1.
    start_s, stop_s : float
        In s from the first sample; the stop is not part of it.
    peak_uv, mean_uv : float
        Highest and mean value of the envelope, in µV; NaN with `reason`.
    peak_at_s : float
        When the peak was reached.
    median_frequency_hz : float
        Of the filtered signal; NaN for repetitions shorter than 1 s.
    missing_share, clipped_share : float
        Share of its samples without signal, and at the limit of the amplifier.
    reason : str
        Why the amplitudes are empty, or "".
    """

    index: int
    start_s: float
    stop_s: float
    peak_uv: float
    mean_uv: float
    peak_at_s: float
    median_frequency_hz: float
    missing_share: float
    clipped_share: float
    reason: str = ""

    @property
    def duration_s(self) -> float:
        """Length in s."""
        return self.stop_s - self.start_s


@dataclass(frozen=True)
class Quality:
    """Quality of one channel in one trial: one row of a quality table.

    Attributes
    ----------
    trial : TrialLabel
    status : {"good", "flagged", "masked"}
        "masked": no amplitude was computed for the trial or for one of its repetitions.
    flags : tuple of str
        Codes, see :data:`FAULTS`.
    notes : tuple of str
        One sentence for each flag, with its numbers.
    duration_s, sampling_frequency, missing_share : float
    non_finite, sentinel, dropout, bridged, clipped : int
        Samples.
    longest_gap_ms, longest_clip_ms : float
    offset_uv, plausible_uv : float
        Mean, and 99.9th percentile of the absolute signal without its mean.
    rest_start_s, rest_stop_s, rest_uv : float
        Rest and its amplitude.
    rest_from : str
        "given", or "quietest": the longest quiet stretch, which may not be true rest.
    rest_kurtosis, snr_db, mains_hz, mains_db, spike_ratio, movement_ratio, heart_rate_hz : float
        NaN where they could not be computed; `snr_db` also in a trial that holds no rest, as one cropped to the contraction.
    beats_found, beats_subtracted : int
    repetitions, repetitions_empty : int
    repetitions_expected : int or None
    repetitions_from : str
        "events", "signal", "motion" or "whole".
    """

    trial: TrialLabel
    status: str
    flags: tuple[str, ...]
    notes: tuple[str, ...]
    duration_s: float
    sampling_frequency: float
    missing_share: float
    non_finite: int
    sentinel: int
    dropout: int
    bridged: int
    clipped: int
    longest_gap_ms: float
    longest_clip_ms: float
    offset_uv: float
    plausible_uv: float
    rest_start_s: float
    rest_stop_s: float
    rest_uv: float
    rest_from: str
    rest_kurtosis: float
    snr_db: float
    mains_hz: float
    mains_db: float
    spike_ratio: float
    movement_ratio: float
    heart_rate_hz: float
    beats_found: int
    beats_subtracted: int
    repetitions: int
    repetitions_empty: int
    repetitions_expected: int | None
    repetitions_from: str

    @property
    def status_description(self) -> str:
        """The notes in one text, as a BIDS channels table has it."""
        return " ".join(self.notes)

    def as_row(self) -> dict[str, object]:
        """Return one row of a quality table: plain values, flags joined by ";"."""
        row = {
            name: getattr(self.trial, name) for name in ("participant", "session", "muscle", "side", "trial", "kind")
        }
        own = {name: value for name, value in vars(self).items() if name not in ("trial", "flags", "notes")}
        return {**row, **own, "flags": ";".join(self.flags), "status_description": self.status_description}


@dataclass(frozen=True)
class TrialResult:
    """A processed trial of one muscle.

    Attributes
    ----------
    label : TrialLabel
    fs : float
        Sampling frequency in Hz.
    settings : EmgSettings
        How it was processed.
    filtered, envelope : numpy.ndarray
        Shape (n_samples,), in µV; empty arrays after :meth:`without_signals`.
    repetitions : tuple of Repetition
    quality : Quality
    """

    label: TrialLabel
    fs: float
    settings: EmgSettings
    filtered: np.ndarray = field(repr=False)
    envelope: np.ndarray = field(repr=False)
    repetitions: tuple[Repetition, ...]
    quality: Quality = field(repr=False)

    @property
    def highest_peak_uv(self) -> float:
        """Highest of the repetitions' peaks, in µV; NaN if there is none."""
        return float(np.nanmax([r.peak_uv for r in self.repetitions])) if self._any_peak() else float("nan")

    @property
    def mean_of_peaks_uv(self) -> float:
        """Mean over repetitions of their peaks, in µV; NaN if there is none."""
        return float(np.nanmean([r.peak_uv for r in self.repetitions])) if self._any_peak() else float("nan")

    @property
    def mean_of_means_uv(self) -> float:
        """Mean over repetitions of their means, in µV; NaN if there is none."""
        return float(np.nanmean([r.mean_uv for r in self.repetitions])) if self._any_mean() else float("nan")

    def _any_peak(self) -> bool:
        return any(np.isfinite(r.peak_uv) for r in self.repetitions)

    def _any_mean(self) -> bool:
        return any(np.isfinite(r.mean_uv) for r in self.repetitions)

    def without_signals(self) -> "TrialResult":
        """Return a copy that keeps numbers and quality, and lets the long arrays go."""
        return replace(self, filtered=np.empty(0), envelope=np.empty(0))
