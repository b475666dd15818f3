"""Published conventions as data: what each source states, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Preset:
    """One convention.

    Attributes
    ----------
    citation : str
    values : mapping
        Parameters that differ from the defaults or that the source states.
    known : mapping
        Parameter to what the source states of it, and where that was read.
    remarks : tuple of str
        What the source leaves open.
    """

    citation: str
    values: Mapping[str, object]
    known: Mapping[str, str]
    remarks: tuple[str, ...] = ()


PRESETS: Mapping[str, Preset] = MappingProxyType({
    "calatayud2016": Preset(
        "Calatayud J et al. (2016) Eur J Appl Physiol 116:527-533, doi:10.1007/s00421-015-3305-7",
        {"envelope": "rms", "reference": "max"},
        {"envelope": "root mean square is in the list of abbreviations",
         "reference": "normalised to the maximum maximorum EMG of each muscle (abstract)"},
        ("The band, the order of the filter, the window of the root mean square and which trials supply the maximum were not "
         "available: they are assumed here.",
         "The peak is taken from the envelope; the abstract says 'peak EMG of the filtered signals'."),
    ),
    "contreras2015": Preset(
        "Contreras B, Vigotsky AD, Schoenfeld BJ, Beardsley C, Cronin J (2015) J Appl Biomech 31:452-458",
        {"reference": "mvic"},
        {"reference": "mean and peak amplitude in percent of the maximal voluntary isometric contraction (abstract)"},
        ("Filter and window were not available: they are assumed here.",
         "Means up to 110 % and peaks up to 244 % are reported: values above 100 % are no error."),
    ),
    "seniam": Preset(
        "SENIAM recommendations (Hermens et al. 2000, J Electromyogr Kinesiol 10:361-374), as quoted in teaching notes",
        {"high_pass_hz": 10.0, "low_pass_hz": 500.0},
        {"high_pass_hz": "10-20 Hz (quotation)", "low_pass_hz": "near 500 Hz (quotation)"},
        ("Read in quotation only.",),
    ),
    "isek1999": Preset(
        "Merletti R (1999) Standards for reporting EMG data, J Electromyogr Kinesiol 9(1):III-IV",
        {"high_pass_hz": 5.0, "low_pass_hz": 400.0},
        {"high_pass_hz": "5-10 Hz (quotation)", "low_pass_hz": "400-450 Hz (quotation; other quotations say 500)"},
        ("The quotations disagree: report the edition that you follow.",),
    ),
    "jek2018": Preset(
        "Editors' note (2018) J Electromyogr Kinesiol 42:I-II",
        {"high_pass_hz": 10.0, "low_pass_hz": 350.0},
        {"high_pass_hz": "10 Hz (quotation)", "low_pass_hz": "350 Hz (quotation)"},
        ("Read in quotation only.",),
    ),
    "drake2006": Preset(
        "Drake JDM, Callaghan JP (2006) J Electromyogr Kinesiol 16:175-187",
        {"ecg": "high-pass", "ecg_high_pass_hz": 30.0, "order": 4},
        {"ecg": "high-pass filter against heart beats", "ecg_high_pass_hz": "30 Hz",
         "order": "fourth-order Butterworth; whether that counts one pass or both is not known, here it counts both"},
    ),
})  # fmt: skip
