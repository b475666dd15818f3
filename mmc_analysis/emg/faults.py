"""The faults of a trial that are flagged or masked, as data: code, behaviour, what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes
    ----------
    behaviour : {"flag", "mask"}
        "flag": values are kept and the fault is reported. "mask": the samples, or the amplitudes of the trial, are empty.
    meaning : str
        What it is and what to do.
    """

    behaviour: str
    meaning: str


FAULTS: Mapping[str, Fault] = MappingProxyType({
    "amplitude": Fault("flag", "Outside the plausible range of surface EMG: check the unit, and whether a gain was left in."),
    "not_finite": Fault("mask", "Empty or infinite values."),
    "sentinel": Fault("mask", "Numbers that stand for a missing value, such as 9999999."),
    "dropout": Fault("mask", "Runs of identical values: lost packets of a wireless sensor."),
    "short_gaps": Fault("flag", "Gaps that were bridged for the filter only and are empty in the result."),
    "long_gaps": Fault("mask", "Gaps that split the signal; what is too short between them is empty."),
    "flat": Fault("mask", "An empty or unplugged channel."),
    "not_active": Fault("mask", "No more activity in the repetitions than at rest: an unplugged or misplaced electrode."),
    "clipping": Fault("flag", "Samples at the limit of the amplifier: peaks are too low. Lower the gain next time."),
    "offset": Fault("flag", "A large offset takes away range. The band-pass filter removed it."),
    "mains": Fault("flag", "Mains interference. Check the ground electrode; a notch is off unless asked for."),
    "heart_beats": Fault("flag", "Heart beats at rest. See ecg='high-pass' or 'template', for the reference too."),
    "spikes_at_rest": Fault("flag", "Sharp spikes at rest: heart beats in too short a rest to tell their rhythm, or interference."),
    "spike": Fault("flag", "A few samples far above their surroundings, as a discharge or a loose contact gives: the peak is too high."),
    "movement": Fault("flag", "Strong slow components: movement of electrodes or cables."),
    "low_snr": Fault("flag", "Little distance between activity and rest: a noisy channel, or a muscle that hardly took part."),
    "repetition_count": Fault("flag", "Another number of repetitions than the protocol has. None was dropped."),
    "no_repetition": Fault("flag", "No repetition was found; bursts shorter than bursts.min_burst_ms are none. Give events=, or segment='whole'."),
    "empty_repetition": Fault("mask", "A repetition without amplitudes; its reason stands beside it."),
})  # fmt: skip
