"""Run one notebook and write it as a page; the notebook itself keeps no outputs.

Usage: python -m paper.notebooks notebooks/01_quick_start.ipynb build/notebooks/01_quick_start.html
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

INLINE = "module://matplotlib_inline.backend_inline"
WHOLE_WORDS = "<style>.jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }</style></head>"


def run(path: Path) -> nbformat.NotebookNode:
    """Run a notebook in its own folder and return it with its outputs; an error in a cell is an error here."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
    )
    return client.execute(env={**os.environ, "MPLBACKEND": INLINE})


def main(source: str, page: str) -> None:
    """Run the notebook and write the page."""
    body, _ = HTMLExporter().from_notebook_node(run(Path(source)))
    Path(page).parent.mkdir(parents=True, exist_ok=True)
    Path(page).write_text(body.replace("</head>", WHOLE_WORDS, 1), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
