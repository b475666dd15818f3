"""The methods paragraph of processed recordings, from their quality table."""

from collections import Counter

import pandas as pd

from mmc_analysis.emg import Acquisition, EmgSettings
from mmc_analysis.emg.reporting import Tally, paragraph
from mmc_analysis.errors import LoaderError
from mmc_analysis.options import named_options


@named_options
def recordings_paragraph(
    quality: pd.DataFrame, *, acquisition: Acquisition | None = None, settings: EmgSettings | None = None
) -> str:
    """Write the paragraph of a methods section about recordings that were processed.

    Parameters
    ----------
    quality : pandas.DataFrame
        The quality table of :func:`process_recordings`.
    acquisition : Acquisition, optional
        How the signals were recorded. What is not given is listed at the end as still to be reported.
    settings : EmgSettings, optional
        By default those that the table carries in ``attrs["emg_settings"]``.

    Returns
    -------
    str
        One paragraph: sampling, filter, amplitude, repetitions, reference and how much hangs on its winning trial, how many signals
        failed, were masked or flagged, and why.

    Raises
    ------
    LoaderError
        If the table does not carry its settings, or is no quality table.

    Examples
    --------
    >>> recordings_paragraph(pd.DataFrame({"status": ["good"]}))
    Traceback (most recent call last):
    mmc_analysis.errors.LoaderError: quality lacks the columns participant, muscle, ...
    """
    missing = [name for name in ("participant", "muscle", "side", "session", "status", "flags") if name not in quality]
    if missing:
        raise LoaderError(
            f"quality lacks the columns {', '.join(missing)}. Give the quality table that process_recordings returns."
        )
    if settings is None:
        if "emg_settings" not in quality.attrs:
            raise LoaderError(
                "quality does not carry its settings any more (attrs['emg_settings']). Give them: settings=."
            )
        settings = EmgSettings().changed(**quality.attrs["emg_settings"])
    own = quality[quality["status"] != "unused"]
    rates = sorted({round(float(rate), 4) for rate in own.get("sampling_frequency", pd.Series(dtype=float)).dropna()})
    references = own.dropna(subset=["reference_value"]) if "reference_value" in own else own.iloc[:0]
    owner = [
        name for name in ("study", "participant", "muscle", "side", "reference_value", "reference_trial") if name in own
    ]
    each = references.drop_duplicates(owner)
    methods = list(each["reference_method"]) if len(each) else []
    factors = list(each["without_winner_factor"].dropna()) if len(each) else []
    return paragraph(settings, rates, acquisition, methods, factors, _tally(own))


def _tally(own: pd.DataFrame) -> Tally:
    flags = Counter(
        flag
        for cell in own["flags"].astype(object).fillna("")
        for flag in cell.split(";")
        if flag not in ("", "failed")
    )
    total = {
        name: int(own[name].fillna(0).sum()) if name in own else 0 for name in ("repetitions", "repetitions_empty")
    }
    missing = (
        own["reference_missing"].astype(object).fillna("") != ""
        if "reference_missing" in own
        else pd.Series(False, index=own.index)
    )
    return Tally(signals=len(own), without_reference=int((missing & (own["status"] != "failed")).sum()), masked=int((own["status"] == "masked").sum()), failed=int((own["status"] == "failed").sum()),
                 repetitions=total["repetitions"], empty=total["repetitions_empty"], flags=dict(flags))  # fmt: skip
