"""The random-effects side of a model: for each term its columns, its levels, and checks that both can be estimated."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.fixed import model_layout
from mmc_analysis.models.designs.layout import INTERCEPT, Layout
from mmc_analysis.models.designs.rank import independent_columns
from mmc_analysis.models.formulas.formula import RandomTerm
from mmc_analysis.models.mixed.blocks import GroupedColumns

UNSEEN = -1


@dataclass(frozen=True)
class RandomEffects:
    """One random term on the rows of a fit.

    Attributes
    ----------
    term : RandomTerm
        As the formula has it.
    names : tuple of str
        The k columns: ``("Intercept", "condition[T.triceps]")``.
    z : ndarray (n, k)
    unit : ndarray (n, k)
        Columns with the same span, orthogonal and of mean square 1.
    basis : ndarray (k, k)
        Upper triangular, z = unit @ basis.
    level : ndarray of int (n,)
        Level of the grouping factor of each row.
    labels : tuple of tuple
        For each level its value of every grouping column.
    layout : Layout
        The rule that builds z of any data.
    """

    term: RandomTerm
    names: tuple[str, ...]
    z: np.ndarray = field(repr=False)
    unit: np.ndarray = field(repr=False)
    basis: np.ndarray = field(repr=False)
    level: np.ndarray = field(repr=False)
    labels: tuple[tuple, ...] = field(repr=False)
    layout: Layout = field(repr=False)

    @property
    def grouping(self) -> str:
        """Name of the grouping factor: ``"participant:load"``."""
        return ":".join(self.term.grouping)

    @property
    def columns(self) -> GroupedColumns:
        """The term on arrays, in the unit basis."""
        return GroupedColumns(self.unit, self.level, len(self.labels))

    def level_in(self, data: pd.DataFrame) -> np.ndarray:
        """Return the level of each row of new data, (m,); -1 where the fit has not seen it."""
        known = {label: i for i, label in enumerate(self.labels)}
        rows = zip(*(data[name].to_numpy(dtype=object) for name in self.term.grouping), strict=True)
        return np.array([known.get(row, UNSEEN) for row in rows], dtype=np.intp)


def random_effects(terms: Sequence[RandomTerm], data: pd.DataFrame) -> tuple[RandomEffects, ...]:
    """Build every random term on complete rows.

    Parameters
    ----------
    terms : sequence of RandomTerm
    data : pandas.DataFrame
        The n rows of the fit.

    Raises
    ------
    ModelError
        If there is no term, a grouping factor has one level or one row per level, a term's columns say the same, or
        it has at least as many effects as there are rows.

    Examples
    --------
    >>> from mmc_analysis.models.formulas.formula import parse_formula
    >>> frame = pd.DataFrame({"x": [0.0, 1.0, 0.0, 1.0, 2.0], "participant": ["a", "a", "b", "b", "b"]})
    >>> effects, = random_effects(parse_formula("y ~ x + (1 + x | participant)").random, frame)
    >>> effects.names, effects.labels
    (('Intercept', 'x'), (('a',), ('b',)))
    """
    if not terms:
        raise ModelError(
            "the formula has no random term. Repeated measures need one: add '(1 | participant)', or better a term "
            "for every within-participant factor, such as '(1 + condition | participant)'."
        )
    built = tuple(_build(term, data) for term in terms)
    for grouping in dict.fromkeys(effects.grouping for effects in built):
        _warn_of_overlap([effects for effects in built if effects.grouping == grouping])
    return built


def _build(term: RandomTerm, data: pd.DataFrame) -> RandomEffects:
    layout = model_layout(term.expression, data)
    z = layout.matrix(data)
    level, labels = _levels(term, data)
    names = tuple(INTERCEPT if name in ("", "1") else name for name in layout.names)
    _check_levels(term, len(labels), z)
    independent = independent_columns(z)
    if len(independent) < z.shape[1]:
        told = ", ".join(name for i, name in enumerate(names) if i not in set(independent))
        raise ModelError(f"in the random term {term} the other columns determine {told}. Leave it out.")
    q, r = np.linalg.qr(z)
    size = np.sqrt(len(z))
    return RandomEffects(term, names, z, q * size, r / size, level, labels, layout)


def _levels(term: RandomTerm, data: pd.DataFrame) -> tuple[np.ndarray, tuple[tuple, ...]]:
    found = [pd.factorize(data[name], sort=_sortable(data[name])) for name in term.grouping]
    combined = np.zeros(len(data), dtype=np.int64)
    for codes, values in found:
        combined = combined * len(values) + codes
    present, level = np.unique(combined, return_inverse=True)
    parts = []
    for _, values in reversed(found):
        parts.append(np.asarray(values, dtype=object)[present % len(values)])
        present = present // len(values)
    return level.ravel().astype(np.intp), tuple(zip(*reversed(parts), strict=True))


def _sortable(column: pd.Series) -> bool:
    return column.dtype != object or column.map(type).nunique() == 1


def _check_levels(term: RandomTerm, n_levels: int, z: np.ndarray) -> None:
    n, width = z.shape
    name = ":".join(term.grouping)
    if n_levels == 1:
        raise ModelError(f"the grouping factor '{name}' of {term} has one level; variation between levels cannot be "
                         "estimated. Leave the term out, or check the column.")  # fmt: skip
    if n_levels == n:
        raise ModelError(f"the grouping factor '{name}' of {term} has one row per level ({n} rows), so its variation is "
                         "the residual variation. Leave the term out: it is already in the model.")  # fmt: skip
    if n_levels * width >= n:
        raise ModelError(
            f"the random term {term} has {n_levels} levels × {width} columns = {n_levels * width} effects for {n} rows; "
            "they cannot be told from the residual. Use fewer columns before the bar, such as '(1 | …)', or keep the "
            "single repetitions as rows."
        )


def _warn_of_overlap(group: list[RandomEffects]) -> None:
    if len(group) < 2:
        return
    stacked = np.column_stack([effects.unit for effects in group])
    if len(independent_columns(stacked)) < stacked.shape[1]:
        listed = " + ".join(str(effects.term) for effects in group)
        warnings.warn(
            f"{listed} state the same variation twice: only the sum of their variances can be estimated, not each. "
            "Tests and means are not affected. For a factor write '(1 + a | g)', or '(1 | g) + (1 | g:a)'.",
            MMCWarning,
            stacklevel=5,
        )
