"""AcqKnowledge: text exports in their variants, and files that end early."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording
from mmc_analysis.recordings.acq import Counted
from mmc_analysis.recordings.source import File

EMG = np.round(np.sin(np.arange(300)), 4)


def text(rows, *, interval="0.5 msec/sample", columns="CH1\tCH2", counts="300\t300", above=("trial.acq",)) -> str:
    head = [*above, interval, "2 channels", "EMG pec", "mV", "Force", "N", columns, *([counts] if counts else [])]
    return "\n".join(head) + "\n" + "".join(f"{rows(i)}\n" for i in range(300))


def plain(i: int) -> str:
    return f"{EMG[i]}\t{i}"


@pytest.mark.parametrize("content", [
    text(plain), text(plain, counts="300 samples\t300 samples"), text(plain, counts=""), text(plain, interval="0.0005 sec/sample"),
    text(plain, interval="500 µsec/sample").encode("latin-1"), text(plain, interval="2 kHz"), text(plain, interval="2000 Hz"),
    text(lambda i: f"{i * 0.5:g}\t{plain(i)}\t", columns="milliSec\tCH1\tCH2\t", counts="\t300\t300\t"), text(plain).replace("\n", "\r\n"),
    text(plain).replace(".", ","), text(plain, above=()), text(plain, above=("trial.acq", "Recording on: 2025-02-21 11:05:38.634")),
    text(plain, interval="0.5 msec/sample\tSample rate =\t2000Hz"), text(plain).replace("\t", ","),
])  # fmt: skip
def test_variants_of_the_text(content, put):
    recording = read_recording(put(content, "a.txt"))
    assert recording.source.format == "acq_text"
    assert [(c.name, c.unit, c.type, c.sampling_frequency) for c in recording.channels] == [
        ("EMG pec", "mV", "EMG", 2000.0), ("Force", "N", "MISC", 2000.0)]  # fmt: skip
    np.testing.assert_array_equal(recording["EMG pec"].values, EMG)
    np.testing.assert_array_equal(recording["Force"].values, np.arange(300))


def test_counts_are_told_from_samples_that_are_whole_numbers(put):
    for counts in ("300\t300", ""):
        values = read_recording(put(text(lambda i: f"{i % 7}\t{i}", counts=counts), "a.txt"))["EMG pec"].values
        np.testing.assert_array_equal(values, np.arange(300) % 7)
    shorter = read_recording(put(text(lambda i: f"{EMG[i]}\t{i if i < 294 else ''}", counts="300\t294"), "a.txt"))
    assert [c.n_samples for c in shorter.channels] == [300, 294]


def test_a_selection_keeps_its_time(put):
    content = text(lambda i: f"{(100 + i * 0.5) / 60000:.9f}\t{plain(i)}", columns="min\tCH1\tCH2", counts="\t300\t300")
    assert read_recording(put(content, "a.txt"))["EMG pec"].start_s == pytest.approx(0.1, abs=1e-6)


def test_13_a_channel_of_another_rate_does_not_get_a_rate_that_is_not_its_own(put):
    for row in (lambda i: f"{EMG[i]}\t{i if i < 150 else ''}", lambda i: f"{EMG[i]}\t{i if i % 2 == 0 else ''}"):
        with pytest.warns(MMCWarning, match="'Force' fills 150 of 300 rows.*left out"):
            assert read_recording(put(text(row, counts="300\t150"), "a.txt")).names == ("EMG pec",)


@pytest.mark.parametrize(("name", "share", "words"), [
    ("acq/r42_test.acq", 0.5, "its channels take .*ends early and cannot be read in part"), ("acq/r42_test.acq", 0.02, "cannot be read"),
    ("acq/physio-5.0.1-c.acq", 0.5, "cannot be read"),
])  # fmt: skip
def test_40_files_that_end_early(name, share, words, real_data, put):
    content = (real_data / name).read_bytes()
    with pytest.raises(RecordingError, match=words):
        read_recording(put(content[: int(share * len(content))], "a.acq"))


def test_40_a_file_that_ends_before_its_markers(real_data, put):
    content = (real_data / "acq" / "r42_test.acq").read_bytes()
    for cut in range(len(content) - 100, 0, -100):
        path = put(content[:cut], "a.acq")
        try:
            assert read_recording(path).events
        except RecordingError as fault:
            assert "strict=False" in str(fault)
            break
    with pytest.warns(MMCWarning, match="The markers cannot be read"):
        recording = read_recording(path, strict=False)
    assert recording["EMG (30 - 500 Hz)"].n_samples == 7901 and not recording.events


@pytest.mark.parametrize("step", [0, 1])
def test_a_count_of_markers_that_never_ends_is_refused(step):
    content = Counted(File(Path("a.acq"), b"x" * 100_000))
    with pytest.raises(RecordingError, match="a.acq: its header declares more than some 10000 markers"):
        for i in itertools.count():
            content.seek(i * step)
            content.read(18)
