"""Estimated marginal means: predictions over a reference grid, averaged over what is not asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.tables.grid import average, reference_grid
from mmc_analysis.models.tables.primitives import Fit, Inference, estimable_estimates, estimates_frame
from mmc_analysis.models.tables.response_scale import measured_in, response_scale_of
from mmc_analysis.options import check_option, nearest

WEIGHTS = ("equal", "proportional")


@dataclass(frozen=True)
class Cells:
    """The cells that means or slopes are asked for.

    Attributes
    ----------
    by : tuple of str
        Variables that make groups.
    specs : tuple of str
        Variables that make the cells within a group.
    values : dict of str to tuple
        Levels or values of each.
    rows : ndarray, shape (groups, cells, p_all)
        Functions of the layout's coefficients; the last variable varies fastest.
    slope : str or None
        The covariate whose slopes the functions are; None for means.
    """

    by: tuple[str, ...]
    specs: tuple[str, ...]
    values: dict[str, tuple]
    rows: np.ndarray
    slope: str | None = None

    def combinations(self, names: Sequence[str]) -> list[tuple]:
        """Return the combinations of levels of some variables, the last fastest."""
        return list(product(*(self.values[name] for name in names)))


def as_names(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return one name, several or none as a tuple.

    Examples
    --------
    >>> as_names("condition"), as_names(["condition", "load"]), as_names(None)
    (('condition',), ('condition', 'load'), ())
    """
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


def marginal_cells(
    fit: Fit, specs, by=None, *, at: Mapping | None = None, weights: str = "equal", slope: str | None = None
) -> Cells:
    """Return the linear functions behind marginal means, or behind slopes of a covariate.

    Parameters
    ----------
    fit : Fit
    specs, by : str or sequence of str
        Variables of the fixed part.
    at : mapping, optional
        Values of covariates and levels of factors.
    weights : {"equal", "proportional"}
    slope : str, optional
        Covariate whose slope is wanted in place of the mean.

    Returns
    -------
    Cells

    Raises
    ------
    ModelError
        If a name is not in the fixed part or stands twice.
    """
    check_option("weights", weights, WEIGHTS)
    specs, by = as_names(specs), as_names(by)
    keep = (*by, *specs)
    known = dict.fromkeys((*fit.fixed.factors, *fit.fixed.numerics))
    for name in keep:
        if name not in known:
            raise ModelError(f"'{name}' is not in the fixed part of {fit.fixed.formula}.{nearest(str(name), known)} "
                             f"Allowed: {', '.join(known) or 'none'}; name several as a list.")  # fmt: skip
    if len(set(keep)) < len(keep):
        raise ModelError(f"a variable stands twice in {', '.join(keep)}. Name each once, in specs or in by.")
    grid = reference_grid(fit.fixed, at, slope)
    rows = average(grid, keep, weights)
    values = {name: grid.values[name] for name in keep}
    groups = int(np.prod([len(values[name]) for name in by], dtype=int))
    return Cells(by, specs, values, rows.reshape(groups, -1, rows.shape[-1]), slope)


def means_table(fit: Fit, cells: Cells, how: Inference, on_response: bool = False) -> pd.DataFrame:
    """Return the marginal means of cells as an estimates frame.

    Parameters
    ----------
    fit : Fit
    cells : Cells
    how : Inference
    on_response : bool
        Whether to turn means of a logarithm back into geometric means.
    """
    rows = cells.rows.reshape(-1, cells.rows.shape[-1])
    found = estimable_estimates(fit, rows, how)
    names = (*cells.by, *cells.specs)
    combos = cells.combinations(names)
    scale = response_scale_of(fit.fixed)
    lead = {**level_columns(fit, cells, names, combos), "metric": scale.mean_metric}
    frame = estimates_frame(lead, found, fit, how, participants_in(fit, names, [(combo,) for combo in combos]))
    frame = scale.means_on_response(frame) if on_response else frame
    return measured_in(frame, fit.fixed, scale, on_response)


def level_columns(fit: Fit, cells: Cells, names: Sequence[str], combos: list[tuple]) -> dict[str, object]:
    """Return one column per variable: categories in the order of the fit for factors, numbers for covariates."""
    columns = {}
    for position, name in enumerate(names):
        entries = [combo[position] for combo in combos]
        if name in fit.fixed.factors:
            entries = pd.Categorical(entries, categories=list(fit.fixed.factors[name]), ordered=is_ordered(fit, name))
        columns[name] = entries
    return columns


def is_ordered(fit: Fit, name: str) -> bool:
    """Return whether a factor's column is an ordered category in the data."""
    kind = fit.fixed.data[name].dtype
    return isinstance(kind, pd.CategoricalDtype) and bool(kind.ordered)


def participants_in(fit: Fit, names: Sequence[str], rows: list[tuple[tuple, ...]]) -> np.ndarray | int:
    """Count the participants with data behind each row.

    Parameters
    ----------
    fit : Fit
    names : sequence of str
        Variables; covariates are passed over.
    rows : list
        For each row, the combinations of levels that it rests on.

    Returns
    -------
    ndarray of int, shape (m,), or int
        The number of all participants where the fit does not say who gave which row.
    """
    who = getattr(fit, "participant_codes", None)
    positions = [i for i, name in enumerate(names) if name in fit.fixed.factors]
    if who is None or not positions:
        return fit.n_participants
    shape = tuple(len(fit.fixed.factors[names[i]]) for i in positions)
    cell = np.ravel_multi_index([fit.fixed.codes[names[i]] for i in positions], shape)
    present = np.zeros((int(np.prod(shape)), int(who.max()) + 1), dtype=bool)
    present[cell, who] = True
    index = {name: {level: i for i, level in enumerate(fit.fixed.factors[name])} for name in fit.fixed.factors}
    counts = []
    for combos in rows:
        where = [np.ravel_multi_index([index[names[i]][combo[i]] for i in positions], shape) for combo in combos]
        counts.append(int(present[where].any(axis=0).sum()))
    return np.array(counts)
