"""What every analysis and figure script of the paper shares: reading results, writing results, running a script."""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

RESULTS = Path("build/results")
TEXT_COLUMNS = ("key", "study", "participant", "result")


def read_result(name: str) -> pd.DataFrame:
    """Read one table of build/results; identifiers stay text."""
    path = RESULTS / f"{name}.csv"
    if not path.is_file():
        raise SystemExit(f"{path} is missing. Run: make results")
    return pd.read_csv(path, dtype=dict.fromkeys(TEXT_COLUMNS, "string"))


def write_result(frame: pd.DataFrame, path: str | Path) -> None:
    """Write one table with ten significant digits, so that the last bits of a platform do not show."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, float_format="%.10g", lineterminator="\n")


def ordered(frame: pd.DataFrame, **levels: list) -> pd.DataFrame:
    """Give columns back their order, which a CSV file does not keep."""
    return frame.assign(**{name: pd.Categorical(frame[name], order, ordered=True) for name, order in levels.items()})


def analysis(function: Callable[[], pd.DataFrame]) -> None:
    """Run an analysis script: compute its table and write it to the path given on the command line."""
    write_result(function(), sys.argv[1])
