"""Typeset the filled text: PDF through typst, Word and HTML through pandoc; the same bytes every time.

Usage: python -m paper.typeset build/paper/paper.md build/paper/paper.pdf
"""

import datetime
import re
import subprocess
import sys
from pathlib import Path

import pypandoc
import typst

from paper.word_style import restyle

ROOT = Path(__file__).resolve().parent.parent
STYLE = Path("../../paper/style")
COMMON = [
    "--standalone",
    "--fail-if-warnings",
    "--citeproc",
    "--bibliography=../../paper/refs.bib",
    "--metadata=link-citations:true",
    f"--lua-filter={STYLE}/figures.lua",
]
READER = "markdown+pipe_tables+table_captions-auto_identifiers+gfm_auto_identifiers"


def released() -> datetime.datetime:
    """Return the date of the release in CITATION.cff, which dates the documents."""
    found = re.search(r"^date-released: *['\"]?(\d{4}-\d{2}-\d{2})", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    if not found:
        raise SystemExit("CITATION.cff has no date-released: YYYY-MM-DD")
    return datetime.datetime.fromisoformat(found[1]).replace(tzinfo=datetime.UTC)


def pandoc(source: Path, target: str, writer: str, *options: str) -> None:
    """Run pandoc in the folder of `source`, so that no path of this machine gets into a document."""
    program = Path(pypandoc.get_pandoc_path()).absolute()
    command = [program, source.name, f"--from={READER}", f"--to={writer}", f"--output={target}", *COMMON]
    ran = subprocess.run(
        [*command, f"--metadata=date:{released():%d %B %Y}", *options],
        cwd=source.parent,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        raise SystemExit(f"pandoc stopped at {source}:\n{ran.stderr.strip()}")


def to_pdf(source: Path, target: Path) -> None:
    """Write the PDF: tagged, with its fonts, without a date of its own."""
    text = target.with_suffix(".typ")
    pandoc(source, text.name, "typst", f"--template={STYLE}/template.typ", "--default-image-extension=svg")
    typst.compile(
        str(text),
        output=str(target),
        root=str(target.parent.parent),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(released().timestamp()),
    )


def to_word(source: Path, target: Path) -> None:
    """Write the Word file."""
    pandoc(source, target.name, "docx", "--default-image-extension=png")
    restyle(target)


def to_html(source: Path, target: Path) -> None:
    """Write one HTML page with everything in it."""
    pandoc(
        source,
        target.name,
        "html5",
        "--default-image-extension=svg",
        "--embed-resources",
        "--mathml",
        f"--css={STYLE}/paper.css",
    )


def main(source: str, target: str) -> None:
    """Write the format that the target's name asks for."""
    writers = {".pdf": to_pdf, ".docx": to_word, ".html": to_html}
    writers[Path(target).suffix](Path(source), Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:3])
