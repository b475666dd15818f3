"""Faults of files: each is refused, asked about, or noted, and never repaired silently. Numbers are rows of the catalogue of faults."""

import numpy as np
import pytest

from mmc_analysis.errors import MMCWarning, OptionError, RecordingError
from mmc_analysis.recordings import read_recording
from mmc_analysis.recordings.clock import clock_of

FS = 2000.0


def csv(time, values, header="Time (s),Pec (mV)", digits=9) -> str:
    return header + "\n" + "".join(f"{t:.{digits}g},{v:.6f}\n" for t, v in zip(time, values, strict=True))


def even(n=2000):
    return np.arange(n) / FS, np.random.default_rng(1).normal(0, 0.1, n)


@pytest.mark.parametrize(
    ("unit", "factor"), [("V", 1e6), ("mV", 1e3), ("µV", 1.0), ("uV", 1.0), ("μV", 1.0), ("Volts", 1e6)]
)
def test_1_units_are_taken_from_the_header(put, unit, factor):
    channel = read_recording(put(csv(*even(), header=f"Time (s),Pec ({unit})")))["Pec"]
    np.testing.assert_allclose(channel.microvolts, channel.values * factor)


def test_1_a_missing_unit_is_asked_for(put):
    path = put(csv(*even(), header="Time (s),EMG"))
    with pytest.raises(RecordingError, match="'EMG' is EMG without a unit.*unit="):
        read_recording(path)
    assert read_recording(path, unit="mV")["EMG"].unit == "mV"
    with pytest.raises(OptionError, match="unit='mA' is not allowed"):
        read_recording(path, unit="mA")


def test_2_a_wrong_unit_is_overruled_by_the_user_alone(put):
    path = put(csv(*even(), header="Time (s),EMG (uV)"))
    assert read_recording(path, unit="mV")["EMG"].unit == "uV"
    with pytest.warns(MMCWarning, match="The unit is mV, as the user says; the file says uV"):
        assert read_recording(path, unit={"EMG": "mV"})["EMG"].unit == "mV"


def test_4_decimal_commas(put):
    text = csv(*even()).replace(",", ";").replace(".", ",")
    recording = read_recording(put(text))
    np.testing.assert_allclose(recording["Pec"].values, np.round(even()[1], 6), atol=1e-12)


def test_4_a_word_among_numbers_is_named_with_row_and_column(put):
    lines = csv(*even()).splitlines()
    lines[700] = lines[700].split(",")[0] + ",overflow"
    with pytest.raises(RecordingError, match=r"trial.csv, row 701, column 2: 'overflow' is no number"):
        read_recording(put("\n".join(lines)))


def test_5_decimal_commas_in_a_comma_file_are_refused(put):
    text = "Time (s),Pec (mV)\n" + "".join(f"0,{i:04d},0,{i % 7:03d}\n" for i in range(100))
    with pytest.raises(RecordingError, match="header has 2 cells, but rows have 4. A decimal comma"):
        read_recording(put(text))


def test_6_the_wrong_decimal_sign_is_refused(put):
    text = csv(*even()).replace(",", ";")
    with pytest.raises(RecordingError, match="row 2: '.*' is no number with the decimal sign ','|row 3: .*decimal='.'"):
        read_recording(put(text), decimal=",")
    with pytest.raises(RecordingError, match="is no number"):
        read_recording(put("Time (s);Pec (mV)\n" + "".join(f"{i};1.234,5\n" for i in range(60))), time_unit="ms")


@pytest.mark.parametrize("sign", [".", ","])
def test_6_thousands_separators_are_not_taken_for_decimal_signs(put, sign):
    rows = "".join(f"{i};{f'{37 * i - 1500:,}'.replace(',', sign)}\n" for i in range(90))
    path = put("Time (ms);Pec (uV)\n" + rows)
    with pytest.raises(
        RecordingError, match=rf"'-1\{sign}500' stands among whole numbers such as .* may separate thousands"
    ):
        read_recording(path)
    assert read_recording(path, decimal=sign)["Pec"].values[0] == -1.5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_7_encodings(put, encoding):
    recording = read_recording(put(csv(*even(), header="Time (s),Péc EMG (µV)").encode(encoding)))
    assert recording.names == ("Péc EMG",) and recording.channels[0].unit == "uV"
    assert recording.metadata["encoding"] == encoding


def test_7_a_letter_late_in_the_file_decides_too(put):
    rows = "".join(f"{i / FS},{i % 7},{'Übung' if i == 19_000 else ''}\n" for i in range(20_000))
    recording = read_recording(put(("Time (s),EMG (mV),Marker\n" + rows).encode("cp1252")))
    assert recording.metadata["encoding"] == "cp1252" and recording.events[0].label == "Übung"


@pytest.mark.parametrize("token", [
    "", "-", "--", "#N/A", "1.#QNAN", "NULL", "NaN", "n/a", "NaN  ", "na", "-nan(ind)", "1.#QNAN0", "-1.#IND00", "#NV", "#WERT!", "NaNQ",
])  # fmt: skip
def test_8_words_for_missing_values(put, token):
    lines = csv(*even()).splitlines()
    lines[11] = lines[11].split(",")[0] + "," + token
    values = read_recording(put("\n".join(lines)))["Pec"].values
    assert np.isnan(values[10]) and np.isnan(values).sum() == 1 and len(values) == 2000


def test_8_infinities_stay_infinite(put):
    lines = csv(*even()).splitlines()
    for row, token in ((11, "1.#INF"), (12, "-1.#INF00"), (13, "-Infinity")):
        lines[row] = lines[row].split(",")[0] + "," + token
    values = read_recording(put("\n".join(lines)))["Pec"].values
    assert values[10:13].tolist() == [np.inf, -np.inf, -np.inf] and np.isfinite(values).sum() == 1997


def test_10_a_missing_channel_is_listed_or_empty(put):
    path = put(csv(*even()))
    with pytest.raises(RecordingError, match="no channel 'Tri'.*Channels: Pec.*mapping asks for: Pec, Tri"):
        read_recording(path, channels={"Pec": "pectoralis", "Tri": "triceps"})
    with pytest.warns(MMCWarning, match="missing in the file"):
        recording = read_recording(path, channels={"Pec": "pectoralis", "Tri": "triceps"}, allow_missing=True)
    assert np.isnan(recording["Tri"].values).all() and recording["Tri"].muscle == "triceps"


def test_11_names_fit_whatever_case_and_blanks_but_never_two(put):
    path = put(csv(*even(), header="Time (s),LT  Erector_Spinae (mV)"))
    assert read_recording(path, channels={"lt erector spinae": "erector"})["LT ERECTOR SPINAE"].muscle == "erector"
    time, values = even(100)
    twice = "Time (s),EMG (mV),EMG (mV)\n" + "".join(
        f"{t:.6f},{v:.6f},{v:.6f}\n" for t, v in zip(time, values, strict=True)
    )
    recording = read_recording(put(twice))
    with pytest.raises(RecordingError, match="2 channels are called 'EMG'"):
        _ = recording["EMG"]
    with pytest.raises(RecordingError, match="2 channels are called 'EMG'"):
        read_recording(put(twice), channels={"emg": "pectoralis"})


def test_13_columns_end_where_their_signal_ends(put, lab_files):
    text = lab_files["emgworks.csv"].decode().splitlines()
    zeros = [line + "0.00000,0" if line.endswith(",,") and not line.startswith("X") else line for line in text]
    zeros = [line.replace(",,0.00000,0", ",0.00000,0") for line in zeros]
    with pytest.warns(MMCWarning):
        recording = read_recording(put("\n".join(zeros)))
    assert recording["Mini sensor 10: ACC.X 10"].n_samples == 59


def test_14_delsys_rates_are_fractions_and_said_so(put, lab_files):
    with pytest.warns(MMCWarning, match="17 samples in 13.5 ms"):
        recording = read_recording(put(lab_files["emgworks.csv"]))
    assert recording["Mini sensor 10: EMG 10"].sampling_frequency == 17 / 0.0135


def test_14_rates_of_other_devices_are_not_taken_for_fractions_of_delsys(put):
    fs = 1926.0
    time = np.arange(4000) / fs
    channel = read_recording(put("Time (s),EMG (mV)\n" + "".join(f"{t:.9f},{i % 7}\n" for i, t in enumerate(time))))[
        "EMG"
    ]
    assert channel.sampling_frequency == pytest.approx(fs, rel=1e-7) and not channel.notes


@pytest.mark.parametrize("fs", [2000.0, 1000.0, 1500.0, 1259.2592593, 2148.1481481])
@pytest.mark.parametrize("digits", [3, 4, 6])
def test_15_rate_from_rounded_times(fs, digits):
    time = np.round(np.arange(20000) / fs, digits)
    clock = clock_of(time, where="trial.csv", row=2, unit="s")
    assert clock.positions is None and clock.sampling_frequency == pytest.approx(fs, rel=2e-4)


@pytest.mark.parametrize(
    ("fs", "seconds", "digits"), [(2000.0, 1.5, 3), (1000.0, 0.8, 2), (1259.2592593, 4.0, 2), (100.0, 40.0, 0)]
)
@pytest.mark.parametrize("cut", [np.round, np.floor])
def test_15_rate_of_short_recordings_with_coarse_times(fs, seconds, digits, cut):
    time = cut(np.arange(int(fs * seconds)) / fs * 10**digits) / 10**digits
    assert clock_of(time, where="trial.csv", row=2, unit="s").sampling_frequency == pytest.approx(fs, rel=3e-4)


def test_15_times_in_whole_seconds_do_not_tell_the_rate_of_a_short_trial(put):
    clock = [f"10:00:{i // 1000:02d}" for i in range(3000)]
    path = put("Time,Pec (mV)\n" + "".join(f"{time},{i % 7}.5\n" for i, time in enumerate(clock)))
    with pytest.raises(RecordingError, match="rounded to 1 s in a recording of 2 s, too coarse .*sampling_frequency="):
        read_recording(path)
    channel = read_recording(path, sampling_frequency=1000)["Pec"]
    assert (channel.sampling_frequency, channel.n_samples) == (1000.0, 3000)


def test_15_a_declared_rate_must_agree(put):
    path = put(csv(*even()))
    assert read_recording(path, sampling_frequency=2000)["Pec"].sampling_frequency == 2000.0
    with pytest.raises(RecordingError, match="runs at 2000 Hz, but 1000 Hz is declared"):
        read_recording(path, sampling_frequency=1000)


@pytest.mark.parametrize(
    ("header", "scale"), [("Time (ms)", 1e3), ("time_ms", 1e3), ("Time [µs]", 1e6), ("Timestamp (s)", 1.0)]
)
def test_16_units_of_time_from_the_header(put, header, scale):
    time, values = even()
    recording = read_recording(put(csv(time * scale, values, header=f"{header},Pec (mV)")))
    assert recording["Pec"].sampling_frequency == pytest.approx(FS)


def test_16_a_time_without_unit_in_large_steps_is_asked_about(put):
    time, values = even()
    path = put(csv(time * 1e3, values, header="Time,Pec (mV)"))
    with pytest.raises(RecordingError, match="steps of 0.5 without a unit.*time_unit="):
        read_recording(path)
    assert read_recording(path, time_unit="ms")["Pec"].sampling_frequency == FS
    count = put(csv(np.arange(2000), values, header="Sample,Pec (mV)"))
    with pytest.raises(RecordingError, match="counted in samples.*sampling_frequency="):
        read_recording(count)
    assert read_recording(count, sampling_frequency=1500)["Pec"].sampling_frequency == 1500.0


def test_16_times_of_day(put):
    rows = "".join(f"09:15:{i * 0.001:06.3f},{i % 7}\n" for i in range(3000))
    channel = read_recording(put("Time,Pec (mV)\n" + rows))["Pec"]
    assert channel.sampling_frequency == pytest.approx(1000.0) and channel.start_s == 33300.0


def test_17_times_that_go_back_or_stand_twice_are_refused(put):
    time, values = even()
    back = time.copy()
    back[500] = back[498]
    with pytest.raises(RecordingError, match="row 502: time goes back"):
        read_recording(put(csv(back, values)))
    double = time.copy()
    double[500] = double[499]
    with pytest.raises(RecordingError, match="row 502: the time .* stands twice"):
        read_recording(put(csv(double, values)))


def test_18_lost_rows_become_empty_samples_of_their_length(put):
    time, values = even()
    keep = np.r_[0:500, 540:1200, 1201:2000]
    with pytest.warns(MMCWarning, match=r"41 samples are missing in 2 gaps of the time column \(longest 20 ms\)"):
        channel = read_recording(put(csv(time[keep], values[keep])))["Pec"]
    assert channel.n_samples == 2000 and np.flatnonzero(np.isnan(channel.values)).tolist() == [*range(500, 540), 1200]
    np.testing.assert_allclose(channel.values[keep], np.round(values[keep], 6))


def test_18_lost_packets_show_in_the_sequence_number(put, lab_files):
    lines = lab_files["opensignals.txt"].decode().splitlines()
    with pytest.warns(MMCWarning, match="30 samples were lost"):
        recording = read_recording(put("\n".join([*lines[:203], *lines[233:]]), "o.txt"))
    assert recording["CH1"].n_samples == 1000 and np.isnan(recording["CH1"].values).sum() == 30


def test_34_triggers_are_no_emg(put):
    time, values = even(200)
    text = "Time (s),EMG (mV),Trigger (V),Marker\n" + "".join(f"{t:.6f},{v:.6f},{5 * (i > 100)},{i % 2}\n" for i, (t, v) in
                                                             enumerate(zip(time, values, strict=True)))  # fmt: skip
    assert [channel.type for channel in read_recording(put(text)).channels] == ["EMG", "TRIG", "TRIG"]


def test_40_truncated_exports(put, lab_files):
    for name, cut in (("noraxon.csv", 900), ("emgworks.csv", 400), ("acq.txt", 900), ("trial.emt", 900)):
        lines = lab_files[name].decode().splitlines()[:cut]
        with pytest.raises(RecordingError, match="header declares .*: the export ends early.*strict=False"):
            read_recording(put("\n".join(lines), name))
        with pytest.warns(MMCWarning, match="ends early"):
            read_recording(put("\n".join(lines), name), strict=False)


def test_40_counts_in_matlab_and_hdf5_files(put):
    import lab_files as made

    variables = made.spike2_variables()
    variables["T_Ch1"]["length"] = 1200.0
    for name, content in (("spike2.mat", made.mat(variables)), ("spike2_73.mat", made.mat73(variables)),
                          ("o.h5", made.opensignals_h5(declared=1200))):  # fmt: skip
        with pytest.raises(RecordingError, match="1000 samples, but the header declares 1200: the export ends early"):
            read_recording(put(content, name))
        with pytest.warns(MMCWarning, match="ends early"):
            read_recording(put(content, name), strict=False)


@pytest.mark.parametrize("name", ["trial.edf", "trial.bdf", "trial.c3d"])
def test_40_truncated_binary_files(put, lab_files, name):
    half = lab_files[name][: int(len(lab_files[name]) * 0.8)]
    with pytest.raises(RecordingError, match="the file ends early|no whole|ends early"):
        read_recording(put(half, name))


def test_42_dates_and_texts_of_excel(put):
    import datetime
    import io

    openpyxl = pytest.importorskip("openpyxl")

    def book(cell):
        made = openpyxl.Workbook()
        made.active.append(["Time (s)", "Pec (mV)"])
        for i in range(50):
            made.active.append([i / FS, 0.01 * i if i != 30 else cell])
        made.active.row_dimensions[20].hidden = True
        out = io.BytesIO()
        made.save(out)
        return put(out.getvalue(), "book.xlsx")

    with pytest.raises(RecordingError, match="cell B32: Excel turned this number into the date"):
        read_recording(book(datetime.datetime(2026, 3, 1)))
    with pytest.raises(RecordingError, match="cell B32: '1,234' is text, not a number"):
        read_recording(book("1,234"))
    with pytest.warns(MMCWarning, match="hidden"):
        assert np.isnan(read_recording(book(None))["Pec"].values[30])


@pytest.mark.parametrize(("content", "words"), [
    (b"", "empty"), (b"\x00" * 5000, "empty"), (b"\xd0\xcf\x11\xe0" + b"x" * 600, "old Excel file"), (b"ID;PWXL;N;E\n", "SYLK.*CSV or MAT"),
    (b"%PDF-1.7 ", "PDF"),
    (bytes.fromhex("824b6041d31184ca6000b6ac16680c08") + b"\x01" * 600, r"BTS file \(.tdf\).*\(.emt\) or C3D"),
    (b"\x09\x00(C) CED 87" + b"\x01" * 600, r"Spike2 file \(.smr\)"), (b"S64\x00" + b"\x01" * 600, "smrx.*MAT in Spike2"),
    (b"CFWB\x01\x00\x00\x00" * 90, "LabChart binary"), (b"Brain Vision Data Exchange Header File Version 1.0\n", "BrainVision"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "was not downloaded"), (b"PK\x03\x04" + b"x" * 600, "ZIP"), (b"MATLAB 7.3 MAT-file" + b" " * 500, "-v7"), (b"hello\nworld\n", "no row of numbers"),
    (b"XDF:" + b"\x01" * 600, "XDF.*EDF or CSV"), (b"TDSm" + b"\x01" * 600, "LabVIEW"), (b"CEDFILE" + b"\x01" * 600, "MAT in Signal"),
    (b"POLY SAMPLE FILEversion 2.03\r\n\x1a" + b"\x00" * 600, "Poly5 file of TMSi.*EDF"),
    (b"x" * 257 + b"ustar" + b"\x00" * 600, "OTBiolab"), (b"\x1f\x8b\x08" + b"\x00" * 600, "gzip.*Unpack"),
    (b"PK\x03\x04" + b"\x00" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", r"OpenDocument.*\.xlsx"),
    (b"\x89PNG" + b"\x00" * 600, "picture"), (b"<!DOCTYPE html><html>404</html>", "web page"), (b"<html>404</html>", "web page"),
    (b"<?xml version='1.0'?><a/>", "XML"), (b"{\\rtf1 1}", "text document"),
    (bytes(range(256)) * 8, "none of the formats|binary"),
])  # fmt: skip
def test_other_content_is_refused_with_what_to_do(put, content, words):
    with pytest.raises(RecordingError, match=words):
        read_recording(put(content, "trial.csv"))


def test_options_are_checked(put):
    path = put(csv(*even()))
    with pytest.raises(OptionError, match="Did you mean 'sampling_frequency'"):
        read_recording(path, sampling_freqency=2000)
    for wrong in (
        {"sampling_frequency": -1},
        {"block": 0},
        {"time_unit": "h"},
        {"decimal": "x"},
        {"channels": {"Pec": {"muscel": "x"}}},
        {"channels": {"Pec": None}},
        {"channels": {"Pec": {"muscle": 5}}},
        {"encoding": 5},
        {"sheet": 1},
        {"delimiter": ":"},
        {"strict": "no"},
    ):
        with pytest.raises(OptionError):
            read_recording(path, **wrong)
    assert read_recording(path, sampling_frequency=np.int64(2000))["Pec"].sampling_frequency == 2000.0
    with pytest.raises(RecordingError, match="format='delsys' is not allowed"):
        read_recording(path, format="delsys")
    with pytest.raises(RecordingError, match="a folder, not a file"):
        read_recording(path.parent)


@pytest.mark.parametrize("steps", ["1e300", "1e-30"])
def test_times_that_no_recording_has_give_no_rate(put, steps):
    text = "Time (s),EMG (mV)\n" + "".join(f"{i * float(steps)},{i}\n" for i in range(5))
    with pytest.raises(RecordingError, match="a sampling frequency of .* Hz is none"):
        read_recording(put(text), time_unit="s")


def test_a_line_without_end_is_no_row(put):
    with pytest.raises(RecordingError, match="row 1: the line is longer than 131072 bytes"):
        read_recording(put("1;" * 100_000))
