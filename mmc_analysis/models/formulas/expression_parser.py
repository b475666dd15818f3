"""Read one part of a formula, such as ``log(value)`` or ``C(load, Sum)``, into an expression tree."""

from mmc_analysis.errors import ModelError
from mmc_analysis.models.formulas.expressions import (
    CODINGS,
    FUNCTIONS,
    Apply,
    Categorical,
    Column,
    Expression,
    Number,
    Operation,
)
from mmc_analysis.models.formulas.tokens import Token, fault
from mmc_analysis.options import nearest

_MODULES = ("np.", "numpy.")
_ELSEWHERE = {"factor": "C", "as.factor": "C", "ln": "log", "pow": "I", "standardize": "scale", "power": "I"}
_R_CODINGS = {"contr.treatment": "Treatment", "contr.sum": "Sum", "contr.poly": "Poly", "contr.helmert": "Helmert"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4, "^": 4}
_SIGN_IN_FRONT = 3


class TokenReader:
    """A formula's tokens and the place that was reached."""

    def __init__(self, formula: str, tokens: tuple[Token, ...]) -> None:
        self.formula = formula
        self.tokens = tokens
        self.at = 0

    @property
    def now(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def next_is(self, *signs: str) -> bool:
        """Return whether one of the signs comes next."""
        return self.now.kind == "sign" and self.now.text in signs

    def take(self) -> Token:
        """Read one token."""
        token = self.now
        self.at += token.kind != "end"
        return token

    def expect(self, sign: str) -> Token:
        """Read a sign that must come next."""
        if not self.next_is(sign):
            raise self.fault(f"'{sign}' is expected here, not {self.found()}.")
        return self.take()

    def found(self) -> str:
        """Name the token that comes next, for a message."""
        return "the end of the formula" if self.now.kind == "end" else f"'{self.now.text}'"

    def fault(self, message: str, at: Token | None = None) -> ModelError:
        """Return an error that points at a token, by default the next one."""
        return fault(self.formula, (at or self.now).start, message)


def read_atom(reader: TokenReader) -> Expression:
    """Read a column, a function with its arguments, or a number.

    Raises
    ------
    ModelError
        If the function is not on the list, or the text is no expression; the message points at the place.

    Examples
    --------
    >>> from mmc_analysis.models.formulas.tokens import tokenize
    >>> print(read_atom(TokenReader("np.log(x)", tokenize("np.log(x)"))))
    log(x)
    """
    token = reader.take()
    if token.kind == "column":
        if not token.text:
            raise reader.fault("the backticks are empty. Write a column's name between them.", token)
        return Column(token.text)
    if token.kind == "number":
        return Number(float(token.text))
    if token.kind != "name":
        reader.at -= token.kind != "end"
        raise reader.fault(f"a column or a function is expected here, not {reader.found()}.")
    if reader.next_is("("):
        return _read_call(reader, token)
    if "." in token.text:
        raise reader.fault(f"'{token.text}': attributes are not allowed. If a column has this name, write it in "
                           f"backticks: `{token.text}`.", token)  # fmt: skip
    return Column(token.text)


def _read_call(reader: TokenReader, name: Token) -> Expression:
    function = name.text
    for module in _MODULES:
        function = function.removeprefix(module)
    if function not in FUNCTIONS:
        hint = f" Did you mean '{_ELSEWHERE[function]}'?" if function in _ELSEWHERE else nearest(function, FUNCTIONS)
        raise reader.fault(f"function '{name.text}' is not allowed in a formula.{hint} "
                           f"Allowed: {', '.join(FUNCTIONS)}.", name)  # fmt: skip
    reader.expect("(")
    if function == "C":
        found = _read_categorical(reader)
    else:
        argument = read_computation(reader)
        degree = _read_degree(reader) if function == "poly" else None
        found = Apply(function, argument, degree)
    reader.expect(")")
    return found


def read_computation(reader: TokenReader, weakest: int = 0) -> Expression:
    """Read arithmetic, as it stands within a function's parentheses or on the left of ``~``.

    Signs bind as in Python: powers before a sign in front, before products, before sums.

    Raises
    ------
    ModelError
        If the text is no arithmetic, or computes with a factor.

    Examples
    --------
    >>> from mmc_analysis.models.formulas.tokens import tokenize
    >>> print(read_computation(TokenReader("1 + x^2 * 3", tokenize("1 + x^2 * 3"))))
    1 + ((x**2) * 3)
    """
    if reader.next_is("-", "+"):
        sign = reader.take().text
        inner = read_computation(reader, _SIGN_IN_FRONT)
        left = inner if sign == "+" else Operation("-", Number(0.0), inner)
    elif reader.next_is("("):
        reader.take()
        left = read_computation(reader)
        reader.expect(")")
    else:
        token = reader.now
        left = read_atom(reader)
        if isinstance(left, Categorical):
            raise reader.fault(f"{left} is a factor; it cannot be part of a computation.", token)
    while reader.now.kind == "sign" and _STRENGTH.get(reader.now.text, 0) > weakest:
        sign = reader.take().text
        strength = _STRENGTH[sign]
        power = sign in ("**", "^")
        right = read_computation(reader, _SIGN_IN_FRONT - 1 if power else strength)
        left = Operation("**" if power else sign, left, right)
    return left


def _read_degree(reader: TokenReader) -> int:
    reader.expect(",")
    if reader.now.kind == "name" and reader.now.text == "degree":
        reader.take()
        reader.expect("=")
    token = reader.take()
    if token.kind != "number" or not token.text.isdigit() or int(token.text) < 1:
        raise reader.fault(f"the degree of poly must be a whole number from 1, not '{token.text}'.", token)
    return int(token.text)


def _read_categorical(reader: TokenReader) -> Categorical:
    column = reader.take()
    if column.kind not in ("name", "column") or (column.kind == "name" and "." in column.text):
        raise reader.fault(f"C() takes a column, not '{column.text}'.", column)
    if not reader.next_is(","):
        return Categorical(column.text)
    reader.take()
    token = reader.take()
    coding = _R_CODINGS.get(token.text, token.text)
    if coding not in CODINGS:
        raise reader.fault(f"coding '{token.text}' is not known.{nearest(token.text, CODINGS)} "
                           f"Allowed: {', '.join(CODINGS)}.", token)  # fmt: skip
    reference = _read_reference(reader, coding) if reader.next_is("(") else None
    return Categorical(column.text, coding, reference)


def _read_reference(reader: TokenReader, coding: str) -> str | float | None:
    opening = reader.expect("(")
    if reader.next_is(")"):
        reader.take()
        return None
    if coding != "Treatment":
        raise reader.fault(f"only Treatment takes a reference level; {coding} takes nothing.", opening)
    if reader.now.kind == "name" and reader.now.text in ("reference", "base"):
        reader.take()
        reader.expect("=")
    token = reader.take()
    if token.kind not in ("text", "number"):
        raise reader.fault("the reference level must be quoted text or a number.", token)
    reader.expect(")")
    return float(token.text) if token.kind == "number" else token.text
