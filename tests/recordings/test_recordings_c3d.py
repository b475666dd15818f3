"""C3D: processors, number formats, scales and offsets, many channels, long files, events."""

import numpy as np
import pytest
from c3d_files import DEC, INTEL, MIPS, c3d

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording

STORED = np.random.default_rng(1).normal(0, 3000, (3, 2000)).round().clip(-32000, 32000)
SCALE, OFFSET, GENERAL = np.array([1e-3, 2e-3, 5e-4]), np.array([0, 10, -20]), 0.5
UNITS = {("ANALOG", "UNITS"): ["V", "mV", "N"]}


@pytest.mark.parametrize("points", [0, 2])
@pytest.mark.parametrize(("floating", "kind"), [(True, None), (False, None), (False, "SIGNED"), (False, "UNSIGNED")])
@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
def test_stored_minus_offset_times_scales(processor, floating, kind, points, put):
    middle = 32768 if kind == "UNSIGNED" else 0
    more = {**UNITS, ("ANALOG", "SCALE"): SCALE.astype("f4"), ("ANALOG", "GEN_SCALE"): np.array([GENERAL], "f4"),
            ("ANALOG", "OFFSET"): (OFFSET + middle).astype("u2").astype("i2"), **({("ANALOG", "FORMAT"): [kind]} if kind else {})}  # fmt: skip
    recording = read_recording(
        put(c3d(STORED + middle, more, processor=processor, floating=floating, points=points), "a.c3d")
    )
    assert [(c.unit, c.sampling_frequency, c.n_samples) for c in recording.channels] == [
        (unit, 2000.0, 2000) for unit in ("V", "mV", "N")
    ]
    found = np.stack([channel.values for channel in recording.channels])
    np.testing.assert_allclose(found, (STORED - OFFSET[:, None]) * SCALE[:, None] * GENERAL, rtol=1e-6, atol=1e-9)


def test_more_channels_than_one_parameter_names(put):
    more = {("ANALOG", "UNITS"): ["V"] * 255, ("ANALOG", "UNITS2"): ["mV"] * 45, ("ANALOG", "SCALE"): np.ones(255, "f4"),
            ("ANALOG", "SCALE2"): np.full(45, 2, "f4")}  # fmt: skip
    with pytest.warns(MMCWarning, match="EMG 1: All samples are zero"):
        recording = read_recording(put(c3d(np.arange(300)[:, None] * np.ones((300, 40)), more), "a.c3d"))
    assert recording.names[255:257] == ("EMG 256", "EMG 257")
    assert [(c.unit, c.values[0]) for c in recording.channels[254:257]] == [("V", 254.0), ("mV", 510.0), ("mV", 512.0)]


@pytest.mark.parametrize("units", [None, ["V"]])
def test_1_units_that_are_missing_are_asked_for(units, put):
    path = put(c3d(STORED, {("ANALOG", "UNITS"): units} if units else None), "a.c3d")
    with pytest.raises(RecordingError, match="is EMG without a unit"):
        read_recording(path)
    if units:
        with pytest.warns(MMCWarning, match="2 of 3 analog channels have no unit"):
            assert [c.unit for c in read_recording(path, unit="mV").channels] == ["V", "mV", "mV"]
    else:
        assert [c.unit for c in read_recording(path, unit="mV").channels] == ["mV"] * 3


def test_events_first_frame_and_what_follows_the_data(put):
    more = {**UNITS, ("EVENT", "USED"): np.array([2], "i2"), ("EVENT", "CONTEXTS"): ["Left", "General"], ("EVENT", "LABELS"): ["Foot Strike", "Lift"],
            ("EVENT", "TIMES"): np.array([[0.0, 1.0], [0.5, 1.25]], "f4")}  # fmt: skip
    recording = read_recording(put(c3d(STORED, more, first=101) + b"left over" * 99, "a.c3d"))
    assert [(e.label, e.onset_s) for e in recording.events] == [("Left Foot Strike", 0.5), ("General Lift", 61.25)]
    assert [(c.start_s, c.n_samples) for c in recording.channels] == [(1.0, 2000)] * 3


@pytest.mark.parametrize("more", [
    {("POINT", "LONG_FRAMES"): np.array([70000], "f4")},
    {("TRIAL", "ACTUAL_START_FIELD"): np.array([1, 0], "i2"), ("TRIAL", "ACTUAL_END_FIELD"): np.array([70000 - 65536, 1], "i2")},
    None,
])  # fmt: skip
def test_files_longer_than_the_header_counts(more, put):
    path = put(
        c3d(np.arange(70000.0)[None] % 99, {("ANALOG", "UNITS"): ["V"], **(more or {})}, per_frame=1, rate=1000.0),
        "a.c3d",
    )
    if more:
        assert read_recording(path)["EMG 1"].n_samples == 70000
    else:
        with pytest.warns(MMCWarning, match="counts frames only to 65535, and the file has room for 70000"):
            assert read_recording(path)["EMG 1"].n_samples == 65535


def test_rates_that_do_not_fit_together_are_refused(put):
    with pytest.raises(RecordingError, match="make 2000 Hz, but ANALOG:RATE says 1000 Hz"):
        read_recording(put(c3d(STORED, {**UNITS, ("ANALOG", "RATE"): np.array([1000], "f4")}), "a.c3d"))
