"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

collect_ignore_glob = ["reference/*", "*conftest.py"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the openly licensed real files, from MMC_REAL_DATA or beside the project.

    Where they are absent the test is skipped, visibly; in continuous integration (CI=true) it fails instead.
    """
    folder = Path(os.environ.get("MMC_REAL_DATA", ROOT.parent / "shared" / "real_data"))
    if folder.is_dir():
        return folder
    reason = f"real files are not at {folder}; set MMC_REAL_DATA to their folder"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
