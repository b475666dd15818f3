"""OpenSignals text and HDF5: devices, sequence numbers, converted values, resolutions."""

import io
import json

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording
from mmc_analysis.recordings.opensignals import sequence_clock
from mmc_analysis.recordings.reading import read_silently

COUNTS = 32768 + 100 * (np.arange(200) % 7)
MILLIVOLTS = 1000 * (COUNTS / 65536 - 0.5) * 3 / 1000


def text(row, first="# OpenSignals Text File Format", *, end="\t\n", devices=None, **own) -> str:
    device = {"sensor": ["EMG", "XYZ"], "column": ["nSeq", "DI", "CH1", "CH2"], "sampling rate": 1000, "resolution": [16, 16],
              "label": ["CH1", "CH2"], "device": "biosignalsplux", "date": "2017-5-22", "time": "9:39:1.0", "convertedValues": 0}  # fmt: skip
    head = f"{first}\n# {json.dumps(devices or {'00:07': {**device, **own}})}\n# EndOfHeader\n"
    return head + "".join("\t".join(map(str, row(i))) + end for i in range(200))


def plain(i: int) -> tuple:
    return i, 0, COUNTS[i], 30000


@pytest.mark.parametrize("content", [
    text(plain), text(plain, "# OpenSignals Text File Format. Version 1"), text(plain, end="\n"), text(plain).replace("\n", "\r\n"),
    text(plain, end="\n").replace("\t", ","), text(plain, end="\n").replace("\t", " "), text(lambda i: plain(i)[1:], column=["DI", "CH1", "CH2"]),
    text(lambda i: (i % 128, *plain(i)[1:])), text(plain, **{"sampling rate": "1000"}),
])  # fmt: skip
def test_variants_of_the_text(content, put):
    with pytest.warns(MMCWarning, match="supply_v and gain assumed"):
        recording = read_recording(put(content, "o.txt"))
    assert [(c.name, c.type, c.unit, c.n_samples) for c in recording.channels] == [
        ("CH1", "EMG", "mV", 200),
        ("CH2", "ACCEL", "counts", 200),
    ]
    np.testing.assert_allclose(recording["CH1"].values, MILLIVOLTS, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("bits", [4, 8, 12, 15, 16])
def test_18_a_sequence_number_of_any_width_shows_losses(bits):
    kept = np.setdiff1d(np.arange(3 * 2**bits), [5, 6, 2**bits])
    clock = sequence_clock(kept % 2**bits, 1000.0)
    assert clock.n_samples == 3 * 2**bits and np.array_equal(clock.positions, kept)


def test_values_that_were_converted_are_not_converted_again(put):
    zeros = text(lambda i: (i, 0, 0.0, 1.0), convertedValues=1)
    with pytest.raises(RecordingError, match="'CH1' is EMG without a unit"):
        read_recording(put(zeros, "o.txt"))
    found = read_silently(put(text(lambda i: (i, 0, MILLIVOLTS[i], 1.0), convertedValues=1), "o.txt"), unit="mV")
    np.testing.assert_allclose(found["CH1"].values, MILLIVOLTS, rtol=1e-12)


def test_3_counts_of_an_unknown_device_or_resolution_are_asked_about(put):
    other = put(text(plain, device="muscleban"), "o.txt")
    with pytest.raises(
        RecordingError,
        match="device 'muscleban', whose transfer is not known here.*supply_v= and gain=, from its data sheet",
    ):
        read_recording(other)
    with pytest.raises(RecordingError, match="Say it with supply_v=, from its data sheet"):
        read_recording(other, gain=1100)
    assert read_silently(other, gain=1100, supply_v=2.5)["CH1"].values[1] == pytest.approx(
        1000 * (32868 / 65536 - 0.5) * 2.5 / 1100
    )
    silent = put(text(plain, resolution=[]), "o.txt")
    with pytest.raises(RecordingError, match="whose resolution the header does not say. Say it with bits="):
        read_recording(silent)
    np.testing.assert_allclose(read_silently(silent, bits=16)["CH1"].values, MILLIVOLTS, rtol=1e-12, atol=1e-12)


def test_two_devices_of_a_text_file(put):
    first = {
        "sensor": ["EMG"],
        "column": ["nSeq", "DI", "CH1"],
        "sampling rate": 1000,
        "resolution": [16],
        "label": ["CH1"],
        "device": "biosignalsplux",
    }
    devices = {"aa": first, "bb": {**first, "label": ["BICEPS"]}}
    recording = read_silently(put(text(lambda i: (i, 0, COUNTS[i], i, 0, 32768), devices=devices), "o.txt"))
    assert recording.names == ("aa CH1", "bb BICEPS") and not recording["bb BICEPS"].values.any()


def hdf5(**said) -> bytes:
    """Return a file of three channels of 16, 12 and 12 bits at rest."""
    h5py = pytest.importorskip("h5py")
    out = io.BytesIO()
    with h5py.File(out, "w") as book:
        group = book.create_group("00:07")
        group.attrs.update(
            {"sampling rate": 1000, "nsamples": 200, "device": "biosignalsplux", "channels": [1, 2, 10], **said}
        )
        raw = group.create_group("raw")
        for number, label, counts in ((10, "TRICEPS", 2048), (2, "", 2048), (1, "PECTORALIS", 32768)):
            raw[f"channel_{number}"] = np.full((200, 1), counts, "u2")
            raw[f"channel_{number}"].attrs.update({"sensor": "EMG", "label": label})
    return out.getvalue()


def test_channels_of_hdf5_stand_in_the_order_of_their_numbers(put):
    recording = read_silently(put(hdf5(resolution=[16, 12, 12]), "o.h5"))
    assert recording.names == ("PECTORALIS", "channel_2", "TRICEPS") and not any(
        c.values.any() for c in recording.channels
    )


@pytest.mark.parametrize("said", [{}, {"resolution": [16, 12]}])
def test_3_resolutions_that_hdf5_does_not_say_are_asked_about(put, said):
    path = put(hdf5(**said), "o.h5")
    with pytest.raises(RecordingError, match="whose resolution the header does not say. Say it with bits="):
        read_recording(path)
    assert not read_silently(path, bits=16)["PECTORALIS"].values.any()


def test_3_counts_of_the_simple_text_format_are_asked_about(lab_files, put):
    path = put(lab_files["simple.txt"], "s.txt")
    with pytest.raises(RecordingError, match="counts of a 12-bit converter, not a voltage.*gain= and supply_v="):
        read_recording(path)
    counts = np.loadtxt(path, skiprows=4)
    with pytest.warns(MMCWarning, match="as the user says"):
        found = read_recording(path, gain=1000, supply_v=3.0)["EMG"]
    np.testing.assert_allclose(found.microvolts, 1e6 * (counts / 4096 - 0.5) * 3 / 1000, rtol=1e-12, atol=1e-9)
