"""The sufficient statistics that effect sizes are computed from: one row per sample."""

from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from mmc_analysis.effects.arguments import numbers, refuse, refuse_counts
from mmc_analysis.errors import EffectError
from mmc_analysis.options import check_option
from mmc_analysis.schema import EVIDENCE


@dataclass(frozen=True, eq=False)
class PairedSummary:
    """Two measurements of the same participants: 1 is post (or the condition), 2 is pre (or its comparator).

    Parameters
    ----------
    n : int or array_like, shape (k,)
        Number of complete pairs, 2 or more.
    mean_1, mean_2 : float or array_like, shape (k,)
        Means; the change is ``mean_1 - mean_2``.
    sd_1, sd_2 : float or array_like, shape (k,)
        Standard deviations between participants (not standard errors), above zero.
    r : float or array_like, shape (k,)
        Correlation of the two measurements, between -1 and 1.
    labels : pandas.DataFrame, optional
        ``k`` rows of design columns that name the samples; they lead every result.
    unit : str or sequence of str, optional
        Unit of the means, one for all samples or one each.
    evidence : str or sequence of str
        Where the numbers come from; summaries typed from papers are ``"published"``.
    note : str
        How the summary was made; it is repeated in the ``method`` of every result.
    values_1, values_2 : ndarray, shape (k, m), optional
        The measurements themselves, a column per participant, NaN where a sample is shorter.

    Raises
    ------
    EffectError
        If n < 2, an SD is not above zero, r is not between -1 and 1, or a number is missing; with the samples.

    Examples
    --------
    >>> pair = PairedSummary(n=18, mean_1=59, mean_2=50, sd_1=15, sd_2=15, r=0.86)
    >>> pair.mean_change, pair.sd_change.round(2)
    (array([9.]), array([7.94]))
    """

    n: np.ndarray
    mean_1: np.ndarray
    mean_2: np.ndarray
    sd_1: np.ndarray
    sd_2: np.ndarray
    r: np.ndarray
    labels: pd.DataFrame | None = None
    unit: np.ndarray | str | None = None
    evidence: np.ndarray | str = "published"
    note: str = ""
    values_1: np.ndarray | None = field(default=None, repr=False)
    values_2: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self):
        _settle(self, ("n", "mean_1", "mean_2", "sd_1", "sd_2", "r"))
        refuse_counts(self.n, "n", self.labels)
        for name in ("sd_1", "sd_2"):
            _check_spreads(getattr(self, name), name, self.labels)
        refuse(np.abs(self.r) >= 1, "r", self.r,
               "A correlation must lie strictly between -1 and 1; with |r| = 1 all changes obey one line and "
               "have no error to speak of. Check the column, or assume an r and vary it.", self.labels)  # fmt: skip

    @property
    def mean_change(self) -> np.ndarray:
        """Mean of the changes, shape (k,)."""
        return self.mean_1 - self.mean_2

    @property
    def sd_change(self) -> np.ndarray:
        """Standard deviation of the changes, shape (k,)."""
        variance = self.sd_1**2 + self.sd_2**2 - 2 * self.r * self.sd_1 * self.sd_2
        return np.sqrt(variance)

    @property
    def size(self) -> np.ndarray:
        """Number of participants, shape (k,)."""
        return self.n


@dataclass(frozen=True, eq=False)
class IndependentSummary:
    """One measurement in two groups of different participants; differences are group 1 minus group 2.

    Parameters
    ----------
    n_1, n_2 : int or array_like, shape (k,)
        Participants per group, 2 or more.
    mean_1, mean_2 : float or array_like, shape (k,)
        Means.
    sd_1, sd_2 : float or array_like, shape (k,)
        Standard deviations (not standard errors), above zero.
    labels, unit, evidence, note, values_1, values_2
        As in :class:`PairedSummary`.

    Raises
    ------
    EffectError
        If a group has fewer than 2 participants, an SD is not above zero, or a number is missing.

    Examples
    --------
    >>> two = IndependentSummary(n_1=15, n_2=14, mean_1=12.4, mean_2=6.9, sd_1=6.0, sd_2=5.0)
    >>> two.size
    array([29.])
    """

    n_1: np.ndarray
    n_2: np.ndarray
    mean_1: np.ndarray
    mean_2: np.ndarray
    sd_1: np.ndarray
    sd_2: np.ndarray
    labels: pd.DataFrame | None = None
    unit: np.ndarray | str | None = None
    evidence: np.ndarray | str = "published"
    note: str = ""
    values_1: np.ndarray | None = field(default=None, repr=False)
    values_2: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self):
        _settle(self, ("n_1", "n_2", "mean_1", "mean_2", "sd_1", "sd_2"))
        for name in ("n_1", "n_2"):
            refuse_counts(getattr(self, name), name, self.labels)
        for name in ("sd_1", "sd_2"):
            _check_spreads(getattr(self, name), name, self.labels)

    @property
    def mean_difference(self) -> np.ndarray:
        """Mean of group 1 minus mean of group 2, shape (k,)."""
        return self.mean_1 - self.mean_2

    @property
    def sd_pooled(self) -> np.ndarray:
        """Pooled standard deviation, shape (k,)."""
        sums = (self.n_1 - 1) * self.sd_1**2 + (self.n_2 - 1) * self.sd_2**2
        return np.sqrt(sums / (self.n_1 + self.n_2 - 2))

    @property
    def size(self) -> np.ndarray:
        """Number of participants in both groups, shape (k,)."""
        return self.n_1 + self.n_2


@dataclass(frozen=True, eq=False)
class PrePostControl:
    """Two groups of different participants, each measured before (2) and after (1).

    Parameters
    ----------
    treatment, control : PairedSummary
        With the same number of samples.

    Raises
    ------
    EffectError
        If the two differ in their number of samples, in their unit or in the order of their labels.

    Examples
    --------
    >>> trained = PairedSummary(20, 30.6, 23.5, 15.0, 3.1, 0.64)
    >>> control = PairedSummary(20, 25.7, 24.9, 8.0, 4.1, 0.64)
    >>> PrePostControl(trained, control).size
    array([40.])
    """

    treatment: PairedSummary
    control: PairedSummary

    def __post_init__(self):
        for name in ("treatment", "control"):
            if not isinstance(getattr(self, name), PairedSummary):
                raise EffectError(
                    f"{name}: a PairedSummary (pre and post of that group) is needed, but got "
                    f"{type(getattr(self, name)).__name__}. Make one with effects.paired(post, pre)."
                )
        if self.treatment.n.size != self.control.n.size:
            raise EffectError(
                f"treatment has {self.treatment.n.size} samples and control {self.control.n.size}. "
                "Give one control sample per treatment sample, in the same order."
            )
        _refuse_crossed_labels(self.treatment.labels, self.control.labels)
        for t, c in zip(_each(self.treatment.unit, self.size), _each(self.control.unit, self.size), strict=True):
            if t is not None and c is not None and t != c:
                raise EffectError(f"treatment is in '{t}' and control in '{c}'. Use one unit.")

    @property
    def size(self) -> np.ndarray:
        """Number of participants in both groups, shape (k,)."""
        return self.treatment.n + self.control.n

    @property
    def labels(self) -> pd.DataFrame | None:
        """The labels that both groups share."""
        return _shared_labels(self.treatment.labels, self.control.labels)

    @property
    def unit(self) -> np.ndarray | str | None:
        """Unit of the means."""
        return self.control.unit if self.treatment.unit is None else self.treatment.unit

    @property
    def evidence(self) -> np.ndarray:
        """The weaker evidence of the two groups, shape (k,)."""
        order = ("synthetic", "derived", "published", "measured")
        pairs = zip(self.treatment.evidence, self.control.evidence, strict=True)
        return np.array([min(pair, key=order.index) for pair in pairs], dtype=object)

    @property
    def note(self) -> str:
        """How the summaries were made."""
        return "; ".join(dict.fromkeys(note for note in (self.treatment.note, self.control.note) if note))


def _refuse_crossed_labels(first: pd.DataFrame | None, second: pd.DataFrame | None) -> None:
    """Refuse arms whose samples are the same in another order, or of other studies."""
    if first is None or second is None:
        return
    for name in [name for name in first if name in second]:
        one, two = (labels[name].astype(str).tolist() for labels in (first, second))
        if one != two and (name == "study" or sorted(one) == sorted(two)):
            row = next(i for i, (a, b) in enumerate(zip(one, two, strict=True)) if a != b)
            raise EffectError(
                f"sample {row} (counted from 0) has {name}={one[row]} in the treatment and {name}={two[row]} in the control. Give "
                "both arms in the same order."
            )


def _shared_labels(first: pd.DataFrame | None, second: pd.DataFrame | None) -> pd.DataFrame | None:
    if first is None or second is None:
        return first
    same = [name for name in first if name in second and first[name].astype(str).equals(second[name].astype(str))]
    return first[same] if same else None


def _settle(sample, names: tuple[str, ...]) -> None:
    """Bring the numbers to float arrays of one length, none missing, and the rest to as many samples."""
    together = numbers(**{name: getattr(sample, name) for name in names})
    for name, array in zip(names, together, strict=True):
        refuse(~np.isfinite(array), name, array, "Drop the sample, or supply the number (effects.published can "
               "recover some from P, t or an interval).")  # fmt: skip
        object.__setattr__(sample, name, array)
    k = together[0].size
    object.__setattr__(sample, "evidence", _each(sample.evidence, together[0]))
    for found in sample.evidence:
        check_option("evidence", found, EVIDENCE, EffectError)
    if sample.unit is not None and not isinstance(sample.unit, str):
        units = _each(list(sample.unit), together[0])
        object.__setattr__(sample, "unit", units[0] if k and len(set(units)) == 1 else units)
    if sample.labels is not None:
        if not isinstance(sample.labels, pd.DataFrame):
            raise EffectError(
                f"labels: a DataFrame with one row per sample is needed, but got {type(sample.labels).__name__}."
            )
        if len(sample.labels) != k:
            raise EffectError(f"labels has {len(sample.labels)} rows for {k} samples. Give one row per sample.")
        object.__setattr__(sample, "labels", sample.labels.reset_index(drop=True))


def _each(one_or_all, like: np.ndarray) -> np.ndarray:
    """One object per sample."""
    given = np.empty(1, dtype=object) if one_or_all is None else np.asarray(one_or_all, dtype=object)
    try:
        return np.broadcast_to(given, like.shape).copy()
    except ValueError as found:
        raise EffectError(f"{one_or_all!r}: give one for all samples, or one for each of {like.size}.") from found


def select_samples(sample, rows) -> "PairedSummary | IndependentSummary | PrePostControl":
    """Return the summary of some of the samples, by position.

    Raises
    ------
    EffectError
        If there is no such sample.

    Examples
    --------
    >>> pair = PairedSummary([18, 20], 59, 50, 15, 15, 0.86)
    >>> select_samples(pair, [1]).n
    array([20.])
    """
    if not isinstance(sample, (PairedSummary, IndependentSummary, PrePostControl)):
        raise EffectError(f"a summary of samples is needed, but got {type(sample).__name__}.")
    try:
        np.arange(sample.size.size)[rows]
    except IndexError as found:
        raise EffectError(f"rows={rows!r} does not fit {sample.size.size} samples: {found}.") from found
    parts = {}
    for each in fields(sample):
        part = getattr(sample, each.name)
        if isinstance(part, PairedSummary):
            part = select_samples(part, rows)
        elif isinstance(part, pd.DataFrame):
            part = part.iloc[rows]
        elif isinstance(part, np.ndarray):
            part = part[rows]
        parts[each.name] = part
    return type(sample)(**parts)


def _check_spreads(sd: np.ndarray, name: str, labels: pd.DataFrame | None) -> None:
    refuse(sd <= 0, name, sd, "A standard deviation must be above zero; if all values are equal, no standardised "
           "effect or interval exists.", labels)  # fmt: skip
