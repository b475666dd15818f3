"""Datasets: found from anywhere, compared with their sums, their columns held to their rules."""

import json
import runpy
import shutil
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from mmc_analysis import datasets
from mmc_analysis.datasets import folders
from mmc_analysis.errors import DatasetError
from mmc_analysis.schema import EVIDENCE

NAMES = datasets.names()


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Return a folder of two datasets that a test may spoil."""
    for name in ("claims", "example_calatayud"):
        shutil.copytree(datasets.folder(name), tmp_path / "package" / "_datasets" / name)
    monkeypatch.setattr(folders, "_PACKAGE", tmp_path / "package")
    return tmp_path / "package" / "_datasets"


def describe(folder, change):
    file = folder / "datapackage.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def test_every_folder_is_a_dataset(root):
    found = {item.name for item in (root / "datasets").iterdir() if item.is_dir() and item.name != "__pycache__"}
    assert found == set(NAMES)
    assert {"claims", "example_calatayud", "example_contreras", "example_imagery"} <= found


@pytest.mark.parametrize("name", NAMES)
def test_every_dataset_is_what_its_description_says(name):
    described = datasets.verify(name)
    assert described.evidence in EVIDENCE
    assert described.licences == ("CC0-1.0",)
    assert described.sources and all(source["title"] for source in described.sources)
    assert all(field.description for resource in described.resources for field in resource.fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_card_states_shape_and_columns(name):
    card = (datasets.folder(name) / "README.md").read_text(encoding="utf-8")
    for resource in datasets.package(name).resources:
        if resource.fields:
            table = datasets.read_table(name, resource.name)
            assert f"{table.shape[0]} rows × {table.shape[1]} columns" in card
            assert all(f"| `{column}` |" in card for column in table.columns)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("example_")])
def test_examples_say_that_they_are_synthetic(name):
    assert datasets.package(name).evidence == "synthetic"
    assert "Synthetic: nobody was measured." in (datasets.folder(name) / "README.md").read_text(encoding="utf-8")


def test_found_from_any_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert datasets.path("example_imagery", "strength.csv").is_file()


def test_tables_have_the_types_of_their_description():
    strength = datasets.read_table("example_imagery", "strength")
    assert strength["age"].dtype == "int64" and strength["followup"].isna().sum() == 3
    assert strength["pre"].dtype == float and strength.loc[0, "participant"] == "P01"
    reported = datasets.read_table("clark2014")
    assert reported["verified"].dtype == bool and reported["note"].isna().any()
    sheet = datasets.read_table("example_calatayud", "maxima")
    assert sheet.shape == (18, 3) and sheet["triceps brachii [µV]"].dtype == float


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.folder("example_calatayd"), "Did you mean 'example_calatayud'"),
        (lambda: datasets.folder("../claims"), "there is no dataset"),
        (lambda: datasets.path("claims", "claim.csv"), "Did you mean 'claims.csv'"),
        (lambda: datasets.read_table("example_calatayud"), "has several tables; name one"),
        (lambda: datasets.read_table("example_calatayud", "maxim"), "Did you mean 'maxima'"),
    ],
)
def test_unknown_names_are_errors_that_name_the_nearest(call, message):
    with pytest.raises(DatasetError, match=message):
        call()


def test_a_changed_file_is_refused_by_every_road(copied):
    file = copied / "claims" / "claims.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("false", "true"), encoding="utf-8")
    for road in (datasets.path, lambda *_: datasets.read_table("claims"), lambda *_: datasets.verify("claims")):
        with pytest.raises(DatasetError, match=r"claims.csv: changed.*\n.*python datasets/seal.py claims"):
            road("claims", "claims.csv")


def test_a_missing_file_is_refused(copied):
    (copied / "example_calatayud" / "bench_press_emg.xlsx").unlink()
    with pytest.raises(DatasetError, match=r"bench_press_emg.xlsx: missing"):
        datasets.read_table("example_calatayud", "maxima")


def test_verify_lists_every_fault_at_once(copied):
    (copied / "claims" / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    (copied / "claims" / "README.md").unlink()
    with (copied / "claims" / "claims.csv").open("a", encoding="utf-8") as file:
        file.write("a,,,,,,\n")
    with pytest.raises(DatasetError) as found:
        datasets.verify("claims")
    message = str(found.value)
    assert "3 faults" in message
    for part in ("claims.csv: changed", "extra.csv: not described", "README.md: missing"):
        assert part in message


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id,n,kind,ok\na,1,x,true\na,2,x,true\n", r"column 'id', row 2, 3: stands more than once"),
        ("id,n,kind,ok\na,1,x,true\n,2,x,true\n", r"column 'id', row 3: is empty, but required"),
        ("id,n,kind,ok\na,-1,x,true\n", r"column 'n', row 2: is below the minimum 0"),
        ("id,n,kind,ok\na,12,x,true\n", r"column 'n', row 2: is above the maximum 10"),
        ("id,n,kind,ok\na,one,x,true\n", r"column 'n', row 2: is not of type number"),
        ("id,n,kind,ok\na,inf,x,true\n", r"column 'n', row 2: is not of type number"),
        ("id,n,kind,ok\na,1,z,true\n", r"column 'kind', row 2: is not one of x, y"),
        ("id,n,kind,ok\na,1,x,yes\n", r"column 'ok', row 2: is not of type boolean"),
        ("", r"the columns are , but should be id, n, kind, ok"),
        ('id,n,kind,ok\n"a,1,x,true\n', r"claims.csv: cannot be read as a table"),
        ("id,n,kind\na,1,x\n", r"the columns are id, n, kind, but should be id, n, kind, ok"),
        (
            "id,n,kind,ok\na,1,x,true,5,6\n",
            r"claims.csv: cannot be read as a table \(row 2 has 6 cells, but the header has 4\)",
        ),
    ],
)
def test_broken_rules_name_file_row_and_column(copied, text, fault):
    folder = copied / "claims"
    (folder / "claims.csv").write_text(text, encoding="utf-8")
    fields = [
        {"name": "id", "type": "string", "description": "-", "constraints": {"required": True, "unique": True}},
        {"name": "n", "type": "number", "description": "-", "constraints": {"minimum": 0, "maximum": 10}},
        {"name": "kind", "type": "string", "description": "-", "constraints": {"enum": ["x", "y"]}},
        {"name": "ok", "type": "boolean", "description": "-"},
    ]
    digest = folders.hashlib.sha256((folder / "claims.csv").read_bytes()).hexdigest()
    resource = {"name": "claims", "path": "claims.csv", "hash": f"sha256:{digest}", "schema": {"fields": fields}}
    describe(folder, lambda content: content.update(resources=[resource]))
    with pytest.raises(DatasetError, match=fault):
        datasets.verify("claims")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("licenses"), "KeyError"),
        (lambda content: content["resources"][0].update(hash="md5:0"), "must start with 'sha256:'"),
        (
            lambda content: content["resources"][0]["schema"]["fields"][0].update(type="date"),
            "unknown column type 'date'",
        ),
        (lambda content: content.update(name="other"), "is not the folder's name"),
    ],
)
def test_a_broken_description_is_an_error(copied, change, message):
    describe(copied / "claims", change)
    with pytest.raises(DatasetError, match=message):
        datasets.verify("claims")


def test_a_description_that_is_not_json_is_an_error(copied):
    (copied / "claims" / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"cannot be read \(JSONDecodeError"):
        datasets.package("claims")


def test_a_workbook_without_its_sheet_is_an_error(copied):
    describe(copied / "example_calatayud", lambda content: content["resources"][2]["dialect"].update(sheet="maximum"))
    with pytest.raises(DatasetError, match=r"bench_press_emg.xlsx: cannot be read as a table"):
        datasets.verify("example_calatayud")


def test_no_datasets_folder_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "_PACKAGE", tmp_path / "package")
    (tmp_path / "datasets").mkdir()  # a foreign folder of that name is not taken for ours
    with pytest.raises(DatasetError, match="pip install --force-reinstall"):
        datasets.names()


def test_sealing_writes_the_sum_of_a_meant_change(copied, root):
    with (copied / "claims" / "claims.csv").open("a", encoding="utf-8") as file:
        file.write("z,A claim.,open,A finding.,,,\n")
    runpy.run_path(str(root / "datasets" / "seal.py"))["seal"](copied / "claims")
    assert datasets.read_table("claims").iloc[-1]["claim"] == "z"


def test_reading_changes_no_file(copied):
    before = {item: item.read_bytes() for item in copied.rglob("*") if item.is_file()}
    datasets.verify("example_calatayud")
    claims = datasets.read_table("claims")
    claims.loc[0, "claim"] = "changed"
    assert {item: item.read_bytes() for item in copied.rglob("*") if item.is_file()} == before


@pytest.mark.slow
def test_an_installed_wheel_finds_its_datasets(root, tmp_path):
    """The wheel, installed into a folder of its own, loads an example and a study from another working directory."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=root, check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = zipfile.ZipFile(wheel).namelist()
    assert "mmc_analysis/_datasets/claims/claims.csv" in held
    assert not [name for name in held if "__pycache__" in name]
    subprocess.run([*pip, "install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)], check=True)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import mmc_analysis as mmc\n"
        "assert mmc.datasets.root().parent.parent.samefile(sys.argv[1]), mmc.datasets.root()\n"
        "[mmc.datasets.verify(name) for name in mmc.datasets.names()]\n"
        "print(len(mmc.load_study('ranganathan2004').reported), len(mmc.load_example('imagery')))\n"
    )
    (tmp_path / "elsewhere").mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "site")],
        cwd=tmp_path / "elsewhere", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [str(len(pd.read_csv(root / "datasets/ranganathan2004/reported.csv"))), "120"]
