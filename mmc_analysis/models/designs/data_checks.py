"""Checks of the rows that enter a model: one measure, one unit, one meaning of every identifier."""

import warnings

import numpy as np
import pandas as pd

from mmc_analysis.errors import MMCWarning, ModelError
from mmc_analysis.models.formulas.formula import Formula

ROWS_ARE = {"measure": "measures", "unit": "units"}


def check_response_is_one_thing(formula: Formula, data: pd.DataFrame) -> None:
    """Refuse mixed measures or units in one response, and warn of mixed muscles that the formula ignores.

    Raises
    ------
    ModelError
        If the response is ``value`` and a column ``measure`` or ``unit`` that the formula does not use has several
        values.
    """
    if "value" not in formula.variables:
        return
    for column, plural in ROWS_ARE.items():
        found = _several(formula, data, column)
        if found:
            raise ModelError(f"the rows mix {len(found)} {plural} in one response: {', '.join(found)}. Choose one with "
                             f"data[data['{column}'] == '{found[0]}'].")  # fmt: skip
    muscles = _several(formula, data, "muscle")
    if muscles:
        warnings.warn(
            f"the rows mix {len(muscles)} muscles that the formula ignores: {', '.join(muscles)}. Choose one, or put "
            "muscle into the formula, with '(1 | participant:muscle)'.",
            MMCWarning,
            stacklevel=4,
        )


def _several(formula: Formula, data: pd.DataFrame, column: str) -> list[str]:
    if column not in data.columns or column in formula.variables:
        return []
    found = pd.factorize(data[column])[1]
    return sorted(str(value) for value in found) if len(found) > 1 else []


def check_ids_across_studies(formula: Formula, data: pd.DataFrame) -> None:
    """Refuse identifiers that stand for different people in stacked studies.

    Raises
    ------
    ModelError
        If participants are a grouping factor without their study, and an identifier occurs in several studies.
    """
    alone = [term for term in formula.random if "participant" in term.grouping and "study" not in term.grouping]
    if not alone or not {"study", "participant"} <= set(data.columns):
        return
    study, studies = pd.factorize(data["study"])
    if len(studies) < 2:
        return
    person, people = pd.factorize(data["participant"])
    pairs = np.unique(np.column_stack([person, study]), axis=0)
    shared = people[np.bincount(pairs[:, 0]) > 1]
    if len(shared):
        shown = ", ".join(str(name) for name in shared[:5])
        crossed = ":".join(["study", *alone[0].grouping])
        raise ModelError(
            f"{len(shared)} participant ids occur in several studies ({shown} …), and {alone[0]} would take them for the "
            f"same people. Write '({alone[0].expression} | {crossed})', or give every person an id of their own."
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
