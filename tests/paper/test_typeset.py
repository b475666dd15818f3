"""The text becomes PDF, Word and HTML: complete, without a path of this machine, the same bytes twice."""

import os
import re
import shutil
import zipfile

import matplotlib.pyplot as plt
import pytest

from paper import typeset

TEXT = """---
title: A small paper
author: [The developers]
abstract: One sentence.
---

# Results

A finding [@calatayud2016].

![**Figure 1.** A line, "quoted".](../figures/line){#fig-line}

| a | b |
|---|--:|
| x | 1 |

: **Table 1.** A table. {#tbl-a}

# References

::: {#refs}
:::
"""


@pytest.fixture(scope="module")
def source(request):
    """A small text two folders below the project's, where the real one stands, with its figure."""
    folder = request.config.rootpath / "build" / f"test_typeset_{os.getpid()}"  # of each worker its own
    (folder / "figures").mkdir(parents=True)
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.plot([0, 1])
    for ending in ("svg", "png"):
        figure.savefig(folder / "figures" / f"line.{ending}", metadata={"Date": None} if ending == "svg" else None)
    plt.close(figure)
    paper = folder / "paper" / "paper.md"
    paper.parent.mkdir()
    paper.write_text(TEXT, encoding="utf-8")
    relative = paper.relative_to(request.config.rootpath)
    yield relative
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def at_root(root, monkeypatch):
    monkeypatch.chdir(root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    monkeypatch.setattr(typeset, "STYLE", root / "paper" / "style")
    monkeypatch.setattr(
        typeset, "COMMON", [option.replace("../../paper", str(root / "paper")) for option in typeset.COMMON]
    )


@pytest.mark.parametrize("ending", ["pdf", "docx", "html"])
def test_each_format_is_written_twice_with_the_same_bytes(source, ending):
    target = source.with_suffix(f".{ending}")
    typeset.main(str(source), str(target))
    first = target.read_bytes()
    target.unlink()
    typeset.main(str(source), str(target))
    assert target.read_bytes() == first


def test_the_word_file_has_figure_table_citation_and_reference(source):
    target = source.with_suffix(".docx")
    typeset.main(str(source), str(target))
    with zipfile.ZipFile(target) as archive:
        body = archive.read("word/document.xml").decode()
        assert any(name.startswith("word/media/") for name in archive.namelist())
    text = re.sub("<[^>]+>", "", body)
    assert "Calatayud et al. 2016" in text and "Importance of Mind-Muscle Connection" in text
    assert "<w:tbl>" in body and 'w:w="11906"' in body


def test_the_page_stands_alone(source):
    target = source.with_suffix(".html")
    typeset.main(str(source), str(target))
    page = target.read_text(encoding="utf-8")
    assert "<svg" in page or "data:image/svg" in page
    assert 'src="..' not in page and 'href="..' not in page


def test_a_missing_reference_stops_with_pandocs_own_words(source, root):
    wrong = root / source.parent / "wrong.md"
    wrong.write_text(TEXT.replace("@calatayud2016", "@nobody1900"), encoding="utf-8")
    with pytest.raises(SystemExit, match="nobody1900"):
        typeset.main(str(wrong.relative_to(root)), str(wrong.with_suffix(".html").relative_to(root)))
