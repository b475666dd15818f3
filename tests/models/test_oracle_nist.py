"""One-way random effects against the certified analyses of variance of NIST StRD, which scipy ships.

With n values per group the REML estimates are σ² = MS within and σ²_group = (MS between - MS within)/n; the standard
error of the mean is √(MS between/N) on (groups - 1) degrees of freedom.
"""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from oracle_cases import fit_quietly

FOLDER = Path(scipy.stats.__file__).parent / "tests" / "data" / "nist_anova"
LOWER = ("SiRstv", "SmLs01", "SmLs02", "SmLs03")
AVERAGE = ("AtmWtAg", "SmLs04", "SmLs05", "SmLs06")
HIGHER = ("SmLs07", "SmLs08", "SmLs09")


def read(name):
    """Data, and the certified mean squares between and within."""
    lines = (FOLDER / f"{name}.dat").read_text(encoding="ascii").splitlines()
    start = max(i for i, line in enumerate(lines) if line.startswith("Data:")) + 1
    rows = [line.split() for line in lines[start:] if line.strip()]
    squares = {
        line.split()[0]: float(re.split(r"\s+", line.strip())[4])
        for line in lines
        if re.match(r"(Between|Within) ", line)
    }
    frame = pd.DataFrame({"instrument": [f"G{row[0]}" for row in rows], "response": [float(row[1]) for row in rows]})
    return frame, squares["Between"], squares["Within"]


def exact_mean_squares(frame):
    """Mean squares in rational arithmetic of the numbers as the computer stores them."""
    groups = [[Fraction(value) for value in rows] for _, rows in frame.groupby("instrument", sort=False)["response"]]
    total = sum(sum(rows) for rows in groups) / len(frame)
    means = [sum(rows) / len(rows) for rows in groups]
    between = sum(len(rows) * (mean - total) ** 2 for rows, mean in zip(groups, means, strict=True)) / (len(groups) - 1)
    within = sum((value - mean) ** 2 for rows, mean in zip(groups, means, strict=True) for value in rows)
    return float(between), float(within / (len(frame) - len(groups)))


def check(frame, between, within, relative):
    fit = fit_quietly("response ~ 1 + (1 | instrument)", frame)
    groups = frame["instrument"].nunique()
    size = len(frame) / groups
    assert fit.sigma == pytest.approx(np.sqrt(within), rel=relative)
    parts = fit.variance_components
    rows = parts[(parts["grouping"] == "instrument") & (parts["metric"] == "variance")]
    assert rows["estimate"].item() == pytest.approx((between - within) / size, rel=relative)
    mean = fit.coefficients(ddf="kenward-roger").iloc[0]
    assert mean["std_error"] == pytest.approx(np.sqrt(between / len(frame)), rel=relative)
    assert mean["df"] == pytest.approx(groups - 1, rel=1e-5)


@pytest.mark.parametrize("name", LOWER)
def test_lower_difficulty(name):
    check(*read(name), relative=1e-8)


@pytest.mark.parametrize("name", AVERAGE)
def test_average_difficulty(name):
    """Seven leading digits are the same: the data themselves carry nine digits less than a double does."""
    check(*read(name), relative=1e-8)


@pytest.mark.parametrize("name", HIGHER)
def test_higher_difficulty(name):
    """Thirteen leading digits are the same, and rounding to doubles alone moves the certified mean squares by 1e-4.

    The witness is the exact analysis of the stored numbers, which stands within that of the certified one.
    """
    frame, between, within = read(name)
    stored = exact_mean_squares(frame)
    assert stored == pytest.approx((between, within), rel=2e-4)
    check(frame, *stored, relative=1e-6)
