"""Comparisons of marginal models against nlme's log-likelihoods and the mixed model."""

import json

import numpy as np
import pandas as pd
import pytest
from lab import lifts
from scipy import stats

from mmc_analysis import schema
from mmc_analysis.errors import ModelError
from mmc_analysis.models import compare, fit_mixed, fit_repeated
from mmc_analysis.models.repeated.compare import SPECIAL_CASES, is_special_case
from mmc_analysis.models.repeated.covariance import STRUCTURES

FOLDER = "tests/reference/nlme"
FULL = "value ~ group * C(time) + age"


@pytest.fixture(scope="module")
def training(root):
    return pd.read_csv(root / FOLDER / "training.csv")


@pytest.fixture(scope="module")
def fits(training):
    return {name: fit_repeated(FULL, training, occasion="time", covariance=name) for name in STRUCTURES}


@pytest.mark.parametrize(
    "small, large, df",
    [("CS", "UN", 8), ("CS", "CSH", 3), ("CS", "TOEP", 2), ("AR1", "TOEP", 2), ("AR1", "ARH1", 3), ("ARH1", "UN", 5),
     ("CSH", "UN", 5), ("TOEP", "UN", 6)],
)  # fmt: skip
def test_covariances_by_reml_against_nlme(root, fits, small, large, df):
    found = json.loads((root / FOLDER / "reference.json").read_text(encoding="utf-8"))
    ratio = 2 * (found[f"training.{large}.REML"]["loglik"] - found[f"training.{small}.REML"]["loglik"])
    row = compare(fits[large], fits[small]).iloc[0]
    assert row.statistic == pytest.approx(ratio, abs=1e-6) and row.df == df
    assert row.p_value == pytest.approx(stats.chi2.sf(ratio, df), rel=1e-5)
    assert row.method == "likelihood ratio, both fitted by REML" and row["n"] == fits[small].n_participants
    assert row.label == f"{FULL} ({small}) against {FULL} ({large})"
    schema.check(compare(fits[small], fits[large]), "estimates")


def test_fixed_effects_are_compared_by_maximum_likelihood_as_in_the_mixed_model():
    frame = lifts(3, n=10, loads=3)
    formulas = ["value ~ load", "value ~ load + condition"]
    marginal = [fit_repeated(f, frame, occasion=["condition", "load"], covariance="CS") for f in formulas]
    mixed = [fit_mixed(f"{f} + (1 | participant)", frame, warn=False) for f in formulas]
    ours, theirs = compare(*marginal).iloc[0], compare(*mixed).iloc[0]
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-8) and ours.df == theirs.df == 2
    assert "both fitted again by maximum likelihood" in ours.method
    ml = [fit_repeated(f, frame, occasion=["condition", "load"], covariance="CS", reml=False) for f in formulas]
    assert compare(*ml).iloc[0].statistic == pytest.approx(ml[0].deviance - ml[1].deviance)


def test_another_coding_is_the_same_model():
    frame = lifts(3, n=10, loads=3)
    occasion = ["condition", "load"]
    small = fit_repeated("value ~ condition", frame, occasion=occasion, covariance="CS")
    large = [
        fit_repeated("value ~ condition", frame, occasion=occasion, covariance="CSH", coding=c) for c in (None, "sum")
    ]
    one, other = (compare(small, fit).iloc[0].statistic for fit in large)
    assert one == pytest.approx(other, rel=1e-9)
    mixed = fit_mixed("value ~ condition + (1 | participant)", frame, warn=False)
    slopes = [fit_mixed("value ~ condition + (1 | participant) + (1 | participant:load)", frame, coding=c, warn=False)
              for c in (None, "sum")]  # fmt: skip
    one, other = (compare(mixed, fit).iloc[0].statistic for fit in slopes)
    assert one == pytest.approx(other, rel=1e-9)


def test_covariance_groups(training, fits):
    each = fit_repeated(FULL, training, occasion="time", covariance="CS", group="group")
    row = compare(fits["CS"], each).iloc[0]
    assert row.df == 2 and row.statistic == pytest.approx(fits["CS"].deviance - each.deviance)
    with pytest.raises(ModelError, match="groups of CS in each group are not made of those of UN"):
        compare(each, fits["UN"])


@pytest.mark.parametrize("k", [2, 3, 4])
def test_special_cases_span_no_more_than_the_larger_structure(k):
    """Every matrix of the smaller structure is fitted without error by the larger one, and only then."""
    values = {"UN": None, "CS": [1.0, 2.0], "AR1": [2.0, 0.6], "CSH": [*np.arange(1.0, k + 1), 0.4],
              "ARH1": [*np.arange(1.0, k + 1), 0.6], "TOEP": [3.0, *(1.1, -0.4, 0.5)[: k - 1]]}  # fmt: skip
    rng = np.random.default_rng(2)
    root = rng.normal(size=(k, k))
    for small, theta in values.items():
        sigma = root @ root.T if theta is None else STRUCTURES[small].matrix(np.array(theta), k)
        for large in SPECIAL_CASES:
            assert is_special_case(small, large, k) == _holds(sigma, large), (small, large)


def _holds(sigma, name):
    """Whether a matrix has a structure, by the definition of the structure."""
    lag = np.abs(np.subtract.outer(np.arange(len(sigma)), np.arange(len(sigma))))
    sd = np.sqrt(np.diag(sigma))
    r = sigma / np.outer(sd, sd)
    apart = lag > 0
    equal = np.allclose(sd, sd[0])
    return {
        "UN": True,
        "CSH": np.allclose(r[apart], r[0, 1]),
        "CS": equal and np.allclose(r[apart], r[0, 1]),
        "ARH1": np.allclose(r, r[0, 1] ** lag),
        "AR1": equal and np.allclose(r, r[0, 1] ** lag),
        "TOEP": all(np.allclose(sigma[lag == d], sigma[0, d]) for d in range(len(sigma))),
    }[name]


def test_what_cannot_be_compared_is_refused(training, fits):
    with pytest.raises(ModelError, match="AR1 is no special case of CSH.*AIC"):
        compare(fits["AR1"], fits["CSH"])
    with pytest.raises(ModelError, match="same number of parameters"):
        compare(fits["AR1"], fits["CS"])
    with pytest.raises(ModelError, match="not among those"):
        compare(fit_repeated("value ~ age", training, occasion="time", covariance="CS"),
                fit_repeated("value ~ C(time)", training, occasion="time", covariance="CS"))  # fmt: skip
    with pytest.raises(ModelError, match="different participants or occasions"):
        compare(fit_repeated(FULL, training.assign(time=lambda f: -f.time), occasion="time", covariance="AR1"),
                fit_repeated(FULL, training.assign(when=training.time.map({0: 3, 1: 1, 2: 0, 3: 2})), occasion="when",
                             covariance="UN"))  # fmt: skip
    with pytest.raises(ModelError, match="different rows"):
        compare(fits["CS"], fit_repeated(FULL, training.iloc[:-1], occasion="time", covariance="UN"))
    mixed = fit_mixed(FULL + " + (1 | participant)", training, warn=False)
    with pytest.raises(ModelError, match="MixedFit and RepeatedFit"):
        compare(mixed, fits["CS"])
    with pytest.raises(ModelError, match="'bootstrap' is not allowed"):
        compare(fits["CS"], fits["UN"], method="bootstrap")
