"""Focus by load: what is drawn, from which numbers, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note, overlaps
from matplotlib.container import ErrorbarContainer
from scipy import stats

from mmc_analysis import figures
from mmc_analysis.errors import FigureError, OptionError


@pytest.fixture
def means(lifters):
    """Marginal means as a fit returns them: loads by category, t intervals."""
    cells = lifters.groupby(["condition", "load"], observed=True)["value"]
    frame = cells.mean().rename("estimate").reset_index()
    return frame.assign(conf_low=frame["estimate"] - 3, conf_high=frame["estimate"] + 4, conf_level=0.9, unit="pct_max",
                        method="Kenward-Roger", evidence="measured")  # fmt: skip


def test_every_lifter_and_every_mean_is_drawn(lifters):
    ax = figures.focus_by_load(lifters)
    for condition, own in lifters.groupby("condition", observed=True):
        mean = own.groupby("load_pct_1rm")["value"].mean()
        assert line(ax, str(condition)).get_ydata() == pytest.approx(mean.to_numpy(), rel=1e-12)
        for person, values in own.groupby("participant"):
            drawn = line(ax, f"_{condition}: {person}")
            assert drawn.get_ydata() == pytest.approx(values.sort_values("load_pct_1rm")["value"].to_numpy())
            assert drawn.get_linewidth() < line(ax, str(condition)).get_linewidth() / 2


def test_loads_stand_to_scale_and_conditions_side_by_side(lifters):
    data = figures.focus_by_load_data(lifters)
    assert sorted(data["x"].unique()) == [20, 40, 50, 60, 80]
    shift = (data["position"] - data["x"]).groupby(data["series"]).agg(["min", "max"]).round(9)
    assert (shift["min"] == shift["max"]).all()
    assert shift["min"].is_unique
    assert shift["min"].abs().max() < 10 / 2, "a shifted point must stay nearest to its own load"
    ax = figures.focus_by_load(lifters)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["20", "40", "50", "60", "80"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["regular", "pectoralis", "triceps"]


def test_labels_name_measure_unit_muscle_and_interval(lifters):
    ax = figures.focus_by_load(lifters)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Load (% 1RM)", "Peak EMG (% of maximum EMG)")
    assert ax.get_title(loc="left") == "Pectoralis major, bench press"
    assert note(ax) == "Thin: 18 participants. Bold: mean with 95 % within-participant interval (Cousineau–Morey)."


def test_t_intervals_are_those_of_each_cell(lifters):
    data = figures.focus_by_load_data(lifters, interval="t", conf_level=0.9)
    mean = data[(data["layer"] == "mean") & (data["series"] == "triceps") & (data["x"] == 60)].iloc[0]
    cell = lifters[(lifters["condition"] == "triceps") & (lifters["load_pct_1rm"] == 60)]["value"]
    low, high = stats.ttest_1samp(cell, 0).confidence_interval(0.9)
    assert (mean["conf_low"], mean["conf_high"], mean["n"]) == pytest.approx((low, high, 18))
    assert "90 % t interval" in note(figures.focus_by_load(lifters, interval="t", conf_level=0.9))


def test_estimates_are_drawn_instead_of_the_means_and_named(lifters, means):
    ax = figures.focus_by_load(lifters, means.assign(estimate=means["estimate"] + 1, conf_low=means["conf_low"] + 1))
    drawn = line(ax, "regular").get_ydata()
    assert drawn == pytest.approx(means.loc[means["condition"] == "regular", "estimate"].to_numpy() + 1)
    bars = [c for c in ax.containers if isinstance(c, ErrorbarContainer)]
    segments = bars[0].lines[2][0].get_segments()
    assert segments[0][:, 1] == pytest.approx([drawn[0] - 3, drawn[0] + 3])
    assert note(ax).endswith("Bold: estimated mean with 90 % confidence interval, Kenward-Roger.")


def test_a_long_legend_makes_the_figure_higher_and_leaves_the_panel_alone(lifters):
    long = lifters.assign(condition=lifters["condition"].astype(str) + " instruction with many words")
    short, high = figures.focus_by_load(lifters), figures.focus_by_load(long)
    assert overlaps(high.figure) == []
    assert high.figure.get_size_inches()[1] == pytest.approx(short.figure.get_size_inches()[1] + 2 * 3.6 / 25.4)
    short.figure.draw_without_rendering()
    assert high.get_window_extent().height == pytest.approx(short.get_window_extent().height, rel=0.05)


def test_repetitions_are_averaged(lifters):
    twice = pd.concat([lifters.assign(repetition=i, value=lifters["value"] + i) for i in (1, 2)])
    one = figures.focus_by_load_data(lifters)
    two = figures.focus_by_load_data(twice)
    assert two["value"].to_numpy() == pytest.approx(one["value"].to_numpy() + 1.5)


def test_a_missing_cell_breaks_one_line_and_lowers_one_n(lifters):
    lost = lifters.copy()
    lost.loc[(lost["participant"] == "P03") & (lost["condition"] == "regular") & (lost["load"] == "50"), "value"] = (
        np.nan
    )
    ax = figures.focus_by_load(lost)
    assert np.isnan(line(ax, "_regular: P03").get_ydata()).tolist() == [False, False, True, False, False]
    data = figures.focus_by_load_data(lost)
    mean = data[data["layer"] == "mean"]
    assert sorted(mean["n"].unique()) == [17, 18]
    assert mean.loc[mean["n"] == 17, ["series", "x"]].to_numpy().tolist() == [["regular", 50.0]]


def test_loads_by_category_and_in_kilograms(lifters):
    ordered = lifters.drop(columns="load_pct_1rm")
    assert sorted(figures.focus_by_load_data(ordered)["x"].unique()) == [0, 1, 2, 3, 4]
    kilograms = ordered.drop(columns="load").assign(load_kg=lifters["load_pct_1rm"] * 1.25)
    assert figures.focus_by_load(kilograms).get_xlabel() == "Load (kg)"
    assert figures.focus_by_load(lifters, load="load").get_xlabel() == "Load"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="condition"), r"lacks the column condition\."),
        (lambda f: f.rename(columns={"condition": "conditions"}), "Did you mean 'conditions'"),
        (lambda f: f.assign(muscle=["a", "b"] * 135), r"2 levels of 'muscle' \(a, b\); keep one: observations\[observations\['muscle'\] == 'a'\]"),
        (lambda f: f.assign(measure=["emg_peak", "emg_mean"] * 135), "2 levels of 'measure'"),
        (lambda f: f.assign(unit=["pct_max", "uV", "mV"] * 90), "3 levels of 'unit'"),
        (lambda f: f.assign(study=["a", "b"] * 135), "2 levels of 'study'"),
        (lambda f: f.drop(columns=["load", "load_pct_1rm"]), "One of load_pct_1rm, load_kg, load is needed"),
        (lambda f: f.assign(value=np.nan), "every value is empty"),
        (lambda f: pd.concat([f, f]), "has more than one row, and no column"),
        (lambda f: pd.concat([f.assign(session="1", trial=1), f.assign(session="2", trial=2)]), "differ in session"),
        (lambda f: f[f["load"] == "20"].groupby("participant").head(1), "Use interval='t', or leave them out"),
        (lambda f: f.assign(condition=[f"focus {i % 8}" for i in range(270)]), "8 levels of 'condition'.*only 7"),
    ],
)  # fmt: skip
def test_frames_that_cannot_be_drawn_say_why(lifters, change, message):
    with pytest.raises(FigureError, match=message):
        figures.focus_by_load(change(lifters))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.drop(columns="conf_low"), "estimates lacks the column conf_low"),
        (lambda m: m.iloc[1:], "has no row for condition=regular, load_pct_1rm=20"),
        (lambda m: pd.concat([m, m.tail(1)]), "has two rows or more for condition=triceps, load_pct_1rm=80"),
        (lambda m: m.assign(unit="uV"), "observations have unit 'pct_max', but estimates have 'uV'"),
        (lambda m: m.assign(load="95"), "estimates has load_pct_1rm"),
        (lambda m: m.iloc[:0], "estimates has no rows"),
    ],
)
def test_estimates_that_do_not_fit_say_why(lifters, means, change, message):
    with pytest.raises(FigureError, match=message):
        figures.focus_by_load(lifters, change(means))


def test_misspelt_options_and_values(lifters):
    with pytest.raises(OptionError, match="Did you mean 'interval'"):
        figures.focus_by_load(lifters, intervals="t")
    with pytest.raises(FigureError, match="Did you mean 'within'"):
        figures.focus_by_load(lifters, interval="withn")
    with pytest.raises(FigureError, match=r"Give a fraction, such as 0\.95"):
        figures.focus_by_load(lifters, conf_level=95)
    with pytest.raises(FigureError, match="load='kg' is not allowed"):
        figures.focus_by_load(lifters, load="kg")
