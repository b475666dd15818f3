"""Formulas: what is read, what is refused, and that nothing of the text is ever run."""

import pytest

from mmc_analysis.errors import ModelError
from mmc_analysis.models.formulas.formula import parse_formula, parse_response
from mmc_analysis.models.formulas.terms import MOST_CROSSINGS, parse_terms


def random_terms(text):
    return [(term.expression, term.grouping) for term in parse_formula(text).random]


def labels(text):
    terms = parse_terms(text)
    return (["1"] if terms.intercept else []) + [":".join(map(str, term)) for term in terms.factors]


def test_parts():
    formula = parse_formula("value ~ condition * load + (1 + condition | participant) + (1 | participant:load)")
    assert (formula.response, formula.fixed) == ("value", "condition * load")
    assert random_terms(str(formula)) == [("1 + condition", ("participant",)), ("1", ("participant", "load"))]
    assert formula.variables == ("value", "condition", "load", "participant")
    assert parse_formula(str(formula)) == formula


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y ~ (1|g)", [("1", ("g",))]),
        ("y ~ (0 + x | g)", [("0 + x", ("g",))]),
        ("y ~ (a|g) + (1|h)", [("a", ("g",)), ("1", ("h",))]),
        ("y ~ (x||g)", [("1", ("g",)), ("0 + x", ("g",))]),
        ("y ~ (0 + x + z||g)", [("0 + x", ("g",)), ("0 + z", ("g",))]),
        ("y ~ (a*b||g)", [("1", ("g",)), ("0 + a", ("g",)), ("0 + b", ("g",)), ("0 + a:b", ("g",))]),
        ("y ~ (1|g:h)", [("1", ("g", "h"))]),
        ("y ~ (x|g/h)", [("x", ("g",)), ("x", ("g", "h"))]),
        ("y ~ (1|g/h/i)", [("1", ("g",)), ("1", ("g", "h")), ("1", ("g", "h", "i"))]),
        ("y ~ (1|`lifter id`)", [("1", ("lifter id",))]),
        ("y ~ (1|g) + (1|g)", [("1", ("g",))]),
    ],
)
def test_random_terms_are_expanded_as_in_lme4(text, expected):
    assert random_terms(text) == expected


def test_double_bar_is_remembered():
    assert [term.correlated for term in parse_formula("y ~ (x||g) + (1|h)").random] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * b", ["1", "a", "b", "a:b"]),
        ("a * b - 1", ["a", "b", "a:b"]),
        ("0 + a", ["a"]),
        ("(a + b + c)**2", ["1", "a", "b", "c", "a:b", "a:c", "b:c"]),
        ("(a + b)^2 - a:b", ["1", "a", "b"]),
        ("a / b", ["1", "a", "a:b"]),
        ("a:b + c", ["1", "c", "a:b"]),
        ("np.log(x) + numpy.sqrt(x) + I(x^2)", ["1", "log(x)", "sqrt(x)", "I(x**2)"]),
        ("poly(x, 2) + poly(x, degree=3)", ["1", "poly(x, 2)", "poly(x, 3)"]),
        ("C(load) + C(a, Sum) + C(b, Treatment('80')) + C(c, contr.poly)",
         ["1", "C(load)", "C(a, Sum)", "C(b, Treatment('80'))", "C(c, Poly)"]),
        ("`body mass` + log(`body mass` + 1)", ["1", "`body mass`", "log(`body mass` + 1)"]),
        ("1", ["1"]),
    ],
)  # fmt: skip
def test_terms_are_multiplied_out(text, expected):
    assert labels(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100 * y / z", "(100 * y) / z"), ("-y", "0 - y"), ("log(y + 1)", "log(y + 1)"), ("-x**2", "0 - (x**2)"),
     ("2**-x", "2**(0 - x)"), ("a - b - c", "(a - b) - c"), ("2**3**x", "2**(3**x)")],
)  # fmt: skip
def test_arithmetic_has_the_usual_order(text, expected):
    assert str(parse_response(text)) == expected


ATTACKS = [
    "y ~ __import__('os').system('touch {sign}') + (1|g)",
    "y ~ os.system('touch {sign}')",
    "y ~ eval(\"open('{sign}', 'w')\")",
    "y ~ exec('import os')",
    "y ~ open('{sign}', 'w')",
    "y ~ x.__class__.__mro__",
    "y ~ np.fromfile('{sign}')",
    "y ~ np.load",
    "y ~ I(__import__('os'))",
    "y ~ log(x).__class__",
    "y ~ [c for c in x]",
    "y ~ (lambda: 1)()",
    "y ~ lambda: 1",
    "y ~ {{open('{sign}', 'w')}}",
    "y ~ `open('{sign}', 'w')` + `x",
    "y ~ x if y else z",
    "y ~ x; import os",
    "y ~ f'{{x}}'",
    "y ~ x := 3",
    "y ~ @x",
    "y ~ C(x, __import__('os'))",
    "y ~ C(x, Treatment(open('{sign}')))",
    "y ~ poly(x, open('{sign}'))",
    "eval('1') ~ x",
    "y ~ (eval('1') | g)",
    "y ~ (1 | eval('1'))",
    "y ~ (1 | g.__class__)",
    "y ~ log(log)(x)",
    "y ~ x$z",
    "y ~ x\\x",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_strangers_formula_is_refused_and_not_run(attack, tmp_path):
    sign = tmp_path / "ran"
    with pytest.raises(ModelError):
        parse_formula(attack.format(sign=sign))
    assert not sign.exists()


def test_backticks_hold_only_a_name():
    assert parse_formula("y ~ `__import__('os').system('true')`").variables == ("y", "__import__('os').system('true')")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y ~ expp(x)", "function 'expp' is not allowed in a formula. Did you mean 'exp'? Allowed: log, log2"),
        ("y ~ factor(x)", "Did you mean 'C'"),
        ("y ~ body.mass", "If a column has this name, write it in backticks"),
        ("y ~ x**2", "write I(x**2)"),
        ("y ~ 2 * x", "inside I()"),
        ("y ~ a b", "missing before 'b'"),
        ("y a", "'~' is expected here, not 'a'"),
        ("~ a", "has no response"),
        ("y ~ a ~ b", "one '~'"),
        ("y ~", "a term is expected here, not the end of the formula"),
        ("y ~ a +", "a term is expected here"),
        ("y ~ (a", "still open"),
        ("y ~ a)", "never opened"),
        ("y ~ 1 | g", "its own parentheses"),
        ("y ~ a * (1 | g)", "its own parentheses"),
        ("y ~ a - (1 | g)", "cannot be taken away"),
        ("y ~ (1 | g | h)", "one bar"),
        ("y ~ (1 | )", "one bar"),
        ("y ~ ( | g)", "nothing before its bar"),
        ("y ~ (0 | g)", "neither an intercept nor a slope"),
        ("y ~ (1 | g * h)", "'g:h' or 'g/h'"),
        ("y ~ (1 | g:)", "after this sign"),
        ("y ~ a:1", "multiplies a term by 1"),
        ("y ~ log(C(a))", "is a factor"),
        ("C(y) ~ a", "is a factor"),
        ("1 ~ a", "names no column"),
        ("y ~ C(a, Sums)", "coding 'Sums' is not known. Did you mean 'Sum'?"),
        ("y ~ C(a, Sum('x'))", "only Treatment takes a reference"),
        ("y ~ poly(x)", "',' is expected"),
        ("y ~ poly(x, 0)", "whole number from 1"),
        ("y ~ log(x", "still open"),
        ("y ~ ``", "empty"),
        ("y ~ ()", "not a sum of terms"),
        ("y ~ .", "has '.'"),
        ("", "not the end of the formula"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(text, words):
    with pytest.raises(ModelError) as caught:
        parse_formula(text)
    assert words in str(caught.value)


def test_errors_point_at_the_place():
    with pytest.raises(ModelError) as caught:
        parse_formula("value ~ condition + $load")
    line, caret = str(caught.value).splitlines()[-2:]
    assert line[caret.index("^")] == "$"


@pytest.mark.parametrize("text", [3, None, ["y ~ x"], b"y ~ x"])
def test_a_formula_is_text(text):
    with pytest.raises(ModelError, match="a formula is text"):
        parse_formula(text)


@pytest.mark.parametrize(
    "text",
    [
        "y ~ " + "(" * 500 + "x" + ")" * 500,
        "y ~ log(" + "-" * 5000 + "x)",
        "y ~ " + " * ".join(f"x{i}" for i in range(30)),
        "y ~ (" + " + ".join(f"x{i}" for i in range(MOST_CROSSINGS + 1)) + ")**9",
    ],
)
def test_a_formula_cannot_exhaust_the_machine(text):
    with pytest.raises(ModelError, match=r"more than \d+"):
        parse_formula(text)
