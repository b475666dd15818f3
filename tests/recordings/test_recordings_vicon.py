"""Vicon CSV: sections, locales, frames that lack."""

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording


def devices(rows, groups=",,Dev A - X", names="Frame,Sub Frame,EMG1", units=",,V") -> str:
    return f"Devices,,,\n2000,,,\n{groups}\n{names}\n{units}\n" + "".join(f"{row}\n" for row in rows)


def frames(first: int = 1, cells: str = "") -> list[str]:
    return [f"{i // 20 + first},{i % 20},{i % 7}{cells}" for i in range(200)]


def test_locales_give_the_same(lab_files, put):
    text = lab_files["vicon.csv"].decode()
    expected = read_recording(put(text))["Sensor 1.EMG2"]
    dutch = text.replace(",", ";").replace(".", ",").replace("EMG 2,0", "EMG 2.0")
    for variant in (
        dutch,
        text.replace("\n", "\r\n"),
        text.replace(",", "\t"),
        text.encode("utf-16"),
        text.encode("utf-8-sig"),
    ):
        found = read_recording(put(variant))["Sensor 1.EMG2"]
        assert (found.unit, found.sampling_frequency) == ("V", 2000.0)
        np.testing.assert_array_equal(found.values, expected.values)


def test_events_above_and_trajectories_below(put):
    above = "Events\n100\nSubject,Context,Name,Time (s),Description\nS1,Left,Foot Strike,0.15,heel\nS1,General,Lift,0.25,\n\n"
    below = "\nTrajectories\n100\n,,S:LASI,,\nFrame,Sub Frame,X,Y,Z\n,,mm,mm,mm\n1,0,1,2,3\n"
    recording = read_recording(put(above + devices(frames()) + below))
    assert [(e.label, e.onset_s) for e in recording.events] == [("Left Foot Strike", 0.15), ("General Lift", 0.25)]
    assert recording.names == ("X.EMG1",) and recording["X.EMG1"].n_samples == 200


def test_channels_of_two_devices_are_named_apart(put):
    text = devices(frames(cells=",1,2"), ",,Dev A - X,,Dev B - X", "Frame,Sub Frame,EMG1,EMG2,EMG1", ",,V,V,V")
    assert read_recording(put(text)).names == ("Dev A - X.EMG1", "X.EMG2", "Dev B - X.EMG1")


def test_18_frames_that_lack_are_empty_and_the_first_frame_sets_the_start(put):
    rows = frames(first=101)
    with pytest.warns(MMCWarning, match="20 samples are missing in 1 gaps of the frames"):
        channel = read_recording(put(devices(rows[:60] + rows[80:])))["X.EMG1"]
    assert (channel.n_samples, channel.start_s) == (200, 1.0) and np.flatnonzero(
        np.isnan(channel.values)
    ).tolist() == list(range(60, 80))
    with pytest.raises(RecordingError, match="row 106: frames go back or stand twice"):
        read_recording(put(devices(rows[:100] + rows[40:])))


def test_what_is_missing_is_asked_for_or_refused(put):
    with pytest.raises(RecordingError, match="'X.EMG1' is EMG without a unit"):
        read_recording(put(devices(frames(), units=",,")))
    with pytest.raises(RecordingError, match="without a section 'Devices', so without EMG"):
        read_recording(put("Trajectories\n100\n,,S:LASI,,\nFrame,Sub Frame,X,Y,Z\n,,mm,mm,mm\n1,0,1,2,3\n"))
