"""SAS PROC MIXED: a compound symmetric covariance with positive correlation is a random intercept.

Listing: ``sas_cs_reml.txt`` of the mmrm project (Apache-2.0), read in place. Kenward-Roger: the mmrm project's SAS results for
FEV1 ~ ARMCD, compound symmetry; SAS inverts the observed information and stops at 1e-8 of its criterion.
"""

import re

import numpy as np
import pytest
from oracle_cases import fit_quietly, read_data


def listed(text, pattern):
    return [float(number) for number in re.search(pattern, text).groups()]


def test_random_intercept_is_compound_symmetry(real_data):
    text = (real_data / "mmrm" / "SAS" / "sas_cs_reml.txt").read_text(encoding="utf-8", errors="replace")
    fit = fit_quietly("value ~ 1 + (1 | participant)", read_data("fev", real_data))
    parts = fit.variance_components
    variance = parts[(parts["grouping"] == "participant") & (parts["metric"] == "variance")]["estimate"].item()
    criterion = listed(text, r"-2 Res Log Likelihood +([\d.]+)")[0]
    assert -2 * fit.loglik == pytest.approx(criterion, abs=0.05)
    left = np.sqrt(1e-8 * criterion)  # standard errors that SAS may stop short by: the criterion is a parabola
    for ours, label in ((variance, "CS +USUBJID"), (fit.sigma**2, "Residual")):
        theirs, low, high = listed(text, rf"{label} +([\d.]+) +0\.05 +(-?[\d.]+) +([\d.]+)")
        assert ours == pytest.approx(theirs, abs=left * (high - low) / 3.92)
    estimate, error, df, t = listed(text, r"Intercept +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)")
    row = fit.coefficients(ddf="satterthwaite").iloc[0]
    assert row["estimate"] == pytest.approx(estimate, abs=5e-5)
    assert row["std_error"] == pytest.approx(error, abs=5e-5)
    assert row["df"] == pytest.approx(df, abs=0.5)
    assert row["statistic"] == pytest.approx(t, rel=2e-4)


def test_kenward_roger_with_observed_information(real_data):
    fit = fit_quietly("value ~ group + (1 | participant)", read_data("fev", real_data))
    row = fit.coefficients(ddf="kenward-roger", information="observed").iloc[1]
    assert row["std_error"] == pytest.approx(0.7964696053595, rel=1e-5)
    assert row["df"] == pytest.approx(177.038485931223, rel=1e-5)
    expected = fit.coefficients(ddf="kenward-roger", information="expected").iloc[1]
    assert abs(expected["df"] - row["df"]) > 0.1
