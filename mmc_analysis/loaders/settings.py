"""The options that every loader takes, and how a protocol file and the caller's arguments make them."""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mmc_analysis.errors import OptionError
from mmc_analysis.options import check_option, named_options
from mmc_analysis.schema import EVIDENCE

_EXAMPLES = {
    "columns": 'columns={"Pec 20 %": {"muscle": "pectoralis", "load": "20"}, "subject": "participant"}',
    "levels": 'levels={"condition": {"chest": "pectoralis"}, "time": ["pre", "week4", "post"]}',
    "fixed": 'fixed={"exercise": "bench press"}',
    "keep": 'keep={"exercise": ["legpress", "legext"]}',
    "focus": 'focus={"squeeze": ("internal", "biceps brachii")}',
    "missing": 'missing=["-99", "x"]',
    "rows": "rows=(3, 13)",
    "header": "header=2, or header=(1, 2) for a header of two rows",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What the caller, or the protocol file, said about a table.

    Attributes
    ----------
    study : str, optional
        Slug of the study. Left out: the file's name, or "study" for a DataFrame.
    sheet : str, list of str, dict or "all", optional
        Sheet of a workbook. A list or "all" stacks sheets whose names say what they hold; a dict says it:
        ``{"Sheet1": "pectoralis major"}`` or ``{"Sheet1": {"time": "pre"}}``.
    header : int or tuple of int, optional
        Row of the header, as Excel or a text editor counts; several rows are joined.
    rows : tuple of int, optional
        First and last row of the data, likewise counted.
    encoding, delimiter, decimal : str, optional
        How a text file is written, where that is in doubt.
    missing : sequence of str
        Marks for an empty cell besides: nothing, NA, N/A, NaN and a lone point.
    columns : dict
        The lab's column name (or its place, such as "column C") -> a role ("participant"), a description ({"muscle": "soleus", "unit": "mV"}), or
        None to leave it out.
    levels : dict
        Role -> {the lab's label: level}, or -> a list of the levels in order. Such labels are understood in the names
        of wide columns too.
    fixed : dict
        Role -> the level that holds for the whole table.
    keep : dict
        The lab's column name -> the labels whose rows are kept.
    others : {"refuse", "drop"}
        What to do with columns that are not understood. "drop" also takes the columns of values that `columns`
        describes, where it describes any, as the only ones.
    pattern : str, optional
        Order of the roles in the names of wide columns, such as "muscle load condition".
    measure, unit : str, optional
        What was measured and its unit, where the table does not say.
    ids : {"text", "number", "by group"}
        Identifiers as written; by the number in them (S01 = 1 = 01); or made unique by their group.
    repeats : {"refuse", "number"}
        What to do with rows that share a key: refuse, or number them as trials in the order of the file.
    evidence : {"measured", "published", "derived", "synthetic"}
        Where the numbers come from.
    """

    study: str | None = None
    sheet: Any = None
    header: Any = None
    rows: Any = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    missing: Sequence[str] = ()
    columns: Mapping = dataclasses.field(default_factory=dict)
    levels: Mapping = dataclasses.field(default_factory=dict)
    fixed: Mapping = dataclasses.field(default_factory=dict)
    keep: Mapping = dataclasses.field(default_factory=dict)
    others: str = "refuse"
    pattern: str | None = None
    measure: str | None = None
    unit: str | None = None
    ids: str = "text"
    repeats: str = "refuse"
    evidence: str = "measured"

    def __post_init__(self) -> None:
        for name in ("columns", "levels", "fixed", "keep", "focus"):
            _check_type(self, name, Mapping, "a dict")
        for name in ("study", "encoding", "pattern", "measure", "unit"):
            _check_type(self, name, str, "text")
        if isinstance(self.missing, str) or not isinstance(self.missing, Sequence):
            raise OptionError(f"missing={self.missing!r} must be a list. Example: {_EXAMPLES['missing']}.")
        _check_counts("rows", self.rows, exactly=2)
        _check_counts("header", self.header)
        check_option("others", self.others, ("refuse", "drop"))
        check_option("ids", self.ids, ("text", "number", "by group"))
        if self.repeats in ("mean", "average"):
            raise OptionError(f"repeats={self.repeats!r}: a loader does not average. Write repeats='number', and average "
                              "with mmc.summarise, or give the trials to the model.")  # fmt: skip
        check_option("repeats", self.repeats, ("refuse", "number"))
        check_option("evidence", self.evidence, EVIDENCE)
        check_option("decimal", self.decimal, (None, ".", ","))
        check_option("delimiter", self.delimiter, (None, ",", ";", "\t", "|"))


def _check_type(settings: Settings, name: str, kind: type, called: str) -> None:
    value = getattr(settings, name, None)
    if value is not None and not isinstance(value, kind):
        example = f" Example: {_EXAMPLES[name]}." if name in _EXAMPLES else ""
        raise OptionError(f"{name}={value!r} must be {called}.{example}")


def _check_counts(name: str, value, exactly: int | None = None) -> None:
    if value is None:
        return
    several = isinstance(value, Sequence) and not isinstance(value, str)
    counts = list(value) if several else [value]
    whole = all(isinstance(count, int) and not isinstance(count, bool) and count > 0 for count in counts)
    if not (
        whole and counts and counts == sorted(counts if exactly else set(counts)) and exactly in (None, len(counts))
    ):
        raise OptionError(
            f"{name}={value!r} is not understood. Rows count from 1, ascending. Example: {_EXAMPLES[name]}."
        )


def with_options(kind: type[Settings]) -> Callable:
    """Let a function's ``**options`` be the fields of `kind`, visible in its signature and checked by name.

    Examples
    --------
    >>> @with_options(Settings)
    ... def load(source, *, protocol=None, **options): return sorted(options)
    >>> load("lab.csv", unit="uV")
    ['unit']
    >>> load("lab.csv", levles={})
    Traceback (most recent call last):
    mmc_analysis.errors.OptionError: load() has no option 'levles'. Did you mean 'levels'? Options: ...
    """

    def decorate(function: Callable) -> Callable:
        own = inspect.signature(function)
        fixed = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        fields = [inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=_default(f), annotation=f.type)
                  for f in dataclasses.fields(kind)]  # fmt: skip

        @functools.wraps(function)
        def call(*args, **kwargs):
            return function(*args, **kwargs)

        call.__signature__ = own.replace(parameters=[*fixed, *fields])
        return named_options(call)

    return decorate


def _default(field: dataclasses.Field):
    return field.default if field.default is not dataclasses.MISSING else field.default_factory()
