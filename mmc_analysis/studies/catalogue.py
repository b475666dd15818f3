"""The studies of the package, and how to find them."""

import pandas as pd

from mmc_analysis import datasets
from mmc_analysis.errors import DatasetError
from mmc_analysis.options import nearest
from mmc_analysis.studies import (
    calatayud2016,
    calatayud2017,
    calatayud2018_speed,
    clark2014,
    contreras2014,
    ranganathan2004,
    schoenfeld2018,
    snyder_fry2012,
    yue_cole1992,
)
from mmc_analysis.studies.study import Study

STUDIES: tuple[Study, ...] = (
    calatayud2016.STUDY,
    calatayud2017.STUDY,
    calatayud2018_speed.STUDY,
    snyder_fry2012.STUDY,
    contreras2014.STUDY,
    schoenfeld2018.STUDY,
    yue_cole1992.STUDY,
    ranganathan2004.STUDY,
    clark2014.STUDY,
)


def load_study(name: str) -> Study:
    """Return what is known of one published study.

    Parameters
    ----------
    name : str
        Slug of the study; :func:`list_studies` lists them.

    Returns
    -------
    Study
        With ``.citation``, ``.doi``, ``.design``, ``.participants``, ``.reported``, ``.claims``, ``.not_found`` …

    Raises
    ------
    DatasetError
        If there is no such study; the message names the nearest.

    Examples
    --------
    >>> load_study("ranganathan2004").doi
    '10.1016/j.neuropsychologia.2003.11.018'
    """
    by_name = {study.name: study for study in STUDIES}
    if name not in by_name:
        hint = nearest(str(name), by_name)
        raise DatasetError(f"there is no study '{name}'.{hint} Studies: {', '.join(by_name)}.")
    return by_name[name]


def list_studies() -> pd.DataFrame:
    """Return one row per published study.

    Returns
    -------
    pandas.DataFrame
        Columns study, short, year, protocol_kind, design, participants, n (missing where the paper's own number
        could not be read), peer_reviewed, doi, pmid, n_reported (rows in ``.reported``), n_secondary (those of
        them not read in the paper itself) and citation.

    Examples
    --------
    >>> studies = list_studies().set_index("study")
    >>> int(studies.loc["calatayud2017", "n"])
    18
    """
    rows = []
    for study in STUDIES:
        printed = datasets.read_table(study.name, "reported")
        rows.append({
            "study": study.name, "short": study.short, "year": study.year, "protocol_kind": study.protocol_kind,
            "design": study.design, "participants": study.participants, "n": study.n,
            "peer_reviewed": study.peer_reviewed, "doi": study.doi, "pmid": study.pmid, "n_reported": len(printed),
            "n_secondary": int((~printed["verified"]).sum()), "citation": study.citation,
        })  # fmt: skip
    return pd.DataFrame(rows).astype({"n": float})
