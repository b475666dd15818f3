"""MATLAB files of version 5 to 7: variables as plain values, every length checked before it is used."""

import math
import struct
import zlib

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.mat_values import DEEPEST, MOST_ELEMENTS, Unread, text_value

LARGEST_VARIABLE = 1_000_000_000
_TYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
    16: "u1",
    17: "u2",
    18: "u4",
}
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 16, 17
_UNREAD = {_OBJECT: "object", _SPARSE: "sparse matrix", _FUNCTION: "function"}
_COMPLEX = 0x0800
_MATRIX, _COMPRESSED = 14, 15
_ENCODINGS = {16: "utf-8", 17: "utf-16", 4: "utf-16", 18: "utf-32", 6: "utf-32"}


def is_mat5(data: bytes) -> bool:
    """Return whether the content is a MATLAB file of version 5 to 7."""
    return len(data) > 136 and data[124:128] in (b"\x00\x01IM", b"\x01\x00MI")


def is_mat4(data: bytes) -> bool:
    """Return whether the content begins like a MATLAB file of version 4: kind, shape and name of a first variable."""
    if len(data) < 22:
        return False
    for order in "<>":
        kind, rows, columns, imaginary, size = struct.unpack(f"{order}5i", data[:20])
        name = data[20 : 20 + min(max(size, 0), 64)]
        if kind in range(0, 1053) and kind % 1000 <= 52 and kind % 10 <= 2 and imaginary in (0, 1) and min(rows, columns) >= 0 \
                and 1 < size <= 64 and name[-1:] == b"\x00" and name[:-1].isascii() and name[:-1].decode().isidentifier():  # fmt: skip
            return True
    return False


class Mat5:
    """A reader of one file.

    Parameters
    ----------
    data : bytes
    name : str
        The file, for messages.
    """

    def __init__(self, data: bytes, name: str):
        self.name, self.data = name, data
        self.order = "<" if data[126:128] == b"IM" else ">"
        self.elements = 0

    def variables(self) -> dict[str, object]:
        """Return all variables: arrays, text as str, structs as dict, cells and arrays of structs as list, others as Unread."""
        found, at = {}, 128
        while at + 8 <= len(self.data):
            kind, size = struct.unpack(f"{self.order}II", self.data[at : at + 8])
            if at + 8 + size > len(self.data):
                raise self.fault(f"a variable of {size} bytes begins where {len(self.data) - at - 8} are left")
            body = self.data[at + 8 : at + 8 + size]
            if kind == _COMPRESSED:
                body = self._unpacked(body)
            elif kind != _MATRIX:
                raise self.fault(f"an element of type {kind} stands where a variable should")
            name, value = self._matrix(body, 0)
            if name:
                found[name] = value
            at += 8 + size
        return found

    def fault(self, what: str) -> RecordingError:
        """Return the error for a damaged file."""
        return RecordingError(f"{self.name}: {what}. The MAT file is damaged; save it again with -v7.")

    def _unpacked(self, body: bytes) -> bytes:
        try:
            packed = zlib.decompressobj()
            plain = packed.decompress(body, LARGEST_VARIABLE + 1)
        except zlib.error as fault:
            raise self.fault(f"a variable cannot be decompressed ({fault})") from fault
        if len(plain) > LARGEST_VARIABLE:
            raise self.fault(f"a variable unpacks to more than {LARGEST_VARIABLE / 1e9:g} GB")
        if len(plain) < 8 or struct.unpack(f"{self.order}I", plain[:4])[0] != _MATRIX:
            raise self.fault("a compressed variable does not hold an array")
        size = struct.unpack(f"{self.order}I", plain[4:8])[0]
        if 8 + size > len(plain):
            raise self.fault("a compressed variable is shorter than it says")
        return plain[8 : 8 + size]

    def _element(self, body: bytes, at: int) -> tuple[int, bytes, int]:
        if at + 8 > len(body):
            raise self.fault("an array ends early")
        kind, size = struct.unpack(f"{self.order}II", body[at : at + 8])
        if kind >> 16:
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise self.fault(f"a small element has {size} bytes")
            return kind, body[at + 4 : at + 4 + size], at + 8
        if at + 8 + size > len(body):
            raise self.fault(f"an element of {size} bytes is longer than its array")
        padded = size if kind == _MATRIX else size + (-size) % 8
        return kind, body[at + 8 : at + 8 + size], at + 8 + padded

    def _numbers(self, body: bytes, at: int) -> tuple[np.ndarray, int]:
        kind, raw, after = self._element(body, at)
        if kind not in _TYPES:
            raise self.fault(f"numbers of type {kind} do not exist")
        dtype = np.dtype(self.order + _TYPES[kind])
        return np.frombuffer(raw[: len(raw) - len(raw) % dtype.itemsize], dtype), after

    def _matrix(self, body: bytes, depth: int) -> tuple[str, object]:
        self.elements += 1
        if depth > DEEPEST or self.elements > MOST_ELEMENTS:
            raise self.fault(f"arrays are nested deeper than {DEEPEST}, or are more than {MOST_ELEMENTS}")
        if not body:
            return "", np.empty((0, 0))
        flags, at = self._numbers(body, 0)
        kind = int(flags[0]) & 0xFF if len(flags) else 0
        if kind == _OPAQUE:
            return self._opaque(body, at)
        sides, at = self._numbers(body, at)
        _, raw, at = self._element(body, at)
        name = raw.decode("latin-1").strip("\x00")
        shape = [int(side) for side in sides]
        if not kind or len(shape) < 2 or min(shape) < 0:
            raise self.fault("an array has no shape")
        count = math.prod(shape)
        if kind in (_CELL, _STRUCT):
            return name, self._nested(body, at, kind, count, depth)
        if kind in _UNREAD or kind > 15:
            return name, Unread(_UNREAD.get(kind, "object"))
        if kind == _CHAR:
            return name, self._text(body, at, shape)
        values, _ = self._numbers(body, at)
        if len(values) != count:
            raise self.fault(f"the variable '{name}' declares {count} values and holds {len(values)}")
        if int(flags[0]) & _COMPLEX:
            return name, Unread("complex matrix")
        return name, values.astype(float).reshape(shape, order="F")

    def _opaque(self, body: bytes, at: int) -> tuple[str, Unread]:
        """Read the name and class of an object, such as a table: its values stand elsewhere in the file and are not read."""
        texts = []
        for _ in range(3):
            _, raw, at = self._element(body, at)
            texts.append(raw.decode("latin-1").strip("\x00"))
        return texts[0], Unread(texts[2] or "object")

    def _text(self, body: bytes, at: int, shape: list[int]) -> str | list[str]:
        kind, raw, _ = self._element(body, at)
        encoding = _ENCODINGS.get(kind, "latin-1")
        if encoding in ("utf-16", "utf-32"):
            encoding += "-le" if self.order == "<" else "-be"
        return text_value(raw.decode(encoding, "replace"), shape)

    def _nested(self, body: bytes, at: int, kind: int, count: int, depth: int):
        fields = [""]
        if kind == _STRUCT:
            width, at = self._numbers(body, at)
            _, raw, at = self._element(body, at)
            step = int(width[0]) if len(width) else 0
            fields = (
                [raw[i : i + step].split(b"\x00")[0].decode("latin-1") for i in range(0, len(raw), step)]
                if step > 0
                else []
            )
        if count * len(fields) * 8 > len(body):
            raise self.fault(f"{count} cells with {len(fields)} fields are declared in {len(body)} bytes")
        rows = []
        for _ in range(count):
            row = {}
            for field in fields:
                inner, raw, at = self._element(body, at)
                if inner != _MATRIX:
                    raise self.fault(f"an element of type {inner} stands where an array should")
                row[field] = self._matrix(raw, depth + 1)[1]
            rows.append(row)
        if kind == _CELL:
            return [row[""] for row in rows]
        return rows[0] if len(rows) == 1 else rows
