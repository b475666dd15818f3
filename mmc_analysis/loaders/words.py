"""Labels as words: what a lab writes, compared without case, blanks and separators."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?|%")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=65536)
def words(label: str, camel: bool = False) -> tuple[str, ...]:
    """Split a label into lower-case words, numbers and percent signs.

    Parameters
    ----------
    label : str
    camel : bool
        Whether to split ``PecRegular`` too.

    Examples
    --------
    >>> words("Pec_20 %-REGULAR"), words("PecRegular", camel=True)
    (('pec', '20', '%', 'regular'), ('pec', 'regular'))
    """
    label = unicodedata.normalize("NFKC", label)
    if camel:
        label = _CAMEL.sub(" ", label)
    return tuple(_WORD.findall(label.casefold()))


def key_of(label) -> str:
    """Return the form in which labels are compared.

    Examples
    --------
    >>> key_of("Pectoralis_Major ") == key_of("pectoralis major"), key_of(4.0)
    (True, '4')
    """
    return _key(written(label))


@lru_cache(maxsize=65536)
def _key(text: str) -> str:
    found = words(text)
    return " ".join(found) if found else text.strip().casefold()


def same_key(one, other) -> bool:
    """Return whether two labels are the same but for case, blanks and separators."""
    return key_of(one) == key_of(other)


def written(cell) -> str:
    """Return a cell as the text that a person reads: 4.0 is 4, blanks are single.

    Examples
    --------
    >>> written(4.0), written(" left  leg"), written(None)
    ('4', 'left leg', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
