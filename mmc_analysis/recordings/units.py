"""Units of channels as files write them, and what they are in µV."""

import re

MICROVOLTS = {"V": 1e6, "mV": 1e3, "uV": 1.0, "nV": 1e-3, "kV": 1e9}
_SPELLINGS = {
    "v": "V", "volt": "V", "volts": "V", "mv": "mV", "millivolt": "mV", "millivolts": "mV", "uv": "uV",
    "microvolt": "uV", "microvolts": "uV", "nv": "nV", "nanovolt": "nV", "nanovolts": "nV", "kv": "kV",
}  # fmt: skip
_NO_UNIT = ("", "-", "--", "n/a", "na", "none", "unknown", "?", "*", "a.u.", "au")
_OTHER_UNITS = (
    "g", "deg/s", "°/s", "dps", "m/s^2", "m/s²", "m/s", "n", "nm", "n.m", "n*m", "n·m", "kg", "deg", "°", "rad", "%",
    "mm", "cm", "m", "s", "ms", "us", "µs", "hz", "bpm", "ut", "µt", "l/sec", "cmh2o", "mmhg", "on", "counts", "count",
    "adc",
)  # fmt: skip
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


def split_name(header: str) -> tuple[str, str]:
    """Split a column's header into the channel's name and its unit, where one is written.

    Examples
    --------
    >>> split_name("EMG 1 (mV)"), split_name("VMO RT, uV"), split_name("Sensor (left)")
    (('EMG 1', 'mV'), ('VMO RT', 'uV'), ('Sensor (left)', ''))
    """
    header = str(header).strip().strip('"').strip()
    found = _IN_NAME.search(header)
    unit = plain_unit(found.group(1) or found.group(2) or "") if found else ""
    if not unit or not (is_voltage(unit) or unit.lower() in _OTHER_UNITS):
        return header, ""
    return header[: found.start()].strip(), unit
