"""What was finished before, by content: files, settings, and the code that processed them."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import scipy

from mmc_analysis import emg, recordings
from mmc_analysis.emg import EmgSettings, Quality, Repetition, TrialLabel, TrialResult
from mmc_analysis.errors import LoaderError


def code_digest() -> str:
    """Return a checksum of the code that reads and processes, so that results of other code are not taken for its own."""
    digest = hashlib.sha256(f"numpy {np.__version__}, scipy {scipy.__version__}".encode())
    own = Path(__file__).parent.glob("trial_*.py")
    for path in sorted(
        [*own, *(path for package in (emg, recordings) for path in Path(package.__file__).parent.glob("*.py"))]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_key(parts: dict) -> str:
    """Return the name under which a result is kept: a checksum of everything that it depends on.

    Examples
    --------
    >>> cache_key({"file": "a"}) == cache_key({"file": "b"})
    False
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def open_cache(folder) -> Path:
    """Return the cache's folder, made if needed.

    Raises
    ------
    LoaderError
        If it is a file, or cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise LoaderError(
            f"cache={folder.name!r}: the folder cannot be made ({fault.strerror}). Name another one."
        ) from fault
    return folder


def store(folder: Path, key: str, content: dict) -> None:
    """Write a result so that an interruption leaves either all of it or nothing.

    Raises
    ------
    LoaderError
        If the folder cannot be written.
    """
    path = folder / key[:2] / f"{key}.json"
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(content), encoding="utf-8")
        os.replace(part, path)
    except OSError as fault:
        raise LoaderError(
            f"cache={folder.name!r}: a result cannot be written ({fault.strerror}). Make room, or name another folder."
        ) from fault


def fetch(folder: Path, key: str) -> dict | None:
    """Return a result that was stored, or None; what cannot be read counts as not there and is computed again."""
    try:
        found = json.loads((folder / key[:2] / f"{key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"result", "failure", "notes"} <= found.keys() else None


def result_to_json(result: TrialResult) -> dict:
    """Return a result without its signals as plain values; floats keep all digits."""
    quality = {name: value for name, value in vars(result.quality).items() if name != "trial"}
    plain = {name: _plain(value) for name, value in quality.items()}
    return {
        "fs": result.fs,
        "repetitions": [{k: _plain(v) for k, v in vars(r).items()} for r in result.repetitions],
        "quality": plain,
    }


def _plain(value):
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value


def result_from_json(found: dict, label: TrialLabel, settings: EmgSettings) -> TrialResult:
    """Return the result that was stored."""
    quality = {name: tuple(value) if isinstance(value, list) else value for name, value in found["quality"].items()}
    repetitions = tuple(Repetition(**repetition) for repetition in found["repetitions"])
    names = {item.name for item in dataclasses.fields(Quality)}
    kept = {name: value for name, value in quality.items() if name in names}
    empty = np.empty(0)
    return TrialResult(label, found["fs"], settings, empty, empty, repetitions, Quality(trial=label, **kept))
