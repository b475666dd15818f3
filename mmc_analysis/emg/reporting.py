"""What a methods section should say of the EMG, after the reporting lists of ISEK and CEDE."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

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
ENVELOPE_WORDS = {"rms": "root mean square", "arv": "average rectified value"}
REFERENCE_WORDS = {
    "mvic": "the highest peak over all trials and positions of maximal voluntary isometric contraction",
    "max": "the highest peak over all trials, loads, conditions and repetitions, maximal trials included (maximum maximorum)",
    "submaximal": "the mean of the submaximal reference contractions",
    "task_mean": "the mean over all task trials, one value for each participant and muscle",
    "task_peak": "the highest peak over all task trials, one value for each participant and muscle",
}
BURST_WORDS = {
    "relative": "a linear envelope ({slow_low_pass_hz:g} Hz) above {percent:g} % of the way from its low to its high level",
    "double-threshold": "the rectified signal ({low_pass_hz:g} Hz low-pass) above baseline mean + {n_sd:g} SD",
    "hodges-bui": "the mean of the rectified signal ({low_pass_hz:g} Hz low-pass) over the next {mean_ms:g} ms above baseline mean + "
    "{n_sd:g} SD (Hodges and Bui 1996)",
    "tkeo": "the Teager-Kaiser energy of the {tkeo_high_pass_hz:g}-{tkeo_low_pass_hz:g} Hz signal above baseline mean + "
    "{tkeo_n_sd:g} SD (Solnik et al. 2010)",
}


@named_fields
@dataclass(frozen=True, kw_only=True)
class Acquisition:
    """What the signal cannot say: how it was recorded. Each is a phrase that completes the sentence of its name.

    Attributes
    ----------
    electrode_material, electrode_shape, electrode_size, interelectrode_distance, electrode_location : str
    skin_preparation, detection_mode, amplifier, input_impedance, common_mode_rejection, gain : str
    hardware_filter, converter, manufacturer : str
        Empty text means not known; the paragraph then lists the item as missing.
    """

    electrode_material: str = ""
    electrode_shape: str = ""
    electrode_size: str = ""
    interelectrode_distance: str = ""
    electrode_location: str = ""
    skin_preparation: str = ""
    detection_mode: str = ""
    amplifier: str = ""
    input_impedance: str = ""
    common_mode_rejection: str = ""
    gain: str = ""
    hardware_filter: str = ""
    converter: str = ""
    manufacturer: str = ""


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
    >>> "10-500 Hz" in text and "root mean square over a centred window of 500.7 ms" in text
    True
    """
    parts = [
        _acquired(acquisition, fs), _filtered(settings), _treated(settings), _smoothed(settings, fs), _measured(settings),
        _normalised(settings, tuple(references)), _gaps(settings), _quality(tuple(quality)), _preset(settings),
        _missing(acquisition, fs),
    ]  # fmt: skip
    return " ".join(part for part in parts if part)


def missing_items(acquisition: Acquisition | None, fs: float | None = None) -> tuple[str, ...]:
    """Return the reporting items that are still unknown.

    Examples
    --------
    >>> missing_items(None)[:3]
    ('sampling frequency', 'electrode material', 'electrode shape')
    """
    acquisition = acquisition or Acquisition()
    unknown = [f.name.replace("_", " ") for f in fields(acquisition) if not getattr(acquisition, f.name)]
    return (*(() if fs else ("sampling frequency",)), *unknown)


def _acquired(acquisition: Acquisition | None, fs: float | None) -> str:
    known = [
        f"{f.name.replace('_', ' ')}: {getattr(acquisition, f.name)}" for f in fields(acquisition) if getattr(acquisition, f.name)
    ] if acquisition else []  # fmt: skip
    sampled = f" sampled at {fs:g} Hz" if fs else ""
    return f"Surface EMG was{sampled or ' recorded'}" + (f" ({'; '.join(known)})." if known else ".")


def _filtered(settings: EmgSettings) -> str:
    if settings.signal == "envelope":
        return "The signals were recorded as envelopes and were not filtered again."
    band = settings.band
    width = f"{band.high_pass_hz:g}-{band.low_pass_hz:g} Hz" if band.low_pass_hz else f"from {band.high_pass_hz:g} Hz"
    kind = "band-pass" if band.low_pass_hz else "high-pass"
    passes = "zero-lag, two passes" if band.passes == 2 else "one pass"
    corners = "after all passes" if band.corners == "effective" else "after each pass"
    ends = {"even": "mirrored", "odd": "point-mirrored", "constant": "held"}[settings.padding]
    return (
        f"Whole recordings were {kind} filtered with a Butterworth filter ({width}, effective order {band.order}, {passes} of order "
        f"{band.design_order}, -3 dB at the corners {corners}; ends {ends} for {settings.padding_ms:g} ms); peaks were not taken within "
        f"{settings.edge_ms:g} ms of an end."
    )


def _treated(settings: EmgSettings) -> str:
    heart = {
        "none": "Heart beats were not treated", "template": "The mean heart beat at rest was subtracted",
        "high-pass": f"Heart beats were damped by the high-pass corner of {settings.ecg_high_pass_hz:g} Hz",
    }[settings.ecg]  # fmt: skip
    mains = "and mains interference was not filtered."
    if settings.mains == "notch":
        harmonics = (
            f" and its harmonics up to {settings.notch_harmonics * settings.line_freq_hz:g} Hz"
            if settings.notch_harmonics > 1
            else ""
        )
        mains = (
            f"and mains was notched at {settings.line_freq_hz:g} Hz{harmonics} (width {settings.notch_width_hz:g} Hz)."
        )
    return "" if settings.signal == "envelope" else f"{heart}, {mains}"


def _smoothed(settings: EmgSettings, fs: float | None) -> str:
    if settings.signal == "envelope":
        return ""
    if settings.envelope == "linear":
        smoothing = settings.smoothing
        return (
            f"The amplitude is the linear envelope: rectified, then low-pass filtered at {smoothing.low_pass_hz:g} Hz (Butterworth, "
            f"effective order {smoothing.order})."
        )
    length = f"{window_length_ms(settings.window_ms, fs):.1f}" if fs else f"{settings.window_ms:g}"
    return f"The amplitude is the {ENVELOPE_WORDS[settings.envelope]} over a centred window of {length} ms, moved sample by sample."


def _measured(settings: EmgSettings) -> str:
    bursts = settings.bursts
    words = BURST_WORDS[bursts.method].format(**vars(bursts), percent=100 * bursts.fraction)
    return (
        "Repetitions were taken from recorded events where there were any, otherwise from the signal "
        f"({words}; gaps below {bursts.min_gap_ms:g} ms joined, bursts below {bursts.min_burst_ms:g} ms dropped). "
        "Peak and mean are the highest and the mean value of the envelope in each repetition."
    )


def _normalised(settings: EmgSettings, references: tuple[Reference, ...]) -> str:
    methods = list(dict.fromkeys(reference.method for reference in references)) or [settings.reference]
    text = f"Amplitudes were expressed in percent of {' or '.join(REFERENCE_WORDS[m] for m in methods)}, processed identically."
    factors = [f for f in (reference.sensitivity().factor for reference in references) if f == f]
    if factors:
        text += (
            f" Without the trial that set it, values would be multiplied by {min(factors):.2f} to {max(factors):.2f} "
            f"({len(factors)} reference{'s' * (len(factors) > 1)})."
        )
    return text


def _gaps(settings: EmgSettings) -> str:
    if settings.signal == "envelope":
        return ""
    return (
        f"Gaps up to {settings.bridge_ms:g} ms were bridged for the filter only; repetitions with more than "
        f"{100 * settings.repetition_missing:g} % of their samples missing or more than "
        f"{100 * settings.limits.clip_repetition:g} % clipped were left empty."
    )


def _quality(quality: tuple[Quality, ...]) -> str:
    if not quality:
        return ""
    counts: dict[str, int] = {}
    for record in quality:
        for flag in record.flags:
            counts[flag] = counts.get(flag, 0) + 1
    masked = sum(record.status == "masked" for record in quality)
    empty = sum(record.repetitions_empty for record in quality)
    total = sum(record.repetitions for record in quality)
    listed = ", ".join(
        f"{flag.replace('_', ' ')} {n}" for flag, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    text = f"Of {len(quality)} signal{'s' * (len(quality) > 1)}, {masked} were wholly or partly masked; {empty} of {total} repetitions are empty."
    return text + (f" Flags: {listed}." if listed else " None was flagged.")


def _preset(settings: EmgSettings) -> str:
    if settings.source is None:
        return ""
    known, assumed = settings.known(), settings.assumed()
    stated = ", ".join(f"{name} ({words})" for name, words in known.items()) or "none of the parameters"
    main = [
        name
        for name in ("high_pass_hz", "low_pass_hz", "order", "envelope", "window_ms", "reference")
        if name in assumed
    ]
    text = f"The settings follow {settings.source.citation}, which states: {stated}."
    return text + (f" Assumed here: {', '.join(main)}." if main else "")


def _missing(acquisition: Acquisition | None, fs: float | None) -> str:
    missing = missing_items(acquisition, fs)
    return f"Still to be reported: {', '.join(missing)}." if missing else ""
