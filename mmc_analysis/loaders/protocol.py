"""The protocol file: a lab's options written once, in a small TOML file beside the data."""

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.files import beside
from mmc_analysis.loaders.settings import Settings
from mmc_analysis.options import nearest


def settled(kind: type[Settings], source, protocol, options: Mapping) -> Settings:
    """Make the settings of one load: the protocol file's, overridden by the caller's arguments.

    A protocol file is read only when it is named; a file beside the data is never picked up by itself.

    Parameters
    ----------
    kind : type of Settings
        Whose fields are the keys allowed.
    source : path or DataFrame
        The data; a protocol named without a folder is looked for beside it, then in the working folder.
    protocol : path, dict, True or None
        True stands for the TOML file beside the data that has the data file's name.
    options : dict
        The arguments that the caller wrote.

    Raises
    ------
    LoaderError
        If the file is missing, is not TOML, or has an unknown key (the nearest right one is named).

    Examples
    --------
    >>> settled(Settings, "lab.csv", {"study": "press", "unit": "uV"}, {"unit": "mV"}).unit
    'mV'
    """
    if protocol is None or protocol is False:
        return kind(**options)
    written, name = (dict(protocol), "protocol") if isinstance(protocol, Mapping) else _read(source, protocol)
    allowed = [field.name for field in dataclasses.fields(kind)]
    for key in written:
        if key not in allowed:
            raise LoaderError(f"{name}: unknown key '{key}'.{nearest(key, allowed)} Allowed: {', '.join(allowed)}.")
    return kind(**{**written, **options})


def _read(source, protocol) -> tuple[dict, str]:
    path = _find(source, protocol)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig")), path.name
    except UnicodeDecodeError as fault:
        raise LoaderError(
            f"{path.name}: a protocol file must be written in UTF-8; byte {fault.start} is not."
        ) from fault
    except tomllib.TOMLDecodeError as fault:
        raise LoaderError(f"{path.name}: not a TOML file: {fault}. Names with blanks or '%' need quotes: "
                          '"20 % regular" = "…".') from fault  # fmt: skip
    except OSError as fault:
        raise LoaderError(f"{path.name}: the protocol file cannot be read: {fault.strerror}.") from fault


def _find(source, protocol) -> Path:
    if protocol is True:
        if not isinstance(source, str | Path):
            raise LoaderError("protocol=True needs a file as source. For a DataFrame write the protocol's path.")
        place = Path(source).with_suffix(".toml")
    elif isinstance(protocol, str | Path):
        place = Path(beside(source, protocol))
    else:
        raise LoaderError(f"protocol={protocol!r}: write a path, a dict, or True for '<data file>.toml'.")
    if not place.is_file():
        raise LoaderError(f"protocol file '{place.name}' is neither beside the data nor at {place}. Correct protocol=, or leave "
                          "it out.")  # fmt: skip
    return place
