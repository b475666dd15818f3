"""Small designs on arrays, and the likelihood computed densely, as witnesses for the block computations."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.mixed.blocks import GroupedColumns
from mmc_analysis.models.mixed.likelihood import lower_triangles


@dataclass(frozen=True)
class Design:
    """Fixed effects, response and random terms on arrays."""

    x: np.ndarray
    y: np.ndarray
    terms: tuple[GroupedColumns, ...]


def orthonormal(matrix: np.ndarray) -> np.ndarray:
    return np.linalg.qr(matrix)[0]


def unit_columns(matrix: np.ndarray) -> np.ndarray:
    return orthonormal(matrix) * np.sqrt(len(matrix))


def codes(*columns: np.ndarray) -> tuple[np.ndarray, int]:
    _, level = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    return level.ravel(), int(level.max()) + 1


def lifters(seed: int, n: int = 8, *, missing: float = 0.0, kind: str = "nested", noise: float = 4.0) -> Design:
    """Lifters × 3 conditions × 4 loads with slopes by lifter and, by kind, a nested or a crossed term."""
    rng = np.random.default_rng(seed)
    s, c, load = (grid.ravel() for grid in np.meshgrid(range(n), range(3), range(4), indexing="ij"))
    kept = rng.random(len(s)) >= missing
    s, c, load = s[kept], c[kept], load[kept]
    ones = np.ones((len(s), 1))
    slopes = np.column_stack([ones, c == 1, c == 2])
    terms = [GroupedColumns(unit_columns(slopes), s, n)]
    if kind == "nested":
        terms.append(GroupedColumns(ones, *codes(s, load)))
    elif kind == "crossed":
        item = rng.integers(0, 5, len(s))
        terms = [GroupedColumns(unit_columns(slopes[:, :2]), s, n), GroupedColumns(ones, *codes(item))]
    y = (slopes * (rng.normal(size=(n, 3)) * [8, 3, 2])[s]).sum(1) + noise * rng.normal(size=len(s)) + 3 * load
    x = orthonormal(np.column_stack([slopes, np.eye(4)[load][:, 1:]]))
    y = y - x @ (x.T @ y)
    return Design(x, y / y.std(), tuple(terms))


def dense_h(design: Design, theta: np.ndarray, slots) -> np.ndarray:
    h = np.eye(len(design.y))
    for term, factor in zip(design.terms, lower_triangles(theta, slots), strict=True):
        h += (term.z @ factor @ factor.T @ term.z.T) * (term.level[:, None] == term.level)
    return h


def dense_deviance(design: Design, theta: np.ndarray, slots, reml: bool) -> float:
    n, p = design.x.shape
    inverse = np.linalg.inv(dense_h(design, theta, slots))
    c = design.x.T @ inverse @ design.x
    residual = design.y - design.x @ np.linalg.solve(c, design.x.T @ inverse @ design.y)
    dof = n - p if reml else n
    spread = np.log(2 * np.pi * (residual @ inverse @ residual) / dof)
    return -np.linalg.slogdet(inverse)[1] + reml * np.linalg.slogdet(c)[1] + dof * (1 + spread)
