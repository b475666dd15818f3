"""Where the datasets are, and whether their files are what they were."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from mmc_analysis.datasets.descriptions import DESCRIPTION, Package, read_description
from mmc_analysis.datasets.rules import read_cells, table_faults, typed
from mmc_analysis.errors import DatasetError
from mmc_analysis.options import nearest

_PACKAGE = Path(__file__).resolve().parent.parent
_NOT_SUMMED = (DESCRIPTION, "README.md", "generate.py")


def root() -> Path:
    """Return the folder of all datasets: inside an installed package, or beside it in a checkout.

    Raises
    ------
    DatasetError
        If neither is there.

    Examples
    --------
    >>> root().is_dir()
    True
    """
    checkout = _PACKAGE.parent
    candidates = [_PACKAGE / "_datasets"]
    if (checkout / "pyproject.toml").is_file():
        candidates.append(checkout / "datasets")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise DatasetError(
        f"the datasets folder is missing: looked for {' and '.join(map(str, candidates))}. "
        "Install the package again: pip install --force-reinstall mmc-analysis"
    )


def names() -> list[str]:
    """Return the names of all datasets, sorted.

    Examples
    --------
    >>> "claims" in names()
    True
    """
    return sorted(item.parent.name for item in root().glob(f"*/{DESCRIPTION}"))


def folder(name: str) -> Path:
    """Return the folder of one dataset.

    Raises
    ------
    DatasetError
        If there is no such dataset; the message names the nearest.

    Examples
    --------
    >>> folder("calatayud_2016")
    Traceback (most recent call last):
    mmc_analysis.errors.DatasetError: there is no dataset 'calatayud_2016'. Did you mean 'calatayud2016'? ...
    """
    known = names()
    if name not in known:
        raise DatasetError(
            f"there is no dataset '{name}'.{nearest(str(name), known)} Datasets: {', '.join(known) or 'none'}."
        )
    return root() / name


def package(name: str) -> Package:
    """Return the description of one dataset.

    Raises
    ------
    DatasetError
        If the dataset is unknown or its description cannot be read.

    Examples
    --------
    >>> package("claims").licences
    ('CC0-1.0',)
    """
    file = folder(name) / DESCRIPTION
    try:
        return read_description(file)
    except DatasetError as found:
        raise DatasetError(f"{found} {_remedy(name)}") from found


def path(name: str, file: str) -> Path:
    """Return the path of one file of a dataset, after comparing the file with its sum.

    Parameters
    ----------
    name : str
        Name of the dataset.
    file : str
        Name of the file, such as ``"reported.csv"``.

    Raises
    ------
    DatasetError
        If the dataset or file is unknown, missing, or not what its sum says.

    Examples
    --------
    >>> path("claims", "claims.csv").name
    'claims.csv'
    """
    sums = {item.path: item.sha256 for item in package(name).resources}
    if file not in sums:
        raise DatasetError(f"dataset '{name}' has no file '{file}'.{nearest(file, sums)} Files: {', '.join(sums)}.")
    _refuse(name, list(_sum_faults(folder(name), file, sums[file])))
    return folder(name) / file


def verify(name: str) -> Package:
    """Check every file of a dataset against its sum, and every table against its rules.

    Returns
    -------
    Package
        The description, if there is no fault.

    Raises
    ------
    DatasetError
        Listing every fault: files that are missing, changed or not described; columns and cells that break a rule.

    Examples
    --------
    >>> verify("claims").name
    'claims'
    """
    described = package(name)
    _refuse(name, list(_package_faults(folder(name), described)))
    return described


def read_table(name: str, resource: str | None = None) -> pd.DataFrame:
    """Read one table of a dataset, checked against its sum and its rules.

    Parameters
    ----------
    name : str
        Name of the dataset.
    resource : str, optional
        Name of the table; may be left out if the dataset has one.

    Returns
    -------
    pandas.DataFrame
        Columns in the order and of the types that the description gives; empty cells are missing.

    Raises
    ------
    DatasetError
        If anything is unknown, missing, changed or against a rule.

    Examples
    --------
    >>> read_table("ranganathan2004").loc[0, "study"]
    'ranganathan2004'
    """
    item = package(name).resource(resource)
    file = path(name, item.path)
    cells = read_cells(file, item)
    _refuse(name, list(table_faults(cells, item)))
    return pd.DataFrame({field.name: typed(cells[field.name], field.type) for field in item.fields})


def _refuse(name: str, faults: list[str]) -> None:
    if faults:
        listed = "\n".join(f"{i}. {fault}" for i, fault in enumerate(faults, 1))
        raise DatasetError(
            f"dataset '{name}': {len(faults)} fault{'s' * (len(faults) > 1)}.\n{listed}\n{_remedy(name)}"
        )


def _remedy(name: str) -> str:
    return (
        "If nobody changed it on purpose, install the package again (pip install --force-reinstall mmc-analysis) or, "
        f"in a checkout, restore it (git checkout -- datasets/{name}). If the change is meant, write its new sum: "
        f"python datasets/seal.py {name}"
    )


def _package_faults(where: Path, described: Package) -> Iterator[str]:
    if described.name != where.name:
        yield f"{DESCRIPTION}: the name '{described.name}' is not the folder's name '{where.name}'."
    sums = {item.path: item.sha256 for item in described.resources}
    broken = set()
    for file, expected in sums.items():
        for fault in _sum_faults(where, file, expected):
            broken.add(file)
            yield fault
    present = {item.name for item in where.iterdir() if item.is_file() and not item.name.startswith((".", "~$"))}
    for file in sorted(present - set(sums) - set(_NOT_SUMMED)):
        yield f"{file}: not described in {DESCRIPTION}."
    if not (where / "README.md").is_file():
        yield "README.md: missing; every dataset has a card."
    for item in described.resources:
        if item.fields and item.path not in broken:
            try:
                yield from table_faults(read_cells(where / item.path, item), item)
            except DatasetError as found:
                yield str(found)


def _sum_faults(where: Path, file: str, expected: str) -> Iterator[str]:
    if not (where / file).is_file():
        yield f"{file}: missing from {where}."
        return
    found = hashlib.sha256((where / file).read_bytes()).hexdigest()
    if found != expected:
        yield f"{file}: changed; its SHA-256 sum is {found[:12]}…, but {DESCRIPTION} says {expected[:12]}…."
