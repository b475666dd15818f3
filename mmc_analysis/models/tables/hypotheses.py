"""Type I, II and III hypotheses of a term, as functions of the coefficients that the data can estimate.

The definitions are those of SAS (SAS/STAT User's Guide, "The Four Types of Estimable Functions"; Goodnight
1978, SAS Technical Report R-101). They are stated in the design with one column per level, so they do not
depend on how factors are coded, and they hold where cells are empty.
"""

from dataclasses import dataclass, replace

import numpy as np

from mmc_analysis.models.designs.coding import code_levels
from mmc_analysis.models.designs.fixed import FixedDesign
from mmc_analysis.models.designs.layout import INTERCEPT, Layout, Term
from mmc_analysis.models.designs.rank import independent_columns
from mmc_analysis.models.designs.variables import read_numbers

_TOLERANCE = 1e-8


@dataclass(frozen=True)
class FullDesign:
    """The design with one column per level, and the fitted one.

    Attributes
    ----------
    layout : Layout
        Overparametrised.
    matrix : ndarray, shape (n, p_full)
        Its columns; numeric parts are divided by their largest value.
    decomposed : tuple of ndarray
        Singular value decomposition of `matrix`, cut to its rank r: (n, r), (r,), (r, p_full).
    coded : ndarray, shape (n, p)
        The columns that were fitted; they span the same space.
    coded_of : ndarray of int, shape (p,)
        Position of each fitted column's term.
    treatment : ndarray, shape (p, p)
        Maps rows on the fitted coefficients to rows on those of treatment coding with the first level as reference.
    treatment_of : ndarray of int, shape (p,)
        Position of the term of each column of treatment coding.
    """

    layout: Layout
    matrix: np.ndarray
    decomposed: tuple[np.ndarray, np.ndarray, np.ndarray]
    coded: np.ndarray
    coded_of: np.ndarray
    treatment: np.ndarray
    treatment_of: np.ndarray

    def columns(self, positions: list[int]) -> np.ndarray:
        """Return which columns belong to terms, by the terms' positions: a mask (p_full,)."""
        return np.isin(self.layout.term_of_column, positions)


def full_design(fixed: FixedDesign) -> FullDesign:
    """Build the design with one column per level that belongs to a fitted design."""
    numbers = {name: read_numbers(fixed.data[name]) for name in fixed.numerics}
    full = fixed.layout.overparametrised()
    matrix = full.columns(numbers, fixed.codes, len(fixed.y))
    for numeric in {term.numeric for term in full.terms if term.numeric}:
        mine = np.isin(full.term_of_column, [i for i, term in enumerate(full.terms) if term.numeric == numeric])
        size = np.abs(matrix[:, mine]).max()
        matrix[:, mine] /= size if size > 0 else 1.0
    left, sizes, rows = np.linalg.svd(matrix, full_matrices=False)
    rank = int((sizes > _TOLERANCE * sizes[0]).sum())
    coded_of = fixed.layout.term_of_column[fixed.kept_columns]
    plain, plain_of = _treatment_coded(fixed, numbers)
    carry = np.eye(len(coded_of)) if plain is None else np.linalg.lstsq(fixed.X, plain, rcond=None)[0]
    return FullDesign(
        full, matrix, (left[:, :rank], sizes[:rank], rows[:rank]), fixed.X, coded_of, carry,
        coded_of if plain is None else plain_of,
    )  # fmt: skip


def _treatment_coded(fixed: FixedDesign, numbers: dict) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The design in treatment coding, (n, p), and its columns' terms; None where it is coded so already."""
    plain = {name: code_levels(name, levels) for name, levels in fixed.layout.levels.items()}
    if all(np.array_equal(plain[name].weights, coding.weights) for name, coding in fixed.layout.codings.items()):
        return None, None
    layout = replace(fixed.layout, codings=plain)
    every = layout.columns(numbers, fixed.codes, len(fixed.y))
    kept = independent_columns(every)
    return every[:, kept], layout.term_of_column[kept]


def contains(outer: Term, inner: Term) -> bool:
    """Return whether a term contains another: the same numeric parts, and all of its factors and more.

    Examples
    --------
    >>> a = Term("a", frozenset({"a"}), frozenset(), ())
    >>> contains(Term("a:b", frozenset({"a", "b"}), frozenset(), ()), a), contains(a, a)
    (True, False)
    """
    return outer.numeric == inner.numeric and inner.categorical < outer.categorical


def term_hypothesis(design: FullDesign, position: int, kind: int) -> np.ndarray:
    """Return the hypothesis matrix of one term, in the fitted coefficients.

    Parameters
    ----------
    design : FullDesign
    position : int
        The term's position in ``design.layout.terms``.
    kind : {1, 2, 3}
        Type I adjusts for the terms before it; Type II for all terms that do not contain it; Type III compares
        means over equally weighted cells.

    Returns
    -------
    ndarray, shape (q, p)
        Independent rows; q may be 0 where nothing of the term can be estimated. The F statistic and Kenward-Roger
        degrees of freedom do not depend on which rows span the hypothesis, those of Fai and Cornelius do: the rows
        are the differences from the first level for Type III, the coefficients themselves for a Type II term that
        no other contains, and the rows of the forward Doolittle elimination otherwise and for an only term, as in
        lmerTest.
    """
    terms = design.layout.terms
    kind = 1 if len(beyond_intercept(design.layout)) == 1 else kind
    if kind == 3:
        return in_echelon(_type_three(design, position), design.treatment, design.treatment_of == position)
    if kind == 1:
        return _adjusted(design, position, list(range(position)))
    inner = terms[position]
    first = [i for i, term in enumerate(terms) if i != position and not contains(term, inner)]
    rows = _adjusted(design, position, first)
    if len(first) < len(terms) - 1:
        return rows
    return in_echelon(rows, np.eye(design.coded.shape[1]), design.coded_of == position)


def _adjusted(design: FullDesign, position: int, adjust_for: list[int]) -> np.ndarray:
    """Rows of the forward Doolittle elimination: what the term adds to the terms adjusted for."""
    mine = design.coded[:, design.coded_of == position]
    before = design.matrix[:, design.columns(adjust_for)]
    left, sizes, _ = np.linalg.svd(before, full_matrices=False)
    left = left[:, sizes > _TOLERANCE * sizes[0]] if sizes.size else left
    rest = mine - left @ (left.T @ mine)
    rest -= left @ (left.T @ rest)
    rest = rest[:, np.linalg.norm(rest, axis=0) > _TOLERANCE * np.linalg.norm(mine, axis=0)]
    if rest.shape[1] == 0:
        return np.zeros((0, design.coded.shape[1]))
    orthogonal, upper = np.linalg.qr(rest[:, independent_columns(rest)])
    return (orthogonal.T @ design.coded) / np.diagonal(upper)[:, None]


def _type_three(design: FullDesign, position: int) -> np.ndarray:
    """Functions of the term and of the terms that contain it, orthogonal to those of the latter alone."""
    terms = design.layout.terms
    containing = [i for i, term in enumerate(terms) if contains(term, terms[position])]
    mine = design.columns([position])
    outside = ~design.columns([position, *containing])
    left, sizes, rows = design.decomposed
    allowed = _left_null(rows[:, outside]).T
    u, s, _ = np.linalg.svd((allowed @ rows)[:, mine], full_matrices=False)
    chosen = u[:, s > _TOLERANCE].T @ allowed
    return (chosen / sizes) @ left.T @ design.coded


def _left_null(matrix: np.ndarray) -> np.ndarray:
    """Orthonormal columns c with c' matrix = 0, shape (rows, k)."""
    if matrix.shape[1] == 0:
        return np.eye(matrix.shape[0])
    u, s, _ = np.linalg.svd(matrix)
    return u[:, int((s > _TOLERANCE).sum()) :]


def in_echelon(rows: np.ndarray, coordinates: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return rows of the same span that are the identity on the first independent coordinates of a term.

    Parameters
    ----------
    rows : ndarray, shape (q, p)
    coordinates : ndarray, shape (p, p)
        From the fitted coefficients to those in which the rows are to be simple.
    own : ndarray of bool, shape (p,)
        Which of these coordinates belong to the term.

    Examples
    --------
    >>> in_echelon(np.array([[0.0, 2.0, 1.0]]), np.eye(3), np.array([False, True, True])).tolist()
    [[0.0, 1.0, 0.5]]
    """
    if not len(rows):
        return rows
    seen = rows @ coordinates
    mine, others = np.flatnonzero(own), np.flatnonzero(~own)
    pivots = mine[independent_columns(seen[:, mine])]
    if len(pivots) < len(rows):
        order = np.concatenate([pivots, others])
        pivots = order[independent_columns(seen[:, order])]
    return np.linalg.solve(seen[:, pivots], rows)


def beyond_intercept(layout: Layout) -> list[int]:
    """Return the positions of all terms but the intercept."""
    return [i for i, term in enumerate(layout.terms) if term.label != INTERCEPT]
