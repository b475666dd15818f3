"""The exact solution for balanced within-participant designs, boundary included, for many responses at once.

Every participant has the same rows Z₀ of one unstructured random term, and the fixed effects are free in the span of
Z₀ for every between-participant column. In the coordinates of Z₀ = QR a participant's vector then has mean B'a and
covariance Σ = RDR' + σ²I; what is orthogonal to Z₀ has variance σ². The criterion

    f log|Σ| + tr(Σ⁻¹A) + ν log σ² + SSE/σ²,   Σ ≥ σ²I,

is minimised by pooling into σ² the eigenvalues of A/f that are smaller than it, the smallest first. Anderson, Anderson
& Olkin (1986), Annals of Statistics 14:405; Amemiya (1985), Journal of the American Statistical Association 80:112.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import Blocks

_SAME = 1e-9


@dataclass(frozen=True)
class Balance:
    """A balanced design, ready for the closed form.

    Attributes
    ----------
    root : ndarray (k, k)
        R of every participant's Z₀, in the unit basis.
    df_between : int
        f = S - rank(A) for REML, S for maximum likelihood.
    df_within : int
        ν, for the part orthogonal to Z₀.
    """

    root: np.ndarray
    df_between: int
    df_within: int


@dataclass(frozen=True)
class ClosedForm:
    """Solutions for N responses.

    Attributes
    ----------
    delta : ndarray (N, k, k)
        D/σ² in the unit basis.
    sigma2 : ndarray (N,)
    deviance : ndarray (N,)
        -2 log L up to log|X'X|.
    pooled : ndarray of int (N,)
        Eigenvalues at the boundary.
    """

    delta: np.ndarray
    sigma2: np.ndarray
    deviance: np.ndarray
    pooled: np.ndarray


def balance_of(blocks: Blocks, reml: bool) -> Balance | None:
    """Return how a design is balanced, or None if the closed form does not apply.

    Parameters
    ----------
    blocks : Blocks
        With orthonormal fixed effects.
    reml : bool
    """
    n_blocks, k = blocks.stacked.shape[0], blocks.width
    if len(blocks.slots) != 1 or blocks.slots[0].n_slots != 1 or blocks.stacked.shape[1] != k:
        return None
    roots = blocks.stacked[:, :, :k]
    x = blocks.stacked[:, :, k:-1]
    if np.abs(roots - roots[0]).max() > _SAME * np.abs(roots[0]).max():
        return None
    stacked = x.reshape(-1, blocks.p)
    values, vectors = np.linalg.eigh(stacked.T @ stacked)
    inside = vectors[:, values > _SAME]
    across = inside.T @ blocks.rest[:-1, :-1] @ inside
    if np.abs(across).max(initial=0.0) > _SAME:
        return None
    basis = (stacked @ inside).reshape(n_blocks, k, -1)
    projection = np.einsum("sap,tbp->stab", basis, basis)
    common = projection[:, :, 0, 0]
    if np.abs(projection - common[:, :, None, None] * np.eye(k)).max() > _SAME:
        return None
    rank = inside.shape[1] // k
    within = blocks.n - n_blocks * k - (blocks.p - inside.shape[1] if reml else 0)
    between = n_blocks - rank if reml else n_blocks
    if within <= 0 or n_blocks - rank <= 0:
        return None
    return Balance(roots[0], between, within)


def solve_balanced(balance: Balance, rotated: np.ndarray, rest: np.ndarray) -> ClosedForm:
    """Return the exact solutions.

    Parameters
    ----------
    balance : Balance
    rotated : ndarray (S, k, N)
        Q_i'y_i of every participant and response cleared of its least-squares fit, in the coordinates of Z₀.
    rest : ndarray (N,)
        Sum of squares orthogonal to Z and X.
    """
    _, k, count = rotated.shape
    scatter = np.empty((count, k, k))
    for a in range(k):
        for b in range(a + 1):
            scatter[:, a, b] = scatter[:, b, a] = np.einsum("sn,sn->n", rotated[:, a], rotated[:, b])
    f, nu = balance.df_between, balance.df_within
    values, vectors = np.linalg.eigh(scatter / f)
    sigma2, pooled = rest / nu, np.zeros(count, dtype=int)
    for j in range(k):
        below = (pooled == j) & (values[:, j] < sigma2)
        pooled[below] += 1
        sums = rest[below] + f * values[below, : j + 1].sum(axis=1)
        sigma2 = sigma2.copy()
        sigma2[below] = sums / (nu + f * (j + 1))
    above = np.maximum(values / sigma2[:, None] - 1.0, 0.0)
    half = np.linalg.inv(balance.root) @ (vectors * np.sqrt(above)[:, None, :])
    spread = np.maximum(values, sigma2[:, None])
    deviance = f * np.log(spread).sum(axis=1) + nu * np.log(sigma2)
    deviance += f * (values / spread).sum(axis=1) + rest / sigma2 + (f * k + nu) * np.log(2.0 * np.pi)
    return ClosedForm(half @ half.transpose(0, 2, 1), sigma2, deviance, pooled)
