"""Give the Word file the look of a manuscript: A4, narrow margins, small tables, upright captions."""

import re
import zipfile
from pathlib import Path

EPOCH = (2026, 1, 1, 0, 0, 0)
PAGE = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
CELL_MARGIN = 60


def size(half_points: int) -> str:
    """Return the run properties of a font size."""
    return f'<w:rPr><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'


def restyled(styles: str) -> str:
    """Return the style sheet with smaller text, and tables smaller still."""
    changes = [
        (r'(<w:docDefaults>.*?)<w:sz w:val="24" />(\s*)<w:szCs w:val="24" />', r'\1<w:sz w:val="21" />\2<w:szCs w:val="21" />'),
        (r'(w:styleId="Compact".*?</w:pPr>)', rf"\1{size(16)}"),
        (r'(w:styleId="Caption".*?<w:rPr>)\s*<w:i />', r'\1<w:sz w:val="18"/>'),
        (r'(w:styleId="Table" .*?)<w:left w:type="dxa" w:w="108" />', rf'\1<w:left w:type="dxa" w:w="{CELL_MARGIN}" />'),
        (r'(w:styleId="Table" .*?)<w:right w:type="dxa" w:w="108" />', rf'\1<w:right w:type="dxa" w:w="{CELL_MARGIN}" />'),
        (r'(w:styleId="Table" .*?<w:tblStylePr w:type="firstRow">)', r"\1<w:rPr><w:b/></w:rPr>"),
    ]  # fmt: skip
    for pattern, replacement in changes:
        styles, count = re.subn(pattern, replacement, styles, count=1, flags=re.DOTALL)
        if not count:
            raise SystemExit(f"the Word style sheet has changed; this is not in it: {pattern}")
    return styles


def restyle(path: Path) -> None:
    """Rewrite a Word file made by pandoc with our page and styles, and with fixed times inside."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/styles.xml"] = restyled(parts["word/styles.xml"].decode()).encode()
    body = parts["word/document.xml"].decode()
    parts["word/document.xml"] = body.replace("</w:sectPr>\n  </w:body>", f"{PAGE}</w:sectPr>\n  </w:body>").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
