"""Honest papers, rounded in every way that papers round, are never accused; what cannot be is refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mmc_analysis.errors import EffectError
from mmc_analysis.synthesis import consistency
from mmc_analysis.synthesis.compatible import Evidence, fitting_df
from mmc_analysis.synthesis.printed import read_printed

CHANGE = pd.DataFrame({"study": "s", "result": "a", "statistic": ["diff", "ci_low", "ci_high", "p"],
                       "value": [9.0, 5.0, 13.0, 0.0002], "printed": ["9", "5", "13", "0.0002"]})  # fmt: skip


def p_words(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def some(rng, numbers: dict) -> dict:
    """A paper prints some of what it could; of means and SDs both or none."""
    kept = {name for name in numbers if rng.random() < 0.6}
    for pair in ({"mean_1", "mean_2"}, {"sd_1", "sd_2"}):
        kept -= pair if not pair <= kept else set()
    return {name: numbers[name] for name in numbers if name in kept}


@pytest.mark.parametrize("seed", range(60))
def test_a_pair_of_conditions(seed):
    """Numbers that round to zero among them: a difference, an SD, a d of 0.00."""
    rng = np.random.default_rng(seed)
    n, decimals, scale = int(rng.integers(3, 45)), int(rng.integers(0, 4)), 10.0 ** rng.integers(-2, 3)
    z = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], n)
    a, b = (5 + rng.normal(0, 0.5) + z[:, 0] * rng.uniform(0.6, 1.6)) * scale, (5 + z[:, 1]) * scale
    test, change = stats.ttest_rel(a, b), a - b
    ends, d_av = test.confidence_interval(0.95), rng.random() < 0.5
    standardiser = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2) if d_av else change.std(ddof=1)
    printed = {"ci_low": ends.low, "ci_high": ends.high, "mean_1": a.mean(), "mean_2": b.mean(), "sd_1": a.std(ddof=1),
               "sd_2": b.std(ddof=1), "sd": change.std(ddof=1), "se": change.std(ddof=1) / np.sqrt(n)}  # fmt: skip
    words = {name: f"{number:.{decimals}f}" for name, number in printed.items()}
    words |= {
        "p": p_words(test.pvalue), "t": f"{test.statistic:.2f}", "r": f"{np.corrcoef(a, b)[0, 1]:.2f}",
        "cohen_d": f"{change.mean() / standardiser:.2f}",
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = consistency.check_numbers(
            f"{change.mean():.{decimals}f}", n=n, **(some(rng, words) | {"se": words["se"]})
        )
    own = frame["check"].isin(["df", "levels"]) | frame["design"].eq("paired test")
    own |= frame["design"].eq("d_av, paired test" if d_av else "d_z, paired test")
    assert frame.loc[own, "verdict"].eq("fits").all(), frame.loc[own, "sentence"].tolist()


@pytest.mark.parametrize("welch", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_two_groups(seed, welch):
    """Welch's df is no whole number, is itself rounded, and comes from SDs that are."""
    rng = np.random.default_rng(seed)
    n_1, n_2, decimals, scale = *rng.integers(3, 40, 2), int(rng.integers(0, 3)), 10.0 ** rng.integers(0, 3)
    a, b = (rng.normal(10, rng.uniform(1, 4), n) * scale for n in (n_1, n_2))
    test = stats.ttest_ind(a, b, equal_var=not welch)
    ends = test.confidence_interval(0.95)
    pooled = np.sqrt(((n_1 - 1) * a.var(ddof=1) + (n_2 - 1) * b.var(ddof=1)) / (n_1 + n_2 - 2))
    printed = {"ci_low": ends.low, "ci_high": ends.high, "mean_1": a.mean(), "mean_2": b.mean(), "sd_1": a.std(ddof=1),
               "sd_2": b.std(ddof=1)}  # fmt: skip
    words = {name: f"{number:.{decimals}f}" for name, number in printed.items()}
    words |= {
        "t": f"{test.statistic:.2f}",
        "df": f"{test.df:.{int(welch)}f}",
        "cohen_d": f"{(a.mean() - b.mean()) / pooled:.2f}",
    }
    words = some(rng, words) | {"p": p_words(test.pvalue)}
    frame = consistency.check_numbers(f"{a.mean() - b.mean():.{decimals}f}", n=(int(n_1), int(n_2)), **words)
    own = frame["check"].isin(["df", "levels"]) | frame["design"].eq("test as printed")
    own |= frame["design"].eq(f"independent groups, {'un' * welch}equal variances")
    own |= frame["check"].eq("standardiser") & (not welch)
    assert frame.loc[own, "verdict"].eq("fits").all(), frame.loc[own, "sentence"].tolist()


@pytest.mark.parametrize(("numbers", "df"), [
    ({"difference": "-123.45", "low": "-366.30", "high": "119.40", "p": "0.197"}, 2.8),
    ({"difference": "35.1", "high": "85.1", "p": "0.103", "t": "2.53"}, 2.5),
    ({"difference": "-4.98", "low": "-10.93", "high": "0.98", "p": "0.077", "t": "-2.61"}, 3.1),
    ({"difference": "164.17", "low": "12.24", "p": "0.036", "t": "2.31"}, 14.6),
    ({"difference": "66.6", "low": "-237.4", "p": "0.610", "t": "0.54"}, 5.9),
])  # fmt: skip
def test_a_df_between_whole_numbers_is_found(numbers, df):
    evidence = Evidence(**{name: read_printed(text) for name, text in numbers.items()})
    found = fitting_df(evidence)
    assert found.min() - 0.05 <= df <= found.max() + 0.05 and np.ptp(found) < 0.8


def test_a_corrected_f_takes_the_rounding_of_its_df_along():
    """F(1.5, 25.4) = 3.86: P from the unrounded df, 1.4501 and 25.35."""
    p = stats.f.sf(3.86, 1.4501, 25.351)
    frame = consistency.check_numbers(F="3.86", num_df="1.5", df="25.4", p=f"{p:.4f}")
    assert frame["verdict"].eq("fits").all()
    assert consistency.check_numbers(F="3.86", num_df="1.5", df="25.4", p="0.09")["verdict"][0] == "does not fit"


def test_thousands_are_read_where_they_can_be_told():
    assert read_printed("1,234.5").middle == pytest.approx(1234.5)
    assert read_printed("1 234").middle == pytest.approx(1234)
    assert read_printed("1,234", value=1234.0).high == pytest.approx(1234.5)
    assert read_printed("1,234", value=1.234).high == pytest.approx(1.2345)
    with pytest.raises(EffectError, match="1234, or 1.234 with a point"):
        read_printed("1,234")


def test_the_decimals_are_those_of_the_value():
    read = read_printed("n = 15: -45.1 ± 5.02", value=5.02)
    assert (read.low, read.high) == (5.015, 5.025)


@pytest.mark.parametrize(("options", "message"), [
    ({"difference": 9.0, "p": "0.01"}, "9.0 is a number whose printed decimals are lost"),
    ({"difference": "9", "sd": "-3"}, "sd='-3' must be above zero"),
    ({"difference": "9", "p": "0.01", "sd_1": "-3", "sd_2": "3"}, "sd_1='-3' must be above zero"),
    ({"difference": "9", "p": "0.01", "r": "1.4"}, "r='1.4' is not a correlation"),
    ({"t": "3", "df": "0", "p": "0.1"}, "df='0' must be above zero"),
    ({"F": "-3", "df": "17", "p": "0.1"}, "F='-3' must be above zero"),
    ({"difference": "9", "p": "ns", "alpha": 5}, "alpha=5 is not a fraction between 0 and 1. Write 0.05"),
    ({"difference": "9", "p": "0.01", "designs": ["mixed"]}, r"designs=\['mixed'\]: give names with degrees of freedom"),
])  # fmt: skip
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(EffectError, match=message):
        consistency.check_numbers(**{"n": 18} | options)


@pytest.mark.parametrize(("changes", "message"), [
    ({"value": ["9", "5", "13", "0,0002"]}, "'value' must hold numbers, but has '0,0002' in row 3"),
    ({"value": [90.0, 5.0, 13.0, 0.0002]}, "value 90 does not stand in the printed text '9'"),
    ({"printed": [9.0, 5.0, 13.0, 0.0002]}, "printed decimals are lost"),
    ({"result": None}, "column 'result' is empty"),
    ({"statistic": ["difference", "ci_low", "ci_high", "p"]}, "statistic='difference' is not allowed"),
    ({"statistic": ["diff", "diff", "ci_high", "p"]}, "'diff' more than once"),
    ({"conf_level": 95.0}, "conf_level=95.0 is not a fraction"),
    ({"value": [9.0, 5.0, 13.0, 1.5], "printed": ["9", "5", "13", "1.5"]}, "p='1.5' is not a P value"),
])  # fmt: skip
def test_rows_that_contradict_themselves_are_refused(changes, message):
    with pytest.raises(EffectError, match=message):
        consistency.check(CHANGE.assign(**changes), n=18)


@pytest.mark.parametrize(("n", "shown"), [(17.5, "17.5"), (1.0, "1")])
def test_a_number_of_participants_is_whole(n, shown):
    size = pd.DataFrame({"study": ["s"], "result": ["n"], "statistic": ["n"], "value": [n], "printed": [shown]})
    with pytest.raises(EffectError, match=f"n={shown} is not a number of participants"):
        consistency.check(pd.concat([CHANGE, size]))


def test_rows_without_the_printed_text_show_the_number():
    assert (
        consistency.check(CHANGE.assign(printed=None), n=18)["sentence"]
        .iloc[0]
        .startswith("Difference 9, 95% interval 5 to 13")
    )
