"""The tables of the paper: which columns of which result, under which names, how wide."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from mmc_analysis import report

Read = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class PaperTable:
    """One table of the paper.

    Attributes
    ----------
    result : str
        The table of build/results that it is made from.
    cells : callable
        Turns that frame into a frame of strings, with the columns named as they are printed.
    widths : tuple of int
        Relative widths of the columns.
    right : tuple of str
        Columns set flush right.
    """

    result: str
    cells: Callable[[pd.DataFrame], pd.DataFrame]
    widths: tuple[int, ...]
    right: tuple[str, ...] = ()


def pipe_table(cells: pd.DataFrame, widths: tuple[int, ...], right: tuple[str, ...]) -> str:
    """Write a frame of strings as a Markdown pipe table with relative column widths."""
    rules = ["-" * (4 * width - 1) + (":" if name in right else "-") for name, width in zip(cells, widths, strict=True)]
    rows = [cells.columns, rules, *cells.itertuples(index=False)]
    lines = ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], lines[1].replace(" ", ""), *lines[2:]])


def markdown(name: str, read: Read) -> str:
    """Return one table of the paper as Markdown.

    Parameters
    ----------
    name : str
        Its name in the text.
    read : callable
        Returns a result by its name.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    if name not in TABLES:
        raise ValueError(f"there is no table '{name}'; there are: {', '.join(TABLES)}")
    table = TABLES[name]
    return pipe_table(table.cells(read(table.result)).fillna(""), table.widths, table.right)


def _studies(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Study": frame["short"],
            "n": [report.number(n, 0) if pd.notna(n) else "not found" for n in frame["n"]],
            "Kind": frame["protocol_kind"],
            "Design": frame["design"],
            "Source": [_source(row) for _, row in frame.iterrows()],
        }
    )


def _source(row: pd.Series) -> str:
    if pd.notna(row["doi"]):
        return row["doi"]
    if pd.notna(row["pmid"]):
        return f"PMID {row['pmid']:.0f}"
    return "identifier not found" if row["peer_reviewed"] else "magazine article"


def _error_rates(frame: pd.DataFrame) -> pd.DataFrame:
    percent = (100 * frame["estimate"]).map("{:.1f}".format)
    wide = frame.assign(percent=percent).pivot_table(
        index=["label", "method", "term"], columns="n", values="percent", aggfunc="first", sort=False
    )
    cells = wide.rename(columns=lambda n: f"n = {n}").reset_index()
    return cells.rename(columns={"label": "Random effects", "method": "Test", "term": "Term"})


def _contrasts(frame: pd.DataFrame) -> pd.DataFrame:
    printed = frame[frame["estimate"].notna()]
    return pd.DataFrame(
        {
            "Study": printed["label"].str.split(":").str[0],
            "Comparison": printed["condition"] + " vs " + printed["comparator"],
            "Muscle": printed["muscle"],
            "Load, tempo": [
                _joined(load, tempo) for load, tempo in zip(printed["load_pct_1rm"], printed["tempo"], strict=True)
            ],
            "Change": [_change(row) for _, row in printed.iterrows()],
            "95 % CI": [_interval(row) for _, row in printed.iterrows()],
            "P": [_p(row) for _, row in printed.iterrows()],
        }
    )


def _gains(frame: pd.DataFrame) -> pd.DataFrame:
    printed = frame[frame["estimate"].notna()]
    return pd.DataFrame(
        {
            "Study": printed["label"].str.split(":").str[0],
            "Group": printed["group"],
            "Outcome": printed["outcome"].str.replace("_", " "),
            "Muscle": printed["muscle"] + [f", {limb}" if isinstance(limb, str) else "" for limb in printed["limb"]],
            "Weeks": [f"{week:g}" for week in printed["week"]],
            "n": [report.number(n, 0) if pd.notna(n) else "" for n in printed["n"]],
            "Change": [_change(row) for _, row in printed.iterrows()],
            "P": [_p(row) for _, row in printed.iterrows()],
        }
    )


def _claims(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"Claim": frame["statement"], "Verdict": frame["verdict"], "What was reported": frame["finding"]}
    )


def _joined(load: float, tempo: str | float) -> str:
    parts = [f"{load:g} %" if pd.notna(load) else "", tempo if isinstance(tempo, str) else ""]
    return ", ".join(part for part in parts if part)


def _change(row: pd.Series) -> str:
    unit = " %" if row["metric"] == "pct_change" else " points"
    return f"{row['estimate']:+g}".replace("-", "\u2212") + unit


def _interval(row: pd.Series) -> str:
    return f"{row['conf_low']:g} to {row['conf_high']:g}".replace("-", "\u2212") if pd.notna(row["conf_low"]) else ""


def _p(row: pd.Series) -> str:
    if row["p_relation"] == "ns":
        return "ns"
    relation = row["p_relation"] if row["p_relation"] in ("<", ">") else ""
    return f"{relation} {row['p_value']:g}".strip() if pd.notna(row["p_value"]) else ""


TABLES: dict[str, PaperTable] = {
    "studies": PaperTable("studies", _studies, (4, 2, 4, 12, 7), right=("n",)),
    "focus_effects": PaperTable("focus_effects", _contrasts, (5, 6, 4, 4, 3, 3, 2)),
    "imagery_gains": PaperTable("imagery_gains", _gains, (5, 5, 5, 7, 2, 1, 3, 3), right=("Weeks", "n")),
    "error_rates": PaperTable(
        "error_rates", _error_rates, (13, 5, 4, 2, 2, 2, 2), right=("n = 8", "n = 12", "n = 18", "n = 30")
    ),
    "claims": PaperTable("claims", _claims, (6, 3, 12)),
}
