"""Measures and the units that are legal for each."""

from mmc_analysis.errors import SchemaError
from mmc_analysis.options import nearest

EMG_UNITS = ("uV", "mV", "pct_mvic", "pct_max", "pct_mmax", "pct_submaximal", "pct_task_mean", "pct_task_peak")
CHANGE_UNITS = ("pct", "pct_of_baseline")

MEASURES: dict[str, tuple[str, ...]] = {
    "emg_peak": EMG_UNITS + CHANGE_UNITS,
    "emg_mean": EMG_UNITS + CHANGE_UNITS,
    "emg_integral": ("uV_s", "mV_s", "pct_mvic", *CHANGE_UNITS),
    "emg_median_frequency": ("Hz", *CHANGE_UNITS),
    "torque": ("N_m", *CHANGE_UNITS),
    "force": ("N", "kg", *CHANGE_UNITS),
    "one_rm": ("kg", *CHANGE_UNITS),
    "muscle_thickness": ("mm", "cm", *CHANGE_UNITS),
    "muscle_area": ("mm2", "cm2", *CHANGE_UNITS),
    "fibre_area": ("um2", *CHANGE_UNITS),
    "lean_mass": ("g", "kg", *CHANGE_UNITS),
    "voluntary_activation": ("pct", "pct_of_baseline"),
    "repetitions": ("count", *CHANGE_UNITS),
    "duration": ("ms", "s", *CHANGE_UNITS),
    "silent_period": ("ms", "s", *CHANGE_UNITS),
    "score": ("points", "count", *CHANGE_UNITS),
}
PRINTED_UNITS = ("none", "years", "lb", "kg_per_kg")
UNITS: tuple[str, ...] = tuple(sorted({unit for units in MEASURES.values() for unit in units} | set(PRINTED_UNITS)))

UNIT_LABELS: dict[str, str] = {
    "uV": "µV", "mV": "mV", "uV_s": "µV·s", "mV_s": "mV·s", "pct_mvic": "% MVIC", "pct_max": "% of maximum EMG",
    "pct_mmax": "% Mmax", "Hz": "Hz", "N_m": "N·m", "N": "N", "kg": "kg", "mm": "mm", "cm": "cm", "mm2": "mm²",
    "cm2": "cm²", "um2": "µm²", "g": "g", "pct": "%", "pct_of_baseline": "% of baseline", "count": "count", "ms": "ms", "s": "s",
    "pct_submaximal": "% of submaximal reference", "pct_task_mean": "% of task mean", "pct_task_peak": "% of task peak",
    "points": "points", "none": "", "years": "years", "lb": "lb", "kg_per_kg": "kg per kg body mass",
}  # fmt: skip
MEASURE_LABELS: dict[str, str] = {
    "emg_peak": "Peak EMG", "emg_mean": "Mean EMG", "emg_integral": "Integrated EMG",
    "emg_median_frequency": "Median frequency", "torque": "Torque", "force": "Force", "one_rm": "One-repetition maximum",
    "muscle_thickness": "Muscle thickness", "muscle_area": "Muscle area", "voluntary_activation": "Voluntary activation",
    "repetitions": "Repetitions", "duration": "Duration", "silent_period": "Silent period", "score": "Score",
    "fibre_area": "Muscle fibre area", "lean_mass": "Lean mass",
}  # fmt: skip


def units_of(measure: str) -> tuple[str, ...]:
    """Return the units that are legal for a measure.

    Raises
    ------
    SchemaError
        If the measure is not in the glossary.

    Examples
    --------
    >>> units_of("torque")
    ('N_m', 'pct', 'pct_of_baseline')
    """
    if measure not in MEASURES:
        raise SchemaError(
            f"measure '{measure}' is not known.{nearest(measure, MEASURES)} Known: {', '.join(sorted(MEASURES))}."
        )
    return MEASURES[measure]
