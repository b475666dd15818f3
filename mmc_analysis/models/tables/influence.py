"""How much a fit depends on each participant: it is fitted again without each of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError


@dataclass(frozen=True)
class Part:
    """What influence compares of a fit.

    Attributes
    ----------
    beta : ndarray (p,)
    covariance : ndarray (p, p)
        Of the fixed effects, without small-sample adjustment.
    sigma : float
        Residual standard deviation.
    """

    beta: np.ndarray
    covariance: np.ndarray
    sigma: float


def influence_frame(
    whole: Part, without: Callable[[np.ndarray], Part | None], names: Sequence[str], levels: pd.Series, evidence: str
) -> pd.DataFrame:
    """Return what leaving out each level does to a fit.

    Parameters
    ----------
    whole : Part
    without : callable
        From the rows that stay, (n,) bool, to the fit on them; None where it cannot be made.
    names : sequence of str
        Of the p fixed effects.
    levels : pandas.Series
        The column whose levels are left out, on the n rows.
    evidence : str

    Returns
    -------
    pandas.DataFrame
        An estimates frame, one row per level and number: ``metric`` is ``estimate_without`` and ``dfbetas`` (the change
        in units of the standard error without the level) for each ``term``; ``cooks_distance`` and ``sigma_without``
        for the level. Not a number where the model cannot be fitted without the level.

    Raises
    ------
    ModelError
        If there are fewer than three levels.

    Notes
    -----
    Cook (1977), Technometrics 19:15; Belsley, Kuh & Welsch (1980), Regression Diagnostics.

    Examples
    --------
    The mean of three values, without each of them:

    >>> values = np.array([1.0, 2.0, 6.0])
    >>> def mean(kept):
    ...     part = values[kept]
    ...     return Part(np.array([part.mean()]), np.array([[part.var(ddof=1) / len(part)]]), part.std(ddof=1))
    >>> found = influence_frame(mean(np.full(3, True)), mean, ["Intercept"], pd.Series(list("abc"), name="who"), "synthetic")
    >>> found.loc[found.metric == "estimate_without", ["level", "estimate"]].to_string(index=False, header=False)
    'a       4.0\\nb       3.5\\nc       1.5'
    """
    codes, found = pd.factorize(levels, sort=True)
    if len(found) < 3:
        raise ModelError(f"'{levels.name}' has {len(found)} levels; leaving one out needs at least 3.")
    inverse = np.linalg.inv(whole.covariance)
    rows = []
    for code, level in enumerate(found):
        part = without(codes != code)
        beta = np.full(len(names), np.nan) if part is None else part.beta
        error = np.nan if part is None else np.sqrt(part.covariance.diagonal())
        change = whole.beta - beta
        for name, estimate, moved in zip(names, beta, change / error, strict=True):
            rows += [(str(level), name, "estimate_without", estimate), (str(level), name, "dfbetas", moved)]
        rows.append((str(level), "all", "cooks_distance", change @ inverse @ change / len(names)))
        rows.append((str(level), "Residual", "sigma_without", np.nan if part is None else part.sigma))
    frame = pd.DataFrame(rows, columns=["level", "term", "metric", "estimate"])
    frame.insert(0, "grouping", levels.name)
    return frame.assign(method="fitted without the level", evidence=evidence)
