"""Type I, II and III hypotheses of a term, as functions of the coefficients that the data can estimate.

The definitions are those of SAS (SAS/STAT User's Guide, "The Four Types of Estimable Functions"; Goodnight
1978, SAS Technical Report R-101). They are stated in the design with one column per level, so they do not
depend on how factors are coded, and they hold where cells are empty.
"""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.models.layout import INTERCEPT, Layout, Term
from mmc_analysis.models.rank import row_basis

_TOLERANCE = 1e-8


@dataclass(frozen=True)
class FullDesign:
    """The design with one column per level.

    Attributes
    ----------
    layout : Layout
        Overparametrised.
    matrix : ndarray, shape (n, p_full)
        Its columns; numeric parts are divided by their largest value.
    coded : ndarray, shape (n, p)
        The columns that were fitted; they span the same space.
    """

    layout: Layout
    matrix: np.ndarray
    coded: np.ndarray

    def columns(self, positions: list[int]) -> np.ndarray:
        """Return which columns belong to terms, by the terms' positions: a mask (p_full,)."""
        return np.isin(self.layout.term_of_column, positions)


def full_design(layout: Layout, numbers: dict, codes: dict, coded: np.ndarray) -> FullDesign:
    """Build the design with one column per level.

    Parameters
    ----------
    layout : Layout
        As fitted.
    numbers, codes : dict of str to ndarray, shape (n,)
        Covariates and factor codes.
    coded : ndarray, shape (n, p)
        The fitted design.
    """
    full = layout.overparametrised()
    matrix = full.columns(numbers, codes, len(coded))
    for numeric in {term.numeric for term in full.terms if term.numeric}:
        mine = np.isin(full.term_of_column, [i for i, term in enumerate(full.terms) if term.numeric == numeric])
        size = np.abs(matrix[:, mine]).max()
        matrix[:, mine] /= size if size > 0 else 1.0
    return FullDesign(full, matrix, coded)


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
        Orthonormal rows; q may be 0 where nothing of the term can be estimated.
    """
    terms = design.layout.terms
    if kind == 3:
        return _type_three(design, position)
    if kind == 1:
        first = list(range(position))
    else:
        inner = terms[position]
        first = [i for i, term in enumerate(terms) if i != position and not contains(term, inner)]
    return _adjusted(design, position, first)


def _adjusted(design: FullDesign, position: int, adjust_for: list[int]) -> np.ndarray:
    """Rows X1'(I - P0)X: what the term adds to the terms adjusted for, seen in all coefficients."""
    mine = design.matrix[:, design.columns([position])]
    before = design.matrix[:, design.columns(adjust_for)]
    left, sizes, _ = np.linalg.svd(before, full_matrices=False)
    left = left[:, sizes > _TOLERANCE * sizes[0]] if sizes.size else left
    rest = mine - left @ (left.T @ mine)
    rest -= left @ (left.T @ rest)
    rest[:, np.linalg.norm(rest, axis=0) <= _TOLERANCE * np.linalg.norm(mine, axis=0)] = 0.0
    return _scaled_row_basis(rest.T @ design.coded, design.coded)


def _type_three(design: FullDesign, position: int) -> np.ndarray:
    """Functions of the term and of the terms that contain it, orthogonal to those of the latter alone."""
    terms = design.layout.terms
    containing = [i for i, term in enumerate(terms) if contains(term, terms[position])]
    mine = design.columns([position])
    outside = ~design.columns([position, *containing])
    left, sizes, rows = np.linalg.svd(design.matrix, full_matrices=False)
    rank = int((sizes > _TOLERANCE * sizes[0]).sum())
    left, sizes, rows = left[:, :rank], sizes[:rank], rows[:rank]
    allowed = _left_null(rows[:, outside]).T
    u, s, _ = np.linalg.svd((allowed @ rows)[:, mine], full_matrices=False)
    chosen = u[:, s > _TOLERANCE].T @ allowed
    return _scaled_row_basis((chosen / sizes) @ left.T @ design.coded, design.coded)


def _left_null(matrix: np.ndarray) -> np.ndarray:
    """Orthonormal columns c with c' matrix = 0, shape (rows, k)."""
    if matrix.shape[1] == 0:
        return np.eye(matrix.shape[0])
    u, s, _ = np.linalg.svd(matrix)
    return u[:, int((s > _TOLERANCE).sum()) :]


def _scaled_row_basis(rows: np.ndarray, coded: np.ndarray) -> np.ndarray:
    """Orthonormal rows of the same span; the rank is judged in units of the columns' lengths."""
    lengths = np.linalg.norm(coded, axis=0)
    basis = row_basis(rows / lengths, tolerance=_TOLERANCE) * lengths
    return basis / np.linalg.norm(basis, axis=1, keepdims=True) if basis.size else basis


def beyond_intercept(layout: Layout) -> list[int]:
    """Return the positions of all terms but the intercept."""
    return [i for i, term in enumerate(layout.terms) if term.label != INTERCEPT]
