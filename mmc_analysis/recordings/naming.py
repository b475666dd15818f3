"""What a channel's name says: its type, its muscle, its side. What it does not say stays empty."""

import re

from mmc_analysis.recordings.units import is_voltage

TYPES = ("EMG", "ECG", "EEG", "EOG", "TRIG", "ACCEL", "GYRO", "MAGN", "REF", "SYSCLOCK", "MISC")
_TYPE_WORDS = (
    ("TRIG", r"trig(?:ger)?|status|stim|sync|marker|markers|activity|button|digital|event|events|ttl|switch|on|off|di"),
    ("ACCEL", r"acc|accel|accelerometer|acceleration|accx|accy|accz|xyz"),
    ("GYRO", r"gyro|gyroscope|gyrox|gyroy|gyroz"),
    ("MAGN", r"mag|magn|magnetometer"),
    ("ECG", r"ecg|ekg"),
    ("MISC", r"im|imu|orientation|force|torque|angle|gonio|goniometer|resp|eda|gsr|fsr|force ?plate|fx|fy|fz|mx|my|mz|cop"),
    ("EMG", r"s?emg\d*|emgs|myo"),
)  # fmt: skip
_MUSCLES = (
    ("pectoralis", r"pecs?|pectoral(?:is)?(?: major)?|pmaj|chest"),
    ("triceps", r"triceps?|tric?|tb"),
    ("biceps_femoris", r"biceps fem(?:oris)?|bf|hamstrings?"),
    ("biceps", r"biceps|bicep|bic|bb"),
    ("brachioradialis", r"brachiorad(?:ialis)?|brd"),
    ("brachialis", r"brachialis"),
    ("semitendinosus", r"semiten(?:dinosus)?"),
    ("anterior_deltoid", r"(?:ant(?:erior)? delt(?:oid)?|delt(?:oid)? ant(?:erior)?|ad)"),
    ("middle_deltoid", r"(?:(?:mid(?:dle)?|med(?:ial)?|lat(?:eral)?) delt(?:oid)?|delt(?:oid)? (?:mid|med|lat)\w*)"),
    ("posterior_deltoid", r"(?:post(?:erior)? delt(?:oid)?|delt(?:oid)? post(?:erior)?)"),
    ("deltoid", r"delt(?:oid)?"),
    ("trapezius", r"trap(?:ezius)?(?: \w+)?"),
    ("latissimus", r"lat(?:s|issimus(?: dorsi)?)|gd dors"),
    ("serratus", r"serr(?:atus)?(?: ant(?:erior)?)?"),
    ("vastus_lateralis", r"vl|vast(?:us)? lat(?:eralis)?"),
    ("vastus_medialis", r"vmo?|vast(?:us)? med(?:ialis)?"),
    ("rectus_femoris", r"rf|rect(?:us)? fem(?:oris)?"),
    ("gluteus_maximus", r"glut(?:eus|e)? max(?:imus)?|gmax|gm"),
    ("gluteus_medius", r"glut(?:eus|e)? med(?:ius)?|gmed"),
    ("gastrocnemius", r"gas(?:tro(?:cnemius)?)?|lg|mg"),
    ("soleus", r"sol(?:eus)?"),
    ("tibialis_anterior", r"ta|tib(?:ialis)? ant(?:erior)?"),
    ("erector_spinae", r"es|erector(?: spinae)?|lumbar"),
    ("rectus_abdominis", r"ra|rect(?:us)? abd(?:ominis)?"),
    ("external_oblique", r"eo|ext(?:ernal)? obl(?:ique)?"),
)  # fmt: skip
_SIDES = (
    ("left", r"left|lt|l|izq(?:uierdo|uierda)?|links|linke[rs]?|gauche|venstre|sinistr[oa]|esquerd[oa]|vänster"),
    ("right", r"right|rt|r|der(?:echo|echa)?|rechts|rechte[rs]?|droite?|højre|destr[oa]|direit[oa]|höger"),
)


def words_of(name: str) -> str:
    """Return a name as lower-case words: signs are blanks, joined words are taken apart.

    Examples
    --------
    >>> words_of("LT BICEPS FEM."), words_of("PecMajor_R"), words_of("EMG 1")
    ('lt biceps fem', 'pec major r', 'emg 1')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name))
    return " ".join(re.sub(r"[^0-9a-zA-Zµ°À-ÿ]+", " ", spaced).lower().split())


def _holds(pattern: str, words: str) -> bool:
    return re.search(rf"(?:^| )(?:{pattern})(?: |$)", words) is not None


def guess_side(name: str) -> str:
    """Return "left", "right", or "" where the name does not say.

    Examples
    --------
    >>> guess_side("LT BICEPS FEM."), guess_side("Biceps højre"), guess_side("Pec")
    ('left', 'right', '')
    """
    found = [side for side, pattern in _SIDES if _holds(pattern, words_of(name))]
    return found[0] if len(found) == 1 else ""


def guess_muscle(name: str) -> str:
    """Return the muscle that a name speaks of, or "" where that is not sure.

    Examples
    --------
    >>> guess_muscle("Biceps.EMG4"), guess_muscle("RT_Pec_Major"), guess_muscle("EMG 1")
    ('biceps', 'pectoralis', '')
    """
    words = words_of(name)
    return next((muscle for muscle, pattern in _MUSCLES if _holds(pattern, words)), "")


def type_in_name(name: str) -> str:
    """Return the type of a channel that words in its name tell, or "".

    Examples
    --------
    >>> type_in_name("LT Force"), type_in_name("Ultium EMG.EMG 1"), type_in_name("LT BRACHIORAD.")
    ('MISC', 'EMG', '')
    """
    words = words_of(name)
    return next((kind for kind, pattern in _TYPE_WORDS if _holds(pattern, words)), "")


def guess_type(name: str, unit: str) -> str:
    """Return the type of a channel, in the words of BIDS, from its name and unit; "MISC" where they do not say.

    Examples
    --------
    >>> guess_type("EMG 1", "V"), guess_type("EMG 01: ACC X", "g"), guess_type("Force", "N"), guess_type("Marker", "")
    ('EMG', 'ACCEL', 'MISC', 'TRIG')
    """
    kind = type_in_name(name)
    if kind == "EMG" and unit and not is_voltage(unit):
        return "EMG" if unit.lower() == "counts" or unit.startswith("%") else "MISC"
    if not kind and guess_muscle(name) and (not unit or is_voltage(unit)):
        return "EMG"
    return kind or "MISC"
