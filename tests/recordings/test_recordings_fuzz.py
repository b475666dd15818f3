"""Damaged files of every format: an error of the package or a valid recording, in bounded time and memory."""

import random
import time
import warnings
import zipfile

import numpy as np
import pytest

from mmc_analysis.errors import MMCError
from mmc_analysis.recordings import read_recording

NAMES = (
    "table.csv", "semicolon.csv", "emgworks.csv", "trigno.csv", "noraxon.csv", "separated.csv", "opensignals.txt", "simple.txt", "acq.txt",
    "trial.emt", "labchart.txt", "vicon.csv", "book.xlsx", "spike2.mat", "labchart.mat", "plain.mat", "opensignals.h5", "trial.edf", "trial.bdf",
    "trial.c3d", "noraxon.mat", "acqknowledge.mat", "spike2_73.mat", "labchart_73.mat", "noraxon_73.mat",
)  # fmt: skip
HINTS = {
    "plain.mat": {"unit": "mV"},
    "simple.txt": {"gain": 1000.0, "supply_v": 3.0},
    "labchart.mat": {"block": 1},
    "labchart_73.mat": {"block": 1},
}
INSERTED = (
    b"99999999999",
    b"nan",
    b"inf",
    b"\xff\xff\xff\x7f",
    b"1e308",
    b"-1",
    b'"',
    b"\n\n",
    b";",
    b"\x00" * 8,
    b"\xff" * 4,
)
SLOWEST_S = 10.0


def damaged(content: bytes, rng: random.Random) -> bytes:
    made = bytearray(content)
    at = rng.randrange(len(made))
    kind = rng.randrange(4)
    if kind == 0:
        del made[at:]
    elif kind == 1:
        for _ in range(rng.choice([1, 3, 30])):
            made[rng.randrange(min(len(made), rng.choice([300, 3000, len(made)])))] = rng.randrange(256)
    elif kind == 2:
        made[at:at] = rng.choice(INSERTED)
    else:
        del made[at : at + rng.randrange(1, 200)]
    return bytes(made)


def outcome(path, **hints) -> str:
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            recording = read_recording(path, **hints)
        except MMCError as fault:
            assert path.name in str(fault)
            return "refused"
        finally:
            assert time.perf_counter() - start < SLOWEST_S
    for channel in recording.channels:
        assert np.isfinite(channel.sampling_frequency) and channel.sampling_frequency > 0
        assert channel.values.ndim == 1 and channel.values.dtype == float
    return "read"


@pytest.mark.parametrize("name", NAMES)
def test_damage(name, lab_files, put):
    rng = random.Random(name)
    outcomes = {outcome(put(damaged(lab_files[name], rng), name), **HINTS.get(name, {})) for _ in range(25)}
    assert "refused" in outcomes


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "format", ["table", "c3d", "edf", "mat", "acq", "workbook", "opensignals_h5", "noraxon", "labchart"]
)
def test_the_wrong_format(name, format, lab_files, put):
    assert outcome(put(lab_files[name], name), format=format, **HINTS.get(name, {})) in ("read", "refused")


@pytest.mark.parametrize("name", ["r42_test.acq", "r35_test.acq"])
def test_damage_of_real_acq_files(name, real_data, put):
    content, rng = (real_data / "acq" / name).read_bytes(), random.Random(5)
    outcomes = [outcome(put(damaged(content, rng), name)) for _ in range(12)]
    assert "refused" in outcomes


def test_a_workbook_that_unpacks_to_far_more_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    with pytest.raises(MMCError, match="unpack from"):
        read_recording(path)


def test_a_workbook_with_entities_is_not_opened(tmp_path):
    path = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><workbook/>')
    with pytest.raises(MMCError, match="declares entities"):
        read_recording(path)


def test_a_dataset_larger_than_its_file_is_not_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "huge.h5"
    with h5py.File(path, "w") as book:
        group = book.create_group("00:07:80")
        group.attrs.update({"sampling rate": 1000, "nsamples": 10, "resolution": [16]})
        group.create_group("raw").create_dataset("channel_1", shape=(300_000_000, 1), chunks=(1000, 1), dtype="u2")
    with pytest.raises(MMCError, match="are declared in a file of"):
        read_recording(path)


def test_numbers_that_are_not_finite_stay_visible(put):
    rows = "".join(f"{i / 1000:.3f},{'inf' if i == 5 else 'nan' if i == 6 else 0.1}\n" for i in range(100))
    values = read_recording(put("Time (s),EMG (mV)\n" + rows))["EMG"].values
    assert np.isinf(values[5]) and np.isnan(values[6]) and np.isfinite(values).sum() == 98
