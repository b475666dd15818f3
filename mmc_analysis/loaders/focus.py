"""What a condition asks of attention: focus, the muscle it names, and whether that muscle was measured."""

from collections.abc import Iterable, Mapping

import numpy as np

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.levels import MUSCLE_OF
from mmc_analysis.loaders.words import key_of
from mmc_analysis.options import check_option
from mmc_analysis.schema import FOCUS

_PLAIN = {"regular": "none", "none": "none", "external": "external", "focus": "internal", "avoid": "avoid"}
NO_TARGET = "none"


def focus_of(conditions: Iterable[str], said: Mapping, where: str) -> dict[str, tuple[str, str | None]]:
    """Say for each condition what it asks of attention.

    Parameters
    ----------
    conditions : iterable of str
    said : dict
        Condition -> focus, or (focus, target), as the caller wrote it.
    where : str
        The source, for messages.

    Returns
    -------
    dict
        Condition -> (focus, target); the target is "none" where no muscle is named, None where it is not known.

    Raises
    ------
    LoaderError
        If a condition is not understood; the message shows what to write.

    Examples
    --------
    >>> focus_of(["regular", "pectoralis", "avoid"], {}, "lab.csv")
    {'regular': ('none', 'none'), 'pectoralis': ('internal', 'pectoralis major'), 'avoid': ('avoid', None)}
    """
    conditions = list(conditions)
    stated = {key_of(name): entry for name, entry in said.items()}
    unknown = [name for name in said if key_of(name) not in {key_of(condition) for condition in conditions}]
    if unknown:
        raise LoaderError(f"{where}: focus names the condition '{unknown[0]}', which is not in the data. Conditions: "
                          f"{', '.join(conditions)}.")  # fmt: skip
    return {name: _of_one(name, stated.get(key_of(name)), where) for name in conditions}


def _of_one(name: str, entry, where: str) -> tuple[str, str | None]:
    if entry is not None:
        focus, target = (entry, None) if isinstance(entry, str) else (*entry, None)[:2]
        check_option(f"focus of '{name}'", focus, FOCUS, LoaderError)
        target = MUSCLE_OF.get(key_of(target), target) if target else None
        return focus, target or (NO_TARGET if focus in ("none", "external") else None)
    if name in _PLAIN:
        focus = _PLAIN[name]
        return focus, NO_TARGET if focus in ("none", "external") else None
    muscle = MUSCLE_OF.get(key_of(name))
    if muscle is None:
        raise LoaderError(
            f"{where}: what does condition '{name}' ask of attention? Write it, such as focus={{'{name}': "
            f"('internal', 'biceps brachii')}} or focus={{'{name}': 'external'}}. Allowed: {', '.join(FOCUS)}."
        )
    return "internal", muscle


def muscle_roles(muscles: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Say whether the condition named the muscle: "target" or "other"; None where the condition names none.

    Examples
    --------
    >>> muscle_roles(np.array(["triceps brachii"]), np.array(["triceps brachii"])).tolist()
    ['target']
    """
    roles = np.where(muscles == targets, "target", "other").astype(object)
    roles[(targets == NO_TARGET) | np.equal(targets, None)] = None
    return roles
