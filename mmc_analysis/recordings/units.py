"""Units of channels as files write them, and what they are in µV."""

import re

MICROVOLTS = {"V": 1e6, "mV": 1e3, "uV": 1.0, "nV": 1e-3, "kV": 1e9}
_SPELLINGS = {
    "v": "V", "volt": "V", "volts": "V", "mv": "mV", "millivolt": "mV", "millivolts": "mV", "uv": "uV",
    "microvolt": "uV", "microvolts": "uV", "microv": "uV", "uvolt": "uV", "uvolts": "uV", "mvolt": "mV", "mvolts": "mV", "nv": "nV", "nanovolt": "nV", "nanovolts": "nV", "kv": "kV",
}  # fmt: skip
_NO_UNIT = ("", "-", "--", "n/a", "na", "none", "unknown", "?", "*", "a.u.", "au")
_OTHER_UNITS = (
    "g", "mg", "gauss", "mgauss", "deg/s", "°/s", "dps", "m/s^2", "m/s²", "m/s", "n", "nm", "n.m", "n*m", "n·m", "kg", "deg", "°", "rad", "%",
    "%mvc", "%mvic", "% mvc", "% mvic", "%max", "mm", "cm", "m", "s", "ms", "us", "µs", "hz", "bpm", "ut", "µt", "l/sec", "cmh2o", "mmhg", "on", "counts", "count",
    "adc",
)  # fmt: skip
_DOUBLED = re.compile(r"[\)\]](\.\d+)$")
_BEHIND_NAME = re.compile(r"(?<=[^\W_])[_ ]([munµμ]V)$")
_IN_NAME = re.compile(r"\s*(?:[\(\[]\s*([^()\[\]]{0,20}?)\s*[\)\]]|,\s*([^\s,]{1,6}))\s*$")


def plain_unit(text: str) -> str:
    """Return a unit in plain spelling: "µV" and "microvolts" are "uV"; others as they are; "" where there is none.

    Examples
    --------
    >>> plain_unit(" µV "), plain_unit("Volts"), plain_unit("g"), plain_unit("*")
    ('uV', 'V', 'g', '')
    """
    text = str(text).strip().replace("\u00b5", "u").replace("\u03bc", "u")
    return "" if text.lower() in _NO_UNIT else _SPELLINGS.get(text.lower(), text)


def is_voltage(unit: str) -> bool:
    """Return whether a unit is a voltage.

    Examples
    --------
    >>> is_voltage("µV"), is_voltage("g")
    (True, False)
    """
    return plain_unit(unit) in MICROVOLTS


def is_unit(text: str) -> bool:
    """Return whether a text is a unit that is known here.

    Examples
    --------
    >>> is_unit("mV"), is_unit("deg/s"), is_unit("left")
    (True, True, False)
    """
    unit = plain_unit(text)
    return unit in MICROVOLTS or unit.lower() in _OTHER_UNITS


def split_name(header: str) -> tuple[str, str]:
    """Split a column's header into the channel's name and its unit, where one is written.

    Examples
    --------
    >>> split_name("EMG 1 (mV)"), split_name("VMO RT, uV"), split_name("Sensor (left)"), split_name("EMG (mV).1"), split_name("emg_mV")
    (('EMG 1', 'mV'), ('VMO RT', 'uV'), ('Sensor (left)', ''), ('EMG.1', 'mV'), ('emg', 'mV'))
    """
    header = str(header).strip().strip('"').strip()
    if doubled := _DOUBLED.search(header):
        name, unit = split_name(header[: doubled.start(1)])
        return (name + doubled.group(1), unit) if unit else (header, "")
    if behind := _BEHIND_NAME.search(header):
        return header[: behind.start()], plain_unit(behind.group(1))
    found = _IN_NAME.search(header)
    unit = plain_unit(found.group(1) or found.group(2) or "") if found else ""
    if not is_unit(unit):
        return header, ""
    return header[: found.start()].strip(), unit
