"""The fixed-effects side of a model: response, design matrix, factors, and the rows that are used."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.coding import Coding, code_levels
from mmc_analysis.models.designs.layout import Layout, lay_out
from mmc_analysis.models.designs.rank import column_lengths, independent_columns, null_basis
from mmc_analysis.models.designs.variables import (
    Factor,
    check_columns,
    check_finite,
    is_numeric,
    read_factor,
    read_numbers,
    rows_named,
)
from mmc_analysis.models.formulas.expressions import Categorical, columns_of, evaluate, learn
from mmc_analysis.models.formulas.formula import Formula, Terms, parse_formula, parse_response, parse_terms
from mmc_analysis.options import check_option, nearest

_ESTIMABLE = 1e-8
_CODING_NAMES = {"Treatment": "treatment", "Sum": "sum", "Poly": "polynomial", "Helmert": "helmert"}


@dataclass(frozen=True)
class TermColumns:
    """Where a term stands in the design matrix.

    Attributes
    ----------
    label : str
        Such as ``"condition:load"``.
    columns : tuple of int
        Its columns in X; empty if all of them were dropped.
    variables : tuple of str
        The columns of the data that it uses.
    """

    label: str
    columns: tuple[int, ...]
    variables: tuple[str, ...]


@dataclass(frozen=True)
class FixedDesign:
    """Response and fixed-effects design of a model.

    Attributes
    ----------
    formula : Formula
    X : ndarray, shape (n, p)
        Design matrix of full column rank.
    y : ndarray, shape (n,)
        Response, transformed as the formula says.
    names : tuple of str
        Names of the p columns.
    terms : tuple of TermColumns
        The intercept, if there is one, comes first.
    factors : dict of str to tuple
        Levels of each factor of the fixed part, in order.
    numerics : tuple of str
        Numeric columns of the fixed part.
    kept : ndarray of bool, shape (n_data,)
        Rows of the user's frame that are used.
    n_dropped : int
        Rows left out because a value is missing.
    aliased : tuple of str
        Columns left out because the others determine them.
    unused_levels : dict of str to tuple
        Levels that a factor declares but that no row used has.
    data : pandas.DataFrame
        The n rows that are used.
    codes : dict of str to ndarray of int, shape (n,)
        Each row's level of each factor.
    layout : Layout
        The rule that builds the design of any data, before columns are dropped (p_all columns).
    kept_columns : ndarray of int, shape (p,)
        Positions in the layout of the columns of X.
    null : ndarray, shape (p_all, k)
        Basis of the null space of the full design with columns of length 1: a function of the coefficients is
        estimable if it is orthogonal to it.
    lengths : ndarray, shape (p_all,)
        Lengths of the columns of the full design.
    """

    formula: Formula
    X: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]
    terms: tuple[TermColumns, ...]
    factors: dict[str, tuple]
    numerics: tuple[str, ...]
    kept: np.ndarray
    n_dropped: int
    aliased: tuple[str, ...]
    unused_levels: dict[str, tuple]
    data: pd.DataFrame = field(repr=False)
    codes: dict[str, np.ndarray] = field(repr=False)
    layout: Layout = field(repr=False)
    kept_columns: np.ndarray = field(repr=False)
    null: np.ndarray = field(repr=False)
    lengths: np.ndarray = field(repr=False)

    def matrix(self, new_data: pd.DataFrame) -> np.ndarray:
        """Return the design of new data (m rows) on the columns of X, shape (m, p).

        Raises
        ------
        ModelError
            If a column is absent, a level is unknown, a value is missing, or a row asks for a combination that
            the data cannot estimate.
        """
        full = self.layout.matrix(new_data)
        unknown = ~self.estimable(full)
        if unknown.any():
            raise ModelError(f"the design cannot estimate {rows_named(new_data.index[unknown])}: the data have no such "
                             f"combination of levels (dropped: {', '.join(self.aliased)}).")  # fmt: skip
        return full[:, self.kept_columns]

    def estimable(self, rows: np.ndarray) -> np.ndarray:
        """Return which functions of all p_all coefficients, shape (m, p_all), the data can estimate: (m,) bool."""
        if not self.null.size:
            return np.ones(len(rows), dtype=bool)
        scaled = rows / self.lengths
        return np.linalg.norm(scaled @ self.null, axis=1) <= _ESTIMABLE * np.linalg.norm(scaled, axis=1)

    @property
    def response(self) -> str:
        """The left-hand side of the formula."""
        return self.formula.response


def fixed_design(
    formula: str | Formula,
    data: pd.DataFrame,
    *,
    coding: str | Mapping[str, str] | None = None,
    rank_deficient: str = "drop",
    also: tuple[str, ...] = (),
) -> FixedDesign:
    """Build the response and the fixed-effects design of a formula.

    Rows with a missing value in any column that the formula uses, random terms included, are left out and
    counted. Text, categories and booleans are factors; numbers are covariates unless wrapped in ``C()``. The
    levels of a categorical column keep their order, those of a text column are sorted; the first is the reference.

    Parameters
    ----------
    formula : str or Formula
    data : pandas.DataFrame
        One row per observation; it is not changed.
    coding : {"treatment", "sum", "polynomial", "helmert"} or mapping, optional
        Coding of all factors, or of each by name. Treatment coding unless said, also for ordered factors. It
        changes the coefficients, not the fit, the tests of terms, means or contrasts.
    rank_deficient : {"drop", "error"}
        What to do with columns that the others determine: leave them out with a warning that names them, or refuse.
    also : tuple of str
        Further columns whose missing values make a row unusable, such as a subject and an occasion.

    Returns
    -------
    FixedDesign

    Raises
    ------
    ModelError
        If a column is unknown, no row is complete, a number is infinite, the response is constant, a factor has
        one level, or the design is rank-deficient and ``rank_deficient="error"``.

    Examples
    --------
    >>> lifts = pd.DataFrame({"value": [61.0, 66.0, 58.0, 65.0], "condition": ["regular", "triceps"] * 2})
    >>> design = fixed_design("value ~ condition", lifts)
    >>> design.names, design.X.shape
    (('Intercept', 'condition[T.triceps]'), (4, 2))
    """
    check_option("rank_deficient", rank_deficient, ("drop", "error"))
    formula = parse_formula(formula) if isinstance(formula, str) else formula
    names = tuple(dict.fromkeys((*formula.variables, *also)))
    check_columns(data, names)
    kept = ~data[list(names)].isna().to_numpy().any(axis=1)
    if not kept.any():
        raise ModelError(f"no row has a value in all of the columns {', '.join(names)}.")
    rows = data if kept.all() else data.loc[kept]
    y = _response(parse_response(formula.response), rows)
    layout, read = _layout(parse_terms(formula.fixed), rows, coding)
    codes = {name: factor.codes for name, factor in read.items()}
    full = _finite_matrix(layout, rows, codes)
    if full.shape[1] == 0:
        raise ModelError(f"'{formula}' has no fixed effects. Keep at least the intercept.")
    columns, aliased = _independent(full, layout, rank_deficient)
    return FixedDesign(
        formula=formula, X=full[:, columns], y=y, names=tuple(layout.names[i] for i in columns),
        terms=_term_columns(layout, columns), factors=layout.levels, numerics=layout.numerics, kept=kept,
        n_dropped=int((~kept).sum()), aliased=aliased,
        unused_levels={name: factor.unused for name, factor in read.items() if factor.unused},
        data=rows, codes=codes, layout=layout, kept_columns=columns, null=null_basis(full, columns),
        lengths=column_lengths(full),
    )  # fmt: skip


def model_layout(expression: str, data: pd.DataFrame, *, coding: str | Mapping[str, str] | None = None) -> Layout:
    """Return the rule that builds the model matrix of a right-hand side, such as the left of a random term's bar.

    Parameters
    ----------
    expression : str
        Such as ``"1 + condition"``.
    data : pandas.DataFrame
        Complete rows, from which levels, means and polynomials are taken.
    coding : str or mapping, optional
        As in :func:`fixed_design`.

    Examples
    --------
    >>> frame = pd.DataFrame({"condition": ["regular", "triceps"]})
    >>> model_layout("0 + condition", frame).names
    ('condition[regular]', 'condition[triceps]')
    """
    terms = parse_terms(expression)
    check_columns(data, dict.fromkeys(name for term in terms.factors for node in term for name in columns_of(node)))
    return _layout(terms, data, coding)[0]


def model_matrix(
    expression: str, data: pd.DataFrame, *, coding: str | Mapping[str, str] | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the model matrix of a right-hand side and the names of its columns.

    Parameters
    ----------
    expression : str
        Such as ``"1 + condition"``.
    data : pandas.DataFrame
        n complete rows.
    coding : str or mapping, optional
        As in :func:`fixed_design`.

    Returns
    -------
    matrix : ndarray, shape (n, k)
    names : tuple of str

    Examples
    --------
    >>> model_matrix("1 + x", pd.DataFrame({"x": [1.0, 3.0]}))[0].tolist()
    [[1.0, 1.0], [1.0, 3.0]]
    """
    layout = model_layout(expression, data, coding=coding)
    return layout.matrix(data), layout.names


def _response(node, rows: pd.DataFrame) -> np.ndarray:
    numbers = {}
    for name in columns_of(node):
        if not is_numeric(rows[name]):
            raise ModelError(f"the response uses column '{name}', which holds text or categories, not numbers.")
        numbers[name] = read_numbers(rows[name])
    y = np.array(evaluate(node, numbers, learn(node, numbers)), dtype=float)
    if y.ndim != 1:
        raise ModelError(f"the response '{node}' has {y.shape[1]} columns; a model has one response.")
    check_finite(y, rows.index, f"the response '{node}'")
    if np.ptp(y) == 0:
        raise ModelError(f"the response '{node}' is {y[0]:g} in every row; there is nothing to explain.")
    return y


def _layout(terms: Terms, rows: pd.DataFrame, coding) -> tuple[Layout, dict[str, Factor]]:
    nodes = list(dict.fromkeys(node for term in terms.factors for node in term))
    names = dict.fromkeys(name for node in nodes for name in columns_of(node))
    numbers_in = {name: is_numeric(rows[name]) for name in names}
    asked = {node.name: node for node in nodes if isinstance(node, Categorical)}
    plain = {name for node in nodes if not isinstance(node, Categorical) for name in columns_of(node)}
    numerics = tuple(name for name in names if numbers_in[name] and name in plain)
    factors = {name: read_factor(rows[name]) for name in names if name not in numerics or name in asked}
    codings = _codings(factors, asked, coding)
    numbers = {name: read_numbers(rows[name]) for name in numerics}
    memory: dict = {}
    for node in nodes:
        if not isinstance(node, Categorical) and all(name in numbers for name in columns_of(node)):
            memory.update(learn(node, numbers))
    levels = {name: factor.levels for name, factor in factors.items()}
    return lay_out(terms, levels, codings, numerics, memory), factors


def _codings(factors: dict[str, Factor], asked: dict[str, Categorical], coding) -> dict[str, Coding]:
    by_name = dict(coding) if isinstance(coding, Mapping) else {}
    for name in by_name:
        if name not in factors:
            raise ModelError(f"coding names '{name}', which is no factor of the formula.{nearest(name, factors)} "
                             f"Factors: {', '.join(factors) or 'none'}.")  # fmt: skip
    default = coding if isinstance(coding, str) else "treatment"
    found = {}
    for name, factor in factors.items():
        node = asked.get(name)
        if node is not None and node.coding is not None:
            found[name] = code_levels(name, factor.levels, _CODING_NAMES[node.coding], node.reference)
        else:
            found[name] = code_levels(name, factor.levels, by_name.get(name, default))
    return found


def _finite_matrix(layout: Layout, rows: pd.DataFrame, codes: Mapping[str, np.ndarray]) -> np.ndarray:
    numbers = {name: read_numbers(rows[name]) for name in layout.numerics}
    full = layout.columns(numbers, codes, len(rows))
    for i in np.flatnonzero(~np.isfinite(full).all(axis=0)):
        check_finite(full[:, i], rows.index, f"'{layout.names[i]}'")
    return full


def _independent(full: np.ndarray, layout: Layout, rank_deficient: str) -> tuple[np.ndarray, tuple[str, ...]]:
    columns = independent_columns(full)
    aliased = tuple(name for i, name in enumerate(layout.names) if i not in set(columns))
    if aliased:
        listed = ", ".join(aliased)
        if rank_deficient == "error":
            raise ModelError(f"the other fixed effects determine {listed}: a cell of the design is empty, or two terms "
                             "say the same. Leave out a term, or use rank_deficient='drop'.")  # fmt: skip
        warnings.warn(f"dropped from the fixed effects, since the others determine them: {listed}. A cell of the "
                      "design is empty, or two terms say the same.", MMCWarning, stacklevel=4)  # fmt: skip
    return columns, aliased


def _term_columns(layout: Layout, columns: np.ndarray) -> tuple[TermColumns, ...]:
    of_kept = layout.term_of_column[columns]
    found = []
    for position, term in enumerate(layout.terms):
        used = dict.fromkeys(sorted(term.categorical))
        used.update(dict.fromkeys(name for node in sorted(term.numeric, key=str) for name in columns_of(node)))
        found.append(TermColumns(term.label, tuple(np.flatnonzero(of_kept == position).tolist()), tuple(used)))
    return tuple(found)
