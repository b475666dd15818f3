"""Multiply out the right-hand side of a formula into terms.

A formula may come from a stranger. Its columns, functions and numbers are read by our own parser against a
fixed list; formulaic is given placeholders in their stead and only multiplies out ``*``, ``/`` and ``**``.
"""

import functools
from dataclasses import dataclass

from formulaic.errors import FormulaicError
from formulaic.parser import DefaultFormulaParser

from mmc_analysis.errors import ModelError
from mmc_analysis.models.formulas.expression_parser import TokenReader, read_atom
from mmc_analysis.models.formulas.expressions import Expression
from mmc_analysis.models.formulas.tokens import Token, tokenize

_STRUCTURE = ("+", "-", "*", "/", ":", "**", "^", "(", ")")
INTERCEPT_TEXTS = ("0", "1")
MOST_CROSSINGS = 10


@dataclass(frozen=True)
class Terms:
    """The right-hand side of a formula, multiplied out.

    Attributes
    ----------
    intercept : bool
    factors : tuple of tuple of Expression
        One entry per term, by rising number of factors: main effects, two-way interactions …
    """

    intercept: bool
    factors: tuple[tuple[Expression, ...], ...]


@functools.lru_cache(maxsize=256)
def parse_terms(text: str) -> Terms:
    """Multiply out the right-hand side of a formula without random terms.

    Parameters
    ----------
    text : str
        Such as ``"condition * load"`` or ``"0 + x"``.

    Raises
    ------
    ModelError
        If the text is not a sum of terms.

    Examples
    --------
    >>> terms = parse_terms("condition * log(x) - condition")
    >>> terms.intercept, [":".join(map(str, term)) for term in terms.factors]
    (True, ['log(x)', 'condition:log(x)'])
    """
    reader = TokenReader(text, tokenize(text))
    structure, atoms = _with_placeholders(reader)
    try:
        found = DefaultFormulaParser().get_terms(structure)
        names = [tuple(factor.expr for factor in term.factors) for term in found]
    except (FormulaicError, SyntaxError, AttributeError, TypeError, ValueError) as problem:
        reason = str(problem).split("\n")[0]
        raise ModelError(f"'{text}' is not a sum of terms. Check its signs and parentheses ({reason}).") from problem
    intercept = ("1",) in names
    if any("1" in term and len(term) > 1 for term in names):
        raise ModelError(f"'{text}' multiplies a term by 1. Leave the 1 out, or add it with '+'.")
    terms = [tuple(atoms[name] for name in term) for term in names if term != ("1",)]
    return Terms(intercept, tuple(sorted(terms, key=len)))


def _with_placeholders(reader: TokenReader) -> tuple[str, dict[str, Expression]]:
    """Replace every column and function by a placeholder; only signs, 0 and 1 are left of the text."""
    names: dict[Expression, str] = {}
    parts: list[str] = []
    while reader.now.kind != "end":
        token = reader.now
        power = bool(parts) and parts[-1] == "**"
        if token.kind == "sign":
            if token.text not in _STRUCTURE:
                raise reader.fault(f"'{token.text}' has no meaning here.")
            _check_juxtaposed(reader, parts, token.text == "(")
            reader.take()
            parts.append("**" if token.text == "^" else token.text)
        elif token.kind == "number" and (power or token.text in INTERCEPT_TEXTS):
            _check_juxtaposed(reader, parts, True)
            reader.take()
            _check_power(reader, token, parts)
            parts.append(token.text)
        else:
            _check_juxtaposed(reader, parts, True)
            parts.append(_placeholder(reader, names))
    if parts.count("*") > MOST_CROSSINGS or ("**" in parts and len(names) > MOST_CROSSINGS):
        raise ModelError(f"'{reader.formula}' crosses more than {MOST_CROSSINGS} terms. Write out the interactions "
                         "that are needed.")  # fmt: skip
    return " ".join(parts), {name: node for node, name in names.items()}


def _check_juxtaposed(reader: TokenReader, parts: list[str], operand: bool) -> None:
    if operand and parts and (parts[-1] == ")" or parts[-1] not in _STRUCTURE):
        raise reader.fault(f"a sign such as + or * is missing before {reader.found()}.")


def _check_power(reader: TokenReader, token: Token, parts: list[str]) -> None:
    if not parts or parts[-1] != "**":
        return
    if not token.text.isdigit() or not 1 <= int(token.text) <= 9:
        raise reader.fault("only whole powers of a sum of terms, such as (a + b)**2, are allowed.", token)
    if len(parts) < 2 or parts[-2] != ")":
        raise reader.fault("a power of one term is the term itself. For a square write I(x**2).", token)


def _placeholder(reader: TokenReader, names: dict[Expression, str]) -> str:
    token = reader.now
    if token.kind == "number":
        raise reader.fault("numbers other than 0 and 1 belong inside I(), such as I(2 * x).")
    return names.setdefault(read_atom(reader), f"v{len(names)}")
