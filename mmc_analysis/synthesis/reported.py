"""From rows of the `reported` table to what can be checked: one object per printed result."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mmc_analysis.effects.frames import check_level
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option
from mmc_analysis.schema.columns import STATISTICS
from mmc_analysis.synthesis.compatible import Evidence
from mmc_analysis.synthesis.frame_columns import labels_in, rows_of
from mmc_analysis.synthesis.printed import Printed, checked_p, participants, read_printed

NEEDED = ("result", "statistic", "value", "printed")
CENTRES = ("diff", "pct_change")
FAMILY = ("outcome", "group", "muscle", "exercise", "tempo", "load", "load_pct_1rm", "unit")
OUTCOME = ("outcome", "muscle", "limb_role", "time", "week", "unit")
CHANGES = ("change", "pct_change")
ONE = Printed(1.0, 1.0, "1")
ABOVE_ZERO = ("sd", "se", "plus_minus", "F", "df", "num_df")


@dataclass(frozen=True)
class Level:
    """What is printed of one of the two things compared.

    Attributes
    ----------
    mean, sd : Printed or None
    """

    mean: Printed | None = None
    sd: Printed | None = None


@dataclass(frozen=True)
class Omnibus:
    """A test statistic as F, with its P value.

    Attributes
    ----------
    f, p : Printed
        F, or the square of t; and P.
    num_df : Printed
        1 for t.
    text : str
        The statistic as printed.
    """

    f: Printed
    p: Printed
    num_df: Printed
    text: str


@dataclass(frozen=True)
class Result:
    """One printed result.

    Attributes
    ----------
    study, result, group : str
    outcome_key : tuple
        What results must share to be compared.
    n, n_2 : int or None
        Participants; `n_2` those of the second of two independent groups.
    source_kind : str
        "secondary" if a value that matters is.
    is_change : bool
        Whether the mean is a change, so that it can be tested against zero.
    is_difference : bool
        Whether it is a difference between conditions, which may share its error term with others.
    evidence : Evidence or None
        What bears on a difference.
    mean, spread, cohen_d, r : Printed or None
        `spread` is what stands behind "±" where the paper does not say what it is; `r` the correlation of the two levels.
    first, second : Level
        What is compared: the difference is the first minus the second.
    omnibus : Omnibus or None
        A test statistic with its P value that does not speak of this difference alone.
    df : Printed or None
        Degrees of freedom as printed, of t or of the denominator of F.
    """

    study: str
    result: str
    group: str
    outcome_key: tuple
    n: int | None = None
    source_kind: str = ""
    n_2: int | None = None
    is_change: bool = False
    is_difference: bool = False
    evidence: Evidence | None = None
    mean: Printed | None = None
    spread: Printed | None = None
    cohen_d: Printed | None = None
    r: Printed | None = None
    first: Level = Level()
    second: Level = Level()
    omnibus: Omnibus | None = None
    df: Printed | None = None

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
    df = results[0].df if len({r.df and r.df.middle for r in results}) == 1 else None
    return replace(results[0], n=sizes.pop() if len(sizes) == 1 else None, source_kind=kind, df=df)


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
    labels_in(reported, "result", "result")
    for name in dict.fromkeys(labels_in(reported, "statistic", "statistic")):
        check_option("statistic", name, STATISTICS, EffectError)
    reported = reported.assign(value=_values(reported["value"]))
    n = None if n is None else participants(n)
    keys = ["study", "result"] if "study" in reported else ["result"]
    return [_result(rows, reported, n, alpha) for _, rows in reported.groupby(keys, sort=False)]


def _values(column: pd.Series) -> np.ndarray:
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isnan(values) & column.notna().to_numpy()
    if wrong.any():
        raise EffectError(f"column 'value' must hold numbers, but has {column[wrong].iloc[0]!r} in {rows_of(wrong)}. The text as "
                          "printed belongs in 'printed'.")  # fmt: skip
    return values


def _result(rows: pd.DataFrame, reported: pd.DataFrame, n: int | None, alpha: float) -> Result:
    first = rows.iloc[0]
    twice = rows["statistic"].duplicated()
    if twice.any():
        raise EffectError(f"result '{first['result']}' has '{rows.loc[twice, 'statistic'].iloc[0]}' more than once. Give each printed "
                          "result its own name in 'result'.")  # fmt: skip
    printed = {row["statistic"]: _read(row, alpha) for row in rows.to_dict("records")}
    (size, size_2), size_kind = _sizes(reported, rows) if n is None else ((n, None), "")
    secondary = size_kind == "secondary" or (rows.get("source_kind", pd.Series(dtype=object)) == "secondary").any()
    levels = rows["conf_level"].dropna() if "conf_level" in rows else pd.Series(dtype=float)
    result = Result(
        _text(first, "study"), str(first["result"]), _text(first, "group"),
        _key(first, FAMILY if "diff" in printed else OUTCOME), size,
        "secondary" if secondary else _text(first, "source_kind"), size_2,
    )  # fmt: skip
    return with_numbers(
        result, printed, level=check_level(float(levels.iloc[0])) if len(levels) else 0.95,
        of_change=_text(first, "quantity") in CHANGES, levels=_levels(reported, first, alpha),
    )  # fmt: skip


def with_numbers(
    result: Result, printed: dict[str, Printed | None], *, level: float, of_change: bool, levels: tuple[Level, Level]
) -> Result:
    """Return a result with its printed numbers, by the names of the statistics.

    Parameters
    ----------
    result : Result
        With its names and sizes.
    printed : dict
        "diff", "ci_low", "ci_high", "p", "t", "F", "num_df", "df", "se", "sd", "cohen_d", "r", "mean", "plus_minus" …
    level : float
        Level of the interval.
    of_change : bool
        Whether the SD is that of the changes, and the mean a change.
    levels : (Level, Level)

    Raises
    ------
    EffectError
        If a number is one that cannot be, such as a negative SD.
    """
    _refuse_impossible({**printed, "sd_1": levels[0].sd, "sd_2": levels[1].sd})
    centre = next((printed[name] for name in CENTRES if printed.get(name) is not None), None)
    mean = centre or (printed.get("mean") if of_change else None)
    return replace(
        result, is_change=mean is not None, is_difference="diff" in printed,
        evidence=_evidence(printed, mean, result.n if of_change and not result.n_2 else None, level), mean=mean or printed.get("mean"),
        spread=printed.get("plus_minus"), cohen_d=printed.get("cohen_d"), r=printed.get("r"), first=levels[0],
        second=levels[1], omnibus=_omnibus(printed, mean), df=printed.get("df"),
    )  # fmt: skip


def _refuse_impossible(printed: dict[str, Printed | None]) -> None:
    for name in (*ABOVE_ZERO, "sd_1", "sd_2"):
        number = printed.get(name)
        if number is not None and (number.high <= 0 or (name in ("df", "num_df") and number.middle <= 0)):
            raise EffectError(f"{name}={number.text!r} must be above zero. Correct its sign, or its name.")
    r = printed.get("r")
    if r is not None and (r.low > 1 or r.high < -1):
        raise EffectError(f"r={r.text!r} is not a correlation between -1 and 1.")


def _evidence(printed: dict, centre: Printed | None, n: int | None, level: float) -> Evidence | None:
    if centre is None:
        return None
    se, sd = printed.get("se"), printed.get("sd")
    if se is None and sd is not None and n:
        se = Printed(sd.low / np.sqrt(n), sd.high / np.sqrt(n), f"SD {sd.text}")
    t = printed.get("t")
    if t is None and printed.get("F") is not None and _middle(printed.get("num_df")) in (None, 1.0):
        f = printed["F"]
        t = Printed(np.sqrt(max(f.low, 0.0)), np.sqrt(f.high), f"F {f.text}")
    of_difference = printed.get("F") is None or t is not None
    p = printed.get("p") or printed.get("significance") if of_difference else None
    return Evidence(centre, printed.get("ci_low"), printed.get("ci_high"), p, t, se, level)


def _omnibus(printed: dict, centre: Printed | None) -> Omnibus | None:
    """A statistic and its P that the difference, if there is one, does not already account for."""
    t, f, p = (printed.get(name) for name in ("t", "F", "p"))
    num_df = printed.get("num_df") or ONE
    if p is None or (t is None and f is None) or (centre is not None and (f is None or num_df.middle == 1)):
        return None
    if f is not None:
        return Omnibus(f, p, num_df, f"F {f.text}")
    smallest, largest = t.sizes
    return Omnibus(Printed(smallest**2, largest**2, t.text), p, ONE, f"t {t.text}")


def _middle(number: Printed | None) -> float | None:
    return None if number is None else number.middle


def _levels(reported: pd.DataFrame, row: pd.Series, alpha: float) -> tuple[Level, Level]:
    """The printed means and SDs of the two things that a difference compares: conditions, times or groups."""
    if "comparator" not in reported or row["statistic"] == "n":
        return Level(), Level()
    comparator = _text(row, "comparator")
    for name in ("condition", "time", "group"):
        label = _text(row, name)
        if not comparator or not label or comparator not in set(_column(reported, name)):
            continue
        keys = [key for key in FAMILY if key in reported and key not in (name, "unit")]
        others = [key for key in ("condition", "time", "group") if key in reported and key != name]
        same = np.ones(len(reported), dtype=bool)
        for key in dict.fromkeys([*keys, *others]):
            same &= _column(reported, key) == _text(row, key)
        if "study" in reported:
            same &= _column(reported, "study") == _text(row, "study")
        return tuple(
            _level(reported[same & (_column(reported, name) == value)], alpha) for value in (label, comparator)
        )
    return Level(), Level()


def _level(rows: pd.DataFrame, alpha: float) -> Level:
    rows = rows[~np.isin(_column(rows, "quantity"), CHANGES)]
    found = {}
    for name in ("mean", "sd"):
        own = rows[rows["statistic"] == name]
        found[name] = _read(own.iloc[0].to_dict(), alpha) if len(own) == 1 else None
    return Level(**found)


def _read(row: dict, alpha: float) -> Printed | None:
    value, relation = row["value"], str(row.get("relation", "=") or "=")
    if row["statistic"] == "significance":
        # "not significant" bounds P from below; "significant" from above
        return Printed(alpha, 1.0, "not significant") if relation == "ns" else None
    if row["statistic"] == "direction" or (value is None or pd.isna(value)):
        return None
    is_p = row["statistic"] == "p"
    read = read_printed(row["printed"], value, relation if relation in ("<", ">") else "=", 1.0 if is_p else np.inf)
    return checked_p(read) if is_p else read


def _sizes(reported: pd.DataFrame, rows: pd.DataFrame) -> tuple[tuple[int | None, int | None], str]:
    """Participants behind a result, of two groups where it compares them, and the kind of source that says so."""
    first = rows.iloc[0]
    study, group, condition, comparator = (_text(first, name) for name in ("study", "group", "condition", "comparator"))
    n, kind = _size(reported, study, group, condition, set(rows["result"]))
    if not group or not comparator or comparator not in set(_column(reported, "group")):
        return (n, None), kind
    n_2, kind_2 = _size(reported, study, comparator, condition, set())
    return (n, n_2) if n and n_2 else (None, None), "secondary" if "secondary" in (kind, kind_2) else kind


def _size(reported: pd.DataFrame, study: str, group: str, condition: str, results: set) -> tuple[int | None, str]:
    """Participants of a group: said with the result, else by the one row that matches, else of the whole study."""
    sizes = reported[(reported["statistic"] == "n") & reported["value"].notna()]
    if "study" in reported:
        sizes = sizes[sizes["study"].astype(str) == study]
    groups, conditions = _column(sizes, "group"), _column(sizes, "condition")
    own = sizes[sizes["result"].isin(results)]
    if not len(own) and group:
        own = sizes[(groups == group) & ((conditions == "") | (conditions == condition))]
    elif not len(own):
        own = sizes[(groups == "") & (conditions == "")]
    if own["value"].nunique() != 1:
        return None, ""
    return participants(own["value"].iloc[0]), _text(own.iloc[0], "source_kind")


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    cells = [""] * len(frame) if name not in frame else ["" if pd.isna(cell) else str(cell) for cell in frame[name]]
    return np.array(cells, dtype=object)


def _key(row, names: tuple[str, ...]) -> tuple:
    return (_text(row, "study"), *(_text(row, name) for name in names))


def _text(row, name: str) -> str:
    value = row.get(name)
    return "" if value is None or pd.isna(value) else str(value)
