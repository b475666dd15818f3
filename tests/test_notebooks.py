"""The notebooks run from top to bottom, and the repository keeps no outputs."""

import json
from pathlib import Path

import pytest

from paper import notebooks

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request) -> Path:
    return request.param


def test_there_are_five():
    assert len(NOTEBOOKS) == 5


def test_runs_and_shows_its_figures_whatever_the_backend(notebook, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    run = notebooks.run(notebook)
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    drawing = [cell for cell in code if "mmc.figures." in cell.source]
    shown = [any("image/png" in output.get("data", {}) for output in cell.outputs) for cell in drawing]
    assert drawing and all(shown)


def test_keeps_no_outputs_and_fixed_cell_ids(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert [cell["id"] for cell in cells] == [f"{notebook.stem[:2]}-{i:02d}" for i in range(1, len(cells) + 1)]
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None


def test_defines_nothing_that_belongs_in_the_package(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "def " not in source and "class " not in source and "filterwarnings" not in source
