"""Tests of whole terms: Type I, II and III tables."""

import numpy as np
import pandas as pd

from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.tables.hypotheses import beyond_intercept, full_design, term_hypothesis
from mmc_analysis.models.tables.primitives import Fit, Inference, JointTest, warn_of_breakdown

_NUMERALS = {1: "I", 2: "II", 3: "III"}
_UNTESTABLE = JointTest(np.nan, 0.0, np.nan, np.nan)


def hypothesis_matrices(fixed: FixedDesign, kind: int) -> dict[str, np.ndarray]:
    """Return the hypothesis matrix of every term but the intercept.

    Parameters
    ----------
    fixed : FixedDesign
        With p coefficients.
    kind : {1, 2, 3}
        Type of hypothesis.

    Returns
    -------
    dict of str to ndarray, shape (q, p)
        By the term's label, in the formula's order; q is 0 where nothing of a term can be estimated.

    Notes
    -----
    See :mod:`mmc_analysis.models.tables.hypotheses` for the definitions.

    Examples
    --------
    >>> from mmc_analysis.models.designs.fixed import fixed_design
    >>> lifts = pd.DataFrame({"value": [61.0, 66.0, 58.0, 65.0, 70.0], "group": list("aabba"), "limb": list("lrlrl")})
    >>> {term: (rows.round(3) + 0).tolist() for term, rows in hypothesis_matrices(fixed_design("value ~ group * limb", lifts), 3).items()}
    {'group': [[0.0, 1.0, 0.0, 0.5]], 'limb': [[0.0, 0.0, 1.0, 0.5]], 'group:limb': [[0.0, 0.0, 0.0, 1.0]]}
    """
    design = full_design(fixed)
    labels = [term.label for term in fixed.layout.terms]
    return {labels[i]: term_hypothesis(design, i, kind) for i in beyond_intercept(fixed.layout)}


def anova_table(fit: Fit, kind: int, how: Inference) -> pd.DataFrame:
    """Return an F test of every term.

    Parameters
    ----------
    fit : Fit
    kind : {1, 2, 3}
    how : Inference

    Returns
    -------
    pandas.DataFrame
        An estimates frame: term, metric (``F``), estimate and statistic (F), num_df, den_df, p_value, n, method,
        evidence. A term of which nothing can be estimated has num_df 0 and no F. Where Kenward and Roger's
        approximation breaks down, df and F may be negative, as in R; a warning names the terms.
    """
    hypotheses = hypothesis_matrices(fit.fixed, kind)
    tests = [fit.joint_test(L, how.ddf, how.information) if len(L) else _UNTESTABLE for L in hypotheses.values()]
    broken = [term for term, test in zip(hypotheses, tests, strict=True) if not test.valid]
    if broken:
        warn_of_breakdown(f"the F test of {', '.join(broken)} is not to be trusted", stacklevel=5)
    statistic = np.array([test.statistic for test in tests], dtype=float)
    method = f"Type {_NUMERALS[kind]} F, {how.label}"
    return pd.DataFrame(
        {"term": list(hypotheses), "metric": "F", "estimate": statistic,
         "num_df": np.array([test.num_df for test in tests], dtype=float),
         "den_df": np.array([test.den_df for test in tests], dtype=float),
         "statistic": statistic, "p_value": np.array([test.p_value for test in tests], dtype=float),
         "n": fit.n_participants,
         "method": [method if len(L) else "not estimable: the data have no such cells" for L in hypotheses.values()],
         "evidence": fit.evidence},
        index=range(len(tests)),
    )  # fmt: skip
