"""Draft a trial sheet: which channels the files of a folder hold, for the user to complete in Excel."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mmc_analysis.errors import LoaderError, RecordingError
from mmc_analysis.options import named_options
from mmc_analysis.recordings import Recording
from mmc_analysis.recordings.naming import guess_muscle, words_of
from mmc_analysis.recordings.reading import read_blocks
from mmc_analysis.recordings.units import is_voltage

SHEET_COLUMNS = (
    "study", "participant", "session", "time", "file", "block", "channel", "unit", "sampling_frequency", "duration_s", "muscle", "side",
    "kind", "position", "condition", "focus", "focus_target", "exercise", "load", "load_pct_1rm", "load_kg", "trial", "repetitions", "events",
    "event_label", "rest", "segment", "motion", "evidence", "note",
)  # fmt: skip
MEASURED = ("sampling_frequency", "duration_s")
SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".mat", ".acq", ".c3d", ".edf", ".bdf", ".h5", ".hdf5", ".emt", ".slk", ".asc",
)  # fmt: skip
_SIDECARS = re.compile(
    r"(_channels|_electrodes|_events|participants|_scans)\.tsv$|^(readme|license|changes).*|^~\$|^\.", re.IGNORECASE
)
_PERSON = re.compile(r"(?:sub|subj|subject|participant|part|pt|p|s|id|vp|tn)[-_ ]?(\d+)$", re.IGNORECASE)
_SESSION = re.compile(r"(?:ses|session|visit|day)[-_ ]?(\w+)$", re.IGNORECASE)
_KINDS = (
    ("mvic", r"mvic|mvc|mvcs|max|maximal|maximum"),
    ("rest", r"rest|baseline|resting"),
    ("submaximal", r"submax|submaximal"),
)
_LOAD = re.compile(r"(\d{1,3})\s?(?:%|pct|percent|1?rm)", re.IGNORECASE)
_TIMES = ("pre", "mid", "post", "followup")
_SIDES = (("left", r"left|izquierd[oa]|izq|venstre|links"), ("right", r"right|derech[oa]|der|højre|rechts"))


@named_options
def trial_sheet(folder, *, study: str = "", hints: Mapping | None = None) -> pd.DataFrame:
    """Draft the trial sheet of a folder of recordings: one row for each file and each channel that may be EMG.

    What paths and channel names say without doubt is filled in; the rest is left blank for the user. Save it with ``to_excel(…,
    index=False)``, complete it, and give it to :func:`process_recordings`. Channels are all that are EMG by name, and all other
    voltages of unknown kind.

    Parameters
    ----------
    folder : str or path
        Searched with its subfolders.
    study : str
        Slug of the study, written in every row.
    hints : mapping, optional
        Hints for :func:`mmc_analysis.read_recording` that hold for all files.

    Returns
    -------
    pandas.DataFrame
        Columns `SHEET_COLUMNS`. Files without such channels show all they have; files that cannot be read have one row, with the reason
        in `note`. A row whose `muscle` stays blank is not processed.

    Raises
    ------
    LoaderError
        If there is no such folder, or no recording in it.

    Examples
    --------
    >>> trial_sheet("no_such_folder")
    Traceback (most recent call last):
    mmc_analysis.errors.LoaderError: no_such_folder: there is no such folder. ...
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise LoaderError(
            f"{folder.name or folder}: there is no such folder. Give the folder that holds the recordings."
        )
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and not _SIDECARS.search(path.name)
    )
    if not files:
        raise LoaderError(
            f"{folder.name}: no recording in this folder. Files that are looked at end in {', '.join(SUFFIXES)}."
        )
    rows = [row for path in files for row in _file_rows(path, folder, dict(hints or {}))]
    empty = {column: float("nan") if column in MEASURED else "" for column in SHEET_COLUMNS}
    frame = pd.DataFrame([{**empty, "study": study, **row} for row in rows], columns=list(SHEET_COLUMNS), dtype=object)
    return frame.astype(dict.fromkeys(MEASURED, float))


def _file_rows(path: Path, folder: Path, hints: dict) -> list[dict]:
    start = {"file": path.relative_to(folder).as_posix(), **said_by_path(path.relative_to(folder).as_posix())}
    try:
        recordings = read_blocks(path, **hints)
    except RecordingError as fault:
        return [{**start, "note": str(fault)}]
    return [
        {**start, "block": block if len(recordings) > 1 else "", **row}
        for block, recording in enumerate(recordings, 1) for row in _channel_rows(recording)
    ]  # fmt: skip


def _channel_rows(recording: Recording) -> list[dict]:
    channels = [
        channel
        for channel in recording.channels
        if channel.type == "EMG" or (channel.type == "MISC" and is_voltage(channel.unit))
    ]
    return [
        {"channel": channel.name, "unit": channel.unit, "sampling_frequency": channel.sampling_frequency,
         "duration_s": round(channel.duration_s, 3), "muscle": channel.muscle or guess_muscle(without_accents(channel.name)),
         **({"side": channel.side} if channel.side else {}), "note": " ".join((*recording.notes, *channel.notes))}
        for channel in channels or recording.channels
    ]  # fmt: skip


def without_accents(name: str) -> str:
    """Return a name with plain letters.

    Examples
    --------
    >>> without_accents("Tríceps")
    'Triceps'
    """
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))


def said_by_path(path: str) -> dict[str, str]:
    """Return participant, session, time, side, kind and load as far as a path says them without doubt.

    Examples
    --------
    >>> said_by_path("sub-03/ses-2/bench_press_80pct.csv")
    {'participant': 'sub-03', 'session': '2', 'load_pct_1rm': '80'}
    >>> said_by_path("P07/mvic_triceps.csv")
    {'participant': 'P07', 'kind': 'mvic'}
    >>> said_by_path("José/post/press derecho.csv")
    {'time': 'post', 'side': 'right'}
    >>> said_by_path("press delt post.csv")
    {}
    """
    parts = [
        part
        for piece in path.rsplit(".", 1)[0].split("/")
        for part in ([piece] if _PERSON.match(piece) else re.split(r"[_ ]+", piece))
    ]
    people = list(dict.fromkeys(part for part in parts if _PERSON.match(part)))
    sessions = list(dict.fromkeys(found.group(1) for part in parts if (found := _SESSION.match(part))))
    words = words_of(path.rsplit(".", 1)[0])
    times = [time for time in _TIMES if re.search(rf"(?<!delt )(?<!deltoid )\b{time}\b", words)]
    sides = [side for side, pattern in _SIDES if re.search(rf"(?:^| )(?:{pattern})(?: |$)", words)]
    kinds = [kind for kind, pattern in _KINDS if re.search(rf"(?:^| )(?:{pattern})(?: |\d|$)", words)]
    loads = list(dict.fromkeys(found.group(1) for found in _LOAD.finditer(path)))
    said = {}
    for key, found in (("participant", people), ("session", sessions), ("time", times), ("side", sides), ("kind", kinds),
                       ("load_pct_1rm", loads)):  # fmt: skip
        if len(found) == 1:
            said[key] = found[0]
    return said
