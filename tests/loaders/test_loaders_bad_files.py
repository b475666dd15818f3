"""Files that are wrong, hostile or damaged: one clear error each, and never a traceback of someone else's."""

import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from mmc_analysis import LoaderError, MMCError, load_calatayud, load_contreras, load_imagery
from mmc_analysis.loaders import load_participants, workbook

TEXT = b"id,pre (Nm),post (Nm)\nS01,1,2\nS02,3,4\n"
LOADERS = (load_calatayud, load_contreras, load_imagery, load_participants)


def an_xlsx(rows=(("id", "pre (Nm)", "post (Nm)"), ("S01", 1, 2), ("S02", 3, 4))):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(data, name, text, compress=zipfile.ZIP_DEFLATED):
    """Replace one part of a workbook."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", compress) as out:
        for part in source.namelist():
            if part != name:
                out.writestr(part, source.read(part))
        out.writestr(name, text)
    return target.getvalue()


def part(data, name):
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.csv", b"", r"empty.csv: the file is empty \(0 bytes\)"),
        ("blank.csv", b" \n\n", "the file is empty"),
        ("empty.xlsx", b"", r"the file is empty \(0 bytes\)"),
        ("workbook.csv", an_xlsx(), "the name says text, the content is a ZIP archive or an Excel workbook"),
        ("text.xlsx", TEXT, "the name says Excel workbook, the content is text"),
        ("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", "'.xls' files are not read .the content is a web page"),
        ("page.csv", b"\n<!DOCTYPE html><html></html>", "the content is a web page or XML"),
        ("page.xlsx", b"<html></html>", "the content is a web page or XML"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an old Excel file .* or a workbook with a password"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a workbook with a password"),
        ("paper.csv", b"%PDF-1.7 1 0 obj", "the content is a PDF"),
        ("squeezed.csv", b"\x1f\x8b\x08\x00", "a gzip archive"),
        ("binary.csv", b"id,pre\nS01,1\x00\x01\x02", "row 2: holds the control character"),
        ("data.sav", b"$FL2", "one of the endings .csv, .tsv, .txt, .xlsx, .xlsm, not '.sav'"),
        ("cut.xlsx", an_xlsx()[:2000], "cannot be read as an Excel workbook"),
        ("head.xlsx", b"PK\x03\x04", "cannot be read as an Excel workbook"),
        ("none.xlsx", b"PK\x05\x06" + bytes(18), "the content is an empty ZIP archive"),
        ("quote.csv", b'id,pre\n"S01,1\nS02,2\n', "lone quotation mark"),
    ],
)  # fmt: skip
def test_wrong_files(tmp_path, loader, name, data, message):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(LoaderError, match=message) as caught:
        loader(path)
    assert name in str(caught.value)


def test_a_zip_that_is_no_workbook(tmp_path):
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(LoaderError, match="a ZIP archive, but not an Excel workbook"):
        load_imagery(path)


def test_missing_files_folders_and_things_that_are_no_files(tmp_path):
    (tmp_path / "strength.csv").write_bytes(TEXT)
    with pytest.raises(LoaderError, match=r"stregth.csv: there is no such file .*Did you mean 'strength.csv'"):
        load_imagery(tmp_path / "stregth.csv")
    with pytest.raises(LoaderError, match="a folder that does not exist either"):
        load_imagery(tmp_path / "nowhere" / "strength.csv")
    with pytest.raises(LoaderError, match=r"a folder, not a file. Tables in it: strength.csv"):
        load_imagery(tmp_path)
    with pytest.raises(LoaderError, match="an address, not a file"):
        load_imagery("https://example.org/strength.csv")
    for source in (None, 3, [1, 2], b"\x00.csv", "a\x00b.csv"):
        with pytest.raises(LoaderError):
            load_imagery(source)


def test_a_zip_bomb_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(with_part(an_xlsx(), "xl/media/zeros.bin", bytes(25_000_000)))
    assert path.stat().st_size < 100_000
    with pytest.raises(LoaderError, match=r"bytes that would expand to 25,0.*This is no table; it is not opened"):
        load_imagery(path)


def test_a_bomb_that_lies_about_its_size_is_not_expanded(tmp_path):
    data = bytearray(with_part(an_xlsx(), "xl/sharedStrings.xml", b"<sst>" + b" " * 15_000_000 + b"</sst>"))
    real, small = (15_000_011).to_bytes(4, "little"), (64).to_bytes(4, "little")
    assert data.count(real) >= 2
    path = tmp_path / "liar.xlsx"
    path.write_bytes(bytes(data).replace(real, small))
    with pytest.raises(LoaderError):
        load_imagery(path)


def test_too_many_parts(tmp_path):
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for i in range(5001):
            archive.writestr(f"xl/{i}", "")
    with pytest.raises(LoaderError, match="in 5002 parts"):
        load_imagery(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "trick",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
    ],
)
def test_xml_tricks_are_not_opened(tmp_path, trick, encoding):
    text = part(an_xlsx(), SHEET).replace("<worksheet", f"{trick}<worksheet", 1)
    path = tmp_path / "trick.xlsx"
    path.write_bytes(with_part(an_xlsx(), SHEET, text.encode(encoding)))
    with pytest.raises(LoaderError, match="declares a document type or entities"):
        load_imagery(path)


def test_a_trick_across_the_border_of_two_chunks_is_found(tmp_path):
    text = part(an_xlsx(), SHEET)
    head = "<!--" + "x" * ((1 << 20) - 10) + "-->"
    for shift in range(0, 12, 3):
        path = tmp_path / f"border{shift}.xlsx"
        path.write_bytes(with_part(an_xlsx(), SHEET, head[:4] + head[4 + shift :] + "<!DOCTYPE x []>" + text))
        with pytest.raises(LoaderError, match="declares a document type"):
            load_imagery(path)


def test_absurd_declared_dimensions_do_no_harm(tmp_path):
    text = part(an_xlsx(), SHEET)
    assert '<dimension ref="A1:C3"' in text
    path = tmp_path / "wide.xlsx"
    path.write_bytes(with_part(an_xlsx(), SHEET, text.replace('ref="A1:C3"', 'ref="A1:XFD1048576"')))
    assert load_imagery(path)["value"].tolist() == [1, 2, 3, 4]


def test_a_cell_far_below_or_beyond_excels_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 20_000)
    text = part(an_xlsx(), SHEET)
    far = '<row r="{row}"><c r="A{row}"><v>1</v></c></row></sheetData>'
    path = tmp_path / "far.xlsx"
    path.write_bytes(with_part(an_xlsx(), SHEET, text.replace("</sheetData>", far.format(row=10**12))))
    with pytest.raises(LoaderError, match="spans more than"):
        load_imagery(path)


def test_rows_that_reach_excels_last_column(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_CELLS", 300_000)
    rows = "".join(f'<row r="{r}"><c r="XFD{r}"><v>1</v></c></row>' for r in range(4, 60))
    text = part(an_xlsx(), SHEET).replace("</sheetData>", rows + "</sheetData>")
    path = tmp_path / "beyond.xlsx"
    path.write_bytes(with_part(an_xlsx(), SHEET, text))
    with pytest.raises(LoaderError, match="spans more than"):
        load_imagery(path)


def survives(path, loader=load_imagery):
    try:
        frame = loader(path)
    except MMCError as fault:
        assert path.name in str(fault) or "observations" in str(fault)
        return False
    assert isinstance(frame, pd.DataFrame) and len(frame)
    assert not np.isinf(frame["value"].to_numpy(float)).any()
    return True


@pytest.mark.parametrize("kind", ["csv", "utf-16", "xlsx"])
def test_damaged_bytes_give_a_frame_or_a_clear_error(tmp_path, kind):
    table = "id;group;pre (N·m);post (N·m)\n" + "".join(f"S{i:02d};imagery;{40 + i},5;{50 + i},25\n" for i in range(12))
    data = {"csv": table.encode(), "utf-16": table.encode("utf-16"), "xlsx": an_xlsx()}[kind]
    rng = np.random.default_rng(20261121)
    path = tmp_path / ("lab.xlsx" if kind == "xlsx" else "lab.csv")
    path.write_bytes(data)
    assert survives(path)
    outcomes = []
    for trial in range(120):
        damaged = bytearray(data)
        if trial % 3 == 0:
            damaged = damaged[: rng.integers(0, len(data))]
        else:
            for at in rng.integers(0, len(data), size=1 + trial % 4):
                damaged[at] = rng.integers(0, 256) if trial % 3 == 1 else damaged[at] ^ (1 << rng.integers(0, 8))
        path.write_bytes(bytes(damaged))
        outcomes.append(survives(path))
    assert not all(outcomes)


def test_damaged_xml_inside_a_sound_archive(tmp_path):
    rng = np.random.default_rng(7)
    data = an_xlsx()
    parts = [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
    path = tmp_path / "lab.xlsx"
    outcomes = []
    for trial in range(100):
        name = parts[trial % len(parts)]
        text = bytearray(part(data, name).encode())
        for at in rng.integers(0, len(text), size=1 + trial % 3):
            text[at] = rng.integers(32, 127)
        path.write_bytes(with_part(data, name, bytes(text)))
        outcomes.append(survives(path))
    assert any(outcomes) and not all(outcomes)


def test_nothing_is_left_behind(tmp_path):
    path = tmp_path / "lab.xlsx"
    path.write_bytes(an_xlsx())
    before = sorted(Path(tempfile.gettempdir()).glob("*.xlsx"))
    load_imagery(path)
    path.rename(tmp_path / "moved.xlsx")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["moved.xlsx"]
    assert sorted(Path(tempfile.gettempdir()).glob("*.xlsx")) == before
