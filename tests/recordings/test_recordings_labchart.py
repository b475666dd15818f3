"""LabChart and BTS text: blocks, comments, clocks, units."""

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording
from mmc_analysis.recordings.reading import read_blocks, read_silently


def split(text: str) -> tuple[list[str], list[str]]:
    lines = text.splitlines()
    return [line for line in lines if "=" in line[:20]], [line for line in lines if "=" not in line[:20]]


def changed(text: str, row) -> str:
    head, body = split(text)
    return "\n".join([*head, *("\t".join(row(line.split("\t"))) for line in body)]) + "\n"


@pytest.fixture
def text(lab_files) -> str:
    return lab_files["labchart.txt"].decode()


VARIANTS = {
    "decimal commas": lambda text: text.replace(".", ","), "UTF-16": lambda text: text.encode("utf-16"), "byte-order mark": lambda text: text.encode("utf-8-sig"),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"), "interval in ms": lambda text: text.replace("0.001 s", "1 ms"),
    "exponent": lambda text: text.replace("0.001 s", "1.0e-003 s"), "no time": lambda text: changed(text, lambda cells: cells[1:]),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants(variant, text, put):
    expected, found = read_silently(put(text, "a.txt")), read_silently(put(VARIANTS[variant](text), "b.txt"))
    assert [(c.name, c.unit, c.sampling_frequency, c.n_samples) for c in found.channels] == [
        ("EMG Pec", "mV", 1000.0, 1000), ("Force", "N", 1000.0, 1000)]  # fmt: skip
    assert [(e.label, e.onset_s) for e in found.events] == [("lift", 0.25)]
    np.testing.assert_array_equal(found["EMG Pec"].values, expected["EMG Pec"].values)


def test_37_a_time_that_starts_again_begins_a_block(text, put):
    head, body = split(text)
    path = put("\n".join([*head, *body, *body[:400]]), "a.txt")
    with pytest.raises(RecordingError, match="2 blocks, each a trial of its own"):
        read_recording(path)
    assert [recording["EMG Pec"].n_samples for recording in read_blocks(path)] == [1000, 400]


def test_37_blocks_may_have_other_channels(text, put):
    first, second = read_blocks(put(text + text.replace("Force", "Angle").replace("\tN\n", "\tdeg\n"), "a.txt"))
    assert (first.names, second.names, second["Angle"].unit) == (("EMG Pec", "Force"), ("EMG Pec", "Angle"), "deg")


@pytest.mark.parametrize(("comment", "expected"), [
    ("\t#* lift", [("lift", 0.25, "")]), ("\t#2 lift", [("lift", 0.25, "Force")]), ("\t#* lift #1 stop", [("lift", 0.25, ""), ("stop", 0.25, "EMG Pec")]),
    ("\n0.2505\t#* lift", [("lift", 0.2505, "")]),
])  # fmt: skip
def test_comments_of_all_kinds(comment, expected, text, put):
    recording = read_silently(put(text.replace("\t#* lift", comment), "a.txt"))
    assert [(e.label, e.onset_s, e.channel) for e in recording.events] == expected
    assert recording["EMG Pec"].n_samples == 1000


def test_clocks_stars_and_times_before_0(text, put):
    clock = changed(text, lambda cells: [f"10:00:{float(cells[0]):06.3f}", *cells[1:]])
    assert read_silently(put(clock, "a.txt"))["Force"].start_s == 36000.0
    early = changed(text, lambda cells: [f"{float(cells[0]) - 0.1:.3f}", *cells[1:]])
    recording = read_silently(put(early, "a.txt"))
    assert recording["Force"].start_s == -0.1 and recording.events[0].onset_s == pytest.approx(0.15)
    assert np.isnan(read_silently(put(text.replace("\t3\n", "\t*\n"), "a.txt"))["Force"].values).sum() == 200


def test_1_a_unit_that_is_a_star_stands_in_the_range(text, put):
    assert read_silently(put(text, "a.txt"))["EMG Pec"].unit == "mV"
    head, body = split(text)
    bare = "\n".join([*(line for line in head if not line.startswith(("Range", "UnitName"))), *body])
    with pytest.raises(RecordingError, match="'EMG Pec' is EMG without a unit"):
        read_recording(put(bare, "a.txt"))


def test_what_is_not_understood_is_named(text, put):
    with pytest.raises(RecordingError, match="row 110, channel 1: 'off' is no number"):
        lines = text.splitlines()
        lines[109] = "\t".join([lines[109].split("\t")[0], "off", "1"])
        read_recording(put("\n".join(lines), "a.txt"))
    with pytest.raises(RecordingError, match="row 10: 4 cells, but the header names 2 channels|row 10: 3 cells"):
        read_recording(put(changed(text, lambda cells: [*cells[:2], "7", *cells[2:]]), "a.txt"))


@pytest.mark.parametrize("unit", ["V", "mV"])
def test_bts_units_and_locales(unit, lab_files, put):
    text = lab_files["trial.emt"].decode().replace("Measure unit: \tV", f"Measure unit: \t{unit}")
    for variant in (text, text.replace("\n", "\r\n"), text.replace(".", ","), text.encode("cp1252")):
        with pytest.warns(MMCWarning, match="not tried on a real file"):
            recording = read_recording(put(variant, "a.emt"))
        assert (recording["Pec~2"].unit, recording["Pec~2"].type, recording["Pec~2"].sampling_frequency) == (
            unit,
            "EMG",
            1000.0,
        )


def test_bts_files_of_other_kinds_are_refused(put):
    with pytest.raises(RecordingError, match="begins with Frame and Time; there is none"):
        read_recording(put("BTS ASCII format\n\nType:         \tMasses\nMeasure unit: \tkg\n\nMass\n71.5\n", "a.emt"))
