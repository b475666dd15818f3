"""Odd but possible input, and invented papers whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis.errors import EffectError, MMCWarning
from mmc_analysis.synthesis import consistency, cumulative, egger_test, funnel_contours, meta_analysis, permutation_test
from mmc_analysis.synthesis.printed import read_printed


def effects(**columns) -> pd.DataFrame:
    frame = {"study": list("abcd"), "estimate": [0.1, 0.4, 0.3, 0.2], "std_error": [0.1, 0.2, 0.1, 0.15]}
    return pd.DataFrame(frame | columns)


def test_a_negative_standard_error_is_not_squared_away():
    with pytest.raises(EffectError, match="'std_error' is not above zero in row 2"):
        meta_analysis(effects(std_error=[0.1, 0.2, -0.1, 0.15]))


def test_a_metric_that_some_rows_lack_is_asked_for():
    with pytest.raises(EffectError, match=r"'metric' is empty in rows 1, 3 .* other effects have one"):
        meta_analysis(effects(metric=["d_z", None, "d_z", None]))


def test_equal_effects_are_warned_of_whatever_their_number():
    with pytest.warns(MMCWarning, match="4 studies .* such agreement is chance"):
        result = meta_analysis(effects(estimate=[0.5] * 4))
    assert result.pooled["estimate"].item() == pytest.approx(0.5, rel=1e-12)
    assert result.pooled["p_value"].item() < 1e-12


def test_eggers_classic_test_does_not_divide_rounding_by_rounding():
    with pytest.raises(EffectError, match="on one line"):
        egger_test(meta_analysis(effects(estimate=[0.5] * 4), test="z"), model="classic")


@pytest.mark.parametrize("text", ["<0.001", "P < 0.001", "p<.001", "p ≤ 0.001", "P-value < 0,001"])
def test_a_bound_is_a_bound_wherever_its_sign_stands(text):
    read = read_printed(text, upper=1.0)
    assert (read.low, read.high) == (0.0, 0.001)


def test_a_number_before_the_sign_keeps_its_rounding():
    read = read_printed("5.0 (P < 0.01)")
    assert (read.low, read.high) == (4.95, 5.05)


def test_limits_the_wrong_way_round_are_no_verdict():
    with pytest.raises(EffectError, match="lower limit 13 is above the upper limit 5"):
        consistency.check_numbers("9", ci_low="13", ci_high="5", df="17")


@pytest.mark.parametrize("kind", ["sd", "se"])
@pytest.mark.parametrize("seed", range(10))
def test_the_printed_p_of_a_mean_change_decides_what_plus_minus_is(kind, seed):
    x = np.random.default_rng(seed).normal(9, 8, 14)
    spread = x.std(ddof=1) / (1 if kind == "sd" else np.sqrt(x.size))
    p = stats.ttest_1samp(x, 0).pvalue
    printed = [f"{x.mean():.1f}", f"{spread:.1f}", f"{p:.2g}", "14"]
    rows = pd.DataFrame({"study": "invented", "result": "change", "quantity": "change", "printed": printed,
                         "statistic": ["mean", "plus_minus", "p", "n"], "value": [float(text) for text in printed]})  # fmt: skip
    frame = consistency.check(rows)
    verdict = frame[frame["check"] == "plus-minus"].set_index("design")["verdict"].to_dict()
    other = "SE" if kind == "sd" else "SD"
    assert verdict == {f"± read as {kind.upper()}": "fits", f"± read as {other}": "does not fit"}


@pytest.mark.parametrize("seed", range(20))
def test_an_honest_paper_is_never_accused(seed):
    rng = np.random.default_rng(seed)
    n, decimals = int(rng.integers(4, 40)), int(rng.integers(0, 4))
    x = rng.normal(rng.uniform(-3, 3), rng.uniform(0.5, 5), n) * 10.0 ** rng.integers(-1, 3)
    test = stats.ttest_1samp(x, 0)
    interval = test.confidence_interval(0.95)
    printed = [f"{number:.{decimals}f}" for number in (x.mean(), interval.low, interval.high)]
    printed += ["<0.001" if test.pvalue < 0.001 else f"{test.pvalue:.3f}"]
    rows = pd.DataFrame({"study": "invented", "result": "change", "statistic": ["diff", "ci_low", "ci_high", "p"],
                         "value": [float(text.strip("<")) for text in printed], "printed": printed})  # fmt: skip
    frame = consistency.check(rows, n=n)
    own = frame[(frame["check"] == "own error") & (frame["design"] == "paired test")]
    assert own["verdict"].tolist() == ["fits"]


@pytest.mark.parametrize(("call", "message"), [
    (lambda frame: funnel_contours(meta_analysis(frame), levels=[None]), "levels must be fractions"),
    (lambda frame: funnel_contours(meta_analysis(frame), n_points=2.5), "n_points=2.5 must be a whole number"),
    (lambda frame: funnel_contours(meta_analysis(frame), centre="0"), "centre='0' is not a number"),
    (lambda frame: cumulative(meta_analysis(frame.assign(year=[1, "a", 2, 3])), order="year"), "'year' mixes numbers and text"),
    (lambda frame: meta_analysis(frame, moderators="__import__('os').getcwd()"), "cannot be used"),
    (lambda frame: permutation_test(meta_analysis(frame, moderators="0 + x"), seed=1), "fit with an intercept"),
])  # fmt: skip
def test_odd_options_are_refused(call, message):
    with pytest.raises(EffectError, match=message):
        call(effects(x=[1.0, 2.0, 4.0, 3.0]))
