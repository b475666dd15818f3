"""Quality page: every recording of one participant, its envelope, peak and flags."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from figure_checks import line, overlaps, texts

import mmc_analysis as mmc
from mmc_analysis import emg, figures
from mmc_analysis.errors import FigureError, MMCWarning


@pytest.fixture(scope="module")
def page(recordings):
    return figures.qc_page(*recordings)


def words(page) -> list[str]:
    return [text.get_text() for text in page.texts]


def panels(page) -> list:
    """Envelope and peak panels, channel by channel."""
    return page.axes


def test_peaks_stand_in_percent_of_the_reference(recordings, page):
    quality, _ = recordings
    peaks = panels(page)[1]
    own = quality[quality["muscle"] == "pectoralis_major"]
    for row in own.itertuples():
        point = line(peaks, f"_peak {row.trial.replace('_', ' ')}")
        assert point.get_xdata()[0] == pytest.approx(row.peak_uv / 5)
    assert line(peaks, "_reference").get_xdata()[0] == 100
    markers = [drawn.get_marker() for drawn in peaks.lines if drawn.get_label().startswith("_peak")]
    assert markers == ["D", "o", "o", "o", "o"]
    assert "100 % = 500 µV" in words(page) and "100 % = 320 µV" in words(page)


def test_the_reference_is_found_by_its_name_within_a_longer_label(recordings):
    data = figures.qc_page_data(recordings[0])
    assert data.loc[data["is_reference"], ["channel", "trial"]].to_numpy().tolist() == [
        ["Pectoralis major, left", "mvic 1"], ["Triceps brachii, left", "mvic 2"]]  # fmt: skip


def test_envelopes_of_a_channel_have_one_scale_and_keep_their_peaks(page):
    envelopes = panels(page)[0]
    heights = []
    for trial in ("mvic 1", "mvic 2", "regular 20"):
        curve = line(envelopes, f"_envelope {trial}").get_ydata()
        heights.append({"mvic 1": 0, "mvic 2": 1, "regular 20": 3}[trial] + 0.42 - curve.min())
        assert len(curve) <= 240
    assert heights == pytest.approx([0.84, 0.84 * 460 / 500, 0.84 * 90 / 500])
    level = line(envelopes, "_reference mvic 1").get_ydata()[0]
    assert level == pytest.approx(line(envelopes, "_envelope mvic 1").get_ydata().min(), abs=1e-6)
    assert "no envelope" in [text.get_text() for text in panels(page)[2].texts]


def test_flags_have_letters_and_a_key_that_counts_them(recordings, page):
    data = figures.qc_page_data(recordings[0])
    assert data["letters"].tolist() == ["", "", "", "a b", "", "", "a", "", "", "c"]
    key = " ".join(words(page)[-1].split())
    assert "a mains (2), b clipping (1), c flat (1)." in key
    looks = {drawn.get_label(): drawn.get_marker() for drawn in panels(page)[1].lines + panels(page)[3].lines
             if drawn.get_label().startswith("_status")}  # fmt: skip
    assert looks["_status focus 20"] == "o" and looks["_status focus 80"] == "X"
    assert line(panels(page)[1], "_status focus 20").get_marker() == "^"
    assert "10 recordings (5 trials): 7 good, 2 flagged, 1 masked." in words(page)


def test_rows_are_grouped_by_kind_and_shared_by_all_panels(recordings, page):
    data = figures.qc_page_data(recordings[0])
    places = data.drop_duplicates("trial").set_index("trial")["y"]
    assert places.tolist() == [0, 1, 3, 4, 5]
    assert {"Maximal trials", "Tasks"} <= set(words(page))
    assert len({ax.get_ylim() for ax in page.axes}) == 1
    assert line(panels(page)[3], "_peak mvic 2").get_ydata()[0] == places["mvic 2"]


def test_a_page_is_two_columns_wide_legible_and_without_overlaps(recordings):
    quality, envelopes = recordings
    page = figures.qc_page(quality.assign(evidence="synthetic"), envelopes)
    assert page.get_size_inches()[0] * 25.4 == pytest.approx(174)
    assert page.get_size_inches()[1] * 25.4 <= 240
    assert overlaps(page) == []
    assert min(text.get_fontsize() for text in texts(page)) >= 6
    assert [text.get_text() for text in page.texts if text.get_gid() == "evidence-stamp"] == ["synthetic data"]


@pytest.mark.parametrize("copies", [1, 7])
def test_long_names_of_trials_stay_beside_the_panels(recordings, copies):
    quality, _ = recordings
    names = {
        name: f"{name}_trapezius_descendens_in_prone_lying_with_the_shoulder_abducted" for name in quality["trial"]
    }
    long = pd.concat([quality.assign(trial=[f"{names[trial]}_{i}" for trial in quality["trial"]], reference_trial="")
                      for i in range(copies)])  # fmt: skip
    six = pd.concat([long.assign(muscle=long["muscle"] + f"_{i}", side="") for i in range(3)])
    page = figures.qc_page(six)
    page.canvas.draw()
    left = min(ax.get_window_extent().x0 for ax in page.axes)
    labels = [text for text in page.texts if "abducted" in text.get_text().replace("\n", "") or "…" in text.get_text()]
    assert len(labels) >= long["trial"].nunique()
    assert all(text.get_window_extent().x1 < left for text in labels) and overlaps(page) == []


def test_a_full_page_still_fits(recordings):
    quality, _ = recordings
    many = pd.concat(
        [quality.assign(trial=[f"{trial}_{i}" for trial in quality["trial"]], reference_trial="") for i in range(7)]
    )
    full = pd.concat([many, many.assign(side="right"), many.assign(side="", muscle="soleus_" + many["muscle"].str[:3])])
    page = figures.qc_page(full)
    assert page.get_size_inches()[1] * 25.4 <= 240
    assert overlaps(page) == []


def test_six_channels_with_envelopes_and_many_flags_are_legible(recordings):
    """Letters stand in lines, and peaks make way for envelopes."""
    quality, envelopes = recordings
    flags = "mains;clipping;movement;dropout;short_gaps"
    quality, envelopes = quality.assign(flags=flags, status="flagged"), envelopes.drop(columns="side", errors="ignore")
    six = pd.concat([quality.assign(muscle=quality["muscle"] + f"_{i}", side="") for i in range(3)])
    curves = pd.concat([envelopes.assign(muscle=envelopes["muscle"] + f"_{i}") for i in range(3)])
    page = figures.qc_page(six, curves)
    assert len(panels(page)) == 6 and overlaps(page) == []
    assert all(ax.get_position().width * 174 >= 9 for ax in panels(page))
    key = " ".join(words(page)[-1].split())
    assert (
        "Peaks, for which so many channels leave no room, stand in the quality table." in key and "Diamond" not in key
    )
    assert all(ax.get_position().width * 174 >= 9 for ax in panels(figures.qc_page(six)))
    assert len(panels(figures.qc_page(quality, envelopes.assign(side="left")))) == 4


def test_it_makes_do_with_less(recordings):
    quality, envelopes = recordings
    in_uv = figures.qc_page_data(quality.drop(columns="reference_value"))
    assert in_uv["peak"].tolist()[:2] == [500, 460] and set(in_uv["unit"]) == {"uV"}
    bare = quality[["participant", "muscle", "trial", "status", "flags"]]
    assert figures.qc_page(bare).axes
    assert len(figures.qc_page(bare, envelopes.drop(columns="side")).axes) == 2


def test_rows_of_processed_trials_are_drawn_as_they_come():
    rng = np.random.default_rng(4)
    results = []
    for trial, kind, spread in (("mvic_1", "mvic", 300.0), ("press", "task", 120.0)):
        signal = rng.normal(0, 3, 12000)
        signal[4000:10000] *= spread / 3
        signal[8000:8200] = 0.0 if kind == "task" else signal[8000:8200]
        label = emg.TrialLabel(trial, "P01", "pectoralis", "left", kind=kind)
        results.append(emg.process_trial(signal, 2000.0, emg.EmgSettings(), label=label))
    reference = emg.find_reference(results, method="mvic")
    told = {"reference_value": reference.value_uv, "reference_trial": reference.trial}
    quality = pd.DataFrame([r.quality.as_row() | {"peak_uv": r.highest_peak_uv} | told for r in results])
    parts = [pd.DataFrame({"participant": "P01", "muscle": "pectoralis", "side": "left", "trial": r.label.trial,
                           "time_s": np.arange(len(r.envelope)) / r.fs, "value": r.envelope}) for r in results]  # fmt: skip
    data = figures.qc_page_data(quality)
    assert data["peak"].iloc[0] == pytest.approx(100) and data["is_reference"].tolist() == [True, False]
    assert "dropout" in data["flags"].iloc[1]
    gap = line(figures.qc_page(quality, pd.concat(parts)).axes[0], "_envelope press").get_ydata()
    assert np.isnan(gap).any()


@pytest.fixture(scope="module")
def processed(tmp_path_factory):
    """The quality table of a lab: a corrupt file, a channel that is not there, a muscle without a maximal trial, an unused channel."""
    folder = tmp_path_factory.mktemp("lab") / "recordings"
    plan = emg.StudyPlan(participants=2, levels_pct={20: 25.0, 80: 78.0}, focus_points={20: 6.0, 80: 0.0})
    sheet, _ = mmc.simulate_recordings(folder, plan, seed=4)
    (folder / "P01" / "regular_20.csv").write_bytes(b"\x00broken")
    sheet.loc[(sheet["file"] == "P01/triceps_80.csv") & (sheet["muscle"] == "triceps"), "channel"] = "Tri"
    sheet.loc[sheet["file"] == "P01/mvic_triceps_2.csv", "muscle"] = ""
    sheet = sheet[~((sheet["kind"] == "mvic") & (sheet["muscle"] == "triceps") & (sheet["participant"] == "P01"))]
    with pytest.warns(MMCWarning, match="3 of .* channels failed"):
        return mmc.process_recordings(sheet, emg.EmgSettings(), folder=folder).quality


def test_the_table_of_processed_recordings_is_drawn_as_it_comes(processed):
    data = figures.qc_page_data(processed, participant="P01")
    assert set(data["status"]) == {"good", "failed"} and "unused" in set(processed["status"])
    failed = data[data["status"] == "failed"]
    assert failed["peak"].isna().all() and (failed["flags"] == "").all() and (failed["letters"] == "").all()
    assert failed["reason"].str.contains("regular_20.csv|no channel 'Tri'").all()
    units = data.drop_duplicates("channel").set_index("channel")["unit"]
    assert units.to_dict() == {"Pectoralis": "pct", "Triceps": "uV"}
    assert set(figures.qc_page_data(processed, participant="P02")["unit"]) == {"pct"}


def test_failed_recordings_stand_on_the_page_with_their_reasons(processed):
    page = figures.qc_page(processed, participant="P01")
    told = words(page)
    assert "15 recordings (9 trials): 12 good, 0 flagged, 0 masked, 3 failed." in told
    key = " ".join(told[-1].split())
    assert "Square: failed, not processed." in key
    assert "Failed: regular 20 (Pectoralis, Triceps): regular_20.csv:" in key
    assert "Failed: triceps 80 (Triceps): triceps_80.csv: there is no channel 'Tri'." in key
    marks = [
        drawn.get_marker()
        for ax in panels(page)
        for drawn in ax.lines
        if drawn.get_label() == "_status P01/regular 20.csv"
    ]
    assert marks == ["s", "s"]
    assert [text.get_text() for ax in panels(page) for text in ax.texts].count("failed") == 3
    assert "no reference" in told and {"regular 20", "mvic pectoralis 1"} <= set(told)
    assert overlaps(page) == []
    assert "failed" not in " ".join(words(figures.qc_page(processed, participant="P02")))


def test_many_different_failures_leave_the_page_a_page(recordings):
    quality, _ = recordings
    broken = quality.assign(
        status="failed",
        flags="failed",
        status_description=[f"file {i}: " + "damaged " * 60 for i in range(len(quality))],
    )
    page = figures.qc_page(broken)
    assert page.get_size_inches()[1] * 25.4 <= 240 and overlaps(page) == []
    assert "And 6 more reasons" in " ".join(words(page))


def test_sessions_and_sides_tell_recordings_apart(recordings):
    quality, _ = recordings
    both = pd.concat([quality.assign(session="day 1"), quality.assign(session="day 2")])
    assert "mvic 1 (day 2)" in set(figures.qc_page_data(both)["trial"])
    with pytest.raises(FigureError, match="'mvic 1' of Pectoralis major, left more than once"):
        figures.qc_page_data(pd.concat([quality, quality]))


def test_settings_and_frames_of_the_user_stay(recordings):
    copies = [frame.copy(deep=True) for frame in recordings]
    with matplotlib.rc_context({"font.size": 19, "axes.grid": True}):
        before = dict(matplotlib.rcParams)
        page = figures.qc_page(*recordings)
        assert dict(matplotlib.rcParams) == before
    assert max(text.get_fontsize() for text in texts(page)) == 9
    for frame, copy in zip(recordings, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda q: q.drop(columns="flags"), "quality lacks the column flags"),
        (lambda q: q.assign(status="fine"), "status='fine' is not allowed"),
        (lambda q: q.assign(participant=["P07", "P08"] * 5), "holds 2 participants"),
        (lambda q: q.assign(reference_value=0.0), "reference_value is not above zero in row 0"),
        (lambda q: q.assign(status="unused"), "quality has no rows"),
        (lambda q: q.assign(muscle=[f"m{i}" for i in range(10)]), "10 channels × 5 trials do not fit"),
        (lambda q: q.iloc[:0], "quality has no rows"),
    ],
)
def test_frames_that_cannot_be_drawn_say_why(recordings, change, message):
    with pytest.raises(FigureError, match=message):
        figures.qc_page(change(recordings[0]))


def test_participants_and_envelopes_that_are_not_there_are_named(recordings):
    quality, envelopes = recordings
    with pytest.raises(FigureError, match="participant='P70' is not allowed.*Did you mean 'P07'"):
        figures.qc_page(quality, participant="P70")
    with pytest.raises(FigureError, match="envelopes has 'extra' of Pectoralis major, left, which quality lacks"):
        figures.qc_page(quality, envelopes.replace({"trial": {"mvic_1": "extra"}}))
    with pytest.raises(FigureError, match="envelopes of participant 'P07' has no rows"):
        figures.qc_page(quality, envelopes.assign(participant="P01"))
