"""Weights of contrasts: pairwise, against a control, polynomial, custom, and their products across factors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.orthogonal import integer_polynomials
from mmc_analysis.options import check_option, nearest

METHODS = ("pairwise", "control", "polynomial")
_TREND_NAMES = ("linear", "quadratic", "cubic", "quartic")


@dataclass(frozen=True)
class ContrastSet:
    """Contrasts among k cells.

    Attributes
    ----------
    labels : tuple of str
        Such as ``"regular - pectoralis"``.
    weights : ndarray, shape (m, k)
    """

    labels: tuple[str, ...]
    weights: np.ndarray


def contrast_set(labels: Sequence[str], method: str | Mapping = "pairwise", reference: int = 0) -> ContrastSet:
    """Return the contrasts of a method among cells.

    Parameters
    ----------
    labels : sequence of str
        Names of the k cells.
    method : {"pairwise", "control", "polynomial"} or mapping of str to weights
        Pairwise: each cell minus each later one. Control: each other cell minus the reference. Polynomial: trends
        over equally spaced cells, in whole numbers, up to degree 6. A mapping gives each contrast's name and its k
        weights in the order of the cells, or a mapping from cell name to weight.
    reference : int
        Position of the control.

    Returns
    -------
    ContrastSet

    Raises
    ------
    ModelError
        If there are fewer than two cells, or weights do not fit the cells.

    Examples
    --------
    >>> contrast_set(["20", "50", "80"], "control").labels
    ('50 - 20', '80 - 20')
    """
    k = len(labels)
    if isinstance(method, Mapping):
        return _custom(labels, method)
    check_option("method", method, METHODS)
    if k < 2:
        raise ModelError(f"a {method} contrast needs two cells or more; there is only '{labels[0]}'.")
    eye = np.eye(k)
    if method == "pairwise":
        pairs = list(combinations(range(k), 2))
        names = tuple(f"{protected(labels[i])} - {protected(labels[j])}" for i, j in pairs)
        return ContrastSet(names, np.array([eye[i] - eye[j] for i, j in pairs]))
    if method == "control":
        others = [i for i in range(k) if i != reference]
        names = tuple(f"{protected(labels[i])} - {protected(labels[reference])}" for i in others)
        return ContrastSet(names, eye[others] - eye[reference])
    weights = integer_polynomials(k)
    return ContrastSet(tuple(_trend(degree) for degree in range(1, len(weights) + 1)), weights)


def _trend(degree: int) -> str:
    return _TREND_NAMES[degree - 1] if degree <= len(_TREND_NAMES) else f"degree {degree}"


def _custom(labels: Sequence[str], method: Mapping) -> ContrastSet:
    if not method:
        raise ModelError("method is an empty mapping. Give each contrast a name and its weights.")
    rows = []
    for name, weights in method.items():
        if isinstance(weights, Mapping):
            rows.append(_weights_by_name(labels, str(name), weights))
            continue
        row = np.atleast_1d(np.asarray(weights, dtype=float))
        if row.shape != (len(labels),) or not np.isfinite(row).all():
            raise ModelError(f"contrast '{name}' has the weights {list(np.ravel(weights))}; {len(labels)} finite numbers "
                             f"are needed, in the order {', '.join(labels)}.")  # fmt: skip
        rows.append(row)
    return ContrastSet(tuple(str(name) for name in method), np.array(rows))


def _weights_by_name(labels: Sequence[str], name: str, weights: Mapping) -> np.ndarray:
    row = np.zeros(len(labels))
    for cell, weight in weights.items():
        if str(cell) not in labels:
            raise ModelError(f"contrast '{name}' weighs '{cell}', which is no cell.{nearest(str(cell), labels)} "
                             f"Cells: {', '.join(labels)}.")  # fmt: skip
        row[labels.index(str(cell))] = float(weight)
    return row


def interaction_set(parts: Sequence[ContrastSet]) -> ContrastSet:
    """Return the products of the contrasts of several factors: differences of differences.

    Parameters
    ----------
    parts : sequence of ContrastSet
        One per factor; cells are the combinations of levels, the last factor fastest.

    Returns
    -------
    ContrastSet
        The last factor's contrasts vary fastest; labels are joined by `` : ``.

    Examples
    --------
    >>> pair = contrast_set(["a", "b"])
    >>> both = interaction_set([pair, contrast_set(["x", "y"])])
    >>> both.labels, both.weights.tolist()
    (('(a - b) : (x - y)',), [[1.0, -1.0, -1.0, 1.0]])
    """
    labels: list[str] = [""]
    weights = np.ones((1, 1))
    for part in parts:
        labels = [f"{a} : {protected(b)}" if a else protected(b) for a in labels for b in part.labels]
        weights = np.kron(weights, part.weights)
    return ContrastSet(tuple(labels), weights)


def protected(label: str) -> str:
    """Return a label in parentheses if it holds a sign that would blur a difference.

    Examples
    --------
    >>> protected("triceps"), protected("a - b")
    ('triceps', '(a - b)')
    """
    wrapped = label.startswith("(") and label.endswith(")") and label.count("(") == 1
    return f"({label})" if any(sign in label for sign in (" - ", ", ", " : ")) and not wrapped else label
