"""Sampling covariance of effects that share participants: several muscles, loads or times, or arms against one control."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options, nearest

AGREES = 1e-6
NEGATIVE = -1e-10


@named_options
def shared_participants(
    estimates: pd.DataFrame, *, r, study: str | None = "study", sample: str | None = None, by: str | None = None,
    std_error: str = "std_error", variance: str | None = None,
) -> np.ndarray:  # fmt: skip
    """Return the covariance of effects measured on the same participants: cov_ij = r · SE_i · SE_j.

    Parameters
    ----------
    estimates : pandas.DataFrame
        One row per effect.
    r : float or pandas.DataFrame
        Correlation of two effects of the same participants, assumed or known; or, with `by`, a square frame of correlations
        between the levels of that column, such as muscles or loads.
    study : str or None
        Column of the studies.
    sample : str, optional
        Column of the samples within a study (participants of different samples are different people); without it a study
        is one sample.
    by : str, optional
        Column whose levels index `r`.
    std_error, variance : str
        Names of the columns; `variance`, where given, takes the place of `std_error`.

    Returns
    -------
    ndarray, shape (k, k)
        For the ``covariance=`` of ``meta_multilevel``.

    Raises
    ------
    EffectError
        If r is not a correlation, a level is not in it, or the result is not a covariance.

    Examples
    --------
    >>> frame = pd.DataFrame({"study": ["a", "a", "b"], "std_error": [0.2, 0.3, 0.25]})
    >>> shared_participants(frame, r=0.5).round(4).tolist()
    [[0.04, 0.03, 0.0], [0.03, 0.09, 0.0], [0.0, 0.0, 0.0625]]
    """
    se = _standard_errors(estimates, std_error, variance)
    same = _together(estimates, [name for name in (study, sample) if name])
    correlation = _constant(r, len(se)) if by is None else _between_levels(estimates, r, by)
    correlation = np.where(same, correlation, 0.0)
    np.fill_diagonal(correlation, 1.0)
    return _positive(correlation * np.outer(se, se), "r")


@named_options
def shared_control(
    estimates: pd.DataFrame, *, control: str, study: str | None = "study", n_1: str = "n_1", n_2: str = "n_2",
    std_error: str = "std_error", variance: str | None = None,
) -> np.ndarray:  # fmt: skip
    """Return the covariance of comparisons of several arms with one control group.

    Parameters
    ----------
    estimates : pandas.DataFrame
        One row per comparison, group 2 being the control.
    control : str
        Column that names the control group; rows of one study with the same name share its participants.
    study : str or None
        Column of the studies.
    n_1, n_2 : str
        Columns of the group sizes.
    std_error, variance : str
        Names of the columns; `variance`, where given, takes the place of `std_error`.

    Returns
    -------
    ndarray, shape (k, k)
        With the correlation (1/n_c)/√((1/n_i + 1/n_c)(1/n_j + 1/n_c)), one half for equal groups, which the design gives
        if the groups vary alike (Gleser and Olkin 2009, for small effects).

    Raises
    ------
    EffectError
        If a group size is missing, or rows that share a control disagree on its size.

    Examples
    --------
    >>> frame = pd.DataFrame({"study": ["a", "a"], "comparator": ["control"] * 2, "n_1": 10, "n_2": 10, "std_error": 0.4})
    >>> shared_control(frame, control="comparator").round(3).tolist()
    [[0.16, 0.08], [0.08, 0.16]]
    """
    se = _standard_errors(estimates, std_error, variance)
    same = _together(estimates, [name for name in (study, control) if name])
    n_arm, n_control = (_column(estimates, name) for name in (n_1, n_2))
    if not ((n_arm > 0) & (n_control > 0)).all():
        raise EffectError(f"columns '{n_1}' and '{n_2}' need the number of participants of every arm and control.")
    if (same & (n_control[:, None] != n_control[None, :])).any():
        raise EffectError(
            f"rows that share a '{control}' have different '{n_2}'. Give separate controls separate names."
        )
    own = 1 / n_arm + 1 / n_control
    correlation = np.where(same, (1 / n_control)[:, None] / np.sqrt(np.outer(own, own)), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return _positive(correlation * np.outer(se, se), "the group sizes")


def check_covariance(covariance, v: np.ndarray) -> np.ndarray:
    """Return a covariance, (k, k), if it belongs to effects with variances `v`, (k,).

    Examples
    --------
    >>> check_covariance([[0.04, 0.03], [0.03, 0.05]], np.array([0.04, 0.09]))
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: the diagonal of the covariance differs from the variances of the effects in row 1 \
(0.05 against 0.09). Build it from the same rows in the same order.
    """
    try:
        matrix = np.array(covariance, dtype=float)
    except (TypeError, ValueError) as found:
        raise EffectError(f"covariance must be a square table of numbers: {found}.") from found
    if matrix.shape != (v.size, v.size):
        raise EffectError(
            f"covariance has shape {matrix.shape}, but there are {v.size} effects. Give one row and column each."
        )
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0):
        raise EffectError("covariance must be symmetric and without gaps.")
    wrong = np.flatnonzero(np.abs(np.diag(matrix) - v) > AGREES * v)
    if wrong.size:
        i = wrong[0]
        raise EffectError(
            f"the diagonal of the covariance differs from the variances of the effects in row {i} ({matrix[i, i]:g} against "
            f"{v[i]:g}). Build it from the same rows in the same order."
        )
    return _positive(matrix, "the covariance")


def _positive(matrix: np.ndarray, named: str) -> np.ndarray:
    scaled = matrix / np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
    smallest = np.linalg.eigvalsh(scaled).min()
    if smallest < NEGATIVE:
        raise EffectError(
            f"{named} gives no covariance: its smallest eigenvalue is {smallest:.3g}, below zero. The correlations contradict "
            "one another; with m effects of one sample no common r can be below -1/(m - 1)."
        )
    if smallest < 1e-8:
        raise EffectError(
            f"{named} makes some effects copies of others (correlation 1). Use r below 1, or keep one of them."
        )
    return matrix


def _constant(r, k: int) -> np.ndarray:
    if isinstance(r, pd.DataFrame):
        raise EffectError("r is a table of correlations: say with by= which column its names belong to.")
    if not isinstance(r, (int, float, np.floating)) or not -1 < r < 1:
        raise EffectError(f"r={r!r} is not a correlation between -1 and 1.")
    return np.full((k, k), float(r))


def _between_levels(estimates: pd.DataFrame, r, by: str) -> np.ndarray:
    if not isinstance(r, pd.DataFrame) or list(r.index) != list(r.columns):
        raise EffectError(f"with by='{by}', r must be a square frame whose index and columns are the levels of '{by}'.")
    levels = _labels(estimates, by)
    table = r.copy()
    table.index, table.columns = table.index.astype(str), table.columns.astype(str)
    for level in dict.fromkeys(levels):
        if level not in table.index:
            raise EffectError(f"r has no row for {by} '{level}'.{nearest(level, table.index)}")
    matrix = table.loc[levels, levels].to_numpy(dtype=float)
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > 1 or not np.allclose(matrix, matrix.T):
        raise EffectError("r must be symmetric, with correlations between -1 and 1.")
    return matrix


def _together(estimates: pd.DataFrame, names: list[str]) -> np.ndarray:
    same = np.ones((len(estimates), len(estimates)), dtype=bool)
    for name in names:
        labels = _labels(estimates, name)
        same &= labels[:, None] == labels[None, :]
    return same


def _labels(estimates: pd.DataFrame, name: str) -> np.ndarray:
    if name not in estimates.columns:
        raise EffectError(f"the estimates have no column '{name}'.{nearest(name, estimates.columns)}")
    if estimates[name].isna().any():
        raise EffectError(f"column '{name}' has an empty cell; every effect needs its label there.")
    return estimates[name].astype(str).to_numpy(dtype=object)


def _column(estimates: pd.DataFrame, name: str) -> np.ndarray:
    if name not in estimates.columns:
        raise EffectError(f"the estimates have no column '{name}'.{nearest(name, estimates.columns)}")
    return estimates[name].to_numpy(dtype=float, na_value=np.nan)


def _standard_errors(estimates: pd.DataFrame, std_error: str, variance: str | None) -> np.ndarray:
    se = np.sqrt(_column(estimates, variance)) if variance else _column(estimates, std_error)
    if not (se > 0).all():
        raise EffectError(f"'{variance or std_error}' must be above zero in every row.")
    return se
