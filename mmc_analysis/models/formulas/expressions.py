"""The parts of a formula that are computed: columns, arithmetic and a fixed list of functions.

An expression is a tree of the five node types below. It is evaluated by walking the tree over arrays; no
text of a formula is ever run as code.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import ModelError
from mmc_analysis.models.designs.orthogonal import PolynomialBasis, fit_polynomial

ELEMENTWISE: dict[str, Callable] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": lambda x: np.where(np.real(x) < 0, -x, x),
    "I": lambda x: x,
}
LEARNED = ("center", "scale", "poly")
CODINGS = ("Treatment", "Sum", "Poly", "Helmert")
FUNCTIONS = (*ELEMENTWISE, *LEARNED, "C")
_ARITHMETIC: dict[str, Callable] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power}


@dataclass(frozen=True)
class Column:
    """A column of the data, by its name."""

    name: str

    def __str__(self) -> str:
        return self.name if self.name.isidentifier() else f"`{self.name}`"


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float

    def __str__(self) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True)
class Operation:
    """Arithmetic on two expressions; a sign in front is ``0 - x``."""

    sign: str
    left: "Expression"
    right: "Expression"

    def __str__(self) -> str:
        sides = [f"({side})" if isinstance(side, Operation) else str(side) for side in (self.left, self.right)]
        return f"{sides[0]} {self.sign} {sides[1]}" if self.sign != "**" else f"{sides[0]}**{sides[1]}"


@dataclass(frozen=True)
class Apply:
    """A function of the list applied to an expression; `degree` is that of ``poly``."""

    function: str
    argument: "Expression"
    degree: int | None = None

    def __str__(self) -> str:
        return f"{self.function}({self.argument}{'' if self.degree is None else f', {self.degree}'})"


@dataclass(frozen=True)
class Categorical:
    """A column taken as a factor: ``C(load)`` or ``C(load, Treatment("80"))``."""

    name: str
    coding: str | None = None
    reference: str | float | None = None

    def __str__(self) -> str:
        inner = "" if self.reference is None else f"({self.reference!r})"
        return f"C({Column(self.name)}{'' if self.coding is None else f', {self.coding}{inner}'})"


Expression = Column | Number | Operation | Apply | Categorical


def columns_of(node: Expression) -> Iterator[str]:
    """Yield the names of the columns that an expression uses.

    Examples
    --------
    >>> list(columns_of(Operation("/", Column("value"), Apply("log", Column("load")))))
    ['value', 'load']
    """
    if isinstance(node, (Column, Categorical)):
        yield node.name
    elif isinstance(node, Operation):
        yield from columns_of(node.left)
        yield from columns_of(node.right)
    elif isinstance(node, Apply):
        yield from columns_of(node.argument)


def learn(node: Expression, columns: Mapping[str, np.ndarray]) -> dict[Expression, object]:
    """Return what ``center``, ``scale`` and ``poly`` inside an expression remember of the data.

    Parameters
    ----------
    node : Expression
    columns : mapping of str to ndarray, shape (n,)
        The numeric columns.

    Returns
    -------
    dict
        From each such node to a mean, a (mean, sd) pair or a :class:`PolynomialBasis`.

    Examples
    --------
    >>> list(learn(Apply("center", Column("years")), {"years": np.array([2.0, 4.0])}).values())
    [3.0]
    """
    if isinstance(node, Operation):
        return {**learn(node.left, columns), **learn(node.right, columns)}
    if not isinstance(node, Apply):
        return {}
    memory = learn(node.argument, columns)
    if node.function in LEARNED:
        x = np.asarray(evaluate(node.argument, columns, memory), dtype=float)
        memory[node] = _learned(node, x)
    return memory


def _learned(node: Apply, x: np.ndarray) -> float | tuple[float, float] | PolynomialBasis:
    if node.function == "poly":
        return fit_polynomial(x, node.degree, str(node))
    if node.function == "center":
        return float(x.mean())
    sd = float(x.std(ddof=1)) if x.size > 1 else 0.0
    if sd == 0.0:
        raise ModelError(f"{node}: every value is {x[0]:g}, so there is no standard deviation to divide by. "
                         "Drop the term.")  # fmt: skip
    return float(x.mean()), sd


def evaluate(node: Expression, columns: Mapping[str, np.ndarray], memory: Mapping) -> np.ndarray | float:
    """Compute an expression.

    Parameters
    ----------
    node : Expression
        Without :class:`Categorical` parts.
    columns : mapping of str to ndarray, shape (n,)
        Numeric columns, real or complex (a complex step gives exact derivatives).
    memory : mapping
        What :func:`learn` returned.

    Returns
    -------
    ndarray, shape (n,) or (n, degree), or float for a constant

    Raises
    ------
    ModelError
        If a factor stands where a number is needed.

    Examples
    --------
    >>> evaluate(Apply("log2", Operation("*", Number(2.0), Column("load"))), {"load": np.array([2.0, 4.0])}, {})
    array([2., 3.])
    """
    if isinstance(node, Column):
        return columns[node.name]
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Operation):
        left, right = (evaluate(side, columns, memory) for side in (node.left, node.right))
        with np.errstate(all="ignore"):
            return _ARITHMETIC[node.sign](left, right)
    if not isinstance(node, Apply):
        raise ModelError(f"{node} is a factor; it cannot be part of a computation. Use it as a term of its own.")
    x = evaluate(node.argument, columns, memory)
    if node.function == "poly":
        return memory[node].columns(x)
    if node.function == "center":
        return x - memory[node]
    if node.function == "scale":
        mean, sd = memory[node]
        return (x - mean) / sd
    with np.errstate(all="ignore"):
        return ELEMENTWISE[node.function](x)
