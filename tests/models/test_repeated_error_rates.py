"""Type I error of the tests of a marginal model in a small study, by simulation."""

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.errors import ModelError
from mmc_analysis.models.repeated.model import fit_repeated

N_STUDIES, N_PEOPLE, N_TIMES = 600, 10, 4


def study(rng):
    """Two groups of five at four times, correlation 0.8 to the power of the lag, one cell in twenty lost, no effects."""
    corr = 0.8 ** np.abs(np.subtract.outer(range(N_TIMES), range(N_TIMES)))
    values = rng.multivariate_normal(np.zeros(N_TIMES), corr, N_PEOPLE)
    people = np.repeat(np.arange(N_PEOPLE), N_TIMES)
    data = pd.DataFrame({"participant": people, "group": np.array(["a", "b"])[people % 2],
                         "time": np.tile(np.arange(N_TIMES), N_PEOPLE), "value": values.ravel()})  # fmt: skip
    return data[rng.random(len(data)) > 0.05]


def rejections(covariance, methods):
    """Share of studies that reject at .05: by method and term (group, time, interaction), and the number fitted."""
    rng, found = np.random.default_rng(12), []
    for _ in range(N_STUDIES):
        data = study(rng)
        try:
            fit = fit_repeated("value ~ group * C(time)", data, occasion="time", covariance=covariance)
        except ModelError:
            continue
        found.append([fit.anova(ddf=method)["p_value"] < 0.05 for method in methods])
    return dict(zip(methods, np.mean(found, axis=0), strict=True)), len(found)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*breaks down")
def test_unstructured():
    """Kenward-Roger holds its level; Satterthwaite's F and Wald's chi-squared do not, as both trust the matrix too much."""
    rates, n = rejections("UN", ("kenward-roger", "satterthwaite", "asymptotic"))
    assert n > 0.95 * N_STUDIES
    assert (np.abs(rates["kenward-roger"] - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / n)).all()
    assert (rates["satterthwaite"][1:] > 0.1).all()
    assert (rates["asymptotic"][1:] > 0.2).all()


@pytest.mark.slow
def test_autoregressive():
    rates, n = rejections("AR1", ("kenward-roger",))
    assert n == N_STUDIES
    assert (np.abs(rates["kenward-roger"] - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / n)).all()
