"""Intervals of cells: against a published example, against scipy, and by identities."""

import numpy as np
import pytest
from scipy import stats

from mmc_analysis.figures.intervals import cell_means, without_participants

# Loftus and Masson (1994, Psychonomic Bulletin & Review 1:476-490), Table 2: words recalled by ten subjects after an
# exposure of 1, 2 or 5 s. They print the means 11.0, 13.0, 14.2, the interaction's mean square 0.61 and an interval
# of +- 0.52.
RECALLED = np.array([
    [10, 13, 13], [6, 8, 8], [11, 14, 14], [22, 23, 25], [16, 18, 20], [15, 17, 17], [1, 1, 4], [12, 15, 17],
    [9, 12, 12], [8, 9, 12],
], dtype=float)  # fmt: skip


def long(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    people, cells = np.indices(table.shape)
    kept = ~np.isnan(table.ravel())
    return table.ravel()[kept], people.ravel()[kept], cells.ravel()[kept]


def test_plain_intervals_are_those_of_one_sample_t():
    values, _, cell = long(RECALLED)
    found = cell_means(values, cell, values, 0.9)
    for i, column in enumerate(RECALLED.T):
        low, high = stats.ttest_1samp(column, 0).confidence_interval(0.9)
        assert (found.conf_low[i], found.conf_high[i]) == pytest.approx((low, high), rel=1e-12)
    assert found.n.tolist() == [10, 10, 10]


def test_within_intervals_reproduce_loftus_and_masson():
    values, person, cell = long(RECALLED)
    found = cell_means(values, cell, without_participants(values, person, cell), 0.95)
    assert found.mean.round(1).tolist() == [11.0, 13.0, 14.2]
    mean_square = float(np.mean(found.std_error**2) * 10)
    assert round(mean_square, 2) == 0.61
    assert round(stats.t.ppf(0.975, 18) * np.sqrt(mean_square / 10), 2) == 0.52


def test_without_missing_cells_it_is_cousineaus_subtraction_with_moreys_factor():
    values, person, cell = long(RECALLED)
    by_hand = RECALLED - RECALLED.mean(axis=1, keepdims=True) + RECALLED.mean()
    by_hand = RECALLED.mean(axis=0) + (by_hand - RECALLED.mean(axis=0)) * np.sqrt(3 / 2)
    assert without_participants(values, person, cell) == pytest.approx(by_hand.ravel(), abs=1e-12)


def test_with_two_cells_the_half_width_is_the_paired_one_over_the_square_root_of_two():
    pair = RECALLED[:, 1:]
    values, person, cell = long(pair)
    found = cell_means(values, cell, without_participants(values, person, cell), 0.95)
    low, high = stats.ttest_rel(pair[:, 1], pair[:, 0]).confidence_interval(0.95)
    assert found.conf_high - found.mean == pytest.approx([(high - low) / 2 / np.sqrt(2)] * 2, rel=1e-12)


def test_a_missing_cell_does_not_shift_anyone():
    """Participants differ by 100 and cells by 1, without noise: whatever is missing, nothing is left over."""
    table = 100.0 * np.arange(6)[:, None] + np.arange(4.0)
    table[0, 1] = table[3, 3] = np.nan
    values, person, cell = long(table)
    spread = without_participants(values, person, cell)
    for i in range(4):
        assert np.ptp(spread[cell == i]) == pytest.approx(0, abs=1e-9)


def test_one_value_in_a_cell_has_a_mean_and_no_interval():
    found = cell_means(np.array([1.0, 2.0, 5.0]), np.array([0, 0, 1]), np.array([1.0, 2.0, 5.0]), 0.95)
    assert found.mean.tolist() == [1.5, 5.0]
    assert np.isnan(found.conf_low[1]) and np.isfinite(found.conf_low[0])
