"""From lab files and a trial sheet to observations and quality."""

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from mmc_analysis.emg import (
    EmgSettings,
    StudyPlan,
    TrialLabel,
    find_reference,
    normalise,
    process_trial,
    simulate_study,
)
from mmc_analysis.errors import LoaderError, MMCWarning, RecordingError
from mmc_analysis.figures import qc_page, qc_page_data
from mmc_analysis.loaders import process_recordings, simulate_recordings, trial_sheet
from mmc_analysis.loaders.sheet_draft import said_by_path
from mmc_analysis.recordings.writing import write_lab_file
from mmc_analysis.schema import check

SETTINGS = EmgSettings.preset("calatayud2016")
PLAN = StudyPlan(participants=2, levels_pct={20: 25.0, 80: 78.0}, focus_points={20: 6.0, 80: 0.0})


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / "recordings"
    sheet, truth = simulate_recordings(folder, PLAN, seed=4)
    return folder, sheet, truth


@pytest.fixture(scope="module")
def found(study):
    folder, sheet, _ = study
    return process_recordings(sheet, SETTINGS, folder=folder)


def values_of(frame, measure="emg_mean", unit="pct_max"):
    return frame[(frame["measure"] == measure) & (frame["unit"] == unit)]


def test_observations_are_the_numbers_of_emg(found):
    """The same signals, processed in memory without any file."""
    trials = [trial for trial in simulate_study(PLAN, 4) if trial.participant == "P02"]
    results = {}
    for trial in trials:
        label = TrialLabel(trial.trial, trial.participant, "triceps", kind=trial.kind)
        results[trial.trial] = process_trial(
            trial.signals["triceps"], trial.fs, SETTINGS, events=trial.events, label=label
        )
    reference = find_reference(results.values())
    rows = values_of(found.observations)
    rows = rows[(rows["participant"] == "P02") & (rows["muscle"] == "triceps")]
    assert len(rows) == 6 * 3
    for (condition, load), own in rows.groupby(["condition", "load"], observed=True):
        expected = normalise(results[f"{condition}_{load}"], reference)
        np.testing.assert_allclose(own.sort_values("repetition")["value"], expected.mean_pct, rtol=1e-7)
        np.testing.assert_allclose(own["reference_value"], reference.value_uv, rtol=1e-7)


def test_observations_follow_the_schema_and_say_synthetic(found):
    frame = check(found.observations)
    assert set(frame["evidence"]) == {"synthetic"}
    assert (
        list(frame["condition"].cat.categories) == ["regular", "pectoralis", "triceps"]
        and frame["condition"].cat.ordered
    )
    assert list(frame["load"].cat.categories) == ["20", "80"]
    assert {(m, u) for m, u in zip(frame["measure"], frame["unit"], strict=True)} == {
        ("emg_peak", "uV"), ("emg_mean", "uV"), ("emg_median_frequency", "Hz"), ("emg_peak", "pct_max"), ("emg_mean", "pct_max")}  # fmt: skip
    focused = frame[frame["condition"] == "triceps"]
    assert set(zip(focused["muscle"], focused["muscle_role"], strict=True)) == {
        ("pectoralis", "other"),
        ("triceps", "target"),
    }
    assert frame.attrs["emg_settings"]["window_ms"] == 500.0


def test_the_planned_truth_comes_back(found, study):
    truth = study[2]
    parts = truth["file"].str.extract(r"/(?P<condition>\w+)_(?P<load>\d+)\.csv")
    truth = truth.assign(**parts).dropna()
    own = (
        values_of(found.observations)
        .groupby(["participant", "muscle", "condition", "load"], observed=True)["value"]
        .mean()
        .reset_index()
    )
    both = own.astype({"condition": str, "load": str}).merge(truth, on=["participant", "muscle", "condition", "load"])
    assert len(both) == 24 and np.corrcoef(both["value"], both["true_pct"])[0, 1] > 0.99


def test_quality_has_one_row_per_channel_and_trial(found, study):
    quality = found.quality
    assert len(quality) == len(study[1]) == 40 and (quality["status"] != "failed").all()
    assert quality["file"].tolist() == study[1]["file"].tolist()
    assert quality["sha256"].str.len().eq(64).all() and quality["settings"].nunique() == 1
    task = quality[quality["kind"] == "task"]
    assert task["reference_value"].gt(0).all() and (task["without_winner_factor"] >= 1).all()


def test_the_quality_of_a_participant_is_drawn_as_it_comes(found):
    own = qc_page_data(found.quality, participant="P01")
    assert len(own) == 20 and set(own["unit"]) == {"pct"} and own["peak"].notna().all()
    setting = own[own["is_reference"]]
    assert setting["channel"].tolist() == ["Pectoralis", "Triceps"]
    np.testing.assert_allclose(setting["peak"], 100.0, rtol=1e-12)
    assert own["peak"].max() <= 100.0 + 1e-9
    page = qc_page(found.quality, participant="P01")
    assert [text.get_text() for text in page.texts if text.get_gid() == "evidence-stamp"] == ["synthetic data"]
    plt.close(page)


def test_without_a_failed_trial_the_rest_is_drawn(small):
    folder, sheet = small
    sheet.loc[2, "file"] = "none.csv"
    with pytest.warns(MMCWarning, match="1 of 3 channels failed"):
        quality = process_recordings(sheet, folder=folder).quality
    assert quality["reference_value"].nunique() == 1 and quality["peak_uv"].notna().tolist() == [True, True, False]
    own = qc_page_data(quality[quality["status"] != "failed"])
    assert own["is_reference"].tolist() == [True, False] and own["peak"].iloc[0] == pytest.approx(100.0)


def test_any_number_of_workers_and_the_order_of_rows(found, study):
    folder, sheet, _ = study
    steps = []
    two = process_recordings(sheet, SETTINGS, folder=folder, workers=2, progress=lambda *step: steps.append(step))
    pd.testing.assert_frame_equal(two.observations, found.observations, check_exact=True)
    pd.testing.assert_frame_equal(two.quality, found.quality, check_exact=True)
    assert steps == [(1, 2, "P01"), (2, 2, "P02")]


def test_the_cache_continues_and_notices_every_change(study, tmp_path, monkeypatch):
    folder, sheet, _ = study
    one = sheet[sheet["participant"] == "P01"]
    first = process_recordings(one, SETTINGS, folder=folder, cache=tmp_path / "cache")
    entries = sorted((tmp_path / "cache").rglob("*.json"))
    assert len(entries) == len(one)
    entries[0].write_text("broken")
    entries[1].unlink()
    calls = []
    monkeypatch.setattr(
        "mmc_analysis.loaders.trial_work.process_trial",
        lambda *args, **more: calls.append(1) or process_trial(*args, **more),
    )
    second = process_recordings(one, SETTINGS, folder=folder, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(second.observations, first.observations, check_exact=True)
    pd.testing.assert_frame_equal(second.quality, first.quality, check_exact=True)
    assert len(calls) == 2 and json.loads(entries[0].read_text())
    process_recordings(one, SETTINGS.changed(window_ms=250.0), folder=folder, cache=tmp_path / "cache")
    assert len(calls) == 2 + len(one)


@pytest.fixture
def small(tmp_path):
    """Write one person's recordings of one muscle: a maximal trial and two tasks; return folder and sheet."""
    rng = np.random.default_rng(3)
    rows = []
    for name, sd, kind, load in (("mvic", 400, "mvic", ""), ("a", 100, "task", "20"), ("b", 200, "task", "80")):
        signal = rng.normal(0, 3, 8000)
        signal[2000:7000] += rng.normal(0, sd, 5000)
        path = write_lab_file(tmp_path / name, {"Pec": signal}, 1500.0)
        rows.append({"study": "lab", "participant": "P1", "file": path.name, "channel": "Pec", "muscle": "pectoralis", "kind": kind,
                     "load": load, "events": "1.5-4.5"})  # fmt: skip
    return tmp_path, pd.DataFrame(rows)


def test_a_failed_file_does_not_stop_the_rest(small):
    folder, sheet = small
    (folder / "b.csv").write_bytes((folder / "b.csv").read_bytes()[:3000] + b"\xff\xfe,broken\n")
    with pytest.warns(MMCWarning, match="1 of 3 channels failed, first b.csv"):
        observations, quality = process_recordings(sheet, folder=folder)
    assert quality["status"].tolist()[2] == "failed" and "b.csv" in quality["status_description"].iloc[2]
    assert set(observations["load"]) == {"20"} and set(values_of(observations, unit="pct_mvic")["value"] > 0) == {True}
    with pytest.raises(RecordingError, match="b.csv, row 2 of the sheet, channel 'Pec': b.csv"):
        process_recordings(sheet, folder=folder, strict=True)


@pytest.mark.parametrize(("change", "words"), [
    ({"file": "none.csv"}, "no such file"), ({"channel": "Tri"}, "no channel 'Tri'"), ({"unit": "N"}, "which is no voltage"),
    ({"events": "1.5-40"}, "40"),
])  # fmt: skip
def test_reasons_stand_in_the_quality_table(small, change, words):
    folder, sheet = small
    sheet.loc[1, list(change)] = list(change.values())
    if "unit" in change:
        sheet["unit"] = sheet["unit"].fillna("")
    with pytest.warns(MMCWarning, match="1 of 3 channels failed"):
        quality = process_recordings(sheet, folder=folder).quality
    assert words in quality["status_description"].iloc[1]


def test_31_a_muscle_without_reference_keeps_its_microvolts(small):
    folder, sheet = small
    with pytest.warns(MMCWarning, match="2 trials have no reference"):
        observations, quality = process_recordings(sheet[1:], folder=folder)
    assert set(observations["unit"]) == {"uV", "Hz"} and quality["reference_missing"].str.contains("mvic").all()


def test_33_another_session_is_not_borrowed_from(small):
    folder, sheet = small
    sheet["session"] = ["1", "1", "2"]
    with pytest.warns(MMCWarning, match="1 trials have no reference"):
        _, quality = process_recordings(sheet, folder=folder)
    assert quality["reference_missing"].ne("").tolist() == [False, False, True]
    declared, _ = process_recordings(sheet, folder=folder, across_sessions=True)
    assert len(values_of(declared, unit="pct_mvic")) == 2


def test_38_the_same_content_under_two_names_fails_under_both(small):
    """Which of two trials the content belongs to, nobody knows: the first name is not trusted more than the second."""
    folder, sheet = small
    (folder / "b.csv").write_bytes((folder / "a.csv").read_bytes())
    with pytest.warns(MMCWarning, match="2 of 3 channels failed, first a.csv: a.csv and b.csv have the same content"):
        observations, quality = process_recordings(sheet, folder=folder, cache=folder / "cache")
    assert quality["status"].tolist() == ["good", "failed", "failed"] and observations.empty
    again = process_recordings(sheet[sheet["file"] != "a.csv"], folder=folder, cache=folder / "cache").quality
    assert "failed" not in again["status"].tolist()


def test_38_doubled_rows_of_the_sheet_are_refused(small):
    folder, sheet = small
    with pytest.raises(LoaderError, match="row 3: the same channel of the same file as row 0"):
        process_recordings(pd.concat([sheet, sheet[:1]], ignore_index=True), folder=folder)
    sheet["load"] = "20"
    with pytest.raises(LoaderError, match="row 2: the same trial as row 1.*tell them apart"):
        process_recordings(sheet, folder=folder)


def test_every_fault_of_a_sheet_is_listed(small):
    folder, sheet = small
    sheet["side"] = ["", "up", ""]
    sheet.loc[2, "kind"] = "tsk"
    sheet.loc[0, "events"] = "later"
    with pytest.raises(
        LoaderError,
        match=r"(?s)3 faults.*row 0: events 'later'.*row 1: side 'up'.*row 2: kind 'tsk'.*Did you mean 'task'",
    ):
        process_recordings(sheet, folder=folder)
    with pytest.raises(LoaderError, match="unknown columns: 'muscel' Did you mean 'muscle'"):
        process_recordings(sheet.rename(columns={"muscle": "muscel"}), folder=folder)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_sheet_may_be_a_file(small, ending, tmp_path):
    folder, sheet = small
    path = folder / f"sheet.{ending}"
    sheet.to_csv(path, index=False) if ending == "csv" else sheet.to_excel(path, index=False)
    pd.testing.assert_frame_equal(
        process_recordings(path).observations, process_recordings(sheet, folder=folder).observations
    )


def test_trial_sheet_drafts_what_paths_and_channels_say(small, tmp_path):
    folder, _ = small
    (folder / "broken.edf").write_bytes(b"0       " + b"x" * 50)
    draft = trial_sheet(folder, study="lab")
    assert draft["file"].tolist() == ["a.csv", "b.csv", "broken.edf", "mvic.csv"]
    assert draft["muscle"].tolist() == ["pectoralis", "pectoralis", "", "pectoralis"]
    assert draft["kind"].tolist() == ["", "", "", "mvic"] and draft["note"].iloc[2] != ""
    draft.loc[draft["kind"] == "", "kind"] = "task"
    draft["participant"], draft["load"] = "P1", ["20", "80", "", ""]
    with pytest.raises(LoaderError, match="no such folder"):
        trial_sheet(folder / "none")
    draft.to_excel(folder / "sheet.xlsx", index=False)
    _, quality = process_recordings(folder / "sheet.xlsx")
    assert quality["status"].tolist() == ["good", "good", "good", "unused"] and quality["file"].iloc[3] == "broken.edf"


def test_paths_in_doubt_say_nothing():
    assert said_by_path("P01/P02/press.csv") == {}
    assert said_by_path("sub-01/ses-1/max_press.edf") == {"participant": "sub-01", "session": "1", "kind": "mvic"}


SHORT = StudyPlan(
    participants=1,
    maximum_uv=250.0,
    maximal_trials=2,
    levels_pct={20: 25.0},
    focus_points={20: 6.0},
    conditions=("regular", "triceps"),
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain") / "recordings"
    return process_recordings(simulate_recordings(folder, SHORT, seed=2).sheet, SETTINGS, folder=folder).observations


@pytest.mark.parametrize("format", ["semicolon_table", "emgworks", "trigno", "noraxon", "opensignals", "edf"])
def test_every_lab_format_gives_the_same_amplitudes(format, tmp_path, plain):
    sheet, _ = simulate_recordings(tmp_path / "other", SHORT, seed=2, format=format)
    other = process_recordings(sheet, SETTINGS, folder=tmp_path / "other").observations
    np.testing.assert_allclose(other["value"], plain["value"], rtol=2e-3)


def test_12_a_maximal_trial_in_which_another_muscle_is_far_higher_is_flagged(tmp_path):
    rng = np.random.default_rng(5)
    high, low = (np.r_[rng.normal(0, 3, 2000), rng.normal(0, sd, 6000)] for sd in (500, 30))
    write_lab_file(tmp_path / "mvic_pec", {"Pec": low, "Tri": high}, 1500.0)
    sheet = pd.DataFrame({"study": "lab", "participant": "P1", "file": "mvic_pec.csv", "channel": ["Pec", "Tri"],
                          "muscle": ["pectoralis", "triceps"], "kind": "mvic", "position": "pectoralis"})  # fmt: skip
    quality = process_recordings(sheet, folder=tmp_path).quality
    assert quality["flags"].str.contains("channels_swapped").all() and (quality["status"] == "flagged").all()


def test_12_a_dead_channel_does_not_hide_a_swap(tmp_path):
    rng = np.random.default_rng(5)
    high, low = (np.r_[rng.normal(0, 3, 2000), rng.normal(0, sd, 6000)] for sd in (500, 30))
    write_lab_file(tmp_path / "mvic_pec", {"Dead": np.zeros(8000), "Pec": low, "Tri": high}, 1500.0)
    sheet = pd.DataFrame({"study": "lab", "participant": "P1", "file": "mvic_pec.csv", "channel": ["Dead", "Pec", "Tri"],
                          "muscle": ["deltoid", "pectoralis", "triceps"], "kind": "mvic", "position": "pectoralis"})  # fmt: skip
    flags = process_recordings(sheet, folder=tmp_path).quality["flags"]
    assert flags.str.contains("channels_swapped").tolist() == [False, True, True]


def test_trials_are_flagged_whose_reference_was_set_by_a_doubtful_peak(small):
    folder, sheet = small
    assert not process_recordings(sheet, folder=folder).quality["flags"].str.contains("reference_flagged").any()
    table = pd.read_csv(folder / "mvic.csv")
    table.iloc[4000, 1] += 40.0
    table.to_csv(folder / "mvic.csv", index=False)
    quality = process_recordings(sheet, folder=folder).quality
    assert quality["flags"].str.contains("spike").tolist() == [True, False, False]
    assert quality["flags"].str.contains("reference_flagged").tolist() == [False, True, True]
    assert "set the reference is flagged itself (spike)" in quality["status_description"].iloc[1]


def test_trials_are_flagged_whose_reference_a_failed_maximal_trial_could_not_compete_for(small):
    folder, sheet = small
    second = sheet.iloc[[0]].assign(file="mvic_2.csv", trial="")
    (folder / "mvic_2.csv").write_text("nothing")
    with pytest.warns(MMCWarning, match="1 of 4 channels failed"):
        quality = process_recordings(pd.concat([sheet, second]), folder=folder).quality
    assert quality["flags"].tolist() == ["", "reference_incomplete", "reference_incomplete", "failed"]
    assert quality["status"].tolist() == ["good", "flagged", "flagged", "failed"]
    assert "maximal trials failed (mvic_2.csv)" in quality["status_description"].iloc[1]
    other = pd.concat(
        [sheet, second.assign(position="triceps"), sheet.iloc[[1]].assign(file="c.csv", muscle="triceps", kind="rest")]
    )
    (folder / "c.csv").write_bytes((folder / "a.csv").read_bytes() + b"\n")
    with pytest.warns(MMCWarning, match="1 of 5 channels failed"):
        quality = process_recordings(other, folder=folder).quality
    assert not quality["flags"].str.contains("reference_incomplete").any()


def test_sheets_put_together_may_repeat_their_index(small):
    folder, sheet = small
    second = sheet.assign(participant="P2", file=["2_" + file for file in sheet["file"]])
    for mine, other in zip(sheet["file"], second["file"], strict=True):
        table = pd.read_csv(folder / mine)
        table.iloc[:, 1] *= 1.5
        table.to_csv(folder / other, index=False)
    both = pd.concat([sheet, second])
    found, plain = (
        process_recordings(both, folder=folder),
        process_recordings(both.reset_index(drop=True), folder=folder),
    )
    pd.testing.assert_frame_equal(found.observations, plain.observations)
    pd.testing.assert_frame_equal(found.quality, plain.quality)
    assert found.quality["file"].tolist() == both["file"].tolist()


def test_longer_repetitions_in_one_condition_are_flagged(small):
    folder, sheet = small
    sheet["condition"], sheet.loc[2, "events"] = ["", "regular", "pectoralis"], "1.5-3"
    quality = process_recordings(sheet, folder=folder).quality
    assert quality["flags"].str.contains("durations_differ").tolist() == [False, True, True]
    assert "regular 3 s, pectoralis 1.5 s" in quality["status_description"].iloc[1]


def test_30_35_values_above_the_reference_and_other_counts_are_kept_and_flagged(small):
    folder, sheet = small
    sheet["kind"] = ["task", "mvic", "task"]
    sheet.loc[0, "load"], sheet.loc[1, "load"] = "100", ""
    sheet["repetitions"] = ["3", "", "1"]
    observations, quality = process_recordings(sheet, folder=folder)
    assert (values_of(observations, "emg_peak", "pct_mvic")["value"] > 150).all()
    assert quality["flags"].str.contains("reference_submaximal").tolist() == [True, False, True]
    assert quality["flags"].str.contains("repetition_count").tolist() == [True, False, False]


def test_18_samples_that_a_file_lacks_are_a_gap_in_the_quality_table(small):
    folder, sheet = small
    table = pd.read_csv(folder / "a.csv")
    table.drop(range(4000, 4060)).drop(range(5000, 5015)).to_csv(folder / "a.csv", index=False)
    quality = process_recordings(sheet, folder=folder).quality.iloc[1]
    assert {"not_finite", "short_gaps", "long_gaps", "reading"} <= set(quality["flags"].split(";"))
    assert (quality["non_finite"], quality["bridged"]) == (75, 15)
    assert quality["longest_gap_ms"] == pytest.approx(40.0)
    assert quality["reading_notes"] != "" and quality["status"] == "flagged"


def test_37_each_block_of_a_file_is_a_trial(tmp_path):
    rng = np.random.default_rng(6)
    parts = []
    for sd in (400, 100):
        signal = np.r_[rng.normal(0, 3, 1500), rng.normal(0, sd, 4500)] / 1000
        rows = "\n".join(f"{i / 1500:.6f}\t{value:.5f}" for i, value in enumerate(signal))
        parts.append(
            f"Interval=\t{1 / 1500:.9f} s\nTimeFormat=\tStartOfBlock\nChannelTitle=\tPec\nRange=\t10.000 mV\nUnitName=\tmV\n{rows}\n"
        )
    (tmp_path / "P1.txt").write_text("".join(parts))
    draft = trial_sheet(tmp_path, study="lab")
    assert draft["block"].tolist() == [1, 2] and draft["muscle"].tolist() == ["pectoralis"] * 2
    sheet = draft.assign(participant="P1", kind=["mvic", "task"], events="1.5-3.5")
    observations, quality = process_recordings(sheet, folder=tmp_path)
    assert quality["trial"].tolist() == ["P1.txt block 1", "P1.txt block 2"]
    assert values_of(observations, unit="pct_mvic")["value"].tolist() == pytest.approx([25.0], rel=0.1)
    with pytest.warns(MMCWarning, match="block=3 does not exist; the file holds 2"):
        process_recordings(sheet.assign(block=[1, 3]), folder=tmp_path)
    with pytest.raises(LoaderError, match="the same channel of the same file as row 0"):
        process_recordings(sheet.assign(block=1), folder=tmp_path)


def test_34_events_and_a_displacement_of_the_file_cut_repetitions(tmp_path):
    edfio = pytest.importorskip("edfio")
    rng, time = np.random.default_rng(7), np.arange(12_000) / 1500
    bounds = ((1.0, 2.5), (3.0, 4.5), (5.0, 6.5))
    active = np.any([(time >= start) & (time < stop) for start, stop in bounds], axis=0)
    emg = rng.normal(0, 3, 12_000) + active * rng.normal(0, 200, 12_000)
    depth = np.zeros(800)
    for start, stop in bounds:
        depth -= 20 * np.sin(np.pi * np.clip((np.arange(800) / 100 - start) / (stop - start), 0, 1)) ** 2
    signals = [edfio.EdfSignal(emg, 1500, label="Pec", physical_dimension="uV", physical_range=(-2000, 2000)),
               edfio.EdfSignal(depth, 100, label="Depth", physical_dimension="cm", physical_range=(-50, 50))]  # fmt: skip
    notes = [
        *(edfio.EdfAnnotation(start, stop - start, "rep") for start, stop in bounds[:2]),
        edfio.EdfAnnotation(0.5, None, "go"),
    ]
    edfio.Edf(signals, annotations=notes).write(tmp_path / "a.edf")
    row = {
        "study": "lab",
        "participant": "P1",
        "file": "a.edf",
        "channel": "Pec",
        "muscle": "pectoralis",
        "kind": "task",
    }

    def spans(**more):
        with pytest.warns(MMCWarning, match="no reference|failed"):
            found = process_recordings(pd.DataFrame([row | more]), folder=tmp_path)
        return found, len(values_of(found.observations, "emg_mean", "uV")) if len(found.observations) else 0

    by_events, count = spans(event_label="rep")
    assert count == 2 and by_events.quality["repetitions_from"].tolist() == ["events"]
    by_motion, count = spans(motion="Depth", segment="motion")
    assert count == 3 and by_motion.quality["repetitions_from"].tolist() == ["motion"]
    for label, words in (
        ("go", "no event 'go' with a duration is in the file. Events: go, rep"),
        ("lift", "no event 'lift'"),
    ):
        failed, _ = spans(event_label=label)
        assert words in failed.quality["status_description"].iloc[0]
