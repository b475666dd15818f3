"""Solve a linear mixed model on arrays, and carry the answer back to the user's units.

The response is first cleared of its least-squares fit and scaled, the fixed effects made orthonormal: large offsets
and odd units then cost no digits, and the answer does not depend on them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.mixed.blocks import Blocks, GroupedColumns, make_blocks, rotation_of
from mmc_analysis.models.mixed.likelihood import directions, lower_triangles
from mmc_analysis.models.mixed.optimise import Optimum, optimise

PERFECT_FIT = 50 * np.finfo(float).eps
NO_RESIDUAL = 1e-12


@dataclass(frozen=True)
class Frame:
    """How the scaled problem relates to the user's.

    Attributes
    ----------
    x_root : ndarray (p, p)
        Upper triangular, X = Q·x_root with orthonormal Q.
    start : ndarray (p,)
        Q'y.
    scale : float
        Root mean square of what least squares leaves of y.
    """

    x_root: np.ndarray
    start: np.ndarray
    scale: float


@dataclass(frozen=True)
class MixedSolution:
    """A fitted mixed model on arrays.

    Attributes
    ----------
    reml : bool
    blocks : Blocks
        Of the scaled problem.
    frame : Frame
    optimum : Optimum
        Of the scaled problem, in the unit basis of each term.
    beta : ndarray (p,)
        Fixed effects, in the user's units.
    whiten : ndarray (p, p)
        A with AA'σ² = Cov(β̂): whitens functions of the coefficients, Lβ̂ has variance σ²(LA)(LA)'.
    sigma : float
        Residual standard deviation.
    deviance : float
        -2 log L, restricted or not.
    take : ndarray (K, m)
        Directions of the covariance parameters.
    """

    reml: bool
    blocks: Blocks
    frame: Frame
    optimum: Optimum
    beta: np.ndarray
    whiten: np.ndarray
    sigma: float
    deviance: float
    take: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """Covariance matrix of the fixed effects, (p, p), not adjusted."""
        return self.sigma**2 * self.whiten @ self.whiten.T

    @property
    def factors(self) -> list[np.ndarray]:
        """Λ of each term in its unit basis, (k, k): the covariance of its effects is σ²ΛΛ'."""
        return lower_triangles(self.optimum.theta, self.blocks.slots)


def framed(x: np.ndarray, y: np.ndarray) -> tuple[Frame, np.ndarray, np.ndarray]:
    """Return the scaled problem: its frame, Q (n, p), and what least squares leaves of y at mean square 1, (n,).

    Raises
    ------
    ModelError
        If nothing is left: no residual degree of freedom, or fixed effects that fit the response exactly.
    """
    n, p = x.shape
    if n <= p:
        raise ModelError(f"{n} rows cannot support {p} fixed effects and a residual variance. Use fewer terms.")
    q, root = np.linalg.qr(x)
    ones = q.T @ np.ones(n)
    has_constant = n - ones @ ones < 1e-9 * n
    middle = float(np.median(y)) if has_constant else 0.0
    near = y - middle
    start = q.T @ near
    rest = near - q @ start
    again = q.T @ rest
    start, rest = start + again + middle * ones, rest - q @ again
    scale = np.sqrt(rest @ rest / n)
    if scale <= PERFECT_FIT * np.abs(y).max():
        raise ModelError("the fixed effects fit the response exactly, so there is no residual variation to judge them "
                         "by. Check that the response is not computed from a predictor.")  # fmt: skip
    return Frame(root, start, float(scale)), q, rest / scale


def solve_mixed(x: np.ndarray, y: np.ndarray, terms: Sequence[GroupedColumns], reml: bool) -> MixedSolution:
    """Fit y = Xβ + Zb + e.

    Parameters
    ----------
    x : ndarray (n, p)
        Of full column rank.
    y : ndarray (n,)
    terms : sequence of GroupedColumns
        Random terms with columns of mean square 1.
    reml : bool
        Restricted maximum likelihood, or maximum likelihood.

    Raises
    ------
    ModelError
        If the fixed effects, or they and the random effects, leave nothing to explain, or a block is too large.
    """
    frame, q, rest = framed(x, y)
    blocks = make_blocks(q, rest, rotation_of(terms))
    optimum = optimise(blocks, reml)
    if optimum.state.sigma2 < NO_RESIDUAL:
        raise ModelError("fixed and random effects together fit the response exactly, so there is no residual variation. "
                         "Check that the response is not constant within the levels of a grouping factor, and leave out "
                         "the random term with the most levels.")  # fmt: skip
    return in_user_units(blocks, frame, optimum, reml)


def in_user_units(blocks: Blocks, frame: Frame, optimum: Optimum, reml: bool) -> MixedSolution:
    """Return the solution of the scaled problem in the user's units."""
    state = optimum.state
    beta = np.linalg.solve(frame.x_root, frame.start + frame.scale * state.beta)
    whiten = np.linalg.inv(state.c_root @ frame.x_root)
    dof = blocks.n - blocks.p if reml else blocks.n
    deviance = state.deviance + 2.0 * dof * np.log(frame.scale)
    if reml:
        deviance += 2.0 * np.log(np.abs(frame.x_root.diagonal())).sum()
    sigma = frame.scale * np.sqrt(state.sigma2)
    return MixedSolution(
        reml, blocks, frame, optimum, beta, whiten, float(sigma), float(deviance), directions(blocks.slots)
    )
