"""Checks of the rows that enter a model: one measure, one unit, one meaning of every identifier."""

import warnings
from collections.abc import Collection

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.formulas.formula import Formula

KINDS = ("measure", "unit", "quantity")
SHOWN = 5


def check_one_kind(data: pd.DataFrame, used: Collection[str]) -> None:
    """Refuse a response that mixes measures, units, or quantities such as levels with changes.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows that enter the model.
    used : collection of str
        Columns that the model tells apart.

    Raises
    ------
    ModelError
        If `measure`, `unit` or `quantity` has several values and is not among `used`.

    Examples
    --------
    >>> check_one_kind(pd.DataFrame({"unit": ["N", "kg"]}), ["load"])
    Traceback (most recent call last):
    mmc_analysis.errors.ModelError: the response mixes unit 'N', 'kg'. One model needs one unit: keep the rows of one, \
as in data[data['unit'] == 'N'].
    """
    for name in KINDS:
        found = _several(data, name, used)
        if found:
            listed = ", ".join(map(repr, found[:SHOWN]))
            raise ModelError(
                f"the response mixes {name} {listed}. One model needs one {name}: keep the rows of one, "
                f"as in data[data['{name}'] == {found[0]!r}]."
            )


def warn_of_mixed_muscles(data: pd.DataFrame, used: Collection[str]) -> None:
    """Warn of rows of several muscles that a formula does not tell apart."""
    muscles = _several(data, "muscle", used)
    if muscles:
        warnings.warn(
            f"the rows mix {len(muscles)} muscles that the formula ignores: {', '.join(muscles)}. Choose one, or put "
            "muscle into the formula, with '(1 | participant:muscle)'.",
            MMCWarning,
            stacklevel=5,
        )


def _several(data: pd.DataFrame, column: str, used: Collection[str]) -> list[str]:
    if column not in data.columns or column in used:
        return []
    found = pd.factorize(data[column])[1]
    return [str(value) for value in found] if len(found) > 1 else []


def check_stacked_studies(data: pd.DataFrame, subject: str, remedy: str = "") -> None:
    """Refuse participants whose identifier stands in several studies of one frame.

    Parameters
    ----------
    data : pandas.DataFrame
    subject : str
        Column that names the participant.
    remedy : str
        What to do; to cross the identifiers with the study, unless said.

    Raises
    ------
    ModelError
        If an identifier occurs with several values of `study`.

    Examples
    --------
    >>> check_stacked_studies(pd.DataFrame({"study": ["a", "b"], "participant": ["P1", "P1"]}), "participant", "Cross them.")
    Traceback (most recent call last):
    mmc_analysis.errors.ModelError: 1 participant id occurs in several studies (P1), which would make several people one. \
Cross them.
    """
    if subject == "study" or not {"study", subject} <= set(data.columns):
        return
    study, studies = pd.factorize(data["study"])
    if len(studies) < 2:
        return
    person, people = pd.factorize(data[subject])
    pairs = np.unique(np.column_stack([person, study])[(person >= 0) & (study >= 0)], axis=0)
    shared = people[np.bincount(pairs[:, 0], minlength=len(people)) > 1]
    if len(shared):
        listed = ", ".join(str(name) for name in shared[:SHOWN]) + (" …" if len(shared) > SHOWN else "")
        cross = (
            f"Cross the ids first: data['{subject}'] = data['study'].astype(str) + ':' + data['{subject}'].astype(str)."
        )
        raise ModelError(
            f"{len(shared)} {subject} id{'s occur' if len(shared) > 1 else ' occurs'} in several studies ({listed}), which "
            f"would make several people one. {remedy or cross}"
        )


def check_rows(formula: Formula, data: pd.DataFrame) -> None:
    """Check the rows of a mixed model: one kind of response, one muscle, one meaning of every identifier.

    Raises
    ------
    ModelError
        If the response is ``value`` and mixes kinds, or participants are a grouping factor without their study, and
        an identifier occurs in several studies.
    """
    if "value" in formula.variables:
        check_one_kind(data, formula.variables)
        warn_of_mixed_muscles(data, formula.variables)
    alone = [term for term in formula.random if "participant" in term.grouping and "study" not in term.grouping]
    if alone:
        crossed = ":".join(["study", *alone[0].grouping])
        check_stacked_studies(
            data,
            "participant",
            f"Write '({alone[0].expression} | {crossed})', or give every person an id of their own.",
        )


def participants_of(data: pd.DataFrame, fallback: tuple[str, ...]) -> np.ndarray:
    """Return for each row (n,) the code of its participant, from 0.

    Where there is no column ``participant``, the first grouping column stands for it.
    """
    if "participant" not in data.columns:
        return pd.factorize(data[fallback[0]])[0]
    person, people = pd.factorize(data["participant"])
    if "study" not in data.columns:
        return person
    study, studies = pd.factorize(data["study"])
    return person if len(studies) < 2 else np.unique(study * len(people) + person, return_inverse=True)[1].ravel()
