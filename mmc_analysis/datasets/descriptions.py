"""What a ``datapackage.json`` says of a dataset."""

import json
from dataclasses import dataclass
from pathlib import Path

from mmc_analysis.errors import DatasetError
from mmc_analysis.options import nearest

DESCRIPTION = "datapackage.json"
TYPES = ("string", "number", "integer", "boolean")


@dataclass(frozen=True)
class Field:
    """One column of a table: its type, unit and rules.

    Attributes
    ----------
    name, type, description : str
    unit : str
        Unit as a reader writes it; empty where there is none.
    constraints : dict
        Table Schema constraints: required, unique, enum, minimum, maximum.
    """

    name: str
    type: str
    description: str
    unit: str
    constraints: dict


@dataclass(frozen=True)
class Resource:
    """One file of a dataset, or one sheet of a workbook.

    Attributes
    ----------
    name, path : str
        Name of the table; name of its file.
    sha256 : str
        Sum of the file, in hexadecimal.
    sheet : str
        Sheet of a workbook; empty for other files.
    fields : tuple of Field
        The columns in order; empty for a file that is not a table.
    """

    name: str
    path: str
    sha256: str
    sheet: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Package:
    """The description of one dataset.

    Attributes
    ----------
    name, title, description, evidence : str
        `evidence` says what the numbers are: measured, published, derived or synthetic.
    licences : tuple of str
    sources : tuple of dict
        Title, and DOI or PMID where there is one, of what the dataset rests on.
    resources : tuple of Resource
    """

    name: str
    title: str
    description: str
    evidence: str
    licences: tuple[str, ...]
    sources: tuple[dict, ...]
    resources: tuple[Resource, ...]

    def resource(self, name: str | None = None) -> Resource:
        """Return the table of this name, or the only table of the dataset."""
        tables = {item.name: item for item in self.resources if item.fields}
        if name is None and len(tables) == 1:
            return next(iter(tables.values()))
        if name not in tables:
            asked = f"has no table '{name}'.{nearest(name, tables)}" if name else "has several tables; name one."
            raise DatasetError(f"dataset '{self.name}' {asked} Tables: {', '.join(sorted(tables))}.")
        return tables[name]


def read_description(file: Path) -> Package:
    """Read one ``datapackage.json``.

    Raises
    ------
    DatasetError
        If it is not JSON or lacks something; the message says what.
    """
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return Package(
            name=raw["name"],
            title=raw["title"],
            description=raw["description"],
            evidence=raw["evidence"],
            licences=tuple(item["name"] for item in raw["licenses"]),
            sources=tuple(raw["sources"]),
            resources=tuple(_resource(item) for item in raw["resources"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as found:
        raise DatasetError(f"{file}: cannot be read ({type(found).__name__}: {found}).") from found


def _resource(raw: dict) -> Resource:
    fields = raw.get("schema", {}).get("fields", [])
    kind, _, digest = raw["hash"].partition(":")
    if kind != "sha256":
        raise ValueError(f"the hash of {raw['path']} must start with 'sha256:'")
    unknown = [item["type"] for item in fields if item["type"] not in TYPES]
    if unknown:
        raise ValueError(f"unknown column type {unknown[0]!r}; allowed: {', '.join(TYPES)}")
    return Resource(
        name=raw["name"],
        path=raw["path"],
        sha256=digest,
        sheet=raw.get("dialect", {}).get("sheet", ""),
        fields=tuple(
            Field(item["name"], item["type"], item["description"], item.get("unit", ""), item.get("constraints", {}))
            for item in fields
        ),
    )
