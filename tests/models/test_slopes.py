"""Slopes of covariates against emmeans' emtrends; derivatives of transformed covariates."""

import numpy as np
import pytest
from emmeans_reference import lifts, matched, reference
from ordinary import Ordinary

from mmc_analysis.errors import ModelError
from mmc_analysis.schema import check


def test_slopes_in_groups():
    fit = Ordinary("value ~ condition * load + group + years + condition:years", lifts("unbalanced"))
    left, right = matched(
        fit.slopes("years", by="condition"), reference()["trends"]["by_condition"], {"condition": "condition"}
    )
    for name in ("estimate", "std_error", "df", "conf_low", "conf_high", "statistic", "p_value"):
        np.testing.assert_allclose(left[name], right[name], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    ("name", "formula", "by"),
    [
        ("poly_trend", "value ~ condition * poly(years, 2) + load", "condition"),
        ("log_trend", "value ~ condition * log(years) + scale(years) + load", "condition"),
        ("square_trend", "value ~ condition + years + I(years**2) + sqrt(years)", None),
    ],
)
def test_derivatives_of_transformed_covariates(name, formula, by):
    found = Ordinary(formula, lifts("unbalanced")).slopes("years", by=by)
    theirs = reference()["transforms"][name]
    if by is None:
        found = found.assign(all="overall")
    left, right = matched(found, theirs, {by: by} if by else {"all": "1"})
    np.testing.assert_allclose(left["estimate"], right["estimate"], rtol=1e-5)  # theirs is a difference quotient
    np.testing.assert_allclose(left["std_error"], right["std_error"], rtol=1e-5)


@pytest.mark.parametrize(
    ("expression", "derivative"),
    [
        ("log(years)", lambda x: 1 / x), ("log2(years)", lambda x: 1 / x / np.log(2)), ("log1p(years)", lambda x: 1 / (1 + x)),
        ("log10(years + 2)", lambda x: 1 / (x + 2) / np.log(10)), ("sqrt(years)", lambda x: 0.5 / np.sqrt(x)),
        ("exp(years / 9)", lambda x: np.exp(x / 9) / 9), ("I(years**3)", lambda x: 3 * x**2),
        ("abs(years - 100)", lambda x: -1.0), ("center(years)", lambda x: 1.0), ("I(3 - 2 * years)", lambda x: -2.0),
        ("I(10 / years)", lambda x: -10 / x**2),
    ],
)  # fmt: skip
def test_the_complex_step_is_the_exact_derivative(expression, derivative):
    fit = Ordinary(f"value ~ {expression}", lifts("unbalanced"))
    for at in (2.0, 7.5):
        found = fit.slopes("years", at={"years": at})
        assert found["estimate"][0] == pytest.approx(fit.beta[1] * derivative(at), rel=1e-12)


def test_proportional_weights_and_covariates_that_interact():
    data = lifts("unbalanced")
    fit = Ordinary("value ~ years * kg + condition * years", data.assign(kg=data["load"].astype(float)))
    names = fit.fixed.names
    share = data["condition"].value_counts(normalize=True)
    expected = fit.beta[names.index("years")] + 30 * fit.beta[names.index("years:kg")]
    for level in ("pectoralis", "triceps"):
        position = next(i for i, name in enumerate(names) if level in name and "years" in name)
        expected += share[level] * fit.beta[position]
    found = fit.slopes("years", at={"kg": 30}, weights="proportional")
    assert found["estimate"][0] == pytest.approx(expected, rel=1e-10)


def test_frame_and_errors():
    fit = Ordinary("value ~ condition * years + load", lifts("unbalanced"))
    found = fit.slopes("years", by="condition")
    check(found, "estimates")
    assert found[["term", "metric"]].drop_duplicates().to_numpy().tolist() == [["years", "slope"]]
    for name, words in [
        ("load", "'load' is a factor"),
        ("yaers", "Did you mean 'years'"),
        ("group", "not in the fixed part"),
    ]:
        with pytest.raises(ModelError, match=words):
            fit.slopes(name)
