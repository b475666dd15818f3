"""What a methods section should say of the EMG, after the reporting lists of ISEK and CEDE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from mmc_analysis.emg.envelopes import window_length_ms
from mmc_analysis.emg.parameters import named_fields
from mmc_analysis.emg.references import Reference
from mmc_analysis.emg.results import Quality
from mmc_analysis.emg.settings import EmgSettings
from mmc_analysis.options import named_options

SOURCES = (
    "Merletti R (1999) Standards for reporting EMG data, J Electromyogr Kinesiol 9(1):III-IV",
    "Besomi M et al. (2020) CEDE project: amplitude normalization matrix, J Electromyogr Kinesiol 53:102438",
    "McManus L et al. (2021) CEDE project: terminology matrix, J Electromyogr Kinesiol",
)
OWN_REFERENCES = ("task_mean", "task_peak")
MEANS = ("submaximal", "task_mean")
ENVELOPE_WORDS = {"rms": "root mean square", "arv": "average rectified value"}
REFERENCE_WORDS = {
    "mvic": "the highest peak over all trials and positions of maximal voluntary isometric contraction",
    "max": "the highest peak over all trials, loads, conditions and repetitions, maximal trials included (maximum maximorum)",
    "submaximal": "the mean of the submaximal reference contractions",
    "task_mean": "the mean over all task trials, one value for each participant and muscle",
    "task_peak": "the highest peak over all task trials, one value for each participant and muscle",
}
PARAMETER_WORDS = {
    "high_pass_hz": "high-pass corner", "low_pass_hz": "low-pass corner", "order": "order of the filter", "envelope": "kind of amplitude",
    "window_ms": "window", "reference": "reference", "ecg": "treatment of heart beats", "ecg_high_pass_hz": "corner against heart beats",
}  # fmt: skip
FLAG_WORDS = {"low_snr": "low SNR", "reading": "remarks of the reader"}
DECIBELS_PER_ORDER = 6
BURST_WORDS = {
    "relative": "a linear envelope ({slow_low_pass_hz:g} Hz) above {percent:g} % of the way from its low to its high level",
    "double-threshold": "the rectified signal ({low_pass_hz:g} Hz low-pass) above baseline mean + {n_sd:g} SD",
    "hodges-bui": "the mean of the rectified signal ({low_pass_hz:g} Hz low-pass) over the next {mean_ms:g} ms above baseline mean + "
    "{n_sd:g} SD (Hodges and Bui 1996)",
    "tkeo": "the Teager-Kaiser energy of the {tkeo_high_pass_hz:g}–{tkeo_low_pass_hz:g} Hz signal above baseline mean + "
    "{tkeo_n_sd:g} SD (Solnik et al. 2010)",
}


@named_fields
@dataclass(frozen=True, kw_only=True)
class Acquisition:
    """What the signal cannot say: how it was recorded. Each is a phrase that completes the sentence of its name.

    Attributes
    ----------
    electrode_material, electrode_shape, electrode_size, interelectrode_distance, electrode_location, electrode_orientation : str
    reference_electrode, skin_preparation, detection_mode, amplifier, input_impedance, common_mode_rejection : str
    signal_to_noise_ratio, gain, hardware_filter, converter, manufacturer : str
    reference_contractions : str
        Positions, number, duration, rest and encouragement of the contractions that amplitudes are expressed in percent of.
        Empty text means not known; the paragraph then lists the item as missing.
    """

    electrode_material: str = ""
    electrode_shape: str = ""
    electrode_size: str = ""
    interelectrode_distance: str = ""
    electrode_location: str = ""
    electrode_orientation: str = ""
    reference_electrode: str = ""
    skin_preparation: str = ""
    detection_mode: str = ""
    amplifier: str = ""
    input_impedance: str = ""
    common_mode_rejection: str = ""
    signal_to_noise_ratio: str = ""
    gain: str = ""
    hardware_filter: str = ""
    converter: str = ""
    manufacturer: str = ""
    reference_contractions: str = ""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of the signals of a study, in numbers.

    Attributes
    ----------
    signals, masked, failed, repetitions, empty : int
        Channels of trials; those with an empty amplitude, and those that could not be processed; repetitions, and empty ones.
    without_reference : int
        Task signals that have no percents.
    flags : mapping of str to int
        Code to the number of signals that have it.
    """

    signals: int = 0
    masked: int = 0
    failed: int = 0
    repetitions: int = 0
    empty: int = 0
    without_reference: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)


def tally(quality: Iterable[Quality]) -> Tally:
    """Count what quality records say.

    Examples
    --------
    >>> tally([])
    Tally(signals=0, masked=0, failed=0, repetitions=0, empty=0, without_reference=0, flags={})
    """
    records = list(quality)
    flags: dict[str, int] = {}
    for record in records:
        for flag in record.flags:
            flags[flag] = flags.get(flag, 0) + 1
    return Tally(signals=len(records), masked=sum(record.status == "masked" for record in records), flags=flags,
                 repetitions=sum(record.repetitions for record in records), empty=sum(record.repetitions_empty for record in records))  # fmt: skip


@named_options
def methods_paragraph(
    settings: EmgSettings, *, fs: float | None = None, acquisition: Acquisition | None = None,
    references: Iterable[Reference] = (), quality: Iterable[Quality] = (),
) -> str:  # fmt: skip
    """Write the paragraph of a methods section, every number from the record that the signals were processed with.

    Parameters
    ----------
    settings : EmgSettings
    fs : float, optional
        Sampling frequency in Hz.
    acquisition : Acquisition, optional
        How the signals were recorded. What is not given is listed at the end as still to be reported.
    references : iterable of Reference, optional
        Those used, for how much they hang on one trial.
    quality : iterable of Quality, optional
        Of all trials, for how many were flagged or masked, and why.

    Returns
    -------
    str
        One paragraph.

    Examples
    --------
    >>> text = methods_paragraph(EmgSettings.preset("calatayud2016"), fs=1500.0)
    >>> "10–500 Hz" in text and "root mean square over a centred window of 500.7 ms" in text
    True
    """
    references = tuple(references)
    factors = [factor for factor in (reference.sensitivity().factor for reference in references) if factor == factor]
    return paragraph(
        settings,
        () if fs is None else (fs,),
        acquisition,
        [reference.method for reference in references],
        factors,
        tally(quality),
    )


def paragraph(
    settings: EmgSettings, rates: Sequence[float], acquisition: Acquisition | None, methods: Sequence[str], factors: Sequence[float],
    counts: Tally,
) -> str:  # fmt: skip
    """Write the paragraph of :func:`methods_paragraph` from numbers.

    Parameters
    ----------
    settings : EmgSettings
    rates : sequence of float
        Sampling frequencies in Hz.
    acquisition : Acquisition or None
    methods : sequence of str
        Kinds of the references that were used.
    factors : sequence of float
        What percents would be multiplied by without the winning trial, for each reference.
    counts : Tally

    Returns
    -------
    str
    """
    parts = [
        _acquired(acquisition, rates), _filtered(settings), _treated(settings, rates), _smoothed(settings, rates), _measured(settings),
        _normalised(settings, methods, factors, acquisition, counts), _gaps(settings), _quality(counts), _preset(settings),
        _missing(acquisition, rates, settings),
    ]  # fmt: skip
    return " ".join(part for part in parts if part)


def missing_items(
    acquisition: Acquisition | None, rates: Sequence[float] = (), settings: EmgSettings | None = None
) -> tuple[str, ...]:
    """Return the reporting items that are still unknown. Contractions that are no reference need not be described.

    Examples
    --------
    >>> missing_items(None)[:3]
    ('sampling frequency', 'electrode material', 'electrode shape')
    """
    acquisition = acquisition or Acquisition()
    own = settings is not None and settings.reference in OWN_REFERENCES
    unknown = [f.name.replace("_", " ") for f in fields(acquisition)
               if not getattr(acquisition, f.name) and not (own and f.name == "reference_contractions")]  # fmt: skip
    return (*(() if rates else ("sampling frequency",)), *unknown)


def _acquired(acquisition: Acquisition | None, rates: Sequence[float]) -> str:
    known = [
        f"{f.name.replace('_', ' ')}: {getattr(acquisition, f.name)}" for f in fields(acquisition)
        if getattr(acquisition, f.name) and f.name != "reference_contractions"
    ] if acquisition else []  # fmt: skip
    sampled = f" sampled at {' or '.join(f'{rate:g}' for rate in rates)} Hz" if rates else ""
    return f"Surface EMG was{sampled or ' recorded'}" + (f" ({'; '.join(known)})." if known else ".")


def _filtered(settings: EmgSettings) -> str:
    if settings.signal == "envelope":
        return "The signals were recorded as envelopes and were not filtered again."
    band = settings.band
    width = f"{band.high_pass_hz:g}–{band.low_pass_hz:g} Hz" if band.low_pass_hz else f"from {band.high_pass_hz:g} Hz"
    kind = "band-pass" if band.low_pass_hz else "high-pass"
    passes = "zero-lag, two passes" if band.passes == 2 else "one pass"
    corners = "after all passes" if band.corners == "effective" else "after each pass"
    ends = {"even": "mirrored", "odd": "point-mirrored", "constant": "held"}[settings.padding]
    return (
        f"Whole recordings were {kind} filtered with a Butterworth filter ({width}, effective order {band.order} "
        f"({DECIBELS_PER_ORDER * band.order} dB per octave), {passes} of order {band.design_order}, −3 dB at the corners {corners}; ends {ends} for {settings.padding_ms:g} ms); peaks were not taken within "
        f"{settings.edge_ms:g} ms of an end of the recording or of a long gap."
    )


def _treated(settings: EmgSettings, rates: Sequence[float]) -> str:
    heart = {
        "none": "Heart beats were not treated", "template": "The mean heart beat at rest was subtracted",
        "high-pass": f"Heart beats were damped by the high-pass corner of {settings.band.high_pass_hz:g} Hz",
    }[settings.ecg]  # fmt: skip
    mains = "and mains interference was not filtered."
    if settings.mains == "notch":
        line, highest = settings.line_freq_hz, settings.notch_harmonics * settings.line_freq_hz
        while rates and highest >= max(rates) / 2:
            highest -= line
        harmonics = f" and its harmonics up to {highest:g} Hz" if highest > line else ""
        mains = f"and mains was notched at {line:g} Hz{harmonics} ({settings.notch_width_hz:g} Hz wide at −6 dB)."
    return "" if settings.signal == "envelope" else f"{heart}, {mains}"


def _smoothed(settings: EmgSettings, rates: Sequence[float]) -> str:
    if settings.signal == "envelope":
        return ""
    if settings.envelope == "linear":
        smoothing = settings.smoothing
        return (
            f"The amplitude is the linear envelope: rectified, then low-pass filtered at {smoothing.low_pass_hz:g} Hz (Butterworth, "
            f"effective order {smoothing.order}{', zero-lag' * (smoothing.passes == 2)})."
        )
    lengths = sorted({round(window_length_ms(settings.window_ms, rate), 1) for rate in rates}) or [settings.window_ms]
    length = " or ".join(f"{length:g}" for length in lengths)
    return f"The amplitude is the {ENVELOPE_WORDS[settings.envelope]} over a centred window of {length} ms, moved sample by sample."


def _measured(settings: EmgSettings) -> str:
    bursts = settings.bursts
    words = BURST_WORDS[bursts.method].format(**vars(bursts), percent=100 * bursts.fraction)
    return (
        "Repetitions were taken from recorded events where there were any, otherwise from the signal "
        f"({words}; gaps below {bursts.min_gap_ms:g} ms joined, bursts below {bursts.min_burst_ms:g} ms dropped), and from an angle or "
        "displacement where that found none or another number than the protocol has; maximal trials without events were taken whole. "
        "Peak and mean are the highest and the mean value of the envelope in each repetition."
    )


def _normalised(
    settings: EmgSettings,
    methods: Sequence[str],
    factors: Sequence[float],
    acquisition: Acquisition | None,
    counts: Tally,
) -> str:
    used = list(dict.fromkeys(methods)) or [settings.reference]
    done = f" ({acquisition.reference_contractions})" if acquisition and acquisition.reference_contractions else ""
    text = f"Amplitudes were expressed in percent of {' or '.join(REFERENCE_WORDS[m] for m in used)}{done}, processed identically."
    if factors:
        which = "changes it most" if set(used) <= set(MEANS) else "set it"
        text += (
            f" Without the trial that {which}, values would be multiplied by {min(factors):.2f} to {max(factors):.2f} "
            f"({len(factors)} reference{'s' * (len(factors) > 1)})."
        )
    if counts.without_reference:
        one = counts.without_reference == 1
        text += f" {counts.without_reference} signal{'' if one else 's'} of tasks {'has' if one else 'have'} no reference and no percents."
    return text


def _gaps(settings: EmgSettings) -> str:
    bridged = (
        ""
        if settings.signal == "envelope"
        else f"Gaps up to {settings.bridge_ms:g} ms were bridged for the filter only; "
    )
    return bridged + (
        f"{'r' if bridged else 'R'}epetitions with more than "
        f"{100 * settings.repetition_missing:g} % of their samples missing or more than "
        f"{100 * settings.limits.clip_repetition:g} % clipped were left empty."
    )


def _quality(counts: Tally) -> str:
    if not counts.signals:
        return ""
    listed = ", ".join(
        f"{FLAG_WORDS.get(flag, flag.replace('_', ' '))} {n}"
        for flag, n in sorted(counts.flags.items(), key=lambda item: (-item[1], item[0]))
    )
    failed = f"{counts.failed} could not be processed, " if counts.failed else ""
    text = (f"Of {counts.signals} signal{'s' * (counts.signals > 1)}, {failed}{counts.masked} {'was' if counts.masked == 1 else 'were'} wholly or partly masked; {counts.empty} of "
            f"{counts.repetitions} repetitions {'is' if counts.empty == 1 else 'are'} empty.")  # fmt: skip
    return text + (f" Flags: {listed}." if listed else " None was flagged.")


def _preset(settings: EmgSettings) -> str:
    if settings.source is None:
        return ""
    known, assumed = settings.known(), settings.assumed()
    stated = (
        ", ".join(f"the {PARAMETER_WORDS[name]} ({words})" for name, words in known.items())
        or "none of the parameters used"
    )
    main = [f"the {words}" for name, words in PARAMETER_WORDS.items() if name in assumed and not name.startswith("ecg")]
    text = f"The settings follow {settings.source.citation}, which states {stated}."
    return text + (f" Assumed here: {', '.join(main)}." if main else "")


def _missing(acquisition: Acquisition | None, rates: Sequence[float], settings: EmgSettings) -> str:
    missing = missing_items(acquisition, rates, settings)
    return f"Still to be reported: {', '.join(missing)}." if missing else ""
