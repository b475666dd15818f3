"""What the readers of HDF5 files share: datasets as arrays, every size checked, nothing fetched from other files."""

import numpy as np

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings.source import check_samples

MAGIC = b"\x89HDF\r\n\x1a\n"
MOST_RATIO = 2000


def is_hdf5(data: bytes) -> bool:
    """Return whether the content is an HDF5 file."""
    return data.startswith(MAGIC)


def read_dataset(dataset, where: str, size: int) -> np.ndarray:
    """Return a dataset as it is stored; one that the file cannot hold, or that lies in another file, is refused before it is read.

    Parameters
    ----------
    dataset : h5py.Dataset
    where : str
        File and place, for messages.
    size : int
        Bytes of the whole file.

    Raises
    ------
    RecordingError
    """
    check_samples(dataset.size, where)
    if dataset.external or dataset.is_virtual:
        raise RecordingError(f"{where}: the samples lie in another file. Save the recording in one file.")
    if dataset.size * dataset.dtype.itemsize > MOST_RATIO * size:
        raise RecordingError(
            f"{where}: {dataset.size} samples are declared in a file of {size} bytes. The file is damaged."
        )
    return np.asarray(dataset[()])


def read_numbers(dataset, where: str, size: int) -> np.ndarray:
    """Return a dataset of numbers as float, in the shape that it is stored in."""
    if dataset.dtype.kind not in "iufb":
        raise RecordingError(f"{where}: holds {dataset.dtype}, not numbers.")
    return read_dataset(dataset, where, size).astype(float)


def members(group) -> list[str]:
    """Return the names in a group, without links into other files."""
    return [name for name in group if type(group.get(name, getlink=True)).__name__ == "HardLink"]


def attribute_text(value) -> str:
    """Return an attribute as text.

    Examples
    --------
    >>> attribute_text(b"EMG"), attribute_text(3)
    ('EMG', '3')
    """
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
