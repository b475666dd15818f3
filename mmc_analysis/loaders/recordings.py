"""A completed trial sheet and its files to observations and their quality."""

import contextlib
import hashlib
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import joblib
import pandas as pd

from mmc_analysis.emg import EmgSettings
from mmc_analysis.errors import LoaderError, MMCWarning
from mmc_analysis.loaders.progress import ProgressLine
from mmc_analysis.loaders.sheet_rows import SheetRow, read_sheet
from mmc_analysis.loaders.trial_cache import cache_key, code_digest, open_cache
from mmc_analysis.loaders.trial_reference import Normalised, normalised
from mmc_analysis.loaders.trial_tables import observation_rows, observations_of, quality_of, quality_rows
from mmc_analysis.loaders.trial_work import Done, Plan, work_file
from mmc_analysis.options import named_options
from mmc_analysis.recordings.hints import make_hints


class ProcessedRecordings(NamedTuple):
    """What became of a study's recordings.

    Attributes
    ----------
    observations : pandas.DataFrame
        Peak, mean and median frequency of each repetition of each task trial, in µV or Hz and in percent of the reference.
    quality : pandas.DataFrame
        One row for each channel of each trial, maximal and failed ones included: what was found and flagged, the highest peak
        (`peak_uv`), and the reference in µV with the trial that set it. :func:`mmc_analysis.figures.qc_page` draws it as it is.
    """

    observations: pd.DataFrame
    quality: pd.DataFrame


@named_options
def process_recordings(
    sheet, settings: EmgSettings | None = None, *, folder=None, workers: int = 1, cache=None,
    progress: Callable[[int, int, str], None] | bool = True, strict: bool = False, hints: Mapping | None = None,
    across_sessions: bool = False,
) -> ProcessedRecordings:  # fmt: skip
    """Process the recordings of a study: read, filter, cut into repetitions, normalise, judge.

    Parameters
    ----------
    sheet : pandas.DataFrame, str or path
        The trial sheet that :func:`trial_sheet` drafted and the user completed. Rows without a muscle are not processed.
    settings : EmgSettings, optional
        By default ``EmgSettings()``.
    folder : str or path, optional
        Where the files are; by default the sheet's folder.
    workers : int
        Participants that are processed at the same time. The result does not depend on it. Each worker holds one file at a time.
    cache : str or path, optional
        A folder for finished trials. After an interruption, or when trials are added, only what is new is computed. Entries are named by
        the content of file, settings and code, so that a change of any of them never meets an old result.
    progress : bool or callable
        True writes a line to standard error, if the work takes longer than two seconds; False writes nothing. A callable is called as
        ``progress(done, total, participant)`` after each participant, in the sheet's order.
    strict : bool
        Stop at the first recording that fails; otherwise it is reported in the quality table, and one warning says so.
    hints : mapping, optional
        Hints for :func:`mmc_analysis.read_recording` that hold for all files.
    across_sessions : bool
        Declare that electrodes stayed on between sessions, so that one reference serves all of them.

    Returns
    -------
    observations, quality : pandas.DataFrame
        In the order of the sheet. Conditions are ordered as the sheet first names them, those without focus first; loads by their numbers.
        ``attrs["emg_settings"]`` of both holds the settings.

    Raises
    ------
    LoaderError
        If the sheet has faults; all are listed.
    RecordingError
        With `strict`, what the first failing recording fails with.

    Warns
    -----
    MMCWarning
        If recordings failed, or a muscle has no reference.

    Examples
    --------
    >>> process_recordings(pd.DataFrame({"file": ["a.csv"]}))
    Traceback (most recent call last):
    mmc_analysis.errors.LoaderError: trial sheet: columns are missing: study, participant, channel, muscle, kind. ...
    """
    settings = EmgSettings() if settings is None else settings
    if not isinstance(settings, EmgSettings):
        raise LoaderError(f"settings={settings!r} must be EmgSettings, such as EmgSettings.preset('calatayud2016').")
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise LoaderError(f"workers={workers!r} must be a whole number from 1.")
    if not (callable(progress) or isinstance(progress, bool)):
        raise LoaderError(f"progress={progress!r} must be True, False or a function of (done, total, participant).")
    hints = dict(hints or {})
    make_hints(hints)
    rows, unused = read_sheet(sheet, folder)
    people = people_of(rows)
    kept = (open_cache(cache), code_digest()) if cache is not None else (None, "")
    with ProgressLine(len(people)) if progress is True else contextlib.nullcontext(progress) as tell:
        sums = checksums(rows)
        plan = Plan(settings, hints, *kept, strict, doubled_files(sums))
        found = _all_people(people, sums, plan, across_sessions, workers, tell)
    return _tables(rows, unused, found, settings)


def checksums(rows: list[SheetRow]) -> dict[str, str]:
    """Return the checksum of every file; "" where it cannot be read."""
    found = {}
    for row in rows:
        if row.file not in found:
            try:
                with row.path.open("rb") as file:
                    found[row.file] = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                found[row.file] = ""
    return found


def doubled_files(sums: Mapping[str, str]) -> dict[str, str]:
    """Return the files whose content another file has too, with that file: nobody knows which trial it belongs to.

    Examples
    --------
    >>> doubled_files({"a.csv": "11", "b.csv": "22", "copy of a.csv": "11"})
    {'a.csv': 'copy of a.csv', 'copy of a.csv': 'a.csv'}
    """
    alike: dict[str, list[str]] = {}
    for file, checksum in sums.items():
        if checksum:
            alike.setdefault(checksum, []).append(file)
    return {
        file: next(other for other in files if other != file)
        for files in alike.values()
        if len(files) > 1
        for file in files
    }


def people_of(rows: list[SheetRow]) -> dict[tuple[str, str], list[SheetRow]]:
    """Return the rows of each participant of each study, in the sheet's order."""
    people: dict[tuple[str, str], list[SheetRow]] = {}
    for row in rows:
        people.setdefault((row.study, row.label.participant), []).append(row)
    return people


def work_person(
    rows: list[SheetRow], sums: Mapping[str, str], plan: Plan, across_sessions: bool
) -> tuple[list[dict], list[dict], int]:
    """Process one participant: all files one by one, then the references.

    Returns
    -------
    observations, quality : list of dict
        With the sheet's row number, as "number".
    failed : int
    """
    files: dict[tuple, list[SheetRow]] = {}
    for row in rows:
        files.setdefault((row.file, row.block), []).append(row)
    done: list[Done] = [one for (file, _), own in files.items() for one in work_file(own, sums[file], plan)]
    trials: list[Normalised] = normalised(done, across_sessions)
    observations = [row for trial in trials for row in observation_rows(trial)]
    quality = [row for trial in trials for row in quality_rows(trial, plan.settings)]
    return observations, quality, sum(one.result is None for one in done)


def _all_people(people: Mapping, sums: Mapping, plan: Plan, across_sessions: bool, workers: int, tell) -> list:
    jobs = (
        joblib.delayed(work_person)(rows, {row.file: sums[row.file] for row in rows}, plan, across_sessions)
        for rows in people.values()
    )
    parallel = joblib.Parallel(n_jobs=min(workers, len(people)), return_as="generator", pre_dispatch="2*n_jobs")
    found = []
    for (_, participant), result in zip(people, parallel(jobs), strict=True):
        found.append(result)
        if callable(tell):
            tell(len(found), len(people), participant)
    return found


def _tables(rows: list[SheetRow], unused: list[dict], found: list, settings: EmgSettings) -> ProcessedRecordings:
    observations = observations_of([row for part, _, _ in found for row in part], rows)
    quality = quality_of([row for _, part, _ in found for row in part], unused)
    failed = sum(count for _, _, count in found)
    missing = int((quality["reference_missing"] != "").sum()) if len(quality) else 0
    said = []
    if failed:
        first = quality.loc[quality["status"] == "failed"].iloc[0]
        said.append(f"{failed} of {len(rows)} channels failed, first {first['file']}: {first['status_description']}")
    if missing:
        said.append(f"{missing} trials have no reference and no percent values.")
    if said:
        warnings.warn(f"{' '.join(said)} See the quality table.", MMCWarning, stacklevel=4)
    for frame in (observations, quality):
        frame.attrs["emg_settings"] = settings.as_dict()
        frame.attrs["emg_settings_sha256"] = cache_key(settings.as_dict())
    return ProcessedRecordings(observations, quality)
