"""Doors: arrays or observations in, summaries out."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mmc_analysis.effects.cells import Cells, check_columns, column_names, two_levels, without_index_names
from mmc_analysis.effects.moments import correlation, moments
from mmc_analysis.effects.samples import IndependentSummary, PairedSummary, PrePostControl
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import EVIDENCE

MISSING = ("refuse", "drop")


@named_options
def paired(
    first, second, level_1=None, level_2=None, *, by: Iterable[str] = (), over: Iterable[str] = (),
    missing: str = "refuse", unit: str | None = None, evidence: str = "measured",
) -> PairedSummary:  # fmt: skip
    """Summarise two measurements of the same participants.

    Parameters
    ----------
    first : array_like, shape (n,) or (k, n), or pandas.DataFrame
        Post (or condition) values, one per participant, a row per sample; or observations.
    second : array_like of the same shape, or str
        Pre (or comparator) values in the same order of participants; or the column whose levels are compared.
    level_1, level_2 : str
        With observations: the level that is 1 (post) and the level that is 2 (pre).
    by : iterable of str
        With observations: columns of which every combination is a sample of its own. A `study` is always one.
    over : iterable of str
        With observations: design columns over which to average within a participant. Repetitions and trials are
        averaged anyway; the result's `method` says so. What only repeats a named column, as percent and kilograms do a load,
        need not be named.
    missing : {"refuse", "drop"}
        What to do with a participant without both values.
    unit, evidence : str
        With arrays: unit and evidence of the numbers.

    Returns
    -------
    PairedSummary

    Raises
    ------
    EffectError
        If the arrays differ in length, values are missing, fewer than 2 pairs remain, or an SD is zero.

    Examples
    --------
    >>> pair = paired([12.0, 15.0, 9.0, 11.0], [10.0, 14.0, 9.5, 8.0])
    >>> pair.n, pair.mean_change, pair.r.round(3)
    (array([4.]), array([1.375]), array([0.826]))
    """
    check_option("missing", missing, MISSING)
    if isinstance(first, pd.DataFrame):
        _told_by_observations(unit, evidence)
        cells = two_levels(first, second, (level_1, level_2), by, over)
        x, y, dropped = _aligned(cells, missing)
        note = "; ".join(part for part in (cells.note, dropped) if part)
        return _paired_summary(x, y, cells.labels, cells.unit, cells.evidence, note)
    _no_levels(level_1, level_2, by, over)
    check_option("evidence", evidence, EVIDENCE)
    _refuse_other_order(first, second)
    x, y = _matrix(first, "first"), _matrix(second, "second")
    if x.shape != y.shape:
        raise EffectError(
            f"the two measurements of a pair must have one length, but have shapes {x.shape} and {y.shape}. "
            "Put the participants in the same order, NaN where one is missing; for different people use independent()."
        )
    gaps = np.isnan(x) | np.isnan(y)
    note = _left_out(_count_gaps(gaps, missing), len(x))
    return _paired_summary(np.where(gaps, np.nan, x), np.where(gaps, np.nan, y), None, unit, evidence, note)


@named_options
def independent(
    first, second, level_1=None, level_2=None, *, by: Iterable[str] = (), over: Iterable[str] = (),
    missing: str = "refuse", unit: str | None = None, evidence: str = "measured",
) -> IndependentSummary:  # fmt: skip
    """Summarise one measurement in two groups of different participants.

    Parameters
    ----------
    first : array_like, shape (n_1,) or (k, n_1), or pandas.DataFrame
        Values of group 1, a row per sample; or observations.
    second : array_like, shape (n_2,) or (k, n_2), or str
        Values of group 2; or the column whose levels are compared.
    level_1, level_2, by, over, missing, unit, evidence
        As in :func:`paired`.

    Returns
    -------
    IndependentSummary

    Raises
    ------
    EffectError
        As in :func:`paired`, and if a participant stands in both groups.

    Examples
    --------
    >>> two = independent([12.0, 15.0, 9.0, 11.0], [10.0, 8.0, 9.5])
    >>> two.n_1, two.n_2, two.mean_difference.round(3)
    (array([4.]), array([3.]), array([2.583]))
    """
    check_option("missing", missing, MISSING)
    if isinstance(first, pd.DataFrame):
        _told_by_observations(unit, evidence)
        cells = two_levels(first, second, (level_1, level_2), by, over)
        _refuse_shared(cells, second)
        (x, lost_1), (y, lost_2) = (_complete(cells.labels, side, missing) for side in (cells.values_1, cells.values_2))
        note = "; ".join(part for part in (cells.note, _left_out(lost_1 + lost_2, len(x))) if part)
        return _independent_summary(x, y, cells.labels, cells.unit, cells.evidence, note)
    _no_levels(level_1, level_2, by, over)
    check_option("evidence", evidence, EVIDENCE)
    _refuse_shared_index(first, second)
    x, y = _matrix(first, "first"), _matrix(second, "second")
    if x.shape[0] != y.shape[0]:
        raise EffectError(
            f"group 1 has {x.shape[0]} samples (rows) and group 2 has {y.shape[0]}. Give the same number."
        )
    note = _left_out(sum(_count_gaps(np.isnan(values), missing) for values in (x, y)), len(x))
    return _independent_summary(x, y, None, unit, evidence, note)


@named_options
def pre_post_control(
    observations: pd.DataFrame, group: str, treatment: str, control: str, *, time: str = "time", post: str = "post",
    pre: str = "pre", by: Iterable[str] = (), over: Iterable[str] = (), missing: str = "refuse",
) -> PrePostControl:  # fmt: skip
    """Summarise pre and post of a treated and a control group.

    Parameters
    ----------
    observations : pandas.DataFrame
    group : str
        Column that holds the groups.
    treatment, control : str
        Its two levels.
    time : str
        Column that holds the occasions.
    post, pre : str
        Its two levels.
    by, over, missing
        As in :func:`paired`.

    Returns
    -------
    PrePostControl

    Raises
    ------
    EffectError
        If a level is absent, or the groups do not have the same samples.

    Examples
    --------
    >>> rows = [(g, f"{g}{i}", t, i + 3 * (t == "post") * (g == "imagery") + 0.3 * (i % 2) * (t == "post"))
    ...         for g in ("imagery", "control") for i in range(4) for t in ("pre", "post")]
    >>> frame = pd.DataFrame(rows, columns=["group", "participant", "time", "value"])
    >>> arms = pre_post_control(frame, "group", "imagery", "control")
    >>> arms.treatment.mean_change.round(2), arms.control.mean_change.round(2)
    (array([3.15]), array([0.15]))
    """
    if not isinstance(observations, pd.DataFrame):
        raise EffectError(
            f"observations are needed, one row per value, but got {type(observations).__name__}. From arrays, make both arms "
            "with effects.paired(post, pre) and give them to PrePostControl or to the metric."
        )
    check_columns(observations, ["participant", group])
    observations = without_index_names(observations)
    found = list(observations[group].dropna().unique())
    for level in (treatment, control):
        check_option(f"level of '{group}'", level, found, EffectError)
    if treatment == control:
        raise EffectError(f"two different levels of '{group}' are needed, but got {treatment!r} twice.")
    groups = ["study", "participant"] if "study" in observations else ["participant"]
    both = observations[observations[group].isin([treatment, control])].groupby(groups, observed=True)[group].nunique()
    if (both > 1).any():
        raise EffectError(
            f"participants stand in both '{treatment}' and '{control}', first {both.index[both > 1][0]}. "
            "A pre-post-control effect compares different people; for one person in both arms use paired()."
        )
    arms = [
        paired(observations[observations[group] == level], time, post, pre, by=by, over=over, missing=missing)
        for level in (treatment, control)
    ]
    keys = [arm.labels.drop(columns="contrast").astype(str) for arm in arms]
    if not keys[0].equals(keys[1]):
        raise EffectError(
            f"'{treatment}' and '{control}' do not have the same samples: {len(keys[0])} and {len(keys[1])} "
            "combinations of study and `by`. Filter the observations to what both groups have."
        )
    return PrePostControl(*arms)


def _no_levels(level_1, level_2, by, over) -> None:
    if level_1 is not None or level_2 is not None or column_names("by", by) or column_names("over", over):
        raise EffectError("levels, `by` and `over` belong to observations; with two arrays give the arrays alone.")


def _told_by_observations(unit, evidence) -> None:
    if unit is not None or evidence != "measured":
        raise EffectError(
            "`unit` and `evidence` belong to arrays; observations have columns of these names, which are used. Correct the "
            "columns if they are wrong."
        )


def _matrix(values, name: str) -> np.ndarray:
    """Measurements as floats, (k, m), NaN where one is missing."""
    try:
        if isinstance(values, np.ma.MaskedArray):
            array = values.astype(float).filled(np.nan)
        elif isinstance(values, (pd.Series, pd.Index)):
            array = values.to_numpy(dtype=float, na_value=np.nan)
        else:
            array = np.array(values, dtype=float)
        kinds = {np.asarray(values).dtype.kind} | {np.asarray(v).dtype.kind for v in _boxed(values)}
        if kinds & set("bUSmMc"):
            raise TypeError("text, dates and truth values are no measurements")
    except (TypeError, ValueError) as found:
        raise EffectError(f"{name}: an array of numbers is needed, one per participant; {found}.") from found
    if array.ndim not in (1, 2) or array.size == 0:
        raise EffectError(
            f"{name}: one number per participant is needed (or a row per sample), but the shape is {array.shape}."
        )
    if array.ndim == 2 and array.shape[1] == 1:
        raise EffectError(
            f"{name}: the shape {array.shape} means {array.shape[0]} samples of one participant. A sample is a row, a "
            "participant a column: transpose it, or give a flat list for one sample."
        )
    if np.isinf(array).any():
        raise EffectError(f"{name}: infinite values cannot be summarised. Correct them, or make them NaN.")
    return np.atleast_2d(array)


def _boxed(values) -> np.ndarray:
    """The elements of an array of objects, else none."""
    array = np.asarray(values)
    return array.ravel() if array.dtype == object else np.empty(0)


def _refuse_other_order(first, second) -> None:
    """Two Series are paired by position; where their indexes say otherwise, nobody should guess."""
    if isinstance(first, pd.Series) and isinstance(second, pd.Series) and not first.index.equals(second.index):
        same = len(first) == len(second) and not first.index.symmetric_difference(second.index).size
        raise EffectError(
            f"the two Series have {'the same index in another order' if same else 'different indexes'}, and pairing them by "
            "position could join different people. Make the participant the index of both and use "
            "second.reindex(first.index); or, if they are in the same order, give first.to_numpy(), second.to_numpy(); or give "
            "the observations themselves."
        )


def _refuse_shared_index(first, second) -> None:
    if all(isinstance(s, pd.Series) and s.index.name == "participant" for s in (first, second)):
        shared = first.index.intersection(second.index)
        if len(shared):
            raise EffectError(
                f"{len(shared)} participants stand in both groups, first {shared[0]}: they would be counted twice as "
                "independent. Use effects.paired(), or make their ids unique."
            )


def _count_gaps(gaps: np.ndarray, missing: str) -> int:
    if gaps.any() and missing == "refuse":
        row, column = np.argwhere(gaps)[0]
        raise EffectError(
            f"{int(gaps.sum())} participant{'s' * int(gaps.sum() != 1)} without a value, first in sample {row} at position {column} "
            f"(counted from 0). {_GAP_REMEDY}"
        )
    return int(gaps.sum())


_GAP_REMEDY = "Give missing='drop' to leave them out knowingly, or fit a mixed model, which uses what is there."


def _left_out(count: int, samples: int) -> str:
    together = f" in {samples} samples together" if samples > 1 else ""
    return f"{count} participant{'s' * (count != 1)} without complete values left out{together}" if count else ""


def _aligned(cells: Cells, missing: str) -> tuple[np.ndarray, np.ndarray, str]:
    """Pair the two levels by participant, (k, m) each, NaN where a sample is shorter, and what was left out, in words."""
    both = [pd.concat([x, y], axis=1, keys=["x", "y"]) for x, y in zip(cells.values_1, cells.values_2, strict=True)]
    _refuse_incomplete(cells.labels, both, missing, " at one level")
    kept = [pair.dropna() for pair in both]
    dropped = sum(len(pair) for pair in both) - sum(len(pair) for pair in kept)
    return _padded([pair["x"] for pair in kept]), _padded([pair["y"] for pair in kept]), _left_out(dropped, len(kept))


def _complete(labels: pd.DataFrame, series: list[pd.Series], missing: str) -> tuple[np.ndarray, int]:
    """The values of one group, (k, m), NaN where a sample is shorter, and how many participants were left out."""
    _refuse_incomplete(labels, [s.to_frame() for s in series], missing, "")
    kept = [s.dropna() for s in series]
    return _padded(kept), sum(len(s) for s in series) - sum(len(s) for s in kept)


def _refuse_incomplete(labels: pd.DataFrame, tables: list[pd.DataFrame], missing: str, at: str) -> None:
    for label, table in zip(labels.to_dict("records"), tables, strict=True):
        incomplete = table.index[table.isna().any(axis=1)]
        if len(incomplete) and missing == "refuse":
            people = ", ".join(map(str, incomplete[:5]))
            where = ", ".join(f"{name}={value}" for name, value in label.items())
            raise EffectError(
                f"{len(incomplete)} participant{'s' * (len(incomplete) != 1)} without a value{at} ({people}) in the sample "
                f"{where}. {_GAP_REMEDY}"
            )


def _padded(series: list[pd.Series]) -> np.ndarray:
    width = max((len(s) for s in series), default=0)
    matrix = np.full((len(series), width), np.nan)
    for row, s in enumerate(series):
        matrix[row, : len(s)] = s.to_numpy(dtype=float)
    return matrix


def _refuse_shared(cells: Cells, factor: str) -> None:
    for x, y in zip(cells.values_1, cells.values_2, strict=True):
        shared = x.index.intersection(y.index)
        if len(shared):
            raise EffectError(
                f"{len(shared)} participants stand at both levels of '{factor}', first {shared[0]}: they would be "
                "counted twice as independent. Use effects.paired()."
            )


def _paired_summary(x, y, labels, unit, evidence, note) -> PairedSummary:
    first, second = moments(x, labels), moments(y, labels)
    r = correlation(first, second)
    return PairedSummary(first.n, first.mean, second.mean, first.sd, second.sd, r, labels, unit, evidence, note, x, y)


def _independent_summary(x, y, labels, unit, evidence, note) -> IndependentSummary:
    one, two = moments(x, labels), moments(y, labels)
    return IndependentSummary(one.n, two.n, one.mean, two.mean, one.sd, two.sd, labels, unit, evidence, note, x, y)
