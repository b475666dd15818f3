"""What is exported is read again."""

import json

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings import Channel, Event, Recording, Source, export_bids, export_tidy, read_recording

SIDECAR = {"TaskName": "bench press", "EMGPlacementScheme": "Other", "EMGPlacementSchemeDescription": "mid-belly", "EMGReference": "bipolar",
           "PowerLineFrequency": 50, "RecordingType": "continuous", "SoftwareFilters": "n/a", "Instructions": "focus on the pectoralis"}  # fmt: skip


def recording(fs: float = 2000.0, samples: int = 4000) -> Recording:
    values = np.random.default_rng(2).normal(0, 0.2, samples)
    channels = (
        Channel("Pec", values, fs, "mV", "EMG", "pectoralis", "left"),
        Channel("Force", np.linspace(0, 9, samples), fs, "N", "MISC"),
    )
    return Recording(channels, (Event(0.5, 0.25, "lift"),), Source("trial.csv", "0" * 64, "table"))


@pytest.mark.parametrize(("fs", "samples"), [(2000.0, 4000), (26 / 0.0135, 2600), (17 / 0.0135, 1700), (1000.0, 4007)])
def test_bids_emg(tmp_path, fs, samples):
    made = recording(fs, samples)
    path = export_bids(made, tmp_path, subject="01", task="bench", sidecar=SIDECAR, session="1", run=2)
    assert path.relative_to(tmp_path).as_posix() == "sub-01/ses-1/emg/sub-01_ses-1_task-bench_run-2_emg.bdf"
    again = read_recording(path)
    assert again["Pec"].sampling_frequency == pytest.approx(fs, rel=1e-6)
    np.testing.assert_allclose(again["Pec"].microvolts, made["Pec"].microvolts, atol=1e-3)
    np.testing.assert_allclose(again["Force"].values, made["Force"].values, atol=1e-5)
    assert (again["Pec"].muscle, again["Pec"].unit, again["Force"].unit) == ("pectoralis", "uV", "N")
    assert [(event.onset_s, event.duration_s, event.label) for event in again.events] == [(0.5, 0.25, "lift")]
    fields = json.loads(path.with_name(path.name.replace(".bdf", ".json")).read_text())
    assert fields["EMGChannelCount"] == 1 and fields["Instructions"] == "focus on the pectoralis"
    table = pd.read_csv(path.with_name(path.name.replace("_emg.bdf", "_channels.tsv")), sep="\t")
    assert list(table.columns[:4]) == ["name", "type", "units", "target_muscle"]
    assert json.loads((tmp_path / "dataset_description.json").read_text())["BIDSVersion"] == "1.11.0"


def test_bids_refuses_what_it_cannot_hold(tmp_path):
    options = {"subject": "01", "task": "bench", "sidecar": SIDECAR}
    export_bids(recording(), tmp_path, **options)
    with pytest.raises(RecordingError, match="exists already"):
        export_bids(recording(), tmp_path, **options)
    with pytest.raises(RecordingError, match="subject='P-1' must be letters and digits"):
        export_bids(recording(), tmp_path, **{**options, "subject": "P-1"})
    gaps = Recording((Channel("Pec", np.array([0.0, np.nan, 1.0]), 1000.0, "mV", "EMG"),), (), Source("a", "", "table"))
    with pytest.raises(RecordingError, match="1 samples are missing"):
        export_bids(gaps, tmp_path / "other", **options)
    mixed = Recording((*recording().channels, Channel("ACC", np.zeros(9), 148.0)), (), Source("a", "", "table"))
    with pytest.raises(RecordingError, match="2 sampling frequencies"):
        export_bids(mixed, tmp_path / "third", **options)


def test_tidy_csv(tmp_path):
    made = recording()
    table = pd.read_csv(export_tidy(made, tmp_path / "tidy.csv"))
    pec = table[table["channel"] == "Pec"]
    np.testing.assert_allclose(pec["value"], made["Pec"].microvolts, rtol=1e-12)
    assert set(pec["units"]) == {"uV"} and pec["time_s"].iloc[-1] == pytest.approx(3999 / 2000)
    with pytest.raises(RecordingError, match="exists already"):
        export_tidy(made, tmp_path / "tidy.csv")
