"""Marginal models against SAS PROC MIXED, nlme::gls, published results and exact identities."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis import schema
from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.mixed.model import fit_mixed
from mmc_analysis.models.repeated.covariance import STRUCTURES
from mmc_analysis.models.repeated.model import fit_repeated
from mmc_analysis.models.variance_analysis.rm_anova import rm_anova

NLME = "tests/reference/nlme"

# SAS PROC MIXED, FEV1 ~ ARMCD, REML, Kenward-Roger: standard error and df of ARMCD, as printed by the listings of the
# mmrm project (openpharma/mmrm, Apache-2.0). SAS stopped at a criterion of 1e-8, hence 1e-3 and not less.
SAS_KENWARD_ROGER = {
    "UN": (0.66124382270307, 160.733266403768),
    "CS": (0.7964696053595, 177.038485931223),
    "CSH": (0.67403858, 190.737701),
    "AR1": (0.95865439662225, 188.46934887972),
    "ARH1": (0.75903161, 188.225339),
    "TOEP": (0.87839806, 160.027408),
}
AR1_FIRST_ORDER = 0.96058142305176


@pytest.fixture(scope="module")
def fev(real_data):
    return pd.read_csv(real_data / "mmrm" / "mmrm_fev_data.csv")


def fit_fev(data, formula, covariance):
    return fit_repeated(formula, data, subject="USUBJID", occasion="AVISIT", covariance=covariance)


@pytest.mark.parametrize("covariance", SAS_KENWARD_ROGER)
def test_sas_kenward_roger(fev, covariance):
    fit = fit_fev(fev, "FEV1 ~ ARMCD", covariance)
    row = fit.coefficients().iloc[-1]
    np.testing.assert_allclose([row["std_error"], row["df"]], SAS_KENWARD_ROGER[covariance], rtol=1e-3)
    assert row["method"] == "Kenward-Roger (observed information)"
    assert fit.n_obs == 537 and fit.n_dropped == 263 and fit.n_participants == 197


def test_expected_information_is_another_answer(fev):
    """The optimum in a separate computation: observed .66130 on 160.69, expected .65362 on 170.92; SAS is the former."""
    fit = fit_fev(fev, "FEV1 ~ ARMCD", "UN")
    for information, printed in (("observed", (0.66130, 160.69)), ("expected", (0.65362, 170.92))):
        row = fit.coefficients(information=information).iloc[-1]
        np.testing.assert_allclose([row["std_error"], row["df"]], printed, rtol=2e-5)
        assert information in row["method"]


def test_sas_first_order_kenward_roger_leaves_the_second_derivatives_out(fev):
    fit = fit_fev(fev, "FEV1 ~ ARMCD", "AR1")
    row = fit.coefficients(ddf="kenward-roger-linear").iloc[-1]
    np.testing.assert_allclose(row["std_error"], AR1_FIRST_ORDER, rtol=1e-5)
    np.testing.assert_allclose(fit.coefficients().iloc[-1]["std_error"], SAS_KENWARD_ROGER["AR1"][0], rtol=1e-5)
    un = fit_fev(fev, "FEV1 ~ ARMCD", "UN")
    pd.testing.assert_series_equal(
        un.coefficients()["std_error"], un.coefficients(ddf="kenward-roger-linear")["std_error"]
    )


@pytest.mark.parametrize(("covariance", "file"), [("CS", "sas_cs_reml.txt"), ("AR1", "sas_ar1_reml.txt")])
def test_sas_listing(fev, real_data, covariance, file):
    """Criterion, R matrix, parameters with limits, information criteria and the Satterthwaite intercept.

    SAS stops where its criterion is Δ above the minimum, so that a parameter is off by √Δ of its standard error.
    """
    text = (real_data / "mmrm" / "SAS" / file).read_text(encoding="utf-8")
    fit = fit_fev(fev, "FEV1 ~ 1", covariance)

    def numbers(pattern):
        return np.array([float(number) for number in re.search(pattern, text).groups()])

    criterion = float(re.findall(r"^\s+\d+\s+\d+\s+(\d+\.\d{8})\s+0\.00000000", text, re.MULTILINE)[-1])
    assert -1e-8 < criterion - fit.deviance < 1e-5
    slack = np.sqrt(max(criterion - fit.deviance, 0.0) + 1e-8)
    aic = numbers(r"AIC \(Smaller is Better\)\s+([\d.]+)")
    bic = numbers(r"BIC \(Smaller is Better\)\s+([\d.]+)")
    people_without_data = 2 * np.log(200 / 197)  # SAS counts them, we do not
    np.testing.assert_allclose([fit.aic, fit.bic + people_without_data], [*aic, *bic], atol=0.05)
    title, name = {"CS": ("CS", "covariance"), "AR1": (r"AR\(1\)", "rho")}[covariance]
    table = fit.covariance_parameters.set_index("term")
    error = table["std_error"]
    table = table[["estimate", "conf_low", "conf_high"]]
    found = numbers(rf"{title}\s+USUBJID\s+([\d.-]+)\s+0.05\s+([\d.-]+)\s+([\d.-]+)")
    np.testing.assert_allclose(table.loc[name], found, atol=2 * slack * error[name] + 1e-4)
    found = numbers(r"Residual\s+([\d.]+)\s+0.05\s+([\d.]+)\s+([\d.]+)")
    np.testing.assert_allclose(table.drop(index=name).iloc[0], found, rtol=2 * slack, atol=5e-3)
    first = numbers(r"Matrix for USUBJID PT102\s+Row .*\s+1\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)")
    np.testing.assert_allclose(fit.covariance_matrix().iloc[0], first, rtol=2 * slack)
    estimate, error, df = numbers(r"Intercept\s+([\d.]+)\s+([\d.]+)\s+(\d+)")
    row = fit.coefficients(ddf="satterthwaite").iloc[0]
    np.testing.assert_allclose([row["estimate"], row["std_error"]], [estimate, error], atol=1e-4)
    assert abs(row["df"] - df) < 1


def test_sas_unstructured_listings(fev):
    """Two listings of the mmrm project (design/SAS): numbers as printed there."""
    fit = fit_fev(fev, "FEV1 ~ 1", "UN")
    np.testing.assert_allclose(fit.deviance, 3700.94648570, rtol=1e-8)
    row = fit.coefficients(ddf="satterthwaite").iloc[0]
    np.testing.assert_allclose([row["estimate"], row["std_error"], row["df"]], [42.8338, 0.3509, 171], rtol=2e-3)
    visits = ["VIS2", "VIS3", "VIS4", "VIS1"]
    matrix = fit.covariance_matrix().loc[visits, visits].to_numpy()
    printed = [44.0193, 4.9722, 27.2643, -8.5335, 23.0555, 158.17, 49.8999, 2.7459, -40.4566, 113.63]
    np.testing.assert_allclose(matrix[np.tril_indices(4)], printed, rtol=2e-3)
    fit = fit_fev(fev, "FEV1 ~ RACE + SEX + ARMCD * AVISIT", "UN")
    np.testing.assert_allclose(fit.deviance, 3386.44987722, rtol=1e-8)
    table = fit.anova(ddf="satterthwaite").set_index("term")
    printed = {"ARMCD": (31.67, 169), "AVISIT": (142.11, 148), "ARMCD:AVISIT": (0.26, 148), "RACE": (36.92, 166),
               "SEX": (0.38, 166)}  # fmt: skip
    for term, (statistic, den_df) in printed.items():
        assert abs(table.loc[term, "statistic"] - statistic) < 0.01
        assert abs(table.loc[term, "den_df"] - den_df) < 1
    means = fit.marginal_means("AVISIT", by="ARMCD").set_index(["ARMCD", "AVISIT"])["estimate"]
    np.testing.assert_allclose(means["PBO"], [33.3318, 38.1715, 43.6740, 48.3855], atol=1e-3)
    np.testing.assert_allclose(means["TRT"], [37.1063, 41.9037, 46.7546, 52.7841], atol=1e-3)


@pytest.fixture(scope="module")
def nlme(root):
    return json.loads((root / NLME / "reference.json").read_text(encoding="utf-8"))


def test_the_nlme_reference_covers_every_structure(nlme):
    assert set(nlme) == {f"{d}.{s}.{m}" for d in ("training", "complete") for s in STRUCTURES for m in ("REML", "ML")}


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("covariance", STRUCTURES)
@pytest.mark.parametrize("name", ["training", "complete"])
def test_nlme(root, nlme, name, covariance, method):
    """gls stops at about 1e-5 of its parameters; its log-likelihood there is good to 1e-8."""
    found = nlme[f"{name}.{covariance}.{method}"]
    data = pd.read_csv(root / NLME / f"{name}.csv")
    formula, occasion = {
        "training": ("value ~ group * C(time) + age", "time"),
        "complete": ("value ~ C(load)", "load"),
    }[name]
    fit = fit_repeated(formula, data, occasion=occasion, covariance=covariance, reml=method == "REML")
    np.testing.assert_allclose(fit.loglik, found["loglik"], rtol=1e-9)
    assert fit.loglik > found["loglik"] - 1e-9
    order = [found["names"].index(_name_in_r(name)) for name in fit.fixed.names]
    np.testing.assert_allclose(fit.beta, np.array(found["beta"])[order], rtol=1e-4, atol=1e-4)
    error = fit.coefficients(ddf="asymptotic")["std_error"]
    np.testing.assert_allclose(error, np.sqrt(np.diag(found["phi"]))[order], rtol=1e-4)
    np.testing.assert_allclose(fit.covariance_matrix(), found["sigma"], rtol=1e-3, atol=1e-3)
    _compare_normalised(fit.residuals["normalised"].to_numpy(), np.array(found["normalized"]), data, covariance)


def _compare_normalised(ours, theirs, data, covariance):
    """nlme takes another square root for compound symmetry; the sum of squares of a participant is the same."""
    if not covariance.startswith("CS"):
        np.testing.assert_allclose(ours, theirs, atol=1e-3)
    squares = pd.DataFrame({"ours": ours**2, "theirs": theirs**2}).groupby(data["participant"].to_numpy()).sum()
    np.testing.assert_allclose(squares["ours"], squares["theirs"], rtol=2e-3, atol=1e-3)


def _name_in_r(name):
    name = name.replace("Intercept", "(Intercept)")
    return re.sub(r"(C\()?(\w+)(\))?\[T\.(\w+)\]", lambda m: f"{_factor(m[2])}{m[4]}", name)


def _factor(name):
    return f"factor({name})" if name in ("time", "load") else name


# Potthoff & Roy (1964), Biometrika 51:313, table 1: pituitary to pterygomaxillary fissure (mm) at 8, 10, 12, 14 years.
GIRLS = """21 20 21.5 23 | 21 21.5 24 25.5 | 20.5 24 24.5 26 | 23.5 24.5 25 26.5 | 21.5 23 22.5 23.5 | 20 21 21 22.5
 | 21.5 22.5 23 25 | 23 23 23.5 24 | 20 21 22 21.5 | 16.5 19 19 19.5 | 24.5 25 28 28"""
BOYS = """26 25 29 31 | 21.5 22.5 23 26.5 | 23 22.5 24 27.5 | 25.5 27.5 26.5 27 | 20 23.5 22.5 26 | 24.5 25.5 27 28.5
 | 22 22 24.5 26.5 | 24 21.5 24.5 25.5 | 23 20.5 31 26 | 27.5 28 31 31.5 | 23 23 23.5 25 | 21.5 23.5 24 28
 | 17 24.5 26 29.5 | 22.5 25.5 25.5 26 | 23 24.5 26 30 | 22 21.5 23.5 25"""


@pytest.fixture(scope="module")
def growth():
    rows = []
    for sex, text in (("boy", BOYS), ("girl", GIRLS)):
        for i, child in enumerate(text.split("|")):
            rows += [(f"{sex}{i}", sex, age, float(v)) for age, v in zip((8, 10, 12, 14), child.split(), strict=True)]
    return pd.DataFrame(rows, columns=["participant", "sex", "age", "value"])


def test_growth_by_maximum_likelihood(growth):
    """SAS/STAT documentation, PROC MIXED, example "Repeated Measures"; criteria also re-run in nlme."""
    fit = fit_repeated("value ~ sex * age", growth, occasion="age", covariance="UN", reml=False)
    np.testing.assert_allclose(fit.deviance, 419.477048, atol=2e-6)
    printed = [5.1192, 2.4409, 3.9280, 3.6105, 2.7175, 5.9798, 2.5222, 3.0624, 3.8235, 4.6180]
    np.testing.assert_allclose(fit.covariance_matrix().to_numpy()[np.tril_indices(4)], printed, atol=1e-4)
    table = fit.coefficients(ddf="asymptotic").set_index("term")
    order = ["Intercept", "sex[T.girl]", "age", "sex[T.girl]:age"]
    np.testing.assert_allclose(table.loc[order, "estimate"], [15.8423, 1.5831, 0.8268, -0.3504], atol=1e-4)
    np.testing.assert_allclose(table.loc[order, "std_error"], [0.9356, 1.4658, 0.07911, 0.1239], atol=1e-4)
    assert fit.n_parameters == 14
    for covariance, criterion in (("CS", 428.639058), ("AR1", 440.681006)):
        other = fit_repeated("value ~ sex * age", growth, occasion="age", covariance=covariance, reml=False)
        np.testing.assert_allclose(other.deviance, criterion, atol=2e-6)


def test_growth_by_reml(growth):
    def fit(covariance):
        return fit_repeated("value ~ sex * age", growth, occasion="age", covariance=covariance)

    un, cs, ar1 = fit("UN"), fit("CS"), fit("AR1")
    np.testing.assert_allclose(un.deviance, 424.5468, atol=1e-4)
    np.testing.assert_allclose(cs.deviance, 433.757249, atol=2e-6)
    np.testing.assert_allclose(ar1.deviance, 444.587449, atol=2e-6)
    np.testing.assert_allclose(cs.sigma["sd"] ** 2, 5.220682, atol=1e-5)
    np.testing.assert_allclose(cs.correlation_matrix().iloc[0, 1], 0.631838, atol=1e-6)
    np.testing.assert_allclose(ar1.covariance_parameters.set_index("term").loc["rho", "estimate"], 0.624489, atol=1e-6)


@pytest.fixture(scope="module")
def lifters():
    rng = np.random.default_rng(5)
    values = 40 + rng.normal(0, 6, (13, 1)) + rng.normal(0, 2, (13, 4)) * [1, 1.5, 1, 2] + [0, 2, 3, 1]
    rows = [(f"P{i}", load, values[i, k]) for i in range(13) for k, load in enumerate(("20", "40", "60", "80"))]
    return pd.DataFrame(rows, columns=["participant", "load", "value"])


def test_unstructured_kenward_roger_is_hotelling(lifters):
    """Balanced data: F = T² (n - q) / ((n - 1) q) on q and n - q degrees of freedom, whatever the information."""
    wide = lifters.pivot(index="participant", columns="load", values="value").to_numpy()
    differences = wide[:, 1:] - wide[:, :1]
    n, q = differences.shape
    t2 = n * differences.mean(0) @ np.linalg.solve(np.cov(differences.T), differences.mean(0))
    statistic = t2 * (n - q) / ((n - 1) * q)
    fit = fit_repeated("value ~ load", lifters, occasion="load", covariance="UN")
    for information in ("observed", "expected"):
        row = fit.anova(information=information).iloc[0]
        found = [row["statistic"], row["num_df"], row["den_df"], row["p_value"]]
        np.testing.assert_allclose(found, [statistic, q, n - q, stats.f.sf(statistic, q, n - q)], rtol=1e-8)
    np.testing.assert_allclose(fit.covariance_matrix(), np.cov(wide.T), rtol=1e-9)


def test_unstructured_contrasts_are_paired_t_tests(lifters):
    fit = fit_repeated("value ~ load", lifters, occasion="load", covariance="UN")
    wide = lifters.pivot(index="participant", columns="load", values="value")
    row = fit.contrasts("load", method={"late": [0, -1, 0, 1]}).iloc[0]
    t = stats.ttest_rel(wide["80"], wide["40"])
    np.testing.assert_allclose([row["statistic"], row["df"], row["p_value"]], [t.statistic, 12, t.pvalue], rtol=1e-8)


def test_compound_symmetry_is_the_random_intercept_and_the_anova(lifters):
    """Balanced data with a positive covariance: one model in three forms."""
    fit = fit_repeated("value ~ load", lifters, occasion="load", covariance="CS")
    mixed = fit_mixed("value ~ load + (1 | participant)", lifters)
    assert fit.covariance_parameters.loc[0, "estimate"] > 0
    np.testing.assert_allclose(fit.loglik, mixed.loglik, rtol=1e-10)
    ours, theirs = fit.coefficients(), mixed.coefficients()
    for column in ("estimate", "std_error", "df", "conf_low", "p_value"):
        np.testing.assert_allclose(ours[column], theirs[column], rtol=1e-6)
    r2 = mixed.r_squared().set_index("metric").loc["r2_marginal", "estimate"]
    np.testing.assert_allclose(fit.r_squared().loc[0, "estimate"], r2, rtol=1e-6)
    anova = rm_anova(lifters, within="load").iloc[0]
    row = fit.anova().iloc[0]
    for column in ("num_df", "den_df", "statistic", "p_value"):
        np.testing.assert_allclose(row[column], anova[column], rtol=1e-8)


def test_compound_symmetry_may_be_negative():
    """Where a random intercept stops at zero, the marginal model goes on: F is that of the ANOVA."""
    rng = np.random.default_rng(8)
    values = rng.normal(0, 1, (10, 3))
    values -= 0.9 * values.mean(1, keepdims=True)
    data = pd.DataFrame({"participant": np.repeat([f"P{i}" for i in range(10)], 3), "time": list("abc") * 10,
                         "value": values.ravel() + [0, 1, 0.5] * 10})  # fmt: skip
    fit = fit_repeated("value ~ time", data, occasion="time", covariance="CS")
    assert fit.covariance_parameters.loc[0, "estimate"] < 0
    np.testing.assert_allclose(fit.anova()["statistic"], rm_anova(data, within="time")["statistic"], rtol=1e-8)


def test_groups_with_their_own_covariance_are_separate_fits(root):
    """If the fixed effects are separate too, criterion, matrix and means are those of each group alone."""
    data = pd.read_csv(root / NLME / "training.csv")
    both = fit_repeated("value ~ 0 + group:C(time)", data, occasion="time", covariance="ARH1", group="group")
    alone = {
        name: fit_repeated("value ~ 0 + C(time)", rows, occasion="time", covariance="ARH1")
        for name, rows in data.groupby("group")
    }
    np.testing.assert_allclose(both.deviance, sum(fit.deviance for fit in alone.values()), rtol=1e-10)
    for name, fit in alone.items():
        np.testing.assert_allclose(both.covariance_matrix(name), fit.covariance_matrix(), rtol=1e-7)
        np.testing.assert_allclose(both.sigma[name], fit.sigma["sd"], rtol=1e-7)
        ours = both.marginal_means("time", by="group", ddf="satterthwaite")
        ours = ours[ours["group"] == name]
        theirs = fit.coefficients(ddf="satterthwaite")
        for column in ("estimate", "std_error", "df"):
            np.testing.assert_allclose(ours[column], theirs[column], rtol=1e-6)
    assert list(both.covariance_parameters["group"]) == ["control"] * 5 + ["imagery"] * 5


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_units_and_coding_do_not_matter(root, covariance):
    data = pd.read_csv(root / NLME / "training.csv")
    fit = fit_repeated("value ~ group * C(time) + age", data, occasion="time", covariance=covariance)
    scaled = data.assign(value=data["value"] * 1e-6 + 5, age=data["age"] * 1e4 - 3e5)
    other = fit_repeated("value ~ group * C(time) + age", scaled, occasion="time", covariance=covariance, coding="sum")
    for ddf in ("kenward-roger", "satterthwaite"):
        ours, theirs = fit.anova(ddf=ddf), other.anova(ddf=ddf)
        np.testing.assert_allclose(theirs[["statistic", "den_df"]], ours[["statistic", "den_df"]], rtol=1e-5)
    for ddf in ("kenward-roger", "kenward-roger-linear", "satterthwaite", "asymptotic"):
        ours, theirs = (f.contrasts("time", by="group", ddf=ddf) for f in (fit, other))
        np.testing.assert_allclose(theirs[["statistic", "df"]], ours[["statistic", "df"]], rtol=1e-5)
    np.testing.assert_allclose(other.covariance_matrix(), fit.covariance_matrix() * 1e-12, rtol=1e-6)
    offset = fit_repeated("value ~ group * C(time) + age", data.assign(value=np.round(data["value"] * 2**10) + 2.0**40),
                          occasion="time", covariance=covariance)  # fmt: skip
    rounded = fit_repeated("value ~ group * C(time) + age", data.assign(value=np.round(data["value"] * 2**10)),
                           occasion="time", covariance=covariance)  # fmt: skip
    np.testing.assert_allclose(offset.deviance, rounded.deviance, rtol=1e-9)
    np.testing.assert_allclose(offset.anova()["den_df"], rounded.anova()["den_df"], rtol=1e-5)
    shuffled = data.sample(frac=1, random_state=2)
    again = fit_repeated("value ~ group * C(time) + age", shuffled, occasion="time", covariance=covariance)
    np.testing.assert_allclose(again.loglik, fit.loglik, rtol=1e-12)


def test_several_within_factors_make_one_occasion():
    rng = np.random.default_rng(9)
    cells = [(c, load) for c in ("regular", "triceps") for load in (20, 50, 80)]
    rows = [(f"P{i:02d}", *cell, rng.normal(30, 4) + 3 * (cell[0] == "triceps")) for i in range(15) for cell in cells]
    data = pd.DataFrame(rows, columns=["participant", "condition", "load", "value"])
    fit = fit_repeated("value ~ condition * C(load)", data, occasion=["condition", "load"], covariance="CS")
    assert list(fit.covariance_matrix().index) == [f"{c}:{load}" for c, load in cells]
    assert fit.covariance_matrix().index.name == "condition:load"
    joined = data.assign(cell=data["condition"] + data["load"].astype(str))
    other = fit_repeated("value ~ condition * C(load)", joined, occasion="cell", covariance="CS")
    np.testing.assert_allclose(fit.loglik, other.loglik, rtol=1e-12)


def test_frames_are_estimates(root):
    data = pd.read_csv(root / NLME / "training.csv").assign(evidence="synthetic")
    data["time"] = data["time"].map({0: "pre", 1: "mid", 2: "post", 3: "followup"})
    data["time"] = pd.Categorical(data["time"], ["pre", "mid", "post", "followup"], ordered=True)
    fit = fit_repeated("value ~ group * time", data, occasion="time", covariance="ARH1", group="group")
    tables = [fit.coefficients(), fit.anova(), fit.covariance_parameters, fit.marginal_means("time", by="group"),
              fit.contrasts("group", by="time"), fit.predict(interval="prediction")]  # fmt: skip
    for table in tables:
        schema.check(table, "estimates")
        assert set(table["evidence"]) == {"synthetic"}
    assert "synthetic data" in repr(fit)


def test_maximum_likelihood_says_that_kenward_roger_rests_on_reml(root):
    data = pd.read_csv(root / NLME / "complete.csv")
    fit = fit_repeated("value ~ C(load)", data, occasion="load", reml=False)
    reml = fit_repeated("value ~ C(load)", data, occasion="load")
    with pytest.warns(MMCWarning, match="rests on its REML fit"):
        table = fit.anova()
    np.testing.assert_allclose(table["statistic"], reml.anova()["statistic"], rtol=1e-9)
    n = 12
    satterthwaite = fit.coefficients(ddf="satterthwaite").loc[0, "std_error"]
    np.testing.assert_allclose(
        satterthwaite, reml.coefficients(ddf="satterthwaite").loc[0, "std_error"] * np.sqrt((n - 1) / n), rtol=1e-8
    )
    assert "maximum likelihood" in repr(fit)


def test_text_and_html(root):
    data = pd.read_csv(root / NLME / "training.csv")
    fit = fit_repeated("value ~ group * C(time)", data, occasion="time", covariance="UN")
    text, page = repr(fit), fit._repr_html_()
    for words in ("UN (unstructured) over 4 levels of time", "observations of 24 participants", "cov(0, 3)", "REML"):
        assert words in text and words in page
    assert "<table" in page and "<script" not in page
