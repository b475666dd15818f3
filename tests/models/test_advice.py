"""Advice names what is missing and prints a formula that is silent; the recommended formulas are silent."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from lab import lifts

from mmc_analysis.errors import MMCWarning
from mmc_analysis.models.mixed.advice import (
    CELLS_LEFT_OUT,
    INTERCEPT_ALONE,
    ONE_FACTOR_LEFT_OUT,
    REPETITIONS_ALONE,
)
from mmc_analysis.models.mixed.model import fit_mixed

TWO_WAY = "value ~ condition * load + "
SD = (8.0, 6.0, 3.0, 4.0)


def advice(formula, frame):
    """Advice on variation, without remarks on singular terms."""
    return [text for text in fit_mixed(formula, frame, warn=False).advice if not text.startswith("singular")]


def formula_in(text):
    return text.split("Use: ")[1]


def imagery(seed=1, n=8):
    rng = np.random.default_rng(seed)
    grid = np.meshgrid(range(3), range(n), range(4), indexing="ij")
    group, person, time = (axis.ravel() for axis in grid)
    value = 100 + 10 * rng.normal(size=(3, n))[group, person] + 4 * time + 3 * rng.normal(size=len(time))
    return pd.DataFrame({"participant": [f"{g}{p}" for g, p in zip(group, person, strict=True)],
                         "group": np.array(["control", "imagery", "physical"])[group],
                         "time": np.array(["pre", "mid", "post", "followup"])[time], "week": 4 * time, "value": value})  # fmt: skip


@pytest.mark.parametrize(
    "random, missing, rate",
    [
        ("(1 | participant)", "condition, load:", "a random intercept alone rejected a true null hypothesis about 23 %"),
        ("(1 + condition | participant)", "load:", "without (1 | participant:load) rejected a true null hypothesis about 23 %"),
        ("(1 | participant) + (1 | participant:load)", "condition:", "without (1 | participant:load) rejected"),
    ],
)  # fmt: skip
def test_a_factor_without_its_variation(random, missing, rate):
    frame = lifts(1, sd=SD)
    with pytest.warns(MMCWarning, match="too liberal"):
        fit_mixed(TWO_WAY + random, frame)
    (text,) = advice(TWO_WAY + random, frame)
    assert text.startswith(missing) and rate in text
    assert formula_in(text).endswith("(1 + condition | participant) + (1 | participant:load)")
    assert advice(formula_in(text), frame) == []


def test_repeated_rows_per_cell_need_the_cell_term():
    frame = lifts(1, n=12, loads=3, sd=SD, repetitions=3)
    (text,) = advice(TWO_WAY + "(1 + condition | participant) + (1 | participant:load)", frame)
    assert text.startswith("condition:load:")
    assert formula_in(text).endswith("+ (1 | participant:condition:load)") and CELLS_LEFT_OUT in text
    assert advice(formula_in(text), frame) == []
    assert REPETITIONS_ALONE in advice(TWO_WAY + "(1 | participant)", frame)[0]


@pytest.mark.parametrize(
    "text, random, repetitions, terms",
    [
        (INTERCEPT_ALONE, "(1 | participant)", 1, ["condition", "load"]),
        (ONE_FACTOR_LEFT_OUT, "(1 + condition | participant)", 1, ["load"]),
        (CELLS_LEFT_OUT, "(1 + condition | participant) + (1 | participant:load)", 3, ["condition:load"]),
        (REPETITIONS_ALONE, "(1 | participant)", 3, ["condition", "load"]),
    ],
)
def test_the_rates_are_those_that_were_simulated(root, text, random, repetitions, terms):
    table = pd.read_csv(root / "benchmarks" / "error_rates.csv")
    table = table[(table.label == random) & (table.method == "Kenward-Roger") & (table.metric == "type_1_error")]
    found = table[table.repetitions == repetitions].groupby("term").estimate
    assert re.findall(r"(\d+) %", text) == [*(f"{100 * rate:.0f}" for rate in found.mean()[terms]), "5"]
    assert (found.max() - found.min()).loc[terms].max() < 0.03


RECOMMENDED = [
    (TWO_WAY + "(1 + condition | participant) + (1 | participant:load)", lifts(1, sd=SD)),
    (TWO_WAY + "(1 | participant) + (1 | participant:condition) + (1 | participant:load)", lifts(1, sd=SD)),
    ("value ~ condition * load + (1 + condition | participant/load)", lifts(1, n=12, loads=3, sd=SD, repetitions=2)),
    ("value ~ condition + (1 | participant)", lifts(1, loads=1, sd=SD)),
    ("value ~ condition + (0 + condition | participant)", lifts(1, loads=2, sd=SD)),
    ("value ~ load + (1 | study:participant) + (1 | study:participant:load)", lifts(1, loads=3, sd=SD)),
    ("value ~ group * time + (1 | participant)", imagery()),
    ("value ~ group * week + (1 + week | participant)", imagery()),
]


@pytest.mark.parametrize("formula, frame", RECOMMENDED, ids=[formula for formula, _ in RECOMMENDED])
def test_silent_on_what_is_recommended(formula, frame):
    assert advice(formula, frame) == []


def test_every_repeated_measure_without_any_participant_term():
    frame = imagery().assign(gym=lambda f: "gym" + (f.participant.str[-1].astype(int) % 3).astype(str))
    (text,) = advice("value ~ group + (1 | gym)", frame)
    assert "no random term tells them apart" in text
    assert formula_in(text) == "value ~ group + (1 | participant) + (1 | gym)"


def test_other_names_for_the_participant():
    frame = lifts(1, sd=SD).drop(columns="study").rename(columns={"participant": "lifter"})
    (text,) = advice(TWO_WAY + "(1 | lifter)", frame)
    assert formula_in(text).endswith("(1 + condition | lifter) + (1 | lifter:load)")


def test_a_factor_left_numeric():
    frame = imagery().assign(time=lambda f: f.week // 4)
    (text,) = advice("value ~ time + (1 | participant)", frame)
    assert text.startswith("'time' is a number with 4 values (0, 1, 2, 3)") and "C(time)" in text
    assert advice("value ~ C(time) + (1 | participant)", frame) == []
    assert advice("value ~ week + (1 | participant)", frame) == []
    two_values = frame.assign(group=(frame.group == "control").astype(int))
    assert advice("value ~ group + (1 | participant)", two_values) == []


def test_more_covariances_than_participants():
    frame = lifts(1, n=8, loads=5, sd=(8.0, 4.0, 4.0, 2.0), repetitions=2)
    texts = advice("value ~ load + (1 + load | participant)", frame)
    assert any("15 variances and covariances, estimated from 8 levels of participant" in text for text in texts)
    assert advice("value ~ condition + (1 + condition | participant)", frame) == []


def test_a_singular_term_is_named():
    frame = lifts(2, n=8, sd=(8.0, 0.0, 0.0, 4.0))
    formula = TWO_WAY + "(1 | participant) + (1 | participant:condition) + (1 | participant:load)"
    fit = fit_mixed(formula, frame, warn=False)
    ranks = dict(zip([str(e.term) for e in fit.random], fit.solution.optimum.certificate.ranks, strict=True))
    assert fit.singular and 0 in ranks.values()
    (text,) = fit.advice
    for term, rank in ranks.items():
        assert (term in text) == (rank == 0)
    with pytest.warns(MMCWarning, match="singular: .* proven"):
        fit_mixed(formula, frame)


def test_warn_false_keeps_quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fit_mixed(TWO_WAY + "(1 | participant)", lifts(1, sd=SD), warn=False).advice


def test_terms_that_reproduce_every_row_are_named():
    frame = lifts(3, n=6, loads=2, sd=SD)
    formula = "value ~ condition + (1 + condition | participant) + (1 | participant:load) + (1 | condition:load)"
    texts = fit_mixed(formula, frame, warn=False).advice
    assert not any("reproduce each" in text for text in texts)
    small = frame[frame.load == "20%"].reset_index(drop=True).assign(site=lambda f: np.arange(len(f)) % 17)
    texts = fit_mixed("value ~ condition + (1 | participant) + (1 | site)", small, warn=False).advice
    assert any("reproduce each of the 18 rows" in text for text in texts)
