"""How evidence travels: what a result rests on is the weakest of what it was made from."""

import pandas as pd

_WEAKEST_FIRST = ("synthetic", "derived", "published", "measured")


def combined_evidence(frame: pd.DataFrame, computed: bool = True) -> str:
    """Return the evidence of a result made from these rows.

    Anything made from synthetic rows is synthetic; a number computed from published or derived rows is
    derived; one computed from measurements stays measured. A frame without the column counts as measured.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows that the result rests on.
    computed : bool
        Whether the result was computed, rather than copied, from the rows.

    Examples
    --------
    >>> combined_evidence(pd.DataFrame({"evidence": ["measured", "synthetic"]}))
    'synthetic'
    >>> combined_evidence(pd.DataFrame({"evidence": ["published"]}))
    'derived'
    """
    found = set(frame["evidence"].dropna().astype(str)) if "evidence" in frame.columns else {"measured"}
    weakest = next((level for level in _WEAKEST_FIRST if level in found), "measured")
    return "derived" if computed and weakest == "published" else weakest


def is_synthetic(frame: pd.DataFrame) -> bool:
    """Return whether any row is synthetic.

    Examples
    --------
    >>> is_synthetic(pd.DataFrame({"evidence": ["measured", "measured"]}))
    False
    """
    return "evidence" in frame.columns and bool((frame["evidence"].astype(str) == "synthetic").any())
