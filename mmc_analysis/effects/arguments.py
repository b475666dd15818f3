"""From what a caller writes to arrays, with every fault named."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError

ROWS_SHOWN = 5


def numbers(**named) -> list[np.ndarray]:
    """Bring numbers, or lists of them, to float arrays of one length.

    Raises
    ------
    EffectError
        If something is no number (text and truth values are none), or the lengths differ.

    Examples
    --------
    >>> numbers(n=[18, 20], r=0.9)
    [array([18., 20.]), array([0.9, 0.9])]
    """
    arrays = []
    for name, value in named.items():
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "iufO":
                raise TypeError(f"{array.dtype.name} is not a kind of number")
            if array.dtype == object and any(isinstance(item, (str, bytes, bool, np.bool_)) for item in array.flat):
                raise TypeError("text and truth values are no numbers")
            arrays.append(np.atleast_1d(array.astype(float)))
        except (TypeError, ValueError) as found:
            raise EffectError(f"{name}={value!r} is not a number or a list of numbers: {found}.") from found
        if arrays[-1].ndim != 1:
            raise EffectError(f"{name} has {arrays[-1].ndim} dimensions; one number per sample is needed.")
    try:
        return [array.copy() for array in np.broadcast_arrays(*arrays)]
    except ValueError as found:
        lengths = ", ".join(f"{name}: {array.size}" for name, array in zip(named, arrays, strict=True))
        raise EffectError(
            f"the arrays differ in length ({lengths}). Give one number per sample, or one for all."
        ) from found


def finite_numbers(infinite: tuple[str, ...] = (), **named) -> list[np.ndarray]:
    """Bring numbers to float arrays of one length; none may be missing, and only those named in `infinite` may be infinite.

    A name that begins with df must be above zero.

    Examples
    --------
    >>> finite_numbers(t=[2.1, 3.0], df=0)
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: df = 0, 0 in samples 0, 1 (counted from 0). Degrees of freedom must be above zero.
    """
    arrays = numbers(**named)
    for name, array in zip(named, arrays, strict=True):
        missing = np.isnan(array) if name in infinite else ~np.isfinite(array)
        refuse(missing, name, array, "Leave the result out, or find the number.")
        if name.startswith("df"):
            refuse(array <= 0, name, array, "Degrees of freedom must be above zero.")
    return arrays


def refuse_counts(n: np.ndarray, name: str = "n", labels: pd.DataFrame | None = None) -> None:
    """Refuse numbers of participants below 2, or broken ones.

    Examples
    --------
    >>> refuse_counts(np.array([18.0, 7.5]))
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: n = 7.5 in sample 1 (counted from 0). A number of participants is a whole number.
    """
    refuse(n < 2, name, n, "At least 2 participants are needed for a standard deviation.", labels)
    refuse(n % 1 != 0, name, n, "A number of participants is a whole number.", labels)


def refuse(bad: np.ndarray, name: str, values: np.ndarray, remedy: str, labels: pd.DataFrame | None = None) -> None:
    """Raise an EffectError that names the samples where `bad` is true, the first of them by its labels too.

    Examples
    --------
    >>> refuse(np.array([False, True]), "sd_1", np.array([3.0, 0.0]), "Check it.")
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: sd_1 = 0 in sample 1 (counted from 0). Check it.
    """
    if not np.any(bad):
        return
    where = np.flatnonzero(bad)
    shown = ", ".join(f"{values[i]:g}" for i in where[:ROWS_SHOWN])
    rows = ", ".join(str(i) for i in where[:ROWS_SHOWN])
    more = f" and {where.size - ROWS_SHOWN} more" if where.size > ROWS_SHOWN else ""
    plural = "s" if where.size > 1 else ""
    first = labels.iloc[where[0]].items() if labels is not None and len(labels) else ()
    called = ", ".join(f"{column}={label}" for column, label in first)
    said = f", the first being {called}" if called else ""
    raise EffectError(f"{name} = {shown} in sample{plural} {rows}{more} (counted from 0){said}. {remedy}")
