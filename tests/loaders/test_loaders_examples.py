"""The examples that come with the package, and the time that a large table takes."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from mmc_analysis import LoaderError, OptionError, datasets, load_calatayud, load_example, schema


@pytest.mark.parametrize(
    ("name", "rows", "people"), [("calatayud", 540, 18), ("contreras", 1280, 10), ("imagery", 120, 30)]
)
def test_examples_load_and_say_that_they_are_synthetic(name, rows, people):
    found = load_example(name)
    assert len(found) == rows and found["participant"].nunique() == people
    assert set(found["evidence"]) == {"synthetic"} and set(found["study"]) == {f"example_{name}"}
    assert datasets.package(f"example_{name}").evidence == "synthetic"
    who = load_example(name, table="participants")
    assert set(who["participant"]) == set(found["participant"]) and set(who["evidence"]) == {"synthetic"}
    assert set(who["study"]) == set(found["study"])
    assert schema.check(who, "participants") is who


def test_the_bench_press_is_in_percent_of_each_lifters_maximum():
    found = load_example("calatayud")
    book = openpyxl.load_workbook(datasets.path("example_calatayud", "bench_press_emg.xlsx"), read_only=True)
    maxima = list(book["maxima"].iter_rows(values_only=True))
    raw = list(book["triceps brachii"].iter_rows(values_only=True))
    header = {name: i for i, name in enumerate(raw[0])}
    for person, line in enumerate(raw[1:]):
        top = maxima[person + 1][2]
        for condition, load in (("regular", 20), ("triceps", 80)):
            at = found[
                (found["participant"] == line[0])
                & (found["muscle"] == "triceps brachii")
                & (found["condition"] == condition)
                & (found["load_pct_1rm"] == load)
            ]
            cell = line[header[f"{load} % {condition} [µV]"]]
            assert (
                at["value"].item() == pytest.approx(100 * cell / top, rel=1e-14)
                if cell is not None
                else np.isnan(at["value"].item())
            )
            assert at["reference_value"].item() == top
    assert set(found["unit"]) == {"pct_max"}


def test_unknown_examples_and_tables():
    with pytest.raises(LoaderError, match="name='calatyud' is not allowed.*Did you mean 'calatayud'"):
        load_example("calatyud")
    with pytest.raises(LoaderError, match="table='people' is not allowed"):
        load_example("imagery", table="people")
    with pytest.raises(OptionError, match="Did you mean 'table'"):
        load_example("imagery", tabel="participants")


def test_fifty_thousand_rows(tmp_path):
    people, per = 3334, 15
    frame = pd.DataFrame({"participant": np.repeat([f"S{i:04d}" for i in range(people)], per),
                          "condition": np.tile(np.repeat(["regular", "pectoralis", "triceps"], 5), people),
                          "load": np.tile([20, 40, 50, 60, 80], 3 * people), "muscle": "pec",
                          "emg peak (uV)": np.random.default_rng(1).gamma(4, 50, people * per).round(3)})  # fmt: skip
    frame.to_csv(tmp_path / "large.csv", index=False)
    rows = load_calatayud(tmp_path / "large.csv", reference="max")
    assert len(rows) == people * per
    top = frame.groupby("participant")["emg peak (uV)"].transform("max")
    np.testing.assert_allclose(rows["value"], 100 * frame["emg peak (uV)"] / top, rtol=1e-14)
