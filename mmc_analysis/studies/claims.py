"""Popular claims about the mind-muscle connection, and what the studies say of them."""

import re

import pandas as pd

from mmc_analysis import datasets
from mmc_analysis.errors import DatasetError
from mmc_analysis.options import named_options

SLOT = re.compile(r"\{(\w+?):(\w+)(?::(\w+))?\}")
MAIN_STATISTICS = ("diff", "pct_change", "beta", "r", "cohen_d", "mean", "n", "count")


@named_options
def list_claims(*, fill: bool = True) -> pd.DataFrame:
    """Return one row per popular claim.

    Parameters
    ----------
    fill : bool
        Whether the slots in `finding`, such as ``{clark2014:strength_cast}``, are filled with the numbers as
        printed. False leaves them, for a text that formats numbers itself.

    Returns
    -------
    pandas.DataFrame
        Columns claim (a short id), statement (as it circulates, in our words), verdict, finding (what the
        evidence says, in our words), results (the printed results it rests on, ``study:result``, joined by
        semicolons), studies (likewise) and other_sources (papers that are not among the studies here).

    Raises
    ------
    DatasetError
        If a slot names a result that does not exist.

    Examples
    --------
    >>> list_claims().set_index("claim").loc["d", "verdict"]
    'false'
    """
    claims = datasets.read_table("claims")
    if fill:
        claims["finding"] = claims["finding"].map(fill_slots)
    return claims


def fill_slots(text: str) -> str:
    """Replace every ``{study:result}`` or ``{study:result:statistic}`` by the number as printed.

    Without a statistic the main one is taken: the difference, else the percent change, the coefficient, the mean,
    the count. A minus sign that the paper expressed in words is not added.

    Raises
    ------
    DatasetError
        If there is no such result or statistic.

    Examples
    --------
    >>> fill_slots("{ranganathan2004:finger_imagery} %, P {ranganathan2004:finger_imagery:p}")
    '35 %, P <0.005'
    """
    return SLOT.sub(_printed, text)


def _printed(slot: re.Match) -> str:
    study, result, statistic = slot.groups()
    reported = datasets.read_table(study, "reported")
    rows = reported[reported["result"] == result].set_index("statistic")["printed"]
    wanted = [statistic] if statistic else [name for name in MAIN_STATISTICS if name in rows.index][:1]
    if not wanted or wanted[0] not in rows.index:
        raise DatasetError(
            f"{slot.group(0)}: the study '{study}' has no such printed number. "
            f"Its results are listed by mmc.load_study('{study}').reported."
        )
    return str(rows[wanted[0]])
