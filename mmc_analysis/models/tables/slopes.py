"""Slopes of the predicted mean along a covariate."""

import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.tables.marginal_means import Cells, level_columns, participants_in
from mmc_analysis.models.tables.primitives import Fit, Inference, estimable_estimates, estimates_frame
from mmc_analysis.options import nearest


def check_covariate(fixed: FixedDesign, covariate: str) -> str:
    """Return a covariate's name, or raise unless it is a numeric column of the fixed part.

    Examples
    --------
    >>> from mmc_analysis.models.designs.fixed import fixed_design
    >>> lifts = pd.DataFrame({"value": [61.0, 66.0, 58.0], "group": list("aab"), "years": [2.0, 3.0, 7.0]})
    >>> check_covariate(fixed_design("value ~ group + years", lifts), "group")
    Traceback (most recent call last):
    mmc_analysis.errors.ModelError: 'group' is a factor; a slope needs a covariate. Covariates: years.
    """
    if covariate in fixed.numerics and covariate not in fixed.factors:
        return covariate
    allowed = [name for name in fixed.numerics if name not in fixed.factors]
    kind = "a factor" if covariate in fixed.factors else "not in the fixed part"
    raise ModelError(f"'{covariate}' is {kind}; a slope needs a covariate.{nearest(str(covariate), allowed)} "
                     f"Covariates: {', '.join(allowed) or 'none'}.")  # fmt: skip


def slopes_table(fit: Fit, cells: Cells, covariate: str, how: Inference) -> pd.DataFrame:
    """Return the slopes in cells as an estimates frame.

    Parameters
    ----------
    fit : Fit
    cells : Cells
        With derivatives as rows, as from ``marginal_cells(…, slope=covariate)``.
    covariate : str
    how : Inference
    """
    found = estimable_estimates(fit, cells.rows.reshape(-1, cells.rows.shape[-1]), how)
    names = (*cells.by, *cells.specs)
    combos = cells.combinations(names)
    lead = {**level_columns(fit, cells, names, combos), "term": covariate, "metric": "slope"}
    return estimates_frame(lead, found, fit, how, participants_in(fit, names, [(combo,) for combo in combos]))
