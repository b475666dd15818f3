"""Geometric means and ratios of logarithmic responses, against emmeans and by hand."""

import numpy as np
import pytest
from emmeans_reference import lifts, matched, reference
from lab import lifts as simulated
from ordinary import Ordinary

from mmc_analysis.errors import ModelError
from mmc_analysis.models import fit_mixed, fit_repeated
from mmc_analysis.schema import check

NUMBERS = ("estimate", "std_error", "df", "conf_low", "conf_high")


def assert_same(ours, rows, keys):
    left, right = matched(ours, rows, keys)
    for name in NUMBERS:
        np.testing.assert_allclose(left[name], right[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    ("name", "on_response", "metric"), [("link_means", False, "mean_log"), ("response_means", True, "geometric_mean")]
)
def test_means(name, on_response, metric):
    fit = Ordinary("log(value) ~ condition * load + years", lifts("unbalanced"))
    found = fit.marginal_means("condition", response_scale=on_response)
    assert_same(found, reference()["log_response"][name], {"condition": "condition"})
    assert found["metric"].eq(metric).all()
    check(found, "estimates")


def test_base_two():
    fit = Ordinary("np.log2(value) ~ condition + years", lifts("unbalanced"))
    assert_same(
        fit.marginal_means("condition", response_scale=True),
        reference()["log_response"]["base2_means"],
        {"condition": "condition"},
    )
    found = fit.contrasts("condition", response_scale=True)
    found["contrast"] = found["contrast"].str.replace(" - ", " / ")
    assert_same(found, reference()["log_response"]["base2_pairs"], {"contrast": "contrast"})
    assert fit.contrasts("condition")["metric"].eq("log2_ratio").all()


def test_ratios_do_not_depend_on_the_base():
    tables = [
        Ordinary(f"{log}(value) ~ condition", lifts("unbalanced")).contrasts("condition", response_scale=True)
        for log in ("log", "log2", "log10")
    ]
    for name in (*NUMBERS, "statistic", "p_value"):
        for other in tables[1:]:
            np.testing.assert_allclose(other[name], tables[0][name], rtol=1e-10)


def test_geometric_means_by_hand():
    data = lifts("unbalanced")
    found = Ordinary("log(value) ~ condition", data).marginal_means("condition", response_scale=True)
    expected = np.exp(np.log(data["value"]).groupby(data["condition"], observed=True).mean())
    np.testing.assert_allclose(found["estimate"], expected, rtol=1e-12)


def test_geometric_means_keep_the_unit_and_ratios_have_none():
    data = lifts("unbalanced").assign(unit="uV", measure="emg_peak")
    fit = Ordinary("log(value) ~ condition", data)
    assert fit.marginal_means("condition", response_scale=True)["unit"].eq("uV").all()
    ratios = fit.contrasts("condition", response_scale=True)
    assert "unit" not in ratios
    assert ratios["measure"].eq("emg_peak").all()


@pytest.mark.parametrize("response", ["value", "sqrt(value)", "log1p(value)", "log(value) * 2"])
def test_only_a_logarithm_has_a_way_back(response):
    fit = Ordinary(f"{response} ~ condition", lifts("unbalanced"))
    with pytest.raises(ModelError, match="needs a response that is a logarithm"):
        fit.marginal_means("condition", response_scale=True)
    with pytest.raises(ModelError, match="needs a response that is a logarithm"):
        fit.contrasts("condition", response_scale=True)


@pytest.mark.parametrize("log, base", [("log", np.e), ("np.log2", 2.0), ("log10", 10.0)])
@pytest.mark.parametrize("kind", ["mixed", "repeated"])
def test_predictions_go_back_to_what_was_measured(log, base, kind):
    data = simulated(3, n=9, loads=1).assign(value=lambda f: f.value.abs() + 1)
    formula = f"{log}(value) ~ condition"
    if kind == "mixed":
        fit = fit_mixed(formula + " + (1 | participant)", data, warn=False)
    else:
        fit = fit_repeated(formula, data, occasion="condition", covariance="CS")
    plain = fit.predict(interval="prediction")
    found = fit.predict(interval="prediction", response_scale=True)
    for name in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(found[name], base ** plain[name], rtol=1e-12)
    np.testing.assert_allclose(found["std_error"], plain["std_error"] * np.log(base) * found["estimate"], rtol=1e-12)
    assert found["method"].str.endswith(f"back from {log.split('.')[-1]}, SE by the delta method").all()
    bare = fit.predict(participants="known", response_scale=True)
    np.testing.assert_allclose(bare["estimate"], base ** fit.predict(participants="known")["estimate"], rtol=1e-12)
    assert "std_error" not in bare


def test_predictions_of_what_is_no_logarithm_stay():
    fit = fit_mixed("value ~ condition + (1 | participant)", simulated(3, n=9, loads=1), warn=False)
    with pytest.raises(ModelError, match="needs a response that is a logarithm"):
        fit.predict(response_scale=True)
