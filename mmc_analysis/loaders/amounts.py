"""Amounts that cannot be negative: a mark such as -99 is not taken for a value."""

import numpy as np
import pandas as pd

AMOUNTS = ("emg_peak", "emg_mean", "emg_integral", "emg_median_frequency", "one_rm", "muscle_thickness", "muscle_area", "fibre_area",
           "lean_mass", "repetitions", "duration", "silent_period")  # fmt: skip
_SIGNED_UNITS = ("pct",)


def impossible(rows: pd.DataFrame, quantity: str) -> np.ndarray:
    """Say which rows hold a negative amount.

    Parameters
    ----------
    rows : pandas.DataFrame
        With measure, value and unit.
    quantity : {"level", "change", "pct_change", "pct_of_baseline"}
        Changes may be negative.

    Returns
    -------
    numpy.ndarray
        (n_rows,) booleans.

    Examples
    --------
    >>> impossible(pd.DataFrame({"measure": ["emg_peak", "torque"], "value": [-99.0, -1.0], "unit": ["uV", "N_m"]}), "level").tolist()
    [True, False]
    """
    if "change" in quantity:
        return np.zeros(len(rows), dtype=bool)
    amount = rows["measure"].isin(AMOUNTS) & ~rows["unit"].isin(_SIGNED_UNITS)
    return (amount & (rows["value"] < 0)).to_numpy()
