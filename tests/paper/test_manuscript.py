"""Slots of the paper's text are filled from results, and a missing one stops the build with its line."""

import pandas as pd
import pytest

from paper import manuscript


@pytest.fixture(autouse=True)
def results(tmp_path, monkeypatch):
    """One small table of results in a folder of its own."""
    monkeypatch.setattr(manuscript, "RESULTS", tmp_path)
    monkeypatch.setattr("paper.pipeline.RESULTS", tmp_path)
    manuscript._table.cache_clear()
    pd.DataFrame(
        {
            "key": ["pec", "tri"],
            "estimate": [9.04, -5.25],
            "conf_low": [5.1, -10.0],
            "conf_high": [13.2, None],
            "n": [18, 18],
            "p_value": [0.004, None],
        }
    ).to_csv(tmp_path / "focus.csv", index=False)
    yield
    manuscript._table.cache_clear()


def compose(text):
    return manuscript.compose(text, "paper.md")


def test_numbers_are_formatted_with_a_true_minus_sign():
    filled = compose("A {{ focus.pec.estimate:.1f }} and {{ focus.tri.estimate:+.2f }}, n = {{ focus.pec.n }}.\n")
    assert filled == "A 9.0 and −5.25, n = 18.\n"


def test_intervals_have_both_ends():
    assert compose("{{ interval focus.pec:.0f }}") == "5 to 13\n"


@pytest.mark.parametrize(
    ("slot", "message"),
    [
        ("{{ nothing.pec.estimate }}", "there is no result 'nothing'; there are: focus"),
        ("{{ focus.chest.estimate }}", "0 rows with the key 'chest'; its keys are: pec, tri"),
        ("{{ focus.pec.estimat }}", "has no column 'estimat'"),
        ("{{ focus.tri.conf_high:.1f }}", "'focus.tri.conf_high' is empty"),
        ("{{ interval focus.tri:.1f }}", "'focus.tri.conf_high' is empty"),
        ("{{ focus.pec.estimate:d }}", "cannot be written as 'd'"),
        ("{{ see figure nowhere }}", "there is no figure 'nowhere'"),
        ("{{ frobnicate focus.pec }}", "this is no slot"),
        ("in a line {{ table focus }}", "at the beginning of its own line"),
    ],
)
def test_a_slot_that_cannot_be_filled_stops_with_its_line(slot, message):
    with pytest.raises(SystemExit) as found:
        compose(f"first\n\n{slot}\n")
    assert "paper.md, line 3: " in str(found.value)
    assert message in str(found.value)


def test_every_fault_is_listed():
    with pytest.raises(SystemExit) as found:
        compose("{{ a.b.c }}\n{{ d.e.f }}")
    assert "line 1" in str(found.value)
    assert "line 2" in str(found.value)


def test_figures_are_numbered_in_their_order():
    text = "See {{ see figure b }} and {{ see figure a }}.\n\n{{ figure a }} One {{ focus.pec.n }}.\n\n{{ figure b }} Two.\n"
    filled = compose(text)
    assert "See Figure\u00a02 and Figure\u00a01." in filled
    assert "![**Figure 1.** One 18.](../figures/a){#fig-a}" in filled
    assert "![**Figure 2.** Two.](../figures/b){#fig-b}" in filled


def test_a_figure_that_stands_twice_is_refused():
    with pytest.raises(manuscript.SlotError, match="figure 'a' stands twice"):
        compose("{{ figure a }} x\n\n{{ figure a }} y\n")
