"""Read a model formula in the syntax of lme4: response, fixed part and random terms."""

import functools
from dataclasses import dataclass

from mmc_analysis.errors import ModelError
from mmc_analysis.models.formulas.expression_parser import TokenReader, read_computation
from mmc_analysis.models.formulas.expressions import Column, Expression, columns_of
from mmc_analysis.models.formulas.terms import Terms, parse_terms
from mmc_analysis.models.formulas.tokens import Token, tokenize


@dataclass(frozen=True)
class RandomTerm:
    """One random term of a formula.

    Attributes
    ----------
    expression : str
        The part before the bar, such as ``"1 + condition"``; an intercept is implied unless it says 0.
    grouping : tuple of str
        Columns whose combinations are the groups: ``("participant", "load")`` for ``participant:load``.
    correlated : bool
        False if the term was written with ``||``, which has been expanded: ``(x || g)`` is read as
        ``(1 | g) + (0 + x | g)``. As in lme4, a factor's own levels stay correlated with each other.
    """

    expression: str
    grouping: tuple[str, ...]
    correlated: bool = True

    def __str__(self) -> str:
        return f"({self.expression} | {':'.join(str(Column(name)) for name in self.grouping)})"


@dataclass(frozen=True)
class Formula:
    """A formula, read.

    Attributes
    ----------
    response : str
        The left-hand side, such as ``"value"`` or ``"log(value)"``.
    fixed : str
        The fixed part of the right-hand side; ``"1"`` if there is only an intercept.
    random : tuple of RandomTerm
        The random terms, with ``||`` and ``/`` expanded.
    """

    response: str
    fixed: str
    random: tuple[RandomTerm, ...] = ()

    def __str__(self) -> str:
        return f"{self.response} ~ {' + '.join([self.fixed, *map(str, self.random)])}"

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of all columns that the formula uses, each once."""
        nodes = [parse_response(self.response)]
        for text in (self.fixed, *(term.expression for term in self.random)):
            nodes += [factor for term in parse_terms(text).factors for factor in term]
        grouping = [name for term in self.random for name in term.grouping]
        return tuple(dict.fromkeys([name for node in nodes for name in columns_of(node)] + grouping))


def parse_formula(text: str) -> Formula:
    """Read a formula such as ``"value ~ condition * load + (1 + condition | participant)"``.

    Parameters
    ----------
    text : str
        Fixed part: ``+ - * : /``, ``(a + b)**2``, ``0`` and ``1``, columns (odd names in backticks), and the
        functions log, log2, log10, log1p, exp, sqrt, abs, I, center, scale, poly(x, degree) and
        C(x, Treatment("ref") | Sum | Poly | Helmert). Random terms: ``(x | g)``, ``(x || g)``, ``(x | g:h)``,
        ``(x | g/h)``.

    Returns
    -------
    Formula

    Raises
    ------
    ModelError
        If the text is not a formula, or asks for anything outside this language; the message points at it.

    Notes
    -----
    Syntax: Bates, Mächler, Bolker & Walker (2015), J. Stat. Softw. 67(1), table 2.

    Examples
    --------
    >>> formula = parse_formula("log(value) ~ condition + (1 + condition | study/participant)")
    >>> formula.response, formula.fixed
    ('log(value)', 'condition')
    >>> [str(term) for term in formula.random]
    ['(1 + condition | study)', '(1 + condition | study:participant)']
    """
    return _parse_formula(text) if isinstance(text, str) else _parse_formula.__wrapped__(text)


@functools.lru_cache(maxsize=256)
def _parse_formula(text: str) -> Formula:
    reader = TokenReader(text, tokenize(text))
    response = _read_response(reader)
    fixed: list[str] = []
    random: list[RandomTerm] = []
    for sign, tokens in _summands(reader):
        bar = next((token for token in tokens if token.text in ("|", "||") and token.kind == "sign"), None)
        if bar is None:
            fixed.append(f"{sign} {_written(reader, tokens)}")
        else:
            random += _random_terms(reader, sign, tokens, bar)
    fixed_text = " ".join(fixed).removeprefix("+ ") or "1"
    parse_terms(fixed_text)
    return Formula(response, fixed_text, tuple(dict.fromkeys(random)))


@functools.lru_cache(maxsize=256)
def parse_response(text: str) -> Expression:
    """Read the left-hand side of a formula into an expression.

    Examples
    --------
    >>> str(parse_response("np.log(value)"))
    'log(value)'
    """
    reader = TokenReader(text, tokenize(text))
    node = read_computation(reader)
    if reader.now.kind != "end":
        raise reader.fault(f"the response ends before {reader.found()}.")
    return node


def _read_response(reader: TokenReader) -> str:
    if reader.next_is("~"):
        raise reader.fault("the formula has no response. Write it before '~': 'value ~ …'.")
    node = read_computation(reader)
    if not reader.next_is("~"):
        raise reader.fault(f"'~' is expected here, not {reader.found()}. A formula is 'response ~ terms'.")
    reader.take()
    if not any(columns_of(node)):
        raise ModelError(f"the response '{node}' names no column. Name the measured numbers before '~'.")
    return str(node)


def _summands(reader: TokenReader) -> list[tuple[str, tuple[Token, ...]]]:
    """Split the rest of a formula at the signs + and - that stand outside of parentheses."""
    found: list[tuple[str, tuple[Token, ...]]] = []
    sign, depth, tokens = "+", 0, []
    if reader.next_is("+", "-"):
        sign = reader.take().text
    while True:
        at_sum = depth == 0 and reader.next_is("+", "-")
        if at_sum or reader.now.kind == "end":
            if not tokens:
                raise reader.fault(f"a term is expected here, not {reader.found()}.")
            found.append((sign, tuple(tokens)))
            if reader.now.kind == "end":
                break
            sign, tokens = reader.take().text, []
            continue
        token = reader.take()
        depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
        if depth < 0:
            raise reader.fault("this parenthesis was never opened.", token)
        if token.kind == "sign" and token.text == "~":
            raise reader.fault("a formula has one '~'.", token)
        tokens.append(token)
    if depth:
        raise reader.fault("a parenthesis is still open at the end of the formula.")
    return found


def _written(reader: TokenReader, tokens: tuple[Token, ...]) -> str:
    """The text from the first to the last of some tokens, blanks made single."""
    closing = tokens[-1]
    end = reader.tokens[reader.tokens.index(closing) + 1].start
    return " ".join(reader.formula[tokens[0].start : end].split())


def _random_terms(reader: TokenReader, sign: str, tokens: tuple[Token, ...], bar: Token) -> list[RandomTerm]:
    if sign == "-":
        raise reader.fault("a random term cannot be taken away; leave it out.", tokens[0])
    opening, closing = tokens[0], tokens[-1]
    at = tokens.index(bar)
    inner = tokens[1:at], tokens[at + 1 : -1]
    depths = [(token.text == "(") - (token.text == ")") if token.kind == "sign" else 0 for token in tokens]
    alone = opening.text == "(" and all(sum(depths[: i + 1]) > 0 for i in range(len(tokens) - 1))
    if not alone or sum(depths[: at + 1]) != 1:
        raise reader.fault("a random term stands in its own parentheses, added with '+': '+ (1 | participant)'.", bar)
    if not inner[0]:
        raise reader.fault("the random term has nothing before its bar. Write '1' for an intercept.", bar)
    second = next((token for token in inner[1] if token.text in ("|", "||") and token.kind == "sign"), None)
    if second is not None or not inner[1]:
        raise reader.fault("a random term is '(terms | grouping)', with one bar.", second or closing)
    expression = _written(reader, inner[0])
    if parse_terms(expression) == Terms(False, ()):
        raise reader.fault("the random term has neither an intercept nor a slope. Leave it out, or write '1'.", bar)
    expressions = [expression] if bar.text == "|" else _uncorrelated(expression)
    return [RandomTerm(text, group, bar.text == "|") for group in _groupings(reader, inner[1]) for text in expressions]


def _uncorrelated(expression: str) -> list[str]:
    terms = parse_terms(expression)
    singles = [f"0 + {':'.join(map(str, term))}" for term in terms.factors]
    return (["1"] if terms.intercept else []) + singles


def _groupings(reader: TokenReader, tokens: tuple[Token, ...]) -> list[tuple[str, ...]]:
    """Expand ``g/h`` to g and g:h; columns joined by ``:`` are one grouping."""
    for position, token in enumerate(tokens):
        wanted = ("name", "column") if position % 2 == 0 else ("sign",)
        wrong = token.kind not in wanted or (token.kind == "sign" and token.text not in (":", "/"))
        if wrong or (token.kind == "name" and "." in token.text):
            raise reader.fault("a grouping is a column, 'g:h' or 'g/h'; odd names stand in backticks.", token)
    if len(tokens) % 2 == 0:
        raise reader.fault("a column is expected after this sign.", tokens[-1])
    found: list[tuple[str, ...]] = []
    names: list[str] = [tokens[0].text]
    for sign, token in zip(tokens[1::2], tokens[2::2], strict=True):
        if sign.text == "/":
            found.append(tuple(names))
        names.append(token.text)
    return [*found, tuple(names)]
