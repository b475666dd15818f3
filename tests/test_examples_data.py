"""Synthetic example data: the generators write the same bytes again, and plant what they say."""

import importlib.util
import sys
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

import mmc_analysis as mmc
from mmc_analysis import datasets

EXAMPLES = {
    "example_calatayud": ("bench_press_emg.xlsx", "truth.csv"),
    "example_contreras": ("focus_avoid.csv", "truth.csv"),
    "example_imagery": ("strength.csv", "truth.csv"),
}


def generator(name):
    """Return a dataset's generate.py as a module, leaving no compiled file behind."""
    spec = importlib.util.spec_from_file_location(f"{name}_generate", datasets.folder(name) / "generate.py")
    module = importlib.util.module_from_spec(spec)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = kept
    return module


@pytest.fixture(scope="module")
def calatayud():
    return generator("example_calatayud")


@pytest.mark.parametrize("name", EXAMPLES)
def test_generator_writes_the_same_bytes(name, tmp_path):
    generator(name).write(tmp_path)
    assert sorted(item.name for item in tmp_path.iterdir()) == sorted(EXAMPLES[name])
    for file in EXAMPLES[name]:
        assert (tmp_path / file).read_bytes() == datasets.path(name, file).read_bytes()


def test_every_example_is_regenerated_here():
    assert {name for name in datasets.names() if name.startswith("example_")} == set(EXAMPLES)


def test_workbook_has_no_time_of_its_making():
    with zipfile.ZipFile(datasets.path("example_calatayud", "bench_press_emg.xlsx")) as book:
        assert {item.date_time for item in book.infolist()} == {(2026, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b"2026-01-01T00:00:00Z") == 2


def test_workbook_is_pleasant_and_has_two_empty_cells():
    book = openpyxl.load_workbook(datasets.path("example_calatayud", "bench_press_emg.xlsx"))
    assert book.sheetnames == ["pectoralis major", "triceps brachii", "maxima", "participants"]
    empty = []
    for sheet in book:
        assert sheet.freeze_panes == "B2" and all(cell.font.bold for cell in sheet[1])
        assert all(sheet.column_dimensions[cell.column_letter].width >= 12 for cell in sheet[1])
        empty += [
            (sheet.title, c.row, sheet.cell(1, c.column).value) for r in sheet.iter_rows() for c in r if c.value is None
        ]
    assert empty == [("pectoralis major", 14, "60 % regular [µV]"), ("triceps brachii", 8, "80 % triceps [µV]")]
    assert book["pectoralis major"].max_column == 16 and book["pectoralis major"].max_row == 19


def test_workbook_holds_what_was_simulated(calatayud):
    data = calatayud.simulate()
    for muscle in calatayud.MUSCLES:
        sheet = datasets.read_table("example_calatayud", muscle)
        cells = sheet.drop(columns="Participant").to_numpy()
        np.testing.assert_array_equal(cells, data["peaks"][muscle].reshape(18, 15))
        assert sheet.columns[6] == "20 % pectoralis [µV]"  # conditions outside, loads inside, as in the array
        percent = 100 * data["peaks"][muscle] / data["maxima"][muscle][:, None, None]
        assert np.nanmin(percent) > 5 and np.nanmax(percent) < 130


def test_planted_focus_effects_and_spread_are_those_of_the_truth(calatayud):
    """400 samples of 18: means within four standard errors, standard deviations within 4 %."""
    rng = np.random.default_rng(1)
    keys = ["parameter", "muscle", "condition", "load_pct_1rm"]
    truth = datasets.read_table("example_calatayud", "truth").set_index(keys)["value"].sort_index()
    years = np.full(18, 8.0)
    for muscle in calatayud.MUSCLES:
        drawn = np.concatenate([calatayud.draw_percent(rng, muscle, years) for _ in range(400)])
        target = "pectoralis" if muscle == "pectoralis major" else "triceps"
        for c, condition in enumerate(calatayud.CONDITIONS[1:], 1):
            difference = drawn[:, c] - drawn[:, 0]
            expected = [truth["effect", muscle, condition, load] for load in calatayud.LOADS]
            error = difference.std(axis=0, ddof=1) / np.sqrt(len(difference))
            assert (np.abs(difference.mean(axis=0) - expected) < 4 * error).all()
            assert (error < 0.15).all()
            spread = np.sqrt(
                truth["sd_focus", muscle, condition].item() ** 2 + 2 * truth["sd_residual", muscle].item() ** 2
            )
            np.testing.assert_allclose(difference.std(axis=0, ddof=1), spread, rtol=0.04)
        assert (np.array([truth["effect", muscle, target, load] for load in (20, 40, 50, 60)]) >= 4).all()
        assert truth["effect", muscle, target, 80] == 0
        level = [truth["level", muscle, "regular", load] for load in calatayud.LOADS]
        np.testing.assert_allclose(drawn[:, 0].mean(axis=0), level, atol=1.0)


def test_spread_is_that_which_the_published_intervals_imply(calatayud):
    """9 points with 5 to 13, n = 18: SD of differences 8 / 2 / t(17) * sqrt(18) = 8.0; 5 with 0 to 10: 10.1."""
    for muscle, target, half, extra in (
        ("pectoralis major", "pectoralis", 4.0, 0.0),
        ("triceps brachii", "triceps", 5.0, 3.0),
    ):
        implied = half / 2.109816 * np.sqrt(18)
        planted = np.sqrt(calatayud.SD_FOCUS[muscle][target] ** 2 + extra**2 + 2 * calatayud.SD_RESIDUAL[muscle] ** 2)
        assert planted == pytest.approx(implied, abs=0.06)


def test_training_years_raise_the_triceps_effect(calatayud):
    rng = np.random.default_rng(2)
    years = np.repeat([2.0, 20.0], 9)
    drawn = np.concatenate([calatayud.draw_percent(rng, "triceps brachii", years) for _ in range(300)])
    effect = (drawn[:, 2] - drawn[:, 0]).mean(axis=1).reshape(300, 2, 9).mean(axis=(0, 2))
    assert (effect[1] - effect[0]) / 18 == pytest.approx(0.5, abs=0.06)


def test_a_seed_with_an_absurd_amplitude_is_refused(calatayud):
    with pytest.raises(ValueError, match="take the next seed"):
        calatayud.simulate(2016)


def test_contreras_table_and_its_planted_ratios():
    made = generator("example_contreras")
    table = datasets.read_table("example_contreras", "focus_avoid")
    assert table.shape == (160, 11) and not table.duplicated(["Participant", "Exercise", "Instruction"]).any()
    assert (table["Glute_Max_Peak"] > table["Glute_Max_Mean"]).all()
    truth = datasets.read_table("example_contreras", "truth").set_index(["parameter", "muscle"])["value"]
    drawn = np.concatenate([np.log(made.simulate(seed)["Mean"]) for seed in range(300)])
    ratio = np.exp((drawn[:, :, 1] - drawn[:, :, 0]).mean(axis=(0, 1)))
    expected = [truth["ratio", muscle] for muscle in made.MUSCLES]
    np.testing.assert_allclose(ratio, expected, rtol=0.015)  # 3000 lifters, SD 0.15: standard error 0.003


def test_imagery_table_and_its_planted_gains():
    made = generator("example_imagery")
    table = datasets.read_table("example_imagery", "strength")
    assert table.groupby("group").size().to_dict() == {"control": 10, "imagery": 10, "physical": 10}
    assert table.loc[table["followup"].isna(), "participant"].to_list() == ["P07", "P14", "P29"]
    drawn = np.concatenate([made.simulate(seed)["torque"] for seed in range(300)], axis=1)
    gain = 100 * np.nanmean(drawn / drawn[:, :, :1] - 1, axis=1)
    truth = datasets.read_table("example_imagery", "truth").pivot(index="group", columns="time", values="gain_pct")
    expected = truth.loc[list(made.GROUPS), list(made.TIMES)].to_numpy()
    np.testing.assert_allclose(gain, expected, atol=0.6)
    published = pd.read_csv(datasets.path("ranganathan2004", "reported.csv")).set_index(["result", "statistic"])[
        "value"
    ]
    assert truth.loc["imagery", "post"] == published["elbow_imagery", "pct_change"]


@pytest.mark.parametrize(
    ("name", "rows"), [("calatayud", 18 * 3 * 5 * 2), ("contreras", 10 * 8 * 2 * 4 * 2), ("imagery", 30 * 4)]
)
def test_the_protocol_file_beside_the_data_is_all_a_loader_needs(name, rows):
    file = {"calatayud": "bench_press_emg.xlsx", "contreras": "focus_avoid.csv", "imagery": "strength.csv"}[name]
    load = {"calatayud": mmc.load_calatayud, "contreras": mmc.load_contreras, "imagery": mmc.load_imagery}[name]
    loaded = load(datasets.path(f"example_{name}", file), protocol=True)
    assert (
        len(loaded) == rows and set(loaded["evidence"]) == {"synthetic"} and set(loaded["study"]) == {f"example_{name}"}
    )


def test_loaded_percentages_are_raw_values_over_the_lifters_own_maxima(calatayud):
    data = calatayud.simulate()
    loaded = mmc.load_calatayud(datasets.path("example_calatayud", "bench_press_emg.xlsx"), protocol=True)
    for muscle in calatayud.MUSCLES:
        rows = loaded[loaded["muscle"] == muscle].sort_values(["participant", "condition", "load"])
        percent = 100 * data["peaks"][muscle] / data["maxima"][muscle][:, None, None]
        np.testing.assert_allclose(rows["value"].to_numpy().reshape(18, 3, 5), percent, rtol=1e-12)
        np.testing.assert_array_equal(rows["reference_value"].to_numpy()[::15], data["maxima"][muscle])
