"""What a marginal model refuses or warns of, and its predictions."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis.errors import MMCWarning, ModelError, OptionError
from mmc_analysis.models.repeated.model import fit_repeated


def training(n=14, seed=4):
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        person = rng.normal(0, 5)
        for k, time in enumerate(("pre", "mid", "post")):
            rows.append((f"P{i:02d}", ("control", "imagery")[i % 2], time, 50 + 2 * k + person + rng.normal(0, 2)))
    data = pd.DataFrame(rows, columns=["participant", "group", "time", "value"])
    return data.assign(time=pd.Categorical(data["time"], ["pre", "mid", "post"], ordered=True))


@pytest.fixture
def data():
    return training()


def test_the_data_are_not_changed_and_missing_rows_are_counted(data):
    data.loc[[3, 7, 8], "value"] = np.nan
    before = data.copy()
    fit = fit_repeated("value ~ time", data, occasion="time", covariance="CS")
    pd.testing.assert_frame_equal(data, before)
    assert (fit.n_obs, fit.n_dropped) == (39, 3)
    assert list(fit.residuals.index) == [i for i in range(42) if i not in (3, 7, 8)]


def test_a_duplicate_occasion_is_refused_with_its_rows(data):
    again = pd.concat([data, data.iloc[[4]]], ignore_index=True)
    with pytest.raises(ModelError, match=r"2 rows share participant and occasion .* P01 at time mid in rows 4, 42\."):
        fit_repeated("value ~ time", again, occasion="time")


def test_too_few_participants_for_unstructured(data):
    few = data[data["participant"] < "P03"]
    with pytest.raises(ModelError, match="3 occasions needs at least 4 participants, but there are 3.*'CS'"):
        fit_repeated("value ~ time", few, occasion="time", covariance="UN")
    fit_repeated("value ~ time", few, occasion="time", covariance="CS")
    four = data[data["participant"] < "P04"]
    row = fit_repeated("value ~ time", four, occasion="time", covariance="UN").anova().iloc[0]
    assert row["den_df"] == pytest.approx(2, rel=1e-3)  # Hotelling's n - q, where Kenward and Roger's formula is 0/0
    five = fit_repeated("value ~ time", data[data["participant"] < "P05"], occasion="time", covariance="UN")
    assert five.anova().loc[0, "den_df"] == pytest.approx(3, rel=1e-8)
    with pytest.raises(ModelError, match="needs at least 5 participants, but there are 4"):
        fit_repeated("value ~ group * time", four, occasion="time", covariance="UN")


def test_too_few_in_a_covariance_group(data):
    few = data[(data["group"] == "control") | (data["participant"] < "P04")]
    with pytest.raises(ModelError, match="but there are 2 in group imagery"):
        fit_repeated("value ~ group * time", few, occasion="time", covariance="UN", group="group")
    fit_repeated("value ~ group * time", few, occasion="time", covariance="UN")


def test_pairs_that_nobody_has_are_named(data):
    apart = data[~((data["time"] == "post") & (data["participant"] < "P07"))]
    apart = apart[~((apart["time"] == "pre") & (apart["participant"] >= "P07"))]
    with pytest.raises(ModelError, match="nobody was seen at pre with post"):
        fit_repeated("value ~ time", apart, occasion="time", covariance="UN")


@pytest.mark.parametrize("covariance", ["UN", "CS", "CSH", "AR1", "ARH1", "TOEP"])
def test_values_that_do_not_vary_are_refused_whatever_the_structure(data, covariance):
    copied = data.assign(value=data.groupby("participant")["value"].transform("first") + 2 * data["time"].cat.codes)
    with pytest.raises(ModelError, match="cannot be estimated"):
        fit_repeated("value ~ time", copied, occasion="time", covariance=covariance)


def test_a_perfect_fit_is_refused(data):
    exact = data.assign(value=50.0 + 2 * data["time"].cat.codes)
    with pytest.raises(ModelError, match="without error"):
        fit_repeated("value ~ time", exact, occasion="time", covariance="CS")


def test_random_terms_are_refused(data):
    with pytest.raises(ModelError, match=r"leave \(1 \| participant\) out, or use fit_mixed"):
        fit_repeated("value ~ time + (1 | participant)", data, occasion="time")


BAD_CALLS = {
    "unknown occasion": ({"occasion": "tiem"}, ModelError, "no column 'tiem'. Did you mean 'time'"),
    "unknown subject": ({"occasion": "time", "subject": "lifter"}, ModelError, "no column 'lifter'"),
    "no occasion": ({"occasion": []}, ModelError, "must name a column"),
    "unknown covariance": ({"occasion": "time", "covariance": "AR(1)"}, OptionError, "Did you mean 'AR1'"),
    "misspelt option": ({"occasion": "time", "covarience": "CS"}, OptionError, "Did you mean 'covariance'"),
    "group inside participants": (
        {"occasion": "time", "group": "time"},
        ModelError,
        "rows in several levels of 'time'",
    ),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls(data, name):
    options, error, message = BAD_CALLS[name]
    with pytest.raises(error, match=message):
        fit_repeated("value ~ time", data, **options)


def test_bad_data(data):
    with pytest.raises(ModelError, match="has one level, pre"):
        fit_repeated("value ~ group", data[data["time"] == "pre"], occasion="time")
    with pytest.raises(ModelError, match="mixes unit 'N', 'kg'"):
        fit_repeated("value ~ time", data.assign(unit=["N", "kg"] * 21), occasion="time")
    with pytest.raises(ModelError, match="mixes quantity 'level', 'change'"):
        fit_repeated("value ~ time", data.assign(quantity=["level", "change"] * 21), occasion="time")
    stacked = pd.concat([data.assign(study="a"), data.assign(study="b")])
    with pytest.raises(ModelError, match="occurs? in several studies"):
        fit_repeated("value ~ time", stacked, occasion="time")
    fit = fit_repeated("value ~ time", stacked, occasion="time", subject=["study", "participant"])
    assert fit.n_participants == 28


def test_alphabetical_order_is_warned_of_where_it_matters(data):
    text = data.assign(time=data["time"].astype(str))
    with pytest.warns(MMCWarning, match=r"alphabet: mid < post < pre.*\['pre', 'mid', 'post'\], ordered=True"):
        fit_repeated("value ~ time", text, occasion="time", covariance="AR1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_repeated("value ~ time", text, occasion="time", covariance="CSH")
        fit_repeated("value ~ time", data, occasion="time", covariance="AR1")


def test_a_covariance_group_must_exist(data):
    fit = fit_repeated("value ~ time", data, occasion="time", covariance="CS", group="group")
    with pytest.raises(ModelError, match="Did you mean 'imagery'"):
        fit.correlation_matrix("imagry")


def test_predictions_of_the_average_participant(data):
    fit = fit_repeated("value ~ time", data, occasion="time", covariance="UN")
    new = pd.DataFrame({"time": ["post"]})
    post = data.loc[data["time"] == "post", "value"]
    n, mean, sd = len(post), post.mean(), post.std()
    row = fit.predict(new, interval="confidence").iloc[0]
    half = stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n)
    np.testing.assert_allclose([row["estimate"], row["conf_low"], row["conf_high"]], [mean, mean - half, mean + half])
    row = fit.predict(new, interval="prediction", conf_level=0.9).iloc[0]
    half = stats.t.ppf(0.95, n - 1) * sd * np.sqrt(1 + 1 / n)
    np.testing.assert_allclose([row["conf_low"], row["conf_high"]], [mean - half, mean + half])
    np.testing.assert_allclose(fit.predict()["estimate"], fit.fitted)


def test_predictions_of_known_participants_are_the_regression_on_what_is_known(data):
    """With complete others, the missing occasion is predicted as by least squares on the other two."""
    lacking = data[~((data["participant"] == "P05") & (data["time"] == "post"))]
    fit = fit_repeated("value ~ time", lacking, occasion="time", covariance="UN", reml=False)
    wide = lacking.pivot(index="participant", columns="time", values="value")
    complete = wide.dropna()
    x = np.column_stack([np.ones(len(complete)), complete[["pre", "mid"]]])
    slope = np.linalg.lstsq(x, complete["post"], rcond=None)[0]
    wanted = slope @ [1, *wide.loc["P05", ["pre", "mid"]]]
    new = pd.DataFrame({"time": ["post"], "participant": ["P05"]})
    row = fit.predict(new, participants="known", interval="prediction").iloc[0]
    np.testing.assert_allclose(row["estimate"], wanted, rtol=1e-9)
    assert row["conf_low"] < wanted < row["conf_high"]
    seen = fit.predict(lacking.iloc[[0]], participants="known", interval="confidence").iloc[0]
    np.testing.assert_allclose([seen["estimate"], seen["std_error"]], [lacking["value"].iloc[0], 0], atol=1e-9)


def test_prediction_needs_what_it_rests_on(data):
    fit = fit_repeated("value ~ time", data, occasion="time", covariance="CS", group="group")
    with pytest.raises(ModelError, match="no column 'group'"):
        fit.predict(pd.DataFrame({"time": ["pre"]}), interval="prediction")
    with pytest.raises(ModelError, match="has no level 'P99'"):
        fit.predict(pd.DataFrame({"time": ["pre"], "participant": ["P99"]}), participants="known")
    with pytest.raises(OptionError, match="interval='predict'"):
        fit.predict(interval="predict")


def test_residuals_of_a_right_model_are_standard(data):
    fit = fit_repeated("value ~ time", training(400, 6), occasion="time", covariance="UN")
    white = fit.residuals["normalised"].to_numpy().reshape(-1, 3)
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=0.02)
    np.testing.assert_allclose(fit.residuals["marginal"] + fit.fitted, fit.fixed.y)
    np.testing.assert_allclose(
        fit.residuals.groupby(fit.fixed.data["time"], observed=True)["pearson"].std(), 1, atol=0.01
    )
