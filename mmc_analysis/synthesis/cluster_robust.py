"""Cluster-robust inference for a synthesis: CR2 with Satterthwaite degrees of freedom.

Bell and McCaffrey (2002); Tipton (2015); Pustejovsky and Tipton (2018). With Φ the working covariance of the effects,
W = Φ⁻¹ and M = (X'WX)⁻¹, the adjustment of cluster j is A_j = D_j'(D_j(Φ_j - X_jMX_j')D_j')^(-1/2) D_j, Φ_j = D_j'D_j.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.synthesis.display import Described, stamp
from mmc_analysis.synthesis.frame_columns import labels_in
from mmc_analysis.synthesis.inputs import EffectTable
from mmc_analysis.synthesis.tables import coefficient_frame, pooled_frame

TRUSTED_DF = 4.0
SINGULAR = 1e-14


@dataclass(frozen=True, repr=False)
class RobustResult(Described):
    """Coefficients with cluster-robust standard errors.

    Attributes
    ----------
    table : EffectTable
    estimates : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        CR2.
    df : ndarray, shape (p,)
        Satterthwaite degrees of freedom.
    n_clusters : int
    conf_level : float
    method : str
    """

    table: EffectTable
    estimates: np.ndarray
    covariance: np.ndarray
    df: np.ndarray
    n_clusters: int
    conf_level: float
    method: str

    def _lines(self) -> list[str]:
        low = " (df below 4: neither P values nor intervals can be trusted)" if (self.df < TRUSTED_DF).any() else ""
        return [f"{self.method[:1].upper()}{self.method[1:]}{low}{stamp(self.table.evidence)}"]

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """One row per term; `note` flags degrees of freedom below 4."""
        frame = coefficient_frame(self.table, self.estimates, self.covariance, self.df, self.conf_level, self.method)
        flag = "df below 4: neither P value nor interval can be trusted"
        return frame.assign(n_levels=self.n_clusters, note=np.where(self.df < TRUSTED_DF, flag, None))

    @cached_property
    def pooled(self) -> pd.DataFrame:
        """The pooled estimate: one row of estimates."""
        return pooled_frame(self.table, self.coefficients, (np.nan, np.nan), self.n_clusters)


def robust_result(
    table: EffectTable, working: np.ndarray, cluster: str | None, conf_level: float, method: str
) -> RobustResult:
    """Return CR2 inference for weighted least squares with a working covariance.

    Parameters
    ----------
    table : EffectTable
        The k effects.
    working : ndarray, shape (k, k)
        Working covariance of the effects, known and estimated parts together.
    cluster : str or None
        Column of the clusters, None for the studies; effects of different clusters are independent.
    conf_level : float
    method : str
        How `working` came about, for the result.

    Raises
    ------
    EffectError
        If there is no such column, there are fewer clusters than coefficients plus one, or effects of different clusters are
        correlated in `working`.

    Warns
    -----
    MMCWarning
        If a coefficient has fewer than 4 degrees of freedom.
    """
    clusters = table.studies if cluster is None else labels_in(table.frame, cluster, "cluster")
    if clusters is None:
        raise EffectError("clusters are needed: give study= to the synthesis, or name the column with cluster=.")
    groups = [np.flatnonzero(clusters == label) for label in dict.fromkeys(clusters)]
    if len(groups) <= table.X.shape[1]:
        raise EffectError(
            f"{len(groups)} cluster{'s' * (len(groups) > 1)} cannot carry a robust covariance of {table.X.shape[1]} coefficients. Use fewer moderators, "
            "or the model's own standard errors."
        )
    if working[clusters[:, None] != clusters[None, :]].any():
        raise EffectError(
            "effects of different clusters are correlated in the model; name clusters that hold such effects together."
        )
    beta, covariance, df = cr2(table.y, table.X, working, groups)
    if (df < TRUSTED_DF).any():
        named = ", ".join(f"{term} ({v:.1f})" for term, v in zip(table.terms, df, strict=True) if v < TRUSTED_DF)
        warnings.warn(
            f"fewer than 4 degrees of freedom: {named}. With so few or so uneven clusters neither the P value nor the "
            "interval can be trusted (Tipton 2015); report them as descriptive.",
            MMCWarning,
            stacklevel=4,
        )
    named = f"{method}; CR2 by {len(groups)} clusters, Satterthwaite df"
    return RobustResult(table, beta, covariance, df, len(groups), conf_level, named)


def cr2(
    y: np.ndarray, X: np.ndarray, working: np.ndarray, groups: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficients, (p,), their CR2 covariance, (p, p), and Satterthwaite df, (p,).

    Parameters
    ----------
    y : ndarray, shape (k,)
    X : ndarray, shape (k, p)
    working : ndarray, shape (k, k)
    groups : list of ndarray
        Positions of the effects of each cluster.

    Examples
    --------
    >>> y, groups = np.array([0.1, 0.5, 0.9]), [np.array([0]), np.array([1]), np.array([2])]
    >>> beta, covariance, df = cr2(y, np.ones((3, 1)), np.eye(3), groups)
    >>> beta.round(2), covariance.round(4), df.round(1)
    (array([0.5]), array([[0.0533]]), array([2.]))
    """
    X, R = np.linalg.qr(X)
    blocks = [working[np.ix_(rows, rows)] for rows in groups]
    weighted = np.empty_like(X)
    for rows, block in zip(groups, blocks, strict=True):
        weighted[rows] = np.linalg.solve(block, X[rows])
    bread = np.linalg.inv(X.T @ weighted)
    residuals = y - X @ (bread @ (weighted.T @ y))
    sides = [_adjusted(X[rows], weighted[rows], bread, block) for rows, block in zip(groups, blocks, strict=True)]
    scores = np.array([side.T @ residuals[rows] for side, rows in zip(sides, groups, strict=True)])
    # every coefficient as a linear form of the scores
    forms = bread @ np.linalg.inv(R).T
    df = [_satterthwaite(X, bread, groups, blocks, [side @ form for side in sides]) for form in forms.T]
    return forms.T @ (weighted.T @ y), forms.T @ (scores.T @ scores) @ forms, np.array(df)


def _adjusted(X, weighted, bread, block) -> np.ndarray:
    """A_j'W_jX_j, (n_j, p): what turns the residuals of a cluster into its score."""
    root = np.linalg.cholesky(block).T
    inner = root @ (block - X @ bread @ X.T) @ root.T
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    keep = values > SINGULAR * max(values.max(), np.finfo(float).tiny)
    inverse_root = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
    return root.T @ inverse_root @ root @ weighted


def _satterthwaite(X, bread, groups, blocks, parts) -> float:
    """(Σ p_j'Φp_j)²/ΣΣ(p_i'Φp_j)², p_j the score of cluster j as a linear form of all effects.

    From `parts`, g_j, (n_j,), the same as forms of the residuals: p_i'Φp_j is -g_i'X_iMX_j'g_j, and g_j'Φ_jg_j more if i = j.
    """
    through = np.array([part @ X[rows] for rows, part in zip(groups, parts, strict=True)])
    gram = (
        np.diag([part @ block @ part for block, part in zip(blocks, parts, strict=True)]) - through @ bread @ through.T
    )
    return float(np.trace(gram) ** 2 / np.sum(gram**2))
