"""Group × time: strength, activation and thickness before, during and after a training of the mind or the body."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.finish import finished
from mmc_analysis.loaders.identifiers import check_one_group
from mmc_analysis.loaders.observe import Observed, observe, require
from mmc_analysis.loaders.protocol import settled
from mmc_analysis.loaders.settings import Settings, with_options
from mmc_analysis.loaders.shapes import Layout
from mmc_analysis.loaders.tables import Table
from mmc_analysis.options import check_option
from mmc_analysis.schema.columns import QUANTITIES

LAYOUT = Layout(
    wide={"time": "time", "measure": "any_measure", "limb": "limb", "limb_role": "limb_role", "muscle": "muscle",
          "trial": "trial", "repetition": "repetition"},
    cells={"measure": "any_measure", "muscle": "any_muscle", "condition": "label"},
    persons=("sex", "age_years", "height_cm", "body_mass_kg", "training_years"),
)  # fmt: skip
_WEEK_OF_PRE = 0.0


@dataclass(frozen=True, kw_only=True)
class ImagerySettings(Settings):
    """Settings of :func:`load_imagery`.

    Attributes
    ----------
    quantity : {"level", "change", "pct_change", "pct_of_baseline"}
        What the numbers describe.
    """

    quantity: str = "level"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_option("quantity", self.quantity, QUANTITIES)


@with_options(ImagerySettings)
def load_imagery(source, *, protocol=None, **options) -> pd.DataFrame:
    """Load a table of group × time.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Wide (columns such as ``pre``, ``post``, ``week4``, ``torque_pre``, ``left_post``), long (a column of values and a
        column of times), or anything between.
    protocol : path, dict or True, optional
        A TOML file with the options as keys, read only when named here; arguments win over it.
    **options
        The fields of :class:`ImagerySettings` and :class:`~mmc_analysis.loaders.settings.Settings`.

    Returns
    -------
    pandas.DataFrame
        Observations: group, limb and limb_role (from its own column, from names such as ``trained_pre``, or from a column
        ``trained limb``), time (ordered: pre < mid < post < followup, or weeks; an order in doubt is asked for), week,
        measure, value, unit. Pounds become kilograms, foot-pounds become newton metres. `quantity` is a column
        where the numbers are not levels.

    Raises
    ------
    LoaderError
        Naming file, row and column, and what to write.

    Examples
    --------
    >>> table = pd.DataFrame({"id": ["S01", "S02"], "group": ["control", "imagery"], "pre (N·m)": [50, 48], "post (N·m)": [51, 56]})
    >>> load_imagery(table)[["participant", "group", "time", "measure", "value", "unit"]]
      participant    group  time measure  value unit
    0         S01  control   pre  torque   50.0  N_m
    1         S01  control  post  torque   51.0  N_m
    2         S02  imagery   pre  torque   48.0  N_m
    3         S02  imagery  post  torque   56.0  N_m
    """
    settings = settled(ImagerySettings, source, protocol, options)
    observed = observe(source, LAYOUT, settings, settings.quantity)
    rows = _with_times(_with_limb_roles(observed), observed.tables[0])
    if "group" in rows:
        check_one_group(rows["participant"].to_numpy(), rows["group"].to_numpy(), observed.tables[0].name)
    if settings.quantity != "level":
        rows = rows.assign(quantity=settings.quantity)
    levels = {role: LAYOUT.levels(role, settings.levels) for role in ("condition", "time", "load")}
    return finished(observed, rows, levels, settings)


def _with_limb_roles(observed: Observed) -> pd.DataFrame:
    """Say from a column of each person's trained or immobilised side what was done to the limb that was measured."""
    rows = observed.rows
    for column, role, other in (
        ("trained_limb", "trained", "untrained"),
        ("immobilised_limb", "immobilised", "untrained"),
    ):
        if column in rows:
            if "limb" not in rows or "limb_role" in rows:
                raise LoaderError(f"{observed.tables[0].name}: a column of the {column.replace('_', ' ')} needs the side that was "
                                  "measured beside it (a column 'limb', or names such as left_pre), and no limb_role.")  # fmt: skip
            rows = rows.assign(limb_role=np.where(rows["limb"] == rows[column], role, other)).drop(columns=column)
    return rows


def _with_times(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Fill time and week from each other: week 4 is the time week4, and the measurement before is week 0."""
    if "time" not in rows and "week" in rows and rows["week"].notna().all():
        return rows.assign(time=[f"week{week:g}" for week in rows["week"]])
    require("time", rows, table)
    weeks = rows["time"].str.extract(r"^week(\d+)$", expand=False).astype(float)
    if "week" in rows or weeks.isna().all():
        return rows
    return rows.assign(week=weeks.mask(rows["time"] == "pre", _WEEK_OF_PRE))
