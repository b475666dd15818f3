"""Cells of a design that hold no value: empty ones, and those that have no row at all."""

from collections.abc import Iterable

import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.options import nearest
from mmc_analysis.schema import check

WITHIN = ("limb", "limb_role", "session", "time", "condition", "exercise", "tempo", "phase", "load", "muscle")
_INDICES = ("trial", "repetition", "order")


def missing_cells(observations: pd.DataFrame, within: Iterable[str] | None = None) -> pd.DataFrame:
    """List the cells of the design that hold no value.

    Parameters
    ----------
    observations : pandas.DataFrame
        Observations.
    within : iterable of str, optional
        The columns whose combinations every participant should have. Left out: limb or limb_role, session, time,
        condition, exercise, tempo, phase, load, muscle, as far as the frame has them.

    Returns
    -------
    pandas.DataFrame
        study, participant, group (where there is one), measure, the columns of `within`, trial and repetition (where there are),
        and `reason`: "empty" for a row without a value, "absent" for a cell without a row. A cell counts as expected
        when anybody in the study has it (anybody in the same group, where limbs have roles). No rows: nothing is missing.

    Raises
    ------
    LoaderError
        If a column of `within` is not there.

    Examples
    --------
    >>> rows = pd.DataFrame({"study": "s", "participant": ["P1", "P1", "P2"], "time": ["pre", "post", "pre"], "measure": "torque",
    ...                      "unit": "N_m", "value": [50.0, None, 48.0], "evidence": "measured"})
    >>> missing_cells(rows)
      study participant measure  time reason
    0     s          P1  torque  post  empty
    1     s          P2  torque  post absent
    """
    check(observations, "observations")
    columns = _within(observations, within)
    person = [name for name in ("study", "participant", "group") if name in observations]
    shown = [*person, "measure", *columns, *(name for name in _INDICES[:2] if name in observations)]
    empty = observations.loc[observations["value"].isna(), shown].assign(reason="empty")
    absent = _absent(observations, person, ["measure", *columns]).assign(reason="absent")
    found = pd.concat([part.astype(object) for part in (empty, absent)], ignore_index=True)
    order = pd.DataFrame({name: _rank(found[name], observations[name]) for name in [*person, "measure", *columns]})
    return found.loc[order.sort_values(list(order), kind="stable").index, [*shown, "reason"]].reset_index(drop=True)


def _within(observations: pd.DataFrame, within: Iterable[str] | None) -> list[str]:
    if within is None:
        skipped = {"limb"} if "limb_role" in observations else set()
        return [name for name in WITHIN if name in observations and name not in skipped]
    within = [within] if isinstance(within, str) else list(within)
    for name in within:
        if name not in observations:
            raise LoaderError(f"within: there is no column '{name}'.{nearest(name, observations.columns)}")
    return within


def _absent(observations: pd.DataFrame, person: list[str], cell: list[str]) -> pd.DataFrame:
    """Every person's expected cells without those that have a row."""
    shared = ["study", *(["group"] if "group" in observations and "limb_role" in cell else [])]
    plain = observations[[*person, *cell]].astype(object)
    people, cells = plain[person].drop_duplicates(), plain[[*shared, *cell]].drop_duplicates()
    expected = people.merge(cells, on=shared)
    both = expected.merge(plain.drop_duplicates(), how="left", indicator="_found")
    return both.loc[both.pop("_found") == "left_only"]


def _rank(labels: pd.Series, original: pd.Series) -> pd.Series:
    """Rank labels as their category does, or as they first appear."""
    categorical = isinstance(original.dtype, pd.CategoricalDtype)
    levels = original.cat.categories if categorical else original.drop_duplicates()
    return labels.map({level: i for i, level in enumerate(levels)}).fillna(-1)
