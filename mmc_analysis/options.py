"""One way to check the names and the values of options."""

import difflib
import functools
import importlib
import inspect
from collections.abc import Callable, Iterable
from types import ModuleType

from mmc_analysis.errors import MissingExtraError, OptionError


def nearest(found: str, allowed: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the closest allowed name, or an empty string.

    Examples
    --------
    >>> nearest("pectorals", ["pectoralis", "triceps"])
    " Did you mean 'pectoralis'?"
    """
    by_lower = {str(name).lower(): str(name) for name in allowed}
    close = difflib.get_close_matches(str(found).lower(), by_lower, n=1, cutoff=0.55)
    return f" Did you mean '{by_lower[close[0]]}'?" if close else ""


def check_option(name: str, value, allowed: Iterable, error: type[Exception] = OptionError):
    """Return `value` if it is allowed; otherwise raise and name the nearest allowed value.

    Parameters
    ----------
    name : str
        The option's name, as the caller wrote it.
    value : object
        The value found.
    allowed : iterable
        The values allowed.
    error : type of Exception
        What to raise.

    Examples
    --------
    >>> check_option("ddf", "satterthwaite", ["kenward-roger", "satterthwaite"])
    'satterthwaite'
    >>> check_option("ddf", "kenward", ["kenward-roger", "satterthwaite"])
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: ddf='kenward' is not allowed. Allowed: 'kenward-roger', 'satterthwaite'. \
Did you mean 'kenward-roger'?
    """
    allowed = list(allowed)
    if value in allowed:
        return value
    listed = ", ".join(repr(item) for item in allowed)
    hint = nearest(value, [a for a in allowed if isinstance(a, str)]) if isinstance(value, str) else ""
    raise error(f"{name}={value!r} is not allowed. Allowed: {listed}.{hint}")


def named_options(function: Callable) -> Callable:
    """Make a misspelt keyword an :class:`OptionError` that names the nearest right one.

    Examples
    --------
    >>> @named_options
    ... def load(source, *, reference=None): return reference
    >>> load("lab.csv", refrence="mvc")
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: load() has no option 'refrence'. Did you mean 'reference'? Options: reference.
    """
    parameters = inspect.signature(function).parameters.values()
    names = [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    options = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY] or names

    @functools.wraps(function)
    def checked(*args, **kwargs):
        for name in kwargs:
            if name not in names:
                raise OptionError(
                    f"{function.__name__}() has no option '{name}'.{nearest(name, names)}"
                    f" Options: {', '.join(options)}."
                )
        return function(*args, **kwargs)

    return checked


def import_extra(module: str, extra: str) -> ModuleType:
    """Import an optional dependency, or say which command installs it.

    Examples
    --------
    >>> import_extra("no_such_module", "recordings")
    Traceback (most recent call last):
    mmc_analysis.errors.MissingExtraError: this needs the package 'no_such_module', which is not installed. \
Install it with: pip install "mmc-analysis[recordings]"
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as found:
        raise MissingExtraError(
            f"this needs the package '{found.name}', which is not installed. "
            f'Install it with: pip install "mmc-analysis[{extra}]"'
        ) from found
