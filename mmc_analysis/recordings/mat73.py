"""MATLAB files of version 7.3, which are HDF5: variables as the same plain values as those of :mod:`mat5`."""

import io

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.options import import_extra
from mmc_analysis.recordings.hdf5 import MAGIC, attribute_text, is_hdf5, members, read_dataset, read_numbers
from mmc_analysis.recordings.mat_values import DEEPEST, Unread, text_value
from mmc_analysis.recordings.source import File

_NUMBERS = ("double", "single", "logical", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
_USER_BLOCK = 512
MOST_ELEMENTS = 30_000
LONGEST_CELL = 5_000


def is_mat73(data: bytes) -> bool:
    """Return whether the content is a MATLAB file of version 7.3, with MATLAB's header or without."""
    headed = data.startswith(b"MATLAB") and data[_USER_BLOCK : _USER_BLOCK + len(MAGIC)] == MAGIC
    return headed or data.startswith(b"MATLAB 7.3") or (is_hdf5(data) and b"MATLAB_class" in data)


def read_mat73(file: File) -> dict[str, object]:
    """Return all variables: arrays, text as str, structs as dict, cells and arrays of structs as list.

    Parameters
    ----------
    file : File

    Returns
    -------
    dict of str to object

    Raises
    ------
    RecordingError
        If the file is damaged.
    MissingExtraError
        If h5py is not installed.
    """
    h5py = import_extra("h5py", "recordings")
    if MAGIC not in file.data[: _USER_BLOCK + len(MAGIC)]:
        raise RecordingError(f"{file.name}: the header is that of MATLAB 7.3, but no HDF5 file follows. The file is damaged: copy it again, or "
                             "save it with save(…, '-v7').")  # fmt: skip
    with h5py.File(io.BytesIO(file.data), "r") as book:
        return _Reader(book, file, h5py).variables()


class _Reader:
    """Walks through the file; names are passed along, because HDF5 searches the whole file for the name of what is referred to."""

    def __init__(self, book, file: File, h5py):
        self.book, self.file, self.h5py = book, file, h5py
        self.elements = 0

    def variables(self) -> dict[str, object]:
        return {name: self._value(self.book[name], name, 0) for name in members(self.book) if not name.startswith("#")}

    def _value(self, item, name: str, depth: int):
        self.elements += 1
        if depth > DEEPEST or self.elements > MOST_ELEMENTS:
            raise RecordingError(f"{self.file.name}: variables are nested deeper than {DEEPEST}, or are more than {MOST_ELEMENTS}. Save the "
                                 "signals alone, or with save(…, '-v7').")  # fmt: skip
        kind = attribute_text(item.attrs.get("MATLAB_class", ""))
        if isinstance(item, self.h5py.Group):
            return self._struct(item, name, kind, depth)
        if "MATLAB_object_decode" in item.attrs:
            return Unread(kind or "object")
        if "MATLAB_empty" in item.attrs:
            return _empty(self._numbers(item, name), kind)
        if item.dtype == self.h5py.ref_dtype:
            return self._referred(item, name, depth)
        if kind == "char":
            return _text(self._numbers(item, name).T)
        if kind in _NUMBERS or (not kind and item.dtype.kind in "iufb"):
            return Unread("complex matrix") if item.dtype.names else self._numbers(item, name).T
        return Unread(kind or str(item.dtype))

    def _where(self, name: str) -> str:
        return f"{self.file.name}, variable '{name}'"

    def _numbers(self, item, name: str) -> np.ndarray:
        return read_numbers(item, self._where(name), len(self.file.data))

    def _struct(self, group, name: str, kind: str, depth: int):
        if "MATLAB_sparse" in group.attrs:
            return Unread("sparse matrix")
        if kind not in ("", "struct"):
            return Unread(kind)
        found = members(group)
        order = ["".join(attribute_text(sign) for sign in field) for field in group.attrs.get("MATLAB_fields", ())]
        fields = {
            key: group[key] for key in sorted(found, key=lambda key: order.index(key) if key in order else len(order))
        }
        if fields and all(self._is_column(item) for item in fields.values()):
            if max(item.size for item in fields.values()) > LONGEST_CELL:
                return Unread("array of structs")
            columns = {key: self._referred(item, f"{name}.{key}", depth) for key, item in fields.items()}
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
            return rows[0] if len(rows) == 1 else rows
        return {key: self._value(item, f"{name}.{key}", depth + 1) for key, item in fields.items()}

    def _is_column(self, item) -> bool:
        """Return whether a member of a struct holds one reference for each struct of an array of structs."""
        return (
            isinstance(item, self.h5py.Dataset)
            and item.dtype == self.h5py.ref_dtype
            and "MATLAB_class" not in item.attrs
        )

    def _referred(self, item, name: str, depth: int) -> list | Unread:
        if item.size > LONGEST_CELL:
            return Unread(f"cell of {item.size}")
        references = read_dataset(item, self._where(name), len(self.file.data)).ravel()
        return [self._value(self.book[at], name, depth + 1) if at else None for at in references]


def _text(codes: np.ndarray) -> str | list[str]:
    signs = codes.ravel(order="F").astype(np.uint32).clip(0, 0xFFFF).astype("<u2").tobytes()
    return text_value(signs.decode("utf-16-le", "replace"), codes.shape)


def _empty(shape: np.ndarray, kind: str):
    if kind == "char":
        return ""
    if kind == "struct":
        return {} if shape.ravel().tolist() == [1, 1] else []
    return [] if kind == "cell" else np.empty([int(side) if 0 in shape else 0 for side in shape.ravel()[:16]])
