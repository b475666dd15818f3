"""Fixtures of the tests of recordings."""

import lab_files as made
import pytest


@pytest.fixture(scope="session")
def lab_files(tmp_path_factory) -> dict[str, bytes]:
    """Name of a file to its content, one for each format."""
    files = {name: maker() for name, maker in made.MAKERS.items()}
    return files | {"trial.c3d": made.c3d(tmp_path_factory.mktemp("c3d") / "trial.c3d")}


@pytest.fixture
def put(tmp_path):
    """Write bytes or text into a file and return its path."""

    def write(content: bytes | str, name: str = "trial.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
