"""The parameter section of a C3D file, every length checked against the file."""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmc_analysis.errors import RecordingError

BLOCK = 512
PROCESSORS = {84: "intel", 85: "dec", 86: "mips"}
_SIZES = {-1: 1, 1: 1, 2: 2, 4: 4}
MOST_ENTRIES = 20_000


@dataclass(frozen=True)
class Parameters:
    """Parameters by "GROUP:NAME": arrays of numbers, or lists of text; and the processor that wrote the file."""

    values: dict[str, object]
    processor: str

    @property
    def order(self) -> str:
        """Byte order for struct and NumPy."""
        return ">" if self.processor == "mips" else "<"

    def numbers(self, name: str) -> np.ndarray:
        """Return a parameter as a flat array of float; empty if it is absent or text."""
        value = self.values.get(name)
        return np.ravel(value).astype(float) if isinstance(value, np.ndarray) else np.empty(0)

    def number(self, name: str, default: float) -> float:
        """Return the first number of a parameter."""
        found = self.numbers(name)
        return float(found[0]) if len(found) else default

    def words(self, name: str) -> list[str]:
        """Return a parameter's texts, with those of its continuations NAME2, NAME3 …"""
        return [text for part in self._parts(name, list) for text in part]

    def series(self, name: str) -> np.ndarray:
        """Return a parameter's numbers, with those of its continuations."""
        return np.concatenate([np.empty(0), *(np.ravel(part).astype(float) for part in self._parts(name, np.ndarray))])

    def matrix(self, name: str) -> np.ndarray:
        """Return a parameter of two numbers for each entry, with its continuations, shape (2, n)."""
        parts = [part for part in self._parts(name, np.ndarray) if part.ndim == 2 and len(part) == 2]
        return np.concatenate([np.empty((2, 0)), *parts], axis=1)

    def _parts(self, name: str, kind: type) -> Iterator:
        keys = itertools.chain([name], (f"{name}{more}" for more in itertools.count(2)))
        return itertools.takewhile(lambda value: isinstance(value, kind), (self.values.get(key) for key in keys))


def floats_of(raw: bytes, processor: str) -> np.ndarray:
    """Return 4-byte floats of any of the three processors.

    Examples
    --------
    >>> floats_of(b"\\x80\\x40\\x00\\x00", "dec").tolist()
    [1.0]
    """
    if processor == "dec":
        words = np.frombuffer(raw, "<u2").reshape(-1, 2)
        joined = (words[:, 0].astype(np.uint32) << 16) | words[:, 1]
        return joined.astype(np.uint32).view(np.float32).astype(float) / 4
    return np.frombuffer(raw, ">f4" if processor == "mips" else "<f4").astype(float)


def read_parameters(data: bytes, name: str) -> Parameters:
    """Read the parameter section.

    Raises
    ------
    RecordingError
        If a length points outside the section, or the processor is unknown.
    """
    start = (data[0] - 1) * BLOCK
    if data[0] < 2 or start + 4 > len(data):
        raise RecordingError(
            f"{name}: the C3D header points to parameters in block {data[0]}, which does not exist. The file is damaged."
        )
    processor = PROCESSORS.get(data[start + 3])
    if processor is None:
        raise RecordingError(
            f"{name}: processor type {data[start + 3]} is none of {sorted(PROCESSORS)}. The file is damaged."
        )
    order = ">" if processor == "mips" else "<"
    groups, entries, at = {}, [], start + 4
    for _ in range(MOST_ENTRIES):
        length, group = struct.unpack("bb", data[at : at + 2])
        if length == 0:
            break
        text = data[at + 2 : at + 2 + abs(length)].decode("latin-1").upper().strip()
        place = at + 2 + abs(length)
        offset = struct.unpack(f"{order}h", data[place : place + 2])[0]
        if group < 0:
            groups[-group] = text
        elif group > 0:
            entries.append((group, text, _value(data, place + 2, processor, name, text)))
        if offset <= 0:
            break
        at = place + offset
    return Parameters({f"{groups.get(group, group)}:{text}": value for group, text, value in entries}, processor)


def _value(data: bytes, at: int, processor: str, name: str, text: str):
    kind, count = struct.unpack("bB", data[at : at + 2])
    if kind not in _SIZES:
        raise RecordingError(
            f"{name}: the C3D parameter '{text}' has the type {kind}, which does not exist. The file is damaged."
        )
    shape = list(data[at + 2 : at + 2 + count])
    size = int(np.prod(shape, dtype=np.int64)) if shape else 1
    begin = at + 2 + count
    raw = data[begin : begin + size * _SIZES[kind]]
    if len(raw) < size * _SIZES[kind]:
        raise RecordingError(f"{name}: the C3D parameter '{text}' is longer than the file. The file is damaged.")
    if kind == -1:
        width = shape[0] if shape else 1
        rows = size // width if width else 0
        return [raw[i * width : (i + 1) * width].decode("latin-1").strip("\x00 ") for i in range(rows)]
    if kind == 4:
        values = floats_of(raw, processor)
    else:
        order = ">" if processor == "mips" else "<"
        values = np.frombuffer(raw, np.int8 if kind == 1 else f"{order}i2")
    return values.reshape(shape, order="F") if shape else values
