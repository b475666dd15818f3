"""What hangs on an assumption: the same computation over a grid of what was assumed."""

import inspect
import itertools
from collections.abc import Callable

import pandas as pd

from mmc_analysis.errors import EffectError


def sweep(compute: Callable[..., pd.DataFrame], **assumed) -> pd.DataFrame:
    """Run a computation over every combination of assumed values and stack the results.

    Parameters
    ----------
    compute : callable
        Takes the assumed values by name and returns an estimates frame.
    **assumed : sequence
        For each name the values to try.

    Returns
    -------
    pandas.DataFrame
        The frames one under the other, each row with `assumption` such as "r = 0.7, kind = se".

    Raises
    ------
    EffectError
        If nothing is varied, the computation does not take what is varied, or it returns no frame.

    Examples
    --------
    >>> from mmc_analysis.effects import d_z, paired_from_means
    >>> frame = sweep(lambda r, kind: d_z(paired_from_means(18, 59, 50, 15, 15, kind=kind, r=r)), r=[0.5, 0.9], kind=["sd"])
    >>> frame[["assumption", "estimate"]].round(2).values.tolist()
    [['r = 0.5, kind = sd', 0.6], ['r = 0.9, kind = sd', 1.34]]
    """
    if not assumed:
        raise EffectError("name at least one assumption and the values to try, such as r=[0.5, 0.7, 0.9].")
    assumed = {name: _values(name, values) for name, values in assumed.items()}
    _check_names(compute, assumed)
    frames = []
    for combination in itertools.product(*assumed.values()):
        chosen = dict(zip(assumed, combination, strict=True))
        said = ", ".join(
            f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}" for name, value in chosen.items()
        )
        frames.append(_frame(compute(**chosen)).assign(assumption=said))
    return pd.concat(frames, ignore_index=True)


def _values(name: str, values) -> list:
    listed = list(values) if hasattr(values, "__iter__") and not isinstance(values, str) else []
    if not listed:
        raise EffectError(f"{name}={values!r}: give the values to try as a list.")
    return listed


def _frame(result) -> pd.DataFrame:
    if not isinstance(result, pd.DataFrame):
        raise EffectError(
            f"the computation returned {type(result).__name__}, but a frame of estimates is stacked. Let it end in a metric, "
            "such as sweep(lambda r: effects.d_av(effects.paired_from_means(..., r=r)), r=[0.5, 0.7])."
        )
    return result


def _check_names(compute: Callable, assumed: dict) -> None:
    try:
        inspect.signature(compute).bind(**assumed)
    except TypeError as found:
        raise EffectError(
            f"the computation cannot be called with {', '.join(assumed)}: {found}. Name the assumptions as its arguments are "
            "named, such as sweep(lambda r: ..., r=[0.5, 0.7])."
        ) from found
