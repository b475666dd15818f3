"""Contrasts of marginal means as an estimates frame."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.coding import level_position
from mmc_analysis.models.small_samples.multiplicity import adjust_family, check_adjustment
from mmc_analysis.models.tables.contrasts import METHODS, ContrastSet, contrast_set, interaction_set
from mmc_analysis.models.tables.marginal_means import Cells, level_columns, participants_in
from mmc_analysis.models.tables.primitives import Fit, Inference, LinearEstimates, estimable_estimates, estimates_frame
from mmc_analysis.models.tables.response_scale import ResponseScale, measured_in, response_scale_of
from mmc_analysis.options import check_option

_CANCEL = 1e-9


@dataclass(frozen=True)
class Comparison:
    """Which contrasts to form.

    Attributes
    ----------
    method : str or mapping
    interaction : bool or str or tuple of str
        False: contrasts among cells. Otherwise products of one contrast per variable: True takes `method` for
        each, a name takes that one for each, a tuple names one for each.
    reference : object
        The control: a level, or with several variables a tuple of levels or a mapping.
    adjust : str
    """

    method: str | Mapping = "pairwise"
    interaction: bool | str | tuple = False
    reference: object = None
    adjust: str = "none"


def comparisons_table(
    fit: Fit, cells: Cells, comparison: Comparison, how: Inference, on_response: bool = False
) -> pd.DataFrame:
    """Return contrasts among cells, within each group, as an estimates frame.

    Parameters
    ----------
    fit : Fit
    cells : Cells
    comparison : Comparison
    how : Inference
    on_response : bool
        Whether to turn differences of logarithms into ratios.

    Returns
    -------
    pandas.DataFrame
        P values and intervals are adjusted within each group.
    """
    check_adjustment(comparison.adjust, comparison.method, bool(comparison.interaction))
    chosen = _contrasts(cells, comparison)
    groups = cells.combinations(cells.by)
    m = len(chosen.labels)
    rows = np.einsum("mk,gkp->gmp", chosen.weights, cells.rows).reshape(len(groups) * m, -1)
    found = estimable_estimates(fit, rows, how)
    scale = response_scale_of(fit.fixed)
    if on_response and np.abs(chosen.weights.sum(axis=1)).max() > _CANCEL:
        raise ModelError("response_scale=True turns differences into ratios; the weights of each contrast must add up "
                         "to 0.")  # fmt: skip
    lead = {**level_columns(fit, cells, cells.by, [group for group in groups for _ in range(m)]),
            "contrast": list(chosen.labels) * len(groups), **_what(cells, chosen, scale, len(groups))}  # fmt: skip
    frame = estimates_frame(lead, found, fit, how, _participants(fit, cells, chosen, groups))
    frame = _adjusted(frame, found, comparison.adjust, how, m, cells.rows.shape[1])
    frame = scale.contrasts_on_response(frame) if on_response else frame
    return frame if cells.slope else measured_in(frame, fit.fixed, scale, on_response)


def _what(cells: Cells, chosen: ContrastSet, scale: ResponseScale, groups: int) -> dict[str, object]:
    """Name what each contrast is: a difference, a mean where the weights do not cancel, or one of slopes."""
    if cells.slope:
        return {"term": cells.slope, "metric": "slope"}
    cancel = np.abs(chosen.weights.sum(axis=1)) <= _CANCEL
    return {"metric": list(np.where(cancel, scale.difference_metric, scale.mean_metric)) * groups}


def _adjusted(
    frame: pd.DataFrame, found: LinearEstimates, adjust: str, how: Inference, m: int, means: int
) -> pd.DataFrame:
    p, critical = np.empty(len(frame)), np.empty(len(frame))
    statistic = frame["statistic"].to_numpy(dtype=float)
    method = frame["method"].to_numpy(dtype=object)
    for start in range(0, len(frame), m):
        part = slice(start, start + m)
        family = adjust_family(
            statistic[part], found.df[part], found.correlation[part, part], adjust, how.conf_level, means
        )
        p[part], critical[part] = family.p_value, family.critical
        if family.note:
            known = np.isfinite(found.estimate[part])
            method[part] = np.where(known, method[part] + f"; {family.note}", method[part])
    half = critical * found.std_error
    return frame.assign(
        p_value=p, conf_low=found.estimate - half, conf_high=found.estimate + half, method=method, adjust=adjust
    )


def _participants(fit: Fit, cells: Cells, chosen: ContrastSet, groups: list[tuple]) -> np.ndarray | int:
    combos = cells.combinations(cells.specs)
    used = [[combo for combo, weight in zip(combos, row, strict=True) if weight] for row in chosen.weights]
    rows = [tuple((*group, *combo) for combo in one) for group in groups for one in used]
    return participants_in(fit, (*cells.by, *cells.specs), rows)


def _contrasts(cells: Cells, comparison: Comparison) -> ContrastSet:
    if not cells.specs:
        raise ModelError("contrasts need at least one variable to compare. Name it in specs.")
    methods = _methods(cells.specs, comparison) if comparison.interaction else (comparison.method,)
    if comparison.reference is not None and "control" not in methods:
        raise ModelError("reference is for comparisons with a control: method='control'.")
    references = _references(cells, comparison.reference)
    if not comparison.interaction:
        labels = [_cell_label(combo) for combo in cells.combinations(cells.specs)]
        shape = tuple(len(cells.values[name]) for name in cells.specs)
        return contrast_set(labels, comparison.method, int(np.ravel_multi_index(references, shape)))
    parts = [
        contrast_set([str(level) for level in cells.values[name]], method, reference)
        for name, method, reference in zip(cells.specs, methods, references, strict=True)
    ]
    return interaction_set(parts)


def _methods(specs: tuple[str, ...], comparison: Comparison) -> tuple:
    if len(specs) < 2:
        raise ModelError(f"an interaction contrast needs two variables or more; specs has {', '.join(specs)}.")
    asked = comparison.method if comparison.interaction is True else comparison.interaction
    if isinstance(asked, str):
        check_option("interaction", asked, METHODS)
    methods = (asked,) * len(specs) if isinstance(asked, (str, Mapping)) else tuple(asked)
    if len(methods) != len(specs):
        raise ModelError(f"interaction names {len(methods)} methods for {len(specs)} variables ({', '.join(specs)}). "
                         "Give one for each, or one for all.")  # fmt: skip
    return methods


def _references(cells: Cells, reference: object) -> list[int]:
    """Position of the control level of each variable; the first unless said."""
    if reference is None:
        return [0] * len(cells.specs)
    if isinstance(reference, Mapping):
        levels = [reference.get(name, cells.values[name][0]) for name in cells.specs]
    elif len(cells.specs) == 1:
        levels = [reference]
    else:
        levels = list(reference) if isinstance(reference, (tuple, list)) else [reference]
    if len(levels) != len(cells.specs):
        raise ModelError(f"reference={reference!r} must name a level of each of {', '.join(cells.specs)}.")
    return [level_position(name, cells.values[name], level) for name, level in zip(cells.specs, levels, strict=True)]


def _cell_label(combo: tuple) -> str:
    return str(combo[0]) if len(combo) == 1 else f"({', '.join(str(level) for level in combo)})"
