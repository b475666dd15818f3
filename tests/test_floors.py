"""Imports go down the floors only, and functions stay small."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "mmc_analysis"
FLOORS = {
    "errors": -2, "options": -1, "schema": 0, "emg": 1, "recordings": 1, "datasets": 1, "loaders": 2, "studies": 2,
    "models": 3, "effects": 4, "synthesis": 5, "planning": 5, "figures": 6, "report": 6,
}  # fmt: skip
BELOW_EVERYTHING = {"errors", "options"}
ONLY_SCHEMA = {"figures", "report"}
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def home(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mmc_analysis"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("mmc_analysis.")}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    here = home(path)
    assert here in FLOORS, f"{here} has no floor; give it one in this test and in CONTRIBUTING.md"
    for target in imported(ast.parse(path.read_text(encoding="utf-8"))) - {here}:
        assert FLOORS[target] < FLOORS[here], f"{path.name}: {here} may not import {target}"
        if here in ONLY_SCHEMA:
            assert target in BELOW_EVERYTHING | {"schema"}, f"{path.name}: {here} imports only schema, not {target}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_of_our_own_inside_a_function(path):
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            assert not imported(function), f"{path.name}:{function.lineno} imports the package inside a function"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_size_budget(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, f"{path.name} is two modules"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            doc = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1 - len(doc.splitlines())
            assert length <= 50, f"{path.name}:{node.lineno} {node.name} has {length} lines of code"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_printed(path):
    calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    assert not [n.lineno for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
