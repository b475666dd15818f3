"""The record of parameters, its presets, and the paragraph made from them."""

import dataclasses
import json
import pickle
import re

import numpy as np
import pytest

from mmc_analysis.emg import BurstSettings, EmgSettings, QualityLimits, process_trial
from mmc_analysis.emg.presets import PRESETS
from mmc_analysis.emg.reporting import Acquisition, Tally, methods_paragraph, missing_items, paragraph
from mmc_analysis.emg.settings import differences
from mmc_analysis.errors import OptionError, RecordingError


def test_defaults_are_the_recommended_ones():
    settings = EmgSettings()
    assert (settings.high_pass_hz, settings.low_pass_hz, settings.order, settings.passes) == (10.0, 500.0, 4, 2)
    assert (settings.envelope, settings.window_ms, settings.padding, settings.padding_ms) == (
        "rms",
        500.0,
        "even",
        500.0,
    )
    assert (settings.ecg, settings.mains, settings.edge_ms) == ("none", "none", 250.0)


def test_the_record_is_frozen_hashable_and_equal_by_value():
    settings = EmgSettings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.window_ms = 100.0
    assert settings == EmgSettings()
    assert hash(settings) == hash(EmgSettings())
    assert settings != EmgSettings(window_ms=100.0)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_say_what_is_known_and_what_is_assumed(name):
    settings = EmgSettings.preset(name)
    known, assumed = settings.known(), settings.assumed()
    assert settings.preset_name == name
    assert set(known) == set(PRESETS[name].known)
    assert known.keys().isdisjoint(assumed)
    assert {key.split(".")[0] for key in settings.as_dict()} == {key.split(".")[0] for key in assumed} | set(known) | {
        "preset_name"
    }
    assert re.search(r"\(?(19|20)\d\d\)?", PRESETS[name].citation)


def test_calatayud_knows_the_reference_and_assumes_the_filter():
    settings = EmgSettings.preset("calatayud2016")
    assert set(settings.known()) == {"envelope", "reference"}
    assert settings.reference == "max"
    assert {"high_pass_hz", "low_pass_hz", "order", "window_ms"} <= set(settings.assumed())


def test_a_parameter_that_was_changed_is_no_longer_known():
    settings = EmgSettings.preset("calatayud2016").changed(reference="mvic")
    assert set(settings.known()) == {"envelope"}
    assert settings.assumed()["reference"] == "mvic"


def test_changes_reach_into_groups_and_are_checked():
    settings = EmgSettings().changed(**{"limits.mains_db": 6.0, "bursts.method": "tkeo", "window_ms": 250.0})
    assert (settings.limits.mains_db, settings.bursts.method, settings.window_ms) == (6.0, "tkeo", 250.0)
    assert differences(settings, EmgSettings()) == [
        "window_ms 250.0 and 500.0", "bursts.method tkeo and relative", "limits.mains_db 6.0 and 10.0",
    ]  # fmt: skip
    with pytest.raises(OptionError, match="Did you mean 'mains_db'"):
        EmgSettings().changed(**{"limits.mains": 6.0})
    with pytest.raises(OptionError, match="'bursts', 'limits'"):
        EmgSettings().changed(**{"burst.method": "tkeo"})
    with pytest.raises(OptionError, match="Did you mean 'window_ms'"):
        EmgSettings().changed(windw_ms=100.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"envelope": "RMS"}, "Did you mean 'rms'"),
        ({"padding": "zeros"}, "'even', 'odd', 'constant'"),
        ({"order": 3}, "cannot be reached"),
        ({"window_ms": -1.0}, "at least 0"),
        ({"window_ms": "500"}, "at least 0"),
        ({"window_ms": float("nan")}, "at least 0"),
        ({"window_valid": 1.2}, "from 0 to 1"),
        ({"bridge_share": True}, "from 0 to 1"),
        ({"mains": "notch"}, "never guessed"),
        ({"mains": "notch", "line_freq_hz": 55}, "Allowed: 50, 60"),
        ({"notch_harmonics": 0}, "1 \\(the mains frequency alone\\) or more"),
        ({"high_pass_hz": None}, "an offset would count as EMG"),
        ({"high_pass_hz": 600.0}, "swapped"),
        ({"bursts": {"method": "tkeo"}}, "must be a BurstSettings"),
        ({"reference": "mvc"}, "Did you mean 'mvic'"),
    ],
)
def test_settings_refuse(options, words):
    with pytest.raises(RecordingError, match=words):
        EmgSettings(**options)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BurstSettings(method="hodges"), "Did you mean 'hodges-bui'"),
        (lambda: BurstSettings(fraction=1.5), "from 0 to 1"),
        (lambda: QualityLimits(mains_db=-1.0), "at least 0"),
    ],
)
def test_groups_refuse(make, words):
    with pytest.raises(RecordingError, match=words):
        make()


def test_misspelt_parameters_name_the_right_one():
    with pytest.raises(OptionError, match="Did you mean 'low_pass_hz'"):
        EmgSettings(lowpass_hz=450)
    with pytest.raises(OptionError, match="Did you mean 'calatayud2016'"):
        EmgSettings.preset("calatayud")


def test_the_high_pass_against_heart_beats_raises_the_corner():
    assert EmgSettings.preset("drake2006").band.high_pass_hz == 30.0
    assert EmgSettings(ecg="high-pass", high_pass_hz=40.0).band.high_pass_hz == 40.0
    assert EmgSettings(ecg="template").band.high_pass_hz == 10.0


def test_the_paragraph_states_what_was_done():
    text = methods_paragraph(EmgSettings(low_pass_hz=450.0, high_pass_hz=20.0, window_ms=250.0), fs=1000.0)
    for words in ("sampled at 1000 Hz", "20–450 Hz", "effective order 4", "two passes of order 2", "251 ms", "mirrored for 500 ms",
                  "Heart beats were not treated, and mains interference was not filtered", "more than 10 %"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"envelope": "linear", "envelope_low_pass_hz": 5.0}, "low-pass filtered at 5 Hz"),
        ({"envelope": "arv"}, "average rectified value"),
        ({"ecg": "high-pass"}, "from 30 Hz|30–500 Hz"),
        ({"ecg": "template"}, "mean heart beat at rest was subtracted"),
        (
            {"mains": "notch", "line_freq_hz": 50, "notch_harmonics": 3},
            "notched at 50 Hz and its harmonics up to 150 Hz",
        ),
        ({"low_pass_hz": None}, "high-pass filtered with a Butterworth filter \\(from 10 Hz"),
        ({"signal": "envelope"}, "not filtered again"),
        ({"corners": "design"}, "after each pass"),
        ({"passes": 1}, "one pass"),
        ({"bursts": BurstSettings(method="tkeo")}, "Teager-Kaiser energy of the 30–300 Hz"),
        ({"reference": "max"}, "maximum maximorum"),
        ({"ecg": "high-pass", "high_pass_hz": 40.0}, "40–500 Hz.*damped by the high-pass corner of 40 Hz"),
        (
            {"mains": "notch", "line_freq_hz": 60, "notch_harmonics": 30},
            "harmonics up to 960 Hz \\(2 Hz wide at −6 dB\\)",
        ),
        ({"envelope": "linear"}, "effective order 4, zero-lag"),
        ({"signal": "envelope"}, "Repetitions with more than 10 % of their samples missing"),
    ],
)
def test_the_paragraph_follows_the_settings(options, words):
    assert re.search(words, methods_paragraph(EmgSettings(**options), fs=2000.0))


def test_the_paragraph_counts_what_has_no_reference_and_speaks_of_one_as_one():
    counts = Tally(signals=3, masked=1, repetitions=9, empty=1, without_reference=1, flags={"low_snr": 1, "reading": 2})
    text = paragraph(EmgSettings(reference="task_mean"), [2000.0], None, ["task_mean"], [0.9, 1.1], counts)
    assert "1 signal of tasks has no reference and no percents." in text
    assert "Of 3 signals, 1 was wholly or partly masked; 1 of 9 repetitions is empty." in text
    assert "Flags: remarks of the reader 2, low SNR 1." in text
    assert "Without the trial that changes it most, values would be multiplied by 0.90 to 1.10 (2 references)" in text


def test_what_is_not_known_is_listed_until_it_is_given():
    assert "skin preparation" in methods_paragraph(EmgSettings()).split("Still to be reported")[1]
    full = Acquisition(**{field.name: "stated" for field in dataclasses.fields(Acquisition)})
    assert missing_items(full, [2000.0]) == ()
    text = methods_paragraph(EmgSettings(), fs=2000.0, acquisition=full)
    assert "Still to be reported" not in text
    assert "gain: stated" in text
    with pytest.raises(OptionError, match="Did you mean 'skin_preparation'"):
        Acquisition(skin_preparing="shaved")


ISEK = (
    "electrode material", "electrode shape", "electrode size", "skin preparation", "interelectrode distance", "electrode location",
    "electrode orientation", "detection mode", "input impedance", "common mode rejection", "signal to noise ratio", "gain",
)  # fmt: skip


def test_every_item_of_the_reporting_lists_is_stated_or_asked_for():
    """ISEK: electrodes, amplifier, type, corners and slope of the filter. CEDE: window and step of the amplitude, the reference."""
    text = methods_paragraph(EmgSettings())
    stated, asked = text.split("Still to be reported: ")
    assert set(ISEK) <= set(asked.rstrip(".").split(", ")) and "sampling frequency" in asked
    for words in ("Butterworth filter (10–500 Hz", "(24 dB per octave)", "root mean square over a centred window of 500 ms, moved sample by sample",
                  "percent of the highest peak over all trials and positions of maximal voluntary isometric contraction"):  # fmt: skip
        assert words in stated
    full = Acquisition(
        **{item.replace(" ", "_"): f"said {i}" for i, item in enumerate(ISEK)},
        reference_contractions="3 × 5 s, elbow at 90°",
    )
    given = methods_paragraph(EmgSettings(), fs=2000.0, acquisition=full)
    assert all(f"{item}: said {i}" in given for i, item in enumerate(ISEK))
    assert "isometric contraction (3 × 5 s, elbow at 90°), processed identically" in given
    assert given.endswith(
        "Still to be reported: reference electrode, amplifier, hardware filter, converter, manufacturer."
    )


def test_contractions_are_asked_for_only_where_they_are_the_reference():
    assert "reference contractions" in methods_paragraph(EmgSettings()).split("Still to be reported")[1]
    assert "reference contractions" not in methods_paragraph(EmgSettings(reference="task_mean"))


@pytest.mark.parametrize("name", PRESETS)
def test_the_paragraph_says_in_words_what_a_preset_states_and_what_is_assumed(name):
    settings = EmgSettings.preset(name)
    text = methods_paragraph(settings, fs=2000.0)
    assert settings.source.citation in text and "_hz" not in text and "_ms" not in text
    for words in settings.known().values():
        assert words in text
    assumed = text.split("Assumed here: ")[1].split(".")[0]
    for parameter, words in (
        ("window_ms", "the window"),
        ("reference", "the reference"),
        ("low_pass_hz", "the low-pass corner"),
    ):
        assert (words in assumed) is (parameter in settings.assumed())


def test_the_record_goes_to_a_file_and_comes_back():
    settings = EmgSettings.preset("calatayud2016").changed(
        **{"bursts.method": "tkeo", "limits.snr_db": 12.0, "low_pass_hz": None}
    )
    text = json.dumps(settings.as_dict())
    assert EmgSettings().changed(**json.loads(text)) == settings


def test_records_and_results_travel_between_processes():
    settings = EmgSettings.preset("drake2006")
    result = process_trial(
        np.random.default_rng(1).normal(0, 50, 8000), 2000.0, settings, segment="whole"
    ).without_signals()
    assert repr(pickle.loads(pickle.dumps(result))) == repr(result)
    assert repr(pickle.loads(pickle.dumps(result.quality))) == repr(result.quality)
    for thing in (settings, result.repetitions, result.label):
        assert pickle.loads(pickle.dumps(thing)) == thing
