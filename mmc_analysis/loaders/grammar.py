"""The names of wide columns, such as ``pec_20_regular``: which token is the muscle, the load, the condition?"""

from collections.abc import Iterable, Mapping

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.levels import Levels
from mmc_analysis.loaders.vocabulary import FILLERS
from mmc_analysis.loaders.words import words

Reading = tuple[tuple[str, str], ...]
_LONGEST = 5
_APART = {"reference": frozenset({"condition", "load", "time"})}


def readings(name: str, levels: Mapping[str, Levels]) -> list[Reading]:
    """Return every way to read a column's name as levels of different roles.

    Parameters
    ----------
    name : str
        The header without its unit.
    levels : dict
        Role -> its levels.

    Returns
    -------
    list of tuple of (role, level)
        In the order in which they stand in the name; empty if some word cannot be read.

    Examples
    --------
    >>> from mmc_analysis.loaders.levels import levels_of
    >>> grammar = {role: levels_of(role, {}) for role in ("muscle", "load", "condition")}
    >>> readings("tri_20_regular", grammar)
    [(('muscle', 'triceps brachii'), ('load', '20'), ('condition', 'regular'))]
    """
    for camel in (False, True):
        tokens = words(name, camel)
        full = _split(tokens, levels, frozenset())
        lean = tuple(token for token in tokens if token not in FILLERS)
        found = full or ([()] if not lean else _split(lean, levels, frozenset()))
        if found:
            return [way for way in dict.fromkeys(found) if _consistent(frozenset(roles(way)))]
    return []


def _consistent(named: frozenset[str]) -> bool:
    """A reference belongs to a muscle, not to a condition or a load."""
    return not any(role in named and others & named for role, others in _APART.items())


def _split(tokens: tuple[str, ...], levels: Mapping[str, Levels], used: frozenset[str]) -> list[Reading]:
    if not tokens:
        return [()] if used else []
    found = []
    for length in range(1, min(_LONGEST, len(tokens)) + 1):
        text = " ".join(tokens[:length])
        for role, known in levels.items():
            level = known.read(text) if role not in used else None
            if level is not None:
                found += [((role, level), *rest) for rest in _split(tokens[length:], levels, used | {role})]
    return found


def read_names(
    names: Iterable[str], levels: Mapping[str, Levels], pattern: str | None, where: str
) -> dict[str, Reading]:
    """Read the names of wide columns so that all have their roles in one order.

    Parameters
    ----------
    names : iterable of str
        Headers without units.
    levels : dict
        Role -> its levels.
    pattern : str, optional
        The order of the roles, such as "muscle load condition".

    Returns
    -------
    dict
        Name -> its reading; names that cannot be read are left out.

    Raises
    ------
    LoaderError
        If a name has two readings and neither the pattern nor the other names decide.

    Examples
    --------
    >>> from mmc_analysis.loaders.levels import levels_of
    >>> grammar = {role: levels_of(role, {}) for role in ("muscle", "condition")}
    >>> dict(read_names(["pec_regular", "pec_tri"], grammar, None, "lab.csv")["pec_tri"])["condition"]
    'triceps'
    """
    ways = {name: readings(name, levels) for name in names}
    wanted = _order(pattern, levels, where) if pattern else None
    if wanted:
        ways = {name: [way for way in found if _follows(way, wanted)] for name, found in ways.items()}
    meanings = {name: {frozenset(way) for way in found} for name, found in ways.items()}
    orders = {
        roles(way) for name, found in ways.items() if len(meanings[name]) == 1 for way in found if len(found) == 1
    }
    chosen = {}
    for name, found in ways.items():
        if len(meanings[name]) > 1:
            fitting = [way for way in found if roles(way) in orders]
            if len({frozenset(way) for way in fitting}) != 1:
                raise LoaderError(_doubt(name, found, where))
            found = fitting
        if found:
            chosen[name] = found[0]
    return chosen


def roles(way: Reading) -> tuple[str, ...]:
    """Return the roles of a reading in order."""
    return tuple(role for role, _ in way)


def _order(pattern: str, levels: Mapping[str, Levels], where: str) -> list[str]:
    named = pattern.replace("{", " ").replace("}", " ").replace("-", " ").replace(",", " ").split()
    named = [name.strip("_.") for name in named if name.strip("_.")]
    unknown = [name for name in named if name not in levels]
    if unknown or len(set(named)) != len(named):
        raise LoaderError(f"{where}: pattern='{pattern}' is not understood. Write each role once, in order, such as "
                          f"pattern='{' '.join(list(levels)[:3])}'. Roles: {', '.join(levels)}.")  # fmt: skip
    return named


def _follows(way: Reading, wanted: list[str]) -> bool:
    positions = [wanted.index(role) for role, _ in way if role in wanted]
    return positions == sorted(positions) and len(positions) == len(way)


def _doubt(name: str, found: list[Reading], where: str) -> str:
    ways = " or ".join("(" + ", ".join(f"{role} {level}" for role, level in way) + ")" for way in found[:3])
    return (f"{where}: column '{name}' can be read as {ways}. Write the order of the roles, such as "
            f"pattern='{' '.join(roles(found[0]))}', or say what it is with columns=.")  # fmt: skip
