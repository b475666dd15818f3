"""Units as labs write them, in headers and options, and their factor to the schema's units."""

import re
import unicodedata

from mmc_analysis.errors import LoaderError
from mmc_analysis.options import nearest
from mmc_analysis.schema import MEASURES, units_of

LB_KG = 0.45359237  # the avoirdupois pound, exact since 1959
LBF_FT_N_M = 1.3558179483314004  # 0.45359237 kg × 9.80665 m/s² × 0.3048 m
KGF_N = 9.80665  # standard gravity, exact
PERCENT = "%"
_CHANGE_UNITS = {"pct_change": "pct", "pct_of_baseline": "pct_of_baseline"}
PERCENT_UNITS = ("pct", "pct_mvic", "pct_max", "pct_mmax", "pct_of_baseline")

_SPELLINGS: dict[str, tuple[str, float]] = {
    "µv": ("uV", 1.0), "uv": ("uV", 1.0), "microvolt": ("uV", 1.0), "microvolts": ("uV", 1.0), "mv": ("mV", 1.0),
    "millivolt": ("mV", 1.0), "millivolts": ("mV", 1.0), "v": ("uV", 1e6), "volt": ("uV", 1e6), "volts": ("uV", 1e6),
    "µvs": ("uV_s", 1.0), "uvs": ("uV_s", 1.0), "mvs": ("mV_s", 1.0), "%": (PERCENT, 1.0), "pct": (PERCENT, 1.0),
    "percent": (PERCENT, 1.0), "%mvic": ("pct_mvic", 1.0), "%mvc": ("pct_mvic", 1.0), "pctmvic": ("pct_mvic", 1.0),
    "pctmvc": ("pct_mvic", 1.0), "percentmvic": ("pct_mvic", 1.0), "%max": ("pct_max", 1.0), "pctmax": ("pct_max", 1.0),
    "%ofmax": ("pct_max", 1.0), "%ofmaximum": ("pct_max", 1.0), "%maxemg": ("pct_max", 1.0), "%nemg": ("pct_max", 1.0),
    "%ofmaximumemg": ("pct_max", 1.0), "%ofmvic": ("pct_mvic", 1.0), "%ofmvc": ("pct_mvic", 1.0),
    "%mmax": ("pct_mmax", 1.0), "pctmmax": ("pct_mmax", 1.0), "%ofmmax": ("pct_mmax", 1.0),
    "%ofbaseline": ("pct_of_baseline", 1.0), "pctofbaseline": ("pct_of_baseline", 1.0), "%baseline": ("pct_of_baseline", 1.0),
    "nm": ("N_m", 1.0), "lbft": ("N_m", LBF_FT_N_M), "ftlb": ("N_m", LBF_FT_N_M), "ftlbf": ("N_m", LBF_FT_N_M),
    "lbfft": ("N_m", LBF_FT_N_M), "n": ("N", 1.0), "newton": ("N", 1.0), "newtons": ("N", 1.0), "kn": ("N", 1e3),
    "kgf": ("N", KGF_N), "kg": ("kg", 1.0), "kilogram": ("kg", 1.0), "kilograms": ("kg", 1.0), "kgs": ("kg", 1.0),
    "lb": ("kg", LB_KG), "lbs": ("kg", LB_KG), "pound": ("kg", LB_KG), "pounds": ("kg", LB_KG), "g": ("g", 1.0),
    "mm": ("mm", 1.0), "cm": ("cm", 1.0), "mm2": ("mm2", 1.0), "cm2": ("cm2", 1.0), "um2": ("um2", 1.0), "µm2": ("um2", 1.0),
    "hz": ("Hz", 1.0), "ms": ("ms", 1.0), "s": ("s", 1.0), "sec": ("s", 1.0), "seconds": ("s", 1.0),
    "count": ("count", 1.0), "reps": ("count", 1.0), "points": ("points", 1.0), "pts": ("points", 1.0),
}  # fmt: skip
_MEASURED = frozenset(unit for units in MEASURES.values() for unit in units)
_IN_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]+)[)\]]\s*$", re.DOTALL)
_AT_END = re.compile(r"^(?P<name>.+?)[_\s.,-]+(?P<unit>[%A-Za-zµμ·²2]+)$", re.DOTALL)
_SAFE_AT_END = {"µv", "uv", "mv", "%mvic", "%mvc", "pctmvic", "pctmvc", "pctmax", "nm", "kg", "lb", "lbs", "mm", "cm", "mm2",
                "cm2", "hz", "ms"}  # fmt: skip


def unit_of(text: str) -> tuple[str, float] | None:
    """Return the schema's unit and the factor to it, or None if the text is no known unit.

    A bare percent sign comes back as "%": percent of what, the caller must know.

    Examples
    --------
    >>> unit_of("N·m"), unit_of("lb"), unit_of("furlong")
    (('N_m', 1.0), ('kg', 0.45359237), None)
    """
    if text in _MEASURED and text != "pct":
        return text, 1.0
    return _SPELLINGS.get(_spelling(text))


def _spelling(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("μ", "µ").casefold().replace("μ", "µ")
    return re.sub(r"[\s_.·*⋅×-]+", "", text)


def split_unit(header: str) -> tuple[str, str | None]:
    """Split a header into its name and the unit that it states.

    Examples
    --------
    >>> split_unit("Pec (µV)"), split_unit("20 % regular"), split_unit("torque_pre_Nm"), split_unit("Press (with arch)")
    (('Pec', 'µV'), ('20 % regular', None), ('torque_pre', 'Nm'), ('Press (with arch)', None))
    """
    found = _IN_BRACKETS.match(header)
    if found and unit_of(found["unit"]):
        return found["name"].rstrip(" ,_-"), found["unit"].strip()
    found = _AT_END.match(header)
    if found and _spelling(found["unit"]) in _SAFE_AT_END:
        return found["name"], found["unit"]
    return header, None


def legal_unit(text: str, measure: str, quantity: str, where: str) -> tuple[str, float]:
    """Return the schema's unit for a measure, and the factor to it.

    Raises
    ------
    LoaderError
        If the unit is unknown, is not one of the measure's, or is a percentage of who knows what.

    Examples
    --------
    >>> legal_unit("V", "emg_peak", "level", "lab.csv")
    ('uV', 1000000.0)
    """
    found = unit_of(text)
    if found is None:
        raise LoaderError(
            f"{where}: unit '{text}' is not known.{nearest(text, _MEASURED)} Known: {', '.join(sorted(_MEASURED))}."
        )
    unit, factor = found
    if unit == PERCENT:
        unit = _percent_of(measure, quantity, where)
    elif quantity.startswith("pct") and unit != _CHANGE_UNITS[quantity]:
        raise LoaderError(f"{where}: quantity='{quantity}' is in percent, but the unit is '{text}'. Leave quantity= out, or "
                          "correct the unit.")  # fmt: skip
    if unit not in units_of(measure):
        fits = [name for name, units in MEASURES.items() if unit in units]
        raise LoaderError(f"{where}: unit '{text}' is not one of measure '{measure}'. Allowed: {', '.join(units_of(measure))}. "
                          f"If the measure is another one, write measure= ({', '.join(fits[:6])}).")  # fmt: skip
    return unit, factor


def _percent_of(measure: str, quantity: str, where: str) -> str:
    if quantity in _CHANGE_UNITS:
        return _CHANGE_UNITS[quantity]
    if measure == "voluntary_activation":
        return "pct"
    if measure.startswith("emg"):
        raise LoaderError(f"{where}: values in '%', but of what? Write unit='pct_mvic' (a maximal voluntary contraction), "
                          "unit='pct_max' (the highest EMG of all trials) or unit='pct_mmax' (the M wave).")  # fmt: skip
    raise LoaderError(f"{where}: values in '%', but of what? Write quantity='pct_change' (0 is no change) or "
                      "quantity='pct_of_baseline' (100 is no change).")  # fmt: skip


def kilograms_per(unit: str) -> float:
    """Return the kilograms in one lb or kg, as written in the name of an exercise.

    Examples
    --------
    >>> round(225 * kilograms_per("lb"), 2)
    102.06
    """
    return _SPELLINGS[_spelling(unit)][1]
