"""The reference cases of tests/reference/mixed_models: data, formulas, R's answers, and our fit of each, made once."""

import functools
import json
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels

from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.mixed.model import fit_mixed

FOLDER = Path(__file__).resolve().parent.parent / "reference" / "mixed_models"
GRID = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in GRID["cases"]}
DDF = {"kenward_roger": "kenward-roger", "satterthwaite": "satterthwaite"}
FLAT = 1e-5  # a reference has converged where no parameter, moved by its own size, would change the deviance faster


def is_real(case_id: str) -> bool:
    """Return whether a case reads one of the real files, which may be absent."""
    return "real" in GRID["datasets"][CASES[case_id]["data"]]


@functools.cache
def reference(case_id: str) -> dict:
    """Read what R found."""
    return json.loads((FOLDER / "results" / f"{case_id}.json").read_text(encoding="utf-8"))


def read_data(name: str, real_data: Path | None, derive: dict | None = None) -> pd.DataFrame:
    """Read a data set, with factors in the order that the grid gives them."""
    spec = GRID["datasets"][name]
    if "file" in spec:
        path = FOLDER / spec["file"]
    elif "real" in spec:
        path = real_data / spec["real"]
    else:
        path = Path(statsmodels.__file__).parent / spec["statsmodels"]
    frame = pd.read_csv(path)
    for column, level in spec.get("where", {}).items():
        frame = frame[frame[column].astype(str) == level]
    frame = frame.rename(columns=spec.get("rename", {})).reset_index(drop=True)
    for column in ["participant", *spec.get("ids", [])]:
        if column in frame:
            frame[column] = frame[column].astype(str)
    for column, levels in spec["factors"].items():
        frame[column] = pd.Categorical(frame[column].astype(str), categories=levels)
    for column, rule in (derive or {}).items():
        frame[column] = frame[rule["from"]] * rule["factor"] + rule["offset"]
    return frame


@functools.cache
def fitted(case_id: str, real_data: Path | None):
    """Fit a case with the package; advice about the model is not what is tested here."""
    case = CASES[case_id]
    data = read_data(case["data"], real_data, case.get("derive"))
    return fit_quietly(case["formula"], data, reml=case["reml"])


def fit_quietly(formula: str, data: pd.DataFrame, **options):
    """Fit without the advice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MMCWarning)
        return fit_mixed(formula, data, **options)


def column(table: dict, name: str) -> np.ndarray:
    """Return one column of R's table; a column of one row is written as a scalar."""
    return np.atleast_1d(np.asarray(table[name], dtype=object))


def numbers(values) -> np.ndarray:
    """Return numbers, with R's words for infinity understood and its nulls as NaN."""
    return np.array(
        [np.nan if value is None else float(value) for value in np.atleast_1d(np.asarray(values, dtype=object))]
    )


def plain_name(name: str) -> str:
    """Write a coefficient's name the same way for R and for us: ``condition[T.x]`` and ``conditionx`` are one."""
    name = re.sub(r"C\((\w+)[^)]*\)", r"\1", name.replace(" ", "").replace("**", "^"))
    name = re.sub(r"\[(?:[TSH]\.)?([^\]]*)\]", r"\1", name)
    return "(Intercept)" if name in ("Intercept", "1") else name


def plain_names(names) -> list[str]:
    """Write several names the same way for R and for us."""
    return [plain_name(str(name)) for name in names]


def converged(case_id: str) -> bool:
    """Return whether R's optimum is flat, and was found again from other starting values."""
    found = reference(case_id)
    slope = np.abs(numbers(found["gradient"]) * numbers(found["theta"]))
    return bool(
        np.nanmax(slope, initial=0.0) < FLAT and abs(found["reproduced"]["criterion"]) < 1e-9 * abs(found["criterion"])
    )


def is_witness(case_id: str, method: str) -> bool:
    """Return whether R may speak for a method; the grid names the one exception, and a test shows its fault."""
    return method not in CASES[case_id].get("no_witness", [])


def reproduced(case_id: str, *quantities: str, within: float) -> bool:
    """Return whether R found the same numbers, within half the tolerance, when it began elsewhere.

    A reference that does not agree with itself is no witness.
    """
    return converged(case_id) and all(reference(case_id)["reproduced"][name] <= within / 2 for name in quantities)


def assert_close(ours, theirs, *, relative=0.0, absolute=0.0, scale=None, what="") -> None:
    """Assert agreement entry by entry; `scale` (same shape) gives relative errors another yardstick than the value."""
    ours, theirs = numbers(ours), numbers(theirs)
    assert ours.shape == theirs.shape, f"{what}: {ours.shape} against {theirs.shape}"
    yardstick = np.abs(theirs) if scale is None else np.maximum(np.abs(theirs), numbers(scale))
    both_infinite = np.isinf(ours) & np.isinf(theirs)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(ours - theirs) <= absolute + relative * yardstick) & ~both_infinite
    assert not wrong.any(), f"{what}: ours {ours[wrong]} reference {theirs[wrong]} at {np.flatnonzero(wrong)}"


def in_order(frame: pd.DataFrame, keys: list, wanted: list) -> pd.DataFrame:
    """Return the rows of a table in the order of the reference; both sides must hold the same keys, each once."""
    assert sorted(map(str, keys)) == sorted(map(str, wanted))
    place = {key: row for row, key in enumerate(keys)}
    assert len(place) == len(keys)
    return frame.iloc[[place[key] for key in wanted]]


def fit_of(case_id: str, request):
    """Return our fit of a case; asks for the real files only where the case reads them."""
    return fitted(case_id, request.getfixturevalue("real_data") if is_real(case_id) else None)
