"""From a frame of estimates to the arrays of a synthesis, with every fault named."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from formulaic import model_matrix

from mmc_analysis.errors import EffectError
from mmc_analysis.options import nearest
from mmc_analysis.schema import combined_evidence

ROWS_SHOWN = 5
ONE_KIND = ("metric", "unit", "measure", "outcome")


@dataclass(frozen=True)
class EffectTable:
    """The effects of a synthesis.

    Attributes
    ----------
    y, v : ndarray, shape (k,)
        Effects and their known variances.
    X : ndarray, shape (k, p)
        Design; a column of ones without moderators.
    terms : tuple of str
        Names of the p columns.
    frame : pandas.DataFrame
        The k rows as given, numbered from 0.
    studies : ndarray of str or None, shape (k,)
    evidence : str
    spec : object or None
        How to make the design for new rows.
    """

    y: np.ndarray
    v: np.ndarray
    X: np.ndarray
    terms: tuple[str, ...]
    frame: pd.DataFrame
    studies: np.ndarray | None
    evidence: str
    spec: object = None

    @property
    def metric(self) -> str | None:
        """The one metric of all effects, if it is stated."""
        return str(self.frame["metric"].iloc[0]) if "metric" in self.frame else None

    @property
    def unit(self) -> str | None:
        """The one unit of all effects, if it is stated."""
        return str(self.frame["unit"].iloc[0]) if "unit" in self.frame and self.frame["unit"].notna().any() else None


def read_effects(
    estimates: pd.DataFrame, estimate: str, std_error: str, variance: str | None, study: str | None,
    moderators: str | Iterable[str] | None, fewest: int = 2,
) -> EffectTable:  # fmt: skip
    """Check a frame of estimates and take out the arrays of a synthesis.

    Parameters
    ----------
    estimates : pandas.DataFrame
        One row per effect.
    estimate, std_error, variance, study : str
        Names of columns; `variance` takes precedence over `std_error`; `study` may be None.
    moderators : str, iterable of str or None
        Columns, or the right-hand side of a formula such as ``"year + C(design)"``.
    fewest : int
        The smallest number of effects.

    Returns
    -------
    EffectTable

    Raises
    ------
    EffectError
        If a column or a number is missing, a variance is not above zero, there are too few effects, or effects of
        several metrics, units, measures or outcomes stand together.
    """
    if not isinstance(estimates, pd.DataFrame):
        raise EffectError(f"a frame of estimates is needed, one row per effect, but got {type(estimates).__name__}.")
    frame = estimates.reset_index(drop=True)
    y = _numbers(frame, estimate)
    source = variance or std_error
    spread = _numbers(frame, source)
    v = spread if variance else spread**2
    bad = (spread <= 0) | (v == 0)
    if bad.any():
        raise EffectError(
            f"'{source}' is not above zero in {_rows(bad)}. Without its standard error an effect has no weight; see "
            "effects.difference_from_p and its relatives for ways to recover it, or leave the row out and say so."
        )
    if len(frame) < fewest:
        raise EffectError(
            f"{len(frame)} effect is no synthesis: report that study as it stands. At least {fewest} effects are needed."
        )
    _refuse_mixtures(frame)
    studies = _studies(frame, study)
    X, terms, spec = _design(frame, moderators)
    return EffectTable(y, v, X, terms, frame, studies, combined_evidence(frame), spec)


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        raise EffectError(
            f"the estimates have no column '{name}'.{nearest(name, frame.columns)} Name the column of effects with "
            "estimate=, and that of their standard errors with std_error= (or of their variances with variance=)."
        )
    try:
        values = frame[name].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as found:
        raise EffectError(f"column '{name}' must hold numbers: {found}.") from found
    missing = ~np.isfinite(values)
    if missing.any():
        raise EffectError(
            f"column '{name}' is empty or infinite in {_rows(missing)}. Every effect of a synthesis needs a number there: "
            "recover it (effects.difference_from_p and its relatives), or leave the row out and say so."
        )
    return values


def _refuse_mixtures(frame: pd.DataFrame) -> None:
    for name in ONE_KIND:
        if name in frame.columns and frame[name].nunique(dropna=True) > 1:
            kinds = ", ".join(map(str, frame[name].dropna().unique()))
            raise EffectError(
                f"the effects have more than one {name} ({kinds}); their mean would mean nothing. Filter to one {name}, "
                "or bring all effects to one metric first."
            )
    empty = frame["metric"].isna().to_numpy() if "metric" in frame.columns else np.zeros(len(frame), dtype=bool)
    if empty.any() and not empty.all():
        raise EffectError(
            f"column 'metric' is empty in {_rows(empty)}, though other effects have one. Write it in every row, so that no "
            "two metrics are averaged."
        )


def _studies(frame: pd.DataFrame, study: str | None) -> np.ndarray | None:
    if study is None:
        return None
    if study not in frame.columns:
        raise EffectError(
            f"the estimates have no column '{study}'.{nearest(study, frame.columns)} Name the column of studies with "
            "study=; without one (study=None) all effects are taken as independent."
        )
    empty = frame[study].isna().to_numpy()
    if empty.any():
        raise EffectError(f"column '{study}' is empty in {_rows(empty)}. Every effect needs its study.")
    return frame[study].astype(str).to_numpy(dtype=object)


def _design(frame: pd.DataFrame, moderators) -> tuple[np.ndarray, tuple[str, ...], object]:
    if moderators is None or (not isinstance(moderators, str) and not list(moderators)):
        return np.ones((len(frame), 1)), ("Intercept",), None
    if isinstance(moderators, str):
        formula = moderators.strip().removeprefix("~").strip()
    else:
        _refuse_unknown(frame, list(moderators))
        formula = " + ".join(f"`{name}`" for name in moderators)
    try:
        matrix = model_matrix(formula, frame, na_action="raise")
    except Exception as found:
        raise EffectError(
            f"the moderators '{formula}' cannot be used: {found}. Columns: {', '.join(map(str, frame.columns))}."
        ) from found
    X = matrix.to_numpy(dtype=float)
    if np.linalg.matrix_rank(X) < X.shape[1]:
        raise EffectError(f"the moderators '{formula}' are collinear, or one does not vary. Leave one out.")
    if X.shape[0] <= X.shape[1]:
        raise EffectError(
            f"{X.shape[0]} effects cannot carry {X.shape[1]} coefficients. Use fewer moderators; a common rule asks for ten "
            "studies per moderator."
        )
    return X, tuple(name.replace("`", "") for name in matrix.columns), matrix.model_spec


def _refuse_unknown(frame: pd.DataFrame, names: list[str]) -> None:
    for name in names:
        if name not in frame.columns:
            raise EffectError(f"the estimates have no column '{name}' to moderate.{nearest(name, frame.columns)}")
        empty = frame[name].isna().to_numpy()
        if empty.any():
            raise EffectError(f"moderator '{name}' is empty in {_rows(empty)}. Fill it, or leave those effects out.")


def _rows(mask: np.ndarray) -> str:
    where = np.flatnonzero(mask)
    shown = ", ".join(map(str, where[:ROWS_SHOWN]))
    more = f" and {where.size - ROWS_SHOWN} more" if where.size > ROWS_SHOWN else ""
    return f"row{'s' * (where.size > 1)} {shown}{more} (counted from 0)"
