"""From a long frame to one row per participant and one column per within-participant cell."""

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.data_checks import check_one_kind, check_stacked_studies
from mmc_analysis.models.designs.variables import check_columns, is_numeric, read_factor, rows_named

SHOWN = 5


@dataclass(frozen=True)
class Layout:
    """Cell means of every complete participant.

    Attributes
    ----------
    values : (N, K) array
        Mean of each participant in each within cell; cells in the order of ``itertools.product``.
    cell : (N,) array of int
        Between cell of each participant, likewise ordered.
    within, between : dict of str to tuple
        Factors and their levels, in order.
    n_obs : int
        Observations behind `values`.
    most_averaged : int
        Largest number of observations behind one value.
    incomplete : dict of str to list of str
        Participants left out, with the cells that they lack.
    """

    values: np.ndarray
    cell: np.ndarray
    within: dict[str, tuple]
    between: dict[str, tuple]
    n_obs: int
    most_averaged: int
    incomplete: dict[str, list[str]] = field(default_factory=dict)

    @property
    def cell_sizes(self) -> np.ndarray:
        """Number of participants in each between cell, shape (G,)."""
        n_cells = int(np.prod([len(levels) for levels in self.between.values()], initial=1))
        return np.bincount(self.cell, minlength=n_cells)


def layout(
    data: pd.DataFrame, dv: str, within: Sequence[str], between: Sequence[str], subject: str, refuse: bool
) -> Layout:
    """Average repetitions within cells, and set incomplete participants apart.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per observation.
    dv, subject : str
        Columns of the response and of the participant.
    within, between : sequence of str
        Columns of the factors.
    refuse : bool
        Whether an incomplete participant is an error rather than left out with a warning.

    Raises
    ------
    ModelError
        If the frame does not have the shape of such a design; the message names rows, participants and cells.

    Examples
    --------
    >>> data = pd.DataFrame({"who": ["a", "a", "b", "b"], "time": ["post", "pre"] * 2, "y": [3.0, 1.0, 4.0, 2.0]})
    >>> layout(data, "y", ["time"], [], "who", True).values
    array([[3., 1.],
           [4., 2.]])
    """
    _check_columns(data, [dv, subject, *within, *between], within, between)
    response = _response(data, dv)
    check_one_kind(data, [*within, *between])
    check_stacked_studies(data, subject)
    rows = ~np.isnan(response)
    codes, levels = {}, {}
    for name in (subject, *within, *between):
        codes[name], levels[name] = coded(data, name)
    cell, sizes = _product_codes(codes, levels, within)
    who, n_cells = codes[subject], int(np.prod(sizes))
    _check_nested(who, codes, levels, subject, between)
    key = (who * n_cells + cell)[rows]
    counts = np.bincount(key, minlength=len(levels[subject]) * n_cells)
    sums = np.bincount(key, weights=response[rows], minlength=len(counts))
    _say_averaged(data, rows, key, counts, {dv, subject, *within, *between})
    counts = counts.reshape(-1, n_cells)
    complete = (counts > 0).all(axis=1)
    incomplete = _incomplete(counts, levels, subject, within)
    _report_incomplete(incomplete, len(complete), refuse)
    arm = np.zeros(len(complete), dtype=int)
    arm[who] = _product_codes(codes, levels, between)[0] if between else 0
    return Layout(
        values=sums.reshape(-1, n_cells)[complete] / counts[complete],
        cell=arm[complete],
        within={name: levels[name] for name in within},
        between={name: levels[name] for name in between},
        n_obs=int(counts[complete].sum()),
        most_averaged=int(counts[complete].max(initial=0)),
        incomplete=incomplete,
    )


def coded(data: pd.DataFrame, name: str) -> tuple[np.ndarray, tuple]:
    """Return the codes of a factor and the levels that occur, categories in their own order, others sorted.

    Raises
    ------
    ModelError
        If a cell is empty, or text and numbers are mixed, so that 20 and '20' would be two levels.

    Examples
    --------
    >>> coded(pd.DataFrame({"load": [80, 20, 80]}), "load")
    (array([1, 0, 1]), (20, 80))
    """
    column = data[name]
    empty = column.isna().to_numpy()
    if empty.any():
        raise ModelError(
            f"column '{name}' is empty in {rows_named(data.index[empty])}. Every observation needs its "
            f"'{name}'; fill the cells, or leave the rows out."
        )
    is_numeric(column)
    factor = read_factor(column)
    return factor.codes, factor.levels


def _check_columns(data: pd.DataFrame, names: list[str], within: Sequence[str], between: Sequence[str]) -> None:
    check_columns(data, names)
    for name in names:
        if names.count(name) > 1:
            raise ModelError(
                f"column '{name}' is named more than once. Each has one role: dv, subject, within, between."
            )
    if not within and not between:
        raise ModelError("no factor is named. Name at least one column in within=[…] or between=[…].")
    if not len(data):
        raise ModelError("the data have no rows.")


def _response(data: pd.DataFrame, dv: str) -> np.ndarray:
    column = data[dv]
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise ModelError(f"column '{dv}' holds {column.dtype}, not numbers. Name the response in dv=.")
    response = column.to_numpy(dtype=float, na_value=np.nan)
    infinite = np.isinf(response)
    if infinite.any():
        raise ModelError(
            f"column '{dv}' is infinite in {rows_named(data.index[infinite])}. Correct or empty the cells."
        )
    if np.isnan(response).all():
        raise ModelError(f"column '{dv}' is empty in every row.")
    return response


def _product_codes(codes: dict, levels: dict, names: Sequence[str]) -> tuple[np.ndarray, list[int]]:
    sizes = [len(levels[name]) for name in names]
    if not names:
        return np.zeros(len(next(iter(codes.values()))), dtype=int), [1]
    return np.ravel_multi_index([codes[name] for name in names], sizes), sizes


def _check_nested(who: np.ndarray, codes: dict, levels: dict, subject: str, between: Sequence[str]) -> None:
    for name in between:
        first = np.full(len(levels[subject]), -1)
        first[who] = codes[name]
        mixed = np.unique(who[first[who] != codes[name]])
        if len(mixed):
            listed = ", ".join(str(levels[subject][i]) for i in mixed[:SHOWN])
            raise ModelError(
                f"'{name}' is named as a between factor, but {listed} has several of its levels. "
                f"If everyone was measured under each level, name it in within=; if ids repeat across groups, "
                "make them unique."
            )


def _say_averaged(data: pd.DataFrame, rows: np.ndarray, key: np.ndarray, counts: np.ndarray, used: set[str]) -> None:
    if counts.max(initial=0) < 2:
        return
    differing = []
    for name in data.columns.difference([*used, "evidence"], sort=False):
        pairs = pd.DataFrame({"cell": key, "label": data[name].to_numpy()[rows]}).drop_duplicates()
        if pairs["cell"].duplicated().any():
            differing.append(f"'{name}'")
    about = f" They differ in {', '.join(differing[:SHOWN])}." if differing else ""
    warnings.warn(
        f"{int((counts > 1).sum())} cells hold more than one observation (up to {counts.max()}); they were averaged "
        f"first, as RM-ANOVA needs one value per participant and cell.{about}",
        MMCWarning,
        stacklevel=5,
    )


def _incomplete(counts: np.ndarray, levels: dict, subject: str, within: Sequence[str]) -> dict[str, list[str]]:
    absent = counts == 0
    if not absent.any():
        return {}
    names = [":".join(str(level) for level in cell) for cell in itertools.product(*(levels[name] for name in within))]
    return {
        str(levels[subject][row]): [names[column] for column in np.flatnonzero(absent[row])]
        for row in np.flatnonzero(absent.any(axis=1))
    }


def _report_incomplete(incomplete: dict[str, list[str]], n: int, refuse: bool) -> None:
    if not incomplete:
        return
    listed = "; ".join(
        f"{who} lacks {', '.join(cells[:SHOWN])}{f' and {len(cells) - SHOWN} more' if len(cells) > SHOWN else ''}"
        for who, cells in list(incomplete.items())[: 2 * SHOWN]
    )
    more = f"; and {len(incomplete) - 2 * SHOWN} more" if len(incomplete) > 2 * SHOWN else ""
    found = f"{len(incomplete)} of {n} participants are incomplete: {listed}{more}."
    if refuse or len(incomplete) == n:
        raise ModelError(f"{found} RM-ANOVA needs every cell of every participant. fit_mixed and fit_repeated do not.")
    warnings.warn(
        f"{found} RM-ANOVA leaves them out; fit_mixed and fit_repeated would use what they have.",
        MMCWarning,
        stacklevel=5,
    )
