"""From rows of the `reported` table to what can be checked: one object per printed result."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis.compatible import Evidence
from mmc_analysis.synthesis.printed import Printed, read_printed

NEEDED = ("result", "statistic", "value", "printed")
CENTRES = ("diff", "pct_change")
FAMILY = ("outcome", "group", "muscle", "exercise", "tempo", "load", "load_pct_1rm", "unit")
OUTCOME = ("outcome", "muscle", "limb_role", "time", "week", "unit")
CHANGES = ("change", "pct_change")


@dataclass(frozen=True)
class Result:
    """One printed result.

    Attributes
    ----------
    study, result, group : str
    outcome_key : tuple
        What results must share to be compared.
    n : int or None
    source_kind : str
        "secondary" if a value that matters is.
    is_change : bool
        Whether the mean is a change, so that it can be tested against zero.
    is_difference : bool
        Whether it is a difference between conditions, which may share its error term with others.
    evidence : Evidence or None
        What bears on a difference.
    mean, spread, cohen_d : Printed or None
        `spread` is what stands behind "±" where the paper does not say what it is.
    """

    study: str
    result: str
    group: str
    outcome_key: tuple
    n: int | None
    source_kind: str
    is_change: bool = False
    is_difference: bool = False
    evidence: Evidence | None = None
    mean: Printed | None = None
    spread: Printed | None = None
    cohen_d: Printed | None = None

    @staticmethod
    def pair(first: "Result", second: "Result") -> "Result":
        """Two results together, for a comparison of them."""
        return replace(_joined([first, second]), result=f"{first.result} - {second.result}")

    @staticmethod
    def family(results: list["Result"]) -> "Result":
        """Several results together."""
        return replace(_joined(results), result=" + ".join(r.result for r in results))


def _joined(results: list[Result]) -> Result:
    sizes = {r.n for r in results}
    kind = "secondary" if any(r.source_kind == "secondary" for r in results) else results[0].source_kind
    return replace(results[0], n=sizes.pop() if len(sizes) == 1 else None, source_kind=kind)


def results_of(study, n: int | None, alpha: float) -> list[Result]:
    """Return the printed results of a study or of `reported` rows, in their order."""
    reported = getattr(study, "reported", study)
    if not isinstance(reported, pd.DataFrame):
        raise EffectError(f"a study or a frame of reported rows is needed, but got {type(study).__name__}.")
    for name in NEEDED:
        if name not in reported.columns:
            raise EffectError(f"the reported rows have no column '{name}'. Needed: {', '.join(NEEDED)}.")
    if reported.empty:
        raise EffectError("there are no reported rows.")
    if n is not None and (not np.isfinite(n) or n < 2 or n % 1):
        raise EffectError(f"n={n!r} is not a number of participants of 2 or more.")
    keys = ["study", "result"] if "study" in reported else ["result"]
    return [_result(rows, reported, n, alpha) for _, rows in reported.groupby(keys, sort=False)]


def _result(rows: pd.DataFrame, reported: pd.DataFrame, n: int | None, alpha: float) -> Result:
    first = rows.iloc[0]
    printed = {row["statistic"]: _read(row, alpha) for row in rows.to_dict("records")}
    study, group = _text(first, "study"), _text(first, "group")
    size, size_kind = (n, "") if n is not None else _size(reported, study, group, _text(first, "condition"), rows)
    secondary = size_kind == "secondary" or (rows.get("source_kind", pd.Series(dtype=object)) == "secondary").any()
    centre = next((printed[name] for name in CENTRES if printed.get(name) is not None), None)
    mean = centre or (printed.get("mean") if _text(first, "quantity") in CHANGES else None)
    levels = rows["conf_level"].dropna() if "conf_level" in rows else pd.Series(dtype=float)
    evidence = _evidence(
        printed, mean, size, float(levels.iloc[0]) if len(levels) else 0.95, _text(first, "quantity") in CHANGES
    )
    return Result(
        study, str(first["result"]), group, _key(first, FAMILY if "diff" in printed else OUTCOME), size,
        "secondary" if secondary else _text(first, "source_kind"), mean is not None, "diff" in printed, evidence,
        mean or printed.get("mean"), printed.get("plus_minus"), printed.get("cohen_d"),
    )  # fmt: skip


def _evidence(printed: dict, centre: Printed | None, n: int | None, level: float, of_change: bool) -> Evidence | None:
    if centre is None:
        return None
    se = printed.get("se")
    if se is None and printed.get("sd") is not None and n and of_change:
        se = Printed(printed["sd"].low / np.sqrt(n), printed["sd"].high / np.sqrt(n), f"SD {printed['sd'].text}")
    t = printed.get("t")
    if t is None and printed.get("F") is not None:
        f = printed["F"]
        t = Printed(np.sqrt(max(f.low, 0.0)), np.sqrt(f.high), f"F {f.text}")
    p = printed.get("p")
    bound = p or printed.get("significance")
    return Evidence(centre, printed.get("ci_low"), printed.get("ci_high"), bound, t, se, level)


def _read(row: dict, alpha: float) -> Printed | None:
    value, relation = row["value"], str(row.get("relation", "=") or "=")
    if row["statistic"] == "significance":
        # "not significant" bounds P from below; "significant" from above
        return Printed(alpha, 1.0, "not significant") if relation == "ns" else None
    if row["statistic"] == "direction" or (value is None or pd.isna(value)):
        return None
    upper = 1.0 if row["statistic"] == "p" else np.inf
    return read_printed(row["printed"], float(value), relation if relation in ("<", ">") else "=", upper)


def _size(reported: pd.DataFrame, study: str, group: str, condition: str, rows: pd.DataFrame) -> tuple[int | None, str]:
    """Participants behind a result: its own row, else the one group that matches, else the whole study."""
    sizes = reported[(reported["statistic"] == "n") & reported["value"].notna()]
    if "study" in reported:
        sizes = sizes[sizes["study"].astype(str) == study]
    groups, conditions = _column(sizes, "group"), _column(sizes, "condition")
    own = sizes[sizes["result"].isin(rows["result"])]
    if not len(own) and group:
        own = sizes[(groups == group) & ((conditions == "") | (conditions == condition))]
    elif not len(own):
        own = sizes[(groups == "") & (conditions == "")]
    if own["value"].nunique() != 1:
        return None, ""
    return int(own["value"].iloc[0]), _text(own.iloc[0], "source_kind")


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    cells = [""] * len(frame) if name not in frame else ["" if pd.isna(cell) else str(cell) for cell in frame[name]]
    return np.array(cells, dtype=object)


def _key(row, names: tuple[str, ...]) -> tuple:
    return (_text(row, "study"), *(_text(row, name) for name in names))


def _text(row, name: str) -> str:
    value = row.get(name)
    return "" if value is None or pd.isna(value) else str(value)
