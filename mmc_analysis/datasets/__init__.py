"""Datasets that come with the package: where their files are, and whether they are what they were.

A dataset is a folder with a ``datapackage.json`` (Frictionless Data Package: files, their sums, their columns
with units and rules) and a ``README.md`` card. Every file is compared with its SHA-256 sum before it is handed out.
"""

from mmc_analysis.datasets.descriptions import Field, Package, Resource
from mmc_analysis.datasets.folders import folder, names, package, path, read_table, root, verify

__all__ = ["Field", "Package", "Resource", "folder", "names", "package", "path", "read_table", "root", "verify"]
