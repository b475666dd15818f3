"""RM-ANOVA against afex, the textbook, statsmodels and pingouin, and its refusals."""

import itertools
import json

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats
from statsmodels.stats.anova import AnovaRM

from mmc_analysis import schema
from mmc_analysis.errors import MMCWarning, ModelError, OptionError
from mmc_analysis.models.variance_analysis.rm_anova import rm_anova

AFEX = "tests/reference/afex"
DESIGNS = (
    "one_within", "two_levels", "two_within", "three_within", "one_between_one_within", "two_between_two_within",
    "two_between_observed", "two_level_factors", "few_participants", "between_only",
)  # fmt: skip


@pytest.fixture(scope="module")
def afex(root):
    return json.loads((root / AFEX / "reference.json").read_text(encoding="utf-8"))


def read(root, file):
    return pd.read_csv(root / AFEX / f"{file}.csv", dtype={"load": str, "hour": str})


def key(term):
    return frozenset(term.split(":"))


def test_the_reference_covers_every_design(afex):
    assert tuple(afex) == DESIGNS


@pytest.mark.parametrize("name", DESIGNS)
def test_afex(root, afex, name):
    found = afex[name]
    data = read(root, found["file"])
    table = rm_anova(data, within=found["within"], between=found["between"], observed=found["observed"])
    ours = {key(row["term"]): row for row in table.to_dict("records")}
    theirs = {key(term): row for term, row in found["table"].items()}
    assert set(ours) == set(theirs)
    for term, row in theirs.items():
        mine = ours[term]
        assert (mine["num_df"], mine["den_df"]) == (row["num Df"], row["den Df"])
        for name_ours, name_theirs in (("statistic", "F"), ("p_value", "Pr(>F)"), ("ges", "ges"), ("pes", "pes")):
            np.testing.assert_allclose(mine[name_ours], row[name_theirs], rtol=1e-8)
        assert mine["estimate"] == mine["ges"]
    corrections = {key(term): row for term, row in (found["corrections"] or {}).items()}
    for term in set(ours) & {term for term, row in corrections.items() if row["GG eps"] is not None}:
        row, mine = corrections[term], ours[term]
        columns = {"eps_gg": "GG eps", "eps_hf": "HF eps", "p_gg": "Pr(>F[GG])", "p_hf": "Pr(>F[HF])"}
        np.testing.assert_allclose([mine[c] for c in columns], [row[c] for c in columns.values()], rtol=1e-7)


@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "between_only"])
def test_mauchly(root, afex, name):
    """W and P agree with R's test of the contrasts alone.

    R's test of the cells uses their number in one term of the P value where Anderson (2003) has the number of
    contrasts; car prints the same. The two agree for two contrasts, and differ by up to 2 % elsewhere.
    """
    found = afex[name]
    table = rm_anova(read(root, found["file"]), within=found["within"], between=found["between"])
    ours = {key(row["term"]): row for row in table.to_dict("records")}
    alone = {key(term): row for term, row in found["own_mauchly"].items() if row}
    for term, row in alone.items():
        np.testing.assert_allclose([ours[term]["mauchly_w"], ours[term]["p_mauchly"]], [row["w"], row["p"]], rtol=1e-8)
    for term, row in ((key(term), row) for term, row in (found["mauchly"] or {}).items()):
        np.testing.assert_allclose(ours[term]["mauchly_w"], row["Test statistic"], rtol=1e-8)
        contrasts = term & set(found["within"])
        two = term in alone and ours[frozenset(contrasts)]["num_df"] == 2
        np.testing.assert_allclose(ours[term]["p_mauchly"], row["p-value"], rtol=1e-8 if two else 0.02)


def test_every_within_effect_of_the_mixed_designs_has_its_epsilons(root, afex):
    found = afex["two_between_two_within"]
    table = rm_anova(read(root, found["file"]), within=found["within"], between=found["between"]).set_index("term")
    within = table[table.index.str.contains("phase|hour")]
    assert within[["eps_gg", "eps_hf", "p_gg", "p_hf", "mauchly_w", "p_mauchly"]].notna().all(axis=None)
    assert table.loc[["group", "sex", "group:sex"], ["eps_gg", "p_gg", "mauchly_w"]].isna().all(axis=None)
    assert len(within) == 12
    assert sum(term in afex["two_between_two_within"]["mauchly"] for term in within.index) >= 6


def frame(values, within, participants=None):
    """A (N, K) array as a long frame."""
    n = len(values)
    who = participants or [f"P{i:02d}" for i in range(n)]
    cells = list(itertools.product(*within.values()))
    rows = [(p, *cell, v) for p, row in zip(who, values, strict=True) for cell, v in zip(cells, row, strict=True)]
    return pd.DataFrame(rows, columns=["participant", *within, "value"])


@pytest.fixture(scope="module")
def lifters():
    rng = np.random.default_rng(7)
    values = rng.normal(30, 3, (14, 1)) + rng.normal(size=(14, 12)) * np.linspace(0.5, 2, 12) + np.arange(12) / 8
    return frame(values, {"condition": ["regular", "pectoralis", "triceps"], "load": [20, 40, 60, 80]})


def test_two_levels_are_the_paired_t_test():
    rng = np.random.default_rng(11)
    pre, post = rng.normal(50, 8, 12), rng.normal(53, 8, 12)
    t = stats.ttest_rel(post, pre)
    row = rm_anova(frame(np.column_stack([pre, post]), {"time": ["pre", "post"]}), within="time").iloc[0]
    np.testing.assert_allclose([row["statistic"], row["p_value"]], [t.statistic**2, t.pvalue], rtol=1e-10)
    assert (row["num_df"], row["den_df"], row["eps_gg"], row["eps_hf"]) == (1, 11, 1.0, 1.0)
    assert row["p_gg"] == row["p_hf"] == row["p_value"]
    assert np.isnan(row["mauchly_w"]) and np.isnan(row["p_mauchly"])


def test_between_only_is_the_one_way_anova():
    rng = np.random.default_rng(12)
    groups = [rng.normal(m, 1, n) for m, n in ((0, 6), (1, 9), (0.5, 4))]
    data = pd.DataFrame({"value": np.concatenate(groups), "group": np.repeat(["a", "b", "c"], [6, 9, 4])})
    data["participant"] = [f"P{i}" for i in range(len(data))]
    expected = stats.f_oneway(*groups)
    row = rm_anova(data, between="group").iloc[0]
    np.testing.assert_allclose([row["statistic"], row["p_value"]], [expected.statistic, expected.pvalue], rtol=1e-10)


def test_hand_calculation():
    """Four lifters, three conditions; sums of squares by hand."""
    values = np.array([[21.0, 30, 24], [25, 31, 27], [30, 41, 29], [19, 25, 24]])
    grand = values.mean()
    condition = 4 * np.sum((values.mean(0) - grand) ** 2)
    error = np.sum((values - values.mean(0) - values.mean(1, keepdims=True) + grand) ** 2)
    lifters = 3 * np.sum((values.mean(1) - grand) ** 2)
    row = rm_anova(frame(values, {"condition": ["a", "b", "c"]}), within="condition").iloc[0]
    np.testing.assert_allclose(row["statistic"], (condition / 2) / (error / 6), rtol=1e-12)
    np.testing.assert_allclose(row["ges"], condition / (condition + error + lifters), rtol=1e-12)
    np.testing.assert_allclose(row["pes"], condition / (condition + error), rtol=1e-12)


def test_statsmodels_and_pingouin_agree_where_they_are_right(lifters):
    ours = rm_anova(lifters, within=["condition", "load"]).set_index("term")
    theirs = AnovaRM(lifters, "value", "participant", within=["condition", "load"]).fit().anova_table
    np.testing.assert_allclose(ours.loc[theirs.index, "statistic"], theirs["F Value"], rtol=1e-8)
    np.testing.assert_allclose(ours.loc[theirs.index, "p_value"], theirs["Pr > F"], rtol=1e-8)
    two_way = pingouin.rm_anova(lifters, dv="value", within=["condition", "load"], subject="participant")
    two_way = two_way.set_index(two_way["Source"].str.replace(" * ", ":", regex=False))
    np.testing.assert_allclose(ours.loc[two_way.index, "statistic"], two_way["F"], rtol=1e-8)
    np.testing.assert_allclose(ours.loc[two_way.index, "eps_gg"], two_way["eps"], rtol=1e-8)
    np.testing.assert_allclose(ours.loc[two_way.index, "p_gg"], two_way["p_GG_corr"], rtol=1e-8)
    np.testing.assert_allclose(ours.loc[two_way.index, "ges"], two_way["ng2"], rtol=1e-8)


def test_where_pingouin_is_not_right(root, afex):
    """No Type III tests in unequal groups, no Huynh-Feldt, people lost without a word."""
    found = afex["one_between_one_within"]
    data = read(root, found["file"])
    theirs = pingouin.mixed_anova(data, dv="value", within="time", between="group", subject="participant")
    theirs = theirs.set_index("Source")
    ours = rm_anova(data, within="time", between="group").set_index("term")
    assert not any("HF" in name.upper() for name in theirs.columns)
    assert abs(theirs.loc["time", "F"] / found["table"]["time"]["F"] - 1) > 0.05
    np.testing.assert_allclose(ours.loc["time", "statistic"], found["table"]["time"]["F"], rtol=1e-8)
    two = read(root, "two_within")
    silent = pingouin.rm_anova(two.drop(index=[3]), dv="value", within=["condition", "load"], subject="participant")
    assert silent["ddof2"].iloc[0] == 32
    with pytest.warns(MMCWarning, match="P01 lacks regular:60"):
        assert rm_anova(two.drop(index=[3]), within=["condition", "load"])["den_df"].iloc[0] == 32


def test_invariant_to_order_scale_and_offset(lifters):
    base = rm_anova(lifters, within=["condition", "load"])
    volts = lifters.assign(value=lifters["value"] * 1e-6 + 1.0).sample(frac=1, random_state=1)
    numbers = [name for name in base.columns if base[name].dtype == float]
    np.testing.assert_allclose(
        rm_anova(volts, within=["condition", "load"])[numbers], base[numbers], rtol=1e-6, equal_nan=True
    )


def test_the_table_is_an_estimates_frame(lifters):
    table = rm_anova(lifters.assign(evidence="synthetic"), within=["condition", "load"], metric="pes")
    schema.check(table, "estimates")
    assert set(table["evidence"]) == {"synthetic"}
    assert set(table["metric"]) == {"partial_eta_squared"}
    assert (table["estimate"] == table["pes"]).all()
    assert (table["n"] == 14).all() and (table["n_obs"] == 168).all()


def test_categories_and_unused_levels(lifters):
    kind = pd.CategoricalDtype(["regular", "pectoralis", "triceps", "never asked"], ordered=True)
    data = lifters.assign(condition=lifters["condition"].astype(kind))
    table = rm_anova(data, within=["condition", "load"])
    np.testing.assert_allclose(table["statistic"], rm_anova(lifters, within=["condition", "load"])["statistic"])


def test_repetitions_are_averaged_and_said(lifters):
    twice = pd.concat([lifters.assign(repetition=1), lifters.assign(repetition=2, value=lifters["value"] + 1)])
    with pytest.warns(MMCWarning, match=r"168 cells hold more than one .*averaged.* differ in 'repetition'"):
        table = rm_anova(twice, within=["condition", "load"])
    np.testing.assert_allclose(table["statistic"], rm_anova(lifters, within=["condition", "load"])["statistic"])
    assert table["method"].str.contains("means of up to 2 observations").all()
    assert (table["n_obs"] == 336).all()


def test_incomplete_participants_are_named_listed_or_refused(lifters):
    data = lifters.copy()
    data.loc[data.index[:2], "value"] = np.nan
    data = data.drop(index=data.index[30])
    data.loc[data["participant"] == "P05", "value"] = np.nan
    before = data.copy()
    with pytest.warns(MMCWarning, match="3 of 14 participants are incomplete: P00 lacks regular:20, regular:40; P02"):
        table = rm_anova(data, within=["condition", "load"])
    assert table.attrs["incomplete"]["P00"] == ["regular:20", "regular:40"]
    assert len(table.attrs["incomplete"]["P05"]) == 12
    assert (table["n"] == 11).all()
    pd.testing.assert_frame_equal(data, before)
    with pytest.raises(ModelError, match="P00 lacks regular:20"):
        rm_anova(data, within=["condition", "load"], incomplete="error")


def test_fewer_participants_than_contrasts_leave_mauchly_empty(root):
    row = rm_anova(read(root, "few_participants"), within="load").iloc[0]
    assert np.isnan(row["mauchly_w"]) and np.isnan(row["p_mauchly"])
    assert 1 / 4 <= row["eps_gg"] <= 1


BAD = {
    "no factor": ({}, "no factor is named"),
    "unknown column": ({"within": "conditon"}, "no column 'conditon'. Did you mean 'condition'"),
    "one column twice": ({"within": ["load", "load"]}, "named more than once"),
    "text response": ({"dv": "condition", "within": "load"}, "not numbers"),
    "within named as between": ({"between": "load"}, "named as a between factor"),
    "unknown observed factor": ({"within": "load", "observed": "sex"}, "observed='sex' is not allowed"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.filterwarnings("ignore::mmc_analysis.MMCWarning")
def test_bad_calls(lifters, name):
    options, message = BAD[name]
    with pytest.raises(ModelError, match=message):
        rm_anova(lifters, **options)


def test_misspelt_options(lifters):
    with pytest.raises(OptionError, match="did you mean 'within'|Did you mean 'within'"):
        rm_anova(lifters, withn="load")
    with pytest.raises(OptionError, match="metric='eta'"):
        rm_anova(lifters, within="load", metric="eta")


def test_bad_data(lifters):
    call = {"within": ["condition", "load"]}
    infinite = lifters.assign(value=lifters["value"].where(lifters.index != 5, np.inf))
    with pytest.raises(ModelError, match=r"infinite in row 5\."):
        rm_anova(infinite, **call)
    with pytest.raises(ModelError, match="column 'load' is empty in row 4"):
        rm_anova(lifters.assign(load=lifters["load"].astype(float).where(lifters.index != 4)), **call)
    with pytest.raises(ModelError, match="factor 'load' has one level, 20"):
        rm_anova(lifters[lifters["load"] == 20], **call)
    with pytest.raises(ModelError, match="the response is constant"):
        rm_anova(lifters.assign(value=1.5), **call)
    same = lifters["load"] / 20 + lifters["participant"].str[1:].astype(float)
    with pytest.raises(ModelError, match="error term of condition is zero"):
        rm_anova(lifters.assign(value=same * np.pi), **call)
    with pytest.raises(ModelError, match="no rows"):
        rm_anova(lifters[:0], **call)
    with pytest.raises(ModelError, match="mixes unit 'uV', 'mV'"):
        rm_anova(lifters.assign(unit=np.where(lifters.index < 9, "uV", "mV")), **call)
    with pytest.raises(ModelError, match="mixes quantity 'level', 'pct_change'"):
        rm_anova(lifters.assign(quantity=np.where(lifters.index < 9, "level", "pct_change")), **call)
    with pytest.raises(ModelError, match="occurs? in several studies"):
        rm_anova(pd.concat([lifters.assign(study="a"), lifters.assign(study="b")]), **call)
    with pytest.raises(ModelError, match="1 complete participants in 1 between cells"):
        rm_anova(lifters[lifters["participant"] == "P00"], **call)
    with pytest.raises(ModelError, match="must be a pandas DataFrame"):
        rm_anova(lifters.to_numpy(), **call)
    with pytest.raises(ModelError, match="column 'load' mixes number and text"):
        rm_anova(lifters.assign(load=lifters["load"].astype(object).where(lifters["load"] != 20, "light")), **call)


def test_an_empty_between_cell_is_named(root):
    data = read(root, "two_between_two_within")
    lacking = data[~((data["group"] == "imagery") & (data["sex"] == "F"))]
    with pytest.raises(ModelError, match="no complete participant is in imagery:F"):
        rm_anova(lacking, within=["phase", "hour"], between=["group", "sex"])
