"""The sufficient statistics that effect sizes are computed from: one row per sample."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from mmc_analysis.errors import EffectError

ROWS_SHOWN = 5


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
    unit : str, optional
        Unit of the means.
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
    unit: str | None = None
    evidence: np.ndarray | str = "published"
    note: str = ""
    values_1: np.ndarray | None = None
    values_2: np.ndarray | None = None

    def __post_init__(self):
        _settle(self, ("n", "mean_1", "mean_2", "sd_1", "sd_2", "r"))
        _check_counts(self.n, "n")
        _check_spreads(self.sd_1, "sd_1")
        _check_spreads(self.sd_2, "sd_2")
        refuse(np.abs(self.r) >= 1, "r", self.r,
               "A correlation must lie strictly between -1 and 1; with |r| = 1 all changes obey one line and "
               "have no error to speak of. Check the column, or assume an r and vary it.")  # fmt: skip

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
    unit: str | None = None
    evidence: np.ndarray | str = "published"
    note: str = ""
    values_1: np.ndarray | None = None
    values_2: np.ndarray | None = None

    def __post_init__(self):
        _settle(self, ("n_1", "n_2", "mean_1", "mean_2", "sd_1", "sd_2"))
        for name in ("n_1", "n_2"):
            _check_counts(getattr(self, name), name)
        for name in ("sd_1", "sd_2"):
            _check_spreads(getattr(self, name), name)

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
        If the two differ in their number of samples or in their unit.

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
        if self.treatment.unit and self.control.unit and self.treatment.unit != self.control.unit:
            raise EffectError(
                f"treatment is in '{self.treatment.unit}' and control in '{self.control.unit}'. Use one unit."
            )

    @property
    def size(self) -> np.ndarray:
        """Number of participants in both groups, shape (k,)."""
        return self.treatment.n + self.control.n

    @property
    def labels(self) -> pd.DataFrame | None:
        """The labels that both groups share."""
        return _shared_labels(self.treatment.labels, self.control.labels)

    @property
    def unit(self) -> str | None:
        """Unit of the means."""
        return self.treatment.unit or self.control.unit

    @property
    def evidence(self) -> np.ndarray:
        """The weaker evidence of the two groups, shape (k,)."""
        order = ("synthetic", "derived", "published", "measured")
        pairs = zip(self.treatment.evidence, self.control.evidence, strict=True)
        return np.array([min(pair, key=order.index) for pair in pairs], dtype=object)

    @property
    def note(self) -> str:
        """How the summaries were made."""
        return self.treatment.note or self.control.note


def _shared_labels(first: pd.DataFrame | None, second: pd.DataFrame | None) -> pd.DataFrame | None:
    if first is None or second is None:
        return first
    same = [name for name in first if name in second and first[name].astype(str).equals(second[name].astype(str))]
    return first[same] if same else None


def _settle(sample, names: tuple[str, ...]) -> None:
    """Bring the numbers to float arrays of one length and check that none is missing."""
    numbers = []
    for name in names:
        try:
            numbers.append(np.atleast_1d(np.asarray(getattr(sample, name), dtype=float)))
        except (TypeError, ValueError) as found:
            raise EffectError(f"{name}={getattr(sample, name)!r} is not a number or a list of numbers.") from found
    try:
        together = np.broadcast_arrays(*numbers)
    except ValueError as found:
        lengths = ", ".join(f"{name}: {array.size}" for name, array in zip(names, numbers, strict=True))
        raise EffectError(
            f"the arrays differ in length ({lengths}). Give one number per sample, or one for all."
        ) from found
    for name, array in zip(names, together, strict=True):
        if array.ndim != 1:
            raise EffectError(f"{name} has {array.ndim} dimensions; one number per sample is needed.")
        refuse(~np.isfinite(array), name, array, "Drop the sample, or supply the number (effects.published can "
               "recover some from P, t or an interval).")  # fmt: skip
        object.__setattr__(sample, name, array.copy())
    k = together[0].size
    evidence = np.broadcast_to(np.asarray(sample.evidence, dtype=object), (k,)).copy()
    object.__setattr__(sample, "evidence", evidence)
    if sample.labels is not None:
        if len(sample.labels) != k:
            raise EffectError(f"labels has {len(sample.labels)} rows for {k} samples. Give one row per sample.")
        object.__setattr__(sample, "labels", sample.labels.reset_index(drop=True))


def select_samples(sample, rows) -> "PairedSummary | IndependentSummary":
    """Return the summary of some of the samples, by position.

    Examples
    --------
    >>> pair = PairedSummary([18, 20], 59, 50, 15, 15, 0.86)
    >>> select_samples(pair, [1]).n
    array([20.])
    """
    parts = {}
    for field in fields(sample):
        part = getattr(sample, field.name)
        if isinstance(part, pd.DataFrame):
            part = part.iloc[rows]
        elif isinstance(part, np.ndarray):
            part = part[rows]
        parts[field.name] = part
    return type(sample)(**parts)


def refuse(bad: np.ndarray, name: str, values: np.ndarray, remedy: str) -> None:
    """Raise an EffectError that names the samples where `bad` is true.

    Examples
    --------
    >>> refuse(np.array([False, True]), "sd_1", np.array([3.0, 0.0]), "Check it.")
    Traceback (most recent call last):
    mmc_analysis.errors.EffectError: sd_1 = 0 in sample 1 (counted from 0). Check it.
    """
    if not np.any(bad):
        return
    where = np.flatnonzero(bad)
    shown = ", ".join(f"{values[i]:g}" for i in where[:ROWS_SHOWN])
    rows = ", ".join(str(i) for i in where[:ROWS_SHOWN])
    more = f" and {where.size - ROWS_SHOWN} more" if where.size > ROWS_SHOWN else ""
    plural = "s" if where.size > 1 else ""
    raise EffectError(f"{name} = {shown} in sample{plural} {rows}{more} (counted from 0). {remedy}")


def _check_counts(n: np.ndarray, name: str) -> None:
    refuse(n < 2, name, n, "At least 2 participants are needed for a standard deviation.")
    refuse(n % 1 != 0, name, n, "A number of participants is a whole number.")


def _check_spreads(sd: np.ndarray, name: str) -> None:
    refuse(sd <= 0, name, sd, "A standard deviation must be above zero; if all values are equal, no standardised "
           "effect or interval exists.")  # fmt: skip
