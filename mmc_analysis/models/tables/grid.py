"""The reference grid: every combination of factor levels and chosen covariate values, as rows of the design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.coding import level_position
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.designs.variables import read_numbers
from mmc_analysis.options import nearest

_STEP = 1e-30


@dataclass(frozen=True)
class Grid:
    """A reference grid.

    Attributes
    ----------
    names : tuple of str
        Its variables: the factors of the fixed part, then the covariates.
    values : dict of str to tuple
        Levels or values of each variable.
    rows : ndarray, shape (len(values[names[0]]), …, p_all)
        Design row of each cell, in the layout's coefficients.
    counts : ndarray, shape (len(values[names[0]]), …)
        Observations in each cell of factor levels; cells that differ in a covariate share them.
    """

    names: tuple[str, ...]
    values: dict[str, tuple]
    rows: np.ndarray
    counts: np.ndarray


def reference_grid(fixed: FixedDesign, at: Mapping | None = None, slope: str | None = None) -> Grid:
    """Build the reference grid of a design.

    Parameters
    ----------
    fixed : FixedDesign
    at : mapping of str to value or sequence, optional
        Values of covariates, and the levels of factors, to use. A covariate that is not named stands at its mean
        over the rows used; a factor has all of its levels.
    slope : str, optional
        A covariate; the rows are then the derivatives of the design by it, by a complex step.

    Returns
    -------
    Grid

    Raises
    ------
    ModelError
        If `at` names a variable or level that the fixed part does not have.

    Examples
    --------
    >>> from mmc_analysis.models.designs.fixed import fixed_design
    >>> lifts = pd.DataFrame({"value": [61.0, 66.0, 58.0], "group": list("aab"), "years": [2.0, 3.0, 7.0]})
    >>> grid = reference_grid(fixed_design("value ~ group + years", lifts))
    >>> grid.values, grid.rows[:, 0].tolist()
    ({'group': ('a', 'b'), 'years': (4.0,)}, [[1.0, 0.0, 4.0], [1.0, 1.0, 4.0]])
    """
    values = _grid_values(fixed, dict(at or {}))
    names = tuple(values)
    shape = tuple(len(values[name]) for name in names)
    index = np.indices(shape).reshape(len(shape), -1)
    codes, numbers = {}, {}
    for name, positions in zip(names, index, strict=True):
        if name in fixed.factors:
            known = np.array([fixed.factors[name].index(level) for level in values[name]], dtype=np.intp)
            codes[name] = known[positions]
        else:
            numbers[name] = np.array(values[name], dtype=float)[positions]
    for name in set(fixed.numerics) & set(codes):
        numbers[name] = np.array(fixed.factors[name], dtype=float)[codes[name]]
    size = index.shape[1]
    if slope is None:
        rows = fixed.layout.columns(numbers, codes, size)
    else:
        moved = {**numbers, slope: numbers[slope] + 1j * _STEP}
        rows = np.imag(fixed.layout.columns(moved, codes, size)) / _STEP
    return Grid(names, values, rows.reshape(*shape, -1), _cell_counts(fixed, values))


def _grid_values(fixed: FixedDesign, at: dict) -> dict[str, tuple]:
    variables = dict.fromkeys((*fixed.factors, *fixed.numerics))
    for name in at:
        if name not in variables:
            raise ModelError(f"at names '{name}', which is not in the fixed part.{nearest(name, variables)} "
                             f"Allowed: {', '.join(variables) or 'none'}.")  # fmt: skip
    values = {}
    for name in variables:
        asked = _as_tuple(at[name]) if name in at else None
        if name in fixed.factors:
            levels = fixed.factors[name]
            values[name] = levels if asked is None else _levels(name, levels, asked)
        else:
            values[name] = (float(read_numbers(fixed.data[name]).mean()),) if asked is None else _numbers(name, asked)
    return values


def _as_tuple(value) -> tuple:
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray, pd.Series, pd.Index)):
        return (value,)
    return tuple(value)


def _levels(name: str, levels: tuple, asked: tuple) -> tuple:
    found = tuple(levels[level_position(name, levels, level)] for level in asked)
    if not found or len(set(found)) < len(found):
        raise ModelError(f"at={{{name!r}: {list(asked)!r}}} must name each level once.")
    return found


def _numbers(name: str, asked: tuple) -> tuple[float, ...]:
    try:
        found = tuple(float(value) for value in asked)
    except (TypeError, ValueError):
        found = ()
    if not found or not np.isfinite(found).all() or len(set(found)) < len(found):
        raise ModelError(f"at={{{name!r}: {list(asked)!r}}} must be different finite numbers; '{name}' is a covariate.")
    return found


def _cell_counts(fixed: FixedDesign, values: dict[str, tuple]) -> np.ndarray:
    """Observations in each cell of factor levels, repeated along the covariates."""
    factors = [name for name in values if name in fixed.factors]
    shape = tuple(len(fixed.factors[name]) for name in factors)
    if factors:
        flat = np.ravel_multi_index([fixed.codes[name] for name in factors], shape)
        counts = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    else:
        counts = np.array(float(len(fixed.y)))
    for axis, name in enumerate(factors):
        counts = counts.take([fixed.factors[name].index(level) for level in values[name]], axis=axis)
    covariates = [len(values[name]) for name in values if name not in fixed.factors]
    counts = counts.reshape(*counts.shape, *([1] * len(covariates)))
    return np.broadcast_to(counts, tuple(len(values[name]) for name in values))


def average(grid: Grid, keep: Sequence[str], weights: str) -> np.ndarray:
    """Average a grid over the variables that are not kept.

    Parameters
    ----------
    grid : Grid
    keep : sequence of str
        Variables that stay, in the order wanted.
    weights : {"equal", "proportional"}
        Equal: every cell counts the same. Proportional: cells count by the observations with their combination
        of averaged levels, the same for every row.

    Returns
    -------
    ndarray, shape (len of keep[0], …, p_all)

    Examples
    --------
    >>> grid = Grid(("group",), {"group": ("a", "b")}, np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([3.0, 1.0]))
    >>> average(grid, [], "equal").tolist(), average(grid, [], "proportional").tolist()
    ([1.0, 0.5], [1.0, 0.25])
    """
    kept = [grid.names.index(name) for name in keep]
    dropped = [axis for axis in range(len(grid.names)) if axis not in kept]
    rows = np.transpose(grid.rows, (*kept, *dropped, len(grid.names)))
    lead = rows.shape[: len(kept)]
    rows = rows.reshape(*lead, -1, rows.shape[-1])
    if weights == "equal":
        return rows.mean(axis=-2)
    share = grid.counts.sum(axis=tuple(kept)).ravel()
    return np.einsum("...cp,c->...p", rows, share / share.sum())
