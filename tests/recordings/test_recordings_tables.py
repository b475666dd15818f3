"""Text tables and workbooks as labs write them: clocks, markers, units, headers; and what is refused rather than misread."""

import datetime
import io

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, RecordingError
from mmc_analysis.recordings import read_recording

FS = 2000.0
N = 300


def rows(row, n: int = N) -> str:
    return "".join(f"{row(i)}\n" for i in range(n))


def kinds(recording) -> list:
    return [(c.name, c.unit, c.type, round(c.sampling_frequency, 6), c.n_samples) for c in recording.channels]


def test_each_signal_runs_by_the_time_to_its_left(put):
    text = "Time (s),EMG (mV),Time (s),ACC X (g)\n" + rows(
        lambda i: f"{i / FS},{i % 7}," + (f"{i / 148:.6f},{i}" if i < 23 else "{0},{0}")
    )
    for padding in ("", "0"):
        recording = read_recording(put(text.replace("{0}", padding)))
        assert kinds(recording) == [("EMG", "mV", "EMG", FS, N), ("ACC X", "g", "ACCEL", 148.0, 23)]
        np.testing.assert_array_equal(recording["ACC X"].values, np.arange(23))
    with pytest.raises(
        RecordingError, match="column 'ACC X': goes on behind row 23 of the table, where its time column ends"
    ):
        read_recording(put(text.replace("{0},{0}", ",5")))


def test_axes_called_x_are_no_time(put):
    text = "EMG (mV),X,Y\n" + rows(lambda i: f"{i % 7},{i % 3},{i % 4}")
    assert read_recording(put(text), sampling_frequency=1000).names == ("EMG", "X", "Y")


@pytest.mark.parametrize(
    "clock",
    [
        "{:%H:%M:%S.%f}",
        "2026-01-15 {:%H:%M:%S.%f}",
        "2026-01-15T{:%H:%M:%S.%f}Z",
        "15.01.2026 {:%H:%M:%S.%f}",
        "{:%I:%M:%S.%f %p}",
    ],
)
def test_times_of_day_with_and_without_date(put, clock):
    start = datetime.datetime(2026, 1, 15, 23, 59, 59, 900_000)
    cells = [clock.format(start + datetime.timedelta(milliseconds=i)) for i in range(N)]
    channel = read_recording(put("Time,EMG (mV)\n" + rows(lambda i: f"{cells[i]},{i % 7}")))["EMG"]
    assert (channel.sampling_frequency, channel.n_samples) == (1000.0, N) and channel.start_s == pytest.approx(86399.9)


def test_34_words_in_columns_of_markers_are_events(put):
    text = "Time,Activity,Marker,LT BICEPS,RT BICEPS\n" + rows(
        lambda i: f"{i / FS:.4f},{'REST' if i < 100 else 'LIFT'},,{i % 7},{i % 5}"
    )
    recording = read_recording(put(text), unit="uV")
    assert recording.names == ("LT BICEPS", "RT BICEPS") and recording["LT BICEPS"].values[:3].tolist() == [
        0.0,
        1.0,
        2.0,
    ]
    assert [(e.label, e.onset_s, e.duration_s) for e in recording.events] == [("REST", 0.0, 0.05), ("LIFT", 0.05, 0.1)]
    late = read_recording(
        put(
            "Marker;Time (s);EMG (mV)\n"
            + rows(lambda i: f"{'go, now' if i == 1 else ''};{i / FS};{i % 7}".replace(".", ","))
        )
    )
    assert late["EMG"].n_samples == N and [(e.label, e.onset_s, e.duration_s) for e in late.events] == [
        ("go, now", 0.0005, 0.0)
    ]


def test_words_among_the_first_numbers_do_not_make_a_header_of_their_row(put):
    text = "Time (s),EMG (mV),Remark\n" + rows(lambda i: f"{i / FS},{i % 7},{'good' if i == 1 else ''}")
    with pytest.raises(
        RecordingError, match="row 3: 'good' is no number, so that neither a header nor a row of numbers stands here"
    ):
        read_recording(put(text), sampling_frequency=FS)


def test_a_row_that_is_too_long_is_named(put):
    lines = ("Time (s),EMG (mV)\n" + rows(lambda i: f"{i / FS},{i % 7}")).splitlines()
    lines[200] += ",0.5"
    with pytest.raises(RecordingError, match="trial.csv, row 201: 3 cells, but the table has 2 columns"):
        read_recording(put("\n".join(lines)))


def test_one_column_with_decimal_commas_is_not_two_columns(put):
    bare = rows(lambda i: f"0,{i % 7}")
    with pytest.raises(
        RecordingError, match="one number with a decimal comma, or two whole numbers.*decimal=',' or delimiter=','"
    ):
        read_recording(put(bare), sampling_frequency=FS)
    with pytest.warns(MMCWarning, match="no header"):
        assert read_recording(put(bare), sampling_frequency=FS, decimal=",").channels[0].values[3] == pytest.approx(0.3)
    with pytest.warns(MMCWarning, match="no header"):
        assert len(read_recording(put(bare), sampling_frequency=FS, delimiter=",").channels) == 2
    with pytest.raises(RecordingError, match="header has 1 cells, but rows have 2. Say decimal=','"):
        read_recording(put("EMG (mV)\n" + bare), sampling_frequency=FS)
    assert read_recording(put("EMG (mV)\n" + bare), sampling_frequency=FS, decimal=",")["EMG"].values[
        3
    ] == pytest.approx(0.3)


def test_quoted_decimal_commas_in_a_comma_file(put):
    text = '"Time (s)","EMG (mV)"\n' + rows(lambda i: f'"{i / FS:.4f}","{i % 7}.5"'.replace(".", ","))
    with pytest.raises(RecordingError, match="decimal=','"):
        read_recording(put(text))
    assert read_recording(put(text), decimal=",")["EMG"].values[:2].tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    "line", ["Sampling frequency: 2000 Hz", "Sampling Rate;2000,00", "Sample Rate (kHz)\t2", "fs = 2000"]
)
def test_a_rate_above_the_table(put, line):
    text = f"{line}\nEMG1;EMG2\n" + rows(lambda i: f"{i % 7};{i % 3},5")
    assert [c.sampling_frequency for c in read_recording(put(text), unit="mV").channels] == [FS, FS]
    with pytest.raises(RecordingError, match="runs at 1000 Hz, but 2000 Hz is declared"):
        read_recording(put(f"{line}\nTime (s);EMG (mV)\n" + rows(lambda i: f"{i / 1000};{i % 7}")))


@pytest.mark.parametrize(("header", "name", "unit"), [
    ("emg_mV", "emg", "mV"), ("EMG (mV).1", "EMG.1", "mV"), ("EMG [µV]", "EMG", "uV"), ("EMG µV", "EMG", "uV"), ("EMG 1 (microvolts)", "EMG 1", "uV"),
])  # fmt: skip
def test_units_in_headers(put, header, name, unit):
    recording = read_recording(
        put(f"Time (s),{header}\n" + rows(lambda i: f"{i / FS},{i % 7}")), channels={header: "biceps"}
    )
    assert (recording.names, recording[name].unit, recording[header].muscle) == ((name,), unit, "biceps")


def test_values_in_percent_are_no_raw_signal(put):
    channel = read_recording(put("Time (s),EMG (%MVC)\n" + rows(lambda i: f"{i / FS},{i % 7}")))["EMG"]
    with pytest.raises(RecordingError, match="'EMG' is in %MVC, normalised before. Export the raw signal"):
        _ = channel.microvolts


def test_counters_and_nameless_columns_are_no_signals(put):
    recording = read_recording(put(",Sample,Time (s),EMG (mV)\n" + rows(lambda i: f"{i},{i + 1},{i / FS},{i % 7}")))
    assert recording.names == ("EMG",)
    named = read_recording(put("Time (s),EMG (mV),N\n" + rows(lambda i: f"{i / FS},{i % 7},{i % 3}")))
    assert named.names == ("EMG", "N")


def book(fill) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    made, out = openpyxl.Workbook(), io.BytesIO()
    fill(made)
    made.save(out)
    return out.getvalue()


def sheet_of(*above, row=lambda i: [i / FS, float(i % 7)]):
    def fill(made):
        for cells in above:
            made.active.append(list(cells))
        for i in range(60):
            made.active.append(row(i))

    return book(fill)


@pytest.mark.parametrize("above", [
    (["Subject 3"], [], ["Time (s)", "EMG (mV)"]), (["Time", "EMG"], ["s", "(mV)"]), (["Pectoralis", ""], ["Time (s)", "EMG (mV)"]),
])  # fmt: skip
def test_headers_of_sheets(put, above):
    assert kinds(read_recording(put(sheet_of(*above), "a.xlsx"))) == [("EMG", "mV", "EMG", FS, 60)]


def test_sheets_with_rate_markers_blank_columns_and_times_of_day(put):
    rate = sheet_of(
        ["Sampling rate (Hz)", 2000], ["EMG 1 (mV)", "EMG 2 (mV)"], row=lambda i: [float(i % 7), float(i % 3)]
    )
    assert [c.sampling_frequency for c in read_recording(put(rate, "a.xlsx")).channels] == [FS, FS]
    marked = sheet_of(
        ["Time (s)", "EMG (mV)", "Marker"], row=lambda i: [i / FS, float(i % 7), "go" if i == 10 else None]
    )
    assert [(e.label, e.onset_s) for e in read_recording(put(marked, "a.xlsx")).events] == [("go", 0.005)]
    shifted = sheet_of([None, "Time (s)", "EMG (mV)"], row=lambda i: [None, i / FS, float(i % 7)])
    assert read_recording(put(shifted, "a.xlsx")).names == ("EMG",)
    clock = sheet_of(["Time", "EMG (mV)"], row=lambda i: [datetime.time(10, 0, 0, 1000 * i), float(i % 7)])
    channel = read_recording(put(clock, "a.xlsx"))["EMG"]
    assert (channel.sampling_frequency, channel.start_s) == (1000.0, 36000.0)


def test_durations_of_excel_are_times(put):
    start = datetime.timedelta(hours=30, seconds=1.5)
    clock = sheet_of(["Time", "EMG (mV)"], row=lambda i: [start + datetime.timedelta(milliseconds=i), float(i % 7)])
    channel = read_recording(put(clock, "a.xlsx"))["EMG"]
    assert (channel.sampling_frequency, channel.start_s) == (1000.0, 108001.5)


def test_42_a_time_where_a_signal_begins_is_no_clock(put):
    def damaged(i):
        return [i / FS, datetime.time(1, 2, 3) if i == 0 else float(i % 7)]

    with pytest.raises(RecordingError, match="cell B2: Excel turned this number into the date or time 01:02:03"):
        read_recording(put(sheet_of(["Time (s)", "EMG (mV)"], row=damaged), "a.xlsx"))
    text = "Time (s),EMG (mV)\n" + rows(lambda i: f"{i / FS},{'01:02:03' if i == 0 else i % 7}")
    with pytest.raises(RecordingError, match="row 2, column 2: '01:02:03' is no number"):
        read_recording(put(text))
    all_times = sheet_of(["Time (s)", "EMG (mV)"], row=lambda i: [i / FS, datetime.time(1, 2, i % 60)])
    with pytest.raises(RecordingError, match=r"column 'EMG \(mV\)': holds dates or times"):
        read_recording(put(all_times, "a.xlsx"))


def test_a_rate_with_thousands_separator_is_asked_for(put):
    text = "Sampling Frequency: 2,000 Hz\nEMG 1 (mV)\tEMG 2 (mV)\n" + rows(lambda i: f"{i % 7}.5\t{i % 3}.5")
    with pytest.raises(RecordingError, match="no sampling frequency"):
        read_recording(put(text))
    assert read_recording(put(text.replace("2,000 Hz", "2.000 kHz")))["EMG 1"].sampling_frequency == FS


def test_bars_between_cells(put):
    text = "Time (s)|EMG (mV)|Event\n" + rows(lambda i: f"{i / FS}|{i % 7}|{'go' if i == 10 else ''}")
    for more in ({}, {"delimiter": "|"}):
        recording = read_recording(put(text), **more)
        assert kinds(recording) == [("EMG", "mV", "EMG", FS, N)] and recording.events[0].label == "go"


@pytest.mark.parametrize("name", ["Kommentar", "Comentarios", "Aktivität", "Fase"])
def test_34_columns_of_words_in_other_languages(put, name):
    text = f"Zeit [s];EMG [mV];{name}\n" + rows(
        lambda i: f"{i / FS}".replace(".", ",") + f";{i % 7};{'heben' if i < 10 else ''}"
    )
    recording = read_recording(put(text))
    assert recording.names == ("EMG",) and [(e.label, e.duration_s) for e in recording.events] == [("heben", 0.005)]


def test_empty_sheets_do_not_count(put):
    def fill(made):
        made.active.append(["Time (s)", "EMG (mV)"])
        for i in range(60):
            made.active.append([i / FS, float(i % 7)])
        made.create_sheet("empty")

    assert read_recording(put(book(fill), "a.xlsx"))["EMG"].n_samples == 60


def test_42_numbers_that_are_text_in_excel(put):
    text = sheet_of(["Time (s)", "EMG (mV)"], row=lambda i: [f"{i / FS:.4f}".replace(".", ","), f"{i % 7},5"])
    with pytest.raises(RecordingError, match="cell A2: '0,0000' is text, not a number.*decimal=','"):
        read_recording(put(text, "a.xlsx"))
    assert read_recording(put(text, "a.xlsx"), decimal=",")["EMG"].values[:2].tolist() == [0.5, 1.5]


def test_42_notes_beside_the_table_do_not_make_a_header(put):
    beside = sheet_of(
        ["Time (s)", "EMG (mV)", None, "Result"], row=lambda i: [i / FS, float(i % 7), None, "peak" if i == 0 else None]
    )
    with pytest.raises(RecordingError, match="cell D2: 'peak' stands among numbers"):
        read_recording(put(beside, "a.xlsx"), sampling_frequency=FS)


def test_42_a_full_sheet_is_said(put, monkeypatch):
    monkeypatch.setattr("mmc_analysis.recordings.workbook.MOST_ROWS", 61)
    with pytest.warns(MMCWarning, match="The sheet is full"):
        read_recording(put(sheet_of(["Time (s)", "EMG (mV)"]), "a.xlsx"))
