"""What is exported is read again, by this package and by others."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
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


OPTIONS = {"subject": "01", "task": "bench", "sidecar": SIDECAR}
COLUMNS = ["name", "type", "units", "target_muscle", "sampling_frequency", "status", "status_description"]


@pytest.mark.parametrize(
    ("fs", "samples"), [(2000.0, 4000), (26 / 0.0135, 2600), (17 / 0.0135, 1700), (1000.0, 4007), (26 / 0.0135, 2601)]
)
def test_bids_emg(tmp_path, fs, samples):
    made = recording(fs, samples)
    path = export_bids(made, tmp_path, session="1", run=2, **OPTIONS)
    assert path.relative_to(tmp_path).as_posix() == "sub-01/ses-1/emg/sub-01_ses-1_task-bench_run-2_emg.bdf"
    again = read_recording(path)
    assert again["Pec"].sampling_frequency == pytest.approx(fs, rel=1e-6)
    np.testing.assert_allclose(again["Pec"].microvolts, made["Pec"].microvolts, atol=1e-3)
    np.testing.assert_allclose(again["Force"].values, made["Force"].values, atol=1e-5)
    assert [(c.name, c.type, c.muscle, c.side, c.n_samples) for c in again.channels] == [
        (c.name, c.type, c.muscle, c.side, c.n_samples) for c in made.channels]  # fmt: skip
    assert (again["Pec"].unit, again["Force"].unit, again.events, again.notes) == ("uV", "N", made.events, ())


def test_bids_files_hold_what_the_standard_requires(tmp_path):
    path = export_bids(recording(), tmp_path, **OPTIONS)
    files = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()}
    stem = "sub-01/emg/sub-01_task-bench"
    assert files == {
        "dataset_description.json",
        "participants.tsv",
        f"{stem}_channels.tsv",
        f"{stem}_events.tsv",
        f"{stem}_emg.bdf",
        f"{stem}_emg.json",
    }
    fields = json.loads((tmp_path / f"{stem}_emg.json").read_text())
    assert set(SIDECAR) <= fields.keys() and fields["Instructions"] == "focus on the pectoralis"
    assert (
        fields["SamplingFrequency"],
        fields["EMGChannelCount"],
        fields["TriggerChannelCount"],
        fields["RecordingDuration"],
    ) == (2000.0, 1, 0, 2.0)
    table = pd.read_csv(tmp_path / f"{stem}_channels.tsv", sep="\t", keep_default_na=False)
    assert (
        list(table.columns) == COLUMNS
        and table["type"].tolist() == ["EMG", "MISC"]
        and table["units"].tolist() == ["uV", "N"]
    )
    assert table["target_muscle"].tolist() == ["left pectoralis", "n/a"]
    events = pd.read_csv(tmp_path / f"{stem}_events.tsv", sep="\t", keep_default_na=False)
    assert list(events.columns[:2]) == ["onset", "duration"] and events.loc[0].tolist() == [0.5, 0.25, "lift", "n/a"]
    description = json.loads((tmp_path / "dataset_description.json").read_text())
    assert (description["Name"], description["BIDSVersion"], description["DatasetType"]) == (
        tmp_path.name,
        "1.11.0",
        "raw",
    )
    assert (tmp_path / "participants.tsv").read_text() == "participant_id\nsub-01\n"
    assert path.read_bytes()[192:197] == b"BDF+C"


def test_other_software_reads_the_values_that_were_written(tmp_path):
    edfio = pytest.importorskip("edfio")
    made = recording()
    book = edfio.read_bdf(export_bids(made, tmp_path, **OPTIONS))
    assert [(s.label, s.physical_dimension, s.sampling_frequency) for s in book.signals] == [
        ("Pec", "uV", 2000.0),
        ("Force", "N", 2000.0),
    ]
    for signal, values in zip(book.signals, (made["Pec"].microvolts, made["Force"].values), strict=True):
        np.testing.assert_allclose(signal.data, values, atol=1.01 * (signal.physical_max - signal.physical_min) / 2**24)
    assert [(a.onset, a.duration, a.text) for a in book.annotations] == [(0.5, 0.25, "lift")]


def test_time_0_is_the_first_sample(tmp_path):
    channels = tuple(dataclasses.replace(channel, start_s=1.5) for channel in recording().channels)
    made = Recording(channels, (Event(1.0, 0.0, "trigger"), Event(2.0, 0.25, "lift")), recording().source)
    again = read_recording(export_bids(made, tmp_path, **OPTIONS))
    assert [(event.onset_s, event.label) for event in again.events] == [(-0.5, "trigger"), (0.5, "lift")]


def test_names_and_units_that_a_header_cannot_hold(tmp_path):
    values = np.random.default_rng(3).normal(0, 1, 2000)
    names = ("Músculo bíceps braquial, largo", "Avanti Sensor 10: EMG 1", "Avanti Sensor 10: EMG 2", "Gyro", "Clock")
    units = ("V", "mV", "mV", "°/s", "microsiemens")
    channels = tuple(Channel(name, (1e6 if name == "Clock" else 1.0) * values, 1000.0, unit, "EMG" if "V" in unit else "GYRO" if name == "Gyro" else "MISC",
                             "biceps" if "V" in unit else "") for name, unit in zip(names, units, strict=True))  # fmt: skip
    path = export_bids(Recording(channels, (), Source("a", "", "table")), tmp_path, **OPTIONS)
    table = pd.read_csv(path.with_name(path.name.replace("_emg.bdf", "_channels.tsv")), sep="\t")
    assert table["name"].tolist() == ["Musculo biceps b", "Avanti Sensor 10", "Avanti Sensor 2", "Gyro", "Clock"]
    assert "Named 'Avanti Sensor 10: EMG 2' in the source." in table["status_description"].iloc[2]
    with pytest.warns(MMCWarning, match="the channels table says °/s, the data file deg/s"):
        again = read_recording(path)
    assert [c.unit for c in again.channels] == ["uV", "uV", "uV", "deg/s", "microsiemens"]
    assert [c.type for c in again.channels] == ["EMG", "EMG", "EMG", "GYRO", "MISC"] and {
        c.muscle for c in again.emg
    } == {"biceps"}
    for one, other in zip(again.channels, channels, strict=True):
        expected = other.microvolts if other.type == "EMG" else other.values
        np.testing.assert_allclose(one.values, expected, atol=np.abs(expected).max() * 2e-7)


def test_rates_that_share_records_go_into_one_file(tmp_path):
    emg, acc = (
        Channel("EMG", np.ones(260), 26 / 0.0135, "mV", "EMG"),
        Channel("ACC X", np.ones(20), 2 / 0.0135, "g", "ACCEL"),
    )
    again = read_recording(export_bids(Recording((emg, acc), (), Source("a", "", "table")), tmp_path, **OPTIONS))
    assert [(c.type, c.n_samples) for c in again.channels] == [("EMG", 260), ("ACCEL", 20)]
    assert [c.sampling_frequency for c in again.channels] == pytest.approx([26 / 0.0135, 2 / 0.0135], rel=1e-9)


def test_a_channel_marked_bad_stays_bad(tmp_path):
    path = export_bids(recording(), tmp_path, **OPTIONS)
    table = path.with_name(path.name.replace("_emg.bdf", "_channels.tsv"))
    table.write_text(table.read_text().replace("good\tn/a", "bad\tloose", 1))
    with pytest.warns(MMCWarning, match="Marked bad in the channels table: loose"):
        again = read_recording(path)
    other = export_bids(again, tmp_path / "again", **OPTIONS)
    assert "\tbad\t" in other.with_name(table.name).read_text()


def test_sidecars_above_hold_for_several_files(tmp_path):
    path = export_bids(recording(), tmp_path, **OPTIONS)
    for suffix in ("channels.tsv", "events.tsv"):
        own = path.with_name(f"sub-01_task-bench_{suffix}")
        own.rename(tmp_path / f"task-bench_{suffix}")
    (tmp_path / "task-rest_events.tsv").write_text("onset\tduration\ttrial_type\n0\t1\trest\n")
    (tmp_path / "task-bench_emg.json").write_text('{"Manufacturer": "Delsys", "Instructions": "none"}')
    again = read_recording(path)
    assert again["Pec"].muscle == "pectoralis" and again.events == recording().events
    assert (again.metadata["Manufacturer"], again.metadata["Instructions"]) == ("Delsys", "focus on the pectoralis")


def test_electrodes_and_their_coordinate_systems(tmp_path):
    electrodes = pd.DataFrame(
        {"name": ["E1", "E2"], "x": [0.0, 20.0], "y": [0.0, 0.0], "coordinate_system": ["chest", "chest"]}
    )
    with pytest.raises(
        RecordingError, match="names the coordinate systems chest. Describe each in coordinate_systems="
    ):
        export_bids(recording(), tmp_path, electrodes=electrodes, **OPTIONS)
    with pytest.raises(RecordingError, match="electrodes= lacks coordinate_system"):
        export_bids(recording(), tmp_path, electrodes=electrodes.drop(columns="coordinate_system"), **OPTIONS)
    path = export_bids(
        recording(),
        tmp_path,
        electrodes=electrodes,
        coordinate_systems={"chest": {"EMGCoordinateSystem": "Other"}},
        **OPTIONS,
    )
    assert list(pd.read_csv(path.with_name("sub-01_task-bench_electrodes.tsv"), sep="\t").columns) == [
        "name",
        "x",
        "y",
        "coordinate_system",
    ]
    assert json.loads(path.with_name("sub-01_space-chest_coordsystem.json").read_text()) == {
        "EMGCoordinateSystem": "Other"
    }


def test_participants_are_added_and_nothing_is_overwritten(tmp_path):
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nsub-07\t31\n")
    export_bids(recording(), tmp_path, **OPTIONS)
    assert (tmp_path / "participants.tsv").read_text() == "participant_id\tage\nsub-07\t31\nsub-01\tn/a\n"
    with pytest.raises(RecordingError, match="exists already"):
        export_bids(recording(), tmp_path, **OPTIONS)
    export_bids(recording(), tmp_path, **OPTIONS, run=2)
    assert (tmp_path / "participants.tsv").read_text().count("sub-01") == 1


def test_bids_refuses_what_it_cannot_hold(tmp_path):
    with pytest.raises(RecordingError, match="subject='P-1' must be letters and digits"):
        export_bids(recording(), tmp_path, **{**OPTIONS, "subject": "P-1"})
    for change, words in (({"RecordingType": "short"}, "Allowed: continuous, discontinuous, epoched"), ({"PowerLineFrequency": "50 Hz"}, "a number in Hz"),
                          ({"EMGPlacementSchemeDescription": ""}, "EMGPlacementSchemeDescription .because")):  # fmt: skip
        with pytest.raises(RecordingError, match=words):
            export_bids(recording(), tmp_path, **{**OPTIONS, "sidecar": {**SIDECAR, **change}})
    source = Source("a", "", "table")
    gaps = Recording((Channel("Pec", np.array([0.0, np.nan, 1.0]), 1000.0, "mV", "EMG"),), (), source)
    with pytest.raises(RecordingError, match="1 samples are missing"):
        export_bids(gaps, tmp_path, **OPTIONS)
    with pytest.raises(RecordingError, match="there is no EMG channel"):
        export_bids(recording().select("Force"), tmp_path, **OPTIONS)
    mixed = Recording((*recording().channels, Channel("ACC", np.zeros(9), 148.0)), (), source)
    with pytest.raises(RecordingError, match=r"channels of 2 sampling frequencies last .* recording.select\(…\)"):
        export_bids(mixed, tmp_path, **OPTIONS)
    late = Recording(
        (*recording().channels, dataclasses.replace(recording()["Force"], name="late", start_s=0.1)), (), source
    )
    with pytest.raises(RecordingError, match="channels start at 2 times"):
        export_bids(late, tmp_path, **OPTIONS)
    assert not list(tmp_path.iterdir())
    assert export_bids(mixed.select("Pec", "Force"), tmp_path, **OPTIONS).exists()


def test_tidy_csv(tmp_path):
    made = recording()
    table = pd.read_csv(export_tidy(made, tmp_path / "tidy.csv"))
    pec = table[table["channel"] == "Pec"]
    np.testing.assert_allclose(pec["value"], made["Pec"].microvolts, rtol=1e-12)
    assert set(pec["units"]) == {"uV"} and pec["time_s"].iloc[-1] == pytest.approx(3999 / 2000)
    with pytest.raises(RecordingError, match="exists already"):
        export_tidy(made, tmp_path / "tidy.csv")
