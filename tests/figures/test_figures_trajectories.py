"""Trajectories: groups over time, dropouts, limbs."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note
from scipy import stats

from mmc_analysis import figures
from mmc_analysis.errors import FigureError


def test_means_are_those_of_who_is_still_there(trainees):
    ax = figures.trajectories(trainees)
    mean = trainees[trainees["group"] == "imagery"].groupby("time", observed=True)["value"].mean()
    assert line(ax, "imagery").get_ydata() == pytest.approx(mean.to_numpy())
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["pre", "mid", "post", "followup"]


def test_lines_of_dropouts_end_and_the_note_counts_who_is_left(trainees):
    ax = figures.trajectories(trainees)
    assert np.isnan(line(ax, "_imagery: I8").get_ydata()).tolist() == [False, False, False, True]
    assert np.isnan(line(ax, "_imagery: I9").get_ydata()).tolist() == [False, False, True, True]
    assert "n at pre, mid, post, followup: control 10, 10, 9, 8; imagery 10, 10, 9, 8; physical 10, 10, 9, 8." in note(
        ax
    )
    assert "control (n = 10)" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert "n at" not in note(figures.trajectories(trainees[trainees["time"].isin(["pre", "mid"])]))


def test_intervals_are_t_by_default(trainees):
    data = figures.trajectories_data(trainees)
    mean = data[(data["layer"] == "mean") & (data["series"] == "physical") & (data["x"] == 3)].iloc[0]
    cell = trainees[(trainees["group"] == "physical") & (trainees["time"] == "followup")]["value"]
    low, high = stats.ttest_1samp(cell, 0).confidence_interval(0.95)
    assert (mean["conf_low"], mean["conf_high"], mean["n"]) == pytest.approx((low, high, 8))


def test_weeks_stand_to_scale(trainees):
    data = figures.trajectories_data(trainees, over="week")
    assert sorted(data["x"].unique()) == [0, 3, 6, 12]
    ax = figures.trajectories(trainees, over="week")
    assert ax.get_xlabel() == "Time (weeks)"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "3", "6", "12"]


def test_limbs_with_their_own_arm_are_series_of_one_person(trainees):
    both = pd.concat([trainees.assign(limb_role=role, limb=limb, value=trainees["value"] + shift)
                      for role, limb, shift in (("trained", "left", 0.0), ("untrained", "right", -5.0))])  # fmt: skip
    one = both[both["group"] == "imagery"].drop(columns="limb")
    ax = figures.trajectories(one, by="limb_role")
    assert line(ax, "_trained: I0").get_ydata() == pytest.approx(line(ax, "_untrained: I0").get_ydata() + 5)
    with pytest.raises(FigureError, match="2 levels of 'limb'"):
        figures.trajectories(both)
    with pytest.raises(FigureError, match="has more than one row"):
        figures.trajectories(both.drop(columns="limb"))


def test_estimates_by_group_and_time(trainees):
    cells = trainees.groupby(["group", "time"], observed=True)["value"].mean().rename("estimate").reset_index()
    cells = cells.assign(conf_low=cells["estimate"] - 2, conf_high=cells["estimate"] + 2, evidence="synthetic")
    ax = figures.trajectories(trainees, cells)
    assert line(ax, "control").get_ydata() == pytest.approx(
        cells.loc[cells["group"] == "control", "estimate"].to_numpy()
    )
    with pytest.raises(FigureError, match="has no row for group=control, time=pre"):
        figures.trajectories(trainees, cells.iloc[1:])
    stranger = cells.head(1).assign(group="placebo")
    with pytest.raises(FigureError, match="has a row that the observations lack: group=placebo, time=pre"):
        figures.trajectories(trainees, pd.concat([cells, stranger]))


def test_one_value_alone_has_a_point_and_no_interval(trainees):
    few = trainees[~((trainees["time"] == "followup") & (trainees["participant"] != "C0"))]
    data = figures.trajectories_data(few)
    last = data[(data["layer"] == "mean") & (data["x"] == 3)].iloc[0]
    assert last["n"] == 1 and np.isnan(last["conf_low"]) and np.isfinite(last["value"])
    figures.trajectories(few).figure.draw_without_rendering()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="group"), "lacks the column group"),
        (lambda f: f.assign(time=f["time"].where(f.index != 4)), "column 'time' is empty in row 4"),
        (lambda f: f.assign(unit=["N_m"] * 110 + ["pct"]), "2 levels of 'unit'"),
    ],
)
def test_frames_that_cannot_be_drawn_say_why(trainees, change, message):
    with pytest.raises(FigureError, match=message):
        figures.trajectories(change(trainees))


def test_over_has_three_values(trainees):
    with pytest.raises(FigureError, match="over='weeks' is not allowed.*Did you mean 'week'"):
        figures.trajectories(trainees, over="weeks")
