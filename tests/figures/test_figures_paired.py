"""Paired estimation: pairs, differences and the aligned axis."""

import numpy as np
import pandas as pd
import pytest
from figure_checks import line, note
from matplotlib.container import ErrorbarContainer
from scipy import stats

from mmc_analysis import figures
from mmc_analysis.errors import FigureError


@pytest.fixture
def at_fifty(lifters):
    return lifters[lifters["load_pct_1rm"] == 50]


@pytest.fixture
def contrast():
    return pd.DataFrame({"contrast": ["pectoralis - regular"], "estimate": [6.5], "conf_low": [4.0], "conf_high": [9.5],
                         "conf_level": [0.9], "unit": ["pct_max"], "method": ["Kenward-Roger"]})  # fmt: skip


def interval(ax) -> tuple[float, float, float]:
    """Estimate and limits as drawn, in the values' unit."""
    bar = next(c for c in ax.containers if isinstance(c, ErrorbarContainer))
    low, high = bar.lines[2][0].get_segments()[0][:, 1]
    return float(bar.lines[0].get_ydata()[0]), low, high


def test_pairs_and_differences_are_those_of_each_lifter(at_fifty):
    wide = at_fifty.pivot(index="participant", columns="condition", values="value")
    ax = figures.paired_estimation(at_fifty, "regular", "pectoralis")
    for person, row in wide.iterrows():
        assert line(ax, f"_{person}").get_ydata() == pytest.approx([row["regular"], row["pectoralis"]])
    own = line(ax, "_differences").get_ydata() - wide["regular"].mean()
    assert own == pytest.approx((wide["pectoralis"] - wide["regular"]).to_numpy())


def test_the_interval_is_the_paired_t_on_an_axis_whose_zero_is_the_reference_mean(at_fifty):
    wide = at_fifty.pivot(index="participant", columns="condition", values="value")
    zero = wide["regular"].mean()
    test = stats.ttest_rel(wide["pectoralis"], wide["regular"])
    low, high = test.confidence_interval(0.95)
    ax = figures.paired_estimation(at_fifty, "regular", "pectoralis")
    assert interval(ax) == pytest.approx((wide["pectoralis"].mean(), zero + low, zero + high))
    ax.figure.draw_without_rendering()
    right = ax.child_axes[0]
    assert right.get_ylim() == pytest.approx(np.array(ax.get_ylim()) - zero)
    assert right.get_ylabel() == "Difference in peak EMG (percentage points)"
    assert line(ax, "_zero").get_ydata() == pytest.approx([zero, zero])


def test_an_estimate_is_drawn_instead_and_named(at_fifty, contrast):
    zero = at_fifty.loc[at_fifty["condition"] == "regular", "value"].mean()
    ax = figures.paired_estimation(at_fifty, "regular", "pectoralis", estimate=contrast)
    assert interval(ax) == pytest.approx((zero + 6.5, zero + 4.0, zero + 9.5))
    assert "Bold: estimated difference with 90 % confidence interval, Kenward-Roger." in note(ax)


def test_the_note_counts_directions_and_who_is_left_out(at_fifty):
    lost = at_fifty[~((at_fifty["participant"] == "P01") & (at_fifty["condition"] == "pectoralis"))]
    pairs = figures.paired_estimation_data(lost, "regular", "pectoralis")
    higher = int((pairs["difference"] > 0).sum())
    assert len(pairs) == 17 and "P01" not in set(pairs["participant"])
    words = note(figures.paired_estimation(lost, "regular", "pectoralis"))
    assert words.startswith(f"Thin: 17 participants; {higher} higher (solid), {17 - higher} lower (dashed).")
    assert "1 without both left out." in words


def test_two_columns_do_as_well(at_fifty):
    wide = at_fifty.pivot(index="participant", columns="condition", values="value").reset_index()
    wide.columns = [str(name) for name in wide.columns]
    ax = figures.paired_estimation(wide, "regular", "pectoralis", label="Peak EMG (% of maximum)")
    assert interval(ax) == pytest.approx(interval(figures.paired_estimation(at_fifty, "regular", "pectoralis")))
    assert ax.get_ylabel() == "Peak EMG (% of maximum)"
    with pytest.raises(FigureError, match="Give label="):
        figures.paired_estimation(wide, "regular", "pectoralis")
    with pytest.raises(FigureError, match="participant 'P01' has more than one row"):
        figures.paired_estimation(pd.concat([wide, wide]), "regular", "pectoralis", label="x")


def test_groups_may_be_mixed_but_loads_may_not(lifters, at_fifty):
    groups = at_fifty.assign(group=np.where(at_fifty["participant"] < "P10", "a", "b"))
    assert len(figures.paired_estimation_data(groups, "regular", "triceps")) == 18
    with pytest.raises(FigureError, match="5 levels of 'load_pct_1rm'"):
        figures.paired_estimation(lifters, "regular", "triceps")


def test_points_of_one_height_do_not_cover_each_other():
    torque = pd.DataFrame({"pre": np.arange(9.0), "post": np.arange(9.0) + 1})
    torque.loc[8, "post"] += 4
    ax = figures.paired_estimation(torque, "pre", "post", label="Torque (N·m)")
    x, y = line(ax, "_differences").get_data()
    assert len(set(zip(x.round(6), y.round(6), strict=True))) == 9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda f: (f, "regular", "pectorals", {}),
            "'pectorals' is not a level of 'condition'. Did you mean 'pectoralis'",
        ),
        (lambda f: (f, "regular", "regular", {}), "are both 'regular'"),
        (lambda f: (f[f["participant"] == "P01"], "regular", "triceps", {}), "1 participant with both"),
        (lambda f: (f, "regular", "triceps", {"conf_level": 1.0}), "Give a fraction"),
    ],
)
def test_pairs_that_cannot_be_drawn_say_why(at_fifty, change, message):
    frame, reference, comparison, options = change(at_fifty)
    with pytest.raises(FigureError, match=message):
        figures.paired_estimation(frame, reference, comparison, **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: pd.concat([c, c]), "estimate has 2 rows"),
        (lambda c: c.assign(contrast="regular - pectoralis"), "estimate is for 'regular - pectoralis', but"),
        (lambda c: c.assign(metric="d_z"), "has the metric 'd_z'"),
        (lambda c: c.assign(unit="uV"), "estimates have 'uV'"),
        (lambda c: c.drop(columns="conf_high"), "estimate lacks the column conf_high"),
    ],
)
def test_estimates_that_do_not_fit_say_why(at_fifty, contrast, change, message):
    with pytest.raises(FigureError, match=message):
        figures.paired_estimation(at_fifty, "regular", "pectoralis", estimate=change(contrast))
