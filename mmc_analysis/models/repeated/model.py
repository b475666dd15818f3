"""Marginal models for repeated measures: a covariance matrix over the occasions of each participant."""

from collections.abc import Sequence

import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.fixed import fixed_design
from mmc_analysis.models.designs.variables import check_columns
from mmc_analysis.models.formulas.formula import parse_formula
from mmc_analysis.models.repeated.covariance import STRUCTURES
from mmc_analysis.models.repeated.design import as_names, check_enough, occasions
from mmc_analysis.models.repeated.estimate import estimate
from mmc_analysis.models.repeated.fit import RepeatedFit
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import combined_evidence


@named_options
def fit_repeated(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str | Sequence[str] = "participant",
    occasion: str | Sequence[str],
    covariance: str = "UN",
    group: str | Sequence[str] | None = None,
    reml: bool = True,
    coding: str | dict | None = None,
    rank_deficient: str = "drop",
) -> RepeatedFit:
    """Fit a linear model whose residuals are correlated within participants, as SAS PROC MIXED's `repeated` does.

    Every participant has the same covariance matrix over the occasions, of the structure that is chosen; participants
    may miss occasions. Rows with a missing value are left out and counted.

    Parameters
    ----------
    formula : str
        Response and fixed effects, such as ``"value ~ condition * load"``; no random terms.
    data : pandas.DataFrame
        One row per participant and occasion. It is not changed.
    subject : str or sequence of str
        Column that names the participant, or columns that do together.
    occasion : str or sequence of str
        Column that names the occasion, or columns whose combinations are the occasions: every within-participant
        factor. The order is that of an ordered category, of numbers, or of the alphabet; AR1, ARH1 and TOEP use it, and
        count steps, not distances.
    covariance : {"UN", "CS", "CSH", "AR1", "ARH1", "TOEP"}
        Unstructured; compound symmetry (all pairs equally correlated, possibly negatively); first-order
        autoregressive (correlation rho to the power of the lag); Toeplitz (one covariance per lag). H: each occasion has its
        own variance.
    group : str or sequence of str, optional
        Groups of participants with their own covariance matrix each.
    reml : bool
        Restricted maximum likelihood, or maximum likelihood.
    coding, rank_deficient
        As in :func:`~mmc_analysis.models.designs.fixed.fixed_design`.

    Returns
    -------
    RepeatedFit

    Raises
    ------
    ModelError
        If a column is unknown, the formula has random terms, a participant has an occasion twice or several groups,
        ids repeat across studies, measures or units are mixed, there are too few participants for UN, or the
        likelihood has no regular maximum.

    References
    ----------
    Jennrich & Schluchter (1986) Biometrics 42:805; Kenward & Roger (1997) Biometrics 53:983; Fai & Cornelius (1996)
    J Stat Comput Simul 54:363.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> torque = pd.DataFrame({"participant": np.repeat([f"P{i}" for i in range(12)], 3),
    ...                        "time": ["1 pre", "2 mid", "3 post"] * 12})
    >>> torque["value"] = np.repeat(rng.normal(50, 8, 12), 3) + rng.normal([0, 3, 5] * 12, 3)
    >>> fit = fit_repeated("value ~ time", torque, occasion="time", covariance="UN")
    >>> fit.anova()[["term", "num_df", "den_df"]]
       term  num_df  den_df
    0  time     2.0    10.0
    """
    check_option("covariance", covariance, STRUCTURES)
    subject, occasion = as_names(subject, "subject"), as_names(occasion, "occasion")
    group = as_names(group, "group") if group is not None else ()
    read = parse_formula(formula)
    if read.random:
        raise ModelError(
            f"'{read}' has random terms. fit_repeated models the covariance of the occasions by covariance=; leave "
            f"{' and '.join(map(str, read.random))} out, or use fit_mixed."
        )
    check_columns(data, (*subject, *occasion, *group))
    design = fixed_design(read, data, coding=coding, rank_deficient=rank_deficient, also=(*subject, *occasion, *group))
    structure = STRUCTURES[covariance]
    seen = occasions(design.data, subject, occasion, group, structure.ordered)
    check_enough(design.X, seen, structure)
    result = estimate(design.X, design.y, seen.codes, structure, reml)
    return RepeatedFit(design, covariance, reml, combined_evidence(design.data), seen, result)
