"""Frames about the covariance of a marginal model: parameters, matrices, standard deviations."""

import numpy as np
import pandas as pd
from scipy import special

from mmc_analysis.models.repeated.covariance import CORRELATION, VARIANCE, Parameter

METHODS = {True: "chi-squared interval (Satterthwaite)", False: "normal interval (Wald)"}


def parameter_table(
    labels: list[Parameter], groups: tuple[str, ...], theta: np.ndarray, std_error: np.ndarray, conf_level: float
) -> pd.DataFrame:
    """Return the covariance parameters as rows.

    Variances have the interval of a scaled chi-squared variable with 2(θ/se)² degrees of freedom, as in SAS PROC
    MIXED; covariances and correlations have normal intervals.

    Parameters
    ----------
    labels : list of Parameter
        The m parameters of one group.
    groups : tuple of str
        One empty name if there are no groups.
    theta, std_error : (n_groups * m,) arrays
    conf_level : float

    Returns
    -------
    pandas.DataFrame
        `group` (if there are groups), `term`, `metric`, `estimate`, `std_error`, `conf_level`, `conf_low`, `conf_high`,
        `method`.
    """
    rows = [(group, label) for group in groups for label in labels]
    variance = np.array([label.kind == VARIANCE for _, label in rows])
    low, high = _limits(theta, std_error, variance, conf_level)
    table = pd.DataFrame({
        "group": [group for group, _ in rows],
        "term": [label.name for _, label in rows],
        "metric": [label.kind for _, label in rows],
        "estimate": theta, "std_error": std_error, "conf_level": conf_level, "conf_low": low, "conf_high": high,
        "method": [METHODS[bool(flag)] for flag in variance],
    })  # fmt: skip
    return table if len(groups) > 1 or groups[0] else table.drop(columns="group")


def in_units(labels: list[Parameter], theta: np.ndarray, scale: float) -> np.ndarray:
    """Return the factors that bring parameters to the units of the response, shape of `theta`."""
    one = np.array([1.0 if label.kind == CORRELATION else scale**2 for label in labels])
    return np.tile(one, len(theta) // len(one))


def matrix_frame(matrix: np.ndarray, names: tuple[str, ...], title: str) -> pd.DataFrame:
    """Return a matrix of the occasions with their names on both sides."""
    return pd.DataFrame(matrix, index=pd.Index(names, name=title), columns=pd.Index(names, name=title))


def correlation(matrix: np.ndarray) -> np.ndarray:
    """Return the correlation matrix of a covariance matrix.

    Examples
    --------
    >>> correlation(np.array([[4.0, 1.0], [1.0, 1.0]]))
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    sd = np.sqrt(np.diag(matrix))
    return matrix / np.outer(sd, sd)


def _limits(
    theta: np.ndarray, std_error: np.ndarray, variance: np.ndarray, conf_level: float
) -> tuple[np.ndarray, np.ndarray]:
    tail = (1 - conf_level) / 2
    half = special.ndtri(1 - tail) * std_error
    df = 2 * (theta / std_error) ** 2
    low = np.where(variance, df * theta / special.chdtri(df, tail), theta - half)
    high = np.where(variance, df * theta / special.chdtri(df, 1 - tail), theta + half)
    return low, high
