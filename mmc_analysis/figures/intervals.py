"""Means and intervals of cells, on plain arrays.

The within-participant interval removes what participants differ in before the spread is taken (Cousineau 2005,
*Tutor Quant Methods Psychol* 1:42-45), with Morey's factor (2008, *ibid.* 4:61-64). It shows the pattern across
cells, not how well the population's mean is known.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class CellMeans:
    """Means of k cells with their intervals.

    Attributes
    ----------
    mean, std_error, conf_low, conf_high : ndarray of float, shape (k,)
        Limits are NaN for a cell with fewer than two values.
    df : ndarray of float, shape (k,)
    n : ndarray of int, shape (k,)
    """

    mean: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    conf_low: np.ndarray
    conf_high: np.ndarray
    n: np.ndarray


def cell_means(values: np.ndarray, cell: np.ndarray, spread: np.ndarray, conf_level: float) -> CellMeans:
    """Return the mean of each cell, with a t interval from the spread of `spread`.

    Parameters
    ----------
    values : ndarray, shape (n_obs,)
        One value per participant and cell, in the measure's unit.
    cell : ndarray of int, shape (n_obs,)
        Cell of each value, 0 … k - 1.
    spread : ndarray, shape (n_obs,)
        What the standard errors are taken from: the values themselves, or the values without what participants
        differ in.
    conf_level : float
        Confidence level, as a fraction.

    Returns
    -------
    CellMeans

    Examples
    --------
    >>> values = np.array([1.0, 2, 3, 4, 5, 9])
    >>> cells = cell_means(values, np.array([0, 0, 0, 1, 1, 1]), values, 0.95)
    >>> cells.mean, cells.conf_high.round(3)
    (array([2., 6.]), array([ 4.484, 12.572]))
    """
    n = np.bincount(cell)
    mean = np.bincount(cell, values) / n
    centred = spread - (np.bincount(cell, spread) / n)[cell]
    df = n - 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        std_error = np.sqrt(np.bincount(cell, centred**2) / df / n)
    std_error[n < 2] = np.nan
    half = stats.t.ppf(0.5 + conf_level / 2, np.where(n < 2, np.nan, df)) * std_error
    return CellMeans(mean, std_error, df, mean - half, mean + half, n)


def without_participants(values: np.ndarray, participant: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Remove what participants differ in, keeping the cells' means, and widen by Morey's factor.

    Participants are estimated beside the cells by least squares, so that a missing cell does not shift anyone;
    without missing cells this is Cousineau's subtraction of each participant's mean.

    Parameters
    ----------
    values : ndarray, shape (n_obs,)
        One value per participant and cell.
    participant, cell : ndarray of int, shape (n_obs,)
        Codes from 0.

    Returns
    -------
    ndarray, shape (n_obs,)
        Cell mean + residual x sqrt(J / (J - 1)) with J the number of cells.

    Examples
    --------
    >>> without_participants(np.array([1.0, 3, 11, 15]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])).round(3)
    array([6.707, 8.293, 5.293, 9.707])
    """
    n_people, n_cells = participant.max() + 1, cell.max() + 1
    design = np.zeros((len(values), n_people + n_cells))
    rows = np.arange(len(values))
    design[rows, participant] = 1.0
    design[rows, n_people + cell] = 1.0
    effects = np.linalg.lstsq(design, values, rcond=None)[0]
    residual = values - design @ effects
    mean = np.bincount(cell, values) / np.bincount(cell)
    return mean[cell] + residual * np.sqrt(n_cells / (n_cells - 1))
