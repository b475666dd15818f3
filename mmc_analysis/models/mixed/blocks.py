"""Block structure of random effects: rows that share no level of any grouping factor are independent.

The connected components of the graph of grouping levels are the blocks. Whatever is nested in participants falls
apart into one small dense block per participant; crossed factors make one large block. In each block Z_i = Q_i R_i,
and the likelihood needs R_i, Q_i'[X y], and what of [X y] is orthogonal to Z_i, nothing else. Working with R_i instead
of Z_i'Z_i keeps all digits however large the random effects are.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csgraph

from mmc_analysis.errors import ModelError

MAX_BLOCK_COLUMNS = 3000


@functools.cache
def triangle_indices(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the lower triangle of a (width, width) matrix, row by row.

    Examples
    --------
    >>> triangle_indices(2)
    (array([0, 1, 1]), array([0, 0, 1]))
    """
    rows, columns = np.tril_indices(width)
    rows.flags.writeable = columns.flags.writeable = False
    return rows, columns


@dataclass(frozen=True)
class GroupedColumns:
    """One random term on arrays.

    Attributes
    ----------
    z : ndarray (n, k)
        Columns of the term's expression.
    level : ndarray of int (n,)
        Level of its grouping factor, 0 .. n_levels - 1.
    n_levels : int
    """

    z: np.ndarray
    level: np.ndarray
    n_levels: int

    @property
    def width(self) -> int:
        """Columns k of the term."""
        return self.z.shape[1]


@dataclass(frozen=True)
class TermSlots:
    """Where one term's effects stand among the columns of every block.

    Attributes
    ----------
    start : int
        First column.
    n_slots : int
        Levels of the term in the block that has most of them.
    width : int
        Columns k per level.
    block, slot : ndarray of int (n_levels,)
        The block and the slot of each level.
    """

    start: int
    n_slots: int
    width: int
    block: np.ndarray
    slot: np.ndarray

    @property
    def columns(self) -> slice:
        """The term's columns of a block."""
        return slice(self.start, self.start + self.n_slots * self.width)

    @property
    def n_parameters(self) -> int:
        """Entries of the lower triangle of the k × k factor."""
        return self.width * (self.width + 1) // 2


@dataclass(frozen=True)
class Blocks:
    """What the likelihood needs of a design and a response.

    Attributes
    ----------
    stacked : ndarray (B, r, K + p + 1)
        R_i, Q_i'X_i and Q_i'y_i side by side, for each of B blocks with K random-effect columns.
    rest : ndarray (p + 1, p + 1)
        Crossproducts of the parts of [X y] that are orthogonal to Z.
    slots : tuple of TermSlots
    n, p : int
        Rows and fixed effects.
    """

    stacked: np.ndarray
    rest: np.ndarray
    slots: tuple[TermSlots, ...]
    n: int
    p: int

    @property
    def width(self) -> int:
        """Random-effect columns K of a block."""
        return self.stacked.shape[2] - self.p - 1

    @property
    def n_parameters(self) -> int:
        """Length of θ."""
        return sum(term.n_parameters for term in self.slots)


def component_of_rows(terms: Sequence[GroupedColumns]) -> np.ndarray:
    """Return the block of each row: connected components of the graph whose nodes are grouping levels.

    Parameters
    ----------
    terms : sequence of GroupedColumns

    Returns
    -------
    ndarray of int (n,)

    Examples
    --------
    >>> import numpy as np
    >>> person, item = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    >>> z = np.ones((4, 1))
    >>> component_of_rows([GroupedColumns(z, person, 3), GroupedColumns(z, item, 3)])
    array([0, 0, 0, 1], dtype=int32)
    """
    offsets = np.cumsum([0] + [term.n_levels for term in terms])
    first = terms[0].level
    rows = np.concatenate([first for _ in terms])
    columns = np.concatenate([term.level + offset for term, offset in zip(terms, offsets[:-1], strict=True)])
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(offsets[-1], offsets[-1]))
    _, label = csgraph.connected_components(graph, directed=False)
    _, block = np.unique(label[first], return_inverse=True)
    return block.astype(np.int32)


def slots_of_terms(terms: Sequence[GroupedColumns], block: np.ndarray) -> tuple[TermSlots, ...]:
    """Return where each term's levels stand in the blocks."""
    slots, start = [], 0
    for term in terms:
        block_of_level = np.zeros(term.n_levels, dtype=np.intp)
        block_of_level[term.level] = block
        order = np.argsort(block_of_level, kind="stable")
        slot = np.empty(term.n_levels, dtype=np.intp)
        slot[order] = _position_in_run(block_of_level[order])
        n_slots = int(slot.max()) + 1
        slots.append(TermSlots(start, n_slots, term.width, block_of_level, slot))
        start += n_slots * term.width
    if start > MAX_BLOCK_COLUMNS:
        raise ModelError(
            f"the grouping factors are crossed, or have so many levels, that one block has {start} random effects; "
            f"up to {MAX_BLOCK_COLUMNS} are possible. Leave out a crossed term, or average within its levels."
        )
    return tuple(slots)


def _position_in_run(values: np.ndarray) -> np.ndarray:
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    return np.arange(len(values)) - np.repeat(starts, np.diff(np.append(starts, len(values))))


@dataclass(frozen=True)
class Rotation:
    """The rotation of every block that makes Z_i upper triangular.

    Attributes
    ----------
    q : ndarray (B, n_max, r)
        Orthonormal columns; rows beyond a block's own are padding.
    root : ndarray (B, r, K)
        R_i.
    block, position : ndarray of int (n,)
        Where each row stands.
    slots : tuple of TermSlots
    """

    q: np.ndarray
    root: np.ndarray
    block: np.ndarray
    position: np.ndarray
    slots: tuple[TermSlots, ...]

    def padded(self, columns: np.ndarray) -> np.ndarray:
        """Return columns (n, c) by block, (B, n_max, c)."""
        whole = np.zeros((*self.q.shape[:2], columns.shape[1]))
        whole[self.block, self.position] = columns
        return whole

    def split(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return Q_i'columns (B, r, c), and what of the columns is orthogonal to Z, (B · n_max, c)."""
        whole = self.padded(columns)
        inside = self.q.transpose(0, 2, 1) @ whole
        return inside, (whole - self.q @ inside).reshape(-1, columns.shape[1])


def rotation_of(terms: Sequence[GroupedColumns]) -> Rotation:
    """Split random terms into blocks and rotate each.

    Raises
    ------
    ModelError
        If a block is too large to hold densely.
    """
    block = component_of_rows(terms)
    slots = slots_of_terms(terms, block)
    position = np.empty(len(block), dtype=np.intp)
    order = np.argsort(block, kind="stable")
    position[order] = _position_in_run(block[order])
    z = np.zeros((int(block.max()) + 1, int(position.max()) + 1, slots[-1].columns.stop))
    for term, where in zip(terms, slots, strict=True):
        first = where.start + where.slot[term.level] * where.width
        z[block[:, None], position[:, None], first[:, None] + np.arange(where.width)] = term.z
    q, r = np.linalg.qr(z)
    return Rotation(q, r, block, position, slots)


def make_blocks(x: np.ndarray, y: np.ndarray, rotation: Rotation) -> Blocks:
    """Return what the likelihood needs of a design and a response.

    Parameters
    ----------
    x : ndarray (n, p)
    y : ndarray (n,)
    rotation : Rotation
    """
    inside, across = rotation.split(np.column_stack([x, y]))
    stacked = np.concatenate([rotation.root, inside], axis=2)
    return Blocks(stacked, across.T @ across, rotation.slots, len(y), x.shape[1])
