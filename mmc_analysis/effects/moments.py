"""Counts, means, spreads and correlations of measured samples, a row per sample, NaN where a sample is shorter."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.effects.arguments import refuse

COLLINEAR = 1e-12
ROUNDING = 1e-14


@dataclass(frozen=True)
class Moments:
    """Of one measurement.

    Attributes
    ----------
    n, mean, sd : ndarray, shape (k,)
        `sd` is zero where all values are equal to rounding.
    deviation : ndarray, shape (k, m)
        From the mean; zero where there is no value.
    """

    n: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    deviation: np.ndarray


def moments(values: np.ndarray, labels: pd.DataFrame | None = None) -> Moments:
    """Return the moments of the rows of a table, (k, m), which `labels` may name.

    Raises
    ------
    EffectError
        If a row has fewer than 2 values.

    Examples
    --------
    >>> found = moments(np.array([[1.0, 3.0, np.nan], [0.1, 0.1, 0.1]]))
    >>> found.n, found.mean, found.sd.round(3)
    (array([2, 3]), array([2. , 0.1]), array([1.414, 0.   ]))
    """
    there = ~np.isnan(values)
    n = there.sum(axis=1)
    refuse(n < 2, "n", n.astype(float), "At least 2 participants with values are needed.", labels)
    mean = np.where(there, values, 0).sum(axis=1) / n
    deviation = np.where(there, values - mean[:, None], 0)
    sd = np.sqrt((deviation**2).sum(axis=1) / (n - 1))
    return Moments(n, mean, np.where(sd > ROUNDING * np.abs(mean), sd, 0.0), deviation)


def correlation(first: Moments, second: Moments) -> np.ndarray:
    """Return the correlation of two measurements of the same participants, (k,); zero where one does not vary.

    A correlation that is ±1 to rounding is ±1.

    Examples
    --------
    >>> correlation(moments(np.array([[1.0, 2, 3]])), moments(np.array([[0.1, 0.2, 0.3]])))
    array([1.])
    """
    both = first.sd * second.sd
    covariance = (first.deviation * second.deviation).sum(axis=1) / (first.n - 1)
    r = np.divide(covariance, both, out=np.zeros_like(both), where=both > 0)
    return np.where(1 - np.abs(r) < COLLINEAR, np.sign(r), r)
