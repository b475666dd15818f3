"""Text tables of unknown dialect: encoding, delimiter, records with their line numbers."""

import codecs
import csv
import io
from collections import Counter

from mmc_analysis.errors import LoaderError

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SIGNS = set("µ°²³±·×–—‘’“”€§ ½…")
_LINES_LOOKED_AT = 500

Records = list[tuple[int, list]]


def decoded(data: bytes, name: str, encoding: str | None = None) -> str:
    """Decode a text file: a byte-order mark decides, then UTF-8, then UTF-16 without a mark, then cp1252.

    Raises
    ------
    LoaderError
        If nothing fits without doubt, or the bytes are not text; the message says to write ``encoding=``.

    Examples
    --------
    >>> decoded("Pec (µV)".encode("cp1252"), "lab.csv")
    'Pec (µV)'
    """
    text = _decoded_as(data, name, encoding) if encoding else _decoded_by_itself(data, name)
    odd = next((sign for sign in text if ord(sign) < 32 and sign not in "\t\r\n\f"), None)
    if odd is not None:
        line = text.count("\n", 0, text.index(odd)) + 1
        raise LoaderError(
            f"{name}, row {line}: holds the control character {odd!r}, so this is not a plain text table."
        )
    return text.removeprefix("\ufeff")


def _decoded_as(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError as fault:
        raise LoaderError(
            f"{name}: encoding='{encoding}' is not known. Common: 'utf-8', 'utf-16', 'cp1252'."
        ) from fault
    except UnicodeError as fault:
        line = data.count(b"\n", 0, getattr(fault, "start", 0)) + 1
        raise LoaderError(f"{name}, row {line}: the bytes are not '{encoding}' text. Write another encoding=, or save the "
                          "file as 'CSV UTF-8' in Excel.") from fault  # fmt: skip


def _decoded_by_itself(data: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded_as(data, name, encoding)
    zeros = [data[start:4000:2].count(0) for start in (0, 1)]
    if max(zeros) > 10 * (min(zeros) + 1) or (len(data) < 40 and max(zeros) > 1 and min(zeros) == 0):
        return _decoded_as(data, name, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = "\x00"
    strange = {sign for sign in text if ord(sign) > 127 and not sign.isalpha() and sign not in _SIGNS}
    if strange or "\x00" in text:
        raise LoaderError(f"{name}, row {line}: the text is neither UTF-8 nor UTF-16 nor plausible Windows text (cp1252). "
                          "Write encoding= (such as encoding='mac_roman'), or save it as 'CSV UTF-8'.")  # fmt: skip
    return text


def records_of(text: str, name: str, delimiter: str | None = None) -> tuple[Records, str]:
    """Split a text table into records, each with the line where it begins.

    Parameters
    ----------
    text : str
    name : str
        The file's name, for messages.
    delimiter : {",", ";", "\\t", "|"}, optional
        Left out: the one that splits the header and the rows below it alike.

    Returns
    -------
    records : list of (int, list of str)
        Line number, counted from 1, and cells; blank lines are left out.
    delimiter : str

    Examples
    --------
    >>> records_of("id;pre\\n\\nS01;12,5\\n", "lab.csv")
    ([(1, ['id', 'pre']), (3, ['S01', '12,5'])], ';')
    """
    delimiter = delimiter or _delimiter_of(text, name)
    return _records(text, name, delimiter), delimiter


def _records(text: str, name: str, delimiter: str, most: int | None = None) -> Records:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                records.append((line, cells))
            line = reader.line_num + 1
            if most and len(records) >= most:
                break
    except csv.Error as fault:
        raise LoaderError(f"{name}, row {line}: the line cannot be split at the {_NAMES[delimiter]}s: {fault}. Look for a "
                          'lone quotation mark (").') from fault  # fmt: skip
    return records


def _delimiter_of(text: str, name: str) -> str:
    starts = {}
    for delimiter in DELIMITERS:
        try:
            counts = [len(cells) for _, cells in _records(text, name, delimiter, _LINES_LOOKED_AT)]
        except LoaderError:
            continue
        usual, times = Counter(counts).most_common(1)[0] if counts else (1, 0)
        if usual > 1 and 2 * times >= len(counts):
            starts[delimiter] = counts.index(usual)
    first = [delimiter for delimiter in starts if starts[delimiter] == min(starts.values())]
    if len(first) > 1:
        raise LoaderError(f"{name}: the rows can be split at {' and at '.join(_NAMES[d] + 's' for d in first)}. "
                          f"Write which: delimiter={first[0]!r} or delimiter={first[1]!r}.")  # fmt: skip
    return first[0] if first else ","
