"""A published log: Stata's xtmixed on the activation data of Kishimoto et al. (2021), by maximum likelihood.

The numbers are those printed in ``stata_mixed_models.log`` of the authors' repository, read in place; Stata inverts
the observed information of all parameters, so standard errors of fixed effects agree to what it prints.
"""

import re

import pytest
from oracle_cases import fit_of

CASES = {"kishimoto_emg_ml": "lnemgso", "kishimoto_torque_ml": "torques"}


def printed(real_data, name):
    """Coefficients with standard errors, standard deviations, correlation and log likelihood, as printed."""
    text = (real_data / "kishimoto2021" / "stata_mixed_models.log").read_text(encoding="utf-8", errors="replace")
    text = text.split(f"ANALYSIS OF: {name}", 1)[1].split("ANALYSIS OF:", 1)[0]
    number = r"(-?[\d.]+)"
    found = {
        key: tuple(float(x) for x in re.search(rf"^\s*{label} \|\s+{number}\s+{number}", text, re.MULTILINE).groups())
        for key, label in (("slope", "activations"), ("intercept", "_cons"))
    }
    for key, label in (("sd_slope", r"sd\(activations\)"), ("sd_intercept", r"sd\(_cons\)"), ("sigma", r"sd\(Residual\)"),
                       ("correlation", r"corr\(activations,_cons\)")):  # fmt: skip
        found[key] = float(re.search(rf"{label} \|\s+{number}", text).group(1))
    found["loglik"] = float(re.search(rf"Log likelihood =\s*{number}", text).group(1))
    return found


@pytest.mark.parametrize("case_id", CASES)
def test_stata_printed_the_same(case_id, request, real_data):
    fit, stata = fit_of(case_id, request), printed(real_data, CASES[case_id])
    table = fit.coefficients(ddf="asymptotic")
    assert fit.loglik == pytest.approx(stata["loglik"], abs=2e-5)
    for row, key in ((0, "intercept"), (1, "slope")):
        assert table["estimate"].iloc[row] == pytest.approx(stata[key][0], rel=2e-6)
        assert table["std_error"].iloc[row] == pytest.approx(stata[key][1], rel=1e-4)
    assert fit.sigma == pytest.approx(stata["sigma"], rel=1e-5)
    parts = fit.variance_components
    sds = parts[(parts["grouping"] == "participant") & (parts["metric"] == "sd")]["estimate"].tolist()
    assert sds == [pytest.approx(stata["sd_intercept"], rel=5e-4), pytest.approx(stata["sd_slope"], rel=5e-4)]
    correlation = parts[parts["metric"] == "correlation"]["estimate"].item()
    assert correlation == pytest.approx(stata["correlation"], abs=1e-3)
    assert bool(fit.singular) is (stata["correlation"] == 1)
