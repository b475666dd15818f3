"""Delsys exports: EMGworks and Trigno Discover in the variants that their versions and locales write."""

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording
from mmc_analysis.recordings.reading import read_silently

EMG, ACC = 17 / 0.0135, 2 / 0.0135


def kinds(recording) -> list:
    return [(c.name, c.unit, c.type, round(c.sampling_frequency, 6), c.n_samples) for c in recording.channels]


def emgworks_variants(text: str) -> dict[str, bytes | str]:
    lines = text.splitlines()
    head, table = lines[:5], lines[5:]
    dutch = [line.replace(",", ";").replace(".", ",") if i else line.replace(",", ";") for i, line in enumerate(table)]
    return {
        "line ends of Windows": text.replace("\n", "\r\n"), "UTF-16": text.encode("utf-16"), "byte-order mark": text.encode("utf-8-sig"),
        "tabs": "\n".join([*head, *(line.replace(",", "\t") for line in table)]),
        "semicolons": "\n".join([*(line.replace("59259e", "59259e").replace(".000000e", ",000000e").replace("1.", "1,") for line in head), *dutch]),
        "spaces": text.replace(",", ", "), "no quotation marks": text.replace('"', ""), "trailing commas": "\n".join([*head, *(f"{line}," for line in table)]),
        "blank lines at the end": text + "\n\n",
    }  # fmt: skip


@pytest.mark.parametrize("variant", emgworks_variants(",").keys())
def test_emgworks_variants(variant, lab_files, put):
    text = lab_files["emgworks.csv"].decode()
    expected, found = read_silently(put(text, "a.csv")), read_silently(put(emgworks_variants(text)[variant], "b.csv"))
    assert kinds(found) == kinds(expected)
    for one, other in zip(found.channels, expected.channels, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_emgworks_without_labels_asks_for_the_unit(lab_files, put):
    text = "\n".join(lab_files["emgworks.csv"].decode().splitlines()[5:])
    with pytest.raises(RecordingError, match="is EMG without a unit"):
        read_recording(put(text))
    found = read_silently(put(text), unit="V")
    assert kinds(found) == [
        ("Mini sensor 10: EMG 10", "V", "EMG", round(EMG, 6), 500),
        ("Mini sensor 10: ACC.X 10", "", "ACCEL", round(ACC, 6), 59),
    ]


def test_emgworks_signals_may_share_one_time(put):
    rows = [f"{i / 2000:.6f},{0.0001 * i:.6f},{0.0002 * i:.6f}" for i in range(100)]
    recording = read_recording(put('X[s],"Trigno: EMG 1","Trigno: EMG 2"\n' + "\n".join(rows)), unit="V")
    assert recording.names == ("Trigno: EMG 1", "Trigno: EMG 2")
    np.testing.assert_allclose(recording["Trigno: EMG 2"].microvolts, 200.0 * np.arange(100))


def test_emgworks_labels_of_one_name_are_taken_in_order(lab_files, put):
    with pytest.warns(MMCWarning):
        recording = read_recording(put(lab_files["emgworks.csv"].decode().replace("ACC.X 10", "EMG 10")))
    assert [(c.unit, c.n_samples) for c in recording.channels] == [("V", 500), ("g", 59)]


def test_trigno_in_a_locale_with_decimal_commas(lab_files, put):
    text = lab_files["trigno.csv"].decode()
    lines = [
        line.replace(",", ";") if i < 3 else line.replace(",", ";").replace(".", ",")
        for i, line in enumerate(text.splitlines())
    ]
    expected, found = read_silently(put(text, "a.csv")), read_silently(put("\n".join(lines), "b.csv"))
    assert kinds(found) == kinds(expected) and [(e.label, e.onset_s) for e in found.events] == [("lift", 0.1)]


SHORT = ["Application:, Trigno Discover (1.7.0)", "Date/Time:, 4/10/2026 12:13:39 PM", "Collection Length (seconds):, 0.27",
         "EMG 01 03558 (88016), , FSR 21 (62899)", "sensor mode: 55, , sensor mode: 244", "EMG 1 (mV), ACC X (G), Analog 1 (%)",
         "1259.2593 Hz, 148.1481 Hz, 518.5185 Hz"]  # fmt: skip


@pytest.mark.parametrize("padding", ["", "0"])
def test_13_trigno_columns_without_time_end_where_their_signal_ends(padding, put):
    rows = [
        f"{np.sin(i + 1):.7f}, {f'{i + 1:.1f}' if i < 40 else padding}, {f'{i + 1:.1f}' if i < 140 else padding}"
        for i in range(340)
    ]
    with pytest.warns(MMCWarning):
        recording = read_recording(put("\n".join([*SHORT, *rows])))
    assert [(c.type, c.unit, c.n_samples) for c in recording.channels] == [
        ("EMG", "mV", 340),
        ("ACCEL", "G", 40),
        ("MISC", "%", 140),
    ]
    assert any("zeros behind the declared 0.27 s" in note for note in recording.channels[1].notes) is bool(padding)


def test_trigno_channels_with_times_but_no_rate_do_not_lend_their_clock(put):
    head = ["Application:, Trigno Discover (1.6.4)", "Date/Time:, 12/6/2024", "Collection Length (seconds):, 0.05",
            "EMG 01 (54717), , VO2 Master  (5), , EMG 02 (3), ", "sensor mode: 45, , sensor mode: 0, , sensor mode: 45, ",
            "EMG 1 Time Series (s), EMG 1 (mV), Resp Time Series (s), Resp (BrPM), EMG 1 (mV)", ", 1925.9259 Hz, , -1 Hz, 1925.9259 Hz"]  # fmt: skip
    rows = [
        f"{i * 0.0135 / 26:.7f}, {np.sin(i):.6f}, {f'{i * 2.1:.3f}, {i}' if i < 5 else ', '}, {np.cos(i):.6f}"
        for i in range(100)
    ]
    with pytest.warns(
        MMCWarning, match="'VO2 Master: Resp .*' has no sampling frequency or no samples and was left out"
    ):
        recording = read_recording(put("\n".join([*head, *rows])))
    assert kinds(recording) == [(f"EMG 0{k}: EMG 1", "mV", "EMG", round(26 / 0.0135, 6), 100) for k in (1, 2)]


def test_trigno_gaps_in_a_time_series_are_empty(lab_files, put):
    lines = lab_files["trigno.csv"].decode().splitlines()
    with pytest.warns(MMCWarning, match="30 samples are missing in 1 gaps"):
        recording = read_recording(put("\n".join([*lines[:108], *lines[138:]])))
    assert [(c.n_samples, int(np.isnan(c.values).sum())) for c in recording.channels] == [(480, 30)] * 2
