"""A simulated study on disk: lab files with a known truth, and the trial sheet that describes them."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from mmc_analysis.emg import StudyPlan, StudyTrial, simulate_study
from mmc_analysis.errors import LoaderError
from mmc_analysis.loaders.sheet_draft import SHEET_COLUMNS
from mmc_analysis.options import named_options
from mmc_analysis.recordings.writing import write_lab_file

FORMATS_WITH_OWN_NAMES = {"trigno": "{}: EMG 1"}


class SimulatedRecordings(NamedTuple):
    """A simulated study.

    Attributes
    ----------
    sheet : pandas.DataFrame
        A completed trial sheet.
    truth : pandas.DataFrame
        One row per file and muscle: true amplitude in percent of the maximal contraction.
    """

    sheet: pd.DataFrame
    truth: pd.DataFrame


@named_options
def simulate_recordings(
    folder, plan: StudyPlan | None = None, *, seed: int = 1, format: str = "table", study: str = "simulated"
) -> SimulatedRecordings:
    """Write a simulated study of focus × load as lab files, one folder per participant, with its trial sheet.

    Parameters
    ----------
    folder : str or path
        Made if needed; it must be empty.
    plan : StudyPlan, optional
        People, loads, conditions, faults; by default 18 people with 15 trials and 4 maximal trials of two muscles.
    seed : int
    format : str
        As in :func:`mmc_analysis.recordings.writing.write_lab_file`.
    study : str
        Slug of the study.

    Returns
    -------
    sheet, truth : pandas.DataFrame
        Both are written into the folder as well, as ``trial_sheet.csv`` and ``truth.csv`` under ``sheets``.

    Raises
    ------
    LoaderError
        If the folder holds files.

    Examples
    --------
    >>> import tempfile
    >>> home = tempfile.TemporaryDirectory()
    >>> plan = StudyPlan(participants=1, levels_pct={20: 25.0}, focus_points={20: 6.0})
    >>> sheet, truth = simulate_recordings(home.name, plan, seed=1)
    >>> len(sheet), sheet["evidence"].unique().tolist()
    (14, ['synthetic'])
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LoaderError(f"{folder.name}: the folder of a simulated study must be empty.")
    rows, truth = [], []
    for trial in simulate_study(StudyPlan() if plan is None else plan, seed):
        home = folder / trial.participant
        home.mkdir(parents=True, exist_ok=True)
        path = write_lab_file(home / trial.trial, trial.signals, trial.fs, format=format)
        file = path.relative_to(folder).as_posix()
        for muscle, values in trial.signals.items():
            rows.append(_sheet_row(trial, file, muscle, len(values), format, study))
            truth.append(
                {
                    "study": study,
                    "participant": trial.participant,
                    "file": file,
                    "muscle": muscle,
                    "true_pct": trial.true_pct[muscle],
                }
            )
    sheet = pd.DataFrame([{column: row.get(column, "") for column in SHEET_COLUMNS} for row in rows])
    true = pd.DataFrame(truth)
    (folder / "sheets").mkdir()
    sheet.to_csv(folder / "sheets" / "trial_sheet.csv", index=False)
    true.to_csv(folder / "sheets" / "truth.csv", index=False)
    return SimulatedRecordings(sheet, true)


def _sheet_row(trial: StudyTrial, file: str, muscle: str, samples: int, format: str, study: str) -> dict:
    row = {"study": study, "participant": trial.participant, "file": file, "channel": FORMATS_WITH_OWN_NAMES.get(format, "{}").format(muscle),
           "sampling_frequency": trial.fs, "duration_s": samples / trial.fs, "muscle": muscle, "kind": trial.kind,
           "events": "; ".join(f"{start:.6g}-{stop:.6g}" for start, stop in trial.events), "evidence": "synthetic"}  # fmt: skip
    if trial.kind != "task":
        return {**row, "position": trial.target}
    return {**row, "condition": trial.condition, "focus": "internal" if trial.target else "none", "focus_target": trial.target or "none",
            "load": f"{trial.load_pct_1rm}", "load_pct_1rm": trial.load_pct_1rm, "repetitions": len(trial.events)}  # fmt: skip
