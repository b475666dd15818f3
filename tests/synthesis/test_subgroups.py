"""Pooled estimates of subgroups, and the forest they are for."""

import pandas as pd
import pytest

from mmc_analysis import figures, meta_analysis, synthesis
from mmc_analysis.errors import EffectError


@pytest.fixture(scope="module")
def trials(bcg) -> pd.DataFrame:
    return bcg.assign(metric="log_ratio", unit="log_ratio", alloc=pd.Categorical(bcg["alloc"]))


def test_each_subgroup_is_its_own_synthesis(trials):
    rows = synthesis.pooled_subgroups(trials, "alloc", variance="variance")
    assert rows["label"].tolist() == ["Pooled, alternate", "Pooled, random", "Pooled, systematic", "Pooled, all"]
    alone = meta_analysis(trials[trials["alloc"] == "random"], variance="variance")
    for column in ("estimate", "std_error", "df", "conf_low", "pred_high"):
        assert rows[column][1] == alone.pooled[column][0]
    assert rows["tau2"][1] == alone.tau2
    assert rows["estimate"][3] == meta_analysis(trials, variance="variance").pooled["estimate"][0]


def test_a_forest_has_each_below_its_studies(trials):
    result = meta_analysis(trials, variance="variance")
    pooled = synthesis.pooled_subgroups(trials, "alloc", variance="variance")
    drawn = figures.forest_data(result.studies, pooled, subgroup="alloc")
    # alternate allocation has two trials, and so no prediction interval
    kinds = {"heading": 3, "estimate": 13, "pooled": 4, "prediction": 3}
    assert drawn["kind"].value_counts().to_dict() == kinds
    assert drawn["weight"].sum() == pytest.approx(100)
    assert drawn["label"].iloc[-2] == "Pooled, all"


def test_a_subgroup_of_one_study_is_refused(trials):
    with pytest.raises(EffectError, match="subgroup alloc='alternate' has one study"):
        synthesis.pooled_subgroups(trials.iloc[:5], "alloc", variance="variance")
    with pytest.raises(EffectError, match="no column 'aloc'.*Did you mean 'alloc'"):
        synthesis.pooled_subgroups(trials, "aloc", variance="variance")
