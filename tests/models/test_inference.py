"""The coefficient table and what all tables share."""

import numpy as np
import pytest
import statsmodels.formula.api as smf
from emmeans_reference import lifts
from ordinary import Ordinary
from scipy import stats

from mmc_analysis.errors import ModelError, OptionError
from mmc_analysis.models.small_samples.t_distribution import t_quantile, two_sided_p
from mmc_analysis.models.tables.inference import LinearInference
from mmc_analysis.models.tables.primitives import LinearEstimates
from mmc_analysis.schema import check


@pytest.mark.parametrize("conf_level", [0.8, 0.95])
def test_coefficients_against_statsmodels(conf_level):
    data = lifts("unbalanced")
    ours = Ordinary("value ~ condition * load + years", data).coefficients(conf_level=conf_level).set_index("term")
    plain = data.assign(condition=data["condition"].astype(str))
    theirs = smf.ols("value ~ C(condition, Treatment('regular')) * load + years", plain).fit()
    theirs_ci = theirs.conf_int(1 - conf_level)
    for name in theirs.params.index:
        row = ours.loc[name.replace("C(condition, Treatment('regular'))", "condition")]
        assert row["estimate"] == pytest.approx(theirs.params[name], rel=1e-9)
        assert row["std_error"] == pytest.approx(theirs.bse[name], rel=1e-9)
        assert row["statistic"] == pytest.approx(theirs.tvalues[name], rel=1e-9)
        assert row["p_value"] == pytest.approx(theirs.pvalues[name], rel=1e-8)
        assert [row["conf_low"], row["conf_high"]] == pytest.approx(theirs_ci.loc[name].tolist(), rel=1e-8)
        assert row["df"] == theirs.df_resid


def test_asymptotic_reference_is_the_normal():
    fit = Ordinary("value ~ condition", lifts("unbalanced"))
    found = fit.coefficients(ddf="asymptotic")
    assert np.isinf(found["df"]).all()
    np.testing.assert_allclose(found["p_value"], 2 * stats.norm.sf(np.abs(found["statistic"])), rtol=1e-10)
    np.testing.assert_allclose(
        found["conf_high"] - found["estimate"], stats.norm.isf(0.025) * found["std_error"], rtol=1e-10
    )


def test_frame():
    found = Ordinary("value ~ condition", lifts("unbalanced").assign(evidence="published")).coefficients()
    check(found, "estimates")
    assert found["evidence"].eq("derived").all()
    assert found["method"].eq("Kenward-Roger (expected information)").all()


@pytest.mark.parametrize(("ddf", "label"), [("satterthwaite", "Satterthwaite"), ("asymptotic", "normal (asymptotic)")])
def test_method_names_the_approximation(ddf, label):
    fit = Ordinary("value ~ condition", lifts("unbalanced"))
    assert fit.coefficients(ddf=ddf)["method"].eq(label).all()
    assert fit.coefficients(information="observed")["method"][0] == "Kenward-Roger (observed information)"


def test_bad_options():
    fit = Ordinary("value ~ condition", lifts("unbalanced"))
    with pytest.raises(OptionError, match="Did you mean 'satterthwaite'"):
        fit.coefficients(ddf="satterthwait")
    with pytest.raises(OptionError, match="no option 'conf'. Did you mean 'conf_level'"):
        fit.coefficients(conf=0.9)
    for level in (0, 1, 95, "95", None):
        with pytest.raises(ModelError, match="must be a fraction"):
            fit.coefficients(conf_level=level)


def test_an_estimate_without_error_has_no_test():
    class Exact(Ordinary):
        def linear_estimates(self, L, ddf, information):
            return LinearEstimates(L @ self.beta, np.zeros((len(L), len(L))), np.full(len(L), 5.0))

    found = Exact("value ~ condition", lifts("unbalanced")).coefficients()
    assert found[["statistic", "p_value"]].isna().all(axis=None)
    np.testing.assert_array_equal(found["conf_low"], found["estimate"])


def test_t_tails_and_quantiles_against_scipy():
    df = np.array([1.0, 2.7, 30.0, 1e6, np.inf])
    for t in (0.3, 2.0, 9.0):
        np.testing.assert_allclose(two_sided_p(np.full(5, t), df), 2 * stats.t.sf(t, df), rtol=1e-9)
    np.testing.assert_allclose(t_quantile(0.975, df), stats.t.ppf(0.975, df), rtol=1e-9)


def test_a_fit_must_bring_its_two_primitives():
    with pytest.raises(NotImplementedError):
        LinearInference().linear_estimates(np.eye(1), "asymptotic", "expected")
    with pytest.raises(NotImplementedError):
        LinearInference().joint_test(np.eye(1), "asymptotic", "expected")
