"""From the terms of a formula to columns of a model matrix."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.coding import Coding
from mmc_analysis.models.designs.variables import check_columns, check_finite, codes_in, is_numeric, read_numbers
from mmc_analysis.models.formulas.expressions import Categorical, Column, Expression, columns_of, evaluate
from mmc_analysis.models.formulas.formula import Terms

INTERCEPT = "Intercept"


@dataclass(frozen=True)
class Piece:
    """A product of factors that makes some columns of a term.

    Attributes
    ----------
    factors : tuple of Expression
    full : tuple of bool
        For each factor, whether it has one column per level (True) or its coding's columns.
    """

    factors: tuple[Expression, ...]
    full: tuple[bool, ...]


@dataclass(frozen=True)
class Term:
    """One term: its label, the columns of data it uses, and its pieces.

    Attributes
    ----------
    label : str
    categorical : frozenset of str
        Names of its factors.
    numeric : frozenset of Expression
        Its numeric parts.
    pieces : tuple of Piece
    """

    label: str
    categorical: frozenset[str]
    numeric: frozenset[Expression]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Layout:
    """Everything that is needed to build the model matrix of any data.

    Attributes
    ----------
    terms : tuple of Term
        The intercept, if there is one, comes first.
    levels : dict
        Levels of each factor.
    codings : dict of str to Coding
    numerics : tuple of str
        Numeric columns in use.
    memory : dict
        What center, scale and poly remember.
    names : tuple of str
        Names of the p columns.
    term_of_column : ndarray of int, shape (p,)
        Position of each column's term.
    """

    terms: tuple[Term, ...]
    levels: dict[str, tuple]
    codings: dict[str, Coding]
    numerics: tuple[str, ...]
    memory: Mapping[Expression, object]
    names: tuple[str, ...] = ()
    term_of_column: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))

    def matrix(self, data: pd.DataFrame) -> np.ndarray:
        """Return the model matrix of new data (m rows), shape (m, p).

        Raises
        ------
        ModelError
            If a column is absent, a level is unknown, or a number is missing or infinite.
        """
        check_columns(data, (*self.numerics, *self.levels))
        numerics = {name: read_numbers(_as_number(data[name])) for name in self.numerics}
        for name, values in numerics.items():
            check_finite(values, data.index, f"column '{name}'")
        codes = {name: codes_in(data[name], name, levels) for name, levels in self.levels.items()}
        matrix = self.columns(numerics, codes, len(data))
        bad = ~np.isfinite(matrix).all(axis=0)
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            check_finite(matrix[:, first], data.index, f"column '{self.names[first]}' of the model")
        return matrix

    def columns(self, numerics: Mapping[str, np.ndarray], codes: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
        """Return the model matrix of arrays: numbers (rows,) and codes (rows,) by column name; shape (rows, p)."""
        blocks = [self._block(piece, numerics, codes, rows) for term in self.terms for piece in term.pieces]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((rows, 0))

    def _block(self, piece: Piece, numerics: Mapping, codes: Mapping, rows: int) -> np.ndarray:
        block = np.ones((rows, 1))
        for node, full in zip(piece.factors, piece.full, strict=True):
            if (name := factor_name(node, self.levels, self.numerics)) is not None:
                weights = np.eye(len(self.levels[name])) if full else self.codings[name].weights
                part = weights[codes[name]]
            else:
                part = np.reshape(evaluate(node, numerics, self.memory), (rows, -1))
            block = (part[:, :, None] * block[:, None, :]).reshape(rows, -1)
        return block

    def _suffixes(self, node: Expression, full: bool) -> list[str]:
        name = factor_name(node, self.levels, self.numerics)
        if name is not None:
            label = _factor_label(name, self.numerics)
            if full:
                return [f"{label}[{level}]" for level in self.levels[name]]
            return [f"{label}{suffix}" for suffix in self.codings[name].suffixes]
        degree = getattr(node, "degree", None)
        return [str(node)] if degree is None else [f"{node}[{power + 1}]" for power in range(degree)]

    def named(self) -> "Layout":
        """Return the same layout with its columns named."""
        names, positions = [], []
        for position, term in enumerate(self.terms):
            for piece in term.pieces:
                found = [""]
                for node, full in zip(piece.factors, piece.full, strict=True):
                    found = [f"{a}:{b}" if a else b for b in self._suffixes(node, full) for a in found]
                names += [name or INTERCEPT for name in found]
                positions += [position] * len(found)
        return replace(self, names=tuple(names), term_of_column=np.array(positions, dtype=int))

    def overparametrised(self) -> "Layout":
        """Return the layout in which every factor has one column per level, as estimable functions are defined."""
        terms = []
        for term in self.terms:
            factors = term.pieces[-1].factors if term.pieces else ()
            longest = max((piece.factors for piece in term.pieces), key=len, default=factors)
            terms.append(replace(term, pieces=(Piece(longest, (True,) * len(longest)),)))
        return replace(self, terms=tuple(terms)).named()


def factor_name(node: Expression, levels: Mapping, numerics: tuple[str, ...]) -> str | None:
    """Return the factor that a node stands for, or None if it is a number.

    Examples
    --------
    >>> factor_name(Column("load"), {"load": ("20", "50")}, ()), factor_name(Column("years"), {}, ("years",))
    ('load', None)
    """
    if isinstance(node, Categorical):
        return node.name
    return node.name if isinstance(node, Column) and node.name in levels and node.name not in numerics else None


def _factor_label(name: str, numerics: tuple[str, ...]) -> str:
    """A factor's name; a column that is also used as a number says which of the two is meant."""
    return str(Categorical(name)) if name in numerics else str(Column(name))


def lay_out(terms: Terms, levels: dict, codings: dict, numerics: tuple[str, ...], memory: Mapping) -> Layout:
    """Decide which columns each term needs so that the matrix is of full rank where all cells are filled.

    A factor in a term has its coding's columns if the term without it is already spanned, and one column per
    level otherwise: the rule of R, carried through to terms whose margins are absent.

    Parameters
    ----------
    terms : Terms
        The formula's right-hand side.
    levels : dict of str to tuple
        Levels of each factor.
    codings : dict of str to Coding
    numerics : tuple of str
        Numeric columns.
    memory : mapping
        What center, scale and poly remember.

    Returns
    -------
    Layout

    Raises
    ------
    ModelError
        If a term computes with a factor, or stands twice.

    Examples
    --------
    >>> from mmc_analysis.models.designs.coding import code_levels
    >>> from mmc_analysis.models.formulas.terms import parse_terms
    >>> lay_out(parse_terms("0 + load"), {"load": ("20", "50")}, {"load": code_levels("load", ("20", "50"))}, (), {}).names
    ('load[20]', 'load[50]')
    """
    laid = [Term(INTERCEPT, frozenset(), frozenset(), (Piece((), ()),))] if terms.intercept else []
    spanned: dict[frozenset, set[frozenset]] = {frozenset(): {frozenset()}} if terms.intercept else {}
    for factors in terms.factors:
        names = {node: factor_name(node, levels, numerics) for node in factors}
        categorical = [node for node in factors if names[node] is not None]
        numeric = frozenset(node for node in factors if names[node] is None)
        for node in numeric:
            _check_numeric(node, numerics)
        done = spanned.setdefault(numeric, set())
        pieces = tuple(_piece(factors, part, names) for part in _needed(categorical, names, done))
        _check_new(laid, categorical_names := frozenset(filter(None, names.values())), numeric)
        label = ":".join(_factor_label(names[node], numerics) if names[node] else str(node) for node in factors)
        laid.append(Term(label, categorical_names, numeric, pieces))
    return Layout(tuple(laid), levels, codings, numerics, memory).named()


def _check_numeric(node: Expression, numerics: tuple[str, ...]) -> None:
    for name in columns_of(node):
        if name not in numerics:
            raise ModelError(f"'{node}' computes with column '{name}', which is a factor, not a number. Use the factor "
                             "as it is, or a numeric column in its place.")  # fmt: skip


def _check_new(laid: list[Term], categorical: frozenset[str], numeric: frozenset[Expression]) -> None:
    for term in laid:
        if term.categorical == categorical and term.numeric == numeric:
            raise ModelError(f"the term '{term.label}' stands twice, with two codings. Keep one.")


def _needed(categorical: list[Expression], names: Mapping, done: set[frozenset]) -> list[dict[Expression, bool]]:
    """Return the products that a term adds to what is `done`, each a map from factor to "one column per level"."""
    parts: list[dict[Expression, bool]] = []
    for size in range(len(categorical) + 1):
        for chosen in combinations(categorical, size):
            margin = frozenset(names[node] for node in chosen)
            if margin not in done:
                done.add(margin)
                parts.append(dict.fromkeys(chosen, False))
    while (merge := _mergeable(parts)) is not None:
        shorter, longer, node = merge
        longer[node] = True
        parts = [part for part in parts if part is not shorter]
    return parts


def _mergeable(parts: list[dict]) -> tuple[dict, dict, Expression] | None:
    """Find a product that is another one times the coded columns of one factor: both are that factor in full."""
    for shorter in parts:
        for longer in parts:
            extra = [node for node in longer if node not in shorter]
            same = all(node in longer and longer[node] == full for node, full in shorter.items())
            if same and len(extra) == 1 and not longer[extra[0]]:
                return shorter, longer, extra[0]
    return None


def _piece(factors: tuple[Expression, ...], part: dict[Expression, bool], names: Mapping) -> Piece:
    used = tuple(node for node in factors if names[node] is None or node in part)
    return Piece(used, tuple(part.get(node, False) for node in used))


def _as_number(column: pd.Series) -> pd.Series:
    if not is_numeric(column):
        raise ModelError(f"column '{column.name}' was a number in the fit; here it is text or a category.")
    return column
