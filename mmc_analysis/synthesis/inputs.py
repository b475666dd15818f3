"""From a frame of estimates to the arrays of a synthesis, with every fault named and every doubt said."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.schema import DESIGN, combined_evidence
from mmc_analysis.synthesis.frame_columns import labels_in, numbers_in, rows_of
from mmc_analysis.synthesis.moderators import Design, read_design

ONE_KIND = ("metric", "unit", "measure", "outcome")
WITHIN_PARTICIPANTS = tuple(name for name in DESIGN if name not in ("study", "participant", "group"))
SAMPLES = ("group", "participant", "sample")
RECOVER = (
    "effects.difference_from_p and its relatives recover it from what a paper prints; or leave the row out and say so."
)


@dataclass(frozen=True)
class EffectTable:
    """The effects of a synthesis.

    Attributes
    ----------
    y, v : ndarray, shape (k,)
        Effects and their known variances.
    design : Design
        Moderators; a column of ones without any.
    frame : pandas.DataFrame
        The k rows as given, numbered from 0.
    studies : ndarray of str or None, shape (k,)
    """

    y: np.ndarray
    v: np.ndarray
    design: Design
    frame: pd.DataFrame
    studies: np.ndarray | None

    @property
    def X(self) -> np.ndarray:
        """The design, (k, p)."""
        return self.design.X

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the p columns of the design."""
        return self.design.terms

    @property
    def has_moderators(self) -> bool:
        """Whether the design is more than a column of ones."""
        return self.terms != ("Intercept",)

    @property
    def metric(self) -> str | None:
        """The one metric of all effects, if it is stated."""
        return self._stated("metric")

    @property
    def unit(self) -> str | None:
        """The one unit of all effects, if it is stated."""
        return self._stated("unit")

    @cached_property
    def evidence(self) -> str:
        """What the effects rest on."""
        return combined_evidence(self.frame)

    @property
    def names(self) -> list[str]:
        """The study of each effect, or its number."""
        return [f"effect {i + 1}" for i in range(self.y.size)] if self.studies is None else list(self.studies)

    def _stated(self, column: str) -> str | None:
        if column not in self.frame.columns or self.frame[column].isna().all():
            return None
        return str(self.frame[column].iloc[0])


def read_effects(
    estimates: pd.DataFrame, estimate: str, std_error: str, variance: str | None, study: str | None,
    moderators: str | Iterable[str] | None,
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

    Returns
    -------
    EffectTable

    Raises
    ------
    EffectError
        If a column or a number is missing, a variance is not above zero, there are fewer than 2 effects, or effects of several
        metrics, units, measures or outcomes stand together.
    """
    y = numbers_in(estimates, estimate, "estimate", "Name the column of effects with estimate=.", RECOVER)
    v = sampling_variances(estimates, std_error, variance)
    if y.size < 2:
        raise EffectError(f"a synthesis needs 2 effects or more, but there {'is 1' if y.size else 'are none'}. "
                          "Report a study that stands alone as it is.")  # fmt: skip
    _refuse_mixtures(estimates)
    advice = "Name the column of studies with study=; meta_analysis takes study=None for independent effects."
    studies = None if study is None else labels_in(estimates, study, "study", advice)
    frame = estimates.reset_index(drop=True)
    return EffectTable(y, v, read_design(frame, moderators), frame, studies)


def sampling_variances(estimates: pd.DataFrame, std_error: str, variance: str | None) -> np.ndarray:
    """Return the known variances of the effects, (k,), from a column of them or of standard errors.

    Examples
    --------
    >>> sampling_variances(pd.DataFrame({"std_error": [0.5, 0.0]}), "std_error", None)
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: 'std_error' is not above zero in row 1 (counted from 0). Without its standard error an \
effect has no weight; effects.difference_from_p and its relatives recover it from what a paper prints; or leave the row out and say so.
    """
    source, option = (variance, "variance") if variance else (std_error, "std_error")
    advice = "Name the column of standard errors with std_error=, or of variances with variance=."
    if isinstance(estimates, pd.DataFrame) and {"conf_low", "conf_high"} <= set(estimates.columns):
        advice += " From limits of a 95 % interval by the normal distribution, it is (conf_high - conf_low)/3.92."
    spread = numbers_in(estimates, source, option, advice, f"Without it an effect has no weight; {RECOVER}")
    if (spread <= 0).any():
        raise EffectError(f"'{source}' is not above zero in {rows_of(spread <= 0)}. Without its standard error an effect has no "
                          f"weight; {RECOVER}")  # fmt: skip
    with np.errstate(over="ignore", under="ignore"):
        v = spread if variance else spread**2
        lost = ~np.isfinite(v) | (v < np.finfo(float).tiny) | (v > 1 / np.finfo(float).tiny)
    if lost.any():
        raise EffectError(f"'{source}' is too small or too large to be reckoned with in {rows_of(lost)}. Choose a unit of "
                          "ordinary size.")  # fmt: skip
    return v


def _refuse_mixtures(frame: pd.DataFrame) -> None:
    for name in ONE_KIND:
        if name in frame.columns and frame[name].nunique(dropna=True) > 1:
            kinds = ", ".join(map(str, frame[name].dropna().unique()))
            raise EffectError(
                f"the effects have more than one {name} ({kinds}); their mean would mean nothing. Filter to one {name}, "
                "or bring all effects to one metric first."
            )
    for name in ("metric", "unit"):
        empty = frame[name].isna().to_numpy() if name in frame.columns else np.zeros(1, dtype=bool)
        if empty.any() and not empty.all():
            raise EffectError(
                f"column '{name}' is empty in {rows_of(empty)}, though other effects have one. Write it in every row, so that "
                f"no two {name}s are averaged."
            )


def doubts(table: EffectTable, read: tuple[str | None, ...]) -> list[str]:
    """Return what looks as if a study were counted twice: names that differ in capitals or spaces, and copied rows.

    `read` are the columns of numbers and of studies. Where there are no others, equal rows may be different effects.
    """
    found, known = [], {}
    for name in dict.fromkeys(() if table.studies is None else table.studies):
        twin = known.setdefault("".join(name.split()).casefold(), name)
        if twin != name:
            found.append(f"studies '{twin}' and '{name}' differ in capitals or spaces alone, but count as two. If they are one, write "
                         "one name.")  # fmt: skip
    if set(table.frame.columns) - set(read) and len(np.unique(table.y)) < table.y.size:
        copies = table.frame.astype(str).duplicated(keep=False).to_numpy()
        if copies.any():
            found.append(f"{rows_of(copies)} are copies, the same in every column. If a result was entered twice, leave one out "
                         "(drop_duplicates).")  # fmt: skip
    return found


def shared_unsaid(table: EffectTable) -> list[str]:
    """Return what looks as if effects of one study shared participants, though no covariance says so."""
    return [*_same_participants(table), *_same_control(table)]


def _same_participants(table: EffectTable) -> list[str]:
    """Rows of one study, and of one sample of it, that differ in what is measured within participants."""
    differing = [name for name in WITHIN_PARTICIPANTS if name in table.frame.columns]
    sample = [table.frame[name].astype(str).to_numpy() for name in SAMPLES if name in table.frame.columns]
    if table.studies is None or not differing:
        return []
    varied = table.frame[differing].astype(str).groupby([table.studies, *sample]).nunique() > 1
    if not varied.to_numpy().any():
        return []
    names, first = [name for name in differing if varied[name].any()], varied.index[varied.any(axis=1)][0]
    return [
        f"effects of one study differ in {', '.join(names)} (study {first[0] if sample else first}), as they do on the same "
        "participants, but their sampling errors are taken as independent. Give covariance=synthesis.shared_participants("
        "estimates, r=…), or, if they are of different people, covariance=numpy.diag of the variances; and see .robust()."
    ]


def _same_control(table: EffectTable) -> list[str]:
    """Groups of one study that are compared with one other."""
    if table.studies is None or not {"group", "comparator"} <= set(table.frame.columns):
        return []
    labels = table.frame[["group", "comparator"]].astype(str)
    arms = labels["group"].groupby([table.studies, labels["comparator"].to_numpy()]).nunique()
    if not (arms > 1).any():
        return []
    study, control = arms.index[arms > 1][0]
    return [
        f"{arms.max()} groups of one study are compared with one comparator ('{control}' of study {study}), whose participants "
        "count each time, but their sampling errors are taken as independent. Give covariance=synthesis.shared_control("
        "estimates, control='comparator'), or, if each has its own, covariance=numpy.diag of the variances."
    ]
