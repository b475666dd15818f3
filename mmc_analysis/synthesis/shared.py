"""Sampling covariance of effects that share participants: several muscles, loads or times, or arms against one control."""

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError
from mmc_analysis.options import named_options, nearest
from mmc_analysis.synthesis.frame_columns import labels_in, numbers_in
from mmc_analysis.synthesis.inputs import sampling_variances

AGREES = 1e-6
NEGATIVE = -1e-10
NEEDS_N = "Give the number of participants of every arm and of its control."


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
    r : float, pandas.DataFrame or dict
        Correlation of two effects of the same participants, assumed or known; or, with `by`, a square frame of correlations
        between the levels of that column, such as muscles or loads. Where effects differ in several columns, such as muscle
        and load, a dict from column to the correlation of its levels (a number for any two, or a frame); they multiply.
    study : str or None
        Column of the studies.
    sample : str, optional
        Column of the samples within a study (participants of different samples are different people); without it a study
        is one sample.
    by : str, optional
        Column whose levels index the frame `r`.
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
    >>> frame = pd.DataFrame({"study": "a", "muscle": ["x", "x", "y"], "load": [20, 80, 80], "std_error": 1.0})
    >>> shared_participants(frame, r={"muscle": 0.5, "load": 0.8}).tolist()
    [[1.0, 0.8, 0.4], [0.8, 1.0, 0.5], [0.4, 0.5, 1.0]]
    """
    se = np.sqrt(sampling_variances(estimates, std_error, variance))
    same = _together(estimates, study=study, sample=sample)
    correlation = np.where(same, _correlation(estimates, r, by), 0.0)
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
    se = np.sqrt(sampling_variances(estimates, std_error, variance))
    same = _together(estimates, study=study, control=control)
    n_arm, n_control = (
        numbers_in(estimates, name, option, empty=NEEDS_N) for option, name in (("n_1", n_1), ("n_2", n_2))
    )
    if not ((n_arm > 0) & (n_control > 0)).all():
        raise EffectError(f"columns '{n_1}' and '{n_2}' must be above zero. {NEEDS_N}")
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
            f"{named} makes some effects copies of others (correlation 1). Use r below 1; where effects differ in several "
            "columns, give r a dict of them, such as r={'muscle': 0.5, 'load': 0.8}; or keep one of the copies."
        )
    return matrix


def _correlation(estimates: pd.DataFrame, r, by: str | None) -> np.ndarray:
    """Return the correlation of all pairs of effects, as if all came from the same participants, (k, k)."""
    if by is not None:
        if not isinstance(r, pd.DataFrame):
            raise EffectError(
                f"with by='{by}', r must be a square frame whose index and columns are the levels of '{by}'."
            )
        return _between_levels(estimates, by, r)
    if isinstance(r, pd.DataFrame):
        raise EffectError("r is a table of correlations: say with by= which column its names belong to.")
    if isinstance(r, dict) and r:
        return np.prod([_between_levels(estimates, name, value) for name, value in r.items()], axis=0)
    return np.full((len(estimates), len(estimates)), _checked(r))


def _checked(r) -> float:
    if isinstance(r, bool) or not isinstance(r, (int, float, np.number)) or not -1 < r < 1:
        raise EffectError(f"r={r!r} is not a correlation between -1 and 1.")
    return float(r)


def _between_levels(estimates: pd.DataFrame, by: str, r) -> np.ndarray:
    levels = labels_in(estimates, by, "by")
    if not isinstance(r, pd.DataFrame):
        return np.where(levels[:, None] == levels[None, :], 1.0, _checked(r))
    if not r.index.is_unique or list(r.index) != list(r.columns):
        raise EffectError(f"r for '{by}' must be a square frame whose index and columns are the levels of '{by}'.")
    table = r.set_axis(r.index.astype(str), axis=0).set_axis(r.columns.astype(str), axis=1)
    for level in dict.fromkeys(levels):
        if level not in table.index:
            raise EffectError(f"r has no row for {by} '{level}'.{nearest(level, table.index)}")
    matrix = table.loc[levels, levels].to_numpy(dtype=float)
    off = np.abs(np.diag(table.to_numpy(dtype=float)) - 1) > AGREES
    if off.any():
        raise EffectError(f"r for '{by}' must have ones on its diagonal, but has {table.iloc[off.argmax(), off.argmax()]:g} for "
                          f"'{table.index[off.argmax()]}'. Give correlations, not covariances.")  # fmt: skip
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > 1 or not np.allclose(matrix, matrix.T):
        raise EffectError(f"r for '{by}' must be symmetric, with correlations between -1 and 1.")
    return matrix


def _together(estimates: pd.DataFrame, **names: str | None) -> np.ndarray:
    """Return which effects have the same labels in all named columns, (k, k)."""
    same = np.ones((len(estimates), len(estimates)), dtype=bool)
    for option, name in names.items():
        if name is None:
            continue
        labels = labels_in(estimates, name, option)
        same &= labels[:, None] == labels[None, :]
    return same
