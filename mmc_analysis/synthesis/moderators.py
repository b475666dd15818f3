"""From moderators to the design of a meta-regression, with every fault named."""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from formulaic import Formula, ModelMatrix, ModelSpec, model_matrix
from formulaic.errors import DataMismatchWarning, FormulaicError
from pandas.api import types

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.frame_columns import one_column, rows_of

COLLINEAR = 1e-9
NAMES = re.compile(r"`[^`]+`|[^\W\d]\w*(?:\.\w+)*")
COLOURS = re.compile(r"\x1b\[[0-9;]*m|[⧛⧚]")


@dataclass(frozen=True)
class Design:
    """The design of a synthesis.

    Attributes
    ----------
    X : ndarray, shape (k, p)
        A column of ones without moderators.
    terms : tuple of str
        Names of the p columns.
    columns : tuple of str
        Columns of the frame that the design is made from.
    spec : formulaic.ModelSpec or None
        How to make the design for new rows.
    """

    X: np.ndarray
    terms: tuple[str, ...]
    columns: tuple[str, ...] = ()
    spec: ModelSpec | None = None


def read_design(frame: pd.DataFrame, moderators: str | Iterable[str] | None) -> Design:
    """Return the design that the moderators ask for.

    Parameters
    ----------
    frame : pandas.DataFrame
    moderators : str, iterable of str or None
        The right-hand side of a formula, or columns.

    Raises
    ------
    EffectError
        If a column is missing, empty somewhere, or of a kind that cannot be used; if there are as many coefficients as effects;
        or if one of them cannot be told from the others.

    Examples
    --------
    >>> read_design(pd.DataFrame({"dose": [1, 2, 4]}), ["dose"]).terms
    ('Intercept', 'dose')
    """
    formula = _formula(moderators)
    if not formula:
        return Design(np.ones((len(frame), 1)), ("Intercept",))
    try:
        needed = Formula(formula).required_variables
    except (FormulaicError, SyntaxError) as found:
        raise EffectError(_unusable(formula, found)) from found
    # arguments of transforms that keep a state, such as center(year), are not among those
    named = {name.strip("`") for name in NAMES.findall(formula)} & {str(column) for column in frame.columns}
    matrix = _matrix(formula, _prepared(frame, {*needed, *named}), formula)
    X, terms = matrix.to_numpy(dtype=float), tuple(name.replace("`", "") for name in matrix.columns)
    if len(X) <= len(terms):
        raise EffectError(
            f"{len(X)} effects cannot carry {len(terms)} coefficients. Use fewer moderators; a common rule asks for ten studies "
            "per moderator."
        )
    _refuse_collinear(X, terms)
    return Design(X, terms, tuple(sorted(matrix.model_spec.required_variables)), matrix.model_spec)


def design_of(new: pd.DataFrame, design: Design) -> np.ndarray:
    """Return the design of new rows, (m, p).

    Raises
    ------
    EffectError
        If `new` is no frame, lacks a moderator, or has a level that no study has.

    Examples
    --------
    >>> design = read_design(pd.DataFrame({"dose": [1, 2, 4]}), ["dose"])
    >>> design_of(pd.DataFrame({"dose": [3.0]}), design)
    array([[1., 3.]])
    """
    if design.spec is None:
        raise EffectError("there are no moderators; the expected effect is .pooled.")
    if not isinstance(new, pd.DataFrame):
        raise EffectError(f"a frame with the moderators' columns is needed, but got {type(new).__name__}.")
    prepared = _prepared(new.reset_index(drop=True), design.columns)
    return _matrix(design.spec, prepared, str(design.spec.formula)).to_numpy(dtype=float)


def _formula(moderators) -> str:
    if moderators is None:
        return ""
    if isinstance(moderators, str):
        formula = moderators.strip().removeprefix("~").strip()
        if "~" in formula:
            raise EffectError(f"moderators='{moderators}' has a left-hand side. Write what stands right of '~' only.")
        return formula
    named = isinstance(moderators, Iterable) and not isinstance(moderators, (dict, pd.DataFrame, pd.Series, np.ndarray))
    names = list(moderators) if named else None
    if names is None or not all(isinstance(name, str) for name in names):
        raise EffectError(
            "moderators must be names of columns, such as ['year', 'design'], or the right-hand side of a formula, such as "
            f"'year + C(design)', but got {type(moderators).__name__}."
        )
    return " + ".join(f"`{name}`" for name in names)


def _prepared(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the columns that a design needs, without unused categories, if they can be used."""
    used = {name: one_column(frame, name, "moderators") for name in sorted(columns)}
    for name, values in used.items():
        empty = values.isna().to_numpy()
        if empty.any():
            raise EffectError(f"moderator '{name}' is empty in {rows_of(empty)}. Fill it, or leave those effects out.")
        if isinstance(values.dtype, pd.CategoricalDtype):
            used[name] = values.cat.remove_unused_categories()
        elif types.is_datetime64_any_dtype(values) or types.is_timedelta64_dtype(values):
            raise EffectError(f"moderator '{name}' holds dates. Give a number, such as estimates['{name}'].dt.year.")
        elif types.is_numeric_dtype(values):
            infinite = ~np.isfinite(values.to_numpy(dtype=float))
            if infinite.any():
                raise EffectError(f"moderator '{name}' is infinite in {rows_of(infinite)}.")
        elif pd.to_numeric(values, errors="coerce").notna().all():
            raise EffectError(
                f"moderator '{name}' holds numbers written as text, which would be taken as labels. Convert it with "
                "pd.to_numeric, or to a category if they are labels."
            )
    return pd.DataFrame(used, index=frame.index)


def _matrix(spec, frame: pd.DataFrame, formula: str) -> ModelMatrix:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataMismatchWarning)
        try:
            return model_matrix(spec, frame, na_action="raise")
        except DataMismatchWarning as found:
            levels = re.search(r"\{.*\}", str(found))
            raise EffectError(
                f"no study has the level {levels[0] if levels else 'that was given'}, so nothing can be predicted for it."
            ) from found
        except Exception as found:
            raise EffectError(_unusable(formula, found)) from found


def _unusable(formula: str, found: Exception) -> str:
    said = " ".join(COLOURS.sub("", str(found)).split()).rstrip(".")
    return (
        f"the moderators '{formula}' cannot be used: {said}. Give names of columns, such as ['year', 'design'], or the "
        "right-hand side of a formula, such as 'year + C(design)'; a name with a space stands in `backticks` there."
    )


def _refuse_collinear(X: np.ndarray, terms: tuple[str, ...]) -> None:
    size = np.linalg.norm(X, axis=0)
    if not size.all():
        raise EffectError(f"the moderator term '{terms[int(np.argmin(size))]}' is zero for every effect. Leave it out.")
    own = np.abs(np.diag(np.linalg.qr(X / size)[1]))
    if own.min() < COLLINEAR:
        raise EffectError(
            f"the moderator term '{terms[int(np.argmin(own))]}' does not vary, or follows from the terms before it "
            f"({', '.join(terms)}: collinear). Leave one out."
        )
