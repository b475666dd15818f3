"""Who was seen when: participants, occasions and covariance groups of a marginal model, and what is asked of them."""

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.designs.data_checks import check_one_kind, check_stacked_studies
from mmc_analysis.models.designs.variables import check_columns, codes_in, read_factor, rows_named
from mmc_analysis.models.repeated.covariance import Correlated, Linear

SHOWN = 5


@dataclass(frozen=True)
class Crossing:
    """One column, or the combinations of several, as codes.

    Attributes
    ----------
    columns : tuple of str
    factors : tuple of tuple
        Levels of each column.
    present : (k,) array of int
        Which combinations of levels occur, numbered as in ``itertools.product``.
    codes : (n,) array of int
        Position of each row's combination among the k.
    """

    columns: tuple[str, ...]
    factors: tuple[tuple, ...]
    present: np.ndarray
    codes: np.ndarray

    @property
    def title(self) -> str:
        """The columns, joined by colons."""
        return ":".join(self.columns)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """Names of the k combinations, "a:b" for several columns."""
        names = [":".join(map(str, levels)) for levels in itertools.product(*self.factors)]
        return tuple(names[i] for i in self.present)

    def codes_of(self, data: pd.DataFrame) -> np.ndarray:
        """Return the positions of new rows among the k combinations, shape (m,).

        Raises
        ------
        ModelError
            If a column is absent, or a row has a level or combination that the fit does not know.
        """
        check_columns(data, self.columns)
        parts = [codes_in(data[name], name, levels) for name, levels in zip(self.columns, self.factors, strict=True)]
        flat = np.ravel_multi_index(parts, [len(levels) for levels in self.factors])
        codes = np.searchsorted(self.present, flat)
        unknown = self.present[np.minimum(codes, len(self.present) - 1)] != flat
        if unknown.any():
            raise ModelError(
                f"the fit has no {self.title} as in {rows_named(data.index[unknown])}: that combination did not occur."
            )
        return codes


@dataclass(frozen=True)
class Occasions:
    """The repeated-measures side of a marginal model.

    Attributes
    ----------
    participant, occasion : Crossing
        Every participant has every occasion at most once.
    group : Crossing or None
        Groups with their own covariance matrix; None if there is one matrix for all.
    """

    participant: Crossing
    occasion: Crossing
    group: Crossing | None

    @property
    def group_codes(self) -> np.ndarray:
        """Covariance group of each row, shape (n,)."""
        return np.zeros_like(self.participant.codes) if self.group is None else self.group.codes

    @property
    def codes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Participant, occasion and covariance group of each row, each of shape (n,)."""
        return self.participant.codes, self.occasion.codes, self.group_codes

    @property
    def group_levels(self) -> tuple[str, ...]:
        """Names of the covariance groups; one empty name if there is one matrix for all."""
        return ("",) if self.group is None else self.group.levels


def as_names(given: str | Sequence[str] | None, option: str) -> tuple[str, ...]:
    """Return the columns that an option names.

    Raises
    ------
    ModelError
        If it names none, or one twice.

    Examples
    --------
    >>> as_names("load", "occasion"), as_names(["condition", "load"], "occasion")
    (('load',), ('condition', 'load'))
    """
    names = (given,) if isinstance(given, str) else tuple(given or ())
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ModelError(f"{option}={given!r} must name a column, or several different ones in a list.")
    return names


def cross(data: pd.DataFrame, columns: tuple[str, ...]) -> Crossing:
    """Code one column, or those combinations of several that occur, in the order of their levels.

    Parameters
    ----------
    data : pandas.DataFrame
        Rows without missing values in these columns.
    columns : tuple of str

    Examples
    --------
    >>> cross(pd.DataFrame({"a": ["x", "y"], "b": [2, 1]}), ("a", "b")).levels
    ('x:2', 'y:1')
    """
    factors = [read_factor(data[name]) for name in columns]
    flat = np.ravel_multi_index([factor.codes for factor in factors], [len(factor.levels) for factor in factors])
    present, codes = np.unique(flat, return_inverse=True)
    return Crossing(columns, tuple(factor.levels for factor in factors), present, codes)


def occasions(
    data: pd.DataFrame, subject: tuple[str, ...], occasion: tuple[str, ...], group: tuple[str, ...], ordered: bool
) -> Occasions:
    """Code the rows that are used, and refuse what a marginal model cannot mean.

    Parameters
    ----------
    data : pandas.DataFrame
        The n rows that are used.
    subject, occasion, group : tuple of str
        Their columns; `group` may be empty.
    ordered : bool
        Whether the covariance structure uses the order of the occasions.

    Raises
    ------
    ModelError
        If a participant has an occasion twice or several groups, there is one occasion, measures or units are
        mixed, or ids repeat across studies.
    """
    check_one_kind(data, occasion)
    if len(subject) == 1:
        check_stacked_studies(data, subject[0])
    who = cross(data, subject)
    when = cross(data, occasion)
    if len(when.levels) < 2:
        raise ModelError(
            f"'{':'.join(occasion)}' has one level, {when.levels[0]}. A repeated-measures model needs two."
        )
    if ordered:
        _check_order(data, occasion, who)
    _check_once(data, who, when)
    arms = cross(data, group) if group else None
    if arms is not None:
        _check_one_group(who, arms)
    return Occasions(who, when, arms)


def check_enough(x: np.ndarray, seen: Occasions, structure: Linear | Correlated) -> None:
    """Refuse a covariance matrix that the participants cannot determine.

    An unstructured matrix of K occasions needs K participants beyond the rank of what the fixed effects say about
    any one combination of occasions; otherwise some combination is fitted without error and the likelihood has no
    maximum. It also needs every pair of occasions to be seen together.

    Parameters
    ----------
    x : (n, p) array
    seen : Occasions
    structure : Linear or Correlated

    Raises
    ------
    ModelError
        If there are too few; the message names structures that need fewer.
    """
    if structure.name != "UN":
        return
    k, n_people = len(seen.occasion.levels), len(seen.participant.levels)
    generic = np.sqrt(np.arange(1.0, k + 1)) % 1 + 0.5
    for arm, name in enumerate(seen.group_levels):
        rows = np.flatnonzero(seen.group_codes == arm)
        people = np.unique(seen.participant.codes[rows])
        combined = np.zeros((n_people, x.shape[1]))
        np.add.at(combined, seen.participant.codes[rows], generic[seen.occasion.codes[rows], None] * x[rows])
        rank = int(np.linalg.matrix_rank(combined[people]))
        present = np.zeros((n_people, k))
        present[seen.participant.codes[rows], seen.occasion.codes[rows]] = 1
        where = f" in group {name}" if name else ""
        if len(people) - rank < k:
            raise ModelError(
                f"an unstructured covariance of {k} occasions needs at least {k + rank} participants, but there are "
                f"{len(people)}{where}. Use covariance='CS' or 'CSH' (equal correlations), or 'AR1' or 'ARH1' "
                "(correlations that fade with distance), or fit_mixed with random slopes."
            )
        _check_pairs(present.T @ present, seen.occasion.levels, where)


def _check_pairs(together: np.ndarray, names: tuple[str, ...], where: str) -> None:
    lacking = np.argwhere(np.triu(together == 0))
    if len(lacking):
        listed = "; ".join(names[i] if i == j else f"{names[i]} with {names[j]}" for i, j in lacking[:SHOWN])
        raise ModelError(
            f"nobody{where} was seen at {listed}, so that an unstructured covariance cannot be estimated. "
            "Use a structure with fewer parameters ('CS', 'AR1' …), or leave an occasion out."
        )


def _check_order(data: pd.DataFrame, columns: tuple[str, ...], who: Crossing) -> None:
    for name in columns:
        factor = read_factor(data[name])
        if isinstance(data[name].dtype, pd.CategoricalDtype) or not all(isinstance(v, str) for v in factor.levels):
            continue
        person = np.argmax(np.bincount(who.codes))
        found = tuple(dict.fromkeys(factor.levels[i] for i in factor.codes[who.codes == person]))
        if list(found) != sorted(found):
            warnings.warn(
                f"the covariance uses the order of '{name}', which is taken from the alphabet: "
                f"{' < '.join(factor.levels)}. The rows of {who.levels[person]} have another order. If theirs is right, make "
                f"it an ordered category: pd.Categorical(data['{name}'], [{', '.join(map(repr, found))}], ordered=True).",
                MMCWarning,
                stacklevel=5,
            )


def _check_once(data: pd.DataFrame, who: Crossing, when: Crossing) -> None:
    key = who.codes * len(when.levels) + when.codes
    twice = pd.Series(key).duplicated(keep=False).to_numpy()
    if twice.any():
        first = np.flatnonzero(twice)[0]
        same = key == key[first]
        raise ModelError(
            f"{int(twice.sum())} rows share participant and occasion with another row, first "
            f"{who.levels[who.codes[first]]} at {when.title} {when.levels[when.codes[first]]} in "
            f"{rows_named(data.index[same])}. Name every column that tells rows of a participant apart in occasion=[…], "
            "keep one muscle or measure, or average repetitions first."
        )


def _check_one_group(who: Crossing, arms: Crossing) -> None:
    first = np.zeros(len(who.levels), dtype=int)
    first[who.codes] = arms.codes
    mixed = np.unique(who.codes[first[who.codes] != arms.codes])
    if len(mixed):
        listed = ", ".join(who.levels[i] for i in mixed[:SHOWN])
        raise ModelError(
            f"{listed} {'has' if len(mixed) == 1 else 'have'} rows in several levels of '{arms.title}'. A "
            "group with its own covariance must be the same in all rows of a participant; make the ids unique, or "
            "name further columns in subject=[…]."
        )
