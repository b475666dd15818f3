"""Hedges' correction of standardised differences for small samples."""

import numpy as np
from scipy import special

from mmc_analysis.effects.arguments import numbers, refuse


def hedges_factor(df) -> np.ndarray:
    """Return Hedges' exact correction factor J.

    Parameters
    ----------
    df : float or array_like, shape (k,)
        Degrees of freedom of the standardiser, 2 or more.

    Returns
    -------
    ndarray, shape (k,)
        J = Γ(df/2) / (√(df/2) Γ((df-1)/2)) (Hedges 1981).

    Raises
    ------
    EffectError
        If df < 2, where the factor is zero or does not exist.

    Examples
    --------
    >>> hedges_factor([9, 17, 34]).round(6)
    array([0.913875, 0.955112, 0.97775 ])
    """
    (df,) = numbers(df=df)
    refuse(~(df >= 2), "df", df, "Hedges' correction needs at least 2 degrees of freedom (3 participants in a paired "
           "design); report the uncorrected d, or the raw difference.")  # fmt: skip
    half = np.where(np.isfinite(df), df, 4.0) / 2
    # the ratio of gamma functions by their logarithms loses digits above some 1e6 degrees of freedom, where the
    # series is exact to rounding
    exact = np.exp(special.gammaln(half) - special.gammaln(half - 0.5)) / np.sqrt(half)
    series = 1 - 0.75 / df - 7 / (32 * df**2)
    return np.where(df > 1e4, series, exact)
