"""One file, opened read-only: is it there, and is it what its name says?"""

from dataclasses import dataclass
from pathlib import Path

from mmc_analysis.errors import LoaderError
from mmc_analysis.options import nearest

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
LARGEST = 200_000_000
_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls) or a workbook with a password",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a rich-text document",
    b"SQLite format": "a database",
}
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head")


@dataclass(frozen=True)
class Content:
    """The bytes of one file.

    Attributes
    ----------
    name : str
        The file's name, for messages.
    data : bytes
    kind : {"text", "workbook"}
    """

    name: str
    data: bytes
    kind: str


def beside(source, path):
    """Return where a further file is: beside the data if it is there, else as written.

    Examples
    --------
    >>> beside("lab.csv", "no_such_file.toml")
    'no_such_file.toml'
    """
    if isinstance(source, str | Path) and isinstance(path, str | Path):
        near = Path(source).parent / path
        return near if near.is_file() else path
    return path


def content_of(path) -> Content:
    """Read a file's bytes and say whether it is a text table or a workbook.

    Raises
    ------
    LoaderError
        If it is missing, a folder, empty, unreadable, too large, of an unknown kind, or not what its name says.

    Examples
    --------
    >>> content_of("no_such_table.csv")
    Traceback (most recent call last):
    mmc_analysis.errors.LoaderError: no_such_table.csv: there is no such file in ...
    """
    path = _existing(path)
    kind = _kind_by_name(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as fault:
        raise LoaderError(
            f"{path.name}: the file cannot be read: {fault.strerror}. Close it in other programs."
        ) from fault
    if len(data) > LARGEST:
        raise LoaderError(f"{path.name}: larger than {LARGEST // 1_000_000} MB, which no table of trials is.")
    if not data.strip():
        raise LoaderError(f"{path.name}: the file is empty ({len(data)} bytes). Export it again.")
    _check_kind(path.name, data, kind)
    return Content(path.name, data, kind)


def _existing(path) -> Path:
    try:
        if str(path).lower().startswith(("http:", "https:", "ftp:")):
            raise LoaderError(f"{path}: an address, not a file. Download it first, and give the file's path.")
        path = Path(path)
        if path.is_dir():
            inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in TEXT_SUFFIXES + WORKBOOK_SUFFIXES)
            listed = f" Tables in it: {', '.join(inside[:8])}." if inside else ""
            raise LoaderError(f"{path.name or path}: a folder, not a file.{listed} Give one file's path.")
        if path.is_file():
            return path
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    except (TypeError, ValueError, OSError) as fault:
        if isinstance(fault, LoaderError):
            raise
        raise LoaderError(f"{path!r}: not a path that can be opened ({fault}). Give a path or a DataFrame.") from fault
    place = "that folder" if path.parent.is_dir() else "a folder that does not exist either"
    raise LoaderError(f"{path.name}: there is no such file in {path.parent} ({place}).{nearest(path.name, siblings)}")


def _kind_by_name(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        return "text"
    if suffix in WORKBOOK_SUFFIXES:
        return "workbook"
    if suffix in (".xls", ".ods", ".numbers"):
        with path.open("rb") as file:
            found = _signature(file.read(4096)) or "text"
        raise LoaderError(f"{path.name}: '{suffix}' files are not read (the content is {found}). Open it in Excel and save "
                          "it as .xlsx or as CSV.")  # fmt: skip
    allowed = ", ".join(TEXT_SUFFIXES + WORKBOOK_SUFFIXES)
    raise LoaderError(f"{path.name}: a table has one of the endings {allowed}, not '{suffix}'. Save or rename it.")


def _check_kind(name: str, data: bytes, kind: str) -> None:
    found = _signature(data)
    if kind == "text" and found:
        raise LoaderError(f"{name}: the name says text, the content is {found}. Rename the file, or export it as CSV.")
    if kind == "workbook" and not data.startswith(b"PK\x03\x04"):
        found = found or "text or something else"
        raise LoaderError(f"{name}: the name says Excel workbook, the content is {found}. If it is text, rename it to .csv; "
                          "otherwise open it in Excel and save it as .xlsx without a password.")  # fmt: skip


def _signature(data: bytes) -> str | None:
    found = next((called for magic, called in _SIGNATURES.items() if data.startswith(magic)), None)
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return found or ("a web page or XML" if start.startswith(_MARKUP) else None)
