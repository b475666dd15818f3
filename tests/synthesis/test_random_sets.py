"""45 random data sets against metafor and clubSandwich: every estimator, test, interval and diagnostic.

The sets have 2 to 60 effects, which agree more or less than sampling lets them; variances alike or a million times apart, in ordinary
units and in extreme ones; moderators; several effects per study, with sampling errors shared in five ways.
"""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmc_analysis import meta_analysis, meta_multilevel, synthesis
from mmc_analysis.synthesis.components import likelihood, stack_blocks
from mmc_analysis.synthesis.heterogeneity import METHODS
from mmc_analysis.synthesis.multilevel import indicator_products

FOLDER = Path(__file__).parents[1] / "reference" / "metafor_random"
N_INDEPENDENT, N_MULTILEVEL = 29, 16
TESTS = {"z": "z", "knha": "hksj", "adhoc": "hksj-adhoc"}
COEFFICIENTS = {
    "estimate": "b",
    "std_error": "se",
    "statistic": "stat",
    "p_value": "p",
    "conf_low": "lo",
    "conf_high": "hi",
}
INFLUENCE = {"rstudent": "rstudent", "dffits": "dffits", "cook_distance": "cook.d", "cov_ratio": "cov.r", "tau2_without": "tau2.del",
             "q_without": "QE.del", "hat": "hat", "weight": "weight"}  # fmt: skip
LEFT_OUT = {"estimate": "estimate", "std_error": "se", "p_value": "pval", "conf_low": "ci.lb", "conf_high": "ci.ub", "q": "Q",
            "tau2": "tau2", "i2": "I2"}  # fmt: skip
ADDED = {name: LEFT_OUT[name] for name in ("estimate", "std_error", "conf_low", "conf_high", "tau2", "i2")}
# τ² of independent effects is solved for on both sides; metafor's search for two variances stops where the likelihood is flat
# to its last digits, up to 1e-5 of their size away from where the score is zero
SOLVED, SEARCHED = 1e-8, 1e-6

# sets 0 and 1 have two effects, of which there is no regression; in 5 and 15 all standard errors are equal
WITH_EGGER = [i for i in range(18) if i not in (0, 1, 5, 15)]

pytestmark = pytest.mark.filterwarnings("ignore::mmc_analysis.MMCWarning")


@lru_cache
def both() -> tuple[dict, dict]:
    return tuple(json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in ("data.json", "results.json"))


def one_set(kind: str, i: int) -> tuple[dict, dict, pd.DataFrame, str | None]:
    """The data of a set, what R says, a frame for us, and the formula of its moderators."""
    data, results = (part[kind][i] for part in both())
    moderators = dict(data["moderators"] or {})
    columns = {
        name: data[name] for name in ("study", "muscle", "load", "sample", "arm", "n_1", "n_2", "year") if name in data
    }
    columns |= {name: values for name, values in moderators.items() if values is not None}
    frame = pd.DataFrame({"estimate": data["y"], "v": data["v"], "control": "control"} | columns)
    # R's order of levels, which is not ours, begins with cable
    terms = ["C(group, contr.treatment('cable'))" if name == "group" else name for name in moderators]
    return data, results, frame, " + ".join(terms) or None


def close(got, expected, rtol: float, atol: float) -> None:
    """Compare with numbers of R, None standing for one it does not give."""
    np.testing.assert_allclose(
        np.ravel(np.asarray(got, dtype=float)), np.ravel(np.array(expected, dtype=float)), rtol=rtol, atol=atol
    )


def size_of(data: dict) -> float:
    """The usual size of an effect's deviation, in units of the set."""
    return float(np.sqrt(np.var(data["y"]) + min(data["v"])))


def close_coefficients(frame: pd.DataFrame, r: dict, rtol: float, size: float) -> None:
    for column, key in COEFFICIENTS.items():
        in_units = column in ("estimate", "conf_low", "conf_high")
        # a relative error of a statistic is one of its P value times its square
        wider = 1 + np.max(frame["statistic"] ** 2) if column == "p_value" else 1.0
        close(frame[column], r[key], rtol * wider, rtol * (size if in_units else 1.0) * (column != "p_value"))


def test_the_grid_is_whole():
    data, results = both()
    assert len(data["independent"]) == len(results["independent"]) == N_INDEPENDENT
    assert len(data["multilevel"]) == len(results["multilevel"]) == N_MULTILEVEL
    assert all(fit for r in results["independent"] for fit in r["fits"].values())
    assert sum(len(r["fits"]) for r in results["independent"]) == N_INDEPENDENT * len(METHODS) * len(TESTS)
    assert results["versions"]["metafor"].startswith("3.8")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("i", range(N_INDEPENDENT))
def test_independent_effects(i, method):
    data, r, frame, moderators = one_set("independent", i)
    size = size_of(data)
    for theirs, ours in TESTS.items():
        expected = r["fits"][f"{method} {theirs}"]
        a = meta_analysis(frame, variance="v", study=None, method=method, test=ours, moderators=moderators)
        close(a.tau2, expected["tau2"], SOLVED, SOLVED * size**2)
        close_coefficients(a.coefficients, expected, SOLVED, size)
        close([a.i2, a.h2, a.q, a.loglik], [expected[key] for key in ("i2", "h2", "QE", "ll")], SOLVED, 100 * SOLVED)
        close(a.q_p, expected["QEp"], 1e-6, 1e-15)
        if moderators:
            close(a.moderator_test[["statistic", "p_value"]], [expected["QM"], expected["QMp"]], 1e-7, 1e-15)
            row = a.predict(frame.head(1))[["estimate", "std_error", "conf_low", "conf_high", "pred_low", "pred_high"]]
            limits = [] if method != "FE" else [np.nan, np.nan]  # of a fixed effect there is nothing to predict
            close(row, expected["first"] + limits, SOLVED, SOLVED * size)
        elif method != "FE" and a.k > 2:
            close(a.prediction_interval, expected["pi"], SOLVED, SOLVED * size)


@pytest.mark.parametrize("i", range(N_INDEPENDENT))
def test_q_profile(i):
    data, r, frame, moderators = one_set("independent", i)
    a = meta_analysis(frame, variance="v", study=None, moderators=moderators)
    close(a.heterogeneity[["conf_low", "conf_high"]], r["profile"], SOLVED, 100 * SOLVED * min(1.0, size_of(data) ** 2))


@pytest.mark.parametrize("theirs", ["z", "knha"])
@pytest.mark.parametrize("i", range(N_INDEPENDENT))
def test_diagnostics(i, theirs):
    data, results, frame, moderators = one_set("independent", i)
    r, size = results[theirs], size_of(data)
    a = meta_analysis(frame, variance="v", study=None, test=TESTS[theirs], moderators=moderators)
    sizes = {
        "tau2": size**2,
        "tau2_without": size**2,
        "i2": 100.0,
        "estimate": size,
        "conf_low": size,
        "conf_high": size,
    }
    if a.k > a.table.X.shape[1] + 1:
        ours = synthesis.influence(a)
        # rows in which metafor gives nothing are those in which its Fisher scoring did not settle
        given = np.array([value is not None for value in r["influence"]["rstudent"]])
        assert given.sum() >= a.k - 1
        for column, key in INFLUENCE.items():
            close(ours[column][given], np.array(r["influence"][key])[given], SOLVED, SOLVED * sizes.get(column, 1.0))
        dfbetas = ours[[column for column in ours if column.startswith("dfbetas")]]
        close(dfbetas[given], np.array(r["influence"]["dfbs"])[given], SOLVED, SOLVED)
    if not moderators and a.k > 2:
        for ours, key, first, names in ((synthesis.leave_one_out(a), "leave1out", 0, LEFT_OUT),
                                        (synthesis.cumulative(a, order="year"), "cumul", 1, ADDED)):  # fmt: skip
            for column, name in names.items():
                close(ours[column][first:], r[key][name][first:], SOLVED, SOLVED * sizes.get(column, 1.0))
    if "permutation" in r:
        ours = synthesis.permutation_test(a, seed=1)["p_value"]
        close(ours, r["permutation"]["p"][1:] + [r["permutation"]["joint"]] * (len(ours) > 1), 1e-12, 0.0)


@pytest.mark.parametrize("theirs", ["z", "knha"])
@pytest.mark.parametrize("i", WITH_EGGER)
def test_egger(i, theirs):
    data, results, frame, _ = one_set("independent", i)
    a = meta_analysis(frame, variance="v", study=None, test=TESTS[theirs])
    # in units of 1e-9 metafor takes the standard errors for a column of zeros, and gives the classic test alone
    for model, r in results[theirs]["egger"].items():
        frame = synthesis.egger_test(a, model={"rma": "mixed", "lm": "classic"}[model])
        close(frame.loc[0, ["statistic", "p_value"]], [r["stat"], r["p"]], 1e-7, 0.0)
        close(
            frame.loc[1, ["estimate", "conf_low", "conf_high"]],
            [r["est"], r["lo"], r["hi"]],
            SOLVED,
            SOLVED * size_of(data),
        )


def covariance_of(data: dict, frame: pd.DataFrame) -> np.ndarray | None:
    names = both()[0]["correlations"]["muscle"]
    muscles = pd.DataFrame(both()[0]["correlations"]["r"], names, names)
    kind = data["covariance"]
    if kind == "constant":
        return synthesis.shared_participants(frame, r=0.6, variance="v")
    if kind == "levels":
        return synthesis.shared_participants(frame, r=muscles, by="muscle", variance="v")
    if kind == "samples":
        return synthesis.shared_participants(frame, r=0.6, sample="sample", variance="v")
    if kind == "crossed":
        return synthesis.shared_participants(frame, r={"muscle": muscles, "load": 0.8}, variance="v")
    return synthesis.shared_control(frame, control="control", variance="v") if kind == "control" else None


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("i", range(N_MULTILEVEL))
def test_several_effects_per_study(i, method):
    data, results, frame, moderators = one_set("multilevel", i)
    r, size, covariance = results[method], size_of(data), covariance_of(data, frame)
    if "V" in results:
        close(covariance, results["V"], 1e-12, 1e-15)
    a = meta_multilevel(frame, variance="v", method=method, test="z", covariance=covariance, moderators=moderators)
    assert -1e-10 < a.loglik - r["ll"] < 1e-9
    close(a.sigma2, r["sigma2"], 10 * SEARCHED, SEARCHED * size**2)
    close_coefficients(a.coefficients, r, SEARCHED, size)
    close(a.q, r["QE"], 1e-10, 0.0)
    if moderators:
        close(a.moderator_test[["statistic", "p_value"]], [r["QM"], r["QMp"]], 10 * SEARCHED, 1e-12)
        row = a.predict(frame.head(1))[["estimate", "std_error", "conf_low", "conf_high", "pred_low", "pred_high"]]
        close(row, r["first"], SEARCHED, SEARCHED * size)
    elif a.n_studies > 2:
        close(a.prediction_interval, r["first"][4:], SEARCHED, SEARCHED * size)


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("i", range(N_MULTILEVEL))
def test_variances_are_at_the_top(i, restricted):
    """A certificate: no component above zero has a slope, none at zero wants to grow, and the observed information is positive."""
    data, _, frame, moderators = one_set("multilevel", i)
    covariance = covariance_of(data, frame)
    method = "REML" if restricted else "ML"
    a = meta_multilevel(frame, variance="v", method=method, covariance=covariance, moderators=moderators)
    Q = np.linalg.qr(a.table.X)[0]
    stacks = stack_blocks(a.table.y - Q @ (Q.T @ a.table.y), a.known, Q, indicator_products(a.table))
    at, sigma2 = likelihood(stacks, a.sigma2.to_numpy(), restricted), a.sigma2.to_numpy()
    scale, free = size_of(data) ** 2, sigma2 > 0
    assert (np.abs(at.score[free]) * scale < 1e-7).all() and (at.score[~free] <= 0).all()
    if free.any():
        assert np.linalg.eigvalsh(at.observed[np.ix_(free, free)]).min() > 0


@pytest.mark.parametrize("i", range(N_MULTILEVEL))
def test_robust_inference_and_shares(i):
    data, r, frame, moderators = one_set("multilevel", i)
    a = meta_multilevel(frame, variance="v", covariance=covariance_of(data, frame), moderators=moderators)
    close(a.i2, r["i2"], 10 * SEARCHED, 100 * SEARCHED)
    robust = a.robust().coefficients
    for column, key in (("std_error", "se"), ("df", "df"), ("p_value", "p")):
        close(robust[column], r["CR2"][key], SEARCHED, 0.0)


@pytest.mark.parametrize("i", range(N_MULTILEVEL))
def test_profile_limits_of_variances(i):
    data, r, frame, moderators = one_set("multilevel", i)
    limits = meta_multilevel(
        frame, variance="v", covariance=covariance_of(data, frame), moderators=moderators
    ).sigma2_intervals
    expected = np.array(r["limits"], dtype=float)
    given = np.isfinite(expected)  # one upper limit is not found by metafor
    assert given.sum() >= 3
    close(limits[["conf_low", "conf_high"]].to_numpy()[given], expected[given], 1e-5, 1e-6 * size_of(data) ** 2)
