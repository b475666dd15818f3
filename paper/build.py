"""Build everything without make: python paper/build.py [all | paper | notebooks | test | verify]

The steps are those of the Makefile, in order, without asking what is up to date.
"""

import os
import subprocess
import sys
from pathlib import Path

import environment

ROOT = Path(__file__).resolve().parent.parent
PYTHON = environment.python_in(ROOT / ".venv")
FIRST = ("lifters", "trainees", "exercises", "recordings")


def step(*arguments: str) -> None:
    """Run one step in the project's environment; stop at the first that fails."""
    print(" ".join(arguments), flush=True)
    variables = {**os.environ, "MPLBACKEND": "Agg", "SOURCE_DATE_EPOCH": "1767225600", "PYTHONUTF8": "1"}
    ran = subprocess.run([str(PYTHON), "-m", *arguments], cwd=ROOT, env=variables)
    if ran.returncode:
        sys.exit(ran.returncode)


def scripts(folder: str) -> list[str]:
    """Return the scripts of a folder, those that others read from first."""
    names = [path.stem for path in sorted((ROOT / "paper" / folder).glob("*.py")) if path.stem != "__init__"]
    return sorted(names, key=lambda name: name not in FIRST)


def results() -> None:
    """Compute every result."""
    for name in scripts("analysis"):
        step(f"paper.analysis.{name}", f"build/results/{name}.csv")


def paper() -> None:
    """Compute every result, draw every figure, write the paper in three formats."""
    results()
    for name in scripts("figures"):
        step(f"paper.figures.{name}", f"build/figures/{name}")
    step("paper.manuscript", "paper/paper.md", "build/paper/paper.md")
    for ending in ("pdf", "docx", "html"):
        step("paper.typeset", "build/paper/paper.md", f"build/paper/paper.{ending}")


def notebooks() -> None:
    """Run every notebook and write its page."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        step("paper.notebooks", f"notebooks/{path.name}", f"build/notebooks/{path.stem}.html")


def everything() -> None:
    """Build what `make` builds."""
    paper()
    notebooks()


def test() -> None:
    """Run the tests."""
    step("pytest", "-q", "-m", "not slow")


def verify() -> None:
    """Compute every result and compare it with the expected one."""
    results()
    step("paper.verify", "build/results", "paper/expected")


TARGETS = {"all": everything, "paper": paper, "notebooks": notebooks, "test": test, "verify": verify}


def main(target: str) -> None:
    """Make the environment if there is none, then build one target."""
    if target not in TARGETS:
        raise SystemExit(f"there is no target '{target}'; there are: {', '.join(TARGETS)}")
    if not (ROOT / ".venv" / "ready").is_file():
        environment.main(ROOT / ".venv")
    TARGETS[target]()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
