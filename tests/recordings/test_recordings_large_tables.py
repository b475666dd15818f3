"""Tables above the 5 MB from which pandas reads a file itself, in pieces and in parallel: what comes out is the same."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmc_analysis.errors import RecordingError
from mmc_analysis.recordings import read_recording, text_columns

FS, N = 2000.0, 90_000
HEADER = "Time (s),EMG 1 (mV),EMG 2 (mV),EMG 3 (mV),EMG 4 (mV)"


@pytest.fixture(scope="module")
def signals() -> np.ndarray:
    return np.random.default_rng(4).normal(0, 0.2, (N, 4)).round(9)


@pytest.fixture(scope="module")
def lines(signals) -> list[str]:
    cells = pd.DataFrame(signals, index=np.arange(N) / FS).to_csv(
        header=False, float_format="%.9f", lineterminator="\n"
    )
    return cells.splitlines()


@pytest.fixture
def by_path(monkeypatch) -> list[bool]:
    """Whether pandas was given the file itself to read."""
    found, read = [], pd.read_csv

    def told(source, **options):
        found.append(isinstance(source, Path))
        return read(source, **options)

    monkeypatch.setattr(text_columns.pd, "read_csv", told)
    return found


FILES = {
    "plain": (["{header}"], "\n", "utf-8", True),
    "byte-order mark": (["{header}"], "\n", "utf-8-sig", True),
    "Windows": (["Lab: Übung", "{header}"], "\r\n", "utf-8", True),
    "quoted header": (['"Time (s)","EMG 1 (mV)","EMG 2 (mV)","EMG 3 (mV)","EMG 4 (mV)"'], "\n", "utf-8", True),
    "rows above": (["Participant,P01", "Device,X", "{header}"], "\n", "utf-8", True),
    "empty row above": (["Participant,P01", "", "{header}"], "\n", "utf-8", False),
    "lone quotation mark above": (["Height,5'11\"", "{header}"], "\n", "utf-8", False),
    "old Mac": (["{header}"], "\r", "utf-8", False),
    "cp1252": (["Übung", "{header}"], "\n", "cp1252", False),
    "UTF-16": (["{header}"], "\n", "utf-16", False),
}


@pytest.mark.parametrize("name", FILES)
def test_every_sample_is_read(name, lines, signals, put, by_path):
    head, end, encoding, itself = FILES[name]
    content = (end.join([*[row.format(header=HEADER) for row in head], *lines]) + end).encode(encoding)
    assert len(content) > 5 * 2**20
    recording = read_recording(put(content))
    assert by_path == [itself]
    assert recording.names == ("EMG 1", "EMG 2", "EMG 3", "EMG 4")
    assert recording.source.sha256 == hashlib.sha256(content).hexdigest()
    for channel, values in zip(recording.channels, signals.T, strict=True):
        assert (channel.sampling_frequency, channel.n_samples) == (FS, N)
        np.testing.assert_allclose(channel.values, values, rtol=0, atol=1e-12)


@pytest.mark.parametrize("row", [0, 44_321, N - 1])
def test_a_cell_that_is_no_number_is_found_where_it_stands(row, lines, put):
    cells = lines[row].split(",")
    damaged = [*lines[:row], ",".join([*cells[:3], "loose", cells[4]]), *lines[row + 1 :]]
    with pytest.raises(RecordingError, match=rf"row {row + 2}[, :].*loose"):
        read_recording(put("\n".join([HEADER, *damaged])))


def test_missing_cells_and_short_rows_are_missing_samples(lines, signals, put):
    short = [*lines]
    short[50_000] = ",".join(lines[50_000].split(",")[:3])
    short[60_000] = lines[60_000].rsplit(",", 1)[0] + ",NaN"
    recording = read_recording(put("\n".join([HEADER, *short])))
    lost = np.isnan(np.column_stack([channel.values for channel in recording.channels]))
    assert np.argwhere(lost).tolist() == [[50_000, 2], [50_000, 3], [60_000, 3]]
    np.testing.assert_allclose(recording["EMG 2"].values, signals[:, 1], rtol=0, atol=1e-12)


def test_an_ending_of_compressed_files_does_not_mislead(lines, put):
    assert read_recording(put("\n".join([HEADER, *lines]), "trial.gz")).channels[0].n_samples == N


def test_a_file_that_changes_while_it_is_read_is_refused(lines, put, monkeypatch):
    path, read = put("\n".join([HEADER, *lines])), pd.read_csv

    def and_then_changed(source, **options):
        found = read(source, **options)
        with path.open("a") as file:
            file.write("\n")
        return found

    monkeypatch.setattr(text_columns.pd, "read_csv", and_then_changed)
    with pytest.raises(RecordingError, match="changed while it was read"):
        read_recording(path)
