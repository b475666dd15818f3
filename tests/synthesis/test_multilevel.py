"""Three-level synthesis and cluster-robust inference against metafor and clubSandwich."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis import effects, figures, meta_analysis, meta_multilevel, report, synthesis
from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.schema import check
from mmc_analysis.synthesis import shared_control, shared_participants
from mmc_analysis.synthesis.cluster_robust import _adjusted

SETS = ("konstantopoulos2011", "assink2016", "bornmann2007", "assink_shared", "konstantopoulos_year")


def frame_of(data) -> pd.DataFrame:
    columns = {"estimate": data["yi"], "variance": data["vi"], "study": data["study"]}
    return pd.DataFrame(columns | ({"year": data["year"]} if "year" in data else {}))


def fit(name, data, **options):
    frame = frame_of(data)
    if name == "assink_shared":
        options["covariance"] = shared_participants(frame, r=0.6, variance="variance")
    if "year" in frame:
        options["moderators"] = ["year"]
    return meta_multilevel(frame, variance="variance", **options)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_three_level_models_agree_with_metafor(name, method, sandwich):
    r, a = sandwich[name][method], fit(name, sandwich[name], method=method, test="z")
    # metafor stops its search about here; the likelihoods agree to 1e-9
    np.testing.assert_allclose(a.sigma2, r["sigma2"], rtol=1e-6)
    assert a.loglik == pytest.approx(r["ll"], abs=1e-9)
    assert a.loglik >= r["ll"] - 1e-11
    for column, key in (
        ("estimate", "b"),
        ("std_error", "se"),
        ("p_value", "p"),
        ("conf_low", "lo"),
        ("conf_high", "hi"),
    ):
        np.testing.assert_allclose(a.coefficients[column], r[key], rtol=1e-6)
    assert a.q == pytest.approx(r["QE"], rel=1e-9)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_where_years_are_counted_from_changes_neither_variances_nor_likelihood(method, sandwich):
    frame = frame_of(sandwich["konstantopoulos_year"])
    options = {"variance": "variance", "method": method, "moderators": ["year"]}
    near = meta_multilevel(frame.assign(year=frame["year"] - 1990), **options)
    for origin in (0, 1990 - 1e6):
        far = meta_multilevel(frame.assign(year=frame["year"] - origin), **options)
        np.testing.assert_allclose(far.sigma2, near.sigma2, rtol=1e-9)
        assert far.loglik == pytest.approx(near.loglik, abs=1e-12 if origin == 0 else 1e-8)
        robust, expected = (a.robust().coefficients.iloc[1] for a in (far, near))
        for column in ("estimate", "std_error", "df"):
            assert robust[column] == pytest.approx(expected[column], rel=1e-9)


def test_likelihood_in_years_is_that_of_arithmetic_with_50_digits(sandwich):
    """-7.24046677679104134 at these variances, by mpmath with 50 digits; the README of the reference says what metafor prints."""
    a = fit("konstantopoulos_year", sandwich["konstantopoulos_year"])
    np.testing.assert_allclose(a.sigma2, [0.07226559133820233, 0.03265019599218748], rtol=1e-9)
    assert a.loglik == pytest.approx(-7.24046677679104134, abs=1e-12)


@pytest.mark.parametrize("name", SETS)
def test_cr2_agrees_with_clubsandwich(name, sandwich):
    r, robust = sandwich[name]["CR2"], fit(name, sandwich[name]).robust()
    frame = robust.coefficients
    np.testing.assert_allclose(frame["std_error"], np.atleast_1d(r["se"]), rtol=1e-7)
    np.testing.assert_allclose(frame["df"], np.atleast_1d(r["df"]), rtol=1e-6)
    np.testing.assert_allclose(frame["p_value"], np.atleast_1d(r["p"]), rtol=1e-6)


@pytest.mark.parametrize("name", SETS[:4])
def test_prediction_and_containment_df_agree_with_metafor(name, sandwich):
    data = sandwich[name]
    assert fit(name, data, test="z").prediction_interval == pytest.approx(tuple(data["pi"]), rel=1e-6)
    a, r = fit(name, data), data["contain"]
    assert a.df == r["ddf"]
    assert [a.pooled["conf_low"][0], a.pooled["conf_high"][0]] == pytest.approx([r["lo"], r["hi"]], rel=1e-6)


def test_printed_values_of_konstantopoulos(sandwich):
    """Konstantopoulos (2011) and later analyses: .185 (.085), variances .065 and .033."""
    a = fit("konstantopoulos2011", sandwich["konstantopoulos2011"])
    assert a.pooled["estimate"][0] == pytest.approx(0.185, abs=5e-4)
    assert a.pooled["std_error"][0] == pytest.approx(0.0846, abs=5e-5)
    assert a.sigma2.round(3).tolist() == [0.065, 0.033]
    assert a.i2.sum() < 100
    check(a.pooled, "estimates")


@pytest.mark.parametrize(
    ("key", "options", "cluster"),
    [("bcg_cr2", {}, None), ("bcg_mods_cr2", {"moderators": ["ablat", "year"]}, None), ("bcg_alloc_cr2", {}, "alloc")],
)
def test_robust_random_effects_agree_with_clubsandwich(key, options, cluster, sandwich):
    data = sandwich["bcg"]
    frame = pd.DataFrame(
        {"estimate": data["yi"], "v": data["vi"]} | {n: data[n] for n in ("trial", "alloc", "ablat", "year")}
    )
    a = meta_analysis(frame, variance="v", study="trial", test="z", **options)
    r = sandwich[key]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MMCWarning)
        robust = a.robust(cluster)
    np.testing.assert_allclose(np.sqrt(np.diag(robust.covariance)), np.atleast_1d(r["se"]), rtol=1e-7)
    np.testing.assert_allclose(robust.df, np.atleast_1d(r["df"]), rtol=1e-7)


def test_few_degrees_of_freedom_are_flagged(sandwich):
    data = sandwich["bcg"]
    frame = pd.DataFrame({"estimate": data["yi"], "v": data["vi"], "trial": data["trial"], "alloc": data["alloc"]})
    with pytest.warns(MMCWarning, match=r"fewer than 4 degrees of freedom: Intercept \(1.7\)"):
        robust = meta_analysis(frame, variance="v", study="trial").robust("alloc")
    assert "below 4" in robust.pooled["note"].iloc[0]


def test_one_effect_per_study_with_cr2_on_equal_variances_is_the_t_test():
    """Equal variances, one effect per cluster: CR2 is s/√k with k - 1 df."""
    y = np.array([0.1, 0.5, 0.3, 0.9, 0.2, 0.8])
    frame = pd.DataFrame({"estimate": y, "std_error": 0.2, "study": list("abcdef")})
    robust = meta_analysis(frame).robust()
    assert robust.df[0] == pytest.approx(5)
    assert robust.coefficients["std_error"][0] == pytest.approx(y.std(ddof=1) / np.sqrt(6))


def test_perfectly_shared_pairs_count_once():
    """Two near-copies of each effect, r close to 1: the pooled standard error is that of one copy, not √2 smaller."""
    rng = np.random.default_rng(2)
    y = rng.normal(0.4, 0.3, 8)
    twice = pd.DataFrame({"study": np.repeat(list("abcdefgh"), 2), "estimate": np.repeat(y, 2), "std_error": 0.2})
    twice["estimate"] += np.tile([1e-6, -1e-6], 8)
    once = meta_analysis(pd.DataFrame({"study": list("abcdefgh"), "estimate": y, "std_error": 0.2}), test="z").pooled
    shared = meta_multilevel(twice, covariance=shared_participants(twice, r=0.9999), test="z").pooled
    assert shared["std_error"][0] == pytest.approx(once["std_error"][0], rel=1e-3)


def test_shared_participants_by_level_and_sample():
    frame = pd.DataFrame({
        "study": ["a", "a", "a", "b"], "group": ["x", "x", "y", "x"], "muscle": ["pectoralis", "triceps", "triceps", "triceps"],
        "std_error": [0.2, 0.3, 0.25, 0.5],
    })  # fmt: skip
    r = pd.DataFrame([[1, 0.4], [0.4, 1]], index=["pectoralis", "triceps"], columns=["pectoralis", "triceps"])
    matrix = shared_participants(frame, r=r, by="muscle", sample="group")
    expected = np.diag([0.04, 0.09, 0.0625, 0.25])
    expected[0, 1] = expected[1, 0] = 0.4 * 0.06
    np.testing.assert_allclose(matrix, expected)
    with pytest.raises(EffectError, match="no row for muscle 'triceps'"):
        shared_participants(frame, r=r.iloc[:1, :1], by="muscle")


def test_shared_control_is_the_simulated_covariance():
    """Three arms of 20, 30 and 10 against one control of 15: the correlation of the differences of means."""
    rng = np.random.default_rng(1)
    sizes, control = [20, 30, 10], 15
    means = np.array([rng.normal(size=(40000, n)).mean(axis=1) for n in sizes]) - rng.normal(
        size=(40000, control)
    ).mean(axis=1)
    frame = pd.DataFrame({"study": "a", "comparator": "control", "n_1": sizes, "n_2": control,
                          "std_error": [np.sqrt(1 / n + 1 / control) for n in sizes]})  # fmt: skip
    np.testing.assert_allclose(shared_control(frame, control="comparator"), np.cov(means), rtol=0.05)


def test_correlations_of_several_columns_multiply():
    muscles = pd.DataFrame([[1, 0.4], [0.4, 1]], index=["x", "y"], columns=["x", "y"])
    frame = pd.DataFrame(
        {"study": list("aaab"), "muscle": list("xxyy"), "load": [20, 80, 80, 80], "std_error": [1.0, 2, 3, 1]}
    )
    matrix = shared_participants(frame, r={"muscle": muscles, "load": 0.8})
    expected = [[1, 0.8 * 2, 0.4 * 0.8 * 3, 0], [0.8 * 2, 4, 0.4 * 6, 0], [0.4 * 0.8 * 3, 0.4 * 6, 9, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(matrix, expected)


def test_a_covariance_may_link_studies_of_one_laboratory():
    """Two studies share participants: the likelihood is that of the whole normal distribution, and clusters must hold both."""
    V = np.diag(np.full(7, 0.04))
    V[1, 2] = V[2, 1] = 0.03
    a = meta_multilevel(GOOD, covariance=V, method="ML")
    expected = stats.multivariate_normal(np.full(7, a.pooled["estimate"][0]), a.working).logpdf(GOOD["estimate"])
    assert a.loglik == pytest.approx(expected, rel=1e-12)
    with pytest.raises(EffectError, match="effects of different clusters are correlated"):
        a.robust()
    with pytest.warns(MMCWarning, match="fewer than 4 degrees"):
        assert meta_multilevel(GOOD.assign(lab=list("ppppqqr")), covariance=V).robust("lab").n_clusters == 3


def test_same_participants_taken_as_independent_are_warned_of():
    frame = GOOD.assign(muscle=list("ptptptp"))
    with pytest.warns(MMCWarning, match=r"differ in muscle \(study a\).*shared_participants"):
        meta_multilevel(frame)
    meta_multilevel(frame, covariance=shared_participants(frame, r={"muscle": 0.5}))
    meta_multilevel(frame, covariance=np.diag(frame["std_error"] ** 2))
    meta_multilevel(frame.assign(group=list("xyxyxyx")))  # other people, as their group says


def test_one_control_for_several_groups_is_warned_of():
    frame = GOOD.assign(group=list("xyxyxyx"), comparator="control", n_1=10, n_2=12)
    with pytest.warns(MMCWarning, match=r"2 groups of one study .*'control' of study a.*shared_control"):
        meta_multilevel(frame)
    meta_multilevel(frame, covariance=shared_control(frame, control="comparator"))
    meta_multilevel(frame.assign(comparator=list("pqpqpqp")))


def test_leaving_out_studies_is_fitting_the_rest(sandwich):
    data = sandwich["assink_shared"]
    frame = frame_of(data)
    whole = meta_multilevel(
        frame, variance="variance", covariance=shared_participants(frame, r=0.6, variance="variance")
    )
    table = synthesis.leave_one_out(whole)
    assert len(table) == whole.n_studies
    rest = frame[frame["study"] != table["study"][3]]
    alone = meta_multilevel(rest, variance="variance", covariance=shared_participants(rest, r=0.6, variance="variance"))
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        assert table[column][3] == pytest.approx(alone.pooled[column][0], rel=1e-9)
    assert [table["tau2"][3], table["i2"][3], table["q"][3]] == pytest.approx(
        [alone.sigma2.sum(), alone.i2.sum(), alone.q]
    )


def test_hundreds_of_effects_are_as_good_as_the_dense_likelihood():
    """300 effects of 60 studies: the likelihood by blocks is that of the whole normal distribution."""
    rng = np.random.default_rng(8)
    study = rng.integers(0, 60, 300)
    se = rng.uniform(0.1, 0.4, 300)
    y = rng.normal(0, 0.3, 60)[study] + rng.normal(0, 0.2, 300) + rng.normal(0, se)
    a = meta_multilevel(pd.DataFrame({"study": study, "estimate": y, "std_error": se}), method="ML")
    expected = stats.multivariate_normal(np.full(300, a.pooled["estimate"][0]), a.working).logpdf(y)
    assert a.loglik == pytest.approx(expected, rel=1e-11)
    assert a.sigma2.to_list() == pytest.approx([0.09, 0.04], abs=0.05)


def test_from_effect_sizes_of_muscles_and_loads_to_a_forest():
    """Six studies, two muscles at two loads on the same people: what effects gives goes straight in, and out to figure and words."""
    rng = np.random.default_rng(12)
    labels = pd.DataFrame(
        [(f"study{i}", muscle, load) for i in range(6) for muscle in ("pectoralis", "triceps") for load in (20, 80)],
        columns=["study", "muscle", "load"],
    )
    n = np.repeat(rng.integers(10, 25, 6), 4)
    pairs = effects.PairedSummary(n, 50 + rng.normal(5, 2, 24), np.full(24, 50.0), 10.0, 10.0, 0.7, labels=labels)
    frame = effects.g_av(pairs)
    with pytest.warns(MMCWarning, match="differ in load, muscle"):
        naive = meta_multilevel(frame)
    shared = meta_multilevel(frame, covariance=shared_participants(frame, r={"muscle": 0.5, "load": 0.8}))
    # what is shared counts once: independent errors claim more than there is
    assert shared.pooled["std_error"][0] > naive.pooled["std_error"][0]
    check(shared.pooled, "estimates")
    check(shared.sigma2_intervals, "estimates")
    drawn = figures.forest_data(shared.studies, shared.pooled)
    assert drawn["kind"].tolist() == ["estimate"] * 24 + ["pooled", "prediction"]
    assert report.sentence(shared.pooled.iloc[0]).startswith("g_av = ")


GOOD = pd.DataFrame({"study": list("aabbccd"), "estimate": [0.2, 0.3, 0.9, 0.6, 0.5, 0.4, 0.1], "std_error": 0.2})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: meta_multilevel(GOOD.assign(study=list("abcdefg"))), "Use meta_analysis"),
        (lambda: meta_multilevel(GOOD.assign(study="a")), "one study"),
        (lambda: meta_multilevel(GOOD, study=None), "needs the column of studies"),
        (lambda: meta_multilevel(GOOD, covariance=np.eye(3)), "there are 7 effects"),
        (lambda: meta_multilevel(GOOD, covariance=np.eye(7)), "differs from the variances"),
        (lambda: meta_multilevel(GOOD, covariance=np.full((7, 7), np.nan)), "without gaps"),
        (lambda: meta_multilevel(GOOD, covariance="diag"), "square table of numbers"),
        (lambda: meta_multilevel(GOOD, covariance=np.where(np.eye(7), 0.04, -0.03)), "no covariance"),
        (lambda: meta_multilevel(GOOD, method="DL"), "method='DL'"),
        (lambda: meta_multilevel(GOOD.assign(x=list("abcdabc")), moderators="x"), "4 studies cannot carry 4"),
        (lambda: shared_participants(GOOD, r=1.0), "not a correlation"),
        (lambda: shared_participants(GOOD, r=pd.DataFrame()), "say with by="),
        (lambda: shared_participants(GOOD.assign(study="a"), r=-0.5), r"below -1/\(m - 1\)"),
        (lambda: shared_participants(GOOD, r=0.5, sample="grp"), "no column 'grp'"),
        (lambda: shared_participants(GOOD, r=0.5, std_error="se"), "no column 'se'"),
        (lambda: shared_control(GOOD.assign(c="x", n_1=9, n_2=[9, 8, 9, 9, 9, 9, 9]), control="c"), "different 'n_2'"),
        (lambda: shared_control(GOOD.assign(c="x", n_1=np.nan, n_2=9), control="c"), "number of participants"),
        (lambda: shared_control(GOOD.assign(c="x", n_1=0, n_2=9), control="c"), "must be above zero"),
        (lambda: shared_control(GOOD.assign(c="x", n_1="ten", n_2=9), control="c"), "has 'ten' in row 0"),
        (lambda: shared_participants([0.1], r=0.5), "a frame of estimates is needed"),
        (lambda: shared_participants(GOOD, r=False), "r=False is not a correlation"),
        (lambda: shared_participants(GOOD.assign(load=20), r={"load": 0.8}), "a dict of them"),
        (lambda: shared_participants(GOOD, r={"load": 0.8}), "no column 'load'"),
        (lambda: shared_participants(GOOD.assign(m="x"), r=pd.DataFrame([[4.0]], ["x"], ["x"]), by="m"), "ones on its diagonal, but has 4"),
        (lambda: meta_multilevel(GOOD).robust("lab"), r"no column 'lab' \(cluster=\)"),
        (lambda: meta_multilevel(GOOD.assign(x=range(7)), moderators="x").predict(GOOD), "no column 'x'"),
        (lambda: meta_multilevel(GOOD).predict(GOOD), "no moderators"),
        (lambda: meta_multilevel(GOOD).moderator_test, "no moderators"),
        (lambda: meta_multilevel(GOOD.assign(x=range(7)), moderators="x").pooled, "no one pooled effect"),
        (lambda: synthesis.egger_test(meta_multilevel(GOOD)), "For a three-level synthesis"),
        (lambda: synthesis.leave_one_out(meta_multilevel(GOOD.iloc[1:6].assign(study=list("abbcd")))), "only study 'b' has several"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_remedy(call, message):
    with pytest.raises(EffectError, match=message):
        call()


@pytest.mark.slow
def test_robust_intervals_cover_where_sharing_is_ignored():
    """Fifteen studies of three muscles with sampling errors correlated at .6, analysed as if independent."""
    rng = np.random.default_rng(9)
    study, errors = np.repeat(np.arange(15), 3), np.linalg.cholesky(np.full((3, 3), 0.6) + 0.4 * np.eye(3))
    inside, runs = 0, 500
    for _ in range(runs):
        se = rng.uniform(0.15, 0.4, 15)
        sampling = (rng.normal(size=(15, 3)) @ errors.T) * se[:, None]
        y = 0.3 + rng.normal(0, 0.2, 15)[:, None] + rng.normal(0, 0.1, (15, 3)) + sampling
        frame = pd.DataFrame({"study": study, "estimate": y.ravel(), "std_error": np.repeat(se, 3)})
        row = meta_multilevel(frame).robust().pooled.iloc[0]
        inside += row["conf_low"] <= 0.3 <= row["conf_high"]
    assert inside / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs) + 0.005)


@pytest.mark.parametrize("within", [0.1, 0.002])
def test_cr2_is_unbiased_where_studies_differ_far_more_than_their_effects(within):
    """E of each cluster's share is X'WX of that cluster, also in the direction that only the small variance within studies tells."""
    studies, rng = np.repeat(np.arange(12), [2, *[1] * 10, 2]), np.random.default_rng(8)
    working = 100.0 * (studies[:, None] == studies) + np.diag(within * rng.uniform(0.7, 1.4, studies.size))
    X = np.linalg.qr(np.column_stack([np.ones(studies.size), rng.normal(size=studies.size)]))[0]
    weighted = np.linalg.solve(working, X)
    bread = np.linalg.inv(X.T @ weighted)
    for study in range(12):
        rows = studies == study
        block = working[np.ix_(rows, rows)]
        side = _adjusted(X[rows], weighted[rows], bread, block)
        expected = X[rows].T @ weighted[rows]
        np.testing.assert_allclose(
            side.T @ (block - X[rows] @ bread @ X[rows].T) @ side,
            expected,
            rtol=1e-5,
            atol=1e-7 * np.abs(expected).max(),
        )


def test_a_moderator_that_marks_one_study_leaves_robust_errors_finite():
    frame = pd.DataFrame({"study": list("aabbccddee"), "estimate": [0.2, 0.3, 0.9, 0.6, 0.5, 0.4, 0.1, 0.3, 0.7, 0.2], "std_error": 0.2,
                          "own": [1.0, 1.0, *[0.0] * 8]})  # fmt: skip
    with pytest.warns(MMCWarning):
        coefficients = meta_multilevel(frame, moderators=["own"]).robust().coefficients
    assert (coefficients["std_error"] < 1).all()
