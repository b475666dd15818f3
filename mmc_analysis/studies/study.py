"""What is known of one published study."""

from dataclasses import dataclass, field

import pandas as pd

from mmc_analysis import datasets
from mmc_analysis.schema import check


@dataclass(frozen=True, kw_only=True, repr=False)
class Study:
    """One published study: how it was done, what it printed, what could not be read.

    Attributes
    ----------
    name : str
        Slug, the same as the name of its dataset.
    short : str
        Author and year, for labels.
    citation : str
        Full reference.
    year : int
    doi, pmid : str
        Empty where there is none or none is known.
    peer_reviewed : bool
    protocol_kind : {"acute focus", "focus training", "imagery training"}
        What was compared: instructions within a session, training with an instruction, training by imagery.
    design, participants, protocol, findings : str
        In our words. What the paper printed as a number is in `reported`, not here.
    n : int or None
        Participants as the paper itself states; None where that could not be read.
    not_found : tuple of str
        What could not be read.
    cautions : tuple of str
        What a reader should know before using the numbers.
    """

    name: str
    short: str
    citation: str
    year: int
    doi: str = ""
    pmid: str = ""
    peer_reviewed: bool = True
    protocol_kind: str
    design: str
    participants: str
    protocol: str
    findings: str
    n: int | None = None
    not_found: tuple[str, ...]
    cautions: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        people = f"n = {self.n}" if self.n else "n not found"
        return f"Study {self.name} ({self.protocol_kind}, {people})\n{self.citation}\n{self.source}\n{self.findings}"

    @property
    def reported(self) -> pd.DataFrame:
        """What the study printed: one row per number or statement (the `reported` table of the schema)."""
        return check(datasets.read_table(self.name, "reported"), "reported", where=f"datasets/{self.name}/reported.csv")

    @property
    def claims(self) -> pd.DataFrame:
        """The popular claims that this study bears on; see :func:`mmc_analysis.studies.list_claims`."""
        table = datasets.read_table("claims")
        bears = table["studies"].fillna("").str.split(";").map(lambda names: self.name in names)
        return table[bears.to_numpy(dtype=bool)].reset_index(drop=True)

    @property
    def source(self) -> str:
        """DOI, else PMID, else the citation: where the numbers come from."""
        return f"doi:{self.doi}" if self.doi else f"PMID {self.pmid}" if self.pmid else self.citation
