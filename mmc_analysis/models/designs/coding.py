"""How the levels of a factor become columns: treatment, sum, polynomial and Helmert coding."""

from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.orthogonal import integer_polynomials
from mmc_analysis.options import check_option, nearest

CODINGS = ("treatment", "sum", "polynomial", "helmert")
_POLYNOMIAL_SUFFIXES = (".L", ".Q", ".C")


@dataclass(frozen=True)
class Coding:
    """The columns of one factor.

    Attributes
    ----------
    name : {"treatment", "sum", "polynomial", "helmert"}
    weights : ndarray, shape (k, k - 1)
        Row i holds the columns' values at level i.
    suffixes : tuple of str
        The columns' names after the factor's own: ``[T.pectoralis]``.
    """

    name: str
    weights: np.ndarray
    suffixes: tuple[str, ...]


def code_levels(factor: str, levels: tuple, coding: str = "treatment", reference=None) -> Coding:
    """Return the coding of a factor's levels.

    Parameters
    ----------
    factor : str
        The factor's name, for messages.
    levels : tuple
        The k levels in order, at least two.
    coding : {"treatment", "sum", "polynomial", "helmert"}
        Treatment: each level against the reference. Sum: each level but the last against the mean of all.
        Polynomial: orthonormal trends over equally spaced levels. Helmert: each level against those before it.
    reference : level, optional
        For treatment coding; the first level unless given.

    Returns
    -------
    Coding

    Raises
    ------
    ModelError
        If there is one level only, or the reference is not a level.

    Examples
    --------
    >>> code_levels("load", ("20", "50", "80"), "sum").weights.tolist()
    [[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]]
    """
    check_option("coding", coding, CODINGS, ModelError)
    k = len(levels)
    if k < 2:
        raise ModelError(f"factor '{factor}' has one level, {levels[0]!r}, in the rows that are used. A factor needs "
                         "two or more. Leave it out of the formula.")  # fmt: skip
    if reference is not None and coding != "treatment":
        raise ModelError(f"factor '{factor}': only treatment coding takes a reference level, not {coding}.")
    if coding == "treatment":
        base = 0 if reference is None else level_position(factor, levels, reference)
        others = [i for i in range(k) if i != base]
        return Coding(coding, np.eye(k)[:, others], tuple(f"[T.{levels[i]}]" for i in others))
    if coding == "sum":
        weights = np.vstack([np.eye(k - 1), -np.ones(k - 1)])
        return Coding(coding, weights, tuple(f"[S.{level}]" for level in levels[:-1]))
    if coding == "helmert":
        weights = np.tril(np.full((k, k - 1), 0.0)) - np.triu(np.ones((k, k - 1)))
        weights[np.arange(1, k), np.arange(k - 1)] = np.arange(1, k)
        return Coding(coding, weights, tuple(f"[H.{level}]" for level in levels[1:]))
    trends = integer_polynomials(k, highest=k - 1)
    weights = (trends / np.linalg.norm(trends, axis=1, keepdims=True)).T
    names = [*_POLYNOMIAL_SUFFIXES, *(f"^{degree}" for degree in range(4, k))][: k - 1]
    return Coding(coding, weights, tuple(f"[{name}]" for name in names))


def level_position(factor: str, levels: tuple, wanted) -> int:
    """Return where a level stands, or raise and name the nearest.

    Examples
    --------
    >>> level_position("condition", ("regular", "triceps"), "triceps")
    1
    """
    if wanted in levels:
        return levels.index(wanted)
    listed = ", ".join(repr(level) for level in levels)
    raise ModelError(f"factor '{factor}' has no level {wanted!r}.{nearest(str(wanted), levels)} Levels: {listed}.")
