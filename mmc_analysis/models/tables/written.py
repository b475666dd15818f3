"""Tables of estimates as a console shows them: digits that the uncertainty carries, P values that are never zero."""

import math
from collections.abc import Mapping

import pandas as pd

from mmc_analysis.schema import choose_decimals, number_in, write_number, write_p
from mmc_analysis.schema.wording import decimals_of_uncertainty

DIGITS = 3
IN_UNIT = ("estimate", "std_error", "conf_low", "conf_high")
FIXED_DECIMALS = {"df": 1, "num_df": 0, "den_df": 1, "statistic": 2}


def written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of estimates with its numbers as text, other columns as they are.

    Estimate, standard error and limits of a row have the decimals that show three digits of the standard error, or,
    without one, of the estimate.

    Parameters
    ----------
    table : pandas.DataFrame
        Estimates; any of `estimate`, `std_error`, `df`, `statistic`, `p_value`, `conf_low` and `conf_high`.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["a"], "estimate": [7.73761], "std_error": [2.08034], "df": [44.161], "p_value": [4e-6]})
    >>> written(table).iloc[0].tolist()
    ['a', '7.74', '2.08', '44.2', '< .001']
    """
    decimals = [_decimals(row) for _, row in table.iterrows()]
    shown = {
        name: [_text(value, d) for value, d in zip(table[name], decimals, strict=True)]
        for name in IN_UNIT
        if name in table
    }
    shown |= {name: [_text(value, d) for value in table[name]] for name, d in FIXED_DECIMALS.items() if name in table}
    if "p_value" in table:
        shown["p_value"] = ["" if pd.isna(p) else write_p(float(p)).removeprefix("= ") for p in table["p_value"]]
    return table.assign(**shown)


def _decimals(row: Mapping) -> int:
    std_error = number_in(row, "std_error")
    if math.isfinite(std_error) and std_error > 0:
        return decimals_of_uncertainty(std_error, DIGITS)
    return choose_decimals(number_in(row, "estimate"))


def _text(value: float, decimals: int) -> str:
    return "" if pd.isna(value) else write_number(float(value), decimals)
