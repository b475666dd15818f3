"""Split a formula into tokens; every token knows where it stands, so that an error can point at it."""

import re
from dataclasses import dataclass

from mmc_analysis.errors import ModelError

_PATTERN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
      | (?P<quoted>`[^`]*`)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<sign>\*\*|\|\||[-+*/:^()|~,=])""",
    re.VERBOSE,
)


MOST_TOKENS = 500
DEEPEST = 30


@dataclass(frozen=True)
class Token:
    """One token of a formula.

    Attributes
    ----------
    kind : {"number", "name", "column", "text", "sign", "end"}
        ``column`` is a column's name that stood in backticks.
    text : str
        The token without its quotation marks.
    start : int
        Position of its first character in the formula.
    """

    kind: str
    text: str
    start: int


def fault(formula: str, start: int, message: str) -> ModelError:
    """Return an error that shows the formula with a caret under the place.

    Examples
    --------
    >>> print(fault("value ~ $", 8, "this sign has no meaning."))
    this sign has no meaning.
        value ~ $
                ^
    """
    line = " ".join(formula.splitlines()) if "\n" in formula else formula
    return ModelError(f"{message}\n    {line}\n    {' ' * start}^")


def tokenize(formula: str) -> tuple[Token, ...]:
    """Split a formula into tokens, ending with one of kind ``end``.

    Parameters
    ----------
    formula : str
        The text, such as ``"value ~ condition * load + (1 | participant)"``.

    Raises
    ------
    ModelError
        If a character is not part of the formula language; the message points at it.

    Examples
    --------
    >>> [token.text for token in tokenize("y ~ `body mass` + log(x)")][:-1]
    ['y', '~', 'body mass', '+', 'log', '(', 'x', ')']
    """
    if not isinstance(formula, str):
        raise ModelError(f"a formula is text such as 'value ~ condition + (1 | participant)', not {formula!r}.")
    tokens: list[Token] = []
    at = 0
    while at < len(formula):
        found = _PATTERN.match(formula, at)
        if found is None:
            raise fault(formula, at, f"the formula has {formula[at]!r}, which has no meaning here. Allowed: names, "
                        "numbers, quoted text, and the signs ~ + - * / : ** ^ | || ( ) , =")  # fmt: skip
        kind, text = found.lastgroup, found.group()
        if kind == "quoted":
            kind, text = "column", text[1:-1]
        elif kind == "text":
            text = text[1:-1]
        if kind != "blank":
            tokens.append(Token(kind, text, at))
        at = found.end()
        _check_size(formula, tokens)
    return (*tokens, Token("end", "", len(formula)))


def _check_size(formula: str, tokens: list[Token]) -> None:
    if len(tokens) > MOST_TOKENS:
        raise ModelError(f"the formula has more than {MOST_TOKENS} names and signs. Write a shorter one.")
    if tokens and tokens[-1].kind == "sign" and tokens[-1].text == "(":
        open_now = sum((token.text == "(") - (token.text == ")") for token in tokens if token.kind == "sign")
        if open_now > DEEPEST:
            raise fault(formula, tokens[-1].start, f"more than {DEEPEST} parentheses are open here.")
