"""Noraxon MR exports: single and separated, in the variants that versions and locales write."""

import numpy as np
import pytest

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings import read_recording

HEAD = ("type,begin_time,frequency,count,created with version,exported with version,measurement_date,record_name\n"
        "record,{begin:.5f},2000,{count},Noraxon MR 4.0.22,4.0.22,2025-08-26T17:29:12.325+07:00,BENCH\n\n")  # fmt: skip


def kinds(recording) -> list:
    return [(c.name, c.unit, c.type, c.side, c.sampling_frequency, c.n_samples, c.start_s) for c in recording.channels]


def test_locales_and_encodings_give_the_same(lab_files, put):
    text = lab_files["noraxon.csv"].decode()
    dutch = [
        line.replace(",", ";") if i < 4 else line.replace(",", ";").replace(".", ",")
        for i, line in enumerate(text.splitlines())
    ]
    expected = read_recording(put(text))
    for variant in (
        "\n".join(dutch).replace("FEM.; uV", "FEM., uV"),
        text.encode("utf-16"),
        text.replace("\n", "\r\n"),
    ):
        found = read_recording(put(variant))
        assert kinds(found) == kinds(expected) and found.events == expected.events
        for one, other in zip(found.channels, expected.channels, strict=True):
            np.testing.assert_array_equal(one.values, other.values)


def test_a_single_export_names_forces_and_muscles_without_units(put):
    rows = [
        f"{i / 2000:.5f},{'REST' if i == 0 else ''},{'M1' if i == 40 else ''},1.20,{510 + i % 3},{i % 7},{i % 5}"
        for i in range(100)
    ]
    path = put(
        HEAD.format(begin=0, count=100)
        + "time,Activity,Marker,Pressure Platform-Velocity,LT Force,LT BRACHIORAD.,BICEPS FEM. RT\n"
        + "\n".join(rows)
    )
    with pytest.raises(RecordingError, match="'LT BRACHIORAD.' is EMG without a unit"):
        read_recording(path)
    recording = read_recording(path, unit="uV")
    assert [(c.type, c.unit) for c in recording.channels] == [("MISC", ""), ("MISC", ""), ("EMG", "uV"), ("EMG", "uV")]
    assert [(e.label, e.onset_s, e.duration_s) for e in recording.events] == [("REST", 0.0, 0.0), ("M1", 0.02, 0.0)]


def test_a_recording_may_begin_late(put):
    rows = [f"{1.5 + i / 2000:.5f},{'LIFT' if 20 <= i < 40 else ''},{i % 7}" for i in range(100)]
    recording = read_recording(put(HEAD.format(begin=1.5, count=100) + 'time,Activity,"EMG 1, uV"\n' + "\n".join(rows)))
    assert recording["EMG 1"].start_s == 1.5
    assert [(e.label, round(e.onset_s, 6), e.duration_s) for e in recording.events] == [("LIFT", 1.51, 0.01)]


@pytest.mark.parametrize(("unit", "factor"), [("uV", 1.0), ("mV", 1e3)])
def test_a_separated_signal_keeps_its_own_unit(unit, factor, lab_files, put):
    recording = read_recording(put(lab_files["separated.csv"].replace(b"uV", unit.encode())))
    channel = recording["Ultium_EMG-LT_PEC"]
    assert (channel.unit, channel.type, channel.side) == (unit, "EMG", "left")
    np.testing.assert_allclose(channel.microvolts, channel.values * factor)


def test_a_table_without_the_two_header_rows_is_read_as_a_table(put):
    rows = "".join(f"{i / 2000:.5f};{i % 7};{i % 5};{i % 9}\n" for i in range(100))
    recording = read_recording(
        put("Time, s;Ultium EMG.EMG 1, uV;VMO RT, uV;Ultium EMG.Internal Accel 1 Ax (mG)\n" + rows)
    )
    assert [(c.name, c.unit, c.type) for c in recording.channels] == [
        ("Ultium EMG.EMG 1", "uV", "EMG"), ("VMO RT", "uV", "EMG"), ("Ultium EMG.Internal Accel 1 Ax", "mG", "ACCEL")]  # fmt: skip
