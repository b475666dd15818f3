"""statsmodels and pingouin agree with the engine where they are right, and where they are not is written here."""

import warnings

import numpy as np
import pandas as pd
import pingouin
import pytest
import statsmodels.formula.api as smf
from oracle_cases import assert_close, fit_quietly, fitted, plain_name, read_data
from statsmodels.tools.sm_exceptions import ConvergenceWarning

FIXED, SLOPES = "value ~ condition * load", "(1 + condition | participant)"


def by_statsmodels(data, re_formula="~condition"):
    """Fit with statsmodels, and say whether it warned of a boundary."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = smf.mixedlm(FIXED, data, groups=data["participant"], re_formula=re_formula)
        fit = model.fit(reml=True, method=["bfgs", "lbfgs"], gtol=1e-10)
    return fit, any(issubclass(w.category, ConvergenceWarning) and "boundary" in str(w.message) for w in caught)


@pytest.fixture(scope="module")
def balanced():
    return read_data("balanced", None)


@pytest.fixture(scope="module")
def statsmodels_fit(balanced):
    return by_statsmodels(balanced)


def test_statsmodels_estimates_agree(statsmodels_fit):
    theirs, ours = statsmodels_fit[0], fitted("balanced_slopes", None)
    constant = ours.n_obs - len(theirs.fe_params)
    assert theirs.scale == pytest.approx(ours.sigma**2, rel=1e-3)
    table = ours.coefficients(ddf="asymptotic")
    names = [plain_name(name) for name in theirs.fe_params.index]
    table = table.set_index(table["term"].map(plain_name)).loc[names]
    assert_close(table["estimate"], theirs.fe_params, relative=1e-6, scale=table["std_error"])
    assert_close(table["std_error"], theirs.bse_fe, relative=1e-3)
    assert constant > 0


def test_statsmodels_never_reaches_a_higher_likelihood(statsmodels_fit):
    """Its restricted likelihood is the same function of the data."""
    assert fitted("balanced_slopes", None).loglik >= statsmodels_fit[0].llf - 1e-8
    assert fitted("balanced_slopes", None).loglik == pytest.approx(statsmodels_fit[0].llf, abs=2e-3)


def test_statsmodels_p_values_are_from_the_normal_distribution(statsmodels_fit):
    """They are our asymptotic ones; with 18 participants the honest ones are larger for every between-cell contrast."""
    theirs, ours = statsmodels_fit[0], fitted("balanced_slopes", None)
    row = [plain_name(name) for name in theirs.fe_params.index].index("conditionpectoralis")
    asymptotic = ours.coefficients(ddf="asymptotic").iloc[row]
    honest = ours.coefficients(ddf="kenward-roger").iloc[row]
    assert np.isinf(asymptotic["df"])
    assert asymptotic["p_value"] == pytest.approx(theirs.pvalues.iloc[row], rel=2e-2)
    assert honest["p_value"] > asymptotic["p_value"]
    assert honest["conf_high"] - honest["conf_low"] > asymptotic["conf_high"] - asymptotic["conf_low"]


def test_statsmodels_warns_of_a_boundary_that_is_only_a_unit(balanced):
    """As fractions of the maximum the variances are small numbers; the fit is as regular as before."""
    fractions = balanced.assign(value=balanced["value"] / 1000)
    assert by_statsmodels(fractions)[1]
    ours = fit_quietly(f"{FIXED} + {SLOPES}", fractions)
    assert not ours.singular
    assert ours.loglik > by_statsmodels(fractions)[0].llf - 1e-6


def test_pingouin_agrees_on_complete_data(balanced):
    theirs = pingouin.rm_anova(balanced, dv="value", within=["condition", "load"], subject="participant", detailed=True)
    ours = fitted("balanced_components", None).anova(ddf="kenward-roger")
    assert_close(ours["statistic"], theirs["F"], relative=1e-6)
    assert_close(ours["den_df"], theirs["ddof2"], absolute=1e-4)


def test_pingouin_drops_a_participant_with_one_missing_cell(balanced):
    """Its denominator df shrink by a whole participant, in silence; the model keeps the other fourteen values."""
    data = balanced.drop(index=balanced.index[7])
    theirs = pingouin.rm_anova(data, dv="value", within=["condition", "load"], subject="participant", detailed=True)
    assert theirs["ddof2"].iloc[0] == 2 * 16
    ours = fit_quietly(f"{FIXED} + (1 | participant) + (1 | participant:condition) + (1 | participant:load)", data)
    assert ours.n_obs == len(data)
    table = ours.anova(ddf="kenward-roger")
    assert 33 < table["den_df"].iloc[0] < 34
    assert isinstance(table, pd.DataFrame)
