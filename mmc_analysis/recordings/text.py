"""Text files: their encoding and the lines of their head."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from mmc_analysis.errors import RecordingError

HEAD_BYTES = 131_072
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Text:
    """A text file.

    Attributes
    ----------
    name : str
    data : bytes
        UTF-8 or another encoding that has ASCII digits and signs.
    encoding : str
    head : list of str
        First lines, without line ends; the last one may be cut where `complete` is False.
    complete : bool
        Whether the head is the whole file.
    path : pathlib.Path, optional
        The file, if it holds these bytes and no others.
    """

    name: str
    data: bytes
    encoding: str
    head: list[str]
    complete: bool
    path: Path | None = None

    def rows(self, first: int) -> list[str]:
        """Return the lines of the head from one on, without one that may be cut."""
        return self.head[first:] if self.complete else self.head[first:-1]


def open_text(data: bytes, name: str, encoding: str | None = None, path: Path | None = None) -> Text:
    """Tell a text file's encoding (byte-order mark, UTF-8, UTF-16, then Windows cp1252) and split its head into lines.

    `path` is the file that holds just these bytes, if there is one.

    Raises
    ------
    RecordingError
        If it is no text.

    Examples
    --------
    >>> open_text("Pec (µV)\\n1.5\\n".encode("cp1252"), "trial.csv").head
    ['Pec (µV)', '1.5', '']
    """
    encoding = encoding or encoding_of(data)
    try:
        if encoding.startswith(("utf-16", "utf_16")):
            data, encoding, path = data.decode(encoding).removeprefix("\ufeff").encode("utf-8"), "utf-8", None
        start = data[:HEAD_BYTES]
        complete = len(start) == len(data)
        head = codecs.getincrementaldecoder(encoding)().decode(start, final=complete)
    except (UnicodeError, LookupError) as fault:
        raise RecordingError(
            f"{name}: the text cannot be decoded as {encoding} ({fault}). Say which it is with encoding=."
        ) from fault
    if "\x00" in head[:4096]:
        raise RecordingError(
            f"{name}: holds binary data, so this is no text file. Check its ending, or name its format=."
        )
    return Text(
        name,
        data,
        encoding,
        head.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"),
        complete,
        path,
    )


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text: by its byte-order mark, UTF-16 by its zeros, UTF-8 if all of it is, otherwise Windows cp1252.

    Examples
    --------
    >>> encoding_of("Pec (µV)".encode()), encoding_of("Pec (µV)".encode("cp1252")), encoding_of("\ufeffPec".encode())
    ('utf-8', 'cp1252', 'utf-8-sig')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    zeros = [data[start:4000:2].count(0) for start in (0, 1)]
    if max(zeros) > 100 and max(zeros) > 10 * (min(zeros) + 1):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if not data.isascii():
        try:
            codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"
