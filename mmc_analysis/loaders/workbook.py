"""Excel workbooks: refused where hostile, otherwise sheets as rows of cells."""

import io
import warnings
import zipfile
from collections.abc import Iterator

import openpyxl

from mmc_analysis.errors import LoaderError
from mmc_analysis.options import nearest

MOST_BYTES = 150_000_000
MOST_RATIO = 200
MOST_PARTS = 5_000
MOST_ROWS = 1_048_576
MOST_CELLS = 5_000_000
_CHUNK = 1 << 20
_FORBIDDEN = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")
)


class Workbook:
    """A workbook that was checked before it was opened.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        The file's name, for messages.

    Attributes
    ----------
    sheets : tuple of str
        Names of the sheets, in the workbook's order.
    """

    def __init__(self, data: bytes, name: str):
        self.name = name
        with _as_loader_error(name):
            has_formulas = _check_archive(data, name)
            self._values = _opened(data, values=True)
            self._formulas = _opened(data, values=False) if has_formulas else None
            self._read: dict[str, list[tuple[int, list]]] = {}
            self.sheets = tuple(sheet.title for sheet in self._values.worksheets)

    def records(self, sheet: str) -> list[tuple[int, list]]:
        """Return the rows of a sheet that hold anything: Excel's row number, and cells without trailing blanks."""
        if sheet not in self.sheets:
            raise LoaderError(f"{self.name}: there is no sheet '{sheet}'.{nearest(sheet, self.sheets)} "
                              f"Sheets: {', '.join(self.sheets)}.")  # fmt: skip
        if sheet not in self._read:
            with _as_loader_error(self.name):
                if self._formulas is not None:
                    self._check_formulas(sheet)
                rows = _rows(self._values[sheet], f"{self.name}, sheet '{sheet}'")
                self._read[sheet] = [
                    (number, cells) for number, cells in ((n, _trimmed(row)) for n, row in rows) if cells
                ]
        return self._read[sheet]

    def _check_formulas(self, sheet: str) -> None:
        where = f"{self.name}, sheet '{sheet}'"
        pairs = zip(_rows(self._values[sheet], where), _rows(self._formulas[sheet], where), strict=False)
        for (number, values), (_, formulas) in pairs:
            for value, formula in zip(values, formulas, strict=False):
                if formula.value is not None and value.value is None and formula.data_type == "f":
                    raise LoaderError(f"{where}, cell {formula.column_letter}{number}: a formula without a stored result. "
                                      "Open the workbook in Excel and save it once.")  # fmt: skip


class _as_loader_error:
    """Turn whatever a damaged workbook makes the parser raise into one clear error."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, fault, trace) -> bool:
        if fault is None or isinstance(fault, LoaderError) or not isinstance(fault, Exception):
            return False
        raise LoaderError(f"{self.name}: cannot be read as an Excel workbook ({kind.__name__}: {fault}). The file is damaged, "
                          "has a password, or is something else. Open it in Excel and save it again.") from fault  # fmt: skip


def _opened(data: bytes, values: bool):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)


def _check_archive(data: bytes, name: str) -> bool:
    """Refuse absurd expansion and XML declarations; return whether any sheet holds formulas."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        size = sum(part.file_size for part in parts)
        if len(parts) > MOST_PARTS or size > MOST_BYTES or size > MOST_RATIO * max(len(data), 100_000):
            raise LoaderError(f"{name}: {len(data):,} bytes that would expand to {size:,} in {len(parts)} parts. This is "
                              "no table; it is not opened.")  # fmt: skip
        if "xl/workbook.xml" not in archive.namelist():
            raise LoaderError(f"{name}: a ZIP archive, but not an Excel workbook. Save the table as .xlsx or CSV.")
        found = [_scan(archive, part, name) for part in parts if part.filename.endswith((".xml", ".rels"))]
    return any(found)


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bool:
    formulas, tail = False, b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            if any(word in window for word in _FORBIDDEN):
                raise LoaderError(f"{name}: part '{part.filename}' declares a document type or entities, which Excel never "
                                  "writes. It is not opened.")  # fmt: skip
            formulas = formulas or b"<f>" in window or b"<f " in window
            tail = window[-24:]
    return formulas and part.filename.startswith("xl/worksheets/")


def _rows(sheet, where: str) -> Iterator[tuple[int, tuple]]:
    sheet.reset_dimensions()
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells += len(row)
        if number > MOST_ROWS or cells > MOST_CELLS:
            raise LoaderError(f"{where}: spans more than {MOST_CELLS:,} cells or {MOST_ROWS:,} rows. Delete what is far below "
                              "or to the right of the table.")  # fmt: skip
        yield number, row


def _trimmed(row: tuple) -> list:
    last = max((i for i, cell in enumerate(row, 1) if _filled(cell.value)), default=0)
    return [_shown(cell) for cell in row[:last]]


def _filled(value) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _shown(cell):
    """A cell's value; a number formatted as a percentage as the text that Excel shows, so that 0.85 stays 85 %."""
    value = cell.value
    if isinstance(value, float | int) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        return f"{value * 100:.15g}%"
    return value
