"""EDF and BDF: units, gaps between records, scales, odd headers, trigger channels, events beside the file."""

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording

EMG = np.random.default_rng(4).normal(0, 150, 3000)
SIGNAL = {
    "data": EMG,
    "sampling_frequency": 1000,
    "label": "EMG Pec",
    "physical_dimension": "uV",
    "physical_range": (-1000, 1000),
}


def edf(*signals: dict, annotations=(), record_s: float = 1.0, kind: str = "Edf") -> bytes:
    edfio = pytest.importorskip("edfio")
    signal = getattr(edfio, f"{kind}Signal")
    found = [signal(**own) for own in signals or [SIGNAL]]
    notes = [edfio.EdfAnnotation(*one) for one in annotations]
    return getattr(edfio, kind)(found, annotations=notes, data_record_duration=record_s).to_bytes()


def with_starts(content: bytes, starts: list[int]) -> bytes:
    """Return an EDF+D file whose records, of 1 s, start at other whole seconds."""
    made = bytearray(content.replace(b"EDF+C", b"EDF+D"))
    for k, start in enumerate(starts):
        at = made.find(f"+{k}\x14\x14".encode())
        made[at : at + 4] = f"+{start}\x14\x14".encode()
    return bytes(made)


@pytest.mark.parametrize(("written", "unit", "factor"), [
    (b"uV", "uV", 1.0), (b"\xb5V", "uV", 1.0), ("µV".encode(), "uV", 1.0), (b"mV", "mV", 1e3), (b"V", "V", 1e6), (b"microV", "uV", 1.0), (b"nV", "nV", 1e-3),
])  # fmt: skip
def test_1_units_of_signals(written, unit, factor, put):
    content = edf().replace(b"uV".ljust(8), written.ljust(8), 1)
    channel = read_recording(put(content, "a.edf"))["EMG Pec"]
    assert (channel.unit, channel.type) == (unit, "EMG")
    np.testing.assert_allclose(channel.microvolts, EMG * factor, atol=0.02 * factor)


def test_18_gaps_between_records_are_empty(put):
    with pytest.warns(MMCWarning, match="2000 samples are missing in 1 gaps between records"):
        channel = read_recording(put(with_starts(edf(), [0, 1, 4]), "a.edf"))["EMG Pec"]
    assert channel.n_samples == 5000 and np.flatnonzero(np.isnan(channel.values)).tolist() == list(range(2000, 4000))
    np.testing.assert_allclose(channel.values[4000:], EMG[2000:], atol=0.02)
    assert read_recording(put(with_starts(edf(), [0, 1, 2]), "a.edf"))["EMG Pec"].n_samples == 3000


def test_17_records_that_overlap_are_refused(put):
    with pytest.raises(RecordingError, match="record 3: it starts 0 s after the one before, which lasts 1 s"):
        read_recording(put(with_starts(edf(), [0, 1, 1]), "a.edf"))


@pytest.mark.parametrize("change", [(b"-1000   ", b"1000    "), (b"-1000   ", b"-1000,0 "), (b"-32768  ", b"32767   ")])
def test_3_signals_without_a_scale_are_not_taken_for_volts(change, put):
    with pytest.raises(RecordingError, match="channel 'EMG Pec': physical range .* give no scale"):
        read_recording(put(edf().replace(*change), "a.edf"))


def test_odd_headers_are_read(put):
    content = bytearray(edf())
    content[236:244] = b"-1      "
    content[8:88] = "Jürgen Müller".encode("latin-1").ljust(80)
    content[168:176] = b"xx.yy.zz"
    assert read_recording(put(bytes(content) + b"\x00" * 700, "a.edf"))["EMG Pec"].n_samples == 3000


def test_40_a_cut_file_is_read_in_part_only_if_the_user_says_so(put):
    path = put(edf()[:-500], "a.edf")
    with pytest.raises(RecordingError, match="2 whole records, but the header declares 3.*strict=False"):
        read_recording(path)
    with pytest.warns(MMCWarning, match="ends early"):
        assert read_recording(path, strict=False)["EMG Pec"].n_samples == 2000


def test_13_each_signal_keeps_its_rate_and_fractions_of_seconds(put):
    fs = 26 / 0.0135
    emg = {**SIGNAL, "data": EMG[:2600], "sampling_frequency": fs}
    acc = {
        **SIGNAL,
        "data": np.arange(200.0),
        "sampling_frequency": 2 / 0.0135,
        "label": "ACC X",
        "physical_dimension": "g",
    }
    recording = read_recording(put(edf(emg, acc, record_s=0.0135), "a.edf"))
    assert [(c.type, c.n_samples) for c in recording.channels] == [("EMG", 2600), ("ACCEL", 200)]
    assert [c.sampling_frequency for c in recording.channels] == pytest.approx([fs, 2 / 0.0135], rel=1e-12)


def test_34_a_status_channel_of_a_bdf_file_gives_events(put):
    codes = np.zeros(3000)
    codes[500:600], codes[1500:1700] = 1, 2
    status = {"data": codes, "sampling_frequency": 1000, "label": "Status", "physical_dimension": "Boolean", "physical_range": (-8388608, 8388607),
              "digital_range": (-8388608, 8388607)}  # fmt: skip
    recording = read_recording(put(edf(SIGNAL, status, kind="Bdf"), "a.bdf"))
    assert recording["Status"].type == "TRIG"
    assert [(e.label, e.onset_s, e.duration_s) for e in recording.events] == [
        ("Status 1", 0.5, 0.1),
        ("Status 2", 1.5, 0.2),
    ]


def test_34_status_words_of_biosemi_hold_more_than_trigger_codes(put):
    words = np.full(3000, 0x110000)
    words[500:600] |= 7
    words[1500:1700] |= 9
    words[2000:] |= 0xE00000  # the amplifier's own bits change; as a signed number of 24 bits, the word is negative
    words[words >= 2**23] -= 2**24
    status = {"data": words.astype(float), "sampling_frequency": 1000, "label": "Status", "physical_dimension": "Boolean",
              "physical_range": (-8388608, 8388607), "digital_range": (-8388608, 8388607)}  # fmt: skip
    with pytest.warns(MMCWarning, match="Trigger codes: the low 16 bits"):
        recording = read_recording(put(edf(SIGNAL, status, kind="Bdf"), "a.bdf"))
    assert sorted(set(recording["Status"].values)) == [0, 7, 9]
    assert [(e.label, e.onset_s, e.duration_s) for e in recording.events] == [
        ("Status 7", 0.5, 0.1),
        ("Status 9", 1.5, 0.2),
    ]


def test_11_a_channel_that_stands_twice_in_the_channels_table_is_refused(tmp_path):
    path = tmp_path / "sub-01_task-bench_emg.edf"
    path.write_bytes(edf())
    (tmp_path / "sub-01_task-bench_channels.tsv").write_text("name\ttype\tunits\nEMG Pec\tEMG\tuV\nEMG Pec\tECG\tuV\n")
    with pytest.raises(
        RecordingError, match="sub-01_task-bench_channels.tsv: the channel 'EMG Pec' stands in two rows"
    ):
        read_recording(path)


def test_signals_without_label_are_numbered(put):
    recording = read_recording(put(edf({**SIGNAL, "label": ""}, {**SIGNAL, "label": ""}), "a.edf"))
    assert recording.names == ("Signal 1", "Signal 2")


def test_34_a_voltage_of_two_levels_gives_events(put):
    rng = np.random.default_rng(5)
    level = np.where((np.arange(2000) // 500) % 2 == 1, 5.0, 0.0) + rng.normal(0, 0.02, 2000)
    rows = "".join(f"{i / 2000},{EMG[i]:.3f},{level[i]:.3f}\n" for i in range(2000))
    recording = read_recording(put("Time (s),EMG (uV),Trigger (V)\n" + rows))
    assert [(e.label, e.onset_s, e.duration_s) for e in recording.events] == [
        ("Trigger", 0.25, 0.25),
        ("Trigger", 0.75, 0.25),
    ]
    noise = "".join(f"{i / 2000},{EMG[i]:.3f},{EMG[-i]:.3f}\n" for i in range(2000))
    assert not read_recording(put("Time (s),EMG (uV),Trigger (V)\n" + noise)).events


def test_events_beside_the_file_and_in_it_are_told_once(tmp_path):
    path = tmp_path / "sub-01_task-bench_emg.edf"
    path.write_bytes(edf(annotations=[(0.5, 0.25, "lift"), (2.0, None, "stop")]))
    (tmp_path / "sub-01_task-bench_events.tsv").write_text(
        "onset\tduration\ttrial_type\tvalue\n0.5\t0.25\tlift\tn/a\n1.5\tn/a\tn/a\t7\nn/a\t1\tx\tn/a\n"
    )
    events = read_recording(path).events
    assert [(e.onset_s, e.duration_s, e.label) for e in events] == [
        (0.5, 0.25, "lift"),
        (1.5, 0.0, "7"),
        (2.0, 0.0, "stop"),
    ]
    (tmp_path / "sub-01_task-bench_events.tsv").write_text("time\tlabel\n0\tx\n")
    with pytest.raises(
        RecordingError, match="_events.tsv: a table of this kind has a column 'onset'; found time, label"
    ):
        read_recording(path)
