"""Compare the results with the expected numbers, cell by cell.

Usage: python -m paper.verify build/results paper/expected
"""

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

RELATIVE = 1e-6
ABSOLUTE = 1e-9


def differences(found: pd.DataFrame, expected: pd.DataFrame) -> Iterator[str]:
    """Yield one line per difference between two tables, read as text."""
    if list(found.columns) != list(expected.columns):
        yield f"columns are {', '.join(found.columns)}; expected {', '.join(expected.columns)}"
    elif len(found) != len(expected):
        yield f"{len(found)} rows; expected {len(expected)}"
    else:
        for column in expected.columns:
            for row, (a, b) in enumerate(zip(found[column], expected[column], strict=True)):
                if not same(a, b):
                    yield f"row {row + 2}, column {column}: {a or 'empty'}; expected {b or 'empty'}"


def same(a: str, b: str) -> bool:
    """Return whether two cells agree: as numbers within the tolerance, or as text exactly."""
    try:
        return math.isclose(float(a), float(b), rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    except ValueError:
        return a == b


def compare_folders(results: Path, expected: Path) -> list[str]:
    """Return every difference between two folders of tables, with the file's name in front."""
    names = sorted({path.name for folder in (results, expected) for path in folder.glob("*.csv")})
    lines = [] if names else [f"no tables in {expected}"]
    for name in names:
        paths = [folder / name for folder in (results, expected)]
        absent = [str(path) for path in paths if not path.is_file()]
        if absent:
            lines.append(f"{name}: {absent[0]} is missing")
            continue
        tables = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
        lines += [f"{name}: {line}" for line in differences(*tables)]
    return lines


def main(results: str, expected: str) -> int:
    """Print what differs; return 1 if anything does."""
    lines = compare_folders(Path(results), Path(expected))
    if lines:
        print("\n".join(lines))
        print(f"\n{len(lines)} differences (relative tolerance {RELATIVE:g}). If the change is meant: make expected")
        return 1
    count = len(list(Path(expected).glob("*.csv")))
    print(f"{count} tables agree with {expected} (relative tolerance {RELATIVE:g})")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
