"""Fit one design to many responses: for power, bootstrap and coverage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.mixed.batch import batch_factors, classes_of, sums_of
from mmc_analysis.models.mixed.batch_optimise import batch_optimise
from mmc_analysis.models.mixed.blocks import (
    Blocks,
    GroupedColumns,
    Rotation,
    make_blocks,
    rotation_of,
    triangle_indices,
)
from mmc_analysis.models.mixed.closed_form import balance_of, solve_balanced
from mmc_analysis.models.mixed.likelihood import directions
from mmc_analysis.models.mixed.optimise import certified
from mmc_analysis.models.mixed.solution import PERFECT_FIT, Frame, MixedSolution, in_user_units

LANES = 1024
LARGEST_ARRAY = 4_000_000
CLOSED_FORM, NEWTON = "closed form", "newton"


@dataclass(frozen=True)
class Lanes:
    """Responses as the scaled problem has them.

    Attributes
    ----------
    start : ndarray (N, p)
        Q'y.
    scale : ndarray (N,)
    rotated : ndarray (B, r, N)
    rest : ndarray (N,)
        Sum of squares orthogonal to Z.
    """

    start: np.ndarray
    scale: np.ndarray
    rotated: np.ndarray
    rest: np.ndarray


@dataclass(frozen=True)
class ManySolutions:
    """Solutions of one design for N responses.

    Attributes
    ----------
    beta : ndarray (N, p)
    sigma, deviance : ndarray (N,)
    theta : ndarray (N, m)
        Lower triangles of Λ, in the unit bases.
    converged, singular : ndarray of bool (N,)
    method : str
        ``"closed form"`` or ``"newton"``.
    """

    beta: np.ndarray
    sigma: np.ndarray
    deviance: np.ndarray
    theta: np.ndarray
    converged: np.ndarray
    singular: np.ndarray
    method: str


@dataclass(frozen=True)
class Design:
    """A design, made ready once.

    Attributes
    ----------
    q, x_root : ndarray (n, p), (p, p)
        X = q · x_root.
    rotation : Rotation
    blocks : Blocks
        With an empty response.
    reml : bool
    """

    q: np.ndarray
    x_root: np.ndarray
    rotation: Rotation
    blocks: Blocks
    reml: bool


def design_of(x: np.ndarray, terms: Sequence[GroupedColumns], reml: bool) -> Design:
    """Make a design ready for many responses."""
    q, root = np.linalg.qr(x)
    rotation = rotation_of(terms)
    return Design(q, root, rotation, make_blocks(q, np.zeros(len(x)), rotation), reml)


def check_responses(responses: np.ndarray, n: int) -> np.ndarray:
    """Return responses as an array (n, N).

    Raises
    ------
    ModelError
        If the rows are not those of the fit, or a value is missing or infinite.
    """
    values = np.asarray(responses, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != n:
        raise ModelError(f"responses have shape {np.shape(responses)}; one row for each of the {n} rows of the fit is "
                         "needed, and one column per response.")  # fmt: skip
    if values.shape[1] == 0:
        raise ModelError("responses have no column; at least one response is needed.")
    if not np.isfinite(values).all():
        column = int(np.flatnonzero(~np.isfinite(values).all(axis=0))[0])
        raise ModelError(f"response {column} holds a missing or infinite value. Every response needs all {n} rows.")
    return values


def solve_many(design: Design, responses: np.ndarray, method: str = "auto") -> ManySolutions:
    """Fit every response.

    Parameters
    ----------
    design : Design
    responses : ndarray (n, N)
    method : {"auto", "closed form", "newton"}

    Raises
    ------
    ModelError
        If the closed form is asked for and the design is not balanced, or a response has no residual variation.
    """
    balance = None if method == NEWTON else balance_of(design.blocks, design.reml)
    if balance is None and method == CLOSED_FORM:
        raise ModelError("the closed form needs a balanced within-participant design with one random term whose columns "
                         "are among the fixed effects. Use method='auto'.")  # fmt: skip
    size = LANES if balance is not None else _lanes_at_once(design.blocks)
    parts = []
    for first in range(0, responses.shape[1], size):
        lanes = _lanes(design, responses[:, first : first + size], first)
        parts.append(_closed(design, balance, lanes) if balance is not None else _newton(design, lanes))
    joined = [np.concatenate([part[i] for part in parts]) for i in range(6)]
    return ManySolutions(*joined, CLOSED_FORM if balance is not None else NEWTON)


def _lanes_at_once(blocks: Blocks) -> int:
    n_blocks, size, _ = blocks.stacked.shape
    per_lane = n_blocks * max(blocks.width, size) * (blocks.n_parameters * (blocks.p + blocks.width + 1) + size)
    return int(np.clip(LARGEST_ARRAY // per_lane, 1, LANES))


def _lanes(design: Design, responses: np.ndarray, first: int) -> Lanes:
    ones = design.q.T @ np.ones(len(responses))
    has_constant = len(responses) - ones @ ones < 1e-9 * len(responses)
    middle = responses.mean(axis=0) if has_constant else np.zeros(responses.shape[1])
    near = responses - middle
    start = design.q.T @ near
    left = near - design.q @ start
    scale = np.sqrt(np.einsum("nl,nl->l", left, left) / len(left))
    flat = scale <= PERFECT_FIT * np.abs(responses).max(axis=0)
    if flat.any():
        raise ModelError(f"the fixed effects fit response {first + int(np.argmax(flat))} exactly; there is no residual "
                         "variation. Leave this response out.")  # fmt: skip
    left /= scale
    rotated = design.rotation.q.transpose(0, 2, 1) @ design.rotation.padded(left)
    rest = len(left) - np.einsum("brl,brl->l", rotated, rotated)
    close = np.flatnonzero(rest < 1e-6 * len(left))
    if close.size:
        across = design.rotation.split(left[:, close])[1]
        rest[close] = np.einsum("nl,nl->l", across, across)
    return Lanes(start.T + np.outer(middle, ones), scale, rotated, rest)


def _closed(design: Design, balance, lanes: Lanes) -> tuple[np.ndarray, ...]:
    found = solve_balanced(balance, lanes.rotated, lanes.rest)
    rows, columns = triangle_indices(found.delta.shape[1])
    theta = _batch_triangles(found.delta)[:, rows, columns]
    sound = np.ones(len(theta), dtype=bool)
    return (*_units(design, lanes, np.zeros_like(lanes.start), found.sigma2, found.deviance), theta, sound,
            found.pooled > 0)  # fmt: skip


def _batch_triangles(delta: np.ndarray) -> np.ndarray:
    factor = np.zeros_like(delta)
    floor = 1e-12 * np.einsum("nkk->nk", delta).max(axis=1)
    for j in range(delta.shape[1]):
        pivot = delta[:, j, j] - (factor[:, j, :j] ** 2).sum(axis=1)
        known = pivot > floor
        root = np.sqrt(np.where(known, pivot, 1.0))
        below = delta[:, j:, j] - (factor[:, j:, :j] @ factor[:, j, :j, None])[..., 0]
        factor[:, j:, j] = np.where(known[:, None], below / root[:, None], 0.0)
    return factor


def _newton(design: Design, lanes: Lanes) -> tuple[np.ndarray, ...]:
    classes = classes_of(design.blocks, design.reml)
    found = batch_optimise(classes, sums_of(classes, lanes.rotated, lanes.rest))
    beta, r2 = found.state.beta @ classes.x_basis.T, found.state.r2.copy()
    deviance, theta = found.state.deviance.copy(), found.theta
    proven, singular = found.certified.copy(), found.singular.copy()
    for lane in np.flatnonzero(~found.certified):
        single = certified(
            blocks_of_lane(design, lanes, lane), theta[lane], directions(design.blocks.slots), design.reml
        )
        theta[lane], beta[lane], r2[lane] = single.theta, single.state.beta, single.state.r2
        deviance[lane], proven[lane], singular[lane] = single.state.deviance, single.certificate.holds, single.singular
    dof = classes.dof
    return *_units(design, lanes, beta, r2 / dof, deviance), theta, proven, singular


def blocks_of_lane(design: Design, lanes: Lanes, lane: int) -> Blocks:
    """Return the blocks of one response."""
    blocks = design.blocks
    stacked, rest = blocks.stacked.copy(), blocks.rest.copy()
    stacked[:, :, -1] = lanes.rotated[:, :, lane]
    x = stacked[:, :, blocks.width : -1]
    rest[-1, :-1] = rest[:-1, -1] = -np.einsum("brp,br->p", x, stacked[:, :, -1])
    rest[-1, -1] = lanes.rest[lane]
    return Blocks(stacked, rest, blocks.slots, blocks.n, blocks.p)


def _units(design: Design, lanes: Lanes, beta: np.ndarray, sigma2: np.ndarray, deviance: np.ndarray):
    """Return beta, sigma and deviance in the user's units."""
    p, n = design.blocks.p, design.blocks.n
    whole = np.linalg.solve(design.x_root, (lanes.start + lanes.scale[:, None] * beta).T).T
    moved = deviance + 2.0 * (n - p if design.reml else n) * np.log(lanes.scale)
    if design.reml:
        moved = moved + 2.0 * np.log(np.abs(design.x_root.diagonal())).sum()
    return whole, lanes.scale * np.sqrt(sigma2), moved


def single_solution(design: Design, response: np.ndarray, theta: np.ndarray) -> MixedSolution:
    """Return the whole solution of one response (n,), from a θ known to be its optimum."""
    lanes = _lanes(design, response[:, None], 0)
    blocks = blocks_of_lane(design, lanes, 0)
    frame = Frame(design.x_root, lanes.start[0], float(lanes.scale[0]))
    found = certified(blocks, theta, directions(blocks.slots), design.reml)
    return in_user_units(blocks, frame, found, design.reml)


def unit_covariances(found: ManySolutions, blocks: Blocks) -> list[np.ndarray]:
    """Return ΛΛ'σ² of each term for all responses, (N, k, k) each, in the unit bases."""
    whole = []
    for factor in batch_factors(found.theta, blocks.slots):
        whole.append(found.sigma[:, None, None] ** 2 * factor @ factor.transpose(0, 2, 1))
    return whole
