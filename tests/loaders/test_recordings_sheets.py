"""Trial sheets as labs draft, complete and save them: mixed formats, accents, Excel's habits, sessions, sides, interruptions."""

import datetime
import os
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.emg import Acquisition, EmgSettings
from mmc_analysis.errors import LoaderError, MMCWarning, RecordingError
from mmc_analysis.loaders import process_recordings, recordings_paragraph, trial_sheet
from mmc_analysis.loaders.progress import ProgressLine
from mmc_analysis.models import fit_mixed
from mmc_analysis.recordings.writing import write_lab_file

FS = 1500.0
LIFTERS = {
    "José Núñez": ("semicolon_table", "trigno"),
    "Søren Ågård": ("edf", "table"),
    "Begoña": ("emgworks", "noraxon"),
}
LEVELS = {"Tríceps": 400.0, "Pectoral mayor": 300.0}
EVENTS = "1-2,2; 2,4-3,6"


def burst(level: float, seed: list[int]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    signal = rng.normal(0, 3, 6000)
    signal[1500:5400] += rng.normal(0, level, 3900)
    return signal


def names(format: str, side: str) -> dict[str, float]:
    """Channels as the lab calls them; EDF knows plain letters and sixteen of them."""
    if format == "edf":
        return {f"Triceps {side}": 400.0, f"Pectoral {side}": 300.0}
    return {f"{muscle} {side}": level for muscle, level in LEVELS.items()}


def write_study(folder: Path) -> None:
    for number, (lifter, formats) in enumerate(LIFTERS.items()):
        for occasion, (time_, format) in enumerate(zip(("pre", "post"), formats, strict=True)):
            for side_number, side in enumerate(("izq", "der")):
                channels = list(names(format, side).items())[:: 1 if time_ == "pre" else -1]
                seed = [number, occasion, side_number]
                trials = {f"MVC/{lifter} {time_}/mvic {side}": 1.0}
                trials |= {
                    f"ensayos/{lifter}/{time_}/press {condition} {load}% {side}": load / 100 * (1.15 if condition == "foco" else 1.0)
                    for condition in ("regular", "foco") for load in (50, 80)
                }  # fmt: skip
                for trial_number, (path, share) in enumerate(trials.items()):
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    made = {
                        name: burst(share * level, [*seed, trial_number, i]) for i, (name, level) in enumerate(channels)
                    }
                    write_lab_file(folder / path, made, FS, format=format)


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    write_study(folder)
    return folder


def completed(draft: pd.DataFrame) -> pd.DataFrame:
    """What the lab writes into the draft, not always in the same case."""
    sheet = draft.copy()
    task = sheet["kind"] == ""
    sheet["participant"] = [next(lifter for lifter in LIFTERS if lifter in file) for file in sheet["file"]]
    sheet["muscle"] = ["Tríceps" if "riceps" in muscle else "Pectoral mayor" for muscle in sheet["muscle"]]
    sheet.loc[task, "kind"] = "Task"
    sheet.loc[task, "condition"] = ["Foco" if "foco" in file else "Regular" for file in sheet["file"][task]]
    sheet.loc[task, "focus"] = ["Internal" if "foco" in file else "none" for file in sheet["file"][task]]
    sheet.loc[task, "focus_target"] = ["pectoral mayor" if "foco" in file else "none" for file in sheet["file"][task]]
    sheet.loc[task, "events"] = EVENTS
    sheet.loc[task, "repetitions"] = 2
    sheet.loc[sheet.index[3::7], "muscle"] = sheet["muscle"][3::7].str.upper()
    sheet.loc[sheet.index[50::9], "condition"] = sheet["condition"][50::9].str.lower()
    return sheet


@pytest.fixture(scope="module")
def draft(lab):
    return trial_sheet(lab, study="lab")


@pytest.fixture(scope="module")
def sheet(draft):
    return completed(draft)


@pytest.fixture(scope="module")
def found(lab, sheet):
    return process_recordings(sheet, folder=lab)


def test_the_draft_shows_every_channel_and_says_what_paths_say(draft):
    assert len(draft) == len(LIFTERS) * 2 * 2 * 5 * 2
    assert set(draft["muscle"]) == {"triceps", "pectoralis"}
    assert set(draft["side"]) == {"left", "right"} and set(draft["time"]) == {"pre", "post"}
    assert draft["kind"].value_counts().to_dict() == {"": 96, "mvic": 24}
    assert set(draft["load_pct_1rm"]) == {"", "50", "80"}
    assert (draft["participant"] == "").all() and (draft["session"] == "").all()


def test_a_voltage_whose_name_says_nothing_is_not_left_out_of_the_draft(tmp_path):
    write_lab_file(
        tmp_path / "P1", {"Pec": burst(300, [1]), "Músculo 2": burst(200, [2]), "Trigger": burst(1, [3]) * 0}, FS
    )
    draft = trial_sheet(tmp_path)
    assert draft["channel"].tolist() == ["Pec", "Músculo 2"]
    assert draft["muscle"].tolist() == ["pectoralis", ""]


def test_a_draft_takes_numbers_and_text_in_any_column(draft):
    changed = draft.copy()
    changed.loc[changed.index[0], "repetitions"] = 3
    changed.loc[changed.index[1], "load_kg"] = 62.5
    assert changed["repetitions"].iloc[0] == 3


def test_the_whole_road_from_a_mixed_folder_to_contrasts(found):
    assert found.quality["status"].unique().tolist() == ["good"]
    values = found.observations
    assert set(values["muscle"]) == {"Tríceps", "Pectoral mayor"} and set(values["limb"]) == {"left", "right"}
    assert list(values["time"].cat.categories) == ["pre", "post"] and values["time"].cat.ordered
    assert list(values["condition"].cat.categories) == ["Regular", "Foco"]
    assert "session" not in values and set(values["muscle_role"].dropna()) == {"target", "other"}
    own = values.query("measure == 'emg_mean' and unit == 'pct_mvic' and muscle == 'Pectoral mayor' and limb == 'left'")
    assert len(own) == 3 * 2 * 4 * 2
    cells = own.groupby(["participant", "time", "condition", "load"], observed=True, as_index=False)["value"].mean()
    contrasts = fit_mixed("value ~ condition * load * time + (1 | participant)", cells, warn=False).contrasts(
        "condition", by=["load", "time"], method="control"
    )
    effect = contrasts.set_index(["load", "time"])["estimate"]
    assert effect.loc[["50"]].tolist() == pytest.approx([7.0] * 2, abs=2.5)
    assert effect.loc[["80"]].tolist() == pytest.approx([11.2] * 2, abs=3.0)


def test_electrodes_are_taken_as_applied_anew_at_another_time(lab, sheet):
    one = sheet[(sheet["participant"] == "Begoña") & (sheet["side"] == "left")]
    without = one[~((one["kind"] == "mvic") & (one["time"] == "post"))]
    with pytest.warns(MMCWarning, match="8 trials have no reference"):
        quality = process_recordings(without, folder=lab).quality
    missing = quality[quality["reference_missing"] != ""]
    assert set(missing["session"]) == {"post"}
    assert missing["reference_missing"].str.contains("maximal trials is 'pre', that of this trial 'post'").all()
    stayed_on = process_recordings(without.assign(session="1"), folder=lab)
    assert (stayed_on.quality["reference_missing"] == "").all()
    assert stayed_on.observations["session"].unique().tolist() == ["1"]


def test_a_muscle_without_its_maximal_trial_is_said_so_and_the_others_go_on(lab, sheet):
    one = sheet[sheet["participant"] == "Begoña"]
    gone = (
        (one["kind"] == "mvic")
        & (one["time"] == "pre")
        & (one["side"] == "left")
        & (one["muscle"].str.lower() == "tríceps")
    )
    with pytest.warns(MMCWarning, match="4 trials have no reference"):
        quality = process_recordings(one[~gone], folder=lab).quality
    missing = quality[quality["reference_missing"] != ""]
    assert set(zip(missing["muscle"], missing["side"], missing["time"] if "time" in missing else missing["session"], strict=True)) == {
        ("Tríceps", "left", "pre")}  # fmt: skip


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_sheet_from_excel_in_another_folder(lab, sheet, found, tmp_path, ending):
    blank = pd.DataFrame([dict.fromkeys(sheet.columns, "")] * 3)
    saved = pd.concat([sheet[:10], blank, sheet[10:], blank], ignore_index=True)
    path = tmp_path / f"hoja de ensayos.{ending}"
    if ending == "csv":
        saved.to_csv(path, index=False, sep=";", encoding="cp1252", decimal=",")
    else:
        with pd.ExcelWriter(path) as book:
            pd.DataFrame({"Nombre": ["Begoña"], "Edad": [25]}).to_excel(book, sheet_name="personas", index=False)
            saved.to_excel(book, sheet_name="ensayos", index=False)
    with pytest.raises(LoaderError, match="none of its files is in .* folder='…'"):
        process_recordings(path)
    pd.testing.assert_frame_equal(process_recordings(path, folder=lab).observations, found.observations)


def test_a_workbook_with_two_trial_sheets_is_refused(sheet, tmp_path):
    with pd.ExcelWriter(tmp_path / "two.xlsx") as book:
        for name in ("old", "new"):
            sheet.to_excel(book, sheet_name=name, index=False)
    with pytest.raises(LoaderError, match=r"2 worksheets look like a trial sheet \(old, new\)"):
        process_recordings(tmp_path / "two.xlsx")


@pytest.mark.parametrize("change", [
    lambda file, lab: file.replace("/", "\\"), lambda file, lab: str(lab / file), lambda file, lab: unicodedata.normalize("NFD", file),
    lambda file, lab: unicodedata.normalize("NFC", file),
], ids=["backslashes", "absolute", "decomposed", "composed"])  # fmt: skip
def test_paths_may_be_written_otherwise(lab, sheet, found, change):
    one = sheet[sheet["participant"] == "Begoña"]
    moved = one.assign(file=[change(file, lab) for file in one["file"]])
    values = process_recordings(moved, folder=lab).observations["value"]
    wanted = found.observations.loc[found.observations["participant"] == "Begoña", "value"]
    assert values.tolist() == wanted.tolist()


@pytest.mark.parametrize(("column", "cell", "words"), [
    ("participant", datetime.datetime(2024, 1, 3), "'2024-01-03' is a date: Excel may have made it of something like 3-1"),
    ("participant", "03-ene", "participant '03-ene' is a date"), ("participant", "3-Jan-24", "is a date"),
    ("events", datetime.datetime(2024, 3, 1), "events '2024-03-01' is a date"), ("events", "1.5-3, 4-5", "Write start-stop in s"),
    ("participant", "begoña", "'begoña' and 'Begoña' .* may be one person"), ("kind", "mvc", "Did you mean 'mvic'"),
    ("side", "derecha", "Allowed: left, right"), ("focus", "interno", "Did you mean 'internal'"), ("repetitions", "dos", "is no number"),
    ("channel", "", "'channel' is empty"), ("rest", "0-0.5; 3-3.5", "has 2 parts. Write one start-stop"), ("load_pct_1rm", "heavy", "is no number"),
])  # fmt: skip
def test_cells_that_are_refused_with_their_row(lab, sheet, column, cell, words):
    one = sheet[sheet["participant"] == "Begoña"].astype(object).reset_index(drop=True)
    one.loc[9, column] = cell
    with pytest.raises(LoaderError, match=rf"(?s)1 fault\..*row 9: .*{words}"):
        process_recordings(one, folder=lab)


def test_the_labels_of_a_frame_do_not_decide_about_order_or_doubles(lab, sheet):
    one = sheet[sheet["participant"] == "Begoña"]
    wanted = process_recordings(one, folder=lab)
    backwards, twice = list(range(len(one)))[::-1], [3] * len(one)
    for labels in (backwards, twice, pd.array(twice, dtype="Int64"), [f"row {i}" for i in twice]):
        result = process_recordings(one.set_axis(labels), folder=lab)
        pd.testing.assert_frame_equal(result.observations, wanted.observations)
        assert result.quality["file"].tolist() == one["file"].tolist()


def test_the_same_fault_in_many_rows_is_said_once(lab, sheet):
    wrong = sheet.reset_index(drop=True).assign(side="up")
    with pytest.raises(LoaderError, match=r"(?s)1 fault\.\n1\. rows 0, 1, 2, 3, 4, 5, 6, 7 …: side 'up'"):
        process_recordings(wrong, folder=lab)


def test_a_date_may_name_a_session(lab, sheet):
    one = sheet[(sheet["participant"] == "Begoña") & (sheet["time"] == "pre")].astype(object)
    values = process_recordings(one.assign(session=datetime.datetime(2026, 3, 1)), folder=lab).observations
    assert values["session"].unique().tolist() == ["2026-03-01"]


def test_a_column_of_the_labs_own_is_refused_and_told_where_remarks_go(lab, sheet):
    with pytest.raises(LoaderError, match="unknown columns: 'Observaciones'.*remarks go into 'note'"):
        process_recordings(sheet.assign(Observaciones="cansado"), folder=lab)


def test_a_channel_without_a_unit_asks_for_the_column(tmp_path):
    lines = [f"{i / FS:.6f},{value:.5f}" for i, value in enumerate(burst(0.3, [1]) / 1000)]
    (tmp_path / "a.csv").write_text("time,Pec\n" + "\n".join(lines))
    sheet = pd.DataFrame(
        [
            {
                "study": "lab",
                "participant": "P1",
                "file": "a.csv",
                "channel": "Pec",
                "muscle": "pectoralis",
                "kind": "mvic",
            }
        ]
    )
    with pytest.warns(
        MMCWarning,
        match="'Pec' has no unit in the file, and the sheet's column 'unit' is empty. Write V, mV or uV there",
    ):
        process_recordings(sheet, folder=tmp_path)
    assert process_recordings(sheet.assign(unit="mV"), folder=tmp_path).quality["status"].tolist() != ["failed"]


@pytest.mark.parametrize(
    ("damage", "workers"), [(b"", 1), (b"\x00\x01garbage" * 50, 1), ("half", 2)], ids=["empty", "garbage", "half"]
)
def test_one_corrupt_file_fails_alone(lab, sheet, tmp_path, damage, workers):
    home = tmp_path / "copy"
    one = sheet[sheet["participant"].isin(["Begoña", "José Núñez"])]
    for file in one["file"].unique():
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_bytes((lab / file).read_bytes())
    bad = one["file"].iloc[-1]
    content = (home / bad).read_bytes()
    (home / bad).write_bytes(content[: len(content) // 3] if damage == "half" else damage)
    with pytest.warns(MMCWarning, match="2 of 80 channels failed"):
        quality = process_recordings(one, folder=home, workers=workers).quality
    assert quality.loc[quality["status"] == "failed", "file"].unique().tolist() == [bad]
    assert quality.loc[quality["status"] == "failed", "status_description"].str.len().gt(20).all()
    with pytest.raises(RecordingError, match="row .* of the sheet, channel '"):
        process_recordings(one, folder=home, workers=workers, strict=True)


def test_the_cache_forgets_a_changed_file_and_changed_events(lab, sheet, tmp_path):
    one = sheet[(sheet["participant"] == "Begoña") & (sheet["side"] == "left") & (sheet["time"] == "pre")].reset_index(
        drop=True
    )
    home, cache = tmp_path / "home", tmp_path / "cache"
    for file in one["file"].unique():
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_bytes((lab / file).read_bytes())
    first = process_recordings(one, folder=home, cache=cache).observations
    task = one.loc[one["kind"] == "Task", "file"].iloc[0]
    other = one.loc[one["kind"] == "Task", "file"].iloc[-1]
    (home / task).write_bytes((home / other).read_bytes() + b"\n")
    changed = process_recordings(one, folder=home, cache=cache).observations
    same = first["condition"].str.lower().eq("regular") | first["load"].eq("80")
    assert changed["value"][same].tolist() == first["value"][same].tolist()
    assert not np.isclose(changed["value"][~same], first["value"][~same]).any()
    later = process_recordings(one.assign(events=["" if kind == "mvic" else "1-2,2" for kind in one["kind"]], repetitions=""), folder=home,
                               cache=cache).observations  # fmt: skip
    assert later["repetition"].max() == 1


def test_the_cache_forgets_changed_sidecars_and_does_not_keep_failures(tmp_path):
    edfio = pytest.importorskip("edfio")
    folder, cache = tmp_path / "home", tmp_path / "cache"
    folder.mkdir()
    signal = edfio.EdfSignal(burst(300.0, [1]), FS, label="EMG1", physical_dimension="uV")
    edfio.Edf([signal]).write(folder / "sub-01_task-bench_emg.edf")
    events = folder / "sub-01_task-bench_events.tsv"
    row = {"study": "lab", "participant": "sub-01", "file": "sub-01_task-bench_emg.edf", "channel": "EMG1", "muscle": "triceps", "kind": "task",
           "event_label": "lift"}  # fmt: skip
    counts = []
    for table in ("1.5\t0.6\tlift\n", "1.5\t0.6\tlift\n2.4\t0.6\tlift\n", "1.5\t0.6\tpause\n"):
        events.write_text("onset\tduration\ttrial_type\n" + table)
        with pytest.warns(MMCWarning, match="reference|failed"):
            found = process_recordings(pd.DataFrame([row]), folder=folder, cache=cache)
        counts.append(len(found.observations) // 3)
    assert counts == [1, 2, 0] and len(list(cache.rglob("*.json"))) == 2


def test_a_cache_that_cannot_be_written_is_said(lab, sheet, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mmc_analysis.loaders.trial_cache.os.replace", full)
    with pytest.raises(LoaderError, match="cache='cache': a result cannot be written .No space left on device"):
        process_recordings(sheet[sheet["participant"] == "Begoña"], folder=lab, cache=tmp_path / "cache")


INTERRUPTED = """
import sys, warnings
import pandas as pd
from mmc_analysis.loaders import process_recordings
warnings.simplefilter("ignore")
try:
    process_recordings(pd.read_pickle(sys.argv[1]), folder=sys.argv[2], cache=sys.argv[3], workers=int(sys.argv[4]))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_interruption_leaves_a_cache_that_is_gone_on_from(lab, sheet, found, tmp_path, workers, root):
    sheet.to_pickle(tmp_path / "sheet.pkl")
    cache = tmp_path / "cache"
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path / "sheet.pkl"), str(lab), str(cache), str(workers)]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(root)}, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while sum(1 for _ in cache.rglob("*.json")) < 6 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) in (130, 0)
    kept = len(list(cache.rglob("*.json")))
    assert kept >= 6
    resumed = process_recordings(sheet, folder=lab, cache=cache)
    pd.testing.assert_frame_equal(resumed.observations, found.observations, check_exact=True)
    pd.testing.assert_frame_equal(resumed.quality, found.quality, check_exact=True)


def test_nothing_is_printed_where_the_work_is_short(lab, sheet, capsys):
    one = sheet[(sheet["participant"] == "Begoña") & (sheet["time"] == "pre")]
    process_recordings(one, folder=lab)
    assert capsys.readouterr() == ("", "")
    with pytest.raises(LoaderError, match="progress=3 must be True, False or a function"):
        process_recordings(one, folder=lab, progress=3)


class Terminal(list):
    """Keep what is written, as a terminal or not."""

    def __init__(self, tty: bool):
        super().__init__()
        self.isatty = lambda: tty

    write, flush = list.append, lambda self: None


def test_progress_is_shown_after_its_patience_and_not_before():
    terminal, log = Terminal(True), Terminal(False)
    for stream in (terminal, log):
        with ProgressLine(2, stream, patience_s=0.01) as line:
            assert line.shown.wait(5)
            line(1, 2, "P01")
            line(2, 2, "P02")
    assert [text.strip() for text in log] == [
        "0 of 2 participants.",
        "1 of 2 participants, last P01.",
        "2 of 2 participants, last P02.",
    ]
    assert terminal[1].startswith("\r1 of 2") and terminal[-1] == "\n"
    silent = Terminal(True)
    with ProgressLine(1, silent, patience_s=60) as line:
        line(1, 1, "P01")
    assert silent == []


def test_settings_of_the_lab_reach_the_numbers(lab, sheet):
    one = sheet[(sheet["participant"] == "Begoña") & (sheet["time"] == "pre")]
    peaks = {}
    for window in (100.0, 500.0):
        values = process_recordings(one, EmgSettings(window_ms=window), folder=lab).observations
        peaks[window] = values.query("measure == 'emg_peak' and unit == 'uV'")["value"].mean()
    assert peaks[100.0] > 1.05 * peaks[500.0]


def test_the_paragraph_counts_each_reference_once_and_takes_a_table_that_was_saved(tmp_path):
    row = {"study": "lab", "muscle": "triceps", "side": "", "kind": "task", "status": "good", "flags": "", "reference_missing": "",
           "reference_value": 400.0, "reference_trial": "P1 / triceps / mvic", "reference_method": "mvic", "without_winner_factor": 1.2,
           "sampling_frequency": 2000.0, "repetitions": 3, "repetitions_empty": 0}  # fmt: skip
    sessions = [{**row, "participant": "P1", "session": session} for session in ("pre", "post")]
    other = {
        **row,
        "study": "second lab",
        "participant": "P1",
        "session": "pre",
        "reference_value": 300.0,
        "without_winner_factor": 1.4,
    }
    none = {**row, "participant": "P2", "session": "pre", "reference_value": np.nan, "reference_missing": "no trial"}
    quality = pd.DataFrame([*sessions, other, none])
    text = recordings_paragraph(quality, settings=EmgSettings())
    assert "multiplied by 1.20 to 1.40 (2 references). 1 signal of tasks has no reference" in text
    quality.to_csv(tmp_path / "quality.csv", index=False)
    assert recordings_paragraph(pd.read_csv(tmp_path / "quality.csv"), settings=EmgSettings()) == text


def test_the_paragraph_of_a_study_counts_and_names_what_was_processed(lab, sheet, found, tmp_path):
    text = recordings_paragraph(found.quality, acquisition=Acquisition(electrode_material="Ag/AgCl"))
    assert "sampled at 1500 Hz (electrode material: Ag/AgCl)" in text
    assert "Of 120 signals, 0 were wholly or partly masked; 0 of 216 repetitions are empty." in text
    assert "(24 references)" not in text and "Still to be reported: electrode shape" in text
    one = sheet[(sheet["participant"] == "Begoña") & (sheet["side"] == "left") & (sheet["time"] == "pre")].reset_index(
        drop=True
    )
    twice = pd.concat([one, one[one["kind"] == "mvic"].assign(file="MVC/again.edf")], ignore_index=True)
    for file in one["file"].unique():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((lab / file).read_bytes())
    weaker = {name: 0.8 * burst(level, [99, i]) for i, (name, level) in enumerate(names("emgworks", "izq").items())}
    write_lab_file(tmp_path / "MVC" / "again", weaker, FS, format="emgworks")
    twice["file"] = twice["file"].str.replace("again.edf", "again.csv")
    twice.loc[5, "channel"] = "nowhere"
    with pytest.warns(MMCWarning, match="1 of 12 channels failed"):
        quality = process_recordings(twice, EmgSettings.preset("contreras2015"), folder=tmp_path).quality
    text = recordings_paragraph(quality)
    assert "Of 12 signals, 1 could not be processed, 0 were wholly or partly masked" in text
    factors = quality.drop_duplicates("muscle")["without_winner_factor"]
    assert f"multiplied by {factors.min():.2f} to {factors.max():.2f} (2 references)" in text
    assert "Contreras B" in text
    quality.attrs.clear()
    with pytest.raises(LoaderError, match="does not carry its settings any more"):
        recordings_paragraph(quality)
    assert recordings_paragraph(quality, settings=EmgSettings.preset("contreras2015")) == text
